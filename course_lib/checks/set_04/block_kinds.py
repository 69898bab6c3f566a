"""04.block_kinds: bend, crush or fold, by the exact sign of 1 + u·w."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import text
from course_lib.checks.report import Line, expect
from course_lib.checks.set_04.shared import (
    Generator,
    first_that,
    halves,
    hint_for,
    kind_of,
    kinds_of,
    parted,
    thirds,
    told,
    writing,
)
from course_lib.exact import Matrix, Vector, dot

KINDS = ("bend", "crush", "fold")


def _in_floats(u: Vector, w: Vector) -> float:
    """1 + u·w, rounded."""
    return 1 + sum(float(x) * float(y) for x, y in zip(u, w, strict=True))


def _mistaken(u: Matrix, w: Matrix) -> dict[str, list[str]]:
    pairs = list(zip(u, w, strict=True))
    products = [dot(*pair) for pair in pairs]
    right = kinds_of(u, w)
    floats = [_in_floats(*pair) for pair in pairs]
    return {
        "What does a block with u = 0 do? It has u·w = 0. The sign that counts is that of "
        "s = 1 + u·w, not that of u·w.": list(map(kind_of, products)),
        "At s = 0 the active side is flattened onto a line. Can you get the points back?": [
            "bend" if kind == "crush" else kind for kind in right
        ],
        "A fold lays one side over the other. At s = 0, what is laid over what?": [
            "fold" if kind == "crush" else kind for kind in right
        ],
        "Check the sign in s = 1 + u·w: writing along w stretches, writing against it folds.": [
            kind_of(1 - product) for product in products
        ],
        "Thirds and sevenths are rounded in floats, and s = 0 is lost. Stay with Fractions.": [
            kind_of(s) for s in floats
        ],
        "However small s is, its sign decides. In fractions there is no need for a tolerance.": [
            "crush" if abs(s) < 1e-9 else kind_of(s) for s in floats
        ],
        "u·w < 0 alone is no fold: with u·w = −1/2 a point keeps its side, at half the height.": [
            "fold" if product < 0 and kind == "bend" else kind
            for product, kind in zip(products, right, strict=True)
        ],
        "You have bend and fold the wrong way round.": [
            {"bend": "fold", "fold": "bend"}.get(kind, kind) for kind in right
        ],
    }


def _rounded_away(rng: Generator, dim: int) -> tuple[Vector, Vector]:
    """A crush that floats don't see."""
    reads = (thirds(rng, dim) for _ in range(2000))
    pairs = ((writing(rng, w, -1), w) for w in reads)
    found: tuple[Vector, Vector] = first_that(pairs, lambda pair: _in_floats(*pair) != 0)
    return found


def _draw(rng: Generator, dim: int) -> tuple[Matrix, Matrix]:
    """Blocks of all kinds in random order, crushes and near-crushes among them."""
    size = Fraction(int(rng.integers(2, 9)), 2)
    tiny = Fraction(1, 10**20)
    products = [size, 0, -1 / (1 + size), -1, -1 - size, tiny - 1, -1 - tiny]
    reads = [halves(rng, dim) for _ in products]
    pairs = [(writing(rng, w, product), w) for w, product in zip(reads, products, strict=True)]
    pairs.append(_rounded_away(rng, dim))
    order = [pairs[k] for k in rng.permutation(len(pairs))]
    return tuple(u for u, _ in order), tuple(w for _, w in order)


@exercise(
    "04.block_kinds",
    "Bend, crush or fold?",
    hints=(
        "Take a point of the active side at height h = w·x + b. At which height does it land?",
        "The new height is w·(x + u h) + b. Write it as a multiple of h.",
        "The multiple is 1 + u·w. Compare it with 0, exactly.",
    ),
)
def block_kinds(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The kind of each block from the sign of s = 1 + u·w, exactly. Source: lesson 04."""
    rng = draw.rng
    for dim in (2, 3):
        u, w = _draw(rng, dim)
        found = parted(answer(u, w), len(u), "The list of kinds")
        named = [text(kind, KINDS, "each kind") for kind in found]
        right = kinds_of(u, w)
        bad = next((k for k in range(len(u)) if named[k] != right[k]), None)
        yield expect(
            bad is None,
            f"Each block in {dim} dimensions has the name of what it does.",
            but="" if bad is None else _misnamed(u[bad], w[bad], named[bad]),
            hint=hint_for(named, _mistaken(u, w)),
        )


def _misnamed(u: Vector, w: Vector, name: str) -> str:
    s = 1 + dot(u, w)
    lands = told(s) if abs(s) > Fraction(1, 10**6) or s == 0 else f"{told(s)} (not 0)"
    return (
        f"You call the block with u = {told(u)}, w = {told(w)} a {name}. A point with "
        f"w·x + b = 1 lands where w·x + b = {lands}."
    )
