"""The door of the teacher's desk: ``python -m course_lib.grading --help``."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course_lib.errors import CourseError
from course_lib.grading.console import broken_off, say, speak_any_language
from course_lib.grading.errors import GradingError
from course_lib.grading.folder.course import Course

FORM = "/formgrader/gradebook"  # the page "Manual Grading" of nbgrader's form
SETS = Path(__file__).resolve().parents[2] / "solutions"  # where this repository keeps them


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 with a sentence that says what to do."""
    speak_any_language()
    options = _parser().parse_args(arguments)
    try:
        return int(options.do(options) or 0)
    except CourseError as error:
        say(error, sys.stderr)
    except ImportError as error:
        mend = 'Install the grading tools: python -m pip install -e ".[grading]"'
        say(f"{error}. {mend}", sys.stderr)
    except Exception as error:
        if not (isinstance(error, OSError) or type(error).__module__.startswith("sqlalchemy")):
            raise
        say(broken_off(error), sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.grading", description="The teacher's desk."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    init = commands.add_parser("init", help="set up a course folder, or mend one")
    init.add_argument("course", type=Path, metavar="FOLDER")
    init.add_argument("--sets", nargs="*", default=[], metavar="SET", help="default: all")
    init.add_argument("--from", dest="origin", type=Path, default=SETS, metavar="FOLDER",
                      help="where the solution notebooks lie")  # fmt: skip
    init.add_argument("--roster", type=Path, metavar="CSV",
                      help="the students; Moodle's list of participants will do")  # fmt: skip
    init.set_defaults(do=_init)

    release = _on_a_set(commands, "release", "make the students' notebook of a set")
    release.set_defaults(do=_release)

    collect = _on_a_set(commands, "collect", "take in a Moodle or Canvas archive of a set")
    collect.add_argument("archive", type=Path, metavar="ARCHIVE")
    collect.add_argument("--worksheet", type=Path, metavar="CSV",
                         help="Moodle's grading worksheet of the same assignment")  # fmt: skip
    collect.add_argument("--is", dest="who", action="append", default=[], type=_pair,
                         metavar="NUMBER=STUDENT", help="who a participant is")  # fmt: skip
    collect.add_argument("--column", dest="columns", action="append", default=[], type=_pair,
                         metavar="ROLE=HEADER", help="the worksheet's column")  # fmt: skip
    collect.add_argument("--older-too", action="store_true",
                         help="take also what isn't newer than what is there")  # fmt: skip
    collect.set_defaults(do=_collect)

    remove = commands.add_parser("remove", help="take a student out; all of theirs is kept aside")
    remove.add_argument("student", metavar="ID")
    remove.add_argument("--course", type=Path, default=Path.cwd(), metavar="FOLDER",
                        help="the course folder (default: this folder)")  # fmt: skip
    remove.set_defaults(do=_remove)

    run = _on_a_set(commands, "run", "grade what was handed in for a set and is new or changed")
    run.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N",
                     help="submissions at once (default: %(default)s)")  # fmt: skip
    run.add_argument("--scheduler", default="", metavar="ADDRESS", help="of a Dask cluster")
    run.add_argument("--student", action="append", default=[], metavar="ID", help="only this one")
    run.add_argument("--again", action="store_true", help="also what was graded before")
    run.add_argument("--trusted", action="store_true",
                     help="without a sandbox: students' code can do what you can")  # fmt: skip
    run.set_defaults(do=_run)

    status = _on_a_set(commands, "status", "what was graded, rejected, failed, and why")
    status.set_defaults(do=_status)

    feedback = _on_a_set(commands, "feedback", "make the pages that students get back, and a zip")
    feedback.add_argument("--student", default="*", metavar="ID", help="only this one")
    feedback.set_defaults(do=_feedback)

    export = _on_a_set(commands, "export", "write points as CSV: tasks, totals, Moodle, Canvas")
    export.add_argument("--to", type=Path, metavar="FOLDER", help="default: export/ in the course")
    export.set_defaults(do=_export)

    desk = commands.add_parser("desk", help="open the grading form in JupyterLab")
    desk.add_argument("--course", type=Path, default=Path.cwd(), metavar="FOLDER")
    desk.add_argument("lab", nargs="*", metavar="LAB_OPTION", help="after --, for JupyterLab")
    desk.set_defaults(do=_desk)
    return parser


def _pair(text: str) -> tuple[str, str]:
    """What stands before and behind the first "=" of an option."""
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    return name, value


