"""The corners of many pieces in order, from the edges of a planar map and no search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Cycles", "boundary_cycles"]

Array = np.ndarray


@dataclass(frozen=True)
class Cycles:
    """The boundary of every piece, anticlockwise, one after another.

    Args:
        first: where the boundary of piece i begins; it ends at ``first[i + 1]``.
        corner: vertices in order, shape (half-edges,).
        side: the side that leaves each of them.
        simple: whether the boundary of piece i is one loop that meets no vertex twice.
    """

    first: Array
    corner: Array
    side: Array
    simple: Array

    def of(self, i: int) -> slice:
        """The part of ``corner`` and ``side`` that belongs to piece i."""
        return slice(self.first[i], self.first[i + 1])

    def neighbours(self) -> tuple[Array, Array]:
        """The positions before and after each corner on the same boundary."""
        after = np.arange(1, len(self.corner) + 1)
        after[self.first[1:] - 1] = self.first[:-1]
        before = np.empty_like(after)
        before[after] = np.arange(len(after))
        return before, after


def boundary_cycles(edges: Array, piece: Array, pieces: int) -> Cycles:
    """Chain the edges that separate pieces.

    Args:
        edges: rows start, end, left face, right face, side; a face of -1 lies outside.
        piece: the piece that each face belongs to.
        pieces: how many there are.
    """
    owner, start, end, side = _half_edges(edges, piece)
    # Indices are intp, as NumPy wants them (32 bits in a browser); these keys may need 64 bits.
    block = owner.astype(np.int64) * (int(edges[:2].max()) + 1)
    order = np.argsort(block + start, kind="stable")
    block, owner, start, end, side = (a[order] for a in (block, owner, start, end, side))
    key = block + start
    after = np.searchsorted(key, block + end)
    first = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=pieces))])
    rank, simple = _ranks(after, first)
    simple &= np.bincount(owner[1:][key[1:] == key[:-1]], minlength=pieces) == 0
    place = first[owner] + rank
    corner, leaving = np.empty_like(start), np.empty_like(side)
    corner[place], leaving[place] = start, side
    return Cycles(first, corner, leaving, simple)


def _half_edges(edges: Array, piece: Array) -> tuple[Array, Array, Array, Array]:
    """(piece, from, to, side) with the piece on the left, for the edges between two pieces."""
    lookup = np.append(piece, -1)  # the last entry answers for the outside
    start, end, left, right, side = edges
    left, right = lookup[left], lookup[right]
    ahead, back = (
        np.flatnonzero((left != right) & (left >= 0)),
        np.flatnonzero((left != right) & (right >= 0)),
    )
    join = np.concatenate
    return (
        join([left[ahead], right[back]]).astype(np.intp),
        join([start[ahead], end[back]]).astype(np.intp),
        join([end[ahead], start[back]]).astype(np.intp),
        join([side[ahead], side[back]]),
    )


def _ranks(after: Array, first: Array) -> tuple[Array, Array]:
    """The place of each half-edge on its boundary, walking all boundaries at once."""
    rank = np.full(len(after), -1)
    size, at = np.diff(first), first[:-1].copy()
    walking = np.arange(len(size))
    for step in range(int(size.max(initial=0))):
        walking = walking[size[walking] > step]
        fresh = rank[at[walking]] < 0
        walking = walking[fresh]
        rank[at[walking]] = step
        at[walking] = after[at[walking]]
    missed = np.flatnonzero(rank < 0)  # on a second loop, or behind a vertex met twice
    owner = np.repeat(np.arange(len(size)), size)
    simple = np.bincount(owner[missed], minlength=len(size)) == 0
    for i in np.flatnonzero(~simple):
        rank[first[i] : first[i + 1]] = np.arange(size[i])
    return rank, simple
