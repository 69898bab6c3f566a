"""Many one-neuron ResNets as one set of arrays, with their gradients written out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from course_lib.networks import OneNeuronResNet
from course_lib.training.stacked_arrays import combine, room_for, shares, views

__all__ = ["StackedResNets"]


class _Block(NamedTuple):
    """One block of all networks that have it, d coordinates each.

    Weights and their gradients, the state before and after, the neuron, and the loss's slope in
    the state: all views.
    """

    u: Tensor
    w: Tensor
    b: Tensor
    du: Tensor
    dw: Tensor
    db: Tensor
    before: Tensor
    after: Tensor
    neuron: Tensor
    slope: Tensor


class StackedResNets:
    """One-neuron ResNets of one dimension d, deepest first, evaluated and differentiated together.

    ``weights`` is one flat vector, so that one optimiser step moves all networks; the named arrays
    are views into it. Axes: block, coordinate, network. A network of depth k takes part in the
    first k blocks only: as the deepest come first, those of block k are a leading slice.
    """

    def __init__(self, networks: Sequence[OneNeuronResNet]) -> None:
        depths = [network.depth for network in networks]
        self.active = [sum(depth > k for depth in depths) for k in range(max(depths))]
        self.depths = depths
        count, dim, blocks = len(networks), networks[0].dim, len(self.active)
        self._shapes = [
            (blocks, dim, count),
            (blocks, dim, count),
            (blocks, count),
            (dim, count),
            (count,),
        ]
        size = room_for(self._shapes)
        self.weights = torch.zeros(size, dtype=getattr(torch, str(networks[0].dtype)))
        self.gradient = torch.zeros_like(self.weights)
        u, w, b, a, c = self._views(self.weights)
        for i, network in enumerate(networks):
            k = network.depth
            u[:k, :, i], w[:k, :, i], b[:k, i] = map(
                torch.tensor, (network.u, network.w, network.b)
            )
            a[:, i], c[i] = torch.tensor(network.a), float(network.c)
        self._columns = [view.unsqueeze(-1) for view in self._views(self.weights)]
        self._points = 0

    def differentiate(self, points: Tensor, labels: Tensor) -> Tensor:
        """Fill ``gradient`` with that of each network's mean logistic loss.

        Args:
            points: shape (n, d), the same for all networks.
            labels: shape (n,), +1 or -1; a point with label 0 does not count.

        Returns:
            The margins label times f(point), shape (networks, n).
        """
        if self._points != len(points):
            self._allocate(len(points))
        *_, a, c = self._columns
        self._forward(points)
        margins = combine(a, self._final).add_(c).mul_(labels)
        slope = torch.sigmoid(-margins).mul_(-shares(labels))  # d loss / d f
        self._backward(slope, a)
        return margins

    def _allocate(self, n: int) -> None:
        """Make buffers for n points and slice them: slicing takes as long as the arithmetic."""
        (blocks, dim, count), kind = self._shapes[0], self.weights.dtype
        u, w, b, *_ = self._columns
        du, dw, db, *_ = self._views(self.gradient)
        states = torch.empty(blocks + 1, dim, count, n, dtype=kind)
        neurons = torch.empty(blocks, count, n, dtype=kind)
        self._points, self._first = n, states[0]
        self._final, self._slope = torch.empty(2, dim, count, n, dtype=kind)
        self._blocks = [
            _Block(
                *(u[k, :, :m], w[k, :, :m], b[k, :m]),
                *(du[k, :, :m], dw[k, :, :m], db[k, :m]),
                *(states[k, :, :m], states[k + 1, :, :m], neurons[k, :m], self._slope[:, :m]),
            )
            for k, m in enumerate(self.active)
        ]
        spans = zip(self.active, [*self.active[1:], 0], strict=True)
        self._endings = [
            (self._final[:, later:m], states[k + 1, :, later:m])
            for k, (m, later) in enumerate(spans)
            if later < m
        ]

    def _forward(self, points: Tensor) -> None:
        self._first.copy_(points.T.unsqueeze(1))
        for block in self._blocks:
            neuron = combine(block.w, block.before, out=block.neuron)
            neuron.add_(block.b).relu_()
            torch.addcmul(block.before, block.u, neuron, out=block.after)
        for final, last in self._endings:
            final.copy_(last)

    def _backward(self, slope: Tensor, a: Tensor) -> None:
        *_, da, dc = self._views(self.gradient)
        torch.sum(slope, -1, out=dc)
        torch.linalg.vecdot(self._final, slope, out=da)
        torch.mul(a, slope, out=self._slope)
        for block in reversed(self._blocks):
            dx, neuron = block.slope, block.neuron
            torch.linalg.vecdot(dx, neuron, out=block.du)
            dz = torch.ops.aten.threshold_backward(combine(block.u, dx), neuron, 0)
            torch.linalg.vecdot(block.before, dz, out=block.dw)
            torch.sum(dz, -1, out=block.db)
            dx.addcmul_(block.w, dz)

    def network(self, i: int) -> OneNeuronResNet:
        """Network number ``i``, in the order they came."""
        u, w, b, a, c = self._views(self.weights)
        k = self.depths[i]
        return OneNeuronResNet.from_blocks(
            u[:k, :, i], w[:k, :, i], b[:k, i], readout=(a[:, i], c[i])
        )

    def _views(self, flat: Tensor) -> list[Tensor]:
        return views(flat, self._shapes)
