"""Set 05: any function from blocks of one neuron. Records, clamps, gaps, strips, and mirrors.

Source: H. Lin, S. Jegelka (2018), Theorem 3.1; the constructions and counts are lesson 05's.

A line about an answer speaks of all instances at once. Only its counterexample names one.
"""

# ruff: noqa: F401, I001  (importing registers the exercises, in the order of the notebook)
from course_lib.checks.set_05 import records
from course_lib.checks.set_05 import rising
from course_lib.checks.set_05 import clamps
from course_lib.checks.set_05 import corners
from course_lib.checks.set_05 import gap
from course_lib.checks.set_05 import strips
from course_lib.checks.set_05 import mirrors
