"""Task 8a · The depth at which the sawtooth takes the fewest neurons."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import course_lib.checks.read as read
from course_lib.arguments import counted
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, expect
from course_lib.checks.set_07.shared import Thought, items, whole


@exercise(
    "07.cheapest_depth",
    "The cheapest sawtooth",
    hints=(
        "How many folds does each of k layers have at least, and how many layers take one more? "
        "divmod(t, k) says both.",
        "Write a function that adds up the neurons of one depth, and print it for t = 7.",
        "Compare pairs: of two pairs (neurons, layers), min takes the one with fewer neurons, and "
        "if these are equal, fewer layers.",
    ),
)
def cheapest_depth(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The fewest neurons of 2^t teeth over all depths, and the least depth with so few (lesson 07).

    k layers share the t folds as evenly as they can; a layer with j folds has 2^j neurons. Two
    folds take 4 neurons in one layer as in two, and three take more: 2t neurons in ⌈t/2⌉ layers.
    """
    for name, levels in _levels(draw.rng).items():
        layers, neurons = (read.whole(v) for v in items(answer(levels), 2, "the result"))
        size = f"{counted(neurons, 'neuron')} in {counted(layers, 'layer')}"
        said = f"For t = {levels} you return {size}."
        fits = 1 <= layers <= levels
        yield expect(
            fits and neurons == _neurons(levels, layers),
            f"So many layers take so many neurons for {name}.",
            but=said if fits else f"{said} The folds fill between 1 and {levels} layers.",
            hint="Share the folds as evenly as you can. A layer of j folds takes 2^j neurons: add "
            "them up. The layers need not be equal.",
        )
        wrong, hint = _mispriced(levels, layers)
        yield expect(
            (layers, neurons) == ((levels + 1) // 2, 2 * levels),
            f"No depth takes fewer neurons for {name}, and no smaller depth as few.",
            but=f"{said} {wrong}",
            hint=hint,
        )


def _levels(rng: np.random.Generator) -> dict[str, int]:
    odd, even = 2 * whole(rng, 3, 9) + 1, 2 * whole(rng, 4, 12)
    return {"an even t": even, "an odd t": odd, "a large t": 2 * odd + 15, "t = 1": 1}


def _neurons(levels: int, layers: int) -> int:
    each, rest = divmod(levels, layers)
    return (layers - rest) * 2**each + rest * 2 ** (each + 1)


def _mispriced(levels: int, layers: int) -> Thought:
    """What to think of a number of layers that isn't the least of the cheapest."""
    if layers == levels:
        return (
            "As few neurons fit into fewer layers.",
            "Is there another depth with the same number of neurons? The depth need not divide t: "
            "the last layers may fold once less.",
        )
    if 2 * layers > levels:
        return "As few neurons fit into fewer layers.", "Among equal prices the least depth counts."
    if 2 * layers == levels - 1:
        return (
            "One layer has to fold three times.",
            "Half of an odd number: round it up or down? Count the folds of the fullest layer.",
        )
    return (
        "Another depth takes fewer.",
        "Three folds in one layer take 8 neurons. How many do they take in two?",
    )
