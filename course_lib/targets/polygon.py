"""A simple polygon in the plane."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import read_list, read_number, shown
from course_lib.draws import Draws
from course_lib.errors import InvalidInputError
from course_lib.networks.reading import read_array
from course_lib.targets.reading import Sample, as_sample, read_points, rounded, shuffled_labels

__all__ = ["Polygon"]

Point = tuple[float, float]
SAFE, TINY = 1e-15, 1e-300  # a turn beyond the rounding of its two products (Shewchuk 1997)
WIDEST = 1e300  # differences and midpoints of such numbers are finite


@dataclass(frozen=True)
class Polygon:
    """A polygon in the plane, convex or not, without holes or crossing sides.

    Args:
        vertices: its corners (x, y) in order, in either direction; at least 3.
        reach: negatives are drawn from the bounding box, stretched this many times about its
            centre; more than 1.

    Raises:
        InvalidInputError: too few corners, a corner that is no pair of finite numbers, sides that
            meet outside their common corner, or a ``reach`` of 1 or less.

    >>> triangle = Polygon([(0, 0), (2, 0), (0, 2)])
    >>> triangle.area
    2.0
    >>> triangle.contains([[0.5, 0.5], [1.5, 1.5]]).tolist()
    [True, False]
    """

    vertices: tuple[Point, ...]
    reach: float = 3.0

    def __init__(self, vertices: Sequence[Sequence[float]], reach: float = 3.0) -> None:
        object.__setattr__(self, "vertices", _read_vertices(vertices))
        object.__setattr__(self, "reach", read_number("reach", reach, above=1))
        if self.reach * max(map(abs, itertools.chain(*self.vertices))) > WIDEST:
            raise InvalidInputError(
                f"Polygon needs corners and a stretched box within ±{WIDEST:g}, where floats have "
                "room to compute. Scale it down, or pass a smaller reach."
            )
        _require_simple(self.vertices)

    @property
    def dim(self) -> int:
        """2: a polygon lies in the plane."""
        return 2

    @property
    def area(self) -> float:
        """By the shoelace formula, in fractions.

        Raises:
            RoundingError: it lies beyond the range of floats.
        """
        corners = [(Fraction(x), Fraction(y)) for x, y in self.vertices]
        return rounded(abs(sum(p[0] * q[1] - p[1] * q[0] for p, q in _sides(corners))) / 2)

    def contains(self, points: Any) -> NDArray[np.bool_]:
        """Which points of shape (..., 2) lie inside: booleans (...).

        A point on a side may come out either way.
        """
        x, y = np.moveaxis(read_points("Polygon", 2, points), -1, 0)
        inside = np.zeros(x.shape, dtype=bool)
        for (x0, y0), (x1, y1) in _sides(self.vertices):
            if y0 != y1:  # a ray to the right leaves the polygon through an odd number of sides
                crossing = x0 + (y - y0) * ((x1 - x0) / (y1 - y0))
                inside ^= ((y0 > y) != (y1 > y)) & (x < crossing)
        return inside

    def sample(self, n: int, seed: int, *, dtype: Any = np.float32) -> Sample:
        """Draw n labelled points, half of them inside (one more if n is odd).

        Returns:
            points of shape (n, 2), uniform inside, and outside within the stretched bounding box;
            and labels of shape (n,), +1 or -1, shuffled. The same seed gives the same sample.
        """
        draws = Draws(seed)
        labels = shuffled_labels(n, draws)
        points = np.empty((n, 2))
        for wanted, stretch in ((True, 1.0), (False, self.reach)):
            chosen = (labels > 0) == wanted
            points[chosen] = self._draw(int(chosen.sum()), wanted, stretch, draws)
        return as_sample(points, labels, dtype)

    def _draw(self, n: int, wanted: bool, stretch: float, draws: Draws) -> NDArray[np.float64]:
        """Uniform points inside (or outside) the polygon, by rejection from its box."""
        corners = np.array(self.vertices, dtype=np.float64)
        low, high = corners.min(axis=0), corners.max(axis=0)
        centre, half = (low + high) / 2, (high - low) / 2 * stretch
        found = np.empty((0, 2))
        while len(found) < n:
            unit = 2 * draws.uniform(2 * n, 2) - 1
            points = centre + half * unit
            found = np.concatenate([found, points[self.contains(points) == wanted]])
        return found[:n]


def _read_vertices(vertices: Sequence[Sequence[float]]) -> tuple[Point, ...]:
    try:
        pairs = [(x, y) for x, y in read_list("vertices", vertices, of="pairs (x, y)")]
        numbers = read_array("vertices", pairs).astype(np.float64).reshape(-1, 2)
        corners = tuple((x, y) for x, y in numbers.tolist())
    except (TypeError, ValueError, OverflowError):
        raise InvalidInputError(
            "Polygon got a corner that is no pair of numbers. Pass corners as pairs (x, y)."
        ) from None
    if len(corners) < 3 or not all(map(math.isfinite, itertools.chain(*corners))):
        raise InvalidInputError(
            f"Polygon needs at least 3 corners with finite coordinates, got {shown(corners)}. Pass "
            "its vertices in order."
        )
    return corners


def _sides(vertices: Sequence[Any]) -> list[tuple[Any, Any]]:
    return list(zip(vertices, [*vertices[1:], vertices[0]], strict=True))


def _require_simple(vertices: Sequence[Point]) -> None:
    """No two sides meet, except neighbours in their common corner."""
    sides = _sides(vertices)
    for (i, first), (j, second) in itertools.combinations(enumerate(sides, 1), 2):
        if j == i + 1:
            clash = _doubles_back(*first, second[1])
        elif i == 1 and j == len(sides):
            clash = _doubles_back(*second, first[1])
        else:
            clash = _meet(*first, *second)
        if clash:
            raise InvalidInputError(
                f"Sides {i} and {j} of this polygon meet outside a common corner. "
                "Pass the corners in their order around the polygon."
            )


def _turn(p: Point, q: Point, r: Point) -> int:
    """1 if p, q, r turn left, -1 if they turn right, 0 if they lie on a line; exact."""
    ahead = (q[0] - p[0]) * (r[1] - p[1])
    aside = (q[1] - p[1]) * (r[0] - p[0])
    turn = ahead - aside
    if not SAFE * (abs(ahead) + abs(aside)) + TINY < abs(turn) < math.inf:
        (a, b), (c, d), (e, f) = ((Fraction(x), Fraction(y)) for x, y in (p, q, r))
        exact = (c - a) * (f - b) - (d - b) * (e - a)
        return (exact > 0) - (exact < 0)
    return 1 if turn > 0 else -1


def _doubles_back(p: Point, q: Point, r: Point) -> bool:
    """Whether the side q-r runs back over p-q, or one of them is a point."""
    if p == q or q == r:
        return True
    same_way = all(
        (p[k] > q[k]) == (r[k] > q[k]) and (p[k] < q[k]) == (r[k] < q[k]) for k in (0, 1)
    )
    return _turn(p, q, r) == 0 and same_way


def _meet(p: Point, q: Point, r: Point, s: Point) -> bool:
    """Whether the segments p-q and r-s have a point in common."""
    turns = _turn(p, q, r), _turn(p, q, s), _turn(r, s, p), _turn(r, s, q)
    if any(turns):
        return turns[0] * turns[1] <= 0 and turns[2] * turns[3] <= 0
    overlaps = (
        min(p[k], q[k]) <= max(r[k], s[k]) and min(r[k], s[k]) <= max(p[k], q[k]) for k in (0, 1)
    )
    return all(overlaps)
