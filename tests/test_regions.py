"""Linear pieces, areas and boundedness against plain splitters, torch, formulas and sampling."""

import itertools
import math
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import exact
from course_lib.constructions.one_neuron import disk
from course_lib.errors import InvalidInputError, RoundingError, ShapeError
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import (
    activation_regions,
    boundary,
    iou,
    is_bounded,
    is_empty,
    linear_pieces,
    positive_area,
    positive_polygons,
)
from course_lib.targets import Ring, UnitBall

F = Fraction
BOX = ((-2, 2), (-1, 3))
AREA = 16


# --- oracles -------------------------------------------------------------------------------------


def forward(net, point):
    """Value, activation pattern, gradient and offset at a point, in plain Fractions."""
    d = net.dim
    rows = [
        [F(int(i == j)) for j in range(d)] + [F(0)] for i in range(d)
    ]  # affine: (gradient, offset)
    x, pattern = [*map(F, point), F(1)], []

    def combine(weights, offset, state):
        total = [F(0)] * d + [F(offset)]
        for weight, row in zip(weights, state, strict=True):
            total = [t + F(weight) * r for t, r in zip(total, row, strict=True)]
        return total

    def at(row):
        return sum((r * c for r, c in zip(row, x, strict=True)), F(0))

    if isinstance(net, FullyConnected):
        layers = list(zip(net.weights, net.biases, strict=True))
        for W, b in layers[:-1]:
            z = [combine(w, o, rows) for w, o in zip(W.tolist(), b.tolist(), strict=True)]
            pattern += [at(row) > 0 for row in z]
            rows = [row if at(row) > 0 else [F(0)] * (d + 1) for row in z]
        last = combine(layers[-1][0].tolist()[0], layers[-1][1].tolist()[0], rows)
    else:
        for u, w, b in zip(net.u.tolist(), net.w.tolist(), net.b.tolist(), strict=True):
            z = combine(w, b, rows)
            pattern.append(at(z) > 0)
            if at(z) > 0:
                rows = [
                    [r + F(c) * t for r, t in zip(row, z, strict=True)]
                    for row, c in zip(rows, u, strict=True)
                ]
        last = combine(net.a.tolist(), net.c.item(), rows)
    return at(last), tuple(pattern), tuple(last[:-1]), last[-1]


def inside(polygon, half):
    """Sutherland-Hodgman on a list of points; half = (a, b, c) keeps a x + b y + c >= 0."""
    kept = []
    for i, p in enumerate(polygon):
        q = polygon[i - 1]
        zp, zq = (half[0] * v[0] + half[1] * v[1] + half[2] for v in (p, q))
        if zp * zq < 0:
            s = zq / (zq - zp)
            kept.append((q[0] + s * (p[0] - q[0]), q[1] + s * (p[1] - q[1])))
        if zp >= 0:
            kept.append(p)
    return kept


def shoelace(polygon):
    pairs = zip(polygon, [*polygon[1:], polygon[0]], strict=True)
    return sum(p[0] * q[1] - p[1] * q[0] for p, q in pairs) / 2


def plain_regions(net, box):
    """Activation regions by a list of polygons in Fractions: pattern -> corners."""
    (x0, x1), (y0, y1) = [[F(end) for end in side] for side in box]
    pieces = [((), [(x0, y0), (x1, y0), (x1, y1), (x0, y1)])]
    neurons = sum(net.widths) if isinstance(net, FullyConnected) else net.depth
    for k in range(neurons):
        found = []
        for pattern, polygon in pieces:
            half = neuron_line(net, polygon, k)
            for sign in (1, -1):
                part = inside(polygon, [sign * c for c in half])
                if len(part) > 2 and shoelace(part) > 0 and (sign < 0 or any(half)):
                    found.append(((*pattern, sign > 0), part))
        pieces = found
    return {pattern: frozenset(polygon) for pattern, polygon in pieces}


def neuron_line(net, polygon, k):
    """The affine function of neuron k on a polygon where the neurons before it have one sign."""
    centre = [sum(v[i] for v in polygon) / len(polygon) for i in (0, 1)]
    if isinstance(net, OneNeuronResNet):
        head = OneNeuronResNet.from_blocks(
            net.u[:k], net.w[:k], net.b[:k], readout=(net.w[k], net.b[k])
        )
    else:
        layers = list(zip(net.weights, net.biases, strict=True))
        layer = 0
        while k >= net.widths[layer]:
            k -= net.widths[layer]
            layer += 1
        W, b = layers[layer]
        head = FullyConnected.from_layers([*layers[:layer], (W[k : k + 1], b[k : k + 1])])
    _, _, gradient, offset = forward(head, centre)
    return (*gradient, offset)


