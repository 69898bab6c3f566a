"""The one door by which functions take a network: the course's own, a torch module, a model."""

from __future__ import annotations

from typing import Any

from course_lib.errors import InvalidInputError
from course_lib.networks.from_sklearn import is_sklearn_model
from course_lib.networks.from_torch import holds_blocks, is_module
from course_lib.networks.fully_connected import FullyConnected
from course_lib.networks.one_neuron_resnet import OneNeuronResNet

__all__ = ["Network", "as_fully_connected", "as_network", "as_one_neuron_resnet", "is_network"]

Network = FullyConnected | OneNeuronResNet


def as_network(value: Any) -> Network:
    """The network itself, or what a torch module or a scikit-learn model computes.

    Raises:
        InvalidInputError: something else, or a module with a layer that cannot be read.

    >>> as_network(FullyConnected.random(2, [3], seed=0))
    FullyConnected(dim=2, widths=(3,), 13 parameters)
    """
    if isinstance(value, FullyConnected | OneNeuronResNet):
        return value
    if is_module(value):
        family = OneNeuronResNet if holds_blocks(value) else FullyConnected
        return family.from_torch(value)
    if is_sklearn_model(value):
        return FullyConnected.from_sklearn(value)
    raise InvalidInputError(
        f"This takes a network, got {_named(value)}. Pass a FullyConnected, a OneNeuronResNet, or "
        "a torch module of Linear and ReLU layers; FullyConnected.from_torch and "
        "FullyConnected.from_sklearn say what else is read."
    )


def is_network(value: Any) -> bool:
    """Whether this is a network: the course's own, a torch module, or a scikit-learn model.

    >>> is_network(FullyConnected.random(2, [3], seed=0)), is_network("a picture of one")
    (True, False)
    """
    ours = isinstance(value, FullyConnected | OneNeuronResNet)
    return ours or is_module(value) or is_sklearn_model(value)


def as_fully_connected(value: Any) -> FullyConnected:
    """As :func:`as_network`, for what only a fully connected network can be asked."""
    net = as_network(value)
    if isinstance(net, FullyConnected):
        return net
    raise InvalidInputError(
        "This takes a FullyConnected, got a OneNeuronResNet. Pass its twin: "
        "constructions.embedding.embed(resnet, box). FullyConnected.from_torch reads a module."
    )


def as_one_neuron_resnet(value: Any) -> OneNeuronResNet:
    """As :func:`as_network`, for what only a one-neuron ResNet can be asked."""
    net = as_network(value)
    if isinstance(net, OneNeuronResNet):
        return net
    raise InvalidInputError(
        "This takes a OneNeuronResNet, got a FullyConnected. Pass one from "
        "OneNeuronResNet.from_blocks or .from_torch; constructions.embedding.to_resnet makes one "
        "of a narrow FullyConnected."
    )


def _named(value: Any) -> str:
    if isinstance(value, type):
        return f"the class {value.__name__}"
    return f"a {type(value).__name__}"
