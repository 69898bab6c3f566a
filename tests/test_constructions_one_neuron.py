"""Any function by one-neuron blocks: polylines, unrolled grids, stepping."""

import itertools
import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from course_lib.constructions.line import Polyline, graph, l1_distance, sup_distance
from course_lib.constructions.one_neuron import (
    approximate,
    blocks_of,
    certified_error,
    disk,
    draw_polyline,
    mean_error_bound,
    sample_grid,
    steps,
    sufficient_cells,
)
from course_lib.errors import InvalidInputError, PrecisionWarning, ShapeError
from course_lib.evaluation import evaluate
from course_lib.exact import freeze
from course_lib.networks import FullyConnected


def wave(x):
    return np.sin(2 * x[..., 0] + 1) * np.cos(1.5 * x[..., -1]) + 0.3 * x[..., 0]


def ball(x):
    return (np.linalg.norm(x, axis=-1) < 1).astype(float)


def uniform(box, count, seed=0):
    low, high = np.array(box, dtype=float).T
    return np.random.default_rng(seed).uniform(low, high, (count, len(box)))


# --- the line ---

heights = st.lists(st.integers(-3, 3), min_size=2, max_size=8)


@given(heights, st.sampled_from([0.0, 0.1, -7.3]))
@settings(max_examples=60)
def test_a_polyline_is_drawn_within_its_l1_error_exactly_measured(values, start):
    knots = np.arange(len(values)) + start
    net = draw_polyline(knots, values, error=1e-3)
    target = Polyline(knots, values)
    assert l1_distance(net, target, (knots[0], knots[-1])) <= Fraction(1, 1000)
    assert net.depth <= 3 * len(values)
    drawn = graph(net, (knots[0], knots[-1])).values
    assert min(values) - 1e-6 <= min(drawn)
    assert max(drawn) <= max(values) + 1e-6


@given(heights, st.sampled_from([0.0, 0.1, -7.3]))
@example([0, -1, 0, 0, 0, -1, 1], -7.3)  # once late by 3e-4 where the first slope was rounded
@settings(max_examples=40)
def test_on_the_whole_line_it_is_zero_outside(values, start):
    knots = np.arange(len(values)) + start
    net = draw_polyline(knots, values, error=1e-3, domain="space")
    edge = Fraction(1, 10**9)
    low, high = Fraction(knots[0]), Fraction(knots[-1])
    target = Polyline(
        [low - 9, low - edge, *map(Fraction, knots), high + edge, high + 9], [0, 0, *values, 0, 0]
    )
    assert l1_distance(net, target, (low - 9, high + 9)) <= Fraction(1, 1000)
    far = graph(net, (-(10**6), 10**6)).values
    assert far[0] == far[-1] == 0
    assert net.depth <= 3 * len(values) + 4


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.booleans(), st.data())
@settings(max_examples=40)
def test_growing_swings_are_exact_with_one_block_per_kink(steps_up, down, data):
    """Swings that grow, each with a bend on its way: every turn is a record."""
    turns = np.cumsum(steps_up) * (-1.0) ** (np.arange(len(steps_up)) + down)
    corners = np.concatenate([[0.0], turns])
    values, knots = [0.0], [0.0]
    for left, right in itertools.pairwise(corners):
        share = data.draw(st.sampled_from([0.25, 0.5, 0.75]))
        values += [left + share * (right - left), right]
        knots += [knots[-1] + 1, knots[-1] + 2]
    net = draw_polyline(knots, values, error=1e-9)
    kinks = len(graph_kinks(Polyline(knots, values)))
    assert net.depth == kinks
    assert sup_distance(net, Polyline(knots, values), (0, knots[-1])) < 1e-9


def graph_kinks(line):
    slopes = [
        (line.values[k + 1] - line.values[k]) / (line.knots[k + 1] - line.knots[k])
        for k in range(len(line.knots) - 1)
    ]
    return [k for k in range(len(slopes) - 1) if slopes[k] != slopes[k + 1]]


