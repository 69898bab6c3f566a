"""Grade one submission: count what the tests found, and put the graded notebook together.

The process that runs this holds no student code and no gradebook.
:mod:`course_lib.grading.run.judging` stands between the student's kernel on one side and the tests
on the other.
"""

from __future__ import annotations

import ast
import base64
from collections.abc import Iterator
from typing import Any

import nbformat

from course_lib.grading.kernel.limits import Limits
from course_lib.grading.notebook.harmless import picture_names
from course_lib.grading.notebook.rendering import Rendering
from course_lib.grading.notebook.restore import RestoredCell, restore
from course_lib.grading.notebook.submission import RejectedError, read_cells
from course_lib.grading.notebook.template import Template, nothing
from course_lib.grading.result import CellResult, Job, Result
from course_lib.grading.run.judging import Judged, judged
from course_lib.grading.run.testing import Outcome, Page, merged

__all__ = ["grade"]

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def grade(job: Job) -> Result:
    """Grade one submission. The same job gives the same points.

    A submission that can't be read is rejected; whatever its code does, it only ever loses points.
    """
    template, limits = Template.from_data(job.template), Limits.from_json(job.limits)
    try:
        cells = restore(template, read_cells(base64.b64decode(job.notebook)))
    except RejectedError as error:
        return Result("rejected", str(error), nothing(template))
    found = judged(template, job.secret, cells, limits, job.trusted)
    elsewhere = _words_elsewhere(cells)
    results = tuple(
        _result(cell, found.found.get(cell.id, []), elsewhere) for cell in cells if _is_graded(cell)
    )
    notebook = _put_together(cells, found.outputs, found.found)
    return Result("graded", _trouble(found), results, notebook)


def _trouble(found: Judged) -> str:
    """What a person should know about tests that were not heard to their end."""
    waits = [one.waits for parts in found.found.values() for one in parts if one.waits]
    return " ".join(dict.fromkeys(filter(None, [*waits, found.trouble])))


def _is_graded(cell: RestoredCell) -> bool:
    return cell.kind in ("test", "manual")


def _words_elsewhere(cells: list[RestoredCell]) -> str:
    """Where in new cells there is text that may answer a question, as a sentence; or nothing."""
    places, above = [], "at the top"
    for cell in cells:
        if cell.kind != "extra":
            above = f"below the cell {cell.id}"
        elif cell.pictures or _has_words(cell):
            places.append(above)
    found = ", ".join(dict.fromkeys(places))
    return f"Its own cell is empty, but there is text in new cells: {found}." if found else ""


def _has_words(cell: RestoredCell) -> bool:
    """Whether a cell says something to a reader: text, or code that is nothing but comments."""
    if cell.cell_type != "code":
        return bool(cell.source.strip())
    try:
        body = ast.parse(cell.source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # such as words without a hash
        return True
    says_only = all(isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant) for n in body)
    return says_only and bool(cell.source.strip())


def _result(cell: RestoredCell, outcomes: list[Outcome], elsewhere: str) -> CellResult:
    assert cell.template is not None  # graded cells are the template's
    if cell.kind == "manual":
        own = cell.answered or bool(cell.pictures)
        answered = own or bool(elsewhere)
        note = "" if own else elsewhere
        return CellResult(cell.id, None if answered else 0.0, answered=answered, note=note)
    if not outcomes:  # the tests broke off: nobody has judged it
        return CellResult(cell.id, None, look=True)
    both = merged(outcomes)
    unasked = both.passed and bool(cell.template.hidden) and len(outcomes) < 2
    if both.broken or both.waits or unasked:
        return CellResult(cell.id, None, look=True)
    return CellResult(cell.id, cell.template.points if both.passed else 0.0, both.bonus)


def _put_together(
    cells: list[RestoredCell],
    outputs: dict[str, list[dict[str, Any]]],
    found: dict[str, list[Outcome]],
) -> str:
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNELSPEC})
    rendering = Rendering()
    for cell in cells:
        made = _cell(cell, outputs.get(cell.id, []), found.get(cell.id, []), rendering)
        if cell.template is not None:
            made.metadata["nbgrader"]["checksum"] = cell.template.checksum
        notebook.cells.append(made)
    nbformat.validate(notebook)
    # A student's answer in a message may hold half a character, which no file can.
    return nbformat.writes(notebook).encode("utf-8", "replace").decode()


def _cell(
    cell: RestoredCell, outputs: list[dict[str, Any]], outcomes: list[Outcome], rendering: Rendering
) -> Any:
    metadata = cell.template.metadata if cell.template else {}
    ours = cell.kind in ("locked", "test")
    if cell.cell_type == "code":
        source = cell.source if ours else rendering.code(cell.source)
        shown = [*map(rendering.output, outputs), *_test_outputs(outcomes)]
        return nbformat.v4.new_code_cell(
            source,
            metadata=metadata,
            id=cell.id,
            outputs=[nbformat.from_dict(o) for o in shown],
        )
    source = cell.source if ours else rendering.text(cell.source, cell.pictures)
    made = nbformat.v4.new_markdown_cell(source, metadata=metadata, id=cell.id)
    if cell.pictures:
        names = picture_names(cell.pictures)
        made["attachments"] = {
            names[name]: {mime: data} for name, (mime, data) in cell.pictures.items()
        }
    return made


def _test_outputs(outcomes: list[Outcome]) -> Iterator[dict[str, Any]]:
    for outcome in outcomes:
        for shown in outcome.shown:
            yield {
                "output_type": "display_data",
                "data": _bundle(shown.lecturer),
                # What :mod:`course_lib.grading.folder.feedback` shows in its place.
                "metadata": {"course_lib": {"student": _bundle(shown.student)}},
            }


def _bundle(page: Page) -> dict[str, str]:
    return {"text/plain": page.text} | ({"text/html": page.html} if page.html else {})
