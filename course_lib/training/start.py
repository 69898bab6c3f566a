"""Where training starts: initial weights that a seed fixes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import read_choice, read_whole
from course_lib.draws import Draws
from course_lib.networks import FullyConnected, OneNeuronResNet

__all__ = ["FAMILIES", "LEARNING_RATES", "initial_network"]

MOST = 100_000  # inputs, layers or neurons in a layer: far more than memory holds
FAMILIES = ("one_neuron_resnet", "fully_connected")

# Tried on the unit disk: 0.02, 0.05 and 0.08, 32 seeds, depths 2, 3, 5 and 10. By median IoU,
# ResNets are best from 0.08 at depths 2 and 3; at 5 and 10 the step from 0.05 to 0.08 changes less
# than 0.002. Networks of width 2 are best from 0.02 at depths 2, 5 and 10, from 0.05 at depth 3.
LEARNING_RATES = {"one_neuron_resnet": 0.08, "fully_connected": 0.02}


def initial_network(
    family: str, dim: int, depth: int, seed: int, *, width: int
) -> FullyConnected | OneNeuronResNet:
    """The network that training starts from; the same arguments give the same weights.

    Args:
        family: ``"one_neuron_resnet"`` or ``"fully_connected"``.
        dim: d, at least 1.
        depth: blocks or hidden layers, at least 1.
        seed: fixes the weights.
        width: neurons per hidden layer; a one-neuron ResNet has no use for it.

    Raises:
        InvalidInputError: another family, or sizes outside these ranges.

    >>> initial_network("fully_connected", dim=2, depth=3, seed=0, width=2)
    FullyConnected(dim=2, widths=(2, 2, 2), 21 parameters)
    """
    family = read_choice("family", family, FAMILIES)
    dim = read_whole("dim", dim, at_least=1, at_most=MOST)
    depth = read_whole("depth", depth, at_least=1, at_most=MOST)
    width = read_whole("width", width, at_least=1, at_most=MOST)
    if family == "one_neuron_resnet":
        return _resnet(dim, depth, Draws(seed).normal)
    return _fully_connected(dim, depth, width, Draws(seed).normal)


def _resnet(dim: int, depth: int, normal: Callable[..., NDArray[np.float64]]) -> OneNeuronResNet:
    """Blocks that begin between the identity and a collapse: 1 + u·w is about 0.4.

    How close hardly matters for the plane: from 0.9, 0.7, 0.4, 0.1 and -0.2 alike, 30 to 32 of 32
    seeds closed the curve at depths 2, 3, 5 and 10.
    """
    w = normal(depth, dim)
    w /= np.linalg.norm(w, axis=-1, keepdims=True)
    u = -0.6 * w + 0.1 * normal(depth, dim)
    b = 0.1 * normal(depth)
    readout = (normal(dim) / math.sqrt(dim), 0.5 * normal(1)[0])
    return OneNeuronResNet.from_blocks(u, w, b, readout, dtype=np.float32)


def _fully_connected(
    dim: int, depth: int, width: int, normal: Callable[..., NDArray[np.float64]]
) -> FullyConnected:
    """Hidden layers that begin close to the identity.

    With independent random weights a deep narrow network is mostly constant before it has learned
    anything, because one layer that is off for all points is enough: with 20 layers of width 2
    nearly always.
    """
    first = (normal(width, dim) / math.sqrt(dim), np.abs(normal(width)))
    hidden = [
        (
            np.eye(width) + 0.1 * normal(width, width) / math.sqrt(width),
            0.1 * normal(width),
        )
        for _ in range(depth - 1)
    ]
    last = (normal(width) / math.sqrt(width), 0.5 * normal(1)[0])
    return FullyConnected.from_layers([first, *hidden, last], dtype=np.float32)
