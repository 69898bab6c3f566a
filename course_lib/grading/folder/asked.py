"""What a set asks: its cells, from the gradebook and the lecturer's notebook."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import nbformat

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.course import Course
from course_lib.grading.notebook.template import Kind, Template, TemplateCell

__all__ = ["template_in", "template_of"]


def template_of(course: Course, name: str) -> Template:
    """Open the gradebook and take the cells of a set from it; see :func:`template_in`."""
    with course.gradebook() as gradebook:
        return template_in(gradebook, course, name)


def template_in(gradebook: Any, course: Course, name: str) -> Template:
    """Take the cells of a set from an open gradebook, in the order of the lecturer's notebook.

    Raises:
        GradingError: no such set, never released, or its notebook was changed since.
    """
    from nbgrader.api import MissingEntry

    notebook = nbformat.read(course.source(name), as_version=4)
    order = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    again = f"Run `python -m course_lib.grading release {name}`."
    try:
        known = {cell.id: cell for cell in _cells(gradebook.find_notebook(name, name))}
    except MissingEntry:
        raise GradingError(f"The gradebook does not know {name}. {again}") from None
    if [one for one in order if one] != [one for one in order if one in known] or not known:
        raise GradingError(f"The notebook of {name} was changed after its release. {again}")
    return Template(name, tuple(known[one] for one in order if one))


def _with_checksum(cell: TemplateCell) -> TemplateCell:
    from nbgrader.utils import compute_checksum

    make = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
    return replace(cell, checksum=compute_checksum(make(cell.source, metadata=cell.metadata)))


def _cells(notebook: Any) -> list[TemplateCell]:
    points = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
    answers = {cell.name for cell in notebook.solution_cells}
    found = []
    for cell in notebook.source_cells:
        kind: Kind = "answer" if cell.name in answers else "locked"
        if cell.name in points:
            kind = "manual" if cell.name in answers or cell.cell_type != "code" else "test"
        worth = points.get(cell.name, 0.0)
        known = TemplateCell(cell.name, kind, cell.cell_type, cell.source, worth)
        found.append(_with_checksum(known))
    return found
