"""The outline of the positive set {f > 0} in the plane, and the area inside it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.arguments import counted, read_flag
from course_lib.errors import RoundingError, ShapeError
from course_lib.exact import ExactNetwork, Vector, brief, freeze, to_float, to_floats
from course_lib.networks import Network
from course_lib.regions.areas import Outline
from course_lib.regions.boxes import corners, read_box
from course_lib.regions.corners import Exactly, Rounded
from course_lib.regions.planar_map import OUTSIDE
from course_lib.regions.plane import exact_map, float_map

__all__ = [
    "area_inside",
    "boundary",
    "on_the_plane",
    "outline_of",
    "positive_area",
    "positive_polygons",
]

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
    frozen, exact = on_the_plane(net, "positive_area"), read_flag("exact", exact)
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
    frozen, exact = on_the_plane(net, "boundary"), read_flag("exact", exact)
    edges = outline_of(frozen, corners(read_box(box, 2)), exact, frame=False).edges
    return edges if exact else to_floats(edges)


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
    frozen, exact = on_the_plane(net, "positive_polygons"), read_flag("exact", exact)
    loops, coordinates, _ = _rim(frozen, corners(read_box(box, 2)), exact, frame=True)
    coordinates = coordinates if exact else to_floats(coordinates)
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


def on_the_plane(
    net: Network | ExactNetwork, name: str, instead: str = "regions.linear_pieces"
) -> ExactNetwork:
    """The frozen network, if it reads two coordinates.

    Args:
        net: a network.
        name: who asks.
        instead: what works in any dimension.

    Raises:
        ShapeError: a network that reads another number of coordinates.
    """
    frozen = freeze(net)
    if frozen.dim != 2:
        raise ShapeError(
            f"{name} works in the plane; this network reads "
            f"{counted(frozen.dim, 'coordinate')}. Pass a network with dim 2; {instead} works in "
            "any dimension."
        )
    return frozen


def outline_of(
    net: ExactNetwork,
    domain: Sequence[Vector],
    exact: bool,
    *,
    frame: bool = True,
    unasked: bool = False,
) -> Outline:
    """The directed edges around {f > 0} in a convex polygon.

    Args:
        net: a network on the plane.
        domain: the corners of the polygon, anticlockwise.
        exact: whether to compute in fractions; floats turn to them where rounding could decide.
        frame: whether the parts on the edge of the polygon count.
        unasked: whether the fractions are our idea and must not take long.
    """
    loops, coordinates, moved = _rim(net, domain, exact, frame=frame, unasked=unasked)
    return Outline(coordinates[loops.T], moved[loops].max(axis=0))


def _rim(
    net: ExactNetwork,
    domain: Sequence[Vector],
    exact: bool,
    *,
    frame: bool,
    unasked: bool = False,
) -> tuple[Array, Array, Array]:
    """The same edges as pairs of vertices, shape (2, n); all vertices and how far each may be off.

    The coordinates are floats, or Fractions where floats could not decide.
    """
    points: Any
    try:
        if exact:
            raise RoundingError
        plane, floats = float_map(net, domain, level=True)
        points, moved = Rounded(floats.points), floats.moved
    except RoundingError:
        plane, wholes = exact_map(net, domain, level=True, unasked=unasked or not exact)
        points, moved = Exactly(wholes.points), np.zeros(len(wholes.points))
    start, end, left, right, _ = plane.edges.values
    positive = np.append(plane.positive_faces(0), False)
    ahead, back = positive[left] & ~positive[right], positive[right] & ~positive[left]
    if not frame:
        inner = (left != OUTSIDE) & (right != OUTSIDE)
        ahead, back = ahead & inner, back & inner
    loops = np.concatenate([np.stack([start, end])[:, ahead], np.stack([end, start])[:, back]], 1)
    return loops, points.cartesian()[0], moved


def area_inside(net: ExactNetwork, domain: Sequence[Vector], exact: bool) -> Any:
    """The area of {f > 0} in a convex polygon."""
    found = outline_of(net, domain, exact).area()
    if not found.is_sure:
        found = outline_of(net, domain, exact=True, unasked=True).area()
    return found.area if exact else _as_float(found.area)


def _as_float(area: Fraction) -> float:
    """The nearest float; raises RoundingError where there is none of full precision."""
    if 0 < area < sys.float_info.min:
        raise RoundingError(
            f"The area {brief(area)} is too small for floats. Pass exact=True, or scale the "
            "problem up."
        )
    return to_float(area)
