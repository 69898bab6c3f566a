"""One submission's cells and its tests, in the order in which the student saw them.

A task is judged at the place where its check stands: the cells above it have run, those below have
not. So a name that is used again further down takes nothing from an answer above.

Hidden questions are another matter. What a function has been asked it can keep, and a later cell or
a later public test could tell it, on a page that the student gets back. So the first run asks what
is public only; hidden questions come after the last output of it. Where cells below the check can
have changed the answer (see :mod:`course_lib.grading.notebook.places`), they are asked in a second
run, in a new process, again each at its place; of that run nothing is shown but the verdicts.

Each question is put once: who fails a hidden test in one state gets no second try in another.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import Any

from course_lib.checks.plain import PlainDataError, decode
from course_lib.errors import CourseError
from course_lib.grading.errors import GradingError
from course_lib.grading.kernel.limits import Limits
from course_lib.grading.kernel.student_kernel import StudentKernel
from course_lib.grading.notebook.places import can_change
from course_lib.grading.notebook.restore import RestoredCell
from course_lib.grading.notebook.template import Template, defined
from course_lib.grading.run.testing import Outcome, run_tests

__all__ = ["Judged", "end_with_parent", "judged"]

# A fork has checks and pictures loaded; elsewhere it is not safe, and a new process loads them.
START: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


@dataclass
class Judged:
    """What came of it.

    Args:
        outputs: of each of the student's cells, in nbformat 4.
        found: what the parts of each test found; a part that was not asked is missing.
        trouble: why tests are missing altogether, or nothing.
    """

    outputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    found: dict[str, list[Outcome]] = field(default_factory=dict)
    trouble: str = ""

    def passed(self, cell: RestoredCell) -> bool:
        """Whether all that was asked so far holds."""
        parts = self.found.get(cell.id, [])
        return bool(parts) and all(part.passed for part in parts)


def judged(
    template: Template, secret: str, cells: Sequence[RestoredCell], limits: Limits, trusted: bool
) -> Judged:
    """Run the cells of one submission and judge each test at its place.

    Raises:
        GradingError: the lecturer's own cells do not run.
    """
    end = time.monotonic() + limits.wall_seconds
    result = Judged()
    with _tests(template, secret, end + limits.start_seconds) as tests:  # a fork, before any thread
        with StudentKernel(limits, trusted=trusted, end=end) as kernel:
            run = _Run(kernel, tests, result, left=_left(cells))
            for cell in cells:
                if cell.kind == "test":
                    run.put(cell, hidden=False)
                else:
                    run.execute(cell)
            more = [cell for cell in cells if _has_more(cell) and cell.id in result.found]
            earned = [cell for cell in more if result.passed(cell)]
            for cell in more:  # of those that failed already, for the lecturer to see
                if not (kernel.used_up or (cell in earned and _is_changed_after(cell, cells))):
                    run.put(cell, hidden=True)
        later = [cell for cell in earned if len(result.found[cell.id]) == 1]
        if later and not result.trouble:
            _second_run(tests, result, cells, later, run.stopped, (limits, trusted, end))
    return result


def _second_run(
    tests: _Tests,
    result: Judged,
    cells: Sequence[RestoredCell],
    asked: Sequence[RestoredCell],
    stopped: dict[str, str],
    settings: tuple[Limits, bool, float],
) -> None:
    limits, trusted, end = settings
    try:
        with StudentKernel(limits, trusted=trusted, end=end) as kernel:
            run = _Run(kernel, tests, result, dict(stopped), shown=False, left=_left(cells))
            for cell in cells[: cells.index(asked[-1]) + 1]:
                if cell in asked:
                    run.put(cell, hidden=True)
                elif cell.id not in stopped:
                    run.execute(cell)
    except CourseError as error:  # no second kernel: no fault of the student's
        for cell in asked:
            if len(result.found[cell.id]) == 1:
                result.found[cell.id].append(Outcome(cell.id, True, False, waits=str(error)))


def _has_more(cell: RestoredCell) -> bool:
    return cell.kind == "test" and cell.template is not None and bool(cell.template.hidden)


def _is_run(cell: RestoredCell) -> bool:
    """Whether a cell runs in the student's kernel."""
    # A stub that nobody touched must not replace what the student defined in another cell.
    untouched = cell.kind == "answer" and not cell.answered
    code = cell.cell_type == "code" and cell.kind != "test"
    return code and not untouched and bool(cell.source.strip())


def _left(cells: Sequence[RestoredCell]) -> frozenset[str]:
    """The names that stubs define which nobody touched."""
    stubs = [cell for cell in cells if cell.kind == "answer" and not cell.answered]
    return frozenset().union(*(names for cell in stubs for names in defined(cell.source)))


def _is_changed_after(cell: RestoredCell, cells: Sequence[RestoredCell]) -> bool:
    place = cells.index(cell)
    above, below = [*filter(_is_run, cells[:place])], [*filter(_is_run, cells[place:])]
    return can_change(above, below)


