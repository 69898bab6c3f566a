"""Which weights draw a given zigzag: one hidden layer through some points, flat outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from course_lib.arguments import counted
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line
from course_lib.checks.set_01.shared import (
    ROUNDING,
    WIDTH,
    Fault,
    Kink,
    kinks_of,
    line,
    one_layer,
    rounded,
)
from course_lib.constructions.line import Polyline, graph
from course_lib.exact import freeze
from course_lib.networks import FullyConnected

__all__ = ["hinge_zigzag"]

Points = Sequence[Fraction]


@exercise(
    "01.hinge_zigzag",
    "A network that draws a given zigzag",
    hints=(
        "List the slopes from left to right, the two flat ends included. What does one hinge do to "
        "the slope?",
        "A hinge that faces right changes nothing on its left. Where does it stand, and by how "
        "much must the slope change there?",
        "Left of the first knot no hinge is active: which of the network's numbers is the value "
        "there?",
    ),
)
def hinge_zigzag(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """A polyline with flat ends as one hidden layer, everywhere (Arora et al. 2018, Thm 2.2)."""
    least = True
    for knots, values in _zigzags(draw.rng):
        net = one_layer(answer([float(x) for x in knots], [float(y) for y in values]), 1, WIDTH)
        corners = f"The zigzag with {counted(len(knots), 'knot')}"
        inside, outside = _faults(net, knots, values)
        yield line(f"{corners}: the network passes through every point of it.", inside)
        yield line(f"{corners}: beyond the outer knots the network is flat.", outside)
        least &= net.widths[0] <= len(_kinks(knots, values))
    if least:
        yield Bonus(1, "one neuron for each kink and no more; fewer can't do it.")


def _zigzags(rng: np.random.Generator) -> Iterator[tuple[list[Fraction], list[Fraction]]]:
    """Three knots, and five with a sixth on a segment, where nothing bends."""
    yield _zigzag(rng, 3)
    knots, values = _zigzag(rng, 5)
    knots.insert(2, (knots[1] + knots[2]) / 2)
    values.insert(2, (values[1] + values[2]) / 2)
    yield knots, values


def _zigzag(rng: np.random.Generator, count: int) -> tuple[list[Fraction], list[Fraction]]:
    """Knots at whole numbers, and values whose slopes alternate in sign."""
    steps = [int(step) for step in rng.choice([1, 2, 4], count - 1)]
    knots = [Fraction(int(rng.choice([-5, -3, 1])))]
    values = [Fraction(int(rng.choice([-2, 1, 3])))]
    turns = rng.choice([-1, 1]) * (-1) ** np.arange(count - 1)
    slopes = rng.choice([1, 2, 3], count - 1) * turns
    for step, slope in zip(steps, slopes, strict=True):
        knots.append(knots[-1] + step)
        values.append(values[-1] + step * int(slope))
    return knots, values


def _slopes(knots: Points, values: Points) -> list[Fraction]:
    points = zip(knots, values, strict=True)
    return [(y - v) / (x - u) for (u, v), (x, y) in pairwise(points)]


def _kinks(knots: Points, values: Points) -> list[Kink]:
    """Kinks of the zigzag that is flat outside."""
    slopes = [Fraction(0), *_slopes(knots, values), Fraction(0)]
    jumps = [after - before for before, after in pairwise(slopes)]
    return [(x, jump) for x, jump in zip(knots, jumps, strict=True) if jump]


def _faults(
    net: FullyConnected, knots: Points, values: Points
) -> tuple[Fault | None, Fault | None]:
    """What is wrong between the outer knots, and beyond them."""
    kinks = _kinks_drawn(net)
    reach = [*knots, *(place for place, _ in kinks)]  # farther out the network is straight
    low, high = min(reach) - 1, max(reach) + 1
    drawn = graph(net, (low, high))
    wanted = Polyline((low, *knots, high), (values[0], *values, values[-1]))
    places = tuple(sorted({*drawn.knots, *wanted.knots}))
    returned = dict(zip(places, drawn.on(places), strict=True))
    gaps = {x: returned[x] - y for x, y in zip(places, wanted.on(places), strict=True)}
    wrong = [x for x in places if abs(gaps[x]) > ROUNDING]
    inside = [x for x in wrong if knots[0] <= x <= knots[-1]]
    if inside:
        x = inside[0]
        but = f"At x = {rounded(x)} you return {rounded(returned[x])}; {_where(x, knots, values)}"
        return (but, _thought(kinks, list(gaps.values()), knots, values)), None
    return None, _flat_fault(wrong[-1], returned, knots, values) if wrong else None


def _kinks_drawn(net: FullyConnected) -> list[Kink]:
    (W, b), (a, _) = freeze(net).layers  # type: ignore[union-attr]
    return kinks_of(([row[0] for row in W], b, a[0]))


def _flat_fault(
    x: Fraction, returned: dict[Fraction, Fraction], knots: Points, values: Points
) -> Fault:
    right = x > knots[-1]
    end = values[-1] if right else values[0]
    but = f"At x = {rounded(x)} you return {rounded(returned[x])}; the flat end there is at {end}."
    if right:
        return but, "The last knot is a kink too: which change of slope stops the last segment?"
    return but, (
        "A neuron that faces left goes on for ever on its left. What stops it, or which neuron "
        "could take its place?"
    )


def _where(x: Fraction, knots: Points, values: Points) -> str:
    k = next(k for k in range(1, len(knots)) if x <= knots[k])
    return (
        f"the segment there runs from ({knots[k - 1]}, {values[k - 1]}) to "
        f"({knots[k]}, {values[k]})."
    )


def _thought(kinks: list[Kink], gaps: list[Fraction], knots: Points, values: Points) -> str:
    if max(gaps) - min(gaps) <= ROUNDING:
        return "The shape is right, and everything is at the wrong height. Which number lifts it?"
    mistakes = _mistakes(knots, values)
    # a mistake may also show without what happens at one of the outer knots
    for part in (slice(None), slice(1, None), slice(-1)):
        for drawn, thought in mistakes:
            if _same(kinks, drawn[part]):
                return thought
    return "Compare the slopes of your network, from left to right, with those of the zigzag."


def _mistakes(knots: Points, values: Points) -> list[tuple[list[Kink], str]]:
    """The kinks that known mistakes draw."""
    right, slopes = _kinks(knots, values), _slopes(knots, values)
    changes = [after - before for before, after in pairwise([Fraction(0), *slopes])]
    return [
        ([(-x, jump) for x, jump in right], "Mind the sign of the shift: relu(x + b) bends at −b."),
        (
            list(zip(knots, slopes, strict=False)),
            "You gave each hinge the slope of its segment. But the hinges before it are still "
            "rising: by how much must the slope *change*?",
        ),
        (
            list(zip(knots[1:], changes, strict=True)),
            "Each change of slope happens one knot too late. The slope of a segment begins at its "
            "left end.",
        ),
        (
            list(zip(knots, values, strict=True)),
            "You gave each hinge a height. The weight of a hinge is a change of slope: a rise "
            "divided by a run.",
        ),
        (
            [(x, -jump) for x, jump in right],
            "Your zigzag is upside down: where the slope grows, the weight of the hinge is "
            "positive.",
        ),
        (right[1:], "The first knot is a kink too: left of it the zigzag is flat."),
    ]


def _same(found: list[Kink], wanted: list[Kink]) -> bool:
    """Whether the kinks agree, up to rounding."""

    def near(kinks: list[Kink]) -> list[Kink]:
        return sorted((round(x, 6), round(jump, 6)) for x, jump in kinks if abs(jump) > ROUNDING)

    return near(found) == near(wanted)
