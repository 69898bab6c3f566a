"""How many regions any lines make: parallel, through one point, or listed twice."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line
from course_lib.checks.set_02.shared import (
    ONE_BY_ONE,
    Case,
    Point,
    compared,
    said,
    zaslavsky,
)

__all__ = ["lines_cut"]

PlainLine = tuple[int, int, int]  # the line p x + q y = r


@exercise(
    "02.lines_cut",
    "Regions of any lines",
    hints=(
        "Write each line in one form only, so that two rows for one line become equal. Fractions "
        "make that exact.",
        "Add the lines one at a time. A new line is cut by the earlier ones at some number of "
        "*different* points; it adds one region more than that.",
        "Three lines through one point: the third meets both others at a single point. So collect "
        "the crossing points of the new line in a set.",
    ),
)
def lines_cut(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Regions of any arrangement of lines: parallel, concurrent, repeated (Zaslavsky 1975)."""
    cases = _arrangements(draw.rng)
    found = {name: _cut(lines, read.whole(answer(lines))) for name, lines in cases.items()}
    for name, says in ARRANGEMENTS.items():
        yield compared(says, [found[name]], ONE_BY_ONE, among=[*found.values()])


ARRANGEMENTS = {
    "general": "Lines in general position are right.",
    "parallel": "Parallel lines are right.",
    "point": "Lines with a common point are right.",
    "repeated": "A line that is listed twice cuts once.",
    "mixed": "All of it together is right.",
}


def _arrangements(rng: np.random.Generator) -> dict[str, list[PlainLine]]:
    """A case for each trap, and one with all of them."""
    shift = [int(s) for s in rng.integers(-3, 4, 4)]
    p, q = (int(c) for c in rng.integers(-3, 4, 2))  # the common point
    through = [_through(normal, p, q) for normal in _directions(rng, int(rng.integers(3, 6)))]
    general = [(1, 0, shift[0]), (0, 1, shift[1]), (1, 1, shift[0] + shift[1] + 1)]
    steep = (int(rng.integers(1, 3)), -int(rng.integers(3, 5)))
    parallel = [
        (*steep, shift[2]),
        (-2 * steep[0], -2 * steep[1], -2 * shift[2] - 1),
        (3 * steep[0], 3 * steep[1], 3 * shift[2] - 3),
        (1, 0, shift[3]),
    ]
    double = [(1, 2, shift[1]), (-3, -6, -3 * shift[1]), (2, -1, shift[0])]
    far = _through(through[0][:2], p + 7, q - 5)  # parallel to the first of them
    s, t, v = through[1]
    mixed = [*through, far, (2 * s, 2 * t, 2 * v), (0, -1, 17)]
    return {
        "general": general,
        "parallel": parallel,
        "point": through,
        "repeated": double,
        "mixed": [mixed[i] for i in rng.permutation(len(mixed))],
    }


def _directions(rng: np.random.Generator, count: int) -> list[tuple[int, int]]:
    normals = [(1, 0), (0, 1), (1, 1), (1, -1), (2, 1), (1, -3)]
    return [normals[i] for i in rng.permutation(len(normals))[:count]]


def _through(normal: tuple[int, int], x: int, y: int) -> PlainLine:
    return (*normal, normal[0] * x + normal[1] * y)


def _canonical(line: PlainLine) -> Point:
    """The same three numbers for every way to write a line."""
    lead = line[0] or line[1]
    return tuple(Fraction(c, lead) for c in line)


def _meeting_points(lines: Iterable[Point]) -> Counter[Point]:
    """Where two or more lines meet, and in how many pairs."""
    points: Counter[Point] = Counter()
    for (p, q, r), (s, t, v) in itertools.combinations(lines, 2):
        if det := p * t - q * s:
            points[(r * t - q * v) / det, (p * v - r * s) / det] += 1
    return points


def _regions(lines: Sequence[Point]) -> int:
    """1 + n + the sum over all crossing points of (lines through it - 1), for different lines."""
    total = 1 + len(lines)
    for x, y in _meeting_points(lines):
        total += sum(p * x + q * y == r for p, q, r in lines) - 1
    return total


def _cut(lines: list[PlainLine], count: int) -> Case:
    listed = [_canonical(line) for line in lines]
    different = sorted({*listed})
    points, n, right = _meeting_points(different), len(different), _regions(different)
    at = " and ".join(f"({x}, {y})" for x, y in sorted(points)[:2]) or "no point at all"
    but = (
        f"For {lines} you return {said(count)}. There are {n} different lines, and they meet at "
        f"{at}{' and elsewhere' * (len(points) > 2)}. Draw them."
    )
    twice = "Two rows may describe one line: (1, 2, 3) and (-2, -4, -6)."
    one_point = (
        "Several pairs of lines may cross at one and the same point. A line that meets two others "
        "at one point passes one corner, not two."
    )
    slips = [
        (
            zaslavsky(len(lines)),
            "That is Zaslavsky's number. Are its hypotheses true here: no two lines parallel or "
            "equal, no three through one point?",
        ),
        (
            zaslavsky(n),
            "That is Zaslavsky's number. Parallel lines never meet, and three lines through one "
            "point meet only once.",
        ),
        (right + len(lines) - n, twice),
        (_regions(listed), twice),
        (_one_by_one(listed), twice),
        (1 + n + points.total(), one_point),
        (1 + len(lines) + _meeting_points(listed).total(), one_point),
        (
            1 + n + len(points),
            "A point where m lines meet is worth more than one where two meet. Add the lines one "
            "at a time.",
        ),
        (right - 1, "With no line at all the plane is one region."),
    ]
    return Case(count, right, but, slips)


def _one_by_one(lines: Sequence[Point]) -> int:
    """Counted line by line, where a repeated line is taken for a new one."""
    total = 1
    for k, line in enumerate(lines):
        met = {point for one in lines[:k] for point in _meeting_points((line, one))}
        total += 1 + len(met)
    return total
