"""Lesson 06's own code and numbers keep what its sentences promise."""

import ast
import json
import random
import re
from fractions import Fraction
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_lib import evaluation, exact, networks, regions, training
from course_lib.exact import ExactOneNeuronResNet

LESSON = (
    Path(__file__).resolve().parent.parent / "notebooks" / "06_resnet_versus_fully_connected.ipynb"
)
DATA = LESSON.parent / "data" / "06"
SIDE = 3


@cache
def cells():
    return {cell.id: cell for cell in nbformat.read(LESSON, as_version=4).cells}


def on_space(change=lambda source: source):
    """The lesson's own cells: (ResNet, corner) -> its twin behind a clamp, in fractions."""
    names = {**vars(exact), "Fraction": Fraction, "np": np}
    for name in ("embed-exactly", "clamp-exact"):
        exec(change(cells()[name].source), names)  # the lesson is ours

    def build(resnet, corner):
        shifts = [[Fraction(10**4)] * 2] * len(resnet.u)
        return names["clamped_exactly"](names["embed_exactly"](resnet, shifts), corner)

    return build


def resnets():
    source = random.Random(0)

    def pair():
        return Fraction(source.randint(-3, 3), 2), Fraction(source.randint(-3, 3), 2)

    for _ in range(20):
        depth = source.randint(1, 4)
        u, w = (tuple(pair() for _ in range(depth)) for _ in "uw")
        yield ExactOneNeuronResNet(u, w, tuple(pair()[0] for _ in u), pair(), Fraction(1))


def gaps(build):
    """Twin minus ResNet at the clamped point, at points inside and far outside."""
    corner = (Fraction(SIDE), Fraction(SIDE))
    for resnet in resnets():
        twin = build(resnet, corner)
        for point in ((0, 1), (-3, 3), (Fraction(-7, 2), 1), (5, -9), (10**6, 10**9)):
            held = tuple(min(SIDE, max(-SIDE, Fraction(x))) for x in point)
            yield twin.evaluate(tuple(map(Fraction, point))) - resnet.evaluate(held)


def test_behind_the_clamp_the_twin_is_the_resnet_at_the_nearest_point():
    assert set(gaps(on_space())) == {0}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2 * entry for entry in corner", "entry for entry in corner"),
        ("matvec(W, corner)", "matvec(W, (0, 0))"),
        ("(*clamp, met, *others)", "twin.layers"),
    ],
)
def test_each_part_of_the_clamp_is_needed(old, new):
    assert set(gaps(on_space(lambda source: source.replace(old, new)))) != {0}


def test_the_lesson_s_functions_don_t_hide_the_library_s():
    trees = [ast.parse(cell.source) for cell in cells().values() if cell.cell_type == "code"]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    public = [exact, networks, regions, training, evaluation]
    taken = {name for room in public for name in room.__all__}
    assert {"evaluate", "as_network", "linear_pieces"} <= taken
    assert defined & taken == set()


def trials():
    return json.loads((DATA / "trials.json").read_text())


def test_no_rate_was_chosen_at_the_edge_of_its_grid():
    """The edge would only say that the grid is too small."""
    for losses in trials().values():
        values = np.array(losses, float)
        assert 0 < np.nanargmin(values) < len(values) - 1


def test_every_kind_that_was_tried_is_stored():
    """At its best rate; and two kinds at two other rates each."""
    names = {re.sub(r"\W+", "_", name) for name in trials()}
    stems = {path.stem for path in DATA.glob("*.npz")}
    assert names <= stems
    assert all(re.sub(r"_rate_[\d.]+$", "", stem) in names for stem in stems)
    one = training.load(DATA / "fully_connected_width_15_depth_1.npz")
    assert one.networks[1, 0].num_parameters == 61
    assert one.seeds == tuple(range(16))


def table():
    """The lesson's table, as printed: {"kind depth": (parameters, median, worst, closed)}."""
    text = "".join(output.get("text", "") for output in cells()["table"].outputs)
    number = r"\s+([\d.]+)"
    lines = re.findall(rf"^(\S.*\d)\s+[\d.]+{3 * number} +(\d+) of 16", text, re.MULTILINE)
    return {" ".join(kind.split()): tuple(map(float, numbers)) for kind, *numbers in lines}


def test_the_sentences_about_training_agree_with_the_table():
    rows = table()
    assert len(rows) == len(trials())
    matched = {name: row for name, row in rows.items() if 61 <= row[0] <= 67}
    assert len(matched) == 7
    one_layer = {"12 neurons per block 1", "fully connected, width 15 1"}
    for column in (1, 2):  # median, worst
        order = sorted(matched, key=lambda name: matched[name][column])
        assert set(order[-2:]) == one_layer
    open_ones = {name for name, row in rows.items() if row[3] < 16}
    narrow = {"fully connected, width 3 5", "fully connected, width 3 10"}
    assert open_ones == narrow | {"1 neuron per block 24"}
    assert all(rows[name][2] == 0 for name in narrow)
    chain = rows["1 neuron per block 12"][1]
    assert max(rows[f"{m} neurons per block {L}"][1] for m, L in ((2, 6), (4, 3))) < chain
    assert chain < rows["8 neurons per block 3"][1]


def test_the_sentences_about_other_rates_agree_with_what_is_printed():
    text = "".join(output.get("text", "") for output in cells()["deep-rates"].outputs)
    line = r"^(\S).*rate +([\d.]+): trials ([\d.]+)   IoU ([\d.]+), worst ([\d.]+)   closed (\d+)"
    found = re.findall(line, text, re.MULTILINE)
    deep, flat = ([row for row in found if row[0] == first] for first in "1f")
    assert len(deep) == len(flat) == 3
    assert np.ptp([float(row[2]) for row in deep]) < 0.003  # the trials leave it open
    assert np.ptp([float(row[3]) for row in deep]) < 0.005
    assert np.ptp([float(row[4]) for row in deep]) > 0.03
    assert {row[5] for row in deep} == {"15", "16"}
    assert all(int(row[5]) < 16 for row in flat)
