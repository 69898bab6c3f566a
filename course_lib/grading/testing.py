"""The process that runs the tests: it has the lecturer's cells and the secret, no student's code.

All public tests run before all hidden ones. A function that keeps what it is asked could otherwise
tell a hidden instance in its answer to a later public test, and feedback would show it.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from course_lib.checks.answer import FailedError, NotAttemptedError
from course_lib.checks.report import Report
from course_lib.checks.tutor import Session, session
from course_lib.grading.remote import RemoteAnswer, read_reply
from course_lib.grading.template import Template, TemplateCell

__all__ = ["Outcome", "run_tests"]

LONGEST = 2000  # characters of a message, which may quote an answer


@dataclass(frozen=True)
class Outcome:
    """What one test cell found, in public or in hidden.

    Args:
        id: the cell's grade id.
        hidden: which part of it.
        passed: whether it earns the points.
        bonus: points beyond them.
        broken: the test itself went wrong; a person must look.
        shown: text and HTML for the lecturer, then for the student, of each report.
    """

    id: str
    hidden: bool
    passed: bool
    bonus: float = 0.0
    broken: bool = False
    shown: tuple[tuple[str, str, str, str], ...] = ()


def run_tests(connection: Connection, template: Template, secret: str) -> None:
    """Run all test cells of a set and send an outcome for each part."""
    tests = [cell for cell in template.cells if cell.kind == "test"]
    try:
        names = _names(connection, template) if tests else {}
    except Exception as error:  # ours or the lecturer's fault: no student loses points by it
        why = f"The set's own cells don't run: {type(error).__name__}: {error}"
        connection.send_bytes(json.dumps({"failed": why}).encode())
        return
    parts = [(cell, cell.public, False) for cell in tests]
    parts += [(cell, cell.hidden, True) for cell in tests if cell.hidden]
    for cell, source, hidden in parts:
        outcome = _outcome(cell, source, hidden, names, secret)
        connection.send_bytes(json.dumps({"outcome": asdict(outcome)}).encode())
    connection.send_bytes(json.dumps({"done": True}).encode())


def _names(connection: Connection, template: Template) -> dict[str, Any]:
    """What the lecturer's own cells define, then the student's functions in place of the stubs."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in template.cells:
        if cell.kind == "locked" and cell.cell_type == "code":
            with _silence():
                exec(compile(cell.source, f"<{cell.id}>", "exec"), names)
    names.update({name: RemoteAnswer(name, connection) for name in template.functions})
    for name in template.variables:
        connection.send_bytes(json.dumps({"value": name}).encode())
        with contextlib.suppress(Exception):  # then a test finds no such name
            names[name] = read_reply(json.loads(connection.recv_bytes()))
    return names


def _outcome(
    cell: TemplateCell, source: str, hidden: bool, names: dict[str, Any], secret: str
) -> Outcome:
    failure, broken = "", False
    with session(Session(secret, grading=True)) as desk, _silence():
        try:
            exec(compile(source, f"<{cell.id}>", "exec"), names)
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
        shown.append((failure, "", student, ""))
    return Outcome(cell.id, hidden, passed, bonus, broken, tuple(shown))


def _shown(report: Report) -> tuple[str, str, str, str]:
    told = report.without_instances if report.hidden else report
    return str(report), report._repr_html_(), str(told), told._repr_html_()


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
    )