@pytest.mark.parametrize(
    ("n", "blocks", "error"), [(32, 35, 1.85e-2), (128, 130, 1.2e-3), (512, 515, 7.45e-5)]
)
def test_the_reference_curve(n, blocks, error):
    def f(x):
        return np.sin(6 * np.pi * x) + x

    knots = np.linspace(0, 1, n + 1)
    net = draw_polyline(knots, f(knots), error=1e-6)
    assert net.depth == blocks
    x = np.linspace(0, 1, 50_001)
    assert np.abs(evaluate(net, x[:, None]) - f(x)).mean() <= error


@given(st.lists(st.integers(0, 3), min_size=3, max_size=8), st.booleans())
@settings(max_examples=40)
def test_stairs_that_only_rise_need_no_spike(rises, down):
    """A flat piece between two rises is tilted upwards: one block per kink, and no spike to see."""
    values = np.cumsum([0, 1, *rises, 1]) * (-0.25 if down else 0.25)
    knots = np.arange(len(values))
    net = draw_polyline(knots, values, error=0.01)
    target = Polyline(knots, values)
    assert net.depth == len(graph_kinks(target))
    assert l1_distance(net, target, (0, knots[-1])) <= 0.01
    assert sup_distance(net, target, (0, knots[-1])) <= 0.02


def test_a_stair_and_a_faint_turn():
    stair = Polyline([0, 1, 2, 3], [0, 0.6, 0.6, 1])
    net = draw_polyline(stair.knots, stair.values, error=0.01)
    assert (net.depth, sup_distance(net, stair, (0, 3)) <= 0.0011) == (2, True)  # once 4 and 0.6
    faint = Polyline([0, 1, 2, 3, 4], [0, 1e-180, 0.6e-180, 0.8e-180, 0])
    net = draw_polyline(faint.knots, faint.values, error=1e-190)  # slopes whose product vanishes
    assert l1_distance(net, faint, (0, 4)) <= 1e-190


def test_a_steep_piece_after_a_flat_one_keeps_its_digits():
    """What a block stores is 1 + u, rounded: 8 digits of it are lost beside a slope of 1e-8."""
    for flat in (1e-8, 1.3e-8, 7e-10, 3e-11):
        knots, values = [-1, 0, 1, 2], [-3, 0, flat, 3]
        net = draw_polyline(knots, values, error=1e-9)
        assert sup_distance(net, Polyline(knots, values), (-1, 2)) < 1e-14


def test_the_zigzag_that_keeps_a_sup_distance():
    """L¹ error 1e-6, yet the spike stays: the sup distance can't go below 0.1."""
    target = Polyline([0, 1, 2, 3], [0.0, 0.6, 0.4, 1.0])
    net = draw_polyline([0, 1, 2, 3], [0.0, 0.6, 0.4, 1.0], error=1e-6)
    assert l1_distance(net, target, (0, 3)) <= 1e-6
    assert sup_distance(net, target, (0, 3)) >= 0.1


def test_the_dimension_one_of_approximate():
    for domain in ("box", "space"):
        net = approximate(lambda x: np.exp(x[..., 0]), ((0.0, 1.0),), 50, domain=domain)
        x = np.linspace(0, 1, 1001)
        assert np.abs(evaluate(net, x[:, None]) - np.exp(x)).mean() < 2e-3
    assert [freeze(net).evaluate([x]) for x in (-3, 50)] == [0, 0]
    assert np.allclose(evaluate(net, [[-3.0], [50.0]]), 0, atol=1e-6)


# --- unrolled grids ---


@pytest.mark.parametrize("dim", [2, 3, 4])
@pytest.mark.parametrize("n", [2, 3, 5])
def test_block_counts_are_the_formulas(dim, n):
    values = np.random.default_rng(dim).normal(size=(n,) * (dim - 1) + (n + 1,))
    box = ((-1.0, 2.0),) * dim
    net = approximate(values, box)
    assert net.depth == n**dim + n ** (dim - 1) + 2 * (n - 1) * (dim - 1) + 2
    space = approximate(values, box, domain="space")
    assert space.depth == n**dim + n ** (dim - 1) + (3 * n - 1) * (dim - 1) + 6
    if dim == 2:
        assert space.depth == n**2 + 4 * n + 5


