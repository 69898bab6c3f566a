"""Set 07 · Width and depth: seams, sizes, towers, shortcuts that fail, and the price of a fold.

The judges know the formulas of lesson 07 (Fan, Lai & Wang 2023, and what we add to them) and the
mistaken ones that lie near: an answer that equals a mistaken formula gets the thought that fits it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line, NotYet, expect
from course_lib.exact import HalfSpace, Vector, clip_polygon, dot, freeze
from course_lib.networks import FullyConnected
from course_lib.regions import Piece, linear_pieces

Point = tuple[Fraction, Fraction]
Affine = tuple[int | Fraction, int | Fraction, int | Fraction]  # g1 x1 + g2 x2 + c
Box = tuple[tuple[int, int], ...]
Thought = tuple[str, str]  # what is wrong with it, and the hint
SQUARE: Box = ((-1, 1), (-1, 1))
FRAME: Box = ((-4, 4), (-4, 4))
MOST_NEURONS = 20  # of an answer: its pieces are computed exactly, and it may be hostile
SIZES_OF_WEIGHTS = (1e-30, 1e9)  # smaller ones than these are 0, in any honest answer
SAME = Fraction(1, 10**7)  # weights are floats


# ------------------------------------------------------------------ 1 · one fan


@exercise(
    "07.fan_spill",
    "What spills over, and how high?",
    hints=(
        "Where is x₁ − µ·x₂ positive, if x₂ > 0?",
        "The spill lies under the line x₂ = x₁/µ. Draw it in the frame, for a small and a large µ.",
        "If a ≤ µb the spill is a triangle. If not, the frame cuts its tip off.",
    ),
)
def fan_spill(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The area of a fan's spill, cut by the frame, and the supremum of its error (lesson 07)."""
    for a, b, mu in _fans(draw.rng):
        area, height = _fractions(answer(a, b, mu), 2, "the result")
        where = f"for a = {a}, b = {b}, µ = {mu}"
        wrong, hint = _mistaken(area, _spills(a, b, mu), WRONG_SPILL)
        yield expect(
            area == _spill(a, b, mu),
            f"The area is that of the spill {where}.",
            but=f"You return the area {read.shown(area)} {where}. {wrong}",
            hint=hint,
        )
        wrong, hint = _mistaken(height, {"reach": Fraction(a, mu), "zero": 0}, WRONG_HEIGHT)
        yield expect(
            height == a,
            f"The largest error is right {where}.",
            but=f"You return the largest error {read.shown(height)} {where}. {wrong}",
            hint=hint,
        )


WRONG_SPILL = {
    "rectangle": ("That is a rectangle around the spill.", "The spill ends along a slanted line."),
    "whole": ("Part of it sticks out of the frame.", "How high is the spill at x₁ = a? And b?"),
    "steeper": (
        "It would grow with µ.",
        "A stronger eraser leaves less. Solve x₁ = µ·x₂ for x₂, not for x₁.",
    ),
    "lower": ("The lower half is wanted, so it is no spill.", "Count only points with x₂ > 0."),
    "": ("", "Draw the part of the upper half where x₁ − µ·x₂ is positive, and its corners."),
}
WRONG_HEIGHT = {
    "reach": (
        "That is how far the spill reaches in x₂, which is not how far F is off.",
        "Thin isn't shallow. Walk down along x₁ = a to the line x₂ = 0: which values do you meet?",
    ),
    "zero": (
        "Then F would have no spill at all.",
        "F is continuous and can't drop in a jump. What is F just above the line x₂ = 0?",
    ),
    "": ("", "Which values does F take just above the line x₂ = 0, where 0 is wanted?"),
}


def _fans(rng: np.random.Generator) -> list[tuple[int, int, int]]:
    """Sizes of the frame and forces: a spill inside the frame, a thin one, and one that is cut."""
    a, b, mu = _whole(rng, 2, 5), _whole(rng, 1, 4), _whole(rng, 1, 4)
    return [(a, b, 2 * a), (a, b, 40 * a), (_whole(rng, 1, 4) + 2 * mu, 2, mu)]


def _spill(a: int, b: int, mu: int) -> Fraction:
    return Fraction(a * a, 2 * mu) if a <= mu * b else a * b - Fraction(mu * b * b, 2)


def _spills(a: int, b: int, mu: int) -> dict[str, Fraction]:
    """What mistaken formulas would give."""
    return {
        "rectangle": Fraction(a * a, mu),
        "whole": Fraction(a * a, 2 * mu),
        "steeper": Fraction(mu * a * a, 2),
        "lower": a * b + _spill(a, b, mu),
    }


