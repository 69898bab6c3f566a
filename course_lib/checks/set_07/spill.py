"""Task 1 · One fan: how much spills over, and how high."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, expect
from course_lib.checks.set_07.shared import brief, fractions, mistaken, whole


@exercise(
    "07.fan_spill",
    "What spills over, and how high?",
    hints=(
        "Where is x₁ − µ·x₂ positive, if x₂ > 0?",
        "The spill lies under the line x₂ = x₁/µ. Draw it in the frame, for a small and a large µ.",
        "Your drawing shows a triangle. For which µ does the frame cut its tip off, and what is "
        "left then?",
    ),
)
def fan_spill(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The area of a fan's spill, cut by the frame, and the supremum of its error (lesson 07)."""
    for spill, (a, b, mu) in _fans(draw.rng).items():
        area, height = fractions(answer(a, b, mu), 2, "the result")
        where = f"for a = {a}, b = {b}, µ = {mu}"
        wrong, hint = mistaken(area, _mistaken_areas(a, b, mu), WRONG_AREA)
        yield expect(
            area == _area(a, b, mu),
            f"The area of {spill} is right.",
            but=f"You return the area {brief(area)} {where}. {wrong}",
            hint=hint,
        )
        wrong, hint = mistaken(height, {"reach": Fraction(a, mu), "zero": 0}, WRONG_HEIGHT)
        yield expect(
            height == a,
            f"The largest error of {spill} is right.",
            but=f"You return the largest error {brief(height)} {where}. {wrong}",
            hint=hint,
        )


WRONG_AREA = {
    "rectangle": ("That is a rectangle around the spill.", "The spill ends along a slanted line."),
    "whole": ("Part of it sticks out of the frame.", "How high is the spill at x₁ = a? And b?"),
    "steeper": (
        "It would grow with µ.",
        "A stronger eraser leaves less. Solve x₁ = µ·x₂ for x₂, not for x₁.",
    ),
    "lower": ("The lower half is wanted, so it is no spill.", "Count only points with x₂ > 0."),
    "": ("", "Draw the part of the upper half where x₁ − µ·x₂ is positive, and its corners."),
}
WRONG_HEIGHT = {
    "reach": (
        "That is how far the spill reaches in x₂, which is not how far F is off.",
        "Thin isn't shallow. Walk down along x₁ = a to the line x₂ = 0: which values do you meet?",
    ),
    "zero": (
        "Then F would have no spill at all.",
        "F is continuous and can't drop in a jump. What is F just above the line x₂ = 0?",
    ),
    "": ("", "Which values does F take just above the line x₂ = 0, where 0 is wanted?"),
}


def _fans(rng: np.random.Generator) -> dict[str, tuple[int, int, int]]:
    """Sizes a, b of the frame and forces µ."""
    a, b, mu = whole(rng, 2, 5), whole(rng, 1, 4), whole(rng, 1, 4)
    return {
        "a low spill": (a, b, 2 * a),
        "a spill under a strong eraser": (a, b, 40 * a),
        "a spill under a weak eraser": (whole(rng, 1, 4) + 2 * mu, 2, mu),  # too tall for the frame
    }


def _area(a: int, b: int, mu: int) -> Fraction:
    return Fraction(a * a, 2 * mu) if a <= mu * b else a * b - Fraction(mu * b * b, 2)


def _mistaken_areas(a: int, b: int, mu: int) -> dict[str, Fraction]:
    return {
        "rectangle": Fraction(a * a, mu),
        "whole": Fraction(a * a, 2 * mu),
        "steeper": Fraction(mu * a * a, 2),
        "lower": a * b + _area(a, b, mu),
    }
