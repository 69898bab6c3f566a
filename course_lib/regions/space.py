"""Pieces of a box in three and more dimensions."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from course_lib.errors import RoundingError
from course_lib.exact import ExactNetwork, Vector, kernel_vector, to_float, to_floats
from course_lib.exact.linear import to_integers
from course_lib.regions.boxes import ExactBox
from course_lib.regions.cells import CellComplex, cube_facets, split_by_cell
from course_lib.regions.forecast import require_cube
from course_lib.regions.piece import Piece, Pieces
from course_lib.regions.solids import Solids
from course_lib.regions.stages import readout, stages
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
    require_cube(len(box))
    pairs, counts, ends = cube_facets(len(box))
    corners = [to_integers([side[e] for side, e in zip(box, end, strict=True)]) for end in ends]
    return pairs, counts, [(*numerators, q) for numerators, q in corners]


def _float_pieces(net: ExactNetwork, box: ExactBox, *, linear: bool) -> Pieces:
    pairs, counts, corners = _cube(box)
    try:
        with np.errstate(over="raise", under="raise", invalid="raise", divide="raise"):
            vertices = FloatVertices(corners)
            cells = CellComplex(vertices, pairs, counts, box)
            cells.run(stages(net))
            vertices.read(readout(net))
    except (FloatingPointError, OverflowError):
        raise RoundingError("A number left the range of floats. Pass exact=True.") from None
    maps = vertices.z_maps[0].T
    corners_of = cells.corners()
    _require_agreement(corners_of, vertices, maps)
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
        for i, (corner, gradient) in enumerate(
            zip(split_by_cell(corners_of, len(maps)), maps, strict=True)
        )
    )


def _require_agreement(corners: Array, vertices: FloatVertices, maps: Array) -> None:
    """The value at a corner, followed through the layers, is that of the affine map of its cell."""
    cell, vertex = corners
    f = vertices.neuron(0)[vertex]
    gap = np.abs((maps[cell, :-1] * vertices.points[vertex]).sum(axis=1) + maps[cell, -1] - f)
    if not gap.max() <= BAND * (np.abs(f).max() + np.abs(maps).max()):  # a nan does not pass
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
    vertices = ExactVertices(corners, unasked)
    cells = CellComplex(vertices, pairs, counts, box)
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
        vertices=to_floats(piece.vertices),
        gradient=to_floats(piece.gradient),
        offset=to_float(piece.offset),
    )
