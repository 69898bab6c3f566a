"""The wide and the deep network: sizes, exact measures, shut gates, and variants that must fail."""

import itertools
import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.constructions.equivalence import (
    deep,
    deepen,
    disagreement,
    largest_weight,
    plan,
    sampled_disagreement,
    thaw,
    triangulate,
    wide,
    widen,
)
from course_lib.constructions.equivalence.restriction import restrict
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import dot, freeze
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import Piece, linear_pieces

F = Fraction
FORMS = ["simplex", "piece"]


def cube(dim):
    return ((-1, 1),) * dim


NETS = {
    "line": FullyConnected.random(1, (4, 3), seed=2),
    "ramp": FullyConnected.from_layers([([[1.0, 0.5]], [0.25])]),
    "plane": FullyConnected.random(2, (3, 2), seed=0),
    "folds": OneNeuronResNet.random(2, 3, seed=4),
    "space": FullyConnected.random(3, (2,), seed=2),
}


def rational_points(dim, n, seed=0):
    rng = np.random.default_rng(seed)
    return [tuple(F(int(k), 97) for k in rng.integers(-97, 98, dim)) for _ in range(n)]


def volume(simplex):
    """Leibniz's formula, in fractions."""
    first, *others = simplex
    rows = [[x - y for x, y in zip(point, first, strict=True)] for point in others]
    n, total = len(rows), F(0)
    for order in itertools.permutations(range(n)):
        swaps = sum(order[i] > order[j] for i in range(n) for j in range(i + 1, n))
        total += (-1) ** swaps * math.prod(rows[i][order[i]] for i in range(n))
    return abs(total) / math.factorial(n)


def settled(found, x):
    """Whether x lies in the shrunk copy of some cell."""
    point = (*x, F(1))
    return any(all(dot(facet, point) >= found.tau for facet in cell.facets) for cell in found.cells)


# --- cells ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETS)
def test_simplices_tile_the_box(name):
    net = NETS[name]
    pieces = linear_pieces(net, cube(net.dim), exact=True)
    simplices = [simplex for piece in pieces for simplex in triangulate(piece)]
    assert sum(map(volume, simplices)) == 2**net.dim
    assert all(len(simplex) == net.dim + 1 and volume(simplex) > 0 for simplex in simplices)
    if net.dim == 2:
        assert len(simplices) == sum(len(piece.vertices) - 2 for piece in pieces)


def test_points_inside_edges_are_no_corners():
    zero, one, half = F(0), F(1), F(1, 2)
    corners = list(itertools.product([zero, one], repeat=3))
    inside = [(half, zero, zero), (half, half, zero), (half, half, half)]
    found = triangulate(Piece(tuple(inside + corners), (zero,) * 3, zero))
    assert sum(map(volume, found)) == 1
    assert not {point for simplex in found for point in simplex} & set(inside)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NETS)
def test_facets_are_zero_on_corners_and_one_at_the_centre(name, form):
    found = plan(NETS[name], cube(NETS[name].dim), F(1, 10), form)
    for cell in found.cells:
        centre = tuple(sum(column) / len(cell.vertices) for column in zip(*cell.vertices))  # noqa: B905
        for facet in cell.facets:
            heights = [dot(facet, (*vertex, F(1))) for vertex in cell.vertices]
            assert min(heights) == 0
            assert heights.count(0) >= found.dim
            assert dot(facet, (*centre, F(1))) == 1


# --- the reference values, in fractions ----------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("name", "delta"),
    [("line", "1/50"), ("ramp", "199/2500"), ("plane", "199/2500"), ("folds", "199/2500")],
)
def test_the_measure_is_the_formula(name, delta, form):
    net = NETS[name]
    found = plan(net, cube(net.dim), delta, form)
    assert found.tau == F(1, 100)
    for built in (wide(found), deep(found), deep(found, "largest")):
        assert disagreement(freeze(net), built, cube(net.dim)) == found.disagreement == F(delta)


