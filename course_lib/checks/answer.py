"""A student's answer, called from outside: plain data in, plain data out, failures in words."""

from __future__ import annotations

import linecache
import sysconfig
import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course_lib.checks.plain import PlainDataError, plain

__all__ = [
    "Answer",
    "FailedError",
    "LocalAnswer",
    "NotAttemptedError",
    "describe_failure",
    "failing_line",
]

CALL_SECONDS = 5.0  # of computing: what grading gives one call, unless a lecturer says otherwise
LIBRARY = str(Path(__file__).parent.parent)
PACKAGES = "site-packages"
PYTHON = sysconfig.get_path("stdlib")  # fractions.py raises for a student who divides by 0


class NotAttemptedError(Exception):
    """The stub is still there, or the name is not defined.

    Args:
        what: a sentence that says which.
    """

    def __init__(self, what: str = "The function still raises NotImplementedError.") -> None:
        super().__init__(f"Not attempted. {what}")


class FailedError(Exception):
    """The student's code raised, took too long, or returned what is no plain data.

    Args:
        what: a sentence that says so, with the student's own failing line where there is one.
    """


class Answer(ABC):
    """Something a student wrote: a function that takes and returns plain data."""

    @abstractmethod
    def __call__(self, *args: Any) -> Any:
        """Call it.

        Raises:
            NotAttemptedError: nobody has filled it in.
            FailedError: it did not return plain data.
        """


class LocalAnswer(Answer):
    """A function of this very process, for readers who check their own work."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.slowest = 0.0  # seconds of computing that the longest call took

    def __call__(self, *args: Any) -> Any:
        """Call the function on copies of the arguments, so that it can't change the check's."""
        begun = time.process_time()
        try:
            value = self._function(*map(plain, args))
        except NotImplementedError:
            raise NotAttemptedError from None
        except (Exception, SystemExit) as error:  # sys.exit() would end the reader's kernel
            raise FailedError(_told(error)) from None
        finally:
            self.slowest = max(self.slowest, time.process_time() - begun)
        try:
            return plain(value)
        except PlainDataError as error:
            raise FailedError(f"Your function returned something else. {error}") from None


def failing_line(error: BaseException) -> tuple[str, int] | None:
    """The text and number of the line of the student's own code at which an error arose, or None.

    It is the innermost line outside the library of the course, installed packages and Python's own.
    """
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        installed = (
            frame.filename.startswith((LIBRARY, PYTHON, "<frozen")) or PACKAGES in frame.filename
        )
        line = linecache.getline(frame.filename, frame.lineno or 0).strip()
        if line and not installed:
            return line, frame.lineno or 0
    return None


def describe_failure(kind: str, message: str, line: tuple[str, int] | None) -> str:
    """One sentence about an exception in a student's function."""
    at = f" in line {line[1]} of its cell: {line[0]}" if line else ""
    said = f" ({message})" if message else ""
    return f"Your function raised {kind}{said}{at}"


def _told(error: BaseException) -> str:
    line = failing_line(error)
    return describe_failure(type(error).__name__, str(error)[:300], line)
