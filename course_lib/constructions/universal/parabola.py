"""The parabola x², the one curve whose distance from a network is known exactly, twice over.

:func:`parabola_error` computes it from the corners of the network; :func:`above_tangents` turns
"nowhere more than this above the parabola" into a positive set that is to be empty, so that a judge
who knows nothing of corners can decide it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from course_lib.constructions.line import graph
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import read, read_vector
from course_lib.networks import FullyConnected, Network, as_fully_connected

__all__ = ["above_tangents", "parabola_error"]


def parabola_error(net: Network, interval: tuple[Any, Any]) -> tuple[Fraction, Fraction]:
    """The largest |net(x) - x²| on an interval, and a place where it occurs: exact fractions.

    On a straight piece αx + β the difference x² - (αx + β) is convex: it is largest in size at one
    of the two ends or at x = α/2, where its derivative vanishes.

    Args:
        net: any network with dim 1.
        interval: (low, high) with low < high.

    Raises:
        ShapeError: a network with more inputs.
        InvalidInputError: an empty interval.

    >>> from course_lib.constructions.universal import interpolate
    >>> parabola_error(interpolate([0, 1], [0, 1]), (0, 1))
    (Fraction(1, 4), Fraction(1, 2))
    """
    chain = graph(net, interval)
    worst, place = Fraction(-1), chain.knots[0]
    for (left, y), (right, z) in pairwise(zip(chain.knots, chain.values, strict=True)):
        slope = (z - y) / (right - left)
        for x in (left, min(max(slope / 2, left), right), right):
            error = abs(y + slope * (x - left) - x * x)
            if error > worst:
                worst, place = error, x
    return worst, place


def above_tangents(net: FullyConnected, places: Iterable[Any], claim: float) -> FullyConnected:
    """Subtract a claim and T, the largest of the tangents of x² at the places: net - T - claim.

    Since T(x) <= x², the network is at most ``claim`` above the parabola wherever the result is not
    positive. T is the first tangent and a hinge between any two neighbours. Exact: what no float
    can hold is refused.

    Args:
        net: one input, one hidden layer.
        places: one or more increasing numbers, shape (n,).
        claim: a number.

    Returns:
        a float64 network with n + 1 hidden neurons more.

    Raises:
        ShapeError: a network of another shape.
        InvalidInputError: places that do not increase, or a weight that no float holds exactly.

    >>> from course_lib.constructions.universal import interpolate
    >>> chord = interpolate([0, 1], [0, 1])
    >>> above_tangents(chord, [0.5], 0.25)([[0.0], [0.5], [2.0]]).tolist()
    [0.0, 0.0, 0.0]
    """
    net = as_fully_connected(net)
    if net.dim != 1 or net.depth != 1:
        raise ShapeError(f"above_tangents got {net!r}. Pass one input and one hidden layer.")
    at = read_vector(places, "places")
    if not at or not all(left < right for left, right in pairwise(at)):
        raise InvalidInputError("places must increase. Pass one or more, sorted.")
    meet = [(left + right) / 2 for left, right in pairwise(at)]
    steps = [2 * (right - left) for left, right in pairwise(at)]
    offset = read(float(net.biases[-1].item())) + at[0] ** 2 - read(claim, "claim")
    W = np.vstack([net.weights[0], [[1.0], [-1.0]], np.ones((len(meet), 1))])
    b = np.hstack([net.biases[0], [0.0, 0.0], _floats(-x for x in meet)])
    a = np.hstack([net.weights[1][0], _floats([-2 * at[0], 2 * at[0], *(-x for x in steps)])])
    return FullyConnected.from_layers([(W, b), (a, _floats([offset])[0])])


def _floats(exact: Iterable[Fraction]) -> list[float]:
    wanted = list(exact)
    with contextlib.suppress(OverflowError):  # beyond all floats
        held = [float(x) for x in wanted]
        if all(Fraction(x) == y for x, y in zip(held, wanted, strict=True)):
            return held
    raise InvalidInputError(
        "The tangents or the claim need a weight that no float holds exactly. "
        "Pass places and a claim that are short multiples of a power of two, such as 1/1024."
    )
