"""Where no widget can be drawn, a still stands beneath the live picture, with its alt text."""

from __future__ import annotations

import base64
import io
import json
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest
from notebook_rules import WIDGET_STATE, WIDGET_VIEW
from PIL import Image

from course_lib import plots, widgets
from course_lib.errors import InvalidInputError
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.widgets import (
    DepthSlider,
    DrawPolygon,
    Flipbook,
    SliceSlider,
    Toggles,
    TurningSurface,
    decision_grid,
)
from course_lib.widgets.still import NOTE, STILL, WithStill

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("solutions/*/*.ipynb")])
ALTS = ["The line is flat, slope zero.", "The line rises with slope one."]


def flipbook() -> Flipbook:
    frames = [plots.figure() for _ in ALTS]
    for slope, frame in enumerate(frames):
        frame.subplots().plot([0, 1], [0, slope])
    return Flipbook(frames, labels=["0", "1"], alts=ALTS, name="Slope", start="1")


def slider() -> DepthSlider:
    nets = {
        "wide": {(d, s): FullyConnected.random(2, [3] * d, seed=s) for d in (1, 2) for s in (0, 1)},
        "deep": {d: OneNeuronResNet.random(2, d, seed=d) for d in (1, 2)},
    }
    return DepthSlider(nets, facts=lambda net: {"IoU": "0.5"}, depth=2)


def toggles() -> Toggles:
    return Toggles({"a": (0, 1), "b": ("<", ">")}, lambda a, b: f"{a}{b}")


def slices() -> SliceSlider:
    nets = {
        d: {
            "wide": {2: FullyConnected.random(d, [d, d], seed=0)},
            "deep": {2: OneNeuronResNet.random(d, 2, seed=0)},
        }
        for d in (2, 3)
    }
    return SliceSlider(nets, at=(3, 2))


def turning() -> TurningSurface:
    octahedron = OneNeuronResNet.from_blocks(
        [[-2.0, 0, 0]] * 3, np.eye(3), [0.0] * 3, readout=([1.0] * 3, 1.0)
    )
    return TurningSurface({"Octahedron": octahedron}, heights=(-0.5, 0.0))


MAKERS = {
    "Flipbook": flipbook,
    "DepthSlider": slider,
    "DrawPolygon": lambda: DrawPolygon([(0, 0), (1, 0), (0, 1)]),
    "SliceSlider": slices,
    "Toggles": toggles,
    "TurningSurface": turning,
}


@pytest.fixture
def shown(monkeypatch):
    """What a widget displays in a notebook: one dictionary with data and metadata per output."""
    outputs: list[dict] = []

    def display(data, raw, metadata=None):
        outputs.append({"data": data, "metadata": metadata or {}})

    for module in ("course_lib.widgets.still", "course_lib.plots.display"):
        monkeypatch.setattr(f"{module}.display", display)
    monkeypatch.setattr("course_lib.widgets.toggles.display", display)

    def show(widget) -> list[dict]:
        outputs.clear()
        widget._ipython_display_()
        return outputs

    return show


def test_every_widget_that_a_notebook_shows_has_a_still():
    whole = {getattr(widgets, name) for name in widgets.__all__ if not name.endswith("View")}
    whole = {one for one in whole if isinstance(one, type)}
    assert {one.__name__ for one in whole} == set(MAKERS)
    assert all(issubclass(one, WithStill) for one in whole)


@pytest.mark.parametrize("name", MAKERS)
def test_a_widget_shows_itself_with_a_note_and_then_its_still(shown, name):
    widget = MAKERS[name]()
    live, still = shown(widget)
    assert live["data"][WIDGET_VIEW]["model_id"] == widget.model_id
    assert live["data"]["text/html"] == NOTE
    assert live["data"]["text/plain"] == repr(widget)
    assert WIDGET_VIEW not in still["data"]
    assert f'class="{STILL}"' in still["data"]["text/html"]
    first = json.dumps(still)
    assert json.dumps(shown(MAKERS[name]())[1]) == first  # the same on every run


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "Toggles"])
def test_a_picture_is_a_png_with_its_alt_text(shown, name):
    data, metadata = shown(MAKERS[name]())[1].values()
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.format == "PNG"
    assert len(picture.convert("RGB").getcolors(maxcolors=2**24)) > 1
    alt = metadata["image/png"]["alt"]
    assert alt == data["text/plain"]
    plots.require_alt(alt)


