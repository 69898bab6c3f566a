"""The vertices of a subdivision, with the network's state at each, in floats or in whole numbers.

Both classes answer the same calls, so that one algorithm serves both: ``read`` the neurons of a
stage at every vertex, ask for their ``signs``, ``meet`` edges where a neuron is zero, and ``write``
the outputs of the stage.

The state is affine on each face, and so are the neurons z that read it: a new vertex can
interpolate either. A layer keeps the fewer of the two, and its outputs are made only when the next
one reads them. So a wide layer on few inputs keeps these few at each vertex.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Protocol

import numpy as np

from course_lib.errors import RoundingError
from course_lib.exact.linear import to_integers
from course_lib.regions.columns import Columns, require_room
from course_lib.regions.history import Record
from course_lib.regions.stages import Stage

__all__ = ["ExactVertices", "FloatVertices", "Vertices"]

Array = np.ndarray
Corner = Sequence[int]  # homogeneous (x, w): the point x/w, or for w = 0 the direction x

NOISE = 2.0**-46  # rounding in one neuron relative to the sizes of its terms: 64 units
UNASKED = 4e8  # binary digits to go through before float mode gives up on exact arithmetic: seconds
BAND = 2.0**-36  # within this share of those sizes a sign is left to exact arithmetic
BLOCK = 1 << 17  # numbers that one step makes at a time: they stay in the processor's cache
FEW = 4  # whole numbers cost more to multiply than to interpolate: keep so few instead of z


class Vertices(Protocol):
    """What a subdivision asks of its vertices."""

    def read(self, stage: Stage) -> None:
        """Go on to z = R h + r at every vertex."""

    def neuron(self, j: int) -> Array:
        """z_j at every vertex, of the right sign before it cuts."""

    def signs(self, j: int) -> Array:
        """The signs of z_j before it cuts: int8, -1, 0 or 1."""

    def meet(self, start: Array, end: Array, j: int) -> None:
        """Add the points where z_j vanishes between vertices on its two sides."""

    def write(self, stage: Stage, record: Record) -> None:
        """Write the stage, which has cut the faces as recorded."""


class FloatVertices:
    """Vertices in doubles, each with a bound on how far rounding may have moved it.

    The rows of the table are x, that bound, and as the stage wants it the state h, the neurons z,
    or both. Faces carry the affine maps of the same: how far a moved vertex changes a neuron
    depends on the neuron's slope.

    A worst-case bound on rounding grows exponentially with depth and would refuse everything, so
    the bands used here are estimates with a large margin; whoever runs the map should check at the
    end that states at vertices and affine maps on faces still agree.
    """

    def __init__(self, corners: Sequence[Corner]) -> None:
        points = np.array([[x / w for x in xs] for *xs, w in corners]).T
        self._d = d = len(points)
        self._columns = Columns(np.concatenate([points, np.zeros((1, len(corners))), points]))
        self._rounding = np.abs(points).max() * 2.0**-52
        self._moved = 0.0  # the greatest of the bounds
        self._faces = Columns(np.eye(d, d + 1).reshape(-1, 1))
        self._h, self._z = slice(0, d), slice(d, d)  # among the rows after the bound
        self._written: Record | None = None  # of a layer whose outputs are still to be made

    @property
    def points(self) -> Array:
        """Coordinates, shape (n, d)."""
        return self._columns.values[: self._d].T

    @property
    def moved(self) -> Array:
        """How far rounding may have moved each vertex, shape (n,)."""
        return self._columns.values[self._d]

    @property
    def z_maps(self) -> Array:
        """The affine maps of the neurons, where they are kept: neuron, factor of (x, 1), face."""
        return self._maps[self._z]

    @property
    def _state(self) -> Array:
        return self._columns.values[self._d + 1 :]

    @property
    def _maps(self) -> Array:
        return self._faces.values.reshape(self._z.stop, self._d + 1, -1)

    def neuron(self, j: int) -> Array:
        """z_j at every vertex: shape (n,)."""
        return np.asarray(self._neurons(self._state, slice(j, j + 1))[0])

    def read(self, stage: Stage) -> None:
        """Go on to z = R h + r at every vertex, and to the affine map of z on every face."""
        R, r = _floats(stage.read), _floats([stage.offset])[0]
        m, k = R.shape
        keeps_h = stage.write is not None or 2 * k <= m
        keeps_z = stage.write is not None or not keeps_h
        h = slice(0, k if keeps_h else 0)
        z = slice(h.stop, h.stop + m if keeps_z else h.stop)
        fresh = self._written is not None or (h, z) != (self._h, self._z)
        table = self._new_table(z.stop) if fresh else self._columns
        state = table.values[self._d + 1 :]
        largest = np.zeros(k)
        for part, block in self._states():
            np.maximum(largest, _largest(block), out=largest)
            if fresh:
                state[h, part] = block[h]
            if keeps_z:
                _affine(R, r, block, state[z, part])
        faces = self._new_faces(z.stop) if fresh else self._faces
        maps = faces.values.reshape(z.stop, self._d + 1, -1)
        steepest = np.zeros((m, self._d))
        for part, block in self._state_maps():
            if fresh:
                maps[h, :, part] = block[h]
            found = _affine(R, r, block, maps[z, :, part] if keeps_z else None)
            np.maximum(steepest, _largest(found[:, :-1]), out=steepest)
        self._columns, self._faces, self._written = table, faces, None
        self._h, self._z, self._reader = h, z, (R, r)
        self._sizes = np.dot(np.abs(R), largest) + np.abs(r)
        self._slopes = np.sqrt((steepest**2).sum(axis=1))
        if not (np.isfinite(self._sizes).all() and np.isfinite(self._slopes).all()):
            raise FloatingPointError("overflow")  # products of matrices do not always say so

    def signs(self, j: int) -> Array:
        """-1 or 1 at every vertex.

        Raises:
            RoundingError: a vertex is so close to the line z_j = 0 that rounding could decide.
        """
        self._latest = z = self.neuron(j)
        size = np.abs(z)
        band, slope = BAND * self._sizes[j], self._slopes[j]
        if (
            size.min() <= band + slope * self._moved
            and (size <= band + slope * self._columns.values[self._d]).any()
        ):
            raise RoundingError(
                "A corner lies so close to the zero line of a neuron that floats cannot tell its "
                "side. Pass exact=True."
            )
        return 2 * (z > 0).view(np.int8) - 1

    def meet(self, start: Array, end: Array, j: int) -> None:
        """Add the points where z_j vanishes between vertices on its two sides."""
        rows, d = self._columns.values, self._d
        p, q = np.abs(self._latest[start]), np.abs(self._latest[end])
        P, way = rows[:, start], rows[:, end]
        bound = np.maximum(P[d], way[d])
        way -= P
        length = np.sqrt((way[:d] ** 2).sum(axis=0))
        way *= p / (p + q)
        block = np.add(P, way, out=P)
        if self._z.start < self._z.stop:
            block[d + 1 + self._z.start + j] = 0
        block[d] = bound + NOISE * self._sizes[j] * length / (p + q) + self._rounding
        self._moved = block[d].max(initial=self._moved)
        self._columns.append(block)

    def write(self, stage: Stage, record: Record) -> None:
        """Write a block at the vertices and into the maps of the faces; a layer can wait."""
        if stage.write is None:
            self._written = record
            return
        U = _floats(stage.write)
        _add_product(U, np.maximum(self._state[self._z], 0), self._state[self._h])
        self._faces.append(self._faces.values[:, record.tail])
        z_maps = self.z_maps
        z_maps *= record.active()[:, None]
        _add_product(U, z_maps, self._maps[self._h])

    def _states(self) -> Iterator[tuple[slice, Array]]:
        """What the next stage reads, at some of the vertices at a time."""
        rows = self._state
        if self._written is None:
            yield slice(None), rows[self._h]
            return
        for part in _parts(rows.shape[1], len(self._reader[1])):
            yield part, np.maximum(self._neurons(rows[:, part]), 0)

    def _state_maps(self) -> Iterator[tuple[slice, Array]]:
        """Its affine maps on some of the faces at a time."""
        if self._written is None:
            yield slice(None), self._maps[self._h]
            return
        origin, maps = self._written.origin, self._maps
        for part in _parts(len(origin), len(self._reader[1]) * (self._d + 1)):
            block = self._neurons(maps[:, :, origin[part]])
            block *= self._written.active(part)[:, None]
            yield part, block

    def _neurons(self, rows: Array, chosen: slice = slice(None)) -> Array:
        """z, or some of it, from rows of the table or from maps."""
        if self._z.start < self._z.stop:
            return rows[self._z][chosen]
        R, r = self._reader
        return _affine(R[chosen], r[chosen], rows[self._h])

    def _new_table(self, rows: int) -> Columns:
        """The points and their bounds, above room for a state."""
        old, top = self._columns.values, self._d + 1
        require_room(top + rows, old.shape[1])
        table = np.empty((top + rows, old.shape[1]))
        table[:top] = old[:top]
        return Columns(table)

    def _new_faces(self, rows: int) -> Columns:
        """Room for the maps of a state on every face."""
        faces = self._faces.values.shape[1] if self._written is None else self._written.faces
        require_room(rows * (self._d + 1), faces)
        return Columns(np.empty((rows * (self._d + 1), faces)))


class ExactVertices:
    """Vertices in homogeneous whole numbers: no rounding, no fractions, and points at infinity.

    The rows of the table are x, w, and as the stage wants it the state h, the neurons z, or both,
    all multiples of w (w >= 0). A vertex with w = 0 is the far end of a ray in direction x; its h
    and z are the rates at which the state grows along that ray.
    """

    def __init__(self, corners: Sequence[Corner], unasked: bool = False) -> None:
        points = np.array([list(corner) for corner in corners], dtype=object).T
        self._d = d = len(points) - 1
        self._columns = Columns(np.concatenate([points, points[:d]]))
        self._h, self._z = slice(0, d), slice(d, d)  # among the rows after w
        self._layer = False  # whether the outputs of a layer are still to be made
        self._budget = UNASKED if unasked else math.inf

    @property
    def points(self) -> Array:
        """Homogeneous coordinates, shape (n, d + 1)."""
        return self._columns.values[: self._d + 1].T

    @property
    def _state(self) -> Array:
        return self._columns.values[self._d + 1 :]

    def neuron(self, j: int) -> Array:
        """A positive multiple of z_j at every vertex: shape (n,)."""
        return np.asarray(self._neurons(self._columns.values, [j])[0])

    def readout(self) -> tuple[Array, int]:
        """The rows x, w and the first neuron, which is to be divided by the number returned."""
        return np.concatenate([self.points.T, self.neuron(0)[None]]), self._scale

    def read(self, stage: Stage) -> None:
        """Go on to a common multiple of z = R h + r at every vertex."""
        m, k = len(stage.offset), len(stage.read[0])
        terms = [(*row, r) for row, r in zip(stage.read, stage.offset, strict=True)]
        flat, scale = to_integers([entry for row in terms for entry in row])
        factors = [flat[j * (k + 1) : (j + 1) * (k + 1)] for j in range(m)]
        keeps_h = stage.write is not None or k <= FEW < m
        keeps_z = stage.write is not None or not keeps_h
        h = slice(0, k if keeps_h else 0)
        z = slice(h.stop, h.stop + m if keeps_z else h.stop)
        top, n = self._d + 1, self._columns.values.shape[1]
        require_room(top + z.stop, n)
        table = np.empty((top + z.stop, n), dtype=object)
        for part, points, block in self._states():
            table[:top, part] = points
            table[top:, part][h] = block[h]
            if keeps_z:
                for j, row in enumerate(table[top:, part][z]):
                    row[:] = _combine(factors[j], [*block, points[-1]])
        self._columns, self._layer = Columns(table), False
        self._h, self._z, self._factors, self._scale = h, z, factors, scale
        self._digits = int(table[self._d].max()).bit_length()

    def signs(self, j: int) -> Array:
        """-1, 0 or 1 at every vertex.

        Raises:
            RoundingError: the numbers have become long, and nobody asked for exact arithmetic.
        """
        self._latest = z = self.neuron(j)
        self._budget -= len(z) * self._digits
        if self._budget < 0:
            raise RoundingError(
                "Floats cannot decide a question about these pieces (a corner on the zero line of "
                "a neuron, a seam that hardly bends f), and exact arithmetic may take minutes. "
                "Pass exact=True to use it all the same, or a smaller box."
            )
        return (z > 0).astype(np.int8) - (z < 0).astype(np.int8)

    def meet(self, start: Array, end: Array, j: int) -> None:
        """Add the points where z_j vanishes between vertices on its two sides."""
        rows = self._columns.values
        p, q = np.abs(self._latest[start]), np.abs(self._latest[end])
        self._columns.append(_primitive(rows[:, start] * q + rows[:, end] * p))

    def write(self, stage: Stage, record: Record) -> None:
        """Write a block, then cancel common factors at each vertex; a layer can wait."""
        if stage.write is None:
            self._layer = True
            return
        rows, state = self._columns.values, self._state
        z = state[self._z]
        out = np.where(z > 0, z, 0)
        flat, q = to_integers([entry for row in stage.write for entry in row])
        rows[: self._d + 1] *= self._scale * q
        for i, h in enumerate(state[self._h]):
            h *= self._scale * q
            h += _combine(flat[i * len(out) : (i + 1) * len(out)], out)
        z[:] = 0
        rows[:] = _primitive(rows)

    def _states(self) -> Iterator[tuple[slice, Array, Array]]:
        """The points and what the next stage reads there, at some of the vertices at a time."""
        rows, top = self._columns.values, self._d + 1
        if not self._layer:
            yield slice(None), rows[:top], self._state[self._h]
            return
        for part in _parts(rows.shape[1], len(self._factors)):
            z = self._neurons(rows[:, part], range(len(self._factors)))
            block = [rows[:top, part] * self._scale, np.where(z > 0, z, 0)]
            found = _primitive(np.concatenate(block))
            yield part, found[:top], found[top:]

    def _neurons(self, rows: Array, chosen: Sequence[int]) -> Array:
        """Some of the neurons, from rows of the table."""
        state = rows[self._d + 1 :]
        if self._z.start < self._z.stop:
            return state[self._z][chosen]
        inputs = [*state[self._h], rows[self._d]]
        return np.stack([_combine(self._factors[j], inputs) for j in chosen])


def _floats(rows: Sequence[Sequence[Fraction]]) -> Array:
    """A matrix in doubles: what ``float`` does with a Fraction, in a fraction of the time."""
    return np.array([[entry.numerator / entry.denominator for entry in row] for row in rows])


def _parts(count: int, rows: int) -> Iterator[slice]:
    """So many columns in parts that fill a BLOCK."""
    size = max(1, BLOCK // rows)
    return (slice(i, i + size) for i in range(0, count, size))


def _affine(R: Array, r: Array, block: Array, out: Array | None = None) -> Array:
    """R h + r for numbers h of shape (k, n) or maps of shape (k, d + 1, n)."""
    if R.size > 8:
        found = np.tensordot(R, block, axes=1)
    else:  # a small product is not worth the copies
        found = np.empty((len(R), *block.shape[1:])) if out is None else out
        for factors, total in zip(R, found, strict=True):
            np.multiply(factors[0], block[0], out=total)
            for factor, row in zip(factors[1:], block[1:], strict=True):
                total += factor * row
    constant = found if block.ndim == 2 else found[:, -1]
    constant += r[:, None]
    if out is None or out is found:
        return found
    out[:] = found
    return out


def _add_product(U: Array, rows: Array, out: Array) -> None:
    """Add U times rows of shape (m, ...) to ``out``."""
    for factors, total in zip(U, out, strict=True):
        for factor, row in zip(factors, rows, strict=True):
            total += factor * row


def _largest(rows: Array) -> Array:
    """The greatest absolute values along the last axis."""
    return np.maximum(rows.max(axis=-1), -rows.min(axis=-1))


def _combine(factors: Sequence[int], rows: Sequence[Array] | Array) -> Array:
    """The sum of whole multiples of rows."""
    total = np.zeros(len(rows[0]), dtype=object)
    for factor, row in zip(factors, rows, strict=True):
        if factor:
            total += factor * row
    return total


def _primitive(rows: Array) -> Array:
    """Each column divided by the greatest common divisor of its entries."""
    return rows // np.gcd.reduce(rows, axis=0)
