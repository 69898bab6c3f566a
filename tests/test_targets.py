"""Targets: samples have the labels and the distribution that their docstrings state."""

from __future__ import annotations

import functools
import math
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.errors import InvalidInputError, RoundingError, ShapeError
from course_lib.targets import Polygon, Ring, UnitBall

L_SHAPE = Polygon([(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)])
TARGETS = [
    UnitBall.paper_setting(),
    UnitBall.lesson_setting(),
    UnitBall.lesson_setting(3),
    UnitBall(1),
    UnitBall(2, inner=1.1, outer=1.3, reach=7.7, near=1.0),
    Ring(),
    L_SHAPE,
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("n", [1, 2, 301])
def test_labels_are_balanced_and_true(target, n):
    points, labels = target.sample(n, seed=3, dtype=np.float64)
    assert points.shape == (n, target.dim)
    assert int((labels > 0).sum()) == (n + 1) // 2
    assert set(labels.tolist()) <= {1.0, -1.0}
    # A point that rounding puts on the edge may fall on either side of it.
    shrunk = points * (1 - 1e-12 * labels[:, None])
    assert np.array_equal(target.contains(shrunk), labels > 0)


def global_randomness():
    return pickle.dumps(np.random.get_state())  # noqa: NPY002  (what must be left alone)


@pytest.mark.parametrize("target", TARGETS)
def test_seed_fixes_the_sample(target):
    state = global_randomness()
    first, again, other = (target.sample(50, seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert global_randomness() == state
    assert first.dtype == np.float32


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_both_formats_are_the_same_sample(target, dtype):
    points, labels = target.sample(50, seed=1, dtype=dtype)
    assert points.dtype == labels.dtype == dtype
    exact, _ = target.sample(50, seed=1, dtype=np.float64)
    assert np.array_equal(points, exact.astype(dtype))


def drawn_by_torch(target, n, seed):
    """The sample as the course first drew it: with torch, from its own generator."""
    torch = pytest.importorskip("torch")
    generator = torch.Generator().manual_seed(seed)
    options = {"generator": generator, "dtype": torch.float64}
    labels = (1 - 2 * (torch.arange(n) % 2))[torch.randperm(n, generator=generator)]
    positive = labels > 0
    if isinstance(target, Ring):
        hole, share, turn = torch.rand(3, n, **options)
        part = torch.where(positive, 1, torch.where(hole < 0.5, 0, 2))
        ends = torch.tensor([0, target.inner, target.outer, target.reach], dtype=torch.float64) ** 2
        radii = (ends[part] + share * (ends[part + 1] - ends[part])).sqrt()
        angles = 2 * math.pi * turn
        directions = torch.stack([angles.cos(), angles.sin()], -1)
    else:
        share, near = torch.rand(n, **options), torch.rand(n, **options) < target.near
        low = torch.where(positive, 0.0, target.outer).double()
        high = torch.where(positive, target.inner, target.reach).double()
        volumes = low**target.dim + (1 - share) * (high**target.dim - low**target.dim)
        radii = volumes ** (1 / target.dim)
        if target.far == "scale":
            far = target.outer * (target.reach / target.outer) ** share
            radii = torch.where(positive, radii, far)
        gap = target.inner / 5 * torch.log1p(-share)
        close = torch.where(positive, target.inner + gap, target.outer - gap)
        radii = torch.where(near, torch.clamp(close, low, high), radii)
        directions = torch.randn(n, target.dim, **options)
        directions /= directions.norm(dim=-1, keepdim=True)
    return (radii[:, None] * directions).numpy(), labels.numpy()


@pytest.mark.parametrize("target", [t for t in TARGETS if not isinstance(t, Polygon)])
@pytest.mark.parametrize(("n", "seed"), [(1, 0), (7, 1), (301, 2**40 + 3), (25_600, 4)])
def test_a_sample_is_what_torch_draws(target, n, seed):
    points, labels = target.sample(n, seed, dtype=np.float64)
    expected, signs = drawn_by_torch(target, n, seed)
    assert np.array_equal(labels, signs)
    np.testing.assert_allclose(points, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("target", TARGETS)
def test_labels_come_shuffled(target):
    labels = target.sample(1000, seed=0)[1]
    assert abs(labels[::2].mean()) < 0.2
    assert abs(labels[:500].mean()) < 0.2


@pytest.mark.parametrize("dim", [1, 2, 5])
def test_without_near_points_are_uniform_in_volume(dim):
    points, labels = UnitBall.paper_setting(dim).sample(20_000, seed=0, dtype=np.float64)
    radii = np.linalg.norm(points, axis=-1)
    inside = radii[labels > 0] ** dim
    outside = (radii[labels < 0] ** dim - 2**dim) / (3**dim - 2**dim)
    for share in (inside, outside):  # uniform on [0, 1]: moments 1/2 and 1/3
        assert share.mean() == pytest.approx(1 / 2, abs=0.015)
        assert (share**2).mean() == pytest.approx(1 / 3, abs=0.015)
    assert np.abs(points.mean(axis=0)).max() < 0.1


def test_lesson_setting_is_dense_at_the_circle_and_reaches_far():
    points, labels = UnitBall.lesson_setting().sample(20_000, seed=0)
    radii = np.linalg.norm(points, axis=-1)
    assert (np.abs(radii - 1) < 0.3).mean() > 0.5
    far = radii[(labels < 0) & (radii > 4)]
    assert far.max() <= 40 * (1 + 1e-6)
    # uniform in the logarithm: as many from 4 to sqrt(160) as from there to 40
    assert (far < math.sqrt(160)).mean() == pytest.approx(0.5, abs=0.05)


def test_ring_has_a_quarter_of_its_sample_in_the_hole():
    points, labels = Ring(1, 2, 4).sample(20_000, seed=0)
    radii = np.linalg.norm(points, axis=-1)
    assert (radii < 1).mean() == pytest.approx(0.25, abs=0.015)
    assert (radii > 2).mean() == pytest.approx(0.25, abs=0.015)
    ring = radii[labels > 0]
    assert (ring**2).mean() == pytest.approx(2.5, abs=0.03)  # uniform on [1, 4]


def test_points_are_spread_evenly_around():
    points = Ring().sample(20_000, seed=0)[0]
    angles = np.arctan2(points[:, 1], points[:, 0])
    counts, _ = np.histogram(angles, 8, (-math.pi, math.pi))
    assert counts.min() > 2500 - 200
    assert counts.max() < 2500 + 200


def test_areas():
    assert L_SHAPE.area == 3
    assert Polygon(L_SHAPE.vertices[::-1]).area == 3
    assert Ring(1, 3, 4).area == pytest.approx(8 * math.pi)


@settings(max_examples=30, deadline=None)
@given(k=st.integers(3, 9), turn=st.floats(0, 6), x=st.floats(-2, 2), y=st.floats(-2, 2))
def test_convex_polygon_is_the_meeting_of_its_half_planes(k, turn, x, y):
    angles = [turn + 2 * math.pi * i / k for i in range(k)]
    corners = [(math.cos(t), math.sin(t)) for t in angles]
    middle = math.cos(math.pi / k)  # distance of the sides from the origin
    depths = [
        middle - x * math.cos(t + math.pi / k) - y * math.sin(t + math.pi / k) for t in angles
    ]
    if min(map(abs, depths)) > 1e-9:
        assert Polygon(corners).contains([x, y]) == (min(depths) > 0)


def test_polygon_may_be_concave():
    points = [[0.5, 0.5], [1.5, 0.5], [0.5, 1.5], [1.5, 1.5], [-0.5, 1], [3, 1]]
    assert L_SHAPE.contains(points).tolist() == [True, True, True, False, False, False]
    assert L_SHAPE.contains(np.zeros((4, 0, 2))).shape == (4, 0)


def test_polygon_sample_is_uniform_inside():
    points, labels = L_SHAPE.sample(20_000, seed=0)
    inside, outside = points[labels > 0], points[labels < 0]
    corner = (inside < 1).all(axis=-1).mean()
    assert corner == pytest.approx(1 / 3, abs=0.02)
    assert outside.min() < -1.9
    assert outside.max() > 3.9


def test_the_shell_reaches_beyond_where_it_begins():
    assert UnitBall() == UnitBall(reach=3.0)
    assert UnitBall(inner=1, outer=4) == UnitBall(inner=1, outer=4, reach=6)
    points, labels = UnitBall(outer=4).sample(1000, seed=0)
    assert np.linalg.norm(points[labels < 0], axis=-1).max() == pytest.approx(6, abs=0.05)


HUGE_BALL, HUGE_RING = UnitBall(inner=1e200, outer=2e200), Ring(1e200, 2e200, 4e200)


def scaled(target, unit):
    """The same target, measured in another unit."""
    if isinstance(target, Polygon):
        return Polygon([(unit * x, unit * y) for x, y in target.vertices], target.reach)
    names = ("inner", "outer", "reach")
    return replace(target, **{name: unit * getattr(target, name) for name in names})


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("power", [-640, -3, 700])
def test_a_target_looks_the_same_at_every_scale(target, power):
    """A power of 2 changes no digit: not of the sample, nor of what lies inside."""
    unit = 2.0**power
    points, labels = target.sample(300, seed=5, dtype=np.float64)
    far, same = scaled(target, unit).sample(300, seed=5, dtype=np.float64)
    assert np.isfinite(far).all()
    np.testing.assert_allclose(far / unit, points, rtol=1e-15)
    assert np.array_equal(same, labels)
    rng = np.random.default_rng(0)
    anywhere = 2 * rng.normal(size=(2000, target.dim))
    inside = scaled(target, unit).contains(unit * anywhere)
    assert np.array_equal(inside, target.contains(anywhere))
    assert 0 < inside.sum() < 2000


def test_whether_sides_meet_is_decided_without_rounding():
    """A corner on a side, a hair beside it, and both where products leave the range of floats."""
    for unit in (1.0, 2.0**-600, 2.0**600):
        third = 1 / 3
        for lift, meets in ((0.0, True), (2.0**-54, False), (-(2.0**-54), True)):
            corners = [(0, 0), (3, 3), (3, 5), (third, third + lift), (-1, 5)]
            build = functools.partial(Polygon, [(unit * x, unit * y) for x, y in corners])
            if meets:
                with pytest.raises(InvalidInputError, match="Sides"):
                    build()
            else:
                assert len(build().vertices) == 5


WRONG = [
    (lambda: UnitBall(0), InvalidInputError, "dim must be at least 1"),
    (lambda: UnitBall(1.5), InvalidInputError, "a whole number, got 1.5"),
    (lambda: UnitBall(inner=2, outer=1), InvalidInputError, "inner <= outer < reach"),
    (lambda: UnitBall(reach=math.inf), InvalidInputError, "reach must be a finite number"),
    (lambda: UnitBall(near=1.5), InvalidInputError, "near must be .* at least 0 and at most 1"),
    (lambda: UnitBall(far="log"), InvalidInputError, "far must be 'volume' or 'scale'"),
    (lambda: UnitBall().contains([1, 2, 3]), ShapeError, r"dim=2.*shape \(\.\.\., 2\)"),
    (lambda: UnitBall().contains(1.0), ShapeError, r"a single number.*shape \(\.\.\., 2\)"),
    (lambda: UnitBall().sample(0, seed=0), InvalidInputError, "n must be at least 1"),
    (lambda: Ring(2, 1), InvalidInputError, "0 < inner < outer < reach"),
    (lambda: Ring().contains([1]), ShapeError, "Ring got"),
    (lambda: Ring().sample(0, seed=0), InvalidInputError, "n must be at least 1"),
    (lambda: Polygon([(0, 0), (1, 1)]), InvalidInputError, "at least 3 corners"),
    (lambda: Polygon([(0, 0), (1, 1), (0, math.nan)]), InvalidInputError, "finite"),
    (lambda: Polygon([(0, 0), (1, 1), (0,)]), InvalidInputError, "pairs"),
    (lambda: Polygon([(0, 0), (1, 1), (0, 1)], reach=1), InvalidInputError, "number above 1"),
    (lambda: Polygon([(0, 0), (1, 0), (2, 0)]), InvalidInputError, "Sides"),
    (lambda: Polygon([(0, 0), (0, 0), (1, 0), (0, 1)]), InvalidInputError, "Sides 1 and 2"),
    (lambda: Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), InvalidInputError, "Sides 1 and 3"),
    (lambda: Polygon([(0, 0), (2, 0), (2, 2), (1, 0), (0, 2)]), InvalidInputError, "Sides 1 and"),
    (lambda: Polygon([(0, 0), (10**400, 0), (0, 1)]), InvalidInputError, "no pair of numbers"),
    (lambda: Polygon([(0, 0), (1e300, 0), (0, 1)]), InvalidInputError, "room to compute"),
    (lambda: UnitBall().contains([1j, 0]), InvalidInputError, "complex"),
    (lambda: UnitBall().sample(5, seed=0, dtype=np.int32), InvalidInputError, "dtype must be"),
    (lambda: Ring().sample(5, seed=0, dtype=complex), InvalidInputError, "dtype must be"),
    (lambda: HUGE_BALL.sample(5, seed=0), InvalidInputError, "beyond the range of float32"),
    (lambda: HUGE_RING.sample(5, seed=0), InvalidInputError, "beyond the range of float32"),
    (lambda: HUGE_RING.area, RoundingError, "beyond the range of floats"),
    (lambda: scaled(L_SHAPE, 1e200).area, RoundingError, "beyond the range of floats"),
    (lambda: L_SHAPE.sample(0, seed=0), InvalidInputError, "n must be at least 1"),
]


@pytest.mark.parametrize(("build", "error", "message"), WRONG)
def test_wrong_input_is_named(build, error, message):
    with pytest.raises(error, match=message):
        build()
