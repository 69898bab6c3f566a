"""The two families of the course: fully connected ReLU networks and one-neuron ResNets.

Both are ordinary ``torch.nn.Module`` objects with a scalar output, built from weights or at random.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.errors import InvalidInputError, ShapeError

__all__ = ["FullyConnected", "Network", "OneNeuronResNet"]


class FullyConnected(nn.Module):
    """A fully connected ReLU network R^d -> R: ReLU between layers, none after the last.

    Build one with :meth:`from_layers` or :meth:`random`. Its depth is the number of hidden layers,
    so depth 0 is an affine function.

    >>> absolute = FullyConnected.from_layers([([[1.0], [-1.0]], [0.0, 0.0]), ([1.0, 1.0], 0.0)])
    >>> absolute(torch.tensor([[-2.0], [3.0]])).tolist()
    [2.0, 3.0]
    """

    def __init__(self, weights: Sequence[Tensor], biases: Sequence[Tensor]) -> None:
        super().__init__()
        self.weights = nn.ParameterList(nn.Parameter(weight) for weight in weights)
        self.biases = nn.ParameterList(nn.Parameter(bias) for bias in biases)

    @classmethod
    def from_layers(
        cls, layers: Iterable[tuple[Any, Any]], *, dtype: torch.dtype | None = None
    ) -> Self:
        """Build the network x -> W_n relu(... relu(W_1 x + b_1) ...) + b_n.

        Args:
            layers: pairs ``(W, b)`` from input to output. ``W`` has shape (out, in) and ``b`` shape
                (out,); the last layer has out = 1, and may be given as a vector and a number.
            dtype: ``torch.float32`` or ``torch.float64``. Without it the weights keep theirs
                (Python numbers are doubles).

        Raises:
            ShapeError: shapes that do not fit; the message names the layer.
            InvalidInputError: no layer at all, a weight that is not finite, or another dtype.
        """
        try:
            pairs = [(weight, bias) for weight, bias in layers]
        except (TypeError, ValueError):
            raise InvalidInputError(
                "FullyConnected.from_layers got a layer that is no pair. Pass pairs (W, b)."
            ) from None
        if not pairs:
            raise InvalidInputError(
                "FullyConnected.from_layers got no layers. Pass at least one pair (W, b)."
            )
        named = [(f"W of layer {k}", weight) for k, (weight, _) in enumerate(pairs, 1)]
        named += [(f"b of layer {k}", bias) for k, (_, bias) in enumerate(pairs, 1)]
        tensors = _as_parameters(named, dtype)
        weights, biases = tensors[: len(pairs)], tensors[len(pairs) :]
        weights[-1] = torch.atleast_2d(weights[-1])
        biases[-1] = torch.atleast_1d(biases[-1])
        _require_chain(weights, biases)
        return cls(weights, biases)

    @classmethod
    def random(
        cls,
        dim: int,
        widths: Sequence[int],
        *,
        seed: int,
        dtype: torch.dtype = torch.float32,
    ) -> Self:
        """Draw a network with the given hidden ``widths``: weights N(0, 2/fan-in), biases N(0, ¼).

        The same seed gives the same network, whatever ran before.
        """
        sizes = [_positive("dim", dim), *(_positive("width", width) for width in widths), 1]
        generator = torch.Generator().manual_seed(seed)
        layers = [
            (
                torch.randn(out, into, generator=generator, dtype=torch.float64)
                * math.sqrt(2 / into),
                torch.randn(out, generator=generator, dtype=torch.float64) / 2,
            )
            for into, out in itertools.pairwise(sizes)
        ]
        return cls.from_layers(layers, dtype=dtype)

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> Self:
        """Rebuild a network from its ``state_dict()``; no shape needs to be known beforehand."""
        count = max(1, sum(name.startswith("weights.") for name in state))
        try:
            layers = [(state[f"weights.{k}"], state[f"biases.{k}"]) for k in range(count)]
        except KeyError as missing:
            raise InvalidInputError(
                f"This state_dict has no entry {missing}. Pass FullyConnected(...).state_dict()."
            ) from None
        return cls.from_layers(layers)

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
        return tuple(weight.shape[0] for weight in list(self.weights)[:-1])

    @property
    def dtype(self) -> torch.dtype:
        """``torch.float32`` or ``torch.float64``."""
        return self.weights[0].dtype

    @property
    def num_parameters(self) -> int:
        """How many numbers define the network: all weights and biases."""
        return sum(parameter.numel() for parameter in self.parameters())

    def forward(self, points: Any) -> Tensor:
        """Evaluate at points of shape (..., d); the result has shape (...)."""
        x = _as_points(self, points)
        *hidden, last = zip(self.weights, self.biases, strict=True)
        for weight, bias in hidden:
            x = torch.relu(nn.functional.linear(x, weight, bias))
        return nn.functional.linear(x, *last).squeeze(-1)

    def __repr__(self) -> str:
        return (
            f"FullyConnected(dim={self.dim}, widths={self.widths}, "
            f"{self.num_parameters} parameters)"
        )


class OneNeuronResNet(nn.Module):
    """A ResNet on R^d whose blocks hold one neuron each: x <- x + u relu(w·x + b); f(x) = a·x + c.

    Lin & Jegelka (2018), section 2. The hidden layer inside a block has width one; the state that
    travels between blocks stays in R^d. Build one with :meth:`from_blocks` or :meth:`random`.

    >>> fold = OneNeuronResNet.from_blocks([[-2.0]], [[1.0]], [0.0], readout=([1.0], 0.0))
    >>> fold(torch.tensor([[-2.0], [3.0]])).tolist()     # -|x|: one block folds the line
    [-2.0, -3.0]
    """

    def __init__(self, u: Tensor, w: Tensor, b: Tensor, a: Tensor, c: Tensor) -> None:
        super().__init__()
        self.u = nn.Parameter(u)
        self.w = nn.Parameter(w)
        self.b = nn.Parameter(b)
        self.a = nn.Parameter(a)
        self.c = nn.Parameter(c)

    @classmethod
    def from_blocks(
        cls,
        u: Any,
        w: Any,
        b: Any,
        readout: tuple[Any, Any],
        *,
        dtype: torch.dtype | None = None,
    ) -> Self:
        """Build the network from its blocks.

        Args:
            u: write directions, shape (L, d).
            w: read directions, shape (L, d).
            b: offsets, shape (L,).
            readout: the pair ``(a, c)`` of f(x) = a·x + c, shapes (d,) and ().
            dtype: ``torch.float32`` or ``torch.float64``. Without it the weights keep theirs
                (Python numbers are doubles).

        Raises:
            ShapeError: shapes that do not fit; the message names the array.
            InvalidInputError: a weight that is not finite, no pair as readout, or another dtype.
        """
        try:
            a, c = readout
        except (TypeError, ValueError):
            raise InvalidInputError(
                "readout must be a pair (a, c) with a of shape (d,) and a number c."
            ) from None
        names = ("u", "w", "b", "readout a", "readout c")
        u, w, b, a, c = _as_parameters(list(zip(names, (u, w, b, a, c), strict=True)), dtype)
        # an empty list of blocks cannot say how long its rows are
        u, w = (rows.reshape(0, a.numel()) if rows.shape == (0,) else rows for rows in (u, w))
        _require_blocks(u, w, b, a, c)
        return cls(u, w, b, a, c)

    @classmethod
    def random(cls, dim: int, depth: int, *, seed: int, dtype: torch.dtype = torch.float32) -> Self:
        """Draw a network of ``depth`` blocks: u, w, a ~ N(0, 1/d), b, c ~ N(0, ¼).

        The same seed gives the same network, whatever ran before.
        """
        _positive("dim", dim)
        if depth < 0:
            raise InvalidInputError(f"depth must be 0 or more, got {depth}.")
        generator = torch.Generator().manual_seed(seed)

        def normal(*shape: int) -> Tensor:
            return torch.randn(*shape, generator=generator, dtype=torch.float64)

        scale = 1 / math.sqrt(dim)
        u, w, b = normal(depth, dim) * scale, normal(depth, dim) * scale, normal(depth) / 2
        return cls.from_blocks(
            u, w, b, readout=(normal(dim) * scale, normal(1)[0] / 2), dtype=dtype
        )

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> Self:
        """Rebuild a network from its ``state_dict()``; no shape needs to be known beforehand."""
        try:
            u, w, b, a, c = (state[name] for name in "uwbac")
        except KeyError as missing:
            raise InvalidInputError(
                f"This state_dict has no entry {missing}. Pass OneNeuronResNet(...).state_dict()."
            ) from None
        return cls.from_blocks(u, w, b, readout=(a, c))

    @property
    def dim(self) -> int:
        """The number d of coordinates of the input and of the state."""
        return self.a.shape[0]

    @property
    def depth(self) -> int:
        """The number L of blocks."""
        return self.b.shape[0]

    @property
    def dtype(self) -> torch.dtype:
        """``torch.float32`` or ``torch.float64``."""
        return self.a.dtype

    @property
    def num_parameters(self) -> int:
        """How many numbers define the network: L (2d + 1) in the blocks, d + 1 in the readout."""
        return sum(parameter.numel() for parameter in self.parameters())

    def forward(self, points: Any) -> Tensor:
        """Evaluate at points of shape (..., d); the result has shape (...)."""
        x = _as_points(self, points)
        for u, w, b in zip(self.u, self.w, self.b, strict=True):
            x = x + torch.relu(x @ w + b).unsqueeze(-1) * u
        return x @ self.a + self.c

    def states(self, points: Any) -> Tensor:
        """The state before the first block and after each: points (..., d) -> (L + 1, ..., d)."""
        x = _as_points(self, points)
        states = [x]
        for u, w, b in zip(self.u, self.w, self.b, strict=True):
            x = x + torch.relu(x @ w + b).unsqueeze(-1) * u
            states.append(x)
        return torch.stack(states)

    def prefix(self, depth: int) -> OneNeuronResNet:
        """The first ``depth`` blocks (0 to L) with the same readout, sharing no memory."""
        if not 0 <= depth <= self.depth:
            raise InvalidInputError(
                f"This network has {self.depth} blocks; prefix({depth}) asks for a depth outside "
                f"0 to {self.depth}."
            )
        u, w, b, a, c = (p.detach().clone() for p in (self.u, self.w, self.b, self.a, self.c))
        return OneNeuronResNet.from_blocks(u[:depth], w[:depth], b[:depth], readout=(a, c))

    def __repr__(self) -> str:
        return (
            f"OneNeuronResNet(dim={self.dim}, depth={self.depth}, {self.num_parameters} parameters)"
        )


Network = FullyConnected | OneNeuronResNet


def _as_parameters(named: list[tuple[str, Any]], dtype: torch.dtype | None) -> list[Tensor]:
    """Copies of the arrays in one floating dtype, checked to be finite."""
    tensors = []
    for name, value in named:
        try:
            tensor = value if isinstance(value, Tensor) else torch.as_tensor(_as_doubles(value))
        except (TypeError, ValueError) as error:
            raise InvalidInputError(
                f"{name} cannot be read as an array of numbers: {error}. Pass equally long rows of "
                "numbers."
            ) from error
        tensors.append(tensor.detach().clone())
    if dtype is None:
        floats = {tensor.dtype for tensor in tensors if tensor.is_floating_point()}
        dtype = torch.float32 if floats == {torch.float32} else torch.float64
    if dtype not in (torch.float32, torch.float64):
        raise InvalidInputError(f"dtype must be torch.float32 or torch.float64, got {dtype}.")
    tensors = [tensor.to(dtype) for tensor in tensors]
    for (name, _), tensor in zip(named, tensors, strict=True):
        if not torch.isfinite(tensor).all():
            raise InvalidInputError(
                f"{name} holds a value that is infinite or not a number in {dtype}. Pass finite "
                "weights."
            )
    return tensors


def _as_doubles(value: Any) -> np.ndarray:
    """Python numbers (Fractions too) as a float64 array; an array keeps its dtype."""
    array = np.asarray(value)
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float64)


def _require_chain(weights: list[Tensor], biases: list[Tensor]) -> None:
    """Each layer reads what the layer before it writes, and the last one writes one number."""
    into: int | None = None
    for k, (weight, bias) in enumerate(zip(weights, biases, strict=True), 1):
        if weight.ndim != 2 or 0 in weight.shape:
            raise ShapeError(
                f"W of layer {k} has shape {tuple(weight.shape)}. Pass a matrix (out, in)."
            )
        out = weight.shape[0]
        if bias.shape != (out,):
            raise ShapeError(
                f"b of layer {k} has shape {tuple(bias.shape)}, but W writes {out} numbers. "
                f"Pass b of shape ({out},)."
            )
        if into is not None and weight.shape[1] != into:
            raise ShapeError(
                f"W of layer {k} reads {weight.shape[1]} numbers, but layer {k - 1} writes {into}. "
                f"Pass W of shape ({out}, {into})."
            )
        into = out
    if into != 1:
        raise ShapeError(
            f"The last layer writes {into} numbers; the networks of this course have one output. "
            f"Pass W of shape (1, {weights[-1].shape[1]})."
        )


def _require_blocks(u: Tensor, w: Tensor, b: Tensor, a: Tensor, c: Tensor) -> None:
    """All blocks read and write the same R^d."""
    if a.ndim != 1 or a.shape[0] == 0:
        raise ShapeError(f"readout a has shape {tuple(a.shape)}. Pass a vector of shape (d,).")
    dim = a.shape[0]
    if c.shape != ():
        raise ShapeError(f"readout c has shape {tuple(c.shape)}. Pass a single number.")
    if b.ndim != 1:
        raise ShapeError(f"b has shape {tuple(b.shape)}. Pass one offset per block: shape (L,).")
    for name, array in (("u", u), ("w", w)):
        if array.shape != (b.shape[0], dim):
            raise ShapeError(
                f"{name} has shape {tuple(array.shape)}, but b counts {b.shape[0]} blocks and the "
                f"readout {dim} coordinates. Pass {name} of shape ({b.shape[0]}, {dim})."
            )


def _as_points(network: Network, points: Any) -> Tensor:
    """Points (..., d) in the network's dtype."""
    x = torch.as_tensor(points, dtype=network.dtype)
    if x.ndim == 0 or x.shape[-1] != network.dim:
        got = "a single number" if x.ndim == 0 else f"points with {x.shape[-1]} coordinates"
        raise ShapeError(
            f"{type(network).__name__}(dim={network.dim}) got {got}. "
            f"Pass an array of shape (..., {network.dim})."
        )
    return x


def _positive(name: str, value: int) -> int:
    if value < 1:
        raise InvalidInputError(f"{name} must be at least 1, got {value}.")
    return value
