"""Figures into notebooks: a small PNG that is the same on every run, with its alt text."""

from __future__ import annotations

import base64
import html
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure

from course_lib.arguments import read_text, read_whole
from course_lib.errors import InvalidInputError
from course_lib.plots.encode import encoded
from course_lib.plots.layout import rendered
from course_lib.plots.reading import read_figure

__all__ = ["Png", "figure", "png", "require_alt", "show", "show_png"]

PANEL = 3.2  # inches: side of one picture
DPI = 120  # dots rendered per inch
SHOWN = 80  # CSS pixels per inch on the page, so that 10 pt text reads like the page's own


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
    columns = read_whole("columns", columns, at_least=1, at_most=100)
    rows = read_whole("rows", rows, at_least=1, at_most=100)
    return Figure(figsize=(PANEL * columns, PANEL * rows), layout="constrained")


def png(fig: Figure) -> Png:
    """Render a figure to a small PNG with the same bytes on every run, and close it.

    Nothing is cut at its border, no legend of an axes lies on data, no tick labels collide.
    """
    picture = rendered(read_figure("fig", fig), DPI)
    plt.close(fig)
    width, height = (round(pixels * SHOWN / DPI) for pixels in picture.size)
    return Png(encoded(picture), width, height)


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
    show_png(png(fig), alt)


def show_png(picture: Png, alt: str, kind: str = "") -> None:
    """Display a rendered figure as :func:`show` does; ``kind`` is the class of its HTML image."""
    text = base64.b64encode(picture.data).decode()
    named = f'class="{kind}" ' if kind else ""
    bundle: dict[str, Any] = {
        "image/png": text,
        "text/html": (
            f'<img {named}src="data:image/png;base64,{text}" width="{picture.width}" '
            f'style="max-width: 100%; height: auto" alt="{html.escape(alt)}">'
        ),
        "text/plain": alt,
    }
    size = {"width": picture.width, "height": picture.height}
    display(bundle, raw=True, metadata={"image/png": {"alt": alt, **size}})


def require_alt(alt: str) -> None:
    """Refuse an alt text that can't state a finding.

    >>> require_alt("At depth 5 the positive set is bounded.")
    """
    if len(read_text("alt", alt).split()) < 5:
        raise InvalidInputError(
            f"The alt text {alt!r} is too short. Say in a sentence of at least five words what the "
            "picture shows, for readers who can't see it."
        )
