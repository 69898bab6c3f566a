"""Train all depths and seeds of a family in one loop."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import (
    counted,
    read_choice,
    read_flag,
    read_function,
    read_list,
    read_number,
    read_whole,
    shown,
)
from course_lib.errors import CourseError, InvalidInputError, ShapeError, TrainingDivergedError
from course_lib.networks import FullyConnected, Network, OneNeuronResNet, as_network
from course_lib.networks.reading import read_array
from course_lib.progress import progress_bar
from course_lib.targets import UnitBall
from course_lib.training.result import History, TrainingResult
from course_lib.training.start import FAMILIES, LEARNING_RATES, initial_network

if TYPE_CHECKING:
    from course_lib.training.descent import Stack

__all__ = ["Target", "batches_of", "read_seeds", "read_target", "train"]

Losses = NDArray[Any]


class Target(Protocol):
    """What there is to learn: labelled points of R^d (see :class:`course_lib.targets.UnitBall`)."""

    @property
    def dim(self) -> int:
        """The number d of coordinates."""

    def sample(self, n: int, seed: int) -> tuple[Any, Any]:
        """Points (n, d) and labels (n,), +1 or -1, the same for the same seed: arrays."""


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
    start: Callable[[int, int], Network] | None = None,
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
            0.02 for fully connected networks.
        batch_size: points per step.
        fresh: draw new points for every step; otherwise all steps share one sample.
        start: (depth, seed) -> the network to begin with; without it :func:`initial_network`.
        stop: called before every step; training ends when it returns true
            (``threading.Event().is_set`` fits).
        progress: show a bar that goes away at the end.

    Raises:
        InvalidInputError: an argument outside the ranges above, a target whose labels are not +1
            and -1, one for each point, or a start that gives networks of another shape.
        CourseError: torch is not installed, which only training needs.
        TrainingDivergedError: a loss became infinite or NaN; names depth, seed and step.

    >>> result = train("one_neuron_resnet", [1, 2], seeds=3, steps=5, progress=False)
    >>> result.networks[2, 0]
    OneNeuronResNet(dim=2, depth=2, 13 parameters)
    >>> result.history.loss.shape                 # recorded steps, depths, seeds
    (5, 2, 3)
    """
    target = UnitBall.lesson_setting() if target is None else read_target(target)
    family = read_choice("family", family, FAMILIES)
    depths = _distinct("depths", depths, at_least=1)
    seeds = read_seeds(seeds)
    width = read_whole("width", target.dim if width is None else width, at_least=1)
    steps = read_whole("steps", steps, at_least=1)
    batch_size = read_whole("batch_size", batch_size, at_least=1, at_most=10**7)
    learning_rate = LEARNING_RATES[family] if learning_rate is None else learning_rate
    learning_rate = read_number("learning_rate", learning_rate, above=0)
    fresh, progress = read_flag("fresh", fresh), read_flag("progress", progress)
    stop = None if stop is None else read_function("stop", stop)
    start = None if start is None else read_function("start", start)

    try:  # torch is loaded when there is something to train, and not before
        from course_lib.training.descent import descend, one_thread, stacked
    except ImportError as error:
        raise CourseError(
            "Training needs torch, which is not installed here. Take the trained networks that "
            "come with the course, training.load_checkpoint(family), or install torch as README.md "
            "says."
        ) from error
    # deepest first, as the stacks need them
    keys = [(depth, seed) for depth in sorted(depths, reverse=True) for seed in seeds]
    begin = [initial_network(family, target.dim, *key, width=width) for key in keys]
    if start is not None:
        begin = [_given(start(*key), net) for key, net in zip(keys, begin, strict=True)]
    stack = stacked(begin)
    batches = batches_of(target, batch_size, fresh)
    losses: dict[int, Losses] = {}
    completed = 0
    with (
        one_thread(),
        progress_bar(f"Training {counted(len(keys), 'network')}", steps, progress) as show,
    ):
        try:
            for loss in descend(stack, batches, learning_rate, steps, stop):
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