def holds(piece, point):
    """Whether a point lies in a polygon whose corners run anticlockwise."""
    corners = [tuple(map(F, v)) for v in piece.vertices]
    pairs = zip(corners, [*corners[1:], corners[0]], strict=True)
    return all(
        (q[0] - p[0]) * (point[1] - p[1]) >= (q[1] - p[1]) * (point[0] - p[0]) for p, q in pairs
    )


def faults(net, pieces, box):
    """What is wrong with exact pieces that claim to tile a box; empty when nothing is."""
    rng, found = np.random.default_rng(0), []
    if sum(shoelace(piece.vertices) for piece in pieces) != math.prod(b - a for a, b in box):
        found.append("area")
    for _ in range(30):
        point = [F(float(rng.uniform(a, b))) for a, b in box]
        if sum(holds(piece, point) for piece in pieces) != 1:
            found.append("cover")
    for piece in pieces:
        corners = piece.vertices
        turns = [
            shoelace([corners[i - 2], corners[i - 1], corners[i]]) for i in range(len(corners))
        ]
        if min(turns) <= 0:
            found.append("corners")
        if any(piece.value(v) != forward(net, v)[0] for v in (*corners, piece.interior_point)):
            found.append("values")
    return set(found)


# --- networks ------------------------------------------------------------------------------------


def resnet(depth, seed=0, dim=2):
    return OneNeuronResNet.random(dim, depth, seed=seed)


def connected(*widths, seed=0, dim=2):
    return FullyConnected.random(dim, widths, seed=seed)


def fold(*, u, w, b, a, c):
    return OneNeuronResNet.from_blocks(u, w, b, readout=(a, c))


def ball_of_folds(m):
    """m reflections and one half-plane: the regular 2^m-gon inscribed in the unit circle."""
    angles = [0.0] + [math.pi / 2**k for k in range(1, m)]
    w = [(math.sin(t), -math.cos(t)) for t in angles]
    w = [(x, y) if k == 0 else (-x, -y) for k, (x, y) in enumerate(w)]
    half = math.pi / 2**m
    return fold(
        u=-2 * np.array(w),
        w=w,
        b=[0.0] * m,
        a=[-math.cos(half), -math.sin(half)],
        c=math.cos(half),
    )


def sawtooth(layers):
    tent = [([[2.0], [4.0]], [0.0, -2.0])]
    tent += [([[2.0, -2.0], [4.0, -4.0]], [0.0, -2.0])] * (layers - 1)
    return FullyConnected.from_layers([*tent, ([[1.0, -1.0]], [0.0])])


ZERO = [0.0, 0.0]
degenerate = {
    "parallel lines": FullyConnected.from_layers(
        [([[1.0, 1.0]] * 3, [0.0, 1.0, -1.0]), ([1.0, 2.0, 4.0], 0.0)]
    ),
    "repeated neurons": FullyConnected.from_layers(
        [([[1.0, 0.5]] * 3, [0.25] * 3), ([[1.0, 1.0, -3.0]] * 2, [1.0, 1.0]), ([1.0, 1.0], 0.0)]
    ),
    "dead units": FullyConnected.from_layers(
        [
            ([[1.0, 0.0], [0.0, 1.0]], [-9.0, 0.0]),
            ([[1.0, 0.0], [0.0, 1.0]], ZERO),
            ([1.0, 1.0], 0.0),
        ]
    ),
    "zero weights": FullyConnected.from_layers(
        [([ZERO, [1.0, 0.0]], ZERO), ([[0.0, 0.0], [1.0, 0.0]], ZERO), ([1.0, 1.0], 0.0)]
    ),
    "through one point": FullyConnected.from_layers(
        [
            ([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0]], [0.0] * 4),
            ([1.0, 2.0, 4.0, 8.0], 0.0),
        ]
    ),
    "through the corners": fold(u=[[1.0, 0.0]], w=[[1.0, -1.0]], b=[1.0], a=[1.0, 1.0], c=0.0),
    "along the edge": fold(u=[[1.0, 0.0]], w=[[1.0, 0.0]], b=[2.0], a=[1.0, 1.0], c=0.0),
    "coincident creases": fold(
        u=[[0.0, 1.0], [0.0, -1.0], [0.0, 3.0]],
        w=[[1.0, 0.0]] * 3,
        b=[0.0] * 3,
        a=[1.0, 1.0],
        c=0.0,
    ),
    "crease undone": fold(
        u=[[0.0, 1.0], [0.0, -1.0]], w=[[1.0, 0.0]] * 2, b=[0.0] * 2, a=[1.0, 1.0], c=0.0
    ),
    "crease unseen": fold(u=[[1.0, -1.0]], w=[[1.0, 0.3]], b=[0.1], a=[1.0, 1.0], c=0.0),
    "a sliver": fold(
        u=[[0.0, 1.0], [0.0, 1.0]], w=[[1.0, 0.0]] * 2, b=[0.0, 2.0**-60], a=[1.0, 1.0], c=0.0
    ),
    "nearly parallel": fold(
        u=[[0.0, 1.0]] * 2, w=[[1.0, 0.0], [1.0, 1e-14]], b=[0.1, 0.1], a=[1.0, 1.0], c=0.0
    ),
    "folds": ball_of_folds(4),
}
ordinary = {
    repr(net): net
    for net in (resnet(0), resnet(8), resnet(12, 1), connected(), connected(5), connected(4, 3, 2))
}
plane_nets = degenerate | ordinary | {"narrow": connected(2, 2, 2, 2, seed=3)}
each_net = pytest.mark.parametrize("net", plane_nets.values(), ids=plane_nets.keys())


