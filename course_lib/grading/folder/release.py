"""Making the students' notebooks from the lecturer's, through nbgrader, and entering the sets."""

from __future__ import annotations

import contextlib
import logging
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.course import Course

__all__ = ["exercise_text", "heard", "release"]


def release(course: Course, name: str) -> Path:
    """Generate the students' notebook of a set and enter its cells into the gradebook.

    Raises:
        GradingError: there is no such set, or nbgrader refuses; the text has its reason.
    """
    course.source(name)
    _generate(course.coursedir(name), no_database=False)
    return course.root / "release" / name / f"{name}.ipynb"


def exercise_text(solution: Path) -> str:
    """The text of the exercise that nbgrader makes of a solution notebook; no gradebook needed.

    Raises:
        GradingError: nbgrader refuses; the text has its reason.
    """
    from nbgrader.coursedir import CourseDirectory

    name = solution.stem
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source" / name
        source.mkdir(parents=True)
        shutil.copy(solution, source)
        _generate(CourseDirectory(root=folder, assignment_id=name), no_database=True)
        return (Path(folder) / "release" / name / f"{name}.ipynb").read_text(encoding="utf-8")


def _generate(coursedir: Any, *, no_database: bool) -> None:
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.preprocessors import SaveCells

    converter = GenerateAssignment(coursedir=coursedir)
    converter.force = True
    converter.no_database = no_database
    if no_database:
        converter.preprocessors = [p for p in converter.preprocessors if p is not SaveCells]
    with heard() as said:
        try:
            converter.start()
        except (NbGraderException, RuntimeError) as error:
            why = " ".join(said) or str(error)
            name = coursedir.assignment_id
            raise GradingError(f"nbgrader can't release {name}: {why}") from error


class _Listening(logging.Handler):
    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(record.getMessage())


@contextlib.contextmanager
def heard() -> Iterator[list[str]]:
    """Keep what nbgrader logs off the screen; give its errors."""
    said: list[str] = []
    logger = logging.getLogger("traitlets")
    handler = _Listening(said)
    before, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)
        logger.propagate = before
