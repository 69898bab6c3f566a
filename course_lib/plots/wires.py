"""What circuits are drawn with: wires that show how much they carry, gates, and no frame."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from course_lib.plots.palette import POSITIVE

__all__ = ["QUIET", "Spot", "bare", "gate", "line", "wire"]

QUIET = "#B0B0B0"  # a wire that carries 0; the others are coloured, and thicker the more they carry
Spot = tuple[float, float]


def wire(ax: Axes, start: Spot, end: Spot, value: Any, share: float = 0.5) -> None:
    """A wire with what it carries written at that share of its way."""
    line(ax, start, end, value)
    x, y = (p + share * (q - p) for p, q in zip(start, end, strict=True))
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    text = f"{float(value):.2g}".replace("-", "−")  # as on the axes
    ax.text(x, y, text, ha="center", va="center", fontsize=10, bbox=box, zorder=2)


def line(ax: Axes, start: Spot, end: Spot, value: Any) -> None:
    """A wire without a number; from 1 on all are equally thick."""
    carried = float(value)
    colour = POSITIVE if carried else QUIET
    width = 1 + 3 * min(abs(carried), 1.0)
    ax.plot(*zip(start, end, strict=True), color=colour, linewidth=width, zorder=1)


def gate(ax: Axes, spot: Spot, text: str) -> None:
    """A box with the name of what it does."""
    box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": "black"}
    ax.text(*spot, text, ha="center", va="center", fontsize=11, bbox=box, zorder=3)


def bare(ax: Axes, x: tuple[float, float], y: tuple[float, float]) -> Axes:
    """No frame, no ticks, and this part of the plane."""
    ax.set(xlim=x, ylim=y)
    ax.set_axis_off()
    return ax
