"""A maximum of minima as a circuit: literals, one MIN for each clause, and one MAX."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from course_lib.arguments import read_instance, read_list, read_text
from course_lib.constructions.equivalence import LatticeForm
from course_lib.errors import InvalidInputError
from course_lib.exact import Vector, dot, read_vector
from course_lib.plots.reading import read_axes
from course_lib.plots.wires import bare, gate, wire

__all__ = ["draw_clauses"]


def draw_clauses(
    form: LatticeForm, point: Sequence[Any], ax: Axes, *, names: Sequence[str] | None = None
) -> Axes:
    """Draw a lattice form at a point: what its literals, its clauses and all together say there.

    Args:
        form: from ``lattice_form``; its mirror has MAX in the clauses and MIN at the end.
        point: d numbers.
        ax: where to draw.
        names: one for each of the form's pieces; without them "$L_1$", "$L_2$", ...

    Raises:
        ShapeError: a point of another dimension.
        InvalidInputError: more or fewer names than pieces.
    """
    kind = "Take it from constructions.equivalence.lattice_form."
    form, ax = read_instance("form", form, LatticeForm, kind), read_axes(ax)
    named = _names(form, names)
    values = _values(form, read_vector(point, "point"))
    inner, outer = ("MIN", "MAX") if form.outer == "max" else ("MAX", "MIN")
    choose = min if inner == "MIN" else max
    row, middle = 0, -(form.literals + len(form.clauses) - 2) / 2
    for clause in form.clauses:
        at = -(row + (len(clause) - 1) / 2)
        for j in clause:
            wire(ax, (0, -row), (2.1, at), values[j], share=0.47)
            gate(ax, (0, -row), named[j])
            row += 1
        row += 1  # a gap between two clauses
        wire(ax, (2.1, at), (4.2, middle), choose(values[j] for j in clause))
        gate(ax, (2.1, at), inner)
    wire(ax, (4.2, middle), (6.1, middle), form.evaluate(point), share=0.62)
    gate(ax, (4.2, middle), outer)
    return bare(ax, (-0.5, 6.3), (1.6 - row, 0.6))


def _values(form: LatticeForm, x: Vector) -> list[Any]:
    form.evaluate(x)  # which refuses a point of another dimension
    return [dot(gradient, x) + offset for gradient, offset in form.pieces]


def _names(form: LatticeForm, names: Any) -> list[str]:
    if names is None:
        return [f"$L_{{{j + 1}}}$" for j in range(len(form.pieces))]
    listed = [read_text("a name", name) for name in read_list("names", names, of="texts")]
    if len(listed) != len(form.pieces):
        raise InvalidInputError(
            f"draw_clauses got {len(listed)} names for {len(form.pieces)} pieces. Pass one for "
            "each."
        )
    return listed
