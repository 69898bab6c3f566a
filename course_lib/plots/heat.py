"""Pictures of how far two functions of the plane are apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from course_lib.errors import InvalidInputError, ShapeError
from course_lib.plots.palette import FULLY_CONNECTED, TARGET
from course_lib.plots.plane import Box, plane_axes

__all__ = ["draw_gap"]

COLOURS = LinearSegmentedColormap.from_list("gap", [FULLY_CONNECTED, "#FFFFFF", TARGET])


def draw_gap(gap: Any, box: Box, ax: Axes, *, largest: float) -> Axes:
    """Draw a difference: white where it is 0, black where it is positive, red where negative.

    Args:
        gap: values of shape (rows, columns), row 0 lowest.
        box: the part of the plane they cover.
        ax: where to draw.
        largest: the size, greater than 0, from which on a colour is full.

    Raises:
        ShapeError: values that are no matrix.
        InvalidInputError: ``largest`` is not greater than 0.
    """
    grid = np.asarray(gap, dtype=float)
    if grid.ndim != 2:
        raise ShapeError(f"draw_gap got shape {grid.shape}. Pass a matrix of numbers.")
    if not largest > 0:
        raise InvalidInputError(f"largest must be greater than 0, got {largest}.")
    (left, right), (bottom, top) = box
    ax.imshow(
        grid,
        origin="lower",
        extent=(left, right, bottom, top),
        cmap=COLOURS,
        vmin=-largest,
        vmax=largest,
        interpolation="nearest",
    )
    return plane_axes(box, ax)
