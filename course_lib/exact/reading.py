"""The one door through which a number enters the exact rooms."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from course_lib.errors import InvalidInputError

__all__ = ["brief", "read", "read_vector"]


def read(number: Any) -> Fraction:
    """The fraction that a number is, with nothing rounded.

    Args:
        number: an int, float, Fraction, NumPy or torch number, or text such as "2/3" or "0.1".

    Raises:
        InvalidInputError: infinity, NaN, or something that is no number.

    A float is read as the binary fraction it stores; text is read as it is written:

    >>> read(0.5), read("0.1"), read(0.1) == read("0.1")
    (Fraction(1, 2), Fraction(1, 10), False)
    """
    try:
        # NumPy and torch scalars become the Python number that they hold, without rounding.
        return Fraction(number.item() if hasattr(number, "item") else number)
    except (TypeError, ValueError, OverflowError, RuntimeError, ZeroDivisionError):
        raise InvalidInputError(
            f"{number!r} is no finite number. Pass an int, a finite float, a Fraction or text "
            'such as "2/3".'
        ) from None


def read_vector(numbers: Iterable[Any]) -> tuple[Fraction, ...]:
    """The fractions of a sequence of numbers, in order.

    >>> read_vector([1, 0.25])
    (Fraction(1, 1), Fraction(1, 4))
    """
    return tuple(read(number) for number in numbers)


def brief(number: Any) -> str:
    """A number in a few characters: as it is if that is short, else rounded, with a ≈.

    >>> brief(Fraction(1, 3)), brief(Fraction(10**20, 3))
    ('1/3', '≈3.33e+19')
    """
    if isinstance(number, float):
        return f"{number:.6g}"
    p, q = Fraction(number).as_integer_ratio()
    if max(p.bit_length(), q.bit_length()) <= 20:
        return str(Fraction(p, q))
    try:
        rounded = p / q
    except OverflowError:
        rounded = math.inf
    if rounded and math.isfinite(rounded):
        return f"≈{rounded:.3g}"
    tens = round((p.bit_length() - q.bit_length()) * math.log10(2))
    return f"≈{'-' if p < 0 else ''}10^{tens}"
