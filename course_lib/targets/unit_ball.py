"""The unit ball with its margin: the opening example of the course."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import read_choice, read_number, read_whole
from course_lib.draws import Draws
from course_lib.errors import InvalidInputError
from course_lib.targets.reading import (
    Sample,
    as_sample,
    is_within,
    read_points,
    shuffled_labels,
    unit_above,
)

__all__ = ["UnitBall"]


@dataclass(frozen=True)
class UnitBall:
    """The ball |x| <= inner in R^d against the shell outer <= |x| <= reach.

    The opening example of Lin & Jegelka (2018), section 3 and Figure 2: class +1 inside, class -1
    outside, and nothing sampled in the margin inner < |x| < outer.

    Args:
        dim: d, at least 1.
        inner: radius of the positive ball.
        outer: where the negative shell begins, at least ``inner``.
        reach: where it ends, more than ``outer``; without it 3, or 1.5 ``outer`` if that is more.
        near: share of the sample (0 to 1) drawn close to the two boundaries: at a distance that is
            exponential with mean inner / 5.
        far: how the rest of the shell is drawn: uniform in ``"volume"``, or in the logarithm of the
            radius (``"scale"``), so that no distance is too far to be seen. The ball's rest is
            always uniform in volume.

    Raises:
        InvalidInputError: radii out of order, a share outside 0 to 1, or another ``far``.

    >>> points, labels = UnitBall.paper_setting().sample(400, seed=0)
    >>> points.shape, np.unique(labels).tolist()
    ((400, 2), [-1.0, 1.0])
    """

    dim: int = 2
    inner: float = 1.0
    outer: float = 2.0
    reach: float | None = None
    near: float = 0.0
    far: Literal["volume", "scale"] = "volume"

    def __post_init__(self) -> None:
        read_whole("dim", self.dim, at_least=1)
        for name in ("inner", "outer"):
            read_number(name, getattr(self, name), at_least=0)
        if self.reach is not None:
            read_number("reach", self.reach, at_least=0)
        read_number("near", self.near, at_least=0, at_most=1)
        read_choice("far", self.far, ("volume", "scale"))
        reach = max(3.0, 1.5 * self.outer) if self.reach is None else self.reach
        if not 0 < self.inner <= self.outer < reach < math.inf:
            raise InvalidInputError(
                f"UnitBall needs 0 < inner <= outer < reach, got inner={self.inner}, "
                f"outer={self.outer}, reach={reach}. Pass radii in that order."
            )
        object.__setattr__(self, "reach", reach)

    @classmethod
    def paper_setting(cls, dim: int = 2) -> Self:
        """+1 on |x| <= 1 and -1 on 2 <= |x| <= 3, uniform (Lin & Jegelka 2018, section 3)."""
        return cls(dim, inner=1.0, outer=2.0, reach=3.0)

    @classmethod
    def lesson_setting(cls, dim: int = 2) -> Self:
        """No margin, 70 % of the sample close to |x| = 1, the other negatives at all scales to 40.

        A network trained on it has met points far outside the picture, and the circle itself.
        """
        return cls(dim, inner=1.0, outer=1.0, reach=40.0, near=0.7, far="scale")

    def contains(self, points: Any) -> NDArray[np.bool_]:
        """Which points of shape (..., d) lie in the ball |x| <= inner: booleans of shape (...)."""
        x = read_points(f"UnitBall(dim={self.dim})", self.dim, points)
        return is_within(x, self.inner)

    def sample(self, n: int, seed: int, *, dtype: Any = np.float32) -> Sample:
        """Draw n labelled points, half of them in each class (one more positive if n is odd).

        Returns:
            points of shape (n, d) and labels of shape (n,), +1 or -1, shuffled. The same seed gives
            the same sample.
        """
        draws = Draws(seed)
        labels = shuffled_labels(n, draws)
        radii = self._radii(labels > 0, draws)
        directions = draws.normal(n, self.dim)
        directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
        points = radii[:, None] * directions
        return as_sample(points, labels, dtype)

    def _radii(self, positive: NDArray[np.bool_], draws: Draws) -> NDArray[np.float64]:
        """Distances from the origin: ``near`` the boundary, or spread out."""
        uniform = draws.uniform(len(positive))
        inner, outer, reach = map(np.float64, (self.inner, self.outer, self.reach))
        low = np.where(positive, 0, outer)
        high = np.where(positive, inner, reach)
        unit = unit_above(high)
        least, most = (low / unit) ** self.dim, (high / unit) ** self.dim
        # Volume grows like r^d, so r^d is uniform; 1 - uniform avoids the centre itself.
        spread = unit * (least + (1 - uniform) * (most - least)) ** (1 / self.dim)
        if self.far == "scale":
            scales = outer * (reach / outer) ** uniform
            spread = np.where(positive, spread, scales)
        gap = -0.2 * self.inner * np.log1p(-uniform)
        close = np.where(positive, self.inner - gap, self.outer + gap)
        close = np.clip(close, low, high)
        near = draws.uniform(len(positive)) < self.near
        return np.where(near, close, spread)
