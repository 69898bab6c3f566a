"""Task 1 · How many half-truths make a truth?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import whole
from course_lib.checks.report import Line, expect
from course_lib.checks.set_08.shared import entries, told


@exercise(
    "08.half_truths",
    "How many half-truths make a truth?",
    hints=(
        "Write down what OR and AND of n equal truth values are, as formulas in n and p.",
        "OR is 1 as soon as the sum is 1. AND is above 0 as long as the doubts 1 − p add up to "
        "less than 1.",
        "One of the two conditions has ≥, the other <. What does that do where 1/p is whole?",
    ),
)
def half_truths(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The least n with OR = 1 and the largest with AND > 0 (lesson 08, section 1)."""
    for case, p in _truths(draw.rng).items():
        found = entries(answer(p), ("or", "and"))
        n, m = (whole(found[key], f'the entry "{key}"') for key in ("or", "and"))
        least, most = math.ceil(1 / p), math.ceil(1 / (1 - p)) - 1
        yield expect(
            n == least,
            f"{case}: this many rules are the fewest for which OR is sure.",
            but=_or_fault(p, n),
            hint=_or_thought(p, n, swapped=(n, m) == (most, least)),
        )
        yield expect(
            m == most,
            f"{case}: this many rules are the most for which AND is above 0.",
            but=_and_fault(p, m),
            hint=_and_thought(p, m, most),
        )


def _truths(rng: np.random.Generator) -> dict[str, Fraction]:
    q, n = int(rng.choice([5, 7, 11])), int(rng.integers(3, 9))
    hair = Fraction(1, 10**30)
    return {
        "A half": Fraction(1, 2),
        "Some truth": Fraction(int(rng.integers(2, q - 1)), q),
        "1/p whole": Fraction(1, n),
        "p a hair below that": Fraction(1, n) - hair,
        "1/(1 − p) whole": Fraction(n - 1, n),
        "p a hair above that": Fraction(n - 1, n) + hair,
    }


FLOAT = "The float nearest to p is another number. Divide fractions."


def _or_fault(p: Fraction, n: int) -> str:
    if n * p < 1:
        return f"At p = {told(p)} you return {n}; the sum of that many is below 1."
    return f"At p = {told(p)} you return {n}; the sum of {n - 1} is not below 1 either."


def _or_thought(p: Fraction, n: int, *, swapped: bool) -> str:
    if swapped:
        return "You have the two gates in each other's place. Which of them is hard to please?"
    if n == math.ceil(1 / float(p)):
        return FLOAT
    if n == math.floor(1 / p):
        return "You round down. Is the sum of that many large enough?"
    if (n - 1) * p == 1:
        return "A sum of exactly 1 is enough: the cut leaves it alone."
    return "OR of n values p is 1 − relu(1 − np). When is nothing left of the relu?"


def _and_fault(p: Fraction, m: int) -> str:
    if m * (1 - p) < 1:
        return f"At p = {told(p)} you return {m}; AND of {m + 1} is above 0, too."
    return f"At p = {told(p)} you return {m}; AND of that many is 0."


def _and_thought(p: Fraction, m: int, most: int) -> str:
    if m * (1 - p) == 1:
        return "Where the doubts add up to exactly 1, AND is 0, and 0 is not above 0."
    if m in (math.floor(1 / (1 - float(p))), math.ceil(1 / (1 - float(p))) - 1):
        return FLOAT
    if m == math.ceil(1 / p) - 1:
        return "You count truths. For AND count doubts: each rule brings 1 − p of them."
    if m == most + 1:
        return "One too many. How much is left of relu(np − (n − 1)) for your n?"
    return "AND of n values p is relu(np − (n − 1)) = relu(1 − n(1 − p))."
