"""Taking in an archive of submissions: each file to the student whose it surely is.

What would need a guess is asked: it goes to an id of its own, or stays out, and the answer is an
option of the next try. What was taken in once is replaced by something newer only.
"""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from course_lib.grading.errors import GradingError
from course_lib.grading.folder import columns
from course_lib.grading.folder.archive import Member, Reading, is_notebook, members, opened
from course_lib.grading.folder.assigning import Answers, Assigning, HandedIn
from course_lib.grading.folder.columns import number_of
from course_lib.grading.folder.course import NAME, Course
from course_lib.grading.folder.leaving import move, put_aside
from course_lib.grading.folder.names import whole
from course_lib.grading.folder.origins import Origin, Origins, Worksheet
from course_lib.grading.folder.people import People, told_by
from course_lib.grading.folder.tables import read_table
from course_lib.whole_files import written_whole

__all__ = ["Answers", "Collected", "collect"]

Report = dict[str, list[Any]]  # the fields of Collected, while they grow


@dataclass(frozen=True)
class Collected:
    """What was taken in and what was not.

    Args:
        taken: the ids of the students whose notebooks are new or changed.
        same: those who had handed in the same before.
        replaced: those whose earlier notebook was put aside.
        older: those who have a newer one already.
        unknown: ids that were made up for students who are not in the gradebook.
        no_notebook: those who handed in other files only.
        moved: who had an id that was made up, and who it is.
        asked: questions to a person, with the answer's form.
        told: what else a person should know.
        left: members of the archive that are no submissions, with the reason.
    """

    taken: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    older: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    no_notebook: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    asked: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"Took in {len(self.taken)} notebooks; {len(self.same)} were there already."]
        if self.replaced:
            lines.append(
                f"Put the earlier notebooks of {', '.join(self.replaced)} into private/replaced."
            )
        if self.older:
            lines.append(
                f"Kept what is there of {', '.join(self.older)}: this archive's is older. To take "
                "it all the same: --older-too."
            )
        lines += [f"Moved what {old} had to {new}." for old, new in self.moved]
        if self.no_notebook:
            lines.append(f"Handed in no notebook: {', '.join(self.no_notebook)}.")
        if self.unknown:
            lines.append(
                f"Not in the gradebook, so named by us: {', '.join(self.unknown)}. Enter them with "
                "`init --roster` or say who they are with --is NUMBER=STUDENT, and collect again: "
                "what they have moves."
            )
        lines += [f"Who is it? {one}" for one in self.asked]
        return "\n".join([*lines, *self.told, *(f"Left out: {one}" for one in self.left)])


def collect(
    course: Course,
    name: str,
    archive: Path,
    worksheet: Path | None = None,
    answers: Answers | None = None,
) -> Collected:
    """Put the notebooks of an archive into ``submitted/STUDENT/SET/SET.ipynb``.

    A student is found in the gradebook by the worksheet's ID number or e-mail address, by Canvas'
    user number (``lms_user_id`` of the roster), or by the whole name; others get an id made of
    their name. Of several files the one with the set's name is taken, then the newest.

    Args:
        course: the course.
        name: the set.
        archive: the zip file that Moodle ("Download all submissions") or Canvas made.
        worksheet: Moodle's grading worksheet of the same assignment, a CSV file; it tells
            participants apart and comes back filled in with the export.
        answers: to the questions that an earlier try has asked.

    Raises:
        GradingError: no zip file, nothing in it that Moodle or Canvas would write, a worksheet
            that can't be read or isn't of this archive, or an answer that names nobody. Nothing is
            taken in then.
    """
    answers = answers or Answers()
    report: Report = defaultdict(list)
    before = Origins.read(course, name)
    with opened(archive) as file:
        found, report["left"] = members(file.infolist())
        if not any(is_notebook(reading.file) for one in found for reading in one.readings):
            raise GradingError(
                f"{archive} holds no notebook that Moodle or Canvas has named. For other systems "
                f"put each into submitted/STUDENT/{name}/{name}.ipynb yourself."
            )
        with course.gradebook() as gradebook:
            people = People(gradebook.students)
        answers.require_fitting(found, people)
        sheet = _worksheet(worksheet, found, people, answers, report) or before.worksheet
        to = Assigning(people, sheet, before.students, _made_up(course), answers)
        assigned = to.assigned(found)
        report["unknown"], report["asked"] = sorted(to.unknown), to.asked
        report["left"] += to.unread
        before = _moved(course, name, before, assigned, report)
        students = dict(before.students)
        for student, one in sorted(assigned.items()):
            origin = _take(course, name, student, one, file, before, answers, report)
            students[student] = replace(origin, made_up=student in to.unknown)
    Origins(sheet, students).write(course, name)
    return Collected(**{key: tuple(listed) for key, listed in report.items()})


def _made_up(course: Course) -> set[str]:
    """The ids that stand for nobody of the gradebook, in any set."""
    records = [Origins.read(course, name).students for name in course.sets]
    return {student for one in records for student, origin in one.items() if origin.made_up}


def _worksheet(
    path: Path | None,
    found: Iterable[Member],
    people: People,
    answers: Answers,
    report: Report,
) -> Worksheet | None:
    if path is None:
        return None
    readings = [reading for member in found for reading in member.readings]
    names = {r.who.number: r.who.name for r in readings if r.who.system == "moodle"}
    table = read_table(path)
    sheet = columns.worksheet(table, names, people.ids, answers.columns)
    if names and not {number_of(number) for number in names} & set(told_by(sheet)):
        raise GradingError(
            f"{path} has none of the participants in this archive: it is the worksheet of another "
            "assignment. Download the one that belongs to it."
        )
    report["told"].append(f"The worksheet was {table.took}.")
    if sheet.columns["last_modified_grade"] is None:
        report["told"].append(
            "It has no column 'Last modified (grade)', without which Moodle doesn't take it back. "
            "Download it again, or name the column: --column last_modified_grade=HEADER."
        )
    return sheet


