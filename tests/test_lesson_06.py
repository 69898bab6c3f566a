"""Lesson 06's own code and numbers keep what its sentences promise."""

import ast
import inspect
import json
import random
import re
import runpy
import types
from fractions import Fraction
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_lib import evaluation, exact, networks, regions, training
from course_lib.constructions import in_fractions
from course_lib.errors import CourseError
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
    """The library's way, its source changed: (ResNet, corner) -> its twin behind a clamp."""
    module = types.ModuleType("changed")
    exec(change(inspect.getsource(in_fractions)), vars(module))  # the course's own

    def build(resnet, corner):
        box = [(-entry, entry) for entry in corner]
        return module.embed_in_fractions(resnet, box, domain="space")

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
        ("high - low for low, high in box", "high for _, high in box"),
        ("tuple(high for _, high in sides)", "offset"),
        ("_clamp(sides) if space", "_clamp(sides)[:1] if space"),
        ("(*shift, b)", "(*shift, Fraction(0))"),
        ("max(0, math.ceil(-end))", "0"),
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


@cache
def rows(name):
    return json.loads((DATA / f"{name}.json").read_text())


def of(stem, /, **wanted):
    (row,) = (r for r in rows(stem) if all(r[key] == value for key, value in wanted.items()))
    return row


@pytest.mark.parametrize("name", ["deep", "dropout", "samples"])
def test_one_rule_chose_every_rate_and_none_at_the_edge(name):
    grids = retrain()
    rates = {"deep": "DEEP_RATES", "dropout": "WIDE_RATES", "samples": "WIDE_RATES"}
    for row in rows(name):
        losses = np.array(row["trials"], float)
        best = int(np.nanargmin(losses))
        assert row["rate"] == grids[rates[name]][best]
        assert 0 < best < len(losses) - 1
        assert len(row["iou"]) == len(row["closed"]) == len(row["disagreement"]) == 16


@cache
def retrain():
    """What the script beside the data defines."""
    return runpy.run_path(str(DATA / "retrain.py"))


@pytest.fixture(scope="module")
def one_layer():
    return training.load(DATA / "fully_connected_width_15_depth_1.npz").networks[1, 0]


def test_disagreement_and_iou_of_one_network_fit_together(one_layer):
    """With a common part C: IoU = C / (C + D), D the disagreement; and both by counting."""
    measured = retrain()["measured"]([one_layer])
    ticks = -3 + 6 * (np.arange(600) + 0.5) / 600
    points = np.stack(np.meshgrid(ticks, ticks), axis=-1)
    inside, positive = (points**2).sum(axis=-1) <= 1, one_layer.astype(float)(points) > 0
    common, either = (inside & positive).sum(), (inside | positive).sum()
    assert abs(measured["iou"][0] - common / either) < 3e-3
    area = measured["disagreement"][0]
    assert abs(area - (either - common) * (6 / 600) ** 2) < 1e-2
    assert 0 < area < 0.1


def test_where_floats_cannot_decide_fractions_measure_the_same(one_layer, monkeypatch):
    """Nothing is counted on a grid, whatever the lesson's sentences call exact."""
    make = retrain()
    by_floats = make["measured"]([one_layer])

    def undecided(net, target, box, exact=False):
        if not exact:
            raise CourseError("floats can't decide")
        return regions.iou(net, target, box, exact=True)

    monkeypatch.setitem(make["_areas"].__globals__, "iou", undecided)
    exactly = make["measured"]([one_layer])
    for name in ("iou", "disagreement"):
        assert abs(exactly[name][0] - by_floats[name][0]) < 3e-5


def test_the_stored_rows_can_be_made_again(monkeypatch):
    """The script's own functions, on next to no steps."""
    pytest.importorskip("torch")
    make = retrain()
    scope = make["deep"].__globals__
    monkeypatch.setitem(scope, "DEEP_RATES", (0.01,))
    monkeypatch.setitem(scope, "Kind", training.Kind)
    made = make["deep"](depths=(3,), seeds=2, steps=2)
    assert [row["name"] for row in made] == [row["name"] for row in rows("deep")[:4]]
    assert {frozenset(row) for row in made} == {frozenset(row) for row in rows("deep")}
    kind = training.Kind(3, 1, identity=False)
    nets = list(training.train_kind(kind, 2, 0.05, steps=2).networks.values())
    row = make["dropout_row"](kind, 0.0, 0.05, [1.0], nets)
    assert set(row) == set(rows("dropout")[0])
    assert np.shape(row["one_off"]) == (2, 3)
    row = make["sample_row"](kind, 40, 0.05, [1.0], [nets])
    assert set(row) == set(rows("samples")[0])


