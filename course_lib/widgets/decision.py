"""The decision region {f > 0} of a network in the plane, sampled at the centres of a grid."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.arguments import counted, read_whole
from course_lib.errors import ShapeError
from course_lib.networks import Network, as_network
from course_lib.plots.reading import Box, read_plane_box

__all__ = ["Box", "decision_grid", "require_plane_box", "slice_grid"]


def decision_grid(net: Network, box: Any = ((-3, 3), (-3, 3)), resolution: int = 300) -> np.ndarray:
    """Where the network is positive: a picture of {f > 0} on a box.

    The network is read as the real function of its stored weights and evaluated in double
    precision, whatever its dtype: what the front end of the depth slider does too.

    Args:
        net: a network with two inputs.
        box: ``((low, high), (low, high))``.
        resolution: cells per axis.

    Returns:
        Booleans of shape (resolution, resolution). Row i, column j belongs to the centre of a cell;
        rows count upwards from the lower edge, as ``imshow(..., origin="lower")`` shows them.

    Raises:
        ShapeError: the network or the box is not in the plane.
        InvalidInputError: an empty or infinite box, or a resolution below 1.

    >>> from course_lib.networks import FullyConnected
    >>> right = FullyConnected.from_layers([([1.0, 0.0], 0.0)])      # f(x, y) = x
    >>> decision_grid(right, ((-1, 1), (-1, 1)), resolution=2).tolist()
    [[False, True], [False, True]]
    """
    net = as_network(net)
    if net.dim != 2:
        raise ShapeError(
            f"decision_grid draws the plane, but this network has {counted(net.dim, 'input')}. "
            "Pass a network with dim=2."
        )
    return slice_grid(net, box, resolution)


def slice_grid(net: Network, box: Any = ((-3, 3), (-3, 3)), resolution: int = 300) -> np.ndarray:
    """What the plane of the first two coordinates, all others 0, cuts out of {f > 0}.

    Args:
        net: a network with two or more inputs.
        box: ``((low, high), (low, high))``, the part of the plane to show.
        resolution: cells per axis.

    Returns:
        Booleans, in the order of :func:`decision_grid`.

    Raises:
        ShapeError: a network with one input, or a box outside the plane.
        InvalidInputError: an empty or infinite box, or a resolution below 1.

    >>> from course_lib.networks import FullyConnected
    >>> net = FullyConnected.from_layers([([1.0, 0.0, 5.0], 0.0)])      # f = x1 + 5 x3
    >>> slice_grid(net, ((-1, 1), (-1, 1)), resolution=2).tolist()
    [[False, True], [False, True]]
    """
    net = as_network(net)
    if net.dim < 2:
        raise ShapeError(
            "slice_grid cuts with a plane, but this network has 1 input. Pass one with 2 or more."
        )
    resolution = read_whole("resolution", resolution, at_least=1, at_most=10_000)
    columns, rows = (_centres(low, high, resolution) for low, high in require_plane_box(box))
    points = np.zeros((resolution, resolution, net.dim))
    points[..., 1], points[..., 0] = np.meshgrid(rows, columns, indexing="ij")
    return np.asarray(net.astype(np.float64)(points) > 0)


def require_plane_box(box: Any) -> Box:
    """The box as two pairs of floats, or an error that says what a box of the plane is."""
    return read_plane_box(box)


def _centres(low: float, high: float, count: int) -> np.ndarray:
    """Centres of equal cells; the front end computes the same doubles in the same order."""
    return low + (np.arange(count) + 0.5) * ((high - low) / count)
