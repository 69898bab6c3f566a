"""One point is enough to see that {f > 0} is not empty, one ray that it is not bounded.

Floats propose, fractions decide: a search that finds nothing proves nothing.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np

from course_lib.errors import RoundingError
from course_lib.exact import ExactNetwork, Vector, matvec, to_floats
from course_lib.regions.stages import readout, stages

__all__ = ["far_along", "has_endless_ray", "has_endless_strip", "positive_point"]

Array = np.ndarray

# Around a square, so that fractions stay short: 48 directions, the axes and diagonals among them.
_SIDE = range(-6, 7)
DIRECTIONS = np.array([p for p in itertools.product(_SIDE, _SIDE) if max(map(abs, p)) == 6])
NEAR = 2.0 ** np.arange(-9, 8)  # with the sides of that square: from 1/100 to 1000
FAR = 2.0**30
NOTHING = (Fraction(0), Fraction(0))
ACROSS = np.round(np.sinh(np.linspace(-14, 14, 257))) / 1024  # from -600 to 600, dense near 0


def positive_point(net: ExactNetwork) -> Vector | None:
    """A point of the plane where f > 0, decided in fractions; None if a coarse grid has none."""
    grid = (NEAR[:, None, None] * DIRECTIONS).reshape(-1, 2)
    points = np.concatenate([np.zeros((1, 2)), grid])
    best = _best(net, points)
    if best is None:
        return None
    point = tuple(map(Fraction, points[best].tolist()))
    return point if net.evaluate(point) > 0 else None


def has_endless_ray(net: ExactNetwork) -> bool:
    """Whether f(t v) > 0 for all large t, in fractions, in the most promising direction v."""
    best = _best(net, FAR * DIRECTIONS)
    if best is None:
        return False
    direction = tuple(map(Fraction, DIRECTIONS[best].tolist()))
    return far_along(net, NOTHING, direction) > NOTHING


def has_endless_strip(net: ExactNetwork, direction: Vector) -> bool:
    """Whether f > 0 far out on the most promising ray in a given direction, in fractions."""
    v = to_floats(direction)
    points = ACROSS[:, None] * np.array([-v[1], v[0]]) / np.hypot(*v)
    best = _best(net, points + FAR * v / np.hypot(*v))
    if best is None:
        return False
    return far_along(net, tuple(map(Fraction, points[best].tolist())), direction) > NOTHING


def far_along(net: ExactNetwork, point: Vector, direction: Vector) -> tuple[Fraction, Fraction]:
    """The rate r and the constant c with f(x + t v) = r t + c for all large t; exact.

    Far out on a ray every neuron is affine in t. It is on exactly if its (r, c) is greater than
    (0, 0) in the order of a dictionary.
    """
    rates, constants = direction, point
    for stage in stages(net):
        r, c = matvec(stage.read, rates), _plus(matvec(stage.read, constants), stage.offset)
        on = [pair > NOTHING for pair in zip(r, c, strict=True)]
        r, c = (tuple(z * keep for z, keep in zip(part, on, strict=True)) for part in (r, c))
        if stage.write is not None:
            r, c = _plus(rates, matvec(stage.write, r)), _plus(constants, matvec(stage.write, c))
        rates, constants = r, c
    last = readout(net)
    (rate,), (constant,) = matvec(last.read, rates), matvec(last.read, constants)
    return rate, constant + last.offset[0]


def _plus(x: Vector, y: Vector) -> Vector:
    return tuple(a + b for a, b in zip(x, y, strict=True))


def _best(net: ExactNetwork, points: Array) -> int | None:
    """Which point has the greatest value in floats; None if that is not positive."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            values = np.nan_to_num(_float_values(net, points), nan=-1.0)
    except RoundingError:
        return None
    best = int(values.argmax())
    return best if values[best] > 0 else None


def _float_values(net: ExactNetwork, points: Array) -> Array:
    h = points.T
    for stage in stages(net):
        z = to_floats(stage.read) @ h + to_floats(stage.offset)[:, None]
        out = np.maximum(z, 0)
        h = out if stage.write is None else h + to_floats(stage.write) @ out
    last = readout(net)
    return np.asarray(to_floats(last.read)[0] @ h + float(to_floats(last.offset)[0]))