# --- pieces of the plane -------------------------------------------------------------------------


@each_net
def test_exact_activation_regions_are_those_of_a_plain_list_of_polygons(net):
    regions = activation_regions(net, BOX, exact=True)
    plain = plain_regions(net, BOX)
    assert len(regions) == len(plain)
    for region in regions:
        # a plain list may keep a corner in the middle of a side, where an earlier cut ended
        assert set(region.vertices) <= plain[region.pattern]
        assert shoelace(region.vertices) > 0
    assert {type(c) for piece in regions for v in piece.vertices for c in v} == {F}
    assert not faults(net, regions, BOX)


@each_net
def test_exact_linear_pieces_tile_the_box_and_carry_the_network(net):
    pieces = linear_pieces(net, BOX, exact=True)
    assert not faults(net, pieces, BOX)
    assert sum(pieces.areas) == AREA
    assert len(pieces) <= len(activation_regions(net, BOX, exact=True))


@each_net
def test_floats_find_the_same_pieces(net):
    for pieces_of in (activation_regions, linear_pieces):
        rounded, true = pieces_of(net, BOX), pieces_of(net, BOX, exact=True)
        assert len(rounded) == len(true)
        assert rounded.areas.sum() == pytest.approx(AREA, rel=1e-12)
        assert [len(p.vertices) for p in rounded] == [len(p.vertices) for p in true]
        for a, b in zip(rounded, true, strict=True):
            assert isinstance(a.vertices, np.ndarray)
            np.testing.assert_allclose(a.gradient, np.array(b.gradient, float), atol=1e-6)
            assert a.offset == pytest.approx(float(b.offset), abs=1e-6)
            first = np.abs(a.vertices - np.array(b.vertices, float)[:, None]).max(-1).min(0)
            assert first.max() < 1e-6
            assert a.pattern == b.pattern


@each_net
def test_every_piece_agrees_with_torch_and_autograd(net):
    torch = pytest.importorskip("torch")
    double = net.astype(np.float64).to_torch()
    for piece in linear_pieces(net, BOX):
        x = torch.tensor(piece.interior_point, dtype=torch.float64, requires_grad=True)
        value = double(x)
        assert piece.value(x.tolist()) == pytest.approx(value.item(), abs=1e-9)
        if np.ptp(piece.vertices, axis=0).min() > 1e-9:  # else torch may step out of the piece
            value.backward()
            np.testing.assert_allclose(piece.gradient, x.grad.numpy(), atol=1e-9)


def test_the_checks_see_missing_doubled_shifted_and_bent_pieces():
    net = resnet(8)
    pieces = sorted(linear_pieces(net, BOX, exact=True), key=lambda p: -shoelace(p.vertices))
    assert not faults(net, pieces, BOX)
    assert {"area", "cover"} <= faults(net, pieces[1:], BOX)
    assert {"area", "cover"} <= faults(net, [*pieces, pieces[0]], BOX)
    p = pieces[0]
    assert "values" in faults(net, [replace(p, offset=p.offset + F(1, 10**30)), *pieces[1:]], BOX)
    moved = replace(
        p, vertices=((p.vertices[0][0] + F(1, 10**30), p.vertices[0][1]), *p.vertices[1:])
    )
    assert "area" in faults(net, [moved, *pieces[1:]], BOX)
    middle = tuple((a + b) / 2 for a, b in zip(*p.vertices[:2], strict=True))
    straight = replace(p, vertices=(p.vertices[0], middle, *p.vertices[1:]))
    assert faults(net, [straight, *pieces[1:]], BOX) == {"corners"}


@pytest.mark.parametrize(
    ("name", "regions", "pieces"),
    [
        ("parallel lines", 4, 4),
        ("repeated neurons", 3, 3),
        ("dead units", 2, 2),
        ("zero weights", 2, 1),
        ("through one point", 8, 8),
        ("coincident creases", 2, 2),
        ("crease undone", 2, 1),
        ("crease unseen", 2, 1),
        ("a sliver", 3, 3),
        ("along the edge", 1, 1),
    ],
)
@pytest.mark.parametrize("in_fractions", [True, False])
def test_degenerate_networks_are_counted_by_hand(name, regions, pieces, in_fractions):
    net, box = degenerate[name], ((-2, 2), (-2, 2))
    assert len(activation_regions(net, box, in_fractions)) == regions
    assert len(linear_pieces(net, box, in_fractions)) == pieces


