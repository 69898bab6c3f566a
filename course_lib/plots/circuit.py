"""Logic circuits with the signals that run through them."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from course_lib.arguments import read_instance
from course_lib.constructions.logic import Signals
from course_lib.plots.palette import POSITIVE
from course_lib.plots.reading import read_axes

__all__ = ["draw_parallel", "draw_series"]

QUIET = "#B0B0B0"  # a wire that carries 0; the others are coloured, and thicker the more they carry
Spot = tuple[float, float]


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
        _wire(ax, (0, count - 1 - i), (1.6, middle), value)
        _gate(ax, (0, count - 1 - i), f"$A_{{{i + 1}}}$")
    _wire(ax, (1.6, middle), (3, middle), signals.remaining[-1])
    _wire(ax, (3, middle), (4.3, middle), signals.output)
    _gate(ax, (1.6, middle), r"$1 \dot{-}\, \Sigma$")
    _gate(ax, (3, middle), "NOT")
    ax.set_xlim(-0.5, 4.3)
    return _bare(ax, count)


def draw_series(signals: Signals, ax: Axes) -> Axes:
    """Draw NOT-AND-NOT in series: 1, minus one rule after the other, then NOT, with their values.

    Args:
        signals: what the gates say, from ``constructions.logic.signals``.
        ax: where to draw.
    """
    signals, ax = _signals(signals), read_axes(ax)
    count = len(signals.rules)
    for i, (carried, value) in enumerate(zip(signals.remaining, signals.rules, strict=False)):
        _wire(ax, (1.2 * (i - 1), 1), (1.2 * i, 1), carried)
        _wire(ax, (1.2 * i, 0), (1.2 * i, 1), value)
        _gate(ax, (1.2 * i, 0), f"$A_{{{i + 1}}}$")
    end = 1.2 * count
    _wire(ax, (end - 1.2, 1), (end, 1), signals.remaining[-1])
    _wire(ax, (end, 1), (end + 1.2, 1), signals.output)
    for i in range(count):
        _gate(ax, (1.2 * i, 1), r"$\dot{-}$")
    _gate(ax, (end, 1), "NOT")
    ax.set_xlim(-1.2, end + 1.2)
    return _bare(ax, 2)


def _signals(value: Any) -> Signals:
    return read_instance("signals", value, Signals, "Pass those of constructions.logic.signals.")


def _wire(ax: Axes, start: Spot, end: Spot, value: Any) -> None:
    carried = float(value)
    colour = POSITIVE if carried else QUIET
    ax.plot(*zip(start, end, strict=True), color=colour, linewidth=1 + 3 * carried, zorder=1)
    x, y = ((p + q) / 2 for p, q in zip(start, end, strict=True))
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    ax.text(x, y, f"{carried:.2g}", ha="center", va="center", fontsize=10, bbox=box, zorder=2)


def _gate(ax: Axes, spot: Spot, text: str) -> None:
    box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": "black"}
    ax.text(*spot, text, ha="center", va="center", fontsize=11, bbox=box, zorder=3)


def _bare(ax: Axes, rows: int) -> Axes:
    ax.set_ylim(-0.4, rows - 0.6)
    ax.set_axis_off()
    return ax
