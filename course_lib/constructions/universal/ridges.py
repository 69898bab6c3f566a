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

from course_lib.arguments import read_instance, read_list, read_whole
from course_lib.constructions.line import Polyline
from course_lib.constructions.universal.hinges import hinges
from course_lib.errors import ShapeError
from course_lib.exact import read_vector
from course_lib.networks import FullyConnected
from course_lib.networks.reading import read_numbers, values_of
from course_lib.regions.boxes import read_float_box

__all__ = [
    "Ridge",
    "WaveCosts",
    "fourier_ridges",
    "ridge_polygon",
    "ridge_sum",
    "wave_costs",
]

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

    def __post_init__(self) -> None:
        direction = read_numbers("direction", self.direction, 1, "a vector of d numbers")
        object.__setattr__(self, "direction", tuple(direction.tolist()))
        read_instance("profile", self.profile, Polyline, "Build one as Polyline(knots, values).")


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
    ridges = [
        read_instance("a ridge", ridge, Ridge, "Build one as Ridge(direction, profile).")
        for ridge in read_list("ridges", ridges, of="Ridges", at_least=1)
    ]
    if len({len(ridge.direction) for ridge in ridges}) != 1:
        raise ShapeError("The ridges have directions of different length. Pass one R^d.")
    layers = [_neurons(ridge) for ridge in ridges]
    W, b, a = (
        np.concatenate(parts) for parts in zip(*(layer[:3] for layer in layers), strict=True)
    )
    return FullyConnected.from_layers([(W, b), (a, sum(layer[3] for layer in layers))])


def ridge_polygon(directions: int) -> FullyConnected:
    """1 - (π/2n) Σ |w·x| over n unit directions w, evenly turned: a 2n-gon from 2n neurons.

    The mean of |w·x| over all directions is 2|x|/π, so the function is nearly 1 - |x|, and for
    n >= 2 it is positive exactly inside a regular 2n-gon around 0, up to rounding.

    Args:
        directions: n, at least 1 (for n = 1 the positive set is a strip).

    Returns:
        a float64 network on the plane with one hidden layer of width 2n.

    Raises:
        InvalidInputError: no direction.

    >>> square = ridge_polygon(2)
    >>> square.widths, (square([[0, 1.27], [0, 1.28]]) > 0).tolist()
    ((4,), [True, False])
    """
    n = read_whole("directions", directions, at_least=1, at_most=10**5)
    scale = math.pi / (2 * n)
    knots, heights = (-1, 0, 1), (1 / n - scale, 1 / n, 1 / n - scale)
    profile = Polyline(read_vector(knots), read_vector(heights))
    turns = (math.pi * k / n for k in range(n))
    return ridge_sum(Ridge((math.cos(turn), math.sin(turn)), profile) for turn in turns)


def fourier_ridges(f: Callable[..., Any], box: Box, order: int, cells: int) -> FullyConnected:
    """Approximate f on a box by cosine waves, each drawn by hinges: the proof of universality, run.

    The even mirror image of f is continuous on a torus; its Fejér mean of the given order is a sum
    of waves cos(k·x + φ), and a wave is a ridge. Two errors add up: the mean's goes to 0 with the
    order (f continuous), the hinges' with the cells, order by order. More frequencies alone do not
    help below the hinges' error, which :func:`wave_costs` bounds: let the cells grow with the
    order. (Cybenko 1989 and Hornik 1991 prove more, by duality.)

    Args:
        f: vectorised, points (..., d) -> values (...).
        box: d pairs (low, high).
        order: the largest frequency per axis, at least 1; (order + 1)^d coefficients.
        cells: equal cells per half wave of the strongest wave, at least 1. A wave of a share r of
            its strength gets cells · sqrt(r), rounded (their errors are then alike): where that is
            less than one half, none, and the wave is left out.

    Returns:
        a network with one hidden layer, float64.

    Raises:
        ShapeError: values of another shape than (...).
        InvalidInputError: order or cells below 1, or an empty box.

    >>> bump = lambda x: np.exp(-(x**2).sum(axis=-1))
    >>> net = fourier_ridges(bump, ((-1, 1), (-1, 1)), order=8, cells=8)
    >>> abs(net([0.3, 0.2]).item() - float(bump(np.array([0.3, 0.2])))) < 0.1
    True
    """
    low, high = read_float_box(box).T
    constant, waves = _waves(f, low, high, order, cells)
    scale = math.pi / (high - low)
    flat = Ridge((1.0,) * len(low), Polyline((Fraction(0), Fraction(1)), (Fraction(constant),) * 2))
    ridges = [
        _wave(np.array(k) * scale, low, high, size, share) for k, size, share in waves if share
    ]
    return ridge_sum([flat, *ridges])