def test_a_region_that_is_not_convex_comes_in_convex_pieces():
    # relu(min(x, y)) with min(x, y) = y - relu(y - x): zero on three quadrants
    net = FullyConnected.from_layers(
        [
            ([[0.0, 1.0], [0.0, -1.0], [-1.0, 1.0]], [0.0] * 3),
            ([[1.0, -1.0, -1.0]], [0.0]),
            ([1.0], 0.0),
        ]
    )
    pieces = linear_pieces(net, ((-1, 1), (-1, 1)), exact=True)
    maps = Counter((piece.gradient, piece.offset) for piece in pieces)
    assert maps == {((0, 0), 0): 2, ((1, 0), 0): 1, ((0, 1), 0): 1}
    assert not faults(net, pieces, ((-1, 1), (-1, 1)))
    assert len(linear_pieces(net, ((-1, 1), (-1, 1)))) == 4
    assert len(linear_pieces(net, None)) == 4


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(*[st.integers(-2, 2)] * 5), min_size=1, max_size=6))
def test_small_whole_weights_are_as_degenerate_as_can_be(blocks):
    net = fold(
        u=[[float(p), float(q)] for p, q, *_ in blocks],
        w=[[float(p), float(q)] for *_, p, q, _ in blocks],
        b=[float(b) for *_, b in blocks],
        a=[1.0, -1.0],
        c=0.5,
    )
    regions = activation_regions(net, BOX, exact=True)
    assert not faults(net, regions, BOX)
    assert len(regions) == len(plain_regions(net, BOX))
    pieces = linear_pieces(net, BOX)
    assert not faults(net, linear_pieces(net, BOX, exact=True), BOX)
    assert pieces.areas.sum() == pytest.approx(AREA, rel=1e-12)


def test_order_and_scale_of_neurons_do_not_matter():
    net = connected(5, 4)
    (W1, b1), (W2, b2), (W3, b3) = zip(net.weights, net.biases, strict=True)
    order, scale = [3, 0, 4, 1, 2], np.array([2.0, 0.5, 4.0, 1.0, 8.0], dtype=net.dtype)
    other = FullyConnected.from_layers(
        [
            ((W1 * scale[:, None])[order], (b1 * scale)[order]),
            ((W2 / scale)[:, order], b2),
            (W3, b3),
        ]
    )
    found = [
        {(frozenset(p.vertices), p.gradient, p.offset) for p in linear_pieces(n, BOX, exact=True)}
        for n in (net, other)
    ]
    assert found[0] == found[1]


def test_pieces_are_a_sequence():
    pieces = linear_pieces(resnet(8), BOX)
    assert pieces[-1].offset == pieces[len(pieces) - 1].offset == pieces[-1:][0].offset
    assert [p.offset for p in pieces] == pieces.offsets.tolist()
    with pytest.raises(IndexError, match="none of them"):
        pieces[len(pieces)]


def test_many_pieces_keep_their_area():
    rng = np.random.default_rng(0)
    net = fold(
        u=0.05 * rng.normal(size=(80, 2)),
        w=rng.normal(size=(80, 2)),
        b=rng.normal(size=80) / 2,
        a=[1.0, 1.0],
        c=0.0,
    )
    pieces = linear_pieces(net, BOX)
    assert len(pieces) > 1500
    assert pieces.areas.sum() == pytest.approx(AREA, rel=1e-12)
    assert pieces.areas.min() > 0


def test_a_network_with_too_many_pieces_is_refused_before_the_memory_is_full(monkeypatch):
    monkeypatch.setattr("course_lib.regions.history.MAX_FACES", 500)
    box = [(-1, 1), (-1, 1)]
    assert len(linear_pieces(disk(8), box)) == 2**8
    many = disk(60)
    below = replace(many, c=many.c - 2)  # empty: only the map of all pieces can tell
    asked = (lambda: is_bounded(many), lambda: is_empty(below), lambda: linear_pieces(many, box))
    for ask in asked:
        with pytest.raises(InvalidInputError, match="more than 500 pieces here"):
            ask()
    assert not is_empty(many)  # one point says so


# --- the whole plane -----------------------------------------------------------------------------


@each_net
def test_pieces_of_the_plane_are_those_of_a_box_that_holds_all_corners(net):
    pieces = linear_pieces(net, None, exact=True)
    reach = 2 + 2 * max(abs(c) for piece in pieces for v in piece.vertices for c in v)
    boxed = linear_pieces(net, ((-reach, reach), (-reach, reach)), exact=True)
    maps = [Counter((p.gradient, p.offset) for p in found) for found in (pieces, boxed)]
    assert maps[0] == maps[1]
    for piece in pieces:
        assert forward(net, piece.interior_point)[0] == piece.value(piece.interior_point)
        for vertex, ray in itertools.product(piece.vertices, piece.rays):
            far = tuple(v + 10**6 * r for v, r in zip(vertex, ray, strict=True))
            assert forward(net, far)[0] == piece.value(far)
    assert sum(not piece.is_bounded for piece in pieces) >= 1


