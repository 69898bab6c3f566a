"""The instances a check is made on: drawn from a text; the same text gives the same ones."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

import numpy as np

__all__ = ["PRACTICE", "PUBLIC", "Instances"]

PUBLIC = "public"  # for the checks that a student sees
PRACTICE = "practice"  # for hidden checks where no lecturer has set a secret


@dataclass(frozen=True)
class Instances:
    """Where a check draws its targets, polygons, networks and tolerances from.

    Args:
        exercise: the exercise's name: each has instances of its own.
        secret: the text that decides them; :data:`PUBLIC` for public checks.

    >>> draw = Instances("03.tube", PUBLIC)
    >>> int(draw.rng.integers(100)) == int(Instances("03.tube", PUBLIC).rng.integers(100))
    True
    """

    exercise: str
    secret: str = PUBLIC

    @property
    def hidden(self) -> bool:
        """Whether these are the hidden ones."""
        return self.secret != PUBLIC

    @property
    def rng(self) -> np.random.Generator:
        """A fresh generator; every one gives the same numbers."""
        digest = hmac.new(self.secret.encode(), self.exercise.encode(), hashlib.sha256).digest()
        return np.random.default_rng(int.from_bytes(digest))
