"""Set 07 · Width and depth: seams, sizes, towers, shortcuts that fail, and the price of a fold.

The judges know the formulas of lesson 07 (Fan, Lai & Wang 2023, and what we add to them) and the
mistaken ones that lie near: an answer that equals a mistaken formula gets the thought that fits it.
The modules are imported in the order in which the notebook asks.
"""

# ruff: noqa: I001, F401
from course_lib.checks.set_07 import spill
from course_lib.checks.set_07 import seams
from course_lib.checks.set_07 import sizes
from course_lib.checks.set_07 import gate
from course_lib.checks.set_07 import tower
from course_lib.checks.set_07 import crease
from course_lib.checks.set_07 import lattice
from course_lib.checks.set_07 import kinks
from course_lib.checks.set_07 import folds
from course_lib.checks.set_07 import teeth
