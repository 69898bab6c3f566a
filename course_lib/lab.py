"""Open the course in JupyterLab, on every system: ``python -m course_lib.lab``.

A reader works on copies, in a folder of their own, so that the course's files stay as they are.
JupyterLab trusts the fresh ones and saves what live pictures need, so that they live the next day.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import course_lib.no_grammar  # noqa: F401
from course_lib.copies import Copies, refresh, start_afresh
from course_lib.errors import CourseError

__all__ = ["COURSE", "environment", "main", "own_folder", "trust"]

COURSE = Path(__file__).resolve().parent.parent
FIRST = "notebooks/00_start_here.ipynb"
FOLDER = "my-one-neuron-course"


def own_folder() -> Path:
    """The reader's folder: what ``COURSE_FOLDER`` names, or one in the home folder."""
    return Path(os.environ.get("COURSE_FOLDER") or Path.home() / FOLDER).expanduser().resolve()


def environment() -> dict[str, str]:
    """The environment in which JupyterLab reads the course's settings, below the reader's own."""
    before = os.environ.get("JUPYTER_CONFIG_PATH")
    path = os.pathsep.join(filter(None, [str(COURSE / "config"), before]))
    return {**os.environ, "JUPYTER_CONFIG_PATH": path}


def trust(folder: Path, names: Iterable[str]) -> None:
    """Sign notebooks, so that JupyterLab shows their stored live pictures before any cell has run.

    Sign only what the course wrote: a file from elsewhere becomes trusted by being run.
    """
    from nbformat.sign import TrustNotebookApp

    notebooks = [str(folder / name) for name in names if name.endswith(".ipynb")]
    app = TrustNotebookApp()  # `jupyter trust`: it finds the key and the list where JupyterLab does
    app.initialize(["--log-level=ERROR", *notebooks])
    with contextlib.redirect_stdout(io.StringIO()):  # a line for each of them
        if notebooks:
            app.start()


def main(arguments: Sequence[str]) -> int:
    """Make or refresh the copies, then run JupyterLab until it is closed; return the exit code."""
    options, for_the_lab = _parser().parse_known_args(arguments)
    try:
        copies = _copies(options)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    print(copies, flush=True)
    trust(copies.folder, [*copies.made, *copies.updated])
    if not options.prepare:
        # A whole path: JupyterLab would look for a relative one where the command was typed.
        first = str(copies.folder / options.notebook)
        _run_lab([f"--ServerApp.root_dir={copies.folder}", *for_the_lab, first])
    return 0


def _copies(options: argparse.Namespace) -> Copies:
    if options.originals:
        names = (path.relative_to(COURSE).as_posix() for path in COURSE.glob("notebooks/*.ipynb"))
        return Copies(COURSE, updated=tuple(sorted(names)))
    folder = options.folder.expanduser().resolve() if options.folder else own_folder()
    if options.afresh is None:
        return refresh(COURSE, folder)
    return start_afresh(COURSE, folder, options.afresh)


def _run_lab(arguments: list[str]) -> None:
    os.environ.update(environment())
    from jupyterlab.labapp import main as run

    run(arguments)  # in this very process, so that Ctrl+C reaches it on every system


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.lab",
        description="Open your copies of the course in JupyterLab.",
        epilog="All other options are JupyterLab's, such as --no-browser and --port=8899.",
        allow_abbrev=False,
    )
    parser.add_argument("--open", dest="notebook", default=FIRST, help="what to open first")
    parser.add_argument(
        "--folder", type=Path, help=f"where your copies are (default: COURSE_FOLDER, or ~/{FOLDER})"
    )
    parser.add_argument(
        "--afresh",
        nargs="*",
        metavar="NAME",
        help="put your copies aside, all or those named, and make fresh ones",
    )
    parser.add_argument(
        "--originals", action="store_true", help="open the course's own files, to change them"
    )
    parser.add_argument("--prepare", action="store_true", help="make the copies and stop")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
