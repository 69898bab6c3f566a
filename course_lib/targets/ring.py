"""A ring in the plane: a set with a hole."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import read_number
from course_lib.draws import Draws
from course_lib.errors import InvalidInputError
from course_lib.targets.reading import (
    Sample,
    as_sample,
    is_within,
    read_points,
    rounded,
    shuffled_labels,
    unit_above,
)

__all__ = ["Ring"]


@dataclass(frozen=True)
class Ring:
    """The ring inner <= |x| <= outer in the plane, against its hole and what lies around it.

    Its complement has two components, so a network that draws it must be right on both sides.

    Args:
        inner: radius of the hole, greater than 0.
        outer: outer radius, more than ``inner``.
        reach: how far the outside is sampled, more than ``outer``.

    Raises:
        InvalidInputError: radii out of order.

    >>> Ring(inner=1, outer=2).contains([[0, 0], [1.5, 0], [3, 0]]).tolist()
    [False, True, False]
    """

    inner: float = 1.0
    outer: float = 2.0
    reach: float = 4.0

    def __post_init__(self) -> None:
        for name in ("inner", "outer", "reach"):
            read_number(name, getattr(self, name), at_least=0)
        if not 0 < self.inner < self.outer < self.reach < math.inf:
            raise InvalidInputError(
                f"Ring needs 0 < inner < outer < reach, got inner={self.inner}, "
                f"outer={self.outer}, reach={self.reach}. Pass radii in that order."
            )

    @property
    def dim(self) -> int:
        """2: a ring lies in the plane."""
        return 2

    @property
    def area(self) -> float:
        """Pi times the difference of the squared radii.

        Raises:
            RoundingError: it lies beyond the range of floats.
        """
        squares = Fraction(float(self.outer)) ** 2 - Fraction(float(self.inner)) ** 2
        return rounded(Fraction(math.pi) * squares)

    def contains(self, points: Any) -> NDArray[np.bool_]:
        """Which points of shape (..., 2) lie in the ring, edges included: booleans (...)."""
        x = read_points("Ring", 2, points)
        in_hole = is_within(x, np.nextafter(self.inner, 0))
        return is_within(x, self.outer) & ~in_hole

    def sample(self, n: int, seed: int, *, dtype: Any = np.float32) -> Sample:
        """Draw n labelled points: half in the ring, a quarter each in the hole and around it.

        Returns:
            points of shape (n, 2), uniform in each of the three parts, and labels of shape (n,),
            +1 or -1, shuffled. The same seed gives the same sample.
        """
        draws = Draws(seed)
        labels = shuffled_labels(n, draws)
        hole, share, turn = draws.uniform(3, n)
        part = np.where(labels > 0, 1, np.where(hole < 0.5, 0, 2))
        circles = np.array([0, self.inner, self.outer, self.reach], dtype=np.float64)
        unit = unit_above(circles[part + 1])
        low, high = (circles[part] / unit) ** 2, (circles[part + 1] / unit) ** 2
        radii = unit * np.sqrt(low + share * (high - low))  # |x|² is uniform where x is
        angles = 2 * math.pi * turn
        points = np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=-1)
        return as_sample(points, labels, dtype)
