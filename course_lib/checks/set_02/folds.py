"""When a fold doubles the pieces of a line, and when it does not."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line
from course_lib.checks.set_02.shared import (
    Case,
    compared,
    listed,
    plural,
    said,
)

__all__ = ["sheets"]

Fold = tuple[str, int]  # which side moves, and where the crease lies
Sheet = tuple[float, float]  # where one layer of the folded line begins and ends


@exercise(
    "02.sheets",
    "Pieces of a line after some folds",
    hints=(
        "Keep a list of the layers of the folded line, each with the interval that it covers now. "
        "At the start there is one layer, from -∞ to ∞.",
        "A crease cuts the layers that contain it in their inside, and no others. A layer on the "
        "moving side is mirrored as a whole.",
        "The places of later creases are places on the *folded* line. After ('right', 0) nothing "
        "lies to the right of 0 any more.",
    ),
)
def sheets(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Linear pieces of a chain of mirrors on the line (sections 1 and 6: when a fold doubles)."""
    rng = draw.rng
    drawn = [_folds(rng, count) for count in (4, 5, 6)]
    given: list[list[Fold]] = [
        [("right", 0)],
        [("right", 0), ("left", -2)],
        [("right", 0), ("left", -2), ("right", -1)],
    ]
    off: list[list[Fold]] = [[("left", 1), ("right", -1)], [("right", 2), ("left", 2)], []]
    groups = {
        "Folds that double every time are right.": given,
        "A crease off the paper, or along its edge, cuts nothing.": off,
        "A crease cuts the layers that it meets, and only those.": drawn,
    }
    found = {
        says: [_counted(folds, read.whole(answer(folds))) for folds in group]
        for says, group in groups.items()
    }
    general = "Keep each layer as an interval, and cut it where the crease lies inside."
    for says, cases in found.items():
        yield compared(says, cases, general, among=[*itertools.chain(*found.values())])


def _folds(rng: np.random.Generator, count: int) -> list[Fold]:
    """Folds of which some, but not all, double the number of pieces."""
    while True:
        sides = rng.choice(["left", "right"], count)
        folds = [
            (str(side), int(place))
            for side, place in zip(sides, rng.integers(-6, 7, count), strict=True)
        ]
        pieces = len(_layers(folds))
        wrong = {2 * count, len(_layers(_turned(folds))), len({place for _, place in folds}) + 1}
        if count + 1 < pieces < 2**count and pieces not in wrong:
            return folds


def _turned(folds: Sequence[Fold]) -> list[Fold]:
    """The same creases, with the other side moving."""
    return [("left" if side == "right" else "right", place) for side, place in folds]


def _layers(folds: Sequence[Fold], *, reach: float = math.inf, closed: bool = False) -> list[Sheet]:
    """The layers of the line, or of [-reach, reach], after the folds.

    Args:
        folds: which side moves, and where the crease lies.
        reach: where the paper ends, if it does.
        closed: whether a crease along the edge of a layer counts as a cut.
    """
    layers = [(-reach, reach)]
    for side, place in folds:
        layers = [part for layer in layers for part in _folded(layer, side, place, closed)]
    return layers


def _folded(layer: Sheet, side: str, place: float, closed: bool) -> list[Sheet]:
    low, high = layer
    cut = low <= place <= high if closed else low < place < high
    parts = [(low, place), (place, high)] if cut else [layer]
    return [
        (2 * place - b, 2 * place - a) if (b > place if side == "right" else a < place) else (a, b)
        for a, b in parts
    ]


def _slips_of_folds(folds: Sequence[Fold]) -> list[tuple[int, str]]:
    pieces, count = len(_layers(folds)), len(folds)
    return [
        (
            2**count,
            "A fold doubles the pieces only if its crease cuts every layer. Where are the layers "
            "when this crease is made?",
        ),
        (count + 1, "One crease cuts all the layers that it runs through, not only one."),
        (
            len({place for _, place in folds}) + 1,
            "A later crease is a place on the folded line. Unfolded, it may show in several "
            "places, or in none.",
        ),
        (pieces - 1, "Kinks separate pieces: there is one piece more than there are kinks."),
        (
            len(_layers(folds, closed=True)),
            "A crease along the edge of a layer cuts nothing: the layer lies on one side of it.",
        ),
        (len(_layers(_turned(folds))), "The side that is named is the one that moves."),
        (2 * count, "Side by side, pieces add; folded, the layers multiply."),
        *(
            (
                len(_layers(folds, reach=reach)),
                "You look at a part of the line. Far out it has pieces, too: take a wider box.",
            )
            for reach in (5, 8, 10, 12, 15, 20)
        ),
    ]


def _counted(folds: list[Fold], count: int) -> Case:
    told = f"Before the last fold the line has {plural(len(_layers(folds[:-1])), 'layer')}. "
    but = (
        f"For {listed(folds)} you return {said(count)}. {told if folds else ''}Draw the folded "
        "line and ask which layers each crease cuts."
    )
    return Case(count, len(_layers(folds)), but, _slips_of_folds(folds))
