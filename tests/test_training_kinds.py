"""Kinds of networks for an experiment: counted, trained as `train` does, rates by one rule."""

import numpy as np
import pytest

from course_lib import training
from course_lib.errors import InvalidInputError
from course_lib.networks import FullyConnected
from course_lib.training import Kind, initial_network, train_kind, trial_losses

torch = pytest.importorskip("torch")


@pytest.mark.parametrize(
    "kind", [Kind(1, 3), Kind(4, 2), Kind(3, 2, identity=False), Kind(15, 1, identity=False)]
)
@pytest.mark.parametrize("dim", [1, 2, 3])
def test_parameters_are_those_of_a_network(kind, dim):
    if kind.identity:
        blocks = initial_network("one_neuron_resnet", dim, kind.neurons * kind.depth, 0, width=1)
        assert kind.parameters(dim) == blocks.num_parameters
    else:
        net = initial_network("fully_connected", dim, kind.depth, 0, width=kind.neurons)
        assert kind.parameters(dim) == net.num_parameters


def gap(first, second):
    pairs = zip(first.networks.values(), second.networks.values(), strict=True)
    points = np.random.default_rng(0).normal(size=(40, 2))
    return max(np.abs(p.astype(float)(points) - q.astype(float)(points)).max() for p, q in pairs)


def test_both_loops_retrace_train():
    """Autograd and the gradients written by hand, from the same start by the same batches."""
    from course_lib.targets import UnitBall
    from course_lib.training.by_autograd import descend_blocks
    from course_lib.training.kinds import _as_wide
    from course_lib.training.loop import batches_of

    starts = [initial_network("one_neuron_resnet", 2, 3, seed, width=2) for seed in range(3)]
    batches = batches_of(UnitBall.lesson_setting(), 256, True)
    (u, w, b, a, c), _ = descend_blocks(starts, 1, batches, 0.05, 20)
    hand = training.train("one_neuron_resnet", [3], 3, learning_rate=0.05, steps=20, progress=False)
    points = np.random.default_rng(0).normal(size=(40, 2))
    for k in range(3):
        found = _as_wide(u[:, k], w[:, k], b[:, k], a[k], c[k])(points)
        assert np.abs(found - hand.networks[3, k].astype(float)(points)).max() < 1e-3
    settings = {"kind": Kind(3, 2, identity=False), "seeds": 3, "learning_rate": 0.05, "steps": 20}
    assert gap(train_kind(**settings, dropout=1e-12), train_kind(**settings)) < 1e-3
    assert gap(train_kind(**settings, dropout=0.5), train_kind(**settings)) > 1e-2


def test_a_block_of_several_neurons_reads_one_state():
    """One block of two neurons is x + u1 relu(w1 x + b1) + u2 relu(w2 x + b2), before training."""
    start = initial_network("one_neuron_resnet", 2, 2, 7, width=2)
    u, w, b = (part.astype(float) for part in (start.u, start.w, start.b))
    x = np.random.default_rng(0).normal(size=(30, 2))
    state = x + np.maximum(x @ w.T + b, 0) @ u
    net = train_kind(Kind(2, 1), [7], 1e-9, steps=1).networks[1, 7]
    assert np.allclose(net(x), state @ start.a + start.c, atol=1e-5)
    assert net.widths == (6,)


def test_a_start_of_one_s_own_is_where_training_begins():
    def start(depth, seed):
        net = initial_network("one_neuron_resnet", 2, depth, seed, width=2)
        return net.replace(u=net.u / 10)

    made = train_kind(Kind(1, 2), [4], 1e-12, steps=1, start=start).networks[2, 4]
    assert np.allclose(made.u, start(2, 4).u)
    with pytest.raises(InvalidInputError, match="start gave"):
        train_kind(Kind(1, 3), [4], 0.1, steps=1, start=lambda depth, seed: start(2, seed))
    with pytest.raises(InvalidInputError, match="start is for kinds"):
        train_kind(Kind(2, 3), [4], 0.1, steps=1, start=start)


def test_a_fixed_sample_is_seen_again_and_a_fresh_one_is_not():
    fixed, fresh = (train_kind(Kind(2, 1), 1, 0.05, steps=3, fresh=f) for f in (False, True))
    assert gap(fixed, fresh) > 0


def test_a_trial_is_the_mean_of_the_last_four_recorded_losses(monkeypatch):
    kind = Kind(3, 1, identity=False)
    losses = train_kind(kind, [100, 101], 0.05, steps=8).history.loss[-4:]
    short = lambda *args, **settings: train_kind(*args, steps=8, **settings)  # noqa: E731
    monkeypatch.setattr("course_lib.training.kinds.train_kind", short)
    assert trial_losses(kind, [0.05, 1e38], [100, 101]) == [round(float(losses.mean()), 5), None]


def test_dropout_is_for_layers_and_comes_back_as_layers():
    kind = Kind(4, 2, identity=False)
    net = train_kind(kind, 1, 0.01, steps=2, dropout=0.5).networks[2, 0]
    assert isinstance(net, FullyConnected)
    assert net.widths == (4, 4)
    with pytest.raises(InvalidInputError, match="fully connected networks"):
        train_kind(Kind(2, 2), 1, 0.01, steps=2, dropout=0.5)


@pytest.mark.parametrize("as_door", [lambda net: net, lambda net: net.to_torch()])
def test_a_start_goes_through_the_door_for_networks(as_door):
    def start(depth, seed):
        return as_door(initial_network("fully_connected", 2, depth, seed + 1, width=2))

    kind = Kind(2, 2, identity=False)
    made = train_kind(kind, [4], 0.05, steps=3, start=start).networks[2, 4]
    usual = train_kind(kind, [5], 0.05, steps=3).networks[2, 5]
    assert made == usual
