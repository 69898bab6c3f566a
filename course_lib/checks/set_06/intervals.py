"""Task 1: how far one block can push a coordinate, judged from ranges."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import expect
from course_lib.checks.set_06.shared import Checked, at, fitting, mixed

__all__ = ["interval_step"]


def _interval(low: Any, high: Any, u: Any, p: float, q: float) -> np.ndarray:
    steps = np.outer([max(p, 0.0), max(q, 0.0)], u)
    return np.array([low + steps.min(axis=0), high + steps.max(axis=0)])


def _ends(low: Any, high: Any, w: Any, b: float) -> tuple[float, float]:
    return w @ np.where(w > 0, low, high) + b, w @ np.where(w > 0, high, low) + b


def _step(low: Any, high: Any, u: Any, w: Any, b: float) -> np.ndarray:
    return _interval(low, high, u, *_ends(low, high, w, b))


def _step_without_relu(low: Any, high: Any, u: Any, w: Any, b: float) -> np.ndarray:
    steps = np.outer(_ends(low, high, w, b), u)
    return np.array([low + steps.min(axis=0), high + steps.max(axis=0)])


def _step_with_ends_mixed_up(low: Any, high: Any, u: Any, w: Any, b: float) -> np.ndarray:
    p, q = (max(w @ end + b, 0.0) for end in (low, high))
    steps = np.outer([p, q], u)
    return np.array([low + steps.min(axis=0), high + steps.max(axis=0)])


def _step_for_positive_u(low: Any, high: Any, u: Any, w: Any, b: float) -> np.ndarray:
    p, q = (max(end, 0.0) for end in _ends(low, high, w, b))
    return np.array([low + u * p, high + u * q])


def _step_from_zero(low: Any, high: Any, u: Any, w: Any, b: float) -> np.ndarray:
    return _interval(low, high, u, 0.0, _ends(low, high, w, b)[1])


def _step_both_ways(low: Any, high: Any, u: Any, w: Any, b: float) -> np.ndarray:
    reach = np.abs(u) * max(_ends(low, high, w, b)[1], 0.0)
    return np.array([low - reach, high + reach])


def _step_at_corners(low: Any, high: Any, u: Any, w: Any, b: float) -> np.ndarray:
    corners = np.array(list(itertools.product(*zip(low, high, strict=True))))
    after = corners + np.outer(np.maximum(corners @ w + b, 0.0), u)
    return np.array([after.min(axis=0), after.max(axis=0)])


STEP_MISTAKES: Mapping[Callable[..., np.ndarray], str] = {
    lambda *args: _step(*args)[::-1]: "The lower ends come first, then the upper ends.",
    lambda low, high, u, w, b: _step(low, high, u, w, 0.0): "Did b take part in w·x + b?",
    _step_without_relu: "A neuron never outputs anything negative. What becomes of a negative p?",
    _step_with_ends_mixed_up: "Where w_i is negative, w_i x_i is smallest at the upper end of x_i.",
    _step_for_positive_u: "A negative u_j turns the step around: then the largest output of the "
    "neuron pushes coordinate j furthest down.",
    _step_from_zero: "Safe, but too wide: the smallest output of the neuron need not be 0.",
    _step_both_ways: "Safe, but too wide: u_j pushes coordinate j in one direction only.",
    _step_at_corners: "At corners x_j and the output belong to one and the same x. The bound that "
    "is asked for forgets that: it knows the two ranges only. (Nor do corners always suffice.)",
    lambda low, high, u, w, b: _step(low, high, w, u, b): "w reads the state and u writes to it. "
    "You have swapped them.",
}


def _boxes_and_blocks(rng: np.random.Generator) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """A block whose neuron is on in part of the box, one on everywhere, one nowhere.

    In the first two cases all but one or two mistakes show, each in its own way.
    """
    count = len(STEP_MISTAKES)
    for what, shown in (
        ("on in part of the box", count - 1),
        ("on in the whole box", count - 2),
        ("never on", 0),
    ):
        while True:
            args = _box_and_block(rng, what)
            right = _step(*args)
            values = {tuple(mistake(*args).ravel()) for mistake in STEP_MISTAKES}
            if len(values - {tuple(right.ravel())}) >= shown:
                break
        yield what, args


def _box_and_block(rng: np.random.Generator, what: str) -> tuple[Any, ...]:
    dim = 2 if what == "never on" else 3
    low = rng.integers(-4, 1, dim) / 2
    high = low + rng.integers(1, 4, dim)
    u, w = (mixed(rng, (0.5, 1.0, 2.0), dim) for _ in "uw")
    p, q = _ends(low, high, w, 0.0)
    b = {"on in part of the box": -1.0 - p, "on in the whole box": 0.5 - p, "never on": -0.5 - q}
    return low, high, u, w, float(b[what])


def _range_fault(found: np.ndarray, args: tuple[Any, ...]) -> str:
    low, high, u, w, b = args
    for point in map(np.array, itertools.product(*zip(low, high, strict=True))):
        after = point + u * max(w @ point + b, 0.0)
        outside = np.flatnonzero((after < found[0] - 1e-9) | (after > found[1] + 1e-9))
        if len(outside):
            j = outside[0]
            return (
                f"At x = {at(point)} the block leads to {at(after)}; its coordinate {j + 1} lies "
                f"outside your interval [{found[0, j]:g}, {found[1, j]:g}]."
            )
    j = int(np.abs(found - _step(*args)).max(axis=0).argmax())
    return (
        f"For coordinate {j + 1} you return [{found[0, j]:g}, {found[1, j]:g}], which is not "
        "[least x_j + least step, largest x_j + largest step] for the range of this neuron."
    )


@exercise(
    "06.interval_step",
    "How far one block can push a coordinate",
    hints=(
        "First find the range [p, q] of w·x + b on the box, then that of the neuron's output.",
        "A coordinate is x_j plus the step u_j times the output. Bound both parts.",
        "The output runs from p⁺ to q⁺, and the step is monotone in it: look at its two ends.",
    ),
)
def interval_step(answer: Answer, draw: Instances) -> Checked:
    """The interval bounds of a block's output; lesson 06, section 3."""
    for what, args in _boxes_and_blocks(draw.rng):
        found = read.array(answer(*args), (2, len(args[0])))
        yield expect(
            read.close(found, _step(*args), 1e-9),
            f"The bounds are right for a block whose neuron is {what}.",
            but=_range_fault(found, args),
            hint=fitting(
                found,
                ((mistake(*args), hint) for mistake, hint in STEP_MISTAKES.items()),
                "Write down p, q, p⁺ and q⁺ for this block by hand, and then the two steps.",
            ),
        )
