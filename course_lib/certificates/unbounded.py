"""Certificates for networks whose layers are no wider than their input: no bounded region.

The theorem (Beise, Dias da Cruz & Schröder; Lin & Jegelka 2018, Proposition 2.1, sharpened): if all
widths of a fully connected ReLU network on R^d are at most d, every component of {f > 0} contains a
tube {y + t v : |y - x| < r, t >= 0}. The proof is an algorithm, and this module runs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.arguments import read_whole
from course_lib.certificates.climbing import climb
from course_lib.certificates.cones import Cone
from course_lib.certificates.patterns import IntegerNetwork, Region, Search, prove_nonpositive
from course_lib.certificates.records import Certificate, Vector, read_network
from course_lib.certificates.tubes import layer_argument, tube, value_at
from course_lib.errors import InvalidInputError
from course_lib.networks import FullyConnected, as_network

__all__ = ["certify_unbounded"]

SCALES = tuple(4.0**k for k in range(-3, 6))
POINTS_PER_SCALE = 200
LOOKS_PER_TAIL = 30_000


def certify_unbounded(net: FullyConnected, *, looks: int = 300_000) -> Certificate:
    """Certify that {f > 0} is unbounded, or empty, for widths at most the input dimension d.

    Args:
        net: a fully connected network R^d -> R with all hidden widths <= d.
        looks: the budget of the search for a positive point, or for a proof that there is none:
            how often it may look at the value of a neuron at a corner of a region, all in all.

    Returns:
        "unbounded" with a tube (point, direction, radius), "empty" with a proof that f <= 0, or
        "undecided" with the work done. In the plane a decision takes few looks.

    Raises:
        InvalidInputError: another kind of network, a layer wider than d, or looks that are no whole
            number > 0.

    >>> net = FullyConnected.random(dim=2, widths=[2, 2, 2], seed=0)
    >>> certify_unbounded(net).claim
    'unbounded'
    """
    net, looks = _narrow(net), read_whole("looks", looks, at_least=1)
    plain = read_network(net)
    exact = IntegerNetwork.of(plain)
    for x in _promising_points(net):
        if value_at(exact, x) > 0:
            return _certified(exact, x, plain.digest)
    looked = 0
    # The last layers alone are a small problem, and often <= 0 on all that may ever reach them.
    # Half of the looks is for them; what they leave is for the whole network.
    for layer in range(net.depth, -1, -1):
        limit = min(LOOKS_PER_TAIL, looks // 2 - looked) if layer else looks - looked
        search = _search(exact, layer, limit)
        looked += search.looks
        if search.tree is not None:
            return Certificate("empty", plain.digest, layer=layer, trees=(search.tree,))
        if search.positive is not None and layer == 0:
            return _certified(exact, search.positive.inner_point(), plain.digest)
    tried = len(SCALES) * POINTS_PER_SCALE
    return Certificate("undecided", plain.digest, work={"points": tried, "looks": looked})


def _search(net: IntegerNetwork, layer: int, limit: int) -> Search:
    """Is what follows a layer <= 0 on all states that the layer may hand on?"""
    width = net.inputs_after(layer)
    states = Cone.orthant(width) if layer else Cone.whole_space(width)
    return prove_nonpositive(net, Region(states, (1,) * (len(states.known) - 1)), layer, limit)


def _certified(net: IntegerNetwork, x: Vector, digest: str) -> Certificate:
    start, v = layer_argument(net, x)
    point, radius = tube(net, start, v)
    return Certificate("unbounded", digest, point=point, direction=v, radius=radius)


def _narrow(value: Any) -> FullyConnected:
    net = as_network(value)
    if not isinstance(net, FullyConnected):
        raise InvalidInputError(
            "certify_unbounded got a OneNeuronResNet. The theorem is about FullyConnected "
            "networks; pass one, or use certify_bounded, which takes both families."
        )
    wide = next((k for k, width in enumerate(net.widths, 1) if width > net.dim), None)
    if wide is not None:
        raise InvalidInputError(
            f"Layer {wide} has width {net.widths[wide - 1]}, more than the {net.dim} "
            f"{'input' if net.dim == 1 else 'inputs'}: such a network can close a set in, and the "
            "theorem is silent. Use certify_bounded, which takes every width, or pass a network "
            "with all widths <= d."
        )
    return net


def _promising_points(net: FullyConnected) -> Iterator[Vector]:
    """Sampled points where the rounded network is positive, the best first, at most a few."""
    shape = (len(SCALES), POINTS_PER_SCALE, net.dim)
    points = np.random.default_rng(0).normal(size=shape) * np.reshape(SCALES, (-1, 1, 1))
    for point in climb(net, points.reshape(-1, net.dim)):
        yield tuple(Fraction(entry) for entry in point.tolist())
