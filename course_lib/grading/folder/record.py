"""Writing the outcome of a submission into nbgrader's gradebook, in one step and repeatably.

Only the points of known cells of this student and set are written, between 0 and what a cell is
worth; what a person has entered stays.
"""

from __future__ import annotations

import contextlib
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from course_lib.grading.folder.handed_in import Submission
from course_lib.grading.notebook.template import Template
from course_lib.grading.result import CellResult, Result
from course_lib.whole_files import written_whole

__all__ = ["keep_result", "record"]

STAMP, KEY = "timestamp.txt", "submission_secret.txt"  # nbgrader releases no feedback without


def keep_result(path: Path, submission: Submission, notebook: str) -> None:
    """Keep the graded notebook, and beside it what nbgrader wants to know when it returns it.

    Args:
        path: where the graded notebook belongs.
        submission: what was graded.
        notebook: its text; without one, what an earlier file left is removed.
    """
    if not notebook:
        for one in (path, path.with_name(STAMP), path.with_name(KEY)):
            one.unlink(missing_ok=True)  # its points go, too
        return
    written_whole(path, notebook)
    written_whole(path.with_name(STAMP), f"{_handed_in_at(submission)} UTC\n")
    if not path.with_name(KEY).exists():
        written_whole(path.with_name(KEY), _key(submission), mode=0o600)


def _handed_in_at(submission: Submission) -> str:
    """The time that was given, else that of the file."""
    if submission.timestamp:
        return submission.timestamp
    when = datetime.now(UTC)
    with contextlib.suppress(OSError):
        if submission.path:
            when = datetime.fromtimestamp(submission.path.lstat().st_mtime, UTC)
    return str(when.replace(tzinfo=None, microsecond=0))


def _key(submission: Submission) -> str:
    """The key with which nbgrader hands feedback out: the student's own, or one nobody knows."""
    own = submission.path.with_name(KEY) if submission.path else None
    if own and own.is_file() and not own.is_symlink() and own.stat().st_size <= 1000:
        return own.read_text(encoding="utf-8", errors="replace")
    return secrets.token_hex(32)


def record(
    gradebook: Any,
    template: Template,
    student: str,
    result: Result,
    *,
    timestamp: str | None = None,
    bonus_before: dict[str, float] | None = None,
) -> None:
    """Save the points of one submission.

    Args:
        gradebook: nbgrader's.
        template: the set.
        student: the student's id; created if the gradebook doesn't know it.
        result: what was found.
        timestamp: when it was handed in, if that is known.
        bonus_before: the bonus that an earlier run gave to each cell; other extra credit is a
            person's, and stays.
    """
    given = bonus_before or {}
    gradebook.update_or_create_student(student)
    late = {"timestamp": timestamp} if timestamp else {}
    with gradebook.db.no_autoflush:  # nbgrader looks things up while its new objects are half made
        gradebook.update_or_create_submission(template.name, student, **late)
    most = {cell.id: cell.points for cell in template.cells}
    try:
        for cell in result.cells:
            grade = gradebook.find_grade(cell.id, template.name, template.name, student)
            _save(grade, cell, most[cell.id], given.get(cell.id, 0.0))
            _comment(gradebook, template, student, cell)
        gradebook.db.commit()
    except BaseException:
        gradebook.db.rollback()
        raise


def _save(grade: Any, cell: CellResult, most: float, bonus_before: float) -> None:
    grade.auto_score = None if cell.points is None else min(max(cell.points, 0.0), most)
    if (grade.extra_credit or 0.0) == bonus_before:
        grade.extra_credit = cell.bonus or None
    person = cell.points is None or grade.manual_score is not None
    grade.needs_manual_grade = bool(person or cell.look)


def _comment(gradebook: Any, template: Template, student: str, cell: CellResult) -> None:
    if next(one.kind for one in template.cells if one.id == cell.id) == "manual":
        comment = gradebook.find_comment(cell.id, template.name, template.name, student)
        comment.auto_comment = cell.note or (None if cell.answered else "No response.")
