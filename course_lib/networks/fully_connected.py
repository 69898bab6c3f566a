"""Fully connected ReLU networks."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from course_lib.arguments import counted, read_list, read_whole
from course_lib.draws import Draws
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks.from_sklearn import layers_of_model
from course_lib.networks.from_torch import layers_of_module
from course_lib.networks.reading import Array, as_points, read_weights
from course_lib.networks.record import WeightRecord
from course_lib.networks.tiles import by_tiles

__all__ = ["FullyConnected"]


@dataclass(frozen=True, eq=False, repr=False)
class FullyConnected(WeightRecord):
    """A fully connected ReLU network R^d -> R: ReLU between layers, none after the last.

    Build one with :meth:`from_layers`, :meth:`random`, :meth:`from_torch` or :meth:`from_sklearn`.
    Its depth is the number of hidden layers, so depth 0 is an affine function. It is frozen, and
    writing into its arrays raises NumPy's own ValueError; ``net.replace(biases=…)`` makes a changed
    copy. Networks are equal, and have the same hash, if their weights are equal.

    Args:
        weights: matrices (out, in) from input to output, the last with out = 1.
        biases: vectors (out,), as many.

    >>> absolute = FullyConnected.from_layers([([[1.0], [-1.0]], [0.0, 0.0]), ([1.0, 1.0], 0.0)])
    >>> absolute([[-2.0], [3.0]]).tolist()
    [2.0, 3.0]
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...] = ()

    def __post_init__(self) -> None:
        try:
            listed = read_list("weights", self.weights, of="matrices")
            pairs = list(zip(listed, read_list("biases", self.biases, of="vectors"), strict=True))
        except ValueError:  # InvalidInputError is one
            raise InvalidInputError(
                "FullyConnected holds as many matrices as vectors. Build one with "
                "FullyConnected.from_layers([(W, b), ...]), or read a torch module with "
                "FullyConnected.from_torch(module)."
            ) from None
        weights, biases = _read_layers(pairs)
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "biases", biases)

    @classmethod
    def from_layers(cls, layers: Iterable[tuple[Any, Any]], *, dtype: Any = None) -> Self:
        """Build the network x -> W_n relu(... relu(W_1 x + b_1) ...) + b_n.

        Args:
            layers: pairs ``(W, b)`` from input to output. ``W`` has shape (out, in) and ``b`` shape
                (out,); the last layer has out = 1, and may be given as a vector and a number.
                Arrays, nested lists, Fractions and torch tensors are read.
            dtype: ``numpy.float32`` or ``numpy.float64``. Without it the weights keep theirs
                (Python numbers are doubles).

        Raises:
            ShapeError: shapes that do not fit; the message names the layer.
            InvalidInputError: no layer at all, a weight that is not finite, complex or sparse, or
                another dtype.

        >>> FullyConnected.from_layers([([[1, 2]], 3)])([1, 1]).item()
        6.0
        """
        try:
            pairs = [(weight, bias) for weight, bias in layers]
        except (TypeError, ValueError):
            raise InvalidInputError(
                "FullyConnected.from_layers got a layer that is no pair. Pass pairs (W, b); a "
                "torch module is read by FullyConnected.from_torch(module)."
            ) from None
        net = cls(tuple(weight for weight, _ in pairs), tuple(bias for _, bias in pairs))
        return net if dtype is None else net.astype(dtype)

    @classmethod
    def random(cls, dim: int, widths: Sequence[int], *, seed: int, dtype: Any = np.float32) -> Self:
        """Draw a network with the given hidden ``widths``: weights N(0, 2/fan-in), biases N(0, ¼).

        The same seed gives the same network on every system, whatever ran before; in either
        ``dtype``, since the weights are drawn in single precision.

        >>> FullyConnected.random(2, [4, 3], seed=0)
        FullyConnected(dim=2, widths=(4, 3), 31 parameters)
        """
        listed = read_list("widths", widths, of="whole numbers, such as [4, 3]")
        hidden = [read_whole("width", width, at_least=1) for width in listed]
        sizes = [read_whole("dim", dim, at_least=1), *hidden, 1]
        draws = Draws(seed)
        layers = [
            (draws.normal(out, into) * math.sqrt(2 / into), draws.normal(out) / 2)
            for into, out in itertools.pairwise(sizes)
        ]
        return cls.from_layers(layers, dtype=np.float32).astype(dtype)

    @classmethod
    def from_torch(cls, module: Any) -> Self:
        """Read a torch module of Linear and ReLU layers, yours or :meth:`to_torch`'s.

        Args:
            module: an ``nn.Sequential`` of ``nn.Linear`` and ``nn.ReLU``, nested as you like, with
                ``nn.Flatten``, ``nn.Identity`` and ``nn.Dropout`` (which does nothing after
                training) anywhere; on any device, in any real number format, with one output. It
                is left as it is.

        Raises:
            InvalidInputError: a layer that cannot be read; it is named, with what is possible.
            ShapeError: more than one output, or layers that do not fit.
        """
        return cls.from_layers(layers_of_module(module))

    @classmethod
    def from_sklearn(cls, model: Any) -> Self:
        """Read a fitted ``MLPRegressor`` or ``MLPClassifier`` of scikit-learn with relu.

        Of a classifier with two classes the network is the logit: positive where
        ``model.predict`` says the second of ``model.classes_``.

        Raises:
            InvalidInputError: another model, activation or number of outputs, or one not fitted.
        """
        return cls.from_layers(layers_of_model(model))

    def state_dict(self) -> dict[str, Array]:
        """The read-only arrays as ``weights.0``, ``biases.0``, …, from input to output."""
        named = {f"weights.{k}": weight for k, weight in enumerate(self.weights)}
        return named | {f"biases.{k}": bias for k, bias in enumerate(self.biases)}

    @classmethod
    def _names(cls, entries: int) -> tuple[str, ...]:
        layers = range(max(1, (entries + 1) // 2))
        return tuple(f"{part}.{k}" for k in layers for part in ("weights", "biases"))

    @classmethod
    def _of(cls, state: Mapping[str, Any]) -> Self:
        layers = range(len(state) // 2)
        return cls(*(tuple(state[f"{part}.{k}"] for k in layers) for part in ("weights", "biases")))

    @property
    def dim(self) -> int:
        """The number d of input coordinates."""
        return self.weights[0].shape[1]

    @property
    def depth(self) -> int:
        """The number of hidden layers."""
        return len(self.weights) - 1

    @property
    def widths(self) -> tuple[int, ...]:
        """Neurons in each hidden layer, from input to output."""
        return tuple(weight.shape[0] for weight in self.weights[:-1])

    def __call__(self, points: Any) -> Array:
        """Evaluate at points of shape (..., d) in the network's format; the result has shape (...).

        Raises:
            ShapeError: points with another number of coordinates.
            InvalidInputError: points that are no real numbers.
        """
        x = as_points(f"FullyConnected(dim={self.dim})", self.dim, points, self.dtype)
        return by_tiles(self._values, x, max((self.dim, *self.widths)))

    @cached_property
    def _rows(self) -> list[Array]:
        """Each layer's (W, b) as one matrix, which reads a 1 below its input."""
        return [np.column_stack(layer) for layer in zip(self.weights, self.biases, strict=True)]

    def _values(self, x: Array) -> Array:
        """The values at a tile of points, coordinates first: (d, n) -> (n,)."""
        state = np.vstack([x, np.ones_like(x[:1])])
        *hidden, last = self._rows
        for rows in hidden:
            before, state = state, np.empty((len(rows) + 1, x.shape[1]), dtype=x.dtype)
            np.matmul(rows, before, out=state[:-1])
            np.maximum(state[:-1], 0, out=state[:-1])
            state[-1] = 1
        return np.asarray((last @ state)[0])

    def __repr__(self) -> str:
        widths = (
            self.widths
            if self.depth <= 12
            else f"{counted(self.depth, 'layer')} up to {max(self.widths)}"
        )
        return (
            f"FullyConnected(dim={self.dim}, widths={widths}, "
            f"{counted(self.num_parameters, 'parameter')})"
        )


def _read_layers(
    pairs: list[tuple[Any, Any]],
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """Matrices and offsets in one format, their shapes checked."""
    if not pairs:
        raise InvalidInputError(
            "FullyConnected.from_layers got no layers. Pass at least one pair (W, b)."
        )
    named = [(f"W of layer {k}", weight) for k, (weight, _) in enumerate(pairs, 1)]
    named += [(f"b of layer {k}", bias) for k, (_, bias) in enumerate(pairs, 1)]
    arrays = read_weights(named)
    weights, biases = arrays[: len(pairs)], arrays[len(pairs) :]
    weights[-1] = np.atleast_2d(weights[-1])
    biases[-1] = np.atleast_1d(biases[-1])
    _require_chain(weights, biases)
    return tuple(weights), tuple(biases)


def _require_chain(weights: list[Array], biases: list[Array]) -> None:
    """Each layer reads what the layer before it writes, and the last one writes one number."""
    into: int | None = None
    for k, (weight, bias) in enumerate(zip(weights, biases, strict=True), 1):
        if weight.ndim != 2 or 0 in weight.shape:
            raise ShapeError(f"W of layer {k} has shape {weight.shape}. Pass a matrix (out, in).")
        out = weight.shape[0]
        if bias.shape != (out,):
            raise ShapeError(
                f"b of layer {k} has shape {bias.shape}, but W writes {counted(out, 'number')}. "
                f"Pass b of shape ({out},)."
            )
        if into is not None and weight.shape[1] != into:
            raise ShapeError(
                f"W of layer {k} reads {counted(weight.shape[1], 'number')}, but layer "
                f"{k - 1} writes {into}. "
                f"Pass W of shape ({out}, {into})."
            )
        into = out
    if into != 1:
        raise ShapeError(
            f"The last layer writes {counted(len(biases[-1]), 'number')}; the networks of "
            "this course have one output. "
            f"Pass W of shape (1, {weights[-1].shape[1]})."
        )
