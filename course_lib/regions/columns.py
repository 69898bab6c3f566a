"""Tables whose columns become more and more."""

from __future__ import annotations

import numpy as np

from course_lib.errors import InvalidInputError

__all__ = ["Columns", "require_room"]

Array = np.ndarray
MAX_ENTRIES = 150_000_000  # more than a gigabyte: stop before the memory is full


class Columns:
    """An array of shape (k, n) that grows along n; it is copied only when its room doubles."""

    def __init__(self, block: Array) -> None:
        self._buffer = block
        self._n = block.shape[1]

    @property
    def values(self) -> Array:
        """A view of shape (k, n)."""
        return self._buffer[:, : self._n]

    def append(self, block: Array) -> None:
        """Add columns of shape (k, new)."""
        n = self._n + block.shape[1]
        if n > self._buffer.shape[1]:
            rows = len(self._buffer)
            require_room(rows, n)
            room = np.empty((rows, max(n, min(2 * n, MAX_ENTRIES // rows))), self._buffer.dtype)
            room[:, : self._n] = self.values
            self._buffer = room
        self._buffer[:, self._n : n] = block
        self._n = n


def require_room(rows: int, columns: int) -> None:
    """Refuse a table that would fill the memory.

    Raises:
        InvalidInputError: more than ``MAX_ENTRIES`` numbers.
    """
    if rows * columns > MAX_ENTRIES:
        raise InvalidInputError(
            f"The pieces of this network take a table of {rows:,} numbers at each of {columns:,} "
            "corners or pieces, too many to keep. Pass a smaller box or a network with fewer "
            "neurons in a layer."
        )
