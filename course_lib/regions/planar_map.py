"""A planar map: convex faces, cut by one neuron after another, all faces in one step.

Each vertex is kept once, each edge once with the face on its left and on its right. A line crosses
a convex face in two boundary points or not at all, so cutting *every* face where a neuron vanishes
takes a few passes over flat arrays: split the edges whose ends differ in sign, give the negative
part of each cut face a new number, and close both parts with one new edge. Nothing is sorted, and
no face is ever stored as a polygon.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from course_lib.errors import RoundingError
from course_lib.progress import patient_bar
from course_lib.regions.columns import Columns
from course_lib.regions.history import History, Record
from course_lib.regions.stages import Stage
from course_lib.regions.vertices import Vertices

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
        self._record: Record
        self._witness = np.zeros(self.faces, dtype=np.intp)  # a corner of each face
        for row in (2, 3):
            inside = edges[row] != OUTSIDE
            self._witness[edges[row, inside]] = edges[0, inside]

    def seams(self) -> Array:
        """Which edges belong to no neuron, but part the faces that the map began with."""
        return np.isin(self.edges.values[4], self._seams)

    def run(self, stages: Iterable[Stage]) -> None:
        """Cut by every neuron of every stage, and carry the state through them."""
        stages = tuple(stages)
        neurons = sum(len(stage.offset) for stage in stages)
        with patient_bar("Cutting the plane", neurons, "neurons") as tick:
            for stage in stages:
                self.vertices.read(stage)
                self.cut(len(stage.offset), tick)
                self.vertices.write(stage, self._record)

    def cut(self, neurons: int, tick: Callable[[], None] = lambda: None) -> None:
        """Cut all faces where a neuron of the stage read last vanishes."""
        self._record = self.history.begin(self.faces, neurons)
        for j in range(neurons):
            sign = self._cut_by(j)
            self._record.mark(j, self._positive(sign))
            tick()

    def positive_faces(self, j: int) -> Array:
        """On which faces neuron j of the last stage to cut is positive: shape (faces,)."""
        return self._record.positive(j)

    def _positive(self, sign: Array) -> Array:
        """On which faces a neuron is positive, when it is nowhere both positive and negative."""
        at_witness = sign[self._witness]
        positive = at_witness > 0
        if (at_witness == 0).any():  # the witness is on the line: ask all corners
            start, end, left, right, _ = self.edges.values
            edges = np.flatnonzero((sign[start] > 0) | (sign[end] > 0))
            positive = np.zeros(self.faces + 1, dtype=bool)  # the last entry stands for OUTSIDE
            positive[left[edges]] = positive[right[edges]] = True
            positive = positive[:-1]
        return positive

    def _cut_by(self, j: int) -> Array:
        """Cut by one neuron; return its signs at the vertices, new ones included."""
        sign = self.vertices.signs(j)
        start, end = self.edges.values[:2]
        at_start, at_end = sign.take(start), sign.take(end)
        different = np.flatnonzero(at_start != at_end)
        product = at_start[different] * at_end[different]
        crossing, touching = different[product < 0], different[product == 0]
        if crossing.size or touching.size:
            halves = self._split(crossing, len(sign), j)
            sign = np.concatenate([sign, np.zeros(len(crossing), np.int8)])
            self._divide(np.concatenate([touching, crossing, halves]), sign)
        return sign

    def _split(self, crossing: Array, new: int, j: int) -> Array:
        """Cut edges in two at fresh vertices ``new``, ...; return the numbers of the far halves."""
        edges = self.edges.values
        self.vertices.meet(edges[0, crossing], edges[1, crossing], j)
        far = edges[:, crossing]
        far[0] = np.arange(new, new + len(crossing))
        edges[1, crossing] = far[0]
        first = edges.shape[1]
        self.edges.append(far)
        return np.arange(first, first + len(crossing))

    def _divide(self, touching: Array, sign: Array) -> None:
        """Part the faces that have both signs; ``touching`` edges have one end on the line."""
        cut, entry, leave = self._parted(touching, sign)
        if not len(cut):
            return
        negative = self.faces + np.arange(len(cut))
        self._renumber(cut, negative, sign)
        sides = self._sides + np.arange(len(cut))
        self.edges.append(np.stack([leave, entry, cut, negative, sides]))
        self._record.split(cut)
        self._sides += len(cut)
        self.faces += len(cut)

    def _renumber(self, cut: Array, negative: Array, sign: Array) -> None:
        """Give the edges on the negative side of the faces ``cut`` the new face numbers."""
        start, end, left, right, _ = self.edges.values
        is_cut = np.zeros(self.faces + 1, dtype=bool)  # the last entry stands for OUTSIDE
        is_cut[cut] = True
        number = np.empty(self.faces + 1, dtype=left.dtype)
        number[cut] = negative
        for face in (left, right):
            near = np.flatnonzero(is_cut.take(face))
            near = near[sign[start[near]] + sign[end[near]] < 0]
            face[near] = number[face[near]]

    def _parted(self, touching: Array, sign: Array) -> tuple[Array, Array, Array]:
        """The faces to cut, and where the boundary of each enters and leaves its positive part."""
        start, end, left, right, _ = self.edges.values[:, touching]
        at_start = sign[start] == 0
        on_line = np.where(at_start, start, end)
        off_line = start + end - on_line
        # Around its left face an edge runs from start to end, around its right face backwards.
        face, leaves = np.concatenate([left, right]), np.concatenate([~at_start, at_start])
        below = sign[off_line] < 0
        negative, on_line = np.concatenate([below, below]), np.concatenate([on_line, on_line])
        witness = np.full((2, self.faces + 1), -1)  # a corner on each side; the last is OUTSIDE's
        witness[negative.astype(np.intp), face] = np.concatenate([off_line, off_line])
        cut = np.flatnonzero((witness[0, :-1] >= 0) & (witness[1, :-1] >= 0))
        ends = np.full((2, self.faces + 1), -1)
        ends[leaves[~negative].astype(np.intp), face[~negative]] = on_line[~negative]
        self._require_convex(cut, ends[:, cut], face)
        self._witness[cut] = witness[0, cut]
        self._witness = np.concatenate([self._witness, witness[1, cut]])
        return cut, *ends[:, cut]

    def _require_convex(self, cut: Array, ends: Array, touched: Array) -> None:
        """Each face to cut meets the line in two points, hence in four touching edges."""
        is_cut = np.zeros(self.faces + 1, dtype=bool)
        is_cut[cut] = True
        if (ends < 0).any() or is_cut[touched].sum() != 4 * len(cut):
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
    return Columns(np.array(list(found.values()), dtype=np.intp).T)
