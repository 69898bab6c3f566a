"""Half-spaces, and convex polygons cut by them, without rounding."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Real
from typing import Any

import numpy as np

from course_lib.arguments import read_instance, read_list, shown
from course_lib.errors import InvalidInputError
from course_lib.exact.linear import Vector, dot
from course_lib.exact.reading import brief

__all__ = ["HalfSpace", "clip_polygon", "polygon_area"]


@dataclass(frozen=True)
class HalfSpace:
    """The points x with normal · x + offset >= 0; its boundary is a line in the plane.

    Raises:
        InvalidInputError: entries that are no Fractions, or a normal of zeros.

    >>> right = HalfSpace((Fraction(1), Fraction(0)), Fraction(0))
    >>> right.contains((Fraction(2), Fraction(5)))
    True
    """

    normal: Vector
    offset: Fraction

    def __repr__(self) -> str:
        terms = ", ".join(map(brief, self.normal))
        return f"HalfSpace(({terms}) · x + {brief(self.offset)} >= 0)"

    def __post_init__(self) -> None:
        listed = isinstance(self.normal, tuple | list)
        if not listed or not all(isinstance(p, Fraction) for p in (*self.normal, self.offset)):
            raise InvalidInputError(
                "A HalfSpace holds Fractions: a tuple of them, and one as offset. Read numbers "
                "with exact.read."
            )
        if not any(self.normal):
            raise InvalidInputError("A HalfSpace needs a normal that is not zero. Pass one.")

    def height(self, point: Sequence[Fraction]) -> Fraction:
        """The value normal · point + offset: positive inside, zero on the boundary."""
        return dot(self.normal, point) + self.offset

    def contains(self, point: Sequence[Fraction]) -> bool:
        """Whether a point of shape (d,) lies in the half-space or on its boundary."""
        return self.height(point) >= 0


def clip_polygon(vertices: Sequence[Vector], half: HalfSpace) -> tuple[Vector, ...]:
    """The part of a convex polygon inside a half-plane (Sutherland & Hodgman 1974).

    Args:
        vertices: corners in order around the polygon.
        half: the half-plane to keep.

    Returns:
        Corners in the same order; empty when no area remains.

    >>> half, zero, one = Fraction(1, 2), Fraction(0), Fraction(1)
    >>> square = ((zero, zero), (one, zero), (one, one), (zero, one))
    >>> polygon_area(clip_polygon(square, HalfSpace((one, zero), -half)))
    Fraction(1, 2)
    """
    half = read_instance("half", half, HalfSpace, "Build one as HalfSpace(normal, offset).")
    vertices = read_list("vertices", vertices, of="corners")
    heights = [half.height(vertex) for vertex in vertices]
    if not any(height > 0 for height in heights):
        return ()
    kept: list[Any] = []
    for i, (p, z) in enumerate(zip(vertices, heights, strict=True)):
        before, z_before = vertices[i - 1], heights[i - 1]
        if z * z_before < 0:
            t = z_before / (z_before - z)
            kept.append(tuple(x + t * (y - x) for x, y in zip(before, p, strict=True)))
        if z >= 0:
            kept.append(tuple(p))
    return tuple(kept)


def polygon_area(vertices: Sequence[Vector]) -> Fraction:
    """The area inside a polygon, positive when its corners run anticlockwise."""
    vertices = [_in_the_plane(p) for p in read_list("vertices", vertices, of="corners")]
    twice = sum(
        (
            p[0] * q[1] - p[1] * q[0]
            for p, q in zip(vertices, [*vertices[1:], *vertices[:1]], strict=True)
        ),
        Fraction(0),
    )
    return twice / 2


def _in_the_plane(vertex: Vector) -> Vector:
    pair = isinstance(vertex, tuple | list | np.ndarray) and len(vertex) == 2
    if pair and all(isinstance(entry, Real) and abs(entry) < math.inf for entry in vertex):
        return vertex
    raise InvalidInputError(
        f"vertices must be pairs of finite numbers, got {shown(vertex)}. Pass Fractions, or floats."
    )
