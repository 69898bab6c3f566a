"""Task 8: an invertible layer as blocks, one for each neuron."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.arguments import counted
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, NotYet
from course_lib.checks.set_06.shared import ZERO, Checked, about, after_block, at
from course_lib.exact import Matrix, Vector, dot, identity, inverse, matvec, read_vector

__all__ = ["layer_crushes"]

Triple = tuple[Vector, Vector, Fraction]


def _crushes(W: Matrix, b: Vector, *, kind: str = "right") -> list[Triple]:
    """One block for each neuron of an invertible layer, and the ways to get it wrong."""
    found = inverse(W)
    assert found is not None
    eye, columns = identity(len(W)), tuple(zip(*found, strict=True))
    writes = {"unsolved": eye, "columns of W": tuple(zip(*W, strict=True)), "rows": found, "W": W}
    blocks = []
    for i, row in enumerate(W):
        u, w, c = writes.get(kind, columns)[i], tuple(-entry for entry in row), -b[i]
        if kind in ("plus", "no minus"):
            w, c = row, b[i]
        if kind in FACTORS:
            u = tuple(FACTORS[kind] * entry for entry in u)
        if kind == "coordinate":
            w = tuple(-entry for entry in eye[i])
        blocks.append((u, w, ZERO if kind == "no offset" else c))
    return blocks


FACTORS = {"minus u": -1, "no minus": -1, "mirror": 2}
CRUSH_MISTAKES = {
    "plus": "That adds relu(y_i): a positive y_i is doubled. relu(y) = y + relu(what)?",
    "no minus": "That takes relu(y_i) away from y_i, and leaves what is negative.",
    "minus u": "A negative y_i is doubled instead of lifted to 0: look at the sign of u.",
    "mirror": "A negative y_i is mirrored: |y_i|. How long is the step that ends at 0?",
    "no offset": "The neuron must switch at y_i = (Wx + b)_i = 0. Where is b?",
    "unsolved": "A step e_i in y is not a step e_i in x: which step of x changes y_i alone?",
    "columns of W": "Which step u of x has W u = e_i? Solve for it.",
    "W": "Which step u of x has W u = e_i? Solve for it.",
    "rows": "W u = e_i is solved by a column of the inverse, not by a row.",
    "coordinate": "The block must read y_i, a row of W, not the coordinate x_i.",
}


def _run(blocks: Sequence[Triple], x: Vector) -> Vector:
    for u, w, b in blocks:
        x = after_block(u, w, b, x)
    return x


def _layers_to_undo(rng: np.random.Generator) -> Iterator[tuple[Matrix, Vector]]:
    """Invertible layers of small whole numbers that tell the usual mistakes apart."""
    for d in (2, 2, 3):
        while True:
            W = tuple(read_vector(row) for row in rng.integers(-2, 3, (d, d)).tolist())
            b = read_vector(rng.integers(1, 4, d).tolist())
            back = inverse(W)
            if back is None or any(W[i][j] == 0 for i in range(2) for j in range(2)):
                continue
            points = _in_all_cells(W, b)[::3]
            kinds = ("right", *CRUSH_MISTAKES)
            blocks = (_crushes(W, b, kind=kind) for kind in kinds)
            if len({tuple(_run(found, x) for x in points) for found in blocks}) == len(kinds):
                yield W, b
                break


def _in_all_cells(W: Matrix, b: Vector) -> list[Vector]:
    """Points x whose y = W x + b has every combination of signs, near and far."""
    back = inverse(W)
    assert back is not None
    sizes = [read_vector(size) for size in ((1, 2, 3), (0.5, 3, 1), (1000, 0.25, 30))]
    points = []
    for signs in itertools.product((1, -1), repeat=len(W)):
        for size in sizes:
            y = [sign * part for sign, part in zip(signs, size, strict=False)]
            points.append(matvec(back, [p - q for p, q in zip(y, b, strict=True)]))
    return points


@exercise(
    "06.layer_crushes",
    "A layer of width d as d blocks",
    hints=(
        "relu(y) = y + relu(-y). So a block that adds relu(-y_i) to y_i alone does one neuron.",
        "The block's own neuron computes -y_i = -(Wx + b)_i: that gives w and its b.",
        "The step u must have W u = e_i. `solve` finds it in fractions.",
    ),
)
def layer_crushes(answer: Answer, draw: Instances) -> Checked:
    """An invertible layer as d blocks, decided on all of R^d; lesson 06, section 5."""
    for W, b in _layers_to_undo(draw.rng):
        found = _read_blocks(answer([list(row) for row in W], list(b)), len(W))
        says = f"W x' + b is relu(W x + b) on all of R^{len(W)}."
        if _is_undone(found, W, b):
            yield Line(True, says)
        else:
            yield Line(False, says, _fault(found, W, b), _hint(found, W, b))


def _is_undone(blocks: Sequence[Triple], W: Matrix, b: Vector) -> bool:
    """Whether d blocks turn y = W x + b into relu(y) on all of R^d.

    They do if each adds relu(-y_i) to one y_i alone, in any order. Nothing else does: relu has 2^d
    affine maps, and so few blocks have one for each set of them that is on. Such a map has rank
    d - (blocks on) at least, relu's has rank d - (negative y_i). Both add up to the same over all
    sets, so the ranks agree: one block on is one y_i lifted to 0.
    """
    lifted = set()
    for u, w, c in blocks:
        steps = {i: step for i, step in enumerate(matvec(W, u)) if step}
        if len(steps) != 1:
            return False
        ((i, step),) = steps.items()
        if step < 0 or [step * entry for entry in (*w, c)] != [-entry for entry in (*W[i], b[i])]:
            return False
        lifted.add(i)
    return len(lifted) == len(W)


def _fault(blocks: Sequence[Triple], W: Matrix, b: Vector) -> str:
    for x in _in_all_cells(W, b):
        y, after = _affine(W, b, x), _affine(W, b, _run(blocks, x))
        if after != tuple(max(entry, ZERO) for entry in y):
            return (
                f"W = {_matrix_of(W)}: at x = {at(x)} the layer has y = W x + b = {at(y)}; after "
                f"your blocks it is ({', '.join(map(about, after))}), which is not its relu."
            )
    return "Where it was tried it is right, but some block does more than lift one y_i to 0."


def _hint(blocks: Sequence[Triple], W: Matrix, b: Vector) -> str:
    points = _in_all_cells(W, b)
    values = [_run(blocks, x) for x in points]
    for kind, hint in CRUSH_MISTAKES.items():
        if [_run(_crushes(W, b, kind=kind), x) for x in points] == values:
            return hint
    return "Follow y = W x + b through the first block. Which entries of y does it change?"


def _affine(W: Matrix, b: Vector, x: Vector) -> Vector:
    return tuple(dot(row, x) + entry for row, entry in zip(W, b, strict=True))


def _matrix_of(W: Matrix) -> str:
    return "[" + ", ".join("[" + ", ".join(map(str, row)) + "]" for row in W) + "]"


def _read_blocks(value: Any, d: int) -> list[Triple]:
    if not isinstance(value, list | tuple):
        raise NotYet("The result is a list of blocks.", f"You returned {read.shown(value)}.")
    if len(value) != d:
        raise NotYet(
            f"{d} neurons become {d} blocks.",
            f"You returned {len(value)}.",
            "One block for each neuron: no rank is lost, so nothing has to be erased.",
        )
    blocks = []
    for k, block in enumerate(value, 1):
        if not isinstance(block, list | tuple) or len(block) != 3:
            raise NotYet("Each block is a triple (u, w, b).", f"Block {k} is {read.shown(block)}.")
        u, w = (_vector(part, d, f"{name} of block {k}") for part, name in zip(block, "uw"))  # noqa: B905
        blocks.append((u, w, _small(block[2], f"b of block {k}")))
    return blocks


def _vector(value: Any, d: int, what: str) -> Vector:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, list | tuple) or len(value) != d:
        raise NotYet(
            f"The vector {what} has {counted(d, 'entry/entries')}.",
            f"You returned {read.shown(value)}.",
        )
    return tuple(_small(entry, f"each entry of {what}") for entry in value)


def _small(value: Any, what: str) -> Fraction:
    found = read.fraction(value, what)
    if max(abs(found.numerator), found.denominator) > 10**40:
        raise NotYet(f"{what[0].upper() + what[1:]} is a fraction of few digits.")
    return found
