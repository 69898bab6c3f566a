"""Functions of many variables as sums of ridges g(a·x): from the line to R^d."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.constructions.line import Polyline
from course_lib.constructions.universal.hinges import hinges
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import read_vector
from course_lib.networks import FullyConnected

__all__ = ["Ridge", "fourier_ridges", "ridge_sum"]

Box = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Ridge:
    """A function x -> g(a·x) with g a polyline whose outer segments go on straight.

    Args:
        direction: a, d numbers.
        profile: g.
    """

    direction: tuple[float, ...]
    profile: Polyline


def ridge_sum(ridges: Iterable[Ridge]) -> FullyConnected:
    """The sum of ridges as one hidden layer: one neuron per kink and one per line; exact on R^d.

    Raises:
        InvalidInputError: no ridge at all.
        ShapeError: directions of different length.

    >>> tent = Polyline([-1, 0, 1], [0, 1, 0])
    >>> net = ridge_sum([Ridge((1.0, 0.0), tent), Ridge((0.0, 1.0), tent)])
    >>> net.widths, net([[0.0, 0.5]]).item()
    ((4,), 1.5)
    """
    ridges = list(ridges)
    if not ridges:
        raise InvalidInputError("ridge_sum got no ridge. Pass at least one.")
    if len({len(ridge.direction) for ridge in ridges}) != 1:
        raise ShapeError("The ridges have directions of different length. Pass one R^d.")
    layers = [_neurons(ridge) for ridge in ridges]
    W, b, a = (
        np.concatenate(parts) for parts in zip(*(layer[:3] for layer in layers), strict=True)
    )
    return FullyConnected.from_layers([(W, b), (a, sum(layer[3] for layer in layers))])


def fourier_ridges(f: Callable[..., Any], box: Box, order: int, cells: int) -> FullyConnected:
    """Approximate f on a box by cosine waves, each drawn by hinges: the proof of universality, run.

    The even mirror image of f is continuous on a torus; its Fejér mean of the given order is a sum
    of waves cos(k·x + φ), and a wave is a ridge. Both errors go to 0: the mean's with the order (f
    continuous), the hinges' with the cells. (Cybenko 1989 and Hornik 1991 prove more, by duality.)

    Args:
        f: vectorised, points (..., d) -> values (...).
        box: d pairs (low, high).
        order: the largest frequency per axis, at least 1; (order + 1)^d coefficients.
        cells: equal cells per half wave of the strongest wave, at least 1. A wave of a share r of
            its strength gets cells sqrt(r), rounded (their errors are then alike), or is left out.

    Returns:
        a network with one hidden layer, float64.

    Raises:
        InvalidInputError: order or cells below 1, or an empty box.

    >>> bump = lambda x: np.exp(-(x**2).sum(axis=-1))
    >>> net = fourier_ridges(bump, ((-1, 1), (-1, 1)), order=8, cells=8)
    >>> abs(net([0.3, 0.2]).item() - float(bump(np.array([0.3, 0.2])))) < 0.1
    True
    """
    if order < 1 or cells < 1 or not all(low < high for low, high in box):
        raise InvalidInputError("Pass order >= 1, cells >= 1 and a box of pairs low < high.")
    low, high = np.array(box, dtype=float).T
    waves: dict[tuple[int, ...], float] = {}
    for index, coefficient in np.ndenumerate(_fejer_coefficients(f, low, high, order)):
        # a product of cosines is the mean of the waves over all signs but the first
        signs = list(itertools.product(*((1,), *[(1, -1)] * (len(box) - 1))))
        for sign in signs:
            wave = tuple(int(k * s) for k, s in zip(index, sign, strict=True))
            if next((k for k in wave if k), 1) < 0:  # cos is even: one name per wave
                wave = tuple(-k for k in wave)
            waves[wave] = waves.get(wave, 0.0) + float(coefficient) / len(signs)
    scale = math.pi / (high - low)
    constant = waves.pop((0,) * len(box))
    flat = Ridge((1.0,) * len(box), Polyline((Fraction(0), Fraction(1)), (Fraction(constant),) * 2))
    strongest = max(map(abs, waves.values())) or 1.0
    ridges = [
        _wave(np.array(k) * scale, low, high, size, share)
        for k, size in waves.items()
        if (share := round(cells * math.sqrt(abs(size) / strongest)))
    ]
    return ridge_sum([flat, *ridges])


def _neurons(ridge: Ridge) -> tuple[NDArray, NDArray, NDArray, float]:
    x, y = (
        np.array([float(t) for t in part]) for part in (ridge.profile.knots, ridge.profile.values)
    )
    w, b, a, c = hinges(x[1:-1], np.diff(y) / np.diff(x), anchor=(float(x[0]), float(y[0])))
    return w[:, None] * np.array(ridge.direction), b, a, c


def _fejer_coefficients(
    f: Callable[..., Any], low: NDArray, high: NDArray, order: int
) -> NDArray[np.float64]:
    """Cosine coefficients (k_1, ..., k_d) of f on the box, damped by 1 - k/(order + 1) per axis."""
    size = 8 * (order + 1)
    angle = (np.arange(size) + 0.5) / size  # midpoints: the sums below are then exact up to order
    grid = np.stack(np.meshgrid(*[angle] * len(low), indexing="ij"), axis=-1)
    values = np.asarray(f(low + grid * (high - low)), dtype=float)
    k = np.arange(order + 1)
    basis = np.cos(math.pi * np.outer(k, angle)) * np.where(k == 0, 1, 2)[:, None] / size
    basis *= (1 - k / (order + 1))[:, None]
    for _ in low:  # each pass turns the first axis of points into a last axis of frequencies
        values = np.tensordot(values, basis, axes=(0, 1))
    return values


def _wave(direction: NDArray, low: NDArray, high: NDArray, size: float, cells: int) -> Ridge:
    """The ridge size · cos(direction·(x - low)), straight on equal parts of its range."""
    reach = np.stack([np.zeros_like(low), direction * (high - low)])
    start, stop = reach.min(axis=0).sum(), reach.max(axis=0).sum()
    count = cells * max(1, round((stop - start) / math.pi))
    phase = np.linspace(start, stop, count + 1)
    knots = phase + direction @ low
    return Ridge(
        tuple(direction.tolist()), Polyline(read_vector(knots), read_vector(size * np.cos(phase)))
    )
