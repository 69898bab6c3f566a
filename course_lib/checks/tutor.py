"""Checking an answer: run its exercise, count the attempts, open one more hint with each."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from course_lib.checks.answer import (
    CALL_SECONDS,
    Answer,
    FailedError,
    LocalAnswer,
    NotAttemptedError,
)
from course_lib.checks.exercise import ELSEWHERE, JUDGES, Exercise, find
from course_lib.checks.instances import PRACTICE, PUBLIC, Instances
from course_lib.checks.report import Bonus, Line, NotYet, Report
from course_lib.errors import CourseError, InvalidInputError
from course_lib.networks import is_network

__all__ = ["Session", "check", "session"]

SECRET = "COURSE_SECRET"  # the environment variable that holds a lecturer's secret


@dataclass
class Session:
    """Whose desk the checks run at: a reader's own, or a teacher's.

    Args:
        secret: decides the hidden instances.
        grading: True at the teacher's desk, where attempts don't count.
        reports: every report so far, in order.
    """

    secret: str = PRACTICE
    grading: bool = False
    reports: list[Report] = field(default_factory=list)
    attempts: Counter[str] = field(default_factory=Counter)


_session = Session()


@contextmanager
def session(new: Session) -> Iterator[Session]:
    """Run checks in a session of their own."""
    global _session
    before, _session = _session, new
    try:
        yield new
    finally:
        _session = before


def check(name: str, answer: Any, *, hidden: bool = False) -> Report:
    """Check an answer to an exercise and say what holds, what doesn't yet, and a hint.

    Args:
        name: the exercise, such as "03.tube".
        answer: your function.
        hidden: draw the instances from the lecturer's secret (the environment variable
            COURSE_SECRET), or from the word "practice" where there is none.

    Returns:
        a report, shown as text or HTML; truthy when everything holds. Each attempt that fails
        opens one more hint.

    Raises:
        InvalidInputError: no such exercise, or an answer that is no function.
        CourseError: inside a grader that runs tests beside the student's code.
    """
    here = _session
    if os.environ.get("NBGRADER_EXECUTION") == "autograde" and not here.grading:
        # There a student's cell could have replaced this very function: no points that way.
        raise CourseError(
            "nbgrader's own autograder runs tests beside the student's code. Grade with "
            "`python -m course_lib.grading run`, which keeps them apart."
        )
    asked = find(name)
    secret = os.environ.get(SECRET, here.secret) if not here.grading else here.secret
    draw = Instances(asked.name, secret if hidden else PUBLIC)
    asking = _as_answer(asked, answer)
    report = _judged(asked, asking, draw)
    if not (report or hidden or here.grading) and report.attempted:
        here.attempts[asked.name] += 1
    if not report and not hidden:
        shown = min(here.attempts[asked.name], len(asked.hints))
        report = replace(report, hints=asked.hints[:shown])
    if isinstance(asking, LocalAnswer) and asking.slowest > CALL_SECONDS:
        slow = f"A call took {asking.slowest:.0f} s. Grading stops one after {CALL_SECONDS:g} s."
        report = replace(report, hints=(*report.hints, slow))
    here.reports.append(report)
    return report


def _as_answer(asked: Exercise, answer: Any) -> Answer:
    if isinstance(answer, Answer):
        return answer
    if not callable(answer) or is_network(answer):
        raise InvalidInputError(
            f"check({asked.name!r}, ...) takes your function, not a {type(answer).__name__}. "
            "Pass its name without calling it."
        )
    if str(getattr(answer, "__module__", "")).startswith(JUDGES):
        raise InvalidInputError(
            f"check({asked.name!r}, ...) got {getattr(answer, '__name__', 'a function')} of the "
            "course, by which the check itself knows what is right. Pass a function that you wrote."
        )
    return LocalAnswer(answer)


def _judged(asked: Exercise, answer: Answer, draw: Instances) -> Report:
    lines: list[Line] = []
    bonus: list[Bonus] = []
    attempted, broken = True, False
    try:
        for part in asked.judge(answer, draw):
            if isinstance(part, Bonus):
                bonus.append(part)
            else:
                lines.append(part)
                if not part.holds:
                    break
    except NotAttemptedError as stub:
        lines, attempted = [Line(False, str(stub))], False
    except FailedError as failure:
        lines.append(Line(False, "The function returns an answer.", str(failure)))
    except NotYet as early:
        lines.append(early.line)
    except Exception as error:  # a fault of the check: a reader gets a sentence, no traceback
        said = f"The check itself failed on it: {type(error).__name__}: {str(error)[:200]}"
        lines.append(Line(False, "The check can read your answer.", said))
        broken = True
    report = Report(
        asked.name,
        asked.title,
        tuple(lines),
        attempted,
        draw.hidden,
        broken=broken,
        elsewhere=asked.title == ELSEWHERE,
    )
    return replace(report, bonus=tuple(bonus)) if report else report
