"""The tutor: what holds of your answer, what doesn't yet, a counterexample and a hint.

``check("03.tube", tube)`` looks at the function ``tube`` that you wrote for the exercise 03.tube;
``checks.tube(tube)`` is the same. An answer is a function of plain data (see
:mod:`course_lib.checks.plain`), so that a teacher's desk can run it in another process.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from course_lib.checks import read
from course_lib.checks.exercise import Exercise, exercises, find
from course_lib.checks.report import Report
from course_lib.checks.tutor import check
from course_lib.errors import InvalidInputError

__all__ = ["Exercise", "Report", "check", "exercises", "read"]


def __getattr__(name: str) -> Any:
    if name.startswith(("_", "set_", "pytest")):  # no exercise: don't load them all to say so
        raise AttributeError(name)
    try:
        return partial(check, find(name).name)
    except InvalidInputError as error:
        raise AttributeError(str(error)) from None
