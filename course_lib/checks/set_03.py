"""Exercise set 03: why a width-d network never closes a curve, and what one more neuron changes.

Everything is judged in fractions. Where an answer is a network, its stored weights count.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, get_args

import numpy as np

import course_lib.checks.read as read
from course_lib.certificates import Certificate, certify_bounded, verify
from course_lib.certificates.records import read_network
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line, NotYet, expect
from course_lib.errors import CourseError
from course_lib.exact import (
    ExactFullyConnected,
    Matrix,
    Vector,
    dot,
    freeze,
    identity,
    inverse,
    kernel_vector,
    matmul,
    matvec,
    polygon_area,
)
from course_lib.minimum_width import Domain, Norm, minimum_width
from course_lib.networks import FullyConnected
from course_lib.regions import is_empty, positive_area
from course_lib.regions.outline import area_inside

NEAR = Fraction(1, 10)  # how far from the given point a tube may start
LOOKS = 20_000  # budget of a proof that a positive set is bounded
MAX_NEURONS, MAX_DEPTH = 40, 20  # of a network that is judged in fractions


# Reading and saying


def _entries(value: Any, count: int, what: str) -> Vector:
    """A list, tuple or array of ``count`` exact rationals."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, list | tuple) or len(value) != count:
        raise NotYet(
            f"{what[0].upper()}{what[1:]} is a list of {count} Fractions.",
            f"You returned {read.shown(value)}.",
        )
    return tuple(read.fraction(entry, f"each entry of {what}") for entry in value)


def _parts(value: Any, count: int, names: str) -> Sequence[Any]:
    """A tuple or list of ``count`` parts."""
    if not isinstance(value, list | tuple) or len(value) != count:
        raise NotYet(f"The result is a tuple {names}.", f"You returned {read.shown(value)}.")
    return value


def _small_network(value: Any, dim: int) -> FullyConnected:
    """A fully connected network that is small enough to be judged in fractions."""
    net: FullyConnected = read.network(value, dim, FullyConnected)
    if net.depth > MAX_DEPTH or sum(net.widths) > MAX_NEURONS:
        raise NotYet(
            f"The network has at most {MAX_NEURONS} neurons in {MAX_DEPTH} layers.",
            f"Yours has {sum(net.widths)} neurons in {net.depth} hidden layers.",
            "A handful of neurons is enough here. Look for the smallest example.",
        )
    return net


def _said(x: Sequence[Any]) -> str:
    """A point as text: (−1, 1/2)."""
    return f"({', '.join(_number(e) for e in x)})"


def _number(value: Any) -> str:
    """A number as text; a fraction of many digits is rounded."""
    top, bottom = Fraction(value).as_integer_ratio()
    if top.bit_length() + bottom.bit_length() < 50:
        return str(value).replace("-", "−")
    power = (top.bit_length() - bottom.bit_length()) * 3 // 10
    if abs(power) > 300:  # beyond the floats
        return f"about {'−' * (top < 0)}10^{power}".replace("-", "−")
    return f"{top / bottom:.4g}".replace("-", "−")


def _matrices(weights: Sequence[Matrix]) -> str:
    return ", ".join(str([[int(e) for e in row] for row in W]) for W in weights)


def _parallel(x: Vector, y: Vector) -> bool:
    """Whether x is a positive multiple of y."""
    proportional = all(
        x[i] * y[j] == x[j] * y[i] for i, j in itertools.combinations(range(len(x)), 2)
    )
    return proportional and dot(x, y) > 0


def _minus(x: Vector) -> Vector:
    return tuple(-e for e in x)


def _moved(x: Vector, t: Any, v: Vector) -> Vector:
    return tuple(e + Fraction(t) * step for e, step in zip(x, v, strict=True))


def _unit(count: int, i: int) -> Vector:
    return identity(count)[i]


def _whole_matrix(rng: np.random.Generator, rows: int, columns: int, size: int = 2) -> Matrix:
    """Small whole numbers, as fractions."""
    drawn = rng.integers(-size, size + 1, (rows, columns)).tolist()
    return tuple(tuple(map(Fraction, row)) for row in drawn)


def _invertible(rng: np.random.Generator, d: int) -> Matrix:
    while True:
        W = _whole_matrix(rng, d, d)
        if inverse(W) is not None:
            return W


def _plain(W: Matrix) -> list[list[int]]:
    return [[int(e) for e in row] for row in W]


# 03.pull_back

PULLED_WRONG = {
    "sign": (
        "Along your v neuron i rises.",
        "You want M v = −e_i, not +e_i: check the sign of row i of M v.",
    ),
    "no pull-back": (
        "Your v is −e_i itself, a direction among the neurons, not among the inputs.",
        "v lives in the input space. Which input direction does M send to −e_i?",
    ),
    "last layer": (
        "You inverted the last matrix alone.",
        "A step in the input passes all the layers before it reaches this neuron: which matrix "
        "takes x to z?",
    ),
    "first layer": (
        "You inverted the first matrix alone.",
        "A step in the input passes all the layers before it reaches this neuron: which matrix "
        "takes x to z?",
    ),
    "order": (
        "You multiplied the matrices in the order in which they are met.",
        "The first layer acts first, so it stands rightmost: M x = W_k(…(W_1 x)).",
    ),
    "transposed": (
        "Your v is minus a row of M⁻¹.",
        "M⁻¹ times a unit vector is a column of M⁻¹, not a row.",
    ),
    "steepest": (
        "Your v is minus row i of M: neuron i falls fastest along it, but its neighbours move too.",
        "Falling is not enough. The other neurons of the layer mustn't notice.",
    ),
    "index": (
        "Along your v another neuron falls.",
        "i counts from 0, as Python does.",
    ),
}


def _pulled(weights: Sequence[Matrix]) -> Matrix:
    """The product M = W_k ⋯ W_1."""
    M = weights[0]
    for W in weights[1:]:
        M = matmul(W, M)
    return M


