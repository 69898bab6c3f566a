"""Pictures of the plane: decision regions, targets, linear pieces, samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from course_lib.arguments import counted, read_instance, read_list, read_mapping, read_text, shown
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks.reading import read_array
from course_lib.plots.display import PANEL
from course_lib.plots.palette import NEGATIVE, POSITIVE, REGION_COLOURS, SEAM, TARGET
from course_lib.plots.reading import (
    Box,
    read_axes,
    read_colour,
    read_floats,
    read_grid,
    read_plane_box,
)

__all__ = [
    "Frame",
    "draw_outline",
    "draw_pieces",
    "draw_points",
    "draw_region",
    "filmstrip",
    "outline",
    "plane_axes",
]


@dataclass(frozen=True)
class Frame:
    """One picture of a filmstrip: a title, where f > 0 (row 0 lowest), and more lines of title.

    Raises:
        ShapeError: a grid that is not a matrix.
    """

    title: str
    positive: np.ndarray
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        read_text("title", self.title)
        for note in read_list("notes", self.notes, of="texts"):
            read_text("a note", note)
        if read_array("positive", self.positive).ndim != 2:
            raise ShapeError(
                f"A frame got a grid of shape {np.shape(self.positive)}. Pass a matrix of booleans."
            )


def plane_axes(box: Box, ax: Axes) -> Axes:
    """Show that box of the plane: equal aspect, labelled axes."""
    box = read_plane_box(box)
    read_axes(ax).set(xlim=box[0], ylim=box[1], aspect="equal", xlabel="$x_1$", ylabel="$x_2$")
    ax.set_axisbelow(True)
    return ax


def draw_region(positive: np.ndarray, box: Box, ax: Axes) -> Axes:
    """Fill where f > 0, hatched and with a dark rim, and where f <= 0.

    Args:
        positive: booleans of shape (rows, columns), row 0 lowest: what ``widgets.decision_grid``
            returns.
        box: the part of the plane they cover.
        ax: where to draw.
    """
    grid, ax, colours = read_grid("draw_region", positive), read_axes(ax), REGION_COLOURS
    (left, right), (bottom, top) = read_plane_box(box)
    x = _centres(left, right, grid.shape[1])
    y = _centres(bottom, top, grid.shape[0])
    ax.set_facecolor(colours["negative"])
    if grid.any() and min(grid.shape) > 1:
        # Repeat the border cells on the border: a set that runs off the picture reaches its edge.
        x, y = np.concatenate([[left], x, [right]]), np.concatenate([[bottom], y, [top]])
        grid = np.pad(grid, 1, mode="edge")
        filled = ax.contourf(
            x, y, grid, levels=[0.5, 1.5], colors=[colours["positive"]], hatches=["///"]
        )
        filled.set_edgecolor(colours["hatch"])
        filled.set_linewidth(0)
        if not grid.all():
            ax.contour(x, y, grid, levels=[0.5], colors=[colours["rim"]], linewidths=1.2)
    return plane_axes(box, ax)


def draw_outline(target: Any, ax: Axes) -> Axes:
    """Draw the target's outline, dashed."""
    vertices, ax = outline(target), read_axes(ax)
    closed = np.vstack([vertices, vertices[:1]])
    ax.plot(
        *closed.T, color=TARGET, linestyle=(0, (5, 3)), linewidth=1.4, scalex=False, scaley=False
    )
    return ax


def draw_pieces(
    pieces: Sequence[Any], box: Box, ax: Axes, *, colours: Sequence[Any] | None = None
) -> Axes:
    """Draw linear pieces as polygons with their seams.

    Args:
        pieces: objects with ``vertices``, or arrays of shape (k, 2).
        box: the part of the plane to show.
        ax: where to draw.
        colours: one fill per piece; without it only the seams are drawn.
    """
    ax, box = read_axes(ax), read_plane_box(box)
    pieces = read_list("pieces", pieces, of="pieces")
    if colours is not None:
        listed = read_list("colours", colours, of="colours")
        colours = [read_colour("a member of colours", colour) for colour in listed]
    if colours is not None and len(colours) != len(pieces):
        raise InvalidInputError(
            f"draw_pieces got {counted(len(pieces), 'piece')} and "
            f"{counted(len(colours), 'colour')}. "
            "Pass one colour for each piece."
        )
    fills: Any = "none" if colours is None else colours
    polygons = [outline(piece) for piece in pieces]
    ax.add_collection(
        PolyCollection(polygons, facecolors=fills, edgecolors=SEAM, linewidths=0.8), autolim=False
    )
    return plane_axes(box, ax)


