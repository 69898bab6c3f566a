"""Convex unions of polytopes, in fractions: which cells of a complex may be joined."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.exact import Vector, dot, kernel_vector, rank
from course_lib.regions.cells import CellComplex
from course_lib.regions.merge import connected

__all__ = ["Solids"]

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Solids:
    """The cells of an exact complex as polytopes.

    Args:
        cells: the complex.
        points: its vertices, homogeneous: (x, w) stands for x / w.
    """

    cells: CellComplex
    points: Sequence[Vector]

    @functools.cached_property
    def corners(self) -> list[Array]:
        """The vertices of each cell."""
        return self.cells.corner_lists()

    @functools.cached_property
    def _facets(self) -> list[Array]:
        cell, facet = self.cells.facets[-1][:, np.argsort(self.cells.facets[-1][0], kind="stable")]
        return np.split(facet, np.searchsorted(cell, np.arange(1, self.cells.counts[-1])))

    @functools.cached_property
    def _facet_corners(self) -> list[Array]:
        return self.cells.skeleton().corner_lists()

    def point(self, vertex: int) -> Vector:
        """The coordinates of a vertex."""
        *x, w = self.points[vertex]
        return tuple(entry / w for entry in x)

    def neighbours(self) -> list[tuple[int, int]]:
        """The pairs of cells that share a facet."""
        a, b = self.cells.neighbours().tolist()
        return list(zip(a, b, strict=True))

    def convex_groups(self, joints: Sequence[tuple[int, int]]) -> list[list[int]]:
        """Group cells across ``joints`` as far as the unions stay convex.

        Cells that hang together become one group if their union is convex; otherwise they are
        joined two groups at a time while that keeps the union convex.
        """
        n = self.cells.counts[-1]
        label = connected(n, np.array(joints, dtype=np.intp).reshape(-1, 2))
        whole: dict[int, list[int]] = {}
        for cell, group in enumerate(label.tolist()):
            whole.setdefault(group, []).append(cell)
        group_of: dict[int, list[int]] = {cell: [cell] for cell in range(n)}
        for group in whole.values():
            if len(group) > 1 and self._is_convex(group):
                group_of.update((cell, group) for cell in group)
        self._join_pairs(group_of, joints)
        return list({id(group): group for group in group_of.values()}.values())

    def _join_pairs(
        self, group_of: dict[int, list[int]], joints: Iterable[tuple[int, int]]
    ) -> None:
        joined = True
        while joined:
            joined = False
            for a, b in joints:
                if group_of[a] is group_of[b] or not self._is_convex(group_of[a] + group_of[b]):
                    continue
                union = group_of[a] + group_of[b]
                group_of.update((cell, union) for cell in union)
                joined = True

    def hull(self, group: Sequence[int]) -> list[int]:
        """The corners of a convex group: where the planes of its facets leave no freedom."""
        if len(group) == 1:
            return list(map(int, self.corners[group[0]]))
        planes = self._planes(group)
        dim = len(self.points[0]) - 1
        kept = []
        for vertex in self._vertices(group):
            normals = [plane[:-1] for plane in planes if not dot(plane, self.points[vertex])]
            if normals and rank(normals) == dim:
                kept.append(vertex)
        return kept

    def _is_convex(self, group: Sequence[int]) -> bool:
        """Whether every outer facet has the whole union on one side."""
        vertices = self._vertices(group)
        for plane in self._planes(group):
            heights = [dot(plane, self.points[vertex]) for vertex in vertices]
            if min(heights) < 0 < max(heights):
                return False
        return True

    def _vertices(self, group: Sequence[int]) -> list[int]:
        return sorted({int(vertex) for cell in group for vertex in self.corners[cell]})

    def _planes(self, group: Sequence[int]) -> list[Vector]:
        """The planes of the facets that belong to one cell of the group only."""
        count = Counter(int(facet) for cell in group for facet in self._facets[cell])
        return [self._plane(facet) for facet, times in count.items() if times == 1]

    @functools.cached_property
    def _known_planes(self) -> dict[int, Vector]:
        return {}

    def _plane(self, facet: int) -> Vector:
        """(normal, offset) of the plane through a facet, up to a factor."""
        if facet not in self._known_planes:
            found = kernel_vector([self.points[vertex] for vertex in self._facet_corners[facet]])
            assert found is not None
            self._known_planes[facet] = found
        return self._known_planes[facet]
