"""What several judges of set 05 need: lines that show a fault, hints by mistake, graphs on R."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.arguments import counted
from course_lib.checks.report import Bonus, Line, NotYet
from course_lib.constructions.line import Polyline, graph, sup_distance
from course_lib.networks import OneNeuronResNet

__all__ = [
    "FAR",
    "OUT",
    "TINY",
    "Block",
    "Fault",
    "Lines",
    "Rules",
    "alike",
    "explanation",
    "first_hint",
    "listed",
    "no_fault",
    "on_line",
    "polyline",
    "resnet",
    "said",
    "where_apart",
]

Lines = Iterator[Line | Bonus]
Fault = tuple[str, str]  # a counterexample and a hint
Rules = Sequence[tuple[Callable[..., Any], str]]  # what a mistake gives, and the thought for it
Block = tuple[Any, Any, Any]  # (u, w, b) of a block on R

TINY = Fraction(1, 10**9)  # what rounding may do to weights near 1
FAR = 1000  # outside an interval, one looks this far; and then at two points further out
OUT = 10**12


def no_fault(says: str, faults: Iterable[Fault]) -> Line:
    """A line that holds if there is no fault; else it shows the first."""
    fault = next(iter(faults), None)
    return Line(True, says) if fault is None else Line(False, says, *fault)


def first_hint(guesses: Iterable[tuple[str, Any]], otherwise: str = "") -> str:
    """The hint of the first mistake that explains an answer."""
    return next((hint for hint, explains in guesses if explains), otherwise)


def explanation(rules: Iterable[Rules], tried: Sequence[tuple[list[Any], list[Any]]]) -> str:
    """The thought for the mistake that gives the values found at the points, in every case."""
    return first_hint(
        (
            same[0][1],
            all(_gives(rule, *values) for (rule, _), values in zip(same, tried, strict=True)),
        )
        for same in zip(*rules, strict=True)
    )


def _gives(rule: Callable[..., Any], points: list[Any], found: list[Any]) -> bool:
    return all(abs(value - rule(x)) <= TINY for x, value in zip(points, found, strict=True))


def resnet(value: Any, dim: int, most: int, why: str) -> OneNeuronResNet:
    """A one-neuron ResNet of at most so many blocks; looked at before anything slow is done."""
    net: OneNeuronResNet = read.network(value, dim, OneNeuronResNet)
    if net.depth > most:
        raise NotYet(
            "The network has no more blocks than asked for.",
            f"Yours has {counted(net.depth, 'block')}; here {most} should do.",
            why,
        )
    return net


def on_line(blocks: Sequence[Block], a: Any = 1, c: Any = 0) -> OneNeuronResNet:
    """The network on R with these blocks (u, w, b) and the readout a x + c."""
    u, w, b = np.array(blocks, dtype=float).reshape(-1, 3).T
    return OneNeuronResNet.from_blocks(u[:, None], w[:, None], b, readout=([float(a)], float(c)))


def polyline(knots: Iterable[Any], values: Iterable[Any]) -> Polyline:
    """A polyline; texts such as "3/5" count as numbers."""
    return Polyline(tuple(map(Fraction, knots)), tuple(map(Fraction, values)))


def alike(net: Any, other: Any, window: tuple[Any, Any]) -> bool:
    """Whether two networks on R agree on an interval, up to rounding."""
    return sup_distance(net, other, window) <= TINY


def where_apart(net: OneNeuronResNet, wanted: Polyline, name: str = "it") -> str:
    """Where the two differ most on the polyline's interval, or nothing if they don't."""
    drawn = graph(net, (wanted.knots[0], wanted.knots[-1]))
    places = sorted({*drawn.knots, *wanted.knots})
    x = max(places, key=lambda place: abs(drawn.at(place) - wanted.at(place)))
    gap = drawn.at(x) - wanted.at(x)
    if abs(gap) <= TINY:
        return ""
    side = "above" if gap > 0 else "below"
    return f"At x = {said(x)} your network lies {said(abs(gap))} {side} {name}."


def said(x: Any) -> str:
    """A number for a sentence: a short fraction as it is, others with five digits.

    >>> said(Fraction(7, 2)), said(1 / 3)
    ('7/2', '0.33333')
    """
    value = Fraction(x)
    if value.denominator <= 200 and abs(value) < 10**6:
        return str(value)
    try:
        return f"{float(value):.5g}"
    except OverflowError:
        return "a number beyond 1e308"


def listed(numbers: Iterable[Any]) -> str:
    """Numbers for a sentence.

    >>> listed([0, Fraction(3, 5)])
    '[0, 3/5]'
    """
    return "[" + ", ".join(map(said, numbers)) + "]"
