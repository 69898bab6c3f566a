"""The status file of a set: of every submission whether it was graded, and if not, why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from filelock import FileLock, Timeout

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.course import Course
from course_lib.grading.folder.origins import Origins
from course_lib.grading.result import Result, State
from course_lib.whole_files import written_whole

__all__ = ["NO_NOTEBOOK", "Entry", "Status", "locked"]

NO_NOTEBOOK = "handed in no notebook"


@dataclass(frozen=True)
class Entry:
    """How it went with one submission.

    Args:
        state: "graded", "rejected" or "failed".
        digest: of the file, the set and the secret; another one is graded anew.
        points: what it earned so far, bonus included.
        most: what the set is worth.
        reason: why it wasn't graded, or what a person should know.
        bonus: the extra credit given to each cell.
        file: the digest of the file alone; "" if it could not be read, or is not known.
    """

    state: State
    digest: str
    points: float
    most: float
    reason: str = ""
    bonus: dict[str, float] = field(default_factory=dict)
    file: str = ""

    @classmethod
    def of(cls, result: Result, digest: str, most: float, file: str = "") -> Entry:
        """The entry for a result."""
        bonus = {cell.id: cell.bonus for cell in result.cells if cell.bonus}
        look = [cell.id for cell in result.cells if cell.look]
        told = f"A person should look at {', '.join(look)}." if look else ""
        reason = " ".join(filter(None, [result.reason, told]))
        return cls(result.state, digest, result.points, most, reason, bonus, file)


@dataclass(frozen=True)
class Status:
    """How it stands with a set.

    Args:
        path: ``private/status/SET.json``, which keeps the entries.
        entries: of each submission, by student.
        no_notebook: who handed in other files only, and which.
    """

    path: Path
    entries: dict[str, Entry]
    no_notebook: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, course: Course, name: str) -> Status:
        """Read the file; a set that was never graded has no entries.

        Raises:
            GradingError: a file that was damaged by hand; it is left as it is.
        """
        path = course.private / "status" / f"{name}.json"
        others = _other_files(course, name)
        if not path.exists():
            return cls(path, {}, others)
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            return cls(path, {student: Entry(**entry) for student, entry in data.items()}, others)
        except (ValueError, TypeError, AttributeError) as error:
            raise GradingError(
                f"{path} can't be read ({error}). Move it away; the next run then grades all "
                "submissions of the set again, with the same points."
            ) from error

    def with_entry(self, student: str, entry: Entry) -> Status:
        """The status with one more entry, written to the file before it is returned."""
        return replace(self, entries={**self.entries, student: entry})._written()

    def without(self, student: str) -> Status:
        """The status without this student, written to the file before it is returned."""
        rest = {name: one for name, one in self.entries.items() if name != student}
        return replace(self, entries=rest)._written()

    def _written(self) -> Status:
        data = {name: asdict(one) for name, one in sorted(self.entries.items())}
        written_whole(self.path, json.dumps(data, indent=1, ensure_ascii=False) + "\n", mode=0o600)
        return self

    def __str__(self) -> str:
        counts = Counter(entry.state for entry in self.entries.values())
        lines = [f"{counts[state]} {state}" for state in ("graded", "rejected", "failed")]
        told = [
            f"  {entry.state:<9} {student}: {entry.reason}"
            for student, entry in sorted(self.entries.items())
            if entry.reason or entry.state != "graded"
        ]
        if self.no_notebook:
            lines.append(f"{len(self.no_notebook)} {NO_NOTEBOOK}")
            told += [f"  {NO_NOTEBOOK}, {who}: {what}" for who, what in self.no_notebook.items()]
        return "\n".join([", ".join(lines), *told])


def _other_files(course: Course, name: str) -> dict[str, str]:
    found = Origins.read(course, name).students
    return {
        f"{one.name} ({student})" if one.name else student: ", ".join(one.other_files)
        for student, one in sorted(found.items())
        if one.no_notebook and not course.submitted(student, name).exists()
    }


@contextmanager
def locked(course: Course, name: str) -> Iterator[None]:
    """Keep a second run of the same set out; a run that was killed leaves no lock.

    Raises:
        GradingError: one is under way.
    """
    path = course.private / "status" / f"{name}.lock"
    path.parent.mkdir(exist_ok=True)
    lock = FileLock(path, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise GradingError(f"Another run is grading {name}. Wait for it, or stop it.") from None
    try:
        yield
    finally:
        lock.release()
