"""04.perfect_but_unbounded: right on every point of the sample, and unbounded all the same."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import network
from course_lib.checks.report import Bonus, Line, expect
from course_lib.checks.set_04.escape_direction import first_loss
from course_lib.checks.set_04.shared import Array, Generator, parted, point, told
from course_lib.exact import ExactOneNeuronResNet, Vector, freeze
from course_lib.networks import OneNeuronResNet
from course_lib.regions import is_bounded
from course_lib.sampling import sampled_bounded

MOST_BLOCKS = 8
COUNT = 30  # points of each class, besides those on the axes


def _sample(rng: Generator) -> tuple[Array, Array]:
    """+1 on |x| <= 1, -1 on 2 <= |x| <= 3; a negative point on each half-axis."""
    angles = rng.uniform(0, 2 * math.pi, 2 * COUNT)
    inner, outer = np.sqrt(rng.uniform(0, 1, COUNT)), np.sqrt(rng.uniform(4, 9, COUNT))
    # rounding must not carry a point over the edge of its class
    radii = np.concatenate([np.clip(inner, 0, 0.98), np.clip(outer, 2.02, 2.98)])
    points = np.round(radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)]), 2)
    on_axis = np.round(rng.uniform(2.1, 2.9, 4), 1)
    axes = on_axis[:, None] * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
    labels = np.concatenate([np.ones(COUNT), -np.ones(COUNT + 4)])
    order = rng.permutation(len(labels))
    return np.concatenate([points, axes])[order], labels[order]


@exercise(
    "04.perfect_but_unbounded",
    "Refute: 100 % accuracy, so the curve is closed",
    hints=(
        "A diamond of the right size is perfect on the sample. It needs a leak that no point sees.",
        "The sample is finite: above the diamond there is a vertical strip without a point.",
        "Centre the diamond on such a strip; let a third block stop the descent of f just before "
        "the top, at the height where it has a little left.",
    ),
)
def perfect_but_unbounded(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """A ResNet that is right on every point of a sample, with a ray on which it stays positive.

    Any network of at most eight blocks and any ray count; both are judged exactly. Source: lesson
    04, "Can accuracy tell?".
    """
    rng = draw.rng
    missed_by_sample = []
    for _ in range(2):
        points, labels = _sample(rng)
        net, start, direction = parted(answer(points, labels), 3, "The answer")
        net = network(net, 2, OneNeuronResNet)
        yield expect(
            net.depth <= MOST_BLOCKS,
            f"The network has at most {MOST_BLOCKS} blocks.",
            but=f"Yours has {net.depth}.",
            hint="Two blocks make a diamond. How many more does one thin strip take?",
        )
        exact: Any = freeze(net)
        yield _all_right(exact, points, labels)
        yield _stays(exact, point(start, 2, "The start"), point(direction, 2, "The direction"))
        missed_by_sample.append(sampled_bounded(net))
    if all(missed_by_sample):
        yield Bonus(1, "16,384 sample points on large circles miss your leak as well.")


def _all_right(net: ExactOneNeuronResNet, points: Array, labels: Array) -> Line:
    values = [net.evaluate(x) for x in points.tolist()]
    wrong = [k for k, value in enumerate(values) if (value > 0) != (labels[k] > 0)]
    k = wrong[0] if wrong else 0
    return expect(
        not wrong,
        f"All {len(labels)} points of the sample are labelled correctly.",
        but=f"Labelled wrongly: {len(wrong)}. At {_decimal(points[k])} the label is "
        f"{'+1' if labels[k] > 0 else '−1'}, and your f is {told(values[k])}.",
        hint=_sample_hint(labels[wrong]),
    )


def _decimal(x: Array) -> str:
    return "(" + ", ".join(f"{entry:g}" for entry in x).replace("-", "−") + ")"


def _sample_hint(labels: Array) -> str:
    """Which thought helps, by the labels of the points that are labelled wrongly."""
    if (labels > 0).any():
        return (
            "Points of the disk are left out. A diamond of radius r holds the disk of radius "
            "r/√2 only."
        )
    if len(labels) > 4:
        return "Your body reaches into the ring of negatives. Keep it inside |x| < 2."
    return "Your leak runs over a point of the ring. Which strips are free depends on the sample."


def _stays(net: ExactOneNeuronResNet, start: Vector, direction: Vector) -> Line:
    says = "f stays positive on the whole ray: the positive set is unbounded."
    if not any(direction):
        but = "Your direction is 0: the ray is a single point."
        return expect(False, says, but=but, hint="A ray needs a direction that is not 0.")
    loss = first_loss(net, start, direction)
    return expect(
        loss is None,
        says,
        but=f"At t = {told(loss or 0)} the value is not positive any more.",
        hint="" if loss is None else _ray_hint(net, bool(loss)),
    )


def _ray_hint(net: ExactOneNeuronResNet, starts_well: bool) -> str:
    if is_bounded(net):
        return "This positive set is bounded: it has no leak at all."
    if not starts_well:
        return "Start where f > 0, for instance inside the leak."
    return "There is a leak somewhere, but your ray doesn't stay in it. Which way does it run?"
