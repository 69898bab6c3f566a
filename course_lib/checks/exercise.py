"""Exercises by name: each yields lines about an answer, and has hints that open in order."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from course_lib.checks.answer import Answer
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line
from course_lib.errors import InvalidInputError

__all__ = ["Exercise", "exercise", "exercises", "find"]

Judge = Callable[[Answer, Instances], Iterator[Line | Bonus]]
NAME = re.compile(r"(\d\d)\.([a-z][a-z0-9_]*)")
SETS = tuple(f"{number:02}" for number in range(1, 9))
_registry: dict[str, Exercise] = {}


@dataclass(frozen=True)
class Exercise:
    """One exercise: its name, its title, its judge, and its general hints from faint to strong."""

    name: str
    title: str
    judge: Judge
    hints: tuple[str, ...]

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise InvalidInputError(f"An exercise is named like '03.tube', not {self.name!r}.")


def exercise(name: str, title: str, *, hints: tuple[str, ...] = ()) -> Callable[[Judge], Judge]:
    """Register the judge that follows under a name.

    A judge gets the student's answer (call it with plain data) and the instances (draw from them).
    It yields lines; the first that doesn't hold ends the check.
    """

    def register(judge: Judge) -> Judge:
        if name in _registry:
            raise InvalidInputError(f"There are two exercises {name!r}. Rename one.")
        _registry[name] = Exercise(name, title, judge, hints)
        return judge

    return register


def find(name: str) -> Exercise:
    """The exercise of this name, "03.tube" or just "tube".

    Raises:
        InvalidInputError: there is none; the text names those of the set.
    """
    number = name.split(".")[0]
    known = exercises(number if number in SETS else None)
    for candidate in known:
        if name in (candidate.name, candidate.name.split(".")[1]):
            return candidate
    names = ", ".join(candidate.name for candidate in known)
    raise InvalidInputError(f"There is no exercise {name!r}. Take one of: {names}.")


def exercises(number: str | None = None) -> tuple[Exercise, ...]:
    """All exercises, or those of one set ("03"), in the order in which they are asked."""
    for one in [number] if number else SETS:
        importlib.import_module(f"course_lib.checks.set_{one}")
    return tuple(e for e in _registry.values() if number is None or e.name.startswith(number))