def strip_interpolant(values, box, points):
    """The definition, in rationals: constant across strips, linear along them; None on ramps."""
    results = []
    for point in points:
        index, shares = [], []
        for j, (low, high) in enumerate(box):
            cells = values.shape[j] - (j == len(box) - 1)
            place = (point[j] - Fraction(low)) / (Fraction(high) - Fraction(low)) * cells
            index.append(min(int(place), cells - 1))
            shares.append(place - index[-1])
        if any(not Fraction(1, 1000) < s < Fraction(999, 1000) for s in shares[:-1]):
            results.append(None)
            continue
        left, right = (Fraction(float(values[(*index[:-1], index[-1] + k)])) for k in (0, 1))
        results.append(left + shares[-1] * (right - left))
    return results


@pytest.mark.parametrize(
    ("shape", "domain"),
    [((4, 6), "box"), ((5, 4), "space"), ((3, 2, 4), "box"), ((2, 3, 3), "space")],
)
def test_off_the_ramps_the_network_is_the_strip_interpolant_in_rationals(shape, domain):
    rng = np.random.default_rng(0)
    values = rng.normal(size=shape)
    box = ((-1.0, 2.0), (0.0, 0.3), (5.0, 6.0))[: len(shape)]
    net = freeze(approximate(values, box, domain=domain))
    points = [
        [
            Fraction(low)
            + Fraction(int(rng.integers(1, 1009)), 1009) * (Fraction(high) - Fraction(low))
            for low, high in box
        ]
        for _ in range(60)
    ]
    expected = strip_interpolant(values, box, points)
    checked = [(net.evaluate(p), e) for p, e in zip(points, expected, strict=True) if e is not None]
    assert len(checked) > 50
    assert max(abs(value - e) for value, e in checked) < Fraction(1, 10**8)


@pytest.mark.parametrize(("n", "error"), [(8, 7.7e-2), (16, 3.8e-2), (32, 1.9e-2)])
def test_a_smooth_function_of_the_plane(n, error):
    box = ((-1.0, 1.0),) * 2
    net = approximate(wave, box, n)
    assert net.depth == n * n + n + 2 * (n - 1) + 2
    points = uniform(box, 20_000)
    measured = np.abs(evaluate(net, points) - wave(points)).mean()
    assert measured <= error
    # |∇f| <= hypot(2.3, 1.5), and f and 0 spread over less than 2.6
    assert measured <= mean_error_bound(box, n, lipschitz=2.75, spread=2.6)


def test_the_error_falls_like_one_over_n():
    box = ((-1.0, 1.0),) * 2
    points = uniform(box, 20_000)
    errors = [
        np.abs(evaluate(approximate(wave, box, n), points) - wave(points)).mean() for n in (8, 32)
    ]
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.15)


@pytest.mark.parametrize(
    ("dim", "n", "blocks", "error"),
    [
        (2, 16, 71, 0.028),
        (2, 32, 151, 0.020),
        (2, 64, 295, 0.0085),
        (3, 8, 125, 0.05),
        (3, 16, 413, 0.025),
    ],
)
def test_indicators_cost_their_boundary(dim, n, blocks, error):
    box = ((-1.5, 1.5),) * dim
    net = approximate(ball, box, n)
    assert net.depth == blocks
    points = uniform(box, 40_000)
    assert np.abs(evaluate(net, points) - ball(points)).mean() <= error
    pixels = approximate(sample_grid(ball, box, n), box)
    assert pixels.depth == blocks


