"""Reading a returned value: of the right type and shape, or a sentence that says what came."""

from __future__ import annotations

import math
from fractions import Fraction
from numbers import Rational
from typing import Any

import numpy as np

from course_lib.arguments import counted
from course_lib.checks.report import NotYet
from course_lib.networks import FullyConnected, OneNeuronResNet

__all__ = ["array", "close", "fraction", "network", "number", "shown", "text", "whole"]


def number(value: Any, what: str = "the result") -> float:
    """A finite real number, as float; arrays of one number count.

    Raises:
        NotYet: anything else.
    """
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise NotYet(f"{_upper(what)} is a number.", f"You returned {shown(value)}.")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise NotYet(f"{_upper(what)} is a finite number.", f"You returned {shown(value)}.")
    return found


def whole(value: Any, what: str = "the result") -> int:
    """A whole number; a float that is whole counts.

    Raises:
        NotYet: anything else.
    """
    found = number(value, what)
    if found != int(found):
        raise NotYet(f"{_upper(what)} is a whole number.", f"You returned {shown(value)}.")
    return int(value) if isinstance(value, int | Fraction) else int(found)


def fraction(value: Any, what: str = "the result") -> Fraction:
    """An exact rational: a Fraction or a whole number; a float is refused, with the reason.

    Raises:
        NotYet: anything else.
    """
    if isinstance(value, float):
        raise NotYet(
            f"{_upper(what)} is exact: a Fraction.",
            f"You returned the float {value!r}.",
            "A float is rounded. Compute with fractions.Fraction from the start.",
        )
    if isinstance(value, bool) or not isinstance(value, Rational):
        raise NotYet(f"{_upper(what)} is a Fraction.", f"You returned {shown(value)}.")
    return Fraction(value)


def array(value: Any, shape: tuple[int | None, ...], what: str = "the result") -> np.ndarray:
    """An array of finite floats of a shape; None in it stands for any length. Lists count.

    Raises:
        NotYet: anything else.
    """
    try:
        found = np.asarray(value, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise NotYet(f"{_upper(what)} is an array.", f"You returned {shown(value)}.") from None
    fits = len(found.shape) == len(shape) and all(
        want in (None, have) for want, have in zip(shape, found.shape, strict=True)
    )
    if not fits:
        wanted = "(" + ", ".join("any" if n is None else str(n) for n in shape) + ")"
        raise NotYet(
            f"{_upper(what)} has the shape {wanted}.", f"Yours has the shape {found.shape}."
        )
    if not np.isfinite(found).all():
        raise NotYet(f"{_upper(what)} is finite.", f"You returned {shown(value)}.")
    return found


def network(
    value: Any, dim: int, kind: type | tuple[type, ...] = (FullyConnected, OneNeuronResNet)
) -> Any:
    """A network of the course with ``dim`` inputs.

    Raises:
        NotYet: anything else.
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if not isinstance(value, kinds):
        names = " or a ".join(one.__name__ for one in kinds)
        raise NotYet(f"The result is a {names}.", f"You returned {shown(value)}.")
    found: Any = value
    if found.dim != dim:
        raise NotYet(f"The network has {counted(dim, 'input')}.", f"Yours has {found.dim}.")
    return found


def text(value: Any, choices: tuple[str, ...], what: str = "the result") -> str:
    """One of some words.

    Raises:
        NotYet: anything else.
    """
    if not isinstance(value, str) or value not in choices:
        words = ", ".join(repr(choice) for choice in choices)
        raise NotYet(f"{_upper(what)} is one of {words}.", f"You returned {shown(value)}.")
    return value


def close(a: Any, b: Any, tolerance: float = 1e-6) -> bool:
    """Whether two numbers or arrays agree, relative to 1 or to the larger."""
    return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance))


def shown(value: Any) -> str:
    """A value in few words, for a counterexample.

    >>> shown(np.zeros((100, 2)))
    'an array of shape (100, 2)'
    """
    if isinstance(value, np.ndarray) and value.size > 8:
        return f"an array of shape {value.shape}"
    if isinstance(value, np.ndarray):
        return f"the array {value.tolist()}"
    if isinstance(value, FullyConnected | OneNeuronResNet):
        return (
            f"a {type(value).__name__} with {counted(value.dim, 'input')} and depth {value.depth}"
        )
    if value is None:
        return "nothing (None), so perhaps no return"
    said = str(value) if isinstance(value, Fraction) else repr(value)
    return said if len(said) <= 120 else said[:119] + "…"


def _upper(what: str) -> str:
    return what[0].upper() + what[1:]
