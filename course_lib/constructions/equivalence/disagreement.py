"""On how much of a box two networks differ, without sampling on the line and in the plane."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.arguments import read_whole
from course_lib.constructions.equivalence.restriction import restrict
from course_lib.constructions.equivalence.sampled import (
    AnyNetwork,
    Estimate,
    coarseness,
    common_box,
    read_tolerance,
    sampled_disagreement,
)
from course_lib.constructions.line import graph
from course_lib.exact import (
    ExactFullyConnected,
    ExactNetwork,
    ExactOneNeuronResNet,
    Matrix,
    Vector,
    freeze,
    read,
)
from course_lib.exact.linear import to_integers
from course_lib.progress import patient_bar
from course_lib.regions import Piece, linear_pieces
from course_lib.regions.boxes import ExactBox
from course_lib.regions.plane import exact_map

__all__ = ["disagreement"]


def disagreement(
    net_a: AnyNetwork,
    net_b: AnyNetwork,
    box: Sequence[Any],
    *,
    tolerance: Any = None,
    samples: int = 100_000,
    seed: int = 0,
) -> Fraction | Estimate:
    """The measure of the points of a box where two networks have different values.

    With one or two inputs it is worked out in fractions on the common refinement of the linear
    pieces; with more it is sampled. Exact networks are told apart strictly. Stored weights are
    rounded, so networks in floats are not: a piece of the refinement counts, as a whole, if the two
    differ by more than ``tolerance`` somewhere on it.

    In the plane the time grows like the square of the number of neurons whose creases cross the
    box: under a second for the wide or deep form of some 30 triangles, minutes for some hundreds.
    Sample those instead, by :func:`sampled_disagreement`.

    Args:
        net_a: a network on R^d.
        net_b: another one.
        box: d pairs (low, high).
        tolerance: a difference to be taken for rounding, 0 or more. Without it: 0 between exact
            networks, and otherwise √eps (of the coarser format) times the greatest absolute value
            of the network with fewer neurons or, for d >= 3, met on the sample.
        samples: how many points to draw; used for d >= 3 only.
        seed: where the drawing starts; used for d >= 3 only.

    Returns:
        A Fraction for d <= 2, an :class:`Estimate` for d >= 3.

    Raises:
        ShapeError: networks with different numbers of inputs, or a box that does not fit.
        InvalidInputError: an empty or infinite side, a negative tolerance, or fewer than 2 samples.

    >>> from course_lib.networks import FullyConnected, OneNeuronResNet
    >>> fold = OneNeuronResNet.from_blocks([[-1.0]], [[1.0]], [0.0], readout=([1.0], 0.0))
    >>> line = FullyConnected.from_layers([([[1.0]], [0.0])])
    >>> disagreement(fold, line, [(-1, 2)])
    Fraction(2, 1)
    """
    samples = read_whole("samples", samples, at_least=2)
    seed = read_whole("seed", seed, at_most=None)
    a, b = freeze(net_a), freeze(net_b)
    sides = common_box(a, b, box)
    if len(sides) > 2:
        return sampled_disagreement(
            net_a, net_b, box, tolerance=tolerance, samples=samples, seed=seed
        )
    coarse = max(coarseness(net_a), coarseness(net_b))
    allowed = read_tolerance(tolerance)
    if len(sides) == 1:
        return _on_the_line(a, b, sides, allowed, coarse)
    if _neurons(b) < _neurons(a):
        a, b = b, a
    pieces = linear_pieces(a, sides, exact=True)
    if allowed is None:
        largest = max(abs(piece.value(v)) for piece in pieces for v in piece.vertices)
        allowed = read(math.sqrt(coarse)) * largest
    b = _with_whole_weights(b)
    total = Fraction(0)
    with patient_bar("Comparing", len(pieces), "pieces") as tick:
        for piece in pieces:
            total += _area(b, piece, allowed)
            tick()
    return total


def _on_the_line(
    a: ExactNetwork, b: ExactNetwork, box: ExactBox, allowed: Fraction | None, coarse: float
) -> Fraction:
    lines = [graph(net, box[0]) for net in (a, b)]
    knots = tuple(sorted({*lines[0].knots, *lines[1].knots}))
    p, q = (line.on(knots) for line in lines)
    if allowed is None:
        allowed = read(math.sqrt(coarse)) * max(map(abs, (*p, *q)))
    apart = [abs(y - z) > allowed for y, z in zip(p, q, strict=True)]
    steps = zip(knots[:-1], knots[1:], apart[:-1], apart[1:], strict=True)
    return sum((right - left for left, right, x, y in steps if x or y), Fraction(0))


def _area(net: ExactNetwork, piece: Piece, allowed: Fraction) -> Fraction:
    """The area of the parts of a piece on which a network is not the piece's affine function."""
    plane, vertices = exact_map(restrict(net, piece.vertices), piece.vertices)
    (x, y, w, f), scale = vertices.readout()
    (gx, gy, offset), q = to_integers((*piece.gradient, piece.offset))
    gap = np.abs(q * f - scale * (gx * x + gy * y + offset * w))  # over scale · q · w
    apart = (gap * allowed.denominator > allowed.numerator * scale * q * w).astype(bool)
    start, end, left, right, _ = plane.edges.values
    counts = np.zeros(plane.faces + 1, dtype=bool)  # the last one is the outside
    ends = apart[start] | apart[end]
    counts[left[ends]] = counts[right[ends]] = True
    counts[-1] = False
    rim = counts[left].astype(int) - counts[right]
    edges = np.flatnonzero(rim)
    p, r = start[edges], end[edges]
    twice = _quotients(x[p] * y[r] - y[p] * x[r], w[p] * w[r])
    return sum((s * t for s, t in zip(rim[edges].tolist(), twice, strict=True)), Fraction(0)) / 2


def _quotients(numerators: np.ndarray, denominators: np.ndarray) -> list[Fraction]:
    return [Fraction(n, d) for n, d in zip(numerators, denominators, strict=True)]


def _with_whole_weights(net: ExactNetwork) -> ExactNetwork:
    """The same function, each hidden neuron scaled so that what it reads has whole weights.

    The neurons of a layer share a denominator in the map of the plane; without this it can be as
    long as all of theirs together.
    """
    if isinstance(net, ExactOneNeuronResNet):
        return net
    layers: list[tuple[Matrix, Vector]] = []
    scales: tuple[int, ...] = (1,) * net.dim
    for W, b in net.layers[:-1]:
        rows = [(*_divided(w, scales), offset) for w, offset in zip(W, b, strict=True)]
        whole, scales = zip(*map(to_integers, rows), strict=True)
        rows = [tuple(map(Fraction, row)) for row in whole]
        layers.append((tuple(row[:-1] for row in rows), tuple(row[-1] for row in rows)))
    (last,), offset = net.layers[-1]
    return ExactFullyConnected((*layers, ((_divided(last, scales),), offset)))


def _divided(row: Vector, scales: Sequence[int]) -> Vector:
    return tuple(entry / q if entry else entry for entry, q in zip(row, scales, strict=True))


def _neurons(net: ExactNetwork) -> int:
    if isinstance(net, ExactOneNeuronResNet):
        return net.depth
    return sum(len(b) for _, b in net.layers)
