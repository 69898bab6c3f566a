"""Lesson 00's sentences are true of its own cells, and its Stretch can be answered in them."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_lib import regions, training
from course_lib.constructions import one_neuron
from course_lib.networks import OneNeuronResNet

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
