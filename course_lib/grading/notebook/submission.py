"""Reading what a student handed in: any notebook that holds cells, whatever its editor did to it.

The file comes from a stranger. It is read as JSON only; nothing is taken from it but the sources of
its cells, their kind, two ids, and pictures attached to text.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from course_lib.grading.errors import GradingError

__all__ = ["RejectedError", "StudentCell", "digest", "read_cells"]

MAX_BYTES = 20_000_000  # of a notebook file
MAX_CELLS = 500
MAX_SOURCE = 200_000  # characters of one cell
MAX_SOURCES = 2_000_000  # of all cells
MAX_PICTURES = 8  # attached to one cell
PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
PICTURE_NAME = re.compile(r"[\w(][\w .,+()@-]{0,99}")  # also of phones and screenshots
# Some editors (Google Colab) write a picture into the text itself.
INLINE = re.compile(r"\(data:(image/(?:png|jpeg));base64,([A-Za-z0-9+/=]*)\)")
MAX_STAMP = 100  # characters of a timestamp file


class RejectedError(GradingError):
    """A submission can't be graded at all; the text is for the status file and the student."""


@dataclass(frozen=True)
class StudentCell:
    """A cell as it was handed in.

    Args:
        cell_type: "code" or "markdown"; raw cells count as markdown.
        source: its text.
        grade_id: what its metadata claims; only a means to find its place.
        id: its cell id; the same.
        pictures: attachments of a text cell, by name, each (MIME type, base64).
    """

    cell_type: str
    source: str
    grade_id: str = ""
    id: str = ""
    pictures: dict[str, tuple[str, str]] = field(default_factory=dict)


def digest(content: bytes) -> str:
    """By which a changed submission is noticed."""
    return hashlib.sha256(content).hexdigest()


def read_cells(content: bytes) -> list[StudentCell]:
    """The cells of a notebook of any version and state of repair.

    Raises:
        RejectedError: no JSON, or nothing in it that could be a cell.
    """
    try:
        # Windows' own editor may have saved it as UTF-16.
        data = json.loads(content.decode(json.detect_encoding(content), errors="replace"))
    except (ValueError, RecursionError):
        raise RejectedError("The file is no notebook: it can't be read as JSON.") from None
    cells = _list_of_cells(data)
    if not isinstance(cells, list):
        raise RejectedError("The file is no notebook: it has no list of cells.")
    if len(cells) > MAX_CELLS:
        raise RejectedError(f"The notebook has {len(cells)} cells; {MAX_CELLS} is the most.")
    read = [_read_cell(cell) for cell in cells if isinstance(cell, dict)]
    if sum(len(cell.source) for cell in read) > MAX_SOURCES:
        raise RejectedError(f"The cells have more than {MAX_SOURCES} characters in all.")
    return read


def _list_of_cells(data: Any) -> Any:
    if not isinstance(data, dict):
        return None
    if "cells" in data:
        return data["cells"]
    sheets = data.get("worksheets")  # before version 4 of the format
    if not isinstance(sheets, list):
        return None
    listed = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    return [cell for cells in listed if isinstance(cells, list) for cell in cells]


def _read_cell(cell: dict[str, Any]) -> StudentCell:
    source = _joined(cell.get("source", cell.get("input", "")))
    kind = "code" if cell.get("cell_type") == "code" else "markdown"
    pictures = _pictures(cell.get("attachments")) if kind == "markdown" else {}
    if kind == "markdown":
        source = _with_inline_pictures_attached(source, pictures)
    if len(source) > MAX_SOURCE:
        raise RejectedError(f"A cell has more than {MAX_SOURCE} characters.")
    metadata = cell.get("metadata")
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    claimed = about.get("grade_id") if isinstance(about, dict) else ""
    return StudentCell(kind, source, _short(claimed), _short(cell.get("id")), pictures)


def _joined(source: Any) -> str:
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        return ""
    # Lone surrogates can't be stored or shown.
    return source.encode("utf-8", errors="replace").decode("utf-8").replace("\r\n", "\n")


def _short(text: Any) -> str:
    return text[:100] if isinstance(text, str) else ""


def _pictures(attachments: Any) -> dict[str, tuple[str, str]]:
    """The attached pictures that really are pictures, under harmless names."""
    found: dict[str, tuple[str, str]] = {}
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        if not PICTURE_NAME.fullmatch(name) or not isinstance(bundle, dict):
            continue
        for mime in PICTURES:
            picture = _picture(mime, _joined(bundle.get(mime)))
            if picture and len(found) < MAX_PICTURES:
                found[name] = (mime, picture)
    return found


def _with_inline_pictures_attached(source: str, pictures: dict[str, tuple[str, str]]) -> str:
    def attached(match: re.Match[str]) -> str:
        picture = _picture(match[1], match[2])
        if not picture or len(pictures) >= MAX_PICTURES:
            return "(picture)"
        name = f"inline-{len(pictures) + 1}"
        pictures[name] = (match[1], picture)
        return f"(attachment:{name})"

    return INLINE.sub(attached, source)


def _picture(mime: str, text: str) -> str:
    """The base64 of a picture; "" for what is none."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return base64.b64encode(data).decode() if data.startswith(PICTURES[mime]) else ""
