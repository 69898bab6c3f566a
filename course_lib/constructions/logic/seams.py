"""How much a soft union can differ from the sharp one, and how thin seams must be for that."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

from course_lib.arguments import read_instance, read_list, shown
from course_lib.constructions.logic.rules import Rule
from course_lib.errors import InvalidInputError
from course_lib.exact import read

__all__ = ["disagreement_bound", "epsilon_for", "read_positive", "read_rules"]


def disagreement_bound(rules: Sequence[Rule], epsilon: Any) -> float:
    """A bound on the measure of {union(rules, epsilon) ≠ indicator}: epsilon times the facet area.

    A rule fires fully on its inner parallel body. A convex body inside another has the smaller
    surface, so a layer of depth epsilon has at most the measure epsilon · surface.

    Args:
        rules: one or more; where they overlap, both count.
        epsilon: the width of the seams, a positive number.

    Raises:
        InvalidInputError: no rules, or an epsilon that is not positive.

    >>> disagreement_bound([Rule.from_box([(0, 1), (0, 0.5)])], 1 / 16)   # in truth 11/64
    0.1875
    """
    return read_positive("epsilon", epsilon) * _facet_area(rules)


def epsilon_for(rules: Sequence[Rule], delta: Any) -> float:
    """Seams thin enough that union(rules, epsilon) is wrong on a set of measure delta at most.

    Args:
        rules: one or more.
        delta: the measure allowed, a positive number.

    Raises:
        InvalidInputError: no rules, or a delta that is not positive.

    >>> epsilon_for([Rule.from_box([(0, 1), (0, 1)])], delta=0.01)
    0.0025
    """
    return read_positive("delta", delta) / _facet_area(rules)


def _facet_area(rules: Sequence[Rule]) -> float:
    read_rules(rules)
    return math.fsum(rule.facet_area for rule in rules)


def read_rules(rules: Sequence[Rule]) -> list[Rule]:
    """One rule or more."""
    listed = read_list("rules", rules, of="rules", at_least=1)
    move = "Build one with Rule.from_box, Rule.from_vertices or rules_of."
    return [read_instance("a rule", rule, Rule, move) for rule in listed]


def read_positive(name: str, value: Any) -> float:
    """A positive number as a float, if floats reach that far."""
    number = read(value, name)
    if not sys.float_info.min <= number <= sys.float_info.max:
        raise InvalidInputError(
            f"{name} must be positive and in the range of doubles, got {shown(value)}."
        )
    return float(number)
