"""Stacked training against torch's own: gradients by autograd, steps by a plain loop."""

from __future__ import annotations

import importlib.util
import pickle
import threading
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbclient import NotebookClient

from course_lib.errors import InvalidInputError, ShapeError, TrainingDivergedError
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.sampling import sampled_bounded, sampled_iou
from course_lib.targets import Ring, UnitBall
from course_lib.training import initial_network, load, load_checkpoint, save, train

torch = pytest.importorskip("torch")
stacked = importlib.import_module("course_lib.training.descent").stacked  # this needs torch, too
softplus = torch.nn.functional.softplus

FAMILIES = ["one_neuron_resnet", "fully_connected"]
ROOT = Path(__file__).resolve().parent.parent


def quick(family, depths=(1, 3), seeds=2, **options):
    return train(family, depths, seeds, **({"steps": 20, "progress": False} | options))


def tensors(sample):
    points, labels = sample
    return torch.from_numpy(points), torch.from_numpy(labels)


def assert_close_weights(one, other, **tolerances):
    one, other = one.state_dict(), other.state_dict()
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_allclose(one[name], other[name], **tolerances, err_msg=name)


def random_networks(family, dim, width, depths, seed):
    for i, depth in enumerate(sorted(depths, reverse=True)):
        if family == "one_neuron_resnet":
            yield OneNeuronResNet.random(dim, depth, seed=seed + i, dtype=np.float64)
        else:
            yield FullyConnected.random(dim, [width] * depth, seed=seed + i, dtype=np.float64)


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
    networks = list(random_networks(family, dim, width, depths, seed))
    stack = stacked(networks)
    for n in (17, 9):  # the second batch needs other buffers
        points, labels = tensors(UnitBall(dim).sample(n, seed, dtype=np.float64))
        margins = stack.differentiate(points, labels)
        slopes = stacked(networks)
        slopes.weights.copy_(stack.gradient)
        for i, net in enumerate(networks):
            module = net.to_torch()
            expected = labels * module(points)
            torch.testing.assert_close(margins[i], expected.detach())
            softplus(-expected).mean().backward()
            for p in module.parameters():
                p.data = p.grad
            gradient = type(net).from_torch(module)
            assert_close_weights(slopes.network(i), gradient, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("family", FAMILIES)
def test_steps_are_those_of_a_plain_loop(family):
    steps, rate = 12, 0.05
    target = UnitBall.paper_setting()
    points, labels = tensors(target.sample(64, seed=0))
    result = quick(
        family, [2, 4], 3, target=target, steps=steps, batch_size=64, fresh=False,
        learning_rate=rate,
    )  # fmt: skip
    net = initial_network(family, 2, 2, 1, width=2)
    module = net.to_torch()
    adam = torch.optim.Adam(module.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    losses = []
    for _ in range(steps):
        adam.zero_grad()
        loss = softplus(-labels * module(points)).mean()
        loss.backward()
        adam.step()
        schedule.step()
        losses.append(loss.item())
    np.testing.assert_allclose(result.history.loss[:, 0, 1], losses, rtol=1e-4)
    trained = type(net).from_torch(module)
    assert_close_weights(result.networks[2, 1], trained, rtol=1e-3, atol=1e-4)


# One network does not depend on its neighbours


@pytest.mark.parametrize("family", FAMILIES)
def test_a_network_is_the_same_whatever_is_trained_beside_it(family):
    alone = quick(family, [3], [5], steps=300).networks[3, 5]
    torch.manual_seed(123)
    beside = quick(family, [7, 1, 3], range(4, 9), steps=300).networks[3, 5]
    assert alone == beside


@pytest.mark.parametrize(
    ("family", "width", "dim"),
    [
        ("one_neuron_resnet", None, 2),
        ("one_neuron_resnet", None, 5),
        ("fully_connected", 2, 2),
        ("fully_connected", 3, 3),
        ("fully_connected", 7, 2),
        ("fully_connected", 7, 1),
    ],
)
def test_so_it_is_with_batches_of_any_size(family, width, dim):
    """Batches that fill no vector of the processor were once rounded by what stood beside them."""
    options = {"width": width, "target": UnitBall(dim), "steps": 12}
    for batch_size in (1, 7, 16, 33, 48, 100, 200, 250, 500, 1000):
        alone = quick(family, [3], [5], batch_size=batch_size, **options)
        for depths, seeds in (([4, 1, 3], [6, 5]), ([3], range(6))):
            beside = quick(family, depths, seeds, batch_size=batch_size, **options)
            assert alone.networks[3, 5] == beside.networks[3, 5], batch_size
            i, j = list(depths).index(3), list(seeds).index(5)
            assert np.array_equal(alone.history.loss[:, 0, 0], beside.history.loss[:, i, j])


@pytest.mark.parametrize("family", FAMILIES)
def test_seeds_and_batches_matter(family):
    result = quick(family, [2], 2)
    other = quick(family, [2], 1, batch_size=128)
    assert result.networks[2, 0] != result.networks[2, 1]
    assert result.networks[2, 0] != other.networks[2, 0]


def test_threads_and_global_randomness_are_left_alone():
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    numpys = pickle.dumps(np.random.get_state())  # noqa: NPY002  (what must be left alone)
    quick("one_neuron_resnet")
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)
    assert pickle.dumps(np.random.get_state()) == numpys  # noqa: NPY002


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
    first = np.logaddexp(0, -labels[:256] * net(points[:256])).mean()
    assert loss[0, 1, 1] == pytest.approx(first, rel=1e-5)
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
    again = quick("one_neuron_resnet", stop=iter([False] * 6 + [True]).__next__)
    assert result.networks[3, 1] == again.networks[3, 1]
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


# What a target must give


def of_sample(change):
    """The unit ball with another sample: what a change makes of its points and labels."""
    return SimpleNamespace(dim=2, sample=lambda n, seed: change(*UnitBall().sample(n, seed)))


def test_a_target_may_give_tensors_and_lists_and_doubles():
    expected = quick("fully_connected", target=UnitBall())
    for change in (
        lambda points, labels: (torch.from_numpy(points), torch.from_numpy(labels).double()),
        lambda points, labels: (torch.tensor(points, requires_grad=True), torch.tensor(labels)),
        lambda points, labels: (points.tolist(), labels.astype(int).tolist()),
        lambda points, labels: (np.asfortranarray(points, np.float64), labels.astype(np.int8)),
    ):
        result = quick("fully_connected", target=of_sample(change))
        assert dict(result.networks) == dict(expected.networks)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda x, y: (x, (y + 1) / 2), InvalidInputError, r"has a label 0\..*2 \* inside - 1"),
        (lambda x, y: (x, y > 0), InvalidInputError, "has a label 0"),
        (lambda x, y: (x, 2 * y), InvalidInputError, "has a label -?2"),
        (lambda x, y: (x, y * np.nan), InvalidInputError, "has a label nan"),
        (lambda x, y: (x, y[:, None]), ShapeError, r"labels of shape \(25600, 1\).*\(25600,\)"),
        (lambda x, y: (x, y[1:]), ShapeError, r"labels of shape \(25599,\)"),
        (lambda x, y: (x[1:], y), ShapeError, r"points of shape \(25599, 2\)"),
        (lambda x, y: (x[:, :1], y), ShapeError, r"shape \(25600, 1\).*Let it give \(25600, 2\)"),
        (lambda x, y: (x.T, y), ShapeError, r"points of shape \(2, 25600\)"),
        (lambda x, y: (x, ["in"] * len(y)), InvalidInputError, "a target's sample cannot be read"),
        (lambda x, y: x, ShapeError, "gave a ndarray. Let it give a pair"),
        (lambda x, y: (x + 1j, y), InvalidInputError, "a target's sample holds complex numbers"),
    ],
)
@pytest.mark.parametrize("family", FAMILIES)
def test_another_sample_is_refused(family, change, error, message):
    with pytest.raises(error, match=message):
        quick(family, target=of_sample(change))


# Quality


def test_resnets_close_the_disk_and_width_two_does_not():
    resnets = quick("one_neuron_resnet", [3], 4, steps=1000).networks.values()
    narrow = quick("fully_connected", [3], 4, steps=1000).networks.values()
    assert sum(map(sampled_bounded, resnets)) >= 3
    assert not any(map(sampled_bounded, narrow))
    median = np.median([sampled_iou(net, UnitBall()) for net in resnets])
    assert median > 0.8


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
    assert dict(back.networks) == dict(result.networks)
    assert {net.dtype for net in back.networks.values()} == {np.dtype(np.float32)}


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


def test_a_stored_notebook_keeps_no_trace_of_the_bar():
    """What is left, an empty output, the comparison with a stored notebook doesn't see."""
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
