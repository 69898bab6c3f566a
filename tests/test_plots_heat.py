"""Differences as pictures: what is equal stays white, and the signs are told apart."""

from __future__ import annotations

import matplotlib as mpl
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
    violet, white, black = pixels([[-1.0, 0.0, 1.0]])[0]
    assert white[:3] == pytest.approx([1, 1, 1], abs=0.01)
    assert black[:3] == pytest.approx([0, 0, 0], abs=0.01)
    assert mpl.colors.to_hex(violet) == plots.EXCESS.lower()


def test_a_larger_difference_is_never_lighter():
    grey = pixels([np.linspace(0, 3, 7)], largest=2)[0, :, 0]
    assert (np.diff(grey) <= 0).all()
    assert grey[0] > 0.9
    assert grey[-1] == grey[-2] == pytest.approx(0, abs=0.01)


def test_row_zero_is_lowest_and_the_picture_fills_the_box():
    ax = plots.draw_gap(np.zeros((4, 2)), SQUARE, plots.figure().subplots(), largest=1)
    assert ax.images[0].origin == "lower"
    assert tuple(ax.images[0].get_extent()) == (-1, 1, -1, 1)


def test_heat_runs_from_dark_to_light():
    ax = plots.figure().subplots()
    plots.draw_heat([[0.0, 0.5, 1.0]], SQUARE, ax, low=0, high=1)
    (image,) = ax.images
    lightness = image.to_rgba(image.get_array())[0, :, :3] @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(lightness) > 0.2).all()


def test_one_scale_says_what_the_colours_of_several_pictures_mean():
    fig = plots.figure(columns=2)
    axes = fig.subplots(1, 2)
    for ax, top in zip(axes, (1.0, 3.0), strict=True):
        plots.draw_heat([[0.0, top]], SQUARE, ax, low=0, high=1)
    plots.draw_scale(axes, "height")
    bar = axes[0].images[0].colorbar
    assert bar.ax.get_ylabel() == "height"
    assert bar.extend == "max"  # 3 is beyond the scale, and the bar says so


def test_a_scale_for_different_scales_is_refused():
    axes = plots.figure(columns=2).subplots(1, 2)
    with pytest.raises(InvalidInputError, match="0 different scales"):
        plots.draw_scale(axes, "height")
    for ax, top in zip(axes, (1.0, 2.0), strict=True):
        plots.draw_heat([[0.0, 1.0]], SQUARE, ax, low=0, high=top)
    with pytest.raises(InvalidInputError, match="2 different scales"):
        plots.draw_scale(axes, "height")


def test_what_is_no_picture_is_refused():
    ax = plots.figure().subplots()
    with pytest.raises(ShapeError, match="matrix"):
        plots.draw_gap([1.0, 2.0], SQUARE, ax, largest=1)
    with pytest.raises(InvalidInputError, match="largest must be a finite number above 0"):
        plots.draw_gap([[1.0]], SQUARE, ax, largest=0)
    with pytest.raises(ShapeError, match="draw_heat got shape"):
        plots.draw_heat([1.0, 2.0], SQUARE, ax, low=0, high=1)
    with pytest.raises(InvalidInputError, match="less than high"):
        plots.draw_heat([[1.0]], SQUARE, ax, low=1, high=1)
