"""Every run as one dot: how much the outcome depends on the random start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course_lib.arguments import read_mapping, read_text
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.plots.palette import FULLY_CONNECTED, RESNET
from course_lib.plots.reading import read_axes, read_floats

__all__ = ["draw_seeds"]

STYLES = ((FULLY_CONNECTED, "s"), (RESNET, "o"))


def _table(name: str, value: Any) -> dict[str, Mapping[int, Any]]:
    of = "{family: {depth: values over seeds}}"
    table = read_mapping(name, value, of=of)
    return {str(key): read_mapping(f"a row of {name}", row, of=of) for key, row in table.items()}


def draw_seeds(
    rows: Mapping[str, Mapping[int, Any]],
    solid: Mapping[str, Mapping[int, Any]],
    ax: Axes,
    *,
    ylabel: str,
) -> Axes:
    """Draw one dot per seed over evenly spaced depths, the families side by side.

    Args:
        rows: {family: {depth: values over seeds}}: fully connected networks first (squares), then
            ResNets (circles).
        solid: of the same form, with booleans: whose dots are filled; the others are hollow.
        ax: where to draw.
        ylabel: what the values are.

    Raises:
        InvalidInputError: other than one or two families, or families over different depths.
        ShapeError: values and booleans that do not match.
    """
    ax, ylabel = read_axes(ax), read_text("ylabel", ylabel)
    rows = _table("rows", rows)
    solid = _table("solid", solid)
    if not 1 <= len(rows) <= len(STYLES) or len({tuple(sorted(row)) for row in rows.values()}) > 1:
        raise InvalidInputError(
            f"draw_seeds got the families {list(rows)}. Pass one or two, over the same depths."
        )
    depths = sorted(next(iter(rows.values())))
    for i, (name, (colour, marker)) in enumerate(zip(rows, STYLES, strict=False)):
        centre = (i - (len(rows) - 1) / 2) * 0.44
        for place, depth in enumerate(depths):
            values = read_floats(f"{name} at depth {depth}", rows[name][depth])
            filled = read_floats("solid", solid.get(name, {}).get(depth, ())).astype(bool)
            if values.ndim != 1 or values.shape != filled.shape:
                raise ShapeError(
                    f"{name!r} at depth {depth} has values of shape {values.shape} and booleans "
                    f"of shape {filled.shape}. Pass one of each per seed."
                )
            # spread over the strip by seed, so that equal values stay apart
            x = place + centre + np.linspace(-0.16, 0.16, len(values))
            faces = np.where(filled, colour, "none")
            ax.scatter(x, values, s=12, marker=marker, facecolors=faces, edgecolors=colour, lw=0.7)
        ax.scatter([], [], s=12, marker=marker, color=colour, label=name)
    ax.set(xlabel="depth", ylabel=ylabel, xticks=range(len(depths)), xticklabels=depths)
    ax.grid(axis="y", alpha=0.3)
    # Above the picture: dots may stand anywhere in it.
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(rows), frameon=False)
    return ax
