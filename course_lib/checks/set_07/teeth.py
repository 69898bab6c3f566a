"""Task 8b · How many neurons one hidden layer needs to follow most teeth of the sawtooth."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, expect
from course_lib.checks.set_07.shared import Thought, items, whole

FINE = 53  # from so many levels on, floats can't count the sides


@exercise(
    "07.least_neurons",
    "How many neurons must follow the teeth?",
    hints=(
        "N neurons draw N + 1 straight pieces at most; each agrees with at most one side.",
        "Each fact is an inequality for N. Solve it with Fractions, also if the result isn't "
        "whole.",
        "Try it out: your N has to satisfy the inequality, and N − 1 must not.",
    ),
)
def least_neurons(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Neurons that one hidden layer needs, and that suffice, to miss δ of the sawtooth (lesson 07).

    Needed: 1 − (N + 1)/2^t ≤ δ. Enough: the network that follows the first N sides of teeth misses
    1 − N/2^t.
    """
    for name, (levels, delta) in _misses(draw.rng).items():
        returned = items(answer(levels, delta), 2, "the result")
        needed, enough = (read.whole(entry) for entry in returned)
        sides = math.ceil((1 - delta) * 2**levels)
        for what, found, right in (("needed", needed, sides - 1), ("enough", enough, sides)):
            wrong, hint = _misrounded(found, right, levels, delta, what)
            yield expect(
                found == right,
                f"The number that is {what} is right for {name}.",
                but=f"For t = {levels} and δ = {delta} you return {found} for {what!r}. {wrong}",
                hint=hint,
            )


def _misses(rng: np.random.Generator) -> dict[str, tuple[int, Fraction]]:
    levels = whole(rng, 5, 8)
    return {
        "a δ of whole sides": (levels, Fraction(whole(rng, 3, 20), 2**levels)),
        "a δ between them": (levels + 1, Fraction(1, int(rng.choice([3, 5, 7])))),
        "very fine teeth": (60 + levels, Fraction(1, int(rng.choice([3, 7, 11])))),
        "a δ that is nearly all": (levels, 1 - Fraction(1, 3 * 2**levels)),
    }


TOO_FEW = {
    "needed": "At least something, and whole: round up, not down.",
    "enough": "Round up, not down; and for 'enough' there is no piece for free: N neurons follow N "
    "sides.",
}
TOO_MANY = {
    "needed": ("One neuron fewer is not excluded.", "N neurons draw N + 1 straight pieces, not N."),
    "enough": (
        "One fewer would do.",
        "How many sides of teeth do N neurons follow, from 0 on?",
    ),
}


def _misrounded(found: int, right: int, levels: int, delta: Fraction, what: str) -> Thought:
    """What to think of a wrong number of neurons."""
    if found < 0:
        return "There is no such network.", "A layer may be empty, but not more than that."
    if levels > FINE and abs(found - right) < 2 ** (levels - FINE + 8):
        return (
            "That is off in the last digits.",
            "A float holds 53 binary digits; 2^t has more. Stay in whole numbers and Fractions.",
        )
    if found == right - 1:
        return "With so few, more than δ is missed.", TOO_FEW[what]
    if found == right + 1:
        return TOO_MANY[what]
    if found in (math.floor(delta * 2**levels), math.ceil(delta * 2**levels)):
        return "That is what may be missed.", "δ is what may be lost. How much has to be right?"
    if abs(2 * found - right) <= 2:
        return (
            "A tooth has two sides, and each takes a neuron.",
            "2^t counts sides of teeth, not teeth.",
        )
    return "", "For t = 6 and N = 32 the bound is 31/64. Which N, t and δ do you get back from it?"
