"""Room for everything: nothing is cut at the border, no legend lies on data, no labels touch."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image

__all__ = ["is_cut", "rendered", "settle"]

ROUNDS = 6  # of a layout that has not come to rest; one or two are enough for most pictures
APART = 5  # pixels at least between two tick labels
FAINT = 8  # levels of 255 by which pixels of one ground may differ
WHITE = 250  # a level of 255 that the eye takes for white
CORNERS = ("upper right", "upper left", "lower left", "lower right")
SPOTS = (*CORNERS, "center left", "center right", "upper center", "lower center", "center")


def settle(fig: Figure) -> Figure:
    """Mend what a reader of the picture would miss: labels that collide, data under a legend.

    Ticks thin out until their labels are apart; a legend that covers data moves to a free spot, or
    beside its axes if there is none.

    >>> fig = Figure(layout="constrained")
    >>> settle(fig) is fig
    True
    """
    fig.draw_without_rendering()
    thinner = _thin_out(fig)
    legends = [ax for ax in fig.axes if ax.get_legend() is not None]
    if legends and thinner:
        fig.draw_without_rendering()  # where the axes are, now that labels have gone
    outside = [ax for ax in legends if _clear(ax, fig)]
    if outside:
        fig.draw_without_rendering()
        _thin_out(fig)
    return fig


def rendered(fig: Figure, dpi: int) -> Image.Image:
    """The picture of a figure, laid out until no ink touches its border.

    Once is not enough: titles are measured before equal aspects shrink the axes.
    """
    for _ in range(ROUNDS):
        file = io.BytesIO()  # bare pixels: a PNG would be packed only to be unpacked again
        fig.savefig(file, format="rgba", dpi=dpi, facecolor="white")
        width, height = (int(inches * dpi) for inches in fig.get_size_inches())
        picture = Image.frombytes("RGBA", (width, height), file.getvalue()).convert("RGB")
        if not is_cut(picture):
            break
    return picture


def is_cut(picture: Image.Image) -> bool:
    """Whether there is ink in the outermost rows or columns of a picture on white.

    >>> is_cut(Image.new("RGB", (9, 9), "white"))
    False
    """
    pixels = np.asarray(picture.convert("RGB"))
    edges = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return bool((edges < WHITE).any())


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


def _clear(ax: Axes, fig: Figure) -> bool:
    """Move the legend if it lies on data; whether it had to leave the axes."""
    legend: Any = ax.get_legend()
    if not ax.bbox.overlaps(legend.get_window_extent()):
        return False
    ground = _without(legend, ax, fig)
    if _is_free(legend, ground):
        return False
    for spot in SPOTS:
        legend.set_loc(spot)
        if _is_free(legend, ground):
            return False
    legend.set_loc("center left")
    legend.set_bbox_to_anchor((1.01, 0.5))
    return True


def _without(legend: Any, ax: Axes, fig: Figure) -> np.ndarray:
    """The picture's pixels without that legend and the lines of its grid, row 0 lowest."""
    hidden = [legend, *ax.get_xgridlines(), *ax.get_ygridlines()]
    shown = [artist.get_visible() for artist in hidden]
    canvas = FigureCanvasAgg(fig)
    for artist in hidden:
        artist.set_visible(False)
    canvas.draw()
    for artist, visible in zip(hidden, shown, strict=True):
        artist.set_visible(visible)
    return np.asarray(canvas.buffer_rgba())[::-1, :, :3].astype(int)


def _is_free(legend: Any, ground: np.ndarray) -> bool:
    """Whether there is one colour under the legend."""
    box = legend.get_window_extent()
    (left, bottom), (right, top) = np.floor([box.min, box.max]).astype(int)
    under = ground[max(bottom, 0) : top + 1, max(left, 0) : right + 1].reshape(-1, 3)
    return bool((np.abs(under - np.median(under, axis=0)) <= FAINT).all())
