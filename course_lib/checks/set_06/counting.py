"""Task 6: what both forms cost, and from which dimension on the twin is dearer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.arguments import counted
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import NotYet, expect
from course_lib.checks.set_06.shared import Checked

__all__ = ["twin_parameters", "twin_ratio"]


def _resnet_size(d: int, L: int) -> int:
    return L * (2 * d + 1) + d + 1


def _dense_size(d: int, L: int, n: int) -> int:
    """Parameters of a fully connected network on R^d with L hidden layers of width n."""
    return n * (d + 1) + (L - 1) * n * (n + 1) + n + 1


def _sizes(d: int, L: int) -> tuple[int, int, int]:
    return _resnet_size(d, L), _dense_size(d, L, d + 1), _dense_size(d, L, 2 * d + 1)


SIZE_MISTAKES: Mapping[Callable[[int, int, int], tuple[int, int]], str] = {
    lambda d, L, n: (2 * d * L + d, n * d + (L - 1) * n * n + n): "Those are the weights. Each "
    "neuron has a bias too, and so has the readout.",
    lambda d, L, n: (L * (2 * d + 1), n * (d + 1) + (L - 1) * n * (n + 1)): "The readout is still "
    "to come.",
    lambda d, L, n: (L * (2 * d + 1) + d, n * (d + 1) + (L - 1) * n * (n + 1) + n): "The readout "
    "has a bias as well.",
    lambda d, L, n: (L * (3 * d + 1) + d + 1, -1): "A skip connection multiplies by nothing: there "
    "is no number to store.",
    lambda d, L, n: (L * 3 * d + d + 1, -1): "A block has one neuron, hence one bias b.",
    lambda d, L, n: (-1, L * n * (n + 1) + n + 1): "The first layer reads x, which has d entries.",
    lambda d, L, n: (-1, L * n * (n + 1)): "The first layer reads x, which has d entries, and the "
    "readout is still to come.",
    lambda d, L, n: (2 * d + 1, n * (n + 1)): "That is one more block, or layer. What have all "
    "together?",
}


@exercise(
    "06.twin_parameters",
    "What both forms cost",
    hints=(
        "A layer from m numbers to n neurons has n·m weights and n biases.",
        "Three kinds of layer: the first reads d numbers, the readout writes one.",
        "Check d = 1, L = 1 with pencil and paper: draw the twin of width 2 and count its arrows.",
    ),
)
def twin_parameters(answer: Answer, draw: Instances) -> Checked:
    """Weights and biases of a ResNet and of its two twins; lesson 06, section 4."""
    rng = draw.rng
    for d, L in ((3, 4), (int(rng.integers(3, 10)), int(rng.integers(4, 20)))):
        found = answer(d, L)
        if not isinstance(found, list | tuple) or len(found) != 3:
            raise NotYet(
                "The result is (ResNet, twin on a box, twin on R^d), three whole numbers.",
                f"You returned {read.shown(found)}.",
            )
        names = ("ResNet", "twin on a box", "twin on R^d")
        for name, value, right in zip(names, found, _sizes(d, L), strict=True):
            count = read.whole(value, f"the number for the {name}")
            yield expect(
                count == right,
                f"The {name} is counted rightly.",
                but=f"For d = {d} and L = {L} you count {count}. "
                + ("That is too few." if count < right else "That is too many."),
                hint=_size_hint(count, name, d, L),
            )


def _size_hint(count: int, name: str, d: int, L: int) -> str:
    n = 2 * d + 1 if name == "twin on R^d" else d + 1
    for mistake, hint in SIZE_MISTAKES.items():
        if count == mistake(d, L, n)[name != "ResNet"]:
            return hint
    if name == "twin on R^d" and count in (_dense_size(d, L, d + 1), _dense_size(d, L, 2 * d)):
        return "On R^d a layer carries x in two halves, and one more neuron does the work."
    if name == "twin on a box" and count == _dense_size(d, L, d):
        return "That is width d. Which neuron is missing?"
    return "Write down the shape of every W and every b, and add up."


def _first_dimension(
    small: Callable[[int, int], Any], large: Callable[[int, int], Any], L: int, factor: Fraction
) -> int:
    d = 1
    while large(d, L) <= factor * small(d, L):
        d += 1
    return d


def _box_twin_size(d: int, L: int) -> int:
    return _dense_size(d, L, d + 1)


def _ratio_mistakes(L: int, factor: Fraction) -> list[tuple[int, str]]:
    per_layer = _first_dimension(lambda d, L: 2 * d + 1, lambda d, L: (d + 1) * (d + 2), L, factor)
    weights = _first_dimension(
        lambda d, L: 2 * d * L + d,
        lambda d, L: (d + 1) * d + (L - 1) * (d + 1) ** 2 + d + 1,
        L,
        factor,
    )
    return [
        (
            per_layer,
            "That compares one layer with one block. The first layer and the readout count too.",
        ),
        (weights, "That counts weights only. Biases are parameters too."),
        (math.ceil(2 * factor), "d/2 is the ratio for large d and L. Here they aren't: count."),
    ]


def _ratios(rng: np.random.Generator) -> Iterator[tuple[str, int, Fraction]]:
    """Depths and factors that tell mistakes apart; the last one is itself a ratio."""
    for what, largest in (("a shallow ResNet", 3), ("a deeper one", 12)):
        while True:
            L, factor = int(rng.integers(1, largest)), Fraction(int(rng.integers(10, 60)), 4)
            right = _first_dimension(_resnet_size, _box_twin_size, L, factor)
            found = {value for value, _ in _ratio_mistakes(L, factor)}
            if len(found | {right, right - 1}) == 5:
                break
        yield what, L, factor
    L, d = int(rng.integers(2, 9)), int(rng.integers(4, 15))
    ratio = Fraction(_box_twin_size(d, L), _resnet_size(d, L))
    yield "a factor that some dimension meets exactly", L, ratio


@exercise(
    "06.twin_ratio",
    "The dimension from which the twin costs more",
    hints=(
        "Count both forms for d = 1, 2, 3, ... until the condition holds.",
        "Compare whole networks: first layer, all others, readout. With few layers these differ.",
        "Cross-multiply: twin > factor · ResNet stays in whole numbers and fractions.",
    ),
)
def twin_ratio(answer: Answer, draw: Instances) -> Checked:
    """The smallest d at which the twin on a box is more than a factor larger; section 4."""
    for what, L, factor in _ratios(draw.rng):
        found = read.whole(answer(L, factor))
        right = _first_dimension(_resnet_size, _box_twin_size, L, factor)
        yield expect(
            found == right,
            f"The dimension is right for {what}.",
            but=f"L = {L}, factor {factor}: {_ratio_fault(found, L, factor)}",
            hint=_ratio_hint(found, L, factor),
        )


def _ratio_fault(found: int, L: int, factor: Fraction) -> str:
    if not 1 <= found <= 10**6:
        return f"You return {read.shown(found)}. Which dimension would that be?"
    twin, resnet = _box_twin_size(found, L), _resnet_size(found, L)
    if twin <= factor * resnet:
        return (
            f"At d = {found} the twin has {counted(twin, 'parameter')}: not more than "
            f"{factor} · {resnet}."
        )
    return f"Already below d = {found} the twin has more than {factor} times as many."


def _ratio_hint(found: int, L: int, factor: Fraction) -> str:
    if found > 0 and _box_twin_size(found, L) == factor * _resnet_size(found, L):
        return "At your d the ratio equals the factor. The question says more than."
    default = "Print both counts side by side around the dimension that you return."
    return next((hint for value, hint in _ratio_mistakes(L, factor) if value == found), default)
