"""Lesson 00's sentences are true of its own cells, and its Stretch can be answered in them."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_lib import regions, training
from course_lib.constructions import one_neuron
from course_lib.networks import FullyConnected, OneNeuronResNet

LESSON = Path(__file__).resolve().parent.parent / "notebooks" / "00_start_here.ipynb"
ORDER = {"u": "[[-2.0]]", "w": "[[1.0]]", "b": "[0.0]", "readout": "([1.0], 1.0)"}


def cell(name):
    return next(c for c in nbformat.read(LESSON, as_version=4).cells if c.id == name)


def changed(source, points, **weights):
    """The cell under "What does one block do?" as a reader changes it for the Stretch."""
    for name, value in weights.items():
        assert f"{name}={ORDER[name]}" in source
        source = source.replace(f"{name}={ORDER[name]}", f"{name}={value}")
    assert "(-2.0, 0.0, 3.0)" in source
    return source.replace("(-2.0, 0.0, 3.0)", points)


@pytest.mark.parametrize(
    ("readout", "says"),
    [
        ("([1.0], -2.0)", ["f(2) = 0", "f(3.5) = 1.5", "f(5) = 0"]),  # the Stretch's answer
        ("([1.0], 1.0)", ["f(2) = 3", "f(3.5) = 4.5", "f(5) = 3"]),  # a wrong one runs, too
    ],
)
def test_the_stretch_can_be_tried_where_it_says(readout, says, capsys):
    source = changed(cell("hand").source, "(2.0, 3.5, 5.0)", b="[-3.5]", readout=readout)
    exec(source, {"OneNeuronResNet": OneNeuronResNet})  # the lesson is ours
    assert capsys.readouterr().out.splitlines() == says


def test_training_comes_near_the_folds_with_few_blocks_and_not_with_many():
    text = cell("built-trained").outputs[0]["text"]
    rows = {int(m): (float(b), float(t)) for m, b, t in re.findall(r"(\d+) +(\S+) +(0\S+)", text)}
    assert rows.keys() == {2, 3, 5, 8, 10}
    assert all(0 <= built - trained < 0.005 for built, trained in (rows[2], rows[3]))
    built, trained = rows[10]
    assert 1.5e-6 < 1 - built < 2.5e-6  # "two millionths"
    assert 0.005 < 1 - trained < 0.015  # "a hundredth"


def test_at_depth_20_every_region_leaves_the_frame_or_lies_outside_it():
    across = np.linspace(-3, 3, 121)
    frame = np.stack(np.meshgrid(across, across), axis=-1)
    networks = training.load_checkpoint("fully_connected").networks
    shown = {seed: networks[20, seed](frame) > 0 for seed in range(32)}
    edges = {s: np.concatenate([g[0], g[-1], g[:, 0], g[:, -1]]).any() for s, g in shown.items()}
    assert all(edges[seed] or not shown[seed].any() for seed in shown)
    assert not shown[2].any()  # an empty frame ...
    angle = np.linspace(0, 2 * np.pi, 360)
    far = 1000 * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    assert (networks[20, 2](far) > 0).any()  # ... is not an empty set


def test_bends_close_a_curve_long_before_the_last_block():
    """So no sentence may say that only the last block closes it (here: a 40-gon, 20 blocks)."""
    angles = [2 * np.pi * k / 40 for k in range(40)]
    net = one_neuron.polygon([(round(np.cos(t), 9), round(np.sin(t), 9)) for t in angles])
    assert not regions.is_bounded(net.prefix(10))
    assert regions.is_bounded(net.prefix(12))
    assert not regions.is_empty(net.prefix(12))
    assert "only block 200" not in "".join(cell("slow-film").source)


def test_the_block_is_the_smallest_residual_and_hands_on_at_no_cost():
    """H(x) = -|x| is x + F(x) with F(x) = -2 relu(x); and what the cell of the story prints."""
    block = OneNeuronResNet.from_blocks([[-2.0]], [[1.0]], [0.0], readout=([1.0], 0.0))
    x = np.linspace(-3, 3, 13)
    assert np.array_equal(block(x[:, None]) - x, -2 * np.maximum(x, 0))
    assert np.array_equal(block(x[:, None]), -np.abs(x))
    assert "plain layer 0, behind the block -2" in cell("hand-on").outputs[0]["text"]


def test_two_neurons_hand_on_one_coordinate_and_never_the_point():
    """relu(x1) - relu(-x1) is x1; of the plane, any layer of width 2 loses half a line at least."""
    keep = FullyConnected.from_layers([([[1.0, 0.0], [-1.0, 0.0]], [0.0, 0.0]), ([1.0, -1.0], 0.0)])
    source = np.random.default_rng(0)
    points = source.normal(size=(50, 2))
    assert np.array_equal(keep(points), points[:, 0])
    for W, b in zip(source.normal(size=(20, 2, 2)), source.normal(size=(20, 2)), strict=True):
        off = np.linalg.solve(W, [-1.0, 1.0] - b)  # the first neuron is off here ...
        further = off - np.linalg.solve(W, [1.0, 0.0])  # ... and here, and the second says the same
        layer = [np.maximum(W @ x + b, 0) for x in (off, further)]
        assert np.allclose(*layer)
        assert not np.allclose(off, further)


def test_half_way_round_the_open_sides_still_run_apart_slowly():
    """After half of the blocks both sides leave with slopes of half a corner's turn: no jump."""
    angles = [2 * np.pi * k / 400 for k in range(400)]
    net = one_neuron.polygon([(round(np.cos(t), 9), round(np.sin(t), 9)) for t in angles])
    half = net.prefix(100)
    right = np.linspace(0.05, 1.5, 30)
    slope = np.tan(np.pi / 400)
    for side in (1, -1):
        below = np.stack([right, side * (1 + slope * right - 1e-6)], axis=-1)
        above = np.stack([right, side * (1 + slope * right + 1e-6)], axis=-1)
        assert (half(below) > 0).all()
        assert (half(above) <= 0).all()
    assert 0 < slope < 0.01
