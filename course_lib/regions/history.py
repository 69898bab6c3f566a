"""What happened while a network cut the domain: who came from whom, and which neurons were on."""

from __future__ import annotations

import numpy as np

from course_lib.errors import InvalidInputError

__all__ = ["History"]

Array = np.ndarray
MAX_FACES = 1_000_000  # L blocks may make 2^L pieces: stop before the memory is full


class History:
    """The origin of every face and the sign of every neuron, stage by stage.

    Faces are numbered in the order in which they are made, so each stage needs to record only where
    its new faces came from.
    """

    def __init__(self) -> None:
        self._stages: list[tuple[Array, Array]] = []
        self.begin(0)

    def begin(self, faces: int) -> None:
        """Start a stage with so many faces."""
        if faces > MAX_FACES:
            raise InvalidInputError(
                f"This network has more than {MAX_FACES:,} pieces here, too many to list. "
                "Pass a smaller box or a network with fewer neurons."
            )
        self._before = faces
        self.tail = np.zeros(0, dtype=np.int32)  # origins of new faces, among those from before

    def split(self, cut: Array) -> None:
        """New faces come off those in ``cut``, in this order."""
        origin = cut.astype(np.int32)
        late = origin >= self._before
        origin[late] = self.tail[origin[late] - self._before]
        self.tail = np.concatenate([self.tail, origin])

    def record(self, active: Array) -> None:
        """End the stage: which of its neurons are positive on which face, shape (m, faces)."""
        self._stages.append((active, self.tail))

    def patterns(self, faces: int) -> Array:
        """Which neurons are positive on which face: shape (faces, neurons), in network order."""
        face = np.arange(faces)
        rows: list[Array] = []
        for active, tail in reversed(self._stages):
            rows.extend(active[::-1, face])
            old = active.shape[1] - len(tail)
            late = face >= old
            face[late] = tail[face[late] - old]
        return np.stack(rows[::-1], axis=1) if rows else np.zeros((faces, 0), dtype=bool)
