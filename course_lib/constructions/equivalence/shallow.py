"""A deep network on the line laid flat: one hidden neuron per kink, and one more for the line."""

from __future__ import annotations

import itertools
from fractions import Fraction
from operator import add

from course_lib.constructions.line import Polyline, graph
from course_lib.errors import ShapeError
from course_lib.exact import ExactFullyConnected, ExactNetwork, Vector, freeze, matvec
from course_lib.networks import FullyConnected, Network
from course_lib.regions.stages import stages

__all__ = ["exact_shallow", "shallow"]


def shallow(net: Network) -> FullyConnected:
    """Lay a deep network R -> R flat: the same function on the whole line, one hidden layer.

    The new network stands on the flattest piece of the graph. Each kink left of it becomes a neuron
    that faces left, each kink right of it one that faces right; one neuron more carries the slope
    of that piece, if it has any. So N kinks take N + 1 neurons, or N where f is constant somewhere.

    Args:
        net: any network with dim 1.

    Returns:
        a float64 network; its kinks and slopes are the exact ones, each rounded once. A straight
        line takes 2 neurons and a constant none: then there is no hidden layer.

    Raises:
        ShapeError: a network with more inputs; see :func:`is_one_hidden_layer` and
            :func:`lattice`.

    Source: Arora, Basu, Mianjy & Mukherjee (2018), Theorem 2.2.

    >>> from course_lib.networks import OneNeuronResNet
    >>> fold = OneNeuronResNet.from_blocks([[-2.0]], [[1.0]], [0.0], readout=([1.0], 0.0))
    >>> shallow(fold)    # -|x|
    FullyConnected(dim=1, widths=(2,), 7 parameters)
    """
    return FullyConnected.from_layers(exact_shallow(net).layers)


def exact_shallow(net: Network | ExactNetwork) -> ExactFullyConnected:
    """:func:`shallow` in fractions, before any rounding."""
    frozen = freeze(net)
    if frozen.dim != 1:
        raise ShapeError(
            f"shallow lays networks with one input flat; this one has {frozen.dim}, where one "
            "hidden layer may not be enough. Ask is_one_hidden_layer(net, box), or use lattice."
        )
    line = graph(frozen, (-_last_switch(frozen, -1) - 1, _last_switch(frozen, 1) + 1))
    knots, slopes = _kinks(line)
    # on the flattest piece the neurons of both sides add up the least
    flat = min(range(len(slopes)), key=lambda i: abs(slopes[i]))
    weights: dict[tuple[int, Fraction], Fraction] = {}  # of relu(side (x - t)), by (side, t)
    for k, t in enumerate(knots):
        weights[(1 if k >= flat else -1), t] = slopes[k + 1] - slopes[k]
    if slopes[flat]:
        t = knots[min(flat, len(knots) - 1)] if knots else Fraction(0)
        for side in (1, -1):
            weights[side, t] = weights.get((side, t), 0) + side * slopes[flat]
    return _one_layer(weights, line)


def _kinks(line: Polyline) -> tuple[list[Fraction], list[Fraction]]:
    """The points where the slope changes, and the slopes on all sides of them."""
    points = zip(line.knots, line.values, strict=True)
    steep = [(q - p) / (y - x) for (x, p), (y, q) in itertools.pairwise(points)]
    knots, slopes = [], steep[:1]
    for t, slope in zip(line.knots[1:-1], steep[1:], strict=True):
        if slope != slopes[-1]:
            knots.append(t)
            slopes.append(slope)
    return knots, slopes


def _one_layer(
    weights: dict[tuple[int, Fraction], Fraction], line: Polyline
) -> ExactFullyConnected:
    """The sum of weight · relu(side (x - t)) over all (side, t), raised to meet the line."""
    x, value = line.knots[0], line.values[0]
    heights = (a * max(side * (x - t), Fraction(0)) for (side, t), a in weights.items())
    c = value - sum(heights, Fraction(0))
    if not weights:
        return ExactFullyConnected(((((Fraction(0),),), (c,)),))
    W = tuple((Fraction(side),) for side, _ in weights)
    b = tuple(-side * t for side, t in weights)
    return ExactFullyConnected(((W, b), ((tuple(weights.values()),), (c,))))


def _last_switch(net: ExactNetwork, direction: int) -> Fraction:
    """A time t >= 0 after which no neuron switches, at x = t · direction.

    From there on, the state h is affine in t: rate · t + start.
    """
    last = Fraction(0)
    rate: Vector = (Fraction(direction),)
    start: Vector = (Fraction(0),)
    for stage in stages(net):
        rises = matvec(stage.read, rate)
        heights = tuple(map(add, matvec(stage.read, start), stage.offset))
        moving = [(z, r) for z, r in zip(heights, rises, strict=True) if r]
        last = max([last, *(-z / r for z, r in moving)])
        on = [(r, z) > (0, 0) for r, z in zip(rises, heights, strict=True)]
        rises, heights = (
            tuple(v if positive else Fraction(0) for v, positive in zip(values, on, strict=True))
            for values in (rises, heights)
        )
        if stage.write is None:
            rate, start = rises, heights
        else:
            rate = tuple(map(add, rate, matvec(stage.write, rises)))
            start = tuple(map(add, start, matvec(stage.write, heights)))
    return last
