"""Surfaces in space made of flat faces, seen from far away, and plane cuts through what is inside.

The front end ``turning_surface.js`` draws the same picture in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb

from course_lib.arguments import read_list, read_mapping, read_number
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks.reading import read_array
from course_lib.plots.palette import POSITIVE, REGION_COLOURS, TARGET, WITNESS
from course_lib.plots.plane import plane_axes
from course_lib.plots.reading import read_axes, read_pair

__all__ = ["draw_slice", "draw_solid"]

Array = np.ndarray
LIGHT = np.array([0.35, 0.45, 0.82])
EDGES = [  # of a cube, as pairs of corners
    (a, b)
    for a in np.ndindex(2, 2, 2)
    for b in np.ndindex(2, 2, 2)
    if a < b and sum(p != q for p, q in zip(a, b, strict=True)) == 1
]


def draw_solid(
    faces: Sequence[Any],
    caps: Sequence[Any],
    tube: Mapping[str, Any] | None,
    side: float,
    ax: Axes,
    *,
    angles: tuple[float, float] = (30, 20),
) -> Axes:
    """Draw a set of space by its faces, the faces behind first, in a box.

    Args:
        faces: polygons of shape (k, 3), anticlockwise as seen from outside.
        caps: where the box cuts the set, the same; drawn in light colour.
        tube: {"from": point, "to": point, ...} of a tube inside the set, drawn over everything, or
            None.
        side: the box is [-side, side] in each coordinate.
        ax: where to draw.
        angles: how far the view is turned, and how far above the horizon it is, in degrees.

    Raises:
        ShapeError: polygons that are not in space.
        InvalidInputError: a side or angles that are no numbers.
    """
    ax, side = read_axes(ax), read_number("side", side, above=0)
    turn, tilt = (
        np.radians(read_number("a member of angles", angle))
        for angle in read_pair("angles", angles, of="(turn, tilt)")
    )
    faces, caps = _solids("faces", faces), _solids("caps", caps)
    frame = _frame(turn, tilt)
    _draw_box(side, frame, ax)
    painted: list[tuple[Array, Array, Any]] = [
        (face @ frame[0], face @ frame[1:].T, _shade(face, frame[0])) for face in faces
    ]
    painted += [(cap @ frame[0], cap @ frame[1:].T, REGION_COLOURS["positive"]) for cap in caps]
    painted.sort(key=lambda part: part[0].mean())
    ax.add_collection(
        PolyCollection(
            [flat for _, flat, _ in painted],
            facecolors=[colour for _, _, colour in painted],
            edgecolors=REGION_COLOURS["rim"],
            linewidths=0.5,
        ),
        autolim=False,
    )
    _draw_ball(frame, ax)
    if tube is not None:
        _draw_tube(read_mapping("tube", tube, of='{"from": ..., "to": ...}'), frame, ax)
    reach = 1.75 * side
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    ax.set_axis_off()
    return ax


def draw_slice(polygons: Sequence[Any], side: float, ax: Axes) -> Axes:
    """Draw what a plane cuts out of a set: convex polygons of shape (k, 2), seen from above.

    Args:
        polygons: they touch, and don't overlap.
        side: the picture shows [-side, side] in both coordinates.
        ax: where to draw.

    Raises:
        ShapeError: polygons that are not in the plane.
    """
    ax, side = read_axes(ax), read_number("side", side, above=0)
    flat = _polygons("polygons", polygons, 2)
    ax.set_facecolor(REGION_COLOURS["negative"])
    ax.add_collection(
        PolyCollection(
            flat,
            facecolors=REGION_COLOURS["positive"],
            edgecolors=REGION_COLOURS["hatch"],
            linewidths=0.7,
            hatch="///",
        ),
        autolim=False,
    )
    turn = np.linspace(0, 2 * np.pi, 200)
    ax.plot(np.cos(turn), np.sin(turn), color=TARGET, linestyle=(0, (5, 3)), linewidth=1.2)
    return plane_axes(((-side, side), (-side, side)), ax)


def _frame(turn: float, tilt: float) -> Array:
    """Rows: towards the eye, to the right, and up."""
    return np.array(
        [
            [np.cos(tilt) * np.cos(turn), np.cos(tilt) * np.sin(turn), np.sin(tilt)],
            [-np.sin(turn), np.cos(turn), 0],
            [-np.sin(tilt) * np.cos(turn), -np.sin(tilt) * np.sin(turn), np.cos(tilt)],
        ]
    )


def _shade(face: Array, eye: Array) -> tuple[float, ...]:
    """The colour of {f > 0}, lighter where the light falls; the inside is darker."""
    normal = np.cross(face[:-1] - face[0], np.roll(face, -1, axis=0)[:-1] - face[0]).sum(axis=0)
    length = np.linalg.norm(normal)
    normal = normal / length if length else eye
    outside = normal @ eye > 0
    share = 0.55 + 0.45 * abs(normal @ LIGHT)
    white = np.ones(3) * (0.35 if outside else 0)
    colour = np.array(to_rgb(POSITIVE)) * (1 - white) + white
    return tuple(np.clip(colour * share * (1 if outside else 0.7), 0, 1))


def _draw_box(side: float, frame: Array, ax: Axes) -> None:
    for ends in EDGES:
        line = side * (2 * np.array(ends) - 1) @ frame[1:].T
        ax.plot(*line.T, color="#999999", linewidth=0.7, zorder=0)
    for axis in range(3):
        x, y = 1.1 * side * _outermost(axis, frame)
        ax.text(x, y, f"$x_{axis + 1}$", color="#444444", ha="center", va="center")


def _outermost(axis: int, frame: Array) -> Array:
    """The middle of an edge along that axis, the one that lies farthest out in the picture."""
    ends = [2.0 * np.array(pair) - 1 for pair in np.ndindex(2, 2)]
    middles = np.array([np.insert(pair, axis, 0) for pair in ends]) @ frame[1:].T
    # a little to the left and below where two are equally far
    return middles[((middles**2).sum(axis=1) - middles @ [0.2, 0.4]).argmax()]


def _draw_ball(frame: Array, ax: Axes) -> None:
    """The unit ball by three great circles, dashed like every target."""
    turn = np.linspace(0, 2 * np.pi, 100)
    for axis in range(3):
        circle = np.insert(np.stack([np.cos(turn), np.sin(turn)], axis=1), axis, 0, axis=1)
        line = circle @ frame[1:].T
        ax.plot(*line.T, color=TARGET, linestyle=(0, (4, 3)), linewidth=0.7, alpha=0.7)


def _draw_tube(tube: Mapping[str, Any], frame: Array, ax: Axes) -> None:
    lacking = [name for name in ("from", "to") if np.shape(tube.get(name, ())) != (3,)]
    if lacking:
        raise InvalidInputError(
            f"The tube has no point of space as {lacking}. Pass both ends of its axis."
        )
    start, end = (read_array(name, tube[name]) @ frame[1:].T for name in ("from", "to"))
    style = {"arrowstyle": "-|>", "color": WITNESS, "lw": 2.2}
    ax.annotate("", xy=end, xytext=start, arrowprops=style, annotation_clip=False)


def _solids(name: str, value: Any) -> list[Array]:
    return _polygons(name, value, 3)


def _polygons(name: str, value: Any, dim: int) -> list[Array]:
    listed = [
        read_array(f"a member of {name}", one) for one in read_list(name, value, of="polygons")
    ]
    for polygon in listed:
        if polygon.ndim != 2 or polygon.shape[1] != dim or len(polygon) < 3:
            raise ShapeError(
                f"A member of {name} has the shape {polygon.shape}. Pass three or more points of "
                f"{dim} coordinates."
            )
        if not np.isfinite(polygon.astype(float)).all():
            raise InvalidInputError(f"A member of {name} is not finite. Pass finite points.")
    return [polygon.astype(float) for polygon in listed]