@dataclass
class _Run:
    """The cells in one kernel, and the questions in between.

    Args:
        stopped: the student's cells that didn't come to their end, with the reason.
        shown: whether outputs are kept.
        left: names of stubs that nobody touched.
    """

    kernel: StudentKernel
    tests: _Tests
    result: Judged
    stopped: dict[str, str] = field(default_factory=dict)
    shown: bool = True
    left: frozenset[str] = frozenset()
    unheard: str = ""  # a cell that a backstop stopped, maybe by no fault of its own

    def execute(self, cell: RestoredCell) -> None:
        """Run a cell of the student's, or one that the lecturer gave."""
        if not _is_run(cell):
            return
        ran = self.kernel.run(cell.source)
        if self.shown:
            self.result.outputs[cell.id] = ran.outputs
        if ran.status in ("timeout", "unheard", "dead"):
            self.stopped[cell.id] = f"{_named(cell)} was stopped: {ran.error}"
        if ran.status == "unheard" and not self.unheard:
            self.unheard = self.stopped[cell.id]

    def put(self, cell: RestoredCell, *, hidden: bool) -> None:
        """Have one part of a test run against the kernel as it is now."""
        asking = _Asking(self.kernel, self.left)
        outcome = self.tests.run(cell.id, hidden, asking)
        if outcome is None:
            self.result.trouble = self.tests.lost
            return
        failed_before = hidden and not self.result.passed(cell)
        if not (outcome.passed or failed_before):
            waits = self.unheard or asking.unheard
            if asking.missing and self.stopped:  # what defines it may be there, beyond a limit
                waits = waits or " ".join(self.stopped.values())
            outcome = replace(outcome, waits=waits)
        self.result.found.setdefault(cell.id, []).append(outcome)


def _named(cell: RestoredCell) -> str:
    """The cell as a person finds it; no escape sequence gets through."""
    if cell.template is not None:
        return f"The cell {cell.id}"
    first = next(filter(None, map(str.strip, cell.source.splitlines())), "")
    return f"The cell that begins with {first[:40]!a}"


@dataclass
class _Asking:
    """The questions of one test; the first that ends the kernel is its last that is put."""

    kernel: StudentKernel
    left: frozenset[str] = frozenset()
    unheard: str = ""
    missing: bool = False
    last: dict[str, Any] | None = None

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        if self.last is not None:
            return self.last
        reply = self._put(question)
        if "unheard" in reply:
            self.unheard = str(reply["unheard"])
        self.missing = self.missing or "missing" in reply
        # Otherwise each of its many calls could cost a new kernel: what dies, dies once.
        if not self.kernel.alive() and "malformed" not in reply:
            self.last = reply
        if "missing" in reply and question.get("call", question.get("value")) in self.left:
            return {"stub": reply["missing"]}
        return reply

    def _put(self, question: dict[str, Any]) -> dict[str, Any]:
        if "value" in question:
            return self.kernel.ask(question["value"], None)
        try:
            return self.kernel.ask(question["call"], decode(question["args"]))
        except PlainDataError as error:  # it asks about an earlier answer, which was just too long
            return {"malformed": str(error)}


@dataclass
class _Tests:
    """The process of the tests, as a thing that runs one part after another until it breaks."""

    connection: Connection
    end: float
    lost: str = ""
    ready: bool = False

    def run(self, name: str, hidden: bool, asking: _Asking) -> Outcome | None:
        """What a part found; None if it never came to its end, and for all that follow.

        Raises:
            GradingError: the lecturer's own cells do not run.
        """
        self._await_ready()
        if self.lost:
            return None
        try:
            self._send({"test": name, "hidden": hidden})
            while "outcome" not in (message := self.receive()):
                self._send(asking.answer(message))
        except TimeoutError:
            self.lost = f"The tests took too long; they were stopped in {name}."
        except (EOFError, OSError):
            self.lost = f"The tests broke off in {name}."
        else:
            return Outcome.from_data(message["outcome"])
        return None

    def _await_ready(self) -> None:
        """Wait for the lecturer's own cells; they run while the student's kernel starts."""
        if self.ready:
            return
        try:
            said = self.receive()
        except (TimeoutError, EOFError):
            said = {"failed": "The set's own cells don't come to their end."}
        if "failed" in said:
            raise GradingError(said["failed"])
        self.ready = True

    def _send(self, data: dict[str, Any]) -> None:
        self.connection.send_bytes(json.dumps(data).encode())

    def receive(self) -> dict[str, Any]:
        """The next message.

        Raises:
            TimeoutError: none comes in time.
            EOFError: none will ever come.
        """
        if not self.connection.poll(max(0.0, self.end - time.monotonic())):
            raise TimeoutError
        message: dict[str, Any] = json.loads(self.connection.recv_bytes())
        return message


@contextmanager
def _tests(template: Template, secret: str, end: float) -> Iterator[_Tests]:
    ours, theirs = START.Pipe()
    arguments = (ours, theirs, template, secret)
    process = START.Process(target=_test, args=arguments, daemon=True)
    process.start()
    theirs.close()
    try:
        yield _Tests(ours, end)
    finally:
        process.kill()
        process.join()


def _test(ours: Connection, theirs: Connection, template: Template, secret: str) -> None:
    ours.close()
    end_with_parent()
    run_tests(theirs, template, secret)


def end_with_parent() -> None:
    """Have this process killed when the one that started it ends, however it ends."""
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
