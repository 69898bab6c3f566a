"""Whether the positive set {f > 0} is a bounded part of the plane, or empty; in fractions."""

from __future__ import annotations

import numpy as np

from course_lib.exact import ExactNetwork
from course_lib.networks import Network
from course_lib.regions.outline import on_the_plane
from course_lib.regions.planar_map import PlanarMap
from course_lib.regions.plane import exact_map

__all__ = ["is_bounded", "is_empty"]

Array = np.ndarray


def is_empty(net: Network | ExactNetwork) -> bool:
    """Whether f > 0 nowhere in the plane; decided in fractions.

    >>> from course_lib.networks import FullyConnected
    >>> is_empty(FullyConnected.from_layers([([[1.0, 0.0]], [0.0]), ([-1.0], 0.0)]))
    True
    """
    _, vertices = exact_map(on_the_plane(net, "is_empty"), None)
    # f is affine on each piece: if it is positive anywhere, then at a corner or along a ray
    return not (vertices.neuron(0) > 0).any()


def is_bounded(net: Network | ExactNetwork) -> bool:
    """Whether {f > 0} is a bounded part of the plane; decided in fractions, tentacles included.

    The empty set is bounded. {f > 0} is unbounded exactly if, on some unbounded piece, f grows
    along a ray, or stays the same along a ray and is positive somewhere on the piece.

    Args:
        net: a network on the plane; its stored weights count, not a rounded forward pass.

    Raises:
        ShapeError: a network that does not read two coordinates.

    >>> from course_lib.networks import OneNeuronResNet
    >>> fold = dict(u=[[-2.0, 0.0], [0.0, -2.0]], w=[[1.0, 0.0], [0.0, 1.0]], b=[0.0, 0.0])
    >>> diamond = OneNeuronResNet.from_blocks(**fold, readout=([1.0, 1.0], 1.0))  # 1 - |x| - |y|
    >>> is_bounded(diamond), is_bounded(diamond.prefix(1))
    (True, False)
    """
    plane, vertices = exact_map(on_the_plane(net, "is_bounded"), None)
    sign = vertices.signs(0)
    away = vertices.points[:, 2] == 0
    if (sign[away] > 0).any():
        return False
    positive = _faces_at(plane, (sign > 0) & ~away)
    level = _faces_at(plane, (sign == 0) & away)
    return not (positive & level).any()


def _faces_at(plane: PlanarMap, chosen: Array) -> Array:
    """Which faces have one of the chosen vertices as a corner."""
    start, end, left, right, _ = plane.edges.values
    edges = np.flatnonzero(chosen[start] | chosen[end])
    faces = np.zeros(plane.faces + 1, dtype=bool)  # the last entry stands for OUTSIDE
    faces[left[edges]] = faces[right[edges]] = True
    return faces[:-1]
