"""Students who leave a course, or turn out to be somebody else; nothing of theirs is deleted."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.course import NAME, Course
from course_lib.grading.folder.origins import Origins
from course_lib.grading.folder.status import Status, locked
from course_lib.grading.notebook.submission import digest
from course_lib.whole_files import written_whole

__all__ = ["move", "put_aside", "remove"]

STEPS = ("submitted", "autograded", "feedback")


def put_aside(course: Course, student: str, name: str, content: bytes) -> None:
    """Keep an earlier notebook under ``private/replaced``."""
    aside = course.private / "replaced" / student / name / f"{digest(content)[:12]}.ipynb"
    aside.parent.mkdir(parents=True, exist_ok=True)
    aside.write_bytes(content)


def move(course: Course, name: str, old: str, new: str) -> None:
    """Give what one id has of a set to another: files, status, points, what a person entered.

    What the other one has already stays; then the first one's goes under ``private/removed``. An id
    that has nothing left is taken out of the gradebook.

    Raises:
        GradingError: the set is being graded.
    """
    aside = _aside(course, old)
    with locked(course, name):
        for step in STEPS:
            place, target = course.root / step / old / name, course.root / step / new / name
            if not place.is_symlink() and place.is_dir():
                free = step != "feedback" and not target.exists()  # a page shows whose it is
                _shift(place, target if free else aside / step / name)
                _remove_if_empty(place.parent)
        status = Status.read(course, name)
        if entry := status.entries.get(old):
            status = status.without(old)
            if new not in status.entries:
                status.with_entry(new, entry)
        with course.gradebook() as gradebook:
            _move_points(gradebook, name, old, new, aside)


def remove(course: Course, student: str) -> Path:
    """Take a student out of the gradebook; what was handed in and graded goes under ``private``.

    Returns:
        the folder in which it lies now.

    Raises:
        GradingError: nobody of this id, or a set is being graded.
    """
    aside = _aside(course, student)
    known = _points(course, student)
    places = [course.root / step / student for step in STEPS]
    there = [place for place in places if NAME.fullmatch(student) and place.is_dir()]
    if known is None and not there:
        raise GradingError(f"There is no student {student!r} in this course.")
    for name in course.sets:
        with locked(course, name):
            status, origins = Status.read(course, name), Origins.read(course, name)
            if student in status.entries:
                status.without(student)
            if student in origins.students:
                rest = {who: one for who, one in origins.students.items() if who != student}
                replace(origins, students=rest).write(course, name)
    written_whole(aside / "points.json", json.dumps(known or {}, indent=1) + "\n", mode=0o600)
    for place in there:
        _shift(place, aside / place.parent.name)
    if known is not None:
        with course.gradebook() as gradebook:
            gradebook.remove_student(student)
    return aside


def _move_points(gradebook: Any, name: str, old: str, new: str, aside: Path) -> None:
    from nbgrader.api import MissingEntry

    try:
        submission = gradebook.find_submission(name, old)
    except MissingEntry:
        submission = None
    if submission is not None:
        student = gradebook.update_or_create_student(new)
        if any(one.name == name for one in student.submissions):
            known = json.dumps({name: _cells(submission)}, indent=1) + "\n"
            written_whole(aside / "points.json", known, mode=0o600)
            gradebook.remove_submission(name, old)
        else:
            submission.student = student
            gradebook.db.commit()
    try:
        left = gradebook.find_student(old)
    except MissingEntry:
        return
    gradebook.db.refresh(left)
    named = left.first_name or left.last_name or left.email
    if not left.submissions and not named:
        gradebook.remove_student(old)


def _points(course: Course, student: str) -> dict[str, Any] | None:
    """All points of a student by set and cell, or None for nobody."""
    from nbgrader.api import MissingEntry

    with course.gradebook() as gradebook:
        try:
            found = gradebook.find_student(student).submissions
        except MissingEntry:
            return None
        return {one.name: _cells(one) for one in found}


def _cells(submission: Any) -> dict[str, Any]:
    keys = ("auto_score", "manual_score", "extra_credit")
    return {
        grade.name: {key: getattr(grade, key) for key in keys}
        for notebook in submission.notebooks
        for grade in notebook.grades
    }


def _aside(course: Course, student: str) -> Path:
    """A folder that isn't there yet; strange names don't come near a path."""
    shown = student if NAME.fullmatch(student) else "student"
    places = (course.private / "removed" / f"{shown}-{count}" for count in range(1, 10_000))
    return next(place for place in places if not place.exists())


def _shift(place: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(place, target)


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
