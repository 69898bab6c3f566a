"""Task 8: a regular polygon from mirrors."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus
from course_lib.checks.set_05.shared import Fault, Lines, first_hint, no_fault, resnet
from course_lib.constructions.one_neuron import blocks_of
from course_lib.errors import CourseError
from course_lib.networks import OneNeuronResNet
from course_lib.regions import iou
from course_lib.targets import Polygon

__all__ = ["mirror_polygon"]

Shape = tuple[int, Any, float, float]  # sides, centre, radius, angle of a corner


@exercise(
    "05.mirror_polygon",
    "A regular polygon from mirrors",
    hints=(
        "Fold the plane onto a half-plane, the half-plane onto a quarter, … All creases pass "
        "through the centre.",
        "A mirror has |w| = 1 and u = −2w. For which b does its crease pass through a given point?",
        "After the last mirror a wedge is left, and in it one side is to be drawn: at right angles "
        "to the wedge's middle line. How far is a side from the centre?",
    ),
)
def mirror_polygon(answer: Answer, draw: Instances) -> Lines:
    """The regular 2^m-gon with given centre and radius from m mirrors; lesson 05, section 6."""
    rng = draw.rng
    shapes, nets = [], []
    folds = (2, int(rng.integers(3, 6)))
    for m in folds:
        centre = [int(n) / 4 for n in rng.choice([-7, -5, -3, 3, 5, 7], 2)]
        radius = int(rng.integers(3, 7)) / 2
        why = "Each mirror doubles the number of sides."
        nets.append(resnet(answer(m, centre, radius), 2, m + 2, why))
        shapes.append((2**m, np.array(centre), radius, 0.0))
    yield no_fault(
        "It is positive inside the polygon and not outside, at hundreds of points.",
        _sign_faults(shapes, nets),
    )
    yield no_fault("The positive set is the polygon, up to rounding.", _area_faults(shapes, nets))
    if all(net.depth <= m for m, net in zip(folds, nets, strict=True)):
        yield Bonus(1, "m blocks for 2^m sides, and no network of fewer has as many")


def _sign_faults(shapes: list[Shape], nets: list[OneNeuronResNet]) -> Iterator[Fault]:
    for shape, net in zip(shapes, nets, strict=True):
        points = _around(shape)
        inside = _inside(points, shape)
        wrong = np.flatnonzero(_signs(net, points) != inside)
        if wrong.size:
            x, y = points[wrong[0]]
            place = "inside" if inside[wrong[0]] else "outside"
            sign = "not positive" if inside[wrong[0]] else "positive"
            yield (
                f"{_named(shape)}: ({x:.4g}, {y:.4g}) lies {place}, and your network is {sign} "
                "there.",
                _mirror_hint(shapes, nets) or _block_hint(net),
            )


def _signs(net: OneNeuronResNet, points: np.ndarray) -> np.ndarray:
    return np.asarray(net(points) > 0)


def _named(shape: Shape) -> str:
    sides, (x, y), radius, _ = shape
    return f"{sides} sides, centre ({x:g}, {y:g}), radius {radius:g}"


def _area_faults(shapes: list[Shape], nets: list[OneNeuronResNet]) -> Iterator[Fault]:
    for shape, net in zip(shapes, nets, strict=True):
        side = 1000 * shape[2]
        try:
            overlap = float(iou(net, _corners(shape), [(-side, side)] * 2))
        except (CourseError, ArithmeticError, ValueError):
            overlap = 0.0  # weights so large or small that pieces are lost in rounding
        if not overlap > 1 - 1e-6:
            yield (
                f"{_named(shape)}: the IoU of the two is {overlap:.6f}.",
                "Is there a rounded number for π or for a cosine in your code?",
            )


def _corners(shape: Shape) -> Polygon:
    sides, centre, radius, turn = shape
    angles = turn + 2 * np.pi * np.arange(sides) / sides
    corners = centre + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return Polygon(corners.tolist())


def _inside(points: np.ndarray, shape: Shape) -> np.ndarray:
    sides, centre, radius, turn = shape
    angles = turn + np.pi * (2 * np.arange(sides) + 1) / sides
    normals = np.stack([np.cos(angles), np.sin(angles)])
    inside = (points - centre) @ normals < radius * math.cos(math.pi / sides)
    return np.asarray(inside.all(axis=1))


def _around(shape: Shape) -> np.ndarray:
    """Points around the centre: well and just inside the polygon, just outside it, and far."""
    sides, centre, radius, _ = shape
    half = np.pi / sides
    angles = np.arange(4 * sides) * half / 2
    rim = math.cos(half) / np.cos(angles % (2 * half) - half)  # how far the boundary is
    shares = np.stack([0.3 * rim, 0.999 * rim, 1.001 * rim, 1.3 * rim, 9 * rim, 1e4 * rim])
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.asarray(centre + radius * (shares[:, :, None] * directions).reshape(-1, 2))


def _mirror_hint(shapes: list[Shape], nets: list[OneNeuronResNet]) -> str:
    """The thought for the mistake that explains all networks, or nothing."""
    guesses = zip(*map(_wrong_shapes, shapes), strict=True)
    return first_hint(
        (tried[0][1], all(map(_draws, nets, (guess for guess, _ in tried)))) for tried in guesses
    )


def _draws(net: OneNeuronResNet, shape: Shape) -> bool:
    """Whether a network seems to draw a shape; two sides enclose nothing that could be seen."""
    points = _around(shape)
    return shape[0] < 3 or bool((_signs(net, points) == _inside(points, shape)).all())


def _wrong_shapes(shape: Shape) -> Iterator[tuple[Shape, str]]:
    """Polygons that named mistakes would give, each with the thought that helps."""
    n, centre, radius, _ = shape
    cos = math.cos(math.pi / n)
    # fmt: off
    yield (n // 2, centre, radius, 0.0), "Your polygon has half as many sides."
    yield ((2 * n, centre, radius, 0.0),
           "Your polygon has twice as many sides. What does the first mirror leave of the plane?")
    yield ((n, centre, radius / cos, 0.0),
           "The radius belongs to the corners. The sides are nearer to the centre.")
    yield (n, centre, radius * cos, 0.0), "Your polygon is too small, by a cosine."
    yield ((n, centre, radius, math.pi / n),
           "Your polygon is turned by half a side: a corner belongs on the right of the centre.")
    yield ((n, np.zeros(2), radius, 0.0),
           "Your polygon sits at the origin. Creases and readout have to know the centre.")
    yield (n, -centre, radius, 0.0), "Your polygon sits at minus the centre: a sign."
    yield (n, centre, 1.0, 0.0), "Your polygon has the radius 1, whatever is asked for."
    # fmt: on


def _block_hint(net: OneNeuronResNet) -> str:
    """What is strange about blocks that should be mirrors."""
    blocks = [block for block in blocks_of(net) if any(block.w)]
    return first_hint(
        (
            (
                "A block with u = −w, |w| = 1 flattens a half-plane onto its edge. A mirror takes "
                "it to the other side.",
                any(block.kind == "crush" for block in blocks),
            ),
            (
                "Without a fold no positive set is bounded.",
                not any(block.kind == "fold" for block in blocks),
            ),
            (
                "One of your folds stretches: in a mirror s = 1 + u·w is −1. Is |w| = 1?",
                any(abs(block.stretch + 1) > 1e-6 for block in blocks),
            ),
            (
                "Your creases pass through the origin. The centre lies elsewhere.",
                not any(block.b for block in blocks),
            ),
        ),
        "After each mirror, where do the points lie? The next crease is the middle line of the "
        "wedge that is left.",
    )
