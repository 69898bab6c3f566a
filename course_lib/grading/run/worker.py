"""Processes that grade, as things to give jobs to; they stay for the next batch.

This side loads nothing that grades: see :mod:`course_lib.grading.run.worker_process`.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Self

from course_lib.grading.notebook.template import Template, nothing
from course_lib.grading.result import Job, Result

__all__ = ["Worker", "failed", "warm"]


class Worker:
    """A process to give jobs to, one at a time. It ends by itself when its owner does."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._places = _places()
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("NBGRADER", "COURSE_"))}
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "course_lib.grading.run.worker_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=clean | threads | {"MPLBACKEND": "agg", "PYTHONHASHSEED": "0"},
        )
        self._jobs: Any = self._process.stdin
        self._results: Any = self._process.stdout

    def grade(self, job: Job) -> Result:
        """Have a job done; when the process ends instead, the job failed and a new one is made."""
        with contextlib.suppress(BrokenPipeError):  # then there is no answer either
            self._jobs.write(job.to_json() + "\n")
            self._jobs.flush()
        answer = self._results.readline()
        if answer.endswith("\n"):  # else it ended in the middle
            return Result.from_json(answer)
        self.close()
        self._start()
        return failed(job, "The process that graded it ended.")

    @property
    def serves(self) -> bool:
        """Whether its process is there, and finds programs and folders where this one would."""
        return self._process.poll() is None and self._places == _places()

    def close(self) -> None:
        """End it and what it has begun."""
        with contextlib.suppress(BrokenPipeError):
            self._jobs.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._results.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _places() -> list[str | None]:
    return [os.environ.get(name) for name in ("PATH", "HOME", "TMPDIR")]


_idle: list[Worker] = []  # kept for the next batch: to start one takes longer than many a job


@contextlib.contextmanager
def warm(number: int) -> Iterator[list[Worker]]:
    """Workers for a batch: those that an earlier one of this process left, then new ones."""
    taken: list[Worker] = []
    try:
        while _idle and len(taken) < number:
            worker = _idle.pop()
            if worker.serves:
                taken.append(worker)
            else:
                worker.close()
        while len(taken) < number:
            taken.append(Worker())
        yield taken
    finally:
        _idle.extend(taken)


@atexit.register
def _close_idle() -> None:
    while _idle:
        _idle.pop().close()


def failed(job: Job, reason: str) -> Result:
    """What comes of a job that broke off: a person must look."""
    return Result("failed", reason, nothing(Template.from_data(job.template), look=True))
