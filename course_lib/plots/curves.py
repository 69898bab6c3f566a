"""Curves over steps and over depth, told apart by line style and marker as well as by colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from course_lib.errors import InvalidInputError
from course_lib.plots.palette import SERIES

__all__ = ["draw_by_depth", "draw_history"]


def draw_history(curves: Mapping[str, tuple[Any, Any]], ax: Axes, *, ylabel: str = "loss") -> Axes:
    """Draw training curves over the steps, on a logarithmic scale.

    Args:
        curves: {name: (steps, values)}, both of shape (n,); values of shape (n, seeds) become their
            median with a band from the first to the third quartile.
        ax: where to draw.
        ylabel: what the values are.
    """
    for (name, (steps, values)), style in zip(curves.items(), _styles(curves), strict=True):
        _draw_series(name, np.asarray(steps, float), np.asarray(values, float), style, ax)
    ax.set(xlabel="training step", ylabel=ylabel, yscale="log")
    return _finished(ax)


def draw_by_depth(
    rows: Mapping[str, Mapping[int, Any]], ax: Axes, *, ylabel: str = "IoU with the target"
) -> Axes:
    """Compare by depth what a theorem allows, what a construction reaches and what training finds.

    Args:
        rows: {name: {depth: value, or values over seeds}}; several values become their median with
            a band from the first to the third quartile.
        ax: where to draw.
        ylabel: what the values are.
    """
    for (name, row), style in zip(rows.items(), _styles(rows), strict=True):
        depths = sorted(row)
        values = np.array([np.atleast_1d(np.asarray(row[depth], float)) for depth in depths])
        _draw_series(
            name,
            np.array(depths, float),
            values.squeeze(1) if values.shape[1] == 1 else values,
            style,
            ax,
        )
    ax.set(xlabel="depth", ylabel=ylabel)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return _finished(ax)


def _styles(curves: Mapping[str, Any]) -> tuple[Any, ...]:
    if not 0 < len(curves) <= len(SERIES):
        raise InvalidInputError(
            f"One picture holds 1 to {len(SERIES)} curves that eyes can tell apart, "
            f"got {len(curves)}. Split them over several axes."
        )
    return SERIES[: len(curves)]


def _draw_series(name: str, x: np.ndarray, y: np.ndarray, style: Any, ax: Axes) -> None:
    colour, line, marker = style
    if y.shape[:1] != x.shape:
        raise InvalidInputError(
            f"{name!r} has {x.shape[0]} places and values of shape {y.shape}. "
            "Pass one value, or one row of values over seeds, for each place."
        )
    if y.ndim == 2:
        low, y, high = np.quantile(y, [0.25, 0.5, 0.75], axis=1)
        ax.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
    every = max(1, len(x) // 10)  # a marker on each of thousands of steps would hide the curve
    ax.plot(x, y, color=colour, linestyle=line, marker=marker, markevery=every, label=name)


def _finished(ax: Axes) -> Axes:
    ax.grid(alpha=0.3)
    ax.legend()
    return ax
