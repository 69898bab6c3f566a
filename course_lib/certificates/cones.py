"""Polyhedra in R^d by their corners: the double description method, in whole numbers.

A polyhedron {x : h_i(x) >= 0} is kept as the cone over it, {(x, t) : t >= 0, h_i(x, t) >= 0}: a
corner x is the ray (q x, q), a direction in which the polyhedron never ends is a ray (v, 0), and a
straight line in it a pair of rays ±(v, 0). An affine function is a vector of d + 1 whole numbers
(its positive factor does not matter here), and its value on the cone a dot product.

Source: Motzkin, Raiffa, Thompson & Thrall (1953); Fukuda & Prodon (1996), "Double description
method revisited", for the test of adjacency.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["Cone", "IntVector", "dot"]

IntVector = tuple[int, ...]


@dataclass(frozen=True)
class Cone:
    """A cone with interior points, by its constraints and by the rays and lines that span it.

    Build one with :meth:`whole_space` or :meth:`orthant`; shrink it by :meth:`cut`.

    Args:
        lines: directions in which it is endless both ways.
        rays: its other extreme directions, with respect to the lines.
        tight: one bit mask per ray; bit i says that constraint i vanishes on it.
        known: the constraints; number 0 is t >= 0.
    """

    lines: tuple[IntVector, ...]
    rays: tuple[IntVector, ...]
    tight: tuple[int, ...]
    known: tuple[IntVector, ...]

    @classmethod
    def whole_space(cls, dim: int) -> Cone:
        """The cone over R^d: all (x, t) with t >= 0."""
        *lines, up = (tuple(int(i == j) for j in range(dim + 1)) for i in range(dim + 1))
        return cls(tuple(lines), (up,), (0,), (up,))

    @classmethod
    def orthant(cls, dim: int) -> Cone:
        """The cone over {x : x_i >= 0}; its constraints 1 to d are the coordinates."""
        cone = cls.whole_space(dim)
        for line in cone.lines:
            cone = cone.cut(line)
        return cone

    @property
    def size(self) -> int:
        """How many rays and lines span it: the work of finding a sign on it."""
        return len(self.rays) + len(self.lines)

    def is_positive_somewhere(self, h: IntVector) -> bool:
        """Whether h > 0 at some point of the cone."""
        return self.signs(h)[0]

    def signs(self, h: IntVector) -> tuple[bool, bool]:
        """Whether h > 0, and whether h < 0, at some point of the cone."""
        if any(dot(h, line) for line in self.lines):
            return True, True
        values = [dot(h, ray) for ray in self.rays]
        return any(value > 0 for value in values), any(value < 0 for value in values)

    def cut(self, h: IntVector) -> Cone:
        """The part where h >= 0; h must be positive somewhere on the cone."""
        return self.split(h)[0]

    def split(self, h: IntVector) -> tuple[Cone, Cone]:
        """The parts where h >= 0 and where h <= 0; of use where h has that sign inside."""
        minus = tuple(-entry for entry in h)
        bit = 1 << len(self.known)
        crossing = next((line for line in self.lines if dot(h, line)), None)
        if crossing is not None:
            return self._cut_line(h, crossing, bit), self._cut_line(minus, crossing, bit)
        values = [dot(h, ray) for ray in self.rays]
        above = [k for k, value in enumerate(values) if value > 0]
        below = [k for k, value in enumerate(values) if value < 0]
        between = [
            (
                _combine(values[a], self.rays[b], -values[b], self.rays[a]),
                self.tight[a] & self.tight[b] | bit,
            )
            for a, b in itertools.product(above, below)
            if self._adjacent(a, b)
        ]
        within = [k for k, value in enumerate(values) if not value]
        return self._part(h, above, within, between), self._part(minus, below, within, between)

    def _part(
        self,
        h: IntVector,
        inside: list[int],
        within: list[int],
        between: list[tuple[IntVector, int]],
    ) -> Cone:
        """One side of a cut: the rays inside, those within the plane h = 0, and the new ones."""
        bit = 1 << len(self.known)
        kept = sorted((*inside, *within))
        on_plane = set(within)
        rays = [(self.rays[k], self.tight[k] | bit * (k in on_plane)) for k in kept] + between
        spanning, tight = zip(*rays, strict=True) if rays else ((), ())
        return Cone(self.lines, spanning, tight, (*self.known, h))

    def _cut_line(self, h: IntVector, line: IntVector, bit: int) -> Cone:
        """Cut through a line: one half of it becomes a ray, all else slides along it to h = 0."""
        up = line if dot(h, line) > 0 else tuple(-e for e in line)
        slope = dot(h, up)
        lines = tuple(_combine(slope, m, -dot(h, m), up) for m in self.lines if m is not line)
        rays = tuple(_combine(slope, ray, -dot(h, ray), up) for ray in self.rays)
        tight = tuple(mask | bit for mask in self.tight)
        # all earlier constraints vanish on a line
        return Cone(lines, (*rays, up), (*tight, bit - 1), (*self.known, h))

    def _adjacent(self, a: int, b: int) -> bool:
        """Whether two rays span a face: no third one lies on all the constraints they share."""
        shared = self.tight[a] & self.tight[b]
        if shared.bit_count() < len(self.known[0]) - len(self.lines) - 2:
            return False  # too few to leave a plane, whatever they are
        return not any(
            mask & shared == shared for k, mask in enumerate(self.tight) if k not in (a, b)
        )

    def combination(self, goal: IntVector) -> dict[int, Fraction]:
        """Farkas: multipliers m_i >= 0, at most d + 1, with goal = sum of m_i known_i.

        ``goal`` must be >= 0 on the cone. Peel it: take a constraint that vanishes wherever the
        goal does, and subtract as much of it as leaves the goal >= 0. It then vanishes on one more
        ray, outside the span of those before, so this ends after at most d + 1 rounds.
        """
        values, scale = [dot(goal, ray) for ray in self.rays], 1  # scale times the goal's values
        multipliers: dict[int, Fraction] = {}
        everywhere = _common(self.tight)
        while any(values):
            zeros = _common(
                mask for mask, value in zip(self.tight, values, strict=True) if not value
            )
            usable = zeros & ~everywhere & (1 << len(self.known)) - 1
            index = (usable & -usable).bit_length() - 1  # the oldest has the shortest numbers
            heights = [dot(self.known[index], ray) for ray in self.rays]
            value, height = _least_ratio(values, heights)
            multipliers[index] = Fraction(value, height * scale)
            values = [height * v - value * h for v, h in zip(values, heights, strict=True)]
            scale *= height
            common = math.gcd(scale, *values)
            values, scale = [v // common for v in values], scale // common
        return multipliers

    def corners(self) -> list[tuple[Fraction, ...]]:
        """The corners of the polyhedron; with lines, one point of each least face."""
        return [tuple(Fraction(e, ray[-1]) for e in ray[:-1]) for ray in self.rays if ray[-1]]

    def endless_direction(self) -> tuple[Fraction, ...] | None:
        """A direction v with x + tv in the polyhedron for all its x and t >= 0, if it has one."""
        endless = [*self.lines, *(ray for ray in self.rays if not ray[-1])]
        return _unit(endless[0]) if endless else None

    def inner_point(self) -> tuple[Fraction, ...]:
        """A point inside the polyhedron: the mean of its corners, and one step along each ray."""
        corners = self.corners()
        steps = [_unit(ray) for ray in self.rays if not ray[-1]]
        means = [sum(column) / Fraction(len(corners)) for column in zip(*corners, strict=True)]
        return tuple(mean + sum(step[i] for step in steps) for i, mean in enumerate(means))


def dot(a: Sequence[int], b: Sequence[int]) -> int:
    """The inner product."""
    return sum(map(operator.mul, a, b))


def _combine(p: int, a: IntVector, q: int, b: IntVector) -> IntVector:
    """The vector p a + q b, without common factors."""
    entries = [p * x + q * y for x, y in zip(a, b, strict=True)]
    common = math.gcd(*entries) or 1
    return tuple(entry // common for entry in entries)


def _least_ratio(values: Sequence[int], heights: Sequence[int]) -> tuple[int, int]:
    """The pair (v, h) with the least v / h, of those with h > 0."""
    pairs = [(v, h) for v, h in zip(values, heights, strict=True) if h]
    least = pairs[0]
    for v, h in pairs:
        if v * least[1] < least[0] * h:
            least = v, h
    return least


def _common(masks: Iterable[int]) -> int:
    """The constraints that all the masks have."""
    result = -1
    for mask in masks:
        result &= mask
    return result


def _unit(ray: IntVector) -> tuple[Fraction, ...]:
    """The direction at length 1 in its largest coordinate."""
    largest = max(map(abs, ray))
    return tuple(Fraction(entry, largest) for entry in ray[:-1])
