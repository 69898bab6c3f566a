"""Live pictures live the next day, and where they can't, a still stands in their place."""

from __future__ import annotations

import nbformat
import pytest
from lab import Lab, OpenLab
from notebook_rules import KERNELSPEC, WIDGET_STATE, WIDGET_VIEW
from playwright.sync_api import Page, expect
from running import Server

SOURCES = [
    "from course_lib.networks import OneNeuronResNet\n"
    "from course_lib.widgets import DepthSlider, DrawPolygon, Toggles",
    "DepthSlider(OneNeuronResNet.random(2, 4, seed=0), depth=2)",
    "DrawPolygon([(0, 0), (1, 0), (0, 1)])",
    "Toggles({'a': (0, 1), 'b': (0, 1)}, lambda a, b: f'{a} AND {b} is {a & b}.')",
]
LIVE = (".depth-view canvas", ".draw-polygon canvas", ".toggles-answer")
SAVE = "window.jupyterapp.commands.execute('docmanager:save')"
END_KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"


@pytest.fixture(scope="module")
def saved(server: Server, open_lab: OpenLab) -> str:
    """A notebook that a reader has run once and saved; its kernel is gone."""
    name = "next_day.ipynb"
    cells = [nbformat.v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate(SOURCES)]
    book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC})
    nbformat.write(book, server.root / name)
    with open_lab() as lab:
        lab.open(name)
        lab.run_all()
        expect_live(lab.page)
        lab.page.evaluate(SAVE)
        lab.page.evaluate(END_KERNEL)
    return name


def stills(page: Page):
    return page.locator(".jp-Notebook .course-still")


def expect_live(page: Page) -> None:
    for one in LIVE:
        expect(page.locator(f".jp-Notebook {one}")).to_be_visible(timeout=30_000)
    expect(stills(page)).to_have_count(3)
    for still in stills(page).all():
        expect(still).to_be_hidden()


def expect_stills(page: Page) -> None:
    for one in LIVE:
        expect(page.locator(f".jp-Notebook {one}")).to_have_count(0)
    expect(stills(page)).to_have_count(3, timeout=30_000)
    for still in stills(page).all():
        expect(still).to_be_visible()


def test_the_state_of_every_live_picture_is_saved(saved: str, server: Server) -> None:
    notebook = nbformat.read(server.root / saved, as_version=4)
    state = notebook.metadata.widgets[WIDGET_STATE].state
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    shown = [o.data[WIDGET_VIEW].model_id for o in outputs if WIDGET_VIEW in o.data]
    assert len(shown) == 3
    assert set(shown) <= set(state)


def test_the_next_day_the_pictures_live_before_any_cell_has_run(saved: str, lab: Lab) -> None:
    lab.open(saved)
    expect_live(lab.page)
    page = lab.page.locator(".jp-Notebook")
    page.get_by_role("button", name="1", exact=True).first.click()
    expect(page.locator(".toggles-answer")).to_have_text("1 AND 0 is 0.")


def test_a_notebook_that_is_not_trusted_shows_stills(saved: str, server: Server, lab: Lab) -> None:
    notebook = nbformat.read(server.root / saved, as_version=4)
    notebook.cells[0].source += "\n# from somebody else"
    nbformat.write(notebook, server.root / "not_trusted.ipynb")
    lab.open("not_trusted.ipynb")
    expect_stills(lab.page)
    note = lab.page.locator(".jp-Notebook").get_by_text("Here it stands still")
    expect(note).to_have_count(3)
