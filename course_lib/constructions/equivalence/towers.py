"""Towers: layers that carry x and a running value, and add one neuron each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from course_lib.exact import ExactFullyConnected, Vector, dot, identity
from course_lib.regions.boxes import ExactBox

__all__ = ["ONE", "ZERO", "Step", "lowest", "shift_above", "tower"]

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Step:
    """One layer of a tower: A <- A + into·n, then n <- relu(gradient·x + offset + p·A + q·n).

    Args:
        gradient: weights of the neuron n on x, D Fractions.
        offset: its offset.
        p: its weight on the running value A, after this layer's update.
        q: its weight on the neuron of the layer below.
        into: what the neuron of the layer below adds to A.
    """

    gradient: Vector
    offset: Fraction
    p: Fraction = ZERO
    q: Fraction = ZERO
    into: Fraction = ZERO


def tower(
    steps: Sequence[Step], box: ExactBox, start: Fraction, into: Fraction, offset: Fraction
) -> ExactFullyConnected:
    """The network of width D + 2 that takes the steps and returns A + into·n + offset.

    A layer holds x - low, which is never negative on the box, then A, then n. A starts at
    ``start``, and must not become negative on the box; n starts at 0.
    """
    lows = [low for low, _ in box]
    carry, none = identity(len(box)), (ZERO,) * len(box)
    first, *others = steps
    rows = (*carry, none, first.gradient)
    layers = [(rows, (*(-low for low in lows), start, first.offset + first.p * start))]
    for step in others:
        into_neuron = step.p * step.into + step.q
        rows = (
            *((*row, ZERO, ZERO) for row in carry),
            (*none, ONE, step.into),
            (*step.gradient, step.p, into_neuron),
        )
        # the neuron reads x as (x - low) + low
        layers.append((rows, (*none, ZERO, step.offset + dot(step.gradient, lows))))
    layers.append((((*none, ONE, into),), (offset,)))
    return ExactFullyConnected(tuple(layers))


def lowest(gradient: Vector, offset: Fraction, box: ExactBox) -> Fraction:
    """The least value of gradient · x + offset on a box."""
    ends = (min(g * low, g * high) for g, (low, high) in zip(gradient, box, strict=True))
    return sum(ends, offset)


def shift_above(bound: Fraction) -> Fraction:
    """A number just above a bound, 0 at least, with few binary digits: floats add it cleanly.

    >>> shift_above(Fraction(1, 3)), shift_above(Fraction(-2))
    (Fraction(3, 8), Fraction(0, 1))
    """
    if bound <= 0:
        return ZERO
    grain = Fraction(2) ** (bound.numerator.bit_length() - bound.denominator.bit_length() - 3)
    return math.ceil(bound / grain) * grain
