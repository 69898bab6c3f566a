"""From a one-neuron ResNet to width d + 1 and from width d back, exactly."""

import warnings
from fractions import Fraction

import numpy as np
import pytest
from drawn_networks import whole_resnets
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.constructions.embedding import (
    embed,
    embed_everywhere,
    lower_bounds,
    sizes,
    to_resnet,
)
from course_lib.constructions.one_neuron import blocks_of, disk
from course_lib.errors import InvalidInputError, PrecisionWarning, ShapeError
from course_lib.exact import freeze
from course_lib.networks import FullyConnected, OneNeuronResNet

SQUARE = ((-2.0, 2.0), (-2.0, 2.0))


def values(net, points):
    return net(points).astype(float)


@st.composite
def whole_narrow_nets(draw):
    """Widths up to d, whole weights of any rank, dead neurons included."""
    dim = draw(st.integers(1, 3))
    widths = draw(st.lists(st.integers(1, dim), max_size=3))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    shapes = list(zip([*widths, 1], [dim, *widths], strict=True))
    return FullyConnected.from_layers(
        [
            (rng.integers(-1, 2, shape).astype(float), rng.integers(-1, 2, shape[0]).astype(float))
            for shape in shapes
        ]
    )


def rational_points(dim, seed, size):
    rng = np.random.default_rng(seed)
    return [
        [Fraction(int(k), 7) for k in rng.integers(-7 * size, 7 * size + 1, dim)] for _ in range(20)
    ]


@given(whole_resnets(5), st.integers(0, 99))
@settings(max_examples=60)
def test_embedding_on_all_of_r_d_is_exact_in_rationals(resnet, seed):
    wide = embed_everywhere(resnet)
    assert wide.widths == (2 * resnet.dim + 1,) * resnet.depth
    for point in rational_points(resnet.dim, seed, size=50):
        assert freeze(wide).evaluate(point) == freeze(resnet).evaluate(point)


@given(whole_resnets(5), st.integers(0, 99), st.sampled_from(["zonotope", "interval"]))
@settings(max_examples=60)
def test_embedding_on_a_box_agrees_in_rationals(resnet, seed, shifts):
    """Only the shifts are rounded, so both sides differ by roundings of them and no more."""
    wide = embed(resnet, ((-2, 2),) * resnet.dim, shifts)
    assert wide.widths == (resnet.dim + 1,) * resnet.depth
    for point in rational_points(resnet.dim, seed, size=2):
        gap = freeze(wide).evaluate(point) - freeze(resnet).evaluate(point)
        assert abs(gap) <= Fraction(1, 10**9)


@pytest.mark.parametrize("shifts", ["zonotope", "interval"])
@pytest.mark.parametrize(("dim", "depth"), [(1, 30), (2, 30), (3, 50), (5, 20)])
def test_embedding_in_doubles(dim, depth, shifts):
    points = np.random.default_rng(0).uniform(-2, 2, (2000, dim))
    for seed in range(4):
        resnet = OneNeuronResNet.random(dim, depth, seed=seed, dtype=np.float64)
        expected = values(resnet, points)
        wide = embed(resnet, ((-2, 2),) * dim, shifts)
        # a shift s costs digits worth s, which is why tight ones matter
        cost = np.abs(lower_bounds(resnet, ((-2, 2),) * dim, shifts)).max()
        tolerance = 1e-13 * (1 + np.abs(expected).max() + cost)
        assert np.abs(values(wide, points) - expected).max() <= tolerance
        assert np.allclose(
            values(embed_everywhere(resnet), 50 * points), values(resnet, 50 * points)
        )


def test_outside_the_box_the_embedding_may_fail():
    resnet = disk(4)
    far = np.array([[-40.0, 30.0]])
    assert not np.allclose(values(embed(resnet, SQUARE), far), values(resnet, far))
    assert np.allclose(values(embed_everywhere(resnet), far), values(resnet, far))


