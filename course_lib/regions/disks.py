"""What a set with straight edges has in common with a disk around the origin, by formula."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from course_lib.exact import read
from course_lib.regions.areas import EPS, Measured, Outline, moved_area
from course_lib.regions.boxes import ExactBox, corners

__all__ = ["common_with_disk", "near_disk"]

Array = np.ndarray
FAR = 16  # a box that reaches so many radii is cut down, lest the disk drown in its rounding


def near_disk(box: ExactBox, radius: float) -> ExactBox | None:
    """The part of a box that can meet the disk, in a box of its size; None if none does."""
    reach = 2 * read(radius)
    if all(max(-low, high) <= FAR * reach / 2 for low, high in box):
        return box
    near = tuple((max(low, -reach), min(high, reach)) for low, high in box)
    return near if all(low < high for low, high in near) else None


def common_with_disk(outline: Outline, box: ExactBox, radius: float) -> tuple[Measured, Measured]:
    """The areas, within a disk around the origin, of an outlined set in a box and of the box."""
    r2 = read(radius) ** 2
    nearest = sum(max(low, -high, Fraction(0)) ** 2 for low, high in box)
    if nearest >= r2:
        return Measured(Fraction(0)), Measured(Fraction(0))
    frame = np.array(corners(box), dtype=object)
    around = np.stack([frame, np.roll(frame, -1, axis=0)], axis=1)
    rim = Outline(around, np.zeros(len(around)))
    if all(x * x + y * y <= r2 for x, y in frame):
        return outline.area(), rim.area()
    return _area_in_disk(outline, radius), _area_in_disk(rim, radius)


def _area_in_disk(outline: Outline, radius: float) -> Measured:
    """The area inside a disk around the origin of a set with given directed edges.

    Each edge contributes the part of the disk between it and the centre: sectors where it runs
    outside, a triangle where it runs inside.
    """
    edges, moved, unit = outline.scaled(read(radius))
    r = float(read(radius) / unit)
    apart = (edges[:, 0] != edges[:, 1]).any(axis=1)  # two exact corners may round to one point
    height, start, end, half = _chords(edges[apart], r)
    enter, leave = np.clip(-half, start, end), np.clip(half, start, end)
    turns = _angle(height, start, enter) + _angle(height, leave, end)
    triangles = height * (leave - enter)
    turn = turns.sum()
    if not (enter < leave).any():  # the outline never meets the disk, but may run around it
        turn = 2 * math.pi * round(turn / (2 * math.pi))
    area = (turn * r**2 + triangles.sum()) / 2
    doubt = 8 * EPS * (np.abs(turns).sum() * r**2 + np.abs(triangles).sum())
    doubt += moved_area(edges, np.maximum(moved, 4 * EPS * r))
    return Measured(*(Fraction(float(part)) * unit**2 for part in (area, doubt)))


def _chords(edges: Array, radius: float) -> tuple[Array, Array, Array, Array]:
    """Edges measured along their lines, from the foot of the perpendicular from the origin.

    Returns:
        The signed distance of each line, where its edge starts and ends, and half its chord.
    """
    p, d = edges[:, 0], edges[:, 1] - edges[:, 0]
    length = np.hypot(*d.T)
    along = d / length[:, None]
    height = p[:, 0] * along[:, 1] - p[:, 1] * along[:, 0]
    start = (p * along).sum(axis=1)
    half = np.sqrt(np.maximum((radius - height) * (radius + height), 0))
    return height, start, start + length, half


def _angle(height: Array, start: Array, end: Array) -> Array:
    """The angle, seen from the origin, between two places on a line at a signed distance."""
    return np.sign(height) * (np.arctan2(end, np.abs(height)) - np.arctan2(start, np.abs(height)))