def test_the_measure_in_space():
    net = FullyConnected.from_layers([([[1.0, 1.0, 0.0]], [0.0]), ([1.0], 0.0)])
    found = plan(net, cube(3), "29701/125000")
    assert found.tau == F(1, 100)
    assert found.disagreement == F(29701, 125000)
    shrunk = [
        [tuple((1 - found.tau) * x + found.tau * c for x, c in zip(v, centre)) for v in vertices]  # noqa: B905
        for vertices in (cell.vertices for cell in found.cells)
        for centre in [tuple(sum(column) / 4 for column in zip(*vertices))]  # noqa: B905
    ]
    assert 8 - sum(map(volume, shrunk)) == F(29701, 125000)
    built = wide(found)
    assert all(built.evaluate(v) == freeze(net).evaluate(v) for simplex in shrunk for v in simplex)
    measured = disagreement(net, widen(net, cube(3), "29701/125000"), cube(3), samples=40_000)
    assert abs(measured.value - 29701 / 125000) < 4 * measured.standard_error < 0.04


def test_a_float_network_can_be_the_exact_one():
    net = FullyConnected.from_layers([([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0]), ([1.0, 1.0], 0.0)])
    for built in (widen(net, cube(2), "199/2500"), deepen(net, cube(2), "199/2500")):
        assert disagreement(net, built, cube(2), tolerance=0) == F(199, 2500)


@pytest.mark.parametrize("form", FORMS)
def test_boxes_of_any_sides(form):
    box = ((F(-1, 3), 2), (1, F(3, 2)))
    found = plan(NETS["plane"], box, F(1, 100), form)
    assert found.disagreement <= F(1, 100)
    assert float(found.disagreement) == pytest.approx(0.01, rel=1e-12)
    assert disagreement(freeze(NETS["plane"]), wide(found), box) == found.disagreement


@pytest.mark.parametrize("delta", [1e-16, 1e-9, 0.01, 3.9])
def test_the_margin_never_exceeds_delta(delta):
    found = plan(NETS["ramp"], cube(2), delta)
    assert found.disagreement <= F(delta)
    assert float(found.disagreement) == pytest.approx(delta, rel=1e-9)


# --- sizes: the table of the lesson --------------------------------------------------------------


@pytest.mark.parametrize("name", NETS)
def test_sizes_follow_the_table(name):
    net = NETS[name]
    d, box = net.dim, cube(net.dim)
    found = plan(net, box, F(1, 10))
    cells = len(found.cells)
    assert found.wide_widths == widen(net, box, F(1, 10)).widths == ((d + 1) * cells + d, cells)
    tower = deepen(net, box, F(1, 10))
    assert tower.widths == (d + 3,) * ((d + 2) * cells)
    assert found.deep_layers == tower.depth
    narrow = deepen(net, box, F(1, 10), penalty="largest")
    assert narrow.widths == (d + 2,) * ((d + 2) * cells)


def test_reference_sizes():
    net = FullyConnected.random(2, (4, 3), seed=1)  # 14 pieces, 28 triangles
    found = plan(net, cube(2), 0.01)
    assert len(plan(net, cube(2), 0.01, "piece").cells) == 14
    assert (len(found.cells), found.wide_widths, found.deep_layers) == (28, (86, 28), 112)


def test_whole_pieces_take_fewer_gates():
    simplex, piece = (plan(NETS["plane"], cube(2), F(1, 10), form) for form in FORMS)
    assert len(piece.cells) < len(simplex.cells)
    assert piece.wide_widths[0] < simplex.wide_widths[0]
    assert piece.disagreement == simplex.disagreement


