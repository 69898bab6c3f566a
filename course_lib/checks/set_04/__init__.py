"""Exercise set 04: what the identity buys. Blocks, folds, witnesses, yardsticks, honest reports.

Sources: lesson 04; the fold theorem and the reflections that draw a regular 2^L-gon are the
course's own (PROVED and CONSTRUCTED there); Figure 2 is that of Lin & Jegelka (2018). The modules
are imported in the order in which the notebook asks.
"""

# ruff: noqa: I001, F401
from course_lib.checks.set_04 import apply_blocks
from course_lib.checks.set_04 import block_kinds
from course_lib.checks.set_04 import trunk_determinant
from course_lib.checks.set_04 import closing_verdict
from course_lib.checks.set_04 import escape_direction
from course_lib.checks.set_04 import space_tube
from course_lib.checks.set_04 import kite
from course_lib.checks.set_04 import leak
from course_lib.checks.set_04 import polygons
from course_lib.checks.set_04 import seeds
from course_lib.checks.set_04 import badges
