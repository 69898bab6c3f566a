"""Any network as a maximum of minima of its affine pieces: max_i min_{j in J_i} L_j, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import counted, read_choice
from course_lib.constructions.equivalence.circuits import parallel_circuit, series_circuit
from course_lib.constructions.equivalence.comparison import Comparison, compare_pieces
from course_lib.constructions.equivalence.towers import lowest, shift_above
from course_lib.exact import ExactFullyConnected, ExactNetwork, Vector, dot, freeze, read_vector
from course_lib.networks import FullyConnected, Network
from course_lib.progress import patient_bar
from course_lib.regions.boxes import ExactBox, read_box

__all__ = ["LatticeForm", "lattice", "lattice_form"]

Form = Literal["parallel", "series"]
Outer = Literal["max", "min"]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class LatticeForm:
    """The function max_i min_{j in J_i} L_j, which a network is on a box.

    Args:
        pieces: the affine functions L_j as pairs (gradient, offset) of Fractions.
        clauses: the sets J_i, each a tuple of positions in ``pieces``.
        box: where the formula holds.
        outer: "max", or "min" for the mirror image min_i max_{j in J_i} L_j.
    """

    pieces: tuple[tuple[Vector, Fraction], ...]
    clauses: tuple[tuple[int, ...], ...]
    box: ExactBox
    outer: Outer = "max"

    def __repr__(self) -> str:
        return (
            f"LatticeForm({counted(len(self.pieces), 'piece')}, "
            f"{counted(len(self.clauses), 'clause')}, "
            f"{counted(self.literals, 'literal')})"
        )

    @property
    def literals(self) -> int:
        """Λ = Σ |J_i|: the depth of the series form and the width of the parallel form."""
        return sum(map(len, self.clauses))

    @property
    def mirror(self) -> LatticeForm:
        """De Morgan's other side: -max_i min_j L_j written as min_i max_j (-L_j), nothing rounded.

        >>> line = ((Fraction(1),), Fraction(0))
        >>> form = LatticeForm((line,), ((0,),), ((Fraction(-1), Fraction(1)),))
        >>> form.evaluate(["1/3"]), form.mirror.evaluate(["1/3"]), form.mirror.mirror == form
        (Fraction(1, 3), Fraction(-1, 3), True)
        """
        negated = tuple((tuple(-x for x in gradient), -offset) for gradient, offset in self.pieces)
        outer: Outer = "min" if self.outer == "max" else "max"
        return LatticeForm(negated, self.clauses, self.box, outer)

    def evaluate(self, point: Sequence[Any]) -> Fraction:
        """The exact value of the formula at a point of shape (D,)."""
        x = read_vector(point, "point")
        values = [dot(gradient, x) + offset for gradient, offset in self.pieces]
        outside, inside = (max, min) if self.outer == "max" else (min, max)
        return outside(inside(values[j] for j in clause) for clause in self.clauses)

    def circuit(self, form: Form = "parallel") -> ExactFullyConnected:
        """The formula as a network in fractions; see :func:`lattice`."""
        form = read_choice("form", form, get_args(Form))
        floor = min(lowest(gradient, offset, self.box) for gradient, offset in self.pieces)
        shift = shift_above(-floor)
        raised = [
            [(self.pieces[j][0], self.pieces[j][1] + shift) for j in clause]
            for clause in self.clauses
        ]
        mirrored = self.outer == "min"
        if form == "parallel":
            return parallel_circuit(raised, shift, mirrored=mirrored)
        start = Fraction(0)
        if mirrored:  # above all values, so that the first clause takes over
            start = shift_above(
                max(
                    -lowest(tuple(-x for x in g), -o, self.box)
                    for clause in raised
                    for g, o in clause
                )
            )
        return series_circuit(raised, self.box, shift, mirrored=mirrored, start=start)


def lattice(
    net: Network, box: Sequence[tuple[Any, Any]], form: Form = "parallel"
) -> FullyConnected:
    """Rebuild any network exactly from minima and maxima of its pieces, wide or deep: no δ.

    Both forms use the same Λ literals of :func:`lattice_form`. The parallel one has Λ neurons in
    its first layer and a tree of about log2 Λ layers above it; the series one has Λ layers of width
    D + 2, which take one literal each. (A network with a single piece needs no parallel layer.)

    Args:
        net: any network on R^D.
        box: D pairs (low, high).
        form: "parallel" or "series".

    Returns:
        a float64 network, equal on the box up to rounding, and exactly where no weight is rounded.

    Raises:
        ShapeError: a box of another dimension.
        InvalidInputError: an empty box, or another name for ``form``.

    Source: Tarela & Martínez (1999) for the formula.

    >>> net = FullyConnected.random(2, (3, 2), seed=0)
    >>> box = ((-1, 1), (-1, 1))
    >>> Λ = lattice_form(net, box).literals
    >>> wide, deep = lattice(net, box), lattice(net, box, form="series")
    >>> wide.widths[0] == Λ == deep.depth, set(deep.widths)
    (True, {4})
    >>> abs(wide([0.3, -0.8]) - net.astype(float)([0.3, -0.8])).item() < 1e-12
    True
    """
    form = read_choice("form", form, get_args(Form))
    return FullyConnected.from_layers(lattice_form(net, box).circuit(form).layers)


def lattice_form(net: Network | ExactNetwork, box: Sequence[tuple[Any, Any]]) -> LatticeForm:
    """Write a network on a box as max_i min_{j in J_i} L_j, with few literals; exact in fractions.

    Cut the pieces finely enough that no L_j - f changes sign inside a cell. A clause never exceeds
    f if in each cell one of its L_j is at most f, and it reaches f in a cell where all of them are
    at least f and one of them is f. By Ovchinnikov (2002) the set of *all* L_j >= f in a cell makes
    such a clause: between two points of a convex box, f moves along some L_j that starts at f or
    above and ends at f or below. (One clause per piece, not cut, would be too few.) A greedy search
    then leaves out what is not needed. M pieces in R^D may take some M^(D+1) cells: a few seconds
    for 100 pieces in the plane or 50 in space, and far longer beyond.

    Args:
        net: any network on R^D.
        box: D pairs (low, high).

    Raises:
        ShapeError: a box of another dimension.
        InvalidInputError: an empty box.

    >>> absolute = FullyConnected.from_layers([([[1.0], [-1.0]], [0.0, 0.0]), ([1.0, 1.0], 0.0)])
    >>> lattice_form(absolute, ((-1, 1),)).clauses     # max(-x, x)
    ((0,), (1,))
    """
    frozen = freeze(net)
    sides = read_box(box, frozen.dim)
    comparison = compare_pieces(frozen, sides)
    return LatticeForm(comparison.pieces, _clauses(comparison), sides)


def _clauses(comparison: Comparison) -> tuple[tuple[int, ...], ...]:
    """Few valid clauses that together reach f in every cell."""
    above, at_least, own = comparison.above, comparison.at_least, comparison.own
    # cells with little choice first: their clauses are needed in any case
    order = np.argsort(at_least.sum(axis=1), kind="stable")
    open_cells = np.ones(len(own), dtype=bool)
    clauses: list[tuple[int, ...]] = []
    with patient_bar("Choosing clauses", len(order), "cells") as tick:
        for cell in order:
            if open_cells[cell]:
                clause = _clause(above, at_least[cell], int(own[cell]))
                clauses.append(clause)
                open_cells &= ~_reached(at_least, own, clause)
            tick()
    return _without_spare(clauses, [_reached(at_least, own, clause) for clause in clauses])


def _reached(at_least: Flags, own: NDArray[np.intp], clause: tuple[int, ...]) -> Flags:
    """The cells in which a valid clause equals f."""
    return np.asarray(at_least[:, list(clause)].all(axis=1))


def _clause(above: Flags, allowed: Flags, own: int) -> tuple[int, ...]:
    """A small set of allowed pieces, one of which is at most f in each cell: greedy cover."""
    chosen = [own]
    exceeds = above[:, own].copy()  # cells where the clause so far is too high
    candidates = np.flatnonzero(allowed)
    while exceeds.any():
        gains = (~above[exceeds][:, candidates]).sum(axis=0)
        assert gains.any()  # the allowed pieces together never exceed f, see lattice_form
        best = int(candidates[gains.argmax()])
        chosen.append(best)
        exceeds &= above[:, best]
    for j in chosen[1:-1]:  # an early choice may have become spare
        rest = [i for i in chosen if i != j]
        if not above[:, rest].all(axis=1).any():
            chosen = rest
    return tuple(sorted(chosen))


def _without_spare(
    clauses: list[tuple[int, ...]], reached: list[Flags]
) -> tuple[tuple[int, ...], ...]:
    """Drop clauses, long ones first, as long as every cell is still reached."""
    count = np.sum(reached, axis=0)
    kept = dict(enumerate(clauses))
    for i in sorted(kept, key=lambda i: -len(clauses[i])):
        if (count[reached[i]] > 1).all():
            count -= reached[i]
            del kept[i]
    return tuple(kept.values())