# ------------------------------------------------------------------ 2 · seams and sizes


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
    for tau, box in _seams(draw.rng):
        measure = read.fraction(answer(tau, box), "the measure")
        wrong, hint = _mistaken(measure, _measures(tau, box), WRONG_MEASURE)
        yield expect(
            measure == _measure(tau, box),
            f"The measure is exact for d = {len(box)}.",
            but=f"For τ = {tau} and the box {box} you return {read.shown(measure)}. {wrong}",
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


def _seams(rng: np.random.Generator) -> list[tuple[Fraction, Box]]:
    taus = [Fraction(1, int(n)) for n in rng.choice([3, 5, 7, 10, 20, 100], 4, replace=False)]
    return [(tau, _box(rng, d)) for tau, d in zip(taus, (2, 3, 1, 4), strict=True)]


def _box(rng: np.random.Generator, dim: int) -> Box:
    """Sides of different lengths."""
    lengths = rng.permutation([2, 3, 4, 5])[:dim]
    return tuple((low := _whole(rng, -3, 2), low + int(length)) for length in lengths)


def _volume(box: Box) -> int:
    return math.prod(high - low for low, high in box)


def _measure(tau: Fraction, box: Box) -> Fraction:
    return (1 - (1 - tau) ** len(box)) * _volume(box)


def _measures(tau: Fraction, box: Box) -> dict[str, Fraction]:
    """What mistaken formulas would give."""
    d, volume, share = len(box), _volume(box), 1 - (1 - tau) ** len(box)
    return {
        "sum": d * tau * volume,
        "kept": (1 - share) * volume,
        "share": share,
        "one side": tau * volume,
        "power": tau**d * volume,
        "cube": share * (box[0][1] - box[0][0]) ** d,
    }


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
        yield expect(
            abs(found - delta) <= 1e-6 * delta,
            f"For d = {len(box)}, the seams of δ = {delta:g} have measure δ to six digits.",
            but=f"{said} Its seams have measure {found:.9g}. {wrong}",
            hint=hint,
        )


LOST_DIGITS = (
    "Look at the float 1 − δ/|box|: how much of δ is left in it? Find a function of the maths "
    "module that takes a small number without adding it to 1."
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
}


def _deltas(rng: np.random.Generator) -> list[tuple[float, Box]]:
    boxes = [_box(rng, d) for d in (2, 3, 1, 2)]
    shares = [_whole(rng, 1, 6) / 8, _whole(rng, 1, 9) / 100, 0.25]
    usual = [share * _volume(box) for share, box in zip(shares, boxes, strict=False)]
    return [*zip(usual, boxes, strict=False), (_whole(rng, 1, 9) * 1e-15, boxes[-1])]


def _mistaken_margin(tau: float, delta: float, box: Box) -> Thought:
    d, share = len(box), delta / _volume(box)
    formulas = {
        "delta": delta,
        "share": share,
        "linear": share / d,
        "volume": 1 - (1 - delta) ** (1 / d) if delta < 1 else math.nan,
        "power": 1 - (1 - share) ** d,
        "small copy": share ** (1 / d),
    }
    for name, value in formulas.items():
        if abs(tau - value) <= 1e-9 * abs(value):
            return WRONG_MARGIN[name]
    if delta < 1e-9:
        return "The digits of δ are gone.", LOST_DIGITS
    return "", "Put your τ back into m = (1 − (1 − τ)^d)·|box| and compare with δ."


@exercise(
    "07.sizes",
    "How large are the wide and the deep form?",
    hints=(
        "How many triangles does a convex polygon with n corners take, if they share a corner?",
        "First layer: one neuron for each side of each cell, and the registers for x.",
        "Deep: one layer for each side of a cell, and one more for its gate.",
    ),
)
def sizes(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Widths and layers of both forms from the corners of the pieces (lesson 07, section 2)."""
    for corners in _corner_counts(draw.rng):
        returned = answer(corners)
        if not isinstance(returned, dict) or set(returned) != {"simplex", "piece"}:
            raise NotYet(
                "The result is a dictionary with the keys 'simplex' and 'piece'.",
                f"You returned {read.shown(returned)}.",
            )
        for form in ("simplex", "piece"):
            found = tuple(read.whole(n) for n in _items(returned[form], 3, f"the {form!r} entry"))
            wrong, hint = _mistaken(found, _wrong_sizes(corners, form), WRONG_SIZES)
            yield expect(
                found == _sizes(corners)[form],
                f"For {len(corners)} pieces, the sizes of the form {form!r} are right.",
                but=f"For pieces with {corners} corners you return {found} for {form!r}. {wrong}",
                hint=hint,
            )


WRONG_SIZES = {
    "centre": (
        "That cuts a polygon with n corners into n triangles.",
        "Fewer triangles do: join one corner to all others.",
    ),
    "registers": (
        "The gates need x itself, too.",
        "A gate adds L(x) + C. From where does the second layer get x?",
    ),
    "gate layer": (
        "In which layer is the gate?",
        "After the erasers of a cell, one more layer computes its gate.",
    ),
    "uncut": (
        "That is one gate per piece, with three sides.",
        "Only a triangle is one triangle. How many does a polygon with n corners take?",
    ),
    "three sides": (
        "Every cell was given three sides.",
        "A whole piece has as many sides as corners, so it needs as many erasers.",
    ),
    "": ("", "Do it by hand for one triangle, then for one square, then add up."),
}


def _corner_counts(rng: np.random.Generator) -> list[list[int]]:
    return [[int(n) for n in (*rng.integers(3, 8, size), 5)] for size in (2, 4, 9)]


def _sizes(corners: list[int]) -> dict[str, tuple[int, int, int]]:
    M = sum(corners) - 2 * len(corners)
    n, sides = len(corners), sum(corners)
    return {"simplex": (3 * M + 2, M, 4 * M), "piece": (sides + 2, n, sides + n)}


def _wrong_sizes(corners: list[int], form: str) -> dict[str, tuple[int, int, int]]:
    first, second, layers = _sizes(corners)[form]
    all_sides, n = sum(corners), len(corners)
    return {
        "centre": (3 * all_sides + 2, all_sides, 4 * all_sides),
        "registers": (first - 2, second, layers),
        "gate layer": (first, second, layers - second),
        "uncut" if form == "simplex" else "three sides": (3 * n + 2, n, 4 * n),
    }


# ------------------------------------------------------------------ 3 · one gate


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
    for triangle, value, tau in _gates(draw.rng):
        net = _small_network(answer(triangle, value, tau), depth=3)
        neurons = max(neurons, sum(net.widths))
        yield from _gate_lines(net, triangle, value, tau)
    if neurons <= 5:
        yield Bonus(1, "Five neurons or fewer: L travels in one of them.")


def _gate_lines(
    net: FullyConnected, triangle: Sequence[Point], value: Affine, tau: Fraction
) -> Iterator[Line]:
    """Three properties; each is affine on each part of each piece, so corners decide."""
    pieces = linear_pieces(net, FRAME, exact=True)
    sides = _sides(triangle)
    shrunk = [HalfSpace(side.normal, side.offset - tau) for side in sides]
    beyond = [HalfSpace(tuple(-n for n in side.normal), -side.offset) for side in sides]
    where = f"Triangle {_listed(triangle)}, L = {_formula(value)}, τ = {tau}:"
    regions: list[tuple[str, list[list[HalfSpace]], Callable[..., Fraction], str]] = [
        ("on the shrunk copy the gate shows L.", [shrunk], lambda f, L: abs(f - L), "there L is"),
        (
            "outside the triangle the gate is shut, in the whole frame.",
            [[side] for side in beyond],
            lambda f, _: abs(f),
            "outside the triangle, where L is",
        ),
        (
            "in the seam the gate lies between 0 and L.",
            [sides],
            lambda f, L: max(f - L, -f),
            "in the seam, where L is",
        ),
    ]
    for says, parts, gap, there in regions:
        corners = (
            (x, piece.value(x)) for piece in pieces for part in parts for x in _clipped(piece, part)
        )
        worst, x, f = max((gap(f, _at(value, x)), x, f) for x, f in corners)
        holds = worst <= SAME * 10
        yield expect(
            holds,
            f"L = {_formula(value)}, τ = {tau}: {says}",
            but=f"{where} at x = {_rounded(x)} your gate is {float(f):.5g}; {there} "
            f"{float(_at(value, x)):.5g}.",
            hint="" if holds else _gate_hint(net, triangle, value, tau, says),
        )


def _gates(rng: np.random.Generator) -> Iterator[tuple[tuple[Point, ...], Affine, Fraction]]:
    """Triangles in the frame with a positive function on them; the last one is constant."""
    taus = [Fraction(1, int(n)) for n in rng.choice([3, 4, 5, 8], 2, replace=False)]
    for tau, constant in zip(taus, (False, True), strict=True):
        corners = _triangle(rng)
        slopes = (0, 0) if constant else (_nonzero(rng, 2), _nonzero(rng, 2))
        least = min(slopes[0] * int(x) + slopes[1] * int(y) for x, y in corners)
        yield corners, (*slopes, _whole(rng, 2, 4) - least), tau


def _triangle(rng: np.random.Generator) -> tuple[Point, ...]:
    """Three whole points in [-3, 3]² that span at least area 4, in either orientation."""
    while True:
        p, q, r = (tuple(map(int, point)) for point in rng.integers(-3, 4, (3, 2)))
        if abs((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])) >= 8:
            return tuple((Fraction(x), Fraction(y)) for x, y in (p, q, r))


def _sides(triangle: Sequence[Point]) -> list[HalfSpace]:
    """The functions ℓ_k: 0 on a side and 1 at the centre."""
    centre = tuple(sum(column, Fraction(0)) / 3 for column in zip(*triangle, strict=True))
    found = []
    for k in range(3):
        (px, py), (qx, qy) = triangle[k], triangle[(k + 1) % 3]
        normal = (py - qy, qx - px)
        offset = -dot(normal, (px, py))
        height = dot(normal, centre) + offset
        found.append(HalfSpace(tuple(n / height for n in normal), offset / height))
    return found


def _clipped(piece: Piece, part: Iterable[HalfSpace]) -> Sequence[Vector]:
    polygon: tuple[Vector, ...] = tuple(tuple(vertex) for vertex in piece.vertices)
    for half in part:
        polygon = clip_polygon(polygon, half) if polygon else ()
    return polygon


GATE_HINTS = {
    "shut": "Your gate is shut everywhere, also at the centre. There all ℓ_k are 1: which eraser "
    "acts, and does L arrive?",
    "weak": "Your erasers pull with force 1. On the rim one of them is 1, but L may be larger.",
    "centre": "K is L at the centre. On the rim L can be larger than in the centre.",
    "lowest": "K is the smallest corner value of L. Where on the rim does the gate open widest?",
    "barycentric": "Barycentric coordinates are 1/3 at the centre. The ℓ_k are 1 there.",
    "late": "Your erasers begin at the rim. They have to be at full force there already.",
    "two": "Beyond one of the sides nothing is erased. Count your erasers.",
}


def _gate_hint(
    net: FullyConnected, triangle: Sequence[Point], value: Affine, tau: Fraction, says: str
) -> str:
    """Name the mistaken formula that the network equals at many points, if there is one."""
    frozen = freeze(net)
    probes = [
        (Fraction(i, 5), Fraction(j, 5)) for i in range(-17, 18, 3) for j in range(-17, 18, 3)
    ]
    measured = [(x, frozen.evaluate(x)) for x in probes]
    for name, formula in _mistaken_gates(triangle, value, tau):
        if all(abs(f - formula(x)) <= SAME * 10 for x, f in measured):
            return GATE_HINTS[name]
    if says.startswith("on"):
        return "Inside, no eraser may act, and L has to arrive at the gate, also where x₁ < 0."
    return "Take the highest corner of L. How strong must one eraser be on the rim there?"


def _mistaken_gates(
    triangle: Sequence[Point], value: Affine, tau: Fraction
) -> Iterator[tuple[str, Callable[[Point], Fraction]]]:
    heights = [_at(value, corner) for corner in triangle]
    top, centre = max(heights), sum(heights, Fraction(0)) / 3
    sides = _sides(triangle)

    def usual(t: Fraction) -> Fraction:
        return 1 - t / tau

    yield "shut", lambda _: Fraction(0)
    for name, K in (("weak", Fraction(1)), ("centre", centre), ("lowest", min(heights))):
        yield name, partial(_gate_at, value, sides, K, usual)
    yield "barycentric", partial(_gate_at, value, sides, top, lambda t: 1 - t / 3 / tau)
    yield "late", partial(_gate_at, value, sides, top, lambda t: -t / tau)
    for two in itertools.combinations(sides, 2):
        yield "two", partial(_gate_at, value, two, top, usual)


def _gate_at(
    value: Affine,
    sides: Sequence[HalfSpace],
    K: Fraction,
    eraser: Callable[[Fraction], Fraction],
    x: Point,
) -> Fraction:
    """The gate with any force and any eraser, as a function of ℓ, at a point."""
    zero = Fraction(0)
    penalty = sum((max(zero, eraser(side.height(x))) for side in sides), zero)
    return max(zero, _at(value, x) - K * penalty)


# ------------------------------------------------------------------ 5 · a maximum stood up


@exercise(
    "07.max_tower",
    "Stand up a maximum, three neurons wide",
    hints=(
        "max(m, L) = L + relu(m − L): only the second term needs a neuron.",
        "Two registers carry x₁ and x₂, shifted so that they are never negative on the box.",
        "The running maximum is never stored: it is L_j(x) plus one neuron, and both can be read.",
    ),
)
def max_tower(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """The maximum of N affine functions in at most N layers of width 3, on a box.

    Judged on its pieces. There the network is affine and the maximum convex, so they are equal if
    they agree at the corners and at one inner point (lesson 07, section 5; width d + 1 as in Hanin
    2019).
    """
    spare = 0
    for functions, box in _maxima(draw.rng):
        net = _small_network(answer(functions, box), depth=len(functions))
        spare = max(spare, net.depth - len(functions) + 1)
        widest = max(net.widths, default=0)
        yield expect(
            widest <= 3,
            "No hidden layer has more than three neurons.",
            but=f"One of yours has {widest}: {net.widths}.",
            hint="Two registers for x leave one neuron. The running maximum needs no register of "
            "its own: it is an affine function plus a neuron.",
        )
        yield _tower_line(net, functions, box)
    if spare <= 0:
        yield Bonus(1, "Only N − 1 layers.")


def _tower_line(net: FullyConnected, functions: Sequence[Affine], box: Box) -> Line:
    gaps = [
        (abs(piece.value(x) - _largest(functions, x)), tuple(x), piece.value(x))
        for piece in linear_pieces(net, box, exact=True)
        for x in (*piece.vertices, piece.interior_point)
    ]
    worst, x, f = max(gaps)
    holds = worst <= SAME
    listed = ", ".join(map(_formula, functions))
    return expect(
        holds,
        f"The tower is the maximum of {len(functions)} functions on the box {box}.",
        but=f"For the functions {listed}: at x = {_rounded(x)} you return {float(f):.5g}; "
        f"{_off(f, functions, x)}.",
        hint="" if holds else _tower_hint(net, functions, box, f),
    )


def _maxima(rng: np.random.Generator) -> Iterator[tuple[list[Affine], Box]]:
    """Boxes that reach to negative numbers, and functions of which three or more can win."""
    for count, low in ((3, -1), (5, -3), (4, 1)):
        box = ((low, low + _whole(rng, 2, 5)), (low - 1, low + _whole(rng, 2, 4)))
        while True:
            slopes = rng.permutation(list(itertools.product(range(-2, 3), repeat=2)))[:count]
            functions: list[Affine] = [(int(p), int(q), _whole(rng, -2, 3)) for p, q in slopes]
            if len({_winner(functions, x) for x in _grid(box, 3)}) >= 3:
                break
        yield functions, box


def _grid(box: Box, n: int = 6) -> list[Point]:
    xs, ys = ([low + Fraction(k, n) * (high - low) for k in range(n + 1)] for low, high in box)
    return [(x, y) for x in xs for y in ys]


def _largest(functions: Sequence[Affine], x: Sequence[Fraction]) -> Fraction:
    return max(_at(function, x) for function in functions)


def _winner(functions: Sequence[Affine], x: Point) -> int:
    return max(range(len(functions)), key=lambda j: _at(functions[j], x))


def _off(f: Fraction, functions: Sequence[Affine], x: Sequence[Fraction]) -> str:
    values = [_at(function, x) for function in functions]
    if f < max(values):
        return "one of the functions is larger there"
    return "none of the functions is as large there"


def _tower_hint(net: FullyConnected, functions: Sequence[Affine], box: Box, worst: Fraction) -> str:
    frozen = freeze(net)
    points = _grid(box)
    found = [frozen.evaluate(x) for x in points]

    def like(formula: Callable[[Point], Fraction]) -> bool:
        return all(abs(f - formula(x)) <= SAME for f, x in zip(found, points, strict=True))

    if like(lambda x: min(_at(function, x) for function in functions)):
        return "That is the minimum. Check max(m, L) = L + relu(m − L) with two numbers."
    if like(lambda x: _folded(functions, box, x, last=False)):
        return "The readout, too, has to add an affine function to the neuron."
    if like(lambda x: _folded(functions, box, x, shifted=True)):
        return (
            "The registers hold x minus the low corner. Layers above read them: correct the bias."
        )
    if like(lambda x: _largest(functions[-2:], x)):
        return "Only the last two functions take part. What is m after a layer, and who reads it?"
    if like(lambda x: _largest(functions[:2], x)):
        return "Only the first two functions take part. There are more to come."
    right = [
        x for x, f in zip(points, found, strict=True) if abs(f - _largest(functions, x)) <= SAME
    ]
    if right and all(x in right for x in points if min(x) >= 0):
        return (
            "It is right where no coordinate is negative. What does relu do to a register x₁ < 0?"
        )
    return "Write down by hand what each neuron of the second layer holds at one corner of the box."


def _folded(
    functions: Sequence[Affine], box: Box, x: Point, *, shifted: bool = False, last: bool = True
) -> Fraction:
    """The running maximum, with a shift that upper layers forget, or without the last summand."""
    y = tuple(c - low for c, (low, _) in zip(x, box, strict=True)) if shifted else x
    neuron = max(Fraction(0), _at(functions[0], x) - _at(functions[1], x))
    for before, function in itertools.pairwise(functions[1:]):
        neuron = max(Fraction(0), _at(before, y) + neuron - _at(function, y))
    return neuron + (_at(functions[-1], y) if last else 0)


# ------------------------------------------------------------------ 6 · shortcuts that fail


@exercise(
    "07.stopping_crease",
    "A crease that stops",
    hints=(
        "The maximum of three bends along rays that meet in one point.",
        "Find the point where all three functions are equal. Then stay on one of the three lines.",
        "Along the line on which two functions are equal, the third is smaller on one half only.",
    ),
)
def stopping_crease(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Two points of one line: h = max of three bends at p, and is affine near q (lesson 07)."""
    for functions in _threes(draw.rng):
        points = _items(answer(functions), 2, "the result")
        p, q = (_point(v, name) for v, name in zip(points, "pq", strict=True))
        _require_inside(p, "p")
        _require_inside(q, "q")
        yield _bends(functions, p)
        yield _straight(functions, q)
        i, j = _winners(functions, p)
        yield expect(
            _at(functions[i], q) == _at(functions[j], q),
            "q lies on the line along which h bends at p.",
            but=f"At p = {_shown(p)} the functions {i} and {j} are equal and largest; at "
            f"q = {_shown(q)} those two differ.",
            hint="Any neuron that bends at p bends along the whole line on which these two "
            "functions are equal. Stay on that line.",
        )


def _bends(functions: Sequence[Affine], p: Point) -> Line:
    winners = _winners(functions, p)
    return expect(
        len(winners) == 2,
        "At p exactly two of the functions are largest, so h bends there.",
        but=f"At p = {_shown(p)} the values are {_values(functions, p)}.",
        hint="At the point where all three meet, three creases begin. Step away from it, along one."
        if len(winners) == 3
        else "You return p and q in this order: at p two of the functions are equal, and the third "
        "is smaller.",
    )


def _straight(functions: Sequence[Affine], q: Point) -> Line:
    winners = _winners(functions, q)
    return expect(
        len(winners) == 1,
        "Near q one function alone is largest, so h is affine there.",
        but=f"At q = {_shown(q)} the values are {_values(functions, q)}; "
        f"{len(winners)} of them are largest.",
        hint="h bends at q as well. Go to the other side of the point where all three are equal."
        if len(winners) == 2
        else "Three creases begin at that point. Go beyond it.",
    )


def _threes(rng: np.random.Generator) -> Iterator[list[Affine]]:
    """Three affine functions that are equal at a point well inside the square."""
    for _ in range(3):
        x, y = (Fraction(_whole(rng, -2, 3), 4) for _ in range(2))
        while True:
            slopes = rng.integers(-2, 3, (3, 2)).tolist()
            (a, b), (c, d), (e, f) = slopes
            if (c - a) * (f - b) != (d - b) * (e - a):
                break
        level = _whole(rng, -1, 2)
        yield [(p, q, level - p * x - q * y) for p, q in slopes]


def _winners(functions: Sequence[Affine], x: Point) -> list[int]:
    values = [_at(function, x) for function in functions]
    return [j for j, value in enumerate(values) if value == max(values)]


ORDERS = ((1, 2, 0), (2, 0, 1))  # where 0, right and left go: never where the lesson has them
Trap = tuple[list[Affine], list[tuple[int, list[Point]]]]


@exercise(
    "07.lattice_witness",
    "One clause per piece?",
    hints=(
        "At a corner of a piece with the function k, f is L_k.",
        "Write both as code: f at a corner, and the formula at that corner. Then try all corners.",
        "Look where f is lowest, compared with the function that owns most pieces.",
    ),
)
def lattice_witness(answer: Answer, draw: Instances) -> Iterator[Line]:
    """A point at which the formula with one clause per piece isn't f (lesson 07, section 5)."""
    for k, (functions, pieces) in enumerate(_traps(draw.rng), 1):
        x = _point(answer(functions, pieces), "the point")
        _require_inside(x, "the point")
        f, formula = _true_value(pieces, functions, x), _tempting(functions, pieces, x)
        on_corner = any(x in corners for _, corners in pieces)
        yield expect(
            f != formula,
            f"Function {k}: at your point f and the formula differ.",
            but=f"At x = {_shown(x)} f is {f}, and the formula says the same.",
            hint="Build the clauses by comparing at the corners of a piece: L_j ≥ L_k at all of "
            "them, not at some."
            if on_corner
            else "The clause of the largest piece decides the maximum. What can the formula never "
            "be below?",
        )


@exercise(
    "07.lattice_repair",
    "Clauses that are right",
    hints=(
        "A clause is allowed if its minimum is nowhere above f.",
        "Which clause of the tempting formula is above f somewhere?",
        "One function owns several pieces. Is it ever allowed to stand alone?",
    ),
)
def lattice_repair(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Clauses with max of min = f on the square, compared where all creases cross.

    f and the formula are affine on each cell that the lines L_i = L_j cut out of the square, so
    they are equal if they agree at the corners of these cells.
    """
    for k, (functions, pieces) in enumerate(_traps(draw.rng), 1):
        clauses = _clauses(answer(functions, pieces))
        gaps = {
            x: max(min(_at(functions[j], x) for j in clause) for clause in clauses)
            - _true_value(pieces, functions, x)
            for x in _crossings(functions)
        }
        x = max(gaps, key=lambda point: abs(gaps[point]))
        clause = max(clauses, key=lambda s: min(_at(functions[j], x) for j in s))
        yield expect(
            not gaps[x],
            f"Function {k}: the largest of the smallest is f on the whole square.",
            but=f"At x = {_shown(x)} the functions have the values {_values(functions, x)}, f is "
            f"{_true_value(pieces, functions, x)}, and the clause {clause} makes your formula "
            f"{gaps[x] + _true_value(pieces, functions, x)}.",
            hint=_repair_hint(functions, pieces, clauses, gaps),
        )


def _repair_hint(
    functions: Sequence[Affine],
    pieces: list[tuple[int, list[Point]]],
    clauses: Sequence[Sequence[int]],
    gaps: dict[Point, Fraction],
) -> str:
    swapped = all(
        min(max(_at(functions[j], x) for j in clause) for clause in clauses)
        == _true_value(pieces, functions, x)
        for x in gaps
    )
    if swapped:
        return "Those clauses are right for the smallest of the largest: the other way round."
    alone = [clause for clause in clauses if len(set(clause)) == 1]
    if alone and max(gaps.values()) > 0:
        return "A clause with one function alone makes the formula at least as large everywhere."
    if max(gaps.values()) > 0:
        return "A clause that is above f anywhere spoils the maximum. Lengthen it, or drop it."
    return "The formula is too low: no clause reaches f there. Which two functions would?"


def _clauses(value: Any) -> list[list[int]]:
    clauses = [
        [read.whole(j, "a member of a clause") for j in _items(clause, None, "a clause")]
        for clause in _items(value, None, "the result")
    ]
    if not clauses or not all(clauses):
        raise NotYet("There is a clause, and none is empty.", f"You returned {read.shown(value)}.")
    if any(j not in (0, 1, 2) for clause in clauses for j in clause):
        raise NotYet(
            "A clause holds positions in the list of functions: 0, 1 or 2.",
            f"You returned {read.shown(value)}.",
            "Positions begin at 0.",
        )
    return clauses


def _traps(rng: np.random.Generator) -> Iterator[Trap]:
    """min(0, x₂ + q + a·|x₁|) turned, tilted and with its functions in another order."""
    for turn, order in zip(rng.permutation(4), rng.permutation(ORDERS), strict=False):
        a, q = _whole(rng, 1, 3), Fraction(_whole(rng, 1, 3), 4)
        tilt = (_whole(rng, -2, 3), _whole(rng, -2, 3), _whole(rng, -1, 2))
        yield _trap(a, q, int(turn), tilt, order.tolist())


def _trap(
    a: int = 1,
    q: Fraction = Fraction(1, 4),
    turn: int = 0,
    tilt: Affine = (0, 0, 0),
    order: Sequence[int] = (0, 1, 2),
) -> Trap:
    """Functions and pieces of f = min(0, x₂ + q + a·|x₁|), turned by quarters, plus a tilt.

    Args:
        a: the slope of the valley.
        q: its height at the origin.
        turn: quarter turns.
        tilt: an affine function to add, (g1, g2, c).
        order: where the functions 0, right and left go.

    Returns:
        three affine functions (g1, g2, c), and five pieces (function, corners) of the square.
    """
    one = Fraction(1)
    tip, foot, reach = (one * 0, -q), (one * 0, -one), (1 - q) / a
    parts: list[tuple[int, list[Point]]] = [
        (0, [(-one, -q), tip, (one, -q), (one, one), (-one, one)])
    ]
    for s, side in ((1, 1), (-1, 2)):
        parts.append((0, [tip, (s * reach, -one), (s * one, -one), (s * one, -q)]))
        parts.append((side, [tip, foot, (s * reach, -one)]))
    slopes = [(0, 0), (a, 1), (-a, 1)]
    offsets = [0 * q, q, q]
    for _ in range(turn):
        slopes = [(-y, x) for x, y in slopes]
        parts = [(k, [(-y, x) for x, y in corners]) for k, corners in parts]
    functions: list[Affine] = [(0, 0, 0)] * 3
    for k, (g, c) in enumerate(zip(slopes, offsets, strict=True)):
        functions[order[k]] = (g[0] + tilt[0], g[1] + tilt[1], c + tilt[2])
    return functions, [(order[k], corners) for k, corners in parts]


def _true_value(
    pieces: list[tuple[int, list[Point]]], functions: Sequence[Affine], x: Point
) -> Fraction:
    """f(x) = min(L_0, max(L_1, L_2)), where L_0 is the function that owns three pieces."""
    owners = [k for k, _ in pieces]
    main = max(range(3), key=owners.count)
    others = [_at(functions[k], x) for k in range(3) if k != main]
    return min(_at(functions[main], x), max(others))


def _tempting(
    functions: Sequence[Affine], pieces: list[tuple[int, list[Point]]], x: Point
) -> Fraction:
    """The formula with one clause for each piece."""
    clauses = [
        [j for j in range(3) if all(_at(functions[j], v) >= _at(functions[k], v) for v in corners)]
        for k, corners in pieces
    ]
    return max(min(_at(functions[j], x) for j in clause) for clause in clauses)


def _crossings(functions: Sequence[Affine]) -> list[Point]:
    """The points of the square where two of these lines cross: L_i = L_j, and the sides."""
    lines: list[Affine] = [(1, 0, 1), (1, 0, -1), (0, 1, 1), (0, 1, -1)]
    for p, q in itertools.combinations(functions, 2):
        lines.append((p[0] - q[0], p[1] - q[1], p[2] - q[2]))
    found = set()
    for (a, b, c), (d, e, f) in itertools.combinations(lines, 2):
        det = a * e - b * d
        if det:
            x = (Fraction(b * f - c * e) / det, Fraction(c * d - a * f) / det)
            if max(map(abs, x)) <= 1:
                found.add(x)
    return sorted(found)


# ------------------------------------------------------------------ 7 · one neuron per kink?


@exercise(
    "07.fewest_neurons",
    "One neuron per kink, or one more?",
    hints=(
        "Each kink inside the interval needs a neuron. That is the first lower bound.",
        "With exactly one neuron per kink, each faces left or right. What decides the slope at the "
        "left end?",
        "The neurons that face left make that slope: minus the sum of their jumps. Try them all.",
    ),
)
def fewest_neurons(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The smallest one-hidden-layer network that equals h on an interval (lessons 02 and 07).

    K kinks take K neurons if the slope at the left end is minus the sum of some of the jumps, and
    K + 1 otherwise.
    """
    for k, (slopes, hidden_bends) in enumerate(_bent(draw.rng), 1):
        net, interval = _with_slopes(slopes, hidden_bends)
        found = read.whole(answer(net, interval), "the number of neurons")
        right, kinks = _fewest(slopes), len(slopes) - 1
        wrong, hint = _miscounted(found, right, kinks)
        yield expect(
            found == right,
            f"Network {k}: no smaller layer is enough, and this one is.",
            but=f"On {interval} h has the slopes {slopes} in turn; you return {found}. {wrong}",
            hint=hint,
        )


def _miscounted(found: int, right: int, kinks: int) -> Thought:
    if found > kinks + 1:
        return (
            f"But h has {kinks} kinks inside the interval.",
            "Where a neuron switches, h need not bend: two can cancel, and some switch outside the "
            "interval. Count linear pieces, not activation regions.",
        )
    if found < kinks:
        return (
            f"But h has {kinks} kinks there, and a neuron makes one.",
            "A straight piece isn't a kink; and every kink takes a neuron.",
        )
    if found < right:
        return (
            "With one neuron per kink the slope at the left end can't be met.",
            "Let each neuron face left or right. Which slopes at the left end can you make?",
        )
    return (
        "It can be done with fewer.",
        "A neuron that faces left bends h and makes a slope at the left end as well. Those need "
        "not be the leftmost ones, and h need not be constant anywhere.",
    )


def _bent(rng: np.random.Generator) -> list[tuple[list[int], bool]]:
    """Slopes: odd ones; such as jumps can make, or can't, in other ways; and with a level piece."""
    odd = _zigzag(rng, 4, lambda s: all(n % 2 for n in s))
    level = _zigzag(rng, 4, lambda s: 0 in s[1:-1])
    scattered = _zigzag(rng, 5, lambda s: 0 not in s and _fewest(s) == len(s) - 1)
    missed = _zigzag(rng, 4, lambda s: any(n % 2 == 0 for n in s) and _fewest(s) == len(s))
    return [(odd, False), (scattered, False), (missed, True), (level, True)]


def _zigzag(
    rng: np.random.Generator, pieces: int, wanted: Callable[[list[int]], bool]
) -> list[int]:
    while True:
        slopes = [int(n) for n in rng.integers(-5, 6, pieces)]
        if all(p != q for p, q in itertools.pairwise(slopes)) and slopes[0] and wanted(slopes):
            return slopes


def _fewest(slopes: Sequence[int]) -> int:
    reachable = {0}
    for p, q in itertools.pairwise(slopes):
        reachable |= {left - (q - p) for left in reachable}
    return len(slopes) - (slopes[0] in reachable)


def _with_slopes(
    slopes: Sequence[int], hidden_bends: bool
) -> tuple[FullyConnected, tuple[int, int]]:
    """A network with these slopes on the intervals [0, 1], [1, 2], ...

    It has two hidden layers. Some of its neurons switch inside without bending it, or outside.
    """
    n = len(slopes)
    neurons: list[tuple[float, ...]] = [(1, 1, slopes[0])]  # relu(x + 1) is x + 1 on the interval
    neurons += [(1, -k, slopes[k] - slopes[k - 1]) for k in range(1, n)]
    neurons.append((1, -n - 1, 3))
    if hidden_bends:  # two neurons that cancel, switching between two kinks
        neurons += [(2, -3, 1), (4, -6, -0.5)]
    W, b, a = ([row[k] for row in neurons] for k in range(3))
    above = 100.0  # keeps the second layer positive on the interval
    layers = [([[w] for w in W], b), ([a], [above]), ([1.0], -above)]
    return FullyConnected.from_layers(
        [(np.array(V, dtype=float), np.array(c, dtype=float)) for V, c in layers]
    ), (0, n)


# ------------------------------------------------------------------ 8 · the price


@exercise(
    "07.cheapest_depth",
    "The cheapest sawtooth",
    hints=(
        "A layer that folds m times takes 2^m neurons. Compare m = 1, 2 and 3 per fold.",
        "Two folds in one layer cost as much as in two. Three cost more.",
        "No layer should fold more than twice, and as many as possible should fold twice.",
    ),
)
def cheapest_depth(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The fewest neurons of 2^L teeth over all depths, and the least depth with so few (lesson 07).

    k layers share the L folds as evenly as they can; a layer with m folds has 2^m neurons.
    """
    rng = draw.rng
    odd, even = 2 * _whole(rng, 3, 9) + 1, 2 * _whole(rng, 4, 12)
    for levels in (even, odd, 2 * odd + 15, 1):
        layers, neurons = (read.whole(v) for v in _items(answer(levels), 2, "the result"))
        said = f"For L = {levels} you return {neurons} neurons in {layers} layers."
        fits = 1 <= layers <= levels
        wrong, hint = _mispriced(levels, layers)
        yield expect(
            fits and neurons == _neurons(levels, layers),
            f"So many layers take so many neurons for L = {levels}.",
            but=f"{said} "
            + ("" if fits else f"The {levels} folds fill between 1 and {levels} layers."),
            hint="Share the folds as evenly as you can, and add up 2^m over the layers. The layers "
            "need not be equal.",
        )
        yield expect(
            (layers, neurons) == ((levels + 1) // 2, 2 * levels),
            f"For L = {levels} no depth takes fewer neurons, and no smaller depth as few.",
            but=f"{said} {wrong}",
            hint=hint,
        )


def _neurons(levels: int, layers: int) -> int:
    each, rest = divmod(levels, layers)
    return (layers - rest) * 2**each + rest * 2 ** (each + 1)


def _mispriced(levels: int, layers: int) -> Thought:
    if layers > (levels + 1) // 2:
        if layers == levels:
            return (
                "As few neurons fit into fewer layers.",
                "Is there another depth with the same number of neurons? The depth need not divide "
                "L: the last layers may fold once less.",
            )
        return "As few neurons fit into fewer layers.", "Among equal prices the least depth counts."
    if 2 * layers == levels - 1:
        return (
            "One layer has to fold three times.",
            "Half of an odd number: round it up or down? Count the folds of the fullest layer.",
        )
    return (
        "Another depth takes fewer.",
        "Three folds in one layer take 8 neurons. How many do they take in two?",
    )


@exercise(
    "07.least_neurons",
    "How many neurons must follow the teeth?",
    hints=(
        "N neurons draw N + 1 straight pieces at most; each agrees with at most one side.",
        "Solve 1 − (N + 1)/2^L ≤ δ for N, and 1 − N/2^L ≤ δ for the network that follows teeth.",
        "N is a whole number that is at least something: round up. Use Fractions all the way.",
    ),
)
def least_neurons(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Neurons that one hidden layer needs, and that suffice, to miss δ of the sawtooth (lesson 07).

    Needed: 1 − (N + 1)/2^L ≤ δ. Enough: the network that follows the first N sides of teeth misses
    1 − N/2^L.
    """
    for levels, delta in _misses(draw.rng):
        pair = _items(answer(levels, delta), 2, "the result")
        for name, found, right in zip(
            ("needed", "enough"), map(read.whole, pair), _least(levels, delta), strict=True
        ):
            wrong, hint = _misrounded(found, right, levels, delta, name)
            yield expect(
                found == right,
                f"For L = {levels}, the number of neurons that is {name} is right.",
                but=f"For L = {levels} and δ = {delta} you return {found} for {name!r}. {wrong}",
                hint=hint,
            )


def _misses(rng: np.random.Generator) -> list[tuple[int, Fraction]]:
    """A δ that is whole in teeth, one that isn't, and teeth too fine for floats."""
    levels = _whole(rng, 5, 8)
    whole = Fraction(_whole(rng, 3, 20), 2**levels)
    return [
        (levels, whole),
        (levels + 1, Fraction(1, int(rng.choice([3, 5, 7])))),
        (60 + levels, Fraction(1, int(rng.choice([3, 7, 11])))),
    ]


def _least(levels: int, delta: Fraction) -> tuple[int, int]:
    sides = math.ceil((1 - delta) * 2**levels)
    return max(0, sides - 1), sides


def _misrounded(found: int, right: int, levels: int, delta: Fraction, name: str) -> Thought:
    part = 1 - Fraction(found, 2**levels)
    if levels > 53 and found != right and abs(found - right) < 2 ** (levels - 45):
        return (
            "That is off in the last digits.",
            "A float holds 53 binary digits; 2^L has more. Stay in whole numbers and Fractions.",
        )
    if found == right - 1:
        missed = part if name == "enough" else part - Fraction(1, 2**levels)
        return (
            f"So few would still miss {missed if levels < 20 else 'more than δ'}, more than δ.",
            "Round up, not down; and for 'enough' there is no piece for free: N neurons follow N "
            "sides."
            if name == "enough"
            else "At least something, and whole: round up, not down.",
        )
    if found == right + 1:
        return (
            "One neuron fewer is not excluded." if name == "needed" else "One fewer would do.",
            "N neurons draw N + 1 straight pieces, not N."
            if name == "needed"
            else "How many sides of teeth do N neurons follow, starting at 0?",
        )
    if found in (math.floor(delta * 2**levels), math.ceil(delta * 2**levels)):
        return "That is what may be missed.", "δ is what may be lost. How much has to be right?"
    if abs(2 * found - right) <= 2:
        return (
            "A tooth has two sides, and each takes a neuron.",
            "2^L counts sides of teeth, not teeth.",
        )
    return "", "For L = 6 and N = 32 the bound is 31/64. Which N, L and δ do you get back from it?"


# ------------------------------------------------------------------ small things


def _whole(rng: np.random.Generator, low: int, high: int) -> int:
    """A whole number from low to high - 1."""
    return int(rng.integers(low, high))


def _nonzero(rng: np.random.Generator, most: int) -> int:
    return int(rng.choice([n for n in range(-most, most + 1) if n]))


def _mistaken(found: Any, formulas: dict[str, Any], thoughts: dict[str, Thought]) -> Thought:
    """What to think of an answer that equals a mistaken formula, or else of any other."""
    for name, value in formulas.items():
        if found == value:
            return thoughts[name]
    return thoughts[""]


def _items(value: Any, length: int | None, what: str) -> Sequence[Any]:
    """A list or tuple, of a length where one is given, and never of more than 100 entries."""
    if isinstance(value, np.ndarray) and value.ndim and value.size <= 100:
        value = value.tolist()
    upper = what[0].upper() + what[1:]
    if isinstance(value, frozenset) and length is None:
        value = sorted(value, key=repr)
    if not isinstance(value, list | tuple):
        raise NotYet(f"{upper} is a list or tuple.", f"You returned {read.shown(value)}.")
    if len(value) != length if length is not None else len(value) > 100:
        most = "at most 100" if length is None else str(length)
        raise NotYet(f"{upper} has {most} entries.", f"Yours has {len(value)}.")
    return value


def _fractions(value: Any, length: int, what: str) -> tuple[Fraction, ...]:
    return tuple(
        read.fraction(entry, "an entry of " + what) for entry in _items(value, length, what)
    )


def _point(value: Any, what: str) -> Point:
    x, y = _fractions(value, 2, what)
    return x, y


def _require_inside(point: Point, name: str) -> None:
    if max(map(abs, point)) > 1:
        raise NotYet(
            f"The square [−1, 1]² contains {name}.",
            f"Yours is {read.shown(_shown(point))}.",
            "Step less far: one half or one quarter of the way is enough.",
        )


def _small_network(value: Any, depth: int) -> FullyConnected:
    """A network in the plane that is small enough to be judged exactly."""
    net: FullyConnected = read.network(value, 2, FullyConnected)
    if sum(net.widths) > MOST_NEURONS or net.depth > depth:
        raise NotYet(
            f"The network has at most {depth} hidden layers and {MOST_NEURONS} neurons.",
            f"Yours has {net.depth} hidden layers and {sum(net.widths)} neurons.",
            "Count what the construction needs: it is far less.",
        )
    weights = [abs(w) for p in net.parameters() for w in p.detach().flatten().tolist() if w]
    least, most = SIZES_OF_WEIGHTS
    if weights and not least <= min(weights) <= max(weights) <= most:
        raise NotYet(
            f"No weight is larger than {most:g} or, if it isn't 0, smaller than {least:g}.",
            f"Yours lie between {min(weights):g} and {max(weights):g}.",
            "The numbers of the construction are of the order of K/τ. Is a side divided by 0?",
        )
    return net


def _at(function: Affine, x: Sequence[Fraction]) -> Fraction:
    """The value of g1 x1 + g2 x2 + c."""
    return Fraction(function[0] * x[0] + function[1] * x[1] + function[2])


def _values(functions: Sequence[Affine], x: Point) -> str:
    return ", ".join(str(_at(function, x)) for function in functions)


def _shown(point: Sequence[Fraction]) -> str:
    return "(" + ", ".join(map(str, point)) + ")"


def _rounded(point: Sequence[Fraction]) -> str:
    return "(" + ", ".join(f"{float(x):.4g}" for x in point) + ")"


def _listed(points: Iterable[Sequence[Fraction]]) -> str:
    return ", ".join(map(_shown, points))


def _formula(function: Affine) -> str:
    """An affine function in words.

    >>> _formula((1, 0, -2)), _formula((0, 0, 3))
    ('x₁ − 2', '3')
    """
    terms = [(function[0], "x₁"), (function[1], "x₂"), (function[2], "")]
    text = ""
    for number, name in terms:
        if number:
            size = abs(number)
            factor = f"{size}" if not name or size != 1 else ""
            sign = ("−" if number < 0 else "") if not text else (" − " if number < 0 else " + ")
            text += f"{sign}{factor}{name}"
    return text or "0"
