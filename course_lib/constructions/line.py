"""Networks on the line: their graph, and their distance from a function, proved, not sampled.

A network R -> R draws a polyline. :func:`graph` returns its corners as fractions, so the distance
between two networks is exact; against another function, a bound on its slope or curvature turns
values at finitely many points into a bound everywhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import counted, read_list, read_number, read_whole, shown
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import (
    ExactFullyConnected,
    ExactNetwork,
    brief,
    dot,
    freeze,
    read,
    read_vector,
)
from course_lib.networks import Network, as_network
from course_lib.networks.reading import values_of

__all__ = [
    "Polyline",
    "SizedFunction",
    "at_most",
    "graph",
    "graph_along",
    "l1_distance",
    "read_interval",
    "sup_bound",
    "sup_distance",
]

State = tuple[Fraction, ...]


class SizedFunction(Protocol):
    """A vectorised function of one variable: points (...,) -> values (...,)."""

    def __call__(self, points: NDArray[np.float64], /) -> Any:
        """The values at the points."""


@dataclass(frozen=True)
class Polyline:
    """A continuous piecewise-linear function on an interval, as fractions.

    Args:
        knots: two or more increasing abscissas; the interval runs from the first to the last.
        values: the function there; linear between.

    Raises:
        ShapeError: knots and values differ in number, or fewer than two.
        InvalidInputError: knots that do not increase.

    >>> Polyline([0, 1, 3], [0, 2, 0]).at(2)
    Fraction(1, 1)
    """

    knots: State
    values: State

    def __repr__(self) -> str:
        ends = ", ".join(brief(knot) for knot in (self.knots[0], self.knots[-1]))
        return f"Polyline({counted(len(self.knots), 'knot')} on [{ends}])"

    def __post_init__(self) -> None:
        object.__setattr__(self, "knots", read_vector(self.knots, "knots"))
        object.__setattr__(self, "values", read_vector(self.values, "values"))
        if len(self.knots) != len(self.values) or len(self.knots) < 2:
            raise ShapeError(
                f"Got {counted(len(self.knots), 'knot')} and {counted(len(self.values), 'value')}. "
                "Pass as many values as knots, two or more."
            )
        steps = zip(self.knots[:-1], self.knots[1:], strict=True)
        if not all(left < right for left, right in steps):
            raise InvalidInputError("Knots must increase. Sort them and drop repeated ones.")

    def at(self, point: Any) -> Fraction:
        """The value at a point of the interval."""
        return self.on((read(point, "point"),))[0]

    def on(self, points: State) -> State:
        """The values at increasing points of the interval."""
        points = read_vector(points, "points")
        if not points or not all(p <= q for p, q in itertools.pairwise(points)):
            raise InvalidInputError("points must increase. Pass one or more, sorted.")
        if points[0] < self.knots[0] or points[-1] > self.knots[-1]:
            raise InvalidInputError(
                f"The polyline lives on [{brief(self.knots[0])}, {brief(self.knots[-1])}]. "
                "Pass points of that interval."
            )
        values, k = [], 1
        for point in points:
            while point > self.knots[k]:
                k += 1
            (x, y), (p, q) = self.knots[k - 1 : k + 1], self.values[k - 1 : k + 1]
            values.append(p + (q - p) * (point - x) / (y - x))
        return tuple(values)


def graph(net: Network | ExactNetwork, interval: tuple[Any, Any]) -> Polyline:
    """The graph of a network with one input, exactly: its corners as fractions.

    Args:
        net: any network with dim 1.
        interval: (low, high) with low < high.

    Raises:
        ShapeError: a network with more inputs.
        InvalidInputError: an empty interval.

    Every corner lies where some neuron switches, so only those points are kept.

    >>> from course_lib.networks import OneNeuronResNet
    >>> fold = OneNeuronResNet.from_blocks([[-2.0]], [[1.0]], [-0.5], readout=([1.0], 0.0))
    >>> graph(fold, (0, 1)).knots
    (Fraction(0, 1), Fraction(1, 2), Fraction(1, 1))
    """
    frozen = freeze(net)
    if frozen.dim != 1:
        raise ShapeError(f"graph draws networks with one input; this one has {frozen.dim}.")
    low, high = read_interval(interval)
    along = graph_along(frozen, (low,), (high,))
    return Polyline(tuple(low + t * (high - low) for t in along.knots), along.values)


def graph_along(net: Network | ExactNetwork, start: Sequence[Any], stop: Sequence[Any]) -> Polyline:
    """The graph along a segment, exactly: t in [0, 1] -> net(start + t (stop - start)).

    Args:
        net: any network R^d -> R.
        start: d numbers.
        stop: d numbers.

    Raises:
        ShapeError: points of another dimension.

    >>> from course_lib.networks import OneNeuronResNet
    >>> net = OneNeuronResNet.from_blocks([[0, 1.0]], [[1.0, 0]], [0.0], readout=([0, 1.0], 0.0))
    >>> graph_along(net, (-1, 0), (1, 1)).values == (0, Fraction(1, 2), 2)
    True
    """
    frozen = freeze(net)
    states: list[State] = [read_vector(start, "start"), read_vector(stop, "stop")]
    if any(len(state) != frozen.dim for state in states):
        raise ShapeError(
            f"The network has {counted(frozen.dim, 'input')}. Pass two points with as many."
        )
    knots = [Fraction(0), Fraction(1)]
    if isinstance(frozen, ExactFullyConnected):
        *hidden, (W, b) = frozen.layers
        for V, biases in hidden:
            states = [_affine(V, biases, state) for state in states]
            for i in range(len(V)):
                knots, states = _split(knots, states, [state[i] for state in states])
            states = [tuple(max(z, Fraction(0)) for z in state) for state in states]
        a, offset = W[0], b[0]
    else:
        for u, w, bias in zip(frozen.u, frozen.w, frozen.b, strict=True):
            knots, states = _split(knots, states, [dot(w, state) + bias for state in states])
            states = [_moved(state, u, dot(w, state) + bias) for state in states]
        a, offset = frozen.a, frozen.c
    return Polyline(tuple(knots), tuple(dot(a, state) + offset for state in states))


def sup_distance(first: Any, second: Any, interval: tuple[Any, Any]) -> Fraction:
    """The largest |first - second| on the interval, exactly, for networks or polylines.

    >>> sup_distance(Polyline([0, 1], [0, 1]), Polyline([0, 0.5, 1], [0, 0, 1]), (0, 1))
    Fraction(1, 2)
    """
    _, gaps = _difference(first, second, interval)
    return max(abs(gap) for gap in gaps)


def l1_distance(first: Any, second: Any, interval: tuple[Any, Any]) -> Fraction:
    """The integral of |first - second| over the interval, exactly, for networks or polylines.

    >>> l1_distance(Polyline([0, 1], [-1, 1]), Polyline([0, 1], [0, 0]), (0, 1))
    Fraction(1, 2)
    """
    knots, gaps = _difference(first, second, interval)
    total = Fraction(0)
    for k in range(len(knots) - 1):
        width, p, q = knots[k + 1] - knots[k], gaps[k], gaps[k + 1]
        # where the sign changes, two triangles instead of one trapezium
        area = (p * p + q * q) / abs(p - q) if p * q < 0 else abs(p + q)
        total += width * area / 2
    return total


def sup_bound(
    net: Network,
    f: SizedFunction,
    interval: tuple[float, float],
    *,
    curvature: float | None = None,
    lipschitz: float | None = None,
    samples: int = 16,
) -> float:
    """A bound on the largest |net - f| on an interval that no spike between samples can break.

    Each straight piece of the network is cut into ``samples`` parts of width h. With |f''| <= M the
    error between two neighbours is at most the larger of their errors plus M h²/8; with slopes of f
    up to L it is at most their mean plus (L + |slope of the piece|) h/2.

    Args:
        net: any network with dim 1.
        f: vectorised; its values are taken as exact.
        interval: (low, high).
        curvature: M; or else
        lipschitz: L. Exactly one of the two.
        samples: parts of each piece, at least 1.

    Raises:
        InvalidInputError: none or both of curvature and lipschitz, or a negative one.

    >>> from course_lib.constructions.universal import interpolate
    >>> line = interpolate([0, 1], [0, 1])
    >>> round(sup_bound(line, lambda x: x**2, (0, 1), curvature=2.0), 6)
    0.250977
    """
    if (curvature is None) == (lipschitz is None):
        raise InvalidInputError("Pass either curvature or lipschitz, 0 or more.")
    if curvature is not None:
        curvature = read_number("curvature", curvature, at_least=0)
    if lipschitz is not None:
        lipschitz = read_number("lipschitz", lipschitz, at_least=0)
    samples = read_whole("samples", samples, at_least=1, at_most=10**6)
    knots = np.array([float(knot) for knot in graph(net, interval).knots])
    return bound_on_pieces(net, f, knots, curvature, lipschitz, samples)


def at_most(bound: float, digits: int) -> str:
    """A bound as text with so many decimals, rounded up: rounded down, it would be no bound.

    Args:
        bound: 0 or more.
        digits: decimals, 0 to 15.

    Raises:
        InvalidInputError: a negative bound, or too many digits.

    >>> at_most(0.04702, 4), at_most(0.25, 2)
    ('0.0471', '0.25')
    """
    exact = read(read_number("bound", bound, at_least=0))
    digits = read_whole("digits", digits, at_least=0, at_most=15)
    up = -(-exact * 10**digits // 1)
    whole, rest = divmod(int(up), 10**digits)
    return f"{whole}.{rest:0{digits}}" if digits else f"{whole}"


def bound_on_pieces(
    net: Network,
    f: SizedFunction,
    knots: NDArray[np.float64],
    curvature: float | None,
    lipschitz: float | None = None,
    samples: int = 16,
) -> float:
    """:func:`sup_bound` for a network known to be straight between the knots."""
    corners = as_network(net)(knots[:, None]).astype(np.float64)
    parts = np.linspace(knots[:-1], knots[1:], samples + 1, axis=1)  # piece, sample
    values = np.linspace(corners[:-1], corners[1:], samples + 1, axis=1)
    errors = np.abs(values_of(f, parts, parts.shape) - values)
    h = (knots[1:] - knots[:-1])[:, None] / samples
    if curvature is not None:
        between = np.maximum(errors[:, 1:], errors[:, :-1]) + curvature * h**2 / 8
    else:
        rises = np.abs(np.diff(values, axis=1))  # slope of the piece, times h
        between = (errors[:, 1:] + errors[:, :-1] + (lipschitz or 0.0) * h + rises) / 2
    return float(between.max())


def _difference(first: Any, second: Any, interval: tuple[Any, Any]) -> tuple[State, State]:
    low, high = read_interval(interval)
    lines = [
        item if isinstance(item, Polyline) else graph(item, interval) for item in (first, second)
    ]
    inner = {knot for line in lines for knot in line.knots if low < knot < high}
    knots = (low, *sorted(inner), high)
    one, other = (line.on(knots) for line in lines)
    return knots, tuple(p - q for p, q in zip(one, other, strict=True))


def read_interval(interval: tuple[Any, Any]) -> tuple[Fraction, Fraction]:
    """A pair low < high, as fractions."""
    ends = read_list("interval", interval, of="(low, high)")
    if len(ends) != 2 or any(isinstance(end, list | tuple) for end in ends):
        raise ShapeError(f"interval must be a pair, got {shown(interval)}. Pass (low, high).")
    low, high = read_vector(ends, "interval")
    if not low < high:
        raise InvalidInputError(f"The interval ({low}, {high}) is empty. Pass low < high.")
    return low, high


def _split(
    knots: list[Fraction], states: list[State], heights: list[Fraction]
) -> tuple[list[Fraction], list[State]]:
    """Insert a knot wherever the height over the knots changes sign inside a piece."""
    new_knots, new_states = [knots[0]], [states[0]]
    for k in range(1, len(knots)):
        p, q = heights[k - 1], heights[k]
        if p * q < 0:
            share = p / (p - q)
            new_knots.append(knots[k - 1] + share * (knots[k] - knots[k - 1]))
            new_states.append(
                tuple(x + share * (y - x) for x, y in zip(states[k - 1], states[k], strict=True))
            )
        new_knots.append(knots[k])
        new_states.append(states[k])
    return new_knots, new_states


def _affine(W: tuple[State, ...], b: State, state: State) -> State:
    return tuple(dot(row, state) + offset for row, offset in zip(W, b, strict=True))


def _moved(state: State, u: State, height: Fraction) -> State:
    if height <= 0:
        return state
    return tuple(x + write * height for x, write in zip(state, u, strict=True))
