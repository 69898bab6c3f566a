"""What all stacks of networks share: named views into one flat vector, and sums term by term."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["combine", "room_for", "views"]


def room_for(shapes: Sequence[tuple[int, ...]]) -> int:
    """How long a flat vector has to be for arrays of these shapes.

    Adam rounds the last few entries otherwise, where its vector loop ends. Unused entries there
    make the result of a network independent of its place.
    """
    return math.ceil(sum(map(math.prod, shapes)) / 64) * 64


def views(flat: Tensor, shapes: Sequence[tuple[int, ...]]) -> list[Tensor]:
    """The arrays of these shapes that lie one after another in a flat vector."""
    sizes = [math.prod(shape) for shape in shapes]
    parts = flat[: sum(sizes)].split(sizes)
    return [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]


def combine(a: Tensor, x: Tensor, out: Tensor | None = None) -> Tensor:
    """The sum of a[j] * x[j]: faster than einsum or bmm for a handful of coordinates."""
    total = torch.mul(a[0], x[0], out=out)
    for j in range(1, len(x)):
        total.addcmul_(a[j], x[j])
    return total
