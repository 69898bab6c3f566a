"""A network beside the function it is to follow, and the distance between the two."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course_lib.arguments import read_number
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.plots.palette import FULLY_CONNECTED, TARGET
from course_lib.plots.reading import read_axes, read_pair

__all__ = ["draw_distance", "draw_fit"]


def draw_fit(target: tuple[Any, Any], chain: Any, ax: Axes) -> Axes:
    """Draw a function, dashed, and a fully connected network as a chain with marked corners.

    Args:
        target: (x, y), both of shape (n,).
        chain: what ``constructions.line.graph`` returns (``knots`` and ``values``), or a pair of
            places and values, such as the network at many points: then no corner is marked.
        ax: where to draw.

    Raises:
        ShapeError: places and values of different shapes.
        InvalidInputError: a number that is not finite.
    """
    ax = read_axes(ax)
    is_graph = hasattr(chain, "knots") and hasattr(chain, "values")
    x, y = _curve("target", target)
    p, v = _curve("chain", (chain.knots, chain.values) if is_graph else chain)
    ax.plot(x, y, "--", color=TARGET, label="target")
    corners = "s-" if is_graph else "-"
    ax.plot(p, v, corners, color=FULLY_CONNECTED, markersize=4, label="network")
    ax.set(xlabel="$x$", ylabel="$f(x)$")
    return ax


def draw_distance(distance: tuple[Any, Any], allowed: float, ax: Axes) -> Axes:
    """Draw the distance of a network from its target, logarithmic, under the height it may reach.

    Args:
        distance: (x, y), both of shape (n,), y not negative; zeros are drawn at 1e-9.
        allowed: a positive number: a dashed line.
        ax: where to draw.

    Raises:
        InvalidInputError: a negative distance, an allowed one that is not positive, or a
            number that is not finite.
        ShapeError: places and values of different shapes.
    """
    ax, allowed = read_axes(ax), read_number("allowed", allowed, above=0)
    x, y = _curve("distance", distance)
    if (y < 0).any():
        raise InvalidInputError("A distance is negative. Pass np.abs of the difference.")
    ax.semilogy(x, np.maximum(y, 1e-9), color=FULLY_CONNECTED)
    ax.axhline(allowed, color=TARGET, linestyle="--")
    ax.set(xlabel="$x$", ylabel="distance")
    ax.grid(alpha=0.3)
    ax.minorticks_off()
    return ax


def _curve(name: str, value: Any) -> tuple[np.ndarray, np.ndarray]:
    x, y = read_pair(name, value, of="(x, y)")
    if x.ndim != 1 or x.shape != y.shape or not x.size:
        raise ShapeError(f"{name} has x of shape {x.shape} and y of shape {y.shape}. Pass (n,).")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise InvalidInputError(f"{name} holds a number that is not finite. Leave it out.")
    return x, y
