"""What several judges of set 06 need: random ResNets of halves, a block, and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.report import Bonus, Line
from course_lib.exact import ExactOneNeuronResNet, Vector, dot, freeze
from course_lib.networks import OneNeuronResNet

__all__ = [
    "ZERO",
    "Box",
    "Checked",
    "about",
    "after_block",
    "at",
    "fitting",
    "halves",
    "in_fractions",
    "mixed",
    "random_box",
    "random_resnet",
]

Box = tuple[tuple[float, float], ...]
Checked = Iterator[Line | Bonus]
ZERO = Fraction(0)


def fitting(found: Any, mistakes: Iterable[tuple[Any, str]], default: str) -> str:
    """The hint of the first mistake that gives what was returned."""
    for value, hint in mistakes:
        if np.shape(value) == np.shape(found) and read.close(found, value):
            return hint
    return default


def at(point: Iterable[Any]) -> str:
    """A point for a sentence.

    >>> at([0.5, Fraction(-1, 3)])
    '(1/2, -1/3)'
    """
    return "(" + ", ".join(str(Fraction(entry).limit_denominator(10**6)) for entry in point) + ")"


def about(value: Fraction) -> str:
    """A rational in few characters, however many digits it has."""
    try:
        short = value.denominator <= 1000 and abs(value) < 10**6
        return str(value) if short else f"{float(value):.6g}"
    except (OverflowError, ValueError):
        return "a number too large to print"


def halves(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Random multiples of a half from -3/2 to 3/2, few of them 0."""
    return rng.choice([-3, -2, -2, -1, -1, 0, 1, 1, 2, 2, 3], shape) / 2


def mixed(rng: np.random.Generator, sizes: Sequence[float], dim: int) -> np.ndarray:
    """Numbers of both signs and of these sizes, none 0."""
    signs = np.where(np.arange(dim) % 2 == 0, 1.0, -1.0)
    return rng.permutation(signs) * rng.choice(sizes, dim)


def random_resnet(rng: np.random.Generator, dim: int, depth: int) -> OneNeuronResNet:
    """A ResNet whose weights are multiples of a half."""
    u, w = (halves(rng, depth, dim) for _ in "uw")
    readout = (mixed(rng, (0.5, 1.0, 2.0), dim), float(halves(rng)))
    return OneNeuronResNet.from_blocks(u, w, halves(rng, depth), readout=readout)


def random_box(rng: np.random.Generator, dim: int) -> Box:
    """A box around 0, not symmetric as a rule, with ends at multiples of a half."""
    return tuple((-float(rng.integers(1, 5)) / 2, float(rng.integers(1, 4))) for _ in range(dim))


def in_fractions(net: OneNeuronResNet) -> ExactOneNeuronResNet:
    """The network of the stored weights, as fractions."""
    frozen = freeze(net)
    assert isinstance(frozen, ExactOneNeuronResNet)
    return frozen


def after_block(u: Vector, w: Vector, b: Fraction, x: Vector) -> Vector:
    """The state after a block: x + u relu(w·x + b)."""
    z = max(dot(w, x) + b, ZERO)
    return tuple(entry + z * step for entry, step in zip(x, u, strict=True))
