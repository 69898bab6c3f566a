"""Task 5b: a clamp in front of the twin, and the certificate that it stopped leaking."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.certificates import Certificate, certify_bounded, verify
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, NotYet, expect
from course_lib.checks.set_06.shared import (
    ZERO,
    Box,
    Checked,
    about,
    at,
    halves,
    in_fractions,
    random_box,
)
from course_lib.constructions.embedding import lower_bounds
from course_lib.exact import ExactFullyConnected, Matrix, Vector, freeze, identity, matvec
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import activation_regions

__all__ = ["sealed_twin"]

LOOKS = 20_000  # of the search for a proof: far more than these networks need
WHERE = {1: "On the line", 2: "In the plane"}


def _sealed(
    twin: ExactFullyConnected,
    box: Sequence[Vector],
    *,
    first: int = 1,
    side: str = "side",
    read_off: tuple[str, int] = ("high", -1),
    compensated: bool = True,
    far: int = 1,
) -> ExactFullyConnected:
    """The twin behind a clamp; the arguments are the ways to get it wrong."""
    low, high = (tuple(far * end for end in ends) for ends in zip(*box, strict=True))
    eye = identity(len(box))
    ends = {
        "low": low,
        "high": high,
        "side": tuple(q - p for p, q in zip(low, high, strict=True)),
        "none": (ZERO,) * len(box),
    }
    from_end, sign = read_off
    (W, b), *others = twin.layers
    offset = matvec(W, ends[from_end]) if compensated else (ZERO,) * len(b)
    met = (_times(sign, W), tuple(p + q for p, q in zip(offset, b, strict=True)))
    start = [
        (_times(first, eye), tuple(-first * end for end in low)),
        (_times(1 if side == "none" else -1, eye), ends[side]),
    ]
    return ExactFullyConnected((*start, met, *others))


def _times(sign: int, W: Matrix) -> Matrix:
    return tuple(tuple(sign * entry for entry in row) for row in W)


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"side": "none", "read_off": ("low", 1)}, "Low ends hold, high ends don't: min comes second."),
    ({"read_off": ("high", 1)}, "z is what is missing to the high end: is x' = high + z?"),
    ({"read_off": ("low", 1)}, "low + z runs backwards: at the low end z = high - low."),
    (
        {"read_off": ("none", -1)},
        "x' = high - z, so the twin's first layer needs W high in its bias.",
    ),
    ({"read_off": ("none", 1), "compensated": False}, "The twin reads x' = high - z, not z."),
    ({"side": "high"}, "r counts from the low end, so its largest value is high - low, not high."),
    ({"first": -1}, "relu(low - x) is 0 inside the box. r should be x - low there."),
    ({"far": 2}, "Clamp to the box on which the twin is right. On a larger one it isn't."),
]


def _peaked(rng: np.random.Generator, dim: int) -> Iterator[tuple[OneNeuronResNet, Box]]:
    """ResNets of two blocks that seem larger somewhere in their box than on its boundary.

    Few are: so they are drawn a thousand at a time, as arrays.
    """
    many, depth = 1000, 2
    while True:
        box = random_box(rng, dim)
        u, w, b, a = (
            halves(rng, many, *rest) for rest in ((depth, dim), (depth, dim), (depth,), (dim,))
        )
        ticks = np.meshgrid(*[np.linspace(low, high, 9) for low, high in box], indexing="ij")
        start = np.stack(ticks, axis=-1)
        edge = np.ones(start.shape[:-1], bool)
        edge[(slice(1, -1),) * dim] = False
        x = np.broadcast_to(start.reshape(-1, dim), (many, edge.size, dim))
        for k in range(depth):
            z = np.maximum(x @ w[:, k, :, None] + b[:, k, None, None], 0)
            x = x + z * u[:, k, None, :]
        values = (x @ a[:, :, None])[..., 0]
        top, most = values.max(axis=1), values[:, edge.ravel()].max(axis=1)
        for i in np.flatnonzero(top > most):
            yield OneNeuronResNet.from_blocks(u[i], w[i], b[i], readout=(a[i], 0.0)), box


def _may_leak(net: OneNeuronResNet, box: Box, edge: float) -> bool:
    """Whether floats find its twin above the boundary's values far away."""
    far = np.stack(np.meshgrid(*[[-1e5, -1e4, 0.0, 1e4, 1e5]] * net.dim), axis=-1)
    return bool((_twin(net, box)(far) > edge + 1).any())


