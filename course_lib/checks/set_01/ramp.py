"""How near a ramp gets to a jump: far in the sup norm, near in L¹."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import shown
from course_lib.checks.report import Line, NotYet
from course_lib.checks.set_01.shared import Fault, exact, line, recognised

__all__ = ["ramp_errors"]


@exercise(
    "01.ramp_errors",
    "A ramp and a jump: two errors",
    hints=(
        "Draw the step and the ramp. The sup error is read off right at the jump; look from both "
        "sides.",
        "The L¹ error is the area between the two graphs: two triangles, if the ramp crosses 0.",
        "What changes when the whole ramp lies on one side of the jump?",
    ),
)
def ramp_errors(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Sup and L¹ distance of a ramp from the unit step on [-1, 1] (lesson 01, quiz 2)."""
    for case, ramp in _ramps(draw.rng).items():
        sup, mean = _errors(answer(ramp.left, ramp.right))
        yield line(f"{case}: the sup error is right.", _sup_fault(ramp, sup, mean))
        yield line(f"{case}: the L¹ error is right.", _mean_fault(ramp, mean))


@dataclass(frozen=True)
class Ramp:
    """0 up to ``left``, 1 from ``right``, and straight between."""

    left: Fraction
    right: Fraction

    def __str__(self) -> str:
        return f"With the ramp from {self.left} to {self.right} you return"

    @property
    def crosses(self) -> bool:
        """Whether it is at work on both sides of the jump."""
        return self.left < 0 < self.right

    @property
    def height(self) -> Fraction:
        """Its value at the jump."""
        return min(max(self.line_at_jump, Fraction(0)), Fraction(1))

    @property
    def line_at_jump(self) -> Fraction:
        """The value at the jump if the rising line went on for ever."""
        return -self.left / (self.right - self.left)

    @property
    def sup(self) -> Fraction:
        """Its largest distance from the step."""
        return max(self.height, 1 - self.height)

    @property
    def triangles(self) -> Fraction:
        """The area of the two triangles, if the ramp crosses the jump."""
        return (self.left**2 + self.right**2) / (2 * (self.right - self.left))

    @property
    def signed(self) -> Fraction:
        """The size of the integral of ramp - step, areas of opposite sign cancelled."""
        return abs(self.left + self.right) / 2

    @property
    def area(self) -> Fraction:
        """The area between it and the step."""
        return self.triangles if self.crosses else self.signed


def _ramps(rng: np.random.Generator) -> dict[str, Ramp]:
    far, near = (int(k) for k in (rng.integers(5, 9), rng.integers(1, 4)))
    half = Fraction(int(rng.integers(1, 6)), 8)
    low, high = sorted(int(k) for k in rng.choice(np.arange(1, 9), 2, replace=False))
    return {
        "A ramp in the middle": Ramp(-half, half),
        "A ramp that is high at the jump": Ramp(Fraction(-far, 10), Fraction(near, 10)),
        "A ramp that is low at the jump": Ramp(Fraction(-near, 10), Fraction(far, 10)),
        "A ramp on the right of the jump": Ramp(Fraction(low, 8), Fraction(high, 8)),
        "A ramp on the left of the jump": Ramp(Fraction(-high, 8), Fraction(-low, 8)),
        "A ramp that ends at the jump": Ramp(Fraction(-low, 8), Fraction(0)),
    }


def _errors(value: Any) -> tuple[Fraction, Fraction]:
    if not (isinstance(value, dict) and set(value) == {"sup", "L1"}):
        raise NotYet(
            'The result is a dictionary with the keys "sup" and "L1".',
            f"You returned {shown(value)}.",
        )
    return exact(value["sup"], "the sup error"), exact(value["L1"], "the L¹ error")


def _sup_fault(ramp: Ramp, found: Fraction, mean: Fraction) -> Fault | None:
    if found == ramp.sup:
        return None
    but = f"{ramp} the sup error {found}, but no two values there are that far apart."
    if found < 1 - ramp.height:
        but = f"{ramp} the sup error {found}. At x = 0 itself the two are further apart."
    elif found < ramp.height:
        but = f"{ramp} the sup error {found}. Just left of 0 the two are further apart."
    mistakes = [
        (
            ramp.area if mean == ramp.sup else None,
            "You have exchanged the two errors: the sup norm is the largest distance, L¹ the area.",
        ),
        (
            1 - ramp.height,
            "You looked at 0 only. Come to the jump from the left, where the step is still 0.",
        ),
        (ramp.height, "You looked at the left side only. At 0 itself the step is 1."),
        (Fraction(1, 2), "½ is the best that any ramp can do. Is this one the best?"),
        (
            max(ramp.line_at_jump, 1 - ramp.line_at_jump),
            "This ramp does not cross 0 at all. How high is it there?",
        ),
    ]
    return but, recognised(
        found, mistakes, "Near the jump the ramp has one height, and the step has two."
    )


def _mean_fault(ramp: Ramp, found: Fraction) -> Fault | None:
    if found == ramp.area:
        return None
    size = "more" if found > ramp.area else "less"
    but = f"{ramp} the L¹ error {found}, which is {size} than the area between the two graphs."
    if found < 0:
        but = f"{ramp} the L¹ error {found}. An area is not negative."
    mistakes = [
        (ramp.signed, "Areas of opposite sign have cancelled: integrate the absolute value."),
        (-ramp.signed, "The difference is negative there: integrate its absolute value."),
        (
            ramp.area / 2,
            "That is the mean over the interval, of length 2. The L¹ norm is the integral.",
        ),
        (2 * ramp.area, "Two triangles each have half the area of their boxes."),
        (ramp.triangles, "This ramp does not cross 0: draw where the step and the ramp differ."),
        (
            (ramp.right - ramp.left) / 4,
            "A quarter of the ramp's width is right only for a ramp with 0 in its middle.",
        ),
        (
            ramp.sup,
            "That is the largest distance (the sup norm). L¹ is the area between the graphs.",
        ),
    ]
    return but, recognised(found, mistakes, "Draw both graphs and shade what is between them.")
