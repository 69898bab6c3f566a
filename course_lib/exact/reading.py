"""The one door through which a number enters the exact rooms."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from course_lib.errors import InvalidInputError

__all__ = ["read", "read_vector"]


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
