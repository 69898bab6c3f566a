"""One door for each kind of argument that is no array: numbers, choices, lists, objects, functions.

Each door gives the value in the form that the code behind it computes with, or an error that names
the argument, says what is wanted, and shows what came. (Arrays enter by ``networks.reading``, exact
numbers by ``exact.read``, boxes by ``regions.boxes``.)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from numbers import Real
from operator import index
from typing import Any, TypeVar

import numpy as np

from course_lib.errors import InvalidInputError

__all__ = [
    "counted",
    "read_choice",
    "read_flag",
    "read_function",
    "read_instance",
    "read_list",
    "read_mapping",
    "read_number",
    "read_text",
    "read_whole",
    "shown",
]

T = TypeVar("T")
MOST = 2**53  # counts beyond this fit into no machine, and floats don't tell them apart


def read_whole(
    name: str, value: Any, at_least: int | None = None, at_most: int | None = MOST
) -> int:
    """A whole number, NumPy's too, as a Python int; True and False are none.

    Raises:
        InvalidInputError: another kind of number, or one out of range.

    >>> read_whole("depth", 3, at_least=1)
    3
    """
    try:
        whole = index(value)
    except (TypeError, ValueError, RuntimeError):
        whole = None
    if whole is None or isinstance(value, bool):
        raise InvalidInputError(f"{name} must be a whole number, got {shown(value)}.")
    if at_least is not None and whole < at_least:
        more = "0 or more" if at_least == 0 else f"at least {at_least}"
        raise InvalidInputError(f"{name} must be {more}, got {shown(whole)}.")
    if at_most is not None and abs(whole) > at_most:
        most = "2^53" if at_most == MOST else at_most
        raise InvalidInputError(f"{name} must be at most {most}, got {shown(whole)}.")
    return whole


def read_number(
    name: str,
    value: Any,
    *,
    above: float | None = None,
    at_least: float | None = None,
    below: float | None = None,
    at_most: float | None = None,
) -> float:
    """A finite real number within its limits, as a float.

    Raises:
        InvalidInputError: text, a complex number, infinity, NaN, or a number outside the limits.

    >>> read_number("ramp", 0.001, above=0, below=0.5)
    0.001
    """
    number = _float(value)
    limits = (
        (above, "above", lambda limit: number > limit),
        (at_least, "at least", lambda limit: number >= limit),
        (below, "below", lambda limit: number < limit),
        (at_most, "at most", lambda limit: number <= limit),
    )
    given = [(limit, words, holds) for limit, words, holds in limits if limit is not None]
    if math.isfinite(number) and all(holds(limit) for limit, _, holds in given):
        return number
    wanted = " and ".join(f"{words} {limit:g}" for limit, words, _ in given)
    raise InvalidInputError(
        f"{name} must be a finite number{' ' * bool(wanted)}{wanted}, got {shown(value)}."
    )


def read_choice(name: str, value: Any, choices: Sequence[T]) -> T:
    """One of a few texts.

    Raises:
        InvalidInputError: something else.

    >>> read_choice("form", "series", ("parallel", "series"))
    'series'
    """
    for choice in choices:
        if isinstance(value, str) and value == choice:
            return choice
    several = " or ".join(map(repr, choices))
    raise InvalidInputError(f"{name} must be {several}, got {shown(value)}.")


def read_flag(name: str, value: Any) -> bool:
    """True or False, NumPy's too.

    Raises:
        InvalidInputError: something else, such as the text "no", which Python takes for true.
    """
    if isinstance(value, bool | np.bool_):
        return bool(value)
    raise InvalidInputError(f"{name} must be True or False, got {shown(value)}.")


def read_text(name: str, value: Any) -> str:
    """A text.

    Raises:
        InvalidInputError: something else.
    """
    if isinstance(value, str):
        return str(value)
    raise InvalidInputError(f"{name} must be a text, got {shown(value)}.")


def read_list(name: str, value: Any, of: str, at_least: int = 0) -> list[Any]:
    """The members of a list, a tuple or another iterable; a text, bytes or a mapping is none.

    Args:
        name: of the argument.
        value: what was passed.
        of: what is wanted in it, in words.
        at_least: how many.

    Raises:
        InvalidInputError: no iterable, or one with too few members.

    >>> read_list("rules", (1, 2), of="rules")
    [1, 2]
    """
    # a mapping would be read by its keys, and a set in any order
    listed = isinstance(value, Iterable) and not isinstance(
        value, str | bytes | bytearray | Mapping | set | frozenset | type
    )
    try:
        members = list(value) if listed else None
    except (TypeError, ValueError, RuntimeError):  # an array without axes, a lazy tensor
        members = None
    if members is None or len(members) < at_least:
        some = f"{at_least} or more " if at_least else ""
        raise InvalidInputError(f"{name} must be a list of {some}{of}, got {shown(value)}.")
    return members


def read_mapping(name: str, value: Any, of: str) -> Mapping[Any, Any]:
    """A mapping, such as a dict.

    Raises:
        InvalidInputError: something else; ``of`` says what is wanted, such as "{name: curve}".
    """
    if isinstance(value, Mapping):
        return value
    raise InvalidInputError(f"{name} must be a mapping {of}, got {shown(value)}.")


def read_instance(name: str, value: Any, kind: type[T], move: str) -> T:
    """An object of a class of the course.

    Args:
        name: of the argument.
        value: what was passed.
        kind: the class.
        move: where such objects come from, as a sentence.

    Raises:
        InvalidInputError: something else.
    """
    if isinstance(value, kind):
        return value
    article = "an" if kind.__name__[0] in "AEIOU" else "a"
    raise InvalidInputError(f"{name} must be {article} {kind.__name__}, got {shown(value)}. {move}")


def read_function(name: str, value: Any) -> Any:
    """Something that can be called; a class, which would only be built, is none.

    Raises:
        InvalidInputError: something else.
    """
    if callable(value) and not isinstance(value, type):
        return value
    raise InvalidInputError(f"{name} must be a function, got {shown(value)}.")


def counted(n: int, noun: str) -> str:
    """So many of something, in words that agree.

    >>> counted(1, "layer"), counted(0, "crease"), counted(2, "vertex/vertices")
    ('1 layer', '0 creases', '2 vertices')
    """
    one, _, many = noun.partition("/")
    return f"{n} {one if n == 1 else many or one + 's'}"


def shown(value: Any) -> str:
    """A value in a few words, for an error.

    >>> shown(2.5), shown([1, 2]), shown(object)
    ('2.5', '[1, 2]', 'the class object')
    """
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, int) and value.bit_length() > 200:
        return f"a whole number of {value.bit_length()} bits"
    if value is None or isinstance(value, bool | int | float | complex | str | list | tuple):
        try:
            text = repr(value)
        except (ValueError, RecursionError):  # a huge number inside
            text = f"a {type(value).__name__}"
        return text if len(text) <= 60 else f"{text[:57]}..."
    return f"{'an' if type(value).__name__[0] in 'aeiouAEIOU' else 'a'} {type(value).__name__}"


def _float(value: Any) -> float:
    """The number as a float, or NaN for what is no real number."""
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        try:
            value = value.item()
        except (TypeError, ValueError, RuntimeError):  # a tensor without numbers
            return math.nan
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan
