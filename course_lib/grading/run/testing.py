"""The process that runs the tests: it has the lecturer's cells and the secret, no student's code.

It is told which test to run next, puts its questions, and says what it found.
:mod:`course_lib.grading.run.judging` decides on the order, and why.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from multiprocessing.connection import Connection
from typing import Any, Self

from IPython.core.inputtransformer2 import TransformerManager

from course_lib.checks.answer import FailedError, NotAttemptedError
from course_lib.checks.report import Report
from course_lib.checks.tutor import Session, session
from course_lib.grading.notebook.template import Template, TemplateCell
from course_lib.grading.run.remote_answer import RemoteAnswer, read_reply

__all__ = ["Outcome", "Page", "Shown", "merged", "run_tests"]

LONGEST = 2000  # characters of a message, which may quote an answer
RUNS_ITS_BODY = ("time", "timeit", "capture", "prun")  # cell magics around ordinary Python


@dataclass(frozen=True)
class Page:
    """What is said to one reader, as text and, unless empty, as HTML."""

    text: str
    html: str = ""


@dataclass(frozen=True)
class Shown:
    """A report as it is shown."""

    lecturer: Page
    student: Page  # without hidden instances


@dataclass(frozen=True)
class Outcome:
    """What one test cell found, in public or in hidden.

    Args:
        id: the cell's grade id.
        hidden: which part of it.
        passed: whether it earns the points.
        bonus: points beyond them.
        broken: the test itself went wrong; a person must look.
        shown: each report.
        waits: why a person must judge instead: an answer didn't come, maybe by no fault of its own.
    """

    id: str
    hidden: bool
    passed: bool
    bonus: float = 0.0
    broken: bool = False
    shown: tuple[Shown, ...] = ()
    waits: str = ""

    def to_data(self) -> dict[str, Any]:
        """As plain data, for another process."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Back from plain data."""
        reports = (Shown(*(Page(**page) for page in one.values())) for one in data.pop("shown"))
        return cls(shown=tuple(reports), **data)


def run_tests(connection: Connection, template: Template, secret: str) -> None:
    """Run the tests that are asked for, each {"test": id, "hidden": which part}, until the end."""
    tests = {cell.id: cell for cell in template.cells if cell.kind == "test"}
    try:
        names = _names(connection, template) if tests else {}
    except Exception as error:  # ours or the lecturer's fault: no student loses points by it
        why = f"The set's own cells don't run: {type(error).__name__}: {error}"
        connection.send_bytes(json.dumps({"failed": why}).encode())
        return
    connection.send_bytes(json.dumps({"ready": True}).encode())
    while True:
        try:
            asked = json.loads(connection.recv_bytes())
        except EOFError:
            return
        cell, hidden = tests[asked["test"]], asked["hidden"]
        _fetch_variables(connection, template, names)
        outcome = _outcome(cell, cell.hidden if hidden else cell.public, hidden, names, secret)
        connection.send_bytes(json.dumps({"outcome": outcome.to_data()}).encode())


def _names(connection: Connection, template: Template) -> dict[str, Any]:
    """What the lecturer's own cells define, then the student's functions in place of the stubs."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in template.cells:
        if cell.kind == "locked" and cell.cell_type == "code":
            with _silence():
                _execute(cell.source, cell.id, names)
    names.update({name: RemoteAnswer(name, connection) for name in template.functions})
    return names


def _fetch_variables(connection: Connection, template: Template, names: dict[str, Any]) -> None:
    """The student's variables as they are at this place of the notebook."""
    for name in template.variables:
        connection.send_bytes(json.dumps({"value": name}).encode())
        names.pop(name, None)
        with contextlib.suppress(Exception):  # then a test finds no such name
            names[name] = read_reply(json.loads(connection.recv_bytes()))


def _execute(source: str, name: str, names: dict[str, Any]) -> None:
    """Run a lecturer's cell; its magics are for a notebook's front end, and do nothing here."""
    python = TransformerManager().transform_cell(source)
    if "get_ipython" in python:
        names["get_ipython"] = lambda: _NoShell(name, names)
    exec(compile(python, f"<{name}>", "exec"), names)


class _NoShell:
    """In place of IPython's shell, for the magics of a lecturer's cell."""

    def __init__(self, name: str, names: dict[str, Any]) -> None:
        self._name, self._names = name, names

    def run_line_magic(self, magic: str, line: str, *_: Any, **__: Any) -> None:
        """Nothing, or the statement that is timed."""
        if magic in RUNS_ITS_BODY:
            self.run_cell_magic(magic, "", re.sub(r"^(-\w+ ?\d* )*", "", line))

    def run_cell_magic(self, magic: str, line: str, cell: str) -> None:
        """Nothing, or the statements that are timed."""
        if magic in RUNS_ITS_BODY:
            _execute(cell, self._name, self._names)

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


def _outcome(
    cell: TemplateCell, source: str, hidden: bool, names: dict[str, Any], secret: str
) -> Outcome:
    failure, broken = "", False
    with session(Session(secret, grading=True)) as desk, _silence():
        try:
            _execute(source, cell.id, names)
        except (AssertionError, FailedError) as error:
            failure = str(error) or "An assertion does not hold."
        except NotAttemptedError as stub:
            failure = str(stub)
        except Exception as error:
            failure, broken = f"The test went wrong: {type(error).__name__}: {error}", True
    broken = broken or any(report.broken for report in desk.reports)
    passed = not failure and all(desk.reports)
    bonus = sum(b.points for r in desk.reports for b in r.bonus) if passed else 0.0
    shown = [*map(_shown, desk.reports)]
    failure = failure[:LONGEST]
    if failure:
        student = "A hidden test does not pass." if hidden else failure
        shown.append(Shown(Page(failure), Page(student)))
    return Outcome(cell.id, hidden, passed, bonus, broken, tuple(shown))


def _shown(report: Report) -> Shown:
    told = report.without_instances if report.hidden else report
    whole, harmless = (Page(str(one), one._repr_html_()) for one in (report, told))
    return Shown(whole, harmless)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


def merged(outcomes: list[Outcome]) -> Outcome:
    """The public and the hidden outcome of a cell as one: both must pass."""
    return replace(
        outcomes[0],
        passed=all(one.passed for one in outcomes),
        bonus=min(one.bonus for one in outcomes) if all(o.passed for o in outcomes) else 0.0,
        broken=any(one.broken for one in outcomes),
        waits=next((one.waits for one in outcomes if one.waits), ""),
    )
