"""Who is who: the students of the gradebook, found by what a learning system tells of them.

Only what is surely the same is taken for the same: an id, an e-mail address, a number of the
system's, or a whole name that nobody else has. Anything else is a question for a person.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from course_lib.grading.folder.archive import Participant
from course_lib.grading.folder.columns import number_of
from course_lib.grading.folder.names import as_canvas, as_moodle, in_ascii, spellings, whole
from course_lib.grading.folder.origins import Worksheet

__all__ = ["People", "Told", "made_up_id", "told_by"]

SIMILAR = 0.6  # of difflib's ratio; only for a suggestion


@dataclass(frozen=True)
class Told:
    """What a worksheet's row tells of a participant; "" for what it doesn't."""

    name: str = ""
    id_number: str = ""
    email: str = ""


def told_by(sheet: Worksheet | None) -> dict[str, Told]:
    """The rows of a worksheet, by participant number."""
    if sheet is None:
        return {}
    found = {}
    for row in sheet.rows:
        cells = {role: row[c].strip() for role, c in sheet.columns.items() if c is not None}
        if number := number_of(cells.get("identifier", "")):
            about = {key: cells.get(key, "") for key in ("name", "id_number", "email")}
            found[number] = Told(**about)
    return found


class People:
    """The students of the gradebook."""

    def __init__(self, students: Iterable[Any]) -> None:
        self.ids: set[str] = set()
        self._by: dict[tuple[str, str], set[str]] = {}
        self._shown: dict[str, str] = {}
        for one in students:
            self.ids.add(one.id)
            self._note("number", str(one.lms_user_id or "").strip(), one.id)
            self._note("email", whole(one.email), one.id)
            self._note("id", whole(one.id), one.id)
            for name in spellings(one.first_name, one.last_name):
                self._note("moodle", as_moodle(name), one.id)
                self._note("canvas", as_canvas(name), one.id)
                self._shown.setdefault(whole(name), one.id)

    def _note(self, kind: str, value: str, student: str) -> None:
        if value:
            self._by.setdefault((kind, value), set()).add(student)

    def _find(self, kind: str, value: str) -> str | None:
        """The one student with this value; None for nobody and for several."""
        found = self._by.get((kind, value), set())
        return next(iter(found)) if len(found) == 1 else None

    def by_worksheet(self, row: Told) -> str | None:
        """Whom the id and the address in a row of the worksheet mean; None if they mean two."""
        found = self._keyed(row)
        return found.pop() if len(found) == 1 else None

    def contradicts(self, row: Told) -> bool:
        """Whether the id in a row of the worksheet is one student's and the address another's."""
        return len(self._keyed(row)) > 1

    def _keyed(self, row: Told) -> set[str]:
        found = {self._find("id", whole(row.id_number)), self._find("email", whole(row.email))}
        return {one for one in found if one is not None}

    def by_number(self, who: Participant) -> str | None:
        """The student with this number in Canvas."""
        return self._find("number", who.number) if who.system == "canvas" else None

    def by_name(self, who: Participant, in_worksheet: str = "") -> str | None:
        """The only student of this whole name; a worksheet's name has no group before it."""
        if in_worksheet:
            return self._find("moodle", as_moodle(in_worksheet))
        written = as_moodle if who.system == "moodle" else as_canvas
        return self._find(who.system, written(who.name))

    def perhaps(self, who: Participant) -> list[str]:
        """Students to suggest: of this name, of one that a group's name stands before, or alike."""
        name = whole(who.name)
        written = as_moodle if who.system == "moodle" else as_canvas
        same = self._by.get((who.system, written(name)), set())
        behind = {one for shown, one in self._shown.items() if name.endswith(f"-{shown}")}
        if same or behind:
            return sorted(same | behind)
        alike = difflib.get_close_matches(name, self._shown, 3, SIMILAR)
        return list(dict.fromkeys(self._shown[shown] for shown in alike))


def made_up_id(who: Participant, known: Collection[str]) -> str:
    """An id for somebody whom nobody knows, made of name and number; none that is known."""
    made = f"{in_ascii(who.name)[:60] or 'student'}-{who.number}"
    while made in known:  # a student of the course is called so
        made += "-x"
    return made
