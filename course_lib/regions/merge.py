"""Which faces of a planar map form one convex piece: join faces across seams that do not matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

import numpy as np

from course_lib.regions.cycles import Cycles, boundary_cycles

__all__ = ["connected", "convex_groups"]

Array = np.ndarray
Convex = Callable[[Cycles], Array]


def connected(count: int, pairs: Array) -> Array:
    """Label 0 ... count - 1 so that the two ends of each pair, shape (n, 2), share a label."""
    label = np.arange(count)
    while len(pairs):
        low = np.minimum(label[pairs[:, 0]], label[pairs[:, 1]])
        np.minimum.at(label, label[pairs[:, 0]], low)
        np.minimum.at(label, label[pairs[:, 1]], low)
        while (label[label] != label).any():
            label = label[label]
        pairs = pairs[label[pairs[:, 0]] != label[pairs[:, 1]]]
    return np.unique(label, return_inverse=True)[1]


def convex_groups(edges: Array, faces: int, seams: Array, convex: Convex) -> Array:
    """Group faces across ``seams`` (edges to remove) as far as the unions stay convex.

    Faces that hang together by seams become one group if their union is convex. Otherwise they are
    joined two at a time while that keeps the union convex; the result is then one of several
    possible coarsenings.

    Args:
        edges: rows start, end, left face, right face, side.
        faces: how many faces there are.
        seams: the edges that may go, as a boolean mask.
        convex: which pieces of given boundaries are convex.

    Returns:
        The group of each face, shape (faces,), numbered 0, 1, ...
    """
    group = connected(faces, edges[2:4, seams].T)
    good = _acceptable(edges, group, convex)
    label = np.where(good[group], group, faces + np.arange(faces))
    rest = np.flatnonzero(seams & ~good[group[edges[2]]])
    _join_pairs(edges, label, rest, convex)
    return np.unique(label, return_inverse=True)[1]


def _acceptable(edges: Array, group: Array, convex: Convex) -> Array:
    """Groups of one face are convex as they are; the others are looked at."""
    good = np.bincount(group) == 1
    several = np.flatnonzero(~good)
    if len(several):
        number = np.full(len(good), -1)
        number[several] = np.arange(len(several))
        cycles = boundary_cycles(edges, number[group], len(several))
        good[several] = cycles.simple & convex(cycles)
    return good


def _join_pairs(edges: Array, label: Array, rest: Iterable[int], convex: Convex) -> None:
    """Join the groups on the two sides of the seams in ``rest`` while a convex union results."""
    around: dict[int, set[int]] = defaultdict(set)  # the edges on the boundary of each group
    members: dict[int, list[int]] = defaultdict(list)
    touched = {int(face) for e in rest for face in edges[2:4, e]}
    for e in np.flatnonzero(np.isin(edges[2], list(touched)) | np.isin(edges[3], list(touched))):
        for side in edges[2:4, e].tolist():
            if side in touched:
                around[int(label[side])].add(int(e))
    for face in touched:
        members[int(label[face])].append(face)
    waiting = [int(e) for e in rest]
    while True:
        joined = False
        for seam in waiting:
            a, b = (int(label[face]) for face in edges[2:4, seam])
            if a == b or not _union_is_convex(edges, label, around[a] ^ around[b], (a, b), convex):
                continue
            around[a] ^= around.pop(b)
            members[a] += members.pop(b)
            label[members[a]] = a
            joined = True
        if not joined:
            return


def _union_is_convex(
    edges: Array, label: Array, rim: set[int], union: tuple[int, int], convex: Convex
) -> bool:
    part = edges[:, sorted(rim)].copy()
    for row in (2, 3):
        inside = part[row] >= 0
        inside[inside] = np.isin(label[part[row][inside]], union)
        part[row] = np.where(inside, 0, -1)
    cycles = boundary_cycles(part, np.zeros(1, dtype=np.intp), 1)
    return bool(cycles.simple[0] and convex(cycles)[0])
