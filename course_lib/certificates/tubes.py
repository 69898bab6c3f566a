"""From one positive point to a tube of positive values that never ends, exactly.

On networks as whole-number rows; a point x is exact, and signs are never guessed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction

from course_lib.certificates.cones import IntVector, dot
from course_lib.certificates.patterns import Function, IntegerNetwork, States
from course_lib.certificates.records import Vector
from course_lib.exact.linear import inverse, kernel_vector, to_integers

__all__ = ["layer_argument", "power_of_two_below", "settle", "tube", "value_at"]


def value_at(net: IntegerNetwork, x: Vector) -> Fraction:
    """The exact value f(x)."""
    point = _homogeneous(x)
    *_, f = _functions_at(net, point)
    return Fraction(dot(f.row, point), f.scale * point[-1])


def layer_argument(net: IntegerNetwork, x: Vector) -> tuple[Vector, Vector]:
    """Turn a point with f(x) > 0 into a ray on which f stays positive, for widths <= d.

    Look for the first layer k that loses a dimension: its rows, as functions of the input, have
    rank below d, or one of its units is <= 0. All earlier units are on. Move in the kernel, or so
    that this unit falls and the others of its layer stay: f doesn't change. (No such layer: follow
    the gradient.) If an earlier unit falls to zero on the way, start again there, with a smaller k;
    so there are at most L + 1 starts.

    Returns:
        a point on the ray behind which layer k stays lost, and the direction.
    """
    earlier, directions = _ways_out(net, _homogeneous(x))
    stops = []
    for v in directions:
        stop = _first_zero(earlier, x, v)
        if stop is None:
            return _move(x, Fraction(1), v), v
        stops.append(stop)
    return layer_argument(net, stops[0])


def settle(net: IntegerNetwork, x: Vector, v: Vector) -> Vector | None:
    """A point on the ray x + t v from which on f > 0 and no unit changes its sign.

    Where t is large, the sign of an affine function is that of its slope, and where that is 0, of
    its value. None where f is not positive in the end, or the ray runs within a crease.
    """
    point, (step, q) = _homogeneous(x), to_integers(v)
    last = Fraction(0)
    states = States.identity(net.dim)
    for units, u in (*net.layers, ((net.readout,), None)):
        layer, active = [states.read(*unit) for unit in units], []
        for z in layer:
            slope, value = dot(z.row, step), dot(z.row, point)
            if slope:
                last = max(last, Fraction(-value * q, slope * point[-1]))
            elif not value and any(z.row):
                return None
            active.append(z if (slope or value) > 0 else z.off())
        states = states.after(active, u)
    return _move(x, last + 1, v) if any(states.rows[0]) else None


def tube(net: IntegerNetwork, x: Vector, v: Vector) -> tuple[Vector, Fraction]:
    """A point near x and a radius such that every unit keeps its sign on the tube along v.

    A unit that is exactly zero at x leaves no room, so x is moved a little, ever less, until all
    units have room; then it is rounded to short binary fractions within a part of that room.
    """
    source, reach, near = random.Random(0), Fraction(1), x
    while not (room := _room(net, near, v)):
        reach /= 2
        near = tuple(e + reach * Fraction(source.randint(-1000, 1000), 1000) for e in x)
    radius = power_of_two_below(room) / 2
    grid = radius / 8
    return tuple(round(e / grid) * grid for e in near), radius


def _ways_out(net: IntegerNetwork, point: IntVector) -> tuple[list[Function], list[Vector]]:
    """All units before the first layer that loses a dimension, and directions that keep f there."""
    earlier: list[Function] = []
    states = States.identity(net.dim)
    for units, _ in net.layers:
        layer = [states.read(*unit) for unit in units]
        gradients = [tuple(map(Fraction, z.row[:-1])) for z in layer]
        kernel = kernel_vector(gradients)
        if kernel is not None:
            return earlier, [_unit(kernel), _unit([-e for e in kernel])]
        off = [k for k, z in enumerate(layer) if dot(z.row, point) <= 0]
        inward = inverse(gradients) if off else None
        if inward is not None:
            return earlier, [_unit([-row[k] for row in inward]) for k in off]
        earlier += layer
        states = states.after(layer, None)
    gradient = states.read(*net.readout).row[:-1]
    return earlier, [_unit(gradient if any(gradient) else (1,) * net.dim)]


def _first_zero(functions: list[Function], x: Vector, v: Vector) -> Vector | None:
    """The first point on the ray x + t v at which one of the functions, all > 0 at x, is zero."""
    point, (step, q) = _homogeneous(x), to_integers(v)
    slopes = [(dot(h.row, point), dot(h.row, step)) for h in functions]
    times = [Fraction(value * q, -slope * point[-1]) for value, slope in slopes if slope < 0]
    return _move(x, min(times), v) if times else None


def _room(net: IntegerNetwork, x: Vector, v: Vector) -> Fraction:
    """The largest radius (at most 1) on which no sign changes along v; 0 where there is none."""
    point, (step, _) = _homogeneous(x), to_integers(v)
    room = Fraction(1)
    *units, f = _functions_at(net, point)
    if dot(f.row, point) <= 0 or dot(f.row, step) < 0:
        return Fraction(0)
    for z in (*units, f):
        steepness = sum(map(abs, z.row[:-1]))
        if steepness:
            value = dot(z.row, point)
            if not value or value * dot(z.row, step) < 0:
                return Fraction(0)
            room = min(room, Fraction(abs(value), steepness * point[-1]))
    return room


def _functions_at(net: IntegerNetwork, point: IntVector) -> Iterator[Function]:
    """The pre-activations of all units near a point, layer by layer, and f."""
    states = States.identity(net.dim)
    for units, u in net.layers:
        layer = [states.read(*unit) for unit in units]
        yield from layer
        states = states.after([z if dot(z.row, point) > 0 else z.off() for z in layer], u)
    yield states.read(*net.readout)


def _homogeneous(x: Vector) -> IntVector:
    entries, q = to_integers(x)
    return (*entries, q)


def _move(x: Vector, t: Fraction, v: Vector) -> Vector:
    return tuple(e + t * step for e, step in zip(x, v, strict=True))


def _unit(v: Sequence[Fraction | int]) -> Vector:
    """The direction at length 1 in its largest coordinate: floats can draw it."""
    entries = [Fraction(e) for e in v]
    longest = max(abs(e) for e in entries)
    return tuple(e / longest for e in entries)


def power_of_two_below(q: Fraction) -> Fraction:
    """A power of two that is at most q > 0 and more than a quarter of it."""
    exponent = q.numerator.bit_length() - q.denominator.bit_length() - 1
    return Fraction(2) ** exponent
