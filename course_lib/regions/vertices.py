"""The vertices of a subdivision, with the network's state at each, in floats or in whole numbers.

Both classes answer the same calls, so that one algorithm serves both: ``read`` the neurons of a
stage at every vertex, ask for their ``signs``, ``meet`` edges where a neuron is zero, and ``write``
the outputs of the stage.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from course_lib.errors import RoundingError
from course_lib.exact.linear import to_integers
from course_lib.regions.stages import Stage

__all__ = ["Columns", "ExactVertices", "FloatVertices", "Vertices"]

Array = np.ndarray
Corner = Sequence[int]  # homogeneous (x, w): the point x/w, or for w = 0 the direction x

NOISE = 2.0**-46  # rounding in one neuron relative to the sizes of its terms: 64 units
UNASKED = 4e8  # binary digits to go through before float mode gives up on exact arithmetic: seconds
BAND = 2.0**-36  # within this share of those sizes a sign is left to exact arithmetic


class Columns:
    """An array of shape (k, n) that grows along n; it is copied only when its room doubles."""

    def __init__(self, block: Array) -> None:
        self._buffer = block.copy()
        self._n = block.shape[1]

    @property
    def values(self) -> Array:
        """A view of shape (k, n)."""
        return self._buffer[:, : self._n]

    def append(self, block: Array) -> None:
        """Add columns of shape (k, new)."""
        n = self._n + block.shape[1]
        if n > self._buffer.shape[1]:
            room = np.empty((len(self._buffer), 2 * n - self._n), self._buffer.dtype)
            self._buffer = np.concatenate([self.values, room], axis=1)
        self._buffer[:, self._n : n] = block
        self._n = n


class Vertices(Protocol):
    """What a subdivision asks of its vertices."""

    def read(self, stage: Stage) -> None:
        """Compute z = R h + r at every vertex."""

    def neuron(self, j: int) -> Array:
        """z_j at every vertex, of the right sign; zero on its line."""

    def signs(self, j: int) -> Array:
        """The signs of z_j before it cuts: int8, -1, 0 or 1."""

    def meet(self, start: Array, end: Array, j: int) -> None:
        """Add the points where z_j vanishes between vertices on its two sides."""

    def write(self, stage: Stage, active: Array, tail: Array) -> None:
        """Write the stage; ``active`` has shape (m, faces).

        ``tail`` names, for the faces made in this stage, those that they were cut from.
        """


class FloatVertices:
    """Vertices in doubles, each with a bound on how far rounding may have moved it.

    The rows of the table are x, that bound, the state h and the neurons z. Faces carry the
    affine map of h: how far a moved vertex changes a neuron depends on the neuron's slope.

    A worst-case bound on rounding grows exponentially with depth and would refuse everything, so
    the bands used here are estimates with a large margin; whoever runs the map should check at the
    end that states at vertices and affine maps on faces still agree.
    """

    def __init__(self, corners: Sequence[Corner], width: int) -> None:
        points = np.array([[x / w for x in xs] for *xs, w in corners]).T
        self._d = d = len(points)
        rows = np.zeros((d + 1 + 2 * width, len(corners)))
        rows[:d] = rows[d + 1 : 2 * d + 1] = points
        self._columns = Columns(rows)
        self._h, self._z = slice(d + 1, 2 * d + 1), d + 1 + width
        self._rounding = np.abs(points).max() * 2.0**-52
        self._moved = 0.0  # the greatest of the bounds
        self._faces = Columns(np.zeros((2 * width * (d + 1), 1)))  # maps of h, then of z
        self._faces.values[: d * (d + 1), 0] = np.eye(d, d + 1).ravel()
        self._width = width

    @property
    def points(self) -> Array:
        """Coordinates, shape (n, d)."""
        return self._columns.values[: self._d].T

    def neuron(self, j: int) -> Array:
        """z_j at every vertex: shape (n,)."""
        return self._columns.values[self._z + j]

    def read(self, stage: Stage) -> None:
        """Compute z = R h + r at every vertex, and the affine map of z on every face."""
        R, r = np.array(stage.read, dtype=float), np.array(stage.offset, dtype=float)
        rows = self._columns.values
        h = rows[self._h]
        self._top = self._z + len(r)
        _multiply(R, h, rows[self._z : self._top])
        rows[self._z : self._top] += r[:, None]
        self._sizes = np.abs(R) @ _largest(h) + np.abs(r)
        maps = self._maps(0, h.shape[0])
        z_maps = self.z_maps
        _multiply(R, maps, z_maps)
        z_maps[:, -1] += r[:, None]
        self._slopes = np.sqrt((_largest(z_maps[:, :-1]) ** 2).sum(axis=1))

    def signs(self, j: int) -> Array:
        """-1 or 1 at every vertex.

        Raises:
            RoundingError: a vertex is so close to the line z_j = 0 that rounding could decide.
        """
        z, size = self.neuron(j), np.abs(self.neuron(j))
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
        rows = self._columns.values
        P, Q = rows[: self._top, start], rows[: self._top, end]
        p, q = np.abs(P[self._z + j]), np.abs(Q[self._z + j])
        block = np.zeros((len(rows), len(start)))
        block[: self._top] = P + (Q - P) * (p / (p + q))
        block[self._z + j] = 0
        d = self._d
        along = NOISE * self._sizes[j] * np.sqrt(((Q[:d] - P[:d]) ** 2).sum(axis=0)) / (p + q)
        block[d] = np.maximum(P[d], Q[d]) + along + self._rounding
        self._moved = block[d].max(initial=self._moved)
        self._columns.append(block)

    def write(self, stage: Stage, active: Array, tail: Array) -> None:
        """Write the stage at the vertices, and into the maps of the faces."""
        rows = self._columns.values
        out = np.maximum(rows[self._z : self._top], 0)
        self._faces.append(self._faces.values[:, tail])
        z_maps = self.z_maps
        z_maps *= active[:, None, :]
        if stage.write is None:
            self._h = slice(self._d + 1, self._d + 1 + len(out))
            rows[self._h] = out
            self._maps(0, len(out))[:] = z_maps
        else:
            U = np.array(stage.write, dtype=float)
            _add_product(U, out, rows[self._h])
            _add_product(U, z_maps, self._maps(0, len(U)))

    @property
    def z_maps(self) -> Array:
        """The affine maps of the neurons: neuron, factor of (x, 1), face."""
        return self._maps(self._width, self._top - self._z)

    def _maps(self, first: int, count: int) -> Array:
        part = self._faces.values[first * (self._d + 1) :][: count * (self._d + 1)]
        return part.reshape(count, self._d + 1, -1)


class ExactVertices:
    """Vertices in homogeneous whole numbers: no rounding, no fractions, and points at infinity.

    The rows of the table are x, w, the state h and the neurons z, all multiples of w (w >= 0).
    A vertex with w = 0 is the far end of a ray in direction x; its h and z are the rates at
    which the state grows along that ray.
    """

    def __init__(self, corners: Sequence[Corner], width: int, unasked: bool = False) -> None:
        points = np.array([list(corner) for corner in corners], dtype=object).T
        self._d = d = len(points) - 1
        rows = np.zeros((d + 1 + 2 * width, len(corners)), dtype=object)
        rows[: d + 1] = points
        rows[d + 1 : 2 * d + 1] = points[:d]
        self._columns = Columns(rows)
        self._h, self._z = slice(d + 1, 2 * d + 1), d + 1 + width
        self._budget = UNASKED if unasked else math.inf

    @property
    def points(self) -> Array:
        """Homogeneous coordinates, shape (n, d + 1)."""
        return self._columns.values[: self._d + 1].T

    def neuron(self, j: int) -> Array:
        """A positive multiple of z_j at every vertex: shape (n,)."""
        return self._columns.values[self._z + j]

    def readout(self) -> tuple[Array, int]:
        """The rows x, w and the first neuron, which is to be divided by the number returned."""
        return self._columns.values[[*range(self._d + 1), self._z]], self._scale

    def read(self, stage: Stage) -> None:
        """Compute a common multiple of z = R h + r at every vertex."""
        terms = [(*row, r) for row, r in zip(stage.read, stage.offset, strict=True)]
        flat, self._scale = to_integers([entry for row in terms for entry in row])
        rows, n = self._columns.values, len(terms[0])
        self._digits = int(rows[self._d].max()).bit_length()
        h = [*rows[self._h], rows[self._d]]
        self._top = self._z + len(terms)
        for j in range(len(terms)):
            rows[self._z + j] = _combine(flat[j * n : (j + 1) * n], h)

    def signs(self, j: int) -> Array:
        """-1, 0 or 1 at every vertex.

        Raises:
            RoundingError: the numbers have become long, and nobody asked for exact arithmetic.
        """
        z = self.neuron(j)
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
        P, Q = rows[: self._top, start], rows[: self._top, end]
        p, q = np.abs(P[self._z + j]), np.abs(Q[self._z + j])
        block = np.zeros((len(rows), len(start)), dtype=object)
        block[: self._top] = P * q + Q * p
        self._columns.append(_primitive(block))

    def write(self, stage: Stage, active: Array, tail: Array) -> None:
        """Write the stage, then cancel common factors at each vertex."""
        rows = self._columns.values
        z = rows[self._z : self._top]
        out = np.where(z > 0, z, 0)
        if stage.write is None:
            self._h = slice(self._d + 1, self._d + 1 + len(out))
            rows[self._h] = out
            rows[: self._d + 1] *= self._scale
        else:
            flat, q = to_integers([entry for row in stage.write for entry in row])
            rows[: self._d + 1] *= self._scale * q
            for i, h in enumerate(rows[self._h]):
                h *= self._scale * q
                h += _combine(flat[i * len(out) : (i + 1) * len(out)], out)
        rows[self._h.stop :] = 0
        rows[:] = _primitive(rows)


def _multiply(R: Array, rows: Array, out: Array) -> None:
    """R times rows of shape (k, ...), without the copies that a small product is not worth."""
    if R.size > 8:
        out[:] = np.tensordot(R, rows, axes=1)
        return
    for factors, total in zip(R, out, strict=True):
        np.multiply(factors[0], rows[0], out=total)
        for factor, row in zip(factors[1:], rows[1:], strict=True):
            total += factor * row


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
