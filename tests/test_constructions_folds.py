"""The vocabulary of blocks, and sets drawn by folding."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path

from course_lib.constructions.one_neuron import (
    Block,
    blocks_of,
    compose,
    crush,
    disk,
    fold,
    polygon,
    reflect,
    shear,
)
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import freeze
from course_lib.networks import OneNeuronResNet

coordinate = st.integers(-6, 6).map(float)


def vectors(dim):
    return st.lists(coordinate, min_size=dim, max_size=dim).map(np.array)


def values(net, points):
    return net(points)


# --- blocks ---


@given(st.integers(1, 4).flatmap(lambda d: st.tuples(vectors(d), vectors(d), vectors(d))))
def test_the_stretch_is_the_determinant_on_the_active_side(case):
    u, w, x = case
    block = Block(u, w, 1.0 - w @ x)  # active around x
    jacobian = np.stack([block(x + e) - block(x) for e in 1e-3 * np.eye(len(u))], axis=1) / 1e-3
    assert np.linalg.det(jacobian) == pytest.approx(block.stretch, abs=1e-6 * (1 + 36 * len(u)))


@given(vectors(3), vectors(3), coordinate)
def test_a_reflection_keeps_lengths_and_lands_on_the_other_side(normal, x, offset):
    if not normal.any():
        return
    y = reflect(normal, offset)(x)
    foot = -offset * normal / (normal @ normal)
    assert np.linalg.norm(y - foot) == pytest.approx(np.linalg.norm(x - foot), abs=1e-9)
    assert y @ normal + offset == pytest.approx(-abs(x @ normal + offset), abs=1e-9)


@given(vectors(2), vectors(2), vectors(2), coordinate, st.floats(-4, -0.25))
def test_folds_and_crushes_scale_the_distance_from_the_crease(normal, along, x, offset, stretch):
    if normal @ along == 0:
        return
    height = normal @ x + offset
    folded = fold(normal, offset, along=along, stretch=stretch)(x)
    crushed = crush(normal, offset, along=along)(x)
    assert normal @ folded + offset == pytest.approx(
        height if height <= 0 else stretch * height, abs=1e-8
    )
    assert normal @ crushed + offset == pytest.approx(min(height, 0), abs=1e-8)
    for moved in (folded, crushed):
        cross = (moved - x)[0] * along[1] - (moved - x)[1] * along[0]
        assert cross == pytest.approx(0, abs=1e-7)


def test_kinds():
    assert shear([0, 1], [1, 0]).kind == "bend"
    assert Block([-0.5, 0], [1, 0], 0).kind == "bend"
    assert crush([0.3, 0.7], 0.1).kind == "crush"
    assert fold([0.3, 0.7], 0.1, stretch=-0.01).kind == "fold"


@given(st.integers(1, 3), st.integers(0, 5), st.integers(0, 99))
@settings(max_examples=30)
def test_blocks_and_networks_are_the_same_thing(dim, depth, seed):
    net = OneNeuronResNet.random(dim, depth, seed=seed, dtype=np.float64)
    x = np.random.default_rng(seed).normal(size=(7, dim))
    state = x
    for block in blocks_of(net):
        state = block(state)
    assert np.allclose(state, net.states(x)[-1])
    again = compose(blocks_of(net), readout=(net.a.tolist(), net.c.item()))
    assert np.array_equal(values(again, x), values(net, x))


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: Block([1.0], [1.0, 2.0], 0.0), ShapeError, "same length"),
        (lambda: Block([], [], 0.0), ShapeError, "vector"),
        (lambda: Block([1.0], [math.inf], 0.0), InvalidInputError, "infinite"),
        (lambda: Block([1.0], [1.0], math.nan), InvalidInputError, "b must be a finite number"),
        (lambda: Block([1.0], [1.0], 0.0)([1.0, 2.0]), ShapeError, "R\\^1"),
        (lambda: shear([1, 1], [1, 0]), InvalidInputError, "orthogonal"),
        (lambda: fold([0.0, 0.0]), InvalidInputError, "not zero"),
        (lambda: fold([1.0, 0.0], stretch=0.0), InvalidInputError, "negative"),
        (lambda: fold([1.0, 0.0], along=[1.0]), ShapeError, "coordinates"),
        (lambda: crush([1.0, 0.0], along=[0.0, 1.0]), InvalidInputError, "crosses"),
        (lambda: compose([reflect([1.0])], ([1.0, 0.0], 0.0)), ShapeError, "Block 1"),
    ],
)
def test_blocks_reject(make, error, text):
    with pytest.raises(error, match=text):
        make()


# --- the disk and the ball ---


def polygon_iou(sides, apothem):
    """IoU of the unit disk with the regular polygon of the given apothem, by radial integration."""
    half = math.pi / sides
    angle = (np.arange(200_000) + 0.5) / 200_000 * half
    radius = apothem / np.cos(angle)
    return np.mean(np.minimum(radius, 1) ** 2) / np.mean(np.maximum(radius, 1) ** 2)


@pytest.mark.parametrize(
    ("folds", "inscribed", "balanced"),
    [(2, 0.637, 0.837), (3, 0.900, 0.961), (5, 0.9936, 0.9976), (8, 0.99990, 0.99996)],
)
def test_the_2_to_the_m_gon(folds, inscribed, balanced):
    for fit, iou in (("inscribed", inscribed), ("balanced", balanced)):
        net = disk(folds, fit=fit)
        assert net.depth == folds
        # f = 1 - height/p, so f + (height/p) = 1: read p off the middle of a side
        angle = np.linspace(0, 2 * math.pi, 2**14 + 1)
        circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        radius = 1 / (1 - values(net, circle))
        assert np.isclose(radius.min() / radius.max(), math.cos(math.pi / 2**folds))
        measured = polygon_iou(2**folds, radius.min())
        assert measured == pytest.approx(iou, abs=10.0 ** -len(str(iou).split(".")[1]))


@pytest.mark.parametrize("folds", [2, 4])
def test_no_other_size_overlaps_the_disk_better(folds):
    angle = np.linspace(0, 2 * math.pi, 2**14 + 1)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    apothem = (1 / (1 - values(disk(folds, fit="balanced"), circle))).min()
    best = max(polygon_iou(2**folds, p) for p in np.linspace(0.7, 1.0, 301))
    assert polygon_iou(2**folds, apothem) >= best - 1e-9


@pytest.mark.parametrize(("dim", "folds"), [(1, 1), (2, 4), (3, 2), (3, 6), (5, 12)])
def test_the_ball_in_any_dimension(dim, folds):
    net = disk(folds, dim)
    assert net.depth == 1 + (folds - 1) * (dim - 1)
    x = np.random.default_rng(0).normal(size=(5000, dim))
    norm = np.linalg.norm(x, axis=1)
    worst = math.cos(math.pi / 2**folds) ** (dim - 1)
    height = (1 - values(net, x)) * worst
    assert (height <= norm * (1 + 1e-12)).all()
    assert (height >= worst * norm * (1 - 1e-12)).all()
    if dim == 5:
        assert net.depth == 45
        assert 1 - worst < 1.2e-6


def test_the_balanced_ball_lies_between_inscribed_and_circumscribed():
    x = np.random.default_rng(1).normal(size=(20_000, 3))
    x *= np.random.default_rng(2).uniform(size=(20_000, 1)) ** (1 / 3) / np.linalg.norm(
        x, axis=1, keepdims=True
    )
    x *= 1.5
    ball = np.linalg.norm(x, axis=1) < 1

    def iou(net):
        inside = values(net, x) > 0
        return (inside & ball).sum() / (inside | ball).sum()

    assert iou(disk(3, 3, fit="balanced")) > iou(disk(3, 3)) + 0.02


@pytest.mark.parametrize(
    "arguments", [{"folds": 1}, {"folds": 0, "dim": 1}, {"folds": 3, "dim": 0}]
)
def test_disk_rejects(arguments):
    with pytest.raises(InvalidInputError, match=r"bounds no ball|dim must be at least 1"):
        disk(**arguments)
    with pytest.raises(InvalidInputError, match="inscribed"):
        disk(3, fit="other")


# --- polygons ---


@pytest.mark.parametrize("sides", [3, 4, 5, 6, 7, 9, 12, 17, 64, 100])
def test_the_regular_polygon_is_exact_and_shallow(sides):
    net = polygon(sides)
    assert net.depth == math.ceil(math.log2(sides))
    x = np.random.default_rng(sides).uniform(-1.3, 1.3, (4000, 2))
    middles = (2 * np.arange(sides) + 1) * math.pi / sides
    gauge = (x @ np.stack([np.cos(middles), np.sin(middles)])).max(axis=1) / math.cos(
        math.pi / sides
    )
    assert np.allclose(values(net, x), 1 - gauge, atol=1e-12)


@st.composite
def x_monotone(draw):
    """Corners of a random polygon between two chains, with or without vertical ends."""
    count = draw(st.integers(0, 4))
    xs = np.cumsum(
        [0.0, *draw(st.lists(st.integers(1, 4), min_size=count + 1, max_size=count + 1))]
    )
    lower = np.array(draw(st.lists(st.integers(-8, 8), min_size=len(xs), max_size=len(xs))), float)
    height = np.array(draw(st.lists(st.integers(1, 8), min_size=len(xs), max_size=len(xs))), float)
    if count and draw(st.booleans()):
        height[0] = 0
    if draw(st.booleans()):
        height[-1] = 0
    below = np.stack([xs, lower], axis=1)
    above = np.stack([xs, lower + height], axis=1)[::-1]
    above = above[[h > 0 for h in height[::-1]]]
    corners = np.vstack([below, above])
    return np.roll(corners[:: draw(st.sampled_from([1, -1]))], draw(st.integers(0, 9)), axis=0)


@given(x_monotone(), st.integers(0, 999))
@settings(max_examples=60)
def test_an_x_monotone_polygon_is_exact(corners, seed):
    net = polygon(corners)
    inner = len(np.unique(corners[:, 0])) - 2
    vertical = sum(
        (corners[:, 0] == end).sum() == 2 for end in (corners[:, 0].min(), corners[:, 0].max())
    )
    assert net.depth <= 2 * inner + 1 + vertical
    low, high = corners.min(axis=0) - 2, corners.max(axis=0) + 2
    x = np.random.default_rng(seed).uniform(low, high, (500, 2))
    inside = Path(corners).contains_points(x)
    value = values(net, x)
    assert ((value > 0) == inside)[np.abs(value) > 1e-9].all()


def test_a_steep_side_hides_no_corner_elsewhere():
    """A side as steep as 2^45: kinks of ordinary size are not to be taken for its rounding."""
    corners = [(0, 0), (1, -0.125), (2, 0), (3, 0), (1.5, 1.125), (2.0**-45, 1)]
    net = freeze(polygon(corners))
    x = np.random.default_rng(0).uniform([-0.5, -0.25], [3.5, 1.5], (300, 2))
    inside = Path(np.array(corners)).contains_points(x)
    value = np.array([float(net.evaluate(point)) for point in x.tolist()])
    assert ((value > 0) == inside)[np.abs(value) > 0.02].all()


def test_a_regular_polygon_from_its_corners():
    angles = np.arange(12) * math.pi / 6 + 0.1
    corners = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    net = polygon(corners)
    assert net.depth <= 2 * 10 + 1
    assert np.allclose(values(net, corners), 0, atol=1e-12)
    assert values(net, np.zeros(2)) > 0.5


@pytest.mark.parametrize(
    ("shape", "error", "text"),
    [
        (2, InvalidInputError, "3 sides"),
        ([(0, 0), (1, 1)], InvalidInputError, "3 corners"),
        ([(0, 0, 0), (1, 1, 1), (2, 0, 0)], ShapeError, "shape"),
        ([(0, 0), (1, 0), (math.nan, 1)], InvalidInputError, "finite"),
        ([(0, 0), (1, 1), (2, 2)], InvalidInputError, "one line"),
        ([(1, 0), (1, 1), (1, 2)], InvalidInputError, "one line"),
        ([(0, 0), (3, 0), (1, 1), (3, 2), (0, 2)], InvalidInputError, "Rotate"),
        ([(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)], InvalidInputError, "vertical side"),
        ([(0, 0), (2, 2), (2, 0), (0, 2)], InvalidInputError, "cross"),
        ([(0, 0), (1, 1), (2, -1), (3, 0), (2, 1), (1, -1)], InvalidInputError, "cross"),
    ],
)
def test_polygon_rejects(shape, error, text):
    with pytest.raises(error, match=text):
        polygon(shape)
