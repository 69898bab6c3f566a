"""Whole roots of whole numbers, of any size: no float is asked."""

from __future__ import annotations

__all__ = ["whole_root"]


def whole_root(number: int, degree: int) -> int:
    """The whole root of a whole number, rounded down.

    >>> whole_root(26, 3), whole_root(27, 3), whole_root(2**999, 2) ** 2 <= 2**999
    (2, 3, True)
    """
    low, high = 0, 1 << (number.bit_length() // degree + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**degree <= number else (low, middle)
    return low
