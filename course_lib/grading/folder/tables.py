"""Reading a table that a person or a learning system wrote as CSV, in whatever way it was saved."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.errors import GradingError

__all__ = ["Table", "read_table"]

SEPARATORS = ",;\t|"
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?(?:\r\n|\r|\n|$)')  # what Excel writes and reads first
SAMPLE = 20_000  # characters that are enough to tell the separator
SPOKEN = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252", "\t": "tab"}


@dataclass(frozen=True)
class Table:
    """A table and how it was written.

    Args:
        name: of the file.
        encoding: Python's name of it, "utf-8-sig" with a byte order mark.
        delimiter: between two cells.
        header: the first row, without blanks around the names.
        rows: the others, each as long as the header; empty ones are left out.
        lines: where each row ends in the file.
    """

    name: str
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    @property
    def took(self) -> str:
        """How the file was read: its encoding, its separator and its columns."""
        encoding = SPOKEN.get(self.encoding, self.encoding.upper())
        columns = ", ".join(repr(name) for name in self.header) or "none"
        delimiter = SPOKEN.get(self.delimiter, repr(self.delimiter))
        return f"read as {encoding}, separated by {delimiter}, with the columns {columns}"


def read_table(path: Path) -> Table:
    """Read a CSV file: UTF-8 or UTF-16, with a mark or without, else Windows-1252; any separator.

    Raises:
        GradingError: no file, no text, an open quote, or a row with more cells than the header.
    """
    try:
        text, encoding = _decoded(path.read_bytes())
        return _parsed(path.name, text, encoding)
    except (OSError, UnicodeError, csv.Error) as error:
        raise GradingError(
            f"{path} can't be read as a CSV file: {error}. Save it once more as CSV in UTF-8."
        ) from error


def _decoded(data: bytes) -> tuple[str, str]:
    encoding: str = json.detect_encoding(data)  # marks, and the zeros of UTF-16 and UTF-32
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise
        text, encoding = data.decode("cp1252"), "cp1252"
    strange = [c for c in text if unicodedata.category(c) == "Cc" and c not in "\t\r\n"]
    if strange:
        raise UnicodeError(f"it holds the sign {strange[0]!r}, which no text has")
    return text, encoding


def _parsed(name: str, text: str, encoding: str) -> Table:
    told = SEPARATOR_LINE.match(text)
    text = text[told.end() :] if told else text
    delimiter = told[1] if told else _delimiter(text)
    # Strict: an open quote would swallow all rows below it.
    reader = csv.reader(
        io.StringIO(text, newline=None), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    header: tuple[str, ...] = ()
    rows, lines = [], []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        line = reader.line_num + bool(told)
        if not header:
            header = tuple(cell.strip() for cell in cells)
            continue
        rows.append(_fitted(cells, header, line, delimiter))
        lines.append(line)
    return Table(name, encoding, delimiter, header, tuple(rows), tuple(lines))


def _fitted(
    cells: list[str], header: tuple[str, ...], line: int, delimiter: str
) -> tuple[str, ...]:
    """The row with as many cells as the header; what spreadsheets leave out or add is empty."""
    if any(cell.strip() for cell in cells[len(header) :]):
        raise csv.Error(
            f"line {line} has {len(cells)} cells separated by {delimiter!r}, "
            f"but the first line names {len(header)} columns"
        )
    return tuple((cells + [""] * len(header))[: len(header)])


def _delimiter(text: str) -> str:
    first = re.sub(r'"[^"]*"', "", text.lstrip().split("\n", 1)[0])
    possible = "".join(one for one in SEPARATORS if one in first)
    if len(possible) < 2:
        return possible or ","
    try:
        return csv.Sniffer().sniff(text[:SAMPLE], possible).delimiter
    except csv.Error:  # rows that agree on none
        return max(possible, key=first.count)
