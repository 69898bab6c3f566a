"""Task 5 · One square, cut into rules."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, expect
from course_lib.checks.set_08.shared import ONE, Thoughts, entries, exact, recognised, told

SAYS = {
    "epsilon": "ε is δ over the length of all facets",
    "wrong": "this is the area on which the circuit is wrong",
    "slope": "this is how steep the circuit is across a facet",
    "price": "this is the slope, measured by what the border asks for",
}
OTHERWISE = {
    "epsilon": "Add up the perimeters of all m² small squares.",
    "wrong": "One rule: 2ε(l₁ + l₂) − 4ε². Which sides do the small squares have?",
    "slope": "It climbs from 0 to 1 on a way of length ε.",
    "price": "Divide the slope by the perimeter of the unit square over δ.",
}


@exercise(
    "08.cut_square",
    "One square as one rule, or as many",
    hints=(
        "Each small square is a rule with four facets of its own. How long are they all together?",
        "The wrong area of one small square is the lesson's formula; the seams of different "
        "squares don't overlap.",
        "Straight across a facet the circuit climbs from 0 to 1 on the width ε.",
    ),
)
def cut_square(answer: Answer, draw: Instances) -> Iterator[Line]:
    """ε, wrong area, slope and price of m × m rules for one square (lesson 08, sections 2, 6)."""
    for case, (m, delta) in _cuts(draw.rng).items():
        found = entries(answer(m, delta), tuple(SAYS))
        right, mistakes = _right(m, delta), _mistakes(m, delta)
        for key, says in SAYS.items():
            value = exact(found[key], f'the entry "{key}"')
            yield expect(
                value == right[key],
                f"{case}: {says}.",
                but=f'For m = {m} and δ = {delta} your entry "{key}" is {told(value)}.',
                hint=recognised(value, mistakes[key], OTHERWISE[key]),
            )


def _cuts(rng: np.random.Generator) -> dict[str, tuple[int, Fraction]]:
    few, many = int(rng.integers(3, 9)), int(rng.integers(9, 40))
    sizes = {"One rule": 1, "Two by two": 2, "A few a side": few, "Many": many}
    deltas = [
        Fraction(int(p), int(q))
        for p, q in zip(rng.integers(1, 4, 4), rng.integers(6, 20, 4), strict=True)
    ]
    return {case: (m, delta) for (case, m), delta in zip(sizes.items(), deltas, strict=True)}


def _right(m: int, delta: Fraction) -> dict[str, Fraction]:
    epsilon = delta / (4 * m)
    return {
        "epsilon": epsilon,
        "wrong": delta - delta**2 / 4,
        "slope": 1 / epsilon,
        "price": Fraction(m),
    }


def _mistakes(m: int, delta: Fraction) -> dict[str, Thoughts]:
    epsilon, wrong, slope, _ = _right(m, delta).values()
    return {
        "epsilon": (
            (delta / 4, "You count the border of the big square. Each rule has its own."),
            (delta / (2 * m + 2), "A line between two rules is a facet of both: it counts twice."),
            (delta / (4 * m * m), "m² rules have 4m² facets, but how long is each?"),
            (4 * m * delta, "You multiply. Longer facets ask for thinner seams."),
        ),
        "wrong": (
            (delta, "ε times the length is a bound: it counts each corner twice."),
            (delta - delta**2 / (4 * m * m), "Each of the m² rules has four corners."),
            (wrong / (m * m), "That is the wrong area of one small square. There are m²."),
            (
                delta / m - delta**2 / (4 * m * m),
                "Only the outer border? Between two rules both say 0.",
            ),
        ),
        "slope": (
            (epsilon, "That is the width of the seam. How far does it climb on it?"),
            (1 / delta, "δ is an area. The climb from 0 to 1 has the width ε."),
            (slope / 2, "The whole seam lies on one side of the facet, inside."),
        ),
        "price": (
            (ONE, "The border of the set is that of the big square: it doesn't know about cuts."),
            (Fraction(1, m), "Upside down: divide the circuit's slope by perimeter/δ."),
            (Fraction(m * m), "m² counts the rules. How does the slope grow?"),
            (Fraction(4 * m), "Lip · δ is at least the perimeter, which is 4 here and not 1."),
        ),
    }
