"""One gate per cell: what the wide and the deep network have in common, as fractions."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.arguments import counted, read_instance
from course_lib.constructions.equivalence.cells import Cell, Form, cells_of, volume
from course_lib.constructions.equivalence.roots import whole_root
from course_lib.errors import InvalidInputError
from course_lib.exact import ExactNetwork, Vector, brief, dot, freeze, read
from course_lib.networks import Network
from course_lib.networks.reading import read_dtype
from course_lib.regions.boxes import ExactBox, read_box

__all__ = ["Gate", "Plan", "plan", "read_plan"]


@dataclass(frozen=True)
class Gate:
    """relu(value - peak · Σ relu(penalty)): the value well inside a cell, zero outside of it.

    Affine functions are vectors (slopes, offset), read from y = x - low corner of the box.

    Args:
        value: L + C, greater than 0 on the cell.
        peak: its greatest value on the cell.
        penalties: one for each facet: 1 on the facet, 0 a little inside, growing outwards.
    """

    value: Vector
    peak: Fraction
    penalties: tuple[Vector, ...]

    def __repr__(self) -> str:
        return (
            f"Gate({counted(len(self.penalties), 'penalty/penalties')} in R^{len(self.value) - 1})"
        )


@dataclass(frozen=True)
class Plan:
    """The numbers behind ``widen`` and ``deepen``: cells, margin, sizes and what to expect.

    Args:
        box: sides (low, high).
        cells: convex polytopes that tile it, M in number.
        tau: the share τ by which each cell is shrunk; the network is exact on the shrunk copies.
        shift: C, which makes the values positive on the box.
    """

    box: ExactBox
    cells: tuple[Cell, ...]
    tau: Fraction
    shift: Fraction

    def __post_init__(self) -> None:
        if not 0 < self.tau < 1:
            raise InvalidInputError(f"tau must lie between 0 and 1, got {self.tau}.")

    def __repr__(self) -> str:
        return (
            f"Plan({counted(len(self.cells), 'cell')} in R^{self.dim}, tau={brief(self.tau)}, "
            f"wide {self.wide_widths}, deep {counted(self.deep_layers, 'layer')})"
        )

    @property
    def dim(self) -> int:
        """The number d of input coordinates."""
        return len(self.box)

    @property
    def low(self) -> Vector:
        """The corner of the box with the least coordinates."""
        return tuple(low for low, _ in self.box)

    @property
    def volume(self) -> Fraction:
        """The volume |box|."""
        return _volume(self.box)

    @property
    def disagreement(self) -> Fraction:
        """The measure of the set where the built network is not the given one, exactly."""
        return (1 - (1 - self.tau) ** self.dim) * self.volume

    @property
    def wide_widths(self) -> tuple[int, int]:
        """The hidden widths of the wide network: (d + 1)M + d and M, if the cells are simplices."""
        return sum(len(cell.facets) for cell in self.cells) + self.dim, len(self.cells)

    @property
    def deep_layers(self) -> int:
        """The hidden layers of the deep network: (d + 2)M, if the cells are simplices."""
        return sum(len(cell.facets) + 1 for cell in self.cells)

    @functools.cached_property
    def gates(self) -> tuple[Gate, ...]:
        """One gate for each cell."""
        return tuple(self._gate(cell) for cell in self.cells)

    def floor(self, dtype: Any = np.float64) -> float:
        """The order of magnitude of the least δ that a number format can resolve: an estimate.

        In a seam a facet function l runs from 0 to τ. Where rounding moves l by as much, the seam
        is noise; the floor is the measure of all such seams.
        """
        sides = [float(high - low) for low, high in self.box]
        half_ulp = float(np.finfo(read_dtype(dtype)).eps) / 2
        total = 0.0
        for cell, gate in zip(self.cells, self.gates, strict=True):
            sizes = [
                sum(abs(float(a)) * side for a, side in zip(row[:-1], sides, strict=True))
                for row in gate.penalties
            ]
            moved = half_ulp * float(self.tau) * sum(sizes) / len(sizes)
            total += volume(cell) * min(1.0, self.dim * moved)
        return total

    def _gate(self, cell: Cell) -> Gate:
        value = self._from_low((*cell.value[:-1], cell.value[-1] + self.shift))
        peak = max(dot(cell.value, (*vertex, Fraction(1))) for vertex in cell.vertices)
        penalties = []
        for facet in cell.facets:
            *slopes, offset = (-entry / self.tau for entry in facet)
            penalties.append(self._from_low((*slopes, 1 + offset)))
        return Gate(value, peak + self.shift, tuple(penalties))

    def _from_low(self, row: Vector) -> Vector:
        """An affine function of x as one of y = x - low."""
        return (*row[:-1], dot(row[:-1], self.low) + row[-1])


def plan(
    net: Network | ExactNetwork, box: Sequence[Any], delta: Any, form: Form = "simplex"
) -> Plan:
    """What ``widen`` and ``deepen`` build, before it is built (Fan, Lai & Wang 2023, regression).

    Each cell S with its centre z gets the functions l_k that vanish on its facets and are 1 at z.
    All l_k >= τ holds exactly on the copy of S shrunk towards z by the factor 1 - τ, whatever its
    shape; there no penalty relu(1 - l_k/τ) acts. Outside S, at g > 1 times the way from z to the
    border, some penalty is at least g, and the affine L + C is at most g times its greatest value
    on S: the gate is shut. In between the gate is too low. So the networks disagree with the given
    one on a set of measure (1 - (1 - τ)^d) |box|, for simplices and for whole pieces alike.

    Args:
        net: a network on R^d.
        box: d pairs (low, high).
        delta: the measure of disagreement to allow, between 0 and the volume of the box; text such
            as "199/2500" is read as written.
        form: a gate for every "simplex" (the reported construction) or for every convex "piece"
            (far fewer).

    Returns:
        A :class:`Plan`. Its ``disagreement`` is delta where the τ for it is a fraction, and
        otherwise less than delta by rounding alone.

    Raises:
        ShapeError: a box that does not fit the network.
        InvalidInputError: a delta outside its range, an empty or infinite side, or another form.

    >>> from course_lib.networks import FullyConnected
    >>> hinge = FullyConnected.from_layers([([[1.0, 1.0]], [0.0]), ([1.0], 0.0)])
    >>> found = plan(hinge, ((-1, 1), (-1, 1)), "199/2500")
    >>> found.tau, found.disagreement, found.wide_widths, found.deep_layers
    (Fraction(1, 100), Fraction(199, 2500), (8, 2), 8)
    """
    sides = read_box(box, freeze(net).dim)
    whole, wanted = _volume(sides), read(delta, "delta")
    if not 0 < wanted < whole:
        raise InvalidInputError(
            f"delta must lie between 0 and {brief(whole)}, the volume of the box; got "
            f"{brief(wanted)}. Pass one of those."
        )
    tau = _margin(wanted / whole, len(sides))
    if tau == 0:
        raise InvalidInputError(f"delta = {delta} is too small for floats. Pass a greater one.")
    cells = cells_of(net, sides, form)
    values = [dot(c.value, (*v, Fraction(1))) for c in cells for v in c.vertices]
    spread = max(values) - min(values) or Fraction(1)
    return Plan(sides, cells, tau, spread - min(values))


def read_plan(value: Any) -> Plan:
    """A plan and nothing else."""
    return read_instance("plan", value, Plan, "Make one with plan(net, box, delta).")


def _volume(box: ExactBox) -> Fraction:
    return math.prod((high - low for low, high in box), start=Fraction(1))


def _margin(share: Fraction, dim: int) -> Fraction:
    """τ with 1 - (1 - τ)^dim = share; where it is no fraction, the next float below."""
    kept = 1 - share
    root = Fraction(whole_root(kept.numerator, dim), whole_root(kept.denominator, dim))
    if root**dim == kept:
        return 1 - root
    # from the kept part where the share may be nearer to 1 than floats can say
    small = share < Fraction(1, 2)
    log = (
        math.log1p(-float(share))
        if small
        else math.log(kept.numerator) - math.log(kept.denominator)
    )
    tau = -math.expm1(log / dim)
    while 1 - (1 - Fraction(tau)) ** dim > share:
        tau = math.nextafter(tau, 0.0)
    return Fraction(tau)
