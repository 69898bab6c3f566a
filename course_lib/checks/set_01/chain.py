"""What a grid does not see of a parabola: the largest distance from its chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line
from course_lib.checks.set_01.shared import Fault, exact, line, recognised

__all__ = ["chain_error"]


@exercise(
    "01.chain_error",
    "The largest distance between a parabola and its chain",
    hints=(
        "Take one segment [p, q]. The difference between the parabola and its chord is a parabola "
        "too, with zeros at p and q. Where is it largest?",
        "On one segment the difference is α(x − p)(x − q). Put the middle in.",
        "The largest distance is that of the worst segment. Which one is the worst?",
    ),
)
def chain_error(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The sup error of interpolating αx² between knots, exactly (lesson 01, sections 6 and 7)."""
    for case, (alpha, knots) in _chains(draw.rng).items():
        found = exact(answer(alpha, knots))
        yield line(f"{case}: this is the largest distance.", _fault(alpha, knots, found))


def _chains(rng: np.random.Generator) -> dict[str, tuple[Fraction, list[Fraction]]]:
    uneven = [int(k) for k in rng.permutation([1, 2, 3])]
    uneven.insert(int(rng.integers(1, 3)), 5)  # the worst segment is neither first nor last
    start = [int(k) for k in rng.integers(-3, 1, 3)]
    alpha = [Fraction(int(k)) for k in rng.integers(2, 6, 3)]
    return {
        "Equal segments": (alpha[0], _knots(start[0], [Fraction(1, 2)] * 4)),
        "A parabola that opens downwards": (-alpha[1], _knots(start[1], [Fraction(1, 3)] * 3)),
        "Unequal segments": (alpha[2], _knots(start[2], [Fraction(k, 4) for k in uneven])),
    }


def _knots(start: int, steps: Sequence[Fraction]) -> list[Fraction]:
    return [start + sum(steps[:k], Fraction(0)) for k in range(len(steps) + 1)]


def _fault(alpha: Fraction, knots: list[Fraction], found: Fraction) -> Fault | None:
    steps = [q - p for p, q in pairwise(knots)]
    widest = max(steps)
    right = abs(alpha) * widest**2 / 4
    if found == right:
        return None
    middle = knots[steps.index(widest)] + widest / 2
    but = f"You return {found}, but nowhere on the interval are the two that far apart."
    if found < 0:
        but = f"You return {found}. A distance is not negative."
    elif found < right:
        but = f"You return {found}, but at x = {middle} the two are further apart than that."
    thought = "Compute the distance on one segment, at its middle."
    return but, recognised(found, _mistakes(abs(alpha), steps), thought)


def _mistakes(alpha: Fraction, steps: list[Fraction]) -> list[tuple[Fraction, str]]:
    """What known mistakes would give, for a positive α."""
    widest, length = max(steps), sum(steps, Fraction(0))
    return [
        (Fraction(0), "At the knots the chain touches the parabola. Look between them."),
        (
            alpha * widest**2 / 8,
            "You used M h²/8 with M = α. What is the second derivative of αx²?",
        ),
        (
            alpha * widest**2 / 2,
            "That is M h²/4. The middle of a segment is only h/2 from both ends.",
        ),
        (-alpha * widest**2 / 4, "A distance is the absolute value of the difference."),
        (
            alpha * sum((h**2 for h in steps), Fraction(0)) / 4,
            "You add up the errors of all segments. The sup norm takes the largest.",
        ),
        (
            alpha * sum((h**3 for h in steps), Fraction(0)) / 6,
            "That is the area between the two. The sup norm asks for the largest distance.",
        ),
        (alpha * (length / len(steps)) ** 2 / 4, "The average segment is not the worst one."),
        (alpha * steps[0] ** 2 / 4, "The first segment need not be the worst one."),
        (alpha * steps[-1] ** 2 / 4, "The last segment need not be the worst one."),
        (
            alpha * length**2 / 4,
            "That is the distance from one long chord. The chain is on the parabola at every knot.",
        ),
    ]
