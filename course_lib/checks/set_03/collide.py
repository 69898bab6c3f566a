"""03.collide: two points that a layer of d neurons can't tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, expect
from course_lib.checks.set_03.shared import (
    SPACES,
    entries,
    invertible,
    moved,
    parts,
    said,
    said_matrices,
    whole_rows,
)
from course_lib.exact import Matrix, Vector, kernel_vector, matvec


@exercise(
    "03.collide",
    "Two points that d neurons can't tell apart",
    hints=(
        "ReLU forgets how far below zero a number is.",
        "Look for two points at which all the pre-activations are ≤ 0.",
        "If W is invertible, W x + b can be any vector you like: choose two with negative entries "
        "and solve. If it isn't, use the kernel.",
    ),
)
def collide(answer: Answer, draw: Instances) -> Iterator[Line]:
    """relu(W x + b) = relu(W y + b) for two different points, in fractions."""
    rng = draw.rng
    for d, singular in ((2, False), (3, False), (2, True)):
        W = _singular(rng) if singular else invertible(rng, d)
        b = tuple(Fraction(int(e)) for e in rng.integers(3, 8, d))
        value = parts(answer(whole_rows(W), [int(e) for e in b]), 2, "(x, y)")
        x, y = (entries(part, d, "each point") for part in value)
        told = f"For W = {said_matrices([W])} and b = {said(b)} you return {said(x)} and {said(y)}"
        yield expect(
            x != y,
            "The two points are different.",
            but=f"{told}.",
            hint="Every layer maps a point to what it maps it to. Change something that ReLU "
            "forgets.",
        )
        at_x, at_y = (moved(matvec(W, e), 1, b) for e in (x, y))
        kind = "singular" if singular else "invertible"
        yield expect(
            _relu(at_x) == _relu(at_y),
            f"The layer gives the same for both ({SPACES[d]}, W {kind}).",
            but=f"{told}: the pre-activations are {said(at_x)} and {said(at_y)}.",
            hint=_hint(W, b, at_x, at_y),
        )


def _singular(rng: np.random.Generator) -> Matrix:
    """Rows w and −2w: with b > 0 one neuron is always on, so only kernel vectors collide.

    The kernel is parallel to no axis and to no diagonal.
    """
    w = rng.permutation([1, 2]) * rng.choice([-1, 1], 2)
    return tuple(tuple(Fraction(int(factor * e)) for e in w) for factor in (1, -2))


def _relu(z: Vector) -> Vector:
    return tuple(max(e, Fraction(0)) for e in z)


def _hint(W: Matrix, b: Vector, at_x: Vector, at_y: Vector) -> str:
    if kernel_vector(W) is not None:
        return "W is singular: there are two points that even W itself can't tell apart."
    if min(*at_x, *at_y) >= 0:
        if _relu(moved(at_x, -1, b)) == _relu(moved(at_y, -1, b)):
            return "Without the bias they would collide. The neurons see W x + b."
        return "All your neurons are on, and there the layer is an invertible matrix."
    if max(*at_x, *at_y) > 0:
        return "A neuron that is on at one of the points tells them apart. Switch all of them off."
    return "Compare relu of the two vectors, entry by entry."