@given(
    st.integers(1, 4), st.integers(1, 5), st.integers(0, 10**6), st.sampled_from(["box", "space"])
)
@settings(max_examples=40)
def test_an_indicator_takes_two_blocks_per_jump(strips, cells, seed, domain):
    """Random bits on a grid: the formula counts the jumps along the line, and the bound holds."""
    bits = np.random.default_rng(seed).integers(0, 2, (strips, cells + 1)).astype(float)
    depth = approximate(bits, ((-1.0, 2.0), (0.0, 0.3)), domain=domain).depth
    line = [0, *bits.ravel()] + [0] * (domain == "space")
    jumps = np.count_nonzero(np.diff(line))
    marks = 2 * (strips - 1) + 1 if domain == "box" else 3 * strips + 3
    assert depth == 2 * jumps + marks
    assert depth <= 2 * bits.size + marks + 2 * (domain == "space")


def test_a_checkerboard_is_as_dear_as_an_indicator_can_be():
    n = 8
    board = 1.0 - np.indices((n, n + 1)).sum(axis=0) % 2
    values = n**2 + n
    assert approximate(board, ((0, 1), (0, 1))).depth == 2 * values + 2 * (n - 1) + 1 == 159
    assert approximate(board, ((0, 1), (0, 1)), domain="space").depth <= 2 * values + 3 * n + 5


@pytest.mark.parametrize("height", [0.0, 1.0, -2.5])
@pytest.mark.parametrize("domain", ["box", "space"])
@pytest.mark.parametrize("dim", [1, 2])
def test_a_constant_is_a_function_too(dim, domain, height):
    box = ((-1.0, 1.0),) * dim
    net = approximate(lambda x: 0 * x[..., 0] + height, box, 4, domain=domain)
    inside = evaluate(net, uniform(box, 2000))
    assert np.abs(inside - height).mean() <= 3e-3 * abs(height)
    if domain == "space":
        far = 3 * np.vstack([np.eye(dim), -np.eye(dim)])
        assert np.abs(evaluate(net, far)).max() < 1e-9


@pytest.mark.parametrize("target", [wave, ball])
def test_in_space_the_support_is_bounded(target):
    box = ((-1.5, 1.5),) * 2
    net = approximate(target, box, 12, domain="space")
    far = 1.52 * np.stack([np.cos(np.arange(0, 6.3, 0.001)), np.sin(np.arange(0, 6.3, 0.001))], 1)
    far /= np.abs(far).max(axis=1, keepdims=True) / 1.6  # the edge of a larger square
    for scale in (1, 3, 1e3):
        assert np.array_equal(evaluate(net, scale * far), np.zeros(len(far)))
    wide = uniform(((-3, 3),) * 2, 40_000)
    expected = np.where((np.abs(wide) < 1.5).all(axis=1), target(wide), 0)
    assert np.abs(evaluate(net, wide) - expected).mean() < 0.04


@given(st.integers(1, 40), st.floats(0.1, 5))
def test_sufficient_cells_is_the_least(n, lipschitz):
    box = ((0.0, 1.0), (0.0, 2.0))
    error = mean_error_bound(box, n, lipschitz, 1.0, ramp=1e-5)
    found = sufficient_cells(error * (1 + 1e-9), box, lipschitz, 1.0, ramp=1e-5)
    assert found <= n
    assert mean_error_bound(box, found, lipschitz, 1.0, ramp=1e-5) <= error * (1 + 1e-6)
    if found > 1:
        assert mean_error_bound(box, found - 1, lipschitz, 1.0, ramp=1e-5) > error


