"""Exercise set 01: what one hidden layer can draw, and at what price.

Judges of lesson 01. Networks are judged by the functions that they compute, so every right
construction passes; wrong answers are compared with what the usual mistakes would give.
"""

# ruff: noqa: F401, I001  (importing registers the exercises, in the order of the notebook)
from course_lib.checks.set_01 import kinks
from course_lib.checks.set_01 import zigzag
from course_lib.checks.set_01 import chain
from course_lib.checks.set_01 import spike
from course_lib.checks.set_01 import ramp
from course_lib.checks.set_01 import widths
from course_lib.checks.set_01 import witness
from course_lib.checks.set_01 import ridges
