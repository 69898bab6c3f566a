"""Where each affine piece of a network lies above the network: the sign table of a box."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import add

import numpy as np
from numpy.typing import NDArray

from course_lib.constructions.equivalence.towers import ZERO, lowest, shift_above
from course_lib.exact import (
    ExactFullyConnected,
    ExactNetwork,
    Matrix,
    Vector,
    dot,
    identity,
    matmul,
    matvec,
)
from course_lib.progress import patient_bar
from course_lib.regions import activation_regions, linear_pieces
from course_lib.regions.boxes import ExactBox
from course_lib.regions.stages import Stage, readout, stages

__all__ = ["Comparison", "compare_pieces"]

AffineMap = tuple[Vector, Fraction]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Comparison:
    """The sign of L_j - f in cells so small that it does not change there.

    Cells with the same signs are listed once.

    Args:
        pieces: the M affine functions L_j as (gradient, offset), all different.
        above: whether L_j > f inside the cell, shape (cells, M).
        own: the position of the piece that f is in the cell, shape (cells,).
    """

    pieces: tuple[AffineMap, ...]
    above: Flags
    own: NDArray[np.intp]

    @property
    def at_least(self) -> Flags:
        """Whether L_j >= f in the cell, shape (cells, M)."""
        flags = self.above.copy()
        flags[np.arange(len(self.own)), self.own] = True
        return flags


def compare_pieces(net: ExactNetwork, box: ExactBox) -> Comparison:
    """Cut the pieces of a network by all {L_j = f}, and read off the signs.

    The cells are the activation regions of a network whose last hidden layer has the neurons
    L_j - f: on the piece with L_k they cut along {L_j = L_k}, and nowhere else.
    """
    found = linear_pieces(net, box, exact=True)
    pieces = tuple(sorted({(tuple(piece.gradient), piece.offset) for piece in found}))
    place = {piece: j for j, piece in enumerate(pieces)}
    cells = activation_regions(_comparing(net, pieces, box), box, exact=True)
    rows = set()
    with patient_bar("Comparing the pieces", len(cells), "cells") as tick:
        for cell in cells:
            if cell.pattern is not None:
                signs = cell.pattern[-len(pieces) - 1 : -1]
                rows.add((signs, place[tuple(cell.gradient), cell.offset]))
            tick()
    above, own = zip(*sorted(rows), strict=True)
    return Comparison(pieces, np.array(above, dtype=bool), np.array(own))


def _comparing(
    net: ExactNetwork, pieces: Sequence[AffineMap], box: ExactBox
) -> ExactFullyConnected:
    """The network itself, its last hidden layer L_1 - f, ..., L_M - f and f + shift."""
    lows = tuple(low for low, _ in box)
    layers, R, r = _carrying(net, box)
    *X, a = R  # x - low and f, from the last hidden layer
    *x, c = map(add, r, (*lows, ZERO))
    rows = [
        tuple(p - q for p, q in zip(matmul((gradient,), X)[0], a, strict=True))
        for gradient, _ in pieces
    ]
    offsets = [offset + dot(gradient, x) - c for gradient, offset in pieces]
    shift = shift_above(-min(lowest(*piece, box) for piece in pieces))
    last = ((ZERO,) * len(pieces) + (Fraction(1),),)
    return ExactFullyConnected((*layers, ((*rows, a), (*offsets, c + shift)), (last, (-shift,))))


def _carrying(
    net: ExactNetwork, box: ExactBox
) -> tuple[tuple[tuple[Matrix, Vector], ...], Matrix, Vector]:
    """Hidden layers that compute a network and keep x: on the box, (x - low, f) = R v + r.

    v is the last hidden vector, or x where there is no layer.
    """
    d = net.dim
    layers = []
    P, p = identity(d), (ZERO,) * d  # the network's state is P v + p
    Q, q = identity(d), tuple(-low for low, _ in box)  # x - low is Q v + q
    ranges = list(box)
    for stage in stages(net):
        W, b = matmul(stage.read, P), _plus(matvec(stage.read, p), stage.offset)
        if stage.write is None:
            layers.append(((*W, *Q), (*b, *q)))
            P, p = _joined(identity(len(W)), _zeros(len(W), d)), (ZERO,) * len(W)
        else:
            s = tuple(shift_above(-low) for low, _ in ranges)
            layers.append(((*P, *W, *Q), (*_plus(p, s), *b, *q)))
            P = _joined(identity(d), stage.write, _zeros(d, d))
            p = tuple(-entry for entry in s)
            ranges = _moved(ranges, stage)
        Q, q = _joined(_zeros(d, len(layers[-1][1]) - d), identity(d)), (ZERO,) * d
    a, c = readout(net).read, readout(net).offset
    return tuple(layers), (*Q, *matmul(a, P)), (*q, *_plus(matvec(a, p), c))


def _moved(
    ranges: list[tuple[Fraction, Fraction]], stage: Stage
) -> list[tuple[Fraction, Fraction]]:
    """Bounds on the coordinates of a ResNet's state after a block, rounded outwards."""
    (w,), (b,), U = stage.read, stage.offset, stage.write
    top = max(ZERO, -lowest(tuple(-entry for entry in w), -b, tuple(ranges)))
    return [
        (-shift_above(-low - min(ZERO, u * top)), shift_above(high + max(ZERO, u * top)))
        for (low, high), (u,) in zip(ranges, U or (), strict=True)
    ]


def _plus(x: Vector, y: Vector) -> Vector:
    return tuple(map(add, x, y))


def _zeros(rows: int, columns: int) -> Matrix:
    return ((ZERO,) * columns,) * rows


def _joined(*blocks: Matrix) -> Matrix:
    """Matrices side by side."""
    return tuple(tuple(itertools.chain(*rows)) for rows in zip(*blocks, strict=True))
