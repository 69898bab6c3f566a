"""Which way a boundary turns at a corner, with floats and with homogeneous whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from course_lib.errors import RoundingError
from course_lib.regions.cycles import Cycles

__all__ = ["Exactly", "Points", "Rounded"]

Array = np.ndarray
ANGLE = 1e-9  # a turn that is smaller than this may be rounding


@dataclass(frozen=True)
class Rounded:
    """Points in doubles, shape (n, 2)."""

    points: Array

    def turns(self, cycles: Cycles) -> Array:
        """At each corner: 1 for a left turn, 0 for none, -1 for a right turn.

        Raises:
            RoundingError: two different sides are parallel, or nearly so.
        """
        before, after = cycles.neighbours()
        p, q, r = (self.points[cycles.corner[i]] for i in (before, slice(None), after))
        a, b = q - p, r - q
        cross = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
        straight = cycles.side == cycles.side[before]
        small = np.abs(cross) <= ANGLE * np.hypot(*a.T) * np.hypot(*b.T)
        if (small & ~straight).any():
            raise RoundingError("Floats cannot tell whether a corner is straight. Pass exact=True.")
        return np.where(straight, 0, np.sign(cross)).astype(np.int8)

    def bends(self, cycles: Cycles) -> Array:
        """Where one side of a piece ends and the next begins."""
        before, _ = cycles.neighbours()
        return cycles.side != cycles.side[before]

    def cartesian(self) -> tuple[Array, Array]:
        """Coordinates of shape (n, 2), and which of them are directions."""
        return self.points, np.zeros(len(self.points), dtype=bool)


@dataclass(frozen=True)
class Exactly:
    """Points in homogeneous whole numbers (x, y, w), shape (n, 3); w = 0 for directions."""

    points: Array

    def turns(self, cycles: Cycles) -> Array:
        """At each corner: 1 for a left turn, 0 for none, -1 for a right turn."""
        before, after = cycles.neighbours()
        p, q, r = (self.points[cycles.corner[i]].T for i in (before, slice(None), after))
        (a, b, c), (d, e, f), (g, h, i) = p, q, r
        turn = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
        return (turn > 0).astype(np.int8) - (turn < 0).astype(np.int8)

    def bends(self, cycles: Cycles) -> Array:
        """Where one side of a piece ends and the next begins."""
        return self.turns(cycles) != 0

    def cartesian(self) -> tuple[Array, Array]:
        """Coordinates of shape (n, 2) as Fractions, and which of them are directions."""
        away = self.points[:, 2] == 0
        w = np.where(away, 1, self.points[:, 2])
        return np.frompyfunc(Fraction, 2, 1)(self.points[:, :2], w[:, None]), away


Points = Rounded | Exactly
