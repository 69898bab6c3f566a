"""What several tasks need: small numbers as text, instances that tell, blocks in fractions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.checks.read import number, shown
from course_lib.checks.report import NotYet
from course_lib.exact import Matrix, Vector, dot, rank, read

__all__ = [
    "Array",
    "Generator",
    "combined",
    "first_that",
    "halves",
    "hint_for",
    "kind_of",
    "kinds_of",
    "parted",
    "point",
    "reading",
    "thirds",
    "told",
    "writing",
]

Array = np.ndarray
Generator = np.random.Generator


# ---------------------------------------------------------------- saying


def told(value: Any) -> str:
    """A number or a vector in few characters, with a real minus sign.

    >>> told((Fraction(-1, 2), 3.0))
    '(−1/2, 3)'
    """
    if isinstance(value, tuple | list | np.ndarray):
        return "(" + ", ".join(map(told, value)) + ")"
    exact = Fraction(value)
    if exact.denominator <= 10_000 and abs(exact) < 10_000:
        return str(exact).replace("-", "−")
    try:
        return f"{float(exact):.4g}".replace("-", "−")
    except OverflowError:
        return "a number beyond all floats"


def hint_for(
    returned: Any,
    mistakes: Mapping[str, Any],
    same: Callable[[Any, Any], bool] = lambda a, b: bool(a == b),
) -> str:
    """The hint of the first mistaken formula that gives what was returned, or nothing.

    >>> hint_for(4, {"That's the double.": 4})
    "That's the double."
    """
    return next((hint for hint, wrong in mistakes.items() if same(returned, wrong)), "")


# ---------------------------------------------------------------- reading


def parted(value: Any, count: int, what: str) -> tuple[Any, ...]:
    """A list or tuple of so many parts."""
    if isinstance(value, np.ndarray) and value.ndim:
        value = value.tolist()
    if not isinstance(value, list | tuple) or len(value) != count:
        raise NotYet(f"{what} has {count} parts.", f"You returned {shown(value)}.")
    return tuple(value)


def point(value: Any, dim: int, what: str) -> Vector:
    """A vector of finite numbers, floats read as the fractions that they store."""
    entries = parted(value, dim, what)
    for entry in entries:
        number(entry, f"each coordinate of {what[0].lower() + what[1:]}")
    return tuple(
        read(entry.item() if isinstance(entry, np.ndarray) else entry) for entry in entries
    )


# ---------------------------------------------------------------- drawing


def first_that(candidates: Iterable[Any], tells: Callable[[Any], bool]) -> Any:
    """The first instance on which all named mistakes show."""
    return next(filter(tells, candidates))


def halves(rng: Generator, count: int, most: int = 4) -> Vector:
    """Random multiples of 1/2, at most ``most`` halves in size, none of them 0."""
    sizes = rng.integers(1, most + 1, count) * rng.choice([-1, 1], count)
    return tuple(Fraction(int(size), 2) for size in sizes)


def thirds(rng: Generator, count: int) -> Vector:
    """Fractions that no float holds."""
    tops, bottoms = rng.choice([-5, -2, -1, 1, 2, 5], count), rng.choice([3, 7], count)
    return tuple(Fraction(int(p), int(q)) for p, q in zip(tops, bottoms, strict=True))


def writing(rng: Generator, w: Vector, product: Any) -> Vector:
    """Some u with u·w equal to a given number."""
    u = halves(rng, len(w))
    return u[0] + (Fraction(product) - dot(u, w)) / w[0], *u[1:]


def reading(rng: Generator, dim: int, count: int, spanned: int) -> Matrix:
    """Read vectors that span so many dimensions, no fewer and no more."""
    while True:
        base = [halves(rng, dim) for _ in range(spanned)]
        rows = (*base, *(combined(rng, base) for _ in range(count - spanned)))
        if rank(rows) == spanned and all(row[0] for row in rows):
            return rows


def combined(rng: Generator, rows: list[Vector]) -> Vector:
    """A sum of small multiples of all the rows."""
    factors = [Fraction(int(k)) for k in rng.choice([-2, -1, 1, 2], len(rows))]
    return tuple(dot(factors, column) for column in zip(*rows, strict=True))


# ---------------------------------------------------------------- the kind of a block


def kind_of(s: Any) -> str:
    """What a block with this s = 1 + u·w does."""
    return "crush" if s == 0 else "bend" if s > 0 else "fold"


def kinds_of(u: Matrix, w: Matrix) -> list[str]:
    """The kind of each block."""
    return [kind_of(1 + dot(*pair)) for pair in zip(u, w, strict=True)]
