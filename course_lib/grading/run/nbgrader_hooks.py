"""The lecturer's desk: nbgrader's grading form and commands, set up so that they grade our way.

``nbgrader_config.py`` of a course folder calls :func:`configure`. With it, the form's own buttons
for autograding and feedback isolate students' code and hide the hidden instances too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.server_extensions.formgrader.handlers import template_path
from traitlets.config.loader import PyFileConfigLoader

from course_lib.errors import CourseError
from course_lib.grading.errors import GradingError
from course_lib.grading.folder.course import CONFIG, Course
from course_lib.grading.folder.feedback import PAGES, PREPROCESSORS, FeedbackPage
from course_lib.grading.run.batch import Settings, run

__all__ = ["GradeIsolated", "configure", "require_config"]


class GradeIsolated(NbGraderPreprocessor):
    """What the form's autograde button does: one submission through our own batch."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Grade the submission that nbgrader is at, and give back the graded notebook."""
        at = resources["nbgrader"]
        student, name = at["student"], at["assignment"]
        course = Course(Path(self.config.CourseDirectory.root))
        try:
            status = run(course, name, Settings(students=(student,), again=True, quiet=True))
        except CourseError as error:
            raise NbGraderException(str(error)) from error
        entry = status.entries[student]
        if entry.state != "graded":
            raise NbGraderException(f"{student} was not graded ({entry.state}): {entry.reason}")
        return nbformat.read(course.autograded(student, name), as_version=4), resources


def configure(config: Any, file: str) -> None:
    """Set nbgrader up for the course folder that holds the configuration file."""
    course = Course(Path(file).parent)
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.db_url = course.db_url
    config.Autograde.sanitize_preprocessors = [GradeIsolated]
    config.Autograde.autograde_preprocessors = []
    config.GenerateFeedback.preprocessors = PREPROCESSORS
    config.GenerateFeedback.exporter_class = FeedbackPage
    # The form's own pages, with our way to set formulas before nbgrader's.
    config.HTMLExporter.extra_template_basedirs = [str(PAGES), template_path]
    config.HTMLExporter.filters = {"formulas": "course_lib.grading.notebook.formulas.script"}
    config.Exchange.root = str(course.private / "exchange")


def require_config(course: Course) -> None:
    """Make sure that nbgrader will grade our way: it ignores a configuration that does not load.

    Raises:
        GradingError: the file does not load, or does not say what it must; with the next move.
    """
    mend = (
        f"nbgrader would ignore it and run students' code in your name. Move {CONFIG} away and run "
        f"`python -m course_lib.grading init {course.root}`: it writes a new one, the rest stays."
    )
    try:
        loaded = PyFileConfigLoader(CONFIG, str(course.root)).load_config()
    except (Exception, SystemExit) as error:
        why = f"{type(error).__name__}: {error}"
        raise GradingError(f"{CONFIG} does not load ({why}). {mend}") from error
    ours: Any = type(loaded)()
    configure(ours, str(course.root / CONFIG))
    for section, wanted in ours.items():
        for key, value in wanted.items():
            if loaded.get(section, {}).get(key) != value:
                raise GradingError(f"{CONFIG} changes {section}.{key}. {mend}")