@given(whole_resnets(5), st.integers(0, 99), st.sampled_from(["zonotope", "interval"]))
def test_no_state_lies_below_the_bounds(resnet, seed, shifts):
    points = np.random.default_rng(seed).uniform(-2, 2, (200, resnet.dim))
    corners = np.array(np.meshgrid(*[[-2.0, 2.0]] * resnet.dim)).reshape(resnet.dim, -1).T
    states = resnet.states(np.vstack([points, corners]))
    lows = lower_bounds(resnet, ((-2, 2),) * resnet.dim, shifts)
    assert lows.shape == (resnet.depth + 1, resnet.dim)
    assert (states.min(axis=1) >= lows - 1e-9).all()


def test_zonotopes_know_that_folds_keep_lengths():
    """Thirty mirrors move no point away from the origin; intervals can't see it."""
    resnet = disk(30)
    interval, zonotope = (
        -lower_bounds(resnet, ((-1, 1), (-1, 1)), shifts).min()
        for shifts in ("interval", "zonotope")
    )
    assert interval > 10 * zonotope
    assert zonotope < 4


def test_zonotopes_are_far_tighter_on_deep_random_networks():
    ratios = []
    for seed in range(5):
        drawn = OneNeuronResNet.random(2, 200, seed=seed)
        resnet = drawn.replace(u=drawn.u / 10)  # blocks of the size that training finds here
        interval, zonotope = (
            -lower_bounds(resnet, SQUARE, shifts).min() for shifts in ("interval", "zonotope")
        )
        ratios.append(interval / zonotope)
    assert np.median(ratios) > 5


@given(whole_narrow_nets(), st.integers(0, 99))
@settings(max_examples=100)
def test_a_narrow_network_becomes_crushes_only(net, seed):
    resnet = to_resnet(net)
    lost = sum(
        width - np.linalg.matrix_rank(W)
        for width, W in zip(net.widths, net.weights[:-1], strict=True)
    )
    assert resnet.depth == sum(net.widths) + 2 * lost
    assert {block.kind for block in blocks_of(resnet)} <= {"crush"}
    points = 20 * np.random.default_rng(seed).normal(size=(100, net.dim))
    assert np.allclose(values(resnet, points), values(net, points), atol=1e-9)


@given(whole_narrow_nets(), st.integers(0, 99))
@settings(max_examples=40)
def test_a_neuron_counts_however_small_it_is_beside_the_others(net, seed):
    """Neurons scaled by powers of two, and scaled back when read: nothing changes, no rank is lost.

    In floats the rank of a layer is a guess about what is small.
    """
    rng, layers, before = np.random.default_rng(seed), [], np.ones(net.dim)
    for k, (W, b) in enumerate(zip(net.weights, net.biases, strict=True)):
        scale = 2.0 ** rng.integers(-90, 91, len(b)) if k < net.depth else np.ones(1)
        scale[~W.any(axis=1)] = 1  # a neuron that is constant has no size of its own
        layers.append((scale[:, None] * W / before, scale * b))
        before = scale
    resnet, scaled = to_resnet(net), to_resnet(FullyConnected.from_layers(layers))
    assert scaled.depth == resnet.depth
    points = 20 * rng.normal(size=(50, net.dim))
    assert np.allclose(values(scaled, points), values(net, points), atol=1e-9)


@pytest.mark.parametrize("small", [1e-16, 1e-308])
def test_a_small_neuron_with_a_great_weight(small):
    net = FullyConnected.from_layers(
        [([[1.0, 0.0], [0.0, small]], [0.0, 0.0]), ([0.0, 1 / small], 0.0)]
    )
    resnet = to_resnet(net)
    assert resnet.depth == 2
    assert float(freeze(resnet).evaluate([1, 1])) == pytest.approx(1, abs=1e-12)


