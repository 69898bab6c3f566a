"""Whether the positive set {f > 0} is a bounded part of the plane, or empty; in fractions.

The map of the whole plane answers both questions, and takes long. So first a witness is looked for,
and the circle of all directions is asked, which has far fewer pieces.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from course_lib.exact import ExactFullyConnected, ExactNetwork, ExactOneNeuronResNet
from course_lib.networks import Network
from course_lib.regions.outline import on_the_plane
from course_lib.regions.planar_map import PlanarMap
from course_lib.regions.plane import exact_map
from course_lib.regions.witness import has_endless_ray, has_endless_strip, positive_point

__all__ = ["is_bounded", "is_empty"]

Array = np.ndarray
ORIGIN = (0, 0, 1)
INSTEAD = "certificates.certify_bounded"


def is_empty(net: Network | ExactNetwork) -> bool:
    """Whether f > 0 nowhere in the plane; decided in fractions.

    Raises:
        ShapeError: a network that does not read two coordinates.
        InvalidInputError: something that is no network of this course.

    >>> from course_lib.networks import FullyConnected
    >>> is_empty(FullyConnected.from_layers([([[1.0, 0.0]], [0.0]), ([-1.0], 0.0)]))
    True
    """
    frozen = on_the_plane(net, "is_empty", INSTEAD)
    if positive_point(frozen) is not None:
        return False
    _, vertices = exact_map(frozen, None)
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
        InvalidInputError: something that is no network of this course.

    >>> from course_lib.networks import OneNeuronResNet
    >>> fold = dict(u=[[-2.0, 0.0], [0.0, -2.0]], w=[[1.0, 0.0], [0.0, 1.0]], b=[0.0, 0.0])
    >>> diamond = OneNeuronResNet.from_blocks(**fold, readout=([1.0, 1.0], 1.0))  # 1 - |x| - |y|
    >>> is_bounded(diamond), is_bounded(diamond.prefix(1))
    (True, False)
    """
    frozen = on_the_plane(net, "is_bounded", INSTEAD)
    if has_endless_ray(frozen):
        return False
    directions, rates = _rates(frozen)
    if rates.max() != 0:
        return bool(rates.max() < 0)
    level = (tuple(map(Fraction, v)) for v in directions[rates == 0].tolist())
    return not any(has_endless_strip(frozen, v) for v in level) and _has_no_endless_piece(frozen)


def _rates(net: ExactNetwork) -> tuple[Array, Array]:
    """Directions, and the signs of the rates at which f grows along every ray in each of them.

    Without its offsets a network is g with g(t x) = t g(x) for t > 0, and f - g is bounded: every
    ReLU moves two states by no more than it found them apart. So f grows at the rate g(v) along
    every ray in direction v; and where g < 0 in all directions, f < 0 outside a disk. The neurons
    of g cut the plane along rays from the origin, into few pieces; g is linear between the rays,
    so those on which they meet say all about its sign.
    """
    _, vertices = exact_map(_without_offsets(net), None, centre=ORIGIN)
    away = vertices.points[:, 2] == 0
    return vertices.points[away, :2], vertices.signs(0)[away]


def _without_offsets(net: ExactNetwork) -> ExactNetwork:
    if isinstance(net, ExactFullyConnected):
        return ExactFullyConnected(tuple((W, _zeros(b)) for W, b in net.layers))
    return ExactOneNeuronResNet(net.u, net.w, _zeros(net.b), net.a, Fraction(0))


def _zeros(b: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    return (Fraction(0),) * len(b)


def _has_no_endless_piece(net: ExactNetwork) -> bool:
    """The criterion of :func:`is_bounded`, on all pieces of the plane."""
    plane, vertices = exact_map(net, None)
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
