"""Logic circuits with the signals that run through them."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from course_lib.arguments import read_instance, read_whole
from course_lib.constructions.logic import Signals
from course_lib.plots.reading import read_axes
from course_lib.plots.wires import QUIET, bare, gate, line, wire

__all__ = ["QUIET", "draw_groups", "draw_parallel", "draw_series"]


def draw_parallel(signals: Signals, ax: Axes) -> Axes:
    """Draw OR in parallel: all rules at once into relu(1 - sum), then NOT, with their values.

    Args:
        signals: what the gates say, from ``constructions.logic.signals``.
        ax: where to draw.
    """
    signals, ax = _signals(signals), read_axes(ax)
    count = len(signals.rules)
    middle = (count - 1) / 2
    for i, value in enumerate(signals.rules):
        wire(ax, (0, count - 1 - i), (1.6, middle), value)
        gate(ax, (0, count - 1 - i), f"$A_{{{i + 1}}}$")
    wire(ax, (1.6, middle), (3, middle), signals.remaining[-1])
    wire(ax, (3, middle), (4.3, middle), signals.output)
    gate(ax, (1.6, middle), r"$1 \dot{-}\, \Sigma$")
    gate(ax, (3, middle), "NOT")
    return bare(ax, (-0.5, 4.3), (-0.4, count - 0.6))


def draw_series(signals: Signals, ax: Axes) -> Axes:
    """Draw NOT-AND-NOT in series: 1, minus one rule after the other, then NOT, with their values.

    Args:
        signals: what the gates say, from ``constructions.logic.signals``.
        ax: where to draw.
    """
    signals, ax = _signals(signals), read_axes(ax)
    count = len(signals.rules)
    for i, (carried, value) in enumerate(zip(signals.remaining, signals.rules, strict=False)):
        wire(ax, (1.2 * (i - 1), 1), (1.2 * i, 1), carried)
        wire(ax, (1.2 * i, 0), (1.2 * i, 1), value)
        gate(ax, (1.2 * i, 0), f"$A_{{{i + 1}}}$")
    end = 1.2 * count
    wire(ax, (end - 1.2, 1), (end, 1), signals.remaining[-1])
    wire(ax, (end, 1), (end + 1.2, 1), signals.output)
    for i in range(count):
        gate(ax, (1.2 * i, 1), r"$\dot{-}$")
    gate(ax, (end, 1), "NOT")
    return bare(ax, (-1.2, end + 1.2), (-0.4, 1.4))


def draw_groups(signals: Signals, group: int, ax: Axes) -> Axes:
    """Draw OR with the rules in groups: side by side inside a group, one group after the other.

    The picture of ``union(rules, epsilon, group=group)``; the axes should be wide, and show the
    same part of the plane for each ``group``.

    Args:
        signals: what the gates say, from ``constructions.logic.signals``.
        group: how many rules make a group, 1 to all; the last group may be smaller.
        ax: where to draw.

    Raises:
        InvalidInputError: a group that is no whole number from 1 to the number of rules.
    """
    signals, ax = _signals(signals), read_axes(ax)
    count = len(signals.rules)
    size = read_whole("group", group, at_least=1, at_most=count)
    starts = list(range(0, count, size))
    middle = (count - len(starts)) / 2  # all positions of the dial stand in the middle
    for k, first in enumerate(starts):
        _draw_group(ax, signals, first, min(first + size, count), middle + k)
    end = middle + len(starts)
    wire(ax, (end - 1, 0), (end, 0), signals.remaining[-1])
    wire(ax, (end, 0), (end + 1, 0), signals.output, share=0.6)
    for k in range(len(starts)):
        gate(ax, (middle + k, 0), r"$\dot{-}$")
    gate(ax, (end, 0), "NOT")
    return bare(ax, (-1.1, count + 1.1), (-count - 0.5, 0.6))


def _draw_group(ax: Axes, signals: Signals, first: int, end: int, x: float) -> None:
    """The rules first to end - 1 below each other, their sum on its way up to n."""
    wire(ax, (x - 1, 0), (x, 0), signals.remaining[first])
    for row, i in enumerate(range(first, end), start=1):
        below = sum(signals.rules[i:end])
        line(ax, (x, -row), (x, 1 - row), below)
        wire(ax, (x - 0.62, -row), (x, -row), signals.rules[i], share=0.72)
        gate(ax, (x - 0.62, -row), f"$A_{{{i + 1}}}$")


def _signals(value: Any) -> Signals:
    return read_instance("signals", value, Signals, "Pass those of constructions.logic.signals.")
