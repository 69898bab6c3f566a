"""JupyterLab as the tests see it: open a notebook, run it, move sliders, read pictures."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Locator, Page, expect

from course_lib.plots import REGION_COLOURS

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

# Cell by cell, what the plot on a canvas shows: 1 positive, 0 negative, 2 covered by a line.
READ_CELLS = """(canvas, colours) => {
  const scale = canvas.width / canvas.getBoundingClientRect().width;
  const [left, top, width, height] = canvas.dataset.plot.split(" ").map(Number);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const hex = (k) => "#" + [0, 1, 2].map((c) => data[k + c].toString(16).padStart(2, "0")).join("");
  let text = "";
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const x = Math.floor((left + column + 0.5) * scale);
      const y = Math.floor((top + row + 0.5) * scale);
      text += colours[hex(4 * (y * canvas.width + x))] ?? 2;
    }
  return text;
}"""

# Select all cells, or those down to the last that shows a widget in its stored output.
SELECT = """(toTheLastWidget) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  const { cells } = notebook.model.sharedModel;
  const view = "application/vnd.jupyter.widget-view+json";
  const shows = (cell) => (cell.outputs ?? []).some((output) => output.data?.[view]);
  let last = cells.length - 1;
  if (toTheLastWidget) while (!shows(cells[last])) last--;
  notebook.activeCellIndex = 0;
  notebook.extendContiguousSelectionTo(last);
  return last;
}"""

SHOW = "(cell) => window.jupyterapp.shell.currentWidget.content.scrollToItem(cell, 'center')"

# Null while the cells run, then the errors of theirs; a run stops at the first of them.
ERRORS_WHEN_DONE = """(last) => {
  const cells = window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells;
  const asked = cells.slice(0, last + 1);
  const code = asked.filter((cell) => cell.cell_type === "code" && cell.source.trim());
  const errors = code.flatMap((cell) => cell.outputs.filter((one) => one.output_type === "error"));
  const done = errors.length > 0 || code.every((cell) => cell.execution_count !== null);
  return done ? errors.map(({ ename, evalue }) => `${ename}: ${evalue}`) : null;
}"""

# The pictures, as packed bits, of the depth sliders that stand where the headline says.
SLIDERS_IN_KERNEL = """
import base64, gc, json
import numpy as np
from course_lib.widgets import DepthSlider

def headline(slider):
    return f"Depth {slider.depth}" + ("" if slider.seed is None else f", seed {slider.seed}")

print(json.dumps([
    {
        name: base64.b64encode(np.packbits(grid)).decode()
        for name, grid in slider.regions().items()
    }
    for slider in gc.get_objects()
    if type(slider) is DepthSlider and headline(slider) == HEADLINE
]))
"""

RUN_IN_KERNEL = """async (code) => {
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  const future = kernel.requestExecute({ code, store_history: false });
  let text = "";
  future.onIOPub = ({ content }) => {
    if (content.name === "stdout") text += content.text;
    if (content.ename) text += `${content.ename}: ${content.evalue}`;
  };
  await future.done;
  return text;
}"""


@dataclass
class Lab:
    """One page of JupyterLab, with what went wrong on it."""

    page: Page
    url: str
    token: str
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        note = self.problems.append
        self.page.on("console", lambda one: note(one.text) if one.type == "error" else None)
        self.page.on("pageerror", lambda error: note(f"uncaught: {error}"))
        self.page.on("requestfailed", lambda request: note(f"failed: {request.url}"))
        self.page.on(
            "response", lambda one: note(f"{one.status}: {one.url}") if one.status >= 400 else None
        )

    def open(self, notebook: str) -> None:
        """Open a notebook of the root folder in a fresh workspace."""
        self.page.goto(f"{self.url}/lab/tree/{notebook}?token={self.token}&reset")
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
        self.page.wait_for_function(
            "window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status"
            " === 'idle'",
            timeout=60_000,
        )

    def run_all(self, *, to_the_last_widget: bool = False) -> None:
        """Run all cells, or those down to the last that shows a widget, and wait for them.

        An error in any cell is an error here.
        """
        last = self.page.evaluate(SELECT, to_the_last_widget)
        self.page.evaluate("void window.jupyterapp.commands.execute('notebook:run-cell')")
        done = self.page.wait_for_function(ERRORS_WHEN_DONE, arg=last, timeout=180_000)
        assert done.json_value() == []
        self.page.evaluate(SHOW, last)  # JupyterLab draws only what is near

    def in_kernel(self, code: str) -> Any:
        """The JSON that some code prints in the notebook's own kernel."""
        text = self.page.evaluate(RUN_IN_KERNEL, code)
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            raise AssertionError(f"The kernel answered {text!r} to {code!r}") from None