def test_float32_warns_with_the_numbers_where_it_breaks():
    box = ((-1.0, 1.0),) * 2
    with pytest.warns(PrecisionWarning, match="on average"):
        net = approximate(wave, box, 32, dtype=np.float32)
    assert net.dtype == np.float32
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert approximate(wave, box, 2, ramp=0.1, dtype=np.float32).depth <= 10
        assert approximate(wave, box, 32).dtype == np.float64


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: approximate(wave, ((0, 1),) * 2), InvalidInputError, "Pass n"),
        (lambda: approximate(wave, ((0, 1),) * 2, 0), InvalidInputError, "at least 1"),
        (lambda: approximate(wave, ((1, 0),) * 2, 3), InvalidInputError, "low < high"),
        (lambda: approximate(wave, (0, 1), 3), ShapeError, "pairs"),
        (lambda: approximate(wave, ((0, 1),) * 2, 3, ramp=0.5), InvalidInputError, "ramp"),
        (lambda: approximate(wave, ((0, 1),) * 2, 3, domain="R"), InvalidInputError, "domain"),
        (lambda: approximate(np.zeros(3), ((0, 1),) * 2), ShapeError, "one axis"),
        (
            lambda: approximate(np.full((2, 2), np.nan), ((0, 1),) * 2),
            InvalidInputError,
            "infinite",
        ),
        (lambda: sufficient_cells(1e-3, ((0, 1),) * 2, 1.0, 2.0), InvalidInputError, "ramp"),
        (
            lambda: draw_polyline([0, 1], [0, 1], error=0),
            InvalidInputError,
            "error must be .* above 0",
        ),
        (lambda: draw_polyline([1, 0], [0, 1], error=1), InvalidInputError, "increasing"),
        (lambda: draw_polyline([0, 1], [0], error=1), ShapeError, "two vectors"),
        (lambda: draw_polyline([0, 1], [0, np.inf], error=1), InvalidInputError, "infinite"),
        (lambda: draw_polyline([0, 1], [0, 1], error=1, domain="R"), InvalidInputError, "domain"),
        (lambda: list(steps(disk(2), [1.0, 2.0])), ShapeError, "steps"),
    ],
)
def test_constructions_reject(make, error, text):
    with pytest.raises(error, match=text):
        make()


# --- the certificate ---


@pytest.mark.parametrize("shape", [(3, 5), (4, 3), (2, 3, 4)])
def test_the_certified_error_is_the_ramps_and_little_else(shape):
    values = np.random.default_rng(1).normal(size=shape)
    box = ((-1.0, 2.0), (0.0, 0.3), (5.0, 6.0))[: len(shape)]
    bound = certified_error(approximate(values, box), values, box)
    spread = max(values.max(), 0) - min(values.min(), 0)
    ramps = (len(shape) - 1) * 1e-3 * spread
    assert ramps <= bound <= ramps * (1 + 1e-9) + 1e-8


def test_the_certificate_sees_an_error_in_the_weights():
    values = np.random.default_rng(1).normal(size=(3, 5))
    box = ((-1.0, 1.0),) * 2
    net = approximate(values, box)
    good = certified_error(net, values, box)
    assert certified_error(net, values + 0.01, box) >= good + Fraction(9, 1000)
    u = net.u.copy()
    u[-1, 0] *= 1.5  # the last hinge bends too much
    # beyond the last node: harmless on the box
    wrong = certified_error(net.replace(u=u), values, box)
    assert float(wrong) == pytest.approx(float(good), rel=1e-9)
    u[-3, 0] *= 1.5
    assert certified_error(net.replace(u=u), values, box) > good * 2
    u[0, 1] *= 1.001  # a tread is no longer flat
    with pytest.raises(InvalidInputError, match="change across"):
        certified_error(net.replace(u=u), values, box)


@pytest.mark.parametrize(
    ("net", "box", "error"),
    [
        (disk(4), ((-1.0, 1.0),) * 2, InvalidInputError),
        (disk(4), ((-1.0, 1.0),), ShapeError),
        (disk(4, dim=3), ((-1.0, 1.0),) * 3, ShapeError),
    ],
)
def test_the_certificate_rejects_other_networks(net, box, error):
    with pytest.raises(error):
        certified_error(net, np.ones((3, 5)), box)


# --- stepping ---


def test_steps_follow_the_states_of_the_network():
    net = approximate(wave, ((-1.0, 1.0),) * 2, 3)
    points = uniform(((-1, 1),) * 2, 50)
    states = net.states(points)
    trail = list(steps(net, points))
    assert [step.number for step in trail] == list(range(1, net.depth + 1))
    for step, before, after in zip(trail, states[:-1], states[1:], strict=True):
        assert np.allclose(step.states, after)
        assert np.array_equal(step.moved, (before != after).any(axis=1))


