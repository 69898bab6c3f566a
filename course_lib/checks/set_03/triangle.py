"""03.triangle: exactly a given triangle, at width 3."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from course_lib.certificates import certify_bounded
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line, expect
from course_lib.checks.set_03.shared import LOOKS, hidden_width, said, said_number, small_network
from course_lib.exact import Vector, freeze, polygon_area
from course_lib.networks import FullyConnected
from course_lib.regions import is_empty, positive_area
from course_lib.regions.outline import area_inside

PAR = 20  # parameters, for the golf point


@exercise(
    "03.triangle",
    "Exactly this triangle, with width 3",
    hints=(
        "A point lies in the open triangle exactly if all three edge functions are positive there: "
        "if their minimum is.",
        "min(a, b) = a − relu(a − b). What does ReLU do to a number that is already ≥ 0?",
        "After the first layer everything is ≥ 0, so a neuron can carry a number along unchanged: "
        "the third edge function waits while the first two are compared.",
    ),
)
def triangle(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """{f > 0} is the given triangle up to area zero, by areas in fractions."""
    rng = draw.rng
    sizes = []
    for turn in (1, -1):
        corners = _draw(rng, turn)
        net = small_network(answer([[int(e) for e in c] for c in corners]), 2)
        yield expect(
            hidden_width(net) <= 3,
            "No hidden layer is wider than 3.",
            but=f"Yours has widths {net.widths}.",
            hint="Three numbers are all there is to carry: one for each edge.",
        )
        yield _in_the_middle(net, corners, turn)
        yield from _areas(net, corners, turn)
        sizes.append(net.num_parameters)
    if max(sizes) <= PAR:
        yield Bonus(1, f"Golf: at most {PAR} parameters.")


def _draw(rng: np.random.Generator, turn: int) -> list[Vector]:
    """Whole-number corners with at least area 3, anticlockwise for turn = 1."""
    while True:
        corners = [tuple(map(Fraction, c)) for c in rng.integers(-4, 5, (3, 2)).tolist()]
        if turn * polygon_area(corners) >= 3:
            return corners


def _told(corners: list[Vector]) -> str:
    return f"For the corners {', '.join(map(said, corners))}"


def _in_the_middle(net: FullyConnected, corners: list[Vector], turn: int) -> Line:
    middle = tuple(sum(xs) / 3 for xs in zip(*corners, strict=True))
    value = freeze(net).evaluate(middle)
    empty = value <= 0 and is_empty(net)
    return expect(
        value > 0,
        f"f is positive at the triangle's centre of mass ({'anti' * (turn > 0)}clockwise corners).",
        but=f"{_told(corners)} f = {said_number(value)} at {said(middle)}"
        + (", and f > 0 nowhere." if empty else "."),
        hint=_centre_hint(empty, turn),
    )


def _centre_hint(empty: bool, turn: int) -> str:
    if turn < 0:
        return "These corners run clockwise. On which side of its edges are your functions > 0?"
    if empty:
        return (
            "Perhaps your {f ≥ 0} is the triangle: but {f > 0} is empty. f has to rise above zero "
            "inside."
        )
    return "On which side of its edges are your edge functions positive? Try a point inside."


def _areas(net: FullyConnected, corners: list[Vector], turn: int) -> Iterator[Line]:
    proof = certify_bounded(net, looks=LOOKS)
    along = f"From {said(proof.point)} along {said(proof.direction)} f stays positive for ever."
    yield expect(
        proof.claim == "bounded",
        "The positive set is bounded.",
        but=f"{_told(corners)}: {along}" if proof.direction else "The search for a proof stopped.",
        hint="One of the three edges isn't guarded."
        if proof.direction
        else "Your network bends in too many places. A few neurons are enough.",
    )
    area, box = abs(polygon_area(corners)), [(-proof.radius, proof.radius)] * 2
    inside = area_inside(freeze(net), corners[::turn], exact=True)
    total = positive_area(net, box, exact=True)
    hint = _shape_hint(net, max(abs(area - inside), abs(total - inside)))
    yield expect(
        inside == area,
        "f is positive on the whole open triangle, up to area zero.",
        but=f"{_told(corners)}: on {said_number(area - inside)} of its area {area} f isn't "
        "positive.",
        hint=hint,
    )
    yield expect(
        total == area,
        "f is positive nowhere else, up to area zero.",
        but=f"{_told(corners)}: {said_number(total - inside)} of your positive area lies outside "
        "the triangle.",
        hint=hint,
    )


def _shape_hint(net: FullyConnected, off: Fraction) -> str:
    if off < Fraction(1, 10**6):
        return (
            "You are off by a rounding error: don't normalise the edge functions. With "
            "whole-number corners they have whole-number weights."
        )
    if net.depth == 1:
        return (
            "One layer of three neurons bends f along three whole lines, each of which cuts the "
            "outline twice: a hexagon. A second layer can compare."
        )
    return "All three edge functions must be positive at once, and nothing else."
