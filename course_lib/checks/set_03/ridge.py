"""03.ridge: a set {f ≥ 0} of measure zero, which the theorem about {f > 0} doesn't forbid."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, expect
from course_lib.checks.set_03.shared import minus, moved, said, said_number, small_network
from course_lib.exact import Vector, freeze

Function = Callable[[Any], Fraction]

ALONG = (0, 1, Fraction(-1, 2), 1000, -1000, 10**9, -(10**9))
NEAR_AND_FAR = (1, Fraction(1, 3), 1000, Fraction(1, 10**6), 10**9, Fraction(1, 10**12))
ACROSS = tuple(sign * step for step in NEAR_AND_FAR for sign in (1, -1))


@exercise(
    "03.ridge",
    "A closed set that is a line",
    hints=(
        "On one side of the line one neuron should pull f down, on the other side the other one.",
        "Write the line as ⟨n, x⟩ = c. What are relu(⟨n, x⟩ − c) and relu(c − ⟨n, x⟩) on it, and "
        "off it?",
        "{f ≥ 0} may contain no point where f > 0: {f > 0} is open.",
    ),
)
def ridge(answer: Answer, draw: Instances) -> Iterator[Line]:
    """{f ≥ 0} is the line through p and q, on a rational sample (theory: trap 2 of the bound)."""
    rng = draw.rng
    for p, q in (_draw_pair(rng), _draw_pair(rng)):
        net = small_network(answer([int(e) for e in p], [int(e) for e in q]), 2)
        yield expect(
            net.depth == 1 and net.widths[0] <= 2,
            "The network has one hidden layer of at most two neurons.",
            but=f"Yours has hidden widths {net.widths}.",
            hint="Two neurons are enough: one for each side of the line.",
        )
        yield from _on_the_line(freeze(net).evaluate, p, q)
        yield _off_the_line(freeze(net).evaluate, p, q)


def _draw_pair(rng: np.random.Generator) -> tuple[Vector, Vector]:
    """Two points on a line that misses the origin and is parallel to no axis or diagonal."""
    while True:
        p, q = (tuple(map(Fraction, xs)) for xs in rng.integers(-4, 5, (2, 2)).tolist())
        (a, b), (c, d) = p, q
        if a * d != b * c and abs(a - c) != abs(b - d) and a != c and b != d:
            return p, q


def _step_and_normal(p: Vector, q: Vector) -> tuple[Vector, Vector]:
    step = (q[0] - p[0], q[1] - p[1])
    return step, (-step[1], step[0])


def _points_on(p: Vector, q: Vector) -> list[Vector]:
    step, _ = _step_and_normal(p, q)
    return [moved(p, t, step) for t in ALONG]


def _on_the_line(f: Function, p: Vector, q: Vector) -> Iterator[Line]:
    x = next((x for x in _points_on(p, q) if f(x) != 0), p)
    yield expect(
        f(x) == 0,
        "f = 0 on the line.",
        but=f"For the line through {said(p)} and {said(q)}: {said(x)} lies on it, and there "
        f"f = {said_number(f(x))}.",
        hint=_hint(f, p, q, f(x)),
    )


def _off_the_line(f: Function, p: Vector, q: Vector) -> Line:
    _, normal = _step_and_normal(p, q)
    off = (moved(x, s, normal) for s, x in itertools.product(ACROSS, _points_on(p, q)))
    x = next((x for x in off if f(x) >= 0), None)
    return expect(
        x is None,
        "f < 0 off the line.",
        but=f"For the line through {said(p)} and {said(q)}: {said(x)} doesn't lie on it, and "
        f"there f = {said_number(f(x))}."
        if x
        else "",
        hint="f must be negative on both sides: two neurons, one guard for each side, and each "
        "one pulls down.",
    )


def _hint(f: Function, p: Vector, q: Vector, value: Fraction) -> str:
    if value != 0 and abs(value) < Fraction(1, 10**9):
        return "You are off by a rounding error. With whole-number weights nothing is rounded."
    if value > 0:
        return (
            "Where f > 0 it is positive on a whole neighbourhood: you draw a strip, of infinite "
            "measure. The line must be where f is exactly zero."
        )
    if f(minus(p)) == f(minus(q)) == 0:
        return "You drew the line through −p and −q: look at the sign of your offset."
    if f(moved(p, 1, _step_and_normal(p, q)[1])) == 0:
        return "Your line goes through p at a right angle: you took q − p as the normal."
    return "Put p, then q, into the pre-activations of your two neurons: all should be zero."
