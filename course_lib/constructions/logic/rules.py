"""Rules: convex polytopes, kept as exact half-spaces and corners."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import counted, read_list, shown
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import HalfSpace, Vector, kernel_vector, rank, read, read_vector, solve
from course_lib.exact.linear import to_integers
from course_lib.networks.reading import as_points
from course_lib.regions.boxes import read_box

__all__ = ["Rule"]


@dataclass(frozen=True)
class Rule:
    """A convex polytope in R^d: "x lies in all of these half-spaces".

    Args:
        half_spaces: pairs (normal, offset), each standing for normal · x + offset >= 0, or
            HalfSpaces. Half-spaces that bound no facet are dropped.

    Attributes:
        vertices: its corners as Fractions; in the plane anticlockwise, else sorted.

    Raises:
        ShapeError: no half-space, or normals of different dimensions.
        InvalidInputError: a set that is unbounded, or that has no inside.

    All combinations of d half-spaces are tried, so keep to small d and few dozen half-spaces.

    >>> interval = Rule([([1], 0), ([-1], 2), ([1], 5)])
    >>> interval.vertices == ((0,), (2,)), len(interval.half_spaces)
    (True, 2)
    """

    half_spaces: tuple[HalfSpace, ...]
    vertices: tuple[Vector, ...] = field(init=False, compare=False)

    def __repr__(self) -> str:
        dim, corners = len(self.vertices[0]), len(self.vertices)
        return (
            f"Rule({counted(len(self.half_spaces), 'half-space')} in R^{dim}, "
            f"{counted(corners, 'corner')})"
        )

    def __init__(self, half_spaces: Iterable[HalfSpace | tuple[Any, Any]]) -> None:
        listed = read_list("half_spaces", half_spaces, of="pairs (normal, offset)")
        halves = tuple(dict.fromkeys(map(_read_half_space, listed)))
        if len({len(half.normal) for half in halves}) != 1:
            raise ShapeError(
                "A rule needs half-spaces. Pass some, all with normals of one length d."
            )
        vertices = _vertices(halves)
        _require_solid(halves, vertices)
        facets = tuple(half for half in halves if _is_facet(half, vertices))
        object.__setattr__(self, "half_spaces", facets)
        object.__setattr__(self, "vertices", vertices)

    @classmethod
    def from_vertices(cls, vertices: Iterable[Sequence[Any]]) -> Self:
        """The convex polytope with these corners, in any order and any dimension.

        Raises:
            ShapeError: no points, or points of different dimensions.
            InvalidInputError: a corner strictly inside the others' hull (a polygon that is not
                convex), or corners that span no volume.

        >>> triangle = Rule.from_vertices([(0, 0), (1, 0), (0, 1)])
        >>> triangle.volume
        Fraction(1, 2)
        """
        listed = read_list("vertices", vertices, of="corners")
        points = list(dict.fromkeys(read_vector(corner, "a corner") for corner in listed))
        if len({len(point) for point in points}) != 1 or not points[0]:
            raise ShapeError(
                "A rule needs corners. Pass some, all with the same number of coordinates."
            )
        if _spanned(points) <= len(points[0]):
            raise InvalidInputError(
                f"These {counted(len(points), 'corner')} span no volume. Pass corners that do "
                "not all lie "
                "on one line or plane."
            )
        halves = _supports(points)
        for point in points:
            if all(half.height(point) > 0 for half in halves):
                raise InvalidInputError(
                    f"The corner {tuple(map(float, point))} lies inside the hull of the others; a "
                    "rule is convex. Cut the polygon into convex ones."
                )
        return cls(halves)

    @classmethod
    def from_box(cls, box: Iterable[tuple[Any, Any]]) -> Self:
        """The box with sides (low, high), one pair per coordinate.

        Raises:
            ShapeError: no side.
            InvalidInputError: a side without length.

        >>> Rule.from_box([(0, 1), (0, "1/2")]).volume
        Fraction(1, 2)
        """
        halves: list[tuple[Any, Any]] = []
        sides = read_list("box", box, of="pairs (low, high)")
        for k, (low, high) in enumerate(read_box(sides, len(sides))):
            axis = [Fraction(k == j) for j in range(len(sides))]
            halves += [(axis, -low), ([-x for x in axis], high)]
        return cls(halves)

    @property
    def dim(self) -> int:
        """The number d of coordinates."""
        return len(self.vertices[0])

    @functools.cached_property
    def volume(self) -> Fraction:
        """Length, area or volume, exactly: pyramids from one corner over all facets."""
        if self.dim == 1:
            return abs(self.vertices[1][0] - self.vertices[0][0])
        total, apex = Fraction(0), self.vertices[0]
        for half in self.half_spaces:
            if height := half.height(apex):
                shadow, stretch = self._shadow(half)
                total += height / stretch * shadow
        return total / self.dim

    @functools.cached_property
    def facet_area(self) -> float:
        """The measure of its boundary: 2 on the line, the perimeter in the plane, and so on."""
        areas = []
        for half in self.half_spaces:
            shadow, stretch = self._shadow(half)
            areas.append(float(shadow) * math.hypot(*(x / stretch for x in half.normal)))
        return math.fsum(areas)

    def contains(self, points: Any) -> NDArray[np.bool_]:
        """Which points of shape (..., d) lie in the rule: booleans (...). Rounded; see HalfSpace.

        >>> Rule.from_box([(0, 1)]).contains([[0.5], [2.0]]).tolist()
        [True, False]
        """
        x = as_points(f"Rule(dim={self.dim})", self.dim, points, np.dtype(np.float64))
        if np.isnan(x).any():
            raise InvalidInputError("A rule got points that hold NaN. Pass real coordinates.")
        rows = [(*half.normal, half.offset) for half in self.half_spaces]
        # divided first, so that huge whole numbers fit into floats
        table = np.array([[float(entry / max(map(abs, row))) for entry in row] for row in rows])
        return np.asarray((x @ table[:, :-1].T + table[:, -1] >= 0).all(axis=-1))

    def _shadow(self, half: HalfSpace) -> tuple[Fraction, Fraction]:
        """The measure of a facet seen along the axis it faces most, and |normal| on that axis."""
        stretch, axis = max((abs(x), j) for j, x in enumerate(half.normal))
        if self.dim == 1:
            return Fraction(1), stretch
        on = [vertex for vertex in self.vertices if half.height(vertex) == 0]
        flat = Rule.from_vertices([(*vertex[:axis], *vertex[axis + 1 :]) for vertex in on])
        return flat.volume, stretch


def _read_half_space(half: HalfSpace | tuple[Any, Any]) -> HalfSpace:
    """The half-space with whole numbers without a common factor, so that equal ones look equal."""
    if not isinstance(half, HalfSpace):
        normal, offset = _pair(half)
        half = HalfSpace(read_vector(normal, "normal"), read(offset, "offset"))
    entries, _ = to_integers((*half.normal, half.offset))
    divisor = math.gcd(*entries)
    *normal, offset = (Fraction(entry // divisor) for entry in entries)
    return HalfSpace(tuple(normal), offset)


def _pair(half: Any) -> list[Any]:
    pair = read_list("a half-space", half, of="a normal and an offset")
    if len(pair) != 2:
        raise ShapeError(f"A half-space must be a pair (normal, offset), got {shown(half)}.")
    return pair


def _vertices(halves: tuple[HalfSpace, ...]) -> tuple[Vector, ...]:
    """The points of the set where d boundaries meet."""
    found: set[Vector] = set()
    for chosen in itertools.combinations(halves, len(halves[0].normal)):
        x = solve([half.normal for half in chosen], [-half.offset for half in chosen])
        if x is not None and x not in found and all(half.contains(x) for half in halves):
            found.add(x)
    points = sorted(found)
    return tuple(_anticlockwise(points) if points and len(points[0]) == 2 else points)


def _anticlockwise(points: list[Vector]) -> list[Vector]:
    first, *others = points  # the leftmost: all others lie within half a turn of it

    def turn(p: Vector, q: Vector) -> int:
        cross = (p[0] - first[0]) * (q[1] - first[1]) - (p[1] - first[1]) * (q[0] - first[0])
        return (cross < 0) - (cross > 0)

    return [first, *sorted(others, key=functools.cmp_to_key(turn))]


def _require_solid(halves: tuple[HalfSpace, ...], vertices: tuple[Vector, ...]) -> None:
    dim = len(halves[0].normal)
    if _is_unbounded(halves):
        raise InvalidInputError(
            "These half-spaces leave a way to infinity. Add the sides of a box, so that the rule "
            "is bounded."
        )
    if _spanned(vertices) <= dim:
        raise InvalidInputError(
            "These half-spaces have no inside in common. Check the signs: a rule is the set "
            "normal · x + offset >= 0."
        )


def _is_unbounded(halves: tuple[HalfSpace, ...]) -> bool:
    """Whether a direction v ≠ 0 has normal · v >= 0 for all normals."""
    normals = [half.normal for half in halves]
    zero = (Fraction(0),) * len(normals[0])
    if rank(normals) < len(zero):
        return True
    # the extreme directions of the cone {v} lie on d - 1 of its sides
    for chosen in itertools.combinations(normals, len(zero) - 1):
        v = kernel_vector([zero, *chosen])
        assert v is not None
        signs = [sum(x * y for x, y in zip(normal, v, strict=True)) for normal in normals]
        if min(signs) >= 0 or max(signs) <= 0:
            return True
    return False


def _is_facet(half: HalfSpace, vertices: tuple[Vector, ...]) -> bool:
    on = [vertex for vertex in vertices if half.height(vertex) == 0]
    return _spanned(on) == len(half.normal)


def _spanned(points: Sequence[Vector]) -> int:
    """One more than the dimension of the flat through the points; 0 without points."""
    return rank([(*point, Fraction(1)) for point in points]) if points else 0


def _supports(points: list[Vector]) -> list[HalfSpace]:
    """The half-spaces through d of the points with all points inside."""
    found = []
    for chosen in itertools.combinations(points, len(points[0])):
        plane = kernel_vector([(*point, Fraction(1)) for point in chosen])
        assert plane is not None
        if not any(plane[:-1]):
            continue
        half = HalfSpace(plane[:-1], plane[-1])
        heights = [half.height(point) for point in points]
        if min(heights) >= 0:
            found.append(half)
        elif max(heights) <= 0:
            found.append(HalfSpace(tuple(-x for x in plane[:-1]), -plane[-1]))
    return found
