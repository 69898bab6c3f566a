"""The hypothesis that can't be dropped: with a polynomial activation, width buys nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.arguments import read_whole
from course_lib.constructions.line import SizedFunction, read_interval
from course_lib.errors import ShapeError
from course_lib.networks.reading import read_numbers, values_of

__all__ = ["fit_random_neurons", "polynomial_floor"]

Array = NDArray[np.float64]


def polynomial_floor(f: SizedFunction, interval: tuple[float, float], degree: int) -> float:
    """A sup-norm error that no polynomial of this degree can beat on the interval.

    One hidden layer with a polynomial activation of degree p computes a polynomial of degree p,
    whatever its width; so this floor holds for all widths (Leshno, Lin, Pinkus & Schocken 1993: an
    activation works if and only if it is no polynomial). By de la Vallée Poussin, a polynomial
    whose errors alternate in sign at p + 2 points, with size E or more, leaves every polynomial an
    error of E or more. The points are improved by exchange, and the best E is returned.

    Args:
        f: vectorised.
        interval: (low, high).
        degree: p, at least 0 and at most 40.

    Raises:
        InvalidInputError: an empty interval or a degree outside its range.

    >>> round(polynomial_floor(np.abs, (-1.0, 1.0), degree=2), 4)
    0.125
    """
    low, high = map(float, read_interval(interval))
    degree = read_whole("degree", degree, at_least=0, at_most=40)
    x = np.cos(np.linspace(np.pi, 0, 200 * (degree + 2) + 1))
    y = values_of(f, (low + high) / 2 + x * (high - low) / 2, x.shape)
    # a lopsided start: on symmetric points the level of a symmetric f can vanish
    chosen = np.linspace(0, 0.9 * (len(x) - 1), degree + 2).round().astype(int)
    floor = 0.0
    for _ in range(20):
        polynomial, level = _levelled(x[chosen], y[chosen], degree)
        if level <= floor * (1 + 1e-12):
            break
        floor = level
        better = _alternation(y - np.polynomial.chebyshev.chebval(x, polynomial), degree + 2)
        if len(better) < degree + 2:  # what is left of the error is rounding
            break
        chosen = better
    return floor


def fit_random_neurons(
    activation: Callable[[Array], Any], points: ArrayLike, values: ArrayLike, width: int, seed: int
) -> Array:
    """The best least-squares fit by ``width`` random neurons: its values at the same points.

    Neurons are σ(s (x - t)), with s = ±1 over the spread of the points and t uniform among them;
    only the output layer is fitted. The same seed gives the same first neurons at any width, so a
    wider fit is never worse in least squares.

    Args:
        activation: σ, vectorised.
        points: shape (n,).
        values: shape (n,).
        width: at least 1.
        seed: of the neurons.

    Raises:
        ShapeError: points and values that do not pair up.
        InvalidInputError: width below 1.

    >>> x = np.linspace(-1, 1, 201)
    >>> for width in (4, 40):
    ...     error = np.abs(fit_random_neurons(np.square, x, np.abs(x), width, seed=0) - np.abs(x))
    ...     print(error.max() >= polynomial_floor(np.abs, (-1.0, 1.0), degree=2))
    True
    True
    """
    x = read_numbers("points", points, 1, "a vector (n,)")
    y = read_numbers("values", values, 1, "a vector (n,)")
    if x.ndim != 1 or x.shape != y.shape or x.size < 2:
        raise ShapeError(f"Got points {x.shape} and values {y.shape}. Pass two vectors (n,).")
    width = read_whole("width", width, at_least=1, at_most=10**6)
    seed = read_whole("seed", seed, at_least=0, at_most=None)
    draws = np.random.default_rng(seed).uniform(size=(width, 2))
    sign = np.where(draws[:, 0] < 0.5, -1.0, 1.0)
    centre = x.min() + draws[:, 1] * np.ptp(x)
    inputs = sign * (x[:, None] - centre) / np.ptp(x)
    features = values_of(activation, inputs, inputs.shape, "activation")  # point, neuron
    features = np.column_stack([np.ones_like(x), features])
    return features @ np.linalg.lstsq(features, y, rcond=1e-12)[0]


def _levelled(x: Array, y: Array, degree: int) -> tuple[Array, float]:
    """The polynomial whose errors at the p + 2 points are ±E in turn, and |E|."""
    signs = (-1.0) ** np.arange(degree + 2)
    system = np.column_stack([np.polynomial.chebyshev.chebvander(x, degree), signs])
    solution = np.linalg.solve(system, y)
    return solution[:-1], abs(float(solution[-1]))


def _alternation(error: Array, count: int) -> NDArray[np.intp]:
    """Indices of up to ``count`` peaks of alternating sign, the weaker ends dropped first.

    Errors levelled at ``count`` points alternate there, so there are enough, rounding aside.
    """
    starts = np.flatnonzero(np.diff(np.sign(error), prepend=0) != 0)
    runs = np.split(np.arange(error.size), starts[1:])
    peaks = [int(run[np.argmax(np.abs(error[run]))]) for run in runs if error[run].any()]
    while len(peaks) > count:  # what stays still alternates
        peaks.pop(0 if abs(error[peaks[0]]) < abs(error[peaks[-1]]) else -1)
    return np.array(peaks)
