"""Pieces of a box in three and more dimensions."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from course_lib.errors import RoundingError
from course_lib.exact import ExactNetwork, Vector, kernel_vector
from course_lib.exact.linear import to_integers
from course_lib.regions.boxes import ExactBox
from course_lib.regions.cells import CellComplex, cube_facets
from course_lib.regions.piece import Piece, Pieces
from course_lib.regions.solids import Solids
from course_lib.regions.stages import readout, stages, width
from course_lib.regions.vertices import BAND, NOISE, ExactVertices, FloatVertices

__all__ = ["space_pieces"]

Array = np.ndarray


def space_pieces(net: ExactNetwork, box: ExactBox, *, exact: bool, linear: bool) -> Pieces:
    """The linear pieces, or the activation regions, of a network on a box in R^d.

    Floats turn to exact arithmetic where rounding could decide, if the network is small enough.
    """
    if not exact:
        try:
            return _float_pieces(net, box, linear=linear)
        except RoundingError:
            pass  # exact arithmetic answers below, or says why it should be asked for
    pieces = _exact_pieces(net, box, unasked=not exact, linear=linear)
    return pieces if exact else Pieces(map(_rounded, pieces))


def _cube(box: ExactBox) -> tuple[list[Array], list[int], list[tuple[int, ...]]]:
    """A box as a complex: facet pairs, counts, and its corners in homogeneous whole numbers."""
    pairs, counts, ends = cube_facets(len(box))
    corners = [to_integers([side[e] for side, e in zip(box, end, strict=True)]) for end in ends]
    return pairs, counts, [(*numerators, q) for numerators, q in corners]


def _float_pieces(net: ExactNetwork, box: ExactBox, *, linear: bool) -> Pieces:
    pairs, counts, corners = _cube(box)
    vertices = FloatVertices(corners, width(net))
    cells = CellComplex(vertices, pairs, counts)
    try:
        with np.errstate(over="raise", under="raise", invalid="raise", divide="raise"):
            cells.run(stages(net))
            vertices.read(readout(net))
    except FloatingPointError:
        raise RoundingError("A number left the range of floats. Pass exact=True.") from None
    maps = vertices.z_maps[0].T
    _require_agreement(cells, vertices, maps)
    if linear:
        _require_creases(cells, maps[:, :-1])
    patterns = None if linear else cells.history.patterns(len(maps))
    return Pieces(
        Piece(
            vertices.points[corner],
            gradient[:-1],
            float(gradient[-1]),
            (),
            None if patterns is None else tuple(patterns[i].tolist()),
        )
        for i, (corner, gradient) in enumerate(zip(cells.corner_lists(), maps, strict=True))
    )


def _require_agreement(cells: CellComplex, vertices: FloatVertices, maps: Array) -> None:
    """The value at a corner, followed through the layers, is that of the affine map of its cell."""
    cell, vertex = cells.corners()
    f = vertices.neuron(0)[vertex]
    gap = np.abs((maps[cell, :-1] * vertices.points[vertex]).sum(axis=1) + maps[cell, -1] - f)
    if gap.max() > BAND * (np.abs(f).max() + np.abs(maps).max()):
        raise RoundingError("Rounding errors have piled up over the layers. Pass exact=True.")


def _require_creases(cells: CellComplex, gradients: Array) -> None:
    """Every facet between two cells bends f, beyond all rounding."""
    a, b = cells.neighbours()
    jump = np.abs(gradients[a] - gradients[b]).max(axis=1)
    larger = np.maximum(np.abs(gradients[a]), np.abs(gradients[b])).max(axis=1)
    if (jump <= BAND * larger + NOISE * larger.max(initial=0)).any():
        raise RoundingError("Floats cannot tell whether a seam bends f. Pass exact=True.")


def _exact_pieces(net: ExactNetwork, box: ExactBox, *, unasked: bool, linear: bool) -> Pieces:
    pairs, counts, corners = _cube(box)
    vertices = ExactVertices(corners, width(net), unasked)
    cells = CellComplex(vertices, pairs, counts)
    cells.run(stages(net))
    vertices.read(readout(net))
    solids = Solids(cells, [tuple(map(Fraction, point)) for point in vertices.points])
    maps = _exact_maps(vertices, solids.corners)
    if not linear:
        patterns = [tuple(row) for row in cells.history.patterns(len(maps)).tolist()]
        return Pieces(
            Piece(tuple(map(solids.point, corner)), a[:-1], a[-1], (), pattern)
            for corner, a, pattern in zip(solids.corners, maps, patterns, strict=True)
        )
    groups = solids.convex_groups([(a, b) for a, b in solids.neighbours() if maps[a] == maps[b]])
    return Pieces(
        Piece(tuple(map(solids.point, solids.hull(group))), a[:-1], a[-1])
        for group in groups
        for a in [maps[group[0]]]
    )


def _exact_maps(vertices: ExactVertices, corners: list[Array]) -> list[Vector]:
    """The gradient and offset on every cell, as one vector, from its values at its corners."""
    table, scale = vertices.readout()
    rows = [[*map(Fraction, row[:-1]), Fraction(row[-1], scale)] for row in table.T]
    maps = []
    for corner in corners:
        # (gradient, offset, -1) is the one direction orthogonal to all (x, 1, f)
        found = kernel_vector([rows[v] for v in corner])
        assert found is not None
        maps.append(tuple(-entry for entry in found[:-1]))
    return maps


def _rounded(piece: Piece) -> Piece:
    """The same piece in floats."""
    return replace(
        piece,
        vertices=np.array(piece.vertices, dtype=float),
        gradient=np.array(piece.gradient, dtype=float),
        offset=float(piece.offset),
    )
