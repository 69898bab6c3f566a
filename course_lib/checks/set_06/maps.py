"""Task 7: a network of width d + 1 with more affine maps than any ResNet of its depth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import course_lib.checks.read as read
from course_lib.arguments import counted
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import expect
from course_lib.checks.set_06.shared import Checked
from course_lib.networks import FullyConnected
from course_lib.regions import activation_regions, linear_pieces

__all__ = ["not_a_resnet"]

SQUARE = ((-1.0, 1.0), (-1.0, 1.0))


@exercise(
    "06.not_a_resnet",
    "A network of width d + 1 that no ResNet equals",
    hints=(
        "Where two neurons of one layer have different kinks, it does more than a block can.",
        "With one layer, two crossing kinks give four affine maps. Against depth you need growth: "
        "how many slopes can one layer of three neurons make out of one?",
        "A zigzag with three strokes, fed into itself: each layer folds the interval in three.",
    ),
)
def not_a_resnet(answer: Answer, draw: Instances) -> Checked:
    """Width 3 with more affine maps than 2^L; the count is exact. Lesson 06, section 4."""
    rng = draw.rng
    for depth in (1, 2, int(rng.integers(3, 5))):
        found = read.network(answer(depth), 2, FullyConnected)
        widest = max(found.widths, default=0)
        yield expect(
            found.depth == depth and widest <= 3,
            "It has as many hidden layers as asked for, of at most 3 neurons.",
            but=f"For depth {depth} yours has {found.depth}; the widest has "
            f"{counted(widest, 'neuron')}.",
            hint="Every network of some size beats a smaller one. The claim is about width d + 1, "
            "with one layer for each block.",
        )
        count = _maps(linear_pieces(found, SQUARE, exact=True))
        enough = count > 2**depth
        yield expect(
            enough,
            "On [-1, 1]² it uses more than 2^depth affine maps.",
            but=f"For depth {depth} your network uses {count} affine "
            f"{'map' if count == 1 else 'maps'} there; some ResNet may have {2**depth}.",
            hint="" if enough else _too_few(found, depth, count),
        )


def _maps(pieces: Sequence[Any]) -> int:
    return len({(piece.gradient, piece.offset) for piece in pieces})


def _too_few(net: FullyConnected, depth: int, count: int) -> str:
    wide = tuple((1000 * low, 1000 * high) for low, high in SQUARE)
    if _maps(linear_pieces(net, wide, exact=True)) > 2**depth:
        return "Outside the square it has enough. Which kinks miss [-1, 1]²?"
    regions = len(activation_regions(net, SQUARE, exact=True))
    if regions > count:
        return (
            "It has more activation regions there than affine maps: regions with the same map "
            "count once. Which kinks cancel, or which maps come back?"
        )
    if depth > 1 and count > 2:
        return "Enough for fewer layers. What can layer 2 do to all pieces of layer 1 at once?"
    return "Switch your neurons on at different places inside the square."
