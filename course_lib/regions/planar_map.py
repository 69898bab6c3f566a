"""A planar map: convex faces, cut by one neuron after another, all faces in one step.

Each vertex is kept once, each edge once with the face on its left and on its right. A line crosses
a convex face in two boundary points or not at all, so cutting *every* face where a neuron vanishes
takes a few passes over flat arrays: split the edges whose ends differ in sign, give the negative
part of each cut face a new number, and close both parts with one new edge. Nothing is sorted, and
no face is ever stored as a polygon.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from course_lib.errors import RoundingError
from course_lib.regions.history import History
from course_lib.regions.stages import Stage
from course_lib.regions.vertices import Columns, Vertices

__all__ = ["OUTSIDE", "PlanarMap", "initial_edges"]

Array = np.ndarray
OUTSIDE = -1


@dataclass
class PlanarMap:
    """Faces of a part of the plane, and the network's state at their corners.

    Args:
        vertices: coordinates and state, in floats or exact.
        edges: columns (start, end, left face, right face, side); faces run anticlockwise, so an
            edge has its left face on its left. Edges cut from one edge share their ``side``.
        faces: how many faces there are.
    """

    vertices: Vertices
    edges: Columns
    faces: int
    history: History = field(default_factory=History)

    def __post_init__(self) -> None:
        edges = self.edges.values
        self._sides = int(edges[4].max()) + 1
        self._seams = edges[4, edges[3] != OUTSIDE]

    def seams(self) -> Array:
        """Which edges belong to no neuron, but part the faces that the map began with."""
        return np.isin(self.edges.values[4], self._seams)

    def run(self, stages: Iterable[Stage]) -> None:
        """Cut by every neuron of every stage, and carry the state through them."""
        for stage in stages:
            self.cut(stage)
            active = np.stack([self.positive_faces(j) for j in range(len(stage.offset))])
            self.vertices.write(stage, active, self.history.tail)
            self.history.record(active)

    def cut(self, stage: Stage) -> None:
        """Cut all faces where a neuron of the stage vanishes; the state stays as it was."""
        self.vertices.read(stage)
        self.history.begin(self.faces)
        for j in range(len(stage.offset)):
            self._cut_by(j)

    def positive_faces(self, j: int) -> Array:
        """On which faces neuron j is positive somewhere, once it has cut: shape (faces,)."""
        start, end, left, right, _ = self.edges.values
        sign = self.vertices.neuron(j) > 0
        positive = np.zeros(self.faces + 1, dtype=bool)  # the last entry stands for OUTSIDE
        edges = np.flatnonzero(sign[start] | sign[end])
        positive[left[edges]] = True
        positive[right[edges]] = True
        return positive[:-1]

    def _cut_by(self, j: int) -> None:
        sign = self.vertices.signs(j)
        start, end = self.edges.values[:2]
        at_start, at_end = sign[start], sign[end]
        side = np.sign(at_start + at_end)
        crossing = np.flatnonzero(at_start * at_end < 0)
        touching = np.flatnonzero((at_start == 0) != (at_end == 0))
        if not crossing.size and not touching.size:
            return
        side[crossing] = at_start[crossing]
        side = np.concatenate([side, at_end[crossing]])
        halves = self._split(crossing, len(sign), j)
        sign = np.concatenate([sign, np.zeros(len(crossing), np.int8)])
        self._divide(np.concatenate([touching, crossing, halves]), sign == 0, side)

    def _split(self, crossing: Array, new: int, j: int) -> Array:
        """Cut edges in two at fresh vertices ``new``, ...; return the numbers of the far halves."""
        edges = self.edges.values
        self.vertices.meet(edges[0, crossing], edges[1, crossing], j)
        far = edges[:, crossing].copy()
        far[0] = np.arange(new, new + len(crossing))
        edges[1, crossing] = far[0]
        first = edges.shape[1]
        self.edges.append(far)
        return np.arange(first, first + len(crossing))

    def _divide(self, touching: Array, zero: Array, side: Array) -> None:
        """Part the faces that have both signs; ``touching`` edges have one end on the line."""
        cut, entry, leave = self._parted(touching, zero, side)
        if not len(cut):
            return
        number = np.arange(self.faces + 1, dtype=np.int32)
        number[-1] = OUTSIDE
        number[cut] = np.arange(self.faces, self.faces + len(cut))
        edges = self.edges.values
        negative = np.flatnonzero(side < 0)
        for row in (2, 3):
            edges[row, negative] = number[edges[row, negative]]
        sides = np.arange(self._sides, self._sides + len(cut))
        self.edges.append(np.stack([leave, entry, cut, number[cut], sides]).astype(np.int32))
        self.history.split(cut)
        self._sides += len(cut)
        self.faces += len(cut)

    def _parted(self, touching: Array, zero: Array, side: Array) -> tuple[Array, Array, Array]:
        """The faces to cut, and where the boundary of each enters and leaves its positive part."""
        start, end, left, right, _ = self.edges.values[:, touching]
        positive, at_start = side[touching] > 0, zero[self.edges.values[0, touching]]
        has_negative = np.zeros(self.faces + 1, dtype=bool)
        has_negative[left[~positive]] = has_negative[right[~positive]] = True
        entry = np.full(self.faces + 1, -1, dtype=np.int32)
        leave = entry.copy()
        # Around its left face an edge runs from start to end, around its right face backwards.
        for point, faces, into in ((start, left, at_start), (end, right, ~at_start)):
            entry[faces[positive & into]] = point[positive & into]
        for point, faces, out in ((end, left, ~at_start), (start, right, at_start)):
            leave[faces[positive & out]] = point[positive & out]
        has_negative[-1] = False
        cut = np.flatnonzero(has_negative & (entry >= 0) & (leave >= 0))
        self._require_convex(cut, left, right)
        return cut, entry[cut], leave[cut]

    def _require_convex(self, cut: Array, left: Array, right: Array) -> None:
        """Each face to cut meets the line in two points, hence in four touching edges."""
        is_cut = np.zeros(self.faces + 1, dtype=bool)
        is_cut[cut] = True
        if is_cut[left].sum() + is_cut[right].sum() != 4 * len(cut):
            raise RoundingError(
                "A line seems to cross a convex face more than twice, so rounding has bent the "
                "face. Pass exact=True."
            )


def initial_edges(loops: Sequence[Sequence[int]]) -> Columns:
    """The edges of a few faces given by their vertices, anticlockwise."""
    found: dict[tuple[int, int], list[int]] = {}
    for face, loop in enumerate(loops):
        for p, q in zip(loop, [*loop[1:], loop[0]], strict=True):
            if (q, p) in found:
                found[q, p][3] = face
            else:
                found[p, q] = [p, q, face, OUTSIDE, len(found)]
    return Columns(np.array(list(found.values()), dtype=np.int32).T)
