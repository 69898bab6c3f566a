"""The doors of every picture: what it is drawn on, the part of the plane, the numbers in it."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import is_color_like
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.arguments import read_instance, read_list, shown
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks.reading import read_array
from course_lib.regions.boxes import read_float_box

__all__ = [
    "Box",
    "read_axes",
    "read_colour",
    "read_figure",
    "read_floats",
    "read_grid",
    "read_pair",
    "read_plane_box",
]

Box = tuple[tuple[float, float], tuple[float, float]]


def read_axes(ax: Any) -> Axes:
    """Where to draw: axes of matplotlib."""
    return read_instance("ax", ax, Axes, "Take them from plots.figure().subplots().")


def read_figure(name: str, fig: Any) -> Figure:
    """A figure of matplotlib."""
    return read_instance(name, fig, Figure, "Take it from plots.figure().")


def read_plane_box(box: Any) -> Box:
    """The part of the plane to show, as two pairs of floats."""
    (left, right), (bottom, top) = read_float_box(box, 2).tolist()
    return (left, right), (bottom, top)


def read_grid(name: str, values: Any) -> NDArray[np.float64]:
    """A matrix of numbers, neither empty nor ragged; NaN is drawn as a gap."""
    grid = read_floats(name, values)
    if grid.ndim != 2 or grid.size == 0:
        raise ShapeError(f"{name} got shape {grid.shape}. Pass a matrix of numbers.")
    return grid


def read_floats(name: str, values: Any) -> NDArray[np.float64]:
    """Numbers of any shape, in double precision."""
    return read_array(name, values).astype(np.float64, copy=False)


def read_pair(name: str, value: Any, of: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two arrays of numbers, such as the places of a curve and its values there."""
    pair = read_list(name, value, of=of)
    if len(pair) != 2:
        raise ShapeError(f"{name} must be a pair {of}, got {shown(value)}.")
    first, second = (read_floats(name, part) for part in pair)
    return first, second


def read_colour(name: str, value: Any) -> Any:
    """A colour as matplotlib writes them."""
    if is_color_like(value):
        return value
    raise InvalidInputError(
        f'{name} must be a colour, got {shown(value)}. Pass one, such as "black" or "#0072B2".'
    )
