"""Do the experiments of lesson 06 again: trials, trainings, measurements.

python retrain.py rates|deep|dropout|samples    (some 6, 20, 5 and 6 minutes of one core)

Every kind of network gets its learning rate by one rule: the least loss at the end of a trial, by
seeds that the experiment doesn't use. The results are written beside this file. On another
processor the numbers move a little.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from course_lib import training
from course_lib.errors import CourseError
from course_lib.networks import FullyConnected, Network, OneNeuronResNet
from course_lib.regions import iou, is_bounded, is_empty, positive_area
from course_lib.targets import Polygon, UnitBall
from course_lib.training import Kind, initial_network, train_kind, trial_losses

HERE = Path(__file__).resolve().parent
FRAME = ((-3, 3), (-3, 3))
TARGET = UnitBall.lesson_setting()
RATES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
WIDE_RATES = (0.0005, 0.001, 0.002, *RATES, 2.0)
DEEP_RATES = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
KINDS = (
    *(Kind(1, depth) for depth in (3, 6, 12, 24)),
    *(Kind(2, depth) for depth in (3, 6)),
    *(Kind(4, 3), Kind(8, 3), Kind(12, 1)),
    *(Kind(3, depth, identity=False) for depth in (1, 3, 5, 10)),
    *(Kind(6, 2, identity=False), Kind(15, 1, identity=False)),
)
OTHER_RATES = {Kind(1, 24): (0.02, 0.05), Kind(3, 5, identity=False): (0.02, 0.05)}
DROPPED = (Kind(3, 3, identity=False), Kind(12, 3, identity=False))
SHARES = (0.0, 0.1, 0.3)
SAMPLED = (
    *(Kind(1, 6), Kind(3, 6, identity=False), Kind(12, 6, identity=False)),
    *(Kind(width, 1, identity=False) for width in (5, 15, 200)),
)
POINTS = (40, 200)


def best(rates: Iterable[float], losses: list[float | None]) -> float:
    """The rate with the least loss; the smaller one of two that are equal."""
    return list(rates)[int(np.nanargmin(np.array(losses, float)))]


def rates() -> None:
    """Section 7: the trials of all kinds, and sixteen networks of each."""
    trials = {str(kind): trial_losses(kind, RATES) for kind in KINDS}
    (HERE / "trials.json").write_text(json.dumps(trials, indent=1) + "\n")
    for kind in KINDS:
        chosen = best(RATES, trials[str(kind)])
        training.save(train_kind(kind, 16, chosen), HERE / f"{kind.stem}.npz")
        for rate in OTHER_RATES.get(kind, ()):
            path = HERE / f"{kind.stem}_rate_{rate}.npz"
            training.save(train_kind(kind, 16, rate), path)


def near_identity(depth: int, seed: int) -> Network:
    """A start whose blocks do little: the course's with u divided by ten, 1 + u·w about 0.94."""
    net = initial_network("one_neuron_resnet", 2, depth, seed, width=2)
    return net.replace(u=net.u / 10)  # type: ignore[union-attr]


def nearer_identity(depth: int, seed: int) -> Network:
    """The course's start of width 3, its hidden layers moved from I + 0.1 N to I + 0.01 N."""
    net = initial_network("fully_connected", 2, depth, seed, width=3)
    assert isinstance(net, FullyConnected)
    first, *hidden, last = zip(net.weights, net.biases, strict=True)
    eye = np.eye(3)
    closer = [(eye + (W - eye) / 10, b / 10) for W, b in hidden]
    return FullyConnected.from_layers([first, *closer, last])


def deep(depths: Iterable[int] = (50, 100), seeds: int = 16, steps: int = 2500) -> list[Any]:
    """Section 7: both families at 50 and 100 blocks or layers."""
    rows = []
    for depth in depths:
        for name, kind, start in (
            ("one neuron per block, factor 0.4", Kind(1, depth), None),
            ("one neuron per block, factor 0.94", Kind(1, depth), near_identity),
            ("fully connected, I + 0.1 N", Kind(3, depth, identity=False), None),
            ("fully connected, I + 0.01 N", Kind(3, depth, identity=False), nearer_identity),
        ):
            losses = [_end(kind, rate, start, steps) for rate in DEEP_RATES]
            rate = best(DEEP_RATES, losses)
            result = train_kind(kind, seeds, rate, start=start, steps=steps)
            row = {"name": name, "depth": depth, "rate": rate, "trials": losses}
            rows.append(row | measured(result.networks.values()) | folded(result.networks.values()))
    return rows


def folded(networks: Iterable[Any]) -> dict[str, Any]:
    """How many blocks of each ResNet fold, 1 + u·w < 0; nothing for other networks."""
    resnets = [net for net in networks if isinstance(net, OneNeuronResNet)]
    return {"folds": [int((1 + (net.u * net.w).sum(-1) < 0).sum()) for net in resnets]}


def _end(kind: Kind, rate: float, start: Any, steps: int) -> float | None:
    try:
        result = train_kind(kind, range(100, 108), rate, start=start, steps=steps)
    except CourseError:
        return None
    return round(float(result.history.loss[-4:].mean()), 5)


