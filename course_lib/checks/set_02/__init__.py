"""Exercise set 02, what depth folds: kinks and pieces, lines and regions, mirrors, the sawtooth.

Every judge works in fractions: a floating-point number that a student returns is read as the
fraction that it stores.
"""

# ruff: noqa: F401, I001  (importing registers the exercises, in the order of the notebook)
from course_lib.checks.set_02 import kink
from course_lib.checks.set_02 import counts
from course_lib.checks.set_02 import families
from course_lib.checks.set_02 import lines
from course_lib.checks.set_02 import mirror
from course_lib.checks.set_02 import rhombus
from course_lib.checks.set_02 import folds
from course_lib.checks.set_02 import sawtooth
from course_lib.checks.set_02 import straight
from course_lib.checks.set_02 import shares
