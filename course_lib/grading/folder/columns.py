"""Moodle's grading worksheet: which column holds what, in whatever language it was written.

Moodle writes the columns in one order everywhere: the identifier, the name, what else tells people
apart, the state, the grade, its maximum, whether it can be changed, two times, the comments. They
are found by their place and by what stands in them; the English names are known as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.names import as_moodle, whole
from course_lib.grading.folder.origins import Worksheet
from course_lib.grading.folder.tables import Table

__all__ = ["ROLES", "number_of", "worksheet"]

# In the order in which Moodle writes them; the names are those of its English worksheet.
ROLES = {
    "identifier": "Identifier",
    "name": "Full name",
    "id_number": "ID number",
    "email": "Email address",
    "grade": "Grade",
    "maximum": "Maximum grade",
    "last_modified_submission": "Last modified (submission)",
    "last_modified_grade": "Last modified (grade)",
    "feedback": "Feedback comments",
}
WITH_TIME = re.compile(
    r"(?=.*\d{4}).*\d{1,2}\D{1,3}\d{2}(?!\d).*", re.DOTALL
)  # any script's digits
NEVER = "-"


def worksheet(
    table: Table,
    participants: Mapping[str, str],
    ids: Collection[str],
    named: Mapping[str, str],
) -> Worksheet:
    """Find the columns of a worksheet.

    Args:
        table: the worksheet as it was read.
        participants: the names in the archive, by participant number.
        ids: of the students whom the course knows.
        named: the columns that a person has named: a header for a role.

    Raises:
        GradingError: it isn't clear which column holds the identifier or the grade; a header or a
            role that isn't there; a participant that occurs twice.
    """
    columns = _named(table, named)
    for role, english in ROLES.items():
        if role not in columns:
            columns[role] = _only(table, english)
    _find_identifier(table, columns, participants)
    _find_grade_and_times(table, columns)
    _find_people(table, columns, participants, ids)
    sheet = Worksheet(
        table.name, table.encoding, table.delimiter, table.header, table.rows, columns
    )
    _require_each_once(table, sheet)
    return sheet


def number_of(identifier: str) -> str:
    """The participant's number at the end of an identifier such as "Teilnehmer/in4711"; or ""."""
    found = re.search(r"[0-9]+(?=\s*$)", identifier)
    return str(int(found[0])) if found else ""


def _named(table: Table, named: Mapping[str, str]) -> dict[str, int | None]:
    columns: dict[str, int | None] = {}
    for role, header in named.items():
        column = _only(table, header)
        if role not in ROLES or column is None:
            what = "role" if role not in ROLES else "column"
            raise GradingError(
                f"--column {role}={header}: there is no such {what}, or two of them. Roles: "
                f"{', '.join(ROLES)}. The worksheet {table.name} was {table.took}."
            )
        columns[role] = column
    return columns


def _find_identifier(
    table: Table, columns: dict[str, int | None], participants: Mapping[str, str]
) -> None:
    """It stands first, and each row has a number of its own at its end."""
    if columns["identifier"] is None and table.rows:
        numbers = [number_of(cell) for cell in _column(table, 0)]
        wanted = {number_of(number) for number in participants}
        if all(numbers) and (wanted & set(numbers) or not wanted):
            columns["identifier"] = 0
    if columns["identifier"] is None:
        raise _in_doubt(table, "identifier", "it stands first and ends in the participant's number")


def _find_grade_and_times(table: Table, columns: dict[str, int | None]) -> None:
    """The maximum is one number in all rows, just behind the grade; two times come later."""
    width = range(len(table.header))
    times = [c for c in width if c and _all(table, c, _is_time)]
    before = next((c for c in times if set(_column(table, c)) != {NEVER}), len(width))
    if columns["maximum"] is None and columns["grade"] is None:
        most = [c for c in width if 2 <= c < before and _is_maximum(_column(table, c))]
        if most and _all(table, most[-1] - 1, _is_grade):
            columns["maximum"] = most[-1]
    if columns["grade"] is None and columns["maximum"] is not None:
        columns["grade"] = columns["maximum"] - 1
    if columns["grade"] is None:
        raise _in_doubt(table, "grade", "it stands just before the maximum")
    after = [c for c in times if c > columns["grade"]]
    if len(after) > 1 and columns["last_modified_grade"] is None:
        columns["last_modified_grade"] = after[-1]
        if columns["last_modified_submission"] is None:
            columns["last_modified_submission"] = after[0]
    changed = columns["last_modified_grade"]
    if columns["feedback"] is None and changed is not None and changed + 1 < len(width):
        columns["feedback"] = changed + 1


def _find_people(
    table: Table,
    columns: dict[str, int | None],
    participants: Mapping[str, str],
    ids: Collection[str],
) -> None:
    """A student may choose what stands in a profile, so an id counts only if most rows hold one."""
    between = range((columns["identifier"] or 0) + 1, columns["grade"] or 0)
    if columns["name"] is None and 1 in between:
        in_archive = {number_of(n): as_moodle(name) for n, name in participants.items()}
        rows = zip(_column(table, columns["identifier"] or 0), _column(table, 1), strict=True)
        if any(in_archive.get(number_of(who)) == as_moodle(name) != "" for who, name in rows):
            columns["name"] = 1
    others = [c for c in between if c != columns["name"]]
    if columns["email"] is None:
        found = [c for c in others if _all(table, c, lambda cell: "@" in cell or not cell)]
        found = [c for c in found if any(_column(table, c))]
        columns["email"] = found[0] if len(found) == 1 else None
    if columns["id_number"] is None:
        known = {whole(one) for one in ids}
        found = [c for c in others if c != columns["email"] and _mostly(_column(table, c), known)]
        columns["id_number"] = found[0] if len(found) == 1 else None


def _mostly(cells: Sequence[str], known: Collection[str]) -> bool:
    filled = [whole(cell) for cell in cells if cell]
    return len(set(filled)) == len(filled) < 2 * sum(cell in known for cell in filled)


def _only(table: Table, header: str) -> int | None:
    found = [c for c, name in enumerate(table.header) if whole(name) == whole(header)]
    return found[0] if len(found) == 1 else None


def _column(table: Table, column: int) -> list[str]:
    return [row[column].strip() for row in table.rows]


def _all(table: Table, column: int, holds: Callable[[str], bool]) -> bool:
    return bool(table.rows) and all(holds(cell) for cell in _column(table, column))


def _is_time(cell: str) -> bool:
    return cell == NEVER or WITH_TIME.fullmatch(cell) is not None


def _is_grade(cell: str) -> bool:
    return cell in ("", NEVER) or re.fullmatch(r"\d+(?:[.,]\d+)?", cell) is not None


def _is_maximum(cells: Sequence[str]) -> bool:
    return len(set(cells)) == 1 and re.fullmatch(r"0*[1-9]\d*(?:[.,]\d+)?", cells[0]) is not None


def _in_doubt(table: Table, role: str, where: str) -> GradingError:
    return GradingError(
        f"{table.name} has no column {ROLES[role]!r}, nor one in another language that is surely "
        f"it ({where}). It was {table.took}. If this is the assignment's worksheet, say which "
        f"column it is: --column {role}=HEADER."
    )


def _require_each_once(table: Table, sheet: Worksheet) -> None:
    column = sheet.columns["identifier"] or 0
    seen: set[str] = set()
    for line, row in zip(table.lines, table.rows, strict=True):
        number = number_of(row[column])
        if number in seen:
            raise GradingError(
                f"Line {line} of {table.name}: the participant {row[column]!r} occurs twice. "
                "Download the worksheet again."
            )
        seen |= {number} if number else set()
