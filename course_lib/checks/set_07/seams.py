"""Tasks 2a and 2b · How much the seams cover, and which τ makes them cover δ."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, NotYet, expect
from course_lib.checks.set_07.shared import Box, Thought, brief, mistaken, whole

WHERE = {1: "on the line", 2: "in the plane", 3: "in space", 4: "in four dimensions"}


def _box(rng: np.random.Generator, dim: int) -> Box:
    """Sides of different lengths."""
    lengths = rng.permutation([2, 3, 4, 5])[:dim]
    return tuple((low := whole(rng, -3, 2), low + int(length)) for length in lengths)


def _volume(box: Box) -> int:
    return math.prod(high - low for low, high in box)


def _measure(tau: Fraction, box: Box) -> Fraction:
    return (1 - (1 - tau) ** len(box)) * _volume(box)


# ---------------------------------------------------------------- from τ to the measure


@exercise(
    "07.seam_measure",
    "How much do the seams cover?",
    hints=(
        "Which share of its own volume does the shrunk copy of one simplex have?",
        "Shrinking by the factor 1 − τ multiplies volumes in d dimensions by its d-th power.",
        "Every simplex loses the same share, so the box loses that share too.",
    ),
)
def seam_measure(answer: Answer, draw: Instances) -> Iterator[Line]:
    """m{H ≠ h} from τ and the box, as a fraction (lesson 07, formula 1)."""
    for tau, box in _shrinkings(draw.rng):
        measure = read.fraction(answer(tau, box), "the measure")
        wrong, hint = mistaken(measure, _mistaken_measures(tau, box), WRONG_MEASURE)
        yield expect(
            measure == _measure(tau, box),
            f"The measure is exact {WHERE[len(box)]}.",
            but=f"For τ = {tau} and the box {box} you return {brief(measure)}. {wrong}",
            hint=hint,
        )


WRONG_MEASURE = {
    "sum": (
        "With τ near 1 that would be more than the whole box.",
        "The strips along the sides overlap in the corners. The shrunk copy is a product: think "
        "of what is kept, not of what is lost.",
    ),
    "kept": ("That is where the two agree.", "Asked is the part where they differ."),
    "share": ("It doesn't depend on the box.", "That is a share. A share of what?"),
    "one side": (
        "A point deep inside in one direction may still lie in the seam of another side.",
        "The copy is shrunk in every direction, not in one.",
    ),
    "power": (
        "That is a copy of size τ; the seam is what lies around a copy of size 1 − τ.",
        "The seam isn't a small simplex. It is a simplex without a slightly smaller one.",
    ),
    "cube": ("The sides of this box differ.", "The box need not be a cube: take each side."),
    "": ("", "Shrink one triangle by 1 − τ. Which share of its area is left?"),
}


def _shrinkings(rng: np.random.Generator) -> list[tuple[Fraction, Box]]:
    taus = [Fraction(1, int(n)) for n in rng.choice([3, 5, 7, 10, 20, 100], 4, replace=False)]
    return [(tau, _box(rng, d)) for tau, d in zip(taus, (2, 3, 1, 4), strict=True)]


def _mistaken_measures(tau: Fraction, box: Box) -> dict[str, Fraction]:
    d, volume, share = len(box), _volume(box), 1 - (1 - tau) ** len(box)
    return {
        "sum": d * tau * volume,
        "kept": (1 - share) * volume,
        "share": share,
        "one side": tau * volume,
        "power": tau**d * volume,
        "cube": share * (box[0][1] - box[0][0]) ** d,
    }


# ---------------------------------------------------------------- from δ to τ

TINY = 1e-9  # below it 1 − δ has lost digits that matter


@exercise(
    "07.margin",
    "Which τ has the seams of measure δ?",
    hints=(
        "Solve m = (1 − (1 − τ)^d)·|box| for τ.",
        "First divide by the volume, then take what is kept, then its d-th root.",
        "For tiny δ the float 1 − δ/|box| has lost most digits of δ. math.log1p and math.expm1 "
        "keep them.",
    ),
)
def margin(answer: Answer, draw: Instances) -> Iterator[Line]:
    """τ for δ, to six digits of δ, also where δ is far below the rounding of 1 (lesson 07)."""
    for delta, box in _deltas(draw.rng):
        tau = read.number(answer(delta, box), "τ")
        said = f"For δ = {delta:g} and the box {box} you return {tau:g}."
        wrong, hint = _mistaken_margin(tau, delta, box)
        if not 0 < tau < 1:
            raise NotYet(
                "τ lies strictly between 0 and 1.",
                f"{said} No copy is shrunk by the factor {1 - tau:g}.",
                hint,
            )
        found = float(_measure(Fraction(tau), box))
        where = "for a tiny δ" if delta < TINY else WHERE[len(box)]
        yield expect(
            abs(found - delta) <= 1e-6 * delta,
            f"The seams have the measure δ to six digits {where}.",
            but=f"{said} Its seams have measure {found:.9g}. {wrong}",
            hint=hint,
        )


WRONG_MARGIN = {
    "delta": ("τ is a length, as a share, and δ is a volume.", "τ and δ are different things."),
    "linear": (
        "That is right for thin seams only.",
        "You divided by d. That adds up strips which overlap in the corners: solve the equation "
        "with the power, by a root.",
    ),
    "share": ("That is the share of the volume.", "A share of volume is no share of length."),
    "volume": ("You took δ for a share of the box.", "How large is the box?"),
    "power": ("", "To undo a d-th power, take a d-th root."),
    "small copy": (
        "A copy of size τ has that measure; the seam is what lies around a copy of size 1 − τ.",
        "The seam is the simplex without a slightly smaller one. Start from what is kept.",
    ),
    "kept": (
        "By that factor the copy is smaller than its simplex.",
        "Is τ the factor that is left, or what is taken off it?",
    ),
    "digits": (
        "The digits of δ are gone.",
        "Look at the float 1 − δ/|box|: how much of δ is left in it? Find a function of the maths "
        "module that takes a small number without adding it to 1.",
    ),
    "": ("", "Put your τ back into m = (1 − (1 − τ)^d)·|box| and compare with δ."),
}


def _deltas(rng: np.random.Generator) -> list[tuple[float, Box]]:
    boxes = [_box(rng, d) for d in (2, 3, 1, 2)]
    shares = [whole(rng, 1, 6) / 8, whole(rng, 1, 9) / 100, 0.25]
    usual = [share * _volume(box) for share, box in zip(shares, boxes, strict=False)]
    return [*zip(usual, boxes, strict=False), (whole(rng, 1, 9) * 1e-15, boxes[-1])]


def _mistaken_margin(tau: float, delta: float, box: Box) -> Thought:
    d, share = len(box), delta / _volume(box)
    formulas = {
        "delta": delta,
        "share": share,
        "linear": share / d,
        "volume": 1 - (1 - delta) ** (1 / d) if delta < 1 else math.nan,
        "power": 1 - (1 - share) ** d,
        "small copy": share ** (1 / d),
        "kept": (1 - share) ** (1 / d),
    }
    names = (name for name, value in formulas.items() if abs(tau - value) <= 1e-9 * abs(value))
    return WRONG_MARGIN[next(names, "digits" if delta < TINY else "")]
