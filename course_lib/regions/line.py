"""Pieces of an interval: a network on the line, drawn out to a strip of the plane."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, overload

import numpy as np

from course_lib.arguments import counted
from course_lib.exact import (
    ExactFullyConnected,
    ExactNetwork,
    ExactOneNeuronResNet,
    Matrix,
    to_floats,
)
from course_lib.regions.boxes import ExactBox
from course_lib.regions.piece import Piece, Pieces, summary
from course_lib.regions.plane import planar_pieces

__all__ = ["LinePieces", "line_pieces"]

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class LinePieces(Sequence[Piece]):
    """Intervals that tile a box on the line, from left to right.

    Args:
        knots: their ends, ascending, shape (n + 1,); a piece shorter than the gap between two
            floats has equal ends when they are rounded.
        gradients: shape (n, 1).
        offsets: shape (n,).
        patterns: which neurons are positive on each, shape (n, neurons); None for linear pieces.
    """

    knots: Array
    gradients: Array
    offsets: Array
    patterns: Array | None = None

    def __len__(self) -> int:
        return len(self.offsets)

    def __repr__(self) -> str:
        return summary(self)

    @overload
    def __getitem__(self, index: int) -> Piece: ...
    @overload
    def __getitem__(self, index: slice) -> Pieces: ...
    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Pieces(self[i] for i in range(*index.indices(len(self))))
        if not -len(self) <= index < len(self):
            raise IndexError(f"There are {counted(len(self), 'piece')}; {index} is none of them.")
        return self._piece(index % len(self))

    def __iter__(self) -> Iterator[Piece]:
        return (self._piece(i) for i in range(len(self)))

    def _piece(self, i: int) -> Piece:
        pattern = None if self.patterns is None else tuple(self.patterns[i].tolist())
        ends = self.knots[i : i + 2]
        if ends.dtype == object:
            vertices = tuple((end,) for end in ends)
            return Piece(vertices, tuple(self.gradients[i]), self.offsets[i], (), pattern)
        return Piece(ends[:, None], self.gradients[i], float(self.offsets[i]), (), pattern)


def line_pieces(net: ExactNetwork, box: ExactBox, *, exact: bool, linear: bool) -> LinePieces:
    """The linear pieces, or activation regions, of a network that reads one coordinate.

    It is run on a strip in the plane, where it ignores the second coordinate.
    """
    strip = (*box, (Fraction(0), Fraction(1)))
    found = planar_pieces(_drawn_out(net), strip, exact=exact, linear=linear)
    # Two kinks may round to one float, so the pieces are put in order before they are rounded.
    low, high = replace(found, as_floats=False).extent()
    order = np.argsort(low[:, 0], kind="stable")
    knots = np.append(low[order, 0], high[order[-1:], 0])
    knots = knots if exact else to_floats(knots)
    patterns = None if linear else found.patterns[order]
    return LinePieces(knots, found.gradients[order, :1], found.offsets[order], patterns)


def _drawn_out(net: ExactNetwork) -> ExactNetwork:
    """The same function of x, on points (x, y)."""
    if isinstance(net, ExactFullyConnected):
        (W, b), *rest = net.layers
        return ExactFullyConnected(((_with_zero(W), b), *rest))
    (a,) = _with_zero((net.a,))
    return ExactOneNeuronResNet(_with_zero(net.u), _with_zero(net.w), net.b, a, net.c)


def _with_zero(rows: Matrix) -> Matrix:
    return tuple((*row, Fraction(0)) for row in rows)
