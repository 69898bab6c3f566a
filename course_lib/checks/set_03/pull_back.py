"""03.pull_back: the input direction that one neuron of a later layer notices alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, expect
from course_lib.checks.set_03.shared import (
    COUNTS,
    SPACES,
    entries,
    invertible,
    minus,
    parallel,
    preimage,
    product,
    said,
    said_matrices,
    unit,
    whole_rows,
)
from course_lib.exact import Matrix, Vector, matvec

THOUGHTS = {
    "sign": (
        "Along your v neuron i rises.",
        "You want M v = −e_i, not +e_i: check the sign of row i of M v.",
    ),
    "no pull-back": (
        "Your v is −e_i itself, a direction among the neurons, not among the inputs.",
        "v lives in the input space. Which input direction does M send to −e_i?",
    ),
    "last layer": (
        "You inverted the last matrix alone.",
        "A step in the input passes all the layers before it reaches this neuron: which matrix "
        "takes x to z?",
    ),
    "first layer": (
        "You inverted the first matrix alone.",
        "A step in the input passes all the layers before it reaches this neuron: which matrix "
        "takes x to z?",
    ),
    "order": (
        "You multiplied the matrices in the order in which they are met.",
        "The first layer acts first, so it stands rightmost: M x = W_k(…(W_1 x)).",
    ),
    "transposed": (
        "Your v is minus a row of M⁻¹.",
        "M⁻¹ times a unit vector is a column of M⁻¹, not a row.",
    ),
    "steepest": (
        "Your v is minus row i of M: neuron i falls fastest along it, but its neighbours move too.",
        "Falling is not enough. The other neurons of the layer mustn't notice.",
    ),
    "index": (
        "Along your v another neuron falls.",
        "i counts from 0, as Python does.",
    ),
}


def _mistaken(weights: Sequence[Matrix], i: int) -> dict[str, list[Vector]]:
    """What each mistaken formula gives."""
    M = product(weights)
    d = len(M)
    return {
        "sign": [minus(preimage(M, i))],
        "no pull-back": [minus(unit(d, i))],
        "last layer": [preimage(weights[-1], i)],
        "first layer": [preimage(weights[0], i)],
        "order": [preimage(product(weights[::-1]), i)],
        "transposed": [preimage(tuple(zip(*M, strict=True)), i)],
        "steepest": [minus(M[i])],
        "index": [preimage(M, j) for j in range(d) if j != i],
    }


def _draw(rng: np.random.Generator, d: int, k: int, i: int) -> list[Matrix]:
    """Matrices on which no mistaken formula has the right direction, and no two are the same."""
    while True:
        weights = [invertible(rng, d) for _ in range(k)]
        right = preimage(product(weights), i)
        wrong = [v for formulas in _mistaken(weights, i).values() for v in formulas]
        short = all(e.denominator < 20 for e in right)
        apart = len(set(wrong)) == len(wrong) and not any(parallel(v, right) for v in wrong)
        if short and apart:
            return weights


@exercise(
    "03.pull_back",
    "A direction that one neuron notices and its neighbours don't",
    hints=(
        "While all neurons before are on, the layers are just matrices. Which single matrix takes "
        "a step of the input to a step of the pre-activations of layer k?",
        "You need M v = −e_i with M = W_k ⋯ W_1: a system of linear equations.",
        "course_lib.exact.solve(M, b) solves M v = b in fractions; matmul multiplies.",
    ),
)
def pull_back(answer: Answer, draw: Instances) -> Iterator[Line]:
    """M v = −e_i in fractions, where M is the product of the layers (lesson 03, section 4)."""
    rng = draw.rng
    first = int(rng.integers(2))
    for d, k, i in ((2, 2, first), (2, 3, 1 - first), (3, 2, int(rng.integers(3)))):
        weights = _draw(rng, d, k, i)
        v = entries(answer([whole_rows(W) for W in weights], i), d, "v")
        fault, hint = _fault(weights, i, v)
        yield expect(
            not fault,
            f"With {COUNTS[k]} layers {SPACES[d]}: neuron i falls at speed 1 along v, the others "
            "stay.",
            but=f"For the matrices {said_matrices(weights)} and i = {i} you return v = {said(v)}, "
            f"and M v = {said(matvec(product(weights), v))}. {fault}",
            hint=hint,
        )


def _fault(weights: Sequence[Matrix], i: int, v: Vector) -> tuple[str, str]:
    """What is wrong with v and the thought that helps; nothing if it is right."""
    right = preimage(product(weights), i)
    if v == right:
        return "", ""
    if parallel(v, right):
        return "The direction is right, the length is not.", "The speed is to be 1: M v = −e_i."
    for name, formulas in _mistaken(weights, i).items():
        if v in formulas:
            return THOUGHTS[name]
    return (
        "That should be −1 at place i and 0 elsewhere.",
        "Multiply your v by M yourself: that is the whole test.",
    )
