"""What the commands print: on any terminal, into any file, and whatever a stranger's name holds."""

from __future__ import annotations

import contextlib
import errno
import sys
import unicodedata
from typing import Any, TextIO

__all__ = ["broken_off", "say", "speak_any_language"]

JOINERS = "\u200c\u200d"  # letters of some scripts need them
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


def speak_any_language() -> None:
    """Have what a terminal or a file can't encode written as an escape; it would be an error."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream of somebody else's making
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def say(text: object, to: TextIO | None = None) -> None:
    """Print it, with the signs made visible by which a text could move about on the screen."""
    print("".join(map(_seen, str(text))), file=to or sys.stdout)


def broken_off(error: Exception) -> str:
    """What to tell when a file or the gradebook failed, with the next move."""
    if isinstance(error, OSError):
        why = f"{error.strerror or error}"
        why += f": {error.filename}" if error.filename else ""
        full = error.errno in FULL
    else:
        why, full = str(error).splitlines()[0], "full" in str(error)
    mend = "Make room on the disk" if full else "Mend that"
    return (
        f"It broke off ({why}). Every file is written whole, so what was done so far is kept. "
        f"{mend}, and give the same command again: it goes on where it stopped."
    )


def _seen(sign: Any) -> str:
    r"""A sign as it may be printed.

    >>> print(_seen("\x1b"), _seen("é"), _seen("\u202e"))
    \x1b é \u202e
    """
    if sign in "\n" or sign in JOINERS or unicodedata.category(sign) not in HIDDEN:
        return str(sign)
    return str(sign).encode("unicode_escape").decode()