@dataclass
class Slider:
    """A depth slider on the page: its pictures, and the handles above them."""

    whole: Locator

    @property
    def page(self) -> Page:
        return self.whole.page

    @property
    def headline(self) -> Locator:
        return self.whole.locator(".depth-headline")

    @property
    def canvases(self) -> Locator:
        return self.whole.locator("canvas")

    def handle(self, which: str = "Depth") -> Locator:
        return self.whole.get_by_role("slider", name=which, exact=True)

    def press(self, key: str, which: str = "Depth") -> None:
        self.handle(which).focus()
        self.page.keyboard.press(key)

    def drag(self, share: float) -> None:
        """Drag the handle to that share of the slider's length, over a few places on the way."""
        handle = self.handle()
        handle.scroll_into_view_if_needed()
        track = handle.locator("xpath=ancestor::div[contains(@class, 'slider-container')]")
        start, rail = handle.bounding_box(), track.bounding_box()
        assert start is not None
        assert rail is not None
        x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(rail["x"] + share * rail["width"], y, steps=8)
        self.page.mouse.up()

    def shown(self) -> dict[str, np.ndarray]:
        """What the canvases show: {name of the family: cells}."""
        self.whole.locator('canvas[data-sharp="false"]').wait_for(state="detached")
        names = self.whole.locator(".depth-name").all_text_contents() or [""]
        canvases = self.canvases.all()
        return {name: shown_cells(one) for name, one in zip(names, canvases, strict=True)}

    def computed(self, lab: Lab) -> dict[str, np.ndarray]:
        """The same pictures, evaluated in the kernel once it knows where the slider stands."""
        shown, headline = self.shown(), self.headline.text_content()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for regions in lab.in_kernel(f"HEADLINE = {headline!r}\n{SLIDERS_IN_KERNEL}"):
                if regions.keys() == shown.keys():
                    side = len(next(iter(shown.values())))
                    return {name: unpacked(bits, side) for name, bits in regions.items()}
            self.page.wait_for_timeout(50)
        raise AssertionError(f"The kernel has no slider at {headline!r}.")


OpenLab = Callable[[], AbstractContextManager[Lab]]


def depth_sliders(lab: Lab, count: int) -> list[Slider]:
    """The ``count`` depth sliders of the page, in its order, drawn and ready to be moved."""
    whole = lab.page.locator(".course-live-picture").filter(has=lab.page.locator(".depth-view"))
    expect(whole).to_have_count(count, timeout=60_000)
    sliders = [Slider(one) for one in whole.all()]
    for slider in sliders:
        slider.whole.scroll_into_view_if_needed()
        slider.handle().wait_for()
    return sliders


def unpacked(text: str, side: int) -> np.ndarray:
    """A square grid from packed bits."""
    bits = np.unpackbits(np.frombuffer(base64.b64decode(text), np.uint8))
    return bits[: side * side].reshape(side, side)


def shown_cells(canvas: Locator) -> np.ndarray:
    """The picture on a canvas as a matrix, row 0 lowest: 1 positive, 0 negative, 2 hidden."""
    colours = dict.fromkeys(("positive", "hatch", "rim"), 1) | {"negative": 0}
    values = {REGION_COLOURS[name].lower(): value for name, value in colours.items()}
    text = canvas.evaluate(READ_CELLS, values)
    side = round(len(text) ** 0.5)
    return np.frombuffer(text.encode(), np.uint8).reshape(side, side)[::-1] - ord("0")


def share_different(shown: np.ndarray, computed: np.ndarray) -> float:
    """How much of the visible cells differs; lines may hide few of them."""
    visible = shown < 2
    assert visible.mean() > 0.9, "the picture is covered by lines, or drawn in unknown colours"
    return float((shown != computed)[visible].mean())


def assert_pictures_equal_the_kernel(lab: Lab, slider: Slider) -> None:
    """What the slider shows now is what the kernel computes for that place."""
    computed = slider.computed(lab)
    assert_pictures_equal(slider.shown(), computed)


def assert_pictures_equal(shown: dict[str, np.ndarray], computed: dict[str, np.ndarray]) -> None:
    """Both have the same pictures, but for some boundary cells."""
    assert shown.keys() == computed.keys()
    for name in shown:
        assert share_different(shown[name], computed[name]) < 0.001, name


def assert_moves_show_what_the_kernel_computes(lab: Lab, slider: Slider) -> None:
    """Moved by keyboard and by mouse, the slider's pictures stay those of the kernel."""
    assert_pictures_equal_the_kernel(lab, slider)
    slider.press("End")
    assert_pictures_equal_the_kernel(lab, slider)
    slider.press("ArrowLeft")
    assert_pictures_equal_the_kernel(lab, slider)
    before = slider.headline.text_content()
    slider.drag(0.3)
    expect(slider.headline).not_to_have_text(before or "")
    assert_pictures_equal_the_kernel(lab, slider)
