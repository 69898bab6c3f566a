"""The surface {f = 0} of a network on space, as polygons, and plane cuts through {f > 0}."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from course_lib.arguments import counted, read_instance, read_list, read_whole
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import Vector, dot, read
from course_lib.regions.piece import Piece

__all__ = ["caps", "cross_section", "enclosed_volume", "positive_volume", "surface"]

Polygon = tuple[Vector, ...]
Shadow = tuple[float, float, Vector]  # a point's two coordinates that count, rounded, and the point
SURE = 1e-12  # of the square of the coordinates; a turn in floats is right to some 1e-15 of it


def surface(pieces: Sequence[Piece]) -> list[Polygon]:
    """The border of {f > 0} inside a box of space: one convex polygon from each piece that it cuts.

    On a piece f is affine, so {f = 0} is a plane there, and what it cuts out of the piece is the
    hull of the points where it crosses the segments between two corners.

    Args:
        pieces: what ``linear_pieces(net, box, exact=True)`` gave for a network of three inputs.

    Returns:
        Polygons as tuples of corners, each a tuple of three Fractions, anticlockwise as seen from
        outside, where f <= 0.

    Raises:
        ShapeError: pieces outside space.
        InvalidInputError: pieces in floats, whose corners are rounded.

    >>> from course_lib.networks import FullyConnected
    >>> from course_lib.regions import linear_pieces
    >>> plane = FullyConnected.from_layers([([[0.0, 0.0, 1.0]], [0.0])])
    >>> [face] = surface(linear_pieces(plane, [(-1, 1)] * 3, exact=True))
    >>> len(face), {str(corner[2]) for corner in face}
    (4, {'0'})
    """
    found: dict[frozenset[Vector], Polygon] = {}
    for piece in _exact(pieces):
        values = [piece.value(corner) for corner in piece.vertices]
        if max(values) > 0:  # else f = 0 is no border of {f > 0} here
            face = _hull(_crossings(piece.vertices, values), [-g for g in piece.gradient])
            found.setdefault(frozenset(face), face)  # two pieces may meet in one face
    return [face for face in found.values() if face]


def cross_section(pieces: Sequence[Piece], axis: int, at: Any) -> list[Polygon]:
    """What a plane x_axis = at cuts out of {f > 0}, as convex polygons, one from each piece.

    Args:
        pieces: as for :func:`surface`.
        axis: 0, 1 or 2.
        at: where the plane crosses that axis; a float counts as the fraction that it stores.

    Returns:
        Polygons as tuples of points of space, anticlockwise as seen from the end of the axis.

    Raises:
        ShapeError, InvalidInputError: as for :func:`surface`, or another axis.

    >>> from course_lib.networks import FullyConnected
    >>> from course_lib.regions import linear_pieces
    >>> half_space = FullyConnected.from_layers([([[1.0, 0.0, 0.0]], [0.0])])
    >>> pieces = linear_pieces(half_space, [(-1, 1)] * 3, exact=True)
    >>> [[tuple(map(int, corner)) for corner in face] for face in cross_section(pieces, 2, 0)]
    [[(0, -1, 0), (1, -1, 0), (1, 1, 0), (0, 1, 0)]]
    """
    axis, height = read_whole("axis", axis, at_least=0, at_most=2), read(at, "at")
    normal = [Fraction(k == axis) for k in range(3)]
    found: dict[frozenset[Vector], Polygon] = {}
    for piece in _exact(pieces):
        heights = [corner[axis] for corner in piece.vertices]
        if not min(heights) <= height <= max(heights):
            continue
        if all(piece.value(corner) <= 0 for corner in piece.vertices):
            continue  # most pieces: to ask the corners is cheaper than to cut
        in_plane = _crossings(piece.vertices, [entry - height for entry in heights])
        cell = _hull(in_plane, normal)
        values = [piece.value(corner) for corner in cell]
        if cell and max(values) > 0:
            kept = [corner for corner, f in zip(cell, values, strict=True) if f >= 0]
            face = _hull([*kept, *_crossings(cell, values)], normal)
            found.setdefault(frozenset(face), face)  # the plane may run along a seam
    return [face for face in found.values() if face]


def positive_volume(pieces: Sequence[Piece]) -> Fraction:
    """The volume of {f > 0} in the box that the pieces tile, exactly.

    The divergence theorem for the field x/3: the volume is a third of the sum, over all faces, of
    their area times the distance of their plane. The faces are the surface, and what the six sides
    of the box cut off.

    Args:
        pieces: as for :func:`surface`.

    >>> from course_lib.networks import FullyConnected
    >>> from course_lib.regions import linear_pieces
    >>> half_space = FullyConnected.from_layers([([[1.0, 0.0, 0.0]], [0.0])])
    >>> positive_volume(linear_pieces(half_space, [(-1, 1)] * 3, exact=True))
    Fraction(4, 1)
    """
    return enclosed_volume([*surface(pieces), *caps(pieces)])


def caps(pieces: Sequence[Piece]) -> list[Polygon]:
    """What the six sides of the box cut out of {f > 0}, anticlockwise as seen from outside.

    Args:
        pieces: as for :func:`surface`.
    """
    pieces = _exact(pieces)
    found = []
    for axis in range(3):
        places = [corner[axis] for piece in pieces for corner in piece.vertices]
        found += [face[::-1] for face in cross_section(pieces, axis, min(places))]
        found += cross_section(pieces, axis, max(places))
    return found


def enclosed_volume(faces: Sequence[Polygon]) -> Fraction:
    """The volume inside a closed surface of flat faces, anticlockwise as seen from outside."""
    return sum(map(_flux, faces), start=Fraction(0)) / 3


def _flux(face: Polygon) -> Fraction:
    """The flow of the field x through a polygon: its area times the distance of its plane."""
    start = face[0]
    spread = [tuple(p - q for p, q in zip(corner, start, strict=True)) for corner in face[1:]]
    fan = (dot(start, _cross(p, q)) for p, q in itertools.pairwise(spread))
    return sum(fan, start=Fraction(0)) / 2


def _crossings(corners: Sequence[Vector], values: Sequence[Fraction]) -> list[Vector]:
    """The corners with value 0, and where it is 0 between one above and one below."""
    above = [(x, f) for x, f in zip(corners, values, strict=True) if f > 0]
    below = [(x, f) for x, f in zip(corners, values, strict=True) if f < 0]
    between = [
        tuple((f * q - g * p) / (f - g) for p, q in zip(x, y, strict=True))
        for x, f in above
        for y, g in below
    ]
    return [x for x, f in zip(corners, values, strict=True) if f == 0] + between


def _hull(points: Iterable[Vector], normal: Sequence[Fraction]) -> Polygon:
    """The corners of the hull of points in a plane, anticlockwise around its normal, or ()."""
    # Forget the coordinate in which the plane is least steep; the hull is that of the shadow.
    drop = max(range(3), key=lambda k: abs(normal[k]))
    i, j = (drop + 1) % 3, (drop + 2) % 3
    if normal[drop] < 0:
        i, j = j, i
    shadows = [(float(p[i]), float(p[j]), p) for p in points]
    # rounding keeps the order, so that the long fractions are compared where floats are equal only
    shadows.sort(key=lambda shadow: (shadow[0], shadow[2][i], shadow[2][j]))
    lower, upper = _chain(shadows, i, j), _chain(shadows[::-1], i, j)
    corners = tuple(p for _, _, p in (*lower[:-1], *upper[:-1]))
    return corners if len(corners) > 2 else ()


def _chain(ordered: Sequence[Shadow], i: int, j: int) -> list[Shadow]:
    """Half of Andrew's monotone chain: left turns only."""
    chain: list[Shadow] = []
    for p in ordered:
        while len(chain) > 1 and not _turns_left(chain[-2], chain[-1], p, i, j):
            chain.pop()
        chain.append(p)
    return chain


