"""Two networks from one plan: all gates side by side, or one after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Literal, get_args

import numpy as np

from course_lib.arguments import read_choice, read_instance
from course_lib.constructions.equivalence.cells import Form
from course_lib.constructions.equivalence.plan import Gate, Plan, plan, read_plan
from course_lib.errors import InvalidInputError
from course_lib.exact import ExactFullyConnected, ExactNetwork, Matrix, Vector, dot
from course_lib.networks import FullyConnected, Network, as_network
from course_lib.networks.reading import read_dtype

__all__ = ["Penalty", "deep", "deepen", "largest_weight", "thaw", "wide", "widen"]

Penalty = Literal["sum", "largest"]
Layer = tuple[Matrix, Vector]
ZERO, ONE = Fraction(0), Fraction(1)


def widen(
    net: Network | ExactNetwork,
    box: Sequence[Any],
    delta: Any,
    form: Form = "simplex",
    dtype: Any = np.float64,
) -> FullyConnected:
    """A network with two hidden layers that differs from ``net`` on measure delta only.

        H(x) = -C + Σ_i relu(L_i(x) + C - K_i Σ_k relu(1 - l_ik(x) / τ))

    For M simplices the hidden widths are (d + 1)M + d and M. It never exceeds ``net`` on the box,
    and dips below it in thin seams along the cells. Facts without building: :func:`plan`. The
    arithmetic is exact up to the last step, which rounds the weights; :func:`wide` gives them
    unrounded. They grow like 1/delta, and below ``plan(...).floor(dtype)`` the seams are noise.

    Args:
        net: a network on R^d, of any width and depth.
        box: d pairs (low, high).
        delta: the measure of disagreement to allow, between 0 and the volume of the box.
        form: a gate for every "simplex" or, with far fewer neurons, for every convex "piece".
        dtype: ``numpy.float64`` or ``numpy.float32``.

    Raises:
        ShapeError: a box that does not fit the network.
        InvalidInputError: a delta outside its range, an empty or infinite side, another form, or a
            weight too large for the dtype.

    Source: Fan, Lai & Wang 2023, with a smaller construction; lesson 07 has the proof.

    >>> net = FullyConnected.from_layers([([[1.0, 1.0]], [0.0]), ([1.0], 0.0)])
    >>> flat = widen(net, ((-1, 1), (-1, 1)), delta=0.01)
    >>> flat.widths, round(flat([0.75, 0.5]).item(), 12)
    ((8, 2), 1.25)
    """
    dtype = read_dtype(dtype)
    return thaw(wide(plan(net, box, delta, form)), dtype)


def deepen(
    net: Network | ExactNetwork,
    box: Sequence[Any],
    delta: Any,
    form: Form = "simplex",
    penalty: Penalty = "sum",
    dtype: Any = np.float64,
) -> FullyConnected:
    """A narrow network that differs from ``net`` on measure delta only: one gate after another.

    With the penalty "sum" it is the same function on the box as :func:`widen` builds, in (d + 2)M
    hidden layers of width d + 3: x in d registers, two for the penalty, one for the sum of the
    gates so far. With "largest" the greatest penalty takes the place of their sum: width d + 2, the
    same disagreement set, but rounding grows with the weights, also away from the seams.

    Args:
        net: a network on R^d, of any width and depth.
        box: d pairs (low, high).
        delta: the measure of disagreement to allow, between 0 and the volume of the box.
        form: a gate for every "simplex" or, in far fewer layers, for every convex "piece".
        penalty: "sum" or "largest".
        dtype: ``numpy.float64`` or ``numpy.float32``.

    Raises:
        ShapeError: a box that does not fit the network.
        InvalidInputError: a delta outside its range, an empty or infinite side, another form or
            penalty, or a weight too large for the dtype.

    Source: Fan, Lai & Wang 2023, with a smaller construction; lesson 07 has the proof.

    >>> net = FullyConnected.from_layers([([[1.0, 1.0]], [0.0]), ([1.0], 0.0)])
    >>> tower = deepen(net, ((-1, 1), (-1, 1)), delta=0.01)
    >>> tower.widths, round(tower([0.75, 0.5]).item(), 12)
    ((5, 5, 5, 5, 5, 5, 5, 5), 1.25)
    """
    dtype, penalty = read_dtype(dtype), read_choice("penalty", penalty, get_args(Penalty))
    return thaw(deep(plan(net, box, delta, form), penalty), dtype)


def wide(plan: Plan) -> ExactFullyConnected:
    """The wide network of a plan, unrounded."""
    d, gates = read_plan(plan).dim, plan.gates
    penalties = [row for gate in gates for row in gate.penalties]
    width = d + len(penalties)
    second, at = [], d
    for gate in gates:
        row = [*gate.value[:-1], *[ZERO] * (width - d)]
        row[at : at + len(gate.penalties)] = [-gate.peak] * len(gate.penalties)
        at += len(gate.penalties)
        second.append(tuple(row))
    return ExactFullyConnected(
        (
            _first([*_carry(d, d), *penalties], plan.low),
            (tuple(second), tuple(gate.value[-1] for gate in gates)),
            (((ONE,) * len(gates),), (-plan.shift,)),
        )
    )


def deep(plan: Plan, penalty: Penalty = "sum") -> ExactFullyConnected:
    """The deep network of a plan, unrounded.

    Raises:
        InvalidInputError: another penalty.
    """
    penalty = read_choice("penalty", penalty, get_args(Penalty))
    build = _summing if penalty == "sum" else _largest
    d = read_plan(plan).dim
    first, *later = [
        [*_carry(d, len(rows[0]) - 1), *rows] for gate in plan.gates for rows in build(d, gate)
    ]
    layers = [_first([(*row[:d], row[-1]) for row in first], plan.low), *map(_layer, later)]
    readout = tuple(ONE if k >= len(first) - 2 else ZERO for k in range(len(first)))
    return ExactFullyConnected((*layers, ((readout,), (-plan.shift,))))


def thaw(net: ExactFullyConnected, dtype: Any = np.float64) -> FullyConnected:
    """The network with its weights rounded to floats.

    Raises:
        InvalidInputError: a weight too large for the dtype.

    >>> exact = ExactFullyConnected(((((Fraction(1, 3),),), (Fraction(0),)),))
    >>> thaw(exact)([3.0]).item()
    1.0
    """
    dtype = read_dtype(dtype)
    read_instance("net", net, ExactFullyConnected, "Make one with exact.freeze(net).")
    try:
        layers = [([*map(_floats, W)], _floats(b)) for W, b in net.layers]
    except OverflowError:
        raise InvalidInputError(
            "A weight is too large for a float. Pass a greater delta."
        ) from None
    return FullyConnected.from_layers(layers, dtype=dtype)


def largest_weight(net: FullyConnected) -> float:
    """The greatest absolute value among all weights and biases.

    >>> largest_weight(FullyConnected.from_layers([([[1.0, -3.0]], [2.0])]))
    3.0
    """
    return max(
        float(np.abs(array).max()) for array in as_network(net).state_dict().values() if array.size
    )


def _summing(d: int, gate: Gate) -> Iterator[list[Vector]]:
    """Registers beside y: penalties settled, the latest penalty (then the gate), gates so far."""
    y = (ZERO,) * d
    settled, total, empty = (
        (*y, ONE, ONE, ZERO, ZERO),
        (*y, ZERO, ZERO, ONE, ZERO),
        (ZERO,) * (d + 4),
    )
    for k, row in enumerate(gate.penalties):
        latest = (*row[:-1], ZERO, ZERO, ZERO, row[-1])
        if k == 0:  # the gate before this one still waits in its register
            yield [empty, latest, (*y, ZERO, ONE, ONE, ZERO)]
        else:
            yield [settled, latest, total]
    opened = (*gate.value[:-1], -gate.peak, -gate.peak, ZERO, gate.value[-1])
    yield [empty, opened, total]


def _largest(d: int, gate: Gate) -> Iterator[list[Vector]]:
    """Registers beside y: r, with r + t_k the greatest penalty so far (then the gate); gates."""
    y = (ZERO,) * d
    before, total = (*y, ZERO), (*y, ONE, ONE, ZERO)
    for k, row in enumerate(gate.penalties):
        kept = ONE if k else ZERO
        r = [p - q for p, q in zip(before, row, strict=True)]
        yield [(*r[:-1], kept, ZERO, r[-1]), total if k == 0 else (*y, ZERO, ONE, ZERO)]
        before = row
    opened = [v - gate.peak * p for v, p in zip(gate.value, before, strict=True)]
    yield [(*opened[:-1], -gate.peak, ZERO, opened[-1]), (*y, ZERO, ONE, ZERO)]


def _carry(d: int, width: int) -> list[Vector]:
    """Rows that keep the first d registers, y = x - low >= 0, as they are."""
    return [tuple(ONE if j == i else ZERO for j in range(width + 1)) for i in range(d)]


def _first(rows: Sequence[Vector], low: Vector) -> Layer:
    """Affine functions of y as a layer that reads x."""
    return tuple(row[:-1] for row in rows), tuple(row[-1] - dot(row[:-1], low) for row in rows)


def _layer(rows: Sequence[Vector]) -> Layer:
    return tuple(row[:-1] for row in rows), tuple(row[-1] for row in rows)


def _floats(row: Vector) -> list[float]:
    # most entries are zero, and the same object
    return [0.0 if entry is ZERO else float(entry) for entry in row]
