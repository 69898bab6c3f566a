"""04.apply_blocks: follow points through blocks of one neuron."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import array, close
from course_lib.checks.report import Line, expect
from course_lib.checks.set_04.shared import Array, Generator, first_that, hint_for, told

Step = Callable[[Array, Array, Array, float], Array]
Walk = Callable[[Array, Array, Array, Array], Array]
Instance = tuple[Array, Array, Array, Array]  # points, u, w, b


def _relu(values: Array) -> Array:
    return np.maximum(values, 0)


def _step(x: Array, u: Array, w: Array, b: float) -> Array:
    return x + _relu(x @ w + b)[:, None] * u


def _walked(points: Array, u: Array, w: Array, b: Array, one: Step = _step) -> Array:
    """The points after all blocks, each of which does ``one`` thing to the state."""
    return reduce(lambda x, block: one(x, *block), zip(u, w, b, strict=True), points)


WRONG_STEPS: dict[str, Step] = {
    "The block adds to x. What is left of x in your formula?": lambda x, u, w, b: (
        _relu(x @ w + b)[:, None] * u
    ),
    "A block whose neuron is negative is silent. Where is the ReLU in your formula?": (
        lambda x, u, w, b: x + (x @ w + b)[:, None] * u
    ),
    "A block reads with w and writes with u. Which of them stands inside the ReLU?": (
        lambda x, u, w, b: x + _relu(x @ u + b)[:, None] * w
    ),
    "The neuron is relu(w·x + b): with which sign does b enter?": (
        lambda x, u, w, b: x + _relu(x @ w - b)[:, None] * u
    ),
    "Each block has an offset b. What do you do with it?": (
        lambda x, u, w, b: x + _relu(x @ w)[:, None] * u
    ),
    "The offset decides when the neuron fires: it belongs inside the ReLU.": (
        lambda x, u, w, b: x + (_relu(x @ w) + b)[:, None] * u
    ),
    "The ReLU acts on the one number w·x + b, not on the coordinates of the state.": (
        lambda x, u, w, b: _relu(x + (x @ w + b)[:, None] * u)
    ),
}
WRONG_WALKS: dict[str, Walk] = {
    "The second block reads the state that the first one left, not the input.": (
        lambda points, u, w, b: points + _relu(points @ w.T + b) @ u
    ),
    "The blocks act in the order of the rows: row 0 comes first.": (
        lambda points, u, w, b: _walked(points, u[::-1], w[::-1], b[::-1])
    ),
    "All blocks act, the last one too.": (
        lambda points, u, w, b: _walked(points, u[:-1], w[:-1], b[:-1])
    ),
}


def _mistaken(points: Array, u: Array, w: Array, b: Array) -> dict[str, Array]:
    """Where the named mistakes would take the points."""
    wrong = {hint: _walked(points, u, w, b, one) for hint, one in WRONG_STEPS.items()}
    if len(b) > 1:
        wrong |= {hint: walk(points, u, w, b) for hint, walk in WRONG_WALKS.items()}
    return wrong


def _drawn(rng: Generator, depth: int, dim: int) -> Instance:
    """Points, u, w and b with small halves, so that the numbers can be followed by hand."""
    points = rng.integers(-4, 5, (5, dim)) / 2
    u, w = (rng.choice([-2.0, -1.0, 1.0, 2.0], (depth, dim)) for _ in range(2))
    return points, u, w, rng.choice([-3, -1, 1, 3], depth) / 2


def _tells(instance: Instance) -> bool:
    points, _, w, b = instance
    first = points @ w[0] + b[0]
    ends = [_walked(*instance), *_mistaken(*instance).values()]
    return min(first) < 0 < max(first) and len({(end + 0.0).tobytes() for end in ends}) == len(ends)


@exercise(
    "04.apply_blocks",
    "Push points through one-neuron blocks",
    hints=(
        "Take a single point and a single block, and follow the numbers on paper.",
        "Three steps: read one number, w·x + b; cut it off below 0; add so many times u to x.",
        "Loop over the rows of u, w and b, and let each block act on what the last one left.",
    ),
)
def apply_blocks(answer: Answer, draw: Instances) -> Iterator[Line]:
    """States after L blocks for points of shape (n, d). Source: lesson 04, the diamond by hand."""
    rng = draw.rng
    asked = (
        (1, 2, "One block in the plane moves the points of its active side, and no others."),
        (3, 2, "Three blocks in the plane act one after the other."),
        (2, 3, "Two blocks act in three dimensions."),
    )
    for depth, dim, says in asked:
        instance = first_that((_drawn(rng, depth, dim) for _ in range(2000)), _tells)
        yield _judged(answer, instance, says)


def _judged(answer: Answer, instance: Instance, says: str) -> Line:
    points = instance[0]
    found = array(answer(*instance), points.shape, "the array of states")
    bad = np.flatnonzero(~np.isclose(found, _walked(*instance), rtol=1e-6, atol=1e-6).all(1))
    k = bad[0] if bad.size else 0
    return expect(
        not bad.size,
        says,
        but=f"Point x = {told(points[k])} goes to {told(found[k])} with you. "
        + _first_block(k, *instance),
        hint=hint_for(found, _mistaken(*instance), close),
    )


def _first_block(k: int, points: Array, u: Array, w: Array, b: Array) -> str:
    reads = float(points[k] @ w[0] + b[0])
    block = f"Block 1 has u = {told(u[0])}, w = {told(w[0])}, b = {told(b[0])}"
    does = "so x stays where it is" if reads <= 0 else "so x moves along u"
    more = "" if len(b) == 1 else f"; {len(b) - 1} more follow"
    return f"{block} and reads {told(reads)} there, {does}{more}."
