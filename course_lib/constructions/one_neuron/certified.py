"""What a compiled network does to its grid values, in rationals: every rounding included."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from course_lib.arguments import counted, read_list, read_number
from course_lib.constructions.line import Polyline, graph_along, l1_distance
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import ExactOneNeuronResNet, dot, freeze, identity, read
from course_lib.networks import OneNeuronResNet
from course_lib.networks.reading import read_array
from course_lib.regions.boxes import read_box

__all__ = ["certified_error"]

Range = tuple[Fraction, Fraction]
ROOM = Fraction(1001, 1000)  # rounding may have moved a ramp a little


def certified_error(
    net: OneNeuronResNet,
    values: ArrayLike,
    box: tuple[tuple[float, float], ...],
    *,
    ramp: float = 1e-3,
) -> Fraction:
    """Bound, in rationals, the mean of |net - strips| over the box for a network compiled for it.

    ``strips`` is what ``approximate(values, box)`` aims at: constant across each strip of the grid,
    linear along it. Off the ramps a strip's network depends on x_d alone, which is checked, so the
    mean there follows exactly from the corners of one graph. What the ramps may cost is added. Time
    grows with strips times blocks: for small grids.

    Args:
        net: ``approximate(values, box, ramp=ramp)``, d >= 2.
        values: what it was compiled from, shape (n_1, ..., n_(d-1), n_d + 1).
        box: d pairs (low, high).
        ramp: as passed to ``approximate``.

    Returns:
        the bound; it is about the stored weights, not about the rounded forward pass.

    Raises:
        ShapeError: values or box of another dimension than the network's.
        InvalidInputError: a network that may change across a strip: compiled for something else.

    >>> from course_lib.constructions.one_neuron import approximate
    >>> values, box = [[0.0, 1.0], [2.0, -1.0]], ((-1, 1), (-1, 1))
    >>> float(certified_error(approximate(values, box), values, box)) <= 0.0031
    True
    """
    array, frozen = read_array("values", values).astype(np.float64), freeze(net)
    dim = frozen.dim
    sides = read_list("box", box, of="pairs (low, high)")
    ramp = read_number("ramp", ramp, above=0, below=0.5)
    if array.size == 0 or not np.isfinite(array).all():
        raise InvalidInputError("values must be finite, and not empty. Pass those of sample_grid.")
    if array.ndim != dim or len(sides) != dim or dim < 2:
        raise ShapeError(
            f"The network has {counted(dim, 'input')}, the values "
            f"{counted(array.ndim, 'axis/axes')}, the box {len(sides)} "
            "pairs. Pass values and box of the network's dimension, 2 or more."
        )
    if not isinstance(frozen, ExactOneNeuronResNet):
        raise InvalidInputError("certified_error reads one-neuron ResNets, as approximate makes.")
    corners = list(read_box(sides, dim))
    total = Fraction(0)
    for index in np.ndindex(array.shape[:-1]):
        tread = _tread(index, array.shape, corners, read(ramp))
        if not _constant_across(frozen, tread):
            raise InvalidInputError(
                f"The network may change across strip {index}. Pass the values, box and ramp that "
                "it was compiled from, with domain='box'."
            )
        start = [low for low, _ in tread]
        one = graph_along(frozen, (*start, corners[-1][0]), (*start, corners[-1][1]))
        nodes = [Fraction(k, array.shape[-1] - 1) for k in range(array.shape[-1])]
        target = Polyline(tuple(nodes), tuple(map(read, array[index])))
        total += l1_distance(one, target, (0, 1))
    spread = read(max(array.max(), 0.0)) - read(min(array.min(), 0.0))
    # n strips have n - 1 edges; so many that ROOM shows would take days
    ramps = sum(max(Fraction(1), ROOM * Fraction(n - 1, n)) for n in array.shape[:-1]) * read(ramp)
    return total / math.prod(array.shape[:-1]) + ramps * spread


def _tread(
    index: tuple[int, ...], shape: tuple[int, ...], corners: list[Range], ramp: Fraction
) -> list[Range]:
    """A strip without its ramps: a range for every coordinate but the last."""
    share = ramp * ROOM / 2
    tread = []
    for i, count, (low, high) in zip(index, shape[:-1], corners[:-1], strict=True):
        start = i + share if i else Fraction(0)  # the box has no ramp at its sides
        stop = i + 1 - share if i + 1 < count else Fraction(count)
        cell = (high - low) / count
        tread.append((low + start * cell, low + stop * cell))
    return tread


def _constant_across(net: ExactOneNeuronResNet, tread: list[Range]) -> bool:
    """Is the network constant in the first d - 1 coordinates on a tread, whatever x_d is?

    Follows the derivative of the state with respect to them. A block either reads none of them, or
    one that is still as it came in and whose range keeps the block on or off.
    """
    D = [list(row[:-1]) for row in identity(net.dim)]
    written: set[int] = set()
    for u, w, b in zip(net.u, net.w, net.b, strict=True):
        change = [dot(w, column) for column in zip(*D, strict=True)]
        if any(change):
            i, *others = (k for k, weight in enumerate(w) if weight)
            if others or i in written:
                return False
            ends = [w[i] * end + b for end in tread[i]]
            if min(ends) < 0 < max(ends):
                return False
            if max(ends) > 0:
                D = [
                    [p + q * r for p, r in zip(row, change, strict=True)]
                    for row, q in zip(D, u, strict=True)
                ]
        written |= {k for k, weight in enumerate(u) if weight}
    return not any(dot(net.a, column) for column in zip(*D, strict=True))
