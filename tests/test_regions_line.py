"""Pieces of the line in every mode, against the kinks of the network found one by one."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest

from course_lib.exact import ExactFullyConnected, freeze, to_floats
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import activation_regions, linear_pieces

F = Fraction
BOX = ((-1, 1),)
ONE_THIRD = FullyConnected.from_layers([([[3.0], [1.0]], [-1.0, -1 / 3]), ([1.0, -5.0], 0.0)])


def random_hinges(seed):
    """Hinges at tenths, each written with weights 1, 3 or 7, so that many kinks nearly agree."""
    rng = np.random.default_rng(seed)
    n = rng.integers(2, 7)
    w = rng.choice([1.0, 3.0, 7.0, -1.0, -3.0, -7.0], n)
    tenths = rng.integers(-9, 10, n) / 10
    a = rng.integers(-3, 4, n).astype(float)
    return FullyConnected.from_layers([(w[:, None], -w * tenths), (a, 0.5)])


def kinks(net):
    """The places where a neuron of the only hidden layer changes its sign, ends included."""
    (W, b), _ = net.layers
    found = (-r / w for (w,), r in zip(W, b, strict=True))
    return sorted({F(-1), F(1), *(x for x in found if -1 < x < 1)})


def oracle(net, linear):
    """Intervals with gradient and offset from two values inside each, merged where they agree."""
    pieces = []
    for low, high in itertools.pairwise(kinks(net)):
        p, q = (2 * low + high) / 3, (low + 2 * high) / 3
        gradient = (net.evaluate([q]) - net.evaluate([p])) / (q - p)
        offset = net.evaluate([p]) - gradient * p
        if linear and pieces and pieces[-1][2:] == (gradient, offset):
            low = pieces.pop()[0]
        pieces.append((low, high, gradient, offset))
    return pieces


def told(pieces):
    return [(*(v[0] for v in p.vertices), p.gradient[0], p.offset) for p in pieces]


def assert_right(net, box, expected, linear):
    ask = linear_pieces if linear else activation_regions
    exactly = told(ask(net, box, exact=True))
    assert exactly == expected
    rounded = told(ask(net, box))
    assert len(rounded) == len(expected)  # and in the same order
    np.testing.assert_allclose(rounded, to_floats(expected), rtol=1e-12, atol=1e-12)
    for pieces in (exactly, rounded):
        low, high = (pieces[0][0], pieces[-1][1])
        assert (low, high) == tuple(box[0])
        assert all(a[1] == b[0] for a, b in itertools.pairwise(pieces))
        assert sum(q - p for p, q, *_ in pieces) == pytest.approx(high - low, rel=1e-15)
        assert all(p <= q for p, q, *_ in pieces)


@pytest.mark.parametrize("linear", [True, False])
def test_two_kinks_that_round_to_one_float_keep_their_order(linear):
    assert_right(ONE_THIRD, BOX, oracle(freeze(ONE_THIRD), linear), linear)


@pytest.mark.parametrize("linear", [True, False])
@pytest.mark.parametrize("batch", range(2))
def test_kinks_at_tenths_tile_the_box_in_every_mode(batch, linear):
    for seed in range(25 * batch, 25 * batch + 25):
        net = random_hinges(seed)
        assert_right(net, BOX, oracle(freeze(net), linear), linear)


def test_three_kinks_between_two_floats():
    """Pieces whose ends are one float come in the order of their exact ends."""
    step = F(1, 2**80)
    W = tuple((F(1),) for _ in range(3))
    b = tuple(-F(1, 3) - k * step for k in (2, 0, 1))  # kinks a hair apart, out of order
    net = ExactFullyConnected(((W, b), (((F(1), F(10), F(100)),), (F(0),))))
    assert_right(net, BOX, oracle(net, linear=True), linear=True)
    assert [p.gradient[0] for p in linear_pieces(net, BOX)] == [0, 10, 110, 111]


@pytest.mark.parametrize(
    "net",
    [
        *(OneNeuronResNet.random(1, 9, seed=s) for s in range(3)),
        *(FullyConnected.random(1, [4, 4, 4], seed=s) for s in range(3)),
    ],
    ids=repr,
)
@pytest.mark.parametrize("ask", [linear_pieces, activation_regions])
def test_both_modes_list_the_same_intervals_of_deep_networks(net, ask):
    box = [(F(-3, 7), 10)]
    exactly, rounded = told(ask(net, box, exact=True)), told(ask(net, box))
    np.testing.assert_allclose(rounded, to_floats(exactly), rtol=1e-9, atol=1e-9)
    assert all(a[1] == b[0] for a, b in itertools.pairwise(rounded))


def test_the_law_can_fail():
    expected = oracle(freeze(ONE_THIRD), linear=True)
    with pytest.raises(AssertionError):
        assert_right(ONE_THIRD, BOX, expected[:-1], linear=True)
    with pytest.raises(AssertionError):
        assert_right(ONE_THIRD, BOX, [expected[1], expected[0], expected[2]], linear=True)