def _preimage(M: Matrix, i: int) -> Vector:
    """The v with M v = −e_i."""
    back = inverse(M)
    assert back is not None
    return tuple(-row[i] for row in back)


def _pulled_wrong(weights: Sequence[Matrix], i: int) -> dict[str, list[Vector]]:
    """What each mistaken formula gives."""
    M = _pulled(weights)
    right, d = _preimage(M, i), len(M)
    turned = tuple(zip(*M, strict=True))
    return {
        "sign": [_minus(right)],
        "no pull-back": [_minus(_unit(d, i))],
        "last layer": [_preimage(weights[-1], i)],
        "first layer": [_preimage(weights[0], i)],
        "order": [_preimage(_pulled(weights[::-1]), i)],
        "transposed": [_preimage(turned, i)],
        "steepest": [_minus(M[i])],
        "index": [_preimage(M, j) for j in range(d) if j != i],
    }


def _draw_pull_back(rng: np.random.Generator, d: int, k: int) -> tuple[list[Matrix], int]:
    """Matrices on which no mistaken formula is right, and no two are the same."""
    while True:
        weights, i = [_invertible(rng, d) for _ in range(k)], int(rng.integers(d))
        right = _preimage(_pulled(weights), i)
        wrong = [v for formulas in _pulled_wrong(weights, i).values() for v in formulas]
        short = all(e.denominator < 20 for e in right)
        if short and len({right, *wrong}) == 1 + len(wrong):
            return weights, i


@exercise(
    "03.pull_back",
    "A direction that one neuron notices and its neighbours don't",
    hints=(
        "While all neurons before are on, the layers are just matrices. Which single matrix takes "
        "a step of the input to a step of the pre-activations of layer k?",
        "You need M v = −e_i with M = W_k ⋯ W_1: a system of linear equations.",
        "course_lib.exact.solve(M, b) solves M v = b in fractions; matmul multiplies.",
    ),
)
def pull_back(answer: Answer, draw: Instances) -> Iterator[Line]:
    """M v = −e_i in fractions, where M is the product of the layers (lesson 03, section 4)."""
    rng = draw.rng
    for d, k in ((2, 2), (2, 3), (3, 2)):
        weights, i = _draw_pull_back(rng, d, k)
        v = _entries(answer([_plain(W) for W in weights], i), d, "v")
        said, hint = _on_pull_back(weights, i, v)
        yield expect(
            not said,
            f"For {k} layers on R^{d}: neuron i falls at speed 1 along v, the others stay.",
            but=f"For the matrices {_matrices(weights)} and i = {i} you return v = {_said(v)}, and "
            f"M v = {_said(matvec(_pulled(weights), v))}. {said}",
            hint=hint,
        )


def _on_pull_back(weights: Sequence[Matrix], i: int, v: Vector) -> tuple[str, str]:
    """What is wrong with v and the thought that helps; nothing if it is right."""
    M = _pulled(weights)
    moved = matvec(M, v)
    if moved == _minus(_unit(len(M), i)):
        return "", ""
    for name, formulas in _pulled_wrong(weights, i).items():
        if v in formulas:
            return PULLED_WRONG[name]
    if any(v) and _parallel(v, _preimage(M, i)):
        return "The direction is right, the length is not.", "The speed is to be 1: M v = −e_i."
    return (
        "That should be −1 at place i and 0 elsewhere.",
        "Multiply your v by M yourself: that is the whole test.",
    )


# 03.tube


@dataclass(frozen=True)
class Leak:
    """A network of width 2, a point where it is positive, and where the way out lies.

    Args:
        kind: "off", "zero", "singular" or "on": what happens first at the point.
        layer: in which layer, counted from 1.
        layers: the pairs (W, b).
        point: where f > 0.
    """

    kind: str
    layer: int
    layers: tuple[tuple[Matrix, Vector], ...]
    point: Vector

    @property
    def exact(self) -> ExactFullyConnected:
        """The network in fractions."""
        return ExactFullyConnected(self.layers)

    @property
    def network(self) -> FullyConnected:
        """The network as a student gets it; its weights are whole or half numbers."""
        return FullyConnected.from_layers(self.layers)

    @property
    def product(self) -> Matrix:
        """M, the product of the weights up to the layer with the way out."""
        return _pulled([W for W, _ in self.layers[: self.layer]])

    @property
    def states(self) -> list[Vector]:
        """The pre-activations of each hidden layer at the point."""
        x, found = self.point, []
        for W, b in self.layers[:-1]:
            z = tuple(p + q for p, q in zip(matvec(W, x), b, strict=True))
            found.append(z)
            x = tuple(max(e, Fraction(0)) for e in z)
        return found

    @property
    def directions(self) -> list[Vector]:
        """The directions that the proof of Proposition 2.1 offers here."""
        M = self.product
        if self.kind == "on":
            return [M[0]]  # the gradient: M ends with the readout
        if self.kind == "singular":
            kernel = kernel_vector(M)
            assert kernel is not None
            return [kernel, _minus(kernel)]
        z = self.states[self.layer - 1]
        return [_preimage(M, i) for i, e in enumerate(z) if e <= 0]

    @property
    def gradient(self) -> Vector:
        """The slope of f near the point."""
        slope = identity(2)
        for (W, _), z in zip(self.layers, self.states, strict=False):
            slope = tuple(
                tuple(e * (state > 0) for e in row)
                for row, state in zip(matmul(W, slope), z, strict=True)
            )
        return matmul(self.layers[-1][0], slope)[0]

    @cached_property
    def description(self) -> tuple[dict[str, Any], str]:
        """The network as the judge reads it, and its digest."""
        net = {
            f"{name}.{k}": part
            for k, (W, b) in enumerate(self.layers)
            for name, part in (
                ("weights", [[str(e) for e in row] for row in W]),
                ("biases", [str(e) for e in b]),
            )
        }
        return net, read_network(net).digest

    def verdict(self, x: Vector, v: Vector, r: Fraction) -> str:
        """The judge's reason to reject this tube; nothing if it accepts."""
        net, digest = self.description
        try:
            tube = Certificate("unbounded", digest, point=x, direction=v, radius=r)
        except CourseError as error:
            return str(error)
        found = verify(net, tube)
        return "" if found else found.reason.removeprefix("Rejected: ")

    def has_tube(self, v: Vector) -> bool:
        """Whether a thin tube along v starts near the point, a little further along v."""
        step = NEAR / 2 / max(map(abs, v))
        return not self.verdict(_moved(self.point, step, v), v, Fraction(1, 2**16))


