"""Two folds and one cut: a ResNet that is positive exactly on a rhombus."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line, NotYet
from course_lib.checks.set_02.shared import (
    Point,
    first,
    shown_point,
)
from course_lib.exact import ExactNetwork, freeze
from course_lib.networks import OneNeuronResNet
from course_lib.regions import iou, is_bounded
from course_lib.targets import Polygon

__all__ = ["fold_rhombus"]

LONGEST = 8  # blocks that the judge looks at


@dataclass(frozen=True)
class Rhombus:
    """A network, and the rhombus |x₁ - c₁|/p + |x₂ - c₂|/q < 1 on which it should be positive."""

    net: OneNeuronResNet
    centre: tuple[int, int]
    p: int
    q: int

    def __str__(self) -> str:
        return f"centre {self.centre}, p = {self.p}, q = {self.q}"

    @cached_property
    def frozen(self) -> ExactNetwork:
        """The network in fractions."""
        return freeze(self.net)

    def at(self, x: Fraction, y: Fraction) -> Point:
        """The point that lies x half-diagonals to the right of the centre and y above it."""
        return self.centre[0] + self.p * x, self.centre[1] + self.q * y

    def positive(self, x: Fraction, y: Fraction) -> bool:
        """Whether the network is positive there."""
        return self.frozen.evaluate(self.at(x, y)) > 0

    def reaches(self, x: Fraction, y: Fraction) -> bool:
        """Whether the positive set ends just there, seen from the centre."""
        inner, outer = Fraction(63, 64), Fraction(65, 64)
        return self.positive(inner * x, inner * y) and not self.positive(outer * x, outer * y)


ZERO, ONE, HALF, FAR = (Fraction(n, 2) for n in (0, 2, 1, 80))
TIPS = ((ONE, ZERO), (ZERO, ONE), (-ONE, ZERO), (ZERO, -ONE))
SIDES = tuple(itertools.product((HALF, -HALF), repeat=2))  # the middles of the sides


@exercise(
    "02.fold_rhombus",
    "Two folds and one cut: a rhombus",
    hints=(
        "Fold the plane so that all four corners of the rhombus come to lie in one quadrant around "
        "its centre. What do its four sides become?",
        "A mirror in the vertical axis of the rhombus lays two sides on the other two; a second "
        "mirror in the horizontal axis lays all four on one.",
        "After both mirrors each point lies at (c₁ - |x₁ - c₁|, c₂ - |x₂ - c₂|). The readout cuts "
        "along one straight line; it is positive at the centre.",
    ),
)
def fold_rhombus(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """A one-neuron ResNet that is positive exactly on an open rhombus (section 4: fold and cut)."""
    rng = draw.rng
    cases = [((0, 0), 1, 1), *(_rhombus(rng) for _ in range(2))]
    found = [Rhombus(_short(answer(*case)), *case) for case in cases]
    yield first("f > 0 inside the rhombus.", _holes(found))
    yield first("f ≤ 0 outside it.", _spills(found))
    yield first("The positive set is bounded.", _tentacles(found))
    yield first("The positive set is the rhombus, up to rounding.", _misfits(found))
    if max(case.net.depth for case in found) <= 2:
        yield Bonus(1, "two blocks; no one-neuron ResNet with fewer closes a curve in the plane.")


def _rhombus(rng: np.random.Generator) -> tuple[tuple[int, int], int, int]:
    """A centre and two different half-diagonals, powers of two so that floats don't round."""
    centre = (int(rng.choice([-3, -2, 2, 3])), int(rng.choice([-4, -1, 1, 4])))
    p, q = (int(2**k) for k in rng.permutation([0, 1, 2])[:2])
    return centre, p, q


def _short(value: Any) -> OneNeuronResNet:
    net: OneNeuronResNet = read.network(value, 2, OneNeuronResNet)
    if net.depth > LONGEST:
        says = f"The network has at most {LONGEST} blocks."
        raise NotYet(says, f"Yours has {net.depth}.", "Two mirrors and one cut are enough.")
    return net


def _holes(found: list[Rhombus]) -> Iterator[tuple[str, str]]:
    inner = Fraction(63, 64)
    for case in found:
        for x, y in [(ZERO, ZERO), *((inner * x, inner * y) for x, y in (*TIPS, *SIDES))]:
            if not case.positive(x, y):
                at = shown_point(case.at(x, y))
                yield f"At {at}, inside ({case}), your network is not positive.", _misfold(case)


def _spills(found: list[Rhombus]) -> Iterator[tuple[str, str]]:
    for case in found:
        for scale, (x, y) in itertools.product((Fraction(65, 64), 2 * ONE, FAR), (*TIPS, *SIDES)):
            if case.positive(scale * x, scale * y):
                at = shown_point(case.at(scale * x, scale * y))
                yield f"At {at}, outside ({case}), your network is positive.", _misfold(case)


def _tentacles(found: list[Rhombus]) -> Iterator[tuple[str, str]]:
    for case in found:
        if not is_bounded(case.net):
            but = f"For {case} it runs off to infinity, between the points looked at so far."
            yield but, _misfold(case)


def _misfits(found: list[Rhombus]) -> Iterator[tuple[str, str]]:
    for case in found:
        outline = Polygon([tuple(map(float, case.at(x, y))) for x, y in TIPS])
        reach = zip(case.centre, (case.p, case.q), strict=True)
        fit = iou(case.net, outline, [(c - FAR * r, c + FAR * r) for c, r in reach])
        if fit < 1 - 1e-6:
            yield (
                f"For {case} the two sets differ, although the points looked at so far agree.",
                "How many corners has your positive set?",
            )


def _misfold(case: Rhombus) -> str:
    """The known mistake that explains a few values of the network, or a general thought."""
    p, q = case.p, case.q
    middle = case.positive(ZERO, ZERO)
    away = [case.positive(x, y) for x, y in itertools.product((FAR, -FAR), repeat=2)]
    mirrored = (Fraction(-2 * case.centre[0], p), Fraction(-2 * case.centre[1], q))
    half = case.reaches(HALF, ZERO) and case.reaches(ZERO, HALF)
    across, up = Fraction(q, p), Fraction(p, q)
    swapped = p != q and case.reaches(across, ZERO) and case.reaches(ZERO, up)
    thoughts = [
        (
            not middle and all(away),
            "It is positive outside and negative inside: turn the readout's signs.",
        ),
        (
            all(away),
            "In the quadrant where all sheets lie, the readout must fall towards the outside.",
        ),
        (
            middle and sum(away) == 1,
            "A quadrant stays positive to infinity: a crush only flattens what a fold brings back.",
        ),
        (any(away), "The set runs off to infinity on one side: which mirror brings it back?"),
        (
            not middle and case.positive(*mirrored),
            "Your rhombus sits at minus the centre: check the sign of the offsets b.",
        ),
        (not middle, "The readout must be positive at the centre; both mirrors leave it in place."),
        (half, "Half-diagonals, not diagonals: a corner lies at distance p from the centre."),
        (swapped, "The half-diagonals p and q are swapped: p lies along x₁."),
    ]
    general = "Fold on paper: where do the sides land, and does one straight cut meet them all?"
    return next((thought for fits, thought in thoughts if fits), general)
