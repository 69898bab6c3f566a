"""NOT, AND and OR on truth values between 0 and 1: each is one ReLU (Łukasiewicz & Tarski 1930).

Every gate takes numbers, Fractions or arrays and returns the same kind; on 0 and 1 it is the gate
of two-valued logic.
"""

from __future__ import annotations

import sys
from numbers import Real
from typing import Any

import numpy as np

from course_lib.arguments import shown
from course_lib.errors import InvalidInputError
from course_lib.networks.reading import read_array

__all__ = ["soft_and", "soft_not", "soft_or", "soft_or_in_series", "truncated_difference"]

LARGEST = sys.float_info.max


def truncated_difference(p: Any, q: Any) -> Any:
    """Truncated subtraction, p ∸ q = max(p - q, 0): the one operation of a series circuit.

    For p, q, r >= 0: (p ∸ q) ∸ r = p ∸ (q + r). This is the whole reason why OR in parallel is
    NOT-AND-NOT in series.

    >>> truncated_difference(1, 0.75), truncated_difference(0.25, 0.75)
    (0.25, 0)
    """
    difference = _number(p) - _number(q)
    if isinstance(difference, np.ndarray):
        return np.maximum(difference, 0)
    return max(difference, 0)


def soft_not(p: Any) -> Any:
    """NOT p = 1 - p.

    Args:
        p: a number, a Fraction or an array, from 0 to 1.

    Raises:
        InvalidInputError: a truth value outside 0 to 1.

    >>> soft_not(0.25)
    0.75
    """
    return 1 - _truth(p)


def soft_and(*values: Any) -> Any:
    """AND of n values: relu(p_1 + ... + p_n - (n - 1)).

    Args:
        values: numbers, Fractions or arrays of one shape, from 0 to 1; at least one.

    Raises:
        InvalidInputError: no value, or a truth value outside 0 to 1.

    >>> soft_and(1, 1, 0.25), soft_and(0.25, 0.5)
    (0.25, 0)
    """
    return truncated_difference(sum(_truths(values)), len(values) - 1)


def soft_or(*values: Any) -> Any:
    """OR of n values, all at once: 1 - relu(1 - (p_1 + ... + p_n)), the parallel circuit.

    Args:
        values: numbers, Fractions or arrays of one shape, from 0 to 1; at least one.

    Raises:
        InvalidInputError: no value, or a truth value outside 0 to 1.

    >>> soft_or(0.25, 0.5), soft_or(0.75, 0.75)
    (0.75, 1)
    """
    return 1 - truncated_difference(1, sum(_truths(values)))


def soft_or_in_series(*values: Any) -> Any:
    """OR of n values, one after the other: n <- relu(n - p_i) from n = 1, then 1 - n.

    By De Morgan, NOT(NOT p_1 AND ... AND NOT p_n), since n AND NOT p = relu(n - p). The same number
    as :func:`soft_or`.

    Args:
        values: numbers, Fractions or arrays of one shape, from 0 to 1; at least one.

    Raises:
        InvalidInputError: no value, or a truth value outside 0 to 1.

    >>> soft_or_in_series(0.25, 0.5), soft_or_in_series(0.75, 0.75)
    (0.75, 1)
    """
    remaining: Any = 1
    for p in _truths(values):
        remaining = truncated_difference(remaining, p)
    return 1 - remaining


def _number(p: Any) -> Any:
    """A real number as it is, or an array of them; no NaN."""
    if isinstance(p, Real):
        if not -LARGEST <= p <= LARGEST:  # type: ignore[operator]  # NaN neither
            raise InvalidInputError(f"A gate takes finite numbers, got {shown(p)}. Rescale it.")
        return p
    if not isinstance(p, np.ndarray | np.generic | list | tuple):
        raise InvalidInputError(
            f"A gate takes numbers or arrays of them, got {shown(p)}. Pass one."
        )
    array = read_array("A truth value", p)
    if not np.isfinite(array).all():
        raise InvalidInputError("A gate got an array that holds infinity or NaN. Pass numbers.")
    return np.asarray(p)


def _truths(values: tuple[Any, ...]) -> list[Any]:
    if not values:
        raise InvalidInputError("A gate got nothing to combine. Pass one truth value or more.")
    return [_truth(p) for p in values]


def _truth(p: Any) -> Any:
    p = _number(p)
    if not np.all((p >= 0) & (p <= 1)):  # so that NaN is refused too
        raise InvalidInputError(
            f"A truth value runs from 0 to 1, got {shown(p)}. Clip or rescale it."
        )
    return p
