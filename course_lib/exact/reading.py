"""The one door through which numbers enter the exact rooms, and the one by which they leave."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import shown
from course_lib.errors import InvalidInputError, RoundingError, ShapeError

__all__ = ["brief", "read", "read_vector", "to_float", "to_floats"]

LONGEST = 10_000  # digits that an exponent may stand for


def read(number: Any, name: str = "") -> Fraction:
    """The fraction that a number is, with nothing rounded.

    Args:
        number: an int, float, Fraction, NumPy or torch number, or text such as "2/3" or "0.1".
        name: what to call it in an error.

    Raises:
        InvalidInputError: infinity, NaN, or something that is no number.

    A float is read as the binary fraction it stores; text is read as it is written:

    >>> read(0.5), read("0.1"), read(0.1) == read("0.1")
    (Fraction(1, 2), Fraction(1, 10), False)
    """
    try:
        # NumPy and torch scalars become the Python number that they hold, without rounding.
        plain = number.item() if getattr(number, "shape", None) == () else number
        if not isinstance(plain, bool) and not _is_endless(plain):
            return Fraction(plain)
    except (TypeError, ValueError, OverflowError, RuntimeError, ZeroDivisionError):
        pass
    raise InvalidInputError(
        f"{name}{': ' * bool(name)}{shown(number)} is no finite number. Pass an int, a finite "
        "float, a Fraction or text "
        'such as "2/3".'
    )


def read_vector(numbers: Iterable[Any], name: str = "") -> tuple[Fraction, ...]:
    """The fractions of a sequence of numbers, in order.

    Raises:
        ShapeError: no sequence.
        InvalidInputError: an entry that is no finite number.

    >>> read_vector([1, 0.25])
    (Fraction(1, 1), Fraction(1, 4))
    """
    if isinstance(numbers, str | bytes | dict | set | type):  # "12" is no pair of numbers
        raise _no_sequence(numbers, name)
    try:
        entries = list(numbers)
    except (TypeError, ValueError, RuntimeError):
        raise _no_sequence(numbers, name) from None
    return tuple(read(number, name) for number in entries)


def _no_sequence(value: Any, name: str) -> ShapeError:
    said = f"{name}{': ' * bool(name)}{shown(value)}"
    return ShapeError(f"{said} is no sequence of numbers. Pass a list such as [1, 0.25].")


def to_float(number: Fraction) -> float:
    """The float nearest to an exact number.

    Raises:
        RoundingError: it lies beyond the range of floats.

    >>> to_float(Fraction(1, 4))
    0.25
    """
    number = number if isinstance(number, Fraction) else read(number, "number")
    try:
        return float(number)
    except OverflowError:
        raise RoundingError(
            f"{brief(number)} lies beyond the range of floats, which ends at 1.8e308. Pass "
            "exact=True, or scale the problem down."
        ) from None


def to_floats(numbers: Any) -> NDArray[np.float64]:
    """The floats nearest to exact numbers, an array of any shape.

    Raises:
        RoundingError: one lies beyond the range of floats.

    >>> to_floats([Fraction(1, 4), Fraction(1, 2)]).tolist()
    [0.25, 0.5]
    """
    try:
        array = np.asarray(numbers, dtype=object)
        floats = array.astype(np.float64)
        if np.isfinite(floats).all():
            return floats
    except OverflowError:
        return np.array([to_float(number) for number in array.flat]).reshape(array.shape)
    except (TypeError, ValueError):
        pass
    raise InvalidInputError(
        f"numbers must be an array of exact numbers, got {shown(numbers)}. Pass Fractions."
    )


def _is_endless(number: Any) -> bool:
    """Whether this is a text or Decimal with an exponent that would take all memory to write out.

    The largest float has 309 digits, and the smallest some thousand.
    """
    if isinstance(number, Decimal):
        return number.is_finite() and abs(number.adjusted()) > LONGEST
    if not isinstance(number, str):
        return False
    _, mark, exponent = number.lower().partition("e")
    return bool(mark) and abs(int(exponent)) > LONGEST


def brief(number: Any) -> str:
    """A number in a few characters: as it is if that is short, else rounded, with a ≈.

    >>> brief(Fraction(1, 3)), brief(Fraction(10**20, 3))
    ('1/3', '≈3.33e+19')
    """
    if isinstance(number, float):
        return f"{number:.6g}"
    p, q = read(number, "number").as_integer_ratio()
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
