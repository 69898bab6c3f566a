"""Differences as pictures: what is equal stays white, and the signs are told apart."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib import plots
from course_lib.errors import InvalidInputError, ShapeError

SQUARE = ((-1, 1), (-1, 1))


def pixels(gap, largest=1.0):
    ax = plots.draw_gap(gap, SQUARE, plots.figure().subplots(), largest=largest)
    (image,) = ax.images
    return image.to_rgba(image.get_array())


def test_equal_is_white_and_the_signs_have_their_colours():
    red, white, black = pixels([[-1.0, 0.0, 1.0]])[0]
    assert white[:3] == pytest.approx([1, 1, 1], abs=0.01)
    assert black[:3] == pytest.approx([0, 0, 0], abs=0.01)
    assert red[0] > 0.8 > 0.1 > red[2]


def test_a_larger_difference_is_never_lighter():
    grey = pixels([np.linspace(0, 3, 7)], largest=2)[0, :, 0]
    assert (np.diff(grey) <= 0).all()
    assert grey[0] > 0.9
    assert grey[-1] == grey[-2] == pytest.approx(0, abs=0.01)


def test_row_zero_is_lowest_and_the_picture_fills_the_box():
    ax = plots.draw_gap(np.zeros((4, 2)), SQUARE, plots.figure().subplots(), largest=1)
    assert ax.images[0].origin == "lower"
    assert tuple(ax.images[0].get_extent()) == (-1, 1, -1, 1)


def test_what_is_no_picture_is_refused():
    ax = plots.figure().subplots()
    with pytest.raises(ShapeError, match="matrix"):
        plots.draw_gap([1.0, 2.0], SQUARE, ax, largest=1)
    with pytest.raises(InvalidInputError, match="greater than 0"):
        plots.draw_gap([[1.0]], SQUARE, ax, largest=0)