def test_half_planes_strips_and_the_plane_itself():
    crease = fold(u=[[1.0, 0.0]], w=[[1.0, 0.0]], b=[0.0], a=[1.0, 0.0], c=0.0)
    for half in linear_pieces(crease, None, exact=True):
        assert len(half.vertices) == 1
        assert half.vertices[0][0] == 0
        directions = {(np.sign(float(x)), np.sign(float(y))) for x, y in half.rays}
        assert {(0, 1), (0, -1)} < directions
    strips = linear_pieces(degenerate["parallel lines"], None, exact=True)
    assert sorted((len(p.vertices), len(p.rays)) for p in strips) == [
        (1, 3),
        (1, 3),
        (2, 2),
        (2, 2),
    ]
    (everything,) = linear_pieces(resnet(0), None, exact=True)
    assert {type(c) for c in (*everything.vertices[0], *everything.interior_point)} == {F}
    (everything,) = linear_pieces(resnet(0), None)
    assert not everything.is_bounded
    assert everything.vertices.shape == (1, 2)
    assert np.isinf(linear_pieces(resnet(0), None).areas).all()


# --- other dimensions ----------------------------------------------------------------------------


@pytest.mark.parametrize("layers", [1, 2, 3, 6, 10])
@pytest.mark.parametrize("in_fractions", [True, False])
def test_a_sawtooth_of_n_layers_has_2_to_the_n_pieces(layers, in_fractions):
    pieces = linear_pieces(sawtooth(layers), [(0, 1)], in_fractions)
    assert len(pieces) == 2**layers
    assert {abs(piece.gradient[0]) for piece in pieces} == {2**layers}
    assert [float(p.vertices[0][0]) for p in pieces] == [k / 2**layers for k in range(2**layers)]


@pytest.mark.parametrize(
    "net", [resnet(6, s, 1) for s in range(3)] + [connected(4, 4, seed=s, dim=1) for s in range(3)]
)
def test_pieces_of_the_line_are_as_few_and_as_long_as_can_be(net):
    pieces = linear_pieces(net, [(-3, 3)], exact=True)
    ends = [piece.vertices for piece in pieces]
    assert ends[0][0] == (-3,)
    assert ends[-1][1] == (3,)
    assert all(left[1] == right[0] for left, right in itertools.pairwise(ends))
    assert all(a.gradient != b.gradient for a, b in itertools.pairwise(pieces))
    for piece in pieces:
        (low,), (high,) = piece.vertices
        for k in range(11):
            x = (low + (high - low) * F(k, 10),)
            assert forward(net, x)[0] == piece.value(x)
    assert len(linear_pieces(net, [(-3, 3)])) == len(pieces)
    regions = activation_regions(net, [(-3, 3)], exact=True)
    assert all(forward(net, r.interior_point)[1] == r.pattern for r in regions)


def volume(vertices):
    """The volume of a convex polytope in R^3, from all planes through three of its corners."""
    points = [tuple(map(F, v)) for v in vertices]
    centre = [sum(c) / len(points) for c in zip(*points, strict=True)]
    seen, total = set(), F(0)
    for a, b, c in itertools.combinations(points, 3):
        n = cross(minus(b, a), minus(c, a))
        heights = [dot(n, minus(p, a)) for p in points]
        facet = frozenset(p for p, h in zip(points, heights, strict=True) if h == 0)
        if any(n) and (min(heights) >= 0 or max(heights) <= 0) and facet not in seen:
            seen.add(facet)
            total += cone(facet, n, centre)
    return total


def cone(facet, n, apex):
    """The volume over a facet: fan triangles in the order of their angle around one corner."""
    first, *rest = facet
    i = next(k for k in range(3) if n[k])
    flat = [[c for k, c in enumerate(minus(p, first)) if k != i] for p in rest]
    # around a corner all directions lie within half a turn: sort by cross product
    order = sorted(range(len(rest)), key=lambda k: half_turn_key(flat[k], flat))
    fan = [rest[k] for k in order]
    return sum(
        abs(dot(minus(apex, first), cross(minus(p, first), minus(q, first)))) / 6
        for p, q in itertools.pairwise(fan)
    )


def half_turn_key(v, others):
    return sum(v[0] * w[1] - v[1] * w[0] > 0 for w in others)


def minus(p, q):
    return tuple(a - b for a, b in zip(p, q, strict=True))


def dot(p, q):
    return sum(a * b for a, b in zip(p, q, strict=True))


def cross(p, q):
    return (p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0])


