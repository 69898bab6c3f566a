"""Whose files of an archive are: what is sure is assigned, all else gets an id of its own.

Sure are a person's answer, the worksheet's id or address, Canvas' number, who it was before, and at
last a whole name that one student and one participant have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.archive import Member, Participant, Reading, is_notebook
from course_lib.grading.folder.columns import number_of
from course_lib.grading.folder.names import as_canvas, as_moodle
from course_lib.grading.folder.origins import Origin, Worksheet
from course_lib.grading.folder.people import People, Told, made_up_id, told_by

__all__ = ["Answers", "Assigning", "HandedIn"]

MOST_SUGGESTED = 20  # unknown people for whom similar names are looked up: it takes time


@dataclass(frozen=True)
class Answers:
    """What a person has decided beforehand.

    Args:
        who: the student of a participant, by the learning system's number.
        columns: the worksheet's column of a role, by its header.
        older_too: take what isn't newer than what is there as well.
    """

    who: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    older_too: bool = False

    def require_fitting(self, found: Iterable[Member], people: People) -> None:
        """Refuse an answer that would change nothing.

        Raises:
            GradingError: a student or a number that isn't there, or one student for two numbers.
        """
        numbers = {reading.who.number for member in found for reading in member.readings}
        for number, student in self.who.items():
            if student not in people.ids:
                raise GradingError(
                    f"--is {number}={student}: the gradebook knows no student {student!r}. Enter "
                    "the student with `init --roster` first."
                )
            if number not in numbers:
                raise GradingError(
                    f"--is {number}={student}: nobody has the number {number!r} in this archive. "
                    "It stands behind the name there."
                )
        if len(set(self.who.values())) < len(self.who):
            raise GradingError("--is names one student for two numbers. Each has one.")


@dataclass(frozen=True)
class HandedIn:
    """All files of one participant."""

    who: Participant
    files: tuple[tuple[Reading, Member], ...]

    @property
    def notebooks(self) -> list[tuple[Reading, Member]]:
        """Those that are named as notebooks."""
        return [pair for pair in self.files if is_notebook(pair[0].file)]

    @property
    def others(self) -> list[tuple[Reading, Member]]:
        """All that are not."""
        return [pair for pair in self.files if not is_notebook(pair[0].file)]


class Assigning:
    """Assigns the members of one archive to students.

    Args:
        people: the gradebook's students.
        sheet: the worksheet, if there is one.
        before: what was collected before, by student.
        made_up: ids that stand for nobody in the gradebook.
        answers: a person's.
    """

    def __init__(
        self,
        people: People,
        sheet: Worksheet | None,
        before: Mapping[str, Origin],
        made_up: set[str],
        answers: Answers,
    ) -> None:
        self._people, self._answers = people, answers
        self._told = told_by(sheet)
        self._names = Counter(as_moodle(row.name) for row in self._told.values())
        self._before = {student: one for student, one in before.items() if not one.made_up}
        self._had = {one.who: student for student, one in self._before.items()}
        self._known = people.ids - made_up
        self.unknown: list[str] = []
        self.asked: list[str] = []
        self.unread: list[str] = []

    def assigned(self, found: Iterable[Member]) -> dict[str, HandedIn]:
        """The participants by their students' ids; nobody is two participants.

        Leaves in ``unknown`` the ids that were made up, in ``asked`` the questions, and in
        ``unread`` the members whose names can be read in two ways.
        """
        participants = self._by_participant(found)
        names: Counter[tuple[str, str]] = Counter(_named(one.who) for one in participants)
        students = {one: self._student(one.who, names) for one in participants}
        twice = Counter(students.values())
        by_student = {}
        for one, student in students.items():
            sure = one.who.number in self._answers.who or twice[student] == 1
            if student is None or not sure:
                student = made_up_id(one.who, self._known)
                self._ask(one.who, student)
            by_student[student] = one
        return by_student

    def _by_participant(self, found: Iterable[Member]) -> Sequence[HandedIn]:
        files: dict[tuple[str, str], list[tuple[Reading, Member]]] = {}
        for member in found:
            if reading := self._meant(member):
                key = (reading.who.system, reading.who.number)
                files.setdefault(key, []).append((reading, member))
            else:
                whose = (f"{r.who.name[:60]!r} ({r.who.number})" for r in member.readings)
                self.unread.append(
                    f"{member.path[:120]!r}: can be read as a file of {' or '.join(whose)}. Say "
                    "whose it is: --is NUMBER=STUDENT"
                )
        return [HandedIn(pairs[0][0].who, tuple(pairs)) for pairs in files.values()]

    def _meant(self, member: Member) -> Reading | None:
        """The one reading of a name that is confirmed by what the student has not chosen."""
        if len(member.readings) == 1:
            return member.readings[0]
        fits = [one for one in member.readings if one.who.number in self._answers.who]
        fits = fits or [one for one in member.readings if self._is_confirmed(one.who)]
        return fits[0] if len(fits) == 1 else None

    def _is_confirmed(self, who: Participant) -> bool:
        if who.system == "moodle":
            row = self._row(who)
            return row is not None and as_moodle(row.name) in ("", as_moodle(who.name))
        student = self._people.by_number(who)
        return student is not None and student == self._people.by_name(who)

    def _student(self, who: Participant, names: Mapping[tuple[str, str], int]) -> str | None:
        people, row = self._people, self._row(who)
        sure = self._answers.who.get(who.number) or (row and people.by_worksheet(row))
        sure = sure or people.by_number(who) or self._had.get((who.system, who.number))
        if sure in people.ids:
            return sure
        if (row and people.contradicts(row)) or names[_named(who)] > 1:
            return None
        name = as_moodle(row.name) if row and row.name else _named(who)[1]
        found = None if self._names[name] > 1 else people.by_name(who, row.name if row else "")
        earlier = self._before.get(found or "")
        # Of two participants of one name, who come one after the other, one is a stranger.
        other = earlier is not None and earlier.system == who.system
        return None if other else found

    def _row(self, who: Participant) -> Told | None:
        return self._told.get(number_of(who.number)) if who.system == "moodle" else None

    def _ask(self, who: Participant, made_up: str) -> None:
        self.unknown.append(made_up)
        if not who.name:
            self.asked.append(f"Canvas hides the name of {who.number}: --is {who.number}=STUDENT")
        elif len(self.unknown) <= MOST_SUGGESTED and (perhaps := self._people.perhaps(who)):
            forms = " or ".join(f"--is {who.number}={one}" for one in perhaps)
            self.asked.append(f"{who.name[:60]!r}, number {who.number}: perhaps {forms}")


def _named(who: Participant) -> tuple[str, str]:
    """By which two participants of one name are noticed."""
    written = as_moodle if who.system == "moodle" else as_canvas
    return who.system, written(who.name)
