"""Points as tables: each task, each total, and in the shapes that Moodle and Canvas take in."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.asked import template_of
from course_lib.grading.folder.course import Course
from course_lib.grading.folder.origins import Origins
from course_lib.grading.folder.standing import Standing, standings
from course_lib.grading.folder.worksheet import filled_in
from course_lib.grading.notebook.template import Template
from course_lib.whole_files import written_whole

__all__ = ["Exported", "export"]

FORMULA = frozenset("=+-@−")  # a cell that begins so is run by a spreadsheet program
FIRST_ROW = "    Points Possible"  # how Canvas marks the row of maxima


@dataclass(frozen=True)
class Exported:
    """What an export wrote.

    Args:
        paths: the files.
        flagged: whose points are strange, and why.
        without: of how many students there is no number, by state.
    """

    paths: tuple[Path, ...]
    flagged: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"Wrote {path}." for path in self.paths]
        if self.without:
            lines.append(f"Without points: {', '.join(self.without)}. The cells are empty.")
        return "\n".join([*lines, *(f"Look at {one}" for one in self.flagged)])


def export(course: Course, name: str, folder: Path) -> Exported:
    """Write four CSV files about a set.

    ``SET-tasks.csv``: every graded cell. ``SET-totals.csv``: the sum. ``SET-moodle.csv``: the
    grading worksheet that was collected, filled in, or one in English for those who came from
    Moodle. ``SET-canvas.csv``: for Canvas' gradebook import. A number is a sum of checks that ran,
    or a person's; else its cell is empty, and all but Canvas' table, which has no room, say why.

    Raises:
        GradingError: no such set, it was never released, two students are one participant of the
            worksheet, or a file could not be written (the others are).
    """
    template = template_of(course, name)
    rows, origins = standings(course, template), Origins.read(course, name)
    cells = [cell for cell in template.cells if cell.kind in ("test", "manual")]
    sheet, moodle = filled_in(origins, rows, template.points)
    tables = {
        "tasks": _encoded(_tasks([c.id for c in cells], [c.points for c in cells], rows)),
        "totals": _encoded(_totals(template.points, rows)),
        "moodle": _encoded(moodle, sheet.delimiter, sheet.encoding, sheet.columns.get("feedback")),
        "canvas": _encoded(_canvas(template, rows, origins)),
    }
    paths = _written({folder / f"{name}-{kind}.csv": data for kind, data in tables.items()})
    flagged = tuple(f"{row.about['id']}: {row.flag}" for row in rows if row.flag)
    return Exported(paths, flagged, _without(rows))


def _written(files: dict[Path, bytes]) -> tuple[Path, ...]:
    """Write what can be written; raise if that is not all."""
    done, failed = [], []
    for path, data in files.items():
        try:
            written_whole(path, data, mode=0o600)
            done.append(path)
        except OSError as error:
            failed.append(f"{path} ({error.strerror})")
    if failed:
        saved = f" Written: {', '.join(map(str, done))}." if done else ""
        raise GradingError(
            f"Could not write {', '.join(failed)}.{saved} Mend that, and export again."
        )
    return tuple(done)


def _without(rows: Sequence[Standing]) -> tuple[str, ...]:
    states = [
        "waiting for a person" if row.waits and row.state == "graded" else row.state
        for row in rows
        if row.total is None
    ]
    return tuple(f"{states.count(state)} {state}" for state in dict.fromkeys(states))


def _tasks(
    cells: Sequence[str], most: Sequence[float], rows: Sequence[Standing]
) -> list[list[Any]]:
    head: list[list[Any]] = [
        ["student", *cells, "total", "state", "reason"],
        ["(most)", *most, sum(most), "", ""],
    ]
    return head + [
        [r.about["id"], *(r.points[c] for c in cells), r.total, r.state, r.why] for r in rows
    ]


def _totals(most: float, rows: Sequence[Standing]) -> list[list[Any]]:
    head = ["student", "first name", "last name", "points", "of", "state", "waits for a person"]
    table: list[list[Any]] = [[*head, "reason"]]
    for row in rows:
        who = [row.about[key] for key in ("id", "first_name", "last_name")]
        table.append([*who, row.total, most, row.state, "yes" if row.waits else "no", row.why])
    return table


def _canvas(template: Template, rows: Sequence[Standing], origins: Origins) -> list[list[Any]]:
    """Canvas matches on ID, else on SIS User ID; the second row has the points possible."""
    table: list[list[Any]] = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", template.name],
        [FIRST_ROW, "", "", "", "", template.points],
    ]
    for row in rows:
        origin = origins.students.get(row.about["id"])
        canvas = origin is not None and origin.system == "canvas"
        number = origin.participant if origin and canvas else row.about["lms_user_id"]
        who = f"{row.about['last_name']}, {row.about['first_name']}".strip(", ")
        table.append([who or row.about["id"], number, row.about["id"], "", "", row.total])
    return table


def _encoded(
    table: Iterable[Sequence[Any]],
    delimiter: str = ",",
    encoding: str = "utf-8",
    verbatim: int | None = None,
) -> bytes:
    """A table as CSV; what stands in the column ``verbatim`` is the lecturer's own."""
    rows = [[str(v) if i == verbatim else _entry(v) for i, v in enumerate(row)] for row in table]
    # Only our own remarks can hold what the worksheet's encoding lacks.
    return _csv(rows, delimiter).encode(encoding, "backslashreplace")


def _csv(table: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    text = io.StringIO()
    # A lone carriage return, which csv would not quote, begins a row, and may begin a formula.
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows(table)
    return text.getvalue()


def _entry(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.10g}"
    text = "" if value is None else str(value)
    return f"'{text}" if _is_formula(text) else text


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet program may run a cell: whatever is not seen before its sign.

    >>> [_is_formula(text) for text in ("=1", "＝1", "\u200b+1", " @x", "a=1", "-")]
    [True, True, True, True, False, False]
    """
    seen = next(
        (i for i, sign in enumerate(text) if unicodedata.category(sign)[0] not in "ZC"), None
    )
    if text.startswith(("\t", "\r")):
        return True
    if seen is None or text == "-":  # a lone "-" is Moodle's way to say "never"
        return False
    return unicodedata.normalize("NFKC", text[seen])[:1] in FORMULA
