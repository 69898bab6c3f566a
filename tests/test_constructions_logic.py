"""The De Morgan law: soft gates, rules, both circuits, and polynomials from quadratic neurons."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.checks.set_08.dial import circuit_widths
from course_lib.constructions.equivalence import lattice_form
from course_lib.constructions.line import sup_distance
from course_lib.constructions.logic import (
    ContinuedFraction,
    Horner,
    ProductTree,
    Rule,
    disagreement_bound,
    epsilon_for,
    equivalent_classifier,
    rules_of,
    signals,
    soft_and,
    soft_not,
    soft_or,
    soft_or_in_series,
    truncated_difference,
    union,
)
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import HalfSpace, clip_polygon, dot, freeze, polygon_area
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import linear_pieces, positive_area

TWELFTHS = [Fraction(k, 12) for k in range(13)]
SQUARE = ((-1, 1), (-1, 1))


def both_forms(rules, epsilon):
    return [freeze(union(rules, epsilon, form)) for form in ("parallel", "series")]


# --- gates ---


def test_parallel_and_series_or_agree_on_all_rational_triples():
    for p, q, r in itertools.product(TWELFTHS, repeat=3):
        assert soft_or(p, q, r) == soft_or_in_series(p, q, r) == min(p + q + r, 1)
        assert soft_and(p, q, r) == soft_not(soft_or(soft_not(p), soft_not(q), soft_not(r)))
        difference = truncated_difference(truncated_difference(p, q), r)
        assert difference == truncated_difference(p, q + r)


def test_another_or_is_noticed():
    triples = list(itertools.product(TWELFTHS, repeat=3))
    assert any(max(values) != soft_or(*values) for values in triples)
    # with a negative value the law breaks: this is why every a_i ends in a relu
    p, q, r = Fraction(1, 2), Fraction(1), Fraction(-1)
    difference = truncated_difference(truncated_difference(p, q), r)
    assert difference != truncated_difference(p, q + r)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_on_zero_and_one_the_gates_are_those_of_logic(n):
    for values in itertools.product((0, 1), repeat=n):
        assert soft_and(*values) == all(values)
        assert soft_or(*values) == soft_or_in_series(*values) == any(values)
    assert (soft_not(0), soft_not(1)) == (1, 0)


def test_gates_take_arrays_and_fractions_and_keep_them():
    p, q = np.array([0.0, 0.5, 1.0]), np.array([0.5, 0.5, 0.5])
    assert soft_or(p, q).tolist() == soft_or_in_series(p, q).tolist() == [0.5, 1, 1]
    assert soft_and(p, q).tolist() == [0, 0, 0.5]
    assert isinstance(soft_and(Fraction(2, 3), Fraction(2, 3)), Fraction)


@pytest.mark.parametrize("value", [-0.1, 1.5, math.nan, np.array([0.5, 2.0]), Fraction(3, 2)])
def test_gates_refuse_what_is_no_truth_value(value):
    for gate in (soft_not, soft_and, soft_or, soft_or_in_series):
        with pytest.raises(InvalidInputError, match=r"from 0 to 1|finite numbers"):
            gate(value)


@pytest.mark.parametrize("gate", [soft_and, soft_or, soft_or_in_series])
def test_a_gate_needs_inputs(gate):
    with pytest.raises(InvalidInputError, match="nothing to combine"):
        gate()


# --- rules ---


@st.composite
def convex_polygons(draw):
    """Corners anticlockwise on a parabola and above it, so that they are in convex position."""
    x = sorted(draw(st.sets(st.integers(-6, 6), min_size=3, max_size=6)))
    return [(Fraction(k), Fraction(k * k, 4)) for k in x]


@given(convex_polygons(), st.randoms(use_true_random=False))
def test_a_polygon_survives_the_way_through_half_planes(corners, random):
    shuffled = random.sample(corners, len(corners))
    rule = Rule.from_vertices(shuffled)
    assert set(rule.vertices) == set(corners)
    assert polygon_area(rule.vertices) == rule.volume > 0  # so they run anticlockwise
    assert len(rule.half_spaces) == len(corners)
    sides = zip(corners, corners[1:] + corners[:1], strict=True)
    assert rule.facet_area == pytest.approx(sum(math.dist(p, q) for p, q in sides))


@pytest.mark.parametrize("dim", [1, 2, 3, 4])
def test_boxes_and_simplices_have_their_volumes_and_surfaces(dim):
    cube = Rule.from_box([(0, 3)] * dim)
    assert (cube.volume, cube.facet_area) == (3**dim, 2 * dim * 3 ** (dim - 1))
    assert len(cube.vertices) == 2**dim
    units = [[int(k == j) for j in range(dim)] for k in range(dim)]
    simplex = Rule.from_vertices([[0] * dim, *units])
    factorial = math.factorial(dim - 1)
    assert simplex.volume == Fraction(1, math.factorial(dim))
    assert simplex.facet_area == pytest.approx((dim + math.sqrt(dim)) / factorial)


def test_half_spaces_that_bound_nothing_are_dropped():
    triangle = [((1, 0), 0), ((0, 1), 0), ((-1, -1), 1)]
    far, at_a_corner, twice = ((1, 0), 7), ((1, 1), 0), ((2, 0), 0)
    assert Rule([*triangle, far, at_a_corner, twice]) == Rule(triangle)
    assert Rule([HalfSpace((Fraction(1),), Fraction(0)), ([-1], 1)]) == Rule.from_box([(0, 1)])


def test_a_rule_contains_its_points():
    triangle = Rule.from_vertices([(0, 0), (2, 0), (0, 2)])
    assert triangle.contains([[[0.5, 0.5], [2, 2]], [[0, 0], [-0.1, 1]]]).tolist() == [
        [True, False],
        [True, False],
    ]
    with pytest.raises(ShapeError, match=r"\.\.\., 2"):
        triangle.contains([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("half_spaces", "match"),
    [
        ([((1, 0), 0), ((0, 1), 0), ((0, -1), 1)], "way to infinity"),
        ([((1, 0), 1), ((-1, 0), 1)], "way to infinity"),  # a strip has no corners
        ([([1], 0)], "way to infinity"),
        ([([1], 0), ([-1], -1)], "no inside"),
        ([([1], 0), ([-1], 0)], "no inside"),  # a single point
        ([((1, 0), 0), ((-1, 0), -1), ((0, 1), 0), ((0, -1), 1)], "no inside"),
        ([], "needs half-spaces"),
        ([((1, 0), 0), ([1], 0)], "one length"),
    ],
)
def test_what_is_no_polytope_is_refused(half_spaces, match):
    with pytest.raises(InvalidInputError, match=match):
        Rule(half_spaces)


@pytest.mark.parametrize(
    ("vertices", "match"),
    [
        ([(0, 0), (4, 0), (4, 4), (3, 1)], "Cut the polygon"),
        ([(0, 0), (1, 1), (2, 2)], "span no volume"),
        ([(0, 0), (1, 1)], "span no volume"),
        ([], "needs corners"),
        ([(0, 0), (1, 0, 0)], "needs corners"),
    ],
)
def test_corners_of_no_convex_polytope_are_refused(vertices, match):
    with pytest.raises(InvalidInputError, match=match):
        Rule.from_vertices(vertices)


def test_a_corner_on_a_side_is_harmless():
    assert len(Rule.from_vertices([(0, 0), (1, 0), (2, 0), (0, 2)]).vertices) == 3


# --- both circuits ---

INTERVALS = [Rule.from_box([(0, 1)]), Rule.from_box([("3/4", 2)]), Rule.from_box([(-3, -2)])]
ELL = [Rule.from_box([(-1, 1), (-1, 0)]), Rule.from_box([(-1, 0), (-1, 1)])]  # they overlap
HOUSE = [
    Rule.from_box([("-1/2", "1/2"), ("-3/4", "1/4")]),
    Rule.from_vertices([("-3/4", "1/4"), ("3/4", "1/4"), (0, "7/8")]),
]
STAR = [
    Rule.from_vertices([(math.sin(t), math.cos(t)) for t in (a, a + 2.2, a - 2.2)])
    for a in (0.0, math.pi)
]


def test_on_the_line_both_forms_are_equal_everywhere():
    wide, deep = both_forms(INTERVALS, Fraction(3, 8))  # the seams are wider than the overlap
    assert sup_distance(wide, deep, (-5, 5)) == 0
    assert sup_distance(wide, union(INTERVALS, Fraction(1, 4)), (-5, 5)) > 0


def differ(first, second, box):
    """The area on which two networks on the plane differ, from an overlay of their pieces."""
    area = Fraction(0)
    for p, q in itertools.product(
        *(linear_pieces(net, box, exact=True) for net in (first, second))
    ):
        if (p.gradient, p.offset) != (q.gradient, q.offset):
            common = tuple(p.vertices)
            for half in Rule.from_vertices(q.vertices).half_spaces:
                common = clip_polygon(common, half) if common else ()
            area += polygon_area(common) if common else 0
    return area


@pytest.mark.parametrize("rules", [ELL, HOUSE, STAR], ids=["L", "house", "star"])
def test_in_the_plane_both_forms_differ_on_area_zero(rules):
    wide, deep = both_forms(rules, Fraction(1, 4))
    assert differ(wide, deep, SQUARE) == 0


def test_the_overlay_notices_another_function():
    wide, deep = both_forms(ELL, Fraction(1, 4))
    other = freeze(union(ELL, Fraction(1, 8), "series"))
    assert differ(wide, other, SQUARE) > 0
    layers = list(deep.layers)
    (W, b) = layers[-2]
    layers[-2] = (tuple(tuple(-x / 2 if x < 0 else x for x in row) for row in W), b)
    assert differ(wide, type(deep)(tuple(layers)), SQUARE) > 0


def random_rules(dim, count, seed):
    """Overlapping tilted simplices, with corners that no short binary fraction describes."""
    rng = np.random.default_rng(seed)
    return [Rule.from_vertices(rng.normal(size=(dim + 1, dim))) for _ in range(count)]


@pytest.mark.parametrize(("dim", "count"), [(1, 6), (2, 5), (3, 4), (4, 3)])
def test_in_any_dimension_both_forms_are_equal_in_rationals(dim, count):
    rules = random_rules(dim, count, seed=dim)
    epsilon = 0.3 / dim**2
    wide, deep = both_forms(rules, epsilon)
    rng = np.random.default_rng(0)
    corners = np.array([vertex for rule in rules for vertex in rule.vertices], dtype=float)
    mixtures = rng.dirichlet(np.ones(dim + 1), size=(count, 8)) @ corners.reshape(
        count, dim + 1, dim
    )
    scattered = rng.normal(size=(10, dim)) * 3
    far = rng.normal(size=(10, dim)) * 1000  # where the registers of the deep form are cut off
    inside = 0
    for x in [*mixtures.reshape(-1, dim), *scattered, *far]:
        seen = signals(rules, epsilon, x)
        assert wide.evaluate(x) == deep.evaluate(x) == seen.output
        inside += 0 < seen.output < 1
    assert inside > 3  # the seams have been visited


@pytest.mark.parametrize("epsilon", [1e-3, 1e-9])
def test_rules_thin_as_needles_reach_no_further_than_their_registers(epsilon):
    needles = [
        Rule.from_vertices([(-9 * s, 1e-10 * s), (1, 0), (1, s * 0.01)]) for s in (1.0, -1.0, 0.1)
    ]
    wide, deep = both_forms(needles, epsilon)
    along = [(t, t / 7 * 1e-11) for t in (-1e9, -11.5, -9.5, -9, -8, 0, 0.5, 0.999, 9.5, 1e9)]
    for x in [*along, (-11, -1e4), (-1e4, 1e-12), (0.5, -1e3)]:
        assert wide.evaluate(x) == deep.evaluate(x)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.tuples(st.integers(-8, 7), st.integers(1, 8)) for _ in range(2)]),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([Fraction(1, 8), Fraction(1), Fraction(3)]),
    st.lists(st.fractions(-20, 20, max_denominator=16), min_size=2, max_size=2),
)
def test_the_value_is_the_soft_logic_of_the_distances(sides, epsilon, x):
    boxes = [[(low, low + length) for low, length in box] for box in sides]
    says = []
    for box in boxes:
        depths = [
            d / epsilon for z, (low, high) in zip(x, box, strict=True) for d in (z - low, high - z)
        ]
        says.append(max(1 - sum(min(max(1 - s, 0), 1000) for s in depths), 0))
    expected = soft_or(*says)
    rules = [Rule.from_box(box) for box in boxes]
    seen = signals(rules, epsilon, x)
    if epsilon != 3:  # thirds are rounded
        assert (list(seen.rules), seen.output) == (says, expected)
    assert [net.evaluate(x) for net in both_forms(rules, epsilon)] == [seen.output] * 2


def test_signals_show_every_gate():
    seen = signals(ELL, Fraction(1, 4), [Fraction(-1, 8), Fraction(-1, 16)])
    assert seen.scores == (
        (Fraction(7, 2), Fraction(9, 2), Fraction(15, 4), Fraction(1, 4)),
        (Fraction(7, 2), Fraction(1, 2), Fraction(15, 4), Fraction(17, 4)),
    )
    assert seen.misses == ((0, 0, 0, Fraction(3, 4)), (0, Fraction(1, 2), 0, 0))
    assert seen.rules == (Fraction(1, 4), Fraction(1, 2))
    assert seen.remaining == (1, Fraction(3, 4), Fraction(1, 4))
    assert seen.output == Fraction(3, 4) == soft_or(*seen.rules)


def test_the_soft_rectangle_has_its_exact_areas():
    rectangle, epsilon = Rule.from_box([(0, 1), (0, "1/2")]), Fraction(1, 16)
    for net in both_forms([rectangle], epsilon):
        full = [
            polygon_area(piece.vertices)
            for piece in linear_pieces(net, SQUARE, exact=True)
            if (piece.gradient, piece.offset) == ((0, 0), 1)
        ]
        # H is 0 outside the rectangle, so it is wrong where it is not 1 inside
        assert rectangle.volume - sum(full) == Fraction(11, 64)
        assert positive_area(net, SQUARE, exact=True) == Fraction(63, 128)
    clipped = rectangle.volume - Fraction(63, 128)
    assert clipped == 4 * epsilon**2 / 2
    assert Fraction(11, 64) <= disagreement_bound([rectangle], epsilon) == 3 / 16


@pytest.mark.parametrize("rules", [HOUSE, STAR], ids=["house", "star"])
def test_the_disagreement_stays_below_delta(rules):
    delta = 0.05
    epsilon = epsilon_for(rules, delta)
    assert disagreement_bound(rules, epsilon) == pytest.approx(delta)
    for rule in rules:  # the bound adds up over the rules, so each must hold its part
        full = sum(
            polygon_area(piece.vertices)
            for piece in linear_pieces(union([rule], epsilon), SQUARE)
            if abs(piece.value(piece.interior_point) - 1) < 1e-9 and np.allclose(piece.gradient, 0)
        )
        assert 0 < float(rule.volume) - full <= epsilon * rule.facet_area


@pytest.mark.parametrize("rules", [INTERVALS, ELL, HOUSE, STAR, random_rules(3, 5, seed=1)])
def test_the_sizes_follow_the_formulas(rules):
    facets, d = sum(len(rule.half_spaces) for rule in rules), rules[0].dim
    assert union(rules, 0.1).widths == (facets, len(rules), 1)
    deep = union(rules, 0.1, form="series")
    assert deep.depth == facets + 3
    assert max(deep.widths) == d + 3


@pytest.mark.parametrize(
    ("rules", "epsilon", "form", "match"),
    [
        ([], 0.1, "parallel", "1 or more"),
        ([*ELL, *INTERVALS], 0.1, "parallel", "same dimension"),
        (ELL, 0, "parallel", "must be positive"),
        (ELL, -1.0, "series", "must be positive"),
        (ELL, math.inf, "series", "no finite number"),
        (ELL, 1e-18, "series", "too small for doubles"),
        (ELL, 1e-300, "parallel", "too small for doubles"),
        (ELL, 1e-320, "parallel", "range of doubles"),
        (ELL, 10**400, "parallel", "range of doubles"),
        ([Rule.from_box([(10**9, 10**9 + 1)])], 1e-3, "parallel", "closer to the origin"),
        (ELL, 0.1, "both", "'parallel' or 'series'"),
    ],
)
def test_what_no_union_can_be_built_from_is_refused(rules, epsilon, form, match):
    with pytest.raises(InvalidInputError, match=match):
        union(rules, epsilon, form)


def test_seams_refuse_nothing_and_less():
    with pytest.raises(InvalidInputError, match="1 or more rules"):
        epsilon_for([], 0.1)
    with pytest.raises(InvalidInputError, match="delta must be positive"):
        epsilon_for(ELL, 0)
    with pytest.raises(InvalidInputError, match="epsilon must be positive"):
        disagreement_bound(ELL, -1)
    with pytest.raises(ShapeError, match="2 coordinates"):
        signals(ELL, 0.1, [1.0])


TRIANGLE = [(-0.5, -0.5), (0.5, -0.5), (0, 0.5)]
RIGHT_ANGLES = [(0, 0), (0.75, 0), (0.75, 0.5), (0, 0.5)]


@pytest.mark.parametrize("corners", [TRIANGLE, RIGHT_ANGLES], ids=["triangle", "rectangle"])
@pytest.mark.parametrize("epsilon", [1 / 16, 1 / 64])
def test_steepness_times_the_wrong_area_is_at_least_the_border(corners, epsilon):
    rule = Rule.from_vertices(corners)
    edges = np.diff(np.array([corners[-1], *corners]), axis=0)
    turns = zip(edges, np.roll(edges, -1, axis=0), strict=True)
    angles = [math.pi - math.atan2(u[0] * v[1] - u[1] * v[0], u @ v) for u, v in turns]
    kappa = 2 * sum(1 / math.tan(angle / 2) for angle in angles)
    pieces = linear_pieces(union([rule], epsilon), SQUARE)
    steepest = max(math.hypot(*piece.gradient) for piece in pieces)
    full = [p for p in pieces if abs(p.offset - 1) < 1e-9 and not np.any(p.gradient)]
    wrong = float(rule.volume) - sum(polygon_area(piece.vertices) for piece in full)
    least = rule.facet_area - kappa / steepest
    assert 0 < least <= wrong * steepest
    assert wrong * steepest / 3 < least  # and the bound is near: a third would be too little


def test_the_sign_of_the_lattice_is_an_or_of_ands_without_seams():
    net, rng = FullyConnected.random(2, (4, 3), seed=1, dtype=float), np.random.default_rng(0)
    form, exact = lattice_form(net, SQUARE), freeze(net)
    points = [tuple(map(Fraction, point)) for point in rng.uniform(-1, 1, size=(200, 2))]
    values = [[dot(gradient, x) + offset for gradient, offset in form.pieces] for x in points]
    says = [exact.evaluate(x) > 0 for x in points]
    ands = np.array([[all(L[j] > 0 for j in s) for s in form.clauses] for L in values])
    ors = np.array([[any(L[j] <= 0 for j in s) for s in form.clauses] for L in values])
    assert 0 < sum(says) < len(says)
    assert ands.any(axis=1).tolist() == says
    assert ors.all(axis=1).tolist() == [not yes for yes in says]
    missing = [np.delete(ands, i, axis=1).any(axis=1).tolist() for i in range(ands.shape[1])]
    assert any(others != says for others in missing)


# --- a classifier as rules ---


@pytest.mark.parametrize(
    "net",
    [
        FullyConnected.random(2, (6, 4), seed=3),
        FullyConnected.random(2, (8,), seed=1),
        OneNeuronResNet.random(2, 5, seed=2),
    ],
    ids=["deep", "wide", "resnet"],
)
def test_the_rules_of_a_network_fill_its_positive_set(net):
    rules = rules_of(net, SQUARE)
    assert rules
    assert sum(rule.volume for rule in rules) == positive_area(net, SQUARE, exact=True)
    wide, deep = (equivalent_classifier(net, SQUARE, 0.04, form) for form in ("parallel", "series"))
    assert len(wide.widths) < len(deep.widths)
    points = np.random.default_rng(0).uniform(-1, 1, size=(4000, 2))
    says = net(points) > 0
    value = wide(points)
    np.testing.assert_allclose(deep(points), value, atol=1e-9)
    assert value[~says].max(initial=0) <= 1e-9  # the soft union never says yes too often
    wrong = np.mean((value != 1) & says) * 4
    assert wrong <= 0.04 + 4 * math.sqrt(0.04 / 1000)  # four standard errors


def test_rules_in_space_and_on_the_line():
    net = FullyConnected.random(3, (4, 3), seed=1)
    box = [(-1, 1)] * 3
    points = np.random.default_rng(0).uniform(-1, 1, size=(3000, 3))
    says = net.astype(np.float64)(points) > 0
    rules = rules_of(net, box)
    covered = np.any([rule.contains(points) for rule in rules], axis=0)
    assert 0 < says.sum() < len(says)
    assert (covered == says).all()
    line = FullyConnected.from_layers([([[1.0], [1.0]], [0, -1.0]), ([[1.0, -2.0]], -0.5)])
    (first, second) = sorted(rule.vertices for rule in rules_of(line, [(-1, 3)]))
    assert (first, second) == (((Fraction(1, 2),), (1,)), ((1,), (Fraction(3, 2),)))


def test_a_network_that_never_says_yes_has_no_rules():
    never = FullyConnected.from_layers([([[1.0, 0.0]], [0.0]), ([[-1.0]], [0.0])])
    assert rules_of(never, SQUARE) == ()
    with pytest.raises(InvalidInputError, match="positive nowhere in the box"):
        equivalent_classifier(never, SQUARE, 0.01)


# --- quadratic neurons ---

CHEBYSHEV = [1, 0, -32, 0, 160, 0, -256, 0, 128]  # T8
QUARTIC = [Fraction(-1, 4), 0, 0, 0, 1]  # x^4 - 1/4
coefficients = st.lists(st.fractions(-4, 4, max_denominator=8), min_size=1, max_size=7)


@given(coefficients, st.fractions(-3, 3, max_denominator=9))
def test_horner_is_the_polynomial_exactly(a, x):
    assert Horner(a)(x) == sum(c * x**k for k, c in enumerate(a))
    assert len(Horner(a).steps(x)) == Horner(a).depth + 1


def test_horner_gives_the_chebyshev_polynomial():
    t = np.linspace(0, math.pi, 50)
    np.testing.assert_allclose(Horner(CHEBYSHEV)(np.cos(t)), np.cos(8 * t), atol=1e-13)


@pytest.mark.parametrize(
    "a", [CHEBYSHEV, QUARTIC, [5], [1, 2], [0, 0, 3], [1, 1, 1], [-6, 11, -6, 1], [2, -3, 1, 0.5]]
)
def test_the_product_tree_is_the_same_polynomial(a):
    tree, x = ProductTree.from_coefficients(a), np.linspace(-1, 1, 41)
    np.testing.assert_allclose(tree(x), Horner(a)(x), atol=1e-12)
    levels = tree.levels(0.25)
    assert len(levels) == tree.depth
    assert len(levels[0]) == len(tree.factors)
    assert len(levels[-1]) == 1


@given(
    st.lists(st.tuples(*[st.integers(-3, 3)] * 3), min_size=1, max_size=6),
    st.fractions(-2, 2, max_denominator=5),
)
def test_given_factors_are_multiplied_exactly(factors, x):
    assert ProductTree(factors)(x) == math.prod(a + b * x + c * x * x for a, b, c in factors)


@given(
    st.lists(st.integers(-4, 4).filter(bool), min_size=1, max_size=6),
    st.fractions(-3, 3, max_denominator=7),
)
def test_the_continued_fraction_is_the_polynomial_or_says_where_it_fails(a, x):
    tails = [Horner(a[k:])(x) for k in range(len(a) - 1)]
    fraction = ContinuedFraction(a)
    if all(tails):
        assert fraction(x) == tails[0] if tails else a[0]
    else:
        innermost = max(k for k, tail in enumerate(tails) if tail == 0) + 1
        with pytest.raises(InvalidInputError, match=f"by 0 in step {innermost} at x = {x}"):
            fraction(x)


def test_every_real_root_is_a_pole():
    roots = [-1, Fraction(1, 2), 3]
    a = [Fraction(3, 2), -2, Fraction(-5, 2), 1]
    assert all(Horner(a)(root) == 0 for root in roots)
    fraction = ContinuedFraction(a)
    outer = [pole.x for pole in fraction.poles() if pole.step == 1]
    assert outer == pytest.approx([float(root) for root in roots])
    for root in roots:
        with pytest.raises(InvalidInputError, match="step 1"):
            fraction(root)
    with pytest.raises(InvalidInputError, match=r"x = 0\.5.*Horner"):
        ContinuedFraction([1, -1, -2])(np.array([0.0, 0.5]))  # (1 + x)(1 - 2x), no rounding
    for pole in fraction.poles():
        if pole.step > 1:  # and at the roots of what remains
            assert Horner(a[pole.step - 1 :])(pole.x) == pytest.approx(0, abs=1e-12)


def test_poles_without_real_roots_and_with_a_double_one():
    assert [pole.step for pole in ContinuedFraction([1, 1, 1]).poles()] == [2]
    assert {pole.step for pole in ContinuedFraction([1, -2, 1]).poles()} == {1, 2}
    assert ContinuedFraction([7]).poles() == ()
    assert ContinuedFraction([7])(np.zeros(3)).tolist() == [7, 7, 7]


@pytest.mark.parametrize(("a", "power"), [(CHEBYSHEV, 1), (QUARTIC, 1), ([1, 2, 0], 2)])
def test_a_zero_coefficient_stops_the_continued_fraction(a, power):
    with pytest.raises(InvalidInputError, match=rf"x\^{power} is 0.*Horner"):
        ContinuedFraction(a)


@pytest.mark.parametrize(
    ("build", "match"),
    [
        (lambda: Horner([]), "needs coefficients"),
        (lambda: Horner([math.nan]), "no finite number"),
        (lambda: ProductTree([]), "needs factors"),
        (lambda: ProductTree([(1, 2)]), "triples"),
        (lambda: ProductTree.from_coefficients([1, 0]), "leading"),
        (lambda: ContinuedFraction([]), "needs coefficients"),
    ],
)
def test_what_is_no_polynomial_is_refused(build, match):
    with pytest.raises(InvalidInputError, match=match):
        build()


def test_rules_far_away_are_not_said_to_have_thin_seams():
    near = Rule.from_box([(0, 1), (0, 1)])
    far = Rule.from_box([(10**15, 10**15 + 1), (0, 1)])
    assert union([near], 0.1)([0.5, 0.5]) == 1
    with pytest.raises(InvalidInputError, match="too far from the origin, at") as caught:
        union([far], 0.1)
    assert "epsilon is too small" not in str(caught.value)
    with pytest.raises(InvalidInputError, match="epsilon is too small"):
        union([near], 1e-16)


@pytest.mark.parametrize("delta", [4, 100, "4.0000000000000000001"])
def test_a_delta_as_large_as_the_box_is_refused(delta):
    tent = FullyConnected.from_layers([([[1.0, 1.0]], [0.0]), ([1.0], -1.0)])
    box = ((-1, 1), (-1, 1))
    assert equivalent_classifier(tent, box, "3.9999999999999999999").dim == 2
    with pytest.raises(InvalidInputError, match="delta must lie between 0 and 4"):
        equivalent_classifier(tent, box, delta)


# --- rules in groups ---


@pytest.mark.parametrize(("dim", "count"), [(1, 5), (2, 5), (3, 3)])
def test_rules_in_groups_are_the_same_function_at_every_position_of_the_dial(dim, count):
    rules = random_rules(dim, count, seed=dim)
    epsilon = 0.3 / dim**2
    dial = [freeze(union(rules, epsilon, group=g)) for g in range(1, count + 1)]
    rng = np.random.default_rng(1)
    points = [*rng.normal(size=(12, dim)), *rng.normal(size=(4, dim)) * 1000]
    points += [np.array(rule.vertices, dtype=float).mean(axis=0) for rule in rules]
    for x in points:
        assert {net.evaluate(x) for net in dial} == {signals(rules, epsilon, x).output}


def test_the_dial_leaves_no_area_of_difference():
    assert differ(*(freeze(union(ELL, 0.25, group=g)) for g in (1, 2)), SQUARE) == 0


def test_the_last_group_of_the_dial_is_the_parallel_circuit():
    wide, whole = union(STAR, 0.125), union(STAR, 0.125, group=len(STAR))
    assert wide.widths == whole.widths
    for mine, other in zip(
        [*wide.weights, *wide.biases], [*whole.weights, *whole.biases], strict=True
    ):
        assert np.array_equal(mine, other)


@pytest.mark.parametrize("group", range(1, 6))
def test_a_position_of_the_dial_has_the_widths_that_are_told(group):
    rules = random_rules(2, 5, seed=3)
    sizes = [len(rule.half_spaces) for rule in rules]
    net = union(rules, 0.1, group=group)
    count = math.ceil(5 / group)
    assert net.depth == count + 2
    facets = [sum(sizes[i : i + group]) for i in range(0, 5, group)]
    assert max(net.widths) <= 2 + max(facets) + group + 1
    assert net.widths == circuit_widths(sizes, group, 2)  # what set 08 asks for


def test_a_group_that_is_left_out_is_noticed():
    net = freeze(union(ELL, Fraction(1, 8), group=1))
    layers = list(net.layers)
    W, b = layers[2]  # n takes the second group off here: let it not
    layers[2] = (tuple(tuple(0 * x if x < 0 else x for x in row) for row in W), b)
    assert differ(net, type(net)(tuple(layers)), SQUARE) > 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"group": 0}, "at least 1"),
        ({"group": 3}, "at most 2"),
        ({"group": 1.5}, "whole"),
        ({"group": 1, "form": "series"}, "not both"),
    ],
)
def test_a_dial_refuses_what_is_no_position(options, words):
    with pytest.raises(InvalidInputError, match=words):
        union(ELL, 0.25, **options)
