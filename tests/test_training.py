"""Stacked training against torch's own: gradients by autograd, steps by a plain loop."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import threading
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nbclient import NotebookClient
from torch.nn.functional import softplus

from course_lib.errors import InvalidInputError, ShapeError, TrainingDivergedError
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.sampling import sampled_bounded, sampled_iou
from course_lib.targets import Ring, UnitBall
from course_lib.training import (
    History,
    TrainingResult,
    initial_network,
    load,
    load_checkpoint,
    save,
    train,
)
from course_lib.training.stacked_layers import StackedFullyConnected
from course_lib.training.stacked_resnets import StackedResNets

FAMILIES = ["one_neuron_resnet", "fully_connected"]
ROOT = Path(__file__).resolve().parent.parent


def quick(family, depths=(1, 3), seeds=2, **options):
    return train(family, depths, seeds, **({"steps": 20, "progress": False} | options))


def same_weights(one, other):
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return all(torch.equal(p, q) for p, q in pairs)


def random_networks(family, dim, width, depths, seed):
    for i, depth in enumerate(sorted(depths, reverse=True)):
        if family == "one_neuron_resnet":
            yield OneNeuronResNet.random(dim, depth, seed=seed + i, dtype=torch.float64)
        else:
            yield FullyConnected.random(dim, [width] * depth, seed=seed + i, dtype=torch.float64)


# Gradients


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=25, deadline=None)
@given(
    dim=st.integers(1, 3),
    width=st.integers(1, 4),
    depths=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    seed=st.integers(0, 10**6),
)
def test_gradients_are_those_of_autograd(family, dim, width, depths, seed):
    stack_type = StackedResNets if family == "one_neuron_resnet" else StackedFullyConnected
    networks = list(random_networks(family, dim, width, depths, seed))
    stack = stack_type(networks)
    for n in (17, 9):  # the second batch needs other buffers
        points, labels = UnitBall(dim).sample(n, seed, dtype=torch.float64)
        margins = stack.differentiate(points, labels)
        slopes = stack_type(networks)
        slopes.weights.copy_(stack.gradient)
        for i, net in enumerate(networks):
            expected = labels * net(points)
            torch.testing.assert_close(margins[i], expected.detach())
            net.zero_grad()
            softplus(-expected).mean().backward()
            got = [p.detach() for p in slopes.network(i).parameters()]
            torch.testing.assert_close(got, [p.grad for p in net.parameters()])


@pytest.mark.parametrize("family", FAMILIES)
def test_steps_are_those_of_a_plain_loop(family):
    steps, rate = 12, 0.05
    target = UnitBall.paper_setting()
    points, labels = target.sample(64, seed=0)
    result = quick(
        family, [2, 4], 3, target=target, steps=steps, batch_size=64, fresh=False,
        learning_rate=rate,
    )  # fmt: skip
    net = initial_network(family, 2, 2, 1, width=2)
    adam = torch.optim.Adam(net.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    losses = []
    for _ in range(steps):
        adam.zero_grad()
        loss = softplus(-labels * net(points)).mean()
        loss.backward()
        adam.step()
        schedule.step()
        losses.append(loss.item())
    np.testing.assert_allclose(result.history.loss[:, 0, 1], losses, rtol=1e-4)
    for p, q in zip(net.parameters(), result.networks[2, 1].parameters(), strict=True):
        torch.testing.assert_close(p, q, rtol=1e-3, atol=1e-4)


# One network does not depend on its neighbours


@pytest.mark.parametrize("family", FAMILIES)
def test_a_network_is_the_same_whatever_is_trained_beside_it(family):
    alone = quick(family, [3], [5], steps=300).networks[3, 5]
    torch.manual_seed(123)
    beside = quick(family, [7, 1, 3], range(4, 9), steps=300).networks[3, 5]
    assert same_weights(alone, beside)


@pytest.mark.parametrize("family", FAMILIES)
def test_seeds_and_batches_matter(family):
    result = quick(family, [2], 2)
    other = quick(family, [2], 1, batch_size=128)
    assert not same_weights(result.networks[2, 0], result.networks[2, 1])
    assert not same_weights(result.networks[2, 0], other.networks[2, 0])


def test_threads_and_global_randomness_are_left_alone():
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    quick("one_neuron_resnet")
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)


# What comes back


def test_every_depth_and_seed_comes_in_the_order_asked():
    result = quick("one_neuron_resnet", [1, 3], [7, 2], steps=250)
    assert list(result.networks) == [(1, 7), (1, 2), (3, 7), (3, 2)]
    steps, loss = result.history.steps, result.history.loss
    assert loss.shape == (len(steps), 2, 2)
    assert 100 <= len(steps) <= 130
    assert (steps[0], steps[-1]) == (0, 249)
    assert (result.completed_steps, result.stopped) == (250, False)
    points, labels = UnitBall.lesson_setting().sample(100 * 256, seed=0)
    net = initial_network("one_neuron_resnet", 2, 3, 2, width=2)
    first = softplus(-labels[:256] * net(points[:256])).mean()
    assert loss[0, 1, 1] == pytest.approx(first.item(), rel=1e-5)
    assert loss[-1].mean() < loss[0].mean()


@pytest.mark.parametrize("family", FAMILIES)
def test_other_targets_dimensions_and_widths(family):
    space = quick(family, [2], 1, target=UnitBall(3), width=5).networks[2, 0]
    assert space.dim == 3
    assert getattr(space, "widths", (5, 5)) == (5, 5)
    assert quick(family, [1], 1, target=Ring()).networks[1, 0].dim == 2


def test_stop_keeps_what_has_been_reached():
    calls = iter([False] * 6 + [True])
    result = quick("one_neuron_resnet", stop=lambda: next(calls))
    assert (result.completed_steps, result.stopped) == (6, True)
    assert same_weights(
        result.networks[3, 1],
        quick("one_neuron_resnet", stop=iter([False] * 6 + [True]).__next__).networks[3, 1],
    )
    event = threading.Event()
    event.set()
    assert quick("one_neuron_resnet", stop=event.is_set).completed_steps == 0


def test_an_interrupt_keeps_what_has_been_reached():
    class Impatient(UnitBall):
        def sample(self, n, seed):
            if seed == 1:
                raise KeyboardInterrupt
            return super().sample(n, seed)

    result = quick("fully_connected", target=Impatient(), steps=500)
    assert (result.completed_steps, result.stopped) == (100, True)
    assert len(result.history.steps) == 20
    assert result.networks[3, 1].depth == 3


def test_a_diverging_loss_names_depth_seed_and_step():
    class Hot(UnitBall):
        def sample(self, n, seed):
            points, labels = super().sample(n, seed)
            return points * 1e38, labels

    with pytest.raises(TrainingDivergedError, match=r"depth \d, seed \d .*step 0.*finite points"):
        quick("one_neuron_resnet", target=Hot())
    with pytest.raises(TrainingDivergedError, match=r"depth \d, seed \d .*step [1-9].*smaller"):
        quick("one_neuron_resnet", learning_rate=1e30)
    with pytest.raises(TrainingDivergedError, match=r"weights of depth 3, seed 0.*step 1"):
        quick("one_neuron_resnet", steps=1, learning_rate=1e39)


WRONG = [
    ({"family": "resnet"}, "family must be one of"),
    ({"depths": []}, "depths that are distinct and at least 1"),
    ({"depths": [0]}, "depths that are distinct and at least 1"),
    ({"depths": [2, 2]}, "depths that are distinct"),
    ({"depths": 3}, "depths=3. Pass whole numbers"),
    ({"depths": [1.5]}, "Pass whole numbers"),
    ({"steps": 2.5}, "steps of at least 1, a whole number; got 2.5"),
    ({"seeds": 0}, "seeds that are distinct and at least 0"),
    ({"seeds": [1, 1]}, "seeds that are distinct"),
    ({"seeds": [-1]}, "seeds that are distinct and at least 0"),
    ({"steps": 0}, "steps of at least 1"),
    ({"batch_size": 0}, "batch_size of at least 1"),
    ({"width": 0}, "width of at least 1"),
    ({"learning_rate": 0.0}, "learning_rate above 0"),
    ({"learning_rate": float("nan")}, "learning_rate above 0"),
]


@pytest.mark.parametrize(("options", "message"), WRONG)
def test_wrong_input_is_named(options, message):
    with pytest.raises(InvalidInputError, match=message):
        train(**({"family": "one_neuron_resnet", "depths": [1], "seeds": 1} | options))


def test_wrong_sizes_of_a_start_or_a_result_are_named():
    with pytest.raises(InvalidInputError, match="depth=0"):
        initial_network("one_neuron_resnet", 2, 0, 0, width=1)
    with pytest.raises(InvalidInputError, match="family must be one of"):
        initial_network("cnn", 2, 1, 0, width=1)
    with pytest.raises(ShapeError, match="History got steps"):
        History(np.arange(2), np.zeros((3, 1, 1)))
    history = History(np.arange(2), np.zeros((2, 1, 1)))
    with pytest.raises(ShapeError, match="2 depths and 1 seeds"):
        TrainingResult("one_neuron_resnet", (1, 2), (0,), {}, history, 2, False)
    with pytest.raises(ShapeError, match="one network per"):
        TrainingResult("one_neuron_resnet", (1,), (0,), {}, history, 2, False)


# Quality


def test_resnets_close_the_disk_and_width_two_does_not():
    resnets = quick("one_neuron_resnet", [3], 4, steps=1000).networks.values()
    narrow = quick("fully_connected", [3], 4, steps=1000).networks.values()
    assert sum(map(sampled_bounded, resnets)) >= 3
    assert not any(map(sampled_bounded, narrow))
    median = np.median([sampled_iou(net, UnitBall()) for net in resnets])
    assert median > 0.8


def test_sampled_measures_on_known_networks():
    ball = OneNeuronResNet.from_blocks(  # 1 - |x| - |y|: reflect, then reflect
        [[-2, 0], [0, -2]], [[1, 0], [0, 1]], [0, 0], readout=([1, 1], 1)
    )
    assert sampled_bounded(ball)
    assert sampled_iou(ball, UnitBall()) == pytest.approx(2 / np.pi, abs=0.01)
    assert not sampled_bounded(ball.prefix(1))
    for wrong in ({"radii": ()}, {"radii": (0.0,)}, {"angles": 2}):
        with pytest.raises(InvalidInputError, match="sampled_bounded needs"):
            sampled_bounded(ball, **wrong)
    with pytest.raises(InvalidInputError, match="sampled_iou needs"):
        sampled_iou(ball, UnitBall(), n=1)


# Storage


@pytest.mark.parametrize("family", FAMILIES)
def test_a_saved_result_comes_back(family, tmp_path):
    result = quick(family, [3, 1], [4, 2])
    save(result, tmp_path / "result.npz")
    back = load(tmp_path / "result.npz")
    for name in ("family", "depths", "seeds", "completed_steps", "stopped"):
        assert getattr(back, name) == getattr(result, name)
    assert np.array_equal(back.history.loss, result.history.loss)
    assert np.array_equal(back.history.steps, result.history.steps)
    assert all(same_weights(result.networks[key], back.networks[key]) for key in result.networks)


def test_a_file_that_is_no_result_is_named(tmp_path):
    with pytest.raises(InvalidInputError, match=r"no file gone\.npz"):
        load(tmp_path / "gone.npz")
    (tmp_path / "text.npz").write_text("hello")
    np.savez(tmp_path / "other.npz", family="one_neuron_resnet")
    np.savez(tmp_path / "pickle.npz", family=np.array([{}]))
    for name in ("text", "other", "pickle"):
        with pytest.raises(InvalidInputError, match=f"{name}.npz is not a result"):
            load(tmp_path / f"{name}.npz")
    with pytest.raises(InvalidInputError, match="family must be one of"):
        load_checkpoint("cnn")


@pytest.mark.parametrize("family", FAMILIES)
def test_checkpoints_are_what_their_code_makes(family):
    """Bit for bit where they were made; elsewhere rounding differs and training amplifies it.

    So the first losses must agree closely, and the trained networks of each depth as a group.
    """
    stored = load_checkpoint(family)
    assert (stored.depths, stored.seeds) == ((1, 2, 3, 5, 8, 10, 20), tuple(range(32)))
    assert stored.completed_steps == 2500
    again = train(family, [1, 2], 9, progress=False)
    before, after = stored.history.loss[:, :2, :9], again.history.loss
    np.testing.assert_allclose(after[0], before[0], rtol=1e-4)
    one, other = (np.median(loss[-20:].mean(0), axis=1) for loss in (before, after))
    np.testing.assert_allclose(one, other, rtol=0.1)


# Progress


def test_a_stored_notebook_keeps_no_trace_of_the_bar(tmp_path):
    source = (
        "from course_lib.training import train\n"
        "print('before')\n"
        "result = train('one_neuron_resnet', [1], 1, steps=30)\n"
        "print(result.completed_steps)"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(notebook, kernel_name="python3").execute()
    outputs = notebook.cells[0].outputs
    assert [output.output_type for output in outputs] == ["stream", "display_data", "stream"]
    assert (outputs[0].text, outputs[2].text) == ("before\n", "30\n")
    assert outputs[1].data == {}
    assert outputs[1].metadata == {}
    path = tmp_path / "trained.ipynb"
    nbformat.write(notebook, path)
    compared = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-c",
            "pyproject.toml",
            path,
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert compared.returncode == 0, compared.stdout


def test_a_log_file_gets_no_bar(capsys):
    quick("one_neuron_resnet", progress=True)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


# The benchmark


def test_the_benchmark_runs(capsys):
    spec = importlib.util.spec_from_file_location("speed", ROOT / "benchmarks" / "training.py")
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    threads = torch.get_num_threads()
    try:
        benchmark.main(["--depths", "1", "2", "--seeds", "2", "--steps", "3", "--rounds", "1"])
    finally:
        torch.set_num_threads(threads)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 2 * 3
    assert all(line.split()[-1].endswith("x") for line in lines[2:])
