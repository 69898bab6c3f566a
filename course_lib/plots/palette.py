"""Colours that keep their meaning through the whole course (Okabe & Ito 2008, safe for all eyes).

Colour is never the only cue: each meaning has its hatch, line style or marker beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from course_lib.arguments import read_list, read_mapping, read_text
from course_lib.errors import InvalidInputError

__all__ = [
    "EXCESS",
    "FULLY_CONNECTED",
    "NEGATIVE",
    "POSITIVE",
    "REGION_COLOURS",
    "RESNET",
    "SEAM",
    "SERIES",
    "TARGET",
    "WITNESS",
    "curve_styles",
]

POSITIVE = "#0072B2"  # the set {f > 0} and points labelled +1; hatched, round markers
NEGATIVE = "#E69F00"  # the set {f <= 0} and points labelled -1; plain, crosses
TARGET = "#000000"  # what a network should reach, what a theorem allows; dashed
SEAM = "#CC79A7"  # where a network bends: borders of its linear pieces; solid
FULLY_CONNECTED = "#D55E00"  # fully connected networks; squares
RESNET = "#009E73"  # one-neuron ResNets; circles
WITNESS = "#882255"  # what proves a claim: a walk, a certified tube; thick
EXCESS = "#5D3A9B"  # a difference of the wrong sign, beside the black of the right one

# Fills are tints of the two colours, light enough for the target's outline on top.
REGION_COLOURS = {
    "positive": "#7FB8D8",
    "hatch": "#4A97C4",
    "rim": "#00466E",
    "negative": "#FDF1D9",
    "target": TARGET,
}

# (colour, line style, marker) for curves that have no meaning of their own, in this order: none of
# the colours above, so that green is a ResNet wherever it stands.
SERIES: tuple[tuple[str, Any, str], ...] = (
    ("#4D4D4D", "-", "^"),
    ("#56B4E9", "--", "D"),
    ("#8C510A", "-.", "v"),
    ("#9A8700", ":", "P"),
    ("#7A88C2", (0, (5, 1, 1, 1, 1, 1)), "X"),
)

# (marker, line styles) of the curves that have a meaning: all of one meaning share the colour and
# the marker; the second and third are hollow.
MEANINGS: dict[str, tuple[str, tuple[Any, ...]]] = {
    FULLY_CONNECTED: ("s", ("-", ":", "-.")),
    RESNET: ("o", ("-", ":", "-.")),
    TARGET: ("x", ("--", (0, (1, 2)), (0, (8, 2)))),
    EXCESS: ("D", ("-", ":", "-.")),
}


def curve_styles(
    names: Iterable[str], meaning: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Choose for each curve of a picture how ``Axes.plot`` draws it, no two of them alike.

    Args:
        names: the curves, at most five.
        meaning: {name: FULLY_CONNECTED, RESNET, TARGET or EXCESS} for the curves that have one, at
            most three of each; the others take neutral colours.

    Raises:
        InvalidInputError: no curve, too many for the eye, or a meaning that no curve can have.

    >>> [style["color"] for style in curve_styles(["built", "bound"], {"built": RESNET})]
    ['#009E73', '#4D4D4D']
    """
    named = [*names] if isinstance(names, Mapping) else read_list("names", names, of="texts")
    named = [read_text("a name", name) for name in named]
    meaning = {} if meaning is None else read_mapping("meaning", meaning, of="{name: colour}")
    used = list(meaning.values())
    if not 0 < len(named) <= len(SERIES) or max(map(used.count, used), default=0) > 3:
        raise InvalidInputError(
            f"One picture holds 1 to {len(SERIES)} curves that eyes can tell apart, at most 3 of "
            f"one meaning; got {len(named)}. Split them over several axes."
        )
    if not set(meaning) <= set(named) or not set(used) <= set(MEANINGS):
        raise InvalidInputError(
            f"The curves are {named}, and their meanings {meaning}. Give the name of a curve "
            "FULLY_CONNECTED, RESNET, TARGET or EXCESS, or leave it out."
        )
    neutral, before = iter(SERIES), dict.fromkeys(MEANINGS, 0)
    return [
        _with_meaning(meaning[name], before) if name in meaning else _style(*next(neutral))
        for name in named
    ]


def _with_meaning(colour: str, before: dict[str, int]) -> dict[str, Any]:
    marker, lines = MEANINGS[colour]
    style = _style(colour, lines[before[colour]], marker)
    if before[colour]:
        style["markerfacecolor"] = "white"
    before[colour] += 1
    return style


def _style(colour: str, line: Any, marker: str) -> dict[str, Any]:
    return {"color": colour, "linestyle": line, "marker": marker}
