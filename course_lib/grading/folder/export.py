"""Points as tables: each task, each total, and in the shapes that Moodle and Canvas take in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.grading.folder.asked import template_of
from course_lib.grading.folder.collect import origins
from course_lib.grading.folder.course import Course
from course_lib.grading.folder.handed_in import submissions
from course_lib.grading.folder.status import Status
from course_lib.whole_files import written_whole

__all__ = ["export"]

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so is run by a spreadsheet program
FIRST_ROW = "    Points Possible"  # how Canvas marks the row of maxima


@dataclass(frozen=True)
class _Row:
    """The points of one student: of each graded cell, and who it is."""

    student: Any
    points: dict[str, float]
    state: str
    waits: bool

    @property
    def total(self) -> float:
        return sum(self.points.values())


def export(course: Course, name: str, folder: Path) -> list[Path]:
    """Write four CSV files about a set and return their paths.

    ``SET-tasks.csv``: every graded cell. ``SET-totals.csv``: the sum, the state, and whether a
    person still has to grade something. ``SET-moodle.csv``: a grading worksheet, for those who came
    from Moodle. ``SET-canvas.csv``: for Canvas' gradebook import. Students without a submission
    have 0 points and the state "missing"; with one that waits for grading, "not graded".

    Raises:
        GradingError: no such set, or it was never released.
    """
    template = template_of(course, name)
    cells = [cell for cell in template.cells if cell.kind in ("test", "manual")]
    rows = _rows(course, name, [cell.id for cell in cells])
    told = origins(course, name)
    tables = {
        "tasks": _tasks([cell.id for cell in cells], [cell.points for cell in cells], rows),
        "totals": _totals(template.points, rows),
        "moodle": _moodle(template.points, rows, told),
        "canvas": _canvas(name, template.points, rows, told),
    }
    paths = []
    for kind, table in tables.items():
        paths.append(folder / f"{name}-{kind}.csv")
        written_whole(paths[-1], _csv(table), mode=0o600)
    return paths


def _rows(course: Course, name: str, cells: Sequence[str]) -> list[_Row]:
    from nbgrader.api import MissingEntry

    states = Status.read(course, name).entries
    handed_in = {one.student for one in submissions(course, name)}
    rows = []
    with course.gradebook() as gradebook:
        for student in sorted(gradebook.students, key=lambda one: one.id):
            about = {key: getattr(student, key) or "" for key in _ABOUT}
            try:
                submission = gradebook.find_submission(name, student.id)
            except MissingEntry:
                state = "not graded" if student.id in handed_in else "missing"
                rows.append(_Row(about, dict.fromkeys(cells, 0.0), state, False))
                continue
            grades = {g.name: float(g.score) for n in submission.notebooks for g in n.grades}
            state = states[student.id].state if student.id in states else "not graded"
            points = {cell: grades.get(cell, 0.0) for cell in cells}
            rows.append(_Row(about, points, state, bool(submission.needs_manual_grade)))
    return rows


_ABOUT = ("id", "first_name", "last_name", "email", "lms_user_id")


def _tasks(cells: Sequence[str], most: Sequence[float], rows: Sequence[_Row]) -> list[list[Any]]:
    head: list[list[Any]] = [["student", *cells, "total"], ["(most)", *most, sum(most)]]
    return head + [[r.student["id"], *(r.points[c] for c in cells), r.total] for r in rows]


def _totals(most: float, rows: Sequence[_Row]) -> list[list[Any]]:
    head = ["student", "first name", "last name", "points", "of", "state", "waits for a person"]
    table: list[list[Any]] = [head]
    for row in rows:
        who = [row.student[key] for key in ("id", "first_name", "last_name")]
        table.append([*who, row.total, most, row.state, "yes" if row.waits else "no"])
    return table


def _moodle(most: float, rows: Sequence[_Row], told: dict[str, Any]) -> list[list[Any]]:
    """Identifier and Grade are what Moodle reads; the rest is for people."""
    head = ["Identifier", "Full name", "ID number", "Email address", "Grade", "Maximum grade"]
    table: list[list[Any]] = [[*head, "Feedback comments"]]
    for row in rows:
        about = told.get(row.student["id"], {})
        if about.get("system") == "moodle":
            name = about.get("Full name") or about["name"]
            email = about.get("Email address") or row.student["email"]
            identifier = f"Participant {about['number']}"
            number = about.get("ID number") or row.student["id"]
            comment = "A person still has to grade something." if row.waits else ""
            table.append([identifier, name, number, email, row.total, most, comment])
    return table


def _canvas(name: str, most: float, rows: Sequence[_Row], told: dict[str, Any]) -> list[list[Any]]:
    """Canvas matches on ID, else on SIS User ID; the second row has the points possible."""
    table: list[list[Any]] = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", name],
        [FIRST_ROW, "", "", "", "", most],
    ]
    for row in rows:
        about = told.get(row.student["id"], {})
        number = about["number"] if about.get("system") == "canvas" else row.student["lms_user_id"]
        who = f"{row.student['last_name']}, {row.student['first_name']}".strip(", ")
        table.append([who or row.student["id"], number, row.student["id"], "", "", row.total])
    return table


def _csv(table: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    # A lone carriage return, which csv would not quote, begins a row, and may begin a formula.
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([[_entry(value) for value in row] for row in table])
    return text.getvalue()


def _entry(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.10g}"
    return f"'{value}" if str(value).startswith(FORMULA) else str(value)
