"""The rules that a trained network follows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

from course_lib.arguments import read_choice, shown
from course_lib.constructions.logic.circuits import FORMS, union
from course_lib.constructions.logic.rules import Rule
from course_lib.constructions.logic.seams import epsilon_for
from course_lib.errors import InvalidInputError
from course_lib.exact import ExactNetwork, brief, freeze, read
from course_lib.networks import FullyConnected, Network
from course_lib.regions import linear_pieces
from course_lib.regions.boxes import read_box

__all__ = ["equivalent_classifier", "rules_of"]


def rules_of(net: Network | ExactNetwork, box: Sequence[Any]) -> tuple[Rule, ...]:
    """The positive set of a network on a box as rules: its linear pieces, cut by {f > 0}.

    So ``union(rules_of(net, box), epsilon, form)`` turns a classifier that says yes where f > 0
    into a wide network and into a deep one.

    Args:
        net: a network on R^d.
        box: d pairs (low, high).

    Returns:
        Rules with disjoint insides, exactly; their union is {f > 0} up to its boundary. None when
        f > 0 nowhere in the box.

    Raises:
        ShapeError: a box that does not fit the network.
        InvalidInputError: an empty or infinite side.

    Source: Fan, Lai & Wang 2023.

    >>> from course_lib.networks import FullyConnected
    >>> tent = FullyConnected.from_layers([([[1.0], [-1.0]], [0.0, 0.0]), ([[-1.0, -1.0]], [0.5])])
    >>> [[float(x) for (x,) in rule.vertices] for rule in rules_of(tent, [(-1, 1)])]
    [[-0.5, 0.0], [0.0, 0.5]]
    """
    sides = read_box(box, freeze(net).dim)
    rules = []
    for piece in linear_pieces(net, sides, exact=True):
        values = [piece.value(vertex) for vertex in piece.vertices]
        if max(values) <= 0:
            continue
        rule = Rule.from_vertices(piece.vertices)
        cut = min(values) < 0
        rules.append(Rule([*rule.half_spaces, (piece.gradient, piece.offset)]) if cut else rule)
    return tuple(rules)


def equivalent_classifier(
    net: Network | ExactNetwork,
    box: Sequence[Any],
    delta: Any,
    form: Literal["parallel", "series"] = "parallel",
) -> FullyConnected:
    """The wide or the deep network that says 1 where f > 0 and 0 elsewhere, up to measure delta.

    It is ``union(rules, epsilon_for(rules, delta), form)`` for the ``rules_of`` the network.

    Args:
        net: a network on R^d.
        box: d pairs (low, high).
        delta: the measure of the part of the box where 0 and 1 may be missed, a positive number.
        form: ``"parallel"`` (wide) or ``"series"`` (deep); the two are the same function.

    Raises:
        ShapeError: a box that does not fit the network.
        InvalidInputError: a delta out of range, another form, or f > 0 nowhere in the box.

    Source: Fan, Lai & Wang 2023 (classification).

    >>> from course_lib.networks import FullyConnected
    >>> tent = FullyConnected.from_layers([([[1.0], [-1.0]], [0.0, 0.0]), ([[-1.0, -1.0]], [0.5])])
    >>> deep = equivalent_classifier(tent, [(-1, 1)], delta=0.01, form="series")
    >>> deep([[0.3], [0.7]]).tolist()
    [1.0, 0.0]
    """
    form = read_choice("form", form, FORMS)
    rules = rules_of(net, box)
    whole = math.prod(high - low for low, high in read_box(box, freeze(net).dim))
    if read(delta, "delta") >= whole:
        raise InvalidInputError(
            f"delta must lie between 0 and {brief(whole)}, the volume of the box; got "
            f"{shown(delta)}. Pass one of those."
        )
    if not rules:
        raise InvalidInputError(
            "This network is positive nowhere in the box, so there is no rule to build. "
            "Pass a larger box or another network."
        )
    return union(rules, epsilon_for(rules, delta), form)
