"""Whether a sum of ridges can multiply: one hidden layer within a given error of xy."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line, NotYet, expect
from course_lib.checks.set_01.shared import ROUNDING, one_layer, rounded
from course_lib.networks import FullyConnected

__all__ = ["product_ridges"]

RIDGES = 80  # neurons of an answer
CORNERS = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])


@exercise(
    "01.product_ridges",
    "A network that multiplies",
    hints=(
        "(x + y)² and (x − y)² are ridges. What is their difference?",
        "On which interval does x + y run, when x and y run over [−1, 1]?",
        "A chain of n equal segments lies above t² by at most h²/4 and never below. What does that "
        "give for the difference of two chains?",
    ),
)
def product_ridges(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """One hidden layer within a given error of xy on the square (lesson 01, section 9)."""
    least = True
    errors = {
        "A large error": Fraction(1, 9),
        "A smaller error": Fraction(1, 16),
        "A small error": Fraction(1, int(draw.rng.integers(20, 60))),
    }
    for case, error in errors.items():
        net = one_layer(answer(error), 2, RIDGES)
        gap, place = _largest_gap(net)
        yield expect(
            gap <= error + ROUNDING,
            f"{case}: the network is that near to xy at every point of the square.",
            but=f"{_at(net, place)}; the error there is {rounded(Fraction(gap))}, more than "
            f"{error}.",
            hint=_thought(net, float(error)),
        )
        segments = math.isqrt(math.ceil(1 / error) - 1) + 1
        least &= net.widths[0] <= 2 * segments - 1
    if least:
        yield Bonus(1, "fewer neurons than two chains of right-facing hinges take.")


@np.errstate(all="ignore")  # weights may be huge; the end of it looks for what is not finite
def _largest_gap(net: FullyConnected) -> tuple[float, np.ndarray]:
    """The largest |net - xy| on the square, up to rounding, and where.

    On a linear piece of the network the difference is a saddle, so it is extreme on an edge: look
    along every crease and every side, at the crossings and where the derivative is 0.
    """
    start, stop = _segments(net)
    low, high = _between_crossings(net, start, stop)
    p, q, m = (_difference(net, start, stop, t) for t in (low, high, (low + high) / 2))
    bend, tilt = 2 * (p - 2 * m + q), q - p  # on [0, 1]: p + (tilt - bend) s + bend s²
    s = np.where(bend == 0, 0.0, (bend - tilt) / (2 * bend))
    top = low + np.clip(np.nan_to_num(s), 0, 1) * (high - low)
    t = np.concatenate([low, high, top], axis=1)
    gaps = np.abs(_difference(net, start, stop, t))
    if not np.isfinite(gaps).all():
        raise NotYet("The values on the square are finite.", "Some weights are too large for that.")
    k, i = np.unravel_index(gaps.argmax(), gaps.shape)
    return float(gaps[k, i]), start[k] + t[k, i] * (stop[k] - start[k])


def _segments(net: FullyConnected) -> tuple[np.ndarray, np.ndarray]:
    """The sides of the square and the creases inside, shapes (segments, 2)."""
    sides = list(zip(CORNERS, np.roll(CORNERS, -1, axis=0), strict=True))
    found = list(sides)
    W, b, _, _ = _arrays(net)
    for w, offset in zip(W, b, strict=True):
        ends = []
        for one, other in sides:
            h, g = one @ w + offset, other @ w + offset
            if (h < 0) != (g < 0):
                ends.append(one + h / (h - g) * (other - one))
        if len(ends) == 2:
            found.append((ends[0], ends[1]))
    start, stop = (np.array(end) for end in zip(*found, strict=True))
    return start, stop


def _between_crossings(
    net: FullyConnected, start: np.ndarray, stop: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Parameters where each segment's straight parts begin and end, shapes (segments, parts)."""
    W, b, _, _ = _arrays(net)
    before, after = start @ W.T + b, stop @ W.T + b  # segment, neuron
    crossings = before / (before - after)
    crossings[~((crossings > 0) & (crossings < 1))] = 0.0
    ends = np.zeros((len(start), 1)), np.ones((len(start), 1))
    t = np.sort(np.concatenate([ends[0], crossings, ends[1]], axis=1))
    return t[:, :-1], t[:, 1:]


def _difference(
    net: FullyConnected, start: np.ndarray, stop: np.ndarray, t: np.ndarray
) -> np.ndarray:
    """The difference net - xy at parameters (segment, k)."""
    points = start[:, None] + t[..., None] * (stop - start)[:, None]
    return _values(net, points) - points.prod(-1)


def _arrays(net: FullyConnected) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """W, b, a, c of a network with one hidden layer, in doubles."""
    (W, a), (b, c) = ([p.astype(np.float64) for p in pair] for pair in (net.weights, net.biases))
    return W, b, a[0], float(c[0])


def _values(net: FullyConnected, points: np.ndarray) -> np.ndarray:
    W, b, a, c = _arrays(net)
    values: np.ndarray = np.maximum(points @ W.T + b, 0) @ a + c
    return values


def _at(net: FullyConnected, place: np.ndarray) -> str:
    x, y = (Fraction(float(c)) for c in place)
    value = Fraction(float(_values(net, place)))
    return f"At ({rounded(x)}, {rounded(y)}) you return {rounded(value)}"


def _thought(net: FullyConnected, error: float) -> str:
    """The mistake whose picture the network resembles on a grid of points."""
    ticks = np.linspace(-1, 1, 21)
    x, y = (c.ravel() for c in np.meshgrid(ticks, ticks))
    values = _values(net, np.stack([x, y], axis=1))
    gaps = np.abs(values - x * y)
    if gaps[abs(x) + abs(y) <= 1].max() <= error / 2 < gaps.max() / 2:
        return (
            "Your network multiplies on the diamond |x| + |y| ≤ 1, and not at the corners of the "
            "square. How far does x + y run?"
        )
    distance, thought = min(
        (float(np.abs(values - picture).max()), thought) for picture, thought in _mistakes(x, y)
    )
    if 2 * distance < gaps.max():
        return thought
    if gaps.max() <= 1:
        return (
            "The shape is right, and too coarse. How does a chain's error depend on the number of "
            "its segments?"
        )
    return "Compare your network with xy at the corners and at the middle of the sides."


def _mistakes(x: np.ndarray, y: np.ndarray) -> Iterator[tuple[np.ndarray, str]]:
    yield 0 * x, "Your network is nearly 0 everywhere. Which functions do you subtract?"
    yield -x * y, "Your network is near −xy. Which of the two ridges has the minus sign?"
    for k in (4, 2, 1 / 2):
        yield k * x * y, "Your network is near a multiple of xy: mind the 4."
    for k in (1 / 4, 1 / 2, 1):
        for sign in (1, -1):
            ridge = k * (x + sign * y) ** 2
            yield ridge, "Your network is near a single ridge. What removes x² and y²?"
    for k in (1 / 2, 1, 2):
        squares = k * (x**2 + y**2)
        yield squares, "Your network is near a sum of squares: they did not cancel."
