"""Convex cells that tile a box, each with one affine piece of a network, in fractions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, get_args

import numpy as np

from course_lib.arguments import counted, read_choice, read_instance
from course_lib.errors import InvalidInputError
from course_lib.exact import ExactNetwork, Vector, dot, kernel_vector, rank
from course_lib.networks import Network
from course_lib.progress import patient_bar
from course_lib.regions import Piece, linear_pieces

__all__ = ["Cell", "Form", "cell_on", "cells_of", "triangulate", "volume"]

Form = Literal["simplex", "piece"]
Face = frozenset[int]


@dataclass(frozen=True)
class Cell:
    """A convex polytope in R^d and the affine function that a network is on it.

    Args:
        vertices: its corners.
        facets: affine functions (normal, offset), 0 on one facet each, positive inside and 1 at the
            mean of the corners. On a simplex they are d + 1 times the barycentric coordinates.
        value: the affine function (gradient, offset).
    """

    vertices: tuple[Vector, ...]
    facets: tuple[Vector, ...]
    value: Vector

    def __repr__(self) -> str:
        return (
            f"Cell({counted(len(self.vertices), 'corner')}, {counted(len(self.facets), 'facet')})"
        )


def cells_of(net: Network | ExactNetwork, box: Sequence[Any], form: Form) -> tuple[Cell, ...]:
    """The linear pieces of a network on a box as cells, cut into simplices or left whole.

    Raises:
        InvalidInputError: another form, or a box that :func:`linear_pieces` refuses.

    >>> from course_lib.networks import FullyConnected
    >>> corner = FullyConnected.from_layers([([[1.0, 1.0]], [0.0]), ([1.0], 0.0)])
    >>> [len(cells_of(corner, ((-1, 1), (-1, 1)), form)) for form in ("piece", "simplex")]
    [2, 2]
    """
    form = read_choice("form", form, get_args(Form))
    cells: list[Cell] = []
    pieces = linear_pieces(net, box, exact=True)
    with patient_bar("Making cells", len(pieces), "pieces") as tick:
        for piece in pieces:
            value = (*piece.gradient, piece.offset)
            parts = triangulate(piece) if form == "simplex" else (piece.vertices,)
            cells += [cell_on(part, value) for part in parts]
            tick()
    return tuple(cells)


def triangulate(piece: Piece) -> tuple[tuple[Vector, ...], ...]:
    """Simplices that tile a convex piece: a fan from its first corner, facet by facet.

    Args:
        piece: a bounded piece with exact corners, in any dimension.

    Returns:
        The corners of each simplex; n - 2 triangles for a polygon with n corners.

    >>> zero, one = Fraction(0), Fraction(1)
    >>> square = Piece(((zero, zero), (one, zero), (one, one), (zero, one)), (zero, zero), zero)
    >>> len(triangulate(square))
    2
    """
    read_instance("piece", piece, Piece, "Take one of linear_pieces(net, box, exact=True).")
    if not isinstance(piece.vertices, tuple) or not piece.is_bounded:
        raise InvalidInputError(
            "triangulate cuts bounded pieces with exact corners. Take one of "
            "linear_pieces(net, box, exact=True)."
        )
    vertices = piece.vertices
    planes = _supporting_planes(vertices)
    dim = len(vertices[0])
    # a point inside an edge lies on too few facets to be a corner
    kept = frozenset(v for v in range(len(vertices)) if sum(v in facet for facet in planes) >= dim)
    facets = [facet & kept for facet in planes]
    return tuple(tuple(vertices[v] for v in sorted(simplex)) for simplex in _fan(kept, dim, facets))


def _fan(face: Face, dim: int, facets: Sequence[Face]) -> list[Face]:
    """Cut a face of a polytope into simplices: its least corner over all sides that miss it."""
    if len(face) == dim + 1:
        return [face]
    apex = min(face)
    parts = {face & facet for facet in facets if not face <= facet}
    sides = [side for side in parts if not any(side < other for other in parts)]
    return [
        simplex | {apex}
        for side in sorted(sides, key=sorted)
        if apex not in side
        for simplex in _fan(side, dim - 1, facets)
    ]


def _supporting_planes(vertices: Sequence[Vector]) -> dict[Face, Vector]:
    """The facets of a polytope: their corners, and (normal, offset), positive inside."""
    rows = [(*vertex, Fraction(1)) for vertex in vertices]
    dim = len(vertices[0])
    found: dict[Face, Vector] = {}
    for some in itertools.combinations(range(len(rows)), dim):
        if any(facet.issuperset(some) for facet in found):
            continue
        plane = kernel_vector([rows[v] for v in some])
        assert plane is not None
        heights = [dot(plane, row) for row in rows]
        if min(heights) < 0 < max(heights):
            continue
        facet = frozenset(v for v, height in enumerate(heights) if height == 0)
        if rank([rows[v] for v in sorted(facet)]) == dim:
            found[facet] = plane if max(heights) > 0 else tuple(-entry for entry in plane)
    return found


def cell_on(vertices: Sequence[Vector], value: Vector) -> Cell:
    """The convex polytope with these corners, and the affine function on it.

    Raises:
        InvalidInputError: corners that span no volume.
    """
    vertices = tuple(vertices)
    if rank([(*vertex, Fraction(1)) for vertex in vertices]) <= len(vertices[0]):
        raise InvalidInputError(
            "These corners span no volume. Pass some that do not all lie on one line or plane."
        )
    centre = [sum(column, Fraction(0)) / len(vertices) for column in zip(*vertices, strict=True)]
    facets = []
    for plane in _supporting_planes(vertices).values():
        height = dot(plane, (*centre, Fraction(1)))
        facets.append(tuple(entry / height for entry in plane))
    return Cell(vertices, tuple(facets), value)


def volume(cell: Cell) -> float:
    """The volume of a cell, rounded."""
    total = 0.0
    piece = Piece(cell.vertices, cell.value[:-1], cell.value[-1])
    for simplex in triangulate(piece):
        corners = np.array(simplex, dtype=float)
        total += abs(np.linalg.det(corners[1:] - corners[0]))
    return total / float(np.prod(np.arange(1, corners.shape[1] + 1)))
