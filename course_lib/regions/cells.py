"""A subdivision of a box in any dimension: cells, their facets, the facets of those, to vertices.

A hyperplane cuts a convex face of dimension k in a convex face of dimension k - 1 whose own facets
are the cuts of its facets. So one pass from edges to cells cuts everything, each pass a few steps
over flat arrays of pairs (face, facet).
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from course_lib.progress import patient_bar
from course_lib.regions.boxes import ExactBox
from course_lib.regions.forecast import Forecast
from course_lib.regions.history import History, Record
from course_lib.regions.stages import Stage
from course_lib.regions.vertices import Vertices

__all__ = ["CellComplex", "cube_facets", "split_by_cell"]

Array = np.ndarray


@dataclass
class CellComplex:
    """Convex cells of dimension d, and the network's state at their vertices.

    Args:
        vertices: coordinates and state, in floats or exact.
        facets: for k = 1, ..., d the pairs (face of dimension k, facet of dimension k - 1), as an
            array of shape (2, n).
        counts: how many faces there are of each dimension 0, ..., d.
        box: its sides, which tell beforehand which neurons are going to cut.
    """

    vertices: Vertices
    facets: list[Array]
    counts: list[int]
    box: ExactBox = ()
    history: History = field(default_factory=History)

    def run(self, stages: Iterable[Stage]) -> None:
        """Cut by every neuron of every stage, and carry the state through them.

        Raises:
            InvalidInputError: there are, or clearly will be, more cells than can be kept.
        """
        stages = tuple(stages)
        neurons = sum(len(stage.offset) for stage in stages)
        forecast, done = Forecast(stages, self.box), 0
        with patient_bar("Cutting space", neurons, "neurons") as tick:
            for stage in stages:
                self.vertices.read(stage)
                record = self.history.begin(self.counts[-1], len(stage.offset))
                for j in range(len(stage.offset)):
                    record.mark(j, self._cut_by(j, record))
                    done += 1
                    pairs = sum(facets.shape[1] for facets in self.facets)
                    forecast.require_hope(self.counts[-1], pairs, done)
                    tick()
                self.vertices.write(stage, record)

    def corners(self) -> Array:
        """The pairs (cell, vertex), sorted, shape (2, n)."""
        pairs = self.facets[-1]
        for below in reversed(self.facets[:-1]):
            pairs = _distinct(_compose(pairs, below))
        return pairs

    def corner_lists(self) -> list[Array]:
        """The vertices of each cell, ascending."""
        return split_by_cell(self.corners(), self.counts[-1])

    def neighbours(self) -> Array:
        """The pairs of cells that share a facet, shape (2, n)."""
        cell, facet = self.facets[-1][:, np.argsort(self.facets[-1][1], kind="stable")]
        twice = np.flatnonzero(facet[1:] == facet[:-1])
        return np.stack([cell[twice], cell[twice + 1]])

    def skeleton(self) -> CellComplex:
        """The complex of all facets."""
        return CellComplex(self.vertices, self.facets[:-1], self.counts[:-1])

    def _cut_by(self, j: int, record: Record) -> Array:
        """Cut by one neuron; return on which cells it is positive, new ones included."""
        sign = self.vertices.signs(j)
        positive, negative = [sign > 0], [sign < 0]
        for k, (face, facet) in enumerate(self.facets, 1):
            positive.append(_any(face, positive[-1][facet], self.counts[k]))
            negative.append(_any(face, negative[-1][facet], self.counts[k]))
        cut = _Cut(self.facets, self.counts, positive, negative)
        if not len(cut.faces[-1]):
            return positive[-1]
        record.split(cut.faces[-1])
        start, end = self._ends(cut.faces[1])
        self.vertices.meet(start, end, j)
        self.facets = [cut.pairs(k) for k in range(1, len(self.counts))]
        self.counts = cut.counts_after()
        return np.append(positive[-1], np.zeros(len(cut.faces[-1]), dtype=bool))

    def _ends(self, edges: Array) -> Array:
        """The two vertices of some edges: shape (2, n)."""
        face, vertex = self.facets[0]
        return vertex[np.argsort(face, kind="stable")].reshape(-1, 2)[edges].T


@dataclass(frozen=True)
class _Cut:
    """One cut through all faces.

    Of a face that is cut, the positive half keeps its number. After the ``counts[k]`` old faces of
    dimension k come the negative halves, then the sections through the faces of dimension k + 1.

    Args:
        facets: the pairs of the complex before the cut.
        counts: its faces.
        positive: for each dimension, which faces have a vertex on the positive side.
        negative: the same for the negative side.
    """

    facets: list[Array]
    counts: list[int]
    positive: list[Array]
    negative: list[Array]

    @functools.cached_property
    def faces(self) -> list[Array]:
        """The faces to cut, for each dimension (no vertex is ever cut)."""
        both = zip(self.positive, self.negative, strict=True)
        return [np.flatnonzero(positive & negative) for positive, negative in both]

    @functools.cached_property
    def place(self) -> list[Array]:
        """For each face its place among those to cut, or -1."""
        return [_position(cut, n) for cut, n in zip(self.faces, self.counts, strict=True)]

    def counts_after(self) -> list[int]:
        """How many faces there are after the cut."""
        cuts = [*map(len, self.faces[1:]), 0]
        return [self._sections(k) + cut for k, cut in enumerate(cuts)]

    def _sections(self, k: int) -> int:
        """The number of the first section of dimension k."""
        return self.counts[k] + len(self.faces[k])

    def pairs(self, k: int) -> Array:
        """The pairs (face, facet) of dimension k after the cut."""
        cut, (face, facet) = self.faces[k], self.facets[k - 1]
        half = np.arange(self.counts[k])
        half[cut] = self.counts[k] + np.arange(len(cut))
        place = self.place[k - 1][facet]
        whole, parted = place < 0, place >= 0
        below = whole & self.negative[k - 1][facet]
        kept = np.stack([np.where(below, half[face], face), facet])
        lower = np.stack([half[face], self.counts[k - 1] + place])[:, parted]
        section = self._sections(k - 1) + np.arange(len(cut))
        closing = [np.stack([cut, section]), np.stack([half[cut], section])]
        return np.concatenate([kept, lower, *closing, self._section_pairs(k)], axis=1)

    def _section_pairs(self, k: int) -> Array:
        """The pairs (section of dimension k, its facet): cuts of facets, or facets on the line."""
        if k + 1 == len(self.counts):
            return np.zeros((2, 0), dtype=np.intp)
        face, facet = self.facets[k]
        chosen = self.place[k + 1][face] >= 0
        face, facet = face[chosen], facet[chosen]
        place = self.place[k][facet]
        new = np.stack([face, self._sections(k - 1) + place])[:, place >= 0]
        below = self.facets[k - 1]
        on_line = ~self.positive[k - 1] & ~self.negative[k - 1]
        flat = _compose(np.stack([face, facet])[:, place < 0], below[:, on_line[below[1]]])
        pairs = _distinct(np.concatenate([new, flat], axis=1))
        pairs[0] = self._sections(k) + self.place[k + 1][pairs[0]]
        return pairs


def split_by_cell(pairs: Array, cells: int) -> list[Array]:
    """For each cell what sorted pairs (cell, thing) say of it."""
    cell, thing = pairs
    return np.split(thing, np.searchsorted(cell, np.arange(1, cells)))


def cube_facets(dim: int) -> tuple[list[Array], list[int], list[tuple[int, ...]]]:
    """The faces of the unit cube: facet pairs, counts, and the vertices as 0-1 tuples."""
    # a face fixes some coordinates at 0 or 1 and leaves the others free (2)
    faces: list[list[tuple[int, ...]]] = [[] for _ in range(dim + 1)]
    for face in itertools.product((0, 1, 2), repeat=dim):
        faces[face.count(2)].append(face)
    number = [{face: i for i, face in enumerate(level)} for level in faces]
    pairs: list[Array] = []
    for k in range(1, dim + 1):
        found = [
            (number[k][face], number[k - 1][*face[:i], end, *face[i + 1 :]])
            for face in faces[k]
            for i in range(dim)
            if face[i] == 2
            for end in (0, 1)
        ]
        pairs.append(np.array(found, dtype=np.intp).T)
    return pairs, [len(level) for level in faces], faces[0]


def _any(face: Array, chosen: Array, count: int) -> Array:
    """Which of ``count`` faces have a chosen facet."""
    result = np.zeros(count, dtype=bool)
    result[face[chosen]] = True
    return result


def _position(items: Array, count: int) -> Array:
    """For each of ``count`` numbers its place in ``items``, or -1."""
    place = np.full(count, -1)
    place[items] = np.arange(len(items))
    return place


def _compose(above: Array, below: Array) -> Array:
    """The pairs (a, c) with (a, b) in ``above`` and (b, c) in ``below``, with repetitions."""
    below = below[:, np.argsort(below[0], kind="stable")]
    first = np.searchsorted(below[0], above[1], side="left")
    size = np.searchsorted(below[0], above[1], side="right") - first
    within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    return np.stack([np.repeat(above[0], size), below[1, np.repeat(first, size) + within]])


def _distinct(pairs: Array) -> Array:
    """The pairs without repetitions, in order."""
    # a sort of single numbers is ten times as fast as one of columns
    size = int(pairs[1].max(initial=0)) + 1
    keys = np.sort(pairs[0].astype(np.int64) * size + pairs[1])
    new = np.append([True], keys[1:] != keys[:-1])[: len(keys)]
    return np.stack(np.divmod(keys[new], size)).astype(np.intp, copy=False)
