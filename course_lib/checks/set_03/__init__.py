"""Exercise set 03: why a width-d network never closes a curve, and what one more neuron changes.

Everything is judged in fractions; where an answer is a network, its stored weights count. The
modules are imported in the order in which the notebook asks.
"""

# ruff: noqa: I001, F401
from course_lib.checks.set_03 import pull_back
from course_lib.checks.set_03 import tube
from course_lib.checks.set_03 import ridge
from course_lib.checks.set_03 import tentacle
from course_lib.checks.set_03 import fence
from course_lib.checks.set_03 import triangle
from course_lib.checks.set_03 import carry
from course_lib.checks.set_03 import collide
from course_lib.checks.set_03 import verdict
