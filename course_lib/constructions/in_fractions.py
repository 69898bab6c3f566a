"""The ways between the families in fractions: nothing is rounded, so equality can be decided."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from operator import add, neg
from typing import Any, cast

from course_lib.arguments import read_choice
from course_lib.constructions.crushes import exact_crushes
from course_lib.errors import InvalidInputError
from course_lib.exact import (
    ExactFullyConnected,
    ExactNetwork,
    ExactOneNeuronResNet,
    Matrix,
    Vector,
    dot,
    freeze,
    identity,
    matmul,
    matvec,
)
from course_lib.networks import Network
from course_lib.regions.boxes import ExactBox, read_box

__all__ = ["embed_in_fractions", "to_resnet_in_fractions"]

DOMAINS = ("box", "space")


def embed_in_fractions(
    resnet: Network | ExactNetwork, box: Sequence[Any], *, domain: str = "box"
) -> ExactFullyConnected:
    """The twin of width d + 1 of :func:`embedding.embed`, every number a fraction.

    Layer k computes relu[x + s; w·x + b], and the next state is read off it as x + u relu(w·x + b).
    The shifts s are whole numbers, from the range of each coordinate alone. In the domain
    ``"space"`` two layers of width d clamp R^d to the box first.

    Args:
        resnet: L blocks on R^d; floats are read as the fractions that they are.
        box: d pairs (low, high).
        domain: ``"box"``, or ``"space"`` for all of R^d behind a clamp.

    Returns:
        a frozen network, equal to the frozen ResNet on the box; in the domain ``"space"`` equal,
        everywhere, to the ResNet at the point of the box that is nearest.

    Raises:
        ShapeError: a box of another dimension.
        InvalidInputError: a box with an empty or infinite side, or another kind of network.

    Source: lesson 06, appendix.

    >>> from course_lib.networks import OneNeuronResNet
    >>> fold = OneNeuronResNet.from_blocks([[-2]], [[1]], [0], readout=([1], 0))    # -|x|
    >>> twin = embed_in_fractions(fold, [(-1, 1)])
    >>> [str(twin.evaluate([x])) for x in (Fraction(1, 3), -1, -5)]
    ['-1/3', '-1', '-1']
    """
    net = freeze(resnet)
    if not isinstance(net, ExactOneNeuronResNet):
        raise InvalidInputError(f"embed_in_fractions takes a one-neuron ResNet, got {net!r:.60}.")
    sides = read_box(box, net.dim)
    space = read_choice("domain", domain, DOMAINS) == "space"
    layers = _clamp(sides) if space else []
    read, offset = identity(net.dim), (Fraction(0),) * net.dim  # x = read @ h + offset
    if space:
        read, offset = _negative(read), tuple(high for _, high in sides)
    for u, w, b, shift in zip(net.u, net.w, net.b, _shifts(net, sides), strict=True):
        rows: Matrix = (*identity(net.dim), w)
        bias = tuple(map(add, (*shift, b), matvec(rows, offset)))
        layers.append((matmul(rows, read), bias))
        read = tuple((*e, step) for e, step in zip(identity(net.dim), u, strict=True))
        offset = tuple(map(neg, shift))
    layers.append((matmul((net.a,), read), (dot(net.a, offset) + net.c,)))
    return ExactFullyConnected(tuple(layers))


def to_resnet_in_fractions(net: Network | ExactNetwork) -> ExactOneNeuronResNet:
    """The one-neuron ResNet of :func:`embedding.to_resnet`, every number a fraction.

    Neuron y_i of a layer is one crush, which adds relu(-y_i) to y_i and leaves the others alone. It
    equals the network on all of R^d.

    Args:
        net: fully connected, d inputs, every hidden width <= d; floats are read as the fractions
            that they are.

    Raises:
        InvalidInputError: a hidden layer wider than d, or another kind of network.

    Source: lesson 06, appendix.

    >>> from course_lib.networks import FullyConnected
    >>> net = FullyConnected.from_layers([([[3.0]], [1.0]), ([1.0], 0.0)])    # relu(3x + 1)
    >>> to_resnet_in_fractions(net).u
    ((Fraction(1, 3),),)
    """
    frozen = freeze(net)
    if not isinstance(frozen, ExactFullyConnected):
        raise InvalidInputError(
            f"to_resnet_in_fractions takes a fully connected network, got {frozen!r:.60}."
        )
    widest = max((len(b) for _, b in frozen.layers[:-1]), default=0)
    if widest > frozen.dim:
        raise InvalidInputError(
            f"A hidden layer has {widest} neurons, more than the {frozen.dim} inputs: such a "
            "network may close a curve, which crushes alone can't. Pass a narrower one."
        )
    blocks, a, c = exact_crushes(frozen)
    u, w, b = zip(*blocks, strict=True) if blocks else ((), (), ())
    return ExactOneNeuronResNet(cast(Matrix, u), cast(Matrix, w), b, a, c)


def _clamp(box: ExactBox) -> list[tuple[Matrix, Vector]]:
    """The layers r = relu(x - low) and z = relu((high - low) - r): high - z is the clamped x."""
    eye = identity(len(box))
    return [
        (eye, tuple(-low for low, _ in box)),
        (_negative(eye), tuple(high - low for low, high in box)),
    ]


def _shifts(net: ExactOneNeuronResNet, box: ExactBox) -> Iterator[Vector]:
    """Whole numbers that keep each state non-negative, from the ranges of its coordinates."""
    low, high = (list(ends) for ends in zip(*box, strict=True))
    for u, w, b in zip(net.u, net.w, net.b, strict=True):
        yield tuple(Fraction(max(0, math.ceil(-end))) for end in low)
        ends = [sorted((x * p, x * q)) for x, p, q in zip(w, low, high, strict=True)]
        least, most = (max(Fraction(0), b + sum(end)) for end in zip(*ends, strict=True))
        for j, step in enumerate(u):
            moves = sorted((step * least, step * most))
            low[j], high[j] = low[j] + moves[0], high[j] + moves[1]


def _negative(rows: Matrix) -> Matrix:
    return tuple(tuple(map(neg, row)) for row in rows)
