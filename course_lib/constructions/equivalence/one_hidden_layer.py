"""Is a network on a box one hidden layer in disguise? Exactly, with the crease that forbids it."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from course_lib.exact import ExactNetwork, HalfSpace, Vector, freeze, kernel_vector, rank
from course_lib.networks import Network
from course_lib.regions import Piece, activation_regions
from course_lib.regions.boxes import read_box

__all__ = ["FlatnessVerdict", "is_one_hidden_layer"]


@dataclass(frozen=True)
class FlatnessVerdict:
    """Truthy when one hidden layer is enough; ``reason`` says why, or why not.

    Args:
        accepted: the answer.
        reason: in words.
        hyperplane: where the answer is no, one along which the gradient does not jump evenly.
    """

    accepted: bool
    reason: str
    hyperplane: HalfSpace | None = None

    def __bool__(self) -> bool:
        return self.accepted


def is_one_hidden_layer(
    net: Network | ExactNetwork, box: Sequence[tuple[Any, Any]]
) -> FlatnessVerdict:
    """Whether a network equals one with a single hidden layer on a box; decided in fractions.

    A neuron a·relu(w·x + b) bends f by the same jump of the gradient along its whole hyperplane,
    and such neurons can give any such jumps. So f is one hidden layer on the box if and only if
    every crease carries one constant jump along its whole hyperplane, nowhere stopping.

    Args:
        net: any network on R^D.
        box: D pairs (low, high).

    Returns:
        a verdict; where it is no, with the hyperplane of an uneven crease.

    Raises:
        ShapeError: a box of another dimension.
        InvalidInputError: an empty box.

    >>> from course_lib.networks import FullyConnected
    >>> W, b = [[1.0, 0.0], [-1.0, 1.0]], [0.0, 0.0]          # relu(x), relu(y - x)
    >>> tent = FullyConnected.from_layers([(W, b), ([1.0, 1.0], 0.0)])
    >>> print(is_one_hidden_layer(tent, ((-1, 1), (-1, 1))).reason)
    Each of the 2 creases bends f by the same jump along its whole hyperplane.
    """
    frozen = freeze(net)
    regions = list(activation_regions(frozen, read_box(box, frozen.dim), exact=True))
    jumps: dict[HalfSpace, set[Vector]] = defaultdict(set)
    for a, b, wall in _walls(regions):
        jumps[wall].add(_jump(a, b, wall))
    creases = {wall: jump for wall, jump in jumps.items() if any(map(any, jump))}
    for wall, jump in creases.items():
        if len(jump) > 1 or any(_is_cut(region, wall) for region in regions):
            return FlatnessVerdict(False, _why_not(wall, jump), wall)
    if not creases:
        return FlatnessVerdict(True, "f has no crease on the box: it is affine there.")
    each = f"Each of the {len(creases)} creases" if len(creases) > 1 else "The only crease"
    return FlatnessVerdict(True, f"{each} bends f by the same jump along its whole hyperplane.")


def _walls(regions: Sequence[Piece]) -> Iterator[tuple[Piece, Piece, HalfSpace]]:
    """The pairs of regions that share a facet, with its hyperplane.

    Activation regions meet face to face, so the corners of a shared facet are corners of both.
    """
    at: dict[Vector, list[int]] = defaultdict(list)
    for i, region in enumerate(regions):
        for vertex in region.vertices:
            at[tuple(vertex)].append(i)
    common: dict[tuple[int, int], list[Vector]] = defaultdict(list)
    for vertex, members in at.items():
        for pair in itertools.combinations(members, 2):
            common[pair].append((*vertex, Fraction(1)))
    for (i, j), rows in common.items():
        if len(rows) >= len(rows[0]) - 1 and rank(rows) == len(rows[0]) - 1:
            plane = kernel_vector(rows)
            assert plane is not None
            scale = next(entry for entry in plane if entry)
            *normal, offset = (entry / scale for entry in plane)
            yield regions[i], regions[j], HalfSpace(tuple(normal), offset)


def _jump(a: Piece, b: Piece, wall: HalfSpace) -> Vector:
    """The gradient on the positive side of the wall minus that on the other side."""
    if wall.height(a.interior_point) < 0:
        a, b = b, a
    return tuple(x - y for x, y in zip(a.gradient, b.gradient, strict=True))


def _is_cut(region: Piece, wall: HalfSpace) -> bool:
    heights = [wall.height(vertex) for vertex in region.vertices]
    return min(heights) < 0 < max(heights)


def _why_not(wall: HalfSpace, jumps: set[Vector]) -> str:
    terms = [f"{float(w):+.4g}·x{k}" for k, w in enumerate(wall.normal, 1) if w]
    where = f"Along {' '.join(terms)} {float(wall.offset):+.4g} = 0"
    if len(jumps) == 1 or (Fraction(0),) * len(wall.normal) in jumps:
        return (
            f"{where} f bends on one part and goes straight on over another; a neuron bends it all."
        )
    return f"{where} f bends by different jumps; a neuron bends it by the same jump all along."
