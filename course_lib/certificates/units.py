"""A network unit by unit: what each reads from the input, and what from the units before it.

Unit k has the pre-activation z_k = w_k·x + b_k + sum of c_kj relu(z_j) over earlier units j; the
readout is the last of them. A block that reads w and comes after one that writes u has the link
c = w·u; a layer has links to the layer before it. So both families have one form, in which the
proof of a sign has short numbers (:mod:`~course_lib.certificates.duals`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from course_lib.certificates.cones import IntVector
from course_lib.certificates.records import PlainNetwork
from course_lib.exact.linear import dot, inverse, to_integers

__all__ = ["Unit", "UnitNetwork"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Unit:
    """One unit in whole numbers.

    Args:
        row: (w, b), times the network's scale.
        onward: the number of the first unit that reads this one.
        links: c of that unit and of those after it, times the network's link scale.
    """

    row: IntVector
    onward: int
    links: IntVector


@dataclass(frozen=True)
class UnitNetwork:
    """All units in their order, the readout last; and the same numbers rounded.

    Args:
        dim: d, the number of inputs.
        units: whole numbers, over ``scale`` (rows) and ``link_scale`` (links).
        inverse: rows of whole numbers, over ``determinant`` > 0: the inverse of the first d units'
            rows w, as they are in ``units``.
        rows: (w, b) of each unit as floats, shape (units, d + 1).
        links: c_kj as floats, shape (units, units).
    """

    dim: int
    units: tuple[Unit, ...]
    scale: int
    link_scale: int
    inverse: tuple[IntVector, ...]
    determinant: int
    rows: Array
    links: Array

    @classmethod
    def of(cls, net: PlainNetwork) -> UnitNetwork | None:
        """The same function; None if its first d units do not read d independent directions.

        Raises:
            OverflowError: a weight that no float can hold.
        """
        blocks = bool(net.layers) and net.layers[0][2] is not None
        rows, onward = _blocks(net) if blocks else _layers(net)
        whole, scale = _over_one_scale(rows)
        links, link_scale = _over_one_scale([c for _, c in onward])
        units = tuple(Unit(w, k, c) for w, (k, _), c in zip(whole, onward, links, strict=True))
        first = [tuple(map(Fraction, w[:-1])) for w in whole[: net.dim]]
        undone = inverse(first) if len(units) > net.dim else None
        if undone is None:
            return None
        adjugate, determinant = _over_one_scale(undone)
        exact = (net.dim, units, scale, link_scale, tuple(adjugate), determinant)
        return cls(*exact, _rounded(rows), _links(onward))


Onward = tuple[int, tuple[Fraction, ...]]  # the first unit that reads this one, and the links


def _blocks(net: PlainNetwork) -> tuple[list[Sequence[Fraction]], list[Onward]]:
    """Each block reads the input, and what every block before it wrote."""
    reads = [W[0] for W, _, _ in net.layers] + [net.readout[0]]
    offsets = [b[0] for _, b, _ in net.layers] + [net.readout[1]]
    writes = [u for _, _, u in net.layers if u is not None]
    onward = [(k, tuple(dot(w, u) for w in reads[k:])) for k, u in enumerate(writes, 1)]
    rows: list[Sequence[Fraction]] = [(*w, b) for w, b in zip(reads, offsets, strict=True)]
    return rows, [*onward, (len(reads), ())]


def _layers(net: PlainNetwork) -> tuple[list[Sequence[Fraction]], list[Onward]]:
    """The first layer reads the input, each other one the layer before it."""
    a, c = net.readout
    layers = [*((W, b) for W, b, _ in net.layers), ((a,), (c,))]
    unread = (Fraction(0),) * net.dim
    rows: list[Sequence[Fraction]] = []
    onward: list[Onward] = []
    for number, (W, b) in enumerate(layers):
        rows += [(*(unread if number else w), e) for w, e in zip(W, b, strict=True)]
        if number:
            onward += [(len(rows) - len(W), column) for column in zip(*W, strict=True)]
    return rows, [*onward, (len(rows), ())]


def _over_one_scale(rows: Sequence[Sequence[Fraction]]) -> tuple[list[IntVector], int]:
    entries, scale = to_integers([entry for row in rows for entry in row])
    whole = iter(entries)
    return [tuple(next(whole) for _ in row) for row in rows], scale


def _rounded(rows: Iterable[Sequence[Fraction]]) -> Array:
    return np.array([[float(entry) for entry in row] for row in rows])


def _links(onward: Sequence[Onward]) -> Array:
    links = np.zeros((len(onward), len(onward)))
    for j, (first, column) in enumerate(onward):
        links[first : first + len(column), j] = [float(c) for c in column]
    return links
