"""Pictures of values in the plane: heat maps, differences, and the bars that say what they mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from course_lib.arguments import read_list, read_number, read_text
from course_lib.errors import InvalidInputError
from course_lib.plots.palette import EXCESS, TARGET
from course_lib.plots.plane import Box, plane_axes
from course_lib.plots.reading import read_axes, read_grid, read_plane_box

__all__ = ["draw_gap", "draw_heat", "draw_scale"]

# Finer than eyes can tell, and few enough that a file's palette holds them all beside the text.
LEVELS = 160
GAP = LinearSegmentedColormap.from_list("gap", [EXCESS, "#FFFFFF", TARGET], N=LEVELS + 1)
HEAT = matplotlib.colormaps["cividis"].resampled(LEVELS)


def draw_gap(gap: Any, box: Box, ax: Axes, *, largest: float) -> Axes:
    """Draw a difference: white where it is 0, black where it is positive, violet where negative.

    ``draw_scale`` belongs beside it.

    Args:
        gap: values of shape (rows, columns), row 0 lowest.
        box: the part of the plane they cover.
        ax: where to draw.
        largest: the size, greater than 0, from which on a colour is full.

    Raises:
        ShapeError: values that are no matrix.
        InvalidInputError: ``largest`` is not greater than 0.
    """
    largest = read_number("largest", largest, above=0)
    return _draw_values(gap, box, ax, "draw_gap", cmap=GAP, vmin=-largest, vmax=largest)


def draw_heat(values: Any, box: Box, ax: Axes, *, low: float, high: float) -> Axes:
    """Draw values as colours, from blue at ``low`` over grey to yellow at ``high``.

    ``draw_scale`` belongs beside it.

    Args:
        values: of shape (rows, columns), row 0 lowest.
        box: the part of the plane they cover.
        ax: where to draw.
        low: the value of the darkest colour.
        high: the value of the lightest.

    Raises:
        ShapeError: values that are no matrix.
        InvalidInputError: ``low`` is not less than ``high``.
    """
    low, high = read_number("low", low), read_number("high", high)
    if not low < high:
        raise InvalidInputError(f"low must be less than high, got {low} and {high}.")
    return _draw_values(values, box, ax, "draw_heat", cmap=HEAT, vmin=low, vmax=high)


def draw_scale(axes: Axes | Iterable[Axes], label: str) -> None:
    """Draw one colour bar, beside the last of the pictures of values that share its scale.

    Args:
        axes: one or several axes with heat maps or gaps.
        label: what the values are.

    Raises:
        InvalidInputError: axes without an image, or images of different scales.
    """
    listed = [axes] if isinstance(axes, Axes) else read_list("axes", axes, of="axes")
    panels, label = [read_axes(ax) for ax in listed], read_text("label", label)
    images = [image for ax in panels for image in ax.images]
    scales = {(image.cmap.name, image.get_clim()) for image in images}
    if len(scales) != 1:
        raise InvalidInputError(
            f"draw_scale got images of {len(scales)} different scales. Pass axes on which "
            "draw_heat or draw_gap has drawn, with the same limits."
        )
    ends = _beyond(images)
    beside = panels[-1].inset_axes((1.05, 0, 0.06, 1))  # as tall as the picture
    panels[-1].figure.colorbar(images[0], cax=beside, label=label, extend=ends)


def _beyond(images: list[Any]) -> str:
    """On which ends values lie beyond the scale; pointed ends of the bar say so."""
    low, high = images[0].get_clim()
    below = any(image.get_array().min() < low for image in images)
    above = any(image.get_array().max() > high for image in images)
    return {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[below, above]


def _draw_values(values: Any, box: Box, ax: Axes, name: str, **scale: Any) -> Axes:
    grid, ax = read_grid(name, values), read_axes(ax)
    (left, right), (bottom, top) = read_plane_box(box)
    ax.imshow(
        grid,
        origin="lower",
        extent=(left, right, bottom, top),
        interpolation="nearest",
        **scale,
    )
    return plane_axes(box, ax)
