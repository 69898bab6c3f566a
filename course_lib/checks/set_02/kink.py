"""Where one neuron bends the line, and by how much."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
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
    Neuron,
    compared,
    first,
    said,
    small_fraction,
)

__all__ = ["one_kink"]


@exercise(
    "02.one_kink",
    "Where one neuron bends the line, and by how much",
    hints=(
        "Draw a · relu(w·x + b) for a = 1: flat on one side, a slope on the other.",
        "The kink lies where the neuron switches. The jump is the slope on the right minus the "
        "slope on the left; one of the two is 0.",
        "For w > 0 the neuron is on to the right of its kink, for w < 0 to the left of it. Do the "
        "two cases separately, then look for one formula.",
    ),
)
def one_kink(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The place and the slope jump of a · relu(w·x + b), or None (section 5, proof of the card)."""
    living, dead = _neurons(draw.rng)
    found = [(neuron, _kink(answer(*neuron))) for neuron in living]
    yield first("A neuron with w ≠ 0 and a ≠ 0 has one kink.", _missing(found))
    yield compared(
        "The kink lies where the neuron switches: w·x + b = 0.",
        [_place(neuron, kink[0]) for neuron, kink in found if kink],
        "At the kink the neuron's input is exactly 0.",
    )
    yield compared(
        "The jump is the slope on the right minus the one on the left.",
        [_jump(neuron, kink[1]) for neuron, kink in found if kink],
        "Work out the slope on each side of the kink, then subtract.",
    )
    ghosts = ((neuron, answer(*neuron)) for neuron in dead)
    yield first("A neuron with w = 0 or a = 0 bends nothing: None.", _ghosts(ghosts))


def _neurons(rng: np.random.Generator) -> tuple[list[Neuron], list[Neuron]]:
    """Neurons with a kink, of all four signs of (w, a), and neurons without."""
    living = []
    for sign_w, sign_a in itertools.product((1, -1), repeat=2):
        w, a = sign_w * rng.integers(2, 6), sign_a * rng.integers(2, 6)
        living.append((Fraction(int(w)), small_fraction(rng, -5, 5), Fraction(int(a), 2)))
    deaf = (Fraction(0), small_fraction(rng, 1, 5), Fraction(3))
    mute = (Fraction(2), Fraction(1), Fraction(0))
    return living, [deaf, mute]


def _kink(value: Any) -> tuple[Fraction, Fraction] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or len(value) != 2:
        says = "A kink is a pair (place, jump)."
        raise NotYet(says, f"You returned {read.shown(value)}.")
    return read.fraction(value[0], "the place"), read.fraction(value[1], "the jump")


def _called(neuron: Neuron) -> str:
    w, b, a = neuron
    return f"For w = {w}, b = {b}, a = {a}"


def _missing(found: list[tuple[Neuron, Any]]) -> Iterator[tuple[str, str]]:
    for neuron, kink in found:
        if kink is None:
            yield (
                f"{_called(neuron)} you return None, but the neuron is on at one end and off at "
                "the other.",
                "Return a pair for every neuron that switches and is heard by the readout.",
            )


def _place(neuron: Neuron, place: Fraction) -> Case:
    w, b, _ = neuron
    but = (
        f"{_called(neuron)} you return the place {said(place)}; there w·x + b = "
        f"{said(w * place + b)}, so the neuron does not switch."
    )
    slips = [
        (b / w, "The sign of the shift: solve w·x + b = 0 once more, slowly."),
        (-b, "The weight w stretches the line too: solve w·x + b = 0, not x + b = 0."),
        (-w / b, "Which of the two is divided by which? Solve w·x + b = 0 for x."),
    ]
    return Case(place, -b / w, but, slips)


def _jump(neuron: Neuron, jump: Fraction) -> Case:
    w, _, a = neuron
    shape = "convex: its slope rises" if a > 0 else "concave: its slope falls"
    why = (
        f"This term is {shape} at the kink."
        if jump * a <= 0
        else "Compare its values at the kink and one step to either side."
    )
    but = f"{_called(neuron)} you return the jump {said(jump)}. {why}"
    slips = [
        (
            a * w,
            "Which side is on when w < 0? Left of its kink such a neuron has the slope a·w, and "
            "right of it the slope 0.",
        ),
        (-a * abs(w), "Right minus left, not left minus right."),
        (
            abs(a * w),
            "A negative readout weight a turns the graph upside down: the jump has a sign.",
        ),
        (abs(w), "The readout multiplies the neuron by a; its slope is multiplied, too."),
        (a, "The slope of relu(w·x + b) where it is on is not 1."),
    ]
    return Case(jump, a * abs(w), but, slips)


def _ghosts(found: Iterable[tuple[Neuron, Any]]) -> Iterator[tuple[str, str]]:
    deaf = "With w = 0 the neuron never switches: it is one constant everywhere."
    mute = "With a = 0 the readout does not hear the neuron: it may switch, but bends nothing."
    for neuron, value in found:
        if value is not None:
            yield f"{_called(neuron)} you return {read.shown(value)}.", mute if neuron[0] else deaf
