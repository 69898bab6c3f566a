"""Task 2 · A convex polygon as neurons."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import numpy as np

from course_lib.arguments import counted
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import network, shown
from course_lib.checks.report import Line, expect
from course_lib.checks.set_08.shared import (
    ONE,
    ROUNDING,
    ZERO,
    Point,
    alike,
    told_points,
    values,
)
from course_lib.constructions.equivalence import disagreement
from course_lib.constructions.logic import Rule, union
from course_lib.networks import FullyConnected

Distances = Sequence[Fraction]  # of one point from each side, positive inside


@exercise(
    "08.soft_rule",
    "A polygon that says yes, softly",
    hints=(
        "First layer: one neuron per side, relu(1 − s_k). Second layer: one neuron. Readout: that "
        "neuron.",
        "The side from p to q has the unit normals ±(−(q − p)₂, (q − p)₁)/|q − p|. Which one "
        "points inside?",
        "The score is normal · (x − p)/ε. Split it into a row of W and an entry of b, and don't "
        "forget the 1 in 1 − s_k.",
    ),
)
def soft_rule(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The soft rule of a convex polygon, as one network with F + 1 neurons (lesson 08, section 2).

    Compared at points on both sides of each side; then on all common linear pieces.
    """
    for way, (corners, epsilon) in _polygons(draw.rng).items():
        net: FullyConnected = network(answer(corners, epsilon), 2, FullyConnected)
        sides = len(corners)
        yield expect(
            net.depth == 2 and net.widths[0] <= sides and net.widths[1] == 1,
            f"Corners {way}: two hidden layers, with one neuron per side, then one.",
            but=f"For {counted(sides, 'corner')} yours has the widths {shown(net.widths)}.",
            hint="One neuron per facet measures the miss, one more adds the misses up.",
        )
        yield _at_points(way, net, corners, epsilon)
        yield _on_pieces(way, net, corners, epsilon)


def _at_points(way: str, net: FullyConnected, corners: list[Point], epsilon: Fraction) -> Line:
    points = _around(corners, epsilon)
    table = [_distances(corners, x) for x in points]
    found = values(net, points)
    gaps = np.abs(found - [float(_soft(row, epsilon)) for row in table])
    k = int(gaps.argmax())
    depth, holds = min(table[k]), bool(gaps[k] <= ROUNDING)
    place = f"{depth} inside the nearest side" if depth >= 0 else f"{-depth} outside a side"
    return expect(
        holds,
        f"Corners {way}: at points around each side the network says what the soft rule says.",
        but=f"ε = {epsilon}, corners {told_points(corners)}: at x = {told_points([points[k]])} you "
        f"return {found[k]:.4g}. The point is {place}.",
        hint="" if holds else _thought(found, table, epsilon, corners),
    )


def _on_pieces(way: str, net: FullyConnected, corners: list[Point], epsilon: Fraction) -> Line:
    box = [(min(c) - 2, max(c) + 2) for c in zip(*corners, strict=True)]
    rule = union([Rule.from_vertices(corners)], epsilon)
    differ = disagreement(net, rule, box, tolerance=ROUNDING)
    assert isinstance(differ, Fraction)  # in the plane it is exact
    return expect(
        differ == 0,
        f"Corners {way}: the network is the soft rule.",
        but=f"ε = {epsilon}, corners {told_points(corners)}: yours is another function on an area "
        f"of about {float(differ):.3g}.",
        hint="Somewhere away from the sides it goes wrong. Does each neuron belong to a side?",
    )


def _thought(
    found: np.ndarray, table: list[list[Fraction]], epsilon: Fraction, corners: list[Point]
) -> str:
    """The thought for the mistaken formula that the network follows at all points."""
    lengths = [_length(p, q) for p, q in _sides(corners)]
    mistakes = _mistakes(epsilon, lengths).items()
    named = (thought for thought, formula in mistakes if alike(found, formula, table))
    return next(named, "Compute by hand what each neuron says here, one side after the other.")


