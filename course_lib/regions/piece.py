"""One convex piece of the domain, with the affine map that the network is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.arguments import counted, shown
from course_lib.errors import ShapeError
from course_lib.exact import brief

__all__ = ["Piece", "Pieces", "summary"]


@dataclass(frozen=True, eq=False)
class Piece:
    """A convex polytope on which f(x) = gradient · x + offset.

    Args:
        vertices: corners, shape (n, d): a float array, or in exact mode a tuple of points, each a
            tuple of Fractions. In the plane they come in anticlockwise order.
        gradient: shape (d,), a float array or a tuple of Fractions.
        offset: a float or a Fraction.
        rays: directions in which an unbounded piece runs off, in anticlockwise order, in the
            format of ``vertices``; the piece consists of the convex combinations of its vertices
            plus the non-negative combinations of its rays. A piece without corners (a half-plane,
            a strip, the plane) has one point of each of its boundary lines as vertex, or any point.
        pattern: for an activation region, which neurons are positive on it, in network order.
    """

    vertices: Any
    gradient: Any
    offset: Any
    rays: Any = ()
    pattern: tuple[bool, ...] | None = None

    def __repr__(self) -> str:
        rays = f" and {counted(len(self.rays), 'ray')}" if len(self.rays) else ""
        gradient = ", ".join(brief(entry) for entry in map(_plain, self.gradient))
        return (
            f"Piece({counted(len(self.vertices), 'corner')}{rays}, gradient=({gradient}), "
            f"offset={brief(_plain(self.offset))})"
        )

    @property
    def is_bounded(self) -> bool:
        """Whether the piece is the hull of its vertices."""
        return len(self.rays) == 0

    @property
    def interior_point(self) -> Any:
        """A point well inside: the mean of the vertices, moved along the mean ray if there are any.

        A float array of shape (d,), or a tuple of Fractions in exact mode.
        """
        columns = zip(*self.vertices, strict=True)
        centre = [sum(column) / len(self.vertices) for column in columns]
        if len(self.rays):
            for i, column in enumerate(zip(*self.rays, strict=True)):
                centre[i] = centre[i] + sum(column)
        return np.array(centre) if isinstance(self.vertices, np.ndarray) else tuple(centre)

    def value(self, point: Any) -> Any:
        """Gradient · point + offset, the network's value if the point lies on the piece."""
        try:
            return sum(g * x for g, x in zip(self.gradient, point, strict=True)) + self.offset
        except (TypeError, ValueError):
            raise ShapeError(
                f"A piece got the point {shown(point)}. Pass {len(self.gradient)} numbers."
            ) from None


class Pieces(tuple[Piece, ...]):
    """Pieces that tile a box: a tuple that says in short what it holds."""

    def __repr__(self) -> str:
        return summary(self)


def summary(pieces: Sequence[Piece]) -> str:
    """How many pieces there are, and the first of them."""
    first = f": {pieces[0]!r}, ..." if len(pieces) else ""
    return f"{counted(len(pieces), 'piece')}{first}"


def _plain(number: Any) -> Any:
    return float(number) if isinstance(number, np.floating) else number
