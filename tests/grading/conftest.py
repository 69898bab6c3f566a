"""One released course for all tests of the desk; each test gets a copy of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from courses import make_course

from course_lib.grading.folder.course import Course


@pytest.fixture(scope="session")
def released(tmp_path_factory) -> Path:
    """The folder of a course with the small set, not to be changed: making one takes seconds."""
    return make_course(tmp_path_factory.mktemp("released") / "course").root


@pytest.fixture
def course(released, tmp_path) -> Course:
    """A course with the small set and nobody in it."""
    return Course(Path(shutil.copytree(released, tmp_path / "course")))