def _turns_left(p: Shadow, q: Shadow, r: Shadow, i: int, j: int) -> bool:
    """Whether the way from p over q to r turns left: in fractions where floats could be wrong."""
    turn = (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
    if abs(turn) > SURE * max(1.0, *(abs(entry) for s in (p, q, r) for entry in s[:2])) ** 2:
        return turn > 0
    a, b, c = p[2], q[2], r[2]
    return (b[i] - a[i]) * (c[j] - a[j]) > (b[j] - a[j]) * (c[i] - a[i])


def _cross(p: Vector, q: Vector) -> Vector:
    return tuple(p[i - 2] * q[i - 1] - p[i - 1] * q[i - 2] for i in range(3))


def _exact(pieces: Any) -> list[Piece]:
    listed = [
        read_instance(
            "a member of pieces",
            piece,
            Piece,
            "Pass what linear_pieces(net, box, exact=True) gave.",
        )
        for piece in read_list("pieces", pieces, of="pieces", at_least=1)
    ]
    for piece in listed:
        if len(piece.gradient) != 3:
            raise ShapeError(
                f"A piece here has {counted(len(piece.gradient), 'coordinate')}. A surface is "
                "drawn in space; pass the pieces of a network with 3 inputs."
            )
        if not isinstance(piece.offset, Fraction):
            raise InvalidInputError(
                "These pieces are in floats, with rounded corners. Pass those of "
                "linear_pieces(net, box, exact=True)."
            )
    return listed
