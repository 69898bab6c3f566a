"""What all stacks of networks share: named views into one flat vector, and sums term by term."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import pad

__all__ = ["combine", "layer", "padded", "products", "room_for", "shares", "views"]

FULL = 64  # a multiple of what every processor takes at once


def room_for(shapes: Sequence[tuple[int, ...]]) -> int:
    """How long a flat vector has to be for arrays of these shapes.

    Adam rounds the last few entries otherwise, where its vector loop ends. Unused entries there
    make the result of a network independent of its place.
    """
    return math.ceil(sum(map(math.prod, shapes)) / FULL) * FULL


def padded(points: NDArray[Any], labels: NDArray[Any]) -> tuple[Tensor, Tensor]:
    """A batch as tensors, filled up with copies of a point whose label 0 lets them not count.

    A vector loop rounds what is left over at its end otherwise. With rows that it takes whole,
    nothing is left over, and the result of a network does not depend on how many rows there are.
    """
    x, y = torch.from_numpy(points), torch.from_numpy(labels)
    empty = -len(y) % FULL
    return (torch.cat([x, x[:1].expand(empty, -1)]), pad(y, (0, empty))) if empty else (x, y)


def shares(labels: Tensor) -> Tensor:
    """What each point has in the mean loss's slope in its margin, label included."""
    return labels / torch.count_nonzero(labels)


def views(flat: Tensor, shapes: Sequence[tuple[int, ...]]) -> list[Tensor]:
    """The arrays of these shapes that lie one after another in a flat vector."""
    sizes = [math.prod(shape) for shape in shapes]
    parts = flat[: sum(sizes)].split(sizes)
    return [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]


def layer(bias: Tensor, weight: Tensor, x: Tensor) -> Tensor:
    """``bias + weight @ x`` for every network: axes network, out, in, point."""
    if weight.shape[-1] == 1:  # a library's product with one column rounds one network otherwise
        return torch.addcmul(bias, weight, x)
    return torch.baddbmm(bias, weight, x)


def products(dz: Tensor, x: Tensor) -> Tensor:
    """``dz @ x.mT`` for every network: axes network, out, in, point."""
    if x.shape[1] == 1:
        return torch.linalg.vecdot(dz, x).unsqueeze(-1)
    return torch.bmm(dz, x.mT)


def combine(a: Tensor, x: Tensor, out: Tensor | None = None) -> Tensor:
    """The sum of a[j] * x[j]: faster than einsum or bmm for a handful of coordinates."""
    total = torch.mul(a[0], x[0], out=out)
    for j in range(1, len(x)):
        total.addcmul_(a[j], x[j])
    return total
