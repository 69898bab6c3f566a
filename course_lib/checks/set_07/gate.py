"""Task 3 · One gate: keep one triangle, erase the rest."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line, expect
from course_lib.checks.set_07.shared import (
    SAME,
    Affine,
    Box,
    Point,
    at,
    formula,
    nonzero,
    rounded,
    shown,
    small_network,
    whole,
)
from course_lib.exact import HalfSpace, Vector, clip_polygon, dot, freeze
from course_lib.networks import FullyConnected
from course_lib.regions import Piece, linear_pieces

FRAME: Box = ((-4, 4), (-4, 4))
ROUNDING = 10 * SAME  # divided by τ, and summed
ZERO = Fraction(0)


@dataclass(frozen=True)
class Wanted:
    """What one gate is asked to do: be ``value`` on the triangle shrunk by 1 - τ, and 0 outside.

    Args:
        name: how the reports call it.
        triangle: the corners, in either orientation.
        value: the function L, positive on the triangle.
        tau: the share by which the triangle is shrunk.
    """

    name: str
    triangle: tuple[Point, ...]
    value: Affine
    tau: Fraction

    @property
    def sides(self) -> list[HalfSpace]:
        """The functions ℓ_k: 0 on a side and 1 at the centre."""
        centre = tuple(sum(column, ZERO) / 3 for column in zip(*self.triangle, strict=True))
        found = []
        for k in range(3):
            (px, py), (qx, qy) = self.triangle[k], self.triangle[(k + 1) % 3]
            normal = (py - qy, qx - px)
            offset = -dot(normal, (px, py))
            height = dot(normal, centre) + offset
            found.append(HalfSpace(tuple(n / height for n in normal), offset / height))
        return found


@exercise(
    "07.gate",
    "Keep one triangle, erase the rest",
    hints=(
        "The affine functions ℓ_k, one per side, are 0 on the side and 1 at the centre.",
        "Two hidden layers: three erasers and something that carries L, then one gate.",
        "How strong must an eraser be on the rim, to shut the gate there at its highest point?",
    ),
)
def gate(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """A network that is L on a shrunk triangle, 0 outside the triangle, and between in the seam.

    Judged on its exact pieces, up to the rounding of its weights (lesson 07, section 2).
    """
    neurons = 0
    for wanted in _gates(draw.rng):
        net = small_network(answer(wanted.triangle, wanted.value, wanted.tau), depth=3)
        neurons = max(neurons, sum(net.widths))
        yield from _lines(net, wanted)
    if neurons <= 5:
        yield Bonus(1, "Five neurons or fewer: L travels in one of them.")


def _gates(rng: np.random.Generator) -> Iterator[Wanted]:
    """One clockwise and one anticlockwise triangle; on the second L is constant."""
    taus = [Fraction(1, int(n)) for n in rng.choice([3, 4, 5, 8], 2, replace=False)]
    first, second = _triangle(rng), _triangle(rng)[::-1]
    slopes = nonzero(rng, 2), nonzero(rng, 2)
    least = min(slopes[0] * int(x) + slopes[1] * int(y) for x, y in first)
    yield Wanted("a slanted L", first, (*slopes, whole(rng, 2, 4) - least), taus[0])
    yield Wanted("a constant L", second, (0, 0, whole(rng, 2, 4)), taus[1])


def _triangle(rng: np.random.Generator) -> tuple[Point, ...]:
    """Three whole points in [-3, 3]², clockwise, that span at least area 4."""
    while True:
        p, q, r = (tuple(map(int, point)) for point in rng.integers(-3, 4, (3, 2)))
        if (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]) <= -8:
            return tuple((Fraction(x), Fraction(y)) for x, y in (p, q, r))


# ---------------------------------------------------------------- the three properties

Gap = Callable[[Fraction, Fraction], Fraction]  # from the gate's value f and L: how far it is off


def _lines(net: FullyConnected, wanted: Wanted) -> Iterator[Line]:
    sides = wanted.sides
    shrunk = [HalfSpace(side.normal, side.offset - wanted.tau) for side in sides]
    beyond = [HalfSpace(tuple(-n for n in side.normal), -side.offset) for side in sides]
    pieces = linear_pieces(net, FRAME, exact=True)
    properties: list[tuple[str, list[list[HalfSpace]], Gap, str]] = [
        ("shows L on the shrunk copy", [shrunk], lambda f, L: abs(f - L), "there"),
        (
            "is shut outside the triangle, in the whole frame",
            [[side] for side in beyond],
            lambda f, _: abs(f),
            "outside the triangle, where",
        ),
        ("lies between 0 and L in the seam", [sides], lambda f, L: max(f - L, -f), "in the seam,"),
    ]
    for does, parts, gap, there in properties:
        worst, x, f = _worst(pieces, parts, partial(_off, wanted.value, gap))
        holds = worst <= ROUNDING
        yield expect(
            holds,
            f"For {wanted.name} the gate {does}.",
            but=f"Triangle {', '.join(map(shown, wanted.triangle))}, L = {formula(wanted.value)}, "
            f"τ = {wanted.tau}: at x = {rounded(x)} your gate is {float(f):.8g}; {there} L is "
            f"{float(at(wanted.value, x)):.8g}.",
            hint="" if holds else _hint(net, wanted),
        )


def _off(value: Affine, gap: Gap, x: Vector, f: Fraction) -> Fraction:
    return gap(f, at(value, x))


def _worst(
    pieces: Sequence[Piece],
    parts: Sequence[Sequence[HalfSpace]],
    off: Callable[[Vector, Fraction], Fraction],
) -> tuple[Fraction, Vector, Fraction]:
    """The largest gap on some convex parts of the frame, where it is, and the gate's value there.

    On each piece within each part the gap is the larger of affine functions: corners decide.
    """
    corners = (
        (x, piece.value(x)) for piece in pieces for part in parts for x in _clipped(piece, part)
    )
    return max((off(x, f), x, f) for x, f in corners)


def _clipped(piece: Piece, part: Sequence[HalfSpace]) -> tuple[Vector, ...]:
    polygon: tuple[Vector, ...] = tuple(map(tuple, piece.vertices))
    for half in part:
        polygon = clip_polygon(polygon, half)
    return polygon


# ---------------------------------------------------------------- mistaken gates

HINTS = {
    "shut": "Your gate is shut everywhere, also at the centre. There all ℓ_k are 1: which eraser "
    "acts, and does L arrive?",
    "weak": "Your erasers pull with force 1. On the rim one of them is 1, but L may be larger.",
    "centre": "K is L at the centre. On the rim L can be larger than in the centre.",
    "lowest": "K is the smallest corner value of L. Where on the rim does the gate open widest?",
    "barycentric": "Barycentric coordinates are 1/3 at the centre. The ℓ_k are 1 there.",
    "late": "Your erasers begin at the rim. They have to be at full force there already.",
    "two": "Beyond one of the sides nothing is erased. Count your erasers.",
}
PROBES = [(Fraction(i, 5), Fraction(j, 5)) for i in range(-17, 18, 3) for j in range(-17, 18, 3)]


def _hint(net: FullyConnected, wanted: Wanted) -> str:
    """The thought for the mistaken gate that the network equals, or for where it is off."""
    frozen = freeze(net)
    measured = [(x, frozen.evaluate(x)) for x in PROBES]
    for name, mistake in _mistaken_gates(wanted):
        if all(abs(f - mistake(x)) <= ROUNDING for x, f in measured):
            return HINTS[name]
    centre = tuple(sum(column, ZERO) / 3 for column in zip(*wanted.triangle, strict=True))
    gap = abs(frozen.evaluate(centre) - at(wanted.value, centre))
    if net.dtype != np.float64 and gap < Fraction(1, 1000):
        return (
            "Your network is in single precision. Its weights need more digits: dtype=np.float64."
        )
    if gap > ROUNDING:
        return "At the centre no eraser may act, and L has to arrive at the gate, also if x₁ < 0."
    return "Take the highest corner of L. How strong must one eraser be on the rim there?"


def _mistaken_gates(wanted: Wanted) -> Iterator[tuple[str, Callable[[Point], Fraction]]]:
    heights = [at(wanted.value, corner) for corner in wanted.triangle]
    top, centre = max(heights), sum(heights, ZERO) / 3
    sides, tau = wanted.sides, wanted.tau

    def usual(t: Fraction) -> Fraction:
        return 1 - t / tau

    yield "shut", lambda _: ZERO
    for name, force in (("weak", Fraction(1)), ("centre", centre), ("lowest", min(heights))):
        if force != top:  # else it is no mistake
            yield name, partial(_gate_at, wanted.value, sides, force, usual)
    yield "barycentric", partial(_gate_at, wanted.value, sides, top, lambda t: 1 - t / 3 / tau)
    yield "late", partial(_gate_at, wanted.value, sides, top, lambda t: -t / tau)
    for two in itertools.combinations(sides, 2):
        yield "two", partial(_gate_at, wanted.value, two, top, usual)


def _gate_at(
    value: Affine,
    sides: Sequence[HalfSpace],
    K: Fraction,
    eraser: Callable[[Fraction], Fraction],
    x: Point,
) -> Fraction:
    """The gate with any force and any eraser, as a function of ℓ, at a point."""
    penalty = sum((max(ZERO, eraser(side.height(x))) for side in sides), ZERO)
    return max(ZERO, at(value, x) - K * penalty)
