"""Where training starts: initial weights that a seed fixes."""

from __future__ import annotations

from course_lib.errors import InvalidInputError
from course_lib.networks import FullyConnected, OneNeuronResNet

__all__ = ["FAMILIES", "initial_network"]

FAMILIES = ("one_neuron_resnet", "fully_connected")


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
    """
    if family == "one_neuron_resnet":
        return OneNeuronResNet.random(dim, depth, seed=seed)
    if family == "fully_connected":
        return FullyConnected.random(dim, [width] * depth, seed=seed)
    raise InvalidInputError(f"family must be one of {FAMILIES}, got {family!r}.")