def test_rows_that_differ_in_the_last_bit_are_two_directions():
    W = [[1.0, 1.0], [1.0, 1.0 + 2.0**-52]]
    with pytest.warns(PrecisionWarning, match="condition number"):
        resnet = to_resnet(FullyConnected.from_layers([(W, [0.0, 0.0]), ([1.0, -1.0], 0.0)]))
    assert resnet.depth == 2


def test_layers_that_no_float_can_hold_together_are_refused():
    layer = ([[1e200]], [0.0])
    net = FullyConnected.from_layers([layer, layer, ([1.0], 0.0)])
    with pytest.raises(InvalidInputError, match="exceed what a float can hold"):
        to_resnet(net)


@pytest.mark.parametrize(("dim", "depth"), [(2, 1), (2, 8), (3, 5), (5, 4)])
def test_the_round_trip_keeps_the_function(dim, depth):
    net = FullyConnected.random(dim, (dim,) * depth, seed=dim + depth, dtype=np.float64)
    points = np.random.default_rng(0).uniform(-2, 2, (500, dim))
    resnet = to_resnet(net)
    assert resnet.depth == dim * depth
    expected = values(net, points)
    assert np.allclose(values(resnet, points), expected, atol=1e-8)
    assert np.allclose(values(embed(resnet, ((-2, 2),) * dim), points), expected, atol=1e-7)


def test_the_sandwich_in_rationals():
    """Unit triangular layers invert exactly, so here nothing at all is rounded."""
    net = FullyConnected.from_layers(
        [
            ([[1.0, 0.0], [0.0, 1.0]], [1.0, -1.0]),
            ([[1.0, 0.0], [0.0, -1.0]], [0.0, 2.0]),
            ([1.0, 1.0], 0.0),
        ]
    )
    resnet = to_resnet(net)
    for point in rational_points(2, 0, size=9):
        assert abs(freeze(resnet).evaluate(point) - freeze(net).evaluate(point)) < Fraction(
            1, 10**14
        )


def test_an_ill_conditioned_network_warns_with_its_condition():
    W = [[1.0, 1.0], [1.0, 1.0 + 1e-9]]
    net = FullyConnected.from_layers([(W, [0.0, 0.0]), ([1.0, 1.0], 0.0)])
    with pytest.warns(PrecisionWarning, match="condition number"):
        to_resnet(net)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        to_resnet(FullyConnected.random(2, (2, 2), seed=0))


@pytest.mark.parametrize("dim", [1, 2, 5, 20])
def test_sizes_follow_the_formulas(dim):
    depth = 4
    resnet, box, everywhere = sizes(dim, depth)
    d = dim
    assert (resnet.width, box.width, everywhere.width) == (d, d + 1, 2 * d + 1)
    assert resnet.per_layer == 2 * d + 1
    assert box.per_layer == (d + 1) * (d + 2)
    assert everywhere.per_layer == (2 * d + 1) * (2 * d + 2)
    assert resnet.parameters == depth * (2 * d + 1) + d + 1
    assert box.connections == (d + 1) * d + (depth - 1) * (d + 1) ** 2 + (d + 1)
    assert resnet.connections == depth * 3 * d + d


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: embed(disk(3), ((0, 1),)), ShapeError, "2 pairs"),
        (lambda: embed(disk(3), ((0, 1), (1, 0))), InvalidInputError, "empty"),
        (lambda: embed(disk(3), ((0, 1), (0, np.inf))), InvalidInputError, "infinite"),
        (lambda: embed(disk(3), SQUARE, "other"), InvalidInputError, "zonotope"),
        (lambda: to_resnet(FullyConnected.random(2, (3,), seed=0)), InvalidInputError, "exceed"),
        (lambda: to_resnet(disk(3)), InvalidInputError, "OneNeuronResNet"),
        (
            lambda: embed(FullyConnected.random(2, (2,), seed=0), SQUARE),
            InvalidInputError,
            "to_resnet",
        ),
        (lambda: sizes(2, 0), InvalidInputError, "depth"),
    ],
)
def test_embedding_rejects(make, error, text):
    with pytest.raises(error, match=text):
        make()
