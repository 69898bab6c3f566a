"""Grade one submission: the student's kernel on one side, the tests on the other, this between.

The process that runs this holds no student code and no gradebook. It reads plain data from both
sides, counts what the tests found, and puts the graded notebook together.
"""

from __future__ import annotations

import base64
import json
import multiprocessing
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import nbformat

from course_lib.checks.plain import PlainDataError, decode
from course_lib.grading.course import GradingError
from course_lib.grading.limits import Limits
from course_lib.grading.restore import RestoredCell, restore
from course_lib.grading.result import CellResult, Job, Result
from course_lib.grading.sanitise import picture_names
from course_lib.grading.showing import Showing
from course_lib.grading.student_kernel import StudentKernel
from course_lib.grading.submission import RejectedError, read_cells
from course_lib.grading.template import Template
from course_lib.grading.testing import Outcome, merged, run_tests

__all__ = ["end_with_parent", "grade", "nothing"]

# A fork has checks and pictures loaded; elsewhere it is not safe, and a new process loads them.
START: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def grade(job: Job) -> Result:
    """Grade one submission. The same job gives the same points.

    A submission that can't be read is rejected; whatever its code does, it only ever loses points.
    """
    template, limits = Template.from_data(job.template), Limits.from_json(job.limits)
    until = time.monotonic() + limits.wall_seconds + limits.start_seconds
    try:
        cells = restore(template, read_cells(base64.b64decode(job.notebook)))
    except RejectedError as error:
        return Result("rejected", str(error), nothing(template))
    with (
        _tests(template, job.secret) as connection,  # first: a fork must come before any thread
        StudentKernel(limits, trusted=job.trusted) as kernel,
    ):
        outputs = {cell.id: _run(kernel, cell) for cell in cells if _is_students(cell)}
        found, trouble = _attend(connection, kernel, until)
    below = _answered_below(cells)
    results = tuple(
        _result(cell, found.get(cell.id, []), cell.id in below)
        for cell in cells
        if _is_graded(cell)
    )
    notebook = _put_together(cells, outputs, found)
    return Result("graded", trouble, results, notebook)


def nothing(template: Template, *, look: bool = False) -> tuple[CellResult, ...]:
    """No points for any cell."""
    graded = (cell for cell in template.cells if cell.kind in ("test", "manual"))
    return tuple(CellResult(cell.id, 0.0, look=look, answered=False) for cell in graded)


