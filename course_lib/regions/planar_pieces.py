"""Many pieces of the plane in flat arrays; a piece becomes an object when it is asked for."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

import numpy as np

from course_lib.arguments import counted
from course_lib.errors import RoundingError
from course_lib.exact import to_floats
from course_lib.regions.corners import Points
from course_lib.regions.cycles import Cycles, boundary_cycles
from course_lib.regions.merge import convex_groups
from course_lib.regions.piece import Piece, Pieces, summary
from course_lib.regions.planar_map import OUTSIDE, PlanarMap

__all__ = ["PlanarPieces"]

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class PlanarPieces(Sequence[Piece]):
    """Convex pieces that tile a box, or the plane: ``pieces[i]``, ``len(pieces)``, a for loop.

    Whole columns are quicker than loops: ``gradients`` (n, 2), ``offsets`` (n,), ``areas`` (n,),
    ``patterns`` (n, neurons); floats, or Fractions in exact mode.

    Args:
        plane: the map that the pieces are cut from.
        points: its vertices.
        gradients: shape (pieces, 2).
        offsets: shape (pieces,).
        group: the piece that each face of the map belongs to; faces and pieces agree without it.
        as_floats: whether exact numbers are rounded on their way out.
        with_patterns: whether each piece says which neurons are positive on it.
    """

    plane: PlanarMap
    points: Points
    gradients: Array
    offsets: Array
    group: Array | None = None
    as_floats: bool = False
    with_patterns: bool = False

    def joined(self, seams: Array) -> PlanarPieces:
        """The pieces after removing the edges in a mask, as far as unions stay convex."""
        if not seams.any():
            return self
        group = convex_groups(self.plane.edges.values, self.plane.faces, seams, self._convex)
        first = np.unique(group, return_index=True)[1]
        return replace(
            self, gradients=self.gradients[first], offsets=self.offsets[first], group=group
        )

    def rounded(self) -> PlanarPieces:
        """The same pieces with every number rounded to a float."""
        return replace(
            self,
            gradients=to_floats(self.gradients),
            offsets=to_floats(self.offsets),
            as_floats=True,
        )

    def inner_edges(self) -> tuple[Array, Array, Array]:
        """The edges of the map that have a face on both sides, and the two faces."""
        _, _, left, right, _ = self.plane.edges.values
        inner = np.flatnonzero((left != OUTSIDE) & (right != OUTSIDE))
        return inner, left[inner], right[inner]

    def __len__(self) -> int:
        return len(self.offsets)

    def __repr__(self) -> str:
        return summary(self)

    @overload
    def __getitem__(self, index: int) -> Piece: ...
    @overload
    def __getitem__(self, index: slice) -> Pieces: ...
    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Pieces(self[i] for i in range(*index.indices(len(self))))
        if not -len(self) <= index < len(self):
            raise IndexError(f"There are {counted(len(self), 'piece')}; {index} is none of them.")
        return self._piece(index % len(self))

    def __iter__(self) -> Iterator[Piece]:
        return (self._piece(i) for i in range(len(self)))

    @functools.cached_property
    def areas(self) -> Array:
        """The area of each piece, shape (n,); infinite for unbounded ones.

        Raises:
            RoundingError: an area that is not zero lies outside the range of floats.
        """
        coordinates, away = self.points.cartesian()
        corner, (_, after) = self._cycles.corner, self._cycles.neighbours()
        try:
            with np.errstate(over="raise", under="raise"):
                x, y = (coordinates - coordinates[0]).T  # near the points: less cancellation
                cross = x[corner] * y[corner[after]] - y[corner] * x[corner[after]]
                areas = np.add.reduceat(cross, self._cycles.first[:-1]) / 2
        except FloatingPointError:
            raise RoundingError("An area left the range of floats. Pass exact=True.") from None
        endless = np.logical_or.reduceat(away[corner], self._cycles.first[:-1])
        areas[endless] = 0  # a cross product with a direction is no area
        areas = to_floats(areas) if self.as_floats else areas
        areas[endless] = math.inf
        return areas

    @functools.cached_property
    def patterns(self) -> Array:
        """Which neurons are positive on each activation region: booleans (n, neurons)."""
        first = np.arange(self.plane.faces)
        if self.group is not None:
            first = np.unique(self.group, return_index=True)[1]
        return self.plane.history.patterns(self.plane.faces)[first]

    def extent(self) -> tuple[Array, Array]:
        """The least and the greatest coordinates on each piece: two arrays of shape (n, 2)."""
        points = self._cartesian[0][self._cycles.corner]
        first = self._cycles.first[:-1]
        return np.minimum.reduceat(points, first), np.maximum.reduceat(points, first)

    def corners(self, index: int) -> tuple[Array, Array]:
        """The corners of a piece, anticlockwise: points (n, 2), and which are directions."""
        part = self._cycles.of(index)
        coordinates, away = self._cartesian
        corner = self._cycles.corner[part]
        bends = self._bends[part]
        if away[corner].any():
            bends = _necessary(self.points.points[corner])
        return coordinates[corner[bends]], away[corner[bends]]

    def _piece(self, index: int) -> Piece:
        points, away = self.corners(index)
        vertices, rays = points[~away], points[away]
        if not len(vertices):  # all of the plane
            vertices = 0 * points[:1]
        gradient, offset = self.gradients[index], self.offsets[index]
        pattern = tuple(self.patterns[index].tolist()) if self.with_patterns else None
        if points.dtype == object:
            vertices, rays = (tuple(map(tuple, rows)) for rows in (vertices, rays))
            return Piece(vertices, tuple(gradient), offset, rays, pattern)
        return Piece(vertices, gradient, float(offset), rays, pattern)

    def _convex(self, cycles: Cycles) -> Array:
        """Which boundaries never turn right."""
        right = np.concatenate([[0], np.cumsum(self.points.turns(cycles) < 0)])
        return np.diff(right[cycles.first]) == 0

    @functools.cached_property
    def _cycles(self) -> Cycles:
        group = np.arange(self.plane.faces) if self.group is None else self.group
        return boundary_cycles(self.plane.edges.values, group, len(self))

    @functools.cached_property
    def _bends(self) -> Array:
        return self.points.bends(self._cycles)

    @functools.cached_property
    def _cartesian(self) -> tuple[Array, Array]:
        coordinates, away = self.points.cartesian()
        return (to_floats(coordinates) if self.as_floats else coordinates), away


def _necessary(points: Array) -> Array:
    """Which corners of an unbounded piece, homogeneous (n, 3), its vertices and rays need."""
    left = list(range(len(points)))
    k = 0
    while k < len(left):
        p, q, r = (points[left[i % len(left)]] for i in (k - 1, k, k + 1))
        if _is_redundant(p, q, r):
            del left[k]
            k = max(k - 1, 0)
        else:
            k += 1
    needed = np.zeros(len(points), dtype=bool)
    needed[left] = True
    return needed


def _is_redundant(p: Array, q: Array, r: Array) -> bool:
    """Whether a corner q adds nothing between its neighbours p and r."""
    if q[2] == 0:  # a ray between two rays that span less than half a turn
        return p[2] == r[2] == 0 and p[0] * r[1] - p[1] * r[0] > 0
    if p[2] == r[2] == 0:  # the only point that says where a boundary line runs
        return False
    a, b = p[:2] * q[2] - q[:2] * p[2], r[:2] * q[2] - q[:2] * r[2]
    return a[0] * b[1] - a[1] * b[0] == 0
