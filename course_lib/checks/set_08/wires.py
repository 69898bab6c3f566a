"""Task 3 · An OR of many rules from gates that read only two wires."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import network, shown
from course_lib.checks.report import Bonus, Line, NotYet, expect
from course_lib.checks.set_08.shared import ONE, ROUNDING, ZERO, alike, told_points, values
from course_lib.networks import FullyConnected
from course_lib.regions import linear_pieces

Truths = tuple[Fraction, ...]


@exercise(
    "08.two_wire_or",
    "An OR of many with gates that read two",
    hints=(
        "De Morgan: NOT of an OR is an AND of NOTs. And an AND of many can be taken two at a time.",
        "First layer: from each pair of inputs make n = NOT(p OR q), one neuron. What is n AND n′?",
        "A wire that must wait goes through relu unchanged, since it is never negative.",
    ),
)
def two_wire_or(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """A network of gates that read two numbers each, equal to min(1, sum) on the cube.

    Compared at many points, with three inputs on all linear pieces, too (lesson 08, section 4).

    The bonus is for ⌈log₂ M⌉ layers. Fewer aren't enough: below L layers a number reads at most
    2^L inputs, so with 2^L < M the readout would be a function of some inputs plus one of others.
    Then a step in an input that only the first reads and one in an input that only the second reads
    would add up, and at a sum of about 1 they don't.
    """
    rng = draw.rng
    shallow = True
    for rules, m in {"Two": 2, "Three": 3, "Four": 4, "More": int(rng.integers(5, 9))}.items():
        net = _circuit(answer(m), m)
        reads = max(int((W != 0).sum(axis=1).max()) for W in net.weights)
        yield expect(
            reads <= 2,
            f"{rules} rules: each gate, and the readout, reads at most two wires.",
            but=f"For M = {m}, one of yours reads {reads}.",
            hint="In parallel one neuron reads all rules. Split its sum over several layers.",
        )
        yield _or_line(rules, net, rng)
        shallow = shallow and net.depth <= math.ceil(math.log2(m))
    if shallow:
        yield Bonus(1, "no network of gates that read two wires has fewer layers.")


def _circuit(value: Any, m: int) -> FullyConnected:
    net: FullyConnected = network(value, getattr(value, "dim", m), FullyConnected)
    if net.dim != m:
        raise NotYet("The network has M inputs.", f"For M = {m} yours has {net.dim}.")
    if net.depth < 1 or sum(net.widths) > m * m + m:
        raise NotYet(
            "The network has hidden layers, with at most M² + M neurons in all.",
            f"For M = {m} yours has the widths {shown(net.widths)}.",
        )
    return net


def _or_line(rules: str, net: FullyConnected, rng: np.random.Generator) -> Line:
    points = _truth_points(net.dim, rng)
    found = values(net, points)
    worst, x, value = _worst(zip(points, found.tolist(), strict=True))
    if net.dim == 3 and worst <= ROUNDING:
        worst, x, value = _worst(_corners_of_pieces(net))
    holds = worst <= ROUNDING
    claim = "above" if value > _or(x) else "below"
    return expect(
        holds,
        f"{rules} rules: the network says 1 − relu(1 − sum) on the whole cube.",
        but=f"At a = {told_points([x])} you return {float(value):.4g}: that is {claim} "
        "1 − relu(1 − sum).",
        hint="" if holds else _thought(found, points),
    )


def _or(a: Sequence[Fraction]) -> Fraction:
    return min(ONE, sum(a, ZERO))


def _worst(said: Iterator[tuple[Truths, Any]]) -> tuple[Any, Truths, Any]:
    """The largest gap between what was said and the OR, where it is, and what was said there."""
    return max((abs(value - _or(x)), x, value) for x, value in said)


def _corners_of_pieces(net: FullyConnected) -> Iterator[tuple[Truths, Fraction]]:
    """The corners and an inner point of each linear piece, and the values there.

    OR is concave. So OR minus network is at least 0 on a piece if it is 0 at the corners; if it is
    0 at an inner point, too, it is 0 on the whole piece.
    """
    for piece in linear_pieces(net, ((0, 1),) * net.dim, exact=True):
        for x in (*piece.vertices, piece.interior_point):
            yield tuple(x), piece.value(x)


def _truth_points(m: int, rng: np.random.Generator) -> list[Truths]:
    """The corners of the cube, and points of twelfths with sums about 1."""
    corners = [tuple(map(Fraction, c)) for c in itertools.product((0, 1), repeat=m)]
    parts = rng.multinomial(12, [1 / (m + 1)] * (m + 1), 60)[:, :m]
    more = np.minimum(parts + rng.integers(0, 3, parts.shape), 12)
    rows = np.concatenate([parts, more]).tolist()
    return corners + [tuple(Fraction(c, 12) for c in row) for row in rows]


MISTAKES: dict[str, Callable[[Truths], Fraction | int]] = {
    "That is the maximum, another OR. Here two halves make a whole.": max,
    "You return the sum, which exceeds 1. Where is it cut?": sum,
    "That is NOT of what is asked for.": lambda a: 1 - _or(a),
    "That is AND.": lambda a: max(ZERO, sum(a) - (len(a) - 1)),
    "The last rule is never asked.": lambda a: _or(a[:-1]),
    "Only the first two rules are asked.": lambda a: _or(a[:2]),
    "The first rule is never asked.": lambda a: _or(a[1:]),
    "You always say 1. Does the register n begin with 1, and is it still positive?": lambda a: 1,
}


def _thought(found: np.ndarray, points: list[Truths]) -> str:
    for thought, formula in MISTAKES.items():
        if alike(found, formula, points):
            return thought
    corners = 2 ** len(points[0])
    if alike(found[:corners], any, points[:corners]):
        return (
            "On 0 and 1 your circuit is right. In between it isn't: follow 1/2, 1/4, 0, … through "
            "the gates."
        )
    return "Follow the point through your gates, layer by layer. Which one goes wrong first?"