WAYS_OUT = (("off", 1, 1), ("off", 2, 2), ("zero", 1, 2), ("singular", 1, 2), ("on", 2, 1))


def _draw_leak(rng: np.random.Generator, kind: str, layer: int, depth: int) -> Leak:
    """Draw until the way out is of this kind, in this layer, and no naive direction will do."""
    while True:
        leak = _drawn_leak(rng, kind, layer, depth)
        naive = [v for v in _naive_directions(leak) if any(v)] if kind == "off" else []
        tried = [*naive, *leak.directions]
        if any(_parallel(v, w) for v, w in itertools.combinations(tried, 2)):
            continue
        if any(map(leak.has_tube, leak.directions)) and not any(map(leak.has_tube, naive)):
            return leak


def _drawn_leak(rng: np.random.Generator, kind: str, layer: int, depth: int) -> Leak:
    point = tuple(Fraction(int(e), 2) for e in rng.integers(-4, 5, 2))
    x, layers = point, []
    for k in range(1, depth + 1):
        W = _invertible(rng, 2)
        z = [Fraction(int(e)) for e in rng.integers(1, 4, 2)]
        if k == layer and kind == "singular":
            factor = int(rng.choice([-2, -1, 2]))
            W = (W[0], tuple(factor * e for e in W[0]))
        if k == layer and kind in ("off", "zero"):
            z[int(rng.integers(2))] *= -1 if kind == "off" else 0
        layers.append((W, tuple(p - q for p, q in zip(z, matvec(W, x), strict=True))))
        x = tuple(max(e, Fraction(0)) for e in z)
    a = tuple(Fraction(int(e)) for e in rng.choice([-2, -1, 1, 2], 2))
    c = int(rng.integers(1, 4)) - dot(a, x)
    return Leak(kind, layer, (*layers, ((a,), (c,))), point)


def _naive_directions(leak: Leak) -> list[Vector]:
    """The way in, the axes, uphill, and the pull-back through the last layer alone."""
    found = [_minus(leak.directions[0]), _minus(_unit(2, 0)), _minus(_unit(2, 1)), leak.gradient]
    return found + _through_the_last_alone(leak)


def _through_the_last_alone(leak: Leak) -> list[Vector]:
    if leak.kind not in ("off", "zero") or leak.layer == 1:
        return []
    W, z = leak.layers[leak.layer - 1][0], leak.states[leak.layer - 1]
    return [_preimage(W, i) for i, e in enumerate(z) if e <= 0]


