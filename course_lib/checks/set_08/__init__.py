"""Set 08 · Half-truths, their circuits, their seams, and where De Morgan's law ends.

Judges of lesson 08. Everything is compared in fractions; what networks say is compared on their
linear pieces where that is quick, and at many points where it isn't (the docstrings say which).
The modules are imported in the order in which the notebook asks.
"""

# ruff: noqa: I001, F401
from course_lib.checks.set_08 import truths
from course_lib.checks.set_08 import polygon
from course_lib.checks.set_08 import wires
from course_lib.checks.set_08 import dial
from course_lib.checks.set_08 import box
from course_lib.checks.set_08 import cuts
from course_lib.checks.set_08 import votes
from course_lib.checks.set_08 import poles
