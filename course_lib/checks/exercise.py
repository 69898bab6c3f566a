"""Exercises by name: each yields lines about an answer, and has hints that open in order."""

from __future__ import annotations

import importlib
import importlib.abc
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from course_lib.checks.answer import Answer
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line
from course_lib.errors import InvalidInputError

__all__ = [
    "ELSEWHERE",
    "JUDGES",
    "Exercise",
    "exercise",
    "exercises",
    "find",
    "judges_are_here",
    "withhold_judges",
]

Judge = Callable[[Answer, Instances], Iterator[Line | Bonus]]
NAME = re.compile(r"(\d\d)\.([a-z][a-z0-9_]*)")
SETS = tuple(f"{number:02}" for number in range(1, 9))
JUDGES = __name__.rpartition(".")[0] + ".set_"  # the modules that know right answers begin so
ELSEWHERE = "checked at the lecturer's desk"
_withheld = False
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


def judges_are_here() -> bool:
    """Whether answers can be checked here; not where a grader runs a student's notebook."""
    return Path(__file__).with_name("set_01").joinpath("__init__.py").exists() and not _withheld


def withhold_judges() -> None:
    """Let nothing import the judges from here on: their right answers are nobody's answer."""
    global _withheld
    _withheld = True
    sys.meta_path.insert(0, _Withheld())


class _Withheld(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, *_: object) -> None:
        if name.startswith(JUDGES):
            raise ModuleNotFoundError(f"{name} is not here: the lecturer's desk checks.", name=name)


def find(name: str) -> Exercise:
    """The exercise of this name, "03.tube" or just "tube".

    Raises:
        InvalidInputError: there is none; the text names those of the set.
    """
    if not judges_are_here():
        return Exercise(name if "." in name else f"00.{name}", ELSEWHERE, _checked_elsewhere, ())
    number = name.split(".")[0]
    known = exercises(number if number in SETS else None)
    for candidate in known:
        if name in (candidate.name, candidate.name.split(".")[1]):
            return candidate
    names = ", ".join(candidate.name for candidate in known)
    raise InvalidInputError(f"There is no exercise {name!r}. Take one of: {names}.")


def _checked_elsewhere(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    # It holds, so that a cell that asserts it goes on, as it did for the student.
    yield Line(True, "The lecturer's own check of this answer stands in the notebook's test cell.")


def exercises(number: str | None = None) -> tuple[Exercise, ...]:
    """All exercises, or those of one set ("03"), in the order in which they are asked."""
    if not judges_are_here():
        return ()
    for one in [number] if number else SETS:
        importlib.import_module(f"course_lib.checks.set_{one}")
    return tuple(e for e in _registry.values() if number is None or e.name.startswith(number))
