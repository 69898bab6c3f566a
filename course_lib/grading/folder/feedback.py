"""What a student gets back: the graded notebook as a page, with the hints but no hidden test."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import ClearHiddenTests, GetGrades, NbGraderPreprocessor
from traitlets import default

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.course import Course
from course_lib.grading.folder.origins import Origin, Origins
from course_lib.grading.folder.release import heard
from course_lib.grading.folder.standing import newer_files, points_of
from course_lib.grading.folder.status import Status
from course_lib.grading.notebook.formulas import script
from course_lib.whole_files import written_whole

__all__ = ["PAGES", "PREPROCESSORS", "FeedbackPage", "HideInstances", "HideTests", "feedback"]

PAGES = Path(__file__).with_name("pages")  # our templates; nbgrader's are behind them
HEADING = re.compile(
    r"^ {0,3}#{2,6}\s+(.+?)\s*#*\s*$", re.MULTILINE
)  # the first level is the set's


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


class NameTasks(NbGraderPreprocessor):
    """Tell the page whose it is, and of each graded cell the task and the points that it has."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Look the student and the points up in the gradebook."""
        from nbgrader.api import Gradebook

        at = resources["nbgrader"]
        with Gradebook(at["db_url"]) as gradebook:
            found = gradebook.find_submission_notebook(
                at["notebook"], at["assignment"], at["student"]
            )
            points = {
                grade.name: points_of(grade, float(grade.max_score), "graded")
                for grade in found.grades
            }
            at["who"] = _full_name(gradebook.find_student(at["student"]))
        graded = list(_with_tasks(nb.cells))
        for cell, task in graded:
            name = cell.metadata.nbgrader.grade_id
            most = float(cell.metadata.nbgrader.points)
            cell.metadata["course_lib"] = {"task": task, "points": points.get(name), "of": most}
        at["so_far"] = sum(value for value in points.values() if value is not None)
        at["waits"] = [c.metadata.course_lib.task for c, _ in graded if _waits(c)]
        return nb, resources


def _waits(cell: Any) -> bool:
    return cell.metadata.course_lib["points"] is None


def _full_name(student: Any) -> str:
    name = " ".join(filter(None, [student.first_name, student.last_name]))
    return f"{name} ({student.id})" if name else str(student.id)


def _with_tasks(cells: Any) -> Iterator[tuple[Any, str]]:
    """The graded cells with the heading above each; with its own name, if it shares one."""
    heading, told = "", set()
    for cell in cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and about.get("locked"):
            heading = (HEADING.findall(cell.source) or [heading])[-1]
        if about.get("grade"):
            shared = not heading or heading in told
            told.add(heading)
            yield (
                cell,
                " · ".join(filter(None, [heading, about["grade_id"]])) if shared else heading,
            )


# Also used by the grading form's own button; see :mod:`course_lib.grading.run.nbgrader_hooks`.
PREPROCESSORS = [HideInstances, HideTests, GetGrades, NameTasks, CSSHTMLHeaderPreprocessor]


class FeedbackPage(HTMLExporter):
    """nbgrader's page for students, in our words, with formulas that need no network."""

    @default("template_paths")
    def _our_pages_first(self) -> list[str]:
        return [str(PAGES / "feedback"), *super()._template_paths()]

    @default("template_file")
    def _our_page(self) -> str:
        return "returned.html.j2"

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """Those of nbconvert, and the script for formulas."""
        yield from super().default_filters()
        yield "formulas", script


@dataclass(frozen=True)
class Returned:
    """What students get back.

    Args:
        archive: the zip of all pages.
        pages: how many there are.
        without: who has none, and why.
    """

    archive: Path
    pages: int
    without: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = [f"  no page for {one}" for one in self.without]
        return "\n".join([f"Wrote {self.archive}, with {self.pages} pages.", *told])


def feedback(course: Course, name: str, student: str = "*") -> Returned:
    """Write the pages of a set, and a zip of them that is laid out as the archive was.

    Who has no graded file, or a newer one that was not graded yet, has no page, and none of before.

    Raises:
        GradingError: nothing of the set was graded, or nbgrader refuses; the text has its reason.
    """
    outdated = _outdated(course, name)
    for one in outdated:
        shutil.rmtree(course.root / "feedback" / one / name, ignore_errors=True)
    coursedir = course.coursedir(name, student)
    coursedir.student_id_exclude = ",".join(outdated)
    converter = GenerateFeedback(coursedir=coursedir)
    converter.exporter_class = FeedbackPage
    converter.preprocessors = PREPROCESSORS
    converter.force = True
    why = ""
    with heard() as said:
        try:
            converter.start()
        except NbGraderException as error:
            why = " ".join(said) or str(error)
    archive, pages = _zipped(course, name)
    if why or not pages:  # one that can't be made must not keep the others back
        why = why or " ".join(f"{one}: {reason}" for one, reason in outdated.items())
        rest = f" The {len(pages)} pages that could be made are in {archive}." if pages else ""
        raise GradingError(f"There is no feedback for {name}, or not for all: {why}{rest}")
    return Returned(archive, len(pages), tuple(f"{s}: {r}" for s, r in outdated.items()))


def _outdated(course: Course, name: str) -> dict[str, str]:
    """Who must not get a page, and why: what was graded is not the file that is there."""
    found = dict.fromkeys(newer_files(course, name), "a newer file is there; `run` grades it.")
    for student, entry in Status.read(course, name).entries.items():
        if entry.state != "graded":
            found[student] = f"{entry.state}. {entry.reason}"
    for folder in (course.root / "feedback").glob("*"):
        student = folder.name
        if (folder / name).is_dir() and not course.autograded(student, name).exists():
            found.setdefault(student, "nothing of it is graded any more.")
    return dict(sorted(found.items()))


def _zipped(course: Course, name: str) -> tuple[Path, list[Path]]:
    archive = course.root / "feedback" / f"{name}.zip"
    pages = sorted((course.root / "feedback").glob(f"*/{name}/{name}.html"))
    archive.unlink(missing_ok=True)
    if pages:
        known = Origins.read(course, name).students
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
            for page in pages:
                student = page.parent.parent.name
                file.write(page, f"{_place(known.get(student)) or f'{student}/'}{page.name}")
        written_whole(archive, packed.getvalue())
    return archive, pages


def _place(origin: Origin | None) -> str:
    """What the learning system puts before a file of this student, by which it knows whose it is.

    >>> _place(Origin("21", "all/Ada Lovelace_21_assignsubmission_file_/work.ipynb"))
    'Ada Lovelace_21_assignsubmission_file_/'
    >>> _place(Origin("4711", "lovelaceada_LATE_4711_90210_work.ipynb"))
    'lovelaceada_LATE_4711_90210_'
    """
    if origin is None or not origin.participant:
        return ""
    number = re.escape(origin.participant)
    *folders, last = origin.member.split("/")
    for part, end in [*((folder, "/") for folder in folders), (last, "")]:
        found = re.match(rf"(.+)(_{number}_assignsubmission_[a-z0-9]+_?)", part, re.DOTALL)
        if found:
            # Moodle splits it at the first signs "_"; a student may have some in the name.
            return re.sub(r"[_\\\x00-\x1f]", " ", found[1]).strip(".~ ") + found[2] + end
    found = re.match(rf"(?:[^/\\\x00-\x1f]*_)?(?:LATE_)?{number}_[0-9]+_", last)
    return found[0] if found else ""
