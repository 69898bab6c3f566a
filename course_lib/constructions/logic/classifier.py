"""The rules that a trained network follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from course_lib.constructions.logic.rules import Rule
from course_lib.exact import ExactNetwork
from course_lib.networks import Network
from course_lib.regions import linear_pieces

__all__ = ["rules_of"]


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
    rules = []
    for piece in linear_pieces(net, box, exact=True):
        values = [piece.value(vertex) for vertex in piece.vertices]
        if max(values) <= 0:
            continue
        rule = Rule.from_vertices(piece.vertices)
        cut = min(values) < 0
        rules.append(Rule([*rule.half_spaces, (piece.gradient, piece.offset)]) if cut else rule)
    return tuple(rules)
