"""Many one-neuron ResNets as one set of arrays, with their gradients written out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from course_lib.networks import OneNeuronResNet

__all__ = ["StackedResNets"]


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
        # Adam rounds the last few entries otherwise, where its vector loop ends. Unused entries
        # there make the result of a network independent of its place.
        size = math.ceil(sum(map(math.prod, self._shapes)) / 64) * 64
        self.weights = torch.zeros(size, dtype=networks[0].dtype)
        self.gradient = torch.zeros_like(self.weights)
        u, w, b, a, c = self._views(self.weights)
        for i, network in enumerate(networks):
            k = network.depth
            u[:k, :, i], w[:k, :, i], b[:k, i] = network.u.data, network.w.data, network.b.data
            a[:, i], c[i] = network.a.data, network.c.data
        self._states = torch.empty(0)
        self._neurons = torch.empty(0)

    def differentiate(self, points: Tensor, labels: Tensor) -> Tensor:
        """Fill ``gradient`` with that of each network's mean logistic loss.

        Args:
            points: shape (n, d), the same for all networks.
            labels: shape (n,), +1 or -1.

        Returns:
            The margins label times f(point), shape (networks, n).
        """
        u, w, b, a, c = (view.unsqueeze(-1) for view in self._views(self.weights))
        x = self._forward(points, u, w, b)
        margins = _combine(a, x).add_(c).mul_(labels)
        slope = torch.sigmoid(-margins).mul_(-labels / len(labels))  # d loss / d f
        self._backward(slope, x, u, w, a)
        return margins

    def _forward(self, points: Tensor, u: Tensor, w: Tensor, b: Tensor) -> Tensor:
        """The last state of every network (d, networks, n), keeping what the way back needs."""
        dim, count = self._shapes[3]
        x = points.T.unsqueeze(1).repeat(1, count, 1)
        if self._neurons.shape[1:] != (count, len(points)):  # buffers, allocated once
            self._states = x.new_empty(len(self.active), *x.shape)
            self._neurons = x.new_empty(len(self.active), count, len(points))
        for k, m in enumerate(self.active):
            before = self._states[k, :, :m].copy_(x[:, :m])
            neuron = torch.addcmul(b[k, :m], before[0], w[k, 0, :m], out=self._neurons[k, :m])
            for j in range(1, dim):
                neuron.addcmul_(before[j], w[k, j, :m])
            x[:, :m].addcmul_(u[k, :, :m], neuron.relu_())
        return x

    def _backward(self, slope: Tensor, x: Tensor, u: Tensor, w: Tensor, a: Tensor) -> None:
        du, dw, db, da, dc = self._views(self.gradient)
        torch.sum(slope, -1, out=dc)
        da.copy_(torch.linalg.vecdot(x, slope))
        dx = a * slope
        for k, m in reversed(list(enumerate(self.active))):
            g, neuron = dx[:, :m], self._neurons[k, :m]
            du[k, :, :m] = torch.linalg.vecdot(g, neuron)
            dz = torch.ops.aten.threshold_backward(_combine(u[k, :, :m], g), neuron, 0)
            dw[k, :, :m] = torch.linalg.vecdot(self._states[k, :, :m], dz)
            db[k, :m] = dz.sum(-1)
            g.addcmul_(w[k, :, :m], dz)

    def network(self, i: int) -> OneNeuronResNet:
        """Network number ``i``, in the order they came, as an ordinary module."""
        u, w, b, a, c = self._views(self.weights)
        k = self.depths[i]
        return OneNeuronResNet.from_blocks(
            u[:k, :, i], w[:k, :, i], b[:k, i], readout=(a[:, i], c[i])
        )

    def _views(self, flat: Tensor) -> list[Tensor]:
        sizes = [math.prod(shape) for shape in self._shapes]
        parts = flat[: sum(sizes)].split(sizes)
        return [part.view(shape) for part, shape in zip(parts, self._shapes, strict=True)]


def _combine(a: Tensor, x: Tensor) -> Tensor:
    """The sum of a[j] * x[j]: faster than einsum or bmm for a handful of coordinates."""
    total = a[0] * x[0]
    for j in range(1, len(x)):
        total.addcmul_(a[j], x[j])
    return total
