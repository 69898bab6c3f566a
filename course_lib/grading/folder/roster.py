"""The students of a course: from a table into the gradebook."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.course import NAME, Course
from course_lib.grading.folder.names import whole
from course_lib.grading.folder.tables import Table, read_table

__all__ = ["FIELDS", "Roster", "enter", "known_ids", "read_roster"]

FIELDS = ("first_name", "last_name", "email", "lms_user_id")
# Headers of Moodle's participants and of people's own tables, folded; earlier ones win.
HEADERS = {
    "id": (
        "id, id number, idnumber, student id, student number, matriculation number, id-nummer, "
        "matrikelnummer, matrikelnr, matrikel-nr, numéro d’identification, "
        "numéro d'identification, número de id, codice identificativo, username, user name, "
        "anmeldename, nom d'utilisateur, nombre de usuario, login"
    ),
    "first_name": (
        "first name, firstname, given name, forename, vorname, prénom, nombre, nome, voornaam, "
        "imię, имя, 名"
    ),
    "last_name": (
        "last name, lastname, surname, family name, nachname, familienname, nom, nom de famille, "
        "apellido(s), apellidos, cognome, apelido, sobrenome, achternaam, nazwisko, фамилия, 姓"
    ),
    "email": (
        "email, e-mail, mail, email address, e-mail address, e-mail-adresse, adresse de courriel, "
        "adresse e-mail, dirección de correo, dirección email, indirizzo email, e-mailadres, "
        "adres e-mail, correo electrónico, адрес электронной почты, 电子邮件地址"
    ),
    "lms_user_id": "lms user id, canvas id, canvas user id",
}


@dataclass(frozen=True)
class Roster:
    """The students of a table.

    Args:
        students: what the gradebook gets, by id.
        told: how the table was read, and which columns are not used.
    """

    students: dict[str, dict[str, str]]
    told: str


def enter(course: Course, table: Path) -> int:
    """Enter the students of a CSV file; see :func:`read_roster`.

    Students who are known are updated, those who are not in the table stay.

    Returns:
        how many students the gradebook knows then.

    Raises:
        GradingError: as :func:`read_roster`. Nothing is entered then.
    """
    roster = read_roster(table, known_ids(course))
    with course.gradebook() as gradebook:
        for student, about in roster.students.items():
            gradebook.update_or_create_student(student, **about)
        return len(gradebook.students)


def known_ids(course: Course) -> list[str]:
    """The ids of the gradebook's students."""
    with course.gradebook() as gradebook:
        return [one.id for one in gradebook.students]


def read_roster(path: Path, known: Collection[str] = ()) -> Roster:
    """Read a CSV file with a column ``id`` and, if you like, those of FIELDS.

    Other headers that Moodle's participants and people's tables have ("ID number", "Surname",
    "Vorname") are known, too. The id names the student's folder. In Moodle's table somebody without
    a number is known by the e-mail address.

    Args:
        path: of the file.
        known: ids that are in the gradebook.

    Raises:
        GradingError: a table without ids, or an id that occurs twice (also in other case, as
            folders of some systems do) or can't name a folder; the text names the line.
    """
    table = read_table(path)
    columns = _columns(table)
    if "id" not in columns and "email" not in columns:
        raise GradingError(
            f"{path} has no column 'id': it was {table.took}. The first line must name the "
            f"columns: id, and if you like {', '.join(FIELDS)}."
        )
    students: dict[str, dict[str, str]] = {}
    twins = {whole(one): one for one in known}
    for line, row in zip(table.lines, table.rows, strict=True):
        cells = {field: row[column].strip() for field, column in columns.items()}
        student = cells.pop("id", "") or _address(table, columns, cells)
        twin = twins.get(whole(student))
        if not NAME.fullmatch(student) or student in students or twin not in (None, student):
            raise GradingError(f"Line {line} of {path}: {_fault(student, twin, students)}")
        students[student] = {field: text for field, text in cells.items() if text}
        twins[whole(student)] = student
    return Roster(students, _told(table, columns, students))


def _columns(table: Table) -> dict[str, int]:
    """The first header of each list that is there; a table's own one is never taken twice."""
    headers = [re.sub(r"[_\s]+", " ", whole(name)) for name in table.header]
    columns = {}
    for field, listed in HEADERS.items():
        for name in listed.split(", "):
            if (count := headers.count(whole(name))) > 1:
                raise GradingError(f"{table.name} has {count} columns {name!r}. Name one of them.")
            if count:
                columns[field] = headers.index(whole(name))
                break
    return columns


def _address(table: Table, columns: dict[str, int], cells: dict[str, str]) -> str:
    """What stands for an id where Moodle has none; a column called "id" must be filled."""
    own = "id" in columns and whole(table.header[columns["id"]]) == "id"
    return "" if own else cells.get("email", "").lower()


def _fault(student: str, twin: str | None, students: Collection[str]) -> str:
    if not NAME.fullmatch(student):
        why = "can't name a folder. Use letters, digits and _.@-."
    elif student in students:
        why = "occurs twice. Each student has one."
    else:
        why = f"differs from {twin!r} in case only; some systems can't tell such folders apart."
    return f"the id {student!r} {why}"


def _told(table: Table, columns: dict[str, int], students: Collection[str]) -> str:
    unused = [name for c, name in enumerate(table.header) if c not in columns.values()]
    told = f"{table.name} was {table.took}."
    if unused:
        told += f" Not used: {', '.join(map(repr, unused))}."
    if by_address := sum("@" in one for one in students):
        told += f" The e-mail address is the id of {by_address} students."
    return told
