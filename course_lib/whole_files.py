"""Files that are written whole: a reader, or a crash, sees the old one or the new one."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

__all__ = ["written_whole"]

_BINARY: int = getattr(os, "O_BINARY", 0)  # Windows would change the ends of lines


def written_whole(path: Path, content: str | bytes, *, mode: int = 0o644) -> None:
    """Write a file so that a reader, or a crash, sees the old text or the new one, never a part.

    Args:
        path: of the file; its folder is made if it isn't there.
        content: text is written as UTF-8.
        mode: who may read and write it.
    """
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode), "wb") as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
        os.replace(part, path)
    except OSError:  # such as a full disk, where a part would take the last of the room
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
