"""Linear algebra over the rationals, by elimination without fractions.

Rows are scaled to whole numbers and eliminated by Bareiss's method (Math. Comp. 22, 1968), in which
every division comes out even: no common factors are searched for in the inner loop. A vector is a
tuple of Fractions, a matrix a tuple of rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from course_lib.arguments import counted, read_whole, shown
from course_lib.errors import InvalidInputError, ShapeError

__all__ = [
    "Matrix",
    "Vector",
    "dot",
    "identity",
    "inverse",
    "kernel_vector",
    "matmul",
    "matvec",
    "rank",
    "solve",
    "to_integers",
]

Vector = tuple[Fraction, ...]
Matrix = tuple[Vector, ...]


def to_integers(vector: Sequence[Fraction]) -> tuple[tuple[int, ...], int]:
    """Whole numbers n and the least positive denominator q with vector = n / q.

    >>> to_integers((Fraction(1, 2), Fraction(2, 3)))
    ((3, 4), 6)
    """
    try:
        q = math.lcm(*(entry.denominator for entry in vector))
        return tuple(entry.numerator * (q // entry.denominator) for entry in vector), q
    except (AttributeError, TypeError):
        raise _no_fractions(vector) from None


def dot(x: Sequence[Fraction], y: Sequence[Fraction]) -> Fraction:
    """The inner product of two vectors of the same length.

    >>> dot((Fraction(1, 2), Fraction(3)), (Fraction(2), Fraction(1, 3)))
    Fraction(2, 1)
    """
    try:
        (m, p), (n, q) = to_integers(x), to_integers(y)
        if len(m) == len(n):
            return Fraction(sum(map(int.__mul__, m, n)), p * q)
    except TypeError:  # a generator was used up, a float has whole parts of its own
        raise _no_fractions(x) from None
    raise ShapeError(
        f"dot got vectors of {len(m)} and {counted(len(n), 'entry/entries')}; they must "
        "agree. Pass equally long ones."
    )


def matvec(A: Sequence[Sequence[Fraction]], x: Sequence[Fraction]) -> Vector:
    """The product A x; A has shape (m, n) and x shape (n,)."""
    return tuple(dot(row, x) for row in _rows(A))


def matmul(A: Sequence[Sequence[Fraction]], B: Sequence[Sequence[Fraction]]) -> Matrix:
    """The product A B; shapes (m, n) and (n, k), n at least 1."""
    rows = _rows(B)
    if not rows or len({len(row) for row in rows}) > 1:
        raise InvalidInputError(
            "A matrix needs at least one row, and rows of one length. Pass such."
        )
    columns = list(zip(*rows, strict=True))
    return tuple(tuple(dot(row, column) for column in columns) for row in _rows(A))


def identity(n: int) -> Matrix:
    """The n × n unit matrix.

    >>> identity(2) == ((1, 0), (0, 1))
    True
    """
    n = read_whole("n", n, at_least=0, at_most=10_000)
    return tuple(tuple(Fraction(i == j) for j in range(n)) for i in range(n))


def rank(A: Sequence[Sequence[Fraction]]) -> int:
    """How many rows of A are linearly independent.

    >>> rank([[Fraction(1), Fraction(2)], [Fraction(2), Fraction(4)]])
    1
    """
    return len(_eliminate(A)[1])


def kernel_vector(A: Sequence[Sequence[Fraction]]) -> Vector | None:
    """A vector v ≠ 0 with A v = 0, or None when there is none.

    >>> kernel_vector([[Fraction(1), Fraction(2)], [Fraction(2), Fraction(4)]])
    (Fraction(-2, 1), Fraction(1, 1))
    """
    rows, pivots = _eliminate(A)
    n = len(_rows(A)[0])
    free = next((j for j in range(n) if j not in pivots), None)
    if free is None:
        return None
    v = [Fraction(0)] * n
    v[free] = Fraction(1)
    for row, j in zip(rows, pivots, strict=True):
        v[j] = Fraction(-row[free], row[j])
    return tuple(v)


def solve(A: Sequence[Sequence[Fraction]], b: Sequence[Fraction]) -> Vector | None:
    """The x with A x = b for a square A, or None when A is singular.

    >>> solve([[Fraction(2), Fraction(1)], [Fraction(0), Fraction(1)]], [Fraction(1), Fraction(3)])
    (Fraction(-1, 1), Fraction(3, 1))
    """
    A, (b,) = _square(A), _rows([b])
    n = len(A)
    if len(b) != n:
        raise ShapeError(
            f"solve got a {n} × {n} matrix and {counted(len(b), 'right-hand side')}. Pass as "
            "many as rows."
        )
    rows, pivots = _eliminate([(*row, entry) for row, entry in zip(A, b, strict=True)], columns=n)
    if len(pivots) < n:
        return None
    return tuple(Fraction(row[n], row[j]) for row, j in zip(rows, pivots, strict=True))


def inverse(A: Sequence[Sequence[Fraction]]) -> Matrix | None:
    """The inverse of a square matrix, or None when it is singular.

    >>> inverse([[Fraction(2)]])
    ((Fraction(1, 2),),)
    """
    A = _square(A)
    n = len(A)
    rows, pivots = _eliminate(
        [(*row, *unit) for row, unit in zip(A, identity(n), strict=True)], columns=n
    )
    if len(pivots) < n:
        return None
    return tuple(
        tuple(Fraction(entry, row[j]) for entry in row[n:])
        for row, j in zip(rows, pivots, strict=True)
    )


def _square(A: Sequence[Sequence[Fraction]]) -> Sequence[Sequence[Fraction]]:
    rows = _rows(A)
    if any(len(row) != len(rows) for row in rows):
        raise ShapeError(
            f"This needs a square matrix; got rows of {[len(row) for row in rows]}. Pass as many "
            "rows as columns."
        )
    return rows


def _rows(A: Sequence[Sequence[Fraction]]) -> Sequence[Sequence[Fraction]]:
    """The matrix, if its rows can be counted and walked through; their entries are not "
    "looked at.
    """
    if isinstance(A, tuple | list) and all(isinstance(row, tuple | list) for row in A):
        return A
    raise _no_fractions(A)


def _no_fractions(value: Any) -> InvalidInputError:
    return InvalidInputError(
        f"Exact algebra works on rows of Fractions, got {shown(value)}. Read numbers with "
        "exact.read_vector."
    )


def _eliminate(
    A: Sequence[Sequence[Fraction]], columns: int | None = None
) -> tuple[list[list[int]], list[int]]:
    """Gauss–Jordan by Bareiss: the non-zero rows as whole numbers, and their pivot columns.

    Pivots are looked for in the first ``columns`` columns; row i is zero in every pivot column but
    its own.
    """
    A = _rows(A)
    if not len(A) or len({len(row) for row in A}) > 1:
        raise InvalidInputError(
            "A matrix needs at least one row, and rows of one length. Pass such."
        )
    rows = [list(to_integers(row)[0]) for row in A]
    pivots: list[int] = []
    last = 1
    for j in range(len(rows[0]) if columns is None else columns):
        r = len(pivots)
        found = next((i for i in range(r, len(rows)) if rows[i][j]), None)
        if found is None:
            continue
        rows[r], rows[found] = rows[found], rows[r]
        top, p = rows[r], rows[r][j]
        for i, row in enumerate(rows):
            if i != r:
                factor = row[j]
                rows[i] = [(p * x - factor * y) // last for x, y in zip(row, top, strict=True)]
        last = p
        pivots.append(j)
    return rows[: len(pivots)], pivots
