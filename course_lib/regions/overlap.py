"""How well the positive set {f > 0} fits a target: areas in common, met by formula."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.errors import InvalidInputError
from course_lib.exact import (
    ExactNetwork,
    HalfSpace,
    Vector,
    clip_polygon,
    polygon_area,
    read_vector,
)
from course_lib.networks import Network
from course_lib.regions.boxes import ExactBox, corners, read_box
from course_lib.regions.outline import area_inside, area_within, on_the_plane, rim
from course_lib.targets import Ring, UnitBall

__all__ = ["iou"]

Array = np.ndarray
EPS = np.finfo(float).eps


def iou(net: Network | ExactNetwork, target: Any, box: Sequence[Any], exact: bool = False) -> Any:
    """Intersection over union of {f > 0} and a target, both within a box in the plane.

    Arcs and edges are met by formula: nothing is sampled.

    Args:
        net: a network on the plane.
        target: a :class:`UnitBall` (the disk |x| <= inner), a :class:`Ring`, or a simple polygon:
            any object with ``vertices`` of shape (n, 2), in order around it.
        box: pairs (low, high), one per coordinate.
        exact: whether to compute in fractions; for polygons only, circles having none.

    Returns:
        A number from 0 to 1: a float, or a Fraction in exact mode.

    Raises:
        InvalidInputError: another target, an exact question about circles, or two empty sets.
        ShapeError: a network that does not read two coordinates, or another box.
        RoundingError: see :func:`course_lib.regions.linear_pieces`.

    >>> from course_lib.networks import OneNeuronResNet
    >>> far = OneNeuronResNet.random(2, 0, seed=0).prefix(0)
    >>> 0 <= iou(far, UnitBall(), [(-2, 2), (-2, 2)]) <= 1
    True
    """
    frozen, sides = on_the_plane(net, "iou"), read_box(box, 2)
    if isinstance(target, UnitBall | Ring):
        _require_floats(target, exact)
    outline = rim(frozen, corners(sides), exact, frame=True)
    if isinstance(target, UnitBall | Ring):
        common, whole = _round_areas(outline, target, sides)
    else:
        common, whole = _polygon_areas(frozen, _read_polygon(target), sides, exact)
    positive = area_within(outline, exact)
    common = min(max(common, 0), positive, whole)  # rounding may reach a little further
    union = positive + whole - common
    if union == 0:
        raise InvalidInputError(
            "Neither the positive set nor the target has any area in the box, so their IoU is "
            "undefined. Pass a larger box."
        )
    return common / union


def _require_floats(target: UnitBall | Ring, exact: bool) -> None:
    if exact:
        raise InvalidInputError("The area of a disk is no fraction. Pass exact=False.")
    if target.dim != 2:
        raise InvalidInputError(f"iou works in the plane; this UnitBall has dim={target.dim}.")


def _round_areas(outline: Array, target: UnitBall | Ring, box: ExactBox) -> tuple[float, float]:
    """The areas of an outlined set and of the box inside a disk or a ring around the origin."""
    frame = np.array(corners(box), dtype=float)
    edges = np.stack([frame, np.roll(frame, -1, axis=0)], axis=1)
    if isinstance(target, UnitBall):
        return _area_in_disk(outline, target.inner), _area_in_disk(edges, target.inner)
    common, whole = (
        _area_in_disk(around, target.outer) - _area_in_disk(around, target.inner)
        for around in (outline, edges)
    )
    return common, whole


def _area_in_disk(edges: Array, radius: float) -> float:
    """The area inside a disk around the origin of a set with given directed edges (n, 2, 2).

    Each edge contributes the part of the disk between it and the centre: sectors where it runs
    outside, a triangle where it runs inside.
    """
    p, q = edges[:, 0], edges[:, 1]
    apart = (p != q).any(axis=1)  # two exact corners may round to one point
    p, q = p[apart], q[apart]
    d = q - p
    length2, along, gap = (d * d).sum(1), (p * d).sum(1), (p * p).sum(1) - radius**2
    root = np.sqrt(np.maximum(along**2 - length2 * gap, 0))
    enter = np.clip((-along - root) / length2, 0, 1)[:, None]
    leave = np.clip((-along + root) / length2, 0, 1)[:, None]
    a, b = p + enter * d, p + leave * d
    turn = (_angle(p, a) + _angle(b, q)).sum()
    if abs(turn) < 8 * EPS * len(p):  # around a disk that is never met: 0 but for rounding
        turn = 0.0
    return float(turn * radius**2 + (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / 2


def _angle(p: Array, q: Array) -> Array:
    """The angle from p to q as seen from the origin, in -π to π."""
    return np.arctan2(p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0], (p * q).sum(1))


def _read_polygon(target: Any) -> tuple[Vector, ...]:
    """The corners of a polygon as fractions, anticlockwise."""
    vertices = getattr(target, "vertices", None)
    if vertices is None:
        raise InvalidInputError(
            f"iou got a {type(target).__name__} as target. Pass a UnitBall, a Ring, or an object "
            "with vertices of shape (n, 2)."
        )
    points = tuple(read_vector(point) for point in vertices)
    if len(points) < 3 or any(len(point) != 2 for point in points) or not polygon_area(points):
        raise InvalidInputError("A polygon needs three or more corners in the plane, and an area.")
    if polygon_area(points) < 0:
        points = points[::-1]
    if len(_convex_parts(points)) > 1 and _crosses_itself(points):
        raise InvalidInputError("The outline of the polygon crosses itself. Pass a simple polygon.")
    return points


def _crosses_itself(polygon: Sequence[Vector]) -> bool:
    """Whether two sides of a polygon cross at inner points of both."""
    sides = list(zip(polygon, (*polygon[1:], polygon[0]), strict=True))

    def parted(p: Vector, q: Vector, ends: Sequence[Vector]) -> bool:
        a, b = (polygon_area([p, q, end]) for end in ends)
        return a * b < 0

    return any(
        parted(*side, other) and parted(*other, side)
        for side, other in itertools.combinations(sides, 2)
    )


def _polygon_areas(
    net: ExactNetwork, polygon: Sequence[Vector], box: ExactBox, exact: bool
) -> tuple[Any, Any]:
    """The areas of {f > 0} and of the box inside a polygon, by signed triangles."""
    common = whole = Fraction(0) if exact else 0.0
    for sign, part in _convex_parts(polygon):
        for half in _half_planes(corners(box)):
            part = clip_polygon(part, half)
        if part:
            common += sign * area_inside(net, part, exact)
            whole += sign * (polygon_area(part) if exact else float(polygon_area(part)))
    return common, whole


def _convex_parts(polygon: Sequence[Vector]) -> list[tuple[int, tuple[Vector, ...]]]:
    """The polygon itself if convex; else triangles with signs, which add up to it."""
    n, first = len(polygon), polygon[0]
    turns = [polygon_area([polygon[i - 2], polygon[i - 1], polygon[i]]) for i in range(n)]
    fan = [(polygon_area([first, p, q]), p, q) for p, q in itertools.pairwise(polygon[1:])]
    # left turns alone would also let a five-pointed star pass
    if min(turns) >= 0 and min(area for area, _, _ in fan) >= 0:
        return [(1, tuple(polygon))]
    return [(1, (first, p, q)) if area > 0 else (-1, (first, q, p)) for area, p, q in fan if area]


def _half_planes(polygon: Sequence[Vector]) -> list[HalfSpace]:
    """The half-planes on the left of the edges of an anticlockwise polygon."""
    halves = []
    for p, q in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        normal = (p[1] - q[1], q[0] - p[0])
        halves.append(HalfSpace(normal, -normal[0] * p[0] - normal[1] * p[1]))
    return halves
