"""The clamp of R^d to a box, and width d + 1 on all of R^d."""

from fractions import Fraction

import numpy as np
import pytest
from drawn_networks import whole_resnets
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.certificates import certify_bounded, verify
from course_lib.constructions.clamp import clamp
from course_lib.constructions.embedding import embed
from course_lib.constructions.one_neuron import approximate, disk
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import freeze
from course_lib.networks import FullyConnected
from course_lib.training import load_checkpoint

ends = st.tuples(st.integers(-20, 20), st.integers(1, 30)).map(lambda e: (e[0], e[0] + e[1]))


def points_around(box, seed, count=20):
    """Rational points, some of them far outside."""
    rng = np.random.default_rng(seed)
    return [
        [
            Fraction(int(rng.integers(-60, 61)), 7) * int(rng.choice([1, 10**6])) + low
            for low, _ in box
        ]
        for _ in range(count)
    ]


@given(st.lists(ends, min_size=1, max_size=4), st.integers(0, 10**6))
@settings(max_examples=40)
def test_the_clamp_is_minimum_and_maximum_in_rationals(box, seed):
    held = clamp(box)
    coordinate = FullyConnected.from_layers([([[1.0] + [0.0] * (len(box) - 1)], [0.0])])
    frozen = freeze(held.before(coordinate))
    assert held.before(coordinate).widths == (len(box),) * 2
    for point in points_around(box, seed):
        clamped = [min(high, max(low, x)) for x, (low, high) in zip(point, box, strict=True)]
        assert frozen.evaluate(point) == clamped[0]
        assert held([float(x) for x in point]) == pytest.approx([*map(float, clamped)], abs=1e-9)


@given(st.floats(-1e6, 1e6), st.floats(1e-9, 1e6), st.floats(-1e9, 1e9))
@settings(max_examples=60)
def test_no_rounding_lets_a_point_out_of_the_box(low, length, x):
    high = low + length
    if low < high:
        identity = FullyConnected.from_layers([([[1.0]], [0.0])])
        value = freeze(clamp([(low, high)]).before(identity)).evaluate([x])
        assert Fraction(low) <= value <= Fraction(high)


@given(whole_resnets(4), st.integers(0, 10**6))
@settings(max_examples=40)
def test_in_space_the_twin_is_the_resnet_at_the_clamped_point(resnet, seed):
    box = ((-2, 3),) * resnet.dim
    wide = embed(resnet, box, domain="space")
    assert wide.widths == (resnet.dim,) * 2 + (resnet.dim + 1,) * resnet.depth
    for point in points_around(box, seed):
        clamped = [min(Fraction(3), max(Fraction(-2), x)) for x in point]
        gap = freeze(wide).evaluate(point) - freeze(resnet).evaluate(clamped)
        assert abs(gap) <= Fraction(1, 10**8)  # the shifts are rounded


@pytest.mark.parametrize("seed", [16, 19])
def test_a_set_that_stays_inside_the_box_leaks_no_more(seed):
    """Two of the stored ResNets: their plain twins leak far out, those behind a clamp can't."""
    box = ((-2.0, 2.0), (-2.0, 2.0))
    resnet = load_checkpoint("one_neuron_resnet").networks[5, seed]
    turn = np.linspace(0, 2 * np.pi, 4001)
    far = 1e4 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    twin = embed(resnet, box, domain="space")
    assert (embed(resnet, box)(far) > 0).any()
    assert (twin(far) < 0).all()
    assert verify(twin, certify_bounded(twin))
    points = np.random.default_rng(0).uniform(-2, 2, (500, 2))
    assert np.abs(twin(points) - resnet.astype(float)(points)).max() < 1e-9


def test_what_is_0_around_the_box_is_the_same_on_all_of_space():
    """With lesson 05's network: width d + 1 comes as close as you like in L¹(R^d)."""
    resnet = approximate(lambda x: np.abs(x).sum(axis=-1) < 1, ((-1, 1),) * 2, 6, domain="space")
    twin = embed(resnet, ((-2, 2), (-2, 2)), domain="space")
    assert set(twin.widths[2:]) == {3}
    points = np.random.default_rng(0).uniform(-5, 5, (400, 2))
    expected = np.array([float(freeze(resnet).evaluate(point)) for point in points])
    assert np.abs(twin(points) - expected).mean() < 1e-3


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: clamp([(1, 1)]), InvalidInputError, "low < high"),
        (lambda: clamp([(-1.7e308, 1.7e308)]), InvalidInputError, "smaller box"),
        (lambda: clamp([(0, 1)]).before(FullyConnected.random(2, (2,), seed=0)), ShapeError, "2"),
        (lambda: clamp([(0, 1)]).before(disk(2)), InvalidInputError, "FullyConnected"),
        (lambda: clamp([(0, 1)])([[1.0, 2.0]]), ShapeError, "clamp of R"),
        (lambda: embed(disk(2), ((-1, 1),) * 2, domain="all"), InvalidInputError, "domain"),
    ],
)
def test_clamps_refuse(make, error, text):
    with pytest.raises(error, match=text):
        make()