# --- laws ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NETS)
def test_pointwise(name, form):
    net = NETS[name]
    found = plan(net, cube(net.dim), F(1, 5), form)
    f, built = freeze(net), [wide(found), deep(found), deep(found, "largest")]
    for x in rational_points(net.dim, 15):
        h, (flat, tower, narrow) = f.evaluate(x), (other.evaluate(x) for other in built)
        assert flat == tower
        assert flat <= narrow <= h  # the greatest penalty is no more than their sum
        assert 0 <= h - flat <= h + found.shift
        assert (flat == h) == (narrow == h) == settled(found, x)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NETS)
def test_a_gate_is_shut_outside_its_cell(name, form):
    found = plan(NETS[name], cube(NETS[name].dim), F(1, 2), form)
    for cell, gate in zip(found.cells, found.gates, strict=True):
        for x in rational_points(found.dim, 8, seed=1):
            x = tuple(2 * entry for entry in x)  # beyond the box too
            y = (*(entry - low for entry, low in zip(x, found.low, strict=True)), F(1))
            worst = max(dot(row, y) for row in gate.penalties)
            if any(dot(facet, (*x, F(1))) <= 0 for facet in cell.facets):
                assert dot(gate.value, y) - gate.peak * worst <= 0


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), share=st.fractions(F(1, 50), F(9, 10), max_denominator=50))
def test_random_networks_on_the_line(seed, share):
    net = FullyConnected.random(1, (3, 2), seed=seed)
    found = plan(net, cube(1), 2 * share)
    assert disagreement(freeze(net), deep(found), cube(1)) == 2 * share


# --- wrong variants are noticed ------------------------------------------------------------------


@pytest.mark.parametrize("build", [wide, deep])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda gate: replace(gate, peak=gate.peak / 4),  # K too small: gates stay open outside
        lambda gate: replace(gate, penalties=gate.penalties[1:]),  # one facet forgotten
        lambda gate: replace(gate, value=(*gate.value[:-1], gate.value[-1] + F(1, 10**9))),
        lambda gate: replace(
            gate, penalties=tuple((*row[:-1], row[-1] + F(1, 10)) for row in gate.penalties)
        ),
    ],
    ids=["peak", "facet", "value", "margin"],
)
def test_a_wrong_gate_changes_the_measure(build, spoil):
    net = NETS["plane"]
    found = plan(net, cube(2), "199/2500")
    gates = tuple(map(spoil, found.gates))
    found.__dict__["gates"] = gates  # in place of the gates that would be worked out
    assert disagreement(freeze(net), build(found), cube(2)) != F(199, 2500)


def test_without_the_shift_the_gates_clip():
    net = NETS["plane"]
    found = replace(plan(net, cube(2), "199/2500"), shift=F(0))
    assert disagreement(freeze(net), wide(found), cube(2)) > F(199, 2500)


# --- floats --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "error"), [(np.float64, 2e-14), (np.float32, 2e-5)], ids=["double", "single"]
)
@pytest.mark.parametrize("delta", [1e-2, 1e-10])
def test_huge_weights_leave_the_interior_alone(delta, dtype, error):
    net = NETS["plane"].astype(np.float64)
    points = np.random.default_rng(0).uniform(-1, 1, (2000, 2))
    facets = [np.array(c.facets, dtype=float) for c in plan(net, cube(2), delta).cells]
    ones = np.c_[points, np.ones(len(points))]
    inside = np.any([(ones @ rows.T).min(axis=1) > 0.05 for rows in facets], axis=0)
    assert inside.mean() > 0.5
    wanted = net(points)[inside]
    for built in (
        widen(net, cube(2), delta, dtype=dtype),
        deepen(net, cube(2), delta, dtype=dtype),
    ):
        assert built.dtype == dtype
        assert np.abs(built(points)[inside] - wanted).max() < error


