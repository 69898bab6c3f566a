"""Room for everything: nothing is cut at the border, no legend lies on data, no labels touch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import LayoutEngine
from matplotlib.ticker import MaxNLocator
from PIL import Image

__all__ = ["is_cut", "rendered"]

ROUNDS = 6  # of a layout that has not come to rest; one or two are enough for most pictures
APART = 5  # pixels at least between two tick labels
FAINT = 8  # levels of 255 by which pixels of one ground may differ
WHITE = 250  # a level of 255 that the eye takes for white
CORNERS = ("upper right", "upper left", "lower left", "lower right")
SPOTS = (*CORNERS, "center left", "center right", "upper center", "lower center", "center")


def rendered(fig: Figure, dpi: int) -> Image.Image:
    """The picture of a figure, mended where a reader would miss something, and nothing cut.

    Ticks thin out until their labels are apart; a legend that covers data moves to a free spot, or
    beside its axes if there is none; the axes are laid out until no ink touches the border.

    >>> rendered(Figure(figsize=(2, 1), layout="constrained"), dpi=50).size
    (100, 50)
    """
    engine, before = fig.get_layout_engine(), fig.dpi
    fig.set_dpi(dpi)
    fig.set_layout_engine("none")  # a layout costs as much as a picture: only where it is needed
    try:
        lay_out = partial(_lay_out, fig, engine)
        lay_out()
        _mend(fig, lay_out)
        for _ in range(ROUNDS):
            picture = Image.fromarray(_drawn(fig))
            if not is_cut(picture):
                break
            lay_out()  # again: titles were measured before equal aspects shrank the axes
        return picture
    finally:
        fig.set_layout_engine(engine)
        fig.set_dpi(before)


def is_cut(picture: Image.Image) -> bool:
    """Whether there is ink in the outermost rows or columns of a picture on white.

    >>> is_cut(Image.new("RGB", (9, 9), "white"))
    False
    """
    pixels = np.asarray(picture.convert("RGB"))
    edges = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return bool((edges < WHITE).any())


def _lay_out(fig: Figure, engine: LayoutEngine | None) -> None:
    """Give all axes their places, as a layout engine sees them now."""
    if engine is not None and fig.axes:
        engine.execute(fig)
    for ax in fig.axes:
        ax.apply_aspect()


def _drawn(fig: Figure) -> np.ndarray:
    """The pixels of a figure as it is laid out, on white; shape (rows, columns, 3)."""
    canvas = FigureCanvasAgg(fig)
    fig.set_facecolor("white")
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _mend(fig: Figure, lay_out: Callable[[], None]) -> None:
    """Thin out ticks and move legends, and lay out again where that changed a place."""
    if _thin_out(fig):
        lay_out()
    covering = [ax for ax in fig.axes if _may_cover(ax)]
    if covering:
        ground = _without_legends(covering, fig)
        outside = [_clear(ax, ground) for ax in covering]
        if any(outside):
            lay_out()
            _thin_out(fig)


def _thin_out(fig: Figure) -> bool:
    """Ask for fewer ticks while two of their labels touch; ticks set by hand stay.

    Returns whether there are fewer now.
    """
    thinner = False
    for axis in (axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis)):
        for bins in range(8, 1, -1):
            locator = axis.get_major_locator()
            if not isinstance(locator, MaxNLocator) or not _touching(axis):
                break
            locator.set_params(nbins=bins)
            thinner = True
    return thinner


def _touching(axis: Any) -> bool:
    low, high = sorted(axis.get_view_interval())
    pairs = zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=False)
    shown = [text for at, text in pairs if low <= at <= high and text.get_visible()]
    boxes = [text.get_window_extent() for text in shown if text.get_text()]
    across = axis.axis_name == "x"
    spans = sorted((box.x0, box.x1) if across else (box.y0, box.y1) for box in boxes)
    return any(start - end < APART for (_, end), (start, _) in pairwise(spans))


def _may_cover(ax: Axes) -> bool:
    legend = ax.get_legend()
    return legend is not None and ax.bbox.overlaps(legend.get_window_extent())


def _clear(ax: Axes, ground: np.ndarray) -> bool:
    """Move the legend if it lies on data; whether it had to leave the axes."""
    legend: Any = ax.get_legend()
    if _is_free(legend, ground):
        return False
    for spot in SPOTS:
        legend.set_loc(spot)
        if _is_free(legend, ground):
            return False
    legend.set_loc("center left")
    legend.set_bbox_to_anchor((1.01, 0.5))
    return True


def _without_legends(axes: list[Axes], fig: Figure) -> np.ndarray:
    """The picture's pixels without the legends and the lines of the grids, row 0 lowest."""
    hidden: list[Any] = [artist for ax in axes for artist in _overlays(ax)]
    shown = [artist.get_visible() for artist in hidden]
    for artist in hidden:
        artist.set_visible(False)
    ground = _drawn(fig)[::-1].astype(int)
    for artist, visible in zip(hidden, shown, strict=True):
        artist.set_visible(visible)
    return ground


def _overlays(ax: Axes) -> list[Any]:
    return [ax.get_legend(), *ax.get_xgridlines(), *ax.get_ygridlines()]


def _is_free(legend: Any, ground: np.ndarray) -> bool:
    """Whether there is one colour under the legend."""
    box = legend.get_window_extent()
    (left, bottom), (right, top) = np.floor([box.min, box.max]).astype(int)
    under = ground[max(bottom, 0) : top + 1, max(left, 0) : right + 1].reshape(-1, 3)
    return bool((np.abs(under - np.median(under, axis=0)) <= FAINT).all())
