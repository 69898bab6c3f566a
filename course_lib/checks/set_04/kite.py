"""04.kite_network: a lopsided kite from two blocks, one of which folds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import network
from course_lib.checks.report import Line, expect
from course_lib.checks.set_04.shared import Generator, halves, hint_for, kinds_of, told
from course_lib.exact import ExactOneNeuronResNet, Vector, freeze
from course_lib.networks import OneNeuronResNet
from course_lib.regions import iou, is_bounded
from course_lib.targets import Polygon

NEAR = Fraction(1, 16)


@dataclass(frozen=True)
class Kite:
    """Arms to the left, right, below and above of a centre, each of which ends in a corner."""

    center: Vector
    left: Fraction
    right: Fraction
    below: Fraction
    above: Fraction

    @property
    def arms(self) -> tuple[Fraction, ...]:
        """In the order of the exercise."""
        return self.left, self.right, self.below, self.above

    @property
    def corners(self) -> list[Vector]:
        """To the right, above, to the left, below."""
        return self.around(Fraction(1))

    def around(self, share: Fraction) -> list[Vector]:
        """The points at this share of the way from the centre to the corners."""
        x, y = self.center
        left, right, below, above = (share * arm for arm in self.arms)
        return [(x + right, y), (x, y + above), (x - left, y), (x, y - below)]

    def first_miss(self, net: ExactOneNeuronResNet) -> tuple[Vector, bool] | None:
        """A probe near a corner or at the centre where f is wrong, and whether it lies inside."""
        inside, outside = [self.center, *self.around(1 - NEAR)], self.around(1 + NEAR)
        probes = [*((p, True) for p in inside), *((p, False) for p in outside)]
        return next((probe for probe in probes if (net.evaluate(probe[0]) > 0) != probe[1]), None)


def _draw(rng: Generator) -> Kite:
    """Arms of four different lengths, all powers of 2; a centre off the axes."""
    arms = (Fraction(2) ** int(k) for k in rng.permutation([-1, 0, 1, 2]))
    return Kite(halves(rng, 2), *arms)


def _mistaken(kite: Kite) -> dict[str, Kite]:
    left, right, below, above = kite.arms
    x, y = kite.center
    sideways = replace(kite, left=right, right=left)
    return {
        "Your kite is mirrored: left and right, and above and below, have changed places.": replace(
            sideways, below=above, above=below
        ),
        "Your kite has left and right the wrong way round.": sideways,
        "Your kite stands on its head.": replace(kite, below=above, above=below),
        "Your kite sits at minus the centre. Where is w·x + b = 0, and with which b?": replace(
            kite, center=(-x, -y)
        ),
        "Your kite sits at the origin: what becomes of the centre?": replace(
            kite, center=(Fraction(0), Fraction(0))
        ),
        "Your kite is symmetric: your fold makes both sides alike. By how much must the slope jump "
        "for the longer arm?": replace(kite, right=left, above=below),
        "Your arms are turned upside down: f falls from 1 to 0 over an arm, so its slope is one "
        "over the arm.": Kite(kite.center, *(1 / arm for arm in kite.arms)),
    }


@exercise(
    "04.kite_network",
    "A kite from two blocks and one fold",
    hints=(
        "Put the centre at 0 first, and do one coordinate at a time.",
        "Along x1 the graph of f is a tent: slope 1/left up to the centre, then −1/right. By how "
        "much does the slope jump?",
        "Read out a = (1/left, 1/below). Let both blocks write into the same coordinate, each so "
        "much that its slope jumps as it must.",
    ),
)
def kite_network(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Two blocks and one fold with a given kite as positive set. Source: lesson 04's stretch."""
    rng = draw.rng
    for _ in range(2):
        kite = _draw(rng)
        center = [float(entry) for entry in kite.center]
        net = network(answer(center, *map(float, kite.arms)), 2, OneNeuronResNet)
        yield expect(
            net.depth == 2,
            "There are two blocks, the fewest that can close a curve in the plane.",
            but=f"Yours has {net.depth}.",
            hint="One block for each coordinate is enough.",
        )
        yield from _lines(freeze(net), kite)


def _lines(net: Any, kite: Kite) -> Iterator[Line]:
    miss = kite.first_miss(net)
    yield expect(
        miss is None,
        "The centre and the corners are where they should be.",
        but="" if miss is None else _missed(net, kite, miss),
        hint=_hint(net, kite),
    )
    yield expect(
        is_bounded(net),
        "The positive set is bounded.",
        but="It holds points as far away as you like, though the corners are right.",
        hint="Look at the diagonal directions: in each quadrant f must fall.",
    )
    box = ((-(2**20), 2**20),) * 2
    overlap = iou(net, Polygon([tuple(map(float, p)) for p in kite.corners]), box, exact=True)
    yield expect(
        overlap > 1 - Fraction(1, 10**9),
        "The positive set is the kite, side by side.",
        but=f"The IoU with the kite is {_rounded_down(overlap)}; corners are right, sides are not.",
        hint="Between two corners f must be one affine function.",
    )
    folds = kinds_of(net.u, net.w).count("fold")
    yield expect(
        folds == 1,
        "One of the two blocks folds, the other one does not.",
        but=f"{folds} of yours fold.",
        hint="Both blocks may write into the same coordinate. What is u·w for the second one then?",
    )


def _rounded_down(share: Fraction) -> str:
    return f"{math.floor(share * 10_000) / 10_000:.4f}"  # what is not 1 shall not read 1.0000


def _hint(net: ExactOneNeuronResNet, kite: Kite) -> str:
    if "fold" not in kinds_of(net.u, net.w):
        return "Neither of your blocks folds: what does the fold theorem say about this network?"
    return hint_for(net, _mistaken(kite), lambda net, wrong: wrong.first_miss(net) is None)


def _missed(net: ExactOneNeuronResNet, kite: Kite, miss: tuple[Vector, bool]) -> str:
    where, inside = miss
    return (
        f"For the centre {told(kite.center)} and the arms {told(kite.arms)} (left, right, below, "
        f"above) the point {told(where)} lies {'inside' if inside else 'outside'}; your f is "
        f"{told(net.evaluate(where))} there."
    )
