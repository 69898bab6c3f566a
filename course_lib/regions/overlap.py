"""How well the positive set {f > 0} fits a target: areas in common, met by formula."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from course_lib.arguments import read_flag
from course_lib.errors import InvalidInputError, RoundingError
from course_lib.exact import ExactNetwork, clip_polygon, polygon_area
from course_lib.networks import Network
from course_lib.regions.areas import Measured, Outline
from course_lib.regions.boxes import ExactBox, corners, read_box
from course_lib.regions.disks import common_with_disk, near_disk
from course_lib.regions.outline import on_the_plane, outline_of
from course_lib.regions.simple import convex_parts, half_planes, read_polygon
from course_lib.targets import Ring, UnitBall

__all__ = ["iou"]

SURE = Fraction(1, 2**30)  # what rounding may add to an IoU, else it is left to exact arithmetic


def iou(net: Network | ExactNetwork, target: Any, box: Sequence[Any], exact: bool = False) -> Any:
    """Intersection over union of {f > 0} and a target, both within a box in the plane.

    Arcs and edges are met by formula: nothing is sampled.

    Args:
        net: a network on the plane.
        target: a :class:`UnitBall` (the disk |x| <= inner), a :class:`Ring`, or a simple polygon:
            any object with ``vertices`` of shape (n, 2), in order around it.
        box: pairs (low, high), one per coordinate.
        exact: whether to compute in fractions; for polygons only, circles having none.

    Returns:
        A number from 0 to 1: a float, right to nine digits behind the point, or a Fraction in exact
        mode.

    Raises:
        InvalidInputError: another target, an exact question about circles, or two empty sets.
        ShapeError: a network that does not read two coordinates, or another box.
        RoundingError: see :func:`course_lib.regions.linear_pieces`; or a circle so large beside the
            box, or a ring so thin, that floats cannot measure what they share.

    >>> from course_lib.networks import OneNeuronResNet
    >>> far = OneNeuronResNet.random(2, 0, seed=0).prefix(0)
    >>> 0 <= iou(far, UnitBall(), [(-2, 2), (-2, 2)]) <= 1
    True
    """
    frozen, sides = on_the_plane(net, "iou"), read_box(box, 2)
    exact = read_flag("exact", exact)
    if isinstance(target, UnitBall | Ring):
        _require_floats(target, exact)
        shape: Any = target
    else:
        shape = read_polygon(target)
    share = _share(frozen, shape, sides, exact, unasked=False)
    if share is None:
        share = _share(frozen, shape, sides, exact=True, unasked=True)
    if share is None:
        raise RoundingError(
            "Rounding could change this IoU: the circle is very large beside the box, or the ring "
            "very thin. Pass a larger box, or a polygon as target and exact=True."
        )
    return share if exact else float(share)


def _require_floats(target: UnitBall | Ring, exact: bool) -> None:
    if exact:
        raise InvalidInputError("The area of a disk is no fraction. Pass exact=False.")
    if target.dim != 2:
        raise InvalidInputError(f"iou works in the plane; this UnitBall has dim={target.dim}.")


def _share(
    net: ExactNetwork, target: Any, box: ExactBox, exact: bool, *, unasked: bool
) -> Fraction | None:
    """The IoU, or None where rounding could change it."""
    outline = outline_of(net, corners(box), exact, unasked=unasked)
    positive = outline.area()
    if isinstance(target, UnitBall | Ring):
        common, whole = _round_areas(net, outline, target, box, exact, unasked)
    else:
        common, whole = _polygon_areas(net, target, box, exact, unasked)
    shared = min(max(common.area, Fraction(0)), positive.area, whole.area)  # but for rounding
    union = positive.area + whole.area - shared
    doubt = positive.doubt + whole.doubt + common.doubt
    if doubt > SURE * union:
        return None
    if union == 0:
        raise InvalidInputError(
            "Neither the positive set nor the target has any area in the box, so their IoU is "
            "undefined. Pass a larger box."
        )
    return shared / union


def _round_areas(
    net: ExactNetwork,
    outline: Outline,
    target: UnitBall | Ring,
    box: ExactBox,
    exact: bool,
    unasked: bool,
) -> tuple[Measured, Measured]:
    """The areas of an outlined set and of the box inside a disk or a ring around the origin."""
    radii = [target.inner] if isinstance(target, UnitBall) else [target.outer, target.inner]
    near = near_disk(box, radii[0])
    if near is None:
        return Measured(Fraction(0)), Measured(Fraction(0))
    if near != box:
        outline = outline_of(net, corners(near), exact, unasked=unasked)
    found = [common_with_disk(outline, near, radius) for radius in radii]
    (common, whole), *holes = found
    for hole in holes:
        common, whole = (_minus(a, b) for a, b in zip((common, whole), hole, strict=True))
    return common, whole


def _minus(a: Measured, b: Measured) -> Measured:
    return Measured(a.area - b.area, a.doubt + b.doubt)


def _polygon_areas(
    net: ExactNetwork, polygon: Any, box: ExactBox, exact: bool, unasked: bool
) -> tuple[Measured, Measured]:
    """The areas of {f > 0} and of the box inside a polygon, by signed triangles."""
    common = whole = doubt = Fraction(0)
    for sign, part in convex_parts(polygon):
        for half in half_planes(corners(box)):
            part = clip_polygon(part, half)
        if part:
            found = outline_of(net, part, exact, unasked=unasked).area()
            common, doubt = common + sign * found.area, doubt + found.doubt
            whole += sign * polygon_area(part)
    return Measured(common, doubt), Measured(whole)
