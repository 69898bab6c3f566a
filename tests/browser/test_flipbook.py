"""The flipbook in JupyterLab: each position shows its own picture and says its own text."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from functools import cache

import nbformat
import numpy as np
import pytest
from lab import Lab, OpenLab
from PIL import Image
from playwright.sync_api import expect
from running import Server

from course_lib import plots

FRAME = """
from course_lib import plots

def frame(k):
    fig = plots.figure()
    fig.subplots().plot([0, 1], [0, k], color=plots.POSITIVE)
    return fig
"""
SOURCE = f"""{FRAME}
from course_lib.widgets import Flipbook

Flipbook(
    [frame(k) for k in range(4)], labels=[f"slope {{k}}" for k in range(4)],
    alts=[f"A line from the origin with slope {{k}}." for k in range(4)], name="Slope",
)
"""


@pytest.fixture(scope="module")
def notebook(server: Server) -> str:
    cells = [nbformat.v4.new_code_cell(SOURCE.strip())]
    python = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": python})
    nbformat.write(book, server.root / "flipbook.ipynb")
    return "flipbook.ipynb"


@pytest.fixture(scope="module")
def lab(open_lab: OpenLab, notebook: str) -> Iterator[Lab]:
    """One page for all tests, with a flipbook that has been run."""
    with open_lab() as tab:
        tab.open(notebook)
        tab.run_all()
        yield tab


@cache
def expected(k: int) -> np.ndarray:
    names: dict = {}
    exec(FRAME, names)
    return pixels(plots.png(names["frame"](k)).data)


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_turns_to_the_picture_of_each_position(lab: Lab) -> None:
    view = lab.page.locator(".flipbook-view")
    canvas = view.locator("canvas")
    handle = lab.page.get_by_role("slider", name="Slope", exact=True)
    handle.focus()
    for k in range(4):
        expect(canvas).to_have_attribute("aria-label", f"A line from the origin with slope {k}.")
        expect(handle).to_have_attribute("aria-valuetext", f"slope {k}")
        expect(view.locator(".flipbook-headline")).to_have_text(f"Slope: slope {k}")
        url = canvas.evaluate("(canvas) => canvas.toDataURL()")  # a PNG: nothing gets lost
        assert np.array_equal(pixels(base64.b64decode(url.partition(",")[2])), expected(k))
        lab.page.keyboard.press("ArrowRight")
    assert not np.array_equal(expected(2), expected(3))


def test_fits_the_page_and_is_enlarged_by_a_button(lab: Lab) -> None:
    view = lab.page.locator(".flipbook-view")
    canvas = view.locator("canvas")
    lab.page.get_by_role("slider", name="Slope", exact=True).press("Home")
    expect(canvas).to_have_attribute("data-position", "0")
    small = canvas.bounding_box()
    assert small["width"] == pytest.approx(canvas.evaluate("(canvas) => canvas.width"), abs=1)
    button = view.get_by_role("button", name="Larger picture")
    button.focus()
    lab.page.keyboard.press("Enter")
    expect(view.get_by_role("button", name="Smaller picture")).to_have_attribute(
        "aria-pressed", "true"
    )
    large = canvas.bounding_box()
    assert large["width"] > 1.5 * small["width"]
    assert large["width"] / large["height"] == pytest.approx(
        small["width"] / small["height"], rel=0.01
    )
    assert large["width"] <= view.bounding_box()["width"] + 1
