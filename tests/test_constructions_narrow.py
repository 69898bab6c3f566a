"""The polygon that leaks: what is drawn inside, where it leaves, and what is refused."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.constructions.narrow import leaking_polygon
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.regions import iou
from course_lib.targets import UnitBall

SQUARE = [(-1, -1), (1, -1), (1, 1), (-1, 1)]


def regular(sides: int, turn: float) -> np.ndarray:
    angles = turn + 2 * np.pi * np.arange(sides) / sides
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def distance_inside(corners: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Signed distance to the nearest edge line, positive inside: the definition, edge by edge."""
    edges = np.roll(corners, -1, axis=0) - corners
    normals = np.stack([-edges[:, 1], edges[:, 0]], axis=1) / np.linalg.norm(
        edges, axis=1, keepdims=True
    )
    return ((points[:, None] - corners) * normals).sum(axis=-1).min(axis=1)


@settings(max_examples=25, deadline=None)
@given(st.integers(3, 24), st.floats(0, 6), st.integers(0, 2**31))
def test_inside_the_frame_it_is_the_polygon_away_from_the_thread(sides, turn, seed):
    corners = regular(sides, turn)
    points = np.random.default_rng(seed).uniform(-1.5, 1.5, (2000, 2))
    inside = distance_inside(corners, points)
    last, first = corners[-1], corners[0]
    edge = (first - last) / np.linalg.norm(first - last)
    along_the_thread = np.abs((points - first) @ [-edge[1], edge[0]]) < 0.01
    clear = (np.abs(inside) > 1e-6) & ~along_the_thread
    drawn = leaking_polygon(corners, opens=6.0)(points) > 0  # widens outside
    assert (drawn == (inside > 0))[clear].all()


@pytest.mark.parametrize("slant", [1e-4, 1e-3, 0.05])
def test_the_thread_leaves_the_frame_and_widens(slant):
    net = leaking_polygon(SQUARE, slant=slant)
    thread = np.array([-np.sin(slant), -np.cos(slant)])  # down the left edge, slightly outward
    middle = np.array([-1.0, 0.0])
    assert (net(middle + np.linspace(0.01, 2.4, 50)[:, None] * thread) > 0).all()
    far = np.stack(np.meshgrid(np.linspace(-40, 40, 401), np.linspace(-40, 40, 401)), axis=-1)
    share = (net(far) > 0).mean()
    assert share > 0.02  # a band, no thread: the square itself is 4/6400 of the frame


def test_one_layer_per_vertex_and_width_two():
    assert leaking_polygon(regular(16, 0)).widths == (2,) * 16
    assert leaking_polygon(SQUARE).dtype == np.float64


@pytest.mark.parametrize(
    "vertices",
    [
        SQUARE[::-1],
        [(0, 0), (1, 0), (2, 0), (1, 1)],
        [(-1, -1), (1, 1), (1, -1), (-1, 1)],
        np.tile(regular(3, 0), (2, 1)),
        [(0, 0), (11, 0), (0, 1)],
    ],
    ids=["clockwise", "straight corner", "bow tie", "wound twice", "too far out"],
)
def test_other_polygons_are_refused(vertices):
    with pytest.raises(InvalidInputError):
        leaking_polygon(vertices)


def test_shapes_and_ranges_are_checked():
    with pytest.raises(ShapeError):
        leaking_polygon([(0, 0), (1, 0)])
    with pytest.raises(InvalidInputError, match="slant"):
        leaking_polygon(SQUARE, slant=0.0)
    with pytest.raises(InvalidInputError, match="opens"):
        leaking_polygon(SQUARE, opens=0.0)


def test_its_exact_fit_with_the_disk_is_the_polygons():
    """Corners of the thread round to one point: an edge of length 0 must not spoil the area."""
    frame = ((-1.5, 1.5), (-1.5, 1.5))
    inscribed = 16 / 2 * np.sin(2 * np.pi / 16) / np.pi
    fit = iou(leaking_polygon(regular(16, 0)), UnitBall(), frame)
    assert fit == pytest.approx(inscribed, abs=1e-3)


DIGESTS = """
import numpy as np
from course_lib.constructions.embedding import embed
from course_lib.constructions.narrow import leaking_polygon
from course_lib.networks import OneNeuronResNet
turns = 2 * np.pi * np.arange(16) / 16
print(leaking_polygon(1.01 * np.stack([np.cos(turns), np.sin(turns)], axis=1)).digest)
print(embed(OneNeuronResNet.random(3, 9, seed=1, dtype=float), ((-2, 2),) * 3).digest)
"""


def test_its_bits_do_not_depend_on_the_kernels_of_linear_algebra():
    """Three kinds of processor once gave three leaking polygons, and three twins of a ResNet."""
    runs = [
        subprocess.run(
            [sys.executable, "-c", DIGESTS],
            env=os.environ | {"OPENBLAS_CORETYPE": kind},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for kind in ("Prescott", "Haswell")
    ]
    assert runs[0] == runs[1]
