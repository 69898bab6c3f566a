"""How each student stands in a set: the points that may leave the desk, the state, and why.

A number is a sum of checks that ran to their end, or a person's. Whatever else there is (no file,
one that was rejected or not graded, an answer that waits) has no number, but a state and a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from course_lib.grading.folder.course import Course
from course_lib.grading.folder.handed_in import submissions
from course_lib.grading.folder.origins import Origin, Origins
from course_lib.grading.folder.status import NO_NOTEBOOK, Entry, Status
from course_lib.grading.notebook.submission import RejectedError, digest
from course_lib.grading.notebook.template import Template

__all__ = ["Standing", "newer_files", "points_of", "standings"]

ABOUT = ("id", "first_name", "last_name", "email", "lms_user_id")
SMALL = 1e-9  # points are sums of floats


@dataclass(frozen=True)
class Standing:
    """One student in one set.

    Args:
        about: the gradebook's id, first_name, last_name, email, lms_user_id; "" for what it lacks.
        points: of each graded cell, extra credit included; None for one without a number.
        state: "graded", "rejected", "failed", "not graded", "missing", or NO_NOTEBOOK.
        reason: why there is no number, or what a person should know.
        waits: the cells that a person still has to grade.
        flag: what is strange about the points; or "".
    """

    about: Mapping[str, str]
    points: Mapping[str, float | None]
    state: str
    reason: str = ""
    waits: tuple[str, ...] = ()
    flag: str = ""

    @property
    def total(self) -> float | None:
        """The sum; None as long as any cell has no number."""
        known = [points for points in self.points.values() if points is not None]
        return sum(known) if len(known) == len(self.points) else None

    @property
    def why(self) -> str:
        """The reason, who waits, and the flag, as one text."""
        waits = f"Waits for a person: {', '.join(self.waits)}." if self.waits else ""
        return " ".join(filter(None, [self.flag, waits, self.reason]))

    def __str__(self) -> str:
        return f"{self.state}: {self.why}" if self.why else self.state


def standings(course: Course, template: Template) -> list[Standing]:
    """All students of the gradebook, and all others who handed in something, by their ids."""
    name = template.name
    entries, origins = Status.read(course, name).entries, Origins.read(course, name).students
    there = {one.student for one in submissions(course, name)}
    newer = newer_files(course, name)
    found = []
    with course.gradebook() as gradebook:
        known = {one.id: one for one in gradebook.students}
        for student in sorted({*known, *there, *origins}):
            grades = _grades(gradebook, name, student)
            entry = None if student in newer else entries.get(student)
            state, reason = _state(entry, student in there, origins.get(student), bool(grades))
            about = {key: str(getattr(known.get(student), key, "") or "") for key in ABOUT}
            found.append(_standing(about | {"id": student}, template, grades, entry, state, reason))
    return found


def newer_files(course: Course, name: str) -> set[str]:
    """The students whose file is another one than that which was graded last."""
    graded = {student: one.file for student, one in Status.read(course, name).entries.items()}
    found = set()
    for one in submissions(course, name):
        if before := graded.get(one.student):
            try:
                same = digest(one.read()) == before
            except RejectedError:
                same = False
            if not same:
                found.add(one.student)
    return found


def _grades(gradebook: Any, name: str, student: str) -> list[Any]:
    from nbgrader.api import MissingEntry

    try:
        notebooks = gradebook.find_submission(name, student).notebooks
    except MissingEntry:
        return []
    return [grade for notebook in notebooks for grade in notebook.grades]


def _state(
    entry: Entry | None, handed_in: bool, origin: Origin | None, in_gradebook: bool
) -> tuple[str, str]:
    if entry is not None:
        return entry.state, entry.reason
    if handed_in:
        return "not graded", "`run` has not graded the file that is there."
    if origin is not None and origin.no_notebook:
        return NO_NOTEBOOK, f"Only {', '.join(origin.other_files)}."
    if origin is not None and origin.took is None and origin.passed_over:
        return "not graded", f"`collect` did not take {', '.join(origin.passed_over)}."
    if in_gradebook:
        return "not graded", "There is no file any more, and no record of its grading."
    return "missing", ""


def _standing(
    about: Mapping[str, str],
    template: Template,
    grades: Sequence[Any],
    entry: Entry | None,
    state: str,
    reason: str,
) -> Standing:
    """What the gradebook's grades amount to in this state."""
    by_name = {grade.name: grade for grade in grades}
    cells = {cell.id: cell.points for cell in template.cells if cell.kind in ("test", "manual")}
    points = {cell: points_of(by_name.get(cell), most, state) for cell, most in cells.items()}
    waits = tuple(cell for cell in cells if cell in by_name and by_name[cell].needs_manual_grade)
    strange = [
        f"{cell} has {_score(by_name[cell]):g} of {most:g} points, which no check gives."
        for cell, most in cells.items()
        if cell in by_name and not _is_possible(by_name[cell], most)
    ]
    recorded = sum(entry.bonus.values()) if entry else 0.0
    total = sum(value for value in points.values() if value is not None)
    if total > template.points + recorded + SMALL:
        strange.append(
            f"{total:g} of {template.points:g} points: the checks gave a bonus of {recorded:g}, "
            "the rest is extra credit in the gradebook. Did a person enter it?"
        )
    return Standing(about, points, state, reason, waits, " ".join(strange))


def points_of(grade: Any, most: float, state: str) -> float | None:
    """The number of one cell, extra credit included; None if neither a check nor a person gave it.

    Args:
        grade: nbgrader's, or None.
        most: what the cell is worth.
        state: of the submission; unless it is "graded", only a person's points count.
    """
    if grade is None or grade.needs_manual_grade or not _is_possible(grade, most):
        return None
    if grade.manual_score is None and (grade.auto_score is None or state != "graded"):
        return None
    return _score(grade) + float(grade.extra_credit or 0.0)


def _score(grade: Any) -> float:
    score = grade.auto_score if grade.manual_score is None else grade.manual_score
    return float(score or 0.0)


def _is_possible(grade: Any, most: float) -> bool:
    """Whether a check, or a person in the form, can have given these points."""
    return -SMALL <= _score(grade) <= most + SMALL and float(grade.extra_credit or 0.0) >= 0
