"""What happened while a network cut the domain: who came from whom, and which neurons were on."""

from __future__ import annotations

import numpy as np

from course_lib.errors import InvalidInputError
from course_lib.regions.columns import Columns

__all__ = ["History", "Record"]

Array = np.ndarray
MAX_FACES = 1_000_000  # L blocks may make 2^L pieces: stop before the memory is full


class Record:
    """One stage: where its new faces came from, and on which faces each neuron is positive.

    Faces are numbered in the order in which they are made, so only the new ones need an origin. A
    sign takes one bit for each neuron and face; a face that is cut hands its bits on.

    Args:
        faces: how many there are when the stage begins.
        neurons: how many will cut them.
    """

    def __init__(self, faces: int, neurons: int) -> None:
        self._before, self._neurons = faces, neurons
        self.tail = np.zeros(0, dtype=np.int32)  # origins of new faces, among those from before
        self._bits = Columns(np.zeros((-(-neurons // 8), faces), dtype=np.uint8))

    @property
    def faces(self) -> int:
        """How many faces there are by now."""
        return self._before + len(self.tail)

    @property
    def origin(self) -> Array:
        """For each face the one from before the stage that it is a part of."""
        return np.concatenate([np.arange(self._before), self.tail])

    def split(self, cut: Array) -> None:
        """New faces come off those in ``cut``, in this order."""
        _require_few(self.faces + len(cut))
        origin = cut.astype(np.int32)
        late = origin >= self._before
        origin[late] = self.tail[origin[late] - self._before]
        self.tail = np.concatenate([self.tail, origin])
        self._bits.append(self._bits.values[:, cut])

    def mark(self, j: int, positive: Array) -> None:
        """Neuron j, which has done its cutting, is positive on these faces: shape (faces,)."""
        self._bits.values[j // 8] |= positive.view(np.uint8) << np.uint8(7 - j % 8)

    def positive(self, j: int) -> Array:
        """On which faces neuron j is positive: shape (faces,)."""
        return (self._bits.values[j // 8] & np.uint8(128 >> j % 8)).astype(bool)

    def active(self, part: slice = slice(None)) -> Array:
        """Which neurons are positive on some of the faces: booleans (neurons, faces)."""
        shifts = np.arange(7, -1, -1, dtype=np.uint8)[: self._neurons]
        bits = (self._bits.values[:, None, part] >> shifts[:, None]) & np.uint8(1)
        return bits.reshape(-1, bits.shape[2])[: self._neurons].view(bool)


class History:
    """The records of all stages."""

    def __init__(self) -> None:
        self._records: list[Record] = []

    def begin(self, faces: int, neurons: int) -> Record:
        """Start a stage with so many faces and neurons."""
        _require_few(faces)
        self._records.append(Record(faces, neurons))
        return self._records[-1]

    def patterns(self, faces: int) -> Array:
        """Which neurons are positive on which face: shape (faces, neurons), in network order."""
        face = np.arange(faces)
        found: list[Array] = []
        for record in reversed(self._records):
            found.append(record.active()[:, face].T)
            face = record.origin[face]
        return np.concatenate(found[::-1], axis=1) if found else np.zeros((faces, 0), dtype=bool)


def _require_few(faces: int) -> None:
    if faces > MAX_FACES:
        raise InvalidInputError(
            f"This network has more than {MAX_FACES:,} pieces here, too many to list. "
            "Pass a smaller box or a network with fewer neurons."
        )
