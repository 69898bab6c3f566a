"""Evaluate deep one-neuron ResNets fast: coordinates apart, in place, hinges looked up.

A block touches few numbers, so the plain loop spends its time moving memory. Here a tile of points
stays in the cache for all blocks; and blocks that only add hinges of one coordinate to another,
as compiled networks have by the thousand, become one table of a piecewise-linear function.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.networks import OneNeuronResNet, as_one_neuron_resnet
from course_lib.networks.reading import Array, as_points
from course_lib.networks.tiles import by_tiles

__all__ = ["evaluate"]

# A look-up costs as much as a few blocks.
SHORTEST_TABLE = 8


def evaluate(net: OneNeuronResNet, points: Any) -> Array:
    """The values of a one-neuron ResNet in float64.

    Like ``net.astype(float)(points)`` up to rounding, and much faster for deep networks.

    Args:
        net: L blocks on R^d.
        points: shape (..., d).

    Returns:
        values of shape (...).

    Raises:
        ShapeError: points with another number of coordinates.
        InvalidInputError: another kind of network.

    >>> net = OneNeuronResNet.from_blocks([[-2.0]], [[1.0]], [0.0], readout=([1.0], 0.0))
    >>> evaluate(net, [[-2.0], [3.0]]).tolist()
    [-2.0, -3.0]
    """
    net = as_one_neuron_resnet(net)
    x = as_points(f"OneNeuronResNet(dim={net.dim})", net.dim, points, np.dtype(np.float64))
    stages, a, c = _stages(net), net.a.astype(np.float64), float(net.c)

    def values(tile: Array) -> Array:
        height = np.empty_like(tile[0])
        for stage in stages:
            stage.apply(tile, height)
        return np.asarray(a @ tile + c)

    return by_tiles(values, x, 2 * net.dim)


@dataclass(frozen=True)
class _Block:
    """Any single block, as the coordinates it reads and writes with their weights."""

    reads: list[tuple[int, float]]
    offset: float
    writes: list[tuple[int, float]]

    def apply(self, state: Array, height: Array) -> None:
        (i, weight), *rest = self.reads or [(0, 0.0)]
        np.multiply(state[i], weight, out=height)
        for i, weight in rest:
            height += state[i] * weight
        height += self.offset
        np.maximum(height, 0, out=height)
        for i, weight in self.writes:
            state[i] += height * weight


@dataclass(frozen=True)
class _Table:
    """Many blocks at once: x_write += slope · x_read + intercept, by the interval of x_read."""

    read: int
    write: int
    knots: Array
    slopes: Array
    intercepts: Array

    def apply(self, state: Array, height: Array) -> None:
        x = state[self.read]
        piece = np.searchsorted(self.knots, x)
        np.multiply(self.slopes[piece], x, out=height)
        height += self.intercepts[piece]
        state[self.write] += height


def _stages(net: OneNeuronResNet) -> list[_Block | _Table]:
    """The blocks in order, runs of hinges from one coordinate to another put into tables."""
    u, w, b = (part.astype(np.float64) for part in (net.u, net.w, net.b))
    single = (np.count_nonzero(u, axis=1) == 1) & (np.count_nonzero(w, axis=1) == 1)
    read, write = np.abs(w).argmax(axis=1), np.abs(u).argmax(axis=1)
    name = np.where(single & (read != write), read * net.dim + write, -1)
    starts = np.flatnonzero(np.diff(name, prepend=-2) != 0).tolist()
    stages: list[_Block | _Table] = []
    for start, stop in itertools.pairwise([*starts, len(name)]):
        if name[start] >= 0 and stop - start >= SHORTEST_TABLE:
            i, j = int(read[start]), int(write[start])
            stages.append(_table(i, j, u[start:stop, j], w[start:stop, i], b[start:stop]))
        else:
            stages += [_Block(_terms(w[k]), float(b[k]), _terms(u[k])) for k in range(start, stop)]
    return stages


def _terms(row: Array) -> list[tuple[int, float]]:
    return [(int(i), float(row[i])) for i in np.flatnonzero(row)]


def _table(read: int, write: int, u: Array, w: Array, b: Array) -> _Table:
    """Add up u relu(w x + b): from left to right, each knot changes the slope by u |w|."""
    order = np.argsort(-b / w, kind="stable")
    u, w, b = u[order], w[order], b[order]
    sign = np.sign(w)
    left = w < 0  # on the far left the hinges that face left are on
    slopes = np.cumsum(np.append((u * w)[left].sum(), sign * u * w))
    intercepts = np.cumsum(np.append((u * b)[left].sum(), sign * u * b))
    return _Table(read, write, -b / w, slopes, intercepts)
