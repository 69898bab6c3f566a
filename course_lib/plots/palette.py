"""Colours that keep their meaning through the whole course (Okabe & Ito 2008, safe for all eyes).

Colour is never the only cue: each meaning has its hatch, line style or marker beside it.
"""

from __future__ import annotations

__all__ = [
    "FULLY_CONNECTED",
    "NEGATIVE",
    "POSITIVE",
    "REGION_COLOURS",
    "RESNET",
    "SEAM",
    "SERIES",
    "TARGET",
]

POSITIVE = "#0072B2"  # the set {f > 0} and points labelled +1; hatched, round markers
NEGATIVE = "#E69F00"  # the set {f <= 0} and points labelled -1; plain, crosses
TARGET = "#000000"  # what a network should reach; dashed
SEAM = "#CC79A7"  # where a network bends: borders of its linear pieces; solid
FULLY_CONNECTED = "#D55E00"  # fully connected networks; squares
RESNET = "#009E73"  # one-neuron ResNets; circles

# Fills are tints of the two colours, light enough for the target's outline on top.
REGION_COLOURS = {
    "positive": "#7FB8D8",
    "hatch": "#4A97C4",
    "rim": "#00466E",
    "negative": "#FDF1D9",
    "target": TARGET,
}

# (colour, line style, marker) for curves that have no meaning of their own, in this order.
SERIES = (
    (RESNET, "-", "o"),
    (FULLY_CONNECTED, "--", "s"),
    (POSITIVE, "-.", "^"),
    (SEAM, ":", "D"),
    (TARGET, (0, (5, 1, 1, 1, 1, 1)), "x"),
)