def draw_points(points: Any, labels: Any, box: Box, ax: Axes) -> Axes:
    """Draw a labelled sample: circles for +1, crosses for -1."""
    ax, box = read_axes(ax), read_plane_box(box)
    xy, sign = read_floats("points", points), read_floats("labels", labels)
    if xy.ndim != 2 or xy.shape[1] != 2 or sign.shape != xy.shape[:1]:
        raise ShapeError(
            f"draw_points got points of shape {xy.shape} and labels of shape {sign.shape}. "
            "Pass shapes (n, 2) and (n,)."
        )
    inside, outside = xy[sign > 0], xy[sign <= 0]
    ax.scatter(inside[:, 0], inside[:, 1], s=14, color=POSITIVE, marker="o", label="label +1")
    ax.scatter(outside[:, 0], outside[:, 1], s=14, color=NEGATIVE, marker="x", label="label −1")
    return plane_axes(box, ax)


def filmstrip(rows: Mapping[str, Sequence[Frame]], box: Box, *, target: Any = None) -> Figure:
    """Frames side by side, one row for each name: what a slider shows, on paper.

    Args:
        rows: {name of the row: its frames}, all rows of one length.
        box: the part of the plane the frames cover.
        target: drawn dashed on each, if given.

    Raises:
        InvalidInputError: no frames, or rows of different lengths.
    """
    box = read_plane_box(box)
    rows = {
        str(name): _frames(name, frames)
        for name, frames in read_mapping("rows", rows, of="{name: frames}").items()
    }
    lengths = {len(frames) for frames in rows.values()}
    if len(lengths) != 1 or 0 in lengths:
        raise InvalidInputError(
            f"filmstrip got rows of {sorted(lengths)} frames. Pass rows of one length, at least 1."
        )
    columns = lengths.pop()
    lines = max(len(frame.notes) for frames in rows.values() for frame in frames)
    # The whole strip fits a page of 12 inches; narrower pictures, smaller notes.
    side = min(PANEL, 12 / columns)
    fig = Figure(
        figsize=(side * columns, (side + 0.3 + 0.2 * lines) * len(rows)),
        layout=ConstrainedLayoutEngine(
            w_pad=0.1
        ),  # inches: the last tick of one, the first of next
    )
    grid = fig.subplots(len(rows), columns, squeeze=False)
    for axes, (name, frames) in zip(grid, rows.items(), strict=True):
        for ax, frame in zip(axes, frames, strict=True):
            _draw_frame(frame, box, target, ax)
        axes[0].set_ylabel(f"{name}\n$x_2$" if name else "$x_2$")
    for ax in grid.flat:
        ax.label_outer()
    return fig


def outline(target: Any) -> np.ndarray:
    """The vertices of a target's outline, shape (k, 2), as floats.

    Args:
        target: a disk (``dim`` 2 and ``inner``, its radius), an object with ``vertices``, or
            vertices of shape (k, 2).

    >>> from course_lib.targets import UnitBall
    >>> outline(UnitBall())[0].tolist()
    [1.0, 0.0]
    """
    if hasattr(target, "inner") and getattr(target, "dim", None) == 2:
        angles = np.linspace(0, 2 * np.pi, 240, endpoint=False)
        return float(target.inner) * np.column_stack([np.cos(angles), np.sin(angles)])
    try:
        vertices = read_floats("target", getattr(target, "vertices", target))
    except InvalidInputError:
        vertices = np.empty(0)
    in_the_plane = vertices.ndim == 2 and vertices.shape[0] >= 3 and vertices.shape[1] == 2
    if not (in_the_plane and np.isfinite(vertices).all()):
        raise ShapeError(
            f"This is no outline in the plane: {shown(target)}. "
            "Pass a disk of dimension 2, or at least three vertices of shape (k, 2)."
        )
    return vertices


def _frames(name: Any, frames: Any) -> list[Frame]:
    move = "Build one as plots.Frame(title, positive)."
    listed = read_list(f"the row {shown(name)}", frames, of="Frames")
    return [read_instance("a frame", frame, Frame, move) for frame in listed]


def _draw_frame(frame: Frame, box: Box, target: Any, ax: Axes) -> None:
    draw_region(frame.positive, box, ax)
    if target is not None:
        draw_outline(target, ax)
    ax.set_title("\n".join([frame.title, *frame.notes]), fontsize="medium")


def _centres(low: float, high: float, count: int) -> np.ndarray:
    return low + (np.arange(count) + 0.5) * ((high - low) / count)