def test_the_volume_oracle_knows_a_cube_and_a_pyramid():
    cube = list(itertools.product((0, 2), repeat=3))
    assert volume(cube) == 8
    assert volume([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 3)]) == 1


spatial = {
    "resnet": resnet(4, 1, 3),
    "connected": connected(3, 2, dim=3),
    "narrow": connected(3, 3, 3, seed=1, dim=3),
    "through one point": FullyConnected.from_layers(
        [
            ([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]], [0.0] * 4),
            ([1.0] * 4, 0.0),
        ]
    ),
    "dead": FullyConnected.from_layers([([[0.0] * 3, [1.0] * 3], [0.0, 0.0]), ([1.0, 0.0], 0.0)]),
    "affine": resnet(0, dim=3),
}


@pytest.mark.parametrize("net", spatial.values(), ids=spatial.keys())
def test_pieces_of_space_tile_the_cube_in_both_modes(net):
    box = ((-1, 1), (-1, 2), (-2, 1))
    for pieces_of in (activation_regions, linear_pieces):
        pieces, rounded = pieces_of(net, box, exact=True), pieces_of(net, box)
        assert sum(volume(piece.vertices) for piece in pieces) == 18
        assert len(pieces) == len(rounded)
        for a, b in zip(rounded, pieces, strict=True):
            assert a.vertices.shape == (len(b.vertices), 3)
            value, pattern, gradient, offset = forward(net, b.interior_point)
            assert (b.gradient, b.offset) == (gradient, offset)
            assert b.pattern in (None, pattern)
            assert b.value(b.interior_point) == value
            assert all(forward(net, v)[0] == b.value(v) for v in b.vertices)
            np.testing.assert_allclose(a.gradient, np.array(gradient, float), atol=1e-9)
    if net is spatial["dead"]:
        assert len(linear_pieces(net, box)) == 1


def test_a_region_of_space_that_is_not_convex():
    # relu(min(x, y)) does not see z
    net = FullyConnected.from_layers(
        [
            ([[0.0, 1.0, 0.0], [0.0, -1.0, 0.0], [-1.0, 1.0, 0.0]], [0.0] * 3),
            ([[1.0, -1.0, -1.0]], [0.0]),
            ([1.0], 0.0),
        ]
    )
    pieces = linear_pieces(net, [(-1, 1)] * 3, exact=True)
    assert len(pieces) == 4
    assert sum(volume(p.vertices) for p in pieces) == 8
    flat = [p for p in pieces if not any(p.gradient)]
    assert sum(volume(p.vertices) for p in flat) == 6


def test_four_dimensions():
    net = connected(5, 3, dim=4)
    pieces, rounded = (linear_pieces(net, [(-1, 1)] * 4, exact=flag) for flag in (True, False))
    assert len(pieces) == len(rounded) > 5
    assert all(forward(net, v)[0] == p.value(v) for p in pieces for v in p.vertices)


# --- measures ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Polygon:
    vertices: tuple


SQUARE = ((-2, 2), (-2, 2))
DIAMOND = fold(
    u=[[-2.0, 0.0], [0.0, -2.0]], w=[[1.0, 0.0], [0.0, 1.0]], b=ZERO, a=[1.0, 1.0], c=1.0
)


@pytest.mark.parametrize("net", [resnet(8), resnet(12, 1), connected(6, 5, seed=2)], ids=repr)
def test_areas_agree_with_pieces_and_with_sampling(net):
    area = positive_area(net, BOX, exact=True)
    by_pieces = F(0)
    for piece in linear_pieces(net, BOX, exact=True):
        part = inside(list(piece.vertices), (*piece.gradient, piece.offset))
        by_pieces += shoelace(part) if len(part) > 2 else 0
    assert area == by_pieces
    assert positive_area(net, BOX) == pytest.approx(float(area), rel=1e-12)
    rng, n = np.random.default_rng(0), 100_000
    points = rng.uniform([-2, -1], [2, 3], size=(n, 2))
    positive = net(points) > 0
    p = positive.mean()
    error = AREA * math.sqrt(p * (1 - p) / n)
    assert abs(AREA * p - float(area)) < 4.5 * error + 1e-9
    disk = np.linalg.norm(points, axis=1) <= 1
    either = (positive | disk).sum()
    share = (positive & disk).sum() / either
    assert (
        abs(iou(net, UnitBall(), BOX) - share)
        < 4.5 * math.sqrt(share * (1 - share) / either) + 1e-9
    )


@pytest.mark.parametrize(("m", "rounded"), [(2, 0.637), (3, 0.900), (5, 0.9936), (8, 0.99990)])
def test_inscribed_polygons_meet_the_disk_as_the_formula_says(m, rounded):
    share = iou(ball_of_folds(m), UnitBall(), SQUARE)
    assert share == pytest.approx(2**m / 2 * math.sin(2 * math.pi / 2**m) / math.pi, rel=1e-9)
    assert share == pytest.approx(rounded, abs=6e-4)


