"""A picture with sliders that are linked to it in the browser, so that a move needs no kernel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import anywidget
import ipywidgets

from course_lib.arguments import read_whole, shown
from course_lib.errors import InvalidInputError
from course_lib.widgets.still import WithStill

__all__ = ["LivePicture", "front_end", "style"]


def front_end(name: str) -> str:
    """The front-end module of that name in this folder, with what all of them share before it.

    One text per widget, because a module that lives in a saved notebook has no neighbour to import.
    """
    return _joined("slider_access.js", name)


def style(name: str) -> str:
    """The style sheet of that name in this folder, with what all live pictures share before it."""
    return _joined("live_picture.css", name)


def _joined(*names: str) -> str:
    return "\n".join(Path(__file__).with_name(name).read_text("utf-8") for name in names)


class LivePicture(WithStill, ipywidgets.VBox):
    """A view below its sliders, one integer slider from 0 for each of the named traits.

    Where no widget can be shown, it stands still: subclasses say in ``still`` as what.

    Args:
        view: the picture.
        sliders: {trait of the view: (name on the slider, number of positions)}.
    """

    def __init__(self, view: anywidget.AnyWidget, sliders: Mapping[str, tuple[str, int]]) -> None:
        self.view = view
        self.places = {trait: max(positions, 1) for trait, (_, positions) in sliders.items()}
        # A single position needs no slider, and the front end's slider refuses an empty range.
        self.sliders = {
            trait: _slider(name, positions, getattr(view, trait))
            for trait, (name, positions) in sliders.items()
            if positions > 1
        }
        # Linked in the browser only: a second link in the kernel would answer a quick drag with
        # positions from a moment ago.
        self._links = [
            ipywidgets.jslink((slider, "value"), (view, trait))
            for trait, slider in self.sliders.items()
        ]
        super().__init__([*self.sliders.values(), view])
        self.add_class("course-live-picture")

    def move(self, trait: str, position: int) -> None:
        """Show that position, in the kernel and, if there is one, in the browser."""
        if not isinstance(trait, str) or trait not in self.places:
            raise InvalidInputError(
                f"There is no {shown(trait)} here. Move one of {[*self.places]}."
            )
        position = read_whole("position", position, at_least=0, at_most=self.places[trait] - 1)
        setattr(self.view, trait, position)
        if trait in self.sliders:
            self.sliders[trait].value = position


def _slider(name: str, positions: int, position: int) -> ipywidgets.IntSlider:
    return ipywidgets.IntSlider(
        value=position,
        min=0,
        max=positions - 1,
        description=name,
        readout=False,  # a position is no depth: the picture's headline says what it means
        layout=ipywidgets.Layout(width="100%", max_width="30em"),
    )
