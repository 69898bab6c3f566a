"""A sheet to draw on: click the corners of a polygon, and one-neuron blocks draw it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from course_lib import plots
from course_lib.arguments import counted, read_list
from course_lib.constructions.one_neuron import blocks_of, polygon
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import OneNeuronResNet
from course_lib.networks.reading import read_array
from course_lib.widgets.decision import decision_grid, require_plane_box
from course_lib.widgets.live_picture import style
from course_lib.widgets.still import WithStill

__all__ = ["DrawPolygon"]

CELLS = 320  # of the picture, in each direction: one per CSS pixel


class DrawPolygon(WithStill, anywidget.AnyWidget):
    """A sheet on which a reader draws a polygon, compiled into a one-neuron ResNet on each change.

    A click sets a corner, a drag moves one; with the keyboard, arrow keys move a cross, Enter sets
    a corner there and Backspace takes the last one away. The browser keeps one question to the
    kernel under way at a time, and then asks about the latest corners only.

    Args:
        corners: pairs (x, y) to begin with, in order around the polygon.
        box: the sheet, two pairs (low, high).

    Raises:
        ShapeError: corners that are no pairs, or a box that isn't two pairs.
        InvalidInputError: an empty box.

    >>> sheet = DrawPolygon([(0, 0), (1, 0), (0, 1)])
    >>> sheet
    DrawPolygon(3 corners: drawn exactly by 2 blocks, 1 fold.)
    >>> bool(sheet.network([0.2, 0.2]) > 0)
    True
    """

    _esm = Path(__file__).with_name("draw_polygon.js")
    _css = style("draw_polygon.css")

    box = traitlets.List(traitlets.List(), help="of the sheet: two pairs (low, high)").tag(
        sync=True
    )
    cells = traitlets.Int(CELLS).tag(sync=True)
    colours = traitlets.Dict(plots.REGION_COLOURS).tag(sync=True)
    question = traitlets.Dict(help="number, and corners: what the browser asks").tag(sync=True)
    answer = traitlets.Dict(help="number of the question, message, region as bits").tag(sync=True)

    def __init__(
        self,
        corners: Sequence[Sequence[float]] = (),
        box: Sequence[Sequence[float]] = ((-2, 2), (-2, 2)),
    ) -> None:
        self.network: OneNeuronResNet | None = None
        super().__init__(
            box=_read_box(box), question={"number": 0, "corners": _read_corners(corners)}
        )
        self._compile()
        self.observe(lambda _: self._compile(), names="question")
        self.add_class("course-live-picture")

    @property
    def corners(self) -> list[list[float]]:
        """The corners drawn so far, as pairs [x, y]."""
        return [list(corner) for corner in self.question["corners"]]

    @property
    def message(self) -> str:
        """What the sheet says below the picture."""
        return str(self.answer["message"])

    def still(self) -> tuple[plots.Png, str]:
        """The sheet as it is now, with its message and its corners as alt text."""
        figure = plots.figure()
        ax, box = figure.subplots(), require_plane_box(self.box)
        plots.plane_axes(box, ax)
        if self.network is not None:
            plots.draw_region(decision_grid(self.network, box, CELLS), box, ax)
        if self.corners:
            ax.plot(*np.transpose(self.corners), "o", color="black", markersize=4)
        at = ", ".join(f"({x:g}, {y:g})" for x, y in self.corners)
        return plots.png(figure), f"{self.message} Corners: {at or 'none'}."

    def __repr__(self) -> str:
        return f"DrawPolygon({self.message})"

    def _compile(self) -> None:
        try:
            self.network, message = _compiled(self.corners)
        except InvalidInputError as error:
            self.network, message = None, str(error)
        region = b""
        if self.network is not None:
            grid = decision_grid(self.network, self.box, CELLS)
            region = np.packbits(grid[::-1]).tobytes()  # the top row first
        self.answer = {
            "number": self.question["number"],
            "message": message,
            "region": region,
        }


def _compiled(corners: list[list[float]]) -> tuple[OneNeuronResNet | None, str]:
    count = len(corners)
    if count < 3:
        return None, f"Corners so far: {count}. A polygon needs 3 or more: click on the sheet."
    network = polygon(corners)
    folds = sum(block.kind == "fold" for block in blocks_of(network))
    blocks = f"{counted(network.depth, 'block')}, {counted(folds, 'fold')}"
    return network, f"{counted(count, 'corner')}: drawn exactly by {blocks}."


def _read_corners(corners: Any) -> list[list[float]]:
    listed = read_list("corners", corners, of="pairs (x, y)")
    array = read_array("corners", listed).astype(np.float64) if listed else np.empty((0, 2))
    if array.ndim != 2 or array.shape[1] != 2:
        raise ShapeError(f"DrawPolygon got corners of shape {array.shape}. Pass pairs (x, y).")
    if not np.isfinite(array).all():
        raise InvalidInputError("DrawPolygon got corners that are not finite. Pass numbers (x, y).")
    corners_read: list[list[float]] = array.tolist()
    return corners_read


def _read_box(box: Any) -> list[list[float]]:
    return [list(side) for side in require_plane_box(box)]
