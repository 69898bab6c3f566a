"""Task 2: a rising line, one block per kink."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus
from course_lib.checks.set_05.shared import (
    FAR,
    Fault,
    Lines,
    alike,
    first_hint,
    listed,
    no_fault,
    on_line,
    polyline,
    resnet,
    said,
    where_apart,
)
from course_lib.networks import OneNeuronResNet

__all__ = ["draw_rising"]

Rising = tuple[list[Fraction], list[Fraction], Fraction]  # knots, slopes, height at the first knot

# fmt: off
ADDED = (
    "You add slopes, as one hidden layer would. Blocks are composed: a block multiplies the slope "
    "that the blocks before it have made."
)
INPUT = (
    "The slopes are right, the kinks after the first one are not: a block sees the state, and when "
    "x = t_i the state is no longer t_i."
)
STRETCHED = (
    "The slopes are right, the kinks after the first one are not: they lie where the output has "
    "got to. The readout stretches, too. How steep is the state before it?"
)
OUTPUT = (
    "A block sees the state before the readout. You put the kinks at heights of the output."
)
INVERTED = "A ratio is upside down: what takes you from the old slope to the new one?"
CARRIED = (
    "The identity carries, too: with w = 1 a block multiplies the slope by 1 + u, not by u."
)
SIGN = "The sign of the offset: where does relu(x + b) switch on?"
LATE = (
    "Your bends come one kink late: block i has to leave the i-th slope after the first one."
)
READOUT = (
    "The kinks are right. The readout sets the first slope, and the height at the first kink: is "
    "it so?"
)
# fmt: on


@exercise(
    "05.draw_rising",
    "A rising line from one block per kink",
    hints=(
        "A block acts on what the blocks before it have made of x. So each one multiplies the "
        "slope that is already there.",
        "Let the readout make the first slope and the height. Then the state starts with the "
        "slope 1, and block i has to bend it when x = t_i. Where is the state then?",
        "The first kink finds the state where x is. From each kink to the next the state grows by "
        "the length times the slope that the *state* has there.",
    ),
)
def draw_rising(answer: Answer, draw: Instances) -> Lines:
    """A rising piecewise-linear function on R from its knots and slopes; lesson 05, section 2."""
    rng = draw.rng
    cases = [_rising(rng, count) for count in (1, 2, 4, 5)]
    cases[-1][1][3] = cases[-1][1][2]  # no kink there
    nets = [
        resnet(
            answer([*map(float, knots)], [*map(float, slopes)], float(height)),
            1,
            len(knots),
            "One block for each knot. What comes before the first knot is left to the readout.",
        )
        for knots, slopes, height in cases
    ]
    yield no_fault("It is the function with these knots, slopes and height.", _faults(cases, nets))
    if nets[-1].depth < len(cases[-1][0]):
        yield Bonus(1, "a knot at which the slope doesn't change costs you no block")


def _rising(rng: np.random.Generator, count: int) -> Rising:
    start = int(rng.integers(1, 5)) * int(rng.choice([-1, 1]))
    places = start + np.concatenate([[0], np.cumsum(rng.integers(1, 6, count - 1))])
    knots = [Fraction(int(place), 2) for place in places]
    exponent, slopes = int(rng.choice([-1, 1])), []
    for _ in range(count + 1):
        slopes.append(Fraction(2) ** exponent)
        exponent = int(rng.choice([e for e in (-2, -1, 0, 1, 2) if e != exponent]))
    return knots, slopes, Fraction(int(rng.choice([-3, -1, 1, 3])), 2)


def _faults(cases: list[Rising], nets: list[OneNeuronResNet]) -> Iterator[Fault]:
    for (knots, slopes, height), net in zip(cases, nets, strict=True):
        ends = [knots[0] - FAR, *knots, knots[-1] + FAR]
        values = [height - FAR * slopes[0]]
        for slope, (left, right) in zip(slopes, pairwise(ends), strict=True):
            values.append(values[-1] + slope * (right - left))
        apart = where_apart(net, polyline(ends, values))
        if apart:
            given = f"For knots {listed(knots)}, slopes {listed(slopes)}, height {said(height)}: "
            yield given + apart[0].lower() + apart[1:], _hint(cases, nets)


def _hint(cases: list[Rising], nets: list[OneNeuronResNet]) -> str:
    """The thought for the mistake that explains all networks; a single one may fit several."""
    windows = [(knots[0] - 10, knots[-1] + 10) for knots, _, _ in cases]
    guesses = zip(*(_wrong(*case) for case in cases), strict=True)
    return first_hint(
        (same[0][1], all(map(alike, nets, (guess for guess, _ in same), windows)))
        for same in guesses
    )


def _wrong(
    knots: list[Fraction], slopes: list[Fraction], height: Fraction
) -> Iterator[tuple[OneNeuronResNet, str]]:
    """Networks that named mistakes would give, each with the thought that helps."""
    first, pairs = slopes[0], list(pairwise(slopes))
    ratios, steps = [q / p - 1 for p, q in pairs], [q - p for p, q in pairs]
    rises = [Fraction(0)]  # of the output, from the first knot on
    for slope, (left, right) in zip(slopes[1:], pairwise(knots), strict=False):
        rises.append(rises[-1] + slope * (right - left))
    states = [knots[0] + rise / first for rise in rises]
    outputs = [height + rise for rise in rises]
    offset = height - first * knots[0]

    def net(writes: Sequence[Any], places: Sequence[Any], a: Any = first, c: Any = offset) -> Any:
        return on_line([(u, 1, -t) for u, t in zip(writes, places, strict=True)], a, c)

    for places in (knots, states, outputs):
        yield net(steps, places), ADDED
        yield net([step / first for step in steps], places), ADDED
        yield net(steps, places, 1, height - knots[0]), ADDED
    yield net(ratios, knots), INPUT
    yield net(ratios, [knots[0] + rise for rise in rises]), STRETCHED
    yield net(ratios, outputs), OUTPUT
    yield net([p / q - 1 for p, q in pairs], states), INVERTED
    yield net([u + 1 for u in ratios], states), CARRIED
    yield net(ratios, [-t for t in states]), SIGN
    yield net([0, *ratios[:-1]], states), LATE
    for a in (first, 1):
        for c in (0, height, height - knots[0], offset):
            yield net(ratios, states, a, c), READOUT
