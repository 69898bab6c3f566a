"""Half-spaces, and convex polygons cut by them, without rounding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

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
        if not all(isinstance(entry, Fraction) for entry in (*self.normal, self.offset)):
            raise InvalidInputError("A HalfSpace holds Fractions. Read numbers with exact.read.")
        if not any(self.normal):
            raise InvalidInputError("A HalfSpace needs a normal that is not zero.")

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
    twice = sum(
        (
            p[0] * q[1] - p[1] * q[0]
            for p, q in zip(vertices, (*vertices[1:], *vertices[:1]), strict=True)
        ),
        Fraction(0),
    )
    return twice / 2
