"""Tasks 6b and 6c · One clause per piece isn't enough; which clauses are right."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, NotYet, expect
from course_lib.checks.set_07.shared import (
    Affine,
    Point,
    at,
    brief,
    items,
    point,
    require_inside,
    shown,
    values,
    whole,
)

ORDERS = ((1, 2, 0), (2, 0, 1))  # where 0, right and left go: never where the lesson has them
Clauses = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Trap:
    """f = min(0, x₂ + q + a·|x₁|), turned by quarters, tilted, its functions in some order.

    Args:
        name: how the reports call it.
        functions: three affine functions.
        pieces: (function, corners) for each of five convex pieces of the square.
        top: the function that owns three pieces; f is the smaller of it and the larger other.
    """

    name: str
    functions: list[Affine]
    pieces: list[tuple[int, list[Point]]]
    top: int

    def value(self, x: Point) -> Fraction:
        """f(x)."""
        top, *others = sorted(range(3), key=lambda j: j != self.top)
        return min(self.at(top, x), max(self.at(j, x) for j in others))

    def at(self, j: int, x: Point) -> Fraction:
        """Function number j at x."""
        return at(self.functions[j], x)

    def largest_of_smallest(self, clauses: Clauses, x: Point) -> Fraction:
        """The formula with these clauses, at x."""
        return max(min(self.at(j, x) for j in clause) for clause in clauses)

    @property
    def tempting(self) -> Clauses:
        """One clause for each piece: the functions that are nowhere below its own."""
        return [
            [j for j in range(3) if all(self.at(j, x) >= self.at(k, x) for x in corners)]
            for k, corners in self.pieces
        ]

    @property
    def crossings(self) -> list[Point]:
        """The points of the square where two of these lines cross: L_i = L_j, and the sides."""
        lines: list[Affine] = [(1, 0, 1), (1, 0, -1), (0, 1, 1), (0, 1, -1)]
        for p, q in itertools.combinations(self.functions, 2):
            lines.append((p[0] - q[0], p[1] - q[1], p[2] - q[2]))
        found = (_crossing(p, q) for p, q in itertools.combinations(lines, 2))
        return sorted({x for x in found if x and max(map(abs, x)) <= 1})


def _crossing(p: Affine, q: Affine) -> Point | None:
    (a, b, c), (d, e, f) = p, q
    det = a * e - b * d
    return (Fraction(b * f - c * e) / det, Fraction(c * d - a * f) / det) if det else None


def _traps(rng: np.random.Generator) -> Iterator[Trap]:
    """Two of them, in different turns and orders."""
    turns, orders = rng.permutation(4), rng.permutation(ORDERS).tolist()
    for name, turn, order in zip(("first", "second"), turns, orders, strict=False):
        a, q = whole(rng, 1, 3), Fraction(whole(rng, 1, 3), 4)
        tilt = (whole(rng, -2, 3), whole(rng, -2, 3), whole(rng, -1, 2))
        yield _trap(name, a, q, int(turn), tilt, order)


def _trap(
    name: str, a: int, q: Fraction, turn: int, tilt: tuple[int, int, int], order: Sequence[int]
) -> Trap:
    functions: list[Affine] = [(0, 0, 0)] * 3
    for k, (g1, g2, c) in zip(order, ((0, 0, 0 * q), (a, 1, q), (-a, 1, q)), strict=True):
        g1, g2 = _turned((g1, g2), turn)
        functions[k] = (g1 + tilt[0], g2 + tilt[1], c + tilt[2])
    pieces = [
        (order[k], [_turned(x, turn) for x in corners]) for k, corners in _upright_pieces(a, q)
    ]
    return Trap(name, functions, pieces, order[0])


def _upright_pieces(a: int, q: Fraction) -> Iterator[tuple[int, list[Point]]]:
    """The pieces of min(0, x₂ + q + a·|x₁|): 0 is function 0, then right and left."""
    one = Fraction(1)
    tip, foot, reach = (0 * one, -q), (0 * one, -one), (1 - q) / a
    yield 0, [(-one, -q), tip, (one, -q), (one, one), (-one, one)]
    for s, side in ((1, 1), (-1, 2)):
        yield 0, [tip, (s * reach, -one), (s * one, -one), (s * one, -q)]
        yield side, [tip, foot, (s * reach, -one)]


def _turned(x: tuple[Any, Any], quarters: int) -> tuple[Any, Any]:
    for _ in range(quarters):
        x = (-x[1], x[0])
    return x


# ---------------------------------------------------------------- the witness


@exercise(
    "07.lattice_witness",
    "One clause per piece?",
    hints=(
        "At a corner of a piece with the function k, f is L_k.",
        "Write both as code: f at a corner, and the formula at that corner. Then try all corners.",
        "Look where f is lowest, compared with the function that owns most pieces.",
    ),
)
def lattice_witness(answer: Answer, draw: Instances) -> Iterator[Line]:
    """A point at which the formula with one clause per piece isn't f (lesson 07, section 5)."""
    for trap in _traps(draw.rng):
        x = point(answer(trap.functions, trap.pieces), "the point")
        require_inside(x, "the point")
        on_corner = any(x in corners for _, corners in trap.pieces)
        yield expect(
            trap.value(x) != trap.largest_of_smallest(trap.tempting, x),
            f"At your point for the {trap.name} function, f and the formula differ.",
            but=f"At x = {shown(x)} f is {brief(trap.value(x))}, and the formula says the same.",
            hint="Build the clauses by comparing at the corners of a piece: L_j ≥ L_k at all of "
            "them, not at some."
            if on_corner
            else "The clause of the largest piece decides the maximum. What can the formula never "
            "be below?",
        )


