"""The outline of the positive set {f > 0} in the plane, and the area inside it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.errors import RoundingError, ShapeError
from course_lib.exact import ExactNetwork, Vector, freeze
from course_lib.networks import Network
from course_lib.regions.boxes import corners, read_box
from course_lib.regions.corners import Exactly, Rounded
from course_lib.regions.planar_map import OUTSIDE
from course_lib.regions.plane import exact_map, float_map

__all__ = ["area_inside", "boundary", "on_the_plane", "positive_area", "positive_polygons", "rim"]

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
    frozen = on_the_plane(net, "positive_area")
    return area_inside(frozen, corners(read_box(box, 2)), exact)


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
    frozen = on_the_plane(net, "boundary")
    return rim(frozen, corners(read_box(box, 2)), exact, frame=False)


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
    frozen = on_the_plane(net, "positive_polygons")
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


def on_the_plane(net: Network | ExactNetwork, name: str) -> ExactNetwork:
    """The frozen network, if it reads two coordinates; ``name`` is who asks."""
    frozen = freeze(net)
    if frozen.dim != 2:
        raise ShapeError(
            f"{name} works in the plane; this network reads {frozen.dim} coordinates. Pass a "
            "network with dim 2; linear_pieces works in any dimension."
        )
    return frozen


def rim(net: ExactNetwork, domain: Sequence[Vector], exact: bool, *, frame: bool) -> Array:
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


def area_inside(net: ExactNetwork, domain: Sequence[Vector], exact: bool) -> Any:
    """The area of {f > 0} in a convex polygon."""
    return area_within(rim(net, domain, exact, frame=True), exact)


def area_within(edges: Array, exact: bool) -> Any:
    """The area of a set with given directed edges (n, 2, 2) around it (the shoelace formula)."""
    if not len(edges):
        return Fraction(0) if exact else 0.0
    (px, py), (qx, qy) = (edges - edges[0, 0]).transpose(1, 2, 0)
    twice = (px * qy - py * qx).sum()
    return twice / 2 if exact else float(twice) / 2
