"""Random draws that a seed fixes: on every system, with every version of NumPy, and as torch draws.

The course's networks, samples and starts were first drawn by torch's generator; this room draws the
same numbers without torch, so that every stored network, sentence and certificate stays true.
The source is the Mersenne Twister (Matsumoto & Nishimura, ACM TOMACS 8, 1998), whose stream NumPy
has promised never to change (``numpy.random.RandomState``). Normal numbers are made by the method
of Box & Muller (1958), in the order in which torch makes them. The tests compare with torch.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import read_whole

__all__ = ["Draws"]

Array = NDArray[np.float64]


class Draws:
    """A stream of random numbers; the same seed gives the same stream.

    Only the last bit of a double depends on the machine's logarithm and cosine, so what must be
    the same everywhere is rounded to single precision by its caller.

    Args:
        seed: a whole number. Its lowest 32 bits count, as torch counts them: -1 is 2^32 - 1.

    Raises:
        InvalidInputError: a seed that is no whole number.

    >>> Draws(0).uniform(2).round(4).tolist()
    [0.9701, 0.7078]
    """

    def __init__(self, seed: int) -> None:
        word = read_whole("seed", seed, at_most=None) & 0xFFFFFFFF
        self._source = np.random.RandomState(word)
        self._spare: float | None = None  # Box & Muller's second number

    def bits(self, n: int) -> NDArray[np.uint32]:
        """The next n words of 32 random bits."""
        if read_whole("n", n, at_least=0) == 0:  # even no bytes would cost a word
            return np.empty(0, dtype=np.uint32)
        return np.frombuffer(self._source.bytes(4 * n), dtype="<u4").astype(np.uint32)

    def uniform(self, *shape: int) -> Array:
        """Multiples of 2^-53 from 0 to below 1, in an array of the given shape."""
        high, low = self.bits(2 * _count(shape)).reshape(-1, 2).T.astype(np.uint64)
        return (((high << np.uint64(32)) | low) % np.uint64(2**53) / 2.0**53).reshape(shape)

    def normal(self, *shape: int) -> Array:
        """Normal numbers of mean 0 and variance 1, in an array of the given shape."""
        n = _count(shape)
        if n < 16:
            return np.array([self._one_normal() for _ in range(n)]).reshape(shape)
        values = self.uniform(n)
        whole = n - n % 16
        values[:whole] = _box_muller(values[:whole].reshape(-1, 2, 8)).ravel()
        if n % 16:  # the last sixteen are drawn anew
            values[-16:] = _box_muller(self.uniform(1, 2, 8)).ravel()
        return values.reshape(shape)

    def whole(self, n: int, below: int) -> NDArray[np.intp]:
        """N whole numbers from 0 to ``below`` - 1, for ``below`` under 2^28."""
        read_whole("below", below, at_least=1, at_most=2**28 - 1)  # beyond, torch draws 64 bits
        return (self.bits(n) % np.uint32(below)).astype(np.intp)

    def permutation(self, n: int) -> NDArray[np.intp]:
        """The numbers 0 to n - 1 in random order (Fisher & Yates)."""
        order = list(range(read_whole("n", n, at_least=0)))
        for i, bits in enumerate(self.bits(max(n - 1, 0)).tolist()):
            j = i + bits % (n - i)
            order[i], order[j] = order[j], order[i]
        return np.array(order, dtype=np.intp)

    def _one_normal(self) -> float:
        if self._spare is not None:
            value, self._spare = self._spare, None
            return value
        turn, share = self.uniform(2).tolist()
        radius, angle = math.sqrt(-2 * math.log1p(-share)), 2 * math.pi * turn
        self._spare = radius * math.sin(angle)
        return radius * math.cos(angle)


def _count(shape: tuple[int, ...]) -> int:
    return math.prod(read_whole("a length in shape", length, at_least=0) for length in shape)


def _box_muller(uniform: Array) -> Array:
    """Pairs of uniform numbers on axis 1 as pairs of independent normal ones."""
    radius, angle = np.sqrt(-2 * np.log(1 - uniform[:, 0])), 2 * np.pi * uniform[:, 1]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
