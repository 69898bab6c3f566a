"""Many narrow fully connected networks as one set of arrays, summed term by term."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from course_lib.networks import FullyConnected
from course_lib.training.stacked_arrays import combine, room_for, shares, views

__all__ = ["StackedNarrow"]


class _Layer(NamedTuple):
    """One hidden layer of all networks that have it: views of the buffers.

    Axes of the weights and their gradients: in, out, network, point (of length 1); of the states
    before and after, and of the loss's slopes in them: neuron, network, point.
    """

    weight: Tensor
    bias: Tensor
    d_weight: Tensor
    d_bias: Tensor
    before: Tensor
    after: Tensor
    slope_before: Tensor
    slope: Tensor


class StackedNarrow:
    """Fully connected networks of one dimension and a small hidden width, deepest first.

    Laid out as :class:`StackedResNets`. A product of two small matrices costs a library of linear
    algebra more than the terms themselves, and its rounding differs from processor to processor;
    term by term it does neither.
    """

    def __init__(self, networks: Sequence[FullyConnected]) -> None:
        depths = [network.depth for network in networks]
        self.active = [sum(depth > k for depth in depths) for k in range(max(depths))]
        self.depths = depths
        count, dim, width = len(networks), networks[0].dim, networks[0].widths[0]
        layers = len(self.active)
        self._shapes = [
            (dim, width, count),
            (layers - 1, width, width, count),
            (layers, width, count),
            (width, count),
            (count,),
        ]
        size = room_for(self._shapes)
        self.weights = torch.zeros(size, dtype=getattr(torch, str(networks[0].dtype)))
        self.gradient = torch.zeros_like(self.weights)
        first, inner, bias, last, c = self._views(self.weights)
        for i, network in enumerate(networks):
            matrices = [torch.tensor(matrix).T for matrix in network.weights]
            *offsets, c[i] = map(torch.tensor, network.biases)
            first[..., i], last[:, i] = matrices[0], matrices[-1][:, 0]
            for k, offset in enumerate(offsets):
                bias[k, :, i] = offset
                if k:
                    inner[k - 1, ..., i] = matrices[k]
        self._points = 0

    def differentiate(self, points: Tensor, labels: Tensor) -> Tensor:
        """Fill ``gradient`` as :meth:`StackedResNets.differentiate` does; return the margins."""
        if self._points != len(points):
            self._allocate(len(points))
        *_, last, c = self._views(self.weights)
        self._first.copy_(points.T.unsqueeze(1))
        for layer in self._layers:
            combine(layer.weight, layer.before, out=layer.after)
            layer.after.add_(layer.bias).relu_()
        for final, after in self._endings:
            final.copy_(after)
        margins = combine(last.unsqueeze(-1), self._final).add_(c.unsqueeze(-1)).mul_(labels)
        slope = torch.sigmoid(-margins).mul_(-shares(labels))  # d loss / d f
        self._backward(slope)
        return margins

    def _allocate(self, n: int) -> None:
        """Make buffers for n points and slice them once."""
        (dim, width, count), kind = self._shapes[0], self.weights.dtype
        first, inner, bias, *_ = (view.unsqueeze(-1) for view in self._views(self.weights))
        d_first, d_inner, d_bias, *_ = self._views(self.gradient)
        weights, d_weights = [first, *inner], [d_first, *d_inner]
        states = torch.empty(len(self.active), width, count, n, dtype=kind)
        self._points, self._first = n, torch.empty(dim, count, n, dtype=kind)
        self._final = torch.empty(width, count, n, dtype=kind)
        # A network's slopes begin at its last layer: those of all others wait there for theirs.
        self._slopes = torch.empty(2, width, count, n, dtype=kind)
        before = [self._first, *states]
        self._layers = [
            _Layer(
                *(weights[k][:, :, :m], bias[k][:, :m], d_weights[k][:, :, :m], d_bias[k][:, :m]),
                *(before[k][:, :m], states[k][:, :m]),
                *(self._slopes[(k + 1) % 2][:, :m], self._slopes[k % 2][:, :m]),
            )
            for k, m in enumerate(self.active)
        ]
        spans = zip(self.active, [*self.active[1:], 0], strict=True)
        self._endings = [
            (self._final[:, later:m], states[k][:, later:m])
            for k, (m, later) in enumerate(spans)
            if later < m
        ]

    def _backward(self, slope: Tensor) -> None:
        *_, last, _ = self._views(self.weights)
        *_, d_last, dc = self._views(self.gradient)
        torch.sum(slope, -1, out=dc)
        torch.linalg.vecdot(self._final, slope, out=d_last)
        torch.mul(last.unsqueeze(-1), slope, out=self._slopes[0])
        self._slopes[1].copy_(self._slopes[0])
        for k, layer in reversed(list(enumerate(self._layers))):
            dz = torch.ops.aten.threshold_backward(layer.slope, layer.after, 0)
            for j, coordinate in enumerate(layer.before):
                torch.linalg.vecdot(dz, coordinate, out=layer.d_weight[j])
            torch.sum(dz, -1, out=layer.d_bias)
            if k:
                combine(layer.weight.transpose(0, 1), dz, out=layer.slope_before)

    def network(self, i: int) -> FullyConnected:
        """Network number ``i``, in the order they came."""
        first, inner, bias, last, c = self._views(self.weights)
        hidden = ((inner[k - 1, ..., i].T, bias[k, :, i]) for k in range(1, self.depths[i]))
        layers = [(first[..., i].T, bias[0, :, i]), *hidden, (last[:, i], c[i])]
        return FullyConnected.from_layers(layers)

    def _views(self, flat: Tensor) -> list[Tensor]:
        return views(flat, self._shapes)