@contextmanager
def _tests(template: Template, secret: str) -> Iterator[Connection]:
    ours, theirs = START.Pipe()
    arguments = (ours, theirs, template, secret)
    process = START.Process(target=_test, args=arguments, daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
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


def _is_students(cell: RestoredCell) -> bool:
    return cell.cell_type == "code" and cell.kind != "test"


def _is_graded(cell: RestoredCell) -> bool:
    return cell.kind in ("test", "manual")


def _run(kernel: StudentKernel, cell: RestoredCell) -> list[dict[str, Any]]:
    # A stub that nobody touched must not replace what the student defined in another cell.
    untouched = cell.kind == "answer" and not cell.answered
    return kernel.run(cell.source).outputs if cell.source.strip() and not untouched else []


def _attend(
    connection: Connection, kernel: StudentKernel, until: float
) -> tuple[dict[str, list[Outcome]], str]:
    """Carry questions from the tests to the student's kernel until all outcomes are there.

    Raises:
        GradingError: the lecturer's own cells do not run.
    """
    found: dict[str, list[Outcome]] = {}
    while True:
        if not connection.poll(max(0.0, until - time.monotonic())):
            return found, "The tests took too long; those that were left earn nothing."
        try:
            message = json.loads(connection.recv_bytes())
        except EOFError:
            return found, "The tests broke off; those that were left earn nothing."
        if "done" in message:
            return found, ""
        if "failed" in message:
            raise GradingError(message["failed"])
        if "outcome" in message:
            outcome = Outcome(**message["outcome"])
            found.setdefault(outcome.id, []).append(outcome)
        else:
            connection.send_bytes(json.dumps(_asked(kernel, message)).encode())


def _asked(kernel: StudentKernel, message: dict[str, Any]) -> Any:
    if "value" in message:
        return kernel.ask(message["value"], None)
    try:
        return kernel.ask(message["call"], decode(message["args"]))
    except PlainDataError as error:  # a test asks about an earlier answer, which was just too long
        return {"malformed": str(error)}


def _answered_below(cells: list[RestoredCell]) -> set[str]:
    """Answers in words below which the student wrote cells: the answer may stand there."""
    found, last = set(), ""
    for cell in cells:
        if cell.kind != "extra":
            last = cell.id
        elif cell.source.strip() or cell.pictures:
            found.add(last)
    return found


def _result(cell: RestoredCell, outcomes: list[Outcome], below: bool) -> CellResult:
    assert cell.template is not None  # graded cells are the template's
    if cell.kind == "manual":
        answered = cell.answered or bool(cell.pictures) or below
        return CellResult(cell.id, None if answered else 0.0, answered=answered)
    parts = 1 + bool(cell.template.hidden)
    if len(outcomes) < parts:  # the tests broke off: no points, but a person should know
        return CellResult(cell.id, 0.0, look=True)
    both = merged(outcomes)
    return CellResult(
        cell.id, cell.template.points if both.passed else 0.0, both.bonus, both.broken
    )


def _put_together(
    cells: list[RestoredCell],
    outputs: dict[str, list[dict[str, Any]]],
    found: dict[str, list[Outcome]],
) -> str:
    from nbgrader.utils import compute_checksum

    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNELSPEC})
    showing = Showing()
    for cell in cells:
        made = _cell(cell, outputs.get(cell.id, []), found.get(cell.id, []), showing)
        if cell.template is not None:
            # nbgrader compares it with the released cell's to know whether there is a response.
            made.metadata["nbgrader"]["checksum"] = _released_checksum(cell, compute_checksum)
        notebook.cells.append(made)
    nbformat.validate(notebook)
    # A student's answer in a message may hold half a character, which no file can.
    return nbformat.writes(notebook).encode("utf-8", "replace").decode()


def _released_checksum(cell: RestoredCell, compute: Any) -> str:
    assert cell.template is not None
    asked = cell.template
    make = nbformat.v4.new_code_cell if asked.cell_type == "code" else nbformat.v4.new_markdown_cell
    return str(compute(make(asked.source, metadata=asked.metadata)))


def _cell(
    cell: RestoredCell, outputs: list[dict[str, Any]], outcomes: list[Outcome], showing: Showing
) -> Any:
    metadata = cell.template.metadata if cell.template else {}
    ours = cell.kind in ("locked", "test")
    if cell.cell_type == "code":
        source = cell.source if ours else showing.code(cell.source)
        shown = [*map(showing.output, outputs), *_test_outputs(outcomes)]
        return nbformat.v4.new_code_cell(
            source,
            metadata=metadata,
            id=cell.id,
            outputs=[nbformat.from_dict(o) for o in shown],
        )
    source = cell.source if ours else showing.text(cell.source, cell.pictures)
    made = nbformat.v4.new_markdown_cell(source, metadata=metadata, id=cell.id)
    if cell.pictures:
        names = picture_names(cell.pictures)
        made["attachments"] = {
            names[name]: {mime: data} for name, (mime, data) in cell.pictures.items()
        }
    return made


def _test_outputs(outcomes: list[Outcome]) -> Iterator[dict[str, Any]]:
    for outcome in outcomes:
        for text, page, student_text, student_page in outcome.shown:
            yield {
                "output_type": "display_data",
                "data": _bundle(text, page),
                # What :mod:`course_lib.grading.feedback` shows in its place.
                "metadata": {"course_lib": {"student": _bundle(student_text, student_page)}},
            }


def _bundle(text: str, page: str) -> dict[str, str]:
    return {"text/plain": text} | ({"text/html": page} if page else {})
