"""03.tube: the proof of Proposition 2.1, done by hand: a certified way out near a given point."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.certificates import Certificate, describe, verify
from course_lib.certificates.records import read_network
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, expect
from course_lib.checks.set_03.shared import (
    entries,
    invertible,
    minus,
    moved,
    parallel,
    parts,
    preimage,
    product,
    said,
    said_matrices,
    said_number,
    unit,
)
from course_lib.errors import CourseError
from course_lib.exact import (
    ExactFullyConnected,
    Matrix,
    Vector,
    dot,
    identity,
    kernel_vector,
    matmul,
    matvec,
)
from course_lib.networks import FullyConnected

NEAR = Fraction(1, 10)  # how far from the given point a tube may start
NAMES = {
    "off": "a neuron is off",
    "zero": "a neuron is exactly at zero",
    "singular": "a singular layer",
    "on": "all neurons are on",
}
WAYS_OUT = (("off", 1, 1), ("off", 2, 2), ("zero", 1, 2), ("singular", 1, 2), ("on", 2, 1))


@dataclass(frozen=True)
class Leak:
    """A network of width 2, a point where it is positive, and where the way out lies.

    Args:
        kind: "off", "zero", "singular" or "on": what happens first at the point.
        layer: in which layer, counted from 1; the readout is the last one.
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
    def states(self) -> list[Vector]:
        """The pre-activations of each hidden layer at the point."""
        x, found = self.point, []
        for W, b in self.layers[:-1]:
            found.append(moved(matvec(W, x), 1, b))
            x = tuple(max(e, Fraction(0)) for e in found[-1])
        return found

    @property
    def directions(self) -> list[Vector]:
        """The directions that the proof of Proposition 2.1 offers here."""
        M = product([W for W, _ in self.layers[: self.layer]])
        if self.kind == "on":
            return [M[0]]  # the gradient: M ends with the readout
        if self.kind == "singular":
            kernel = kernel_vector(M)
            assert kernel is not None
            return [kernel, minus(kernel)]
        return [preimage(M, i) for i in self.neurons_off]

    @property
    def through_the_last_alone(self) -> list[Vector]:
        """What a pull-back through the last layer alone gives, where that is a mistake."""
        W, _ = self.layers[self.layer - 1]
        return [preimage(W, i) for i in self.neurons_off] if self.layer > 1 else []

    @property
    def neurons_off(self) -> list[int]:
        """Which neurons of the layer with the way out are off or at zero."""
        if self.kind not in ("off", "zero"):
            return []
        return [i for i, e in enumerate(self.states[self.layer - 1]) if e <= 0]

    @property
    def gradient(self) -> Vector:
        """The slope of f near the point."""
        slope = identity(2)
        for (W, _), z in zip(self.layers, self.states, strict=False):
            on = tuple(map(Fraction, (e > 0 for e in z)))
            slope = tuple(
                tuple(e * s for e in row) for row, s in zip(matmul(W, slope), on, strict=True)
            )
        return matmul(self.layers[-1][0], slope)[0]

    @property
    def naive_directions(self) -> list[Vector]:
        """The way in, the axes, uphill, and the pull-back through the last layer alone."""
        axes = [minus(unit(2, 0)), minus(unit(2, 1))]
        return [minus(self.directions[0]), *axes, self.gradient, *self.through_the_last_alone]

    @cached_property
    def description(self) -> tuple[dict[str, Any], str]:
        """The network as the judge reads it, and its digest."""
        net = describe(self.network)
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
        return not self.verdict(moved(self.point, step, v), v, Fraction(1, 2**16))


def _draw(rng: np.random.Generator, kind: str, layer: int, depth: int) -> Leak:
    """Draw until the way out is of this kind, in this layer, and no naive direction will do."""
    while True:
        leak = _drawn(rng, kind, layer, depth)
        naive = list(filter(any, leak.naive_directions)) if kind == "off" else []
        if any(parallel(*pair) for pair in itertools.combinations(naive + leak.directions, 2)):
            continue
        if any(map(leak.has_tube, leak.directions)) and not any(map(leak.has_tube, naive)):
            return leak


