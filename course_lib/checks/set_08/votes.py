"""Task 6 · Votes whose order matters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import shown
from course_lib.checks.report import Line, NotYet, expect
from course_lib.checks.set_08.shared import ONE, ZERO, exact, told, told_list

MOST = 6


@exercise(
    "08.order_matters",
    "Rules whose order matters",
    hints=(
        "With votes a ≥ 0 the law holds, so at least one vote must be negative. Follow n.",
        "A vote of 1 erases all that came before it: n = 0. What do the votes after it do?",
        "After an erasure only a negative vote lifts n again. Which vote should come last if you "
        "read from the front, and which if you read from the back?",
    ),
)
def order_matters(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Votes for which the series circuit says p forwards and q backwards (lesson 08, section 8)."""
    for pair, (p, q) in _two_answers(draw.rng).items():
        votes = _votes(answer(p, q))
        forwards, backwards = _series(votes), _series(votes[::-1])
        yield expect(
            forwards == p and backwards == q,
            f"{pair}: the circuit says p forwards and q backwards.",
            but=f"p = {p}, q = {q}: the votes {told_list(votes)} give {told(forwards)} forwards "
            f"and {told(backwards)} backwards.",
            hint=_thought(votes, (forwards, backwards), (p, q)),
        )


def _thought(
    votes: list[Fraction], found: tuple[Fraction, Fraction], wanted: tuple[Fraction, Fraction]
) -> str:
    forwards, backwards = found
    if min(votes) >= 0:
        return "None of your votes is negative: then the order can't matter. Who could object?"
    if found == wanted[::-1]:
        return "The right two answers, the wrong way round."
    if (1 - forwards, 1 - backwards) in (wanted, wanted[::-1]):
        return "You aim at n. The circuit says 1 − n."
    if forwards == backwards:
        return "Both ways the same. A sum forgets its order; the cut at 0 doesn't: make n reach 0."
    if forwards == wanted[0]:
        return "Forwards it is right. Backwards, how much is left of n after the negative vote?"
    if backwards == wanted[1]:
        return "Backwards it is right. Forwards, what does n = 0 become at the end?"
    return "Follow n through your votes, once in each order."


def _series(votes: Sequence[Fraction]) -> Fraction:
    n = ONE
    for vote in votes:
        n = max(ZERO, n - vote)
    return 1 - n


def _two_answers(rng: np.random.Generator) -> dict[str, tuple[Fraction, Fraction]]:
    found = {"No and yes": (ZERO, ONE)}
    for pair in ("A second pair", "A third pair", "A fourth pair"):
        size = int(rng.integers(5, 13))
        low, high = sorted(int(k) for k in rng.choice(size - 1, 2, replace=False) + 1)
        found[pair] = Fraction(low, size), Fraction(high, size)
    return found


def _votes(value: Any) -> list[Fraction]:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST:
        raise NotYet("The result is a list of one to six votes.", f"You returned {shown(value)}.")
    votes = [exact(vote, "a vote") for vote in value]
    for vote in votes:
        if not -1 <= vote <= 1:
            raise NotYet(
                "Each vote lies between −1 and 1.",
                f"One of yours is {told(vote)}.",
                "Split a vote that is too large into two.",
            )
    return votes
