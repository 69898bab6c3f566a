"""04.space_tube: a tube that leaves a width-3 network's positive set in space, for the judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from course_lib.certificates import Certificate, verify
from course_lib.certificates.records import read_network
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import number
from course_lib.checks.report import Line, expect
from course_lib.checks.set_04.shared import (
    Generator,
    first_that,
    halves,
    parted,
    point,
    reading,
    told,
)
from course_lib.exact import ExactFullyConnected, Matrix, Vector, dot, kernel_vector, read, solve

TINY = Fraction(1, 10**6)

# ---------------------------------------------------------------- the tube


@dataclass(frozen=True)
class Tube:
    """All y + t v with t >= 0 and y within r of a point, coordinate by coordinate."""

    start: Vector
    v: Vector
    radius: Fraction


@dataclass(frozen=True)
class Leaky:
    """A network with one hidden layer of three neurons, and a point where it is positive."""

    what: str
    W: Matrix
    b: Vector
    a: Vector
    c: Fraction
    x: Vector

    @property
    def arguments(self) -> tuple[Any, ...]:
        """In the order of the exercise."""
        return self.W, self.b, self.a, self.c, self.x

    @property
    def description(self) -> dict[str, Any]:
        """What the judge reads."""
        texts = {
            "weights.0": [[str(entry) for entry in row] for row in self.W],
            "biases.0": [str(entry) for entry in self.b],
            "weights.1": [[str(entry) for entry in self.a]],
            "biases.1": [str(self.c)],
        }
        return texts

    def value(self, at: Vector) -> Fraction:
        """The network there."""
        return ExactFullyConnected(((self.W, self.b), ((self.a,), (self.c,)))).evaluate(at)

    def heights(self, at: Vector) -> Vector:
        """What the three neurons read there."""
        return tuple(dot(row, at) + offset for row, offset in zip(self.W, self.b, strict=True))

    def verdict(self, tube: Tube) -> Any:
        """What the judge of the course says of the tube."""
        digest = read_network(self.description).digest
        made = Certificate("unbounded", digest, tube.start, tube.v, tube.radius)
        return verify(self.description, made)


# ---------------------------------------------------------------- instances


def _leaky(rng: Generator, what: str, spanned: int, signs: tuple[int, ...]) -> Leaky:
    """Read vectors that span so many dimensions, a readout of these signs, and f(x) = 1."""
    W, b, x = reading(rng, 3, 3, spanned), halves(rng, 3), halves(rng, 3)
    sizes = halves(rng, 3)
    a = tuple(sign * abs(size) for sign, size in zip(signs, sizes, strict=True))
    base = Leaky(what, W, b, a, Fraction(0), x)
    return Leaky(what, W, b, a, 1 - base.value(x), x)


def _drawn(rng: Generator) -> list[Leaky]:
    return [
        _leaky(rng, "a readout of both signs", 3, (1, -1, -1)),
        _leaky(rng, "a readout that only subtracts", 3, (-1, -1, -1)),
        _leaky(rng, "three neurons that read two directions", 2, (1, -1, -1)),
    ]


def _uphill(one: Leaky) -> Vector:
    """A direction along which no neuron's share of f falls."""
    wished = [Fraction(1 if entry >= 0 else -1) for entry in one.a]
    found = solve(one.W, wished) or kernel_vector(one.W)
    assert found is not None
    return found


def _tells(instances: list[Leaky]) -> bool:
    """No neuron sits on its threshold at x, and each naive tube fails where it should."""
    if not all(all(one.heights(one.x)) for one in instances):
        return False
    regular, small = instances[:2], Fraction(1, 1000)
    from_x = [Tube(one.x, _uphill(one), small) for one in regular]
    as_signs = [
        Tube(one.x, tuple(Fraction(1 if e >= 0 else -1) for e in one.a), small) for one in instances
    ]
    rows = zip([*regular, *instances], [*from_x, *as_signs], strict=True)
    return not any(one.verdict(tube) for one, tube in rows)


# ---------------------------------------------------------------- the judge


@exercise(
    "04.space_tube",
    "Certify that a set in space is unbounded",
    hints=(
        "Let f never fall along v: a neuron with a_i >= 0 should rise or stay, one with a_i < 0 "
        "fall or stay. What should w_i·v be?",
        "Solve W v = s with s_i = 1 where a_i >= 0 and s_i = -1 elsewhere. If W is singular, some "
        "v ≠ 0 has W v = 0.",
        "Slide the start along v until each neuron has the sign that it keeps. Within r of a "
        "point, w·y changes by no more than r (|w_1| + |w_2| + |w_3|): choose r with that.",
    ),
)
def space_tube(answer: Answer, draw: Instances) -> Iterator[Line]:
    """(start, direction, radius) of a tube in {f > 0}, read by the judge of certificates.

    Any tube counts. Source: Proposition 2.1 of Lin & Jegelka (2018) for one layer; lesson 04,
    "What if nobody can look?".
    """
    rng = draw.rng
    for one in first_that((_drawn(rng) for _ in range(2000)), _tells):
        start, v, radius = parted(answer(*one.arguments), 3, "The answer")
        number(radius, "the radius")
        tube = Tube(point(start, 3, "The start"), point(v, 3, "The direction"), read(radius))
        yield _judged(one, tube)


def _judged(one: Leaky, tube: Tube) -> Line:
    verdict = one.verdict(tube)
    return expect(
        verdict,
        f"The judge accepts the tube ({one.what}).",
        but=f"For W = {told(one.W)}, b = {told(one.b)}, a = {told(one.a)}, c = {told(one.c)} you "
        f"return the start {told(tube.start)}, v = {told(tube.v)} and the radius "
        f"{told(tube.radius)}. {verdict.reason}.",
        hint=_hint(one, tube),
    )


def _hint(one: Leaky, tube: Tube) -> str:
    if not any(tube.v):
        return "Your v is 0, so the tube never leaves. If W is singular, which v has W v = 0?"
    if tube.radius <= 0:
        return "A tube has a radius > 0: a ray alone could run along the edge of the set."
    slopes = [dot(row, tube.v) for row in one.W]
    if any(0 < abs(slope) < TINY for slope in slopes):
        return "Your v is rounded: w·v is tiny and not 0. Take kernel_vector, in Fractions."
    far = sum((a * s for a, s in zip(one.a, slopes, strict=True) if s > 0), start=Fraction(0))
    if far < 0:
        return (
            "Far out along your v the neurons with w·v > 0 are on, and f falls. Which sign should "
            "w·v have where the readout is negative?"
        )
    return _start_hint(one, tube, slopes)


def _start_hint(one: Leaky, tube: Tube, slopes: list[Fraction]) -> str:
    if any(h * s < 0 for h, s in zip(one.heights(tube.start), slopes, strict=True)):
        return (
            "Your direction is good, but on the way a neuron changes its sign, and the judge "
            "wants a start after that: slide the start along v."
        )
    if one.value(tube.start) <= 0:
        return "f is not positive at your start. It is at x, and along a good v it doesn't fall."
    return (
        "Start and direction are good; the tube is too wide. By how much can w·y change within r "
        "of the start, and f?"
    )
