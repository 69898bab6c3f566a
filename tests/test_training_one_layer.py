"""Training one hidden layer: the slopes are those of the loss, and a seed fixes its network."""

import numpy as np
import pytest

from course_lib.errors import InvalidInputError
from course_lib.training import one_layer, train_layer

INTERVAL = (-1.0, 1.0)


def wave(x):
    return np.sin(5 * x + 1)


def loss(t, y, w, b, a, c):
    hidden = np.maximum(t[:, None] * w + b, 0)
    return ((hidden @ a + c - y) ** 2).mean()


def test_the_slopes_are_those_of_the_loss():
    """Against differences of the loss itself, one weight at a time."""
    source = np.random.default_rng(0)
    weights = [source.normal(size=(2, n)) for n in (3, 3, 3, 1)]  # seed, neuron
    t = np.linspace(-1, 1, 129)
    slopes, step = one_layer._slopes(t, wave(t), *weights), 1e-6
    for part, slope in zip(weights, slopes, strict=True):
        assert slope.shape == part.shape
        for place in np.ndindex(part.shape):
            sides = []
            for sign in (1, -1):
                part[place] += sign * step
                sides.append(loss(t, wave(t), *(other[place[0]] for other in weights)))
                part[place] -= sign * step
            assert slope[place] == pytest.approx((sides[0] - sides[1]) / (2 * step), abs=1e-6)


def test_a_seed_fixes_its_network_whatever_is_trained_beside_it():
    alone, *_ = train_layer(wave, INTERVAL, 4, seeds=1, steps=20)
    beside, other = train_layer(wave, INTERVAL, 4, seeds=2, steps=20)
    for one, two in zip(alone.weights + alone.biases, beside.weights + beside.biases, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-12)
    assert not np.allclose(beside.weights[0], other.weights[0])


def test_training_learns_what_one_hinge_can_do():
    best = min(
        np.abs(net(np.linspace(-1, 1, 50)[:, None]) - np.maximum(np.linspace(-1, 1, 50), 0)).max()
        for net in train_layer(lambda x: np.maximum(x, 0), INTERVAL, 3, seeds=4, steps=600)
    )
    assert best < 0.02


@pytest.mark.parametrize("interval", [(1.0, 1.0), (1.0, -1.0)])
def test_an_empty_interval_is_refused(interval):
    with pytest.raises(InvalidInputError, match="low < high"):
        train_layer(wave, interval, 2)
