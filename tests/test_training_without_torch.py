"""What training offers where torch is not installed: starts, stored results, and good words."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import OneNeuronResNet
from course_lib.sampling import sampled_bounded, sampled_iou
from course_lib.targets import UnitBall
from course_lib.training import (
    History,
    TrainingResult,
    initial_network,
    load,
    load_checkpoint,
    save,
    train,
)

FAMILIES = ["one_neuron_resnet", "fully_connected"]


def test_without_torch_everything_works_but_training():
    program = """
import sys
sys.modules["torch"] = None  # an import of it now fails
from course_lib.errors import CourseError
from course_lib.sampling import sampled_bounded
from course_lib.training import initial_network, load_checkpoint, train
assert sampled_bounded(load_checkpoint("one_neuron_resnet").networks[20, 31])
initial_network("fully_connected", 2, 3, 0, width=2)
try:
    train("one_neuron_resnet", [1], 1, steps=1, progress=False)
except CourseError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Training needs torch")
    assert "load_checkpoint" in done.stdout


def test_torch_is_loaded_only_when_there_is_something_to_train():
    program = """
import sys
from course_lib.training import load_checkpoint
load_checkpoint("fully_connected").networks[1, 0]([0.0, 0.0])
print(sys.modules.get("torch"))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "None\n", done.stderr


# Wrong input


WRONG = [
    ({"family": "resnet"}, "family must be 'one_neuron_resnet' or"),
    ({"depths": []}, "depths must be a list of 1 or more"),
    ({"depths": [0]}, "depths that are distinct and at least 1"),
    ({"depths": [2, 2]}, "depths that are distinct"),
    ({"depths": 3}, r"depths must be a list of .* such as \[1, 2, 3\], got 3"),
    ({"depths": [1.5]}, "a number in depths must be a whole number, got 1.5"),
    ({"steps": 2.5}, "steps must be a whole number, got 2.5"),
    ({"seeds": 0}, "seeds must be at least 1"),
    ({"seeds": [1, 1]}, "seeds that are distinct"),
    ({"seeds": [-1]}, "seeds that are distinct and at least 0"),
    ({"steps": 0}, "steps must be at least 1"),
    ({"batch_size": 0}, "batch_size must be at least 1"),
    ({"width": 0}, "width must be at least 1"),
    ({"learning_rate": 0.0}, "learning_rate must be a finite number above 0"),
    ({"learning_rate": float("nan")}, "learning_rate must be a finite number above 0"),
]


@pytest.mark.parametrize(("options", "message"), WRONG)
def test_wrong_input_is_named(options, message):
    with pytest.raises(InvalidInputError, match=message):
        train(**({"family": "one_neuron_resnet", "depths": [1], "seeds": 1} | options))


def test_wrong_sizes_of_a_start_or_a_result_are_named():
    with pytest.raises(InvalidInputError, match="depth must be at least 1, got 0"):
        initial_network("one_neuron_resnet", 2, 0, 0, width=1)
    with pytest.raises(InvalidInputError, match="family must be 'one_neuron_resnet' or"):
        initial_network("cnn", 2, 1, 0, width=1)
    with pytest.raises(ShapeError, match="History got steps"):
        History(np.arange(2), np.zeros((3, 1, 1)))
    history = History(np.arange(2), np.zeros((2, 1, 1)))
    with pytest.raises(ShapeError, match="2 depths and 1 seed"):
        TrainingResult("one_neuron_resnet", (1, 2), (0,), {}, history, 2, False)
    with pytest.raises(ShapeError, match="one network per"):
        TrainingResult("one_neuron_resnet", (1,), (0,), {}, history, 2, False)


# Sampled measures


def test_sampled_measures_on_known_networks():
    ball = OneNeuronResNet.from_blocks(  # 1 - |x| - |y|: reflect, then reflect
        [[-2, 0], [0, -2]], [[1, 0], [0, 1]], [0, 0], readout=([1, 1], 1)
    )
    assert sampled_bounded(ball)
    assert sampled_iou(ball, UnitBall(), n=1000) == pytest.approx(2 / np.pi, abs=0.001)
    # the sides run through points of the default grid, where roundings decide
    assert sampled_iou(ball, UnitBall()) == pytest.approx(2 / np.pi, abs=0.015)
    assert not sampled_bounded(ball.prefix(1))
    for wrong in ({"radii": ()}, {"radii": (0.0,)}, {"angles": 2}):
        with pytest.raises(InvalidInputError, match=r"radii must|radius must|angles must"):
            sampled_bounded(ball, **wrong)
    with pytest.raises(InvalidInputError, match="n must be at least 2"):
        sampled_iou(ball, UnitBall(), n=1)


# Storage


@pytest.mark.parametrize("family", FAMILIES)
def test_a_stored_result_can_be_saved_again(family, tmp_path):
    stored = load_checkpoint(family)
    save(stored, tmp_path / "again.npz")
    back = load(tmp_path / "again.npz")
    assert back.networks == stored.networks
    assert np.array_equal(back.history.loss, stored.history.loss)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_stored_history_begins_at_the_starts_and_ends_at_the_networks(family):
    stored = load_checkpoint(family)
    first, last = ([*UnitBall.lesson_setting().sample(100 * 256, seed)] for seed in (0, 24))
    for i, depth in enumerate(stored.depths):
        for j, seed in enumerate(stored.seeds):
            start = initial_network(family, 2, depth, seed, width=2)
            begun = logistic_loss(start, *(part[:256] for part in first))
            assert begun == pytest.approx(stored.history.loss[0, i, j], rel=1e-4)
            # the last update had a learning rate of almost 0
            ended = logistic_loss(stored.networks[depth, seed], *(part[-256:] for part in last))
            assert ended == pytest.approx(stored.history.loss[-1, i, j], rel=1e-2)


def logistic_loss(net, points, labels):
    return np.logaddexp(0, -labels * net(points)).mean()


def test_a_file_that_is_no_result_is_named(tmp_path):
    with pytest.raises(InvalidInputError, match=r"no file gone\.npz"):
        load(tmp_path / "gone.npz")
    (tmp_path / "text.npz").write_text("hello")
    np.savez(tmp_path / "other.npz", family="one_neuron_resnet")
    np.savez(tmp_path / "pickle.npz", family=np.array([{}]))
    for name in ("text", "other", "pickle"):
        with pytest.raises(InvalidInputError, match=f"{name}.npz is not a result"):
            load(tmp_path / f"{name}.npz")
    with pytest.raises(InvalidInputError, match="family must be 'one_neuron_resnet' or"):
        load_checkpoint("cnn")
