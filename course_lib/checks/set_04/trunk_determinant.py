"""04.trunk_determinant: by how much all blocks together stretch the plane around a point."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import partial

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import fraction
from course_lib.checks.report import Line, expect
from course_lib.checks.set_04.shared import Generator, first_that, halves, hint_for, told, writing
from course_lib.exact import Matrix, Vector, dot

Instance = tuple[Vector, Matrix, Matrix, Vector]  # x, u, w, b
UNSIGNED = "The sign says which side of the sheet is up. Keep it."


def _heights(x: Vector, u: Matrix, w: Matrix, b: Vector) -> list[Fraction]:
    """w·x + b of each block, read at the state that reaches it."""
    heights = []
    for write, direction, offset in zip(u, w, b, strict=True):
        height = dot(direction, x) + offset
        heights.append(height)
        if height > 0:
            x = tuple(p + height * q for p, q in zip(x, write, strict=True))
    return heights


def _multiplied(factors: Iterable[Fraction]) -> Fraction:
    return math.prod(factors, start=Fraction(1))


def _active(x: Vector, u: Matrix, w: Matrix, b: Vector) -> list[Fraction]:
    """u·w of the blocks that fire at x."""
    blocks = zip(u, w, _heights(x, u, w, b), strict=True)
    return [dot(write, direction) for write, direction, height in blocks if height > 0]


def _right(instance: Instance) -> Fraction:
    return _multiplied(1 + product for product in _active(*instance))


def _mistaken(instance: Instance) -> dict[str, Fraction]:
    x, u, w, b = instance
    products = [dot(*pair) for pair in zip(u, w, strict=True)]
    at_x = [dot(direction, x) + offset > 0 for direction, offset in zip(w, b, strict=True)]
    active = _active(*instance)
    return {
        "A silent block leaves its surroundings alone: which factor does it give?": _multiplied(
            1 + p for p in products
        ),
        "Whether block 2 fires is decided at the state that block 1 leaves, not at x.": _multiplied(
            1 + p for p, fires in zip(products, at_x, strict=True) if fires
        ),
        "The identity is part of the block: its Jacobian is I + u wᵀ, not u wᵀ.": _multiplied(
            active
        ),
        "Where a block is silent, its Jacobian is the identity. What is the determinant of that?": (
            Fraction(0)
        ),
        "One map after the other: their Jacobians multiply, they don't add.": sum(
            (1 + p for p in active), start=Fraction(0)
        ),
        UNSIGNED: abs(_right(instance)),
        "A fold may also stretch: you return the sign, or the number of folds.": Fraction(
            (-1) ** sum(p < -1 for p in active)
        ),
    }


def _drawn(rng: Generator, depth: int) -> Instance:
    """A point and blocks that bend and fold."""
    w = tuple(halves(rng, 2) for _ in range(depth))
    products = rng.choice([-4, -3, 1, 2], depth).tolist()
    u = tuple(writing(rng, row, product) for row, product in zip(w, products, strict=True))
    return halves(rng, 2), u, w, halves(rng, depth, 6)


def _tells(sign: int, instance: Instance) -> bool:
    """Some blocks fire, some don't; the determinant has this sign; all mistakes show."""
    heights = _heights(*instance)
    mixed = 2 <= sum(height > 0 for height in heights) < len(heights) and 0 not in heights
    right = _right(instance)
    if not mixed or sign * right < 0:
        return False
    wrong = _mistaken(instance)
    if sign > 0:
        del wrong[UNSIGNED]
    return len({right, *wrong.values()}) == 1 + len(wrong)


@exercise(
    "04.trunk_determinant",
    "By how much do the blocks stretch the plane around a point?",
    hints=(
        "Near x each block is one affine map. Which one, if its neuron is silent?",
        "The determinant of a chain of affine maps is the product of their determinants.",
        "Carry the state along. Multiply by 1 + u·w at each block that fires there.",
    ),
)
def trunk_determinant(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The determinant of the Jacobian of all blocks at x: the product of the active s."""
    rng = draw.rng
    for sign, where in ((-1, "where the plane is turned over"), (1, "where it isn't")):
        candidates = (_drawn(rng, 4) for _ in range(20_000))
        instance = first_that(candidates, partial(_tells, sign))
        x, u, w, b = instance
        found = fraction(answer(*instance), "the determinant")
        yield expect(
            found == _right(instance),
            f"The determinant of four blocks is right at a point {where}.",
            but=f"At x = {told(x)}, for u = {told(u)}, w = {told(w)}, b = {told(b)}, you return "
            f"{told(found)}; {len(_active(*instance))} of the {len(b)} blocks take part in the "
            "stretching of its surroundings.",
            hint=hint_for(found, _mistaken(instance)),
        )
