"""One-neuron residual networks (Lin & Jegelka 2018)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from course_lib.arguments import counted, read_whole
from course_lib.draws import Draws
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks.from_torch import blocks_of_module
from course_lib.networks.reading import Array, as_points, read_weights
from course_lib.networks.record import WeightRecord
from course_lib.networks.tiles import by_tiles

__all__ = ["OneNeuronResNet"]

PARTS = ("u", "w", "b", "a", "c")
_MISSING: Any = ...  # so that what is passed alone is answered with more than Python's TypeError


@dataclass(frozen=True, eq=False, repr=False)
class OneNeuronResNet(WeightRecord):
    """A ResNet on R^d whose blocks hold one neuron each: x <- x + u relu(w·x + b); f(x) = a·x + c.

    Lin & Jegelka (2018), section 2. The hidden layer inside a block has width one; the state that
    travels between blocks stays in R^d. Build one with :meth:`from_blocks`, :meth:`random` or
    :meth:`from_torch`. It is frozen, and writing into its arrays raises NumPy's own ValueError;
    ``net.replace(b=…)`` makes a changed copy. Networks are equal, and have the same hash, if their
    weights are equal.

    Args:
        u: write directions, shape (L, d).
        w: read directions, shape (L, d).
        b: offsets, shape (L,).
        a: the readout's weights, shape (d,).
        c: the readout's offset, shape ().

    >>> fold = OneNeuronResNet.from_blocks([[-2.0]], [[1.0]], [0.0], readout=([1.0], 0.0))
    >>> fold([[-2.0], [3.0]]).tolist()     # -|x|: one block folds the line
    [-2.0, -3.0]
    """

    u: Array
    w: Array = _MISSING
    b: Array = _MISSING
    a: Array = _MISSING
    c: Array = _MISSING

    def __post_init__(self) -> None:
        if any(getattr(self, name) is _MISSING for name in PARTS):
            raise InvalidInputError(
                "OneNeuronResNet holds u, w, b, a and c. Build one with "
                "OneNeuronResNet.from_blocks(u, w, b, readout=(a, c)), or read its torch module "
                "with OneNeuronResNet.from_torch(module)."
            )
        parts = _read_blocks([getattr(self, name) for name in PARTS])
        for name, array in zip(PARTS, parts, strict=True):
            object.__setattr__(self, name, array)

    @classmethod
    def from_blocks(
        cls, u: Any, w: Any, b: Any, readout: tuple[Any, Any], *, dtype: Any = None
    ) -> Self:
        """Build the network from its blocks.

        Args:
            u: write directions, shape (L, d).
            w: read directions, shape (L, d).
            b: offsets, shape (L,).
            readout: the pair ``(a, c)`` of f(x) = a·x + c, shapes (d,) and ().
            dtype: ``numpy.float32`` or ``numpy.float64``. Without it the weights keep theirs
                (Python numbers are doubles).

        Raises:
            ShapeError: shapes that do not fit; the message names the array.
            InvalidInputError: a weight that is not finite, complex or sparse, no pair as readout,
                or another dtype.
        """
        try:
            a, c = readout
        except (TypeError, ValueError):
            raise InvalidInputError(
                "readout must be a pair (a, c) with a of shape (d,) and a number c."
            ) from None
        net = cls(u, w, b, a, c)
        return net if dtype is None else net.astype(dtype)

    @classmethod
    def random(cls, dim: int, depth: int, *, seed: int, dtype: Any = np.float32) -> Self:
        """Draw a network of ``depth`` blocks: u, w, a ~ N(0, 1/d), b, c ~ N(0, ¼).

        The same seed gives the same network on every system, whatever ran before; in either
        ``dtype``, since the weights are drawn in single precision.

        >>> OneNeuronResNet.random(2, 3, seed=0)
        OneNeuronResNet(dim=2, depth=3, 18 parameters)
        """
        read_whole("dim", dim, at_least=1)
        read_whole("depth", depth, at_least=0)
        normal, scale = Draws(seed).normal, 1 / math.sqrt(dim)
        u, w, b = normal(depth, dim) * scale, normal(depth, dim) * scale, normal(depth) / 2
        readout = normal(dim) * scale, normal(1)[0] / 2
        return cls.from_blocks(u, w, b, readout, dtype=np.float32).astype(dtype)

    @classmethod
    def from_torch(cls, module: Any) -> Self:
        """Read what :meth:`to_torch` made, trained or not; it is left as it is.

        Any module with just the parameters u, w of shape (L, d), b (L,), a (d,) and c () is read as
        one. What a forward() of your own does cannot be seen, so other functions read only what
        :meth:`to_torch` made, and leave it to you to say so here.

        Raises:
            InvalidInputError: another module; the message says what can be read.
        """
        return cls.from_state_dict(blocks_of_module(module))

    def state_dict(self) -> dict[str, Array]:
        """The read-only arrays as u, w, b, a and c."""
        return {name: getattr(self, name) for name in PARTS}

    @classmethod
    def _names(cls, entries: int) -> tuple[str, ...]:
        return PARTS

    @classmethod
    def _of(cls, state: Mapping[str, Any]) -> Self:
        return cls(**state)

    @property
    def dim(self) -> int:
        """The number d of coordinates of the input and of the state."""
        return self.a.shape[0]

    @property
    def depth(self) -> int:
        """The number L of blocks."""
        return self.b.shape[0]

    def __call__(self, points: Any) -> Array:
        """Evaluate at points of shape (..., d) in the network's format; the result has shape (...).

        Raises:
            ShapeError: points with another number of coordinates.
            InvalidInputError: points that are no real numbers.
        """
        return by_tiles(self._values, self._points(points), 2 * self.dim + 1)

    def states(self, points: Any) -> Array:
        """The state before the first block and after each: points (..., d) -> (L + 1, ..., d)."""
        x = self._points(points)
        state = x.reshape(-1, self.dim).T.copy()
        room = np.empty_like(state[0]), np.empty_like(state)
        states = np.empty((self.depth + 1, *state.T.shape), dtype=self.dtype)
        states[0] = state.T
        with np.errstate(all="ignore"):  # far out a state is infinite, as in torch
            for k, (u, w, b) in enumerate(zip(self.u, self.w, self.b, strict=True), 1):
                _apply(u, w, b, state, *room)
                states[k] = state.T
        return states.reshape(self.depth + 1, *x.shape)

    def prefix(self, depth: int) -> Self:
        """The first ``depth`` blocks (0 to L) with the same readout."""
        if not 0 <= read_whole("depth", depth) <= self.depth:
            raise InvalidInputError(
                f"This network has {counted(self.depth, 'block')}; prefix({depth}) asks for a "
                "depth "
                f"outside 0 to {self.depth}. Pass one of those."
            )
        return self.replace(u=self.u[:depth], w=self.w[:depth], b=self.b[:depth])

    def _points(self, points: Any) -> Array:
        return as_points(f"OneNeuronResNet(dim={self.dim})", self.dim, points, self.dtype)

    def _values(self, x: Array) -> Array:
        """The values at a tile of points, coordinates first: (d, n) -> (n,)."""
        room = np.empty_like(x[0]), np.empty_like(x)
        for u, w, b in zip(self.u, self.w, self.b, strict=True):
            _apply(u, w, b, x, *room)
        return self.a @ x + self.c

    def __repr__(self) -> str:
        return (
            f"OneNeuronResNet(dim={self.dim}, depth={self.depth}, "
            f"{counted(self.num_parameters, 'parameter')})"
        )


def _apply(u: Array, w: Array, b: Array, x: Array, neuron: Array, step: Array) -> None:
    """One block, in place, on states (d, n): x += u relu(w·x + b); with room for its work."""
    np.dot(w, x, out=neuron)
    neuron += b
    np.maximum(neuron, 0, out=neuron)
    x += np.multiply(u[:, None], neuron, out=step)


def _read_blocks(parts: list[Any]) -> list[Array]:
    names = ("u", "w", "b", "readout a", "readout c")
    u, w, b, a, c = read_weights(list(zip(names, parts, strict=True)))
    # an empty list of blocks cannot say how long its rows are
    u, w = (rows.reshape(0, a.size) if rows.shape == (0,) else rows for rows in (u, w))
    _require_blocks(u, w, b, a, c)
    return [u, w, b, a, c]


def _require_blocks(u: Array, w: Array, b: Array, a: Array, c: Array) -> None:
    """All blocks read and write the same R^d."""
    if a.ndim != 1 or a.shape[0] == 0:
        raise ShapeError(f"readout a has shape {a.shape}. Pass a vector of shape (d,).")
    dim = a.shape[0]
    if c.shape != ():
        raise ShapeError(f"readout c has shape {c.shape}. Pass a single number.")
    if b.ndim != 1:
        raise ShapeError(f"b has shape {b.shape}. Pass one offset per block: shape (L,).")
    for name, array in (("u", u), ("w", w)):
        if array.shape != (b.shape[0], dim):
            raise ShapeError(
                f"{name} has shape {array.shape}, but b counts {counted(b.shape[0], 'block')} "
                "and the "
                f"readout {counted(dim, 'coordinate')}. Pass {name} of shape ({b.shape[0]}, {dim})."
            )
