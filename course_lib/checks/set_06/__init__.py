"""Set 06: a ResNet and its fully connected twin.

Weights are multiples of a half, so that a right construction rounds nothing: equality on a box, or
on all of R^d, is decided in fractions. Each judge knows what the usual mistakes would give, and
draws instances on which no mistake is right by chance. Numbers of an instance stand in the
counterexample only, which nobody sees of a hidden one.
"""

# ruff: noqa: F401, I001  (importing registers the exercises, in the order of the notebook)
from course_lib.checks.set_06 import intervals
from course_lib.checks.set_06 import mirrors
from course_lib.checks.set_06 import shifts
from course_lib.checks.set_06 import twin
from course_lib.checks.set_06 import carrying
from course_lib.checks.set_06 import sealing
from course_lib.checks.set_06 import counting
from course_lib.checks.set_06 import maps
from course_lib.checks.set_06 import crushes