def test_a_silenced_neuron_is_as_good_as_none():
    net = networks.FullyConnected.random(2, (3, 2), seed=0, dtype=float)
    quiet = retrain()["silenced"](net, 0, 1)
    (W, b), (V, c), (a, e) = zip(net.weights, net.biases, strict=True)
    keep = [0, 2]
    without = networks.FullyConnected.from_layers([(W[keep], b[keep]), (V[:, keep], c), (a, e)])
    points = np.random.default_rng(0).normal(size=(50, 2))
    assert np.allclose(quiet(points), without(points))
    assert not np.allclose(net(points), without(points))


def test_the_sentences_about_a_hundred_blocks():
    near = of("deep", name="one neuron per block, factor 0.94", depth=100)
    far = of("deep", name="one neuron per block, factor 0.4", depth=100)
    plain = [of("deep", name=f"fully connected, I + {k} N", depth=100) for k in ("0.1", "0.01")]
    assert all(np.median(row["iou"]) > 0.99 for row in (near, *plain))
    assert np.median(far["iou"]) < min(np.median(row["iou"]) for row in (near, *plain))
    for depth in (50, 100):
        assert min(of("deep", name=near["name"], depth=depth)["iou"]) > 0.97
    assert all(min(row["iou"]) < 0.1 for row in plain)
    small = [np.array(row["trials"]) < 0.05 for row in (near, far, *plain)]
    assert [row.sum() for row in small] == [6, 0, 1, 1]
    assert small[0].tolist() == [False, *[True] * 6, False]
    assert sum(near["closed"]) == 4
    assert near["folds"].count(0) == 12
    at_fifty = of("deep", name=near["name"], depth=50)
    assert at_fifty["folds"].count(0) == 1
    assert at_fifty["rate"] == 4 * near["rate"]
    # the fold theorem: none that is closed is without a fold
    for row in rows("deep"):
        assert not any(c and n == 0 for c, n in zip(row["closed"], row["folds"], strict=False))


def test_the_sentences_about_dropout():
    narrow, wide = ([r for r in rows("dropout") if f"width {n}," in r["kind"]] for n in (3, 12))
    lost = [np.median(row["one_off"]) for row in narrow]
    assert np.median(narrow[0]["iou"]) > 0.96
    assert lost[0] < 0.25
    fits = [[np.median(row["iou"]) for row in family] for family in (narrow, wide)]
    assert all(fit == sorted(fit, reverse=True) for fit in fits)  # more dropout, a worse fit
    assert [round(fit, 2) for fit in fits[0][1:]] == [0.78, 0.47]  # paid in advance
    assert fits[1][0] - np.median(wide[0]["one_off"]) < 0.03
    worst = [np.median(np.min(row["one_off"], axis=1)) for row in wide]
    assert worst[0] < 0.4 < 0.8 < worst[1]
    cost = [np.array(row["iou"])[:, None] - row["one_off"] for row in (*narrow, *wide)]
    spared = [(each <= 0.05).mean() for each in cost]
    assert abs(spared[0] - 1 / 7) < 0.01 < spared[1]
    assert 0.5 < spared[3] < 0.9 < spared[4]


def test_the_sentences_about_samples():
    for points in (40, 200):
        ours = [row for row in rows("samples") if row["points"] == points]
        area = {row["kind"]: np.median(row["disagreement"]) for row in ours}
        fit = {row["kind"]: np.median(row["iou"]) for row in ours}
        for small, large in (("3, depth 6", "12, depth 6"), ("5, depth 1", "15, depth 1")):
            small, large = (f"fully connected, width {part}" for part in (small, large))
            assert area[large] < area[small]
            assert fit[large] > fit[small]
        assert area["fully connected, width 12, depth 6"] < area["1 neuron per block, depth 6"]
        assert area["fully connected, width 200, depth 1"] == min(area.values())
    forty = [row for row in rows("samples") if row["points"] == 40]
    accuracy = [np.median(row["accuracy"]) for row in forty]
    assert (round(min(accuracy), 2), round(max(accuracy), 2)) == (0.76, 0.9)
    areas = [np.median(row["disagreement"]) for row in forty]
    assert (round(min(areas), 1), round(max(areas), 1)) == (0.5, 4.4)
    narrow = [row for row in rows("samples") if "width 3," in row["kind"]]
    assert all(max(row["disagreement"]) > np.pi for row in narrow)
    six, twin = (
        [np.median(row["disagreement"]) for row in rows("samples") if row["kind"] == kind]
        for kind in ("1 neuron per block, depth 6", "fully connected, width 3, depth 6")
    )
    assert six[0] < twin[0]
    assert twin[1] < six[1]
    fitters = {r["kind"]: np.median(np.array(r["disagreement"])[r["fitted"]]) for r in forty}
    assert max(fitters, key=fitters.get) == "1 neuron per block, depth 6"
