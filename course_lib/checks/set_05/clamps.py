"""Task 3: two blocks that clamp the line, and a network that is 0 outside an interval."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.set_05.shared import (
    FAR,
    OUT,
    TINY,
    Block,
    Fault,
    Lines,
    Rules,
    alike,
    explanation,
    first_hint,
    no_fault,
    on_line,
    polyline,
    resnet,
    said,
    where_apart,
)
from course_lib.constructions.line import sup_distance
from course_lib.constructions.one_neuron import blocks_of, draw_polyline
from course_lib.exact import freeze
from course_lib.networks import OneNeuronResNet

__all__ = ["clamp", "whole_line"]

Ends = tuple[Fraction, Fraction]

ONE = "One end is clamped, beyond the other one it still runs off."
PLACE = "A kink is at −b/w. Where are yours?"
SIDE = "Both blocks act on the same side. The one for the left end is to act where x is small."
FOLD = "You fold the outside over, so it comes back in. What makes a block flatten it?"
LAST = "Your clamps come last, so they clamp the network's own state. What has to be clamped is x."
ROUNDED = "Is 1 + u·w exactly 0? A rounded product leaves a small slope, and the line is long."


@exercise(
    "05.clamp",
    "Two blocks that clamp the line",
    hints=(
        "One block for each end.",
        "A block with s = 0 flattens its active side onto the edge.",
        "The block for the left end has to be active where x is small: what is the sign of w?",
    ),
)
def clamp(answer: Answer, draw: Instances) -> Lines:
    """min(max(x, low), high) as a network of two blocks; lesson 05, section 3 (all of R)."""
    rng = draw.rng
    cases = []
    for _ in range(3):
        low = Fraction(int(rng.choice([-7, -5, -3, 3, 5])), 2)
        cases.append((low, low + Fraction(int(rng.choice([3, 4, 5, 8])), 2)))
    nets = [
        resnet(answer(float(low), float(high)), 1, 2, "One block for each end.")
        for low, high in cases
    ]
    yield no_fault("It clamps at seven points, inside and outside.", _point_faults(cases, nets))
    yield no_fault("It clamps everywhere.", _other_faults(cases, nets))


def _point_faults(cases: list[Ends], nets: list[OneNeuronResNet]) -> Iterator[Fault]:
    tried = []
    for (low, high), net in zip(cases, nets, strict=True):
        points = [low - FAR, low - 1, low, (low + high) / 2, high, high + 1, high + FAR]
        exact = freeze(net)
        tried.append((points, [exact.evaluate((x,)) for x in points]))
    for (low, high), (points, found) in zip(cases, tried, strict=True):
        for x, value in zip(points, found, strict=True):
            gap = value - min(max(x, low), high)
            if abs(gap) > TINY:
                side = "high" if gap > 0 else "low"
                yield (
                    f"On [{said(low)}, {said(high)}]: at x = {said(x)} you return "
                    f"{said(value)}, which is too {side}.",
                    explanation([_wrong_clamps(*case) for case in cases], tried),
                )


def _other_faults(cases: list[Ends], nets: list[OneNeuronResNet]) -> Iterator[Fault]:
    for (low, high), net in zip(cases, nets, strict=True):
        clamped = polyline([low - FAR, low, high, high + FAR], [low, low, high, high])
        apart = where_apart(net, clamped)
        if apart:
            yield apart, PLACE
        exact = freeze(net)
        gaps = exact.evaluate((-OUT,)) - low, exact.evaluate((OUT,)) - high
        if max(map(abs, gaps)) > TINY:
            yield "At x = ±10¹² your network has left the interval.", ROUNDED


def _run(x: Fraction, *blocks: Block) -> Fraction:
    for u, w, b in blocks:
        x = x + u * max(w * x + b, Fraction(0))
    return x


def _wrong_clamps(low: Fraction, high: Fraction) -> Rules:
    """What named mistakes return at x, each with the thought that helps."""
    right, left = (-1, 1, -high), (1, -1, low)
    # fmt: off
    return (
        (lambda x: x, "Outside the interval you still return x: no block is active there."),
        (lambda x: _run(x, right), ONE),
        (lambda x: _run(x, left), ONE),
        (lambda x: _run(x, right, (-1, 1, -low)), SIDE),
        (lambda x: _run(x, left, (1, -1, high)), SIDE),
        (lambda x: _run(x, (-2, 1, -high), (2, -1, low)), FOLD),
        (lambda x: _run(x, (2, -1, low), (-2, 1, -high)), FOLD),
        (lambda x: _run(x, (-1, 1, high), (1, -1, -low)), PLACE),
        (lambda x: _run(x, (1, -1, -low), (-1, 1, high)), PLACE),
        (lambda x: _run(x, right, (1, -1, -low)), PLACE),
        (lambda x: _run(x, (-1, 1, high), left), PLACE),
        (lambda x: min(max(x - low, Fraction(0)), high - low),
         "Between the ends the network has to return x itself; at low it returns low, not 0."),
        (lambda x: _run(x, (1, -1, high), (-1, 1, -low)),
         "You flatten the inside: each block has to be active beyond its own end."),
        (lambda x: _run(x, (1, 1, -high), (-1, -1, low)),
         "You push the outside further out: look at the signs of u."),
    )
    # fmt: on


@exercise(
    "05.whole_line",
    "From an interval to all of R",
    hints=(
        "Outside, the network should see nothing but the nearest end of the interval.",
        "You have two blocks that do this to x. Where in the chain is the state still x?",
        "Put arrays together: those of the two blocks, then those of the network. The readout "
        "stays.",
    ),
)
def whole_line(answer: Answer, draw: Instances) -> Lines:
    """A network that keeps R on an interval and is 0 outside; lesson 05, section 3."""
    rng = draw.rng
    cases = [_between_zeros(rng, swings) for swings in (2, 3)]
    nets = [
        resnet(answer(given, float(low), float(high)), 1, given.depth + 2, "Add two blocks.")
        for given, low, high in cases
    ]
    yield no_fault("On the interval it is the given network.", _inside_faults(cases, nets))
    yield no_fault("Outside the interval it is 0.", _outside_faults(cases, nets))


def _between_zeros(rng: np.random.Generator, swings: int) -> tuple[OneNeuronResNet, int, int]:
    """A network that is 0 at both ends of an interval, and the interval."""
    knots = int(rng.choice([-9, -8, 2, 3])) + np.cumsum([0, *rng.integers(1, 3, swings + 1)])
    size, sign = int(rng.integers(1, 3)), int(rng.choice([-1, 1]))
    heights = [0, *(sign * (-1) ** k * (size + k) for k in range(swings)), 0]
    return draw_polyline(knots, heights, error=1e-3), int(knots[0]), int(knots[-1])


def _inside_faults(cases: list[Any], nets: list[OneNeuronResNet]) -> Iterator[Fault]:
    for (given, low, high), net in zip(cases, nets, strict=True):
        gap = sup_distance(net, given, (low, high))
        if gap > TINY:
            yield (
                f"Somewhere on [{low}, {high}] the two differ by {said(gap)}.",
                _whole_hint(net, given, low, high),
            )


def _outside_faults(cases: list[Any], nets: list[OneNeuronResNet]) -> Iterator[Fault]:
    for (given, low, high), net in zip(cases, nets, strict=True):
        for knots in ((low - FAR, low), (high, high + FAR)):
            apart = where_apart(net, polyline(knots, (0, 0)), "0")
            if apart:
                yield (
                    f"The interval is [{low}, {high}]. {apart}",
                    _whole_hint(net, given, low, high),
                )
        exact = freeze(net)
        if max(abs(exact.evaluate((end,))) for end in (-OUT, OUT)) > TINY:
            yield "At x = ±10¹² it has left 0 again.", ROUNDED


def _whole_hint(net: OneNeuronResNet, given: OneNeuronResNet, low: int, high: int) -> str:
    left, right = (1, -1, low), (-1, 1, -high)
    own: list[Block] = [(block.u[0], block.w[0], block.b) for block in blocks_of(given)]
    a, c = given.a.item(), given.c.item()
    window = (low - 10, high + 10)
    # fmt: off
    guesses = (
        (given,
         "This is the network as it came: outside, its first and last slope go on for ever."),
        (on_line([*own, left, right], a, c), LAST),
        (on_line([*own, right, left], a, c), LAST),
        (on_line([left, *own], a, c), ONE),
        (on_line([right, *own], a, c), ONE),
        (on_line([(-2, 1, -high), (2, -1, low), *own], a, c), FOLD),
        (on_line([(2, -1, low), (-2, 1, -high), *own], a, c), FOLD),
        (on_line([right, (-1, 1, -low), *own], a, c), SIDE),
        (on_line([(1, -1, -low), (-1, 1, high), *own], a, c), PLACE),
        (on_line([(-1, 1, high), (1, -1, -low), *own], a, c), PLACE),
        (on_line([left, right, *own]),
         "The blocks are right. The readout got lost: it belongs to the given network."),
        (on_line([left, right], a, c), "Where are the blocks of the given network?"),
    )
    # fmt: on
    return first_hint((hint, alike(net, guess, window)) for guess, hint in guesses)
