"""What was handed in for a set: a folder a student, a file of a stranger's in each."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from course_lib.grading.folder.archive import is_notebook
from course_lib.grading.folder.course import NAME, Course
from course_lib.grading.notebook.submission import MAX_BYTES, RejectedError

__all__ = ["Submission", "submissions"]

MAX_STAMP = 100  # characters of a timestamp file


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
            handle = os.open(
                self.path, os.O_RDONLY | _flags("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
            )
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
        with file.open("rb") as stamp:  # it may have any size
            text = stamp.read(MAX_STAMP).decode("utf-8", errors="replace").strip()
        try:
            when = datetime.fromisoformat(text.removesuffix(" UTC"))
            return str(when if when.tzinfo is None else when.astimezone(UTC).replace(tzinfo=None))
        except (ValueError, OverflowError):
            return None


def _flags(*names: str) -> int:
    """The flags of these names that this system has."""
    return sum(getattr(os, name, 0) for name in names)


def submissions(course: Course, name: str) -> list[Submission]:
    """Everything handed in for a set, by student, also what will be rejected."""
    found = []
    for folder in sorted((course.root / "submitted").glob("*")):
        if not folder.is_dir() or not (os.path.lexists(folder / name)):
            continue
        if not NAME.fullmatch(folder.name):
            reason = "The student's folder has a name with other signs than letters, digits, _.@-."
            shown = folder.name.encode("utf-8", "backslashreplace").decode()  # it may be any bytes
            found.append(Submission(shown, None, reason))
        else:
            found.append(_found_in(folder, name))
    return found


def _found_in(folder: Path, name: str) -> Submission:
    place = folder / name
    if folder.is_symlink() or place.is_symlink():
        return Submission(folder.name, None, "The folder is a link. Hand in a plain folder.")
    named = place / f"{name}.ipynb"
    files = [path for path in sorted(place.rglob("*")) if _is_handed_in(path, place)]
    if os.path.lexists(named) and not named.is_dir():
        return Submission(folder.name, named)
    notebooks = [path for path in files if is_notebook(path.name)]
    if len(notebooks) == 1:  # renamed, such as "01_set (2).ipynb" or "01_set.ipynb.txt"
        return Submission(folder.name, notebooks[0])
    return Submission(
        folder.name, None, f"{_told(files, notebooks)} Hand in one file, {name}.ipynb."
    )


def _told(files: Sequence[Path], notebooks: Sequence[Path]) -> str:
    if notebooks:
        return f"There are {len(notebooks)} notebooks."
    others = ", ".join(ascii(path.name[:60]) for path in files if path.name != "timestamp.txt")
    return f"There is no notebook, but {others[:300]}." if others else "There is no notebook."


def _is_handed_in(path: Path, place: Path) -> bool:
    """Whether a student meant it: no link, no folder, no copy that a program left beside it."""
    parts = path.relative_to(place).parts
    left = any(part.startswith((".", "__MACOSX")) for part in parts)
    return not left and not path.is_symlink() and not path.is_dir()