def _on_a_set(commands: Any, name: str, does: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=does)
    command.add_argument("set", metavar="SET", help="such as 03_width_lower_bounds, or just 03")
    command.add_argument("--course", type=Path, default=Path.cwd(), metavar="FOLDER",
                         help="the course folder (default: this folder)")  # fmt: skip
    return command


def _opened(options: argparse.Namespace) -> tuple[Course, str]:
    """The course and the full name of the set that was asked for."""
    from course_lib.grading.run.nbgrader_hooks import require_config

    course = Course(options.course)
    require_config(course)
    meant = [name for name in course.sets if name == options.set]
    meant = meant or [name for name in course.sets if name.startswith(f"{options.set}_")]
    if len(meant) != 1:
        raise GradingError(
            f"There is no set {options.set!r} in this course. Sets: {', '.join(course.sets)}."
        )
    return course, meant[0]


def _init(options: argparse.Namespace) -> None:
    """Make the folder, copy the sets into it, release them, and enter the students."""
    from course_lib.grading.folder.release import release
    from course_lib.grading.folder.roster import enter, known_ids, read_roster

    found = {path.stem: path for path in sorted(options.origin.glob("*/*.ipynb"))}
    unknown = set(options.sets) - set(found)
    if unknown or not found:
        raise GradingError(
            f"{options.origin} has no set {', '.join(sorted(unknown))}; it has "
            f"{', '.join(found)}. Name the folder of the solution notebooks with --from."
        )
    course = Course.create(options.course)
    if options.roster:  # before the sets, which take a while
        say(read_roster(options.roster, known_ids(course)).told)
    for name in options.sets or found:
        source = course.root / "source" / name / f"{name}.ipynb"
        if not source.exists():  # what the lecturer has changed stays
            source.parent.mkdir(parents=True)
            shutil.copy(found[name], source)
        say(f"Released {release(course, name).relative_to(course.root)}.")
    if options.roster:
        say(f"The gradebook knows {enter(course, options.roster)} students.")
    say(f"The course is ready in {course.root}. Give release/ to the students; keep private/ safe.")


def _release(options: argparse.Namespace) -> None:
    from course_lib.grading.folder.release import release

    course, name = _opened(options)
    say(f"Released {release(course, name).relative_to(course.root)}.")


def _collect(options: argparse.Namespace) -> None:
    from course_lib.grading.folder.collect import Answers, collect

    course, name = _opened(options)
    answers = Answers(dict(options.who), dict(options.columns), options.older_too)
    say(collect(course, name, options.archive, options.worksheet, answers))


def _remove(options: argparse.Namespace) -> None:
    from course_lib.grading.folder.leaving import remove

    aside = remove(Course(options.course), options.student)
    say(f"Took {options.student} out. What there was lies in {aside}.")


def _run(options: argparse.Namespace) -> int:
    from course_lib.grading.folder.status import Status
    from course_lib.grading.run.batch import Settings, run

    course, name = _opened(options)
    settings = Settings(
        jobs=options.jobs,
        scheduler=options.scheduler,
        trusted=options.trusted,
        students=tuple(options.student),
        again=options.again,
    )
    if options.trusted:
        say(
            "Without a sandbox. Students' code runs as you: your files, your network, your other "
            "programs and the gradebook itself are within its reach.",
            sys.stderr,
        )
    try:
        status = run(course, name, settings)
    except OSError:
        say(f"So far: {Status.read(course, name)}", sys.stderr)
        raise
    say(status)
    return any(entry.state == "failed" for entry in status.entries.values())


def _status(options: argparse.Namespace) -> None:
    from course_lib.grading.folder.status import Status

    say(Status.read(*_opened(options)))


def _feedback(options: argparse.Namespace) -> None:
    from course_lib.grading.folder.feedback import feedback

    course, name = _opened(options)
    say(feedback(course, name, options.student))


def _export(options: argparse.Namespace) -> None:
    from course_lib.grading.folder.export import export

    course, name = _opened(options)
    say(export(course, name, options.to or course.root / "export"))


def _desk(options: argparse.Namespace) -> int:
    from course_lib.grading.run.nbgrader_hooks import require_config

    course = Course(options.course)
    require_config(course)
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={course.root}"]
    command += [f"--LabApp.default_url={FORM}", *options.lab]
    if os.name == "posix":  # become it, so that what stops this stops it
        os.chdir(course.root)
        os.execv(sys.executable, command)
    return subprocess.run(command, cwd=course.root, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
