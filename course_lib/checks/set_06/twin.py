"""Task 3b: the twin of width d + 1, equal on a box as a rational function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.arguments import counted
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, expect
from course_lib.checks.set_06.shared import (
    ZERO,
    Box,
    Checked,
    about,
    at,
    in_fractions,
    random_box,
    random_resnet,
)
from course_lib.constructions.embedding import lower_bounds
from course_lib.exact import (
    ExactFullyConnected,
    ExactOneNeuronResNet,
    Matrix,
    Vector,
    dot,
    freeze,
    identity,
    matmul,
    read_vector,
)
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import activation_regions

__all__ = ["resnet_twin"]


def _twin(
    net: ExactOneNeuronResNet,
    carry: Sequence[Vector],
    back: Sequence[Vector],
    *,
    neuron_follows: bool = True,
    sees_neuron: bool = True,
) -> ExactFullyConnected:
    """The twin that shifts by ``carry`` and subtracts ``back``; the rest are ways to get it wrong.

    Args:
        net: L blocks.
        carry: s_1, ..., s_L as they are added.
        back: s_1, ..., s_L as they are subtracted.
        neuron_follows: whether the neuron's bias takes part in the subtraction.
        sees_neuron: whether a block's neuron reads what the neuron before it wrote.
    """
    eye, d = identity(net.dim), net.dim
    state: Matrix = eye
    offset: Vector = (ZERO,) * d
    layers = []
    for k, (u, w, b) in enumerate(zip(net.u, net.w, net.b, strict=True)):
        work = matmul((w,), state)[0]
        if k and not sees_neuron:
            work = (*work[:d], ZERO)
        bias = [x + s for x, s in zip(offset, carry[k], strict=True)]
        bias.append(b + (dot(w, offset) if neuron_follows else ZERO))
        layers.append(((*state, work), tuple(bias)))
        state = tuple((*row, step) for row, step in zip(eye, u, strict=True))
        offset = tuple(-s for s in back[k])
    layers.append((matmul((net.a,), state), (dot(net.a, offset) + net.c,)))
    return ExactFullyConnected(tuple(layers))


def _wrong_twins(
    net: ExactOneNeuronResNet, s: Sequence[Vector]
) -> list[tuple[ExactFullyConnected, str]]:
    none = [(ZERO,) * net.dim] * net.depth
    minus = [tuple(-x for x in row) for row in s]
    ahead = [*s[1:], s[-1]]
    return [
        (_twin(net, none, none), "With shift 0 the ReLU cuts off every negative coordinate."),
        (_twin(net, minus, minus), "Is x - s non-negative, or x + s?"),
        (
            _twin(net, s, none),
            "The shift must be undone: x = h - s. Where does each layer, and the "
            "readout, subtract it?",
        ),
        (_twin(net, s, [*s[:-1], none[0]]), "The readout sees the shifted state too."),
        (_twin(replace(net, c=ZERO), s, s), "The readout has an offset of its own: where is c?"),
        (_twin(net, s, minus), "Adding the shift twice doesn't undo it: x = h - s."),
        (_twin(net, s, ahead), "What layer k + 1 subtracts is the shift that layer k has added."),
        (
            _twin(net, s, s, neuron_follows=False),
            "The neuron reads w·x + b of the state, not of "
            "the shifted state: its bias changes as well.",
        ),
        (
            _twin(net, s, s, sees_neuron=False),
            "The state that a neuron reads contains what the "
            "block before has written: one entry w_(k+1)·u_k is missing.",
        ),
    ]


def _gap(first: ExactFullyConnected, second: ExactFullyConnected) -> ExactFullyConnected:
    """The difference of two networks of the same positive depth, as one network."""
    pairs = list(zip(first.layers, second.layers, strict=True))
    (W, b), (V, c) = pairs[0]
    layers: list[tuple[Matrix, Vector]] = [((*W, *V), (*b, *c))]
    for (W, b), (V, c) in pairs[1:-1]:
        above = tuple((*row, *(ZERO,) * len(V[0])) for row in W)
        below = tuple((*(ZERO,) * len(W[0]), *row) for row in V)
        layers.append(((*above, *below), (*b, *c)))
    (W, b), (V, c) = pairs[-1]
    layers.append((((*W[0], *(-entry for entry in V[0])),), (b[0] - c[0],)))
    return ExactFullyConnected(tuple(layers))


def _farthest(gap: ExactFullyConnected, box: Box) -> Vector | None:
    """Where in the box a difference is largest, or a point where it isn't 0; None if it is 0."""
    worst, place = ZERO, None
    for piece in activation_regions(gap, box, exact=True):
        spots = (*piece.vertices, piece.interior_point)
        for spot in spots if any(piece.gradient) or piece.offset else ():
            if abs(piece.value(spot)) > worst:
                worst, place = abs(piece.value(spot)), spot
    return place


