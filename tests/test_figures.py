"""Every stored figure: nothing is cut, heat maps have bars, a colour means one thing."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import nbformat
import numpy as np
import pytest
from PIL import Image

from course_lib import plots
from course_lib.plots.layout import is_cut
from course_lib.plots.palette import MEANINGS

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("solutions/*/*.ipynb")])
STATE = "application/vnd.jupyter.widget-state+json"
each_notebook = pytest.mark.parametrize(
    "path", NOTEBOOKS, ids=lambda path: path.parent.name + "/" + path.stem[:2]
)


def stored_pictures(notebook) -> Iterator[tuple[str, Image.Image]]:
    """Each PNG of a notebook, in its outputs and in its flipbooks, with where it stands."""
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                yield f"cell {number}", opened(output.data["image/png"])
    state = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    for model in state.values():
        for buffer in model.get("buffers", []):
            if buffer["path"][0] == "pictures":
                name = model["state"]["name"]
                yield f"{name}, position {buffer['path'][1]}", opened(buffer["data"])


def opened(encoded: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(encoded)))


def code(notebook) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


@each_notebook
def test_no_figure_is_cut_at_its_border(path):
    cut = [where for where, picture in stored_pictures(nbformat.read(path, 4)) if is_cut(picture)]
    assert cut == []


def test_ink_at_the_border_is_noticed():
    assert not is_cut(Image.new("RGB", (20, 20), "white"))
    for spot in [(0, 7), (19, 7), (7, 0), (7, 19)]:
        picture = Image.new("RGB", (20, 20), "white")
        picture.putpixel(spot, (80, 80, 80))
        assert is_cut(picture)


@each_notebook
def test_pictures_are_shown_by_the_library_alone(path):
    """So that what it sees to (borders, legends, alt text) holds for all of them."""
    ways = re.compile(r"savefig|pyplot|plt\.|\bdisplay\(fig")
    assert [source for source in code(nbformat.read(path, 4)) if ways.search(source)] == []


# ---------------------------------------------------------------- heat maps have a bar


def bare_maps(sources: list[str]) -> list[str]:
    """The cells that show a heat map, drawn there or by a function of an earlier cell, barless."""
    drawing = re.compile(r"draw_heat|draw_gap|imshow|pcolormesh|contourf")
    drawers: set[str] = set()
    bare = []
    for source in sources:
        calls = set(re.findall(r"\b(\w+)\(", source))
        draws = drawing.search(source) or calls & drawers
        shows = "plots.show(" in source or "Flipbook(" in source
        if draws and "draw_scale" not in source and not calls & barred(sources):
            if shows:
                bare.append(source)
            drawers |= set(re.findall(r"^def (\w+)\(", source, flags=re.MULTILINE))
    return bare


def barred(sources: list[str]) -> set[str]:
    """Functions of the notebook that draw a bar themselves."""
    functions = [part for source in sources for part in re.split(r"^(?=def )", source, flags=re.M)]
    return {
        found[1]
        for part in functions
        if (found := re.match(r"def (\w+)\(", part)) and "draw_scale" in part
    }


@each_notebook
def test_every_heat_map_has_a_colour_bar(path):
    assert bare_maps(code(nbformat.read(path, 4))) == []


def test_a_heat_map_without_a_bar_is_noticed():
    draws = "def draw(ax):\n    plots.draw_heat(v, BOX, ax, low=0, high=1)\n"
    assert bare_maps([draws, "draw(ax)\nplots.show(fig, alt)"]) == [
        "draw(ax)\nplots.show(fig, alt)"
    ]
    assert bare_maps([draws, "draw(ax)\nplots.draw_scale(ax, 'v')\nplots.show(fig, alt)"]) == []
    assert bare_maps(["ax.imshow(v)\nplots.show(fig, alt)"]) != []
    assert (
        bare_maps([draws + "    plots.draw_scale(ax, 'v')", "draw(ax)\nplots.show(fig, alt)"]) == []
    )


# ---------------------------------------------------------------- one colour, one meaning

SETS = ("POSITIVE", "NEGATIVE", "TARGET", "SEAM")
MEANT = {
    name: getattr(plots, name) for name in (*SETS, "FULLY_CONNECTED", "RESNET", "WITNESS", "EXCESS")
}


def test_no_two_meanings_share_a_colour_and_no_nameless_curve_borrows_one():
    neutral = [colour for colour, _, _ in plots.SERIES]
    every = [*MEANT.values(), *neutral]
    assert len(set(every)) == len(every)
    apart = [
        np.abs(np.subtract(mpl.colors.to_rgb(one), mpl.colors.to_rgb(other))).max()
        for k, one in enumerate(every)
        for other in every[:k]
    ]
    assert min(apart) > 0.1


def misused(source: str) -> list[str]:
    """Colours that a cell takes for something else than they mean, or from no palette at all."""
    found = re.findall(r"#[0-9A-Fa-f]{6}", source)
    found += re.findall(r"""colou?rs?=["'](?!0\.\d|k["'])([^"']+)""", source)
    found += re.findall(r"plots\.(?:POSITIVE|NEGATIVE)\b", source)  # sets: the library draws them
    # A seam is a path or a dotted place; a curve in its colour is none.
    found += re.findall(r"color=plots\.SEAM\b(?!, ls=)", source)
    found += re.findall(r"cmap=|plots\.SERIES\[", source)
    return found


@each_notebook
def test_colours_keep_their_meaning(path):
    faults = [fault for source in code(nbformat.read(path, 4)) for fault in misused(source)]
    assert faults == []


@pytest.mark.parametrize(
    "source",
    [
        'ax.plot(x, y, color="#009E73")',
        'ax.plot(x, y, color="green")',
        "ax.plot(x, y, color=plots.POSITIVE)",
        "ax.plot(x, hinge, ':', color=plots.SEAM)",
        'ax.imshow(v, cmap="viridis")',
    ],
)
def test_a_colour_that_changes_its_meaning_is_noticed(source):
    assert misused(source)


def family_faults(source: str) -> list[str]:
    """Curves whose names say a family or a target, in a colour that says another."""
    said = {"fully connected": "FULLY_CONNECTED", "width 2": "FULLY_CONNECTED", "ResNet": "RESNET"}
    pairs = re.findall(r'"([^"]+)": plots\.(\w+)', source)
    return [
        name
        for name, given in pairs
        for word, meant in said.items()
        if word in name and given != meant
    ]


@each_notebook
def test_a_family_is_drawn_in_its_own_colour(path):
    sources = code(nbformat.read(path, 4))
    assert [fault for source in sources for fault in family_faults(source)] == []


def test_a_family_in_the_colour_of_the_other_is_noticed():
    assert family_faults('meaning = {"width 2, trained": plots.RESNET}') == ["width 2, trained"]
    assert family_faults('meaning = {"width 2, trained": plots.FULLY_CONNECTED}') == []


def test_every_meaning_of_curves_is_one_of_the_palette():
    assert set(MEANINGS) <= set(MEANT.values())
