"""Kinds of networks to compare in an experiment, and one rule that gives each its learning rate."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import (
    counted,
    read_flag,
    read_instance,
    read_list,
    read_number,
    read_whole,
)
from course_lib.errors import CourseError, InvalidInputError, TrainingDivergedError
from course_lib.networks import FullyConnected, Network, OneNeuronResNet
from course_lib.targets import UnitBall
from course_lib.training.loop import Target, batches_of, read_seeds, read_target, train
from course_lib.training.result import History, TrainingResult
from course_lib.training.start import initial_network

__all__ = ["Kind", "train_kind", "trial_losses"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Kind:
    """What is trained: blocks or hidden layers, all of one size.

    Args:
        neurons: in each block, x + Σ u_i relu(w_i·x + b_i), or in each hidden layer; at least 1.
        depth: blocks or hidden layers, at least 1.
        identity: whether x is added, as in a ResNet.

    Raises:
        InvalidInputError: a size outside these ranges.

    >>> print(Kind(4, 3), "|", Kind(15, 1, identity=False))
    4 neurons per block, depth 3 | fully connected, width 15, depth 1
    >>> Kind(12, 1).parameters(), Kind(1, 12).parameters(), Kind(15, 1, identity=False).parameters()
    (63, 63, 61)
    """

    neurons: int
    depth: int
    identity: bool = True

    def __post_init__(self) -> None:
        read_whole("neurons", self.neurons, at_least=1, at_most=10_000)
        read_whole("depth", self.depth, at_least=1, at_most=10_000)
        read_flag("identity", self.identity)

    def __str__(self) -> str:
        return f"{self.name}, depth {self.depth}"

    @property
    def name(self) -> str:
        """In words, without the depth."""
        each = f"{counted(self.neurons, 'neuron')} per block"
        return each if self.identity else f"fully connected, width {self.neurons}"

    @property
    def stem(self) -> str:
        """The name of a file."""
        return re.sub(r"\W+", "_", str(self))

    def parameters(self, dim: int = 2) -> int:
        """All weights and biases."""
        m, depth = self.neurons, self.depth
        dim = read_whole("dim", dim, at_least=1, at_most=10_000)
        if self.identity:
            return m * depth * (2 * dim + 1) + dim + 1
        return m * (dim + 1) + (depth - 1) * m * (m + 1) + m + 1


def train_kind(
    kind: Kind,
    seeds: int | Iterable[int],
    learning_rate: float,
    *,
    target: Target | None = None,
    steps: int = 2500,
    batch_size: int = 256,
    fresh: bool = True,
    start: Callable[[int, int], Network] | None = None,
    dropout: float = 0.0,
) -> TrainingResult:
    """Train networks of a kind, as :func:`train` does: the same starts, batches, loss and cosine.

    Blocks of several neurons start as those of one neuron, regrouped. They come back as fully
    connected networks of width 2d + neurons, equal up to rounding.

    Args:
        kind: what to train.
        seeds: as for :func:`train`, like all that follow but the last.
        learning_rate: the first step's, greater than 0.
        target: what to learn; without one ``UnitBall.lesson_setting()``.
        steps: updates, at least 1.
        batch_size: points per step.
        fresh: draw new points for every step; otherwise all steps share one sample.
        start: (depth, seed) -> the network to begin with, for kinds that :func:`train` knows.
        dropout: the share of hidden neurons (0 to below 1) that each step silences at random, for
            each point anew; fully connected networks only.

    Raises:
        InvalidInputError: an argument outside its range.
        CourseError: torch is not installed.
        TrainingDivergedError: a loss became infinite or NaN.

    >>> result = train_kind(Kind(4, 2), seeds=2, learning_rate=0.05, steps=3)
    >>> result.networks[2, 1].widths
    (8, 8)
    """
    kind = read_instance("kind", kind, Kind, "Pass Kind(neurons, depth), of course_lib.training.")
    dropout = read_number("dropout", dropout, at_least=0, below=1)
    learning_rate = read_number("learning_rate", learning_rate, above=0)
    if not dropout and (kind.neurons == 1 or not kind.identity):
        return train(
            "one_neuron_resnet" if kind.identity else "fully_connected",
            [kind.depth],
            seeds,
            width=None if kind.identity else kind.neurons,
            learning_rate=learning_rate,
            target=target,
            steps=steps,
            batch_size=batch_size,
            fresh=fresh,
            start=start,
            progress=False,
        )
    if dropout and kind.identity:
        raise InvalidInputError(
            "dropout is for fully connected networks. Pass a kind with identity=False, or no "
            "dropout."
        )
    if start is not None:
        raise InvalidInputError(
            "start is for kinds that train knows: one neuron per block, or fully connected without "
            "dropout. Leave it out."
        )
    return _by_autograd(
        kind,
        read_seeds(seeds),
        learning_rate,
        UnitBall.lesson_setting() if target is None else read_target(target),
        read_whole("steps", steps, at_least=1),
        (
            read_whole("batch_size", batch_size, at_least=1, at_most=10**7),
            read_flag("fresh", fresh),
        ),
        dropout,
    )


def trial_losses(
    kind: Kind,
    rates: Iterable[float],
    seeds: int | Iterable[int] = range(100, 108),
    *,
    dropout: float = 0.0,
) -> list[float | None]:
    """For each learning rate the loss at the end of a trial: the rate with the least is the kind's.

    The mean over the trial's seeds and the last four recorded steps, which are 25 apart; None where
    a training diverged. Trial seeds should be others than those of the experiment.

    >>> trial_losses(Kind(1, 1), [1e30], seeds=1)
    [None]
    """
    kind = read_instance("kind", kind, Kind, "Pass Kind(neurons, depth), of course_lib.training.")
    listed = read_list("rates", rates, of="numbers", at_least=1)
    rates = [read_number("a number in rates", rate, above=0) for rate in listed]
    return [_trial(kind, seeds, rate, dropout) for rate in rates]


def _trial(kind: Kind, seeds: int | Iterable[int], rate: float, dropout: float) -> float | None:
    try:
        result = train_kind(kind, seeds, rate, dropout=dropout)
        return round(float(result.history.loss[-4:].mean()), 5)
    except TrainingDivergedError:
        return None


def _by_autograd(
    kind: Kind,
    seeds: tuple[int, ...],
    rate: float,
    target: Target,
    steps: int,
    batch: tuple[int, bool],
    dropout: float,
) -> TrainingResult:
    try:
        from course_lib.training.by_autograd import descend_blocks, descend_with_dropout
        from course_lib.training.descent import one_thread
    except ImportError as error:
        raise CourseError(
            "Training needs torch, which is not installed here. Install it as README.md says."
        ) from error
    batches = batches_of(target, *batch)
    with one_thread():
        if kind.identity:
            blocks = [_start(kind, target.dim, seed) for seed in seeds]
            (u, w, b, a, c), losses = descend_blocks(blocks, kind.neurons, batches, rate, steps)
            parts = zip(u.swapaxes(0, 1), w.swapaxes(0, 1), b.swapaxes(0, 1), a, c, strict=True)
            build = [lambda part=part: _as_wide(*part) for part in parts]
        else:
            wide = [_wide_start(kind, target.dim, seed) for seed in seeds]
            weights, losses = descend_with_dropout(wide, dropout, batches, rate, steps)
            build = [lambda k=k: _layers(weights, k) for k in range(len(seeds))]
    if not np.isfinite(losses).all():
        raise TrainingDivergedError(
            f"A loss of {kind} became infinite or NaN. Pass a smaller learning_rate."
        )
    every = max(1, steps // 100)
    history = History(np.arange(0, steps, every), losses[::every, None])
    networks = {(kind.depth, seed): made() for seed, made in zip(seeds, build, strict=True)}
    return TrainingResult(
        "fully_connected", (kind.depth,), seeds, networks, history, steps, stopped=False
    )


def _start(kind: Kind, dim: int, seed: int) -> OneNeuronResNet:
    """The start of as many one-neuron blocks as there are neurons."""
    depth = kind.neurons * kind.depth
    net = initial_network("one_neuron_resnet", dim, depth, seed, width=dim)
    assert isinstance(net, OneNeuronResNet)
    return net


def _wide_start(kind: Kind, dim: int, seed: int) -> FullyConnected:
    net = initial_network("fully_connected", dim, kind.depth, seed, width=kind.neurons)
    assert isinstance(net, FullyConnected)
    return net


def _layers(weights: list[Array], k: int) -> FullyConnected:
    return FullyConnected.from_layers(
        [(W[k], b[k]) for W, b in zip(weights[::2], weights[1::2], strict=True)]
    )


def _as_wide(u: Array, w: Array, b: Array, a: Array, c: Array) -> FullyConnected:
    """Blocks of m neurons as layers of width 2d + m: relu(x) and relu(-x) carry the state."""
    dim = len(a)
    eye = back = np.eye(dim)
    layers = []
    for u_k, w_k, b_k in zip(u, w, b, strict=True):
        layers.append((np.vstack([eye, -eye, w_k]) @ back, np.append(np.zeros(2 * dim), b_k)))
        back = np.hstack([eye, -eye, u_k.T])
    return FullyConnected.from_layers([*layers, (a @ back, c)])
