"""A simple polygon in the plane, in fractions: read, checked, and taken apart into convex parts."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from course_lib.arguments import read_list
from course_lib.errors import InvalidInputError
from course_lib.exact import HalfSpace, Vector, polygon_area, read_vector
from course_lib.exact.linear import to_integers

__all__ = ["convex_parts", "half_planes", "read_polygon"]

Part = tuple[int, tuple[Vector, ...]]
Whole = tuple[int, int]


def read_polygon(target: Any) -> tuple[Vector, ...]:
    """The corners of a polygon as fractions, anticlockwise.

    Raises:
        InvalidInputError: an object without corners in the plane, or without area, or an outline
            that crosses itself.
    """
    vertices = getattr(target, "vertices", None)
    if vertices is None:
        raise InvalidInputError(
            f"iou got a {type(target).__name__} as target. Pass a UnitBall, a Ring, or an object "
            "with vertices of shape (n, 2)."
        )
    points = tuple(map(read_vector, read_list("vertices", vertices, of="corners (x, y)")))
    if len(points) < 3 or any(len(point) != 2 for point in points):
        raise InvalidInputError("A polygon needs three or more corners in the plane.")
    # A crossing outline may enclose parts of opposite signs and no area in sum: ask this first.
    if len(convex_parts(points)) > 1 and _crosses_itself(points):
        raise InvalidInputError("The outline of the polygon crosses itself. Pass a simple polygon.")
    area = polygon_area(points)
    if not area:
        raise InvalidInputError(
            "The corners of the polygon lie on one line: it has no area. Pass three or more "
            "corners in the plane that do not."
        )
    return points if area > 0 else points[::-1]


def _crosses_itself(polygon: Sequence[Vector]) -> bool:
    """Whether the outline crosses itself: side through side, through a corner, corner at corner.

    An outline that only touches itself encloses nothing twice.
    """
    flat, _ = to_integers([x for point in polygon for x in point])
    points = list(zip(flat[::2], flat[1::2], strict=True))
    points = [p for i, p in enumerate(points) if p != points[i - 1]]  # a corner may be repeated
    sides = list(zip(points, [*points[1:], points[0]], strict=True))
    strands = [(points[i - 1], *sides[i]) for i in range(len(points))]
    return (
        any(_parted(*s, t) and _parted(*t, s) for s, t in itertools.combinations(sides, 2))
        or any(
            _within(v, *side) and _parted(*side, (a, b)) for a, v, b in strands for side in sides
        )
        or any(_swap(s, t) for s, t in itertools.combinations(strands, 2) if s[1] == t[1])
    )


def _turn(p: Whole, q: Whole, r: Whole) -> int:
    """Positive if p, q, r turn left, 0 if they lie on a line."""
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])


def _parted(p: Whole, q: Whole, ends: tuple[Whole, Whole]) -> bool:
    """Whether two points lie on different sides of a line."""
    return _turn(p, q, ends[0]) * _turn(p, q, ends[1]) < 0


def _within(v: Whole, p: Whole, q: Whole) -> bool:
    """Whether a point lies on a side, its ends apart."""
    return _turn(p, q, v) == 0 and (
        (v[0] - p[0]) * (v[0] - q[0]) + (v[1] - p[1]) * (v[1] - q[1]) < 0
    )


def _swap(first: tuple[Whole, ...], second: tuple[Whole, ...]) -> bool:
    """Whether two strands through one corner change sides there."""
    a, v, b = first

    def left(c: Whole) -> int:
        """1 left of the strand a, v, b, -1 right of it, 0 on it."""
        turns = _turn(a, v, c), _turn(v, b, c)
        most = min(turns) if _turn(a, v, b) >= 0 else max(turns)  # left of both sides, or of one
        return (most > 0) - (most < 0)

    return left(second[0]) * left(second[2]) < 0


def convex_parts(polygon: Sequence[Vector]) -> list[Part]:
    """The polygon itself if convex; else triangles with signs, which add up to it."""
    n, first = len(polygon), polygon[0]
    turns = [polygon_area([polygon[i - 2], polygon[i - 1], polygon[i]]) for i in range(n)]
    fan = [(polygon_area([first, p, q]), p, q) for p, q in itertools.pairwise(polygon[1:])]
    # left turns alone would also let a five-pointed star pass
    if min(turns) >= 0 and min(area for area, _, _ in fan) >= 0:
        return [(1, tuple(polygon))]
    return [(1, (first, p, q)) if area > 0 else (-1, (first, q, p)) for area, p, q in fan if area]


def half_planes(polygon: Sequence[Vector]) -> list[HalfSpace]:
    """The half-planes on the left of the edges of an anticlockwise polygon."""
    halves = []
    for p, q in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        normal = (p[1] - q[1], q[0] - p[0])
        halves.append(HalfSpace(normal, -normal[0] * p[0] - normal[1] * p[1]))
    return halves
