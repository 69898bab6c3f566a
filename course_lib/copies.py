"""A reader's copies of the lessons and exercises: made once, and never written over where changed.

So reading changes no file of the course itself, and the next version of the course can be put in
its place. What a reader wrote is told from what a run only computed by the cells' sources.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from course_lib.arguments import counted
from course_lib.errors import CourseError
from course_lib.whole_files import written_whole

__all__ = ["Copies", "refresh", "start_afresh"]

# What a reader works with, and what that needs beside it.
PATTERNS = (
    "notebooks/*.ipynb",
    "notebooks/data/**/*",
    "exercises/*/*.ipynb",
    "docs/students.md",
    "docs/symbols.md",
    "docs/your_own_network.md",
)
RECORDS = ".course.json"  # what each copy was made of
PUT_ASIDE = "before"  # the folder for what gave way to a fresh copy


@dataclass(frozen=True)
class Copies:
    """What was done to a reader's folder; all names are paths in it, with slashes.

    Args:
        folder: where the copies are.
        made: copies that were not there before.
        updated: copies that the reader had not changed, made anew from a newer course.
        kept: copies that the reader has changed while the course has a newer version.
        put_aside: what gave way to a fresh copy, as it is named now.
    """

    folder: Path
    made: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    put_aside: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"Your copies of the course are in {self.folder}"]
        if self.made:
            lines.append(f"  new: {counted(len(self.made), 'file')}")
        if self.updated:
            lines.append(f"  brought up to date: {', '.join(self.updated)}")
        if self.kept:
            lines.append(
                f"  kept as you changed them, though the course has newer ones: "
                f"{', '.join(self.kept)}\n"
                "  (--afresh and such a name takes the new one and keeps yours beside it)"
            )
        if self.put_aside:
            lines.append(f"  put aside: {', '.join(self.put_aside)}")
        return "\n".join(lines)


def refresh(course: Path, folder: Path) -> Copies:
    """Make the copies that are missing, and bring those up to date that the reader hasn't changed.

    Args:
        course: the folder of the course.
        folder: the reader's folder; it is made if it isn't there.

    Raises:
        CourseError: there are no lessons in ``course``, or ``folder`` can't be written or belongs
            to a course itself.
    """
    originals = _originals(course)
    _require_own(folder)
    records, said = _records(folder), {}
    for name, original in originals.items():
        said[name] = _bring(original, folder / name, records.get(name))
        if said[name] != "kept":
            records[name] = _record(original)
    written_whole(folder / RECORDS, json.dumps(records, indent=1, sort_keys=True).encode())
    return Copies(
        folder,
        made=_names(said, "made"),
        updated=_names(said, "updated"),
        kept=_names(said, "kept"),
    )


def start_afresh(course: Path, folder: Path, names: Sequence[str] = ()) -> Copies:
    """Put changed copies aside, into ``before/1``, ``before/2``, ..., and make fresh ones.

    Args:
        course: the folder of the course.
        folder: the reader's folder.
        names: files or folders in it, or the names of notebooks; all if there are none.

    Raises:
        CourseError: as :func:`refresh`, or a name that nothing has.
    """
    originals = _originals(course)
    _require_own(folder)
    chosen = [n for n in originals if not names or any(_is_meant(n, name) for name in names)]
    for name in names:
        if not any(_is_meant(n, name) for n in originals):
            raise CourseError(
                f"The course has no {name!r}. Name a file such as {next(iter(originals))}."
            )
    aside = _next_free(folder / PUT_ASIDE)
    moved = []
    for name in chosen:
        copy = folder / name
        if copy.exists() and not _same(originals[name], copy):
            target = aside / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(copy, target)
            moved.append(target.relative_to(folder).as_posix())
    done = refresh(course, folder)
    return replace(done, put_aside=tuple(moved))


def _originals(course: Path) -> dict[str, Path]:
    found = {
        path.relative_to(course).as_posix(): path
        for pattern in PATTERNS
        for path in sorted(course.glob(pattern))
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }
    if not any(name.startswith("notebooks/") for name in found):
        raise CourseError(
            f"There are no lessons in {course}. Install the course from its own folder, as "
            "README.md says (pip install --editable .), and keep that folder."
        )
    return found


def _require_own(folder: Path) -> None:
    """A folder for copies, not one of the course's: there, reading would change tracked files."""
    if (folder / "pyproject.toml").exists() or (folder / ".git").exists():
        raise CourseError(
            f"{folder} holds a course or a project itself. Choose another folder for your copies: "
            "--folder FOLDER."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f"{RECORDS}.probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CourseError(
            f"{folder} can't be written ({error.strerror}). Choose a folder for your copies: "
            "--folder FOLDER."
        ) from error


def _bring(original: Path, copy: Path, record: dict[str, str] | None) -> str:
    if not copy.exists():
        written_whole(copy, original.read_bytes())
        return "made"
    if record is not None and record["bytes"] == _sha(original.read_bytes()):
        return "as it is"
    if _text(copy) not in (_text(original), record and record["text"]):
        return "kept"
    written_whole(copy, original.read_bytes())
    return "updated"


def _record(original: Path) -> dict[str, str]:
    return {"bytes": _sha(original.read_bytes()), "text": _text(original)}


def _records(folder: Path) -> dict[str, Any]:
    try:
        records = json.loads((folder / RECORDS).read_text(encoding="utf-8"))
        return {n: r for n, r in records.items() if {"bytes", "text"} <= r.keys()}
    except (OSError, ValueError, AttributeError):
        return {}  # then every copy that differs counts as the reader's


def _text(path: Path) -> str:
    """A digest of what somebody wrote: of a notebook its cells, not what a run has made of them."""
    data = path.read_bytes()
    if path.suffix != ".ipynb":
        return _sha(data)
    try:
        cells = json.loads(data)["cells"]
        written = [[c["cell_type"], "".join(c["source"]), c.get("attachments")] for c in cells]
    except (ValueError, KeyError, TypeError):
        return _sha(data)
    return _sha(json.dumps(written, sort_keys=True).encode())


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()


def _names(said: dict[str, str], word: str) -> tuple[str, ...]:
    return tuple(name for name, what in said.items() if what == word)


def _is_meant(name: str, wish: str) -> bool:
    wish = wish.replace("\\", "/").rstrip("/")
    return name == wish or name.startswith(wish + "/") or Path(name).stem == wish


def _next_free(folder: Path) -> Path:
    taken: Iterator[Path] = folder.glob("*") if folder.is_dir() else iter(())
    numbers = [int(path.name) for path in taken if path.name.isdigit()]
    return folder / str(max(numbers, default=0) + 1)
