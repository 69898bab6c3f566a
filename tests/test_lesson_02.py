"""Lesson 02 counts what its bounds are about: the notion is named, and it is the card's."""

import re
from pathlib import Path

import nbformat
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
