"""Watch a network work: one block at a time, what kind it is and what it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.constructions.one_neuron.blocks import Block, blocks_of
from course_lib.errors import ShapeError
from course_lib.networks import OneNeuronResNet, as_one_neuron_resnet
from course_lib.networks.reading import read_array

__all__ = ["Step", "steps"]


@dataclass(frozen=True)
class Step:
    """One block at work on some points.

    Args:
        number: 1 for the first block.
        block: the block; its ``kind`` is bend, crush or fold.
        states: the points after it, shape (n, d).
        moved: which points it moved, shape (n,).
    """

    number: int
    block: Block
    states: NDArray[np.float64]
    moved: NDArray[np.bool_]

    def __str__(self) -> str:
        return (
            f"{self.number}. {self.block.kind}: {_side(self.block)} {_action(self.block)}; "
            f"{self.moved.mean():.0%} of the points move"
        )


def steps(net: OneNeuronResNet, points: Any) -> Iterator[Step]:
    """Step a network block by block on points of shape (n, d).

    Raises:
        ShapeError: points of another shape.

    >>> from course_lib.constructions.one_neuron import disk
    >>> for step in steps(disk(2), [[1.0, 1.0], [-1.0, -1.0]]):
    ...     print(step)
    1. fold: - x_1 > 0 folds over, stretched by 1; 50% of the points move
    2. fold: x_2 > 0 folds over, stretched by 1; 50% of the points move
    """
    net = as_one_neuron_resnet(net)
    x = read_array("points", points).astype(np.float64)
    if x.ndim != 2 or x.shape[1] != net.dim:
        raise ShapeError(f"steps got points of shape {x.shape}. Pass (n, {net.dim}).")
    for number, block in enumerate(blocks_of(net), 1):
        after = block(x)
        yield Step(number, block, after, (after != x).any(axis=1))
        x = after


def _side(block: Block) -> str:
    """The half-space that moves, such as ``x_1 - 0.5 x_2 + 1 > 0``."""
    noise = 1e-12 * max(map(abs, block.w))
    terms = [(p, f"x_{i}") for i, p in enumerate(block.w, 1) if abs(p) > noise]
    terms += [(block.b, "")] if block.b else []
    texts = [
        f"{'-' if p < 0 else '+'} "
        + (name if name and abs(p) == 1 else f"{abs(p):.3g} {name}".rstrip())
        for p, name in terms
    ]
    return " ".join(texts).removeprefix("+ ") + " > 0"


def _action(block: Block) -> str:
    if block.kind == "crush":
        return "flattens onto its boundary"
    if block.kind == "fold":
        return f"folds over, stretched by {abs(block.stretch):.3g}"
    if abs(block.stretch - 1) < 1e-12:
        return f"slides along ({', '.join(f'{p:.3g}' for p in block.u)})"
    return f"is stretched by {block.stretch:.3g}"
