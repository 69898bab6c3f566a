"""How many neurons are enough, and how many are needed: two laws solved for the width."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import whole
from course_lib.checks.report import Line
from course_lib.checks.set_01.shared import Fault, line, recognised

__all__ = ["enough_neurons", "needed_neurons"]


@exercise(
    "01.enough_neurons",
    "How many neurons are enough?",
    hints=(
        "Solve M h²/8 ≤ error for the whole number N in h = length / N.",
        "N is at least a square root. Which whole number is the first that is large enough?",
        "Compare N² with a fraction and you need no root at all.",
    ),
)
def enough_neurons(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The least N that the h²/8 law promises (lesson 01, section 6), in whole numbers."""
    for case, (bend, length, error) in _rates(draw.rng, 8).items():
        found = whole(answer(bend, length, error))
        ratio = bend * length**2 / (8 * error)
        yield line(f"{case}: N is the least.", _enough_fault(ratio, length, found))


@exercise(
    "01.needed_neurons",
    "How many neurons are needed?",
    hints=(
        "A width N is excluded if the floor for N is above the error that is allowed.",
        "N neurons make at most N + 1 pieces, and it is the pieces that the floor counts.",
        "Find the least number of pieces first. How many kinks do they have between them?",
    ),
)
def needed_neurons(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The least N that the floor m(b-a)²/16(N+1)² leaves open (lesson 01, section 8)."""
    for case, (bend, length, error) in _rates(draw.rng, 16).items():
        found = whole(answer(bend, length, error))
        ratio = bend * length**2 / (16 * error)
        yield line(f"{case}: N is the least.", _needed_fault(ratio, length, found))


def _rates(rng: np.random.Generator, law: int) -> dict[str, tuple[Fraction, Fraction, Fraction]]:
    """Bend, length and error: no exact fit, an exact fit, and less than that by a hair."""
    bend = [Fraction(int(k)) for k in rng.integers(2, 9, 2)]
    length = [Fraction(int(k)) for k in rng.choice([3, 5, 6, 7], 2)]
    pieces = [Fraction(int(k)) for k in rng.integers(11, 40, 2)]
    between = bend[0] * length[0] ** 2 / (law * (pieces[0] ** 2 + pieces[0] / 2))
    fit = bend[1] * length[1] ** 2 / (law * pieces[1] ** 2)
    hair = Fraction(1, 10**30)
    return {
        "An error between two widths": (bend[0], length[0], between),
        "An error that fits a width exactly": (bend[1], length[1], fit),
        "An error that is smaller than that by a hair": (bend[1], length[1], fit - hair),
        "A large error": (bend[0], length[0], bend[0] * length[0] ** 2),
    }


def _root_up(ratio: Fraction) -> int:
    """The least whole number, at least 1, whose square is at least the ratio.

    >>> _root_up(Fraction(9)), _root_up(Fraction(91, 10)), _root_up(Fraction(1, 2))
    (3, 4, 1)
    """
    return max(1, math.isqrt(math.ceil(ratio) - 1) + 1)


def _enough_fault(ratio: Fraction, length: Fraction, found: int) -> Fault | None:
    """What is wrong if N² must be at least the ratio."""
    right, root = _root_up(ratio), math.sqrt(ratio)
    if found == right:
        return None
    but = f"You return {found}, but {found - 1} neurons are enough by the same law."
    if found < 1:
        but = f"You return {found}, but a layer has at least one neuron."
    elif found < right:
        but = f"You return {found}, but for that width the law does not promise the error."
    mistakes = [
        *(
            (_root_up(ratio * k), "The law has an 8 in it: M h²/8.")
            for k in (2, 4, 8, Fraction(1, 2))
        ),
        (
            _float_root(ratio),
            "A float can't tell this error from the one that fits. Compare N² with a fraction.",
        ),
        (math.floor(root), "That is one neuron too few: N must be at least the root, so round up."),
        (
            right + 1 if right**2 == ratio else None,
            "Here the root is a whole number already, and it is enough.",
        ),
        (math.ceil(ratio), "The error falls like 1/N², so N grows like a square root."),
        (_root_up(ratio / length**2), "You left out the length of the interval: h = length / N."),
        (_root_up(ratio / length), "The length counts in full, since h = length / N."),
    ]
    return but, recognised(found, mistakes, "Put your N and N − 1 into M h²/8 with h = length/N.")


def _needed_fault(ratio: Fraction, length: Fraction, found: int) -> Fault | None:
    """What is wrong if (N + 1)² must be at least the ratio."""
    pieces, root = _root_up(ratio), math.sqrt(ratio)
    if found == pieces - 1:
        return None
    but = f"You return {found}, but the floor leaves {found - 1} neurons open as well."
    if found < 0:
        but = f"You return {found}, but a layer has no fewer than 0 neurons."
    elif found < pieces - 1:
        but = f"You return {found}, but for that width the floor is above the error."
    eight = (
        "The 8 belongs to the law about enough neurons. The floor has a 16: a network need not "
        "touch the function at its knots."
    )
    mistakes = [
        (_root_up(2 * ratio) - 1, eight),
        (_root_up(2 * ratio), eight),
        (
            _float_root(ratio, less=1),
            "A float can't tell this error from the one that fits. Compare squares with fractions.",
        ),
        (pieces, "That is the number of pieces. N kinks make N + 1 pieces."),
        (
            math.floor(root) - 1,
            "One width more is excluded: (N + 1) must be at least the root, so round up.",
        ),
        (math.ceil(ratio) - 1, "The floor falls like 1/(N + 1)², so N grows like a square root."),
        (
            _root_up(ratio / length**2) - 1,
            "You left out the length of the interval, or its square.",
        ),
    ]
    return but, recognised(
        found, mistakes, "Put your N and N − 1 into the floor m·length²/(16 (N + 1)²)."
    )


def _float_root(ratio: Fraction, less: int = 0) -> int | None:
    """What a float root makes of a ratio that misses a square by a hair, less so many."""
    root = math.sqrt(ratio)
    return round(root) - less if root == round(root) and root**2 != ratio else None
