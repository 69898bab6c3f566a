"""Task 7: a staircase that marks strips, and the blocks of an unrolled grid."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.set_05.shared import (
    TINY,
    Fault,
    Lines,
    Rules,
    explanation,
    first_hint,
    listed,
    no_fault,
    resnet,
    said,
)
from course_lib.exact import freeze

__all__ = ["staircase", "unrolled"]

Point = tuple[Fraction, Fraction]

AXIS = "The steps depend on x_2 where they should depend on x_1: which coordinate is read?"
STOP = "A rise that nothing stops goes on for ever."
ENDS = "The rise has the length ramp, and the edge in its middle. Where are your kinks?"


@exercise(
    "05.staircase",
    "Marking the strips",
    hints=(
        "A shear that reads x_1 and writes x_2 leaves x_1 as it is, so the next one can read it.",
        "One step is two hinges of x_1: one starts the rise, the other one stops it.",
        "Over the length `ramp` it rises by `step`. Where does the rise begin, so that the edge is "
        "in its middle?",
    ),
)
def staircase(answer: Answer, draw: Instances) -> Lines:
    """Output x_2 + step · (edges left of x_1), off the ramps; lesson 05, section 4."""
    rng = draw.rng
    cases, nets = [], []
    for count in (1, 3):
        cuts = int(rng.integers(-3, 1)) + np.cumsum(rng.integers(1, 4, count))
        edges = [Fraction(int(n)) + Fraction(1, 2) for n in cuts]
        step, ramp = Fraction(int(rng.integers(3, 8))), Fraction(1, int(rng.choice([16, 32])))
        mine = answer([*map(float, edges)], float(step), float(ramp))
        why = "Two blocks for each edge: the hinges of all edges add up in x_2."
        cases.append((edges, step, ramp))
        nets.append(resnet(mine, 2, 2 * count, why))
    yield no_fault(
        "Off the ramps the output is x_2 plus the step times the number of the strip.",
        _stair_faults(cases, nets),
    )


def _stair_faults(cases: list[Any], nets: list[Any]) -> Iterator[Fault]:
    tried = []
    for (edges, _, ramp), net in zip(cases, nets, strict=True):
        points, exact = _beside(edges, ramp), freeze(net)
        tried.append((points, [exact.evaluate(point) for point in points]))
    for (edges, step, ramp), (points, found) in zip(cases, tried, strict=True):
        for (x, y), value in zip(points, found, strict=True):
            strip = sum(edge < x for edge in edges)
            gap = value - y - step * strip
            if abs(gap) > TINY:
                yield (
                    f"Edges {listed(edges)}, step {step}, ramp {ramp}: at ({said(x)}, {said(y)}), "
                    f"in strip {strip}, you return {said(value)}, which is too "
                    f"{'high' if gap > 0 else 'low'}.",
                    explanation([_wrong_stairs(*case) for case in cases], tried),
                )


def _beside(edges: list[Fraction], ramp: Fraction) -> list[Point]:
    """Points in every strip: just off the ramps, in the middle, and far out."""
    near = Fraction(5, 8) * ramp
    places = [edges[0] - 100, edges[0] - 1, edges[-1] + 1, edges[-1] + 100]
    places += [edge + side * near for edge in edges for side in (-1, 1)]
    places += [(left + right) / 2 for left, right in pairwise(edges)]
    return [(x, Fraction(y)) for x in sorted(places) for y in (-2, 0, 50)]


def _wrong_stairs(edges: list[Fraction], step: Fraction, ramp: Fraction) -> Rules:
    """What named mistakes return at a point, each with the thought that helps."""
    slope = step / ramp

    def rises(x: Any, start: Any, sign: int = 1) -> Any:
        return sum(max(x - sign * edge - start, Fraction(0)) for edge in edges)

    def stairs(
        x: Any, slope: Any = slope, start: Any = -ramp / 2, stop: Any = ramp / 2, sign: int = 1
    ) -> Any:
        return slope * (rises(x, start, sign) - rises(x, stop, sign))

    # fmt: off
    rules: Rules = (
        (lambda x, y: stairs(x), "Where is x_2? The output holds the strip and the place in it."),
        (lambda x, y: x, "You read off x_1, which no shear has changed."),
        (lambda x, y: x + stairs(y), AXIS),
        (lambda x, y: y + stairs(y), AXIS),
        (lambda x, y: y + slope * rises(x, -ramp / 2), STOP),
        (lambda x, y: y + slope * rises(x, 0), STOP),
        (lambda x, y: y + step * rises(x, 0), STOP),
        (lambda x, y: y + slope * (rises(x, -ramp / 2) + rises(x, ramp / 2)),
         "The second block has to take the slope away again: its sign."),
        (lambda x, y: y + stairs(x, step),
         "`step` is the height of a step, not its slope: over what length does it rise?"),
        (lambda x, y: y + stairs(x, slope, 0, ramp), ENDS),
        (lambda x, y: y + stairs(x, slope, -ramp, 0), ENDS),
        (lambda x, y: y + stairs(x, slope, -ramp, ramp), ENDS),
        (lambda x, y: y + stairs(x, slope / 2, -ramp, ramp), ENDS),
        (lambda x, y: y + stairs(x, sign=-1),
         "The sign of the offset: where does relu(x_1 + b) switch on?"),
        (lambda x, y: y + stairs(x) + step,
         "The first strip has the number 0: left of all edges nothing is added."),
        (lambda x, y: y - stairs(x), "Your steps go down."),
    )
    # fmt: on
    return [(lambda point, rule=rule: rule(*point), hint) for rule, hint in rules]


def _marks(cells: Sequence[int]) -> int:
    return 2 * sum(n - 1 for n in cells[:-1])


def _nodes(cells: Sequence[int]) -> int:
    return math.prod(cells[:-1]) * (cells[-1] + 1)


def _unrolled(cells: Sequence[int]) -> int:
    return _marks(cells) + 1 + _nodes(cells) + 1


# fmt: off
WRONG_UNROLLED: Rules = (
    (math.prod,
     "These are the cells. The strips have to be marked, too, and x_1 erased; and how many knots "
     "has a strip of n cells?"),
    (lambda n: _marks(n) + math.prod(n) + 2,
     "How many knots has a strip of n cells? Both of its ends count."),
    (lambda n: _marks(n) // 2 + _nodes(n) + 2,
     "A step rises and stops: that is more than one block for each edge."),
    (lambda n: _marks(n) + 2 * (n[-1] - 1) + _nodes(n) + 2,
     "Along the last axis nothing is marked: there the place is read off x_d itself."),
    (lambda n: 2 * sum(n[:-1]) + _nodes(n) + 2,
     "Edges *between* strips are marked. How many are there between n strips?"),
    (lambda n: 2 * (math.prod(n[:-1]) - 1) + _nodes(n) + 2,
     "Each axis is marked by itself: one edge across it serves all strips beside it."),
    (lambda n: _marks(n) + _nodes(n) + 1,
     "You are one short: is it the crush, or the kink at which the long line leaves 0?"),
    (lambda n: _marks(n) + _nodes(n),
     "Besides marks and knots there are the crush, and a kink where the long line leaves 0."),
    (lambda n: _unrolled(n[::-1]), "The strips run along the *last* axis."),
    (lambda n: _unrolled(n[:1] * len(n)), "The number of cells differs from axis to axis."),
    (lambda n: _unrolled(n[-1:] * len(n)), "The number of cells differs from axis to axis."),
)
# fmt: on


@exercise(
    "05.unrolled",
    "The blocks of an unrolled grid",
    hints=(
        "Three phases: mark, erase, draw. Count each by itself, with n_1, …, n_d in place of n.",
        "Marks: two shears for each edge between strips, for every axis but the last.",
        "Drawing: one hinge for each knot of the long line, and one where it leaves 0. How many "
        "strips are there, and how many knots has each?",
    ),
)
def unrolled(answer: Answer, draw: Instances) -> Lines:
    """The blocks of "unroll the grid" with n_j cells along axis j; lesson 05, section 4."""
    rng = draw.rng
    cases = [(2, 5), (5, 2), (2, 3, 4)]
    cases += [tuple(int(n) for n in rng.integers(2, 9, d)) for d in (2, 3, 4)]
    found = [read.whole(answer(list(cells)), "the number of blocks") for cells in cases]
    yield no_fault("Every block of the compiled network is counted once.", _miscounts(cases, found))


def _miscounts(cases: list[Any], found: list[int]) -> Iterator[Fault]:
    hint = first_hint((hint, found == list(map(rule, cases))) for rule, hint in WRONG_UNROLLED)
    for cells, count in zip(cases, found, strict=True):
        if count != _unrolled(cells):
            yield (
                f"For {' × '.join(map(str, cells))} cells you return {said(count)}; the network "
                f"has {'fewer' if count > _unrolled(cells) else 'more'}.",
                hint,
            )
