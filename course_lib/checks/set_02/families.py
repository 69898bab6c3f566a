"""How many regions families of parallel lines make: a hypothesis of Zaslavsky's fails."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line
from course_lib.checks.set_02.shared import (
    ONE_BY_ONE,
    Case,
    compared,
    plural,
    said,
    zaslavsky,
)

__all__ = ["parallel_families"]


@exercise(
    "02.parallel_families",
    "Regions of families of parallel lines",
    hints=(
        "Add the lines one at a time. A new line cuts every region that it runs through.",
        "A line that crosses c others at different points runs through c + 1 regions, so it adds c "
        "+ 1.",
        "In all: one region, one more for each line, and one more for each crossing. Which pairs "
        "of lines cross?",
    ),
)
def parallel_families(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Regions of parallel families in otherwise general position (Zaslavsky 1975, corrected)."""
    rng = draw.rng
    drawn = [[int(s) for s in rng.integers(1, 7, size)] for size in (3, 4)]
    drawn[0][0] += 2
    cases = [[3, 2], [5], [1, 1, 1, 1], [], *drawn]
    found = [_families(case, read.whole(answer(case))) for case in cases]
    yield compared(
        "One family, two families, and lines that all have different directions are right.",
        found[:4],
        ONE_BY_ONE,
        among=found,
    )
    yield compared("Three and four families are right.", found[4:], ONE_BY_ONE)


def _families(sizes: list[int], count: int) -> Case:
    n, crossings = sum(sizes), sum(p * q for p, q in itertools.combinations(sizes, 2))
    neighbours = sum(p * q for p, q in itertools.pairwise(sizes))
    but = (
        f"For {sizes} you return {said(count)}. Draw it: {plural(n, 'line')} with "
        f"{plural(crossings, 'crossing')}."
    )
    slips = [
        (
            zaslavsky(n),
            "That is Zaslavsky's number. Its hypothesis fails: parallel lines never meet.",
        ),
        (n + crossings, "With no line at all the plane is one region."),
        (1 + crossings, "A line that crosses nothing cuts a region in two, too."),
        (
            math.prod(s + 1 for s in sizes),
            "Two families make a grid of rectangles. But a line of a third family does not cut all "
            "of them: it runs through one more than it crosses lines.",
        ),
        (1 + n + 2 * crossings, "You count each crossing twice, once from either line."),
        (
            1 + n + neighbours,
            "Every family crosses every other one, not only its neighbour in the list.",
        ),
    ]
    return Case(count, 1 + n + crossings, but, slips)
