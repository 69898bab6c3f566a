"""What the gates of the wide and the deep form say at a point, and one gate all over the plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import counted, read_list
from course_lib.constructions.equivalence.cells import Cell, cell_on
from course_lib.constructions.equivalence.plan import Plan, read_plan
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import brief, dot, read, read_vector
from course_lib.networks.reading import as_points

__all__ = ["GateSignals", "OneGate", "gate_signals", "one_gate"]

ONE, ZERO = Fraction(1), Fraction(0)


@dataclass(frozen=True)
class GateSignals:
    """What every neuron of the wide and the deep form says at one point, as Fractions.

    Attributes:
        erasers: for each of the M cells, relu(1 - l_k/τ) for each of its facets.
        gates: for each cell, relu(L + C - K · the sum of its erasers).
        output: the sum of the gates, less C: the value of both networks.
    """

    erasers: tuple[tuple[Fraction, ...], ...]
    gates: tuple[Fraction, ...]
    output: Fraction

    def __repr__(self) -> str:
        return f"GateSignals({counted(len(self.gates), 'gate')}, output {brief(self.output)})"


def gate_signals(plan: Plan, point: Sequence[Any]) -> GateSignals:
    """The value of every eraser and every gate of a plan at a point, exactly, ready to be drawn.

    Args:
        plan: from :func:`plan`.
        point: d numbers.

    Raises:
        ShapeError: a point of another dimension.
        InvalidInputError: something else than a plan.

    >>> from course_lib.constructions.equivalence import plan
    >>> from course_lib.networks import FullyConnected
    >>> hinge = FullyConnected.from_layers([([[1.0, 1.0]], [0.0]), ([1.0], 0.0)])
    >>> seen = gate_signals(plan(hinge, ((-1, 1), (-1, 1)), "199/2500"), [0.5, 0.25])
    >>> [str(gate) for gate in seen.gates], str(seen.output)
    (['11/4', '0'], '3/4')
    """
    facts, x = read_plan(plan), read_vector(point, "point")
    if len(x) != facts.dim:
        raise ShapeError(
            f"This plan is for {counted(facts.dim, 'coordinate')}; the point has {len(x)}. "
            "Pass as many."
        )
    y = (*(a - low for a, low in zip(x, facts.low, strict=True)), ONE)
    erasers = tuple(
        tuple(max(dot(penalty, y), ZERO) for penalty in gate.penalties) for gate in facts.gates
    )
    gates = tuple(
        max(dot(gate.value, y) - gate.peak * sum(erased, ZERO), ZERO)
        for gate, erased in zip(facts.gates, erasers, strict=True)
    )
    return GateSignals(erasers, gates, sum(gates, ZERO) - facts.shift)


@dataclass(frozen=True)
class OneGate:
    """relu(L - K Σ_k relu(1 - l_k/τ)): one gate by itself, to be looked at; see :func:`one_gate`.

    Args:
        cell: its polytope, with L as its value.
        tau: the share τ by which the polytope is shrunk.
        peak: K, the greatest value of L on it.
    """

    cell: Cell
    tau: Fraction
    peak: Fraction

    def value(self, points: Any) -> NDArray[np.float64]:
        """L at points of shape (..., d): what the gate would show everywhere."""
        return _affine([self.cell.value], self._read(points))[..., 0]

    def penalty(self, points: Any) -> NDArray[np.float64]:
        """K Σ_k relu(1 - l_k/τ): 0 on the shrunk copy, and what is taken off outside."""
        depth = _affine(self.cell.facets, self._read(points)) / float(self.tau)
        return float(self.peak) * np.asarray(np.maximum(1 - depth, 0).sum(axis=-1))

    def __call__(self, points: Any) -> NDArray[np.float64]:
        """The gate itself: what is left of the value, where it is positive."""
        return np.maximum(self.value(points) - self.penalty(points), 0)

    def _read(self, points: Any) -> NDArray[np.float64]:
        dim = len(self.cell.vertices[0])
        return np.asarray(as_points(f"OneGate(dim={dim})", dim, points, np.dtype(np.float64)))


def one_gate(corners: Sequence[Sequence[Any]], value: Sequence[Any], tau: Any) -> OneGate:
    """The gate that keeps an affine function on one convex polytope and erases it outside.

    Args:
        corners: of the polytope, points of shape (d,), in any order.
        value: (slopes, offset) of L as d + 1 numbers; L must be positive at all corners.
        tau: the share τ by which the polytope is shrunk, between 0 and 1.

    Raises:
        ShapeError: corners and a value of different dimensions.
        InvalidInputError: corners that span no volume, an L that is not positive there, or a τ out
            of range.

    Source: Fan, Lai & Wang 2023 (regression).

    >>> gate = one_gate([(0, 0), (3, 0), (0, 3)], (0, 0, 2), "1/4")
    >>> gate([[1, 1], [2, 2]]).tolist(), gate.penalty([[1, 1], [2, 2]]).tolist()
    ([2.0, 0.0], [0.0, 10.0])
    """
    listed = read_list("corners", corners, of="points", at_least=1)
    points, L = [read_vector(corner, "corners") for corner in listed], read_vector(value, "value")
    if {len(point) + 1 for point in points} != {len(L)}:
        raise ShapeError(
            f"one_gate got a value of {len(L)} numbers. Pass d slopes and an offset, and corners "
            "with d coordinates each."
        )
    share = read(tau, "tau")
    if not 0 < share < 1:
        raise InvalidInputError(f"tau must lie between 0 and 1, got {brief(share)}. Pass 1/4, say.")
    heights = [dot(L, (*point, ONE)) for point in points]
    if min(heights) <= 0:
        raise InvalidInputError(
            "The value must be positive at all corners: a gate is shut where it isn't. Raise its "
            "offset by a constant C."
        )
    return OneGate(cell_on(points, L), share, max(heights))


def _affine(rows: Sequence[Sequence[Fraction]], x: NDArray[np.float64]) -> NDArray[np.float64]:
    table = np.array(rows, dtype=float)
    return np.asarray(x @ table[:, :-1].T + table[:, -1])