def dropout() -> list[Any]:
    """Section 8: width d + 1 and 4 (d + 1), trained with and without dropout."""
    rows = []
    for kind in DROPPED:
        for share in SHARES:
            losses = trial_losses(kind, WIDE_RATES[:-1], dropout=share)
            rate = best(WIDE_RATES[:-1], losses)
            result = train_kind(kind, 16, rate, dropout=share)
            rows.append(dropout_row(kind, share, rate, losses, result.networks.values()))
    return rows


def dropout_row(
    kind: Kind, share: float, rate: float, losses: Any, networks: Iterable[Any]
) -> dict[str, Any]:
    """IoU of the networks, and of each with one hidden neuron silenced, for every neuron."""
    nets = list(networks)
    row = {"kind": str(kind), "dropout": share, "rate": rate, "trials": losses}
    one_off = [
        [_round(_fit(silenced(net, k, i))) for k, n in enumerate(net.widths) for i in range(n)]
        for net in nets
    ]
    return row | measured(nets) | {"one_off": one_off}


def silenced(net: FullyConnected, layer: int, neuron: int) -> FullyConnected:
    """The network without one of its hidden neurons: nobody reads it any more."""
    weights = [W.copy() for W in net.weights]
    weights[layer + 1][:, neuron] = 0
    return FullyConnected.from_layers(list(zip(weights, net.biases, strict=True)))


@dataclass(frozen=True)
class Sample:
    """One fixed sample of the lesson's setting, whatever seed is asked for."""

    number: int
    dim: int = 2

    def sample(self, n: int, seed: int) -> Any:
        """The sample's first n points, with labels."""
        return TARGET.sample(n, seed=1000 + self.number)


def samples() -> list[Any]:
    """Section 8: eight fixed samples, two starts on each."""
    rows = []
    trials = {kind: trial_losses(kind, WIDE_RATES) for kind in SAMPLED}
    for points in POINTS:
        for kind in SAMPLED:
            rate = best(WIDE_RATES, trials[kind])
            nets = [
                train_kind(
                    *(kind, range(2 * j, 2 * j + 2), rate),
                    target=Sample(j),
                    batch_size=points,
                    fresh=False,
                ).networks.values()
                for j in range(8)
            ]
            rows.append(sample_row(kind, points, rate, trials[kind], nets))
    return rows


def sample_row(
    kind: Kind, points: int, rate: float, losses: Any, nets: list[Any]
) -> dict[str, Any]:
    """How the networks of each sample fit it, and how they do beyond it."""
    fitted, fresh = [], TARGET.sample(10_000, seed=9)
    accuracy = []
    for j, pair in enumerate(nets):
        for net in pair:
            fitted.append(right(net, Sample(j).sample(points, 0)) == 1)
            accuracy.append(_round(right(net, fresh)))
    row = {"kind": str(kind), "parameters": kind.parameters(), "points": points, "rate": rate}
    flat = [net for pair in nets for net in pair]
    return row | {"trials": losses, "fitted": fitted, "accuracy": accuracy} | measured(flat)


def right(net: Network, sample: Any) -> float:
    """The share of a sample's points that are on the right side."""
    points, labels = sample
    return float(((net.astype(float)(points) > 0) == (labels > 0)).mean())


def measured(networks: Iterable[Any]) -> dict[str, Any]:
    """IoU with the disk, the area of disagreement with it, and whether the region is closed."""
    nets = list(networks)
    areas = [_areas(net) for net in nets]
    return {
        "iou": [_round(fit) for fit, _ in areas],
        "disagreement": [_round(area) for _, area in areas],
        "closed": [bool(is_bounded(net) and not is_empty(net)) for net in nets],
    }


def _areas(net: Any) -> tuple[float, float]:
    """IoU in the frame, and the area in which net and disk disagree.

    With A and B the two areas, IoU = I / (A + B - I), so I is known and A + B - 2I follows.
    """
    try:
        fit, area = float(iou(net, UnitBall(), FRAME)), float(positive_area(net, FRAME))
    except CourseError:  # floats can't decide a piece: half a minute in fractions
        fit, area = in_fractions(net)
    return fit, (area + math.pi) * (1 - fit) / (1 + fit)


def in_fractions(net: Any) -> tuple[float, float]:
    """IoU with the disk and area of the network's region, its pieces worked out in fractions.

    Circles have no fractions, so a polygon of 360 sides with the area of the disk stands in: its
    rim is nowhere farther than 3e-5 from the circle, to and fro, which changes an IoU by less.
    """
    turn = 2 * math.pi * np.arange(360) / 360
    radius = math.sqrt(2 * math.pi / (360 * math.sin(2 * math.pi / 360)))
    disk = Polygon(radius * np.stack([np.cos(turn), np.sin(turn)], axis=1))
    fit, area = iou(net, disk, FRAME, exact=True), positive_area(net, FRAME, exact=True)
    return float(fit), float(area)


def _fit(net: Any) -> float:
    return _areas(net)[0]


def _round(value: float) -> float:
    return round(float(value), 5)


def write(name: str, rows: list[Any]) -> None:
    """One row a line, so that a change is a changed line."""
    lines = ",\n".join(json.dumps(row) for row in rows)
    (HERE / f"{name}.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) == 2 else ""
    if chosen == "rates":
        rates()
    elif chosen in ("deep", "dropout", "samples"):
        write(chosen, {"deep": deep, "dropout": dropout, "samples": samples}[chosen]())
    else:
        sys.exit(__doc__)
