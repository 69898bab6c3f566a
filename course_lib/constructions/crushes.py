"""The hidden layers of a narrow network as crushes, worked out in fractions and rounded once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from operator import add

import numpy as np

from course_lib.constructions.one_neuron import Block, crush
from course_lib.errors import InvalidInputError
from course_lib.exact import (
    ExactFullyConnected,
    Matrix,
    Vector,
    dot,
    identity,
    inverse,
    kernel_vector,
    matmul,
    matvec,
    rank,
)

__all__ = ["as_crushes", "exact_crushes"]

ExactBlock = tuple[Vector, Vector, Fraction]


def as_crushes(net: ExactFullyConnected) -> tuple[list[Block], tuple[list[float], float], float]:
    """The blocks, the readout, and how ill-conditioned a set of neurons is at the worst.

    Whether a layer loses rank is decided in fractions: in floats a second neuron that is small
    beside the first would count as lost. A neuron's own size does not matter, since relu carries
    it: the condition number is that of the directions, rows of length 1.
    """
    *hidden, ((a,), (c,)) = net.layers
    M, m = identity(net.dim), (Fraction(0),) * net.dim
    blocks: list[Block] = []
    worst = 1.0
    try:
        for W, b in hidden:
            m = tuple(map(add, matvec(W, m), b))
            M, erased = _filled(matmul(W, M), m)
            directions = [[float(entry) for entry in k] for k in erased]
            blocks += [crush(side, along=k) for k in directions for side in (k, _negative(k))]
            neurons = list(_crush_each(M, m))
            blocks += neurons
            worst = max(worst, _condition(neurons))
        readout = [float(dot(a, column)) for column in zip(*M, strict=True)]
        return blocks, (readout, float(dot(a, m) + c)), worst
    except OverflowError:
        raise InvalidInputError(
            "Multiplied out, the layers of this network exceed what a float can hold. Pass smaller "
            "weights."
        ) from None


def _filled(M: Matrix, m: Vector) -> tuple[Matrix, list[Vector]]:
    """A matrix of full row rank that reads the same where the returned directions are erased.

    Each row that depends on those before it gets a direction of its own, which no other row reads,
    as long as the row, or as the offset of a row of zeros: much shorter would make the rows nearly
    dependent, much longer would drown what the row had.
    """
    kept: list[Vector] = []
    spare = []
    for i, row in enumerate(M):
        independent = rank([*kept, row]) > len(kept)
        kept += [row] if independent else []
        spare += [] if independent else [i]
    rows = list(M)
    erased: list[Vector] = []
    for i in spare:
        k = kernel_vector([*M, *erased])
        assert k is not None  # there are no more rows than columns
        wanted = rows[i] if any(rows[i]) else (m[i],)
        k = _scaled(k, _exponent(wanted) - _exponent(k))
        rows[i] = tuple(map(add, rows[i], k))
        erased.append(k)
    return tuple(rows), erased


def exact_crushes(net: ExactFullyConnected) -> tuple[list[ExactBlock], Vector, Fraction]:
    """The blocks (u, w, b) and the readout (a, c), in fractions."""
    *hidden, ((a,), (c,)) = net.layers
    M, m = identity(net.dim), (Fraction(0),) * net.dim
    blocks: list[ExactBlock] = []
    for W, b in hidden:
        m = tuple(map(add, matvec(W, m), b))
        M, erased = _filled(matmul(W, M), m)
        for k in erased:
            write = tuple(entry / dot(k, k) for entry in k)
            blocks += [(_minus(write), k, Fraction(0)), (write, _minus(k), Fraction(0))]
        blocks += [
            (write, _minus(row), -offset)
            for write, row, offset in zip(_writes(M), M, m, strict=True)
        ]
    return blocks, tuple(dot(a, column) for column in zip(*M, strict=True)), dot(a, m) + c


def _writes(M: Matrix) -> Iterator[Vector]:
    """The columns of M⁺: steps of x that change one row of Mx each."""
    gram = inverse(matmul(M, tuple(zip(*M, strict=True))))
    assert gram is not None  # M has full row rank
    for coefficients in gram:
        yield tuple(dot(coefficients, column) for column in zip(*M, strict=True))


def _crush_each(M: Matrix, m: Vector) -> Iterator[Block]:
    """One block a row: x += M⁺e_i relu(-(Mx + m)_i), which changes none of the other rows."""
    for row, offset, write in zip(M, m, _writes(M), strict=True):
        # relu carries a power of two, which keeps both sides in the range of floats
        half = (_exponent(write) - _exponent(row)) // 2
        w, u = _scaled((*row, offset), half), _scaled(write, -half)
        *read, b = (-float(entry) for entry in w)
        yield Block(tuple(map(float, u)), tuple(read), b)


def _condition(neurons: Sequence[Block]) -> float:
    rows = np.array([block.w for block in neurons])
    return float(np.linalg.cond(rows / np.linalg.norm(rows, axis=1, keepdims=True)))


def _exponent(vector: Vector) -> int:
    """About the binary logarithm of the largest entry; 0 of a vector of zeros."""
    largest = max(map(abs, vector))
    return largest.numerator.bit_length() - largest.denominator.bit_length() if largest else 0


def _scaled(vector: Vector, exponent: int) -> Vector:
    return tuple(entry * Fraction(2) ** exponent for entry in vector)


def _negative(vector: Sequence[float]) -> list[float]:
    return [-entry for entry in vector]


def _minus(vector: Vector) -> Vector:
    return tuple(-entry for entry in vector)
