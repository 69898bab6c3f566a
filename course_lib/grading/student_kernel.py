"""A student's kernel: run the cells, then put questions to what they defined; believe nothing.

Whatever the student's code does, an answer comes back within the time limit, has a known shape, and
is no more than what the student says.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import Any, Literal

from course_lib.checks.plain import encode
from course_lib.errors import CourseError, InvalidInputError
from course_lib.grading.conversation import (
    INSIDE,
    LONGEST_TEXT,
    Conversation,
    Reply,
    TimeUpError,
)
from course_lib.grading.kernels import KernelDeadError
from course_lib.grading.limits import Limits
from course_lib.grading.outputs import CellOutputs, clean_text
from course_lib.grading.sandbox import SandboxUnavailableError

__all__ = ["CellRun", "Reply", "StudentKernel"]

_MOST_REPLAYS = 2


@dataclass(frozen=True)
class CellRun:
    """How one cell ended, its outputs in nbformat 4, and what went wrong, if anything."""

    status: Literal["ok", "error", "timeout", "dead"]
    outputs: list[dict[str, Any]]
    error: str


class StudentKernel:
    """One submission's kernel, as a context manager: `run` its cells, then `ask`.

    A cell or call that takes too long is interrupted. If that doesn't help, or the kernel dies, the
    kernel is killed; the next `run` or `ask` starts another one and first runs again the cells that
    had finished, at most twice. So one endless loop costs its own points only.

    Args:
        limits: what the submission may use; the wall clock starts on entering.
        trusted: without the sandbox, where there is none; nothing then protects this computer.

    Enter it in a thread that lives as long as the kernel: the sandbox dies with that thread.

    Raises:
        SandboxUnavailableError: on entering, if no sandbox can be made.
    """

    def __init__(self, limits: Limits, *, trusted: bool = False) -> None:
        self._limits = limits
        self._trusted = trusted
        self._finished: list[str] = []
        self._kernel: Conversation | None = None
        self._replays = 0
        self._why_dead = "the kernel was not started"
        self._output_bytes = 0
        self._end = 0.0

    def __enter__(self) -> StudentKernel:
        self._end = time.monotonic() + self._limits.wall_seconds
        try:
            self._kernel = Conversation(self._limits, self._trusted, self._end)
        except (KernelDeadError, TimeUpError) as error:
            raise CourseError(
                f"A student's kernel did not start: {error}. Try `python -m ipykernel --version`, "
                "and again when this computer is less busy."
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._end_kernel("closed")
        self._replays = _MOST_REPLAYS

    def alive(self) -> bool:
        """Whether `run` and `ask` can still be answered: by this kernel or by a replay."""
        if time.monotonic() >= self._end:
            return False
        if self._kernel is not None and self._kernel.alive():
            return True
        return self._replays < _MOST_REPLAYS

    def run(self, source: str) -> CellRun:
        """Run one cell, with its magics, as a notebook would."""
        outputs = CellOutputs(self._limits, self._limits.notebook_output_bytes - self._output_bytes)
        try:
            kernel = self._living_kernel()
            content = kernel.execute(source, self._until(self._limits.cell_seconds), outputs)
        except TimeUpError:
            return self._ended("timeout", outputs, "The cell took too long and was stopped.")
        except KernelDeadError as error:
            return self._ended("dead", outputs, f"The kernel died: {error}.")
        self._finished.append(source)
        if content.get("status") == "ok":
            return self._ended("ok", outputs, "")
        kind = clean_text(content.get("ename"), LONGEST_TEXT) or "Error"
        message = clean_text(content.get("evalue"), LONGEST_TEXT)
        return self._ended("error", outputs, f"{kind}: {message}" if message else kind)

    def _ended(
        self, status: Literal["ok", "error", "timeout", "dead"], outputs: CellOutputs, error: str
    ) -> CellRun:
        self._output_bytes += outputs.spent
        return CellRun(status, outputs.finished(), error)

    def ask(self, name: str, args: list[Any] | None, *, seconds: float | None = None) -> Reply:
        """Call the student's function `name`, or fetch the variable `name` if `args` is None.

        Args:
            name: a name in the student's notebook.
            args: plain data, see `course_lib.checks.plain`.
            seconds: at most so long; `limits.call_seconds` by default.

        Raises:
            InvalidInputError: if the name is no identifier.
            PlainDataError: if the arguments are no plain data.
        """
        if not name.isidentifier():
            raise InvalidInputError(f"{name!r} is no name of a variable. Pass one, such as 'tube'.")
        question = f"value({name!r})"
        if args is not None:
            question = f"call({name!r}, {encode({'args': args, 'kwargs': {}})!r})"
        try:
            kernel = self._living_kernel()
            until = self._until(self._limits.call_seconds if seconds is None else seconds)
            return kernel.evaluate(f"{INSIDE}.{question}", until)
        except TimeUpError:
            return {"timeout": True}
        except KernelDeadError as error:
            return {"dead": str(error)}

    def _until(self, seconds: float) -> float:
        return min(time.monotonic() + seconds, self._end)

    def _living_kernel(self) -> Conversation:
        """The kernel, or a new one in which all finished cells were run again."""
        if time.monotonic() >= self._end:
            self._end_kernel("its time is used up")
            raise TimeUpError
        while self._kernel is None or not self._kernel.alive():
            if self._kernel is not None:
                self._end_kernel(self._kernel.why_dead())
            if self._replays >= _MOST_REPLAYS:
                raise KernelDeadError(self._why_dead)
            self._replays += 1
            self._kernel = self._next_kernel()
            self._replay(self._kernel)
        return self._kernel

    def _next_kernel(self) -> Conversation:
        try:
            return Conversation(self._limits, self._trusted, self._end)
        except SandboxUnavailableError as error:  # there was one before
            if time.monotonic() >= self._end:
                raise TimeUpError from error
            raise KernelDeadError(f"no other kernel could be started: {error}") from error

    def _replay(self, kernel: Conversation) -> None:
        again, self._finished = self._finished, []
        for source in again:
            if not kernel.alive():  # keep the rest for the next replay
                self._finished.append(source)
                continue
            # Nobody sees these outputs; the cell has been paid for, or dies a second death.
            with contextlib.suppress(TimeUpError, KernelDeadError):
                kernel.execute(source, self._until(self._limits.cell_seconds), None)
                self._finished.append(source)

    def _end_kernel(self, why: str) -> None:
        if self._kernel is not None:
            self._why_dead = why
            self._kernel.close()
            self._kernel = None
