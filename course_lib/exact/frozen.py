"""A network frozen to fractions: the exact function of its stored weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from course_lib.arguments import counted, shown
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact.linear import Matrix, Vector, to_integers
from course_lib.exact.reading import read, read_vector
from course_lib.networks import FullyConnected, Network, as_network

__all__ = ["ExactFullyConnected", "ExactNetwork", "ExactOneNeuronResNet", "freeze"]


@dataclass(frozen=True)
class ExactFullyConnected:
    """A fully connected ReLU network over the rationals; see :class:`FullyConnected`.

    Args:
        layers: pairs (W, b) from input to output, W a tuple of rows and b a tuple, all Fractions;
            ReLU between layers, none after the last, which has one row.

    Raises:
        ShapeError: layers that do not fit together.
        InvalidInputError: an entry that is no Fraction.
    """

    layers: tuple[tuple[Matrix, Vector], ...]

    def __repr__(self) -> str:
        widths = tuple(len(b) for _, b in self.layers[:-1])
        said = (
            widths if len(widths) <= 12 else f"{counted(len(widths), 'layer')} up to {max(widths)}"
        )
        return f"ExactFullyConnected(dim={self.dim}, widths={said})"

    def __post_init__(self) -> None:
        _require_tuples("layers", self.layers)
        _require_fractions(lambda: (x for W, b in self.layers for row in (*W, b) for x in row))
        into = self.dim
        for k, (W, b) in enumerate(self.layers, 1):
            if not len(W) or len(W) != len(b) or any(len(row) != into for row in W):
                raise ShapeError(
                    f"Layer {k} does not fit: it must read {counted(into, 'number')} and have "
                    "one offset per "
                    "row of W."
                )
            into = len(b)
        if into != 1:
            raise ShapeError(f"The last layer writes {counted(into, 'number')}. Make it write 1.")

    @property
    def dim(self) -> int:
        """The number d of input coordinates."""
        if not self.layers or not self.layers[0][0]:
            raise ShapeError("A network needs at least one layer with at least one row. Pass one.")
        return len(self.layers[0][0][0])

    @property
    def depth(self) -> int:
        """The number of hidden layers."""
        return len(self.layers) - 1

    def evaluate(self, point: Sequence[Any]) -> Fraction:
        """The exact value at a point of shape (d,)."""
        x, q = to_integers(_read_point(point, self.dim))
        *hidden, last = self.layers
        for W, b in hidden:
            z, q = _affine(W, b, x, q)
            x = tuple(max(entry, 0) for entry in z)
        (value,), q = _affine(*last, x, q)
        return Fraction(value, q)


@dataclass(frozen=True)
class ExactOneNeuronResNet:
    """A one-neuron ResNet over the rationals; see :class:`course_lib.networks.OneNeuronResNet`.

    Args:
        u: write directions, L rows of d Fractions.
        w: read directions, L rows of d Fractions.
        b: L offsets.
        a: the readout's d weights.
        c: the readout's offset.

    Raises:
        ShapeError: parts that do not fit together.
        InvalidInputError: an entry that is no Fraction.
    """

    u: Matrix
    w: Matrix
    b: Vector
    a: Vector
    c: Fraction

    def __repr__(self) -> str:
        return f"ExactOneNeuronResNet(dim={self.dim}, depth={self.depth})"

    def __post_init__(self) -> None:
        for name in ("u", "w", "b", "a"):
            _require_tuples(name, getattr(self, name))
        _require_fractions(
            lambda: (x for row in (*self.u, *self.w, self.b, self.a, (self.c,)) for x in row)
        )
        if not self.a or not len(self.u) == len(self.w) == len(self.b):
            raise ShapeError(
                f"Got {counted(len(self.u), 'row')} u, {counted(len(self.w), 'row')} w, "
                f"{counted(len(self.b), 'offset')} b and "
                f"{counted(len(self.a), 'readout weight')}; the first three must agree, the "
                "last be positive. "
                "Make one of a network with exact.freeze(net)."
            )
        if any(len(row) != self.dim for row in (*self.u, *self.w)):
            raise ShapeError(
                f"Every row of u and w must have {counted(self.dim, 'entry/entries')}, as the "
                "readout."
            )

    @property
    def dim(self) -> int:
        """The number d of coordinates of the input and of the state."""
        return len(self.a)

    @property
    def depth(self) -> int:
        """The number L of blocks."""
        return len(self.b)

    def evaluate(self, point: Sequence[Any]) -> Fraction:
        """The exact value at a point of shape (d,)."""
        x, q = to_integers(_read_point(point, self.dim))
        for u, w, b in zip(self.u, self.w, self.b, strict=True):
            (z,), q_z = _affine((w,), (b,), x, q)
            if z > 0:
                m, p = to_integers(u)
                step = q_z // q * p  # q_z is a multiple of q
                x = tuple(step * entry + z * write for entry, write in zip(x, m, strict=True))
                q = q_z * p
        (value,), q = _affine((self.a,), (self.c,), x, q)
        return Fraction(value, q)


ExactNetwork = ExactFullyConnected | ExactOneNeuronResNet


def freeze(net: Network | ExactNetwork) -> ExactNetwork:
    """The exact function that a network's stored weights define.

    It is about those weights, not about a rounded forward pass. A frozen network is returned
    as it is.

    Raises:
        InvalidInputError: something that is no network of this course.

    >>> from course_lib.networks import OneNeuronResNet
    >>> net = OneNeuronResNet.from_blocks([[-2.0]], [[1.0]], [0.0], readout=([0.5], 0.0))
    >>> freeze(net).evaluate([3])
    Fraction(-3, 2)
    """
    if isinstance(net, ExactFullyConnected | ExactOneNeuronResNet):
        return net
    net = as_network(net)
    if isinstance(net, FullyConnected):
        return ExactFullyConnected(
            tuple(
                (_matrix(W), read_vector(b.tolist()))
                for W, b in zip(net.weights, net.biases, strict=True)
            )
        )
    u, w = _matrix(net.u), _matrix(net.w)
    b, a = read_vector(net.b.tolist()), read_vector(net.a.tolist())
    return ExactOneNeuronResNet(u, w, b, a, read(net.c))


def _matrix(array: Any) -> Matrix:
    return tuple(read_vector(row) for row in array.tolist())


def _read_point(point: Sequence[Any], dim: int) -> Vector:
    x = read_vector(point, "point")
    if len(x) != dim:
        raise ShapeError(
            f"This network reads {counted(dim, 'coordinate')}; the point has {len(x)}. Pass "
            f"{dim} numbers."
        )
    return x


def _require_tuples(name: str, value: Any) -> None:
    if not isinstance(value, tuple | list):
        raise ShapeError(f"{name} of an exact network must be a tuple, got {shown(value)}.")


def _require_fractions(entries: Callable[[], Iterable[Any]]) -> None:
    try:
        wrong = [entry for entry in entries() if not isinstance(entry, Fraction)]
    except (TypeError, ValueError):
        raise ShapeError(
            "An exact network holds tuples: matrices as rows of Fractions, vectors as Fractions. "
            "Make one of a network with exact.freeze(net)."
        ) from None
    if wrong:
        raise InvalidInputError(
            f"An exact network holds Fractions; got {shown(wrong[0])}. Read it with exact.read."
        )


def _affine(W: Matrix, b: Vector, x: tuple[int, ...], q: int) -> tuple[tuple[int, ...], int]:
    """W x/q + b as whole numbers over one denominator, a multiple of q."""
    rows = [(*row, offset) for row, offset in zip(W, b, strict=True)]
    flat, p = to_integers([entry for row in rows for entry in row])
    n, point = len(x) + 1, (*x, q)
    return tuple(
        sum(map(int.__mul__, flat[i * n : (i + 1) * n], point)) for i in range(len(rows))
    ), p * q
