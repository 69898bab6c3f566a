"""Pictures of what folding does: graphs with kinks, drawings carried along, slopes as colours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import hsv_to_rgb
from numpy.typing import NDArray

from course_lib.arguments import read_list, read_mapping, read_number, shown
from course_lib.errors import ShapeError
from course_lib.plots.palette import curve_styles
from course_lib.plots.plane import Box, draw_pieces, outline, plane_axes
from course_lib.plots.reading import read_axes, read_colour, read_floats, read_pair, read_plane_box

__all__ = ["draw_graphs", "draw_paths", "draw_slopes", "slope_colours"]


def draw_graphs(
    graphs: Mapping[str, tuple[Any, Any]], ax: Axes, *, meaning: Mapping[str, str] | None = None
) -> Axes:
    """Draw graphs of piecewise linear functions through their corners, each corner marked.

    Args:
        graphs: {name: (x, y)}, both of shape (corners,), x increasing; at most five.
        ax: where to draw.
        meaning: {name: its colour} for graphs of a family or of a target, as in ``curve_styles``.

    Raises:
        InvalidInputError: no graph, or more than eyes can tell apart.
        ShapeError: x and y of different shapes.
    """
    ax, graphs = read_axes(ax), read_mapping("graphs", graphs, of="{name: (x, y)}")
    styles = curve_styles(graphs, meaning)
    for (name, graph), style in zip(graphs.items(), styles, strict=True):
        x, y = read_pair(f"the graph {shown(name)}", graph, of="(x, y)")
        if np.shape(x) != np.shape(y) or np.ndim(x) != 1:
            raise ShapeError(f"{name!r} has x of shape {np.shape(x)} and y of shape {np.shape(y)}.")
        ax.plot(x, y, **style, markersize=4, label=name)
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
    ax, box = read_axes(ax), read_plane_box(box)
    colour, width = read_colour("colour", colour), read_number("width", width, above=0)
    for path in read_list("paths", paths, of="arrays of shape (k, 2)"):
        xy = read_floats("a path", path)
        if xy.ndim != 2 or xy.shape[1] != 2 or len(xy) < 2:
            raise ShapeError(f"A path has shape {xy.shape}. Pass shape (k, 2) with k >= 2.")
        ax.plot(*xy.T, color=colour, linewidth=width, solid_joinstyle="round")
    return plane_axes(box, ax)


def draw_slopes(pieces: Sequence[Any], box: Box, ax: Axes) -> Axes:
    """Draw linear pieces coloured by the direction in which they rise, with arrows that say it too.

    Args:
        pieces: objects with ``vertices`` and ``gradient``.
        box: the part of the plane to show.
        ax: where to draw.
    """
    pieces, box = read_list("pieces", pieces, of="pieces"), read_plane_box(box)
    draw_pieces(pieces, box, ax, colours=list(slope_colours(pieces)))
    size = max(high - low for low, high in box)
    for piece in pieces:
        gradient = np.array([float(g) for g in piece.gradient])
        steepness = np.hypot(*gradient)
        middle, room = _middle(outline(piece))
        if room < size / 40 or not steepness:  # no arrow fits, or there is nowhere to point
            continue
        reach = min(0.7 * room, size / 25) / steepness * gradient
        arrow = {"arrowstyle": "->", "color": "0.25", "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", middle + reach, middle - reach, arrowprops=arrow, annotation_clip=False)
    return ax


def _gradient(piece: Any) -> NDArray[np.float64]:
    gradient = read_floats("a gradient", getattr(piece, "gradient", ()))
    if gradient.shape == (2,):
        return gradient
    raise ShapeError(
        f"pieces must have a gradient of two numbers, got {shown(piece)}. Pass linear_pieces of a "
        "network of the plane."
    )


def _middle(vertices: np.ndarray) -> tuple[np.ndarray, float]:
    """The centroid of a convex polygon, and its distance from the nearest side."""
    along = np.roll(vertices, -1, axis=0) - vertices
    start = vertices - vertices[0]  # far from the origin, x y' - y x' would lose its digits
    cross = start[:, 0] * along[:, 1] - start[:, 1] * along[:, 0]
    if not cross.sum():
        return vertices.mean(axis=0), 0.0
    corners = 2 * start + along  # of the triangle with the first vertex, twice its sum
    middle = vertices[0] + (cross @ corners) / (3 * cross.sum())
    away = vertices - middle
    lengths = np.hypot(*along.T)
    sides = lengths > 0
    heights = np.abs(away[:, 0] * along[:, 1] - away[:, 1] * along[:, 0])
    return middle, float((heights[sides] / lengths[sides]).min())


def slope_colours(pieces: Sequence[Any]) -> np.ndarray:
    """One pale fill per linear piece in the plane, by the direction in which it rises.

    Parallel gradients get equal colours, close directions close ones, so that equal colours say
    no more than "about the same direction"; a flat piece is white. Shape (pieces, 4), for
    ``draw_pieces(..., colours=...)``.

    >>> from types import SimpleNamespace
    >>> rising = SimpleNamespace(gradient=(1.0, 0.0))
    >>> steeper = SimpleNamespace(gradient=(2.0, 0.0))
    >>> bool((slope_colours([rising, rising, steeper])[:1] == slope_colours([steeper])).all())
    True
    """
    listed = [_gradient(piece) for piece in read_list("pieces", pieces, of="pieces")]
    gradients = np.array(listed).reshape(-1, 2)
    angle = np.arctan2(gradients[:, 1], gradients[:, 0])
    hue = angle / (2 * np.pi) % 1
    # Not a colour map: those have 256 steps, and directions a degree apart would fall into one.
    vivid = hsv_to_rgb(np.column_stack([hue, np.ones_like(hue), np.ones_like(hue)]))
    colours = np.ones((len(hue), 4))
    colours[:, :3] = 0.62 + 0.38 * vivid  # pale enough for seams and text on top
    colours[~gradients.any(axis=1)] = 1
    return colours
