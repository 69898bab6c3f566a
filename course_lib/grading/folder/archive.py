"""Archives of submissions as Moodle and Canvas make them: whose is which file.

Nothing is unpacked: of each member only its name is read, and of notebooks their bytes, up to a
limit. A name in an archive decides nothing but which student it belongs to. The student has chosen
a part of it, so it is read from the part that the system has written; where that can be done in two
ways, both are given.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from course_lib.grading.errors import GradingError
from course_lib.grading.notebook.submission import MAX_BYTES

__all__ = ["Member", "Participant", "Reading", "is_notebook", "members", "opened"]

MAX_MEMBERS = 20_000
# "Ada Lovelace_1234567_assignsubmission_file_", a folder
MOODLE_FOLDER = re.compile(
    r"(?P<name>.+)_(?P<number>[0-9]{1,20})_assignsubmission_[a-z0-9]+_?", re.DOTALL
)
# "Ada Lovelace_1234567_assignsubmission_file_03_set.ipynb"; the mark may stand in the name, too
MOODLE_MARK = re.compile(
    r"(?=_(?P<number>[0-9]{1,20})_assignsubmission_[a-z0-9]+?_(?P<rest>.+))", re.DOTALL
)
# "lovelaceada_LATE_4711_90210_03_set-1.ipynb"; Canvas writes names in small letters and takes
# "_4711_" out of them
CANVAS_MARK = re.compile(
    r"(?=(?:_LATE)?_(?P<number>[1-9][0-9]{0,19})_(?P<file>[1-9][0-9]{0,19})_(?P<rest>[^/]+))",
    re.DOTALL,
)
CANVAS_NAME = re.compile(r"(?!.*_[0-9]+_)(?!.*_LATE$)[^_]+.*", re.DOTALL)
CANVAS_ANONYMOUS = re.compile(
    r"(?:LATE_)?(?P<number>anon_[A-Za-z0-9]{1,20})_(?P<file>[0-9]{1,20})_(?P<rest>[^/]+)",
    re.DOTALL,
)
LEFT_BY_PROGRAMS = re.compile(
    r"\._.*|\.ipynb_checkpoints|__MACOSX|\.DS_Store|Thumbs\.db|desktop\.ini", re.DOTALL
)
NOTEBOOK = re.compile(r".*\.ipynb(?:\.txt|\.json)?", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Participant:
    """Whom a learning system means.

    Args:
        system: "moodle" or "canvas".
        number: the student's number there: Moodle's participant, Canvas' user, or "anon_ab3de".
        name: how the system writes the student's name; empty where it hides it.
    """

    system: Literal["moodle", "canvas"]
    number: str
    name: str


@dataclass(frozen=True)
class Reading:
    """One way to read a member's name.

    Args:
        who: whose it is then.
        place: the part of the name that the system has written, with the folder's "/".
        file: the part that the student has chosen.
        file_number: Canvas' own number of the file, which grows; 0 for Moodle.
    """

    who: Participant
    place: str
    file: str
    file_number: int = 0


@dataclass(frozen=True)
class Member:
    """One file of an archive.

    Args:
        info: the archive's own entry.
        path: its name, decoded.
        readings: whose it may be; more than one if the name can be read in several ways.
    """

    info: zipfile.ZipInfo
    path: str
    readings: tuple[Reading, ...]

    @property
    def when(self) -> str | None:
        """The time that the archive gives, in ISO form; None for the default of programs."""
        year, month, day, *clock = self.info.date_time
        hour, minute, second = clock
        written = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        return written if written > "1980-01-01T00:00:00" else None

    def read(self, file: zipfile.ZipFile) -> bytes:
        """The bytes: of no more than it says, and that is no more than a notebook may have.

        Raises:
            GradingError: larger, encrypted, damaged, or compressed in a way that can't be bounded.
        """
        if self.info.flag_bits & 1:
            raise GradingError("encrypted")
        if self.info.file_size > MAX_BYTES:
            raise GradingError(f"more than {MAX_BYTES // 10**6} MB")
        if self.info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            # zipfile unpacks a whole block of these, however large; neither system writes them.
            raise GradingError("compressed in a way that neither Moodle nor Canvas uses")
        try:
            with file.open(self.info) as packed:
                return packed.read(self.info.file_size + 1)  # so that zipfile sees the end
        except Exception as error:  # on damaged data zipfile raises whatever it meets
            raise GradingError(f"damaged ({error})") from error


def opened(archive: Path) -> zipfile.ZipFile:
    """The archive, to be closed by the caller.

    Raises:
        GradingError: no zip file, or one with too many members.
    """
    try:
        file = zipfile.ZipFile(archive)
    except Exception as error:  # as above
        raise GradingError(
            f"{archive} is no zip file ({error}). Download the submissions again."
        ) from error
    if len(file.infolist()) > MAX_MEMBERS:
        file.close()
        raise GradingError(f"{archive} has more than {MAX_MEMBERS} members. Split it.")
    return file


def members(infos: Iterable[zipfile.ZipInfo]) -> tuple[list[Member], list[str]]:
    """The files that students handed in, and what else there is and why it is left out."""
    found, left = [], []
    for info in infos:
        path = _decoded(info)
        if info.is_dir():
            continue
        readings = tuple(_readings(path))
        if any(LEFT_BY_PROGRAMS.fullmatch(part) for part in path.split("/")):
            left.append(f"{path[:120]!r}: a copy that a program made")
        elif not readings:
            left.append(f"{path[:120]!r}: not named as Moodle or Canvas does")
        else:
            found.append(Member(info, path, readings))
    return found, left


def is_notebook(file: str) -> bool:
    """Whether a file is named as one, whatever a browser or a file system did to the name."""
    return NOTEBOOK.fullmatch(file) is not None


def _decoded(info: zipfile.ZipInfo) -> str:
    """The name of a member; macOS writes UTF-8 and doesn't say so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _readings(path: str) -> Iterator[Reading]:
    *folders, last = path.split("/")
    for depth, part in enumerate(folders):  # Moodle's folder may lie in another one
        if found := MOODLE_FOLDER.fullmatch(part):  # the last number in it is the system's
            who = Participant("moodle", found["number"], found["name"])
            place = "/".join(folders[: depth + 1]) + "/"
            yield Reading(who, place, path[len(place) :])
            return
    before = path[: len(path) - len(last)]
    if found := CANVAS_ANONYMOUS.fullmatch(last):
        who = Participant("canvas", found["number"], "")
        yield Reading(who, before + last[: found.start("rest")], found["rest"], int(found["file"]))
    for mark, system in [(MOODLE_MARK, "moodle"), (CANVAS_MARK, "canvas")]:
        for found in mark.finditer(last):
            name = last[: found.start()]
            if not name or (system == "canvas" and not CANVAS_NAME.fullmatch(name)):
                continue
            number = int(found["file"]) if system == "canvas" else 0
            who = Participant(system, found["number"], name)  # type: ignore[arg-type]
            yield Reading(who, before + last[: found.start("rest")], found["rest"], number)
