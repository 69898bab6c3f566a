"""Task 1: which turns of a zigzag are records, and what the zigzag costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import NotYet
from course_lib.checks.set_05.shared import Fault, Lines, Rules, first_hint, no_fault

__all__ = ["price", "spiked"]


def spiked(heights: Sequence[Any]) -> list[int]:
    """The knots of a zigzag's turns that are no record, read from the left.

    >>> spiked([0, 6, 4, 10]), spiked([0, 1, -1, 2])
    ([2], [])
    """
    return [k for k in _turns(heights) if not _is_record(heights, k, heights[:k])]


def _step(heights: Sequence[Any], k: int) -> Any:
    return heights[k] - heights[k - 1]


def _kinks(heights: Sequence[Any]) -> list[int]:
    return [k for k in range(1, len(heights) - 1) if _step(heights, k) != _step(heights, k + 1)]


def _turns(heights: Sequence[Any]) -> list[int]:
    return [k for k in _kinks(heights) if _step(heights, k) * _step(heights, k + 1) < 0]


def _is_record(heights: Sequence[Any], k: int, among: Sequence[Any]) -> bool:
    """Whether none of some heights lies beyond knot k, on the side to which it points."""
    if _step(heights, k) > 0:
        return all(height <= heights[k] for height in among)
    return all(height >= heights[k] for height in among)


def _spiked_strictly(heights: Sequence[int]) -> list[int]:
    tied = [k for k in _turns(heights) if heights[k] in heights[:k]]
    return sorted({*spiked(heights), *tied})


def _spiked_by_turns(heights: Sequence[int]) -> list[int]:
    turns = _turns(heights)
    return [k for k in turns if not _is_record(heights, k, [heights[j] for j in turns if j < k])]


def _spiked_by_all(heights: Sequence[int]) -> list[int]:
    return [k for k in _turns(heights) if not _is_record(heights, k, heights)]


def _spiked_low(heights: Sequence[int]) -> list[int]:
    lows = [k for k in _turns(heights) if _step(heights, k) < 0]
    return sorted({*spiked(heights), *lows})


def _spiked_bends(heights: Sequence[int]) -> list[int]:
    return [k for k in _kinks(heights) if not _is_record(heights, k, heights[:k])]


# fmt: off
WRONG_SPIKES: Rules = (
    (lambda h: [h[k] for k in spiked(h)],
     "These are heights. Asked are the knots: where, not how high."),
    (lambda h: [k + 1 for k in spiked(h)],
     "The knots are 0, 1, 2, …: the zigzag starts at knot 0."),
    (_spiked_strictly,
     "What if an earlier part just reaches the height of the turn, without passing it?"),
    (_spiked_by_turns,
     "The zigzag's start has a height, too: it counts as an earlier part."),
    (_spiked_by_all,
     "It is drawn from left to right: what comes later isn't there yet, and can't be disturbed."),
    (_spiked_low,
     "Turned upside down, a lowest value is a highest one: it is a record as well."),
    (_spiked_bends,
     "A knot at which it goes on in the same direction is a bend. It needs no fold."),
    (_turns,
     "You list every turn. A turn at a new highest or a new lowest value needs no spike."),
)
WRONG_BLOCKS: Rules = (  # of the heights and the number of spikes
    (lambda h, s: len(_kinks(h)) + 3 * s,
     "One of a spike's three kinks stands where the turn was: how many are new?"),
    (lambda h, s: len(_kinks(h)),
     "A spike has kinks of its own, and each of them costs a block."),
    (lambda h, s: len(_kinks(h)) + s,
     "Draw a spike and count its kinks: where it leaves, its tip, where it comes back."),
    (lambda h, s: len(_turns(h)) + 2 * s,
     "A bend costs a block as a turn does: the slope changes there."),
    (lambda h, s: len(h) - 2 + 2 * s,
     "Where the slope is the same before and after a knot, there is nothing to draw."),
    (lambda h, s: len(h) + 2 * s,
     "The two ends are no kinks: there the drawing merely starts and stops."),
)
# fmt: on


@exercise(
    "05.price",
    "The price of a zigzag",
    hints=(
        "Walk from left to right and remember two numbers: the highest and the lowest so far.",
        "A knot is one of three things: nothing (the slope goes on), a bend, or a turn. Only a "
        "turn can need a spike.",
        "Every kink costs a block. How many kinks are there once the spikes are in?",
    ),
)
def price(answer: Answer, draw: Instances) -> Lines:
    """Which turns need a spike, and the blocks in all; lesson 05, section 2."""
    rng = draw.rng
    cases = [[0, 2, -2, 3, -3], [0, 1, 3, 1, 2, 5], [0, 1, 2, 0, 2, 1, -1]]
    cases += [_zigzag(rng, int(rng.integers(6, 10))) for _ in range(5)]
    found = [_read_price(answer(heights)) for heights in cases]
    yield no_fault(
        "The list holds the turns that are no record, in order, and nothing else.",
        _spike_faults(cases, [knots for knots, _ in found]),
    )
    yield no_fault("The blocks are counted.", _block_faults(cases, [count for _, count in found]))


def _zigzag(rng: np.random.Generator, length: int) -> list[int]:
    heights = [int(rng.integers(-2, 3))]
    while len(heights) < length:
        height = int(rng.integers(-4, 5))
        if height != heights[-1]:
            heights.append(height)
    return heights


def _read_price(value: Any) -> tuple[list[int], int]:
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise NotYet(
            "The result is a pair: the list of turns with a spike, and the number of blocks.",
            f"You returned {read.shown(value)}.",
        )
    knots, count = value
    if isinstance(knots, np.ndarray) and knots.ndim == 1:
        knots = knots.tolist()
    if not isinstance(knots, list | tuple) or len(knots) > 100:
        raise NotYet("The first entry is a list.", f"You returned {read.shown(knots)}.")
    return [read.whole(k, "a knot") for k in knots], read.whole(count, "the number of blocks")


def _spike_faults(cases: list[list[int]], found: list[list[int]]) -> Iterator[Fault]:
    hint = first_hint((hint, found == list(map(rule, cases))) for rule, hint in WRONG_SPIKES)
    for heights, knots in zip(cases, found, strict=True):
        if knots != spiked(heights):
            yield f"For {heights} you list {knots}. {_fault_of(heights, knots)}", hint


def _fault_of(heights: list[int], knots: list[int]) -> str:
    right = spiked(heights)
    missing = [k for k in right if k not in knots]
    if missing:
        up = _step(heights, missing[0]) > 0
        turns, earlier = ("down", "higher") if up else ("up", "lower")
        return (
            f"At knot {missing[0]} it turns {turns}, and an earlier part is {earlier}: the block "
            "that turns the tail would turn that part, too."
        )
    for k in knots:
        if k not in _turns(heights):
            return f"But at knot {k} it doesn't turn."
        if k not in right:
            side = "higher" if _step(heights, k) > 0 else "lower"
            return f"But no part before knot {k} is {side}: a block can turn the tail alone."
    return "They are not in order, or one comes twice."


def _block_faults(cases: list[list[int]], found: list[int]) -> Iterator[Fault]:
    spikes = [len(spiked(heights)) for heights in cases]
    hint = first_hint(
        (hint, found == list(map(rule, cases, spikes))) for rule, hint in WRONG_BLOCKS
    )
    for heights, count, number in zip(cases, found, spikes, strict=True):
        right = len(_kinks(heights)) + 2 * number
        if count != right:
            more = "more" if count > right else "fewer"
            yield f"For {heights} you return {count}: {more} than there are kinks to draw.", hint
