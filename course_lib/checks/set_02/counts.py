"""Activation regions and linear pieces: two counts of one hidden layer on the line."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, NotYet
from course_lib.checks.set_02.shared import (
    Case,
    Kinks,
    compared,
    jumps_by_place,
    listed,
    said,
    small_fraction,
)

__all__ = ["two_counts"]

FENCE = "One mark on a line leaves two intervals: there is one interval more than there are marks."


@exercise(
    "02.two_counts",
    "Activation regions and linear pieces of one hidden layer on the line",
    hints=(
        "Mark the places on a line. Which change the on/off pattern? Which change the slope?",
        "Several neurons may switch at one place: their jumps add up.",
        "k different marks cut the line into k + 1 intervals. The two counts differ in which marks "
        "they keep.",
    ),
)
def two_counts(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Both counts from the places and jumps of the neurons (section 8: the two notions)."""
    cases = _layers_on_the_line(draw.rng)
    found = [(case, _two(answer(case))) for case in cases]
    yield compared(
        "The first number counts the activation regions.",
        [_patterns(neurons, count) for neurons, (count, _) in found],
        "How many different on/off patterns does a walk along the line meet?",
    )
    yield compared(
        "The second number counts the linear pieces.",
        [_pieces(neurons, count) for neurons, (_, count) in found],
        "A piece ends only where the slope of the sum changes.",
    )


def _layers_on_the_line(rng: np.random.Generator) -> list[Kinks]:
    """The sheet's example, two drawn layers with cancelling and silent neurons, no neurons."""
    example = [(0, 1), (0, -1), (1, 2)]
    cases: list[Kinks] = [[(Fraction(place), Fraction(jump)) for place, jump in example]]
    for size in (5, 7):
        places = [Fraction(int(p), 2) for p in rng.choice(np.arange(-9, 10), size, replace=False)]
        jumps = [small_fraction(rng, -3, 3) for _ in places]
        jumps[0] = Fraction(0)  # switches, but bends nothing
        neurons = list(zip(places, jumps, strict=True))
        part = small_fraction(rng, 1, 3) * (1 if jumps[1] > 0 else -1)
        neurons += [(places[1], -jumps[1] - part), (places[1], part)]  # three that cancel
        neurons += [(places[2], jumps[2])]  # two that add up
        cases.append([neurons[i] for i in rng.permutation(len(neurons))])
    return [*cases, []]


def _two(value: Any) -> tuple[int, int]:
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise NotYet("The result is a pair of numbers.", f"You returned {read.shown(value)}.")
    return read.whole(value[0], "the first count"), read.whole(value[1], "the second count")


def _patterns(neurons: Kinks, count: int) -> Case:
    total = jumps_by_place(neurons)
    but = (
        f"For {listed(neurons)} you count {said(count)} as activation regions. Walk along: "
        f"the pattern changes at {listed(sorted(total)) if total else 'no place'} and nowhere else."
    )
    slips = [
        (len(total), FENCE),
        (len(neurons) + 1, "Neurons that switch at the same place cut the line there once."),
        (
            2 ** len(neurons),
            "On the line the marks come in a fixed order: walk from left to right and count the "
            "patterns that you meet.",
        ),
        (
            sum(jump != 0 for jump in total.values()) + 1,
            "You count linear pieces here. A pattern changes wherever a neuron switches, whether "
            "or not the slope does.",
        ),
        (
            _heard(neurons) + 1,
            "A neuron of jump 0 bends nothing, but it switches: the pattern changes.",
        ),
    ]
    return Case(count, len(total) + 1, but, slips)


def _heard(neurons: Kinks) -> int:
    """At how many places some neuron with a jump switches."""
    return len({place for place, jump in neurons if jump})


def _pieces(neurons: Kinks, count: int) -> Case:
    total = jumps_by_place(neurons)
    kinks = sum(jump != 0 for jump in total.values())
    but = (
        f"For {listed(neurons)} you count {said(count)} as linear pieces. Add up the jumps at each "
        "place: does the slope change there?"
    )
    slips = [
        (kinks, FENCE),
        (
            len(total) + 1,
            "These are activation regions. Neighbouring regions with the same affine map are one "
            "linear piece.",
        ),
        (
            _heard(neurons) + 1,
            "At one place the jumps of several neurons add up, and the sum may be 0: then the "
            "graph runs straight on.",
        ),
        (
            sum(jump != 0 for _, jump in neurons) + 1,
            "Two neurons that bend the graph at the same place make one kink, or none.",
        ),
    ]
    return Case(count, kinks + 1, but, slips)
