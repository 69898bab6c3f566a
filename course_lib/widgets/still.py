"""The still beneath a live picture, for whoever sees no widgets.

A viewer picks one form of each output: JupyterLab and nbconvert take the widget wherever its state
is stored, even where nothing can draw it (a page without a network, an output whose model is gone).
So the still is an output of its own. The style sheet that comes with a living picture hides it.
"""

from __future__ import annotations

from typing import Any

from IPython.display import display

from course_lib.plots.display import Png, show_png

__all__ = ["NOTE", "STILL", "WithStill"]

STILL = "course-still"  # the class by which live_picture.css finds it
NOTE = (
    "<p>A live picture: it moves in JupyterLab once its cell has run "
    "(<em>Run → Run All Cells</em>). Here it stands still:</p>"
)


class WithStill:
    """A widget that shows itself, and beneath it a still where the widget can't be drawn.

    The widget's own output holds the note that a still follows, for viewers that know no widgets.
    A class that inherits from this one and from a widget says in ``still`` what stands still.
    """

    def still(self) -> tuple[Png, str]:
        """What the live picture shows now, as a rendered picture with its alt text."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/html": NOTE}, metadata

    def _ipython_display_(self) -> None:
        if self._repr_mimebundle_ is None:  # so ipywidgets marks a widget that was closed
            print(repr(self))
            return
        data, metadata = self._repr_mimebundle_()
        display(data, raw=True, metadata=metadata)
        self._show_still()

    def _show_still(self) -> None:
        show_png(*self.still(), kind=STILL)
