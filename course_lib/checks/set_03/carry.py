"""03.carry: the identity on a box, through d neurons."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.arguments import counted
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, expect
from course_lib.checks.set_03.shared import COUNTS, SPACES, listed, parts

Array = np.ndarray
NAMES = ("W1", "b1", "W2", "b2")


def _relu(x: Array) -> Array:
    return np.maximum(x, 0)


MISTAKEN: dict[str, Callable[[Array, Array, Array], Array]] = {
    "ReLU cuts negative coordinates off. Lift the box before, so that it has none.": (
        lambda x, low, high: _relu(x)
    ),
    "You shift the box before the ReLU. What has to be done afterwards?": (
        lambda x, low, high: _relu(x - low)
    ),
    "The sign of the shift: after it the lowest corner should be at 0. Put x = low in.": (
        lambda x, low, high: _relu(x + low) - low
    ),
    "The sign of the second shift: it has to undo the first one.": (
        lambda x, low, high: _relu(x - low) - low
    ),
    "You lift by the wrong corner: after the shift x = low must not be negative.": (
        lambda x, low, high: _relu(x - high) + high
    ),
}


@exercise(
    "03.carry",
    "The identity on a box, through d neurons",
    hints=(
        "ReLU doesn't touch a number that is ≥ 0.",
        "Shift the whole box into the region where all coordinates are ≥ 0; shift back afterwards.",
        "Check the lowest corner: with x = low, what is W1 x + b1?",
    ),
)
def carry(answer: Answer, draw: Instances) -> Iterator[Line]:
    """W2 relu(W1 x + b1) + b2 = x on the box with d neurons (theory: the shift, trap 3)."""
    rng = draw.rng
    for d in (2, 3, 1):
        low, high = _draw(rng, d)
        value = parts(answer(low.tolist(), high.tolist()), 4, f"({', '.join(NAMES)})")
        rows = _length(value[0])
        yield expect(
            rows <= d,
            f"The layer {SPACES[d]} has {COUNTS[d]} neuron{'s' * (d > 1)}.",
            but=f"Your W1 has {counted(rows, 'row')}.",
            hint="A pair relu(t) − relu(−t) works everywhere, but costs two neurons a coordinate. "
            "On a box you know how low t can get.",
        )
        shapes = ((d, d), (d,), (d, d), (d,))
        layer = [read.array(*part) for part in zip(value, shapes, NAMES, strict=True)]
        yield _comes_out(layer, low, high, _points(rng, low, high))


def _draw(rng: np.random.Generator, d: int) -> tuple[Array, Array]:
    """A box with negative coordinates; in R^3 one coordinate is positive."""
    low = rng.integers(-6, 0, d)
    low[-1] = -low[-1] if d == 3 else low[-1]
    return low, low + rng.integers(1, 9, d)


def _points(rng: np.random.Generator, low: Array, high: Array) -> Array:
    """All corners of the box, low first, and some points inside."""
    corners = np.array(list(itertools.product(*zip(low, high, strict=True))), dtype=float)
    inside = low + rng.random((4, len(low))).round(1) * (high - low)
    return np.concatenate([corners, inside])


def _comes_out(layer: Sequence[Array], low: Array, high: Array, points: Array) -> Line:
    W1, b1, W2, b2 = layer
    with np.errstate(all="ignore"):
        images = _relu(points @ W1.T + b1) @ W2.T + b2
    bad = np.flatnonzero(~np.isclose(images, points, rtol=1e-9, atol=1e-9).all(axis=1))
    k = bad[0] if bad.size else 0
    return expect(
        not bad.size,
        f"Every point of the box {SPACES[len(low)]} comes out as it went in.",
        but=f"In the box from {listed(low)} to {listed(high)} the point {listed(points[k])} "
        f"comes out as {listed(images[k])}.",
        hint=_hint(points, images, low, high),
    )


def _length(value: Any) -> int:
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return 0
    sized = isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim > 0)
    return len(value) if sized else 0


def _hint(points: Array, images: Array, low: Array, high: Array) -> str:
    for hint, formula in MISTAKEN.items():
        if read.close(images, formula(points, low, high), 1e-9):
            return hint
    return "Follow this point: W1 x + b1, then ReLU, then W2 and b2. Where does it get lost?"
