"""Certificates that a positive set is bounded, by a visit to every activation region.

Many unbounded sets need no visit: a look far out, in many directions, finds a ray. The rest is
meant for networks in the plane; the method knows no dimension, but the number of regions does.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import read_whole
from course_lib.certificates.climbing import climb
from course_lib.certificates.cones import Cone
from course_lib.certificates.patterns import IntegerNetwork, Region, Search, prove_nonpositive, walk
from course_lib.certificates.records import Certificate, Vector, read_network
from course_lib.certificates.tubes import power_of_two_below, settle, tube, value_at
from course_lib.networks import Network, as_network
from course_lib.progress import patient_bar

__all__ = ["certify_bounded"]

DIRECTIONS, FAR, SHORT = 2000, 2.0**20, 2**16


def certify_bounded(net: Network, *, looks: int = 2_000_000) -> Certificate:
    """Certify that {f > 0} is bounded and not empty, or prove that it is empty or unbounded.

    Args:
        net: a network of either family, of any width, preferably in the plane.
        looks: the budget of each search over the regions: how often it may look at the value of a
            neuron at a corner of a region. (A ray, tried before, takes one look at each neuron.)

    Returns:
        "bounded" with a point where f > 0, a box |x_i| <= radius and a proof that f <= 0 outside;
        "unbounded" with a tube; "empty" (in the void sense bounded) with a proof that f <= 0; or
        "undecided" with the work done.

    Raises:
        InvalidInputError: something that is no network of this course, or looks that are no whole
            number > 0.

    >>> from course_lib.networks import OneNeuronResNet
    >>> hat = OneNeuronResNet.from_blocks([[-2.0]], [[1.0]], [0.0], readout=([1.0], 1.0))
    >>> print(certify_bounded(hat).statement)     # f(x) = 1 - |x|
    The positive set {f > 0} is not empty and lies in the box |x_i| <= 1.
    """
    net, looks = as_network(net), read_whole("looks", looks, at_least=1)
    plain = read_network(net)
    exact = IntegerNetwork.of(plain)
    ray = _positive_ray(net, exact) if exact.size <= looks else None
    if ray is not None:
        return _unbounded(exact, *ray, plain.digest)
    everywhere = Region(Cone.whole_space(exact.dim), ())
    parts, looked = _positive_parts(exact, everywhere, looks)
    endless = parts[-1].endless_direction() if parts else None
    if endless is not None:
        return _unbounded(exact, parts[-1].inner_point(), endless, plain.digest)
    if looked > looks:
        return Certificate("undecided", plain.digest, work={"looks": looked})
    if not parts:
        search = prove_nonpositive(exact, everywhere, 0, looks)
        return Certificate("empty", plain.digest, trees=(search.tree or (),))
    return _bounded(exact, parts, plain.digest, looks)


def _positive_ray(net: Network, exact: IntegerNetwork) -> tuple[Vector, Vector] | None:
    """A ray on which f is positive, where one is found by looking far out in many directions."""
    directions = np.random.default_rng(0).normal(size=(DIRECTIONS, net.dim))
    for far in climb(lambda points: net(FAR * _on_the_cube(points)), directions):
        # short numbers make a short certificate
        v = tuple(Fraction(round(entry * SHORT), SHORT) for entry in _on_the_cube(far).tolist())
        x = settle(exact, v, v)
        if x is not None:
            return x, v
    return None


def _on_the_cube(directions: NDArray[Any]) -> NDArray[Any]:
    """The directions at length 1 in their largest coordinate."""
    return directions / np.abs(directions).max(axis=-1, keepdims=True)


def _unbounded(net: IntegerNetwork, start: Vector, v: Vector, digest: str) -> Certificate:
    x, r = tube(net, start, v)
    return Certificate("unbounded", digest, point=x, direction=v, radius=r)


def _positive_parts(net: IntegerNetwork, region: Region, limit: int) -> tuple[list[Cone], int]:
    """The polyhedra {f >= 0} of all regions on which f is positive somewhere, and the looks.

    Ends with the first of them that is endless.
    """
    parts = []
    looked = 0
    with patient_bar("Searching for positive parts", limit, "looks at most") as tick:
        for kind, place, f in walk(net, region):
            looked += place.cone.size
            if looked > limit:
                break
            if kind == "end" and place.cone.is_positive_somewhere(f.row):
                parts.append(place.cone.cut(f.row))
                if parts[-1].endless_direction() is not None:
                    break
            tick(place.cone.size)
    return parts, looked


def _bounded(net: IntegerNetwork, parts: list[Cone], digest: str, looks: int) -> Certificate:
    """Prove f <= 0 beyond each side of a box that holds all positive parts."""
    corners = [corner for part in parts for corner in part.corners()]
    R = _round_up(max(abs(entry) for corner in corners for entry in corner))
    searches = [_beyond(net, axis, sign, R, looks) for axis in range(net.dim) for sign in (1, -1)]
    trees = tuple(search.tree for search in searches if search.tree is not None)
    if len(trees) < len(searches):
        return Certificate("undecided", digest, work={"looks": sum(s.looks for s in searches)})
    x = _short_point(net, parts[0].inner_point())
    return Certificate("bounded", digest, point=x, radius=R, trees=trees)


def _beyond(net: IntegerNetwork, axis: int, sign: int, R: Fraction, looks: int) -> Search:
    """Prove f <= 0 on the half-space sign x_axis >= R."""
    side = [0] * net.dim
    side[axis] = sign * R.denominator
    half_space = Cone.whole_space(net.dim).cut((*side, -R.numerator))
    return prove_nonpositive(net, Region(half_space, (R.denominator,)), 0, looks)


def _round_up(R: Fraction) -> Fraction:
    """A short number that exceeds R by 1/32 of it at most."""
    grid = power_of_two_below(R) / 32
    return -(-R // grid) * grid


def _short_point(net: IntegerNetwork, x: Vector) -> Vector:
    """A point near x with f > 0 whose coordinates are short binary fractions; f(x) > 0."""
    grid, near = Fraction(1), tuple(Fraction(round(e)) for e in x)
    while value_at(net, near) <= 0:
        grid /= 4
        near = tuple(round(e / grid) * grid for e in x)
    return near
