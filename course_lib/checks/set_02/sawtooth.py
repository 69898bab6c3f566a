"""The sawtooth on any interval, from a few neurons in many layers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line
from course_lib.checks.set_02.shared import (
    NEAR,
    Point,
    decimal,
    first,
)
from course_lib.constructions.line import Polyline, sup_distance
from course_lib.exact import freeze
from course_lib.networks import FullyConnected

__all__ = ["shifted_sawtooth"]

ZERO, HALF, ONE = Fraction(0), Fraction(1, 2), Fraction(1)


@exercise(
    "02.shifted_sawtooth",
    "The sawtooth on any interval, from few neurons",
    hints=(
        "Lesson 02 builds the sawtooth on [0, 1]. What must the first layer do so that [low, high] "
        "arrives there?",
        "The tent T(t) = 2 relu(t) - 4 relu(t - ½), repeated L times. A layer hands on relu(t) and "
        "relu(t - ½); the next one reads 2 and -4 times these.",
        "A sawtooth that begins at 1 is 1 minus one that begins at 0: only the readout changes.",
    ),
)
def shifted_sawtooth(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """2^L pieces on an interval from at most 4 L neurons (Telgarsky 2016; section 5)."""
    rng = draw.rng
    drawn = [int(levels) for levels in rng.permutation([5, 6])]
    cases = [(2, 0, 1, 0), (drawn[0], *_interval(rng), 1), (drawn[1], *_interval(rng), 0)]
    found = [Teeth(*case, read.network(answer(*case), 1, FullyConnected)) for case in cases]
    yield first("At most 4 L neurons.", _too_many(found))
    yield first("It is right at low, at high and at the turns between them.", _off_turns(found))
    yield first("It is straight between the turns.", _more_turns(found))
    if all(case.neurons <= 2 * case.levels for case in found):
        yield Bonus(1, "2 L neurons, as few as the lesson's own sawtooth.")


@dataclass(frozen=True)
class Teeth:
    """A network, and the sawtooth that it should be."""

    levels: int
    low: int
    high: int
    first: int
    net: FullyConnected

    def __str__(self) -> str:
        return f"L = {self.levels}, [{self.low}, {self.high}], first = {self.first}"

    @property
    def neurons(self) -> int:
        """How many there are in all layers."""
        return sum(self.net.widths)

    @cached_property
    def goal(self) -> Polyline:
        """The zigzag on the interval."""
        n, size = 2**self.levels, self.high - self.low
        knots = tuple(self.low + Fraction(j * size, n) for j in range(n + 1))
        return Polyline(knots, tuple(Fraction((j + self.first) % 2) for j in range(n + 1)))

    def at(self, places: Iterable[Fraction]) -> Point:
        """The network's values, exactly."""
        frozen = freeze(self.net)
        return tuple(frozen.evaluate((place,)) for place in places)


def _interval(rng: np.random.Generator) -> tuple[int, int]:
    """An interval whose length is a power of two, so that floats need not round."""
    # [0, 1] lies inside, so that a forgotten shift and a forgotten length look different
    return [(-1, 1), (-1, 3), (-2, 2), (-3, 1)][rng.integers(4)]


def _too_many(found: list[Teeth]) -> Iterator[tuple[str, str]]:
    for case in found:
        if case.neurons > 4 * case.levels:
            yield (
                f"For {case} yours has {case.neurons}, in layers of {list(case.net.widths)[:12]}.",
                "One neuron per kink is one wide layer. Repeat a layer of two neurons instead.",
            )


def _off_turns(found: list[Teeth]) -> Iterator[tuple[str, str]]:
    for case in found:
        goal = case.goal
        values = zip(goal.knots, case.at(goal.knots), goal.values, strict=True)
        for j, (place, value, wanted) in enumerate(values, 1):
            if abs(value - wanted) > NEAR:
                yield (
                    f"For {case} you return {decimal(value)} at x = {place}. From low on the "
                    f"corners lie at {case.first} and {1 - case.first}, alternately; this is "
                    f"number {j}.",
                    _teeth_hint(case),
                )


def _more_turns(found: list[Teeth]) -> Iterator[tuple[str, str]]:
    for case in found:
        if sup_distance(case.net, case.goal, (case.low, case.high)) > NEAR:
            yield (
                f"For {case} it is right at the turns, but between two of them it bends once more.",
                "The graph has more pieces than 2^L. Which layer adds a kink of its own?",
            )


def _teeth_hint(case: Teeth) -> str:
    """The known mistake that explains the network at the turns and at three places between each."""
    n = 4 * 2**case.levels
    unit = tuple(Fraction(j, n) for j in range(n + 1))
    places = tuple(case.low + (case.high - case.low) * t for t in unit)
    found = case.at(places)
    explained = (hint for values, hint in _mistakes(case, unit, places) if _alike(found, values))
    return next(explained, "Evaluate your first layer at low, in the middle and at high.")


def _mistakes(case: Teeth, unit: Point, places: Point) -> Iterator[tuple[Point, str]]:
    """What known mistakes draw at these places of [0, 1], or of the interval."""
    levels, low, size = case.levels, case.low, case.high - case.low

    def turned(values: Iterable[Fraction]) -> Point:
        return tuple(1 - v if case.first else v for v in values)

    yield (
        tuple(1 - v for v in case.goal.on(places)),
        "Your sawtooth begins at the wrong end: `first` is its value at `low`.",
    )
    yield (
        turned(_tooth(t, levels - 1) for t in unit),
        "You have half as many pieces: one tent too few. Each tent needs a layer of its own, the "
        "first included.",
    )
    yield (
        turned(_tooth(t, levels + 1) for t in unit),
        "You have twice as many pieces: one tent too many.",
    )
    yield (
        turned(_tooth(x, levels) for x in places),
        "This is the sawtooth of [0, 1]. The first layer must bring [low, high] to [0, 1].",
    )
    yield (
        turned(_tooth(x / size, levels) for x in places),
        "The length is right, but the interval does not begin at 0: where do you subtract low?",
    )
    yield (
        turned(_tooth((x + low) / size, levels) for x in places),
        "The sign of the shift: the first layer must turn low into 0.",
    )
    yield (
        turned(_tooth(x - low, levels) for x in places),
        "The shift is right; now divide by the length of the interval, too.",
    )
    yield (
        turned(levels * _tooth(t, 1) for t in unit),
        "Adding tents makes one higher tent. Compose them: each layer reads the tent before it.",
    )
    yield (
        turned(_tooth(t, levels, height=HALF) for t in unit),
        "Your tent reaches ½ only, so the next one is never folded: T(½) must be 1.",
    )


def _tooth(t: Fraction, times: int, height: Fraction = ONE) -> Fraction:
    """A tent of this height over [0, 1], repeated, on all of the line."""
    for _ in range(times):
        t = height * (2 * max(t, ZERO) - 4 * max(t - HALF, ZERO))
    return t


def _alike(found: Point, values: Point) -> bool:
    return all(abs(v - w) <= NEAR for v, w in zip(found, values, strict=True))
