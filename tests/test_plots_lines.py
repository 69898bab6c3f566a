"""Graphs, carried drawings and slope colours: what is drawn, and what is refused."""

from types import SimpleNamespace

import numpy as np
import pytest

from course_lib import plots
from course_lib.errors import InvalidInputError, ShapeError

BOX = ((-1.0, 1.0), (-2.0, 2.0))


def test_graphs_pass_through_their_corners_with_two_cues():
    ax = plots.figure().subplots()
    plots.draw_graphs({"deep": ([0, 1, 2], [0, 1, 0]), "flat": ([0, 2], [0, 0])}, ax)
    deep, flat = ax.get_lines()
    assert deep.get_xydata().tolist() == [[0, 0], [1, 1], [2, 0]]
    assert deep.get_color() != flat.get_color()
    assert deep.get_marker() != flat.get_marker()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["deep", "flat"]


@pytest.mark.parametrize(
    ("graphs", "error"),
    [
        ({}, InvalidInputError),
        ({str(k): ([0], [0]) for k in range(6)}, InvalidInputError),
        ({"f": ([0, 1], [0])}, ShapeError),
    ],
    ids=["none", "too many", "unequal"],
)
def test_other_graphs_are_refused(graphs, error):
    with pytest.raises(error):
        plots.draw_graphs(graphs, plots.figure().subplots())


def test_paths_are_drawn_as_given_in_the_box():
    ax = plots.figure().subplots()
    path = np.array([[0.0, 0.0], [5.0, 1.0], [0.0, 2.0]])
    plots.draw_paths([path, path[:2]], BOX, ax)
    assert [len(line.get_xydata()) for line in ax.get_lines()] == [3, 2]
    assert (ax.get_xlim(), ax.get_ylim()) == BOX


@pytest.mark.parametrize("path", [[[0, 0]], [[0, 0, 0], [1, 1, 1]], [0, 1]])
def test_other_paths_are_refused(path):
    with pytest.raises(ShapeError):
        plots.draw_paths([path], BOX, plots.figure().subplots())


def test_slope_colours_tell_directions_apart_and_leave_flat_pieces_white():
    def piece(*gradient):
        return SimpleNamespace(gradient=gradient)

    east, north, west, flat = plots.slope_colours(
        [piece(1, 0), piece(0, 1), piece(-1, 0), piece(0, 0)]
    )
    assert len({tuple(c) for c in (east, north, west, flat)}) == 4
    assert flat.tolist() == [1, 1, 1, 1]
    assert plots.slope_colours([]).shape == (0, 4)


def test_close_directions_get_different_colours():
    """The colour map's 256 steps gave gradients at 146.1° and 145.2° one colour."""
    angles = np.deg2rad([146.1, 145.2])
    pieces = [SimpleNamespace(gradient=(np.cos(a), np.sin(a))) for a in angles]
    one, other = (plots.slope_colours(pieces)[:, :3] * 255).round()
    assert (one != other).any()


def test_slopes_are_told_by_arrows_too():
    square = [(-1, -1), (0, -1), (0, 1), (-1, 1)]
    sliver = [(0, -1), (0.001, -1), (0.001, 1), (0, 1)]
    flat = [(0.001, -1), (1, -1), (1, 1), (0.001, 1)]
    pieces = [
        SimpleNamespace(vertices=shape, gradient=gradient)
        for shape, gradient in ((square, (0, 3)), (sliver, (1, 0)), (flat, (0, 0)))
    ]
    ax = plots.draw_slopes(pieces, BOX, plots.figure().subplots())
    (arrow,) = ax.texts  # none in the sliver, none on the flat piece
    assert np.allclose((arrow.xy + np.array(arrow.get_position())) / 2, (-0.5, 0))
    assert arrow.xy[0] == arrow.get_position()[0]
    assert arrow.xy[1] > arrow.get_position()[1]  # upwards, where the piece rises


@pytest.mark.parametrize("far", [0.0, 1e6])
def test_an_arrow_stands_in_the_middle_of_a_triangle(far):
    corners = np.array([(0, 0), (3, 0), (0, 3)]) + far
    piece = SimpleNamespace(vertices=corners, gradient=(1, 1))
    box = ((far - 1, far + 4), (far - 1, far + 4))
    (arrow,) = plots.draw_slopes([piece], box, plots.figure().subplots()).texts
    assert np.allclose((arrow.xy + np.array(arrow.get_position())) / 2, corners.mean(axis=0))


def test_curves_of_a_family_share_its_colour_and_no_style():
    names = ["built", "trained", "bound", "other"]
    meaning = {"built": plots.RESNET, "trained": plots.RESNET, "bound": plots.TARGET}
    built, trained, bound, other = plots.curve_styles(names, meaning)
    assert built["color"] == trained["color"] == plots.RESNET
    assert built["marker"] == trained["marker"]
    assert built["linestyle"] != trained["linestyle"]
    assert bound["color"] == plots.TARGET
    assert bound["linestyle"] == "--"
    assert other["color"] == plots.SERIES[0][0]


@pytest.mark.parametrize(
    ("names", "meaning"),
    [
        ([], {}),
        (list("abcdef"), {}),
        (["a"], {"b": plots.RESNET}),
        (["a"], {"a": plots.POSITIVE}),
        (list("abcd"), dict.fromkeys("abcd", plots.RESNET)),
    ],
    ids=["none", "too many", "no such curve", "no meaning of curves", "four of one family"],
)
def test_other_styles_are_refused(names, meaning):
    with pytest.raises(InvalidInputError):
        plots.curve_styles(names, meaning)
