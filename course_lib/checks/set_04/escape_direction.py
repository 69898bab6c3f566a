"""04.escape_direction: refute boundedness by a ray, followed to infinity in fractions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, expect
from course_lib.checks.set_04.shared import (
    Generator,
    first_that,
    halves,
    point,
    reading,
    thirds,
    told,
    writing,
)
from course_lib.exact import ExactOneNeuronResNet, Matrix, Vector, dot, kernel_vector

# ---------------------------------------------------------------- along a ray


@dataclass(frozen=True)
class Stretch:
    """From time t on, the state is p + t q, until the next stretch begins."""

    t: Fraction
    p: Vector
    q: Vector


def first_loss(net: ExactOneNeuronResNet, x: Vector, v: Vector) -> Fraction | None:
    """Some t >= 0 with f(x + tv) <= 0, or None if f stays positive for ever. Exact.

    >>> one, zero = Fraction(1), Fraction(0)
    >>> falls = ExactOneNeuronResNet(((-one,),), ((one,),), (-one,), (one,), one)  # min(x, 1) + 1
    >>> first_loss(falls, (zero,), (one,)), first_loss(falls, (zero,), (-one,))
    (None, Fraction(1, 1))
    """
    path = [Stretch(Fraction(0), x, v)]
    for u, w, b in zip(net.u, net.w, net.b, strict=True):
        path = list(_after_block(path, u, w, b))
    value = Fraction(0)
    for part in path:
        value = dot(net.a, part.p) + net.c + part.t * dot(net.a, part.q)
        if value <= 0:
            return part.t
    slope = dot(net.a, path[-1].q)
    return path[-1].t - value / slope if slope < 0 else None


def _after_block(path: list[Stretch], u: Vector, w: Vector, b: Fraction) -> Iterator[Stretch]:
    """What one block makes of a path: at most one more corner in each stretch."""
    ends: list[Fraction | None] = [*(later.t for later in path[1:]), None]
    for now, end in zip(path, ends, strict=True):
        at, slope = dot(w, now.p) + b, dot(w, now.q)
        start = at + now.t * slope
        fires = start > 0 or (start == 0 and slope > 0)
        yield _written(now, u, at, slope) if fires else now
        zero = -at / slope if slope else now.t
        if now.t < zero and (end is None or zero < end):
            rest = Stretch(zero, now.p, now.q)
            yield rest if fires else _written(rest, u, at, slope)


def _written(part: Stretch, u: Vector, at: Fraction, slope: Fraction) -> Stretch:
    p = tuple(x + at * write for x, write in zip(part.p, u, strict=True))
    q = tuple(x + slope * write for x, write in zip(part.q, u, strict=True))
    return Stretch(part.t, p, q)


# ---------------------------------------------------------------- instances


@dataclass(frozen=True)
class Escape:
    """A network whose read vectors leave a direction out, and a point where it is positive."""

    what: str
    net: ExactOneNeuronResNet
    x: Vector

    @property
    def arguments(self) -> tuple[Any, ...]:
        """In the order of the exercise."""
        net = self.net
        return net.u, net.w, net.b, net.a, net.c, self.x

    def fails(self, v: Vector) -> bool:
        """Whether f doesn't stay positive along v."""
        return first_loss(self.net, self.x, v) is not None


def _escape(what: str, x: Vector, u: Matrix, w: Matrix, b: Vector, a: Vector) -> Escape:
    """The readout's offset is such that f(x) = 1."""
    base = ExactOneNeuronResNet(u, w, b, a, Fraction(0)).evaluate(x)
    return Escape(what, ExactOneNeuronResNet(u, w, b, a, 1 - base), x)


def _pair(rng: Generator, what: str, dim: int, depth: int, spanned: int) -> Iterator[Escape]:
    """A network with a random readout a, and the same one with -a."""
    w = reading(rng, dim, depth, spanned)
    u = tuple(halves(rng, dim) for _ in range(depth))
    b, a, x = halves(rng, depth), halves(rng, dim), halves(rng, dim)
    for sign in (1, -1):
        yield _escape(what, x, u, w, b, tuple(sign * entry for entry in a))


def _strip(rng: Generator, what: str, dim: int) -> Escape:
    """A tent over w·x: positive between two parallel planes, which a rounded ray crosses."""
    w = thirds(rng, dim)
    u = writing(rng, w, -int(rng.integers(2, 6)))
    return _escape(what, halves(rng, dim), (u,), (w,), halves(rng, 1), w)


