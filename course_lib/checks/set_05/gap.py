"""Task 5: how close any depth can come to an up-down-up zigzag, and what comes so close."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import NotYet
from course_lib.checks.set_05.records import spiked
from course_lib.checks.set_05.shared import (
    Fault,
    Lines,
    Rules,
    first_hint,
    listed,
    no_fault,
    said,
)

__all__ = ["nearby", "sup_gap"]


def _gaps(heights: Sequence[Any]) -> tuple[Any, Any, Any]:
    """Start to dip, the little swing, top to end of an up-down-up zigzag."""
    p, q, r, s = heights
    return r - p, q - r, s - q


def _gap(heights: Sequence[Any]) -> Any:
    """The greatest lower bound of sup |R - z|.

    If |R - z| < min(r - p, q - r, s - q)/2, the knots are an S of R, which the lemma forbids. For
    each of the three, moving its two heights to their mean breaks the S and can be drawn.
    """
    return min(_gaps(heights)) / 2


def _swings(rng: np.random.Generator) -> list[list[Fraction]]:
    """Up-down-up zigzags; each of the three gaps is once or twice the least."""
    cases = []
    for least in (1, 0, 2, int(rng.integers(3))):
        sizes = [int(n) for n in rng.integers(4, 9, 3)]
        sizes[least] = int(rng.integers(1, 4))
        low, dip, top, high = np.cumsum([int(rng.integers(-3, 4)), *sizes]).tolist()
        cases.append([Fraction(height, 10) for height in (low, top, dip, high)])
    return cases


# fmt: off
WRONG_GAPS: Rules = (
    (lambda g: g[1] / 2,
     "That is the distance from the rising lines. Is closing the little swing always the cheapest "
     "way out?"),
    (lambda g: g[1],
     "Both ends of the little swing may move, each of them by half; and is it always cheapest to "
     "close it?"),
    (min, "Two heights may move towards each other, each of them by half."),
    (lambda g: min(g[0], g[1]) / 2,
     "You read it from left to right only. Turned around, a network is a network again."),
    (lambda g: min(g[1], g[2]) / 2,
     "What if the dip goes down as low as the start?"),
    (lambda g: min(g[0], g[2]) / 2,
     "There is a third way: no turn at all, a line that rises."),
    (lambda g: max(g) / 2,
     "The network takes the cheapest way out, not the dearest."),
    (lambda g: Fraction(1, 10), "0.1 belongs to the heights 0, 0.6, 0.4, 1."),
    (lambda g: sum(g) / 10, "A tenth of the whole height: that belongs to 0, 0.6, 0.4, 1."),
)
# fmt: on


@exercise(
    "05.sup_gap",
    "How close any depth can come",
    hints=(
        "The lemma of the appendix: no network has an S. An S is three inequalities.",
        "|R − z| < g keeps an inequality if g is at most half of some difference of heights. Which "
        "difference, for each of the three?",
        "Where an inequality may be broken, move its two heights towards each other until they "
        "tie: is what you get drawable, from the left or from the right?",
    ),
)
def sup_gap(answer: Answer, draw: Instances) -> Lines:
    """The greatest lower bound of sup |R − z| over all depths; lesson 05, section 3, stretch 2."""
    cases = _swings(draw.rng)
    found = [read.fraction(answer(heights), "the gap") for heights in cases]
    hint = first_hint((hint, found == [rule(_gaps(h)) for h in cases]) for rule, hint in WRONG_GAPS)
    pairs = list(zip(cases, found, strict=True))
    yield no_fault(
        "No network comes closer than the gap.",
        (
            (f"For {listed(h)} you return {said(g)}. Some networks are nearer than that.", hint)
            for h, g in pairs
            if g > _gap(h)
        ),
    )
    yield no_fault(
        "There are networks as close to the gap as you like.",
        (
            (f"For {listed(h)} you return {said(g)}. No network comes as close as that.", hint)
            for h, g in pairs
            if g < _gap(h)
        ),
    )


@exercise(
    "05.nearby",
    "The nearest zigzag that can be drawn",
    hints=(
        "A zigzag is drawn exactly if all its turns are records when it is read from the left, or "
        "all of them when it is read from the right.",
        "Three ways out: close the little swing, dip as low as the start, or let the first top be "
        "as high as the end. Compare their costs.",
        "Two heights move towards each other, half of their difference each. delta takes care of a "
        "piece that would be flat.",
    ),
)
def nearby(answer: Answer, draw: Instances) -> Lines:
    """A drawable zigzag within gap + delta of a given one; lesson 05, section 3 and appendix."""
    rng = draw.rng
    cases = [(heights, Fraction(1, int(rng.choice([50, 100, 200])))) for heights in _swings(rng)]
    found = [_read_heights(answer(heights, delta)) for heights, delta in cases]
    yield no_fault("No piece is flat.", _flat_faults(cases, found))
    yield no_fault(
        "All turns are records: all of them read from the left, or all read from the right.",
        _record_faults(cases, found),
    )
    yield no_fault("No height moves farther than the gap and delta.", _far_faults(cases, found))


def _read_heights(value: Any) -> list[Fraction]:
    if not isinstance(value, list | tuple) or len(value) != 4:
        raise NotYet("The result is a list of four heights.", f"You returned {read.shown(value)}.")
    return [read.fraction(height, "a height") for height in value]


def _flat_faults(cases: list[Any], found: list[Any]) -> Iterator[Fault]:
    for (heights, _), mine in zip(cases, found, strict=True):
        if any(left == right for left, right in pairwise(mine)):
            yield (
                f"For {listed(heights)} you return {listed(mine)}. What a block has made flat no "
                "later block can bend again.",
                "delta is there to be spent: tilt the flat piece a little.",
            )


def _record_faults(cases: list[Any], found: list[Any]) -> Iterator[Fault]:
    for (heights, _), mine in zip(cases, found, strict=True):
        if spiked(mine) and spiked(mine[::-1]):
            left, right = spiked(mine)[0], 3 - spiked(mine[::-1])[0]
            yield (
                f"For {listed(heights)} you return {listed(mine)}. Read from the left the turn at "
                f"knot {left} is no record, read from the right the turn at knot {right} is none.",
                "That is the zigzag itself. An S is three inequalities; one of them has to break."
                if mine == heights
                else "All three inequalities of an S still hold. Break one, at least by a tie.",
            )


def _far_faults(cases: list[Any], found: list[Any]) -> Iterator[Fault]:
    for (heights, delta), mine in zip(cases, found, strict=True):
        moves = [abs(old - new) for old, new in zip(heights, mine, strict=True)]
        if max(moves) > _gap(heights) + delta:
            yield (
                f"For {listed(heights)} and delta = {delta} you return {listed(mine)}, which moves "
                f"a height by {said(max(moves))}. Some drawable zigzag is nearer.",
                _far_hint(heights, delta, mine, moves),
            )


def _far_hint(heights: Any, delta: Fraction, mine: Any, moves: list[Fraction]) -> str:
    gap = _gap(heights)
    return first_hint(
        (
            (
                "You move one height all the way. Let two heights meet half-way.",
                sum(move > 0 for move in moves) == 1,
            ),
            (
                "You close the little swing. Here another way out is cheaper.",
                mine[1] < mine[2] and gap < _gaps(heights)[1] / 2,
            ),
            ("The tilt takes more than delta.", max(moves) <= gap + 3 * delta),
        ),
        "This can be drawn, but it isn't the cheapest of the three ways out.",
    )
