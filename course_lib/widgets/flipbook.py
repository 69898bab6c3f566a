"""The flipbook: matplotlib pictures sent once and turned over by a slider in the browser."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import anywidget
import traitlets
from matplotlib.figure import Figure

from course_lib import plots
from course_lib.arguments import counted, read_list, read_text
from course_lib.errors import InvalidInputError
from course_lib.plots.reading import read_figure
from course_lib.widgets.live_picture import LivePicture, front_end, style

__all__ = ["Flipbook", "FlipbookView"]


class FlipbookView(anywidget.AnyWidget):
    """The page of a :class:`Flipbook`, without its slider."""

    _esm = front_end("flipbook.js")
    _css = style("flipbook.css")

    position = traitlets.Int(0).tag(sync=True)
    name = traitlets.Unicode(help="what the slider changes").tag(sync=True)
    labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    alts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    pictures = traitlets.List(traitlets.Bytes(), help="PNG files").tag(sync=True)


class Flipbook(LivePicture):
    """Finished pictures that a slider turns over, for whatever is too slow to draw at each move.

    Each figure is rendered to PNG once and closed. The browser decodes all of them once, so that a
    move draws in a few milliseconds, needs no kernel, and works in a saved notebook. A picture is
    as wide as its pixels, or as the page if that is narrower; a button enlarges it to the page.

    Args:
        frames: matplotlib figures of one size.
        labels: what the slider says at each of them, a few characters ("4 blocks").
        alts: what each of them shows, for readers who can't see it. It stands below the picture as
            its caption too.
        name: what the slider changes ("Blocks").
        start: the label to begin with; without it the first.

    Raises:
        InvalidInputError: no frames, more or fewer labels or alts than frames, figures of
            different sizes, or an alt text too short to state a finding.

    >>> figures = [plots.figure() for _ in range(3)]
    >>> Flipbook(
    ...     figures,
    ...     labels=["1 fold", "2 folds", "3 folds"],
    ...     alts=[f"After {k} folds the plane has {2**k} sheets." for k in (1, 2, 3)],
    ...     name="Folds",
    ... )
    Flipbook(Folds: 1 fold to 3 folds, at 1 fold)
    """

    def __init__(
        self,
        frames: Iterable[Figure],
        *,
        labels: Sequence[str],
        alts: Sequence[str],
        name: str,
        start: str | None = None,
    ) -> None:
        figures = [
            read_figure("a frame", frame) for frame in read_list("frames", frames, of="figures")
        ]
        labels, alts = _texts("labels", labels), _texts("alts", alts)
        name = read_text("name", name)
        start = None if start is None else read_text("start", start)
        _require_one_each(len(figures), labels=labels, alts=alts)
        sizes = {tuple(figure.get_size_inches()) for figure in figures}
        if len(sizes) > 1:
            raise InvalidInputError(
                f"The frames have {len(sizes)} different sizes. Give every figure the same figsize."
            )
        if start is not None and start not in labels:
            raise InvalidInputError(f"There is no label {start!r}. Choose one of {list(labels)}.")
        for alt in alts:
            plots.require_alt(alt)
        pictures = [plots.png(figure) for figure in figures]
        self._pictures = pictures
        view = FlipbookView(
            position=0 if start is None else list(labels).index(start),
            name=name,
            labels=list(labels),
            alts=list(alts),
            pictures=[picture.data for picture in pictures],
        )
        super().__init__(view, {"position": (name, len(figures))})

    def still(self) -> tuple[plots.Png, str]:
        """The frame shown now, with its alt text."""
        return self._pictures[self.view.position], self.view.alts[self.view.position]

    def __repr__(self) -> str:
        view = self.view
        return (
            f"Flipbook({view.name}: {view.labels[0]} to {view.labels[-1]}, "
            f"at {view.labels[view.position]})"
        )


def _texts(name: str, value: Any) -> list[str]:
    return [read_text(f"a member of {name}", text) for text in read_list(name, value, of="texts")]


def _require_one_each(count: int, **texts: Sequence[str]) -> None:
    if count == 0:
        raise InvalidInputError("A Flipbook needs at least one figure among its frames. Pass some.")
    for name, given in texts.items():
        if len(given) != count:
            raise InvalidInputError(
                f"Flipbook got {counted(count, 'figure')} and {len(given)} {name}. Pass one "
                "for each figure."
            )
