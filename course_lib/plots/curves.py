"""Curves over steps and over depth, told apart by line style and marker as well as by colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from course_lib.arguments import read_mapping, read_text, shown
from course_lib.errors import InvalidInputError
from course_lib.plots.palette import curve_styles
from course_lib.plots.reading import read_axes, read_floats, read_pair

__all__ = ["draw_by_depth", "draw_history"]


def draw_history(
    curves: Mapping[str, tuple[Any, Any]],
    ax: Axes,
    *,
    ylabel: str = "loss",
    meaning: Mapping[str, str] | None = None,
) -> Axes:
    """Draw training curves over the steps, on a logarithmic scale.

    Args:
        curves: {name: (steps, values)}, both of shape (n,); values of shape (n, seeds) become their
            median with a band from the first to the third quartile.
        ax: where to draw.
        ylabel: what the values are.
        meaning: {name: its colour} for curves of a family or of a target, as in ``curve_styles``.
    """
    ax, ylabel = read_axes(ax), read_text("ylabel", ylabel)
    curves = read_mapping("curves", curves, of="{name: (steps, values)}")
    styles = curve_styles(curves, meaning)
    for (name, curve), style in zip(curves.items(), styles, strict=True):
        steps, values = read_pair(f"the curve {shown(name)}", curve, of="(steps, values)")
        _draw_series(name, steps, values, style, ax)
    ax.set(xlabel="training step", ylabel=ylabel, yscale="log")
    return _finished(ax)


def draw_by_depth(
    rows: Mapping[str, Mapping[int, Any]],
    ax: Axes,
    *,
    ylabel: str = "IoU with the target",
    meaning: Mapping[str, str] | None = None,
) -> Axes:
    """Compare by depth what a theorem allows, what a construction reaches and what training finds.

    Args:
        rows: {name: {depth: value, or values over seeds}}; several values become their median with
            a band from the first to the third quartile.
        ax: where to draw.
        ylabel: what the values are.
        meaning: {name: its colour} for curves of a family or of a target, as in ``curve_styles``.
    """
    ax, ylabel = read_axes(ax), read_text("ylabel", ylabel)
    rows = read_mapping("rows", rows, of="{name: {depth: values}}")
    for (name, row), style in zip(rows.items(), curve_styles(rows, meaning), strict=True):
        row = read_mapping(f"the row {shown(name)}", row, of="{depth: values}")
        depths = sorted(row)
        listed = [read_floats(f"{shown(name)} at depth {depth}", row[depth]) for depth in depths]
        values = read_floats(f"the row {shown(name)}", [*map(np.atleast_1d, listed)])
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


def _draw_series(name: str, x: np.ndarray, y: np.ndarray, style: dict[str, Any], ax: Axes) -> None:
    if x.ndim != 1 or not x.size or y.shape[:1] != x.shape or y.ndim > 2:
        raise InvalidInputError(
            f"{name!r} has {x.size} places and values of shape {y.shape}. "
            "Pass one value, or one row of values over seeds, for each place."
        )
    if y.ndim == 2:
        low, y, high = np.quantile(y, [0.25, 0.5, 0.75], axis=1)
        ax.fill_between(x, low, high, color=style["color"], alpha=0.2, linewidth=0)
    every = max(1, len(x) // 10)  # a marker on each of thousands of steps would hide the curve
    ax.plot(x, y, **style, markevery=every, label=name)


def _finished(ax: Axes) -> Axes:
    ax.grid(alpha=0.3)
    ax.legend()
    return ax