def test_iou_with_polygons_is_a_fraction():
    assert iou(DIAMOND, Polygon(((1, 0), (0, 1), (-1, 0), (0, -1))), SQUARE, exact=True) == 1
    assert iou(DIAMOND, Polygon(((1, 0), (0, -1), (-1, 0), (0, 1))), SQUARE, exact=True) == 1
    assert iou(DIAMOND, Polygon(((0, 0), (1, 0), (0, 1))), SQUARE, exact=True) == F(1, 4)
    dart = Polygon(((1, 0), (0.25, 0.25), (0, 1), (-1, 0), (0, -1)))
    assert iou(DIAMOND, dart, SQUARE, exact=True) == F(7, 8)
    assert iou(DIAMOND, dart, SQUARE) == pytest.approx(7 / 8, rel=1e-12)
    # only what lies in the box counts
    assert iou(DIAMOND, Polygon(((0, -9), (9, 0), (0, 9))), ((0, 1), (0, 1)), exact=True) == F(1, 2)
    assert iou(DIAMOND, UnitBall(), ((0, 1), (0, 1))) == pytest.approx(2 / math.pi)
    assert iou(DIAMOND, UnitBall(inner=0.25), ((-1, 1), (0, 1))) == pytest.approx(math.pi / 32)
    assert iou(DIAMOND, UnitBall(inner=9, outer=9, reach=10), SQUARE) == pytest.approx(2 / 16)


@settings(max_examples=100, deadline=None)
@given(
    st.tuples(st.floats(0.8, 5), st.floats(0.8, 5)),
    st.tuples(st.floats(0.1, 3), st.floats(0.1, 3)),
)
def test_a_disk_that_the_box_does_not_meet_has_no_area(low, size):
    away = tuple((start, start + extent) for start, extent in zip(low, size, strict=True))
    nothing, all_of_it = (FullyConnected.from_layers([([[0, 0]], [sign])]) for sign in (-1, 1))
    for target in (UnitBall(), Ring(inner=0.5, outer=1)):
        assert iou(all_of_it, target, away) == 0
        with pytest.raises(InvalidInputError, match="undefined"):
            iou(nothing, target, away)


@pytest.mark.parametrize("seed", range(20))
def test_iou_is_a_share(seed):
    net = resnet(6, seed)
    outlines = [p.tolist() for p in positive_polygons(net, BOX)]
    targets = [*map(Polygon, outlines), UnitBall(inner=0.01), UnitBall(inner=4.5, outer=5, reach=6)]
    assert all(0 <= iou(net, target, BOX) <= 1 for target in targets)


def test_the_boundary_runs_around_the_positive_set():
    segments = boundary(DIAMOND, SQUARE, exact=True)
    assert all(abs(x) + abs(y) == 1 for x, y in segments.reshape(-1, 2))
    middle = segments.sum(axis=1) / 2
    step = segments[:, 1] - segments[:, 0]
    left = middle + np.stack([-step[:, 1], step[:, 0]], axis=1) / 1000
    assert all(forward(DIAMOND, point)[0] > 0 for point in left)
    assert boundary(DIAMOND, ((2, 3), (2, 3))).shape == (0, 2, 2)
    assert boundary(DIAMOND, SQUARE).dtype == float


@pytest.mark.parametrize(
    "net", [DIAMOND, resnet(8), resnet(12, 1), connected(6, 5, seed=2)], ids=repr
)
def test_outlines_enclose_the_positive_area(net):
    outlines = positive_polygons(net, BOX, exact=True)
    area = sum(shoelace([tuple(v) for v in polygon]) for polygon in outlines)
    assert area == positive_area(net, BOX, exact=True)
    assert len(positive_polygons(net, BOX)) == len(outlines)


def test_a_hole_is_outlined_clockwise():
    # |x| + |y| - 1 on the square
    net = fold(
        u=[[-2.0, 0.0], [0.0, -2.0]], w=[[1.0, 0.0], [0.0, 1.0]], b=ZERO, a=[-1.0, -1.0], c=-1.0
    )
    areas = [shoelace([tuple(v) for v in p]) for p in positive_polygons(net, SQUARE, exact=True)]
    assert sorted(areas) == [-2, 16]
    ring_share = (math.pi * (4 - 1)) / 14  # the ring from 1 to 2 lies in the set
    assert iou(net, Ring(1.0, 2.0, 4.0), SQUARE) == pytest.approx(ring_share)
    assert iou(net, Ring(0.5, 2.0, 4.0), SQUARE) < iou(net, Ring(0.75, 2.0, 4.0), SQUARE)


def tentacle(width):
    """min(width - |x|, y): positive on a strip of twice that width, from y = 0 up for ever."""
    # min(p, q) = q - relu(q - p), p = width - |x|
    return FullyConnected.from_layers(
        [
            ([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]], [0.0] * 4),
            (
                [[1.0, 1.0, 1.0, -1.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]],
                [-width, 0.0, 0.0],
            ),
            ([-1.0, 1.0, -1.0], 0.0),
        ]
    )


