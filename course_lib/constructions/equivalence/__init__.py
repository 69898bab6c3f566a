"""Width against depth: every network laid flat, and every network stood up.

:func:`widen` and :func:`deepen` build a wide and a deep network that agree with a given one but for
a set of measure δ (Fan, Lai & Wang 2023); :func:`disagreement` measures that set.
"""

from course_lib.constructions.equivalence.cells import Cell, triangulate
from course_lib.constructions.equivalence.disagreement import disagreement
from course_lib.constructions.equivalence.plan import Gate, Plan, plan
from course_lib.constructions.equivalence.sampled import Estimate, sampled_disagreement
from course_lib.constructions.equivalence.wide_and_deep import (
    deep,
    deepen,
    largest_weight,
    thaw,
    wide,
    widen,
)

__all__ = [
    "Cell",
    "Estimate",
    "Gate",
    "Plan",
    "deep",
    "deepen",
    "disagreement",
    "largest_weight",
    "plan",
    "sampled_disagreement",
    "thaw",
    "triangulate",
    "wide",
    "widen",
]
