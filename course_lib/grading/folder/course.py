"""A course folder: where the sets, the submissions, the grades and the secret of one course lie.

It has nbgrader's layout, so that the grading form finds everything. The gradebook, the secret and
the status files lie in ``private``, which only the lecturer can read. The gradebook's place also
makes nbgrader's own autograder, should it ever run without the configuration of this folder, stop
before it executes anything: it finds no gradebook.
"""

from __future__ import annotations

import os
import re
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from course_lib.grading.errors import GradingError
from course_lib.whole_files import written_whole

__all__ = ["CONFIG", "NAME", "Course"]

CONFIG = "nbgrader_config.py"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}")  # of students and sets: safe in any path
# nbgrader looks for files by patterns that begin with the folder's own name.
PATTERN_SIGNS = "[*?"
HOOKS = "course_lib.grading.run.nbgrader_hooks"  # above this room: only named, never imported
CONFIG_TEXT = """\
# The grading form and nbgrader read this. It must load: without it they find no gradebook.
from {hooks} import configure

configure(get_config(), __file__)  # noqa: F821
"""


@dataclass(frozen=True)
class Course:
    """A course folder that has been set up.

    Args:
        root: the folder; it holds ``nbgrader_config.py``.

    Raises:
        GradingError: the folder is no course, or nbgrader could not find it by its name.
    """

    root: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", Path(self.root).resolve())
        _require_plain(self.root)
        if not (self.root / CONFIG).is_file() or not self.private.is_dir():
            raise GradingError(
                f"{self.root} is no course folder: {CONFIG} or private/ is missing. Set one up "
                "with `python -m course_lib.grading init FOLDER`, or name yours: --course FOLDER."
            )

    @classmethod
    def create(cls, root: Path) -> Self:
        """Make the folders, the configuration and a fresh secret; what exists is kept.

        Raises:
            GradingError: nbgrader could not find such a folder. Nothing is made then.
        """
        _require_plain(root.resolve())
        root.mkdir(parents=True, exist_ok=True)
        private = root / "private"
        private.mkdir(mode=0o700, exist_ok=True)
        (private / "exchange").mkdir(exist_ok=True)  # nbgrader's; the form asks for one
        for name in ("source", "release", "submitted", "autograded", "feedback"):
            (root / name).mkdir(exist_ok=True)
        if not (root / CONFIG).exists():
            (root / CONFIG).write_text(CONFIG_TEXT.format(hooks=HOOKS), encoding="utf-8")
        if not (private / "secret.txt").exists():
            written_whole(private / "secret.txt", secrets.token_urlsafe(24) + "\n", mode=0o600)
        return cls(root)

    @property
    def private(self) -> Path:
        """The folder of the gradebook, the secret and the status files."""
        return self.root / "private"

    @property
    def db_url(self) -> str:
        """Where nbgrader finds the gradebook."""
        # SQLAlchemy reads "%20" as a blank.
        return f"sqlite:///{str(self.private / 'gradebook.db').replace('%', '%25')}"

    @property
    def secret(self) -> str:
        """The text from which hidden instances are drawn: the first line of private/secret.txt.

        Raises:
            GradingError: there is none.
        """
        path = self.private / "secret.txt"
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        if not lines or not lines[0].strip():
            raise GradingError(
                f"{path} holds no secret. Write one line of your own into it; the hidden instances "
                "are drawn from it, so keep it for as long as grades may be asked about."
            )
        return lines[0].strip()

    @property
    def sets(self) -> tuple[str, ...]:
        """The exercise sets of this course, by name."""
        found = (path.parent.name for path in self.root.glob("source/*/*.ipynb"))
        return tuple(sorted(set(found)))

    def source(self, name: str) -> Path:
        """The lecturer's notebook of a set.

        Raises:
            GradingError: there is no such set.
        """
        path = self.root / "source" / name / f"{name}.ipynb"
        if not NAME.fullmatch(name) or not path.is_file():
            raise GradingError(
                f"There is no set {name!r} in {self.root / 'source'}. Sets: {', '.join(self.sets)}."
            )
        return path

    def submitted(self, student: str, name: str) -> Path:
        """The folder of what a student handed in for a set."""
        return self.root / "submitted" / student / name

    def autograded(self, student: str, name: str) -> Path:
        """The graded notebook of a student."""
        return self.root / "autograded" / student / name / f"{name}.ipynb"

    def coursedir(self, name: str = "", student: str = "*") -> Any:
        """This folder as nbgrader sees it."""
        from nbgrader.coursedir import CourseDirectory

        _nbgrader_api()  # what is given this folder may open a gradebook itself
        return CourseDirectory(
            root=str(self.root), db_url=self.db_url, assignment_id=name, student_id=student
        )

    @contextmanager
    def gradebook(self) -> Iterator[Any]:
        """The gradebook of this course (nbgrader's), opened and closed."""
        with _nbgrader_api().Gradebook(self.db_url) as gradebook:
            yield gradebook
        os.chmod(self.private / "gradebook.db", 0o600)


def _require_plain(root: Path) -> None:
    found = [sign for sign in PATTERN_SIGNS if sign in str(root)]
    hidden = any(unicodedata.category(sign) in ("Cc", "Cs") for sign in str(root))
    if found or hidden:
        signs = " or ".join(map(repr, found)) or "a sign that can't be printed"
        raise GradingError(
            f"The path of the course, {str(root)!r}, holds {signs}: nbgrader would look for its "
            "files elsewhere. Rename that folder, or choose another place."
        )


def _nbgrader_api() -> Any:
    """Gradebooks of nbgrader, which would start a process to ask how new their tables are."""
    from alembic.script import ScriptDirectory
    from nbgrader import api, dbutil

    api.get_alembic_version = ScriptDirectory(dbutil.ALEMBIC_DIR).get_current_head
    return api
