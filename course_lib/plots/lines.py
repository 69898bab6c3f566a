"""Pictures of what folding does: graphs with kinks, drawings carried along, slopes as colours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes

from course_lib.errors import InvalidInputError, ShapeError
from course_lib.plots.palette import SERIES
from course_lib.plots.plane import Box, plane_axes

__all__ = ["draw_graphs", "draw_paths", "slope_colours"]


def draw_graphs(graphs: Mapping[str, tuple[Any, Any]], ax: Axes) -> Axes:
    """Draw graphs of piecewise linear functions through their corners, each corner marked.

    Args:
        graphs: {name: (x, y)}, both of shape (corners,), x increasing; at most five.
        ax: where to draw.

    Raises:
        InvalidInputError: no graph, or more than eyes can tell apart.
        ShapeError: x and y of different shapes.
    """
    if not 0 < len(graphs) <= len(SERIES):
        raise InvalidInputError(
            f"One picture holds 1 to {len(SERIES)} graphs that eyes can tell apart, "
            f"got {len(graphs)}. Split them over several axes."
        )
    for (name, (x, y)), (colour, line, marker) in zip(graphs.items(), SERIES, strict=False):
        if np.shape(x) != np.shape(y) or np.ndim(x) != 1:
            raise ShapeError(f"{name!r} has x of shape {np.shape(x)} and y of shape {np.shape(y)}.")
        ax.plot(x, y, color=colour, linestyle=line, marker=marker, markersize=4, label=name)
    ax.set(xlabel="$x$", ylabel="$f(x)$")
    ax.grid(alpha=0.3)
    if len(graphs) > 1:
        ax.legend()
    return ax


def draw_paths(
    paths: Iterable[Any], box: Box, ax: Axes, *, colour: str = "0.6", width: float = 1.0
) -> Axes:
    """Draw open lines in the plane, for instance a grid that a network has carried along.

    Args:
        paths: arrays of shape (k, 2), k >= 2.
        box: the part of the plane to show.
        ax: where to draw.
        colour: of all lines.
        width: of all lines, in points.

    Raises:
        ShapeError: a path that is no sequence of points in the plane.
    """
    for path in paths:
        xy = np.asarray(path, dtype=float)
        if xy.ndim != 2 or xy.shape[1] != 2 or len(xy) < 2:
            raise ShapeError(f"A path has shape {xy.shape}. Pass shape (k, 2) with k >= 2.")
        ax.plot(*xy.T, color=colour, linewidth=width, solid_joinstyle="round")
    return plane_axes(box, ax)


def slope_colours(pieces: Sequence[Any]) -> np.ndarray:
    """One pale fill per linear piece in the plane, by the direction in which it rises.

    Equal gradients get equal colours; a flat piece is white. Shape (pieces, 4), for
    ``draw_pieces(..., colours=...)``.

    >>> from types import SimpleNamespace
    >>> rising = SimpleNamespace(gradient=(1.0, 0.0))
    >>> steeper = SimpleNamespace(gradient=(2.0, 0.0))
    >>> bool((slope_colours([rising, rising, steeper])[:1] == slope_colours([steeper])).all())
    True
    """
    gradients = np.array([[float(g) for g in piece.gradient] for piece in pieces]).reshape(-1, 2)
    angle = np.arctan2(gradients[:, 1], gradients[:, 0])
    colours = matplotlib.colormaps["hsv"](angle / (2 * np.pi) % 1)
    colours[:, :3] = 0.62 + 0.38 * colours[:, :3]  # pale enough for seams and text on top
    colours[~gradients.any(axis=1)] = 1
    return colours
