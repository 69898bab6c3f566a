"""The two families of the course: fully connected ReLU networks and one-neuron ResNets.

Both are frozen records of read-only NumPy arrays with one output, called on arrays of points of
shape (..., d). ``to_torch()`` and ``from_torch(module)`` are the doors to training and practice.
"""

from course_lib.networks.door import (
    Network,
    as_fully_connected,
    as_network,
    as_one_neuron_resnet,
    is_network,
)
from course_lib.networks.fully_connected import FullyConnected
from course_lib.networks.one_neuron_resnet import OneNeuronResNet

__all__ = [
    "FullyConnected",
    "Network",
    "OneNeuronResNet",
    "as_fully_connected",
    "as_network",
    "as_one_neuron_resnet",
    "is_network",
]
