"""Which weighted sum sees through a polynomial activation: a witness against every width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.arguments import counted
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import shown
from course_lib.checks.report import Bonus, Line, NotYet
from course_lib.checks.set_01.shared import Fault, exact, items, line, rounded

__all__ = ["polynomial_witness"]

MOST = 40  # points of a witness
IN_WORDS = ("zero", "one", "two", "three", "four", "five")
Numbers = Sequence[Fraction]


@exercise(
    "01.polynomial_witness",
    "A witness against polynomial activations",
    hints=(
        "The second difference y₀ − 2y₁ + y₂ at equal distances is 0 for every straight line. What "
        "is 0 for every parabola?",
        "p + 2 points always have such weights: those of a divided difference, 1/∏(x_i − x_j) over "
        "j ≠ i.",
        "On either side of s the target is a straight line, which the weights can't see. How few "
        "points may stand on one side?",
    ),
)
def polynomial_witness(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """Points and weights that vanish on polynomials, not on |x - s| (Leshno et al. 1993)."""
    best = False
    for degree, kink in _activations(draw.rng):
        points, weights = _functional(answer(degree, kink))
        case = f"Degree {IN_WORDS[degree]}, target {'|x − s|' if kink else '|x|'}"
        yield line(f"{case}: different points of [−1, 1].", _points_fault(points))
        yield line(
            f"{case}: the weighted sum is 0 for every polynomial of that degree or less.",
            _moments_fault(points, weights, degree),
        )
        floor = _floor(points, weights, kink)
        proved = "" if kink or not floor else f" The floor for every width is {rounded(floor)}."
        yield line(
            f"{case}: it is not 0 for the target.{proved}",
            None if floor else _blind_fault(points, weights, kink),
        )
        best |= degree == 3 and kink == 0 and floor == Fraction(1, 8)
    if best:
        yield Bonus(1, "for t³ and |x| you prove 1/8, the best floor there is.")


def _activations(rng: np.random.Generator) -> list[tuple[int, Fraction]]:
    shifted = [Fraction(int(k), 8) for k in rng.choice([-5, -3, -1, 1, 3, 5], 3, replace=False)]
    return [(2, Fraction(0)), (3, Fraction(0)), (1, shifted[0]), (4, shifted[1]), (5, shifted[2])]


def _target(kink: Fraction) -> str:
    return f"|x − {kink}|" if kink > 0 else f"|x + {-kink}|" if kink else "|x|"


def _functional(value: Any) -> tuple[list[Fraction], list[Fraction]]:
    pair = items(value, "points and weights", 2)
    if len(pair) != 2:
        raise NotYet("The result is a pair (points, weights).", f"You returned {shown(value)}.")
    points = [exact(x, "a point") for x in items(pair[0], "the points", MOST)]
    weights = [exact(w, "a weight") for w in items(pair[1], "the weights", MOST)]
    if len(points) != len(weights):
        raise NotYet(
            "There is one weight for each point.",
            f"You returned {counted(len(points), 'point')} and {counted(len(weights), 'weight')}.",
        )
    if not any(weights):
        raise NotYet(
            "Some weight is not 0.",
            f"You returned {counted(len(weights), 'weight')}, and none of them counts.",
            "With all weights 0 the sum is 0 for every function, the target included.",
        )
    return points, weights


def _points_fault(points: list[Fraction]) -> Fault | None:
    for x in points:
        if abs(x) > 1:
            but = f"Your point {rounded(x)} is outside."
            return but, "The claim is about [−1, 1]. Beyond it nobody promised anything."
        if points.count(x) > 1:
            return f"You use the point {rounded(x)} more than once.", "Choose different points."
    return None


def _moments_fault(points: Numbers, weights: Numbers, degree: int) -> Fault | None:
    """The first power of x that the weights see."""
    for power in range(degree + 1):
        moment = _sum(weights, [x**power for x in points])
        if moment:
            name = ("the constant 1", "x")[power] if power < 2 else f"x^{power}"
            return f"For {name} your weighted sum is {rounded(moment)}.", _thought(power, degree)
    return None


def _thought(power: int, degree: int) -> str:
    if power == 0:
        return "Constants are polynomials too: the weights must add up to 0."
    if power == degree:
        return (
            "A difference of order n is 0 for all degrees below n, and not for degree n. What "
            f"order does degree {degree} need?"
        )
    return (
        "Binomial weights with alternating signs belong to equal distances. Other points have "
        "other weights."
    )


def _floor(points: Numbers, weights: Numbers, kink: Fraction) -> Fraction:
    """What no function on which the weights vanish can beat."""
    seen = abs(_sum(weights, [abs(x - kink) for x in points]))
    return seen / sum(map(abs, weights), Fraction(0))


def _blind_fault(points: Numbers, weights: Numbers, kink: Fraction) -> Fault:
    but = f"For {_target(kink)} your weighted sum is 0, as it is for a polynomial."
    used = {(x, w) for x, w in zip(points, weights, strict=True) if w}
    if len({x > kink for x, _ in used if x != kink}) < 2:
        return but, "All your points stand on one side of s, where the target is a straight line."
    if {(2 * kink - x, -w) for x, w in used} == used:
        return but, (
            "Your weights change sign when the picture is reflected, and the target does not: so "
            "everything cancels. Break the symmetry, or take one point more."
        )
    return (
        but,
        "What the points on the left of s see cancels what those on the right see. Move one.",
    )


def _sum(weights: Numbers, values: Numbers) -> Fraction:
    return sum((w * y for w, y in zip(weights, values, strict=True)), Fraction(0))
