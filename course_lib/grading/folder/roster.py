"""The students of a course: from a table into the gradebook."""

from __future__ import annotations

import csv
from pathlib import Path

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.course import NAME, Course

__all__ = ["FIELDS", "enter"]

FIELDS = ("first_name", "last_name", "email", "lms_user_id")


def enter(course: Course, table: Path) -> int:
    """Enter students from a CSV file with a column id and, if you like, those of FIELDS.

    The ``id`` names the student's folder. Students who are known are updated, those
    who are not in the table stay.

    Returns:
        how many students the gradebook knows then.

    Raises:
        GradingError: a table without ids, or an id that occurs twice or can't name a folder; the
            text names the line. Nothing is entered then.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = [dict(row) | {"line": str(reader.line_num)} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GradingError(f"{table} can't be read as a CSV file in UTF-8: {error}.") from error
    if not rows or "id" not in rows[0]:
        raise GradingError(f"{table} has no column 'id'. Its first line must name the columns.")
    seen: set[str] = set()
    for row in rows:
        row["id"] = (row["id"] or "").strip()
        if not NAME.fullmatch(row["id"]) or row["id"] in seen:
            why = "occurs twice" if row["id"] in seen else "can't name a folder"
            raise GradingError(
                f"Line {row['line']} of {table}: the id {row['id']!r} {why}. "
                "Use letters, digits and _.@-."
            )
        seen.add(row["id"])
    with course.gradebook() as gradebook:
        for row in rows:
            about = {field: row[field].strip() for field in FIELDS if row.get(field)}
            gradebook.update_or_create_student(row["id"], **about)
        return len(gradebook.students)
