"""Taking in an archive of submissions as Moodle or Canvas makes it.

Nothing is unpacked: of each member only its name is read, and of notebooks their bytes, up to a
limit. A name in an archive decides nothing but which student it belongs to.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.course import NAME, Course
from course_lib.grading.notebook.submission import MAX_BYTES, digest
from course_lib.whole_files import written_whole

__all__ = ["Collected", "Member", "collect", "members", "origins"]

MAX_MEMBERS = 20_000
# "Ada Lovelace_1234567_assignsubmission_file_/03_set.ipynb", with or without the folder
MOODLE = re.compile(
    r"(?P<name>[^/_][^/]*?)_(?P<number>\d{1,20})_assignsubmission_file(?:_|$)(?P<rest>.*)",
    re.DOTALL,
)
# "lovelaceada_LATE_4711_90210_03_set-1.ipynb"
CANVAS = re.compile(
    r"(?P<name>[^/_]+)_(?:LATE_)?(?P<number>\d{1,20})_(?P<submission>\d{1,20})_(?P<rest>[^/]+)"
)
LEFT_BY_PROGRAMS = re.compile(r"\._.*|\.ipynb_checkpoints|__MACOSX", re.DOTALL)


@dataclass(frozen=True)
class Member:
    """One notebook of an archive.

    Args:
        info: the archive's own entry.
        system: "moodle" or "canvas".
        name: how the system writes the student's name.
        number: the student's number there: Moodle's participant, Canvas' user.
        order: of two by the same student the later has the larger one.
    """

    info: zipfile.ZipInfo
    system: str
    name: str
    number: str
    order: tuple[Any, ...]


@dataclass(frozen=True)
class Collected:
    """What was taken in and what was not.

    Args:
        taken: the ids of the students whose notebooks are new or changed.
        same: those who had handed in the same before.
        replaced: those whose earlier notebook was put aside.
        unknown: ids that were made up for students who are not in the gradebook.
        left: members of the archive that are no submissions, with the reason.
    """

    taken: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"Took in {len(self.taken)} notebooks; {len(self.same)} were there already."]
        if self.replaced:
            lines.append(
                f"Put the earlier notebooks of {', '.join(self.replaced)} into private/replaced."
            )
        if self.unknown:
            lines.append(
                f"Not in the gradebook, so named by us: {', '.join(self.unknown)}. Enter them with "
                "`init --roster`, or rename their folders before you grade."
            )
        lines += [f"Left out: {one}" for one in self.left]
        return "\n".join(lines)


def collect(course: Course, name: str, archive: Path, worksheet: Path | None = None) -> Collected:
    """Put the notebooks of an archive into ``submitted/STUDENT/SET/SET.ipynb``.

    A student is found in the gradebook by the worksheet's ID number or e-mail address, by Canvas'
    user number (``lms_user_id`` of the roster), or by name; others get an id made of their name.

    Args:
        course: the course.
        name: the set.
        archive: the zip file that Moodle ("Download all submissions") or Canvas made.
        worksheet: Moodle's grading worksheet of the same assignment, a CSV file; it tells
            participants apart and comes back filled in with the export.

    Raises:
        GradingError: no zip file, nothing in it that Moodle or Canvas would write, or a worksheet
            that can't be read. Nothing is taken in then.
    """
    rows = _worksheet(worksheet) if worksheet else {}
    with _opened(archive) as file:
        found, left = members(file.infolist())
        if not found:
            raise GradingError(
                f"{archive} holds no notebook that Moodle or Canvas has named. For other systems "
                f"put each into submitted/STUDENT/{name}/{name}.ipynb yourself."
            )
        with course.gradebook() as gradebook:
            known = _Known(gradebook.students)
        outcome: dict[str, list[str]] = {"taken": [], "same": [], "replaced": [], "unknown": []}
        by_student: dict[str, Member] = {}
        for student, member in _assigned(found, known, rows):
            if earlier := by_student.get(student):
                left.append(f"{earlier.info.filename[:120]!r}: {student} has a later one")
            by_student[student] = member
        for student, member in sorted(by_student.items()):
            if student not in known.ids:
                outcome["unknown"].append(student)
            try:
                content = file.read(member.info)
            except Exception as error:  # on damaged data zipfile raises whatever it meets
                left.append(f"{member.info.filename[:120]!r}: damaged ({error})")
                continue
            try:
                happened = _put(course, name, student, content)
            except GradingError as error:  # one strange folder must not keep the others out
                left.append(f"{member.info.filename[:120]!r}: {error}")
                continue
            for what in happened:
                outcome[what].append(student)
    _remember(course, name, by_student, rows)
    parts = {key: tuple(students) for key, students in outcome.items()}
    return Collected(**parts, left=tuple(left))


def members(infos: Iterable[zipfile.ZipInfo]) -> tuple[list[Member], list[str]]:
    """The notebooks among the entries of an archive, and what is left out and why."""
    found, left = [], []
    files = [info for info in infos if not info.is_dir()]
    # A student chooses a part of each name: it must not look like the other system's.
    last_parts = [info.filename.split("/")[-1] for info in files]
    flat = (
        "moodle"
        if any(MOODLE.fullmatch(p) and not CANVAS.fullmatch(p) for p in last_parts)
        else "canvas"
    )
    for info in files:
        member = _member(info, flat)
        if any(LEFT_BY_PROGRAMS.fullmatch(part) for part in info.filename.split("/")):
            left.append(f"{info.filename[:120]!r}: a copy that a program made")
        elif member is None:
            left.append(f"{info.filename[:120]!r}: not named as Moodle or Canvas does")
        elif not info.filename.endswith(".ipynb"):
            left.append(f"{info.filename[:120]!r}: no notebook (.ipynb)")
        elif info.file_size > MAX_BYTES:
            left.append(f"{info.filename[:120]!r}: more than {MAX_BYTES // 10**6} MB")
        elif info.flag_bits & 1:
            left.append(f"{info.filename[:120]!r}: encrypted")
        else:
            found.append(member)
    return found, left


def origins(course: Course, name: str) -> dict[str, dict[str, str]]:
    """What the learning system said of each student when the set was collected, by student."""
    path = _origins_path(course, name)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _member(info: zipfile.ZipInfo, flat: str) -> Member | None:
    path = info.filename
    *folders, last = path.split("/")
    for part in folders:  # Moodle's folder may lie in another one
        if moodle := MOODLE.fullmatch(part):
            return Member(info, "moodle", moodle["name"], moodle["number"], (info.date_time, path))
    if flat == "moodle":
        if moodle := MOODLE.fullmatch(last):
            return Member(info, "moodle", moodle["name"], moodle["number"], (info.date_time, path))
    elif canvas := CANVAS.fullmatch(last):
        order = (int(canvas["submission"]), info.date_time, path)
        return Member(info, "canvas", canvas["name"], canvas["number"], order)
    return None


class _Known:
    """The students of the gradebook, found by what a learning system tells of them."""

    def __init__(self, students: Iterable[Any]) -> None:
        self.ids: set[str] = set()
        self._by: dict[tuple[str, str], set[str]] = {}
        for one in students:
            self.ids.add(one.id)
            first, last = _plain_name(one.first_name), _plain_name(one.last_name)
            self._note("name", f"{first}{last}", one.id)
            self._note("name", f"{last}{first}", one.id)
            self._note("number", one.lms_user_id, one.id)
            self._note("email", _lower(one.email), one.id)
            self._note("id", _lower(one.id), one.id)

    def _note(self, kind: str, value: Any, student: str) -> None:
        if value:
            self._by.setdefault((kind, str(value)), set()).add(student)

    def find(self, kind: str, value: Any) -> str | None:
        """The one student with this value; None for nobody and for several."""
        found = self._by.get((kind, str(value)), set())
        return next(iter(found)) if len(found) == 1 else None


def _assigned(
    found: Iterable[Member], known: _Known, rows: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, Member]]:
    """Pairs (student, notebook); the last of a student comes last."""
    # Whoever gives himself the name of another student there must not become him here.
    numbers: dict[str, set[str]] = {}
    for member in found:
        numbers.setdefault(_plain_name(member.name), set()).add(member.number)
    for member in sorted(found, key=lambda one: one.order):
        row = rows.get(member.number, {}) if member.system == "moodle" else {}
        name = _plain_name(member.name)
        student = (
            known.find("id", _lower(row.get("ID number")))
            or known.find("email", _lower(row.get("Email address")))
            or (member.system == "canvas" and known.find("number", member.number))
            or (len(numbers[name]) == 1 and known.find("name", name))
            or f"{name[:60] or 'student'}-{member.number}"
        )
        yield student, member


def _put(course: Course, name: str, student: str, content: bytes) -> list[str]:
    path = course.submitted(student, name) / f"{name}.ipynb"
    if not NAME.fullmatch(student) or path.parent.is_symlink() or path.parent.parent.is_symlink():
        raise GradingError(f"{path.parent} is a link or has a strange name. Remove it first.")
    happened = ["taken"]
    if path.exists() and not path.is_symlink():
        before = path.read_bytes()
        if before == content:
            return ["same"]
        aside = course.private / "replaced" / student / name / f"{digest(before)[:12]}.ipynb"
        aside.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(before)
        happened.append("replaced")
    written_whole(path, content)
    return happened


def _remember(
    course: Course,
    name: str,
    by_student: Mapping[str, Member],
    rows: Mapping[str, Mapping[str, str]],
) -> None:
    """Keep the systems' own names and numbers: the export needs them."""
    told = origins(course, name)
    for student, member in by_student.items():
        about = {"system": member.system, "name": member.name, "number": member.number}
        told[student] = about | dict(rows.get(member.number, {}))
    text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    written_whole(_origins_path(course, name), text, mode=0o600)