def test_the_still_is_what_the_slider_shows_now():
    book = flipbook()
    assert book.still() == (plots.Png(book.view.pictures[1], *_size(book)), ALTS[1])
    book.move("position", 0)
    assert book.still()[1] == ALTS[0]
    live = slider()
    said = "wide (parameters 25, IoU 0.5); deep (parameters 13, IoU 0.5)"
    assert live.still()[1] == f"Positive set at depth 2, seed 0: {said}."
    before = live.still()[0]
    live.depth = 1
    assert live.still()[0] != before
    assert "depth 1" in live.still()[1]


def _size(book: Flipbook) -> tuple[int, int]:
    picture, _ = book.still()
    return picture.width, picture.height


def test_a_sheet_stands_still_with_and_without_a_polygon():
    assert "(0, 1)" in DrawPolygon([(0, 0), (1, 0), (0, 1)]).still()[1]
    assert DrawPolygon().still()[1].endswith("Corners: none.")


def test_toggles_hold_the_answer_to_every_choice(shown):
    told = toggles()
    assert told.sentences == ["0<", "0>", "1<", "1>"]  # as toggles.js counts: the last one fastest
    assert told.answers[(1, "<")] == "1<"
    table = shown(told)[1]["data"]["text/html"]
    rows = re.findall(r"<tr>(.*?)</tr>", table)
    assert rows[1:] == [
        f"<td>{a}</td><td>{b}</td><td>{a}{b}</td>" for a in (0, 1) for b in ("&lt;", "&gt;")
    ]


@pytest.mark.parametrize("choices", [{}, {"a": ()}])
def test_toggles_without_a_choice_are_refused(choices):
    with pytest.raises(InvalidInputError, match="one or more questions"):
        Toggles(choices, lambda **chosen: "")


def test_a_closed_widget_shows_its_text(shown, capsys):
    book = flipbook()
    book.close()
    assert shown(book) == []
    assert "Flipbook(Slope" in capsys.readouterr().out


def test_the_style_sheet_of_each_widget_hides_the_still_of_a_living_one():
    for maker in MAKERS.values():
        widget = maker()
        view = getattr(widget, "view", widget)
        assert f":has(.{STILL})" in view._css
        assert "course-live-picture" in widget._dom_classes


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_every_stored_live_picture_has_its_note_its_still_and_its_state(path):
    notebook = nbformat.read(path, as_version=4)
    state = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    for cell in notebook.cells:
        for live, still in pairwise([*cell.get("outputs", []), None]):
            if WIDGET_VIEW in live.get("data", {}):
                assert live.data[WIDGET_VIEW].model_id in state, cell.id
                assert live.data["text/html"] == NOTE, cell.id
                assert still is not None, cell.id
                assert f'class="{STILL}"' in still.data["text/html"], cell.id
                if "image/png" in still.data:
                    plots.require_alt(still.metadata["image/png"].alt)


def test_a_still_shows_the_same_set_as_the_live_picture():
    net = OneNeuronResNet.random(2, 3, seed=0)
    live = DepthSlider(net, depth=3)
    picture, _ = live.still()
    image = Image.open(io.BytesIO(picture.data)).convert("RGB")
    negative = sum(
        count
        for count, colour in image.getcolors(maxcolors=2**24)
        if "#{:02x}{:02x}{:02x}".format(*colour) == plots.REGION_COLOURS["negative"].lower()
    )
    share = 1 - decision_grid(net, ((-3, 3), (-3, 3))).mean()
    panel = image.width * image.height
    assert 0 < negative < panel
    assert negative == pytest.approx(share * _axes_area(image), rel=0.05)


def _axes_area(image: Image.Image) -> float:
    """The area inside the frame: its four lines are the long dark runs."""
    grey = image.convert("L")
    dark = [[grey.getpixel((x, y)) < 100 for x in range(grey.width)] for y in range(grey.height)]
    columns = [x for x in range(grey.width) if sum(r[x] for r in dark) > grey.height * 0.5]
    rows = [y for y in range(grey.height) if sum(dark[y]) > grey.width * 0.5]
    return (max(columns) - min(columns)) * (max(rows) - min(rows))
