"""The polyhedra of :mod:`~course_lib.certificates.cones` in rounded numbers: fast, and a guess.

What they say about a sign or a corner only chooses where an exact proof is looked for. A value
within ``TINY`` of 0 counts as 0 (rays and functions have length 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["TINY", "RoundedCone", "to_length_one"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
TINY = 1e-9


@dataclass(frozen=True)
class RoundedCone:
    """A cone over a polyhedron, by the rays and lines that span it.

    Args:
        lines: shape (l, d + 1), directions in which it is endless both ways.
        rays: shape (r, d + 1), its other extreme directions, of length 1.
        tight: shape (r, constraints), which constraints vanish on a ray.
    """

    lines: Array
    rays: Array
    tight: NDArray[np.bool_]

    @classmethod
    def whole_space(cls, dim: int) -> RoundedCone:
        """The cone over R^d: all (x, t) with t >= 0."""
        axes = np.eye(dim + 1)
        return cls(axes[:-1], axes[-1:], np.zeros((1, 1), dtype=bool))

    @property
    def size(self) -> int:
        """How many rays and lines span it."""
        return len(self.rays) + len(self.lines)

    @property
    def generators(self) -> Array:
        """Directions whose sums, times numbers >= 0, are the cone."""
        return np.concatenate([self.rays, self.lines, -self.lines])

    @property
    def is_endless(self) -> bool:
        """Whether the polyhedron contains a ray."""
        return bool(len(self.lines) or (self.rays[:, -1] <= TINY).any())

    @property
    def corners(self) -> Array:
        """The corners of the polyhedron, shape (corners, d)."""
        corners = self.rays[self.rays[:, -1] > TINY]
        return corners[:, :-1] / corners[:, -1:]

    def split(self, h: Array) -> tuple[RoundedCone, RoundedCone]:
        """The parts where h >= 0 and where h <= 0, for a row h of length 1 of both signs."""
        slopes = self.lines @ h
        if len(slopes) and np.abs(slopes).max() > TINY:
            return self._cut_line(h, slopes)
        values = self.rays @ h
        within = np.flatnonzero(np.abs(values) <= TINY)
        sides = np.flatnonzero(values > TINY), np.flatnonzero(values < -TINY)
        a, b, shared = self._edges(*sides)
        rays = to_length_one(values[a, None] * self.rays[b] - values[b, None] * self.rays[a])
        on, off = (self._part(side, within, rays, shared) for side in sides)
        return on, off

    def _edges(self, above: Indices, below: Indices) -> tuple[Indices, Indices, NDArray[np.bool_]]:
        """The pairs of rays, one on each side, that span a face, and the constraints they share."""
        shared = (self.tight[above, None] & self.tight[below]).reshape(-1, self.tight.shape[1])
        counts = shared.sum(axis=1)
        # with fewer than that in common they leave more than a plane, whatever they are
        enough = np.flatnonzero(counts >= self.rays.shape[1] - len(self.lines) - 2)
        shared = shared[enough]
        common = shared.astype(np.float32) @ self.tight.T.astype(np.float32)
        alone = (common > counts[enough, None] - 0.5).sum(axis=1) == 2  # no third ray lies on all
        a, b = np.divmod(enough[alone], max(len(below), 1))
        return above[a], below[b], shared[alone]

    def _part(
        self, inside: Indices, within: Indices, rays: Array, shared: NDArray[np.bool_]
    ) -> RoundedCone:
        kept = np.concatenate([inside, within])
        on_plane = np.repeat([False, True, True], [len(inside), len(within), len(rays)])
        tight = np.concatenate([self.tight[kept], shared])
        spanning = np.concatenate([self.rays[kept], rays])
        return RoundedCone(self.lines, spanning, np.column_stack([tight, on_plane]))

    def _cut_line(self, h: Array, slopes: Array) -> tuple[RoundedCone, RoundedCone]:
        """One half of the steepest line becomes a ray, all else slides along it to h = 0."""
        j = np.abs(slopes).argmax()
        slope, others = slopes[j], np.arange(len(slopes)) != j
        up = np.sign(slope) * self.lines[j]
        lines = self.lines[others] - np.outer(slopes[others] / slope, self.lines[j])
        rays = self.rays - np.outer(self.rays @ h / slope, self.lines[j])
        tight = np.ones((len(rays) + 1, self.tight.shape[1] + 1), dtype=bool)
        tight[:-1, :-1], tight[-1, -1] = self.tight, False
        on, off = (
            RoundedCone(to_length_one(lines), to_length_one(np.vstack([rays, ray])), tight)
            for ray in (up, -up)
        )
        return on, off


def to_length_one(rows: Array) -> Array:
    """The rows at length 1; a row of zeros stays as it is."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1.0)
