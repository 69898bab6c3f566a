"""Where the files of a set came from: the learning system's worksheet and archive, as they stood.

Collecting writes it; the export fills the worksheet in, and the feedback is laid out as the archive
was. A set whose files were put there by hand has no such record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.course import Course
from course_lib.whole_files import written_whole

__all__ = ["Origin", "Origins", "Worksheet"]

# What Moodle's worksheet is called in English; records of before have these only.
ENGLISH = {
    "identifier": "Identifier",
    "name": "Full name",
    "grade": "Grade",
    "last_modified_grade": "Last modified (grade)",
    "feedback": "Feedback comments",
}


@dataclass(frozen=True)
class Worksheet:
    """Moodle's grading worksheet as it was collected.

    Args:
        name: of the file.
        encoding: Python's name of it.
        delimiter: between two cells.
        header: the first row.
        rows: the others.
        columns: where "identifier", "name", "grade", "last_modified_grade" and "feedback" stand;
            None for one that isn't there.
    """

    name: str
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: Mapping[str, int | None]


@dataclass(frozen=True)
class Origin:
    """What the archive held of one student.

    Args:
        participant: the student's number there: Moodle's participant, Canvas' user; or "".
        member: the name in the archive of what was taken, or of what there was instead.
        submitted_at: when, as the archive says, in ISO form; or None.
        other_files: names of files that are no notebooks.
        took: the name of the member that was taken, or None.
        passed_over: names of notebooks that were not taken.
        system: what named the member: "moodle", "canvas", or "" for neither.
        name: how it writes the student's name.
        made_up: whether the student's id was made up, since nobody in the gradebook was found.
        file_number: Canvas' number of the file, which grows; 0 for Moodle.
    """

    participant: str = ""
    member: str = ""
    submitted_at: str | None = None
    other_files: tuple[str, ...] = ()
    took: str | None = None
    passed_over: tuple[str, ...] = ()
    system: str = ""
    name: str = ""
    made_up: bool = False
    file_number: int = 0

    def __post_init__(self) -> None:
        if not self.system and self.participant:  # a record that doesn't say it
            moodle = "_assignsubmission_" in self.member
            object.__setattr__(self, "system", "moodle" if moodle else "canvas")

    @property
    def no_notebook(self) -> bool:
        """Whether there were other files, and none that could be a notebook."""
        return bool(self.other_files) and not (self.took or self.passed_over)

    @property
    def who(self) -> tuple[str, str]:
        """The system and the student's number there: the same for one person in one set."""
        return self.system, self.participant


@dataclass(frozen=True)
class Origins:
    """All that is known of a set's archives, kept in ``private/collected/SET.json``."""

    worksheet: Worksheet | None = None
    students: Mapping[str, Origin] = field(default_factory=dict)

    @classmethod
    def read(cls, course: Course, name: str) -> Origins:
        """Read the record of a set, also one of before; without any, everything is empty.

        Raises:
            GradingError: a file that was damaged by hand.
        """
        path = _path(course, name)
        before = course.private / "origins" / f"{name}.json"
        try:
            if path.exists():
                return _from_data(json.loads(path.read_text(encoding="utf-8")))
            if before.exists():
                return _of_before(json.loads(before.read_text(encoding="utf-8")))
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            shown = path if path.exists() else before
            raise GradingError(
                f"{shown} can't be read ({error}). Move it away and collect the archives again."
            ) from error
        return cls()

    def write(self, course: Course, name: str) -> None:
        """Keep it."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"
        written_whole(_path(course, name), text, mode=0o600)


def _path(course: Course, name: str) -> Path:
    return course.private / "collected" / f"{name}.json"


def _from_data(data: dict[str, Any]) -> Origins:
    sheet = data["worksheet"]
    if sheet is not None:
        rows = tuple(tuple(row) for row in sheet["rows"])
        sheet = Worksheet(**{**sheet, "header": tuple(sheet["header"]), "rows": rows})
    return Origins(sheet, {student: _origin(one) for student, one in data["students"].items()})


def _origin(data: dict[str, Any]) -> Origin:
    lists = {key: tuple(data.get(key, ())) for key in ("other_files", "passed_over")}
    return Origin(**(data | lists))


def _of_before(data: dict[str, dict[str, str]]) -> Origins:
    """From the first form: of each student the system, and the worksheet's row by column."""
    ours = ("system", "name", "number")
    students, rows = {}, []
    for student, about in data.items():
        name = re.sub(r"[/\\]", " ", about["name"])
        moodle = f"{name}_{about['number']}_assignsubmission_file_/"
        member = moodle if about["system"] == "moodle" else ""
        students[student] = Origin(
            about["number"],
            member,
            took=member,
            system=about["system"],
            name=about["name"],
            made_up=student.endswith(f"-{about['number']}"),
        )
        if row := {column: text for column, text in about.items() if column not in ours}:
            rows.append(row)
    if not rows:
        return Origins(None, students)
    header = tuple(rows[0])
    found = {key: header.index(column) for key, column in ENGLISH.items() if column in header}
    cells = tuple(tuple(row.get(column, "") for column in header) for row in rows)
    columns = {key: found.get(key) for key in ENGLISH}
    return Origins(Worksheet("", "utf-8", ",", header, cells, columns), students)