def _drawn(rng: Generator) -> list[Escape]:
    return [
        *_pair(rng, "one block in the plane", 2, 1, 1),
        *_pair(rng, "two blocks in space", 3, 2, 2),
        *_pair(rng, "three blocks in space", 3, 3, 2),
        _strip(rng, "a strip in the plane", 2),
        _strip(rng, "a slab in space", 3),
    ]


def _perpendicular(rows: Matrix) -> Vector:
    """At right angles to all rows, or the first unit vector."""
    v = kernel_vector(rows)
    return v if v else tuple(Fraction(k == 0) for k in range(len(rows[0])))


def _rounded(v: Vector) -> Vector:
    """Of length 1, in floats."""
    length = math.sqrt(sum(entry * entry for entry in v))
    return tuple(Fraction(float(entry) / length) for entry in v)


def _uphill(v: Vector, a: Vector) -> Vector:
    return tuple(-entry for entry in v) if dot(a, v) < 0 else v


def _naive(net: ExactOneNeuronResNet) -> list[Vector]:
    v = _perpendicular(net.w)
    return [v, _rounded(v), _uphill(_rounded(v), net.a), net.a, net.u[0], net.w[0]]


def _half_right(net: ExactOneNeuronResNet) -> list[Vector]:
    """At right angles to what is written, or to what the first block reads."""
    return [_uphill(_perpendicular(rows), net.a) for rows in (net.u, net.w[:1])]


def _each_fails(among: list[Escape], directions: Callable[[Any], list[Vector]]) -> bool:
    """Whether each of the directions fails somewhere."""
    tried = [[one.fails(v) for v in directions(one.net)] for one in among]
    return all(map(any, zip(*tried, strict=True)))


def _tells(instances: list[Escape]) -> bool:
    """Each naive direction fails somewhere, the half-right ones where L = 2 already."""
    return _each_fails(instances[2:4], _half_right) and _each_fails(instances, _naive)


# ---------------------------------------------------------------- the judge


@exercise(
    "04.escape_direction",
    "Refute boundedness by a ray",
    hints=(
        "Along which direction does no neuron notice that the input moves?",
        "If w·v = 0 for all w, then f(x + tv) = f(x) + t a·v. Which sign of v do you want?",
        "kernel_vector gives a v exactly; turn it round where a·v < 0.",
    ),
)
def escape_direction(answer: Answer, draw: Instances) -> Iterator[Line]:
    """A direction v with f(x + tv) > 0 for all t >= 0, judged along the whole ray, exactly.

    Any such direction counts. Source: first half of the fold theorem's proof, lesson 04.
    """
    rng = draw.rng
    for one in first_that((_drawn(rng) for _ in range(500)), _tells):
        yield _judged(answer, one)


def _judged(answer: Answer, one: Escape) -> Line:
    net, x = one.net, one.x
    v = point(answer(*one.arguments), net.dim, "The direction")
    says = f"f stays positive on the whole ray from x ({one.what})."
    if not any(v):
        but = f"You return v = {told(v)}: x + tv never leaves x."
        return expect(False, says, but=but, hint="A ray needs a direction: v ≠ 0.")
    loss = first_loss(net, x, v)
    return expect(
        loss is None,
        says,
        but=f"For w = {told(net.w)}, a = {told(net.a)} and x = {told(x)} you return "
        f"v = {told(v)}. At t = {told(loss or 0)} the value f(x + tv) is not positive any more.",
        hint=_hint(net.u, net.w, v),
    )


def _hint(u: Matrix, w: Matrix, v: Vector) -> str:
    noticed = [abs(dot(row, v)) for row in w]
    if not any(noticed):
        return "No neuron notices your v: f(x + tv) = f(x) + t a·v. Does that grow or fall?"
    if max(noticed) < Fraction(1, 10**6):
        return (
            "Your v is rounded: w·v is tiny, but not 0, and the ray is infinitely long. "
            "Solve in Fractions."
        )
    if not any(dot(row, v) for row in u):
        return "Your v is at right angles to what the blocks write. What do they read?"
    if not all(noticed):
        return "Some block doesn't notice your v, but another one does. None may."
    return "A neuron notices this v. Which directions does none of them notice?"
