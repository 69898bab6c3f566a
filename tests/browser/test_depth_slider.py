"""The depth slider in JupyterLab: what it shows is what the kernel computes, whatever moves it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest
from lab import (
    Lab,
    OpenLab,
    Slider,
    assert_moves_show_what_the_kernel_computes,
    assert_pictures_equal,
    assert_pictures_equal_the_kernel,
    depth_sliders,
    share_different,
)
from nbclient import NotebookClient
from nbformat.sign import NotebookNotary
from playwright.sync_api import Browser, expect
from running import Server

from course_lib.widgets import DepthSlider

PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
# On these networks a flipped or mirrored picture differs. Gaps between depths, seeds that don't
# begin at 0, both precisions, one family with seeds beside one without, prefixes of one network.
FAMILIES = """
import numpy as np
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.targets import UnitBall
from course_lib.widgets import DepthSlider

depths = (1, 2, 5, 10)
wide = {
    (depth, seed): FullyConnected.random(2, [8] * depth, seed=10 * seed + depth)
    for depth in depths for seed in (0, 1, 4)
}
deep = {
    depth: OneNeuronResNet.random(2, 2 * depth, seed=4, dtype=np.float64) for depth in depths
}
families = DepthSlider(
    {"Eight wide": wide, "One neuron": deep}, target=UnitBall(), depth=2,
    facts=lambda net: {"hidden layers": str(net.depth)},
)
families
"""
PREFIXES = """
net = OneNeuronResNet.random(2, 200, seed=5)
gentle = OneNeuronResNet.from_blocks(net.u / 10, net.w, net.b, readout=(net.a, net.c))
DepthSlider(gentle, box=((-2, 2), (-1, 3)), depth=150)
"""
STATIC_PAGE = """async ([state, weights]) => {
  state.weights = new DataView(Uint8Array.from(atob(weights), (c) => c.charCodeAt(0)).buffer);
  const listeners = {};
  const model = {
    get: (name) => state[name],
    on: (event, action) => (listeners[event] = action),
    off: () => {},
  };
  const source = new Blob([state._esm], { type: "text/javascript" });
  const { default: widget } = await import(URL.createObjectURL(source));
  widget.render({ model, el: document.body });
  window.move = (position) => {
    state.position = position;
    listeners["change:position"]();
  };
}"""


@pytest.fixture(scope="session")
def notebook(server: Server) -> str:
    """A notebook with both kinds of slider."""
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in (FAMILIES, PREFIXES)]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata=PYTHON), server.root / "sliders.ipynb"
    )
    return "sliders.ipynb"


@pytest.fixture(scope="module")
def opened(open_lab: OpenLab, notebook: str) -> Iterator[Lab]:
    """A page with that notebook, run: shared, because opening one takes seconds."""
    with open_lab() as lab:
        lab.open(notebook)
        lab.run_all()
        yield lab


@pytest.fixture
def families() -> DepthSlider:
    """The first of its sliders, built here."""
    names: dict[str, Any] = {}
    exec(FAMILIES, names)
    return names["families"]


@pytest.fixture(scope="session")
def saved(server: Server, notebook: str) -> nbformat.NotebookNode:
    """The same, run with the widgets' state saved, trusted, and on the server as saved.ipynb."""
    book = nbformat.read(server.root / notebook, 4)
    NotebookClient(book).execute()
    nbformat.write(book, server.root / "saved.ipynb")
    # JupyterLab shows the widgets of a notebook it has not run only if somebody trusts it.
    NotebookNotary(data_dir=str(server.data)).sign(nbformat.read(server.root / "saved.ipynb", 4))
    return book


def test_shows_what_the_kernel_computes(opened: Lab) -> None:
    for slider in depth_sliders(opened, 2):
        assert_moves_show_what_the_kernel_computes(opened, slider)


def test_a_flipped_or_mirrored_picture_would_be_noticed(opened: Lab) -> None:
    for slider in depth_sliders(opened, 2):
        regions = slider.computed(opened)
        for name, shown in slider.shown().items():
            for wrong in (regions[name][::-1], regions[name][:, ::-1], regions[name].T):
                assert share_different(shown, wrong) > 0.05


def test_every_depth_and_seed_by_keyboard(opened: Lab) -> None:
    slider = depth_sliders(opened, 2)[0]
    slider.press("Home", which="Seed")
    labels = set()
    for seed in (0, 1, 4):
        slider.press("Home")
        for depth in (1, 2, 5, 10):
            expect(slider.headline).to_have_text(f"Depth {depth}, seed {seed}")
            assert slider.handle().get_attribute("aria-valuetext") == f"depth {depth}"
            assert_pictures_equal_the_kernel(opened, slider)
            labels.add(slider.canvases.first.get_attribute("aria-label"))
            slider.press("ArrowRight")
        slider.press("ArrowRight", which="Seed")
    assert len(labels) == 12
    assert "Eight wide, depth 10, seed 4: parameters 681, hidden layers 10." in labels


def test_sliders_and_pictures_have_names(opened: Lab) -> None:
    slider = depth_sliders(opened, 2)[0]
    slider.press("Home")
    slider.press("ArrowRight")
    slider.press("Home", which="Seed")
    for name in ("Depth", "Seed"):
        expect(slider.handle(name)).to_have_attribute("data-lm-suppress-shortcuts", "true")
    for canvas, name in zip(slider.canvases.all(), ("Eight wide", "One neuron"), strict=True):
        expect(canvas).to_have_attribute("role", "img")
        expect(canvas).to_have_attribute("aria-label", re.compile(f"^{name}, depth 2, seed 0: "))
    facts = slider.whole.locator(".depth-facts").all_inner_texts()
    assert [text.split() for text in facts] == [
        ["parameters", "105", "hidden", "layers", "2"],
        ["parameters", "23", "hidden", "layers", "4"],
    ]


def test_a_saved_notebook_is_alive_before_and_after_its_kernel(
    lab: Lab, saved: Any, families: DepthSlider
) -> None:
    lab.open("saved.ipynb")
    slider, prefixes = depth_sliders(lab, 2)
    nothing_ran = "import sys, json; print(json.dumps('course_lib' in sys.modules))"
    assert lab.in_kernel(nothing_ran) is False
    lab.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    lab.page.wait_for_function("!window.jupyterapp.shell.currentWidget.sessionContext.session")
    for depth in families.depths:
        slider.press("Home" if depth == families.depths[0] else "ArrowRight")
        families.depth = depth
        assert_pictures_equal(slider.shown(), families.regions())
    prefixes.press("Home")
    expect(prefixes.headline).to_have_text("Depth 0")


def test_the_front_end_needs_no_notebook(
    browser: Browser, saved: Any, families: DepthSlider
) -> None:
    """Any page that offers the state by get and on can show it: a static site, for one."""
    models = saved.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    model = next(one for one in models.values() if "precision" in one["state"])
    page = browser.new_page()
    page.evaluate(STATIC_PAGE, [dict(model["state"]), model["buffers"][0]["data"]])
    for position, depth in enumerate(families.depths):
        page.evaluate("(position) => window.move(position)", position)
        families.depth = depth
        shown = Slider(page.locator("body")).shown()
        assert_pictures_equal(shown, families.regions())
    page.close()