def _drawn(rng: np.random.Generator, kind: str, layer: int, depth: int) -> Leak:
    point = tuple(Fraction(int(e), 2) for e in rng.integers(-4, 5, 2))
    x, layers = point, []
    for k in range(1, depth + 1):
        W = invertible(rng, 2)
        z = [Fraction(int(e)) for e in rng.integers(1, 4, 2)]
        if k == layer and kind == "singular":
            factor = int(rng.choice([-2, -1, 2]))
            W = (W[0], tuple(factor * e for e in W[0]))
        if k == layer and kind in ("off", "zero"):
            z[int(rng.integers(2))] *= -1 if kind == "off" else 0
        layers.append((W, moved(tuple(z), -1, matvec(W, x))))
        x = tuple(max(e, Fraction(0)) for e in z)
    a = tuple(Fraction(int(e)) for e in rng.choice([-2, -1, 1, 2], 2))
    c = int(rng.integers(1, 4)) - dot(a, x)
    return Leak(kind, layer, (*layers, ((a,), (c,))), point)


@exercise(
    "03.tube",
    "A tube that never ends, with a certificate",
    hints=(
        "Go through the layers as the proof does: at the point, which layer is the first that is "
        "singular or has a neuron that isn't on?",
        "Then v solves M v = −e_i (or M v = 0; or, if all neurons are on, v is the gradient). M is "
        "the product of all the weights so far.",
        "If a neuron is exactly at zero, take a small step along v first. For the radius start "
        "with 1 and halve it until the judge accepts, thirty times at most: if it still says no, "
        "the radius isn't the fault.",
    ),
)
def tube(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The exact judge accepts the tube, and it starts near the given point (Proposition 2.1)."""
    rng = draw.rng
    for kind, layer, depth in WAYS_OUT:
        leak = _draw(rng, kind, layer, depth)
        x, v, r = _read(answer(leak.network, list(leak.point)))
        fault, hint = _fault(leak, x, v, r)
        yield expect(
            not fault,
            f"The judge accepts your tube near the point ({NAMES[kind]}).",
            but=f"For the network {_told(leak)} and the point {said(leak.point)} you return "
            f"x = {said(x)}, v = {said(v)}, r = {said_number(r)}. {fault}",
            hint=hint,
        )


def _told(leak: Leak) -> str:
    pairs = ((said_matrices([W]), ", ".join(map(said_number, b))) for W, b in leak.layers)
    return " → ".join(f"(W = {W}, b = [{b}])" for W, b in pairs)


def _read(value: Any) -> tuple[Vector, Vector, Fraction]:
    if isinstance(value, Certificate):
        value = (value.point, value.direction, value.radius)
    x, v, r = parts(value, 3, "(point, direction, radius)")
    radius = read.fraction(r, "the radius")
    return entries(x, 2, "the point"), entries(v, 2, "the direction"), radius


def _fault(leak: Leak, x: Vector, v: Vector, r: Fraction) -> tuple[str, str]:
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
    because = f"{reason[0].upper()}{reason[1:]}."
    if any(not leak.verdict(x, v, r / 2**j) for j in range(1, 40)):
        return (
            because,
            "x and v are fine, but the tube is too thick. Inside it no neuron may change its sign: "
            "how far is the nearest zero line?",
        )
    return _witness(leak, x, v) or because, _hint(leak, v)


def _witness(leak: Leak, x: Vector, v: Vector) -> str:
    """A place on the ray where f isn't positive, if one is quickly found."""
    for t in (1, 8, 64, 4096):
        value = leak.exact.evaluate(moved(x, t, v))
        if value <= 0:
            return f"At t = {t} you are at {said(moved(x, t, v))}, where f = {said_number(value)}."
    return ""


def _hint(leak: Leak, v: Vector) -> str:
    """The thought for a direction, or for a start without room."""

    def along(directions: list[Vector]) -> bool:
        return any(parallel(v, other) for other in directions)

    if along(leak.directions):
        return (
            "Right direction, but there is no room at your start: a neuron is exactly at zero "
            "there. f > 0 is open, so a small step is allowed. In which direction?"
        )
    if leak.kind == "on":
        return "All neurons are on, so near the point f is affine. In which direction does it grow?"
    if leak.kind == "singular":
        return "A layer is singular here: which direction does it not notice at all?"
    if along([minus(right) for right in leak.directions]):
        return (
            "That is the way in: along your v the neuron rises, and soon it is on. It should fall."
        )
    if along([leak.gradient]):
        return (
            "You walk uphill. But the gradient is another one where a neuron has changed its sign: "
            "uphill here isn't uphill for ever."
        )
    if along([minus(unit(2, 0)), minus(unit(2, 1))]):
        return (
            "You move along an axis of the input. The neuron reads a combination of the inputs: "
            "pull −e_i back through the matrix."
        )
    if along(leak.through_the_last_alone):
        return (
            "The neuron that is off sits in a later layer. Pull −e_i back through all the layers "
            "before it, not through its own alone."
        )
    return (
        "Find the first layer that has a neuron off. Let that neuron fall, and keep the other "
        "neuron of its layer where it is."
    )
