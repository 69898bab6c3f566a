"""What several tasks need: reading exact answers, the values of a network, short texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.checks.read import fraction, shown
from course_lib.checks.report import NotYet
from course_lib.networks import FullyConnected

__all__ = [
    "ONE",
    "ROUNDING",
    "ZERO",
    "Point",
    "Thoughts",
    "alike",
    "entries",
    "exact",
    "recognised",
    "told",
    "told_list",
    "told_points",
    "values",
]

Point = tuple[Fraction, Fraction]
Thoughts = Sequence[tuple[Any, str]]  # what a mistake gives, and the thought that fits it

ROUNDING = Fraction(1, 10**6)  # networks are stored in floats
DIGITS = 300  # of an exact answer; more would only cost time
ONE, ZERO = Fraction(1), Fraction(0)


# ---------------------------------------------------------------- reading


def entries(value: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    """The entries of a dictionary that has at least these keys."""
    if not isinstance(value, dict) or not all(key in value for key in keys):
        names = ", ".join(f'"{key}"' for key in keys)
        raise NotYet(
            f"The result is a dictionary with the keys {names}.", f"You returned {shown(value)}."
        )
    return {key: value[key] for key in keys}


def exact(value: Any, what: str = "the result") -> Fraction:
    """An exact number of no more than 300 digits."""
    found = fraction(value, what)
    if max(abs(found.numerator), found.denominator) >= 10**DIGITS:
        raise NotYet(
            f"{what[0].upper() + what[1:]} is written with at most {DIGITS} digits.",
            f"You returned {shown(value)}.",
        )
    return found


def values(net: FullyConnected, points: Sequence[Sequence[Fraction]]) -> np.ndarray:
    """What a network says at points of shape (n, d), in floats."""
    x = np.array(points, dtype=float)
    layers = [
        (W.astype(np.float64), b.astype(np.float64))
        for W, b in zip(net.weights, net.biases, strict=True)
    ]
    with np.errstate(over="ignore", invalid="ignore"):
        for W, b in layers[:-1]:
            x = np.maximum(x @ W.T + b, 0)
        W, b = layers[-1]
        found: np.ndarray = x @ W[0] + b[0]
    if not np.isfinite(found).all():
        raise NotYet("The values are finite.", "Some weights are too large for that.")
    return found


# ---------------------------------------------------------------- recognising


def recognised(found: Any, mistakes: Thoughts, otherwise: str) -> str:
    """The thought for the first mistake that gives what was found."""
    return next((thought for value, thought in mistakes if value == found), otherwise)


def alike(
    found: np.ndarray, formula: Callable[[Any], Fraction | int], places: Iterable[Any]
) -> bool:
    """Whether a formula gives what was found, at all places, but for rounding."""
    return bool(np.abs(found - [float(formula(x)) for x in places]).max() <= ROUNDING)


# ---------------------------------------------------------------- texts


def told(number: Fraction) -> str:
    """A fraction if it is short; beside a short one, by how much it is off.

    >>> told(Fraction(1, 3)), told(Fraction(1, 2) + Fraction(1, 10**30)), told(Fraction(1, 3**20))
    ('1/3', '1/2 + 1e-30', 'about 2.86797e-10')
    """
    if number.denominator <= 10**6:
        return shown(number)
    near = number.limit_denominator(1000)
    if near and abs(number - near) < Fraction(1, 10**9):
        sign = "+" if number > near else "−"
        return f"{near} {sign} {float(abs(number - near)):.2g}"
    return f"about {float(number):.6g}"


def told_list(numbers: Iterable[Fraction]) -> str:
    """Several fractions."""
    return "(" + ", ".join(map(told, numbers)) + ")"


def told_points(points: Iterable[Iterable[Fraction]]) -> str:
    """Several points.

    >>> told_points([(ZERO, ONE), (ONE, Fraction(1, 2))])
    '(0, 1), (1, 1/2)'
    """
    return ", ".join(map(told_list, points))
