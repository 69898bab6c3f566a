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
import torch
from numpy.typing import NDArray
from torch import Tensor

from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import OneNeuronResNet

__all__ = ["evaluate"]

Array = NDArray[np.float64]

# Points worked on at a time: enough to outweigh the cost of a call, few enough for the cache.
TILE = 32768
# A look-up costs as much as a few blocks.
SHORTEST_TABLE = 8


def evaluate(net: OneNeuronResNet, points: Any) -> Array:
    """The values of a one-neuron ResNet, without gradients, in float64.

    Like ``net.double()(points)`` up to rounding, and much faster for deep networks.

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
    if not isinstance(net, OneNeuronResNet):
        raise InvalidInputError(
            f"evaluate reads a OneNeuronResNet, got a {type(net).__name__}. Call it: net(points)."
        )
    x = np.asarray(points, dtype=float)
    if x.ndim == 0 or x.shape[-1] != net.dim:
        raise ShapeError(
            f"OneNeuronResNet(dim={net.dim}) got an array of shape {x.shape}. "
            f"Pass points of shape (..., {net.dim})."
        )
    flat = x.reshape(-1, net.dim)
    stages = _stages(net)
    a, c = net.a.detach().double().numpy(), float(net.c.detach())
    values = np.empty(len(flat))
    with torch.no_grad():
        for start in range(0, len(flat), TILE):
            tile = flat[start : start + TILE].T.copy()
            state = [torch.from_numpy(row) for row in tile]  # views: both sides see the changes
            height = torch.empty_like(state[0])
            for stage in stages:
                stage.apply(state, height)
            values[start : start + TILE] = a @ tile + c
    return values.reshape(x.shape[:-1])


@dataclass(frozen=True)
class _Block:
    """Any single block, as the coordinates it reads and writes with their weights."""

    reads: list[tuple[int, float]]
    offset: float
    writes: list[tuple[int, float]]

    def apply(self, state: list[Tensor], height: Tensor) -> None:
        (i, weight), *rest = self.reads or [(0, 0.0)]
        torch.mul(state[i], weight, out=height)
        for i, weight in rest:
            height.add_(state[i], alpha=weight)
        height.add_(self.offset).relu_()
        for i, weight in self.writes:
            state[i].add_(height, alpha=weight)


@dataclass(frozen=True)
class _Table:
    """Many blocks at once: x_write += slope · x_read + intercept, by the interval of x_read."""

    read: int
    write: int
    knots: Array
    slopes: Array
    intercepts: Array

    def apply(self, state: list[Tensor], height: Tensor) -> None:
        x = state[self.read].numpy()
        piece = np.searchsorted(self.knots, x)
        np.multiply(self.slopes[piece], x, out=height.numpy())
        height.add_(torch.from_numpy(self.intercepts[piece]))
        state[self.write].add_(height)


def _stages(net: OneNeuronResNet) -> list[_Block | _Table]:
    """The blocks in order, runs of hinges from one coordinate to another put into tables."""
    u, w, b = (p.detach().double().numpy() for p in (net.u, net.w, net.b))
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
