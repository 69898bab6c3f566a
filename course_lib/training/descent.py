"""The steps of a training, in torch: the one place of the library that needs it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import softplus

from course_lib.networks import FullyConnected, Network, OneNeuronResNet
from course_lib.training.stacked_arrays import padded
from course_lib.training.stacked_layers import StackedFullyConnected
from course_lib.training.stacked_narrow import StackedNarrow
from course_lib.training.stacked_resnets import StackedResNets

__all__ = ["Stack", "descend", "one_thread", "stacked"]

Stack = StackedResNets | StackedNarrow | StackedFullyConnected
NARROW = 3  # up to here terms are faster than matrix products
Batch = tuple[NDArray[Any], NDArray[Any]]  # points (n, d) and labels (n,)


def stacked(networks: Sequence[Network]) -> Stack:
    """Networks of one family, deepest first, as shared arrays."""
    resnets = [net for net in networks if isinstance(net, OneNeuronResNet)]
    if resnets:
        return StackedResNets(resnets)
    wide = [net for net in networks if isinstance(net, FullyConnected)]
    return (StackedNarrow if wide[0].widths[0] <= NARROW else StackedFullyConnected)(wide)


def descend(
    stack: Stack,
    batches: Iterator[Batch],
    learning_rate: float,
    steps: int,
    stop: Callable[[], bool] | None,
) -> Iterator[NDArray[Any] | None]:
    """Take the steps one by one; give the losses before the step on about a hundred of them."""
    stack.weights.grad = stack.gradient
    adam = torch.optim.Adam([stack.weights], fused=True)
    every = max(1, steps // 100)
    for step, (points, labels) in zip(range(steps), batches, strict=False):
        if stop is not None and stop():
            return
        x, y = padded(points, labels)
        margins = stack.differentiate(x, y)
        adam.param_groups[0]["lr"] = learning_rate * (1 + math.cos(math.pi * step / steps)) / 2
        adam.step()
        recorded = step % every == 0 or step == steps - 1
        yield _losses(margins, y) if recorded else None


def _losses(margins: Tensor, labels: Tensor) -> NDArray[Any]:
    """The mean logistic loss of each network over the points that count."""
    counts = labels.abs()
    return np.asarray(((softplus(-margins) * counts).sum(-1) / counts.sum()).numpy())


@contextmanager
def one_thread() -> Iterator[None]:
    """Work this small is faster on one thread than on several that wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