# ---------------------------------------------------------------- the repair


@exercise(
    "07.lattice_repair",
    "Clauses that are right",
    hints=(
        "A clause is allowed if its minimum is nowhere above f.",
        "Which clause of the tempting formula is above f somewhere?",
        "One function owns several pieces. Is it ever allowed to stand alone?",
    ),
)
def lattice_repair(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Clauses with max of min = f on the square, compared where all creases cross.

    f and the formula are affine on each cell that the lines L_i = L_j cut out of the square, so
    they are equal if they agree at the corners of these cells.
    """
    for trap in _traps(draw.rng):
        clauses = _clauses(answer(trap.functions, trap.pieces))
        gaps = {x: trap.largest_of_smallest(clauses, x) - trap.value(x) for x in trap.crossings}
        x = max(gaps, key=lambda crossing: abs(gaps[crossing]))
        clause = max(clauses, key=lambda s: min(trap.at(j, x) for j in s))
        yield expect(
            not gaps[x],
            f"For the {trap.name} function, the largest of the smallest is f on the whole square.",
            but=f"At x = {shown(x)} the functions have the values {values(trap.functions, x)}, f "
            f"is {trap.value(x)}, and the clause {clause} makes your formula "
            f"{trap.value(x) + gaps[x]}.",
            hint=_repair_hint(trap, clauses, max(gaps.values()) > 0),
        )


def _repair_hint(trap: Trap, clauses: Clauses, too_high: bool) -> str:
    swapped = (
        min(max(trap.at(j, x) for j in clause) for clause in clauses) == trap.value(x)
        for x in trap.crossings
    )
    if all(swapped):
        return "Those clauses are right for the smallest of the largest: the other way round."
    if too_high and any(len(set(clause)) == 1 for clause in clauses):
        return "A clause with one function alone makes the formula at least as large everywhere."
    if too_high:
        return "A clause that is above f anywhere spoils the maximum. Lengthen it, or drop it."
    return "The formula is too low: no clause reaches f there. Which two functions would?"


def _clauses(value: Any) -> list[list[int]]:
    clauses = [
        [read.whole(j, "a member of a clause") for j in items(clause, None, "a clause")]
        for clause in items(value, None, "the result")
    ]
    if not clauses or not all(clauses):
        raise NotYet("There is a clause, and none is empty.", f"You returned {read.shown(value)}.")
    if any(j not in (0, 1, 2) for clause in clauses for j in clause):
        raise NotYet(
            "A clause holds positions in the list of functions: 0, 1 or 2.",
            f"You returned {read.shown(value)}.",
            "Positions begin at 0.",
        )
    return clauses