def _inside(box: Box) -> list[Vector]:
    """A few points of a box, corners among them."""
    shares = [Fraction(k, 7) for k in range(8)]
    points = []
    for start in range(8):
        chosen = [shares[(start + 3 * i) % 8] for i in range(len(box))]
        ends = [read_vector(side) for side in box]
        points.append(tuple(x + t * (y - x) for t, (x, y) in zip(chosen, ends, strict=True)))
    return points


def _same(first: Any, second: Any, points: Sequence[Vector]) -> bool:
    return all(abs(first.evaluate(x) - second.evaluate(x)) < Fraction(1, 10**9) for x in points)


def _safe(net: OneNeuronResNet, box: Box) -> np.ndarray:
    """Whole shifts that are safe by intervals, shape (L, d)."""
    return np.maximum(np.ceil(-lower_bounds(net, box, "interval")[:-1]), 0)


def _telling(
    rng: np.random.Generator, dim: int, depth: int
) -> tuple[OneNeuronResNet, Box, np.ndarray]:
    """A ResNet, a box and safe shifts, that tell the usual mistakes apart."""
    while True:
        net, box = random_resnet(rng, dim, depth), random_box(rng, dim)
        exact, shifts = in_fractions(net), _safe(net, box)
        points = _inside(box)[::2]
        wrong = [twin for twin, _ in _wrong_twins(exact, [read_vector(row) for row in shifts])]
        values = {tuple(map(twin.evaluate, points)) for twin in wrong}
        if len(values | {tuple(map(exact.evaluate, points))}) == 1 + len(wrong):
            return net, box, shifts


WHERE = {1: "On the line", 2: "In the plane", 3: "In space"}


@exercise(
    "06.resnet_twin",
    "A whole ResNet as a network of width d + 1",
    hints=(
        "One layer computes h = relu(x + s; w·x + b). Write x_1 as (a matrix) h plus (a vector).",
        "That matrix is [I | u] and the vector is -s. The next layer reads x_1 only through them.",
        "Keep `read` and `offset` with x = read @ h + offset. A layer's rows are I and w, times "
        "read; its bias is (s, b) plus the same rows times offset.",
    ),
)
def resnet_twin(answer: Answer, draw: Instances) -> Checked:
    """The twin of width d + 1, equal on a box as a rational function; lesson 06, appendix."""
    rng = draw.rng
    for dim, depth in ((1, 2), (2, 3), (3, 2)):
        net, box, shifts = _telling(rng, dim, depth)
        found = read.network(answer(net, shifts), dim, FullyConnected)
        yield expect(
            found.depth == depth and max(found.widths) <= dim + 1,
            f"{WHERE[dim]} each block becomes one hidden layer of at most d + 1 neurons.",
            but=f"{counted(depth, 'block')}, d = {dim}: yours has "
            f"{counted(found.depth, 'hidden layer')}; the widest has "
            f"{counted(max(found.widths, default=0), 'neuron')}.",
            hint="Each block becomes one layer: d neurons carry the state, one does the work.",
        )
        yield _equal_on(box, found, in_fractions(net), [read_vector(row) for row in shifts])


def _equal_on(
    box: Box, found: FullyConnected, net: ExactOneNeuronResNet, shifts: Sequence[Vector]
) -> Line:
    frozen = freeze(found)
    assert isinstance(frozen, ExactFullyConnected)
    place = _farthest(_gap(frozen, _twin(net, shifts, shifts)), box)
    says = f"{WHERE[net.dim]} both are the same function on all of the box, as fractions."
    if place is None:
        return expect(True, says)
    off = frozen.evaluate(place) - net.evaluate(place)
    if abs(off) < Fraction(1, 10**9):
        hint = "Equal up to rounding only. With the whole shifts that you are given nothing rounds."
    else:
        points = _inside(box)
        wrong = _wrong_twins(net, shifts)
        default = "Do one point by hand through the first layer: is x_1 what you read off h?"
        hint = next((hint for twin, hint in wrong if _same(frozen, twin, points)), default)
    return expect(
        False,
        says,
        but=f"At x = {at(place)}, in {_sides(box)}, your network's value is off by {about(off)}.",
        hint=hint,
    )


def _sides(box: Box) -> str:
    return " × ".join(f"[{low:g}, {high:g}]" for low, high in box)
