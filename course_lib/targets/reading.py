"""What every target does with the points and labels it is given."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from course_lib.errors import InvalidInputError, ShapeError

__all__ = ["read_points", "shuffled_labels"]


def read_points(name: str, dim: int, points: Any) -> Tensor:
    """Points of shape (..., d) in double precision."""
    x = torch.as_tensor(points, dtype=torch.float64)
    if x.ndim == 0 or x.shape[-1] != dim:
        raise ShapeError(
            f"{name} got an array of shape {tuple(x.shape)}. Pass points of shape (..., {dim})."
        )
    return x


def shuffled_labels(n: int, generator: torch.Generator) -> Tensor:
    """Labels +1, -1, +1, ... (one more +1 if n is odd) in random order."""
    if n < 1:
        raise InvalidInputError(f"sample needs n of at least 1, got {n}.")
    labels = 1 - 2 * (torch.arange(n) % 2)
    return labels[torch.randperm(n, generator=generator)]