def _highest(net: OneNeuronResNet, box: Box) -> tuple[Fraction, Fraction]:
    """The largest values of the ResNet on the boundary of the box, and on the box."""
    exact = in_fractions(net)
    corners = {v for r in activation_regions(exact, box, exact=True) for v in r.vertices}
    values = {corner: exact.evaluate(corner) for corner in corners}
    sides = [(Fraction(low), Fraction(high)) for low, high in box]
    edge = [
        value
        for corner, value in values.items()
        if any(x in side for x, side in zip(corner, sides, strict=True))
    ]
    return max(edge), max(values.values())


@cache  # one in a thousand draws will do
def _instances(draw: Instances) -> list[tuple[FullyConnected, Box]]:
    rng = draw.rng
    return [_leaking(rng, dim) for dim in (1, 2)]


def _leaking(rng: np.random.Generator, dim: int) -> tuple[FullyConnected, Box]:
    """A twin that leaks, of a ResNet that is positive in the box and nowhere on its boundary.

    Redrawn until the usual mistakes give other functions than the right answer.
    """
    for net, box in _peaked(rng, dim):
        edge, top = _highest(net, box)
        lowered = math.ceil(4 * edge) / 4  # a float, and no less than the edge
        if top <= lowered or not _may_leak(net, box, lowered):
            continue
        net = replace(net, c=net.c - np.asarray(lowered, net.dtype))
        twin = _twin(net, box)
        if certify_bounded(twin, looks=LOOKS).claim != "unbounded":
            continue
        exact, sides = _frozen(twin), [tuple(map(Fraction, side)) for side in box]
        right = _values(_sealed(exact, sides), box)
        if all(_values(_sealed(exact, sides, **slip), box) != right for slip, _ in MISTAKES):
            return twin, box
    raise AssertionError("there is always one more")


def _twin(net: OneNeuronResNet, box: Box) -> FullyConnected:
    """The twin of section 1 with whole shifts: with halves nothing is rounded."""
    eye, read_off, offset, layers = np.eye(net.dim), np.eye(net.dim), np.zeros(net.dim), []
    shifts = np.maximum(np.ceil(-lower_bounds(net, box, "interval")[:-1]), 0)
    for u, w, b, shift in zip(net.u, net.w, net.b, shifts, strict=True):
        rows = np.vstack([eye, w])
        layers.append((rows @ read_off, rows @ offset + np.append(shift, b)))
        read_off, offset = np.hstack([eye, u[:, None]]), -shift
    layers.append((net.a @ read_off, net.a @ offset + net.c))
    return FullyConnected.from_layers(layers)


def _frozen(net: FullyConnected) -> ExactFullyConnected:
    frozen = freeze(net)
    assert isinstance(frozen, ExactFullyConnected)
    return frozen


def _points(box: Box) -> list[Vector]:
    """Points in the box, beside each of its sides, and far away."""
    shares = [Fraction(k, 4) for k in (0, 1, 3, 4, -1, 6, -4000, 4001)]
    points: list[Vector] = [()]
    for low, high in box:
        a, b = Fraction(low), Fraction(high)
        points = [(*point, a + t * (b - a)) for point in points for t in shares]
    return points


def _values(net: ExactFullyConnected, box: Box) -> list[Fraction]:
    return [net.evaluate(point) for point in _points(box)]


@exercise(
    "06.sealed_twin",
    "A clamp that stops the leak, certified",
    hints=(
        "Layer 1 computes r = relu(x - low), layer 2 z = relu((high - low) - r). What is high - z "
        "for x left of the box, in it, and right of it?",
        "The twin's first layer (W, b) shall read high - z in place of x. Write W (high - z) + b "
        "as a matrix times z plus a vector.",
        "Then `certify_bounded(your network)` gives the certificate. If it claims unbounded, look "
        "at its direction: which coordinate does your clamp not hold?",
    ),
)
def sealed_twin(answer: Answer, draw: Instances) -> Checked:
    """The twin behind a clamp, equal everywhere, and a certificate; lesson 06, section 3."""
    for twin, box in _instances(draw):
        dim = twin.dim
        value = answer(twin, [list(side) for side in box])
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise NotYet(
                "The result is a pair (network, certificate).",
                f"You returned {read.shown(value)}.",
            )
        found = read.network(value[0], dim, FullyConnected)
        yield _narrow(found, twin)
        yield _clamped(found, twin, box)
        yield _proved(found, value[1], twin)