def _mistakes(epsilon: Fraction, lengths: list[int]) -> dict[str, Callable[[Distances], Fraction]]:
    def stretched(d: Distances) -> list[Fraction]:
        return [x * length for x, length in zip(d, lengths, strict=True)]

    return {
        "Your network says 0 at all points. Is the rule inside out? Where the corners go round the "
        "other way, the normals turn, too.": lambda d: ZERO,  # inside out, any point misses a side
        "A distance needs a normal of length 1. Yours is as long as the side.": (
            lambda d: _soft(stretched(d), epsilon)
        ),
        "The score is the distance over ε. Where is ε?": lambda d: _soft(d, ONE),
        "You multiply by ε. The score is the distance over ε.": lambda d: _soft(d, 1 / epsilon),
        "One side is missing: the last corner meets the first.": (lambda d: _soft(d[:-1], epsilon)),
        "Your seam lies outside the rule. A miss counts as soon as the score is below 1, not below "
        "0.": lambda d: _soft([x + epsilon for x in d], epsilon),
        "That is how far the point is from the rule: NOT is missing.": (
            lambda d: 1 - _soft(d, epsilon)
        ),
        "You return the misses. The rule is what they leave of 1.": lambda d: _misses(d, epsilon),
    }


# ---------------------------------------------------------------- polygons and their distances


def _polygons(rng: np.random.Generator) -> dict[str, tuple[list[Point], Fraction]]:
    """A triangle one way round and a pentagon the other way, each with an ε."""
    triangle, pentagon = _polygon(rng, 1), _polygon(rng, 3)
    widths = [Fraction(1, int(n)) for n in rng.integers(2, 5, 2)]
    return {"anticlockwise": (triangle, widths[0]), "clockwise": (pentagon[::-1], widths[1])}


def _polygon(rng: np.random.Generator, slanted: int) -> list[Point]:
    """Convex, anticlockwise, all sides of whole length: slanted ones, a level and an upright one.

    Steps that add up to 0, sorted by their direction, go once round a convex polygon.
    """
    total = (0, 0)
    while 0 in total:
        shapes = rng.permutation([(3, 4), (8, 6), (5, 12), (12, 5), (15, 8)])[:slanted]
        steps = (shapes * rng.choice([-1, 1], shapes.shape)).tolist()
        total = (sum(step[0] for step in steps), sum(step[1] for step in steps))
    steps += [[-total[0], 0], [0, -total[1]]]
    steps.sort(key=lambda step: math.atan2(step[1], step[0]))
    x, y = (Fraction(int(c)) for c in rng.integers(-3, 4, 2))
    sums = itertools.accumulate(
        steps, lambda at, step: (at[0] + step[0], at[1] + step[1]), initial=(x, y)
    )
    return list(sums)[:-1]


def _sides(corners: list[Point]) -> list[tuple[Point, Point]]:
    return list(zip(corners, [*corners[1:], corners[0]], strict=True))


def _length(p: Point, q: Point) -> int:
    return math.isqrt(int((q[0] - p[0]) ** 2 + (q[1] - p[1]) ** 2))


def _inward(corners: list[Point]) -> list[Point]:
    """The inner unit normal of each side."""
    turn = sum(p[0] * q[1] - p[1] * q[0] for p, q in _sides(corners))
    sign = 1 if turn > 0 else -1
    return [
        (sign * (p[1] - q[1]) / _length(p, q), sign * (q[0] - p[0]) / _length(p, q))
        for p, q in _sides(corners)
    ]


def _distances(corners: list[Point], x: Point) -> list[Fraction]:
    return [
        n[0] * (x[0] - p[0]) + n[1] * (x[1] - p[1])
        for n, p in zip(_inward(corners), corners, strict=True)
    ]


def _misses(distances: Distances, epsilon: Fraction) -> Fraction:
    return sum((max(ZERO, 1 - d / epsilon) for d in distances), ZERO)


def _soft(distances: Distances, epsilon: Fraction) -> Fraction:
    return max(ZERO, 1 - _misses(distances, epsilon))


def _around(corners: list[Point], epsilon: Fraction) -> list[Point]:
    """Points on both sides of each side, and one in the middle."""
    x, y = (sum(c, ZERO) / len(corners) for c in zip(*corners, strict=True))
    points: list[Point] = [(x, y)]
    for (p, q), n in zip(_sides(corners), _inward(corners), strict=True):
        for t, depth in itertools.product((0, 1, 2, 3), (-2, -1, 0, 1, 2, 4)):
            s, d = Fraction(t, 4), depth * epsilon / 2
            points.append(
                (p[0] + s * (q[0] - p[0]) + d * n[0], p[1] + s * (q[1] - p[1]) + d * n[1])
            )
    return points
