"""The sheet to draw on, in JupyterLab: the hand and the keyboard draw, the kernel answers."""

from __future__ import annotations

from collections.abc import Iterator

import nbformat
import numpy as np
import pytest
from lab import Lab, OpenLab, share_different, shown_cells
from playwright.sync_api import Locator, expect
from running import Server

from course_lib.constructions.one_neuron import polygon
from course_lib.widgets import decision_grid

SOURCE = "from course_lib.widgets import DrawPolygon\n\nsheet = DrawPolygon()\nsheet"
CORNERS_IN_KERNEL = "import json; print(json.dumps(sheet.corners))"
BOX = ((-2, 2), (-2, 2))
# Every question has its answer: the picture is that of the corners on the sheet.
SETTLED = """() => {
  const { asked, answered } = document.querySelector(".draw-polygon-canvas").dataset;
  return asked === answered;
}"""


@pytest.fixture(scope="module")
def notebook(server: Server) -> str:
    cells = [nbformat.v4.new_code_cell(SOURCE)]
    python = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": python})
    nbformat.write(book, server.root / "sheet.ipynb")
    return "sheet.ipynb"


@pytest.fixture(scope="module")
def lab(open_lab: OpenLab, notebook: str) -> Iterator[Lab]:
    """One page for all tests, with a sheet that has been run."""
    with open_lab() as tab:
        tab.open(notebook)
        tab.run_all()
        yield tab


@pytest.fixture
def canvas(lab: Lab) -> Locator:
    """The sheet, with no corners on it."""
    found = lab.page.locator(".draw-polygon-canvas")
    found.scroll_into_view_if_needed()
    lab.page.get_by_role("button", name="Clear", exact=True).click()
    return found


def at(canvas: Locator, corner: tuple[float, float]) -> tuple[float, float]:
    """Where a point of the plane stands on the page."""
    box = canvas.bounding_box()
    assert box is not None
    left, top, width, height = map(int, canvas.get_attribute("data-plot").split())
    x, y = corner
    return box["x"] + left + (x + 2) / 4 * width, box["y"] + top + (2 - y) / 4 * height


def says(lab: Lab, text: str) -> None:
    expect(lab.page.locator(".draw-polygon-message")).to_contain_text(text)


def assert_shows_the_network(lab: Lab, canvas: Locator) -> None:
    """The picture is what the library computes for the corners that the kernel has."""
    expected = decision_grid(polygon(lab.in_kernel(CORNERS_IN_KERNEL)), BOX, 320)
    # the dashed line and the marks of the corners hide few cells
    assert share_different(shown_cells(canvas), expected) < 1e-3
    assert share_different(shown_cells(canvas)[::-1], expected) > 0.01


def test_clicks_and_drags_draw_a_polygon(lab: Lab, canvas: Locator) -> None:
    says(lab, "Corners so far: 0")
    for corner in ((-1.5, -0.5), (1.25, -1), (0.5, 1.25), (-0.5, 0.5)):
        lab.page.mouse.click(*at(canvas, corner))
    says(lab, "4 corners: drawn exactly by")
    assert_shows_the_network(lab, canvas)

    lab.page.mouse.move(*at(canvas, (0.5, 1.25)))
    lab.page.mouse.down()
    lab.page.mouse.move(*at(canvas, (1.0, 1.75)), steps=25)
    lab.page.mouse.up()
    # the hand moves faster than the kernel answers; the last place must win
    lab.page.wait_for_function(SETTLED)
    corners = np.array(lab.in_kernel(CORNERS_IN_KERNEL))
    np.testing.assert_allclose(corners[2], [1.0, 1.75], atol=0.02)
    assert_shows_the_network(lab, canvas)


def test_the_keyboard_draws_too_and_a_bad_shape_is_explained(lab: Lab, canvas: Locator) -> None:
    canvas.focus()
    keys = ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown")
    for key in keys:
        for _ in range(4):
            lab.page.keyboard.press(key)
        lab.page.keyboard.press("Enter")
    says(lab, "4 corners: drawn exactly by")
    assert np.array_equal(
        lab.in_kernel(CORNERS_IN_KERNEL), [[0.8, 0], [0.8, 0.8], [0, 0.8], [0, 0]]
    )
    assert_shows_the_network(lab, canvas)

    lab.page.mouse.click(*at(canvas, (1.5, 0.5)))  # the last side now crosses the second one
    says(lab, "Some vertical line meets this polygon in more than one piece")
    canvas.focus()
    lab.page.keyboard.press("Backspace")
    says(lab, "4 corners: drawn exactly by")
    lab.page.get_by_role("button", name="Clear", exact=True).click()
    says(lab, "Corners so far: 0")
