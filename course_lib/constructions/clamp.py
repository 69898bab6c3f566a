"""Two layers of width d that clamp R^d to a box: what makes a network of a box one of all space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import counted
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import FullyConnected, as_fully_connected
from course_lib.networks.reading import as_points
from course_lib.regions.boxes import read_float_box

__all__ = ["Clamp", "clamp"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Clamp:
    """The map x -> min(high, max(low, x)), coordinate by coordinate, as two ReLU layers.

    r = relu(x - low), z = relu(side - r), and the clamped point is high - z. Where high - low is no
    float, ``side`` is the next one below, so that no point leaves the box.

    Args:
        low: the lowest corner, shape (d,).
        side: the lengths of the sides, shape (d,).
        high: the highest corner, shape (d,).
    """

    low: Array
    side: Array
    high: Array

    @property
    def dim(self) -> int:
        """The number d of coordinates."""
        return len(self.low)

    @property
    def layers(self) -> list[tuple[Array, Array]]:
        """The two hidden layers (W, b), shapes (d, d) and (d,)."""
        one = np.eye(self.dim)
        return [(one, -self.low), (-one, self.side)]

    def __call__(self, points: Any) -> Array:
        """Clamp points (..., d), by way of the two layers.

        Raises:
            ShapeError: points with another number of coordinates.
        """
        x = as_points(f"A clamp of R^{self.dim}", self.dim, points, np.dtype(np.float64))
        return self.high - np.maximum(self.side - np.maximum(x - self.low, 0), 0)

    def before(self, net: FullyConnected) -> FullyConnected:
        """The network x -> net(clamped x) on all of R^d: hidden widths (d, d, widths of net).

        Raises:
            ShapeError: a network with another number of inputs.
            InvalidInputError: another kind of network.

        >>> tent = FullyConnected.from_layers([([[1.0]], [0.0])])
        >>> clamp([(0, 2)]).before(tent)([[-5.0], [1.5], [9.0]]).tolist()
        [0.0, 1.5, 2.0]
        """
        net = as_fully_connected(net)
        if net.dim != self.dim:
            raise ShapeError(
                f"The network has {counted(net.dim, 'input')}, the clamp {self.dim}. Pass a "
                "box of the "
                "network's dimension."
            )
        (W, b), *others = zip(net.weights, net.biases, strict=True)
        W, b = W.astype(np.float64), b.astype(np.float64)
        # term by term: a library's product is rounded as its processor likes
        met = (-W, (W * self.high).sum(axis=1) + b)
        return FullyConnected.from_layers([*self.layers, met, *others], dtype=np.float64)


def clamp(box: Sequence[tuple[float, float]]) -> Clamp:
    """Clamp R^d to a box by two layers of width d.

    Args:
        box: d pairs (low, high) with low < high.

    Raises:
        ShapeError: no pairs.
        InvalidInputError: an empty or infinite side, or one too long for a float.

    Source: ours; with the twin of width d + 1 behind it (:func:`embedding.embed`) it makes width
    d + 1 universal in L¹(R^d), as Park et al. 2021 proved in general.

    >>> clamp([(0, 1), (-1, 1)])([[0.5, 3.0], [-2.0, -0.5]]).tolist()
    [[0.5, 1.0], [0.0, -0.5]]
    """
    low, high = read_float_box(box).T
    with np.errstate(over="ignore"):
        side = high - low
    if not np.isfinite(side).all():
        raise InvalidInputError("A side of the box is too long for a float. Pass a smaller box.")
    for k in range(len(side)):
        if Fraction(side[k]) > Fraction(high[k]) - Fraction(low[k]):
            side[k] = np.nextafter(side[k], 0)
    return Clamp(low, side, high)
