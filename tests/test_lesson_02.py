"""Lesson 02 counts what its bounds are about: the notion is named, and it is the card's."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_lib.networks import FullyConnected
from course_lib.regions import activation_regions, linear_pieces

LESSON = Path(__file__).resolve().parent.parent / "notebooks" / "02_what_depth_folds.ipynb"
CELLS = {cell.id: cell for cell in nbformat.read(LESSON, as_version=4).cells}

# Each formula of section 6, and what its card bounds.
NOTIONS = {
    "zaslavsky": "activation region",
    "serra": "activation region",
    "montufar": "linear region",
}
COUNTERS = {"activation_regions": "activation region", "linear_pieces": "linear piece"}


def printed(cell):
    return "".join(output.get("text", "") for output in cell.get("outputs", []))


def unnamed(source, text):
    """The notions that a cell counts or bounds, and that its printed text doesn't name."""
    names = {name for call, name in (NOTIONS | COUNTERS).items() if f"{call}(" in source}
    return {name for name in names if text and name not in text}


@pytest.mark.parametrize("bound", NOTIONS)
def test_each_card_names_its_notion(bound):
    card = CELLS[f"card-{bound}"].source
    assert re.findall(r"\*\*(\w+ region)s\*\*", card) == [NOTIONS[bound]]


def test_each_printed_count_names_its_notion():
    code = [cell for cell in CELLS.values() if cell.cell_type == "code"]
    assert not [
        (cell.id, unnamed(cell.source, printed(cell)))
        for cell in code
        if unnamed(cell.source, printed(cell))
    ]


def test_a_count_of_another_notion_is_noticed():
    source = "print(len(activation_regions(built, None)), montufar((4, 4), 2))"
    assert unnamed(source, "built: 44 regions; promised 44") == {
        "activation region",
        "linear region",
    }
    assert unnamed(source, "44 activation regions; promised 44") == {"linear region"}


def networks_of_section_6(change=lambda source: source):
    """The bound that the lesson's own cells promise, and the networks that they build."""
    built = []

    class Noted(FullyConnected):
        @classmethod
        def from_layers(cls, layers):
            built.append(FullyConnected.from_layers(layers))
            return built[-1]

    names = {"print": lambda *args, **kwargs: None}
    for cell in ("setup", "bounds", "reach-montufar"):
        exec(change(CELLS[cell].source), names)  # the lesson is ours
        names["FullyConnected"] = Noted
    return names["montufar"]((4, 4), 2), built


def linear_regions(net):
    """Activation regions, joined where they share a side and the affine function: our own count."""
    regions = list(activation_regions(net, None, exact=True))
    groups = [{k} for k in range(len(regions))]
    for i, one in enumerate(regions):
        for j, other in enumerate(regions[:i]):
            same = (one.gradient, one.offset) == (other.gradient, other.offset)
            if same and _side(one, other):
                joined = [group for group in groups if group & {i, j}]
                groups = [g for g in groups if not g & {i, j}] + [set().union(*joined)]
    return len(groups)


def _side(one, other):
    """Whether two neighbours share two corners, or a corner and a ray."""
    corners = set(one.vertices) & set(other.vertices)
    return len(corners) + len(set(one.rays) & set(other.rays)) >= 2


def test_the_network_that_reaches_the_bound_reaches_it_in_linear_regions():
    bound, (reaches, misses) = networks_of_section_6()
    assert linear_regions(reaches) == len(linear_pieces(reaches, None, exact=True)) == bound == 44
    assert linear_regions(misses) == 41
    assert len(activation_regions(misses, None, exact=True)) == bound


def test_other_weights_would_not_have_reached_it():
    turned = networks_of_section_6(lambda source: source.replace("[-2, 1, 4]", "[2, -1, -4]"))
    assert linear_regions(turned[1][0]) < turned[0]


# What section 3 and section 8 draw


def names_of(*cells):
    """What these cells of the lesson define, after the set-up; their pictures are drawn nowhere."""
    names = {"print": lambda *args, **kwargs: None}
    for cell in ("setup", *cells):
        exec(CELLS[cell].source, names)  # the lesson is ours
    return names


def test_the_second_crease_is_one_line_on_the_folded_sheet_and_two_on_the_paper():
    names = names_of("grow-net", "draw-growth", "sheet", "two-sheets")
    one, other = (np.array(path) for path in names["crease"](names["twice"], 2))
    assert len(one) == len(other) == 2  # two straight parts
    assert one[:, 0].max() > 1 > 1e-9 > one[:, 0].min() > -1e-9  # they meet at the first crease
    assert np.allclose(one[::-1] * [-1, 1], other)  # and are mirror images there
    for path in (one, other):
        assert np.allclose(names["fold"](path) @ [0.8, -0.6] + 0.5, 0)  # folded, it is one line
    pieces = names["linear_pieces"]
    assert [len(pieces(names["twice"].prefix(k), names["SHEET"])) for k in (1, 2)] == [2, 4]


def test_what_the_grid_meets_and_misses_adds_up_to_the_exact_map():
    text = "".join(printed(CELLS["draw-missed"]).split("\n"))
    regions, points, met, missed = map(int, re.findall(r"\d+", text))
    assert points == 400
    assert met + missed == regions
    assert missed > regions / 2  # "the majority"


def test_the_creases_of_the_corner_end_at_the_origin():
    x = np.random.default_rng(0).uniform(-3, 3, size=(200, 2))
    corner = names_of("count-hand", "grow-net", "notions")["corner"]
    assert np.array_equal(corner(x), np.maximum(0, np.minimum(*x.T)))
    inner = np.maximum(x[:, 0], 0) - np.maximum(x[:, 0] - x[:, 1], 0)  # what its last neuron reads
    assert np.allclose(np.maximum(inner, 0), corner(x))
