"""Functions of one variable from hinges: one neuron per kink."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.arguments import read_number
from course_lib.constructions.line import SizedFunction, bound_on_pieces, read_interval
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import FullyConnected
from course_lib.networks.reading import read_array, values_of

__all__ = ["Approximation", "approximate", "hinges", "interpolate", "sufficient_cells"]

Array = NDArray[np.float64]


def interpolate(
    knots: ArrayLike, values: ArrayLike, *, slopes: tuple[float, float] | None = None
) -> FullyConnected:
    """The network with one hidden layer that is linear between the knots, exact on all of R.

    N kinks take N neurons, and the line on which they sit takes one more: the first kink gets two
    neurons, one facing each way. (No kink at all: a line takes 2 neurons.)

    Args:
        knots: two or more increasing numbers, shape (n,).
        values: the function there, shape (n,).
        slopes: the slopes (left, right) outside the knots. Without them the first and the last
            segment go on straight, and their two knots are no kinks.

    Returns:
        a float64 network of width n - 1, or n + 1 with ``slopes``; a knot where the slope does not
        change costs nothing.

    Raises:
        ShapeError: knots and values that do not pair up.
        InvalidInputError: fewer than two knots, knots that do not increase, or infinite numbers.

    >>> net = interpolate([0, 1, 2], [0, 1, 0])
    >>> net.widths, net([[0.5], [1.0], [3.0]]).tolist()
    ((2,), [0.5, 1.0, -1.0])
    """
    x, y = _knots(knots, values)
    steep = np.diff(y) / np.diff(x)
    if slopes is None:
        corners, sides = x[1:-1], steep
    else:
        left, right = _outer(slopes)
        corners, sides = x, np.concatenate([[left], steep, [right]])
    W, b, a, c = hinges(corners, sides, anchor=(float(x[0]), float(y[0])))
    return FullyConnected.from_layers([(W[:, None], b), (a, c)])


def hinges(
    corners: Array, slopes: Array, anchor: tuple[float, float]
) -> tuple[Array, Array, Array, float]:
    """The polyline with these slopes through ``anchor`` as Σ a_i relu(w_i x + b_i) + c.

    ``slopes`` has one entry more than ``corners``. Corners without a change of slope are dropped.
    """
    bends = np.diff(slopes)
    corners, bends = corners[bends != 0], bends[bends != 0]
    start = corners[0] if corners.size else anchor[0]
    # left of the first corner the line falls away backwards; right of it, it goes on
    w = np.array([-1.0, 1.0] + [1.0] * (len(corners) - 1))
    b = np.concatenate([[start, -start], -corners[1:]])
    first = slopes[0] + (bends[0] if bends.size else 0.0)
    a = np.concatenate([[-slopes[0], first], bends[1:]])
    c = anchor[1] - float(a @ np.maximum(w * anchor[0] + b, 0))
    return w, b, a, c


@dataclass(frozen=True)
class Approximation:
    """A network with one hidden layer and a proved bound on its distance from the target.

    Args:
        network: what was built.
        cells: the pieces of equal width on which it is straight.
        error: a bound on the sup norm of the difference on the interval.
    """

    network: FullyConnected
    cells: int
    error: float


def sufficient_cells(error: float, interval: tuple[float, float], curvature: float) -> int:
    """How many equal cells suffice by the h²/8 law: (b - a) sqrt(M / (8 error)), rounded up.

    On a cell of width h, |f''| <= M puts f within M h²/8 of its chord (the error of linear
    interpolation; for a parabola it is attained).

    Raises:
        ShapeError: an interval that is no pair.
        InvalidInputError: an error that is not positive, an empty interval, a curvature that is
            negative or infinite.

    >>> sufficient_cells(0.01, (0.0, 1.0), curvature=2.0)
    5
    """
    low, high = map(float, read_interval(interval))
    error = read_number("error", error, above=0)
    curvature = read_number("curvature", curvature, at_least=0)
    # in fractions, since one cell too few does not suffice
    squared = (Fraction(high) - Fraction(low)) ** 2 * Fraction(curvature) / (8 * Fraction(error))
    return max(1, math.isqrt(max(math.ceil(squared) - 1, 0)) + 1 if squared else 1)


def approximate(
    f: SizedFunction, interval: tuple[float, float], error: float, curvature: float
) -> Approximation:
    """The fewest equal cells on which the interpolant is proved to lie within ``error`` of f.

    Starts from the h²/8 law, which may be pessimistic where f bends less than M, and bisects: the
    returned number of cells is certified, one cell less is not. (Should an error ever rise with
    more cells, a still smaller number may be missed. Rounding is not part of the bound.)

    Args:
        f: vectorised, twice differentiable on the interval.
        interval: (low, high).
        error: the sup norm allowed, positive.
        curvature: a number M with |f''| <= M on the interval.

    Raises:
        InvalidInputError: arguments outside their ranges.

    >>> found = approximate(np.sin, (0.0, 6.0), error=0.01, curvature=1.0)
    >>> found.cells, found.error <= 0.01
    (22, True)
    """
    enough = sufficient_cells(error, interval, curvature)
    best = _certified(f, interval, enough, curvature)
    too_few = 0
    while best.cells - too_few > 1:
        cells = (best.cells + too_few) // 2
        attempt = _certified(f, interval, cells, curvature)
        if attempt.error <= error:
            best = attempt
        else:
            too_few = cells
    return best


def _certified(
    f: SizedFunction, interval: tuple[float, float], cells: int, curvature: float
) -> Approximation:
    knots = np.linspace(*interval, cells + 1)
    network = interpolate(knots, values_of(f, knots, knots.shape))
    law = curvature * ((interval[1] - interval[0]) / cells) ** 2 / 8
    measured = bound_on_pieces(network, f, knots, curvature)
    return Approximation(network, cells, min(law, measured))


def _outer(slopes: tuple[float, float]) -> Array:
    pair = read_array("slopes", slopes).astype(np.float64)
    if pair.shape != (2,):
        raise ShapeError(f"Got slopes of shape {pair.shape}. Pass the pair (left, right).")
    if not np.isfinite(pair).all():
        raise InvalidInputError("A slope is infinite or not a number.")
    return pair


def _knots(knots: ArrayLike, values: ArrayLike) -> tuple[Array, Array]:
    x, y = (
        read_array(name, part).astype(np.float64)
        for name, part in (("knots", knots), ("values", values))
    )
    if x.ndim != 1 or x.shape != y.shape:
        raise ShapeError(f"Got knots {x.shape} and values {y.shape}. Pass two vectors (n,).")
    if x.size < 2 or not (np.diff(x) > 0).all():
        raise InvalidInputError("Pass two or more knots in increasing order.")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise InvalidInputError("A knot or a value is infinite or not a number.")
    return x, y
