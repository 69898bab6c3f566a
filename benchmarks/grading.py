"""Grading a class: a batch against single runs, a submission against nbgrader's own, memory.

python benchmarks/grading.py                        # a small class
python benchmarks/grading.py --submissions 300      # a large one; takes some minutes
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import psutil

from course_lib.grading.folder.course import Course
from course_lib.grading.folder.release import release
from course_lib.grading.run.batch import Settings, run

ROOT = Path(__file__).resolve().parent.parent
SET = "03_width_lower_bounds"
# nbgrader's own autograder runs the checks beside the student's code, which they refuse to serve.
ALLOW = "import os\nos.environ.pop('NBGRADER_EXECUTION', None)\n"


def make_course(folder: Path, *, stock: bool = False) -> Course:
    """A course with one real set; for nbgrader's own autograder its checks are made to answer."""
    course = Course.create(folder)
    source = folder / "source" / SET / f"{SET}.ipynb"
    source.parent.mkdir(parents=True)
    notebook = nbformat.read(ROOT / "solutions" / SET / f"{SET}.ipynb", as_version=4)
    if stock:
        setup = next(cell for cell in notebook.cells if cell.id == "setup")
        setup.source = ALLOW + setup.source
    nbformat.write(notebook, source)
    release(course, SET)
    return course


def hand_in(course: Course, number: int) -> str:
    """A submission: the solution, with one answer or another left out."""
    notebook = nbformat.read(course.source(SET), as_version=4)
    answers = [c for c in notebook.cells if c.metadata.nbgrader.solution and c.cell_type == "code"]
    left_out = answers[number % len(answers)]
    left_out.source = f"# left out by student {number}\n"
    path = course.submitted(f"student{number:03}", SET) / f"{SET}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    return path.parent.parent.name


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def by_nbgrader(course: Course, student: str) -> None:
    """Grade one submission by nbgrader's own autograder, as `nbgrader autograde` does."""
    from nbgrader.converters import Autograde

    converter = Autograde(coursedir=course.coursedir(SET, student))
    converter.force = True
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    with contextlib.redirect_stderr(io.StringIO()):
        converter.start()


@contextlib.contextmanager
def memory() -> Iterator[list[float]]:
    """Megabytes of this process and all below it, sampled once a second."""
    samples: list[float] = []
    over = threading.Event()

    def sample() -> None:
        me = psutil.Process()
        while not over.wait(1):
            total = 0
            for one in [me, *me.children(recursive=True)]:
                with contextlib.suppress(psutil.Error):
                    total += one.memory_full_info().pss
            samples.append(total / 1e6)

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield samples
    finally:
        over.set()
        thread.join()


def main(submissions: int, jobs: int, singles: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        course = make_course(Path(folder) / "ours")
        stock = make_course(Path(folder) / "nbgrader", stock=True)
        students = [hand_in(course, number) for number in range(submissions)]
        for number in range(singles):
            hand_in(stock, number)
        shutil.copy(course.private / "secret.txt", stock.private / "secret.txt")

        ours, theirs = [], []
        for student in students[:singles]:  # in turn, so that both meet the same machine
            alone = Settings(jobs=1, students=(student,), again=True, quiet=True)
            ours.append(timed(lambda alone=alone: run(course, SET, alone)))
            theirs.append(timed(lambda student=student: by_nbgrader(stock, student)))
        single = statistics.median(ours)
        ratio = single / statistics.median(theirs)
        print(f"one submission alone: {ratio:.2f} × nbgrader's own (at most 1.5 is wanted)")

        with memory() as samples:
            batch = timed(lambda: run(course, SET, Settings(jobs=jobs, again=True, quiet=True)))
        share = batch / (submissions / jobs * single)
        print(
            f"{submissions} submissions, {jobs} at once: {share:.2f} × as long as "
            f"{submissions}/{jobs} single runs (at most 1.3 is wanted)"
        )
        per = batch / submissions * jobs / statistics.median(theirs)
        print(
            f"one in the batch: {per:.2f} × nbgrader's own, one core each (at most 1.2 is wanted)"
        )
        third = len(samples) // 3
        early, late = (
            statistics.mean(samples[: third or 1]),
            statistics.mean(samples[-third or -1 :]),
        )
        print(f"memory in the last third: {late / early:.2f} × that in the first third")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=12)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--singles", type=int, default=3)
    options = parser.parse_args()
    main(options.submissions, options.jobs, options.singles)
