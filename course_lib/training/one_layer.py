"""Train one hidden layer on a function of one variable: many seeds at once, without torch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import read_function, read_list, read_number, read_whole
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import FullyConnected
from course_lib.networks.reading import values_of

__all__ = ["train_layer"]

Array = NDArray[np.float64]
POINTS, RATE = 129, 0.03


def train_layer(
    f: Any, interval: tuple[float, float], width: int, *, seeds: int = 16, steps: int = 1000
) -> list[FullyConnected]:
    """Train networks with one hidden layer on f, one for each seed.

    Adam on the mean square error at 129 evenly spaced points; the rate falls from 0.03 to a
    hundredth of it along a line. The start is PyTorch's usual one for such a layer. A seed fixes
    its network, whatever is trained beside it, up to the rounding of the machine.

    Args:
        f: vectorised, one variable.
        interval: (low, high) with low < high.
        width: hidden neurons, at least 1.
        seeds: a number n means 0, ..., n - 1.
        steps: of Adam, at least 1.

    Raises:
        ShapeError: an interval that is no pair.
        InvalidInputError: an argument outside its range.

    >>> [net.widths for net in train_layer(np.sin, (-1.0, 1.0), 3, seeds=2, steps=5)]
    [(3,), (3,)]
    """
    read_function("f", f)
    width = read_whole("width", width, at_least=1, at_most=10**4)
    seeds = read_whole("seeds", seeds, at_least=1, at_most=10**4)
    steps = read_whole("steps", steps, at_least=1, at_most=10**6)
    t = np.linspace(*_ends(interval), POINTS)
    y = values_of(f, t, t.shape)
    starts = [_start(width, k) for k in range(seeds)]
    weights = [np.stack(parts) for parts in zip(*starts, strict=True)]
    mean, square = ([np.zeros_like(part) for part in weights] for _ in range(2))
    for step in range(steps):
        rate = RATE * (1 - 0.99 * step / steps)
        for part, slope, m, v in zip(weights, _slopes(t, y, *weights), mean, square, strict=True):
            m += 0.1 * (slope - m)
            v += 0.001 * (slope**2 - v)
            undone = m / (1 - 0.9 ** (step + 1)), v / (1 - 0.999 ** (step + 1))
            part -= rate * undone[0] / (np.sqrt(undone[1]) + 1e-8)
    return [
        FullyConnected.from_layers([(w[:, None], b), (a, c[0])])
        for w, b, a, c in zip(*weights, strict=True)
    ]


def _ends(interval: Any) -> tuple[float, float]:
    ends = read_list("interval", interval, of="(low, high)")
    if len(ends) != 2:
        raise ShapeError(f"interval must be a pair, got {len(ends)} entries. Pass (low, high).")
    low, high = (read_number("an end of the interval", end) for end in ends)
    if not low < high:
        raise InvalidInputError(f"The interval ({low}, {high}) is empty. Pass low < high.")
    return low, high


def _start(width: int, seed: int) -> tuple[Array, ...]:
    """Uniform within ±1/sqrt(inputs) of each layer."""
    draws = np.random.default_rng(seed).uniform(-1, 1, size=3 * width + 1)
    w, b, a, c = np.split(draws, [width, 2 * width, 3 * width])
    return w, b, a / width**0.5, c / width**0.5


def _slopes(t: Array, y: Array, w: Array, b: Array, a: Array, c: Array) -> tuple[Array, ...]:
    """The gradient of the mean square error: the chain rule, for all seeds at once."""
    z = w[:, :, None] * t + b[:, :, None]  # seed, neuron, point
    h = np.maximum(z, 0)
    misses = np.einsum("snp,sn->sp", h, a) + c - y
    per_output = 2 / len(t) * misses
    on = np.where(z > 0, per_output[:, None, :], 0) * a[:, :, None]
    return (
        on @ t,
        on.sum(axis=2),
        np.einsum("snp,sp->sn", h, per_output),
        per_output.sum(axis=1, keepdims=True),
    )
