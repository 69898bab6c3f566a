"""A ring in the plane: a set with a hole."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from course_lib.errors import InvalidInputError
from course_lib.targets.reading import read_points, shuffled_labels

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
        if not 0 < self.inner < self.outer < self.reach < math.inf:
            raise InvalidInputError(
                f"Ring needs 0 < inner < outer < reach, got inner={self.inner}, "
                f"outer={self.outer}, reach={self.reach}."
            )

    @property
    def dim(self) -> int:
        """2: a ring lies in the plane."""
        return 2

    @property
    def area(self) -> float:
        """Pi times the difference of the squared radii."""
        return math.pi * (self.outer**2 - self.inner**2)

    def contains(self, points: Any) -> Tensor:
        """Which points of shape (..., 2) lie in the ring, edges included: booleans (...)."""
        radii = torch.linalg.vector_norm(read_points("Ring", 2, points), dim=-1)
        return (self.inner <= radii) & (radii <= self.outer)

    def sample(
        self, n: int, seed: int, *, dtype: torch.dtype = torch.float32
    ) -> tuple[Tensor, Tensor]:
        """Draw n labelled points: half in the ring, a quarter each in the hole and around it.

        Returns:
            points of shape (n, 2), uniform in each of the three parts, and labels of shape (n,),
            +1 or -1, shuffled. The same seed gives the same sample.
        """
        generator = torch.Generator().manual_seed(seed)
        labels = shuffled_labels(n, generator)
        hole, share, turn = torch.rand(3, n, generator=generator, dtype=torch.float64)
        part = torch.where(labels > 0, 1, torch.where(hole < 0.5, 0, 2))
        squares = torch.tensor([0, self.inner, self.outer, self.reach], dtype=torch.float64) ** 2
        low, high = squares[part], squares[part + 1]
        radii = torch.sqrt(low + share * (high - low))  # |x|² is uniform where x is
        angles = 2 * math.pi * turn
        points = torch.stack([radii * angles.cos(), radii * angles.sin()], -1)
        return points.to(dtype), labels.to(dtype)
