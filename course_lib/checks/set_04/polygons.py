"""04.inscribed_iou and 04.yardstick: how close a regular polygon comes to the disk."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import close, number
from course_lib.checks.report import Line, expect
from course_lib.checks.set_04.shared import hint_for

Formula = Callable[[int], float]


def _inscribed(k: int) -> float:
    return k / 2 * math.sin(2 * math.pi / k) / math.pi


def _circumscribed(k: int) -> float:
    return math.pi / (k * math.tan(math.pi / k))


def _sized(k: int, apothem: float) -> float:
    """IoU of the disk with the regular k-gon whose sides are that far from the centre."""
    half = math.pi / k
    inside = min(math.acos(min(apothem, 1.0)), half)  # up to there a side runs in the disk
    common = k * (apothem**2 * math.tan(inside) + half - inside)
    return common / (math.pi + k * apothem**2 * math.tan(half) - common)


def _balanced(k: int) -> float:
    """The best of them: bisect tan(α) (π + |P|) = |P ∩ D| tan(π/k), α = arccos of the apothem.

    >>> round(_balanced(4), 6)
    0.83703
    """
    half = math.pi / k
    low, high = 0.0, half
    for _ in range(60):
        alpha = (low + high) / 2
        p = math.cos(alpha)
        common = k * (p * math.sin(alpha) + half - alpha)
        falls = math.tan(alpha) * (math.pi + k * p * p * math.tan(half)) > common * math.tan(half)
        low, high = (low, alpha) if falls else (alpha, high)
    return _sized(k, math.cos((low + high) / 2))


WRONG_INSCRIBED: dict[str, Formula] = {
    "Your polygon lies around the disk. Here its corners lie on the circle.": _circumscribed,
    "From the centre, a side is seen under the angle 2π/k, not π/k.": lambda k: (
        k / 2 * math.sin(math.pi / k) / math.pi
    ),
    "This is the area of the polygon. The IoU is a share: of what?": lambda k: (
        k / 2 * math.sin(2 * math.pi / k)
    ),
    "The polygon lies in the disk: what is the union of the two?": lambda k: (
        _inscribed(k) / (1 + _inscribed(k))
    ),
    "This compares the lengths of the outlines. The IoU compares areas.": lambda k: (
        k * math.sin(math.pi / k) / math.pi
    ),
    "math.sin takes radians, not degrees.": lambda k: k / 2 * math.sin(360 / k) / math.pi,
    "This is an approximation for many corners. Write down the exact areas.": lambda k: (
        1 - 2 * math.pi**2 / (3 * k * k)
    ),
    "Each of the k triangles has the area ½ sin(2π/k): where is the ½?": lambda k: (
        2 * _inscribed(k)
    ),
}
WRONG_YARDSTICK: dict[str, Formula] = {
    "L blocks are not L sides: each fold doubles the number of sides.": lambda n: _balanced(
        max(n, 3)
    ),
    "Each block doubles the number of sides; it does not just add two.": lambda n: _balanced(2 * n),
    "Count again how many sides L folds give; you are one doubling off.": lambda n: _balanced(
        2 ** (n + 1)
    ),
    "One doubling is missing: two folds give a square.": lambda n: _balanced(max(2 ** (n - 1), 3)),
    "This is the inscribed polygon. A larger one loses less outside than it wins inside.": (
        lambda n: _inscribed(2**n)
    ),
    "This is the polygon around the disk. A smaller one is better.": lambda n: _circumscribed(2**n),
    "Equal area is a good guess for the best size, but not the best size.": lambda n: _sized(
        2**n, math.sqrt(math.pi / (2**n * math.tan(math.pi / 2**n)))
    ),
    "Halfway between inscribed and circumscribed is a guess. Search for the best size.": (
        lambda n: _sized(2**n, (1 + math.cos(math.pi / 2**n)) / 2)
    ),
}


def _hint(found: float, n: int, wrong: Mapping[str, Formula]) -> str:
    values = {hint: formula(n) for hint, formula in wrong.items()}
    return hint_for(found, values, lambda a, b: close(a, b, 1e-6))


@exercise(
    "04.inscribed_iou",
    "IoU of the disk and its inscribed regular polygon",
    hints=(
        "The IoU of two sets, one inside the other, is a quotient of two areas.",
        "Cut the polygon into k triangles from the centre. Two sides of each have length 1.",
        "Each triangle has the area ½ sin of the angle at the centre; the disk has π.",
    ),
)
def inscribed_iou(answer: Answer, draw: Instances) -> Iterator[Line]:
    """IoU of the unit disk and the inscribed regular k-gon, k sin(2π/k) / 2π. Source: lesson 04."""
    rng = draw.rng
    few, more, many = (int(rng.integers(*ends)) for ends in ((5, 9), (9, 33), (64, 257)))
    asked = {"a few corners": few, "a triangle": 3, "more corners": more, "many corners": many}
    for what, k in asked.items():
        found = number(answer(k), "the IoU")
        impossible = "" if 0 <= found <= 1 else ", and no share lies outside 0 to 1"
        yield expect(
            abs(found - _inscribed(k)) < 1e-9,
            f"The IoU with the inscribed polygon is right for {what}.",
            but=f"For k = {k} you return {found:.6g}{impossible}.",
            hint=_hint(found, k, WRONG_INSCRIBED),
        )


@exercise(
    "04.yardstick",
    "The yardstick for L blocks",
    hints=(
        "First write the IoU of the disk with a regular k-gon of any size; then vary the size.",
        "Let the sides be at distance p from the centre, cos(π/k) ≤ p ≤ 1. Half of a side runs "
        "inside the disk up to the angle arccos p, and outside from there to π/k.",
        "Per half side, |P ∩ D| is a right triangle, ½ p² tan(arccos p), and a sector. A fine "
        "grid of p, or a golden section, finds the maximum.",
    ),
)
def yardstick(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The largest IoU of the disk and a regular 2^L-gon of any size. Source: lesson 04."""
    rng = draw.rng
    more, most = int(rng.integers(4, 6)), int(rng.integers(6, 8))
    asked = {"three": 3, "two": 2, "four or five": more, "six or seven": most}
    for what, blocks in asked.items():
        found, right = number(answer(blocks), "the IoU"), _balanced(2**blocks)
        off = "more than any size allows" if found > right else "some size does better"
        yield expect(
            abs(found - right) < 1e-6,
            f"The yardstick for {what} blocks is right.",
            but=f"For L = {blocks} you return {found:.6g}; {off}.",
            hint=_hint(found, blocks, WRONG_YARDSTICK),
        )