def _narrow(found: FullyConnected, twin: FullyConnected) -> Line:
    wanted = (twin.dim, twin.dim, *twin.widths)
    fits = len(found.widths) == len(wanted) and all(
        n <= most for n, most in zip(found.widths, wanted, strict=False)
    )
    return expect(
        fits,
        f"{WHERE[twin.dim]} two layers of width d stand in front of the twin's.",
        but=f"The twin has hidden widths {twin.widths}, yours {found.widths}.",
        hint="The clamp is two hidden layers of d neurons. What the twin reads is affine in the "
        "second, so its own layers stay as many and as wide.",
    )


def _clamped(found: FullyConnected, twin: FullyConnected, box: Box) -> Line:
    sides = [tuple(map(Fraction, side)) for side in box]
    frozen, exact = _frozen(found), _frozen(twin)
    right = _sealed(exact, sides)
    says = f"{WHERE[twin.dim]} it is the twin at the clamped point, for every x, as fractions."
    place = _difference(frozen, right, box)
    if place is None:
        return expect(True, says)
    values = _values(frozen, box)
    slips = (
        hint for slip, hint in MISTAKES if _values(_sealed(exact, sides, **slip), box) == values
    )
    off = frozen.evaluate(place) - right.evaluate(place)
    close = abs(off) < Fraction(1, 10**9)
    held = tuple(
        min(high, max(low, entry)) for entry, (low, high) in zip(place, sides, strict=True)
    )
    return expect(
        False,
        says,
        but=f"At x = {at(place)} the clamped point is {at(held)}, and your network's value is off "
        f"by {about(off)}.",
        hint="Equal up to rounding only. With the numbers that you are given nothing rounds."
        if close
        else next(slips, "Follow one x left of the box by hand: what are r, z and high - z?"),
    )


def _difference(found: ExactFullyConnected, right: ExactFullyConnected, box: Box) -> Vector | None:
    """A point at which two networks of one depth differ; None if there is none in R^d."""
    if found == right:  # weight by weight, as most are
        return None
    tried = next((p for p in _points(box) if found.evaluate(p) != right.evaluate(p)), None)
    if tried is not None:
        return tried
    gap = _minus(found, right)
    if found.dim == 1:  # unbounded pieces are worked out in the plane
        (W, b), *others = gap.layers
        gap = ExactFullyConnected(((tuple((*row, ZERO) for row in W), b), *others))
    for piece in activation_regions(gap, None, exact=True):
        if any(piece.gradient) or piece.offset:
            return piece.interior_point[: found.dim]
    return None


def _minus(first: ExactFullyConnected, second: ExactFullyConnected) -> ExactFullyConnected:
    """The difference of two networks of one depth, side by side in one network."""
    (W, b), *inner = first.layers
    (V, c), *others = second.layers
    layers: list[tuple[Matrix, Vector]] = [((*W, *V), (*b, *c))]
    for (W, b), (V, c) in zip(inner[:-1], others[:-1], strict=True):
        above = tuple((*row, *(ZERO,) * len(V[0])) for row in W)
        below = tuple((*(ZERO,) * len(W[0]), *row) for row in V)
        layers.append(((*above, *below), (*b, *c)))
    (W, b), (V, c) = inner[-1], others[-1]
    layers.append((((*W[0], *(-entry for entry in V[0])),), (b[0] - c[0],)))
    return ExactFullyConnected(tuple(layers))


def _proved(found: FullyConnected, proof: Any, twin: FullyConnected) -> Line:
    says = f"{WHERE[twin.dim]} the judge accepts that its positive set is bounded."
    if not isinstance(proof, Certificate):
        raise NotYet(
            says,
            f"In place of a certificate you returned {read.shown(proof)}.",
            "certify_bounded gives the certificate: return it beside the network.",
        )
    verdict = verify(found, proof)
    if proof.claim == "bounded" and verdict:
        return expect(True, says)
    if verify(twin, proof):
        hint = "That is about the twin that you were given, which leaks. Certify what you return."
    elif not verdict:
        hint = "A certificate is about one network, weight by weight. Certify what you return."
    else:
        hint = (
            "So it still leaks. Or nothing is positive any more? Look at the certificate's claim."
        )
    return expect(
        False,
        says,
        but=f"It claims {proof.claim}; the judge says: {verdict.reason}",
        hint=hint,
    )
