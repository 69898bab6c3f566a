"""Task 5: one block as one layer, with as few neurons as the domain allows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.arguments import counted
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line, NotYet, expect
from course_lib.checks.set_06.shared import ZERO, Checked, about, after_block, at, mixed
from course_lib.exact import Vector, dot, identity, read_vector

__all__ = ["carried_block"]

Domain = list[tuple[float, float]]


class _Layer:
    """The map R relu(W x + c) + r in fractions."""

    def __init__(self, W: Any, c: Any, R: Any, r: Any) -> None:
        self.W, self.R = (tuple(map(read_vector, np.asarray(part).tolist())) for part in (W, R))
        self.c, self.r = (read_vector(np.asarray(part).tolist()) for part in (c, r))

    def __call__(self, x: Vector) -> Vector:
        h = [max(dot(row, x) + c, ZERO) for row, c in zip(self.W, self.c, strict=True)]
        return tuple(dot(row, h) + r for row, r in zip(self.R, self.r, strict=True))


def _range(row: Vector, c: Fraction, domain: Domain) -> tuple[Fraction | None, Fraction | None]:
    """The ends of row·x + c on a product of intervals; None for an infinite end."""
    low: Fraction | None = c
    high: Fraction | None = c
    for entry, (start, stop) in zip(row, domain, strict=True):
        if entry == 0:
            continue
        least, most = (start, stop) if entry > 0 else (stop, start)
        low = None if low is None or math.isinf(least) else low + entry * Fraction(least)
        high = None if high is None or math.isinf(most) else high + entry * Fraction(most)
    return low, high


def _equals_block(layer: _Layer, u: Vector, w: Vector, b: Fraction, domain: Domain) -> bool:
    """Whether a layer equals a block on a domain with an interior, decided in fractions.

    There a sum of affine and kinked parts is 0 only if the kinks on each hyperplane that crosses
    the domain cancel, and then the affine rest is 0.
    """
    columns = list(zip(*layer.R, strict=True)) if layer.W else []
    neurons = [*zip(layer.W, layer.c, columns, strict=True), (w, b, [-step for step in u])]
    rest = np.array([[-x for x in row] for row in identity(len(w))], dtype=object)
    rest = np.column_stack([rest, np.array(layer.r, dtype=object)])
    kinks: dict[Vector, Any] = {}
    for row, c, column in neurons:
        share, scale = _split(row, c, domain)
        step = np.array(column, dtype=object)
        rest = rest + share * np.outer(step, np.array([*row, c], dtype=object))
        if scale:
            crease = tuple(entry / scale for entry in (*row, c))
            kinks[crease] = kinks.get(crease, ZERO) + abs(scale) * step
    return not rest.any() and not any(jump.any() for jump in kinks.values())


def _split(row: Vector, c: Fraction, domain: Domain) -> tuple[int, Fraction]:
    """(share, scale) with relu(z) = share z + |scale| relu(z / scale) for z = row·x + c there.

    The scale is 0 if z keeps its sign on the domain, else the first entry of the row, so that
    neurons with one crease have the same z / scale.
    """
    low, high = _range(row, c, domain)
    if high is not None and high <= 0:
        return 0, ZERO
    if low is not None and low >= 0:
        return 1, ZERO
    scale = next(entry for entry in row if entry)
    return int(scale < 0), scale


def _carry(
    u: Any,
    w: Any,
    b: float,
    domain: Domain,
    *,
    shift: float = 1.0,
    undo: float = 1.0,
    flip: float = 1.0,
    split: float = -1.0,
) -> _Layer:
    """The layer that carries each coordinate with few neurons; the rest are ways to get it wrong.

    Args:
        u: writes.
        w: reads.
        b: the neuron's offset.
        domain: a pair of ends for each coordinate.
        shift: times the shift; 0 forgets it, -1 has its sign wrong.
        undo: times what is added when the coordinate is read off.
        flip: the factor with which a flipped coordinate is flipped back.
        split: the factor of relu(-x) where x is carried in two halves.
    """
    d = len(domain)
    rows: list[Any] = []
    biases: list[float] = []
    columns: list[Any] = []
    r = np.zeros(d)
    for e, (low, high) in zip(np.eye(d), domain, strict=True):
        if math.isfinite(low):
            rows, biases, columns = [*rows, e], [*biases, -shift * low], [*columns, e]
            r += undo * low * e
        elif math.isfinite(high):
            rows, biases = [*rows, -e], [*biases, shift * high]
            columns = [*columns, -flip * e]
            r += undo * high * e
        else:
            rows, biases = [*rows, e, -e], [*biases, 0.0, 0.0]
            columns = [*columns, e, split * e]
    R = np.array([*columns, u]).T
    return _Layer(np.array([*rows, w]), np.array([*biases, b]), R, r)


def _wrong_layers(u: Any, w: Any, b: float, domain: Domain) -> list[tuple[_Layer, str]]:
    return [
        (
            _carry(u, w, b, domain, shift=0, undo=0),
            "A coordinate that may be negative needs a shift before the ReLU.",
        ),
        (
            _carry(u, w, b, domain, shift=-1, undo=-1),
            "x ≥ low. Is x - low non-negative, or x + low?",
        ),
        (_carry(u, w, b, domain, undo=0), "What has been shifted must be shifted back by r."),
        (_carry(u, w, b, domain, undo=-1), "From h = x - low follows x = h + low."),
        (
            _carry(u, w, b, domain, flip=-1),
            "From h = high - x follows x = high - h: the flip must be undone.",
        ),
        (_carry(u, w, b, domain, split=1), "relu(x) + relu(-x) is |x|. Which combination is x?"),
        (_carry(u, w, 0.0, domain), "Where is the offset b of the block's own neuron?"),
        (_carry(0 * u, w, b, domain), "The state is carried, but nothing is written along u."),
        (_carry(w, u, b, domain), "w reads the state and u writes to it. You have swapped them."),
    ]


def _samples(domain: Domain) -> list[Vector]:
    """Points of a domain, near and far."""
    near = [Fraction(k, 2) for k in range(-5, 6)]
    far = [Fraction(sign * 10**k) for k in (2, 4, 7, 10, 20) for sign in (-1, 1)]
    choices = [
        [x for x in (*near, *far) if low <= x <= high]
        + [Fraction(end) for end in (low, high) if math.isfinite(end)]
        for low, high in domain
    ]
    longest = max(map(len, choices))
    steps = ((1, 0, 0), (1, 1, 0), (1, 2, 1), (1, 3, 2), (1, 5, 3), (0, 1, 1), (0, 0, 1))
    return [
        tuple(side[(k * step[i] + i) % len(side)] for i, side in enumerate(choices))
        for step in steps
        for k in range(longest)
    ]


def _blocks_on_domains(rng: np.random.Generator) -> Iterator[tuple[Any, Any, float, Domain]]:
    """Blocks on R^2, a quadrant, and a half-bounded part of R^3; each is on in a part only."""
    inf = math.inf
    low, high, side = (float(x) for x in rng.integers(1, 6, 3) / 2)
    quadrant: Domain = [(-low, inf), (-inf, high)]
    half: Domain = [(-inf, side), (-inf, inf), (low - 4, low)]
    for domain in ([(-inf, inf)] * 2, quadrant, [half[i] for i in rng.permutation(3)]):
        u, w = (mixed(rng, (0.5, 1.0, 2.0), len(domain)) for _ in "uw")
        inner = [
            start + 0.5 if math.isfinite(start) else stop - 0.5 if math.isfinite(stop) else 0.5
            for start, stop in domain
        ]
        yield u, w, float(-w @ inner), domain


@exercise(
    "06.carried_block",
    "As few neurons as the domain allows",
    hints=(
        "Which ReLU of one coordinate can be undone if you only know x ≥ -2? If you know x ≤ 3?",
        "Bounded below: carry x - low. Bounded above: turn it round first. Neither: two halves.",
        "For each coordinate note three things: its row of W with the entry of c, its column of R, "
        "and what it adds to r. The block's own neuron comes last, with the column u.",
    ),
)
def carried_block(answer: Answer, draw: Instances) -> Checked:
    """One block as one layer on a product of intervals, some without end; lesson 06, section 3."""
    small = True
    for u, w, b, domain in _blocks_on_domains(draw.rng):
        layer, count = _read_layer(answer(u, w, b, domain), domain)
        yield _few_enough(count, domain)
        yield _equal_on_domain(layer, u, w, b, domain)
        small = small and (_free(domain) < len(domain) or count <= 2 * len(domain))
    if small:
        yield Bonus(1, "On R^d 2d neurons are enough: one that carries also does the work.")


def _free(domain: Domain) -> int:
    return sum(math.isinf(low) and math.isinf(high) for low, high in domain)


def _named(domain: Domain) -> str:
    d, free = len(domain), _free(domain)
    ends = {0: ", each coordinate with an end,", d: ""}
    return f"On {'' if free == d else 'a part of '}R^{d}{ends.get(free, ', one without an end,')}"


def _ends_of(domain: Domain) -> str:
    return (
        " × ".join(
            f"{'(' if math.isinf(low) else '['}{low:g}, {high:g}{')' if math.isinf(high) else ']'}"
            for low, high in domain
        )
        .replace("-inf", "-∞")
        .replace("inf", "∞")
    )


def _read_layer(value: Any, domain: Domain) -> tuple[_Layer, int]:
    if not isinstance(value, list | tuple) or len(value) != 4:
        raise NotYet(
            "The result is (W, c, R, r), four arrays.", f"You returned {read.shown(value)}."
        )
    d = len(domain)
    parts = [np.asarray(part) for part in value if isinstance(part, np.ndarray)]
    if any(part.dtype.kind == "f" and not np.isfinite(part).all() for part in parts):
        raise NotYet(
            "All entries are finite.",
            f"On {_ends_of(domain)} one of your arrays has an infinite entry, or nan.",
            "An end at infinity is no shift. What can carry a coordinate that has no such end?",
        )
    W = read.array(value[0], (None, d), "W")
    count = len(W)
    if count > 100:
        raise NotYet("The layer is small.", f"Yours has {counted(count, 'neuron')}.")
    c, R = read.array(value[1], (count,), "c"), read.array(value[2], (d, count), "R")
    return _Layer(W, c, R, read.array(value[3], (d,), "r")), count


def _few_enough(count: int, domain: Domain) -> Line:
    d, free = len(domain), _free(domain)
    most = d + free + 1
    hint = "One neuron does the block's work. Count what is left for each coordinate."
    if count == 2 * d + 1:
        hint = "Two halves are needed only where x has no end at all. One end is enough to shift."
    return expect(
        count <= most,
        f"{_named(domain)} at most {most} neurons do it.",
        but=f"On {_ends_of(domain)} you use {count}.",
        hint=hint,
    )


def _equal_on_domain(layer: _Layer, u: Any, w: Any, b: float, domain: Domain) -> Line:
    says = f"{_named(domain)} the layer is the block at every point, as fractions."
    block = (read_vector(u.tolist()), read_vector(w.tolist()), Fraction(b))
    if _equals_block(layer, *block, domain):
        return expect(True, says)
    points = sorted(_samples(domain), key=lambda x: max(map(abs, x)))
    gaps = [
        max(abs(p - q) for p, q in zip(layer(x), after_block(*block, x), strict=True))
        for x in points
    ]
    wrong = [
        k
        for k, (gap, x) in enumerate(zip(gaps, points, strict=True))
        if gap > max(Fraction(1), *map(abs, x)) / 10**9
    ]
    if not wrong:
        return expect(
            False,
            says,
            but="Your layer differs from the block by next to nothing, but it differs.",
            hint="Up to rounding you are right. Which product of yours is rounded?",
        )
    place = points[wrong[0]]
    returned = ", ".join(map(about, layer(place)))
    return expect(
        False,
        says,
        but=f"On {_ends_of(domain)}, at x = {at(place)}, you return ({returned}). That is off by "
        f"{about(gaps[wrong[0]])}.",
        hint=_layer_hint(layer, (u, w, b, domain), points, far=max(map(abs, place)) >= 100),
    )


def _layer_hint(layer: _Layer, args: Any, points: Sequence[Vector], *, far: bool) -> str:
    values = [layer(x) for x in points]
    for wrong, hint in _wrong_layers(*args):
        if [wrong(x) for x in points] == values:
            return hint
    if far:
        return "Right near the origin only. However large a shift is, some x lies further out."
    return "Take this x through W, relu and R by hand. Which coordinate is wrong?"