@dataclass(frozen=True)
class WaveCosts:
    """What :func:`fourier_ridges` adds to the error of the Fejér mean.

    Args:
        drawn: how many waves are drawn by hinges.
        left_out: how many are too weak for a single cell, and left out.
        bent: a bound on the error of the drawn ones, Σ |size| (π/cells)²/8: the h²/8 law.
        missing: a bound on the error of those left out, Σ |size|.
    """

    drawn: int
    left_out: int
    bent: float
    missing: float

    @property
    def total(self) -> float:
        """A bound on |network - Fejér mean| everywhere on the box."""
        return self.bent + self.missing


def wave_costs(f: Callable[..., Any], box: Box, order: int, cells: int) -> WaveCosts:
    """Bound how far ``fourier_ridges(f, box, order, cells)`` is from the Fejér mean it draws.

    Args:
        f: as for :func:`fourier_ridges`.
        box: as for it.
        order: as for it.
        cells: as for it.

    Raises:
        ShapeError: as for :func:`fourier_ridges`.
        InvalidInputError: as for it.

    >>> bump = lambda x: np.exp(-(x**2).sum(axis=-1))
    >>> for order, cells in ((8, 8), (32, 8), (32, 32)):
    ...     print(round(wave_costs(bump, ((-1, 1), (-1, 1)), order, cells).total, 3))
    0.045
    0.112
    0.02
    """
    low, high = read_float_box(box).T
    _, waves = _waves(f, low, high, order, cells)
    drawn = [(size, share) for _, size, share in waves if share]
    weak = [size for _, size, share in waves if size and not share]
    bent = sum(abs(size) * (math.pi / share) ** 2 / 8 for size, share in drawn)
    return WaveCosts(len(drawn), len(weak), bent, sum(map(abs, weak)))


def _waves(
    f: Callable[..., Any], low: NDArray, high: NDArray, order: int, cells: int
) -> tuple[float, list[tuple[tuple[int, ...], float, int]]]:
    """The Fejér mean: its constant, and (frequencies, size, cells per half wave) of each wave."""
    order = read_whole("order", order, at_least=1, at_most=1000)
    cells = read_whole("cells", cells, at_least=1, at_most=10**6)
    waves: dict[tuple[int, ...], float] = {}
    for index, coefficient in np.ndenumerate(_fejer_coefficients(f, low, high, order)):
        # a product of cosines is the mean of the waves over all signs but the first
        signs = list(itertools.product(*((1,), *[(1, -1)] * (len(low) - 1))))
        for sign in signs:
            wave = tuple(int(k * s) for k, s in zip(index, sign, strict=True))
            if next((k for k in wave if k), 1) < 0:  # cos is even: one name per wave
                wave = tuple(-k for k in wave)
            waves[wave] = waves.get(wave, 0.0) + float(coefficient) / len(signs)
    constant = waves.pop((0,) * len(low))
    strongest = max(map(abs, waves.values())) or 1.0
    return constant, [
        (k, size, round(cells * math.sqrt(abs(size) / strongest))) for k, size in waves.items()
    ]


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
    values = values_of(f, low + grid * (high - low), grid.shape[:-1])
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
