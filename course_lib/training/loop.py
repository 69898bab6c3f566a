"""Train all depths and seeds of a family in one loop."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus

from course_lib.errors import InvalidInputError, TrainingDivergedError
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.targets import UnitBall
from course_lib.training.progress import progress_bar
from course_lib.training.result import History, TrainingResult
from course_lib.training.stacked_layers import StackedFullyConnected
from course_lib.training.stacked_resnets import StackedResNets
from course_lib.training.start import FAMILIES, LEARNING_RATES, initial_network

__all__ = ["Target", "train"]


class Target(Protocol):
    """What there is to learn: labelled points of R^d (see :class:`course_lib.targets.UnitBall`)."""

    @property
    def dim(self) -> int:
        """The number d of coordinates."""

    def sample(self, n: int, seed: int) -> tuple[Tensor, Tensor]:
        """Points (n, d) and labels (n,), +1 or -1, the same for the same seed."""


def train(
    family: str,
    depths: Iterable[int],
    seeds: int | Iterable[int],
    *,
    target: Target | None = None,
    width: int | None = None,
    steps: int = 2500,
    learning_rate: float | None = None,
    batch_size: int = 256,
    fresh: bool = True,
    stop: Callable[[], bool] | None = None,
    progress: bool = True,
) -> TrainingResult:
    """Train one network for every depth and seed, all of them together.

    Logistic loss, Adam, and a learning rate that falls to 0 along a half cosine. The networks are
    stacked into shared arrays, which is what makes a hundred of them cost little more than one;
    none sees another. A seed fixes the initial weights (:func:`initial_network`). The batches are
    the same for all networks, so that seeds and depths differ in nothing else: one (depth, seed)
    gives the same network, bit for bit on one machine, whatever is trained beside it. Another
    processor rounds otherwise, which a long training can amplify.

    An interrupt (the kernel's stop button, Ctrl-C) or ``stop`` ends the training after the step at
    hand; the result then holds what has been reached.

    Args:
        family: ``"one_neuron_resnet"`` or ``"fully_connected"``.
        depths: distinct depths, each at least 1.
        seeds: distinct seeds; a number n means 0, ..., n - 1.
        target: what to learn; without one ``UnitBall.lesson_setting()``.
        width: neurons per hidden layer of a fully connected network; without it ``target.dim``.
        steps: updates, at least 1.
        learning_rate: the first step's, greater than 0; without it 0.08 for one-neuron ResNets and
            0.02 for fully connected networks, which each of them learned best with.
        batch_size: points per step.
        fresh: draw new points for every step; otherwise all steps share one sample.
        stop: called before every step; training ends when it returns true
            (``threading.Event().is_set`` fits).
        progress: show a bar that goes away at the end.

    Raises:
        InvalidInputError: an argument outside the ranges above.
        TrainingDivergedError: a loss became infinite or NaN; names depth, seed and step.

    >>> result = train("one_neuron_resnet", [1, 2], seeds=3, steps=5, progress=False)
    >>> result.networks[2, 0]
    OneNeuronResNet(dim=2, depth=2, 13 parameters)
    >>> result.history.loss.shape                 # recorded steps, depths, seeds
    (5, 2, 3)
    """
    target = UnitBall.lesson_setting() if target is None else target
    depths = _distinct("depths", depths, at_least=1)
    seeds = _distinct(
        "seeds", range(seeds) if isinstance(seeds, int | np.integer) else seeds, at_least=0
    )
    width = target.dim if width is None else width
    for name, value in (("width", width), ("steps", steps), ("batch_size", batch_size)):
        if not isinstance(value, int | np.integer) or value < 1:
            raise InvalidInputError(
                f"train needs {name} of at least 1, a whole number; got {value!r}."
            )
    if family not in FAMILIES:
        raise InvalidInputError(f"family must be one of {FAMILIES}, got {family!r}.")
    learning_rate = LEARNING_RATES[family] if learning_rate is None else learning_rate
    if not 0 < learning_rate < math.inf:
        raise InvalidInputError(f"train needs a learning_rate above 0, got {learning_rate}.")

    # deepest first, as the stacks need them
    keys = [(depth, seed) for depth in sorted(depths, reverse=True) for seed in seeds]
    stack = _stack(family, keys, target.dim, width)
    batches = _batches(target, batch_size, fresh)
    losses: dict[int, Tensor] = {}
    completed = 0
    with _one_thread(), progress_bar(f"Training {len(keys)} networks", steps, progress) as show:
        try:
            for loss in _descend(stack, batches, learning_rate, steps, stop):
                if loss is not None:
                    _require_finite(loss, keys, completed)
                    losses[completed] = loss
                    show(completed)
                completed += 1
        except KeyboardInterrupt:
            pass  # what has been reached is returned
    networks = _networks(stack, keys, completed)
    return TrainingResult(
        family=family,
        depths=depths,
        seeds=seeds,
        networks=MappingProxyType({key: networks[key] for key in itertools.product(depths, seeds)}),
        history=_history(losses, keys, depths, seeds),
        completed_steps=completed,
        stopped=completed < steps,
    )


def _distinct(name: str, values: Iterable[int], at_least: int) -> tuple[int, ...]:
    try:
        values = tuple(operator.index(value) for value in values)
    except TypeError:
        raise InvalidInputError(
            f"train got {name}={values!r}. Pass whole numbers, such as [1, 2, 3]."
        ) from None
    if not values or min(values) < at_least or len(set(values)) < len(values):
        raise InvalidInputError(
            f"train needs {name} that are distinct and at least {at_least}, got {values}."
        )
    return values


def _stack(
    family: str, keys: Sequence[tuple[int, int]], dim: int, width: int
) -> StackedResNets | StackedFullyConnected:
    networks = [initial_network(family, dim, *key, width=width) for key in keys]
    return (
        StackedResNets(networks)  # type: ignore[arg-type]
        if family == "one_neuron_resnet"
        else StackedFullyConnected(networks)  # type: ignore[arg-type]
    )


def _batches(target: Target, size: int, fresh: bool) -> Iterator[tuple[Tensor, Tensor]]:
    """Batch after batch; drawn a hundred at a time, because drawing one costs almost as much."""
    if not fresh:
        yield from itertools.repeat(target.sample(size, seed=0))
    for seed in itertools.count():
        points, labels = target.sample(100 * size, seed=seed)
        yield from zip(points.split(size), labels.split(size), strict=True)


def _descend(
    stack: StackedResNets | StackedFullyConnected,
    batches: Iterator[tuple[Tensor, Tensor]],
    learning_rate: float,
    steps: int,
    stop: Callable[[], bool] | None,
) -> Iterator[Tensor | None]:
    """Take the steps one by one; give the loss before the step on about a hundred of them."""
    stack.weights.grad = stack.gradient
    adam = torch.optim.Adam([stack.weights], fused=True)
    every = max(1, steps // 100)
    for step, (points, labels) in zip(range(steps), batches, strict=False):
        if stop is not None and stop():
            return
        margins = stack.differentiate(points, labels)
        adam.param_groups[0]["lr"] = learning_rate * (1 + math.cos(math.pi * step / steps)) / 2
        adam.step()
        recorded = step % every == 0 or step == steps - 1
        yield softplus(-margins).mean(-1) if recorded else None


def _require_finite(loss: Tensor, keys: Sequence[tuple[int, int]], step: int) -> None:
    bad = torch.nonzero(~torch.isfinite(loss))
    if len(bad):
        depth, seed = keys[int(bad[0])]
        # before the first update the learning rate has done nothing yet
        move = (
            "Pass a smaller learning_rate."
            if step
            else "Pass a target with finite points of moderate size."
        )
        raise TrainingDivergedError(
            f"The loss of depth {depth}, seed {seed} was {loss[bad[0]].item()} by step {step}. "
            + move
        )


def _networks(
    stack: StackedResNets | StackedFullyConnected, keys: Sequence[tuple[int, int]], step: int
) -> dict[tuple[int, int], OneNeuronResNet | FullyConnected]:
    networks: dict[tuple[int, int], OneNeuronResNet | FullyConnected] = {}
    for i, (depth, seed) in enumerate(keys):
        try:
            networks[depth, seed] = stack.network(i)
        except InvalidInputError as error:
            raise TrainingDivergedError(
                f"The weights of depth {depth}, seed {seed} were not finite by step {step}. "
                "Pass a smaller learning_rate."
            ) from error
    return networks


def _history(
    losses: dict[int, Tensor],
    keys: Sequence[tuple[int, int]],
    depths: Sequence[int],
    seeds: Sequence[int],
) -> History:
    column = {key: i for i, key in enumerate(keys)}
    order = [column[depth, seed] for depth in depths for seed in seeds]
    loss = np.array([loss.numpy()[order] for loss in losses.values()])
    return History(np.array(list(losses)), loss.reshape(len(losses), len(depths), len(seeds)))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Work this small is faster on one thread than on several that wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