def test_weights_grow_like_one_over_delta():
    net = NETS["plane"]
    sizes = [delta * largest_weight(widen(net, cube(2), delta)) for delta in (1e-3, 1e-6, 1e-9)]
    assert max(sizes) < 1.01 * min(sizes)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_seams_dip_above_the_floor_and_bulge_below(dtype):
    net = FullyConnected.random(2, (4, 3), seed=1, dtype=np.float64)
    floor = plan(net, cube(2), 0.01).floor(dtype)
    simplices = [np.array(c.vertices, dtype=float) for c in plan(net, cube(2), 0.01).cells]
    weights = np.random.default_rng(0).dirichlet([1, 1], size=200)
    edges = [weights @ s[[i, j]] for s in simplices for i, j in ((0, 1), (1, 2), (2, 0))]
    points = np.concatenate(edges)
    points = points[(np.abs(points) < 0.999).all(axis=1)].astype(dtype).astype(np.float64)
    bulge = [
        (widen(net, cube(2), delta, dtype=dtype)(points) - net(points)).max()
        for delta in (30 * floor, floor / 3)
    ]
    assert bulge[0] < 1e3 * np.finfo(dtype).eps
    assert bulge[1] > 0.1


# --- disagreement --------------------------------------------------------------------------------


def test_disagreement_is_a_metric_on_three_hinges():
    nets = [
        FullyConnected.from_layers([([[1.0, 0.0]], [b]), ([1.0], 0.0)]) for b in (0.0, 0.5, -0.5)
    ]
    ab, ac, bc = (disagreement(f, g, cube(2)) for f, g in itertools.combinations(nets, 2))
    assert [ab, ac, bc] == [3, 2, 3]
    assert disagreement(nets[0], nets[0], cube(2)) == 0
    assert disagreement(nets[1], nets[0], cube(2)) == ab


def test_families_and_depths_may_differ():
    fold = OneNeuronResNet.from_blocks([[-2.0, 0]], [[1.0, 0]], [0.0], readout=([1.0, 0], 0.0))
    tent = FullyConnected.from_layers(
        [([[1.0, 0], [-1.0, 0]], [0.0, 0.0]), ([[1.0, 1.0]], [0.0]), ([-1.0], 0.0)]
    )
    assert disagreement(fold, tent, cube(2)) == 0
    assert disagreement(fold, fold.prefix(0), cube(2)) == 2


@pytest.mark.parametrize("box", [cube(1), cube(2)])
def test_the_tolerance_decides_about_rounding(box):
    zeros = [0.0] * (len(box) - 1)
    one, other = (FullyConnected.from_layers([([[a, *zeros]], [0.0])]) for a in (1.0, 1.0 + 1e-12))
    assert disagreement(one, other, box) == 0
    assert disagreement(freeze(one), freeze(other), box) == 2 ** len(box)
    assert disagreement(one, other, box, tolerance=0) == 2 ** len(box)
    assert disagreement(one, other, box, tolerance=1e-11) == 0


def test_stored_weights_agree_up_to_their_rounding():
    net = NETS["plane"]
    for built in (widen(net, cube(2), 0.01), deepen(net, cube(2), 0.01)):
        assert float(disagreement(net, built, cube(2))) == pytest.approx(0.01, rel=1e-10)


def test_sampling_repeats_and_errs_as_it_says():
    net = NETS["plane"]
    built = widen(net, cube(2), 1)
    found = sampled_disagreement(net, built, cube(2), samples=20_000, seed=3)
    assert found == sampled_disagreement(net, built, cube(2), samples=20_000, seed=3)
    assert abs(found.value - 1) < 4 * found.standard_error < 0.1
    exact = sampled_disagreement(freeze(net), wide(plan(net, cube(2), 1)), cube(2), samples=20_000)
    assert abs(exact.value - 1) < 4 * exact.standard_error
    folds = freeze(OneNeuronResNet.random(3, 2, seed=0))
    assert disagreement(folds, folds, cube(3), samples=100).value == 0


