"""What the judges of set 02 share: lines about several instances, and numbers in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.checks.report import Line, expect

__all__ = [
    "NEAR",
    "ONE_BY_ONE",
    "Case",
    "Kinks",
    "Neuron",
    "Point",
    "compared",
    "decimal",
    "first",
    "jumps_by_place",
    "listed",
    "plural",
    "said",
    "shown_point",
    "small_fraction",
    "zaslavsky",
]

Point = tuple[Fraction, ...]
Neuron = tuple[Fraction, Fraction, Fraction]  # w, b, a of the term a · relu(w x + b)
Kinks = Sequence[tuple[Fraction, Fraction]]  # place and jump of each neuron of a layer

NEAR = Fraction(1, 10**9)  # what rounding may move
ONE_BY_ONE = "Add the lines one at a time: which regions does a new one cut in two?"


def first(says: str, faults: Iterator[tuple[str, str]]) -> Line:
    """A line for a property of every instance, with the first instance on which it fails.

    Args:
        says: the property.
        faults: counterexamples, each with its hint.
    """
    for but, hint in faults:
        return expect(False, says, but=but, hint=hint)
    return expect(True, says)


@dataclass(frozen=True)
class Case:
    """One instance: what was found, what is right, and what known mistakes would give.

    Args:
        found: what the answer returned.
        right: what a right answer returns.
        but: what is wrong with the found one, if it is.
        slips: (value, hint) of every known mistake, in one order for all instances of a judge.
    """

    found: Any
    right: Any
    but: str
    slips: Sequence[tuple[Any, str]]

    @property
    def wrong(self) -> bool:
        """Whether the answer misses this one."""
        return bool(self.found != self.right)


def compared(says: str, cases: Sequence[Case], general: str, among: Sequence[Case] = ()) -> Line:
    """A line for instances that should all be right.

    Its hint is that of the mistake which explains all instances, or at least the wrong ones, of
    those in ``among`` if there are more than this line is about; otherwise the ``general`` one.
    """
    missed = next((case for case in cases if case.wrong), None)
    if missed is None:
        return expect(True, says)
    known = [*(among or cases)]
    thoughts = _explanations(known) + _explanations([case for case in known if case.wrong])
    return expect(False, says, but=missed.but, hint=[*thoughts, general][0])


def _explanations(cases: Sequence[Case]) -> list[str]:
    """The hints of the mistakes that would give what was found in every case."""
    mistakes = zip(*(case.slips for case in cases), strict=True)
    found = [case.found for case in cases]
    return [slips[0][1] for slips in mistakes if [value for value, _ in slips] == found]


def said(number: Fraction | int) -> str:
    """A number in words; one of a thousand digits would fill the page."""
    size = max(number.numerator.bit_length(), number.denominator.bit_length())
    return str(number) if size < 100 else "a number with very many digits"


def decimal(number: Fraction) -> str:
    """A fraction as a short decimal; what a student returns may be larger than any float."""
    try:
        return f"{float(number):g}"
    except OverflowError:
        return "a huge number"


def listed(items: Iterable[Any]) -> str:
    """Fractions, and tuples of them, as a reader would write them."""
    return "[" + ", ".join(_item(item) for item in items) + "]"


def _item(item: Any) -> str:
    if isinstance(item, tuple):
        return "(" + ", ".join(_item(part) for part in item) + ")"
    return repr(item) if isinstance(item, str) else str(item)


def small_fraction(rng: np.random.Generator, low: int, high: int, *, parts: int = 1) -> Fraction:
    """A readable fraction between two whole numbers, never 0."""
    while True:
        number = Fraction(int(rng.integers(low * parts, high * parts + 1)), parts)
        if number:
            return number


def shown_point(point: Point) -> str:
    """A point as short decimals."""
    return "(" + ", ".join(decimal(c) for c in point) + ")"


def plural(count: int, thing: str) -> str:
    """A number of things.

    >>> plural(1, "line"), plural(2, "line")
    ('1 line', '2 lines')
    """
    return f"{count} {thing}{'s' * (count != 1)}"


def jumps_by_place(neurons: Kinks) -> dict[Fraction, Fraction]:
    """By how much the slope changes at each place where some neuron switches."""
    total: dict[Fraction, Fraction] = {}
    for place, jump in neurons:
        total[place] = total.get(place, Fraction(0)) + jump
    return total


def zaslavsky(n: int, dim: int = 2) -> int:
    """Into how many regions n hyperplanes in general position cut the space.

    >>> zaslavsky(3)
    7
    """
    return sum(math.comb(n, j) for j in range(dim + 1))
