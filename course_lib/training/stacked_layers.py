"""Many fully connected networks as one set of arrays, with their gradients written out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from course_lib.networks import FullyConnected
from course_lib.training.stacked_arrays import layer, products, room_for, shares, views

__all__ = ["StackedFullyConnected"]


class StackedFullyConnected:
    """Fully connected networks of one dimension and hidden width, deepest first, taken together.

    Laid out as :class:`StackedResNets`: one flat vector ``weights`` with named views. Axes: layer,
    network, out, in.
    """

    def __init__(self, networks: Sequence[FullyConnected]) -> None:
        depths = [network.depth for network in networks]
        self.active = [sum(depth > k for depth in depths) for k in range(max(depths))]
        self.depths = depths
        count, dim, width = len(networks), networks[0].dim, networks[0].widths[0]
        layers = len(self.active)
        self._shapes = [
            (count, width, dim),
            (layers - 1, count, width, width),
            (layers, count, width),
            (count, width),
            (count,),
        ]
        size = room_for(self._shapes)
        self.weights = torch.zeros(size, dtype=getattr(torch, str(networks[0].dtype)))
        self.gradient = torch.zeros_like(self.weights)
        first, inner, bias, last, c = self._views(self.weights)
        for i, network in enumerate(networks):
            matrices, offsets = (
                map(torch.tensor, part) for part in (network.weights, network.biases)
            )
            first[i], *hidden, last[i] = matrices
            *others, c[i] = offsets
            for k, offset in enumerate(others):
                bias[k, i] = offset
                if k:
                    inner[k - 1, i] = hidden[k - 1]

    def differentiate(self, points: Tensor, labels: Tensor) -> Tensor:
        """Fill ``gradient`` as :meth:`StackedResNets.differentiate` does; return the margins."""
        first, inner, bias, last, c = self._views(self.weights)
        matrices = [first, *inner]
        states = [points.T.expand(len(c), -1, -1)]
        final = points.new_empty(len(c), last.shape[1], len(points))
        for k, m in enumerate(self.active):
            x = layer(bias[k, :m, :, None], matrices[k][:m], states[k][:m]).relu_()
            states.append(x)
            done = self.active[k + 1] if k + 1 < len(self.active) else 0
            final[done:m] = x[done:]  # networks whose last hidden layer this is
        margins = torch.bmm(last.unsqueeze(1), final).squeeze(1).add_(c.unsqueeze(-1)).mul_(labels)
        slope = torch.sigmoid(-margins).mul_(-shares(labels))  # d loss / d f
        self._backward(slope, final, states)
        return margins

    def _backward(self, slope: Tensor, final: Tensor, states: list[Tensor]) -> None:
        _, inner, _, last, _ = self._views(self.weights)
        d_first, d_inner, d_bias, d_last, dc = self._views(self.gradient)
        torch.sum(slope, -1, out=dc)
        d_last.copy_(torch.linalg.vecdot(final, slope.unsqueeze(1)))
        dx = last.unsqueeze(-1) * slope.unsqueeze(1)
        d_matrices = [d_first, *d_inner]
        for k, m in reversed(list(enumerate(self.active))):
            dz = torch.ops.aten.threshold_backward(dx[:m], states[k + 1], 0)
            d_matrices[k][:m] = products(dz, states[k][:m])
            d_bias[k, :m] = dz.sum(-1)
            if k:
                dx[:m] = torch.bmm(inner[k - 1, :m].mT, dz)

    def network(self, i: int) -> FullyConnected:
        """Network number ``i``, in the order they came."""
        first, inner, bias, last, c = self._views(self.weights)
        hidden = ((inner[k - 1, i], bias[k, i]) for k in range(1, self.depths[i]))
        return FullyConnected.from_layers([(first[i], bias[0, i]), *hidden, (last[i], c[i])])

    def _views(self, flat: Tensor) -> list[Tensor]:
        return views(flat, self._shapes)
