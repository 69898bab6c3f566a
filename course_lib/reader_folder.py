"""A folder for what a reader makes, also where the course itself can't be written to."""

from __future__ import annotations

import tempfile
from pathlib import Path

from course_lib.arguments import read_text
from course_lib.errors import CourseError, InvalidInputError

__all__ = ["reader_folder"]


def reader_folder(name: str) -> Path:
    """A folder to write to: beside the notebook, else in the home folder, else a temporary one.

    It is made if it isn't there; where it isn't beside the notebook, a line is printed that says
    where. The same name gives the same folder again, with what is in it.

    Args:
        name: of the folder, such as ``"my_golf"``.

    Raises:
        InvalidInputError: a name that is no name of a folder.
        CourseError: no folder of this machine can be written to.
    """
    if read_text("name", name) in ("", ".", "..") or Path(name).name != name or "\0" in name:
        raise InvalidInputError(f"name must be a folder's name without its path, got {name!r}.")
    here = Path()
    for parent in (here, Path.home(), Path(tempfile.gettempdir())):
        if _can_be_written(parent / name):
            if parent != here:
                print(f"The notebook's folder can't be written to. Your files: {parent / name}")
            return parent / name
    raise CourseError(
        f"No place for the folder {name}: neither the notebook's folder nor your home folder can "
        "be written to. Copy the course to a folder of your own and open it there."
    )


def _can_be_written(folder: Path) -> bool:
    try:
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