def test_steps_name_what_each_block_does():
    kinds = [block.kind for block in blocks_of(approximate(wave, ((-1.0, 1.0),) * 2, 3))]
    assert kinds == ["bend"] * 4 + ["crush"] + ["bend"] * 13  # on a box: shears and one erasure
    kinds = [b.kind for b in blocks_of(approximate(wave, ((-1.0, 1.0),) * 2, 3, domain="space"))]
    assert kinds.count("fold") == 1
    texts = [
        str(step) for step in steps(approximate(wave, ((-1.0, 1.0),) * 2, 2), np.zeros((4, 2)))
    ]
    assert texts[0].startswith("1. bend: x_1 + 0.0005 > 0 slides along (0, 3")
    assert "crush: x_1 + 1 > 0 flattens" in texts[2]


@pytest.mark.parametrize(
    ("knots", "values", "error"),
    [
        ([30, 40], [2, 0], 1e-6),  # a steep end narrower than the rounding of its knot once was
        ([1000, 1001, 1002], [0, 1, 0], 1e-6),
        ([-1e6, 1 - 1e6, 2 - 1e6], [1, 2, 1], 1e-3),
        ([0, 1, 2, 3], [0, 0.6, 0.4, 1], 1e-10),
    ],
)
def test_on_the_whole_line_far_knots_and_small_errors_keep_the_bound(knots, values, error):
    net = draw_polyline(knots, values, error=error, domain="space")
    low, high = Fraction(knots[0]), Fraction(knots[-1])
    outside = [
        l1_distance(net, Polyline(ends, [0, 0]), ends)
        for ends in ((low - 9, low), (high, high + 9))
    ]
    inside = l1_distance(net, Polyline(knots, values), (low, high))
    assert inside + sum(outside) <= Fraction(error)
    far = np.array([low - 1000, high + 10, high + 1000], dtype=float)
    assert np.abs(evaluate(net, far[:, None])).max() < 1e-9
    margin = (high - low) / 500
    beside = (
        graph(net, (low - 9, low - margin)).values + graph(net, (high + margin, high + 9)).values
    )
    assert not any(beside)


@pytest.mark.parametrize("values", [[1, 2, 2, 3], [0, 0.6, 0.4, 1]])
@pytest.mark.parametrize("domain", ["box", "space"])
def test_an_error_below_rounding_is_refused(values, domain):
    with pytest.raises(InvalidInputError, match="Pass a larger error"):
        draw_polyline([0, 1, 2, 3], values, error=1e-18, domain=domain)


@pytest.mark.parametrize("n", [1, 4])
def test_a_function_that_is_0_or_1_on_the_grid_alone_is_no_indicator(n):
    def wave(x):
        return np.abs((n * x[..., 1] + 1) % 2 - 1)  # 0 and 1 in turn at the cell edges

    box = ((0.0, 1.0), (0.0, 1.0))
    points = np.random.default_rng(0).uniform(size=(5000, 2))
    error = np.abs(evaluate(approximate(wave, box, n), points) - wave(points)).mean()
    assert error < 5e-3


def test_a_network_is_a_function_to_approximate():
    box = ((-1.0, 1.0), (-1.0, 1.0))
    net = FullyConnected.random(2, (4,), seed=0, dtype=np.float64)
    points = uniform(box, 2000)
    gap = evaluate(approximate(net, box, 64), points) - net(points)
    assert np.abs(gap).mean() < 0.02


@pytest.mark.parametrize(
    ("f", "n", "error", "text"),
    [
        (lambda x: x[..., 0], 2.5, InvalidInputError, "whole number"),
        (lambda x: 1.0, 4, ShapeError, "vectorised"),
        (np.eye(4, 5), 7, ShapeError, "Leave n out"),
    ],
)
def test_cells_and_functions_that_do_not_fit(f, n, error, text):
    with pytest.raises(error, match=text):
        approximate(f, ((0, 1), (0, 1)), n)
