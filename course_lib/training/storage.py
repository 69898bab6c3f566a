"""Keep the result of a training in a small file, and the results that ship with the course."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from course_lib.arguments import read_choice, read_instance, shown
from course_lib.errors import InvalidInputError
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.training.loop import train
from course_lib.training.result import History, TrainingResult
from course_lib.training.start import FAMILIES

__all__ = ["load", "load_checkpoint", "make_checkpoint", "save"]

CHECKPOINTS = Path(__file__).parent / "checkpoints"
DEPTHS = (1, 2, 3, 5, 8, 10, 20)
SEEDS = 32


def save(result: TrainingResult, path: str | Path) -> None:
    """Write a result to a compressed ``.npz`` file, without pickles.

    Every parameter of every depth is one array with a leading seed axis.

    Args:
        result: what :func:`train` gave.
        path: where to write; an existing file is replaced.

    >>> import tempfile
    >>> result = train("one_neuron_resnet", [1], seeds=2, steps=1, progress=False)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(result, Path(folder) / "result.npz")
    ...     load(Path(folder) / "result.npz").seeds
    (0, 1)
    """
    read_instance("result", result, TrainingResult, "Pass what train or load gave.")
    path = _path(path)
    arrays: dict[str, Any] = {
        f"{depth}/{name}": np.stack(
            [result.networks[depth, seed].state_dict()[name] for seed in result.seeds]
        )
        for depth in result.depths
        for name in result.networks[depth, result.seeds[0]].state_dict()
    }
    with _opened(path) as file:
        np.savez_compressed(
            file,
            family=np.array(result.family),
            depths=np.array(result.depths),
            seeds=np.array(result.seeds),
            steps=result.history.steps,
            loss=result.history.loss,
            completed_steps=np.array(result.completed_steps),
            stopped=np.array(result.stopped),
            **arrays,
        )


def load(path: str | Path) -> TrainingResult:
    """Read what :func:`save` wrote.

    Raises:
        InvalidInputError: no such file, or a file that :func:`save` did not write.
    """
    path = _path(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            return _read(dict(file))
    except FileNotFoundError:
        raise InvalidInputError(
            f"There is no file {Path(path).name} in that folder. "
            "Pass the path that training.save wrote to."
        ) from None
    except Exception as error:  # a damaged file makes its readers raise almost anything
        raise InvalidInputError(
            f"{Path(path).name} is not a result that training.save wrote ({error}). "
            "Train again and save the result."
        ) from error


def load_checkpoint(family: str) -> TrainingResult:
    """The trained networks that ship with the course: depths 1, 2, 3, 5, 8, 10, 20, 32 seeds each.

    :func:`make_checkpoint` trained them on ``UnitBall.lesson_setting()``.

    Args:
        family: ``"one_neuron_resnet"`` or ``"fully_connected"`` (width 2).

    Raises:
        InvalidInputError: another family.

    >>> load_checkpoint("one_neuron_resnet").networks[20, 31]
    OneNeuronResNet(dim=2, depth=20, 103 parameters)
    """
    family = read_choice("family", family, FAMILIES)
    return load(CHECKPOINTS / f"{family}.npz")


def make_checkpoint(family: str, progress: bool = True) -> TrainingResult:
    """Train again what :func:`load_checkpoint` loads: half a minute or less."""
    return train(family, DEPTHS, SEEDS, progress=progress)


def _path(path: Any) -> Path:
    if isinstance(path, str | Path) and str(path) not in ("", "."):
        return Path(path)
    raise InvalidInputError(f"path must be the name of a file, got {shown(path)}.")


def _opened(path: Path) -> Any:
    try:
        return path.open("wb")
    except (OSError, ValueError) as error:
        raise InvalidInputError(
            f"{path.name} can't be written there ({error}). Pass a path in a folder that is there "
            "and that you can write to."
        ) from error


def _read(arrays: dict[str, Any]) -> TrainingResult:
    family = str(arrays["family"])
    kind: type[FullyConnected | OneNeuronResNet]
    kind = {"one_neuron_resnet": OneNeuronResNet, "fully_connected": FullyConnected}[family]
    depths, seeds = tuple(arrays["depths"].tolist()), tuple(arrays["seeds"].tolist())
    networks = {}
    for depth in depths:
        prefix = f"{depth}/"
        stacked = {
            name.removeprefix(prefix): array
            for name, array in arrays.items()
            if name.startswith(prefix)
        }
        for i, seed in enumerate(seeds):
            networks[depth, seed] = kind.from_state_dict(
                {name: stack[i] for name, stack in stacked.items()}
            )
    return TrainingResult(
        family=family,
        depths=depths,
        seeds=seeds,
        networks=networks,
        history=History(arrays["steps"], arrays["loss"]),
        completed_steps=int(arrays["completed_steps"]),
        stopped=bool(arrays["stopped"]),
    )
