"""Task 4 · What a soft box loses in any dimension."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, expect
from course_lib.checks.set_08.shared import ONE, Thoughts, exact, recognised, told, told_list

Sides = Sequence[Fraction]


@exercise(
    "08.box_wrong",
    "Where a soft box is not sure",
    hints=(
        "Where is the soft box exactly 1? That set is a box, too.",
        "Each side loses something at both of its ends.",
    ),
)
def box_wrong(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The volume of {H ≠ 1_A} for a soft box in d dimensions (lesson 08, section 2)."""
    for name, (sides, epsilon) in _boxes(draw.rng).items():
        found = exact(answer(sides, epsilon))
        yield expect(
            found == math.prod(sides) - _shrunk(sides, 2 * epsilon),
            f"{name}: the volume is exact.",
            but=_fault(found, sides, epsilon),
            hint=recognised(
                found,
                _mistaken_wrong(sides, epsilon),
                "Start with one side: where on [0, a] is H not 1?",
            ),
        )


def _mistaken_wrong(sides: Sides, epsilon: Fraction) -> Thoughts:
    box = math.prod(sides, start=ONE)
    surface = sum(2 * box / s for s in sides)
    return (
        (surface * epsilon, "ε times the surface is a bound: it counts the edges twice."),
        (
            _shrunk(sides, 2 * epsilon),
            "That is where the soft box says 1. Asked is where it doesn't, inside the box.",
        ),
        (box - _shrunk(sides, epsilon), "A seam runs along both ends of each side."),
        (
            box - _fires(sides, epsilon),
            "You measure where it says 0. Where it says ½ it is wrong, too.",
        ),
        (
            2 * epsilon * sum(sides) - 4 * epsilon**2,
            "The lesson's formula is for two sides. How does it come about?",
        ),
        (
            _shrunk(sides, -2 * epsilon) - box,
            "Your seam lies outside the box. The soft rule is 0 there.",
        ),
    )


@exercise(
    "08.box_fires",
    "Where a soft box says anything at all",
    hints=(
        "Sort the points by how many coordinates lie in a seam. What must hold of their misses?",
        "k misses between 0 and 1 that add up to less than 1 fill a simplex of volume 1/k!.",
        "Choose the k coordinates that lie in a seam; each has two ends of length ε. The others "
        "run over s − 2ε. Add up over all choices.",
    ),
)
def box_fires(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The volume of {H > 0} for a soft box in d dimensions (section 2, for any dimension; ours)."""
    for name, (sides, epsilon) in _boxes(draw.rng).items():
        found = exact(answer(sides, epsilon))
        yield expect(
            found == _fires(sides, epsilon),
            f"{name}: the volume is exact.",
            but=_fault(found, sides, epsilon),
            hint=recognised(
                found,
                _mistaken_fires(sides, epsilon),
                "How many coordinates of a point lie in a seam?",
            ),
        )


def _mistaken_fires(sides: Sides, epsilon: Fraction) -> Thoughts:
    box, d = math.prod(sides, start=ONE), len(sides)
    return (
        (box, "Corners are lost: there the misses add up, and two of 2/3 leave nothing."),
        (_shrunk(sides, 2 * epsilon), "That is where H is 1. It is also > 0 …"),
        (
            box - 2 * epsilon**2,
            "2ε² is what two sides lose: four corners of ε²/2. With other dimensions?",
        ),
        (
            box - (2 * epsilon) ** d * (1 - Fraction(1, math.factorial(d))),
            "You cut the corners only. In space the edges lose something, too.",
        ),
        (_fires(sides, epsilon, ends=1), "A seam has two ends on each side."),
        (
            _fires(sides, epsilon, share=lambda k: 2 ** max(k - 1, 0)),
            "Misses that add up to less than 1 fill a simplex, not half of a cube, in each "
            "dimension.",
        ),
    )


def _boxes(rng: np.random.Generator) -> dict[str, tuple[list[Fraction], Fraction]]:
    found = {}
    for d, name in enumerate(("An interval", "A rectangle", "In space", "In four dimensions"), 1):
        epsilon = Fraction(1, int(rng.integers(4, 9)))
        found[name] = [2 * epsilon + Fraction(int(k), 4) for k in rng.integers(1, 8, d)], epsilon
    return found


def _shrunk(sides: Sides, by: Fraction) -> Fraction:
    """The volume of a box whose sides are shorter by so much."""
    return math.prod((s - by for s in sides), start=ONE)


def _fires(
    sides: Sides,
    epsilon: Fraction,
    *,
    ends: int = 2,
    share: Callable[[int], int] = math.factorial,
) -> Fraction:
    """The volume where the misses add up to less than 1; the options are mistakes.

    Where k coordinates lie in a seam, their misses fill a simplex: one k!-th of a cube.
    """
    return sum(
        (
            _shrunk(rest, ends * epsilon) * (ends * epsilon) ** k / share(k)
            for k in range(len(sides) + 1)
            for rest in itertools.combinations(sides, len(sides) - k)
        ),
        Fraction(0),
    )


def _fault(found: Fraction, sides: Sides, epsilon: Fraction) -> str:
    box = math.prod(sides, start=ONE)
    if found > box:
        compared = "more than the whole box has"
    else:
        compared = f"{told(found / box)} of the box" if found > 0 else "not a positive volume"
    where = f"For the sides {told_list(sides)} and ε = {epsilon}"
    return f"{where} you return {told(found)}, {compared}."
