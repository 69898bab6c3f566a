"""The area inside directed edges, and how far rounding may have moved it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from course_lib.exact import to_floats

__all__ = ["EPS", "Measured", "Outline", "moved_area"]

Array = np.ndarray
EPS = np.finfo(float).eps
SURE = Fraction(1, 2**20)  # an area whose doubt is a larger share of it is left to exact arithmetic


class Measured(NamedTuple):
    """An area as a fraction, which no size leads out of range, and how far it may be off."""

    area: Fraction
    doubt: Fraction = Fraction(0)

    @property
    def is_sure(self) -> bool:
        """Whether the doubt is a small share of the area."""
        return self.doubt <= SURE * self.area


@dataclass(frozen=True)
class Outline:
    """The directed edges around a set in the plane, which lies to the left of each.

    Args:
        edges: shape (n, 2, 2): edge, end, coordinate; floats or Fractions.
        moved: how far rounding may have moved the ends of each edge, shape (n,); zero if exact.
    """

    edges: Array
    moved: Array

    def area(self) -> Measured:
        """The area of the set (the shoelace formula)."""
        if not len(self.edges):
            return Measured(Fraction(0))
        if self.edges.dtype == object:
            return Measured(_cross(self.edges - self.edges[0, 0]).sum() / 2)
        edges, moved, unit = self.scaled()
        near = edges - edges[0, 0]  # near its first corner: less cancellation
        sizes = np.abs(near[:, 0] * near[:, 1, ::-1])
        doubt = 4 * EPS * sizes.sum() + moved_area(edges, moved)
        area = _cross(near).sum() / 2
        return Measured(*(Fraction(float(part)) * unit**2 for part in (area, doubt)))

    def scaled(self, size: Any = 0) -> tuple[Array, Array, Fraction]:
        """The edges and ``moved`` as floats in a unit (a power of 2) in which none is beyond 1.

        Args:
            size: another length that shall not be beyond 1.
        """
        largest = Fraction(max(np.abs(self.edges).max(initial=0), size))
        exponent = largest.numerator.bit_length() - largest.denominator.bit_length() + 1
        unit = Fraction(2) ** exponent
        if self.edges.dtype == object:
            return to_floats(self.edges / unit), np.full(len(self.edges), EPS), unit
        return np.ldexp(self.edges, -exponent), np.ldexp(self.moved, -exponent), unit


def moved_area(edges: Array, moved: Array) -> Any:
    """How much area lies between edges (n, 2, 2) and where they may have been before rounding."""
    length = np.hypot(*(edges[:, 1] - edges[:, 0]).T)
    return (moved * (length + moved)).sum()


def _cross(edges: Array) -> Array:
    (px, py), (qx, qy) = edges.transpose(1, 2, 0)
    return px * qy - py * qx
