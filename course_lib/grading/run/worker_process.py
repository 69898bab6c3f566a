"""A warm process that grades one submission after another, each in a process of its own.

It has loaded the checks and the pictures, which takes longer than grading; a fork has them at once.
The forked process may use only so much memory and time; when it ends, nothing of it is left. As a
command (``python -m course_lib.grading.run.worker_process``) it reads jobs from its standard input,
a line each, and answers with results; :mod:`course_lib.grading.run.worker` gives it work.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from typing import Any

import psutil

from course_lib.checks import exercises
from course_lib.grading.kernel.limits import Limits
from course_lib.grading.notebook.rendering import Rendering
from course_lib.grading.result import Job, Result
from course_lib.grading.run.judging import end_with_parent
from course_lib.grading.run.one_submission import grade
from course_lib.grading.run.worker import failed

__all__ = ["main"]

OVERHEAD_BYTES = 1_500_000_000  # of our own processes, beside what the student's may use
OVERHEAD_SECONDS = 60
TICK = 0.2
CAN_FORK = sys.platform == "linux"


def main() -> None:
    """Read jobs and write results until the input ends."""
    _load()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever else is printed must not look like an answer
    jobs = os.fdopen(os.dup(0), "rb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for line in _lines(jobs):
        job = Job.from_json(line)
        result = _in_a_process(job, jobs.fileno()) if CAN_FORK else _guarded(job)
        answers.write(result.to_json() + "\n")
        answers.flush()


def _load() -> None:
    """Load before the first fork what each submission would load anew."""
    import course_lib.plots  # noqa: F401  (draws the pictures of a set)

    exercises()
    rendering = Rendering()
    rendering.code("1")
    rendering.output({"output_type": "display_data", "data": {"text/markdown": "$1$"}})


def _lines(file: Any) -> Iterator[str]:
    """Lines as they come, none read ahead: the end of the input must stay to be seen."""
    waiting = b""
    while part := file.read(2**20):
        waiting += part
        if waiting.endswith(b"\n"):
            yield waiting.decode()
            waiting = b""


def _guarded(job: Job) -> Result:
    try:
        return grade(job)
    except Exception as error:  # a fault of ours must not stop the batch
        traceback.print_exc()
        return failed(job, f"Grading broke off: {type(error).__name__}: {error}")


def _in_a_process(job: Job, jobs: int) -> Result:
    """Fork, grade, and wait: for its result, its limits, or the end of whoever gave the job."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        os.setsid()
        end_with_parent()
        with os.fdopen(write, "w", encoding="utf-8") as file:
            file.write(_guarded(job).to_json())
        os._exit(0)
    os.close(write)
    try:
        return _waited(job, child, read, jobs)
    finally:
        _end(child)
        os.close(read)


def _waited(job: Job, child: int, read: int, jobs: int) -> Result:
    limits, text = Limits.from_json(job.limits), b""
    most = limits.memory_bytes + OVERHEAD_BYTES
    until = time.monotonic() + limits.wall_seconds + limits.start_seconds + OVERHEAD_SECONDS
    looked = time.monotonic()
    while True:
        ready = select.select([read, jobs], [], [], TICK)[0]
        if read in ready:
            part = os.read(read, 2**20)
            text += part
            if not part:
                return Result.from_json(text.decode()) if text else failed(job, "It crashed.")
        elif jobs in ready:  # no second job comes before an answer: the other side has gone
            raise SystemExit
        if time.monotonic() > until:
            return failed(job, "It took more time than a submission may.")
        if time.monotonic() - looked > 1:
            looked = time.monotonic()
            if _memory(child) > most:
                return failed(job, "It took more memory than a submission may.")


def _memory(child: int) -> int:
    """Bytes of a process and all below it; what a fork shares with its parent isn't counted."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(child)
        for one in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                total += one.memory_full_info().pss
    return total


def _end(child: int) -> None:
    """Kill what is left of a submission, and wait until it is gone."""
    left: list[psutil.Process] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        left = psutil.Process(child).children(recursive=True)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)  # it may not have come as far as its own group
    os.waitpid(child, 0)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


if __name__ == "__main__":
    main()