@exercise(
    "03.tube",
    "A tube that never ends, with a certificate",
    hints=(
        "Go through the layers as the proof does: at the point, which layer is the first that is "
        "singular or has a neuron that isn't on?",
        "Then v solves M v = −e_i (or M v = 0; or, if all neurons are on, v is the gradient). M is "
        "the product of all the weights so far.",
        "If a neuron is exactly at zero, take a small step along v first. For the radius you may "
        "start with 1 and halve it until the judge accepts.",
    ),
)
def tube(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The exact judge accepts the tube, and it starts near the given point (Proposition 2.1)."""
    rng = draw.rng
    for kind, layer, depth in WAYS_OUT:
        leak = _draw_leak(rng, kind, layer, depth)
        x, v, r = _read_tube(answer(leak.network, list(leak.point)))
        said, hint = _on_tube(leak, x, v, r)
        yield expect(
            not said,
            f"The judge accepts your tube near the point ({NAMES[kind]}).",
            but=f"For the network {_told(leak.layers)} and the point {_said(leak.point)} you "
            f"return x = {_said(x)}, v = {_said(v)}, r = {_number(r)}. {said}",
            hint=hint,
        )


NAMES = {
    "off": "a neuron is off",
    "zero": "a neuron is exactly at zero",
    "singular": "a singular layer",
    "on": "all neurons are on",
}


def _told(layers: Sequence[tuple[Matrix, Vector]]) -> str:
    parts = (f"(W = {_matrices([W])}, b = [{', '.join(_number(e) for e in b)}])" for W, b in layers)
    return " → ".join(parts)


def _read_tube(value: Any) -> tuple[Vector, Vector, Fraction]:
    if isinstance(value, Certificate):
        value = (value.point, value.direction, value.radius)
    x, v, r = _parts(value, 3, "(point, direction, radius)")
    radius = read.fraction(r, "the radius")
    return _entries(x, 2, "the point"), _entries(v, 2, "the direction"), radius


def _on_tube(leak: Leak, x: Vector, v: Vector, r: Fraction) -> tuple[str, str]:
    """What is wrong with a tube, with a witness, and the thought that helps; nothing if right."""
    if not any(v) or r <= 0:
        return (
            "The direction is zero, or the radius isn't positive.",
            "A tube without length or without thickness has measure zero: it proves nothing.",
        )
    if any(abs(p - q) > NEAR for p, q in zip(x, leak.point, strict=True)):
        return (
            "It starts more than 1/10 away from the point.",
            "Start at the point itself, or a tiny step from it. You are asked for the way out from "
            "there, not for any way out.",
        )
    reason = leak.verdict(x, v, r)
    if not reason:
        return "", ""
    if any(not leak.verdict(x, v, r / 2**j) for j in range(1, 40)):
        return (
            f"{reason[0].upper()}{reason[1:]}.",
            "x and v are fine, but the tube is too thick. Inside it no neuron may change its sign: "
            "how far is the nearest zero line?",
        )
    return _witness(leak, x, v) or f"{reason[0].upper()}{reason[1:]}.", _tube_hint(leak, v)


def _witness(leak: Leak, x: Vector, v: Vector) -> str:
    """A place on the ray where f isn't positive, if one is quickly found."""
    for t in (1, 8, 64, 4096):
        value = leak.exact.evaluate(_moved(x, t, v))
        if value <= 0:
            return f"At t = {t} you are at {_said(_moved(x, t, v))}, where f = {_number(value)}."
    return ""


def _tube_hint(leak: Leak, v: Vector) -> str:
    """The thought for a direction, or for a start without room."""
    if any(_parallel(v, right) for right in leak.directions):
        return (
            "Right direction, but there is no room at your start: a neuron is exactly at zero "
            "there. f > 0 is open, so a small step is allowed. In which direction?"
        )
    if leak.kind == "on":
        return "All neurons are on, so near the point f is affine. In which direction does it grow?"
    if leak.kind == "singular":
        return "A layer is singular here: which direction does it not notice at all?"
    if any(_parallel(v, _minus(right)) for right in leak.directions):
        return (
            "That is the way in: along your v the neuron rises, and soon it is on. It should fall."
        )
    if _parallel(v, leak.gradient):
        return (
            "You walk uphill. But the gradient is another one where a neuron has changed its sign: "
            "uphill here isn't uphill for ever."
        )
    if any(_parallel(v, _minus(_unit(2, i))) for i in (0, 1)):
        return (
            "You move along an axis of the input. The neuron reads a combination of the inputs: "
            "pull −e_i back through the matrix."
        )
    if any(_parallel(v, wrong) for wrong in _through_the_last_alone(leak)):
        return (
            "The neuron that is off sits in a later layer. Pull −e_i back through all the layers "
            "before it, not through its own alone."
        )
    return (
        "Find the first layer that has a neuron off. Let that neuron fall, and keep the other "
        "neuron of its layer where it is."
    )


# 03.ridge

ALONG = (0, 1, Fraction(-1, 2), 1000, -1000, 10**6)
ACROSS = tuple(Fraction(s) for t in ("1/1000000", "1/3", "1", "1000") for s in (t, f"-{t}"))


@exercise(
    "03.ridge",
    "A closed set that is a line",
    hints=(
        "On one side of the line one neuron should pull f down, on the other side the other one.",
        "Write the line as ⟨n, x⟩ = c. What are relu(⟨n, x⟩ − c) and relu(c − ⟨n, x⟩) on it, and "
        "off it?",
        "{f ≥ 0} may contain no point where f > 0: {f > 0} is open.",
    ),
)
def ridge(answer: Answer, draw: Instances) -> Iterator[Line]:
    """{f ≥ 0} is the line through p and q, on a rational sample (theory: trap 2 of the bound)."""
    rng = draw.rng
    for p, q in (_draw_pair(rng), _draw_pair(rng)):
        net = _small_network(answer([int(e) for e in p], [int(e) for e in q]), 2)
        yield expect(
            net.depth == 1 and net.widths[0] <= 2,
            "The network has one hidden layer of at most two neurons.",
            but=f"Yours has hidden widths {net.widths}.",
            hint="Two neurons are enough: one for each side of the line.",
        )
        yield from _on_ridge(freeze(net).evaluate, p, q)


def _draw_pair(rng: np.random.Generator) -> tuple[Vector, Vector]:
    """Two points on a line that misses the origin and is parallel to no axis or diagonal."""
    while True:
        drawn = [tuple(map(Fraction, xs)) for xs in rng.integers(-4, 5, (2, 2)).tolist()]
        (a, b), (c, d) = drawn
        if a * d != b * c and abs(a - c) != abs(b - d) and a != c and b != d:
            return drawn[0], drawn[1]


def _on_ridge(f: Callable[[Any], Fraction], p: Vector, q: Vector) -> Iterator[Line]:
    step = (q[0] - p[0], q[1] - p[1])
    normal = (-step[1], step[0])
    line = f"For the line through {_said(p)} and {_said(q)}"
    on = [_moved(p, t, step) for t in ALONG]
    x = next((x for x in on if f(x) != 0), p)
    yield expect(
        f(x) == 0,
        "f = 0 on the line.",
        but=f"{line}: {_said(x)} lies on it, and there f = {_number(f(x))}.",
        hint=_ridge_hint(f, p, q, normal, f(x)),
    )
    off = (_moved(x, s, normal) for s, x in itertools.product(ACROSS, on))
    x = next((x for x in off if f(x) >= 0), _moved(p, 1, normal))
    yield expect(
        f(x) < 0,
        "f < 0 off the line.",
        but=f"{line}: {_said(x)} doesn't lie on it, and there f = {_number(f(x))}.",
        hint="f must be negative on both sides: two neurons, one guard for each side, and each "
        "one pulls down.",
    )


def _ridge_hint(
    f: Callable[[Any], Fraction], p: Vector, q: Vector, normal: Vector, value: Fraction
) -> str:
    if value != 0 and abs(value) < Fraction(1, 10**9):
        return "You are off by a rounding error. With whole-number weights nothing is rounded."
    if value > 0:
        return (
            "Where f > 0 it is positive on a whole neighbourhood: you draw a strip, of infinite "
            "measure. The line must be where f is exactly zero."
        )
    if f(_minus(p)) == f(_minus(q)) == 0:
        return "You drew the line through −p and −q: look at the sign of your offset."
    if f(_moved(p, 1, normal)) == 0:
        return "Your line goes through p at a right angle: you took q − p as the normal."
    return "Put p, then q, into the pre-activations of your two neurons: all should be zero."


# 03.tentacle


@exercise(
    "03.tentacle",
    "Negative at all samples, and yet unbounded",
    hints=(
        "Between two neighbouring samples there is a gap. What is the simplest positive set of a "
        "width-2 network that fits through a gap?",
        "f = 1 − k·relu(⟨n, x⟩) − k·relu(−⟨n, x⟩) is positive on a strip about the line "
        "⟨n, x⟩ = 0. Where do its two ends go? How thick may it be?",
        "Choose a line through 0 that misses all samples; let m be the least |⟨n, x⟩| of a sample, "
        "and compare k·m with 1.",
    ),
)
def tentacle(answer: Answer, draw: Instances) -> Iterator[Line]:
    """f(0) > 0, f < 0 at all samples, width 2: by Proposition 2.1 unbounded (sampled evidence)."""
    rng = draw.rng
    for samples in _draw_samples(rng):
        n = len(samples)
        net = _small_network(answer(samples), 2)
        yield expect(
            max(net.widths, default=0) <= 2,
            "All hidden layers have width at most 2.",
            but=f"Yours have widths {net.widths}.",
            hint="The claim that you refute is about width 2; wider networks can be bounded.",
        )
        f = freeze(net).evaluate
        yield expect(
            f((0, 0)) > 0,
            "f is positive at the origin.",
            but=f"f(0, 0) = {_number(f((0, 0)))}.",
            hint="The colleague also saw a positive point inside the circle. What is missing is "
            "a constant.",
        )
        values = [f(x) for x in samples.tolist()]
        seen = [k for k, value in enumerate(values) if value >= 0]
        yield expect(
            not seen,
            f"f is negative at all {n} samples; by Proposition 2.1 its positive set is unbounded.",
            but=_caught(samples, values, seen),
            hint=_tentacle_hint(f, samples, seen),
        )


def _draw_samples(rng: np.random.Generator) -> list[np.ndarray]:
    """Circles: regular and even, regular and odd, and irregular."""
    even, odd, many = 2 * rng.integers(4, 9), 2 * rng.integers(4, 9) + 1, rng.integers(60, 120)
    angles = [
        2 * np.pi * np.arange(even) / even,
        2 * np.pi * (np.arange(odd) / odd + rng.random() / odd),
        np.sort(2 * np.pi * (np.arange(many) + rng.uniform(-0.3, 0.3, many)) / many),
    ]
    radii = rng.integers(2, 12, len(angles))
    return [
        radius * np.stack([np.cos(a), np.sin(a)], axis=1).round(6)
        for radius, a in zip(radii, angles, strict=True)
    ]


def _caught(samples: np.ndarray, values: Sequence[Fraction], seen: Sequence[int]) -> str:
    if not seen:
        return ""
    f, x = _number(values[seen[0]]), _listed(samples[seen[0]])
    return f"f = {f} at the sample {x}. It isn't negative at {len(seen)} of {len(samples)} samples."


def _tentacle_hint(f: Callable[[Any], Fraction], samples: np.ndarray, seen: Sequence[int]) -> str:
    if len(seen) == len(samples):
        return "Your f is negative nowhere on the circle: which neuron pulls it down?"
    ends = [f((-samples[k]).tolist()) > 0 for k in seen]
    if not all(ends) and 3 * len(seen) > len(samples):
        return (
            "A whole side of the circle is positive. A neuron guards one side of its line; who "
            "guards the other one?"
        )
    if all(ends) and len(seen) <= 2 and len(samples) % 2:
        return (
            "A strip through the origin has two ends. One goes through a gap; look where the "
            "other one meets the circle."
        )
    return (
        "Your tentacle is hit by a sample. Turn it into a gap, and make it so thin that it fits: "
        "where is the nearest sample, measured across the strip?"
    )


# 03.fence


@exercise(
    "03.fence",
    "d + 1 neurons guard every side",
    hints=(
        "In the plane the lesson uses relu(x1), relu(x2) and relu(−x1 − x2). What do their three "
        "directions have in common?",
        "Whatever direction you walk in, at least one neuron has to rise. d + 1 vectors that add "
        "up to zero (and span R^d) do that.",
        "Write x − centre instead of x: what becomes of the bias of each neuron?",
    ),
)
def fence(answer: Answer, draw: Instances) -> Iterator[Line]:
    """A certified bounded positive set around a point, at width d + 1 (lesson 03, section 7)."""
    rng = draw.rng
    for d in (2, 3, 1):
        centre = _draw_centre(rng, d)
        net = _small_network(answer(list(centre)), d)
        yield expect(
            max(net.widths, default=0) <= d + 1,
            f"On R^{d} no hidden layer is wider than {d + 1}.",
            but=f"On R^{d} yours has widths {net.widths}.",
            hint="Two guards for each coordinate are more than needed. One neuron can look back "
            "along all the coordinates at once.",
        )
        value = freeze(net).evaluate(centre)
        mirrored = freeze(net).evaluate([-e for e in centre])
        yield expect(
            value > 0,
            "f is positive at the centre.",
            but=f"At the centre {_said(centre)} you have f = {_number(value)}.",
            hint="Your network is positive at minus the centre: the sign of the shift."
            if mirrored > 0
            else "What are your neurons at the centre? All of them should be at most zero there, "
            "and the constant positive.",
        )
        yield from _on_fence(net)


def _draw_centre(rng: np.random.Generator, d: int) -> list[int]:
    while True:
        centre = [int(e) for e in rng.integers(2, 8, d) * rng.choice([-1, 1], d)]
        if sum(centre):
            return centre


def _first_matrix(net: FullyConnected) -> Matrix:
    return tuple(tuple(map(Fraction, row)) for row in net.weights[0].tolist())


def _on_fence(net: FullyConnected) -> Iterator[Line]:
    proof = certify_bounded(net, looks=LOOKS)
    if proof.claim == "undecided":
        raise NotYet(
            "The positive set can be proved to be bounded.",
            "The search for a proof was stopped: your network bends in too many places.",
            "One hidden layer is enough.",
        )
    v = proof.direction
    guarded = any(dot(row, v) > 0 for row in _first_matrix(net)) if v else True
    yield expect(
        proof.claim == "bounded" and verify(net, proof),
        f"The positive set is bounded on R^{net.dim}: certified.",
        but=f"From {_said(proof.point)} along {_said(v)} f stays positive for ever." if v else "",
        hint="That direction raises some neuron, and still f doesn't fall. With which sign does "
        "the last layer read the neurons?"
        if guarded
        else "No neuron rises along that direction: nobody guards this side.",
    )


# 03.triangle


@exercise(
    "03.triangle",
    "Exactly this triangle, with width 3",
    hints=(
        "A point lies in the open triangle exactly if all three edge functions are positive there: "
        "if their minimum is.",
        "min(a, b) = a − relu(a − b). What does ReLU do to a number that is already ≥ 0?",
        "After the first layer everything is ≥ 0, so a neuron can carry a number along unchanged: "
        "the third edge function waits while the first two are compared.",
    ),
)
def triangle(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """{f > 0} is the given triangle up to area zero, by areas in fractions."""
    rng = draw.rng
    small = True
    for turn in (1, -1):
        corners = _draw_triangle(rng, turn)
        net = _small_network(answer([[int(e) for e in c] for c in corners]), 2)
        yield expect(
            max(net.widths, default=0) <= 3,
            "No hidden layer is wider than 3.",
            but=f"Yours has widths {net.widths}.",
            hint="Three numbers are all there is to carry: one for each edge.",
        )
        yield from _on_triangle(net, corners, turn)
        small = small and net.num_parameters <= 20
    if small:
        yield Bonus(1, "Golf: at most 20 parameters.")


def _draw_triangle(rng: np.random.Generator, turn: int) -> list[Vector]:
    """Whole-number corners with at least area 3, anticlockwise for turn = 1."""
    while True:
        corners = [tuple(map(Fraction, c)) for c in rng.integers(-4, 5, (3, 2)).tolist()]
        if turn * polygon_area(corners) >= 3:
            return corners


def _on_triangle(net: FullyConnected, corners: list[Vector], turn: int) -> Iterator[Line]:
    said = f"For the corners {', '.join(map(_said, corners))}"
    f = freeze(net)
    middle = tuple(sum(xs) / 3 for xs in zip(*corners, strict=True))
    empty = is_empty(net)
    yield expect(
        f.evaluate(middle) > 0,
        f"f is positive at the triangle's centre of mass ({'anti' * (turn > 0)}clockwise corners).",
        but=f"{said} f = {_number(f.evaluate(middle))} at {_said(middle)}"
        + (", and f > 0 nowhere." if empty else "."),
        hint=_centre_hint(empty, turn),
    )
    proof = certify_bounded(net, looks=LOOKS)
    along = f"From {_said(proof.point)} along {_said(proof.direction)} f stays positive for ever."
    yield expect(
        proof.claim == "bounded",
        "The positive set is bounded.",
        but=f"{said}: {along}" if proof.direction else "No proof was found within the limit.",
        hint="One of the three edges isn't guarded." if proof.direction else "Simplify.",
    )
    around = 2 * max(proof.radius, Fraction(10))
    area = abs(polygon_area(corners))
    inside = area_inside(f, corners if turn > 0 else corners[::-1], True)
    total = positive_area(net, [(-around, around)] * 2, exact=True)
    rounded = max(abs(area - inside), abs(total - inside)) < Fraction(1, 10**6)
    yield expect(
        inside == area,
        "f is positive on the whole open triangle, up to area zero.",
        but=f"{said}: on {_number(area - inside)} of its area {area} f isn't positive.",
        hint=ROUNDED if rounded else _shape_hint(net),
    )
    yield expect(
        total == area,
        "f is positive nowhere else, up to area zero.",
        but=f"{said}: {_number(total - inside)} of your positive area lies outside the triangle.",
        hint=ROUNDED if rounded else _shape_hint(net),
    )


ROUNDED = (
    "You are off by a rounding error: don't normalise the edge functions. With whole-number "
    "corners they have whole-number weights."
)


def _centre_hint(empty: bool, turn: int) -> str:
    if turn < 0:
        return "These corners run clockwise. On which side of its edges are your functions > 0?"
    if empty:
        return (
            "Perhaps your {f ≥ 0} is the triangle: but {f > 0} is empty. f has to rise above zero "
            "inside."
        )
    return "On which side of its edges are your edge functions positive? Try a point inside."


def _shape_hint(net: FullyConnected) -> str:
    if net.depth == 1:
        return (
            "One layer of three neurons bends f along three whole lines, each of which cuts the "
            "outline twice: a hexagon. A second layer can compare."
        )
    return "All three edge functions must be positive at once, and nothing else."


# 03.carry


def _relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


CARRIED_WRONG: Mapping[str, tuple[Callable[..., np.ndarray], str]] = {
    "no shift": (
        lambda x, low, high: _relu(x),
        "ReLU cuts negative coordinates off. Lift the box before, so that it has none.",
    ),
    "not undone": (
        lambda x, low, high: _relu(x - low),
        "You shift the box before the ReLU. What has to be done afterwards?",
    ),
    "wrong sign": (
        lambda x, low, high: _relu(x + low) - low,
        "The sign of the shift: after it the lowest corner should be at 0. Put x = low in.",
    ),
    "undone twice": (
        lambda x, low, high: _relu(x - low) - low,
        "The sign of the second shift: it has to undo the first one.",
    ),
    "the other corner": (
        lambda x, low, high: _relu(x - high) + high,
        "You lift by the wrong corner: after the shift x = low must not be negative.",
    ),
}


@exercise(
    "03.carry",
    "The identity on a box, through d neurons",
    hints=(
        "ReLU doesn't touch a number that is ≥ 0.",
        "Shift the whole box into the region where all coordinates are ≥ 0; shift back afterwards.",
        "Check the lowest corner: with x = low, what is W1 x + b1?",
    ),
)
def carry(answer: Answer, draw: Instances) -> Iterator[Line]:
    """W2 relu(W1 x + b1) + b2 = x on the box with d neurons (theory: the shift, trap 3)."""
    rng = draw.rng
    for d in (2, 3, 1):
        low = rng.integers(-6, 0, d)
        low[-1] = -low[-1] if d == 3 else low[-1]  # one coordinate of the box may be positive
        high = low + rng.integers(1, 9, d)
        parts = _parts(answer(low.tolist(), high.tolist()), 4, "(W1, b1, W2, b2)")
        rows = _length(parts[0])
        yield expect(
            rows <= d,
            f"On R^{d} the layer has {d} neuron{'s' * (d > 1)}.",
            but=f"Your W1 has {rows} rows.",
            hint="A pair relu(t) − relu(−t) works everywhere, but costs two neurons a coordinate. "
            "On a box you know how low t can get.",
        )
        shapes = ((d, d), (d,), (d, d), (d,))
        names = ("W1", "b1", "W2", "b2")
        W1, b1, W2, b2 = (
            read.array(part, shape, name)
            for part, shape, name in zip(parts, shapes, names, strict=True)
        )
        inside = low + rng.random((4, d)).round(1) * (high - low)
        points = [low, high, *inside]
        with np.errstate(all="ignore"):
            images = [W2 @ _relu(W1 @ x + b1) + b2 for x in points]
        pairs = zip(points, images, strict=True)
        x, y = next((pair for pair in pairs if not read.close(*pair, 1e-9)), (low, low))
        yield expect(
            read.close(x, y, 1e-9),
            f"On the box in R^{d} every point comes out as it went in.",
            but=f"In the box from {_listed(low)} to {_listed(high)} the point {_listed(x)} "
            f"comes out as {_listed(y)}.",
            hint=_carry_hint(points, images, low, high),
        )


def _length(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return len(value) if value.ndim else 0
    return len(value) if isinstance(value, list | tuple) else 0


def _listed(x: np.ndarray) -> str:
    return f"({', '.join(f'{e:.6g}' for e in x)})".replace("-", "−")


def _carry_hint(
    points: Sequence[np.ndarray], images: Sequence[np.ndarray], low: np.ndarray, high: np.ndarray
) -> str:
    for formula, hint in CARRIED_WRONG.values():
        expected = [formula(x, low, high) for x in points]
        if read.close(images, expected, 1e-9):
            return hint
    return "Follow this point: W1 x + b1, then ReLU, then W2 and b2. Where does it get lost?"


# 03.collide


@exercise(
    "03.collide",
    "Two points that d neurons can't tell apart",
    hints=(
        "ReLU forgets how far below zero a number is.",
        "Look for two points at which all the pre-activations are ≤ 0.",
        "If W is invertible, W x + b can be any vector you like: choose two with negative entries "
        "and solve. If it isn't, use the kernel.",
    ),
)
def collide(answer: Answer, draw: Instances) -> Iterator[Line]:
    """relu(W x + b) = relu(W y + b) for two different points, in fractions."""
    rng = draw.rng
    for d, singular in ((2, False), (3, False), (2, True)):
        W = _invertible(rng, d)
        if singular:
            W = (W[0], tuple(-2 * e for e in W[0]))
        b = tuple(Fraction(int(e)) for e in rng.integers(3, 8, d))
        value = answer(_plain(W), [int(e) for e in b])
        x, y = (_entries(part, d, "each point") for part in _parts(value, 2, "(x, y)"))
        said = f"For W = {_matrices([W])} and b = {_said(b)} you return {_said(x)} and {_said(y)}"
        yield expect(
            x != y,
            "The two points are different.",
            but=f"{said}.",
            hint="Every layer maps a point to what it maps it to. Change something that ReLU "
            "forgets.",
        )
        at_x, at_y = ([p + q for p, q in zip(matvec(W, e), b, strict=True)] for e in (x, y))
        kind = "singular" if singular else "invertible"
        yield expect(
            all(max(p, 0) == max(q, 0) for p, q in zip(at_x, at_y, strict=True)),
            f"The layer gives the same for both (W {kind}, {d} × {d}).",
            but=f"{said}: the pre-activations are {_said(at_x)} and {_said(at_y)}.",
            hint=_collide_hint(W, x, y, at_x, at_y),
        )


def _collide_hint(
    W: Matrix, x: Vector, y: Vector, at_x: Sequence[Fraction], at_y: Sequence[Fraction]
) -> str:
    if kernel_vector(W) is not None:
        return "W is singular: there are two points that even W itself can't tell apart."
    if min(*at_x, *at_y) >= 0:
        bare = zip(matvec(W, x), matvec(W, y), strict=True)
        if all(max(p, 0) == max(q, 0) for p, q in bare):
            return "Without the bias they would collide. The neurons see W x + b."
        return "All your neurons are on, and there the layer is an invertible matrix."
    if max(*at_x, *at_y) > 0:
        return "A neuron that is on at one of the points tells them apart. Switch all of them off."
    return "Compare relu of the two vectors, entry by entry."


# 03.verdict

Claim = dict[str, Any]
Known = Callable[[Claim, str, str], bool | None]
VERDICTS = ("true", "false", "incomplete")


def _settings(claim: Claim) -> list[tuple[str, str]]:
    """The pairs (norm, domain) that a claim may mean."""
    norms = [claim["norm"]] if claim["norm"] else get_args(Norm)
    domains = [claim["domain"]] if claim["domain"] else get_args(Domain)
    return list(itertools.product(norms, domains))


def _suffices(claim: Claim, norm: Any, domain: Any) -> bool | None:
    known = minimum_width(claim["inputs"], claim["outputs"], norm=norm, domain=domain)
    return known.suffices(claim["width"])


def _over_all(known: Known) -> Callable[[Claim], str]:
    """The verdict, given what is known about each setting."""

    def verdict_of(claim: Claim) -> str:
        found = [bool(known(claim, *setting)) for setting in _settings(claim)]
        return "true" if all(found) else "incomplete" if any(found) else "false"

    return verdict_of


def _exactly(claim: Claim, norm: Any, domain: Any) -> bool:
    known = minimum_width(claim["inputs"], claim["outputs"], norm=norm, domain=domain)
    return claim["width"] == known.upper


def _without_two(claim: Claim, norm: str, domain: str) -> bool | None:
    if (norm, domain) == ("L^p", "compact box"):
        return bool(claim["width"] >= max(claim["inputs"], claim["outputs"]))
    return _suffices(claim, norm, domain)


def _guessed(claim: Claim) -> str:
    """Fill what is missing with the most generous setting."""
    filled = claim | {
        "norm": claim["norm"] or "L^p",
        "domain": claim["domain"] or "compact box",
    }
    return right_verdict(filled)


def _all_or_false(claim: Claim) -> str:
    found = [_suffices(claim, *setting) for setting in _settings(claim)]
    return "true" if all(found) else "false"


right_verdict = _over_all(_suffices)

VERDICT_WRONG: Mapping[str, tuple[Callable[[Claim], str], str]] = {
    "the old story": (
        lambda claim: "true" if claim["width"] > claim["inputs"] else "false",
        "“d fails, d + 1 suffices” is a story about some norms and domains. What happens on "
        "average over a box?",
    ),
    "gap means incomplete": (
        lambda claim: "incomplete" if None in claim.values() else right_verdict(claim),
        "A claim with a gap may still be true however the gap is filled, or false however it is.",
    ),
    "exactly this width": (
        _over_all(_exactly),
        "A wider network can do all that a narrower one can.",
    ),
    "one output": (
        lambda claim: right_verdict(claim | {"outputs": 1}),
        "Several outputs have to pass through the last hidden layer, too.",
    ),
    "the box forgets 2": (
        _over_all(_without_two),
        "Width 1 in dimension 1 only gives monotone functions. Look at the third number in the "
        "maximum.",
    ),
    "generous": (
        _guessed,
        "You fill a gap with the reading that suits the claim. Try the other readings.",
    ),
    "all readings or false": (
        _all_or_false,
        "If some readings are true and others false, the claim isn't false: something is missing.",
    ),
    "box as space": (
        _over_all(lambda c, norm, _: _suffices(c, norm, "whole space")),
        "On a compact box nobody looks outside: on average a narrower network may do.",
    ),
    "sup as average": (
        _over_all(lambda c, _, domain: _suffices(c, "L^p", domain)),
        "An error at the worst point is harder to make small than one on average.",
    ),
}


@exercise(
    "03.verdict",
    "Class, norm, domain: is the claim true, false or incomplete?",
    hints=(
        "List the pairs (norm, domain) that the claim may mean, and decide each by the table.",
        "All of them true: true. None: false. Otherwise a word is missing: incomplete.",
        "course_lib.minimum_width.minimum_width(d, m, norm=…, domain=…).suffices(width) knows the "
        "table.",
    ),
)
def verdict(answer: Answer, draw: Instances) -> Iterator[Line]:
    """True for all readings, for none or for some, by the table of minimum widths (section 6)."""
    claims = _draw_claims(draw.rng)
    given = [read_verdict(answer(dict(claim))) for claim in claims]
    wrong = [k for k, claim in enumerate(claims) if given[k] != right_verdict(claim)]
    fits = (
        hint
        for formula, hint in VERDICT_WRONG.values()
        if wrong and given == [formula(claim) for claim in claims]
    )
    general = "Write down every (norm, domain) that this claim may mean, and look each up."
    yield expect(
        not wrong,
        f"All {len(claims)} claims are judged as the table says.",
        but=f"{_claimed(claims[wrong[0]])} You say: {given[wrong[0]]}. In all, {len(wrong)} of "
        f"{len(claims)} differ from the table."
        if wrong
        else "",
        hint=next(fits, general),
    )


def read_verdict(value: Any) -> str:
    """One of the three words."""
    return read.text(value if isinstance(value, str) else None, VERDICTS, "the verdict")


def _claimed(claim: Claim) -> str:
    outputs = f"{claim['outputs']} output{'s' * (claim['outputs'] > 1)}"
    inputs = f"{claim['inputs']} input{'s' * (claim['inputs'] > 1)}"
    norm = claim["norm"] or "not said"
    domain = claim["domain"] or "not said"
    return f"Width {claim['width']}, {inputs}, {outputs}, norm: {norm}, domain: {domain}."


def _draw_claims(rng: np.random.Generator) -> list[Claim]:
    """Twenty settled claims on which every named mistake shows."""
    while True:
        claims = [claim for claim in (_draw_claim(rng) for _ in range(60)) if claim][:20]
        right = [right_verdict(claim) for claim in claims]
        wrong = (formula for formula, _ in VERDICT_WRONG.values())
        if all([formula(claim) for claim in claims] != right for formula in wrong):
            return claims


def _draw_claim(rng: np.random.Generator) -> Claim | None:
    """One claim near the least widths, or None where the table leaves a reading open."""
    d, m = int(rng.integers(1, 5)), int(rng.choice([1, 1, 2, 5]))
    claim: Claim = {
        "width": max(1, max(d, m) + int(rng.integers(-1, 3))),
        "inputs": d,
        "outputs": m,
        "norm": (None, *get_args(Norm))[rng.integers(3)],
        "domain": (None, *get_args(Domain))[rng.integers(3)],
    }
    return None if None in [_suffices(claim, *s) for s in _settings(claim)] else claim
