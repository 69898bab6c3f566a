"""What a sample of points says about a network: quick looks, not proofs.

The lessons keep these beside the exact answers of ``course_lib.regions`` to show what a sample
misses: a positive tentacle that is thinner than the gaps slips between the points of any circle.
"""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import read_list, read_number, read_whole, shown
from course_lib.draws import Draws
from course_lib.errors import InvalidInputError
from course_lib.networks import Network, as_network

__all__ = ["Region", "positive_far_out", "sampled_bounded", "sampled_iou"]

MOST_POINTS = 10**8  # about what memory holds


class Region(Protocol):
    """A set that knows its points, such as ``course_lib.targets.UnitBall``."""

    def contains(self, points: Any) -> NDArray[np.bool_]:
        """Booleans of shape (...) for points of shape (..., d)."""


def sampled_bounded(
    network: Network,
    radii: tuple[float, ...] = (10.0, 30.0, 100.0, 1000.0),
    angles: int = 4096,
) -> bool:
    """Whether the network of the plane is positive somewhere, but nowhere on some large circles.

    "Somewhere" means on a grid of [-3, 3]². True suggests that the positive set is non-empty and
    bounded; it proves neither, as a tentacle can pass between two points of every circle.
    False for an empty region means only that the grid met no positive point.

    Args:
        network: a network with dim 2.
        radii: radii of the circles, greater than 0.
        angles: evenly spaced points on each circle, at least 3.

    Raises:
        InvalidInputError: radii or angles outside these ranges.
        ShapeError: a network of another dimension.

    >>> from course_lib.networks import OneNeuronResNet
    >>> half_plane = OneNeuronResNet.from_blocks([[0, 0]], [[1, 0]], [0], readout=([1, 0], 0))
    >>> sampled_bounded(half_plane)
    False
    """
    network = as_network(network)
    listed = read_list("radii", radii, of="numbers above 0", at_least=1)
    radii = tuple(read_number("a radius", radius, above=0) for radius in listed)
    angles = read_whole("angles", angles, at_least=3, at_most=MOST_POINTS)
    turn = np.arange(angles) * (2 * math.pi / angles)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    far = np.concatenate([radius * circle for radius in radii])
    return bool((network(_grid(3.0, 61)) > 0).any()) and not bool((network(far) > 0).any())


def positive_far_out(
    network: Network,
    radii: tuple[float, ...] = (10.0, 30.0, 100.0, 1000.0),
    directions: int = 4096,
    seed: int = 0,
) -> int:
    """How many of a sample of points on large spheres are positive, in any dimension.

    The directions are drawn at random, the same for every sphere: that spreads them evenly. None
    suggests that the positive set is bounded, and proves nothing: a tube of constant width covers
    less of a sphere the larger it is, and the more dimensions there are.

    Args:
        network: a network of either family.
        radii: of the spheres, greater than 0.
        directions: points on each sphere, at least 1.
        seed: fixes the directions.

    Raises:
        InvalidInputError: radii, directions or a seed outside these ranges.

    >>> from course_lib.networks import OneNeuronResNet
    >>> half_space = OneNeuronResNet.from_blocks([[0] * 5], [[1] * 5], [0], readout=([1] * 5, 0))
    >>> positive_far_out(half_space, radii=(10.0,), directions=1000)     # a half of them
    500
    """
    network = as_network(network)
    listed = read_list("radii", radii, of="numbers above 0", at_least=1)
    radii = tuple(read_number("a radius", radius, above=0) for radius in listed)
    directions = read_whole("directions", directions, at_least=1, at_most=MOST_POINTS)
    drawn = Draws(seed).normal(directions, network.dim)
    sphere = drawn / np.linalg.norm(drawn, axis=-1, keepdims=True)
    return sum(int((network(radius * sphere) > 0).sum()) for radius in radii)


def sampled_iou(network: Network, target: Region, half_side: float = 3.0, n: int = 301) -> float:
    """Intersection over union of {network > 0} and the target, counted on a grid of a square.

    Args:
        network: a network with dim 2.
        target: a set of the plane.
        half_side: the square is [-half_side, half_side]².
        n: grid points per axis, at least 2.

    Returns:
        A number from 0 (apart, or both empty) to 1 (equal on the grid); off by about 1 / n.

    Raises:
        InvalidInputError: a square without extent or fewer than 2 points per axis.

    >>> from course_lib.networks import OneNeuronResNet
    >>> from course_lib.targets import UnitBall
    >>> everything = OneNeuronResNet.from_blocks([[0, 0]], [[1, 0]], [0], readout=([0, 0], 1))
    >>> round(sampled_iou(everything, UnitBall()), 2)       # the disk's share: pi / 36
    0.09
    """
    network = as_network(network)
    half_side = read_number("half_side", half_side, above=0)
    n = read_whole("n", n, at_least=2, at_most=math.isqrt(MOST_POINTS))
    if not callable(getattr(target, "contains", None)):
        raise InvalidInputError(
            f"target must be a set that knows its points, got {shown(target)}. Pass one of "
            "course_lib.targets, or an object with contains(points)."
        )
    points = _grid(half_side, n)
    positive = network(points) > 0
    inside = target.contains(points)
    union = int((positive | inside).sum())
    return int((positive & inside).sum()) / union if union else 0.0


def _grid(half_side: float, n: int) -> NDArray[np.float64]:
    axis = np.linspace(-half_side, half_side, n)
    return np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
