"""The grader's one module inside the student's sandbox: call a function, show the result.

It is imported before the student's first cell runs. Nothing that it returns is believed: the
student's code may have changed it.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

from IPython.core.getipython import get_ipython

from course_lib.checks.exercise import withhold_judges
from course_lib.checks.plain import decode, encode

__all__ = ["MIME", "Answer", "call", "ready", "value"]

MIME = "application/vnd.course.answer+json"
_LONGEST = 500  # characters of a message or a source line


class Answer:
    """What came of a question, for IPython's display: a value, an error or a missing name."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {MIME: self.content, "text/plain": "answer"}


def ready() -> Answer:
    """Prepare the kernel, before the student's first cell."""
    # exit() and quit() would end the kernel soon after, with all that was defined; in a notebook
    # that is the end of its work, too, but the student has seen the answers before.
    get_ipython().ask_exit = lambda: None  # type: ignore[union-attr]
    withhold_judges()
    return Answer({"value": "ready"})


def call(name: str, payload: str) -> Answer:
    """Call the student's function of this name; `payload` encodes its `args` and `kwargs`."""

    def result(function: Any) -> Any:
        given = decode(payload)
        return function(*given["args"], **given["kwargs"])

    return _answer(name, result)


def value(name: str) -> Answer:
    """The value of the student's variable of this name."""
    return _answer(name, lambda found: found)


def _answer(name: str, result: Callable[[Any], Any]) -> Answer:
    student: dict[str, Any] = get_ipython().user_ns  # type: ignore[union-attr]
    if name not in student:
        return Answer({"missing": name})
    try:
        return Answer({"value": encode(result(student[name]))})
    except KeyboardInterrupt:  # the grader's, when time is up
        raise
    except BaseException as error:  # sys.exit() in a student's function is an answer, too
        return Answer({"error": _told(error)})


def _told(error: BaseException) -> dict[str, Any]:
    try:
        message = str(error)
    except Exception as broken:
        message = f"(its text cannot be shown: {type(broken).__name__})"
    line, lineno = _students_line(error)
    return {
        "kind": type(error).__name__[:_LONGEST],
        "message": message[:_LONGEST],
        "line": line[:_LONGEST],
        "lineno": lineno,
    }


def _students_line(error: BaseException) -> tuple[str, int]:
    """The deepest line of the student's cells that the error passed; ("", 0) if none."""
    cells = get_ipython().compile  # type: ignore[union-attr]
    found = ("", 0)
    trace = error.__traceback__
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        if cells.format_code_name(filename) is not None:  # IPython knows it as a cell
            found = (linecache.getline(filename, trace.tb_lineno).strip(), trace.tb_lineno)
        trace = trace.tb_next
    return found