def read_target(target: Any) -> Target:
    """Something to learn, or an error that says what that is."""
    is_one = callable(getattr(target, "sample", None)) and not isinstance(target, type)
    if is_one and isinstance(getattr(target, "dim", None), int | np.integer):
        return cast(Target, target)
    raise InvalidInputError(
        f"target must be something to learn, got {shown(target)}. Pass one of course_lib.targets, "
        "or an object with dim and sample(n, seed) -> points, labels."
    )


def _given(net: Any, usual: FullyConnected | OneNeuronResNet) -> FullyConnected | OneNeuronResNet:
    """The network that a caller's start gives, if it has the shape of the usual one."""
    given = as_network(net)
    if repr(given) != repr(usual):  # it names the family and every size
        raise InvalidInputError(f"start gave {given!r}. Let it give a network such as {usual!r}.")
    return given.astype(np.float32)


def read_seeds(seeds: int | Iterable[int]) -> tuple[int, ...]:
    """Distinct seeds; a number n means 0, ..., n - 1."""
    if isinstance(seeds, int | np.integer):
        seeds = range(read_whole("seeds", seeds, at_least=1, at_most=10**6))
    return _distinct("seeds", seeds, at_least=0)


def _distinct(name: str, values: Iterable[int], at_least: int) -> tuple[int, ...]:
    listed = read_list(name, values, of="whole numbers, such as [1, 2, 3]", at_least=1)
    values = tuple(read_whole(f"a number in {name}", value) for value in listed)
    if not values or min(values) < at_least or len(set(values)) < len(values):
        raise InvalidInputError(
            f"train needs {name} that are distinct and at least {at_least}, got {values}."
        )
    return values


def batches_of(
    target: Target, size: int, fresh: bool
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Batch after batch; drawn a hundred at a time, because drawing one costs almost as much."""
    if not fresh:
        yield from itertools.repeat(_sample(target, size, seed=0))
    for seed in itertools.count():
        points, labels = _sample(target, 100 * size, seed=seed)
        for start in range(0, len(points), size):
            yield points[start : start + size], labels[start : start + size]


def _sample(target: Target, n: int, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """What the target draws, in single precision, its shapes and labels checked."""
    drawn = target.sample(n, seed)
    if not isinstance(drawn, Sequence) or len(drawn) != 2:
        raise ShapeError(
            f"The target's sample({n}, seed) gave a {type(drawn).__name__}. Let it give a pair: "
            f"points of shape ({n}, {target.dim}) and labels of shape ({n},)."
        )
    points, labels = (read_array("a target's sample", part) for part in drawn)
    if points.shape != (n, target.dim) or labels.shape != (n,):
        raise ShapeError(
            f"The target's sample({n}, seed) gave points of shape {points.shape} and labels of "
            f"shape {labels.shape}. Let it give ({n}, {target.dim}) and ({n},)."
        )
    if not (np.abs(labels) == 1).all():
        wrong = labels[np.abs(labels) != 1][0]
        raise InvalidInputError(
            f"The target's sample has a label {wrong:g}. Labels are +1 (inside) and -1 (outside): "
            "2 * inside - 1 makes them of 0 and 1."
        )
    single = np.float32  # the format of every start
    return np.ascontiguousarray(points, single), np.ascontiguousarray(labels, single)


def _require_finite(loss: Losses, keys: Sequence[tuple[int, int]], step: int) -> None:
    bad = np.flatnonzero(~np.isfinite(loss))
    if len(bad):
        depth, seed = keys[bad[0]]
        # before the first update the learning rate has done nothing yet
        move = (
            "Pass a smaller learning_rate."
            if step
            else "Pass a target with finite points of moderate size."
        )
        raise TrainingDivergedError(
            f"The loss of depth {depth}, seed {seed} was {loss[bad[0]]} by step {step}. " + move
        )


def _networks(
    stack: Stack, keys: Sequence[tuple[int, int]], step: int
) -> dict[tuple[int, int], Network]:
    networks: dict[tuple[int, int], Network] = {}
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
    losses: dict[int, Losses],
    keys: Sequence[tuple[int, int]],
    depths: Sequence[int],
    seeds: Sequence[int],
) -> History:
    column = {key: i for i, key in enumerate(keys)}
    order = [column[depth, seed] for depth in depths for seed in seeds]
    loss = np.array([loss[order] for loss in losses.values()])
    return History(np.array(list(losses)), loss.reshape(len(losses), len(depths), len(seeds)))
