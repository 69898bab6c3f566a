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
