"""Reading what a student handed in: any notebook that holds cells, whatever its editor did to it.

The file comes from a stranger. It is read as JSON only; nothing is taken from it but the sources of
its cells, their kind, two ids, and pictures attached to text.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from course_lib.grading.course import NAME, Course, GradingError

__all__ = ["RejectedError", "StudentCell", "Submission", "read_cells", "submissions"]

MAX_BYTES = 20_000_000  # of a notebook file
MAX_CELLS = 500
MAX_SOURCE = 200_000  # characters of one cell
MAX_PICTURES = 8  # attached to one cell
PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


class RejectedError(GradingError):
    """A submission can't be graded at all; the text is for the status file and the student."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one set.

    Args:
        student: the name of the student's folder.
        path: the notebook file, or None with a reason.
        rejected: why nothing can be graded; empty if something can.
    """

    student: str
    path: Path | None
    rejected: str = ""

    def read(self) -> bytes:
        """The bytes of the notebook file; links are not followed.

        Raises:
            RejectedError: no plain file, or one that is too large.
        """
        if self.path is None:
            raise RejectedError(self.rejected)
        try:
            # O_NONBLOCK: a named pipe must not hold the grader.
            handle = os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | os.O_NONBLOCK)
        except OSError as error:
            raise RejectedError(f"The file can't be opened: {error.strerror}.") from None
        with os.fdopen(handle, "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise RejectedError("The notebook is no plain file.")
            if about.st_size > MAX_BYTES:
                raise RejectedError(f"The notebook has more than {MAX_BYTES // 10**6} MB.")
            return file.read(MAX_BYTES + 1)

    @property
    def timestamp(self) -> str | None:
        """When it was handed in, as timestamp.txt beside it says, or None."""
        file = self.path.with_name("timestamp.txt") if self.path else None
        if file is None or file.is_symlink() or not file.is_file():
            return None
        text = file.read_text(encoding="utf-8", errors="replace")[:40].strip()
        try:
            when = datetime.fromisoformat(text.removesuffix(" UTC"))
        except ValueError:
            return None
        return str(when if when.tzinfo is None else when.astimezone(UTC).replace(tzinfo=None))


@dataclass(frozen=True)
class StudentCell:
    """A cell as it was handed in.

    Args:
        cell_type: "code" or "markdown"; raw cells count as markdown.
        source: its text.
        grade_id: what its metadata claims; only a means to find its place.
        id: its cell id; the same.
        pictures: attachments of a text cell, by name, each (MIME type, base64).
    """

    cell_type: str
    source: str
    grade_id: str = ""
    id: str = ""
    pictures: dict[str, tuple[str, str]] = field(default_factory=dict)


def submissions(course: Course, name: str) -> list[Submission]:
    """Everything handed in for a set, by student, also what will be rejected."""
    found = []
    for folder in sorted((course.root / "submitted").glob("*")):
        if not folder.is_dir() or not (os.path.lexists(folder / name)):
            continue
        if not NAME.fullmatch(folder.name):
            reason = "The student's folder has a name with other signs than letters, digits, _.@-."
            found.append(Submission(folder.name, None, reason))
        else:
            found.append(_found_in(folder, name))
    return found


def _found_in(folder: Path, name: str) -> Submission:
    place = folder / name
    if folder.is_symlink() or place.is_symlink():
        return Submission(folder.name, None, "The folder is a link. Hand in a plain folder.")
    named = place / f"{name}.ipynb"
    files = [p for p in sorted(place.rglob("*.ipynb")) if not p.is_symlink()]
    if os.path.lexists(named):
        return Submission(folder.name, named)
    if len(files) == 1:  # renamed, such as "01_set (2).ipynb"
        return Submission(folder.name, files[0])
    reason = "There is no notebook." if not files else f"There are {len(files)} notebooks."
    return Submission(folder.name, None, f"{reason} Hand in one file, {name}.ipynb.")


def digest(content: bytes) -> str:
    """By which a changed submission is noticed."""
    return hashlib.sha256(content).hexdigest()


def read_cells(content: bytes) -> list[StudentCell]:
    """The cells of a notebook of any version and state of repair.

    Raises:
        RejectedError: no JSON, or nothing in it that could be a cell.
    """
    try:
        data = json.loads(content.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        raise RejectedError("The file is no notebook: it can't be read as JSON.") from None
    cells = _list_of_cells(data)
    if not isinstance(cells, list):
        raise RejectedError("The file is no notebook: it has no list of cells.")
    if len(cells) > MAX_CELLS:
        raise RejectedError(f"The notebook has {len(cells)} cells; {MAX_CELLS} is the most.")
    return [_read_cell(cell) for cell in cells if isinstance(cell, dict)]


def _list_of_cells(data: Any) -> Any:
    if not isinstance(data, dict):
        return None
    if "cells" in data:
        return data["cells"]
    sheets = data.get("worksheets")  # before version 4 of the format
    if not isinstance(sheets, list):
        return None
    listed = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    return [cell for cells in listed if isinstance(cells, list) for cell in cells]


def _read_cell(cell: dict[str, Any]) -> StudentCell:
    source = _joined(cell.get("source", cell.get("input", "")))
    if len(source) > MAX_SOURCE:
        raise RejectedError(f"A cell has more than {MAX_SOURCE} characters.")
    metadata = cell.get("metadata")
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    claimed = about.get("grade_id") if isinstance(about, dict) else ""
    kind = "code" if cell.get("cell_type") == "code" else "markdown"
    pictures = _pictures(cell.get("attachments")) if kind == "markdown" else {}
    return StudentCell(kind, source, _short(claimed), _short(cell.get("id")), pictures)


def _joined(source: Any) -> str:
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        return ""
    # Lone surrogates can't be stored or shown.
    return source.encode("utf-8", errors="replace").decode("utf-8").replace("\r\n", "\n")


def _short(text: Any) -> str:
    return text[:100] if isinstance(text, str) else ""


def _pictures(attachments: Any) -> dict[str, tuple[str, str]]:
    """The attached pictures that really are pictures, under harmless names."""
    found: dict[str, tuple[str, str]] = {}
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        if not NAME.fullmatch(name) or not isinstance(bundle, dict) or len(found) == MAX_PICTURES:
            continue
        for mime, start in PICTURES.items():
            try:
                data = base64.b64decode(_joined(bundle.get(mime)), validate=True)
            except (binascii.Error, ValueError):
                continue
            if data.startswith(start):
                found[name] = (mime, base64.b64encode(data).decode())
    return found
