"""Moodle's grading worksheet with our points: its own columns and rows as they were collected.

Moodle's importer takes a file only if it finds "Identifier", "Grade" and "Last modified (grade)",
in the language of the site. Empty grades and columns that it doesn't know change nothing there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.origins import Origins, Worksheet
from course_lib.grading.folder.standing import Standing

__all__ = ["filled_in"]

STATE = "State"  # our own column, the last
HEADER = (
    *("Identifier", "Full name", "Email address", "Grade", "Maximum grade"),
    *("Last modified (grade)", "Feedback comments"),
)
NEVER = "-"  # how Moodle writes that a grade was never changed
COLUMNS = {"identifier": 0, "name": 1, "grade": 3, "last_modified_grade": 5, "feedback": 6}


def filled_in(
    origins: Origins, rows: Sequence[Standing], most: float
) -> tuple[Worksheet, list[list[Any]]]:
    """The worksheet and its table with grades: the collected one's, or one of our own.

    Rows of nobody whom the course knows stay as they stood.

    Raises:
        GradingError: two students are the same participant.
    """
    by_number = _by_number(origins, rows)
    sheet = origins.worksheet
    if sheet is None:
        sheet = Worksheet("", "utf-8", ",", HEADER, (), COLUMNS)
    table: list[list[Any]] = [[*sheet.header, STATE]]
    identifier, grade = sheet.columns["identifier"], sheet.columns["grade"]
    if identifier is None or grade is None:
        raise GradingError(
            f"The worksheet {sheet.name} has no column for the grade. Collect with one that has."
        )
    for row in sheet.rows:
        one = by_number.pop(_number(row[identifier]), None)
        table.append([*row, "" if one is None else str(one)])
        if one is not None:
            table[-1][grade] = _as_in(sheet, one.total)
    table += [_row(sheet, number, one, most) for number, one in by_number.items()]
    return sheet, table


def _by_number(origins: Origins, rows: Sequence[Standing]) -> dict[str, Standing]:
    found: dict[str, Standing] = {}
    for one in rows:
        origin = origins.students.get(one.about["id"])
        if origin is None or origin.system != "moodle" or not origin.participant:
            continue
        number = _number(origin.participant)
        if number in found:
            raise GradingError(
                f"{found[number].about['id']} and {one.about['id']} are both participant {number} "
                "of Moodle. Take the one who is no student out with `remove ID`, and export again."
            )
        found[number] = one
    return found


def _row(sheet: Worksheet, number: str, one: Standing, most: float) -> list[Any]:
    """The row of a participant whom the worksheet lacks."""
    row: list[Any] = [""] * len(sheet.header)
    first = sheet.rows[0][sheet.columns["identifier"] or 0] if sheet.rows else "Participant 0"
    name = f"{one.about['first_name']} {one.about['last_name']}".strip() or one.about["id"]
    cells = {"identifier": re.sub(r"\d+\s*$", "", first) + number, "name": name}
    cells |= {"grade": _as_in(sheet, one.total), "last_modified_grade": NEVER}
    for key, text in cells.items():
        if (column := sheet.columns.get(key)) is not None:
            row[column] = text
    if sheet.header == HEADER:
        row[2], row[4] = one.about["email"], most
    return [*row, str(one)]


def _number(text: str) -> str:
    """The participant's number, at the end of the identifier in every language; or ""."""
    digits = re.search(r"\d+(?=\s*$)", text)
    return str(int(digits[0])) if digits else ""


def _as_in(sheet: Worksheet, points: float | None) -> str:
    """Points with the worksheet's decimal sign; nothing for no points."""
    text = "" if points is None else f"{points:.10g}"
    cells = [cell for row in sheet.rows for cell in row]
    comma = any(re.fullmatch(r"\d+,\d+", cell.strip()) for cell in cells)
    point = any(re.fullmatch(r"\d+\.\d+", cell.strip()) for cell in cells)
    return text.replace(".", ",") if comma and not point else text