def _moved(
    course: Course,
    name: str,
    before: Origins,
    assigned: Mapping[str, HandedIn],
    report: Report,
) -> Origins:
    """What somebody was given under another id goes to the student who it is."""
    students = dict(before.students)
    had = {one.who: student for student, one in students.items()}
    for student, one in assigned.items():
        old = had.get((one.who.system, one.who.number))
        if old is not None and old != student and NAME.fullmatch(old):
            move(course, name, old, student)
            origin = students.pop(old)
            students.setdefault(student, origin)
            report["moved"].append((old, student))
            replace(before, students=students).write(course, name)  # as far as it is done
    return replace(before, students=students)


def _take(
    course: Course,
    name: str,
    student: str,
    one: HandedIn,
    file: zipfile.ZipFile,
    before: Origins,
    answers: Answers,
    report: Report,
) -> Origin:
    """Take in the notebook of one student; return what is known of it from now on."""
    earlier = before.students.get(student)
    first = one.files[0][0]
    now = Origin(
        one.who.number,
        first.place,
        other_files=tuple(reading.file for reading, _ in one.others),
        system=one.who.system,
        name=one.who.name,
    )
    kept = now
    if earlier:
        kept = replace(
            now,
            submitted_at=earlier.submitted_at,
            file_number=earlier.file_number,
            took=earlier.took,
        )
    report["left"] += [f"{other.path[:120]!r}: no notebook (.ipynb)" for _, other in one.others]
    if not one.notebooks:
        report["no_notebook"].append(student)
        return kept
    (reading, member), *rest = sorted(
        one.notebooks, key=lambda pair: _rank(pair, name), reverse=True
    )
    kept = replace(kept, passed_over=tuple(other.path for _, other in one.notebooks))
    try:
        content = member.read(file)
        _require_one(student, name, (reading, member), content, rest, file)
        newer = answers.older_too or _is_newer(member, reading, earlier)
        happened = _put(course, name, student, content, newer)
    except GradingError as error:  # one strange file or folder must not keep the others out
        report["left"].append(f"{member.path[:120]!r}: {error}")
        return kept
    for what in happened:
        report[what].append(student)
    if "older" in happened:
        return kept
    if rest:
        passed = ", ".join(repr(other.path[:120]) for _, other in rest)
        report["told"].append(f"Of {student} {member.path[:120]!r} was taken, not {passed}.")
    return replace(
        now,
        member=reading.place,
        submitted_at=member.when,
        file_number=reading.file_number,
        took=member.path,
        passed_over=tuple(other.path for _, other in rest),
    )


def _rank(pair: tuple[Reading, Member], name: str) -> tuple[bool, int, str, bool]:
    """The set's own name wins, also with a browser's "(1)" behind it; then the newest."""
    reading, member = pair
    file = whole(reading.file.rsplit("/", 1)[-1])
    stem = re.sub(r"\.ipynb(\.txt|\.json)?$", "", file)
    named = re.fullmatch(re.escape(whole(name)) + r"(?:[^\w].*|_[0-9]+|)", stem, re.DOTALL)
    return named is not None, reading.file_number, member.when or "", stem == whole(name)


def _require_one(
    student: str,
    name: str,
    best: tuple[Reading, Member],
    content: bytes,
    rest: Sequence[tuple[Reading, Member]],
    file: zipfile.ZipFile,
) -> None:
    """Which of two different notebooks of one rank is meant, nobody can say."""
    same = [
        member for pair in rest for member in pair[1:] if _rank(pair, name) == _rank(best, name)
    ]
    if any(member.read(file) != content for member in same):
        others = " and ".join(repr(member.path[:120]) for member in same)
        raise GradingError(
            f"{student} handed in {others}, too, at the same time. Put the right one into "
            f"submitted/{student}/{name}/{name}.ipynb"
        )


def _put(
    course: Course,
    name: str,
    student: str,
    content: bytes,
    newer: bool | None,
) -> list[str]:
    """Write the notebook; say what happened, by the names of the report's lists."""
    path = course.submitted(student, name) / f"{name}.ipynb"
    if not NAME.fullmatch(student) or path.parent.is_symlink() or path.parent.parent.is_symlink():
        raise GradingError(f"{path.parent} is a link or has a strange name. Remove it first.")
    happened = ["taken"]
    if path.exists() and not path.is_symlink():
        before = path.read_bytes()
        if before == content:
            return ["same"]
        if newer is False:
            return ["older"]
        if newer is None:
            raise GradingError(
                f"{student} has another notebook already, and the times don't say which is newer. "
                "Kept what is there; to take this archive's: --older-too"
            )
        put_aside(course, student, name, before)
        happened.append("replaced")
    written_whole(path, content)
    return happened


def _is_newer(member: Member, reading: Reading, earlier: Origin | None) -> bool | None:
    """Whether it is newer than what was taken before; None if that can't be said."""
    if earlier is None or earlier.took is None:
        return None
    numbers, times = (reading.file_number, earlier.file_number), (member.when, earlier.submitted_at)
    if all(numbers) and numbers[0] != numbers[1]:
        return numbers[0] > numbers[1]
    if times[0] and times[1] and times[0] != times[1]:
        return times[0] > times[1]
    return None
