"""Numbers as large, as small and as far apart as floats go: right, or refused with a reason."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

from course_lib.errors import InvalidInputError, RoundingError
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import (
    activation_regions,
    boundary,
    iou,
    linear_pieces,
    positive_area,
    positive_polygons,
)
from course_lib.targets import Ring, UnitBall

F = Fraction
HALF_PLANE = FullyConnected.from_layers([([[1.0, 0.0]], [0.0])])  # x > 0
FOLDS = {"u": [[-2.0, 0.0], [0.0, -2.0]], "w": [[1.0, 0.0], [0.0, 1.0]], "b": [0.0, 0.0]}
DIAMOND = OneNeuronResNet.from_blocks(**FOLDS, readout=([1.0, 1.0], 1.0))  # |x| + |y| < 1
TILTED = FullyConnected.from_layers([([[1 / 3, 0.7]], [-0.1])])
NEAREST = 0.1 / math.hypot(1 / 3, 0.7)  # from the origin to the edge of {TILTED > 0}


@dataclass(frozen=True)
class Shape:
    vertices: object


def square(r):
    return ((-r, r), (-r, r))


# --- gradients and vertices beyond the range of floats -------------------------------------------


@pytest.mark.parametrize("ask", [linear_pieces, activation_regions])
@pytest.mark.parametrize("dim", [1, 2, 3])
def test_gradients_beyond_floats_are_refused_or_exact(ask, dim):
    steep = FullyConnected.from_layers([([[1e200, *[0.0] * (dim - 1)]], [0.0]), ([[1e200]], [0.0])])
    box = ((-1, 1),) * dim
    with pytest.raises(RoundingError, match=r"10\^400 lies beyond the range.*exact=True"):
        ask(steep, box)
    gradients = {piece.gradient[0] for piece in ask(steep, box, exact=True)}
    assert gradients == {0, F(1e200) ** 2}


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_boxes_beyond_floats_are_refused_or_exact(dim):
    net, huge = FullyConnected.from_layers([([[1.0] * dim], [0.0])]), 10**400
    with pytest.raises(RoundingError, match="exact=True"):
        list(linear_pieces(net, ((-huge, huge),) * dim))
    (piece,) = linear_pieces(net, ((-huge, huge),) * dim, exact=True)
    assert {abs(x) for vertex in piece.vertices for x in vertex} == {huge}


# --- areas ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("r", [1e-150, 1e-100, 1.0, 1e100, 4e153, F(1, 3)])
def test_areas_are_right_where_floats_can_say_them(r):
    assert positive_area(HALF_PLANE, square(r)) == pytest.approx(float(2 * F(r) ** 2), rel=1e-12)
    areas = linear_pieces(HALF_PLANE, square(r)).areas
    assert areas == pytest.approx(float(4 * F(r) ** 2), rel=1e-12)


@pytest.mark.parametrize("r", [1e-200, 1e155, 1e160, 1e308, 10**400])
def test_areas_beyond_floats_are_refused_or_exact(r):
    with pytest.raises(RoundingError, match="exact=True"):
        positive_area(HALF_PLANE, square(r))
    assert positive_area(HALF_PLANE, square(r), exact=True) == 2 * F(r) ** 2
    assert linear_pieces(HALF_PLANE, square(r), exact=True).areas == [4 * F(r) ** 2]
    if r > 1:
        with pytest.raises(RoundingError, match="exact=True"):
            _ = linear_pieces(HALF_PLANE, square(r)).areas


def test_a_doubtful_area_is_asked_for_in_fractions():
    """Floats draw this outline without doubt, but place its corners by 1e-6 of its size."""
    w = np.array([[0.3, 1.1], [-0.9, 0.4]])
    u = np.linalg.inv(w).T
    net = OneNeuronResNet.from_blocks(-2 * u, w, [0.1, -0.2], readout=((w[0] + w[1]).tolist(), 1.3))
    box = ((-3e10, 3.3e10), (-3e10, 3.3e10))
    assert positive_area(net, box) == float(positive_area(net, box, exact=True))


@pytest.mark.parametrize("r", [1e6, 1e9, 1e12, 1e15, 1e100, 1e300])
def test_a_small_set_in_a_large_box_keeps_its_area(r):
    assert positive_area(DIAMOND, square(r)) == pytest.approx(2, rel=1e-6)
    sides = boundary(DIAMOND, square(r))
    assert np.abs(np.abs(sides).sum(axis=2) - 1).max() < 1e-2 * r / 1e6
    assert len(positive_polygons(DIAMOND, square(r))) == 1


# --- IoU -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("r", [2.0, 20.0, 1e4, 1e8, 1e12, 1e50, 1e150])
@pytest.mark.parametrize("size", [1e-100, 1.0, 1e20])
def test_the_disk_does_not_drown_in_a_large_box(r, size):
    """At any size of the disk: half of it, a segment of it, and the diamond in it."""
    ball, r = UnitBall(inner=size, outer=size), r * size
    half = math.pi * size / 4 * (size / r) / r / (1 + math.pi * size / 4 * (size / r) / r)
    assert iou(HALF_PLANE, ball, square(r)) == pytest.approx(half, rel=1e-9)
    if size == 1:
        assert iou(DIAMOND, ball, square(r)) == pytest.approx(2 / math.pi, rel=1e-9)
        segment = math.acos(NEAREST) - NEAREST * math.sqrt(1 - NEAREST**2)
        union = positive_area(TILTED, square(r)) + math.pi - segment
        assert iou(TILTED, ball, square(r)) == pytest.approx(segment / union, rel=1e-9)


@pytest.mark.parametrize("r", [1e-200, 1e154, 1e200, 1e308, 10**400])
def test_iou_at_the_ends_of_floats(r):
    radius = min(r, 1e308) / 2
    half = math.pi / 8 / (2 + math.pi / 8) if r < 10**400 else 0
    ball = UnitBall(inner=radius, outer=radius, reach=1.5 * radius)
    assert iou(HALF_PLANE, ball, square(r)) == pytest.approx(half, rel=1e-9)
    assert iou(HALF_PLANE, Shape([(-r, -r), (r, -r), (r, r), (-r, r)]), square(r)) == 0.5
    corners = [(0, 0), (1, 0), (0, 1)]
    if r > 1:
        assert iou(DIAMOND, Shape(corners), square(r)) == pytest.approx(1 / 4)


def test_a_box_within_or_without_the_disk_needs_no_arc():
    far = 2.0**50
    box = ((far, far + 1), (0, 1))
    wide, narrow = (UnitBall(inner=r, outer=r) for r in (2 * far, far))
    assert iou(HALF_PLANE, wide, box) == 1
    assert iou(HALF_PLANE, narrow, box) == 0
    with pytest.raises(RoundingError, match="circle is very large beside the box"):
        iou(HALF_PLANE, UnitBall(inner=far + 0.5, outer=far + 0.5), box)


def test_a_disk_in_the_hole_of_the_set_shares_nothing():
    """The angles of a way around the origin add up to whole turns, not to 1e-16 more."""
    rng = np.random.default_rng(0)
    for _ in range(12):
        w = rng.normal(size=(2, 2))
        u = np.linalg.inv(w).T  # |⟨w0, x⟩| + |⟨w1, x⟩| by two folds along independent lines
        net = OneNeuronResNet.from_blocks(
            [-2 * u[0], -2 * u[1]], w, [0.0, 0.0], readout=((-w[0] - w[1]).tolist(), -3.0)
        )
        inner = 2.9 / max(np.hypot(*(w[0] + w[1])), np.hypot(*(w[0] - w[1])))  # in the hole
        box = square(12 * inner + rng.uniform(0, 1))
        assert positive_area(net, box) > 0
        assert iou(net, UnitBall(inner=inner, outer=inner), box) == 0
        assert iou(net, Ring(inner / 2, inner, 2 * inner), box) == 0


# --- polygons as targets -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0), (1, 1), (1, 0), (0, 1)],  # a bow: two halves of opposite sign, no area in sum
        [(0, 0), (1, 1), (1, 0), (0, 2)],
        [(0, 0), (2, 2), (2, 0), (1, 1), (0, 2)],  # a side through a corner
        [(0, 0), (1, 1), (2, 2), (2, 0), (1, 1), (0, 3)],  # corner at corner
        [(math.cos(t), math.sin(t)) for t in np.arange(5) * 4 * math.pi / 5],  # a star
    ],
)
def test_a_crossing_outline_is_called_that(corners):
    for points in (corners, corners[::-1], corners[1:] + corners[:1]):
        with pytest.raises(InvalidInputError, match="crosses itself"):
            iou(DIAMOND, Shape(points), square(3))


@pytest.mark.parametrize(
    ("corners", "area"),
    [
        ([(0, 0), (1, 1), (2, 0), (2, 2), (1, 1), (0, 2)], 2),  # two triangles touch in a corner
        ([(0, 0), (2, 0), (2, 2), (1, 0), (0, 2)], 2),  # a corner touches a side
        ([(0, 0), (2, 0), (2, 0), (2, 2), (0, 2), (0, 0)], 4),  # corners are repeated
        ([(0, 0), (2, 0), (2, 2), (1, 1), (1, 3), (1, 1), (0, 2)], 3),  # a spike without area
    ],
)
def test_an_outline_that_touches_itself_encloses_its_area(corners, area):
    everything = FullyConnected.from_layers([([[0.0, 0.0]], [1.0])])
    for points in (corners, corners[::-1]):
        assert iou(everything, Shape(points), ((0, 4), (0, 4)), exact=True) == F(area, 16)


@pytest.mark.parametrize("corners", [[(0, 0), (1, 1), (2, 2)], [(0, 0), (1, 0)], [(0, 0, 0)] * 3])
def test_corners_without_area_are_called_that(corners):
    with pytest.raises(InvalidInputError, match="three or more corners"):
        iou(DIAMOND, Shape(corners), square(3))
