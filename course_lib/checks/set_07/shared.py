"""What several tasks need: affine functions, reading what came, small networks, short texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.arguments import counted
from course_lib.checks.report import NotYet
from course_lib.networks import FullyConnected

__all__ = [
    "SAME",
    "Affine",
    "Box",
    "Point",
    "Thought",
    "at",
    "brief",
    "formula",
    "fractions",
    "items",
    "mistaken",
    "nonzero",
    "point",
    "require_inside",
    "rounded",
    "shown",
    "small_network",
    "values",
    "whole",
]

Point = tuple[Fraction, Fraction]
Affine = tuple[int | Fraction, int | Fraction, int | Fraction]  # g1 x1 + g2 x2 + c
Box = tuple[tuple[int, int], ...]
Thought = tuple[str, str]  # what is wrong with an answer, and the hint
SAME = Fraction(1, 10**7)  # weights are floats
MOST_NEURONS = 20  # of an answer: its pieces are computed exactly, and it may be hostile
MOST_ITEMS = 100
SIZES_OF_WEIGHTS = (1e-30, 1e9)  # smaller ones than these are 0, in any honest answer
LONGEST = 10**9  # numerators and denominators up to here are written out


def at(function: Affine, x: Sequence[Fraction]) -> Fraction:
    """The value of g1 x1 + g2 x2 + c."""
    return Fraction(function[0] * x[0] + function[1] * x[1] + function[2])


# ---------------------------------------------------------------- drawing


def whole(rng: np.random.Generator, low: int, high: int) -> int:
    """A whole number from low to high - 1."""
    return int(rng.integers(low, high))


def nonzero(rng: np.random.Generator, most: int) -> int:
    """A whole number from -most to most, but not 0."""
    return int(rng.choice([n for n in range(-most, most + 1) if n]))


# ---------------------------------------------------------------- reading


def mistaken(found: Any, formulas: Mapping[str, Any], thoughts: Mapping[str, Thought]) -> Thought:
    """What to think of an answer that equals a mistaken formula, or else of any other."""
    names = (name for name, value in formulas.items() if found == value)
    return thoughts[next(names, "")]


def items(value: Any, length: int | None, what: str) -> Sequence[Any]:
    """A list or tuple, of a length where one is given, and never of more than 100 entries.

    Where no length is given a set counts, too.
    """
    if isinstance(value, np.ndarray) and value.ndim and value.size <= MOST_ITEMS:
        value = value.tolist()
    if isinstance(value, frozenset) and length is None:
        value = sorted(value, key=repr)
    upper = what[0].upper() + what[1:]
    if not isinstance(value, list | tuple):
        raise NotYet(f"{upper} is a list or tuple.", f"You returned {read.shown(value)}.")
    if len(value) != length if length is not None else len(value) > MOST_ITEMS:
        wanted = f"at most {MOST_ITEMS}" if length is None else str(length)
        raise NotYet(f"{upper} has {wanted} entries.", f"Yours has {len(value)}.")
    return value


def fractions(value: Any, length: int, what: str) -> tuple[Fraction, ...]:
    """A list or tuple of so many exact numbers."""
    return tuple(
        read.fraction(entry, f"an entry of {what}") for entry in items(value, length, what)
    )


def point(value: Any, what: str) -> Point:
    """A pair of exact numbers."""
    x, y = fractions(value, 2, what)
    return x, y


def require_inside(x: Point, name: str) -> None:
    """End the check if a point isn't in the square."""
    if max(map(abs, x)) > 1:
        raise NotYet(
            f"The square [−1, 1]² contains {name}.",
            f"Yours is {shown(x)}.",
            "Step less far: one half or one quarter of the way is enough.",
        )


def small_network(value: Any, depth: int) -> FullyConnected:
    """A network in the plane that is small enough to be judged exactly."""
    net: FullyConnected = read.network(value, 2, FullyConnected)
    if sum(net.widths) > MOST_NEURONS or net.depth > depth:
        raise NotYet(
            f"The network is small: at most {MOST_NEURONS} neurons, and no more hidden layers than "
            "the task allows.",
            f"Yours has {counted(net.depth, 'hidden layer')} of at most {depth}, and "
            f"{sum(net.widths)} "
            "neurons.",
            "Count what the construction needs: it is far less.",
        )
    weights = [abs(w) for p in net.state_dict().values() for w in p.ravel().tolist() if w]
    least, most = SIZES_OF_WEIGHTS
    if weights and not least <= min(weights) <= max(weights) <= most:
        raise NotYet(
            f"No weight is larger than {most:g} or, if it isn't 0, smaller than {least:g}.",
            f"Yours lie between {min(weights):g} and {max(weights):g}.",
            "The numbers of the construction are of the order of K/τ. Is a side divided by 0?",
        )
    return net


# ---------------------------------------------------------------- texts


def brief(x: Fraction) -> str:
    """A fraction in words, or roughly where it is long: an answer may have thousands of digits.

    >>> brief(Fraction(2, 3)), brief(Fraction(1, 3**40)), brief(Fraction(10**400))
    ('2/3', '8.22526e-20', 'something beyond 1e+09')
    """
    if max(abs(x.numerator), x.denominator) <= LONGEST:
        return str(x)
    return f"{float(x):.6g}" if abs(x) <= LONGEST else f"something beyond {LONGEST:g}"


def shown(x: Iterable[Fraction]) -> str:
    """A point, exactly.

    >>> shown((Fraction(1, 2), Fraction(-1)))
    '(1/2, -1)'
    """
    return "(" + ", ".join(map(brief, x)) + ")"


def rounded(x: Iterable[Fraction]) -> str:
    """A point, to four digits."""
    return "(" + ", ".join(f"{float(entry):.4g}" for entry in x) + ")"


def values(functions: Iterable[Affine], x: Point) -> str:
    """The values of some functions at a point."""
    return ", ".join(brief(at(function, x)) for function in functions)


def formula(function: Affine) -> str:
    """An affine function in words.

    >>> formula((1, 0, -2)), formula((0, 0, 3)), formula((-1, 2, 0))
    ('x₁ − 2', '3', '−x₁ + 2x₂')
    """
    text = ""
    for number, name in zip(function, ("x₁", "x₂", ""), strict=True):
        if number:
            size = "" if name and abs(number) == 1 else str(abs(number))
            sign = ("−" if number < 0 else "") if not text else (" − " if number < 0 else " + ")
            text += sign + size + name
    return text or "0"
