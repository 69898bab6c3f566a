"""Task 6a · A crease that stops: no single hidden layer draws it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, expect
from course_lib.checks.set_07.shared import (
    Affine,
    Point,
    at,
    items,
    point,
    require_inside,
    shown,
    values,
    whole,
)


@exercise(
    "07.stopping_crease",
    "A crease that stops",
    hints=(
        "The maximum of three bends along rays that meet in one point.",
        "Find the point where all three functions are equal. Then stay on one of the three lines.",
        "Along the line on which two functions are equal, the third is smaller on one half only.",
    ),
)
def stopping_crease(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Two points of one line: h = max of three bends at p, and is affine near q (lesson 07)."""
    for name, functions in _threes(draw.rng):
        p, q = (
            point(entry, name)
            for entry, name in zip(items(answer(functions), 2, "the result"), "pq", strict=True)
        )
        require_inside(p, "p")
        require_inside(q, "q")
        yield _bends(name, functions, p)
        yield _straight(name, functions, q)
        i, j = _winners(functions, p)
        yield expect(
            at(functions[i], q) == at(functions[j], q),
            f"q lies on the line along which the {name} h bends at p.",
            but=f"At p = {shown(p)} the functions {i} and {j} are equal and largest; at "
            f"q = {shown(q)} those two differ.",
            hint="Any neuron that bends at p bends along the whole line on which these two "
            "functions are equal. Stay on that line.",
        )


def _bends(name: str, functions: Sequence[Affine], p: Point) -> Line:
    winners = len(_winners(functions, p))
    crossed = len({at(function, p) for function in functions}) < 3
    if winners == 3:
        hint = "At the point where all three meet, three creases begin. Step away, along one."
    elif crossed:
        hint = (
            "Two of them are equal at p, but the third is larger. Take the other half of the "
            "line, or return the two points in the other order."
        )
    else:
        hint = "No two of them are equal there. First find the lines on which two are."
    return expect(
        winners == 2,
        f"The {name} h bends at p: exactly two of the functions are largest there.",
        but=f"At p = {shown(p)} the values are {values(functions, p)}.",
        hint=hint,
    )


def _straight(name: str, functions: Sequence[Affine], q: Point) -> Line:
    winners = len(_winners(functions, q))
    return expect(
        winners == 1,
        f"The {name} h is affine near q: one function alone is largest there.",
        but=f"At q = {shown(q)} the values are {values(functions, q)}; {winners} of them are "
        "largest.",
        hint="h bends at q as well. Go to the other side of the point where all three are equal."
        if winners == 2
        else "Three creases begin at that point. Go beyond it.",
    )


def _winners(functions: Sequence[Affine], x: Point) -> list[int]:
    found = [at(function, x) for function in functions]
    return [j for j, value in enumerate(found) if value == max(found)]


def _threes(rng: np.random.Generator) -> Iterator[tuple[str, list[Affine]]]:
    """Three affine functions that are equal at one point, at most 1/2 from either axis."""
    for name in ("first", "second", "third"):
        x, y = (Fraction(whole(rng, -2, 3), 4) for _ in range(2))
        while True:
            slopes = rng.integers(-2, 3, (3, 2)).tolist()
            (a, b), (c, d), (e, f) = slopes
            if (c - a) * (f - b) != (d - b) * (e - a):
                break
        level = whole(rng, -1, 2)
        yield name, [(p, q, level - p * x - q * y) for p, q in slopes]
