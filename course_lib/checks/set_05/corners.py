"""Task 4: a place where a network is wrong, whatever a grid says."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import NotYet
from course_lib.checks.set_05.shared import (
    TINY,
    Lines,
    first_hint,
    no_fault,
    on_line,
    polyline,
    said,
)
from course_lib.constructions.line import Polyline, graph
from course_lib.constructions.one_neuron import draw_polyline
from course_lib.networks import OneNeuronResNet

__all__ = ["witness"]

ZIGZAG = polyline([0, 1, 2, 3], ["0", "3/5", "2/5", "1"])
WHERE = "Asked is a place on the line: where, not how much."


@exercise(
    "05.witness",
    "A place where the network is wrong",
    hints=(
        "Where two straight pieces face each other, the distance is largest at an end.",
        "Two piecewise-linear functions: at which places can their difference have a corner?",
        "graph(network, (0, 3)).knots are the network's corners. The zigzag has corners, too.",
    ),
)
def witness(answer: Answer, draw: Instances) -> Lines:
    """For any network a point of [0, 3] at distance 0.1 or more from z; lesson 05, section 3."""
    cases = [(name, net, graph(net, (0, 3))) for name, net in _suspects(draw.rng)]
    found = [_read_place(answer(net)) for _, net, _ in cases]
    graphs = [drawn for _, _, drawn in cases]
    for x in found:
        if not 0 <= x <= 3:
            raise NotYet("The place lies in [0, 3].", f"You return {said(x)}.", WHERE)
    yield no_fault(
        "At your place the network is wrong by 0.1 or more.",
        (
            (
                f"For {name} you return x = {said(x)}; there it is wrong by {said(gap)} only.",
                _hint(found, graphs),
            )
            for (name, _, drawn), x in zip(cases, found, strict=True)
            if (gap := abs(drawn.at(x) - ZIGZAG.at(x))) < Fraction(1, 10) - TINY
        ),
    )


def _suspects(rng: np.random.Generator) -> Iterator[tuple[str, OneNeuronResNet]]:
    """Networks that somebody may take for good ones; a grid of a million points misses a spike."""
    knots, heights = [0, 1, 2, 3], [float(value) for value in ZIGZAG.values]
    thin = [float(10 ** -rng.uniform(6, 7)) for _ in range(2)]
    delta = 1 / int(rng.choice([16, 32, 64]))
    yield "the straight line x/3", on_line([], 1 / 3)
    yield "a network with a spike near 2", draw_polyline(knots, heights, error=thin[0])
    yield "a network with a spike near 1", _turned(draw_polyline(knots, heights, error=thin[1]))
    yield "a rising network", draw_polyline(knots, [0, 0.5, 0.5 + delta, 1], error=1e-3)
    seed = int(rng.integers(10**6))
    yield "a random network", OneNeuronResNet.random(1, 4, seed=seed, dtype=np.float64)


def _turned(net: OneNeuronResNet) -> OneNeuronResNet:
    """The network 1 - net(3 - x): as far from the zigzag as net is, which is symmetric."""
    u, w, b = net.u, net.w, net.b
    a, c = net.a.item(), net.c.item()
    return OneNeuronResNet.from_blocks(-u, -w, b + 3 * w[:, 0], readout=([a], 1 - c - 3 * a))


def _read_place(value: Any) -> Fraction:
    return value if isinstance(value, Fraction) else Fraction(read.number(value, "the place"))


def _hint(found: list[Fraction], graphs: list[Polyline]) -> str:
    """The thought for the mistake that explains all places."""
    pairs = [(x, drawn, _errors(drawn)) for x, drawn in zip(found, graphs, strict=True)]
    return first_hint(
        (
            (WHERE, all(abs(x - max(map(abs, gaps.values()))) <= TINY for x, _, gaps in pairs)),
            (
                "That is where the network lies highest *above* the zigzag. Below counts as much.",
                all(gaps.get(x) == max(gaps.values()) for x, _, gaps in pairs),
            ),
            (
                "No corner of the zigzag shows it. The network has corners of its own.",
                all(x in ZIGZAG.knots for x in found),
            ),
            (
                "You looked at the network's corners only. Where the zigzag bends and the network "
                "doesn't, their difference bends as well.",
                all(x in drawn.knots for x, drawn, _ in pairs),
            ),
        ),
        "A grid chosen beforehand sees nothing of a spike that stands between its points, however "
        "fine it is. Which places can't miss it?",
    )


def _errors(drawn: Polyline) -> dict[Fraction, Fraction]:
    """Network minus zigzag at every corner of either."""
    return {x: drawn.at(x) - ZIGZAG.at(x) for x in sorted({*drawn.knots, *ZIGZAG.knots})}
