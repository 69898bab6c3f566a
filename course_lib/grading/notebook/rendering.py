"""How long it may take to show what a student wrote: the pages of a whole class wait for each one.

Markdown, highlighted code and HTML can be written so that a hundred thousand characters keep a
renderer busy for hours, or end it with an error. So everything is rendered once for trial while the
submission is graded; what fails there, or takes too long, is replaced by a sentence.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bs4 import BeautifulSoup
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from course_lib.grading.notebook.harmless import harmless_output, harmless_text

__all__ = ["Rendering"]

SECONDS = 5.0  # for all of one submission; an honest one takes some hundredths of a second
INSTEAD = "Left out: this takes too long to show. The submitted file has it."


class _TooLongError(BaseException):
    """Not an Exception, so that no renderer catches it."""


class Rendering:
    """Makes the parts of one submission showable within a time.

    Args:
        seconds: how long all trials together may take.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._left = seconds
        self._highlighted = Highlight2HTML(pygments_lexer="ipython3")

    def code(self, source: str) -> str:
        """The source of a code cell, if it can be shown."""
        return source if self._succeeds(lambda: self._highlighted(source)) else f"# {INSTEAD}"

    def text(self, source: str, pictures: Mapping[str, Any]) -> str:
        """The source of a text cell, cleaned, if it can be shown."""
        cleaned = harmless_text(source, pictures)
        return cleaned if self._succeeds(lambda: _rendered(cleaned)) else INSTEAD

    def output(self, output: dict[str, Any]) -> dict[str, Any]:
        """An output, cleaned, if it can be shown."""
        cleaned: list[dict[str, Any]] = []

        def show() -> None:
            cleaned.append(harmless_output(output))
            data = cleaned[0].get("data", {})
            _rendered(data.get("text/markdown", ""))
            str(BeautifulSoup(data.get("text/html", ""), "html.parser"))

        if self._succeeds(show):
            return cleaned[0]
        return {"output_type": "stream", "name": "stderr", "text": f"[{INSTEAD}]\n"}

    def _succeeds(self, work: Callable[[], object]) -> bool:
        begun = time.monotonic()
        try:
            with _stopped_after(self._left):
                work()
        except (_TooLongError, Exception):
            return False
        finally:
            self._left -= time.monotonic() - begun
        return True


def _rendered(markdown: str) -> str:
    attachments = _Attached()
    return MarkdownWithMath(IPythonRenderer(escape=False, attachments=attachments)).render(markdown)


class _Attached(dict[str, Any]):
    """Whatever is left in a cleaned text is attached."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> dict[str, str]:
        return {"image/png": ""}


@contextlib.contextmanager
def _stopped_after(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer, where the system and the thread can be interrupted."""
    if seconds <= 0:
        raise _TooLongError
    if not hasattr(signal, "setitimer") or (
        threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def stop(*_: object) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
