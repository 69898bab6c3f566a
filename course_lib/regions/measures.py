"""How large the positive set {f > 0} is, how well it fits a target, and whether it is bounded."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.errors import InvalidInputError, RoundingError, ShapeError
from course_lib.exact import (
    ExactNetwork,
    HalfSpace,
    Vector,
    clip_polygon,
    freeze,
    polygon_area,
    read_vector,
)
from course_lib.networks import Network
from course_lib.regions.boxes import ExactBox, corners, read_box
from course_lib.regions.corners import Exactly, Rounded
from course_lib.regions.planar_map import OUTSIDE
from course_lib.regions.plane import exact_map, float_map
from course_lib.targets import Ring, UnitBall

__all__ = ["boundary", "iou", "is_bounded", "is_empty", "positive_area", "positive_polygons"]

Array = np.ndarray


def positive_area(net: Network | ExactNetwork, box: Sequence[Any], exact: bool = False) -> Any:
    """The area of {f > 0} in a box in the plane, from its boundary: no sampling.

    Args:
        net: a network on the plane.
        box: pairs (low, high), one per coordinate.
        exact: whether to compute in fractions.

    Returns:
        A float, or a Fraction in exact mode.

    Raises:
        ShapeError: a network that does not read two coordinates, or another box.
        RoundingError: see :func:`course_lib.regions.linear_pieces`.

    >>> from course_lib.networks import FullyConnected
    >>> positive_area(FullyConnected.from_layers([([[1.0, 1.0]], [0.0])]), [(-1, 1), (-1, 1)])
    2.0
    """
    frozen = _on_the_plane(net, "positive_area")
    return _area(frozen, corners(read_box(box, 2)), exact)


def boundary(net: Network | ExactNetwork, box: Sequence[Any], exact: bool = False) -> Array:
    """The boundary of {f > 0} inside a box in the plane, as segments.

    Returns:
        An array of shape (n, 2, 2): segment, end, coordinate; {f > 0} lies to the left of each. It
        holds floats, or Fractions in exact mode.

    Raises:
        ShapeError: a network that does not read two coordinates, or another box.
        RoundingError: see :func:`course_lib.regions.linear_pieces`.

    >>> from course_lib.networks import FullyConnected
    >>> boundary(FullyConnected.from_layers([([[2.0, 0.0]], [1.0])]), [(-1, 1), (0, 3)]).tolist()
    [[[-0.5, 3.0], [-0.5, 0.0]]]
    """
    frozen = _on_the_plane(net, "boundary")
    return _rim(frozen, corners(read_box(box, 2)), exact, frame=False)


def positive_polygons(
    net: Network | ExactNetwork, box: Sequence[Any], exact: bool = False
) -> list[Array]:
    """The outlines of {f > 0} in a box in the plane, ready to be filled.

    Returns:
        Closed polygons of shape (n, 2), floats, or Fractions in exact mode: anticlockwise around a
        part of {f > 0}, clockwise around a hole. Their signed areas add up to ``positive_area``.

    Raises:
        ShapeError: a network that does not read two coordinates, or another box.
        RoundingError: see :func:`course_lib.regions.linear_pieces`.

    >>> from course_lib.networks import FullyConnected
    >>> half_plane = FullyConnected.from_layers([([[1.0, 0.0]], [0.0])])
    >>> [len(polygon) for polygon in positive_polygons(half_plane, [(-1, 1), (-1, 1)])]
    [4]
    """
    frozen = _on_the_plane(net, "positive_polygons")
    loops, coordinates = _rim_edges(frozen, corners(read_box(box, 2)), exact, frame=True)
    ways: dict[int, list[int]] = {}
    for start, end in loops.T.tolist():
        ways.setdefault(start, []).append(end)
    return [coordinates[loop] for loop in _chains(ways)]


def _chains(ways: dict[int, list[int]]) -> list[list[int]]:
    """Closed walks that use every directed edge once."""
    found = []
    for first in list(ways):
        while ways[first]:
            loop, at = [first], ways[first].pop()
            while at != first:
                loop.append(at)
                at = ways[at].pop()
            found.append(loop)
    return found


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
    frozen, sides = _on_the_plane(net, "iou"), read_box(box, 2)
    if isinstance(target, UnitBall | Ring):
        common, whole = _round_areas(frozen, target, sides, exact)
    else:
        common, whole = _polygon_areas(frozen, _read_polygon(target), sides, exact)
    union = _area(frozen, corners(sides), exact) + whole - common
    if union == 0:
        raise InvalidInputError(
            "Neither the positive set nor the target has any area in the box, so their IoU is "
            "undefined. Pass a larger box."
        )
    return common / union


def is_empty(net: Network | ExactNetwork) -> bool:
    """Whether f > 0 nowhere in the plane; decided in fractions.

    >>> from course_lib.networks import FullyConnected
    >>> is_empty(FullyConnected.from_layers([([[1.0, 0.0]], [0.0]), ([-1.0], 0.0)]))
    True
    """
    _, vertices = exact_map(_on_the_plane(net, "is_empty"), None)
    # f is affine on each piece: if it is positive anywhere, then at a corner or along a ray
    return not (vertices.neuron(0) > 0).any()


def is_bounded(net: Network | ExactNetwork) -> bool:
    """Whether {f > 0} is a bounded part of the plane; decided in fractions, tentacles included.

    The empty set is bounded. {f > 0} is unbounded exactly if, on some unbounded piece, f grows
    along a ray, or stays the same along a ray and is positive somewhere on the piece.

    Args:
        net: a network on the plane; its stored weights count, not torch's rounded forward pass.

    Raises:
        ShapeError: a network that does not read two coordinates.

    >>> from course_lib.networks import OneNeuronResNet
    >>> fold = dict(u=[[-2.0, 0.0], [0.0, -2.0]], w=[[1.0, 0.0], [0.0, 1.0]], b=[0.0, 0.0])
    >>> diamond = OneNeuronResNet.from_blocks(**fold, readout=([1.0, 1.0], 1.0))  # 1 - |x| - |y|
    >>> is_bounded(diamond), is_bounded(diamond.prefix(1))
    (True, False)
    """
    plane, vertices = exact_map(_on_the_plane(net, "is_bounded"), None)
    sign = vertices.signs(0)
    away = vertices.points[:, 2] == 0
    if (sign[away] > 0).any():
        return False
    positive = _faces_at(plane, (sign > 0) & ~away)
    level = _faces_at(plane, (sign == 0) & away)
    return not (positive & level).any()


def _faces_at(plane: Any, chosen: Array) -> Array:
    """Which faces have one of the chosen vertices as a corner."""
    start, end, left, right, _ = plane.edges.values
    edges = np.flatnonzero(chosen[start] | chosen[end])
    faces = np.zeros(plane.faces + 1, dtype=bool)  # the last entry stands for OUTSIDE
    faces[left[edges]] = faces[right[edges]] = True
    return faces[:-1]


def _on_the_plane(net: Network | ExactNetwork, name: str) -> ExactNetwork:
    frozen = freeze(net)
    if frozen.dim != 2:
        raise ShapeError(f"{name} works in the plane; this network reads {frozen.dim} coordinates.")
    return frozen


def _rim(net: ExactNetwork, domain: Sequence[Vector], exact: bool, *, frame: bool) -> Array:
    """The directed edges around {f > 0} in a convex polygon, shape (n, 2, 2).

    ``frame`` says whether the parts on the edge of the polygon count.
    """
    loops, coordinates = _rim_edges(net, domain, exact, frame=frame)
    return coordinates[loops.T]


def _rim_edges(
    net: ExactNetwork, domain: Sequence[Vector], exact: bool, *, frame: bool
) -> tuple[Array, Array]:
    """The same edges as pairs of vertices, shape (2, n), and the coordinates of all vertices."""
    points: Any
    try:
        if exact:
            raise RoundingError
        plane, floats = float_map(net, domain, level=True)
        positive, points = plane.positive_faces(0), Rounded(floats.points)
    except RoundingError:
        plane, wholes = exact_map(net, domain, level=True, unasked=not exact)
        positive, points = plane.positive_faces(0), Exactly(wholes.points)
    start, end, left, right, _ = plane.edges.values
    positive = np.append(positive, False)
    ahead, back = positive[left] & ~positive[right], positive[right] & ~positive[left]
    if not frame:
        inner = (left != OUTSIDE) & (right != OUTSIDE)
        ahead, back = ahead & inner, back & inner
    loops = np.concatenate([np.stack([start, end])[:, ahead], np.stack([end, start])[:, back]], 1)
    coordinates = points.cartesian()[0]
    return loops, coordinates if exact else coordinates.astype(float)


def _area(net: ExactNetwork, domain: Sequence[Vector], exact: bool) -> Any:
    """The area of {f > 0} in a convex polygon (the shoelace formula over its rim)."""
    rim = _rim(net, domain, exact, frame=True)
    if not len(rim):
        return Fraction(0) if exact else 0.0
    (px, py), (qx, qy) = (rim - rim[0, 0]).transpose(1, 2, 0)
    twice = (px * qy - py * qx).sum()
    return twice / 2 if exact else float(twice) / 2


def _round_areas(
    net: ExactNetwork, target: UnitBall | Ring, box: ExactBox, exact: bool
) -> tuple[float, float]:
    """The areas of {f > 0} and of the box inside a disk or a ring around the origin."""
    if exact:
        raise InvalidInputError("The area of a disk is no fraction. Pass exact=False.")
    if target.dim != 2:
        raise InvalidInputError(f"iou works in the plane; this UnitBall has dim={target.dim}.")
    frame = np.array(corners(box), dtype=float)
    edges = np.stack([frame, np.roll(frame, -1, axis=0)], axis=1)
    rim = _rim(net, corners(box), False, frame=True)
    if isinstance(target, UnitBall):
        return _area_in_disk(rim, target.inner), _area_in_disk(edges, target.inner)
    common, whole = (
        _area_in_disk(around, target.outer) - _area_in_disk(around, target.inner)
        for around in (rim, edges)
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
    sectors = (_angle(p, a) + _angle(b, q)) * radius**2
    return float((sectors + a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / 2


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
            common += sign * _area(net, part, exact)
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
