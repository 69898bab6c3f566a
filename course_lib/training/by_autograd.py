"""Training loops for which nobody wrote the gradients by hand: torch finds them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import softplus

from course_lib.networks import FullyConnected, OneNeuronResNet

__all__ = ["descend_blocks", "descend_with_dropout"]

Array = NDArray[Any]
Batches = Iterator[tuple[Array, Array]]


def descend_blocks(
    starts: Sequence[OneNeuronResNet], neurons: int, batches: Batches, rate: float, steps: int
) -> tuple[list[Array], Array]:
    """Train the starts regrouped: ``neurons`` of their blocks at a time read the same state.

    Returns:
        u, w (block, seed, neuron, coordinate), b (block, seed, neuron), a and c with leading seeds;
        and the losses (steps, seeds).
    """
    arrays = (np.stack([getattr(net, name) for net in starts]) for name in "uwbac")
    u, w, b, a, c = map(torch.tensor, arrays)
    groups = (starts[0].depth // neurons, neurons)
    grouped = [p.unflatten(1, groups).transpose(0, 1).contiguous() for p in (u, w, b)]

    def forward(weights: list[Tensor], points: Tensor) -> Tensor:
        u, w, b, a, c = weights
        x = points.expand(len(a), -1, -1)  # seed, point, coordinate
        for u_k, w_k, b_k in zip(u, w, b, strict=True):
            x = x + torch.relu(x @ w_k.mT + b_k.unsqueeze(1)) @ u_k
        return (x @ a.unsqueeze(-1)).squeeze(-1) + c.unsqueeze(-1)

    return _descend([*grouped, a, c], forward, batches, rate, steps)


def descend_with_dropout(
    starts: Sequence[FullyConnected], dropout: float, batches: Batches, rate: float, steps: int
) -> tuple[list[Array], Array]:
    """Train with hidden neurons silenced at random, anew for each point of each step.

    Those that stay are divided by 1 - dropout, so that nothing has to be changed afterwards.

    Returns:
        the weights and biases in turns, each with leading seeds; and the losses (steps, seeds).
    """
    layers = zip(*(zip(net.weights, net.biases, strict=True) for net in starts), strict=True)
    weights = [
        torch.tensor(np.stack(part)) for layer in layers for part in zip(*layer, strict=True)
    ]
    luck = torch.Generator().manual_seed(0)

    def forward(weights: list[Tensor], points: Tensor) -> Tensor:
        *hidden, last, c = weights
        x = points.expand(len(last), -1, -1)
        for W, b in zip(hidden[::2], hidden[1::2], strict=True):
            x = torch.relu(x @ W.mT + b.unsqueeze(1))
            x = x * (torch.rand(x.shape, generator=luck) >= dropout) / (1 - dropout)
        return (x @ last.reshape(len(last), -1, 1)).squeeze(-1) + c.reshape(-1, 1)

    return _descend(weights, forward, batches, rate, steps)


def _descend(
    weights: list[Tensor],
    forward: Callable[[list[Tensor], Tensor], Tensor],
    batches: Batches,
    rate: float,
    steps: int,
) -> tuple[list[Array], Array]:
    """The loss, the optimiser and the half cosine of :func:`course_lib.training.train`."""
    weights = [part.requires_grad_() for part in weights]
    adam = torch.optim.Adam(weights, fused=True)
    losses = []
    for step, (points, labels) in zip(range(steps), batches, strict=False):
        x, y = torch.from_numpy(points), torch.from_numpy(labels)
        adam.param_groups[0]["lr"] = rate * (1 + math.cos(math.pi * step / steps)) / 2
        loss = softplus(-y * forward(weights, x)).mean(-1)
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
        losses.append(loss.detach().numpy())
    return [part.detach().double().numpy() for part in weights], np.array(losses)
