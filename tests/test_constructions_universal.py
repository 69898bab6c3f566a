"""One hidden layer: hinges, certified errors, ridges, and the polynomial hypothesis."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_lib.constructions.line import (
    Polyline,
    graph,
    l1_distance,
    sup_bound,
    sup_distance,
)
from course_lib.constructions.universal import (
    Ridge,
    above_tangents,
    approximate,
    fit_random_neurons,
    fourier_ridges,
    interpolate,
    parabola_error,
    polynomial_floor,
    ridge_polygon,
    ridge_sum,
    sufficient_cells,
    wave_costs,
)
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import freeze
from course_lib.networks import FullyConnected, OneNeuronResNet


def values(net, points):
    return net(points)


@st.composite
def polylines(draw, slopes=False):
    """Knots one apart and whole values: then every weight is a whole number."""
    n = draw(st.integers(2, 9))
    y = draw(st.lists(st.integers(-5, 5), min_size=n, max_size=n))
    outer = draw(st.tuples(st.integers(-3, 3), st.integers(-3, 3))) if slopes else None
    return np.arange(n) + float(draw(st.integers(-4, 0))), np.array(y, float), outer


# --- hinges ---


@given(polylines(), st.fractions(0, 1, max_denominator=97))
def test_interpolation_is_exact_in_rationals(case, share):
    x, y, _ = case
    net = freeze(interpolate(x, y))
    point = Fraction(x[0]) + share * Fraction(x[-1] - x[0])
    assert net.evaluate([point]) == Polyline(x, y).at(point)
    assert [net.evaluate([t]) for t in x] == list(y)


@given(polylines(slopes=True))
def test_the_slopes_outside_hold_on_all_of_r(case):
    x, y, (left, right) = case
    net = interpolate(x, y, slopes=(left, right))
    assert net.depth == 1
    far = values(net, np.array([[x[0] - 1e6], [x[-1] + 1e6]]))
    assert far.tolist() == [y[0] - 1e6 * left, y[-1] + 1e6 * right]
    kinks = np.count_nonzero(np.diff([left, *np.diff(y), right]))
    assert net.widths == (max(kinks + 1, 2),)


@given(polylines())
def test_n_kinks_take_n_neurons_and_one_for_the_line(case):
    x, y, _ = case
    kinks = np.count_nonzero(np.diff(np.diff(y)))
    assert interpolate(x, y).widths == (max(kinks + 1, 2),)


@pytest.mark.parametrize(
    ("knots", "heights", "error", "text"),
    [
        ([0.0], [1.0], InvalidInputError, "two or more"),
        ([0.0, 0.0], [1.0, 2.0], InvalidInputError, "increasing"),
        ([0.0, 1.0], [1.0], ShapeError, "two vectors"),
        ([0.0, 1.0], [1.0, math.nan], InvalidInputError, "infinite"),
        ([[0.0, 1.0]], [[1.0, 2.0]], ShapeError, "two vectors"),
    ],
)
def test_interpolate_rejects(knots, heights, error, text):
    with pytest.raises(error, match=text):
        interpolate(knots, heights)


@pytest.mark.parametrize(
    ("slopes", "error"), [((1.0,), ShapeError), ((math.nan, 0.0), InvalidInputError)]
)
def test_interpolate_rejects_slopes(slopes, error):
    with pytest.raises(error, match="slope"):
        interpolate([0.0, 1.0], [0.0, 1.0], slopes=slopes)


@pytest.mark.parametrize(
    ("interval", "curvature", "error"),
    [(((0, 1),), 1.0, ShapeError), ((0, 1), math.inf, InvalidInputError)],
)
def test_sufficient_cells_rejects(interval, curvature, error):
    with pytest.raises(error, match=r"Pass|finite"):
        sufficient_cells(0.1, interval, curvature)


# --- the graph of a network, and distances ---


@pytest.mark.parametrize(
    "net",
    [
        OneNeuronResNet.random(1, 12, seed=3),
        FullyConnected.random(1, (5, 4, 3), seed=5),
        FullyConnected.random(1, (), seed=6),
    ],
)
def test_the_graph_agrees_with_exact_evaluation_everywhere(net):
    line = graph(net, (-2, 2))
    frozen = freeze(net)
    for point in [Fraction(k, 37) for k in range(-74, 75)]:
        assert line.at(point) == frozen.evaluate([point])


@given(polylines(), polylines())
def test_distances_are_those_of_a_fine_sample(first, second):
    low = max(first[0][0], second[0][0])
    high = min(first[0][-1], second[0][-1])
    assume(low < high)
    lines = [Polyline(x, y) for x, y, _ in (first, second)]
    t = np.linspace(low, high, 4001)
    gap = np.abs(np.interp(t, *first[:2]) - np.interp(t, *second[:2]))
    assert float(sup_distance(*lines, (low, high))) == pytest.approx(gap.max(), abs=0.02)
    area = ((gap[1:] + gap[:-1]) / 2 * np.diff(t)).sum()
    assert float(l1_distance(*lines, (low, high))) == pytest.approx(area, abs=0.01)


def test_distances_read_networks_too():
    net = interpolate([0, 1, 2], [0, 1, 0])
    assert sup_distance(net, Polyline([0, 2], [0, 0]), (0, 2)) == 1
    assert l1_distance(net, Polyline([0, 2], [0, 0]), (0, 2)) == 1


def test_a_spike_between_samples_does_not_escape_the_bound():
    """A sample sees nothing of a spike of width 1e-6; the corners of the graph do."""
    t = 0.123456
    spike = interpolate([0, t, t + 5e-7, t + 1e-6, 1], [0, 0, 0.4, 0, 0])
    grid = np.linspace(0, 1, 241)
    assert np.abs(values(spike, grid[:, None])).max() < 1e-9
    assert sup_bound(spike, np.zeros_like, (0, 1), lipschitz=0.0) >= 0.4 - 1e-9
    assert sup_bound(spike, np.zeros_like, (0, 1), curvature=0.0) >= 0.4 - 1e-9


@given(st.integers(1, 20), st.integers(1, 6))
@settings(max_examples=30)
def test_bounds_hold_and_tighten(cells, frequency):
    x = np.linspace(0, 2, cells + 1)

    def f(t):
        return np.sin(frequency * t)

    net = interpolate(x, f(x))
    t = np.linspace(0, 2, 20_001)
    true = np.abs(np.interp(t, x, f(x)) - f(t)).max()
    for how in ({"curvature": frequency**2}, {"lipschitz": frequency}):
        coarse = sup_bound(net, f, (0, 2), samples=4, **how)
        fine = sup_bound(net, f, (0, 2), samples=256, **how)
        assert true <= fine * (1 + 1e-9) + 1e-12
        assert fine <= coarse * (1 + 1e-9) + 1e-12
    assert sup_bound(net, f, (0, 2), samples=256, curvature=frequency**2) <= true + 1e-3


@pytest.mark.parametrize("wrong", [{}, {"curvature": 1.0, "lipschitz": 1.0}, {"curvature": -1.0}])
def test_sup_bound_rejects(wrong):
    with pytest.raises(InvalidInputError, match=r"either|at least 0|whole number|samples must"):
        sup_bound(interpolate([0, 1], [0, 1]), np.sin, (0, 1), **wrong)


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: Polyline([0, 1], [0]), ShapeError, "as many"),
        (lambda: Polyline([0], [0]), ShapeError, "two or more"),
        (lambda: Polyline([1, 0], [0, 0]), InvalidInputError, "increase"),
        (lambda: Polyline([0, 1], [0, 0]).at(2), InvalidInputError, "lives on"),
        (lambda: graph(FullyConnected.random(2, (3,), seed=0), (0, 1)), ShapeError, "one input"),
        (lambda: graph(interpolate([0, 1], [0, 1]), (1, 1)), InvalidInputError, "empty"),
    ],
)
def test_lines_reject(make, error, text):
    with pytest.raises(error, match=text):
        make()


# --- the h²/8 law ---


@pytest.mark.parametrize("error", [0.1, 0.01, 0.001, 1e-5])
def test_the_least_width_of_a_parabola_is_the_law_exactly(error):
    found = approximate(np.square, (0.0, 1.0), error, curvature=2.0)
    assert found.cells == sufficient_cells(error, (0.0, 1.0), 2.0)
    assert found.error == pytest.approx(2 / found.cells**2 / 8)
    # one cell less really is too few: the error of a parabola is M h²/8, at the middle of a cell
    assert 2 / (found.cells - 1) ** 2 / 8 > error


@pytest.mark.parametrize("error", [0.03, 0.001])
def test_the_certified_error_holds_and_beats_the_law_of_a_generous_curvature(error):
    def f(t):
        return np.exp(-50 * t**2)  # |f''| <= 100

    found = approximate(f, (-1.0, 1.0), error, curvature=400.0)
    assert found.cells < sufficient_cells(error, (-1.0, 1.0), 400.0)
    t = np.linspace(-1, 1, 50_001)
    assert np.abs(values(found.network, t[:, None]) - f(t)).max() <= found.error <= error


def test_the_error_falls_with_the_square_of_the_width():
    x = np.linspace(0, 3, 10_001)
    errors = []
    for cells in (20, 40, 80):
        knots = np.linspace(0, 3, cells + 1)
        net = interpolate(knots, np.sin(knots))
        errors.append(np.abs(values(net, x[:, None]) - np.sin(x)).max())
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.05)
    assert errors[1] / errors[2] == pytest.approx(4, rel=0.05)


# --- ridges ---


@given(
    st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3), polylines()), min_size=1, max_size=4)
)
@settings(max_examples=40)
def test_a_ridge_sum_is_the_sum_of_its_ridges(parts):
    net = ridge_sum([Ridge((float(p), float(q)), Polyline(x, y)) for p, q, (x, y, _) in parts])
    assert net.depth == 1
    points = np.random.default_rng(0).integers(-9, 9, (50, 2)) / 4
    expected = sum(
        values(interpolate(x, y), (points @ [p, q])[:, None]) for p, q, (x, y, _) in parts
    )
    assert np.allclose(values(net, points), expected, atol=1e-9)


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_waves_approach_a_continuous_function(dim):
    def f(x):
        return np.abs(x).max(axis=-1)

    box = ((-1.0, 1.0),) * dim
    points = np.random.default_rng(0).uniform(-1, 1, (2000, dim))
    errors = [
        np.abs(values(fourier_ridges(f, box, order, 4 * order), points) - f(points)).max()
        for order in (1, 4)
    ]
    assert errors[1] < 0.75 * errors[0]


def hills(x):
    tops = [np.exp(-2 * ((x - top) ** 2).sum(axis=-1)) for top in ([0.5, 0.5], [-0.6, -0.3])]
    return sum(tops) - 0.5


def fejer_mean(f, order, ticks):
    """The mean on [-2, 2]² from its definition, by sums over midpoints: (ticks, ticks)."""
    t = (np.arange(16 * (order + 1)) + 0.5) / (16 * (order + 1))
    grid = np.stack(np.meshgrid(t, t, indexing="ij"), axis=-1) * 4 - 2
    k = np.arange(order + 1)
    basis = np.cos(np.pi * np.outer(k, t)) * np.where(k, 2, 1)[:, None] / t.size
    damped = (1 - k / (order + 1))[:, None] * basis
    waves = np.cos(np.pi * np.outer((ticks + 2) / 4, k))
    return waves @ (damped @ f(grid) @ damped.T) @ waves.T


@pytest.mark.parametrize(("order", "cells"), [(6, 1), (6, 4), (12, 6), (12, 20)])
def test_the_costs_bound_the_distance_from_the_fejer_mean(order, cells):
    ticks, box = np.linspace(-2, 2, 41), ((-2, 2), (-2, 2))
    points = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1)
    net = fourier_ridges(hills, box, order, cells)
    gap = np.abs(net(points) - fejer_mean(hills, order, ticks)).max()
    costs = wave_costs(hills, box, order, cells)
    assert gap <= costs.total == costs.bent + costs.missing
    assert costs.total <= 30 * gap + 1e-3  # a bound that says something


def test_more_frequencies_alone_do_not_converge_and_with_more_cells_they_do():
    box = ((-2, 2), (-2, 2))
    fixed = [wave_costs(hills, box, order, 6).total for order in (8, 16, 32)]
    growing = [wave_costs(hills, box, order, order).total for order in (8, 16, 32)]
    assert fixed[0] < fixed[1] < fixed[2]
    assert growing[0] > growing[1] > growing[2]


@given(st.floats(1e-9, 1e3), st.floats(1e-3, 1e9), st.floats(1e-3, 1e3))
@settings(max_examples=100)
def test_cells_that_suffice_suffice_in_fractions(error, curvature, length):
    def law(cells):
        return Fraction(curvature) * (Fraction(length) / cells) ** 2 / 8

    cells = sufficient_cells(error, (0.0, length), curvature)
    assert law(cells) <= Fraction(error)
    assert cells == 1 or law(cells - 1) > Fraction(error)


def test_fine_hinges_reproduce_the_fejer_mean_of_a_single_wave():
    # on [0, π] the cosine itself is the wave k = 1, damped by 1 - 1/(order + 1)
    net = fourier_ridges(lambda x: np.cos(x[..., 0]), ((0.0, math.pi),), order=3, cells=400)
    t = np.linspace(0, math.pi, 101)
    assert np.allclose(values(net, t[:, None]), 0.75 * np.cos(t), atol=1e-5)


def test_ridges_reject():
    tent = Polyline([0, 1], [0, 1])
    with pytest.raises(InvalidInputError, match="1 or more Ridges"):
        ridge_sum([])
    with pytest.raises(ShapeError, match="different length"):
        ridge_sum([Ridge((1.0,), tent), Ridge((1.0, 0.0), tent)])
    with pytest.raises(InvalidInputError, match="order"):
        fourier_ridges(np.sum, ((0.0, 1.0),), order=0, cells=1)


# --- the polynomial hypothesis ---


@pytest.mark.parametrize(("degree", "error"), [(0, 0.5), (1, 0.5), (2, 0.125), (3, 0.125)])
def test_the_floor_meets_the_known_best_errors_of_the_absolute_value(degree, error):
    assert polynomial_floor(np.abs, (-1.0, 1.0), degree) == pytest.approx(error, abs=1e-5)


@pytest.mark.parametrize("degree", [1, 3, 6, 12])
def test_the_floor_of_a_monomial_is_that_of_chebyshev(degree):
    # the best error of x^(p+1) by degree p on [-1, 1] is 2^-p
    floor = polynomial_floor(lambda x: x ** (degree + 1), (-1.0, 1.0), degree)
    assert floor == pytest.approx(2.0**-degree, rel=1e-4)
    assert floor <= 2.0**-degree * (1 + 1e-9)


@given(st.integers(0, 8), st.integers(0, 99))
@settings(max_examples=30)
def test_no_polynomial_goes_below_the_floor(degree, seed):
    def f(x):
        return np.abs(np.sin(3 * x))

    floor = polynomial_floor(f, (-1.0, 2.0), degree)
    x = np.linspace(-1, 2, 4001)
    weight = np.random.default_rng(seed).uniform(0.1, 1, x.size)
    fit = np.polynomial.Chebyshev.fit(x, f(x), degree, w=weight)
    assert np.abs(fit(x) - f(x)).max() >= floor * (1 - 1e-3)


def test_a_polynomial_of_low_degree_has_no_floor():
    assert polynomial_floor(lambda x: x**2 - x, (0.0, 1.0), 2) < 1e-14


def test_width_helps_relu_and_not_the_cube():
    x = np.linspace(-1, 1, 801)
    floor = polynomial_floor(np.abs, (-1.0, 1.0), 3)
    errors = {
        name: [
            np.abs(fit_random_neurons(activation, x, np.abs(x), width, seed=1) - np.abs(x)).max()
            for width in (4, 30, 200)
        ]
        for name, activation in {"cube": lambda z: z**3, "relu": lambda z: np.maximum(z, 0)}.items()
    }
    assert min(errors["cube"]) >= floor - 1e-4
    assert errors["relu"][-1] < 0.02 < floor


def test_polynomial_functions_reject():
    with pytest.raises(InvalidInputError, match="degree"):
        polynomial_floor(np.abs, (-1.0, 1.0), 41)
    with pytest.raises(InvalidInputError, match="width"):
        fit_random_neurons(np.tanh, [0.0, 1.0], [0.0, 1.0], 0, seed=0)
    with pytest.raises(ShapeError, match="two vectors"):
        fit_random_neurons(np.tanh, [0.0, 1.0], [0.0], 1, seed=0)


# ---------------------------------------------------------------- the parabola, and the 2n-gon


def test_the_distance_from_the_parabola_is_the_largest_of_many():
    source = np.random.default_rng(3)
    for _ in range(6):
        knots = np.sort(source.uniform(-1, 1, size=6))
        net = interpolate(knots, source.normal(size=6))
        error, place = parabola_error(net, (-1, 1))
        dense = np.linspace(-1, 1, 20_001)
        seen = np.abs(net(dense[:, None]) - dense**2).max()
        assert seen <= float(error) + 1e-12 < seen + 1e-3
        assert abs(net([[float(place)]]).item() - float(place) ** 2) == pytest.approx(float(error))


@pytest.mark.parametrize("places", [[0.1], [-0.3, 0.5]])
def test_tangents_that_floats_cannot_hold_are_refused(places):
    with pytest.raises(InvalidInputError, match="no float holds"):
        above_tangents(interpolate([0, 1], [0, 1]), places, 0.0)


@pytest.mark.parametrize("n", [2, 3, 8])
def test_the_sum_of_ridges_is_positive_inside_its_polygon(n):
    """The corners lie on the creases, at one distance; half-way between two the side is nearest."""
    net = ridge_polygon(n)
    turns = np.pi / n * np.arange(2 * n)
    ways = np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    on_crease = ways if n % 2 == 0 else np.stack([-ways[:, 1], ways[:, 0]], axis=-1)
    half = np.pi / (2 * n)
    middle = on_crease @ [[np.cos(half), np.sin(half)], [-np.sin(half), np.cos(half)]]
    reach = 1 / (1 - net(on_crease))  # 1 - f grows in proportion to the distance
    assert np.allclose(reach, reach[0])
    assert np.allclose(1 / (1 - net(middle)), reach[0] * np.cos(half))
