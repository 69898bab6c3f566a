"""Which submissions were begun and not ended: written before they run, so that a crash leaves it.

A submission may take the whole machine down, and ``run`` with it. What a crash leaves here is under
suspicion: the next run grades it last and alone. What is left again by that run is graded no more.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Self

from course_lib.grading.folder.course import Course
from course_lib.whole_files import written_whole

__all__ = ["CRASHES", "Begun"]

CRASHES = 2  # so many are enough: at the first, others may have run beside it


class Begun:
    """The submissions of a set that were begun, a file each in ``private/status/SET.begun``.

    As a context it ends what is still open: an error or a Ctrl-C is no crash.

    Args:
        course: whose.
        name: of the set.
    """

    def __init__(self, course: Course, name: str) -> None:
        self._folder = course.private / "status" / f"{name}.begun"
        self._open: dict[str, tuple[str, int]] = {}

    def crashes(self, student: str, digest: str) -> int:
        """How many runs crashed while this file of theirs was graded; a new file starts at 0."""
        try:
            left = json.loads(self._file(student).read_text(encoding="utf-8"))
            return int(left["times"]) if left["digest"] == digest else 0
        except (OSError, ValueError, TypeError, KeyError):
            return 0  # a file that says nothing accuses nobody

    def begin(self, student: str, digest: str) -> None:
        """Say that it is about to run."""
        crashes = self.crashes(student, digest)
        self._open[student] = (digest, crashes)
        self._write(student, digest, crashes + 1)

    def end(self, student: str) -> None:
        """Say that it has run, and that its points are kept; what wasn't begun stays as it is."""
        if self._open.pop(student, None):
            self._file(student).unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for student, (digest, crashes) in [*self._open.items()]:
            self.end(student)
            if crashes:  # of earlier runs
                self._write(student, digest, crashes)

    def _write(self, student: str, digest: str, times: int) -> None:
        text = json.dumps({"digest": digest, "times": times})
        written_whole(self._file(student), text, mode=0o600)

    def _file(self, student: str) -> Path:
        return self._folder / f"{student}.json"
