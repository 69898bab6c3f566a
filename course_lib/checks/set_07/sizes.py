"""Task 2c · How large the wide and the deep form are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, NotYet, expect
from course_lib.checks.set_07.shared import items, mistaken

FORMS = ("simplex", "piece")
Sizes = tuple[int, int, int]  # first width, second width, deep layers


@exercise(
    "07.sizes",
    "How large are the wide and the deep form?",
    hints=(
        "How many triangles does a convex polygon with n corners take, if they share a corner?",
        "First layer: one neuron for each side of each cell, and the registers for x.",
        "Deep: one layer for each side of a cell, and one more for its gate.",
    ),
)
def sizes(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Widths and layers of both forms from the corners of the pieces (lesson 07, section 2)."""
    for many, corners in _corner_counts(draw.rng).items():
        returned = answer(corners)
        if not isinstance(returned, dict) or set(returned) != set(FORMS):
            raise NotYet(
                "The result is a dictionary with the keys 'simplex' and 'piece'.",
                f"You returned {read.shown(returned)}.",
            )
        for form, right in zip(FORMS, _sizes(corners), strict=True):
            found = tuple(read.whole(n) for n in items(returned[form], 3, f"the {form!r} entry"))
            wrong, hint = mistaken(found, _mistaken_sizes(corners, form, right), WRONG_SIZES)
            yield expect(
                found == right,
                f"The sizes of the form {form!r} are right for {many} pieces.",
                but=f"For pieces with {corners} corners you return {read.shown(found)} for "
                f"{form!r}. {wrong}",
                hint=hint,
            )


WRONG_SIZES = {
    "centre": (
        "That cuts a polygon with n corners into n triangles.",
        "Fewer triangles do: join one corner to all others.",
    ),
    "registers": (
        "The gates need x itself, too.",
        "A gate adds L(x) + C. From where does the second layer get x?",
    ),
    "gate layer": (
        "In which layer is the gate?",
        "After the erasers of a cell, one more layer computes its gate.",
    ),
    "uncut": (
        "That is one gate per piece, with three sides.",
        "Only a triangle is one triangle. How many does a polygon with n corners take?",
    ),
    "three sides": (
        "Every cell was given three sides.",
        "A whole piece has as many sides as corners, so it needs as many erasers.",
    ),
    "": ("", "Do it by hand for one triangle, then for one square, then add up."),
}


def _corner_counts(rng: np.random.Generator) -> dict[str, list[int]]:
    """Corners of each piece; at least one piece is no triangle."""
    names = {"three": 2, "five": 4, "ten": 9}
    return {name: [int(n) for n in (*rng.integers(3, 8, n), 5)] for name, n in names.items()}


def _sizes(corners: list[int]) -> tuple[Sizes, Sizes]:
    sides, pieces = sum(corners), len(corners)
    triangles = sides - 2 * pieces
    return (3 * triangles + 2, triangles, 4 * triangles), (sides + 2, pieces, sides + pieces)


def _mistaken_sizes(corners: list[int], form: str, right: Sizes) -> dict[str, Sizes]:
    first, second, layers = right
    sides, pieces = sum(corners), len(corners)
    return {
        "centre": (3 * sides + 2, sides, 4 * sides),
        "registers": (first - 2, second, layers),
        "gate layer": (first, second, layers - second),
        "uncut" if form == "simplex" else "three sides": (3 * pieces + 2, pieces, 4 * pieces),
    }
