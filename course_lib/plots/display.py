"""Figures into notebooks: a small PNG that is the same on every run, with its alt text."""

from __future__ import annotations

import base64
import html
import io
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure
from PIL import Image

from course_lib.errors import InvalidInputError

__all__ = ["Png", "figure", "png", "require_alt", "show"]

PANEL = 3.2  # inches: side of one picture
DPI = 120  # dots rendered per inch
SHOWN = 80  # CSS pixels per inch on the page, so that 10 pt text reads like the page's own
COLOURS = 64  # a palette keeps a committed notebook small; anti-aliased text needs about this many


@dataclass(frozen=True)
class Png:
    """A rendered figure: the file, and its size on the page in CSS pixels."""

    data: bytes
    width: int
    height: int


def figure(columns: int = 1, rows: int = 1) -> Figure:
    """An empty figure with room for a grid of square pictures; ask it for ``subplots``.

    It is unknown to pyplot, so nothing shows it twice and nothing needs closing.

    >>> figure(columns=2).get_size_inches().tolist()
    [6.4, 3.2]
    """
    if columns < 1 or rows < 1:
        raise InvalidInputError(
            f"A figure needs at least one column and one row, got {columns} and {rows}."
        )
    return Figure(figsize=(PANEL * columns, PANEL * rows), layout="constrained")


def png(fig: Figure) -> Png:
    """Render a figure to a small PNG with the same bytes on every run, and close it."""
    raw = io.BytesIO()
    fig.savefig(raw, format="png", dpi=DPI, facecolor="white")
    plt.close(fig)
    picture = Image.open(raw).convert("RGB")
    reduced = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    small = io.BytesIO()
    reduced.save(small, format="png", optimize=True)  # PIL writes no date and no software name
    width, height = (round(pixels * SHOWN / DPI) for pixels in picture.size)
    return Png(small.getvalue(), width, height)


def show(fig: Figure, alt: str) -> None:
    """Display a figure in a notebook, with the text for readers who can't see it.

    The output holds the picture as image/png, its ``alt`` in the metadata, where converters look
    for it, and an HTML image around the same bytes: JupyterLab drops the metadata's alt text, but
    keeps the one of an HTML image.

    Args:
        fig: a finished figure; it is closed.
        alt: one sentence that states the finding.

    Raises:
        InvalidInputError: alt text of fewer than five words.
    """
    require_alt(alt)
    picture = png(fig)
    encoded = base64.b64encode(picture.data).decode()
    bundle: dict[str, Any] = {
        "image/png": encoded,
        "text/html": (
            f'<img src="data:image/png;base64,{encoded}" width="{picture.width}" '
            f'alt="{html.escape(alt)}">'
        ),
        "text/plain": alt,
    }
    size = {"width": picture.width, "height": picture.height}
    display(bundle, raw=True, metadata={"image/png": {"alt": alt, **size}})


def require_alt(alt: str) -> None:
    """Refuse an alt text that can't state a finding.

    >>> require_alt("At depth 5 the positive set is bounded.")
    """
    if len(alt.split()) < 5:
        raise InvalidInputError(
            f"The alt text {alt!r} is too short. Say in a sentence of at least five words what the "
            "picture shows, for readers who can't see it."
        )
