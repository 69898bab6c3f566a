"""What several tasks need: exact vectors, matrices of small numbers, reading, short texts."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.arguments import counted
from course_lib.checks.report import NotYet
from course_lib.exact import Matrix, Vector, dot, identity, inverse, matmul
from course_lib.networks import FullyConnected

__all__ = [
    "COUNTS",
    "LOOKS",
    "SPACES",
    "entries",
    "hidden_width",
    "invertible",
    "listed",
    "minus",
    "moved",
    "parallel",
    "parts",
    "preimage",
    "product",
    "said",
    "said_matrices",
    "said_number",
    "small_network",
    "unit",
    "whole_rows",
]

LOOKS = 20_000  # budget of a proof that a positive set is bounded
MAX_NEURONS, MAX_DEPTH = 40, 20  # of a network that is judged in fractions
COUNTS = ("no", "one", "two", "three", "four")
SPACES = {1: "on the line", 2: "in the plane", 3: "in space"}


# ---------------------------------------------------------------- exact vectors and matrices


def unit(count: int, i: int) -> Vector:
    """The unit vector e_i."""
    return identity(count)[i]


def minus(x: Vector) -> Vector:
    """The opposite vector."""
    return tuple(-e for e in x)


def moved(x: Vector, t: Any, v: Vector) -> Vector:
    """The point x + t v."""
    return tuple(e + Fraction(t) * step for e, step in zip(x, v, strict=True))


def parallel(x: Vector, y: Vector) -> bool:
    """Whether x is a positive multiple of y.

    >>> parallel((Fraction(1), Fraction(2)), (Fraction(2), Fraction(4)))
    True
    """
    pairs = itertools.combinations(range(len(x)), 2)
    return dot(x, y) > 0 and all(x[i] * y[j] == x[j] * y[i] for i, j in pairs)


def product(weights: Sequence[Matrix]) -> Matrix:
    """M = W_k ⋯ W_1 for the layers in the order in which a point meets them."""
    M = weights[0]
    for W in weights[1:]:
        M = matmul(W, M)
    return M


def preimage(M: Matrix, i: int) -> Vector:
    """The v with M v = −e_i."""
    back = inverse(M)
    assert back is not None
    return tuple(-row[i] for row in back)


def invertible(rng: np.random.Generator, d: int) -> Matrix:
    """An invertible d × d matrix of whole numbers from −2 to 2."""
    while True:
        W = tuple(tuple(map(Fraction, row)) for row in rng.integers(-2, 3, (d, d)).tolist())
        if inverse(W) is not None:
            return W


def whole_rows(W: Matrix) -> list[list[int]]:
    """A matrix of whole numbers as a student gets it."""
    return [[int(e) for e in row] for row in W]


# ---------------------------------------------------------------- reading


def entries(value: Any, count: int, what: str) -> Vector:
    """A list, tuple or array of ``count`` exact rationals."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, list | tuple) or len(value) != count:
        raise NotYet(
            f"{what[0].upper()}{what[1:]} is a list of {count} Fractions.",
            f"You returned {read.shown(value)}.",
        )
    return tuple(read.fraction(entry, f"each entry of {what}") for entry in value)


def parts(value: Any, count: int, names: str) -> Sequence[Any]:
    """A tuple or list of ``count`` parts."""
    if not isinstance(value, list | tuple) or len(value) != count:
        raise NotYet(f"The result is a tuple {names}.", f"You returned {read.shown(value)}.")
    return value


def small_network(value: Any, dim: int) -> FullyConnected:
    """A fully connected network that is small enough to be judged in fractions."""
    net: FullyConnected = read.network(value, dim, FullyConnected)
    if net.depth > MAX_DEPTH or sum(net.widths) > MAX_NEURONS:
        raise NotYet(
            f"The network has at most {MAX_NEURONS} neurons in {MAX_DEPTH} layers.",
            f"Yours has {counted(sum(net.widths), 'neuron')} in "
            f"{counted(net.depth, 'hidden layer')}.",
            "A handful of neurons is enough here. Look for the smallest example.",
        )
    return net


def hidden_width(net: FullyConnected) -> int:
    """The width of the widest hidden layer; 0 if there is none."""
    return max(net.widths, default=0)


# ---------------------------------------------------------------- saying


def said_number(value: Any) -> str:
    """A number as text; a fraction of many digits is rounded.

    >>> said_number(Fraction(-1, 2))
    '−1/2'
    """
    top, bottom = Fraction(value).as_integer_ratio()
    if top.bit_length() + bottom.bit_length() < 50:
        return str(value).replace("-", "−")
    power = (top.bit_length() - bottom.bit_length()) * 3 // 10
    if abs(power) > 300:  # beyond the floats
        return f"about {'−' * (top < 0)}10^{power}".replace("-", "−")
    return f"{top / bottom:.4g}".replace("-", "−")


def said(x: Sequence[Any]) -> str:
    """A point as text: (−1, 1/2)."""
    return f"({', '.join(map(said_number, x))})"


def said_matrices(weights: Sequence[Matrix]) -> str:
    """Matrices of whole numbers as text."""
    return ", ".join(str(whole_rows(W)) for W in weights)


def listed(x: np.ndarray) -> str:
    """A point of floats as text."""
    return f"({', '.join(f'{e:.6g}' for e in x)})".replace("-", "−")
