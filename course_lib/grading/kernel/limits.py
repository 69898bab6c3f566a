"""What one submission may use: memory, processes, time and output, each with its unit."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from course_lib.errors import InvalidInputError

__all__ = ["Limits"]

KiB, MiB, GiB = 2**10, 2**20, 2**30
FILE = "limits.json"  # in a course folder


@dataclass(frozen=True)
class Limits:
    """Caps on one student's kernel; all fields are plain positive numbers.

    Sizes are in bytes. `cell_seconds`, `call_seconds` and `cpu_seconds` are computing time of the
    submission's own processes, so that a busy machine takes nothing from anybody; the clock on the
    wall is a backstop, and what it stops waits for a person. The memory of the whole sandbox is
    sampled about three times a second, so a fast allocation can overshoot `memory_bytes` for a
    moment; `data_bytes` and `address_bytes` stop a single process at once, with a MemoryError that
    the student can read.

    Raises:
        InvalidInputError: if a number is not positive and finite, or a count is not whole.

    >>> Limits(cell_seconds=10).cell_seconds
    10
    >>> Limits.from_json(Limits().to_json()) == Limits()
    True
    """

    # the whole sandbox: private and shared memory, and what lies in its scratch folders
    memory_bytes: int = 2 * GiB
    processes: int = 128  # threads count: an idle kernel has about 15, torch adds few
    scratch_bytes: int = 64 * MiB  # /tmp, home and working folder in one
    # each process
    data_bytes: int = 2 * GiB  # writable private memory (RLIMIT_DATA)
    address_bytes: int = (
        16 * GiB
    )  # RLIMIT_AS; a kernel with torch reserves several without using it
    file_bytes: int = 32 * MiB
    open_files: int = 256
    # computing time
    cell_seconds: float = 30.0
    call_seconds: float = 5.0  # what students are told: checks.answer.CALL_SECONDS, not loaded here
    cpu_seconds: int = 180  # all cells and calls of one run, and what replays cost
    # the clock on the wall
    start_seconds: float = 60.0  # until a fresh kernel answers; our time, not the student's
    patience: float = 4.0  # a cell or a call may last so many times its computing time
    wall_seconds: float = 900.0  # everything: both runs, kernel starts and replays
    # what comes back
    outputs_per_cell: int = 50
    text_bytes: int = 100_000  # one text output
    image_bytes: int = 1_000_000  # one image, in base64
    notebook_output_bytes: int = 5_000_000
    message_bytes: int = 16_000_000  # one message from the kernel

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            times = field.name.endswith("_seconds") and field.name != "cpu_seconds"
            whole = not times and field.name != "patience"
            kinds = (int,) if whole else (int, float)
            if isinstance(value, bool) or not isinstance(value, kinds):
                raise InvalidInputError(
                    f"Limits({field.name}={value!r}) is not a {'whole ' if whole else ''}number. "
                    f"Pass one, such as the default {field.default}."
                )
            if not 0 < value < math.inf:
                raise InvalidInputError(
                    f"Limits({field.name}={value!r}) must be positive and finite. "
                    f"Pass a number such as the default {field.default}."
                )

    def to_json(self) -> str:
        """The limits as JSON text, for a file or another process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Limits:
        """Read what `to_json` wrote; a missing field takes its default.

        Raises:
            InvalidInputError: if the text is not a JSON object of known fields with valid numbers.
        """
        try:
            given = json.loads(text)
        except ValueError as error:
            raise InvalidInputError(
                f"These limits are not JSON ({error}). Write them with Limits.to_json()."
            ) from error
        known = {field.name for field in fields(cls)}
        if not isinstance(given, dict) or not given.keys() <= known:
            extra = sorted(set(given) - known) if isinstance(given, dict) else type(given).__name__
            raise InvalidInputError(
                f"Limits do not know {extra}. Use only these names: {', '.join(sorted(known))}."
            )
        return cls(**given)

    @classmethod
    def of_course(cls, folder: Path) -> Limits:
        """Those that ``limits.json`` in a course folder sets; the defaults where it says nothing.

        Raises:
            InvalidInputError: as `from_json`, with the file's name.
        """
        path = folder / FILE
        if not path.exists():
            return cls()
        try:
            return cls.from_json(path.read_text(encoding="utf-8-sig"))
        except InvalidInputError as error:
            raise InvalidInputError(f"{path} can't be used. {error}") from None
