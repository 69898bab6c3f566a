"""Where a network bends: places and jumps of the kinks of one hidden layer."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import shown
from course_lib.checks.report import Line, NotYet
from course_lib.checks.set_01.shared import WIDTH, Fault, Kink, Layer, exact, items, kinks_of, line

__all__ = ["hinge_kinks"]


@exercise(
    "01.hinge_kinks",
    "Where does a network bend, and by how much?",
    hints=(
        "Look at one neuron. Where is w·x + b equal to 0? What is its slope on either side?",
        "The jump at a kink is the slope on its right minus the slope on its left. Work it out for "
        "w > 0 and for w < 0.",
        "Collect the jumps in a dictionary by place. What belongs to no place at all?",
    ),
)
def hinge_kinks(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Places and jumps of one hidden layer's kinks, exactly (lesson 01, section 2)."""
    for case, layer in _layers(draw.rng).items():
        found = _pairs(answer(*layer))
        yield line(f"{case}: these are the kinks.", _fault(layer, found))


def _layers(rng: np.random.Generator) -> dict[str, Layer]:
    """Small layers, each with one more thing to think of."""
    p = [int(x) for x in rng.permutation([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5])]
    w = [int(x) for x in rng.choice([1, 2, 3], 10)]
    a = [int(x) for x in rng.choice([-3, -2, 2, 3], 10)]
    back_to_back = [w[5], -w[6], w[7]]  # the first two share a place, and their jumps add up
    gone = [2, w[8], -1, 0]  # jumps of 2a and -2a at one place; the last neuron is a constant
    return {
        "A neuron that faces right": _layer([2], p[:1], a[:1]),
        "A neuron that faces left": _layer([-2], p[1:2], a[1:2]),
        "Three neurons": _layer([w[2], -w[3], 2 * w[4]], p[2:5], a[2:5]),
        "Two neurons at one place": _layer(back_to_back, [p[5], p[5], p[6]], [a[5], a[5], a[7]]),
        "Neurons that leave no kink": _layer(
            gone, [p[7], p[8], p[7], 0], [a[8], a[9], -2 * a[8], 3]
        ),
    }


def _layer(w: list[int], places: list[int], a: list[int]) -> Layer:
    """Neurons with kinks at half of each place, and the bias 2 where w is 0."""
    b = [
        Fraction(-wi * place, 2) if wi else Fraction(2) for wi, place in zip(w, places, strict=True)
    ]
    return [Fraction(wi) for wi in w], b, [Fraction(ai) for ai in a]


def _pairs(value: Any) -> list[Kink]:
    found = []
    for pair in items(value, "the pairs (place, jump)", WIDTH):
        pair = pair.tolist() if isinstance(pair, np.ndarray) else pair
        if not (isinstance(pair, list | tuple) and len(pair) == 2):
            raise NotYet(
                "The result is a list of pairs (place, jump).", f"One entry is {shown(pair)}."
            )
        found.append((exact(pair[0], "a place"), exact(pair[1], "a jump")))
    return found


def _fault(layer: Layer, found: list[Kink]) -> Fault | None:
    right = kinks_of(layer)
    if found == right:
        return None
    places = [place for place, _ in found]
    return _list_fault(found, right) or _places_fault(layer, places) or _jumps_fault(layer, found)


def _list_fault(found: list[Kink], right: list[Kink]) -> Fault | None:
    """The kinks may be those asked for, but this is not the list of them."""
    places = [place for place, _ in found]
    for place, jump in found:
        if jump == 0 and place not in dict(right):
            return (
                f"At x = {place} you return the jump 0: the graph is straight there.",
                "A kink is a change of the network's slope. Where the jumps of several neurons add "
                "up to 0, there is none.",
            )
        if places.count(place) > 1:
            return (
                f"You list the place x = {place} more than once.",
                "One place, one kink: add the jumps of all neurons that bend there.",
            )
    if sorted(found) == right:
        return f"You list {_told(places)}.", "List the kinks from left to right."
    return None


def _places_fault(layer: Layer, places: list[Fraction]) -> Fault | None:
    w, b, _ = layer
    right = [place for place, _ in kinks_of(layer)]
    own = {-bi / wi for wi, bi in zip(w, b, strict=True) if wi}
    strange = next((place for place in places if place not in own), None)
    missed = next((place for place in right if place not in places), None)
    if strange is not None:
        but = f"You return a kink at x = {strange}, where w·x + b is 0 for no neuron."
        if sorted(-place for place in places) == right:
            return but, "Mind the sign of the shift: solve w·x + b = 0 for x."
        if strange in {-bi for bi in b}:
            return but, "relu(wx + b) bends where w·x + b = 0, not where x + b = 0."
        return but, "A neuron bends where its argument w·x + b changes sign."
    if missed is not None:
        return (
            f"You list {_told(places)}; the graph also bends at x = {missed}.",
            "Neurons that face left bend too, and so do two that share a place.",
        )
    return None


def _jumps_fault(layer: Layer, found: list[Kink]) -> Fault:
    right = dict(kinks_of(layer))
    place, jump = next((p, j) for p, j in found if right.get(p) != j)
    slope = _slope_left_of(layer, place)
    but = (
        f"Left of x = {place} the slope is {slope}; with your jump {jump} it would be "
        f"{slope + jump} on the right, and it is not."
    )
    here = [(w, a) for w, b, a in zip(*layer, strict=True) if w and -b / w == place]
    if jump == sum(a * w for w, a in here):
        return but, (
            "Think of a neuron that faces left: its slope a·w ends at the kink and does not begin "
            "there. What does that do to the jump?"
        )
    if len(here) > 1 and jump in {a * abs(w) for w, a in here}:
        return but, "Several neurons bend there. Do you add the jumps of all of them?"
    if jump == sum(a for _, a in here):
        return but, "How steep is a·relu(wx + b) where it isn't flat? The inner weight counts too."
    if jump == sum(a * w for w, a in here if w > 0):
        return but, "A neuron that faces left bends as well: its slope ends there."
    return but, "The jump is the slope on the right minus the slope on the left."


def _slope_left_of(layer: Layer, place: Fraction) -> Fraction:
    """The slope of the network just left of a place."""
    slope = Fraction(0)
    for w, b, a in zip(*layer, strict=True):
        height = w * place + b
        if height > 0 or (height == 0 and w < 0):
            slope += a * w
    return slope


def _told(numbers: list[Fraction]) -> str:
    return ", ".join(map(str, numbers[:8])) or "no place"
