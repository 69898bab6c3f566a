"""What a student gets back: the graded notebook as a page, with the hints but no hidden test."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import ClearHiddenTests, GetGrades, NbGraderPreprocessor

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.course import Course
from course_lib.grading.folder.release import heard

__all__ = ["PREPROCESSORS", "HideInstances", "HideTests", "feedback"]


class HideInstances(NbGraderPreprocessor):
    """Show of each test what the student may know: the verdict and the hints."""

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Put the student's version of each test output in place of the lecturer's."""
        for output in cell.get("outputs", []):
            told = output.get("metadata", {}).get("course_lib")
            if told:
                output.data, output.metadata = told["student"], {}
        return cell, resources


class HideTests(ClearHiddenTests):
    """Take the hidden part out of the lecturer's tests; a student may quote its marks."""

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Leave a student's cell as it is, whatever stands in it."""
        about = cell.metadata.get("nbgrader", {})
        if not (about.get("grade") and about.get("locked")):
            return cell, resources
        done: tuple[Any, Any] = super().preprocess_cell(cell, resources, index)
        return done


# Also used by the grading form's own button; see :mod:`course_lib.grading.run.nbgrader_hooks`.
PREPROCESSORS = [HideInstances, HideTests, GetGrades, CSSHTMLHeaderPreprocessor]


def feedback(course: Course, name: str, student: str = "*") -> Path:
    """Write the pages of a set and a zip of them, a folder for each student.

    Raises:
        GradingError: nothing of the set was graded, or nbgrader refuses; the text has its reason.
    """
    converter = GenerateFeedback(coursedir=course.coursedir(name, student))
    converter.preprocessors = PREPROCESSORS
    converter.force = True
    why = ""
    with heard() as said:
        try:
            converter.start()
        except NbGraderException as error:
            why = " ".join(said) or str(error)
    archive = course.root / "feedback" / f"{name}.zip"
    pages = sorted((course.root / "feedback").glob(f"*/{name}/{name}.html"))
    if pages:  # one that can't be made must not keep the others back
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            for page in pages:
                file.write(page, f"{page.parent.parent.name}/{page.name}")
    if why:
        rest = f" The {len(pages)} pages that could be made are in {archive}." if pages else ""
        raise GradingError(f"There is no feedback for {name}, or not for all: {why}{rest}")
    return archive