# --- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda f: widen(f, cube(2), 0), InvalidInputError, "between 0 and 4"),
        (lambda f: deepen(f, cube(2), 4), InvalidInputError, "between 0 and 4"),
        (lambda f: widen(f, cube(3), 0.1), ShapeError, "2 coordinates"),
        (lambda f: widen(f, ((0, 0), (0, 1)), 0.1), InvalidInputError, "low < high"),
        (lambda f: widen(f, cube(2), 0.1, "prism"), InvalidInputError, "form"),
        (lambda f: deepen(f, cube(2), 0.1, penalty="mean"), InvalidInputError, "penalty"),
        (lambda f: widen(f, cube(2), 1e-41, dtype=np.float32), InvalidInputError, "infinite"),
        (lambda f: widen(f, cube(2), F(1, 10**400)), InvalidInputError, "delta"),
        (lambda f: thaw(wide(plan(f, cube(2), 1e-320))), InvalidInputError, "delta"),
        (lambda f: disagreement(f, NETS["line"], cube(2)), ShapeError, "same dim"),
        (lambda f: disagreement(f, f, cube(1)), ShapeError, "coordinates"),
        (lambda f: disagreement(f, f, cube(2), tolerance=-1), InvalidInputError, "tolerance"),
        (lambda f: sampled_disagreement(f, f, cube(2), samples=1), InvalidInputError, "samples"),
        (lambda f: replace(plan(f, cube(2), 1), tau=F(1)), InvalidInputError, "tau"),
    ],
)
def test_rejects(call, error, text):
    with pytest.raises(error, match=text):
        call(NETS["ramp"])


@pytest.mark.parametrize("build", [wide, deep])
def test_restricting_to_a_piece_leaves_the_function_there(build):
    net = NETS["plane"]
    built = build(plan(net, cube(2), F(1, 10)))
    rng = np.random.default_rng(0)
    for piece in linear_pieces(net, cube(2), exact=True):
        part = restrict(built, piece.vertices)
        for _ in range(8):
            weights = [F(int(k)) for k in rng.integers(0, 5, len(piece.vertices))]
            weights[0] += F(1, 3)
            x = tuple(dot(weights, column) / sum(weights) for column in zip(*piece.vertices))  # noqa: B905
            assert part.evaluate(x) == built.evaluate(x)


def test_restricting_drops_the_gates_of_other_pieces():
    net = NETS["plane"]
    built = wide(plan(net, cube(2), F(1, 10)))
    pieces = linear_pieces(net, cube(2), exact=True)
    left = [len(restrict(built, piece.vertices).layers[1][1]) for piece in pieces]
    # the triangles of the piece itself stay, and together far fewer than all on every piece
    assert all(n >= len(piece.vertices) - 2 for n, piece in zip(left, pieces, strict=True))
    assert sum(left) < len(pieces) * len(built.layers[1][1]) / 2


def test_restricting_keeps_a_network_of_constants_and_relus_with_positive_weights():
    never = FullyConnected.from_layers([([[1.0]], [0.0]), ([[1.0]], [-5.0]), ([2.0], 3.0)])
    often = FullyConnected.from_layers([([[1.0]], [0.0]), ([[1.0]], [-0.5]), ([2.0], 3.0)])
    for net in map(freeze, (never, often)):
        part = restrict(net, [(F(-1),), (F(1),)])
        assert [part.evaluate((x,)) for x in (-1, 0, 1)] == [net.evaluate((x,)) for x in (-1, 0, 1)]


@pytest.mark.parametrize("dim", [1, 2, 3])
@pytest.mark.parametrize("kept", ["1e-19", "1e-400", "1/3"])
def test_a_delta_next_to_the_volume_of_the_box_is_kept(dim, kept):
    net = FullyConnected.from_layers([([[1.0] * dim], [0.0]), ([1.0], 0.0)])
    wanted = 2**dim - F(kept)
    found = plan(net, ((-1, 1),) * dim, wanted).disagreement
    assert wanted - F(kept) / 10**9 - F(1, 10**15) <= found <= wanted
    assert plan(net, ((-1, 1),) * dim, wanted).tau < 1
