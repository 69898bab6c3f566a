"""Networks as torch modules. torch is imported when the first one is made, and never before."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np

from course_lib.networks.fully_connected import FullyConnected
from course_lib.networks.one_neuron_resnet import OneNeuronResNet

__all__ = ["module_of"]

CLASSES = ("FullyConnectedModule", "OneNeuronResNetModule")


def module_of(net: Any) -> Any:
    """The ``torch.nn.Module`` that computes what the network does, with weights of its own.

    Raises:
        ImportError: torch is not installed.
    """
    if isinstance(net, OneNeuronResNet):
        tensors = {name: _copy(array) for name, array in net.state_dict().items()}
        return _classes()["OneNeuronResNetModule"](**tensors)
    assert isinstance(net, FullyConnected)
    from torch.nn import ReLU

    linear = [_linear(W, b) for W, b in zip(net.weights, net.biases, strict=True)]
    layers = itertools.chain.from_iterable((layer, ReLU()) for layer in linear)
    return _classes()["FullyConnectedModule"](*list(layers)[:-1])


@cache
def _classes() -> dict[str, Any]:
    """The two classes of modules, which can be written down only where torch is."""
    from torch import Tensor, nn

    class FullyConnectedModule(nn.Sequential):
        """Linear and ReLU layers; maps (..., d) to (...)."""

        def forward(self, input: Tensor) -> Tensor:
            """Drop the axis of the one output."""
            return super().forward(input).squeeze(-1)

    class OneNeuronResNetModule(nn.Module):
        """x <- x + u relu(w·x + b) for every block, then a·x + c; maps (..., d) to (...)."""

        def __init__(self, u: Tensor, w: Tensor, b: Tensor, a: Tensor, c: Tensor) -> None:
            super().__init__()
            self.u, self.w, self.b = nn.Parameter(u), nn.Parameter(w), nn.Parameter(b)
            self.a, self.c = nn.Parameter(a), nn.Parameter(c)

        def forward(self, x: Tensor) -> Tensor:
            """One block after the other, then the readout."""
            for u, w, b in zip(self.u, self.w, self.b, strict=True):
                x = x + (x @ w + b).relu().unsqueeze(-1) * u
            return x @ self.a + self.c

    classes = dict(zip(CLASSES, (FullyConnectedModule, OneNeuronResNetModule), strict=True))
    for name, made in classes.items():  # as if written at the top of this file: pickle finds them
        made.__module__, made.__qualname__ = __name__, name
    return classes


def __getattr__(name: str) -> Any:
    """The classes, to whoever asks for them by name, as pickle does."""
    if name in CLASSES:
        return _classes()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _linear(W: np.ndarray, b: np.ndarray) -> Any:
    from torch.nn import Linear, Parameter

    # on "meta" no random weights are drawn, which would move the reader's random state
    layer = Linear(W.shape[1], W.shape[0], device="meta")
    layer.weight, layer.bias = Parameter(_copy(W)), Parameter(_copy(b))
    return layer


def _copy(array: np.ndarray) -> Any:
    import torch

    return torch.from_numpy(array.copy())
