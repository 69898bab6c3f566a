"""A maximum of minima of affine functions as a network: all at once in a tree, or one by one.

Or its mirror, a minimum of maxima: the same circuits with the two operations exchanged.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

from course_lib.constructions.equivalence.towers import ONE, ZERO, Step, tower
from course_lib.exact import ExactFullyConnected, Matrix, Vector
from course_lib.regions.boxes import ExactBox

__all__ = ["parallel_circuit", "series_circuit"]

AffineMap = tuple[Vector, Fraction]
Value = tuple[dict[int, Fraction], Fraction]  # weights on the layer below, and an offset


def series_circuit(
    clauses: Sequence[Sequence[AffineMap]],
    box: ExactBox,
    shift: Fraction,
    *,
    mirrored: bool = False,
    start: Fraction = ZERO,
) -> ExactFullyConnected:
    """max_i min_j L_ij - shift, one literal per layer of width D + 2.

    A clause's minimum m goes on as min(m, L) = L - relu(L - m), which is affine in x and the one
    neuron; at the end of the clause the running maximum A, from ``start`` on, grows by relu(m - A).
    A must not fall below 0 nor start above the result.
    Mirrored, max(m, L) = L + relu(m - L), and A falls by relu(A - m) from a start above all.
    """
    sign = -ONE if mirrored else ONE
    steps: list[Step] = []
    into = ZERO  # what the neuron below means for the running value A
    for clause in clauses:
        inside = ZERO  # weight of the neuron below in m, 0 for the clause's first literal
        for (g, o), (following, p) in itertools.pairwise(clause):
            difference = tuple(sign * (y - x) for x, y in zip(g, following, strict=True))
            steps.append(Step(difference, sign * (p - o), q=-sign * inside, into=into))
            into, inside = ZERO, -sign
        gradient, offset = clause[-1]
        towards = tuple(sign * x for x in gradient)
        steps.append(Step(towards, sign * offset, p=-sign, q=sign * inside, into=into))
        into = sign
    return tower(steps, box, start=start, into=sign, offset=-shift)


def parallel_circuit(
    clauses: Sequence[Sequence[AffineMap]], shift: Fraction, *, mirrored: bool = False
) -> ExactFullyConnected:
    """max_i min_j L_ij - shift as a tree, mirrored min_i max_j; all L_ij must be >= 0.

    A pair takes two neurons, min(a, b) = a - relu(a - b) or max(a, b) = a + relu(b - a), and a
    value without partner one: so n values take n neurons, and about n/2 values remain.
    """
    groups = [[(dict(enumerate(g)), o) for g, o in clause] for clause in clauses]
    layers, below = [], len(clauses[0][0][0])
    for outer in (False, True):
        largest = outer != mirrored
        if outer:
            groups = [[value for (value,) in groups]]
        while any(len(group) > 1 for group in groups):
            neurons, groups = _fold(groups, largest)
            layers.append(_dense(neurons, below))
            below = len(neurons)
    ((weights, offset),) = groups[0]
    layers.append(_dense([(weights, offset - shift)], below))
    return ExactFullyConnected(tuple(layers))


def _fold(groups: list[list[Value]], largest: bool) -> tuple[list[Value], list[list[Value]]]:
    """One layer: its neurons, and the groups with every pair replaced by its maximum or minimum."""
    neurons: list[Value] = []
    folded = []
    for group in groups:
        values: list[Value] = []
        for k in range(0, len(group), 2):
            i = len(neurons)
            neurons.append(group[k])
            weights = {i: ONE}
            if k + 1 < len(group):
                a, b = group[k : k + 2]
                neurons.append(_difference(b, a) if largest else _difference(a, b))
                weights[i + 1] = ONE if largest else -ONE
            values.append((weights, ZERO))
        folded.append(values)
    return neurons, folded


def _difference(a: Value, b: Value) -> Value:
    (x, p), (y, q) = a, b
    return {i: x.get(i, ZERO) - y.get(i, ZERO) for i in x | y}, p - q


def _dense(neurons: Sequence[Value], below: int) -> tuple[Matrix, Vector]:
    """The layer's matrix and offsets."""
    W = tuple(tuple(weights.get(i, ZERO) for i in range(below)) for weights, _ in neurons)
    return W, tuple(offset for _, offset in neurons)
