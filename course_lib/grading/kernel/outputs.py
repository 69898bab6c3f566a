"""A cell's outputs, rebuilt from what a hostile kernel sent: known shapes, and never too much."""

from __future__ import annotations

import re
from typing import Any

from course_lib.grading.kernel.limits import Limits

__all__ = ["CellOutputs", "bounded_text"]

_TEXTS = ("text/plain", "text/html", "text/markdown", "text/latex")
_IMAGES = ("image/png", "image/jpeg")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*")
_MOST_TRACEBACK_LINES = 200
_NO_MORE = "Further outputs are left out."


def bounded_text(text: Any, most: int) -> str:
    """At most `most` bytes of a string, as text that any file can hold; "" for no string.

    >>> bounded_text("é" * 3, 4), bounded_text("a" + chr(0xD800), 9), bounded_text(["x"], 9)
    ('éé', 'a?', '')
    """
    if not isinstance(text, str):
        return ""
    return text[:most].encode("utf-8", "replace")[:most].decode("utf-8", "ignore")


class CellOutputs:
    """Collects the outputs of one cell, in nbformat 4, within the caps.

    Args:
        limits: the caps.
        budget: bytes that this notebook's outputs may still take.
    """

    def __init__(self, limits: Limits, budget: int) -> None:
        self._limits = limits
        self._budget = budget
        self._outputs: list[dict[str, Any]] = []
        self._stream_bytes = 0  # of the last output, if it is a stream
        self._spent = 0
        self._cut: list[str] = []
        self._clear_before_next = False

    @property
    def spent(self) -> int:
        """Bytes of text and images kept."""
        return self._spent

    def wants(self, kind: str) -> bool:
        """Whether a message of this kind can still change anything; a flood need not be decoded."""
        if kind == "clear_output":
            return True
        return kind in _KINDS and not (self._full() and _NO_MORE in self._cut)

    def add(self, kind: str, content: dict[str, Any] | None) -> None:
        """Take one iopub message; None stands for content that was too large or unreadable."""
        if kind == "clear_output":
            if content is not None and content.get("wait") is True:
                self._clear_before_next = True
            else:
                self._clear()
            return
        if kind not in _KINDS:
            return
        if self._clear_before_next:
            self._clear()
        if content is None:
            self._note("An output was too large and is left out.")
        elif kind == "stream":
            self._add_stream(content)
        elif self._full():
            self._note(_NO_MORE)
        else:
            self._outputs += filter(None, [_BUILDERS[kind](self, content)])

    def finished(self) -> list[dict[str, Any]]:
        """The outputs; a last line says what was cut."""
        if not self._cut:
            return list(self._outputs)
        text = "".join(f"[{note}]\n" for note in self._cut)
        return [*self._outputs, {"output_type": "stream", "name": "stderr", "text": text}]

    def _clear(self) -> None:
        self._clear_before_next = False
        self._outputs.clear()
        self._cut.clear()
        self._spent = self._stream_bytes = 0

    def _full(self) -> bool:
        return len(self._outputs) >= self._limits.outputs_per_cell or self._spent >= self._budget

    def _note(self, text: str) -> None:
        if text not in self._cut:
            self._cut.append(text)

    def _take(self, text: Any, most: int) -> str:
        """Clean a text and charge it to the notebook; what doesn't fit is cut, with a note."""
        room = max(0, min(most, self._budget - self._spent))
        kept = bounded_text(text, room)
        self._spent += len(kept.encode())
        if isinstance(text, str) and len(kept) < len(text):
            self._note("Part of an output was too long and is left out.")
        return kept

    def _add_stream(self, content: dict[str, Any]) -> None:
        name = "stderr" if content.get("name") == "stderr" else "stdout"
        last = self._outputs[-1] if self._outputs else {}
        if last.get("output_type") != "stream" or last["name"] != name:
            if self._full():
                self._note(_NO_MORE)
                return
            last = {"output_type": "stream", "name": name, "text": ""}
            self._outputs.append(last)
            self._stream_bytes = 0
        text = self._take(content.get("text"), self._limits.text_bytes - self._stream_bytes)
        last["text"] += text
        self._stream_bytes += len(text.encode())

    def _data(self, content: dict[str, Any]) -> dict[str, str] | None:
        given = content.get("data")
        if not isinstance(given, dict):
            return None
        data = {}
        for mime in _TEXTS:
            if isinstance(given.get(mime), str):
                data[mime] = self._take(given[mime], self._limits.text_bytes)
        for mime in _IMAGES:
            image = given.get(mime)
            if not isinstance(image, str) or not image:
                continue
            fits = len(image) <= min(self._limits.image_bytes, self._budget - self._spent)
            if fits and _BASE64.fullmatch(image):
                data[mime] = image
                self._spent += len(image)
            else:
                self._note("An image was too large or broken and is left out.")
        return data or None

    def _display(self, content: dict[str, Any]) -> dict[str, Any] | None:
        data = self._data(content)
        return data and {"output_type": "display_data", "data": data, "metadata": {}}

    def _result(self, content: dict[str, Any]) -> dict[str, Any] | None:
        data = self._data(content)
        if data is None:
            return None
        count = content.get("execution_count")
        number = count if type(count) is int and 0 <= count < 10**6 else None
        return {
            "output_type": "execute_result",
            "data": data,
            "metadata": {},
            "execution_count": number,
        }

    def _error(self, content: dict[str, Any]) -> dict[str, Any]:
        lines = content.get("traceback")
        lines = lines[:_MOST_TRACEBACK_LINES] if isinstance(lines, list) else []
        text = self._take(
            "\n".join(x for x in lines if isinstance(x, str)), self._limits.text_bytes
        )
        return {
            "output_type": "error",
            "ename": bounded_text(content.get("ename"), 200),
            "evalue": bounded_text(content.get("evalue"), 2000),
            "traceback": text.split("\n") if text else [],
        }


_BUILDERS = {
    "display_data": CellOutputs._display,
    "execute_result": CellOutputs._result,
    "error": CellOutputs._error,
}
_KINDS = {"stream", *_BUILDERS}
