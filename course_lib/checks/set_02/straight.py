"""A hidden layer of busy neurons that bends nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line
from course_lib.checks.set_02.shared import (
    NEAR,
    Neuron,
    decimal,
    first,
    jumps_by_place,
    small_fraction,
)
from course_lib.exact import freeze
from course_lib.networks import FullyConnected

__all__ = ["straight_layer"]


@exercise(
    "02.straight_layer",
    "A busy hidden layer that bends nothing",
    hints=(
        "Two neurons suffice to make a straight line: what is relu(x) - relu(-x)?",
        "Let all neurons switch at one place. The jumps a·|w| of Task 1 must add up to 0 there.",
        "With all switches at 0, the slope on the right is the sum of a·w over the neurons with "
        "w > 0, and on the left over those with w < 0. Make both equal to the slope asked for.",
    ),
)
def straight_layer(answer: Answer, draw: Instances) -> Iterator[Line]:
    """A layer of n neurons, all in use, whose graph has no kink: refutes "N + 1 pieces"."""
    rng = draw.rng
    sizes = [2, 3, int(rng.integers(4, 8)), int(rng.integers(8, 13))]
    cases = [(n, small_fraction(rng, -3, 3), Fraction(int(rng.integers(-8, 9)), 4)) for n in sizes]
    found = [Layer(*case, net=read.network(answer(*case), 1, FullyConnected)) for case in cases]
    yield first("One hidden layer of n neurons.", _other_shapes(found))
    yield first("Every neuron is in use: w ≠ 0 and a ≠ 0.", _idle(found))
    yield first("The graph has no kink at all.", _bent(found))
    yield first("It has the slope asked for.", _other_slopes(found))
    yield first("It meets the vertical axis at the intercept.", _other_intercepts(found))


@dataclass(frozen=True)
class Layer:
    """A network, and what it was asked to be."""

    n: int
    slope: Fraction
    shift: Fraction
    net: FullyConnected

    def __str__(self) -> str:
        return f"n = {self.n}, slope {self.slope}, intercept {self.shift}"

    @cached_property
    def neurons(self) -> list[Neuron]:
        """The triples (w, b, a) of the only hidden layer."""
        (W, b), (readout, _) = freeze(self.net).layers  # type: ignore[union-attr]
        return [(row[0], offset, a) for row, offset, a in zip(W, b, readout[0], strict=True)]

    @cached_property
    def jumps(self) -> dict[Fraction, Fraction]:
        """By how much the slope changes at each place where a neuron switches."""
        return jumps_by_place([(-b / w, a * abs(w)) for w, b, a in self.neurons])


def _other_shapes(found: list[Layer]) -> Iterator[tuple[str, str]]:
    for case in found:
        if case.net.widths != (case.n,):
            yield (
                f"For {case} your hidden layers have the widths {list(case.net.widths)[:12]}.",
                "The claim is about one hidden layer, and about every n.",
            )


def _idle(found: list[Layer]) -> Iterator[tuple[str, str]]:
    for case in found:
        for k, (w, _, a) in enumerate(case.neurons, 1):
            if not (w and a):
                yield (
                    f"For {case} neuron {k} has {'w' if not w else 'a'} = 0.",
                    "A neuron that never switches, or that the readout ignores, refutes nothing.",
                )


def _bent(found: list[Layer]) -> Iterator[tuple[str, str]]:
    for case in found:
        for place, jump in case.jumps.items():
            if jump:
                yield (
                    f"For {case}: at x = {decimal(place)} the slope changes by {decimal(jump)}.",
                    _kink_hint(case),
                )


def _right_slope(case: Layer) -> Fraction:
    return sum((a * w for w, _, a in case.neurons if w > 0), Fraction(0))


def _other_slopes(found: list[Layer]) -> Iterator[tuple[str, str]]:
    for case in found:
        slope = _right_slope(case)
        if slope != case.slope:
            yield f"For {case} the slope is {decimal(slope)}.", _slope_hint(slope, case.slope)


def _other_intercepts(found: list[Layer]) -> Iterator[tuple[str, str]]:
    for case in found:
        value = freeze(case.net).evaluate((0,))
        if value != case.shift:
            hint = "Where the neurons switch elsewhere than at 0, they move the line as well."
            if value == 0:
                hint = "The readout has a bias, too."
            yield f"For {case}: at x = 0 you return {decimal(value)}.", hint


def _kink_hint(case: Layer) -> str:
    if all(abs(jump) <= NEAR for jump in case.jumps.values()):
        return (
            "Nearly: a weight such as 0.1 is stored rounded, and the sum is not exactly 0. Halves "
            "and quarters are stored exactly."
        )
    if sum(a * w for w, _, a in case.neurons) == 0:
        return "The jump of a neuron is a·|w|, not a·w: make the sum of a·|w| zero."
    if len(case.jumps) == case.n:
        return "Switches at different places can't cancel: let neurons share a place."
    return "At each place, add up a·|w| over the neurons that switch there."


def _slope_hint(right: Fraction, slope: Fraction) -> str:
    if right == -slope:
        return "The sign: look at a point far to the right, where the neurons with w > 0 are on."
    if right == 2 * slope:
        return "Far to the right only the neurons with w > 0 are on; don't count the others."
    if right == 0:
        return "A constant is straight, but flat. Let neurons of both signs of w work together."
    return "Far to the right the slope is the sum of a·w over the neurons with w > 0."
