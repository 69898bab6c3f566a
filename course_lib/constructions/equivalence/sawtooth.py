"""The sawtooth, deep and shallow: what depth saves, and what "quasi" cannot give back."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from course_lib.arguments import read_whole, shown
from course_lib.constructions.equivalence.roots import whole_root
from course_lib.errors import InvalidInputError
from course_lib.networks import FullyConnected

__all__ = ["DepthSize", "depth_sizes", "first_teeth", "quasi_bound", "sawtooth"]

WIDEST = 20  # folds in one layer, so 2^20 neurons: beyond that memory runs out


def sawtooth(levels: int, layers: int | None = None) -> FullyConnected:
    """The zigzag on [0, 1] with 2^levels pieces of slope ±2^levels, in any number of layers.

    The tent T(x) = 2 relu(x) - 4 relu(x - 1/2) folds [0, 1] in two. A layer of 2^m neurons does m
    folds at once; the layers share the folds as evenly as they can, so k layers take k · 2^(L/k)
    neurons when k divides L. All of them are the same function on [0, 1], without rounding.

    Args:
        levels: L, from 1 to 1000: how often to fold.
        layers: from 1 to L, and at least L / 20; L layers of width 2 if left out.

    Returns:
        a float64 network with 1 input.

    Raises:
        InvalidInputError: numbers outside these ranges.

    Source: Telgarsky (2016).

    >>> deep, flat = sawtooth(6), sawtooth(6, layers=1)
    >>> deep.num_parameters, flat.num_parameters      # 6 L + 1, and 3 · 2^L + 1
    (37, 193)
    >>> deep([[1 / 64], [1 / 2]]).tolist()
    [1.0, 0.0]
    """
    _require(levels, 1)
    layers = levels if layers is None else read_whole("layers", layers)
    if not 1 <= layers <= levels:
        raise InvalidInputError(
            f"sawtooth({levels}, layers={layers}): the {levels} folds need at least 1 layer and "
            f"fill at most {levels}. Pass layers from 1 to levels."
        )
    if (most := max(_shares(levels, layers))) > WIDEST:
        raise InvalidInputError(
            f"sawtooth({levels}, layers={layers}) needs 2^{most} neurons in a layer, more than fit "
            f"into memory. Pass at least {-(-levels // WIDEST)} layers."
        )
    read = [Fraction(1)]
    stack = []
    for folds in _shares(levels, layers):
        stack.append(([read] * 2**folds, [Fraction(-j, 2**folds) for j in range(2**folds)]))
        read = _teeth(folds, 2**folds)
    return FullyConnected.from_layers([*stack, (read, 0)])


def first_teeth(levels: int, neurons: int) -> FullyConnected:
    """One hidden layer that follows the sawtooth's first pieces, one per neuron, and then no more.

    It is the sawtooth on [0, neurons / 2^levels]; from there it goes straight on, away from it.

    Args:
        levels: L, from 1 to 1000.
        neurons: N, from 1 to 2^L.

    Raises:
        InvalidInputError: numbers outside these ranges.

    >>> net = first_teeth(3, 4)     # right on the first half, then straight on
    >>> net([[0.125], [0.5], [0.75]]).tolist()
    [1.0, 0.0, -2.0]
    """
    _require(levels, neurons)
    W = [[1.0]] * neurons
    return FullyConnected.from_layers(
        [(W, [Fraction(-j, 2**levels) for j in range(neurons)]), (_teeth(levels, neurons), 0)]
    )


def quasi_bound(levels: int, neurons: int) -> Fraction:
    """How much of [0, 1] any one-hidden-layer network of N neurons misses, at least.

    N neurons draw at most N + 1 straight pieces, and a straight piece agrees with the sawtooth on
    at most one tooth's side, of length 2^-L: so m{≠} >= 1 - (N + 1) / 2^L.

    Args:
        levels: L, from 1 to 1000.
        neurons: N, from 1 to 2^L.

    Raises:
        InvalidInputError: numbers outside these ranges.

    >>> quasi_bound(6, 32)
    Fraction(31, 64)
    """
    _require(levels, neurons)
    return max(Fraction(0), 1 - Fraction(neurons + 1, 2**levels))


@dataclass(frozen=True)
class DepthSize:
    """How large the sawtooth is in a given number of layers.

    Args:
        layers: k.
        widths: neurons in each layer.
        neurons: their sum.
        lower_bound: neurons that any network of k layers needs for 2^L pieces.
    """

    layers: int
    widths: tuple[int, ...]
    neurons: int
    lower_bound: int


def depth_sizes(levels: int) -> tuple[DepthSize, ...]:
    """The sawtooth's size in 1, 2, ..., L layers: k · 2^(L/k) neurons where k divides L.

    Layers of widths w_1, ..., w_k draw at most (w_1 + 1) ... (w_k + 1) pieces, so 2^L pieces take
    k (2^(L/k) - 1) neurons or more. (With one layer the truth is 2^L, by the parity of the slopes.)

    Args:
        levels: L, from 1 to 1000.

    Raises:
        InvalidInputError: levels outside this range.

    >>> [(size.layers, size.neurons) for size in depth_sizes(12) if 12 % size.layers == 0]
    [(1, 4096), (2, 128), (3, 48), (4, 32), (6, 24), (12, 24)]
    """
    _require(levels, 1)
    sizes = []
    for k in range(1, levels + 1):
        widths = tuple(2**folds for folds in _shares(levels, k))
        # the least N with ((N + k) / k)^k >= 2^L: a float would be off by many for large L
        bound = whole_root(k**k * 2**levels - 1, k) + 1 - k
        sizes.append(DepthSize(k, widths, sum(widths), bound))
    return tuple(sizes)


def _shares(levels: int, layers: int) -> list[int]:
    """How many folds each layer does."""
    each, rest = divmod(levels, layers)
    return [each + (k < rest) for k in range(layers)]


def _teeth(levels: int, neurons: int) -> list[Fraction]:
    """Weights of the first neurons: one slope up, then a turn at each multiple of 2^-L."""
    slope = Fraction(2**levels)
    return [slope, *(2 * slope * (-1) ** j for j in range(1, neurons))]


def _require(levels: int, neurons: int) -> None:
    if not 1 <= read_whole("levels", levels) <= 1000:
        raise InvalidInputError(f"levels must lie between 1 and 1000, got {levels}. Pass one.")
    if not 1 <= read_whole("neurons", neurons, at_most=None) <= 2**levels:
        raise InvalidInputError(
            f"{shown(neurons)} neurons for levels = {levels}. Pass from 1 to 2^levels neurons."
        )
