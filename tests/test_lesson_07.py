"""Lesson 07: what its live pictures say of themselves, and one meaning of m in the sets."""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
LESSON = ROOT / "notebooks" / "07_width_depth_equivalence.ipynb"
SETS = sorted((ROOT / "solutions").glob("0[789]*/*.ipynb"))
CELLS = {cell.id: cell for cell in nbformat.read(LESSON, as_version=4).cells}
MATH = re.compile(r"\$\$(.+?)\$\$|\$([^$]+?)\$", re.DOTALL)
WORDS = re.compile(r"\\(?:mathrm|mathbb|text)\{[^}]*\}|\\[A-Za-z]+")


def formulas(path):
    cells = nbformat.read(path, as_version=4).cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    return [WORDS.sub(" ", part) for text in texts for pair in MATH.findall(text) for part in pair]


def kinds_of_m(parts):
    """Of the m's: is one a measure, m(...), and is one a number?"""
    after = [part[found.end() :].lstrip() for part in parts for found in re.finditer("m", part)]
    return {"measure" if rest.startswith(("(", r"\{", "{")) else "number" for rest in after}


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem[:2])
def test_in_one_set_m_is_a_measure_or_a_number(path):
    assert len(kinds_of_m(formulas(path))) <= 1


def test_a_second_m_is_noticed():
    assert kinds_of_m([r"m(H \ne h) = 1", r"\max(m, L)"]) == {"measure", "number"}


def test_the_strip_shows_what_the_flipbook_shows():
    book = re.search(r"deltas = \((.+)\)", CELLS["book"].source)[1].split(", ")
    strip = re.search(r"zip\(axes, \((.+?)\)\)", CELLS["strip"].source)[1].split(", ")
    assert [delta for delta in book if delta in strip] == strip
    assert strip[0] == book[0]  # the widest seams: thinner ones are drawn one pixel wide
    assert strip[-1] == book[-1]
