"""What a training hands back: the networks and how they got there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from course_lib.arguments import counted
from course_lib.errors import ShapeError
from course_lib.networks import FullyConnected, OneNeuronResNet

__all__ = ["History", "TrainingResult"]


@dataclass(frozen=True)
class History:
    """The loss on some steps of a training.

    Args:
        steps: the recorded steps, counted from 0: shape (records,).
        loss: mean logistic loss on that step's batch before its update: (records, depths, seeds).

    Raises:
        ShapeError: arrays that do not fit together.
    """

    steps: np.ndarray
    loss: np.ndarray

    def __repr__(self) -> str:
        records, depths, seeds = self.loss.shape
        return (
            f"History({counted(records, 'record')}, {counted(depths, 'depth')}, "
            f"{counted(seeds, 'seed')})"
        )

    def __post_init__(self) -> None:
        if self.steps.ndim != 1 or self.loss.ndim != 3 or len(self.steps) != len(self.loss):
            raise ShapeError(
                f"History got steps of shape {self.steps.shape} and loss of shape "
                f"{self.loss.shape}. Pass shapes (records,) and (records, depths, seeds)."
            )


@dataclass(frozen=True)
class TrainingResult:
    """Trained networks for every (depth, seed), with their history.

    Args:
        family: ``"one_neuron_resnet"`` or ``"fully_connected"``.
        depths: as asked for; axis 1 of ``history.loss``.
        seeds: as asked for; axis 2 of ``history.loss``.
        networks: the network of each ``(depth, seed)``.
        history: the loss on about a hundred of the steps.
        completed_steps: how many steps were done.
        stopped: whether the training was stopped before its last step.

    Raises:
        ShapeError: a history or a set of networks that does not fit depths and seeds.
    """

    family: str
    depths: tuple[int, ...]
    seeds: tuple[int, ...]
    networks: Mapping[tuple[int, int], FullyConnected | OneNeuronResNet]
    history: History
    completed_steps: int
    stopped: bool

    def __repr__(self) -> str:
        return (
            f"TrainingResult({self.family}, depths={self.depths}, "
            f"{counted(len(self.seeds), 'seed')}, "
            f"{counted(self.completed_steps, 'step')}{', stopped' if self.stopped else ''})"
        )

    def __post_init__(self) -> None:
        if self.history.loss.shape[1:] != (len(self.depths), len(self.seeds)):
            raise ShapeError(
                f"The history has loss of shape {self.history.loss.shape}, but there are "
                f"{counted(len(self.depths), 'depth')} and {counted(len(self.seeds), 'seed')}. "
                "Pass shape (records, depths, seeds)."
            )
        if set(self.networks) != {(depth, seed) for depth in self.depths for seed in self.seeds}:
            raise ShapeError(
                "The networks do not match depths and seeds. Pass one network per (depth, seed)."
            )
