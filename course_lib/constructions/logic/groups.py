"""The circuits between wide and deep: rules in groups, parallel inside, in series from one to next.

Group t is measured in layer t, its rules are fired in layer t + 1, and n takes them off in layer
t + 2; so three groups are at work at once. A layer holds, in this order, the point x - low as long
as a later group asks for it, the misses of one group, the rules a_i of the group before, and n.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["grouped_layers"]

Array = NDArray[np.float64]
Layer = tuple[Array, Array]


@dataclass(frozen=True, eq=False)
class _Group:
    """Facet scores W x + b of a few rules, and which of them, (rules, facets), belong to which."""

    W: Array
    b: Array
    belongs: Array


def grouped_layers(W: Array, b: Array, sizes: Sequence[int], low: Array, size: int) -> list[Layer]:
    """The layers of ``union(rules, epsilon, group=size)``.

    Args:
        W: the facets' weights over epsilon, (F, d), one rule after the other.
        b: their offsets, (F,).
        sizes: how many facets each rule has.
        low: a corner, (d,), beyond which no rule goes; relu cuts x - low off there, unnoticed.
        size: how many rules make a group; the last may be smaller.
    """
    groups = _groups(W, b, sizes, size)
    count, d = len(groups), len(low)
    return [_layer(groups, t, low, d) for t in range(1, count + 3)] + [
        (-np.ones((1, 1)), np.ones(1))
    ]


def _groups(W: Array, b: Array, sizes: Sequence[int], size: int) -> list[_Group]:
    owner = np.repeat(np.arange(len(sizes)), np.array(sizes, dtype=np.intp))
    found = []
    for first in range(0, len(sizes), size):
        members = np.arange(first, min(first + size, len(sizes)))
        rows = np.isin(owner, members)
        belongs = (owner[rows] == members[:, None]).astype(float)
        found.append(_Group(W[rows], b[rows], belongs))
    return found


def _layer(groups: list[_Group], t: int, low: Array, d: int) -> Layer:
    """Layer t, from 1 to G + 2: what each of its parts reads from the parts below."""
    below, here = _parts(groups, t - 1, d), _parts(groups, t, d)
    V = np.zeros((sum(here.values()), sum(below.values())))
    c = np.zeros(len(V))
    rows, columns = _places(here), _places(below)
    if here["x"]:
        V[rows["x"], columns["x"]] = np.eye(d)
        c[rows["x"]] = -low if t == 1 else 0
    if here["misses"]:
        group = groups[t - 1]
        V[rows["misses"], columns["x"]] = -group.W
        # 1 - score, rewritten in x - low from the second layer on: exact, thanks to the grid
        c[rows["misses"]] = 1 - group.b - (0 if t == 1 else group.W @ low)
    if here["fired"]:
        V[rows["fired"], columns["misses"]] = -groups[t - 2].belongs
        c[rows["fired"]] = 1
    if here["n"]:
        V[rows["n"], columns["fired"]] = -1
        V[rows["n"], columns["n"]] = 1
        c[rows["n"]] = 0 if below["n"] else 1  # n begins with 1, when the first group comes off
    return V, c


def _parts(groups: list[_Group], t: int, d: int) -> dict[str, int]:
    """How many numbers layer t holds of each kind; layer 0 is the point itself."""
    count = len(groups)
    return {
        "x": d if t < count else 0,
        "misses": len(groups[t - 1].b) if 1 <= t <= count else 0,
        "fired": len(groups[t - 2].belongs) if 2 <= t <= count + 1 else 0,
        "n": int(t >= 3),
    }


def _places(parts: dict[str, int]) -> dict[str, slice]:
    ends = np.cumsum([0, *parts.values()]).tolist()
    return {name: slice(ends[i], ends[i + 1]) for i, name in enumerate(parts)}
