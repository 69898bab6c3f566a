"""What the judges of set 01 share: reading layers and exact numbers, and telling of faults."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.checks.read import fraction, network, shown
from course_lib.checks.report import Line, NotYet, expect
from course_lib.networks import FullyConnected

__all__ = [
    "ROUNDING",
    "WIDTH",
    "Fault",
    "Kink",
    "Layer",
    "exact",
    "items",
    "kinks_of",
    "line",
    "one_layer",
    "recognised",
    "rounded",
]

Fault = tuple[str, str]  # the counterexample, and the thought that fits it
Kink = tuple[Fraction, Fraction]  # its place, and the jump of the slope there
Layer = tuple[Sequence[Fraction], Sequence[Fraction], Sequence[Fraction]]  # w, b, a

ROUNDING = Fraction(1, 10**9)  # networks are stored in floats
WIDTH = 40  # neurons of an answer on the line; the instances take ten at most
DIGITS = 60  # of an exact answer; more would only cost time


def line(says: str, fault: Fault | None) -> Line:
    """A line that holds where there is no fault."""
    but, hint = fault or ("", "")
    return expect(fault is None, says, but=but, hint=hint)


def recognised(found: Any, mistakes: Sequence[tuple[Any, str]], otherwise: str) -> str:
    """The thought for the first mistake that gives what was found."""
    return next((thought for value, thought in mistakes if value == found), otherwise)


def items(value: Any, what: str, most: int) -> list[Any]:
    """The entries of a list, a tuple or an array, at most so many.

    Raises:
        NotYet: anything else.
    """
    if isinstance(value, np.ndarray):
        value = value[: most + 1].tolist() if value.ndim else value.item()
    if not isinstance(value, list | tuple):
        raise NotYet(f"{_upper(what)} come in a list.", f"You returned {shown(value)}.")
    if len(value) > most:
        raise NotYet(
            f"{_upper(what)} come in a list of at most {most}.", f"Yours has {len(value)}."
        )
    return list(value)


def exact(value: Any, what: str = "the result") -> Fraction:
    """A fraction that a person could read.

    Raises:
        NotYet: anything else.
    """
    found = fraction(value, what)
    if max(abs(found.numerator), found.denominator) >= 10**DIGITS:
        raise NotYet(
            f"{_upper(what)} is written with at most {DIGITS} digits.",
            f"You returned {shown(value)}.",
        )
    return found


def one_layer(value: Any, dim: int, most: int) -> FullyConnected:
    """A network with one hidden layer of at most so many neurons.

    Raises:
        NotYet: anything else.
    """
    net: FullyConnected = network(value, dim, FullyConnected)
    if net.depth != 1 or net.widths[0] > most:
        raise NotYet(
            f"The network has one hidden layer of at most {most} neurons.",
            f"Yours has the widths {shown(net.widths)}.",
        )
    return net


def kinks_of(layer: Layer) -> list[Kink]:
    """The kinks of a hidden layer on the line, from left to right."""
    jumps: dict[Fraction, Fraction] = {}
    for w, b, a in zip(*layer, strict=True):
        if w:
            jumps[-b / w] = jumps.get(-b / w, Fraction(0)) + a * abs(w)
    return sorted((place, jump) for place, jump in jumps.items() if jump)


def rounded(number: Fraction) -> str:
    """A fraction if it is short, else a decimal.

    >>> rounded(Fraction(1, 3)), rounded(Fraction(1, 3001))
    ('1/3', '0.0003332')
    """
    if number.denominator <= 1000 and abs(number.numerator) <= 10**6:
        return str(number)
    try:
        return f"{float(number):.4g}"
    except OverflowError:
        return "a huge number"


def _upper(what: str) -> str:
    return what[0].upper() + what[1:]
