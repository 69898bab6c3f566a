"""Rules as circuits: OR in parallel, NOT-AND-NOT in series, and why they are the same function.

:func:`rules_of` reads the rules off a trained classifier, :func:`union` builds either circuit,
:func:`equivalent_classifier` does both, and :func:`signals` shows every gate at a point. The
quadratic neurons play the same game with products.
"""

from course_lib.constructions.logic.circuits import Signals, signals, union
from course_lib.constructions.logic.classifier import equivalent_classifier, rules_of
from course_lib.constructions.logic.gates import (
    soft_and,
    soft_not,
    soft_or,
    soft_or_in_series,
    truncated_difference,
)
from course_lib.constructions.logic.quadratic import ContinuedFraction, Horner, Pole, ProductTree
from course_lib.constructions.logic.rules import Rule
from course_lib.constructions.logic.seams import disagreement_bound, epsilon_for

__all__ = [
    "ContinuedFraction",
    "Horner",
    "Pole",
    "ProductTree",
    "Rule",
    "Signals",
    "disagreement_bound",
    "epsilon_for",
    "equivalent_classifier",
    "rules_of",
    "signals",
    "soft_and",
    "soft_not",
    "soft_or",
    "soft_or_in_series",
    "truncated_difference",
    "union",
]
