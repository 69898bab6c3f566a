"""Task 2: what intervals and zonotopes say of mirrors, and what is true."""

from __future__ import annotations

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, NotYet, expect
from course_lib.checks.set_06.shared import Checked, fitting

__all__ = ["mirror_bounds"]


def _mirrors(count: int, low: int, high: int, *, first: int = 0) -> tuple[int, int]:
    """Intervals through x - 2 relu(x) and x + 2 relu(-x), taken in turns."""
    for k in range(first, first + count):
        if k % 2 == 0:
            low -= 2 * max(high, 0)
        else:
            high += 2 * max(-low, 0)
    return low, high


def _mirrored(count: int) -> tuple[int, int]:
    return ((-1, 1), (-1, 0), (0, 1))[0 if count == 0 else 1 + (count + 1) % 2]


@exercise(
    "06.mirror_bounds",
    "Three answers to one question about mirrors",
    hints=(
        "Follow one point first: where is x = 1/2 after one block, after two, after three?",
        "An interval forgets where in it x lay. The step -2 relu(x) is then added to every x.",
        "Write the first zonotope out: μ = 0, G = (1), z = x, λ = 1/2. What is left of θ₁?",
    ),
)
def mirror_bounds(answer: Answer, draw: Instances) -> Checked:
    """Truth, intervals and zonotopes after some mirrors; lesson 06, section 3."""
    rng = draw.rng
    counts = (1, 2, int(rng.integers(3, 6)), int(rng.integers(6, 11)))
    for count, blocks in zip(
        counts, ("one block", "two blocks", "a few blocks", "many blocks"), strict=True
    ):
        found = answer(count)
        if not isinstance(found, dict) or set(found) != {"truth", "intervals", "zonotopes"}:
            raise NotYet(
                'The result has the keys "truth", "intervals" and "zonotopes".',
                f"You returned {read.shown(found)}.",
            )
        for method, judge in MIRROR_LINES.items():
            yield judge(read.array(found[method], (2,), f'"{method}"'), count, blocks)


def _truth_line(found: np.ndarray, count: int, blocks: str) -> Line:
    return expect(
        read.close(found, _mirrored(count)),
        f"The truth after {blocks} is right.",
        but=f"Of {count} you say {_interval_of(found)}. Send x = 1/2 and x = -1/2 through them.",
        hint=fitting(
            found,
            [
                ((-1, 1), "The first mirror lays one half of [-1, 1] on the other."),
                (_mirrored(count + 1), "Which mirror comes last? The first block gives -|x|."),
                (_mirrors(count, -1, 1), "That is what intervals say. No state goes that far."),
            ],
            "x - 2 relu(x) is -|x|, and x + 2 relu(-x) is |x|.",
        ),
    )


def _intervals_line(found: np.ndarray, count: int, blocks: str) -> Line:
    return expect(
        read.close(found, _mirrors(count, -1, 1)),
        f"What intervals say after {blocks} is right.",
        but=f"Of {count} you say {_interval_of(found)}. Add the least step to the least x.",
        hint=fitting(
            found,
            [
                (
                    _mirrored(count),
                    "That is the truth. Intervals forget that x and relu(x) are one "
                    "and the same x: the least x and the longest step down are combined.",
                ),
                ((-1, 1), "Intervals don't know that a mirror keeps lengths."),
                (
                    _mirrors(count, -1, 1, first=1),
                    "The first block is x - 2 relu(x): it pushes down.",
                ),
                (_mirrors(count - 1, -1, 1), "Count again: that is one block too early."),
                (_mirrors(count + 1, -1, 1), "Count again: that is one block too late."),
                (
                    (-1 - 2 * count, 1),
                    "Block 2 is the other mirror: it pushes up, by as much as "
                    "the lower end has fallen.",
                ),
                ((-(3**count), 3**count), "Each block moves one end only, in turns."),
            ],
            "A block moves one end only: x - 2 relu(x) the lower, x + 2 relu(-x) the upper.",
        ),
    )


def _zonotopes_line(found: np.ndarray, count: int, blocks: str) -> Line:
    return expect(
        read.close(found, _mirrored(count)),
        f"What zonotopes say after {blocks} is right.",
        but=f"Of {count} you say {_interval_of(found)}. Compute the first c and G by hand.",
        hint=fitting(
            found,
            [
                (
                    _mirrors(count, -1, 1),
                    "A zonotope remembers how x and relu(x) move together. "
                    "What becomes of the column of G that belongs to the input?",
                ),
                ((-1, 1), "After the first block c is not 0."),
            ],
            "With p = -1, q = 1 the neuron is x/2 + 1/4 ± 1/4. Put that into x - 2 relu(x).",
        ),
    )


MIRROR_LINES = {"truth": _truth_line, "intervals": _intervals_line, "zonotopes": _zonotopes_line}


def _interval_of(found: np.ndarray) -> str:
    return f"[{found[0]:g}, {found[1]:g}]"