@pytest.mark.parametrize(
    ("net", "bounded"),
    [
        (ball_of_folds(2), True),
        (ball_of_folds(5), True),
        (DIAMOND, True),
        (fold(u=[[0.0, 0.0]], w=[[1.0, 0.0]], b=[0.0], a=[1.0, 0.0], c=0.0), False),  # half-plane
        (fold(u=[[-2.0, 0.0]], w=[[1.0, 0.0]], b=[0.0], a=[1.0, 0.0], c=1.0), False),  # strip
        (fold(u=[[-2.0, 0.0]], w=[[1.0, 0.0]], b=[0.0], a=[1.0, 0.0], c=0.0), True),  # -|x|: empty
        (tentacle(1e-5), False),
        (tentacle(2.0**-140), False),
        (tentacle(0.0), True),
        (FullyConnected.from_layers([([ZERO], [1.0])]), False),  # everything
        (FullyConnected.from_layers([([ZERO], [0.0])]), True),  # f = 0: empty
        (FullyConnected.from_layers([([[1e-300, 0.0]], [-1e300])]), False),  # far away
    ],
)
def test_boundedness_of_sets_known_beforehand(net, bounded):
    assert is_bounded(net) is bounded


def test_emptiness():
    assert is_empty(tentacle(0.0))
    assert not is_empty(tentacle(1e-300))
    assert not is_empty(DIAMOND)
    assert is_empty(FullyConnected.from_layers([([ZERO], [0.0])]))


@pytest.mark.parametrize("seed", range(12))
def test_boundedness_agrees_with_the_frame_of_a_large_box(seed):
    net = resnet(4 + seed, seed) if seed % 2 else connected(2, 2, 2, seed=seed)
    points = [(F(0), F(0))]
    for piece in linear_pieces(net, None, exact=True):
        points += piece.vertices
        for vertex, ray in itertools.product(piece.vertices, piece.rays):
            if rate := dot(piece.gradient, ray):
                t = -piece.value(vertex) / rate  # f = 0 there
                points.append(tuple(v + t * r for v, r in zip(vertex, ray, strict=True)))
    reach = 2 + 2 * max(abs(c) for point in points for c in point)
    # beyond all corners and zeros, what is positive on the frame stays so for ever
    shows = any(
        piece.value(v) > 0
        for piece in linear_pieces(net, ((-reach, reach), (-reach, reach)), exact=True)
        for v in piece.vertices
        if reach in map(abs, v)
    )
    assert is_bounded(net) is not shows


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", [linear_pieces, activation_regions, positive_area, boundary])
@pytest.mark.parametrize(
    ("box", "error", "text"),
    [
        (((0, 1),), ShapeError, "2 coordinates, the box has 1"),
        (((0, 1), 3), ShapeError, "pairs"),
        (((0, 1), (1, 1)), InvalidInputError, "low < high"),
        (((0, 1), (0, math.inf)), InvalidInputError, "finite"),
    ],
)
def test_boxes_that_are_none(function, box, error, text):
    with pytest.raises(error, match=text):
        function(resnet(2), box)


def test_questions_without_an_answer():
    with pytest.raises(InvalidInputError, match="plane only"):
        linear_pieces(resnet(2, dim=3), None)
    with pytest.raises(ShapeError, match="reads 3 coordinates"):
        is_bounded(resnet(2, dim=3))
    with pytest.raises(InvalidInputError, match="no fraction"):
        iou(DIAMOND, UnitBall(), SQUARE, exact=True)
    with pytest.raises(InvalidInputError, match="dim=3"):
        iou(DIAMOND, UnitBall(dim=3), SQUARE)
    with pytest.raises(InvalidInputError, match="as target"):
        iou(DIAMOND, "disk", SQUARE)
    with pytest.raises(InvalidInputError, match="three or more corners"):
        iou(DIAMOND, Polygon(((0, 0), (1, 1), (2, 2))), SQUARE)
    with pytest.raises(InvalidInputError, match="crosses itself"):
        iou(DIAMOND, Polygon(((0, 0), (1, 1), (1, 0), (0, 2))), SQUARE)
    with pytest.raises(InvalidInputError, match="undefined"):
        iou(DIAMOND, UnitBall(), ((5, 6), (5, 6)))


def test_doubt_about_many_pieces_is_refused_with_the_next_move(monkeypatch):
    monkeypatch.setattr("course_lib.regions.vertices.UNASKED", 1000.0)
    with pytest.raises(RoundingError, match="exact=True"):
        linear_pieces(ball_of_folds(6), SQUARE)
    assert len(linear_pieces(ball_of_folds(6), SQUARE, exact=True)) == 64
    assert exact.freeze(ball_of_folds(6)).depth == 6