def _origins_path(course: Course, name: str) -> Path:
    return course.private / "origins" / f"{name}.json"


def _opened(archive: Path) -> zipfile.ZipFile:
    try:
        file = zipfile.ZipFile(archive)
    except Exception as error:  # as above
        raise GradingError(
            f"{archive} is no zip file ({error}). Download the submissions again."
        ) from error
    if len(file.infolist()) > MAX_MEMBERS:
        raise GradingError(f"{archive} has more than {MAX_MEMBERS} members. Split it.")
    return file


def _worksheet(path: Path) -> dict[str, dict[str, str]]:
    """The rows of Moodle's grading worksheet, by participant number."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [{k: v or "" for k, v in row.items() if k} for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GradingError(f"{path} can't be read as a CSV file: {error}.") from error
    if not rows or "Identifier" not in rows[0]:
        raise GradingError(f"{path} has no column 'Identifier'; Moodle's worksheet has one.")
    return {row["Identifier"].split()[-1]: row for row in rows if row["Identifier"].split()}


def _plain_name(text: Any) -> str:
    """A name in small ASCII letters and digits: "Zoë Ångström" is "zoeangstrom"."""
    parts = unicodedata.normalize("NFKD", str(text or ""))
    return re.sub(r"[^a-z0-9]", "", parts.lower())


def _lower(text: Any) -> str:
    return str(text or "").strip().lower()
