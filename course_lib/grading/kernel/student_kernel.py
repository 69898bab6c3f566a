"""A student's kernel: run the cells, and put questions to what they defined; believe nothing.

Whatever the student's code does, an answer comes back within the time limit, has a known shape, and
is no more than what the student says.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from course_lib.checks.plain import encode
from course_lib.errors import CourseError, InvalidInputError
from course_lib.grading.kernel.limits import Limits
from course_lib.grading.kernel.outputs import CellOutputs, bounded_text
from course_lib.grading.kernel.processes import KernelDeadError
from course_lib.grading.kernel.requests import (
    INSIDE,
    LONGEST_TEXT,
    Conversation,
    Reply,
    TimeUpError,
    Until,
)
from course_lib.grading.kernel.sandbox import SandboxUnavailableError

__all__ = ["CellRun", "Reply", "StudentKernel"]


Ended: TypeAlias = Literal["ok", "error", "timeout", "unheard", "dead"]


@dataclass(frozen=True)
class CellRun:
    """How one cell ended, its outputs in nbformat 4, and what went wrong, if anything.

    "timeout": it computed longer than it may, as everybody was told; "unheard": a backstop ended
    it, which may not be its own fault.
    """

    status: Ended
    outputs: list[dict[str, Any]]
    error: str


class StudentKernel:
    """One submission's kernel, as a context manager: `run` its cells, `ask` whenever you like.

    A cell or call that takes too long is interrupted. If that doesn't help, or the kernel dies, the
    kernel is killed; the next `run` or `ask` starts another one and first runs again the cells that
    had finished. So what ends a kernel costs its own points only, however often that happens: each
    new start is paid from the computing time of the submission.

    Args:
        limits: what the submission may use; the wall clock starts on entering.
        trusted: without the sandbox, where there is none; nothing then protects this computer.
        end: when all is over, by `time.monotonic`; `limits.wall_seconds` from now by default.

    Enter it in a thread that lives as long as the kernel: the sandbox dies with that thread.

    Raises:
        SandboxUnavailableError: on entering, if no sandbox can be made.
    """

    def __init__(self, limits: Limits, *, trusted: bool = False, end: float | None = None) -> None:
        self._limits = limits
        self._trusted = trusted
        self._finished: list[str] = []
        self._last_was_a_cell = False
        self._kernel: Conversation | None = None
        self._trouble = ""
        self._output_bytes = 0
        self._given_end = end
        self._end = 0.0
        self._computed_before = 0.0  # by kernels that have ended

    def __enter__(self) -> StudentKernel:
        end = self._given_end
        self._end = time.monotonic() + self._limits.wall_seconds if end is None else end
        try:
            self._kernel = Conversation(self._limits, self._trusted, self._end)
        except (KernelDeadError, TimeUpError) as error:
            raise CourseError(
                f"A student's kernel did not start: {error}. Try `python -m ipykernel --version`, "
                "and again when this computer is less busy."
            ) from error
        # The first start is ours. Later ones are the doing of what ended the kernel before.
        self._computed_before = -self._kernel.start_computed
        return self

    def __exit__(self, *_: object) -> None:
        self._end_kernel()
        self._trouble = "The kernel is closed."

    @property
    def used_up(self) -> str:
        """Why nothing more is run or asked, as a sentence; "" while something can be."""
        if self._trouble:
            return self._trouble
        if self._left() <= 0:
            return f"The {self._limits.cpu_seconds} s of computing for one submission are used up."
        if time.monotonic() >= self._end:
            return f"Grading took more than {self._limits.wall_seconds:g} s by the clock."
        return ""

    def alive(self) -> bool:
        """Whether this very process runs; if not, the next question starts another one."""
        return self._kernel is not None and self._kernel.alive()

    def run(self, source: str) -> CellRun:
        """Run one cell, with its magics, as a notebook would."""
        outputs = CellOutputs(self._limits, self._limits.notebook_output_bytes - self._output_bytes)
        seconds = self._limits.cell_seconds
        try:
            kernel = self._living_kernel()
            self._last_was_a_cell = False  # if this one ends the kernel, the last did not
            content = kernel.execute(source, self._until(kernel, seconds), outputs)
        except TimeUpError as error:
            ended: Ended = "timeout" if self._is_verdict(error) else "unheard"
            return self._ended(ended, outputs, self._told(error, seconds))
        except KernelDeadError as error:
            return self._ended("dead", outputs, f"The kernel died: {error}.")
        self._finished.append(source)
        self._last_was_a_cell = True
        if content.get("status") == "ok":
            return self._ended("ok", outputs, "")
        kind = bounded_text(content.get("ename"), LONGEST_TEXT) or "Error"
        message = bounded_text(content.get("evalue"), LONGEST_TEXT)
        return self._ended("error", outputs, f"{kind}: {message}" if message else kind)

    def _ended(self, status: Ended, outputs: CellOutputs, error: str) -> CellRun:
        self._output_bytes += outputs.spent
        return CellRun(status, outputs.finished(), error)

    def _is_verdict(self, error: TimeUpError) -> bool:
        """Whether it was the computing time of this cell or call, of which students are told."""
        return error.computed and not self.used_up

    def _told(self, error: TimeUpError, seconds: float) -> str:
        if self._is_verdict(error):
            return f"It computed for more than {seconds:g} s and was stopped."
        clock = f"It took more than {seconds * self._limits.patience:g} s by the clock."
        return self.used_up or clock

    def ask(self, name: str, args: list[Any] | None, *, seconds: float | None = None) -> Reply:
        """Call the student's function `name`, or fetch the variable `name` if `args` is None.

        Args:
            name: a name in the student's notebook.
            args: plain data, see `course_lib.checks.plain`.
            seconds: of computing, at most; `limits.call_seconds` by default.

        Raises:
            InvalidInputError: if the name is no identifier.
            PlainDataError: if the arguments are no plain data.
        """
        if not name.isidentifier():
            raise InvalidInputError(f"{name!r} is no name of a variable. Pass one, such as 'tube'.")
        question = f"value({name!r})"
        if args is not None:
            question = f"call({name!r}, {encode({'args': args, 'kwargs': {}})!r})"
        seconds = self._limits.call_seconds if seconds is None else seconds
        try:
            kernel = self._living_kernel()
            self._last_was_a_cell = False
            return kernel.evaluate(f"{INSIDE}.{question}", self._until(kernel, seconds))
        except TimeUpError as error:
            kind = "timeout" if self._is_verdict(error) else "unheard"
            return {kind: self._told(error, seconds)}
        except KernelDeadError as error:
            return {"dead": str(error)}

    def _until(self, kernel: Conversation, seconds: float) -> Until:
        clock = time.monotonic() + seconds * self._limits.patience
        computed = kernel.computed() + min(seconds, self._left())
        return Until(min(clock, self._end), computed)

    def _left(self) -> float:
        """Seconds that the submission may still compute."""
        now = self._kernel.computed() if self._kernel is not None else 0.0
        return self._limits.cpu_seconds - self._computed_before - now

    def _living_kernel(self) -> Conversation:
        """The kernel, or a new one in which all finished cells were run again."""
        while True:
            if self.used_up:
                self._end_kernel()
                raise TimeUpError
            if self._kernel is not None and self._kernel.alive():
                return self._kernel
            if self._kernel is not None:
                self._end_kernel()
                self._drop_last_cell()
            self._kernel = self._next_kernel()
            self._replay(self._kernel)

    def _drop_last_cell(self) -> None:
        """Leave out the cell after which the kernel was found dead; a timer may have done it."""
        if self._last_was_a_cell and self._finished:
            self._finished.pop()
        self._last_was_a_cell = False

    def _next_kernel(self) -> Conversation:
        try:
            return Conversation(self._limits, self._trusted, self._end)
        except (SandboxUnavailableError, KernelDeadError, TimeUpError) as error:
            self._trouble = f"No other kernel could be started: {error}"  # there was one before
            raise TimeUpError from error

    def _replay(self, kernel: Conversation) -> None:
        again, self._finished = self._finished, []
        for done, source in enumerate(again):
            self._last_was_a_cell = done > 0
            if not kernel.alive():  # ended by what ran last; the rest is for the next replay
                self._drop_last_cell()
                self._finished += again[done:]
                return
            # Nobody sees these outputs; the cell has been paid for, or dies a second death.
            try:
                kernel.execute(source, self._until(kernel, self._limits.cell_seconds), None)
                self._finished.append(source)
            except (TimeUpError, KernelDeadError):
                self._last_was_a_cell = False
                if not kernel.alive():
                    self._finished += again[done + 1 :]
                    return

    def _end_kernel(self) -> None:
        if self._kernel is not None:
            self._computed_before += self._kernel.computed()
            self._kernel.close()
            self._kernel = None
