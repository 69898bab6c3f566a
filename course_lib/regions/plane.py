"""Pieces of the plane: a box or all of R^2, cut by the neurons of a network."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from course_lib.errors import RoundingError
from course_lib.exact import ExactNetwork, Vector
from course_lib.exact.linear import to_integers
from course_lib.regions.boxes import ExactBox, corners
from course_lib.regions.corners import Exactly, Rounded
from course_lib.regions.cycles import boundary_cycles
from course_lib.regions.planar_map import OUTSIDE, PlanarMap, initial_edges
from course_lib.regions.planar_pieces import PlanarPieces
from course_lib.regions.stages import readout, stages
from course_lib.regions.vertices import BAND, NOISE, ExactVertices, FloatVertices

__all__ = ["exact_map", "float_map", "planar_pieces"]

Array = np.ndarray


# The whole plane starts as four quadrants around a point, turned so that few networks have a seam
# along them; the seams between the quadrants are removed at the end.
_CENTRE = (311, -173, 1024)
_RAYS = ((61, 17, 0), (-17, 61, 0), (-61, -17, 0), (17, -61, 0))


def float_map(
    net: ExactNetwork, domain: Sequence[Vector], *, level: bool = False
) -> tuple[PlanarMap, FloatVertices]:
    """A convex polygon cut by all neurons, in floats, with the readout read.

    Args:
        net: a network on the plane.
        domain: the corners of the polygon, anticlockwise.
        level: whether to cut along f = 0 too.

    Raises:
        RoundingError: rounding could have decided a question.
    """
    try:
        vertices = FloatVertices(_homogeneous(domain))
        plane = PlanarMap(vertices, initial_edges([range(len(domain))]), faces=1)
        with np.errstate(over="raise", under="raise", invalid="raise", divide="raise"):
            plane.run(stages(net))
            vertices.read(readout(net))
            _require_agreement(plane, vertices)
            if level:
                plane.cut(1)
    except (FloatingPointError, OverflowError):
        raise RoundingError("A number left the range of floats. Pass exact=True.") from None
    return plane, vertices


def exact_map(
    net: ExactNetwork,
    domain: Sequence[Vector] | None,
    *,
    level: bool = False,
    unasked: bool = False,
    centre: tuple[int, int, int] = _CENTRE,
) -> tuple[PlanarMap, ExactVertices]:
    """A convex polygon, or the plane, cut by all neurons in whole numbers, the readout read.

    ``centre`` (x, y, w) is the point x/w, y/w at which the quadrants of the plane meet.
    """
    if domain is None:
        points: list[Sequence[int]] = [centre, *_RAYS]
        loops: list[Sequence[int]] = [(0, 1 + i, 1 + (i + 1) % 4) for i in range(4)]
    else:
        points, loops = _homogeneous(domain), [range(len(domain))]
    vertices = ExactVertices(points, unasked)
    plane = PlanarMap(vertices, initial_edges(loops), faces=len(loops))
    plane.run(stages(net))
    vertices.read(readout(net))
    if level:
        plane.cut(1)
    return plane, vertices


def _homogeneous(points: Sequence[Vector]) -> list[Sequence[int]]:
    return [(*numerators, q) for numerators, q in map(to_integers, points)]


def _require_agreement(plane: PlanarMap, vertices: FloatVertices) -> None:
    """The value at a corner, followed through the layers, is that of the affine map of its face."""
    start, _, left, right, _ = plane.edges.values
    (x, y), f, maps = vertices.points.T, vertices.neuron(0), vertices.z_maps[0]
    size = np.abs(f).max() + np.abs(maps).max()
    for face in (left, right):
        inside = np.flatnonzero(face != OUTSIDE)
        gx, gy, offset = maps[:, face[inside]]
        corner = start[inside]
        gap = np.abs(gx * x[corner] + gy * y[corner] + offset - f[corner])
        if not gap.max(initial=0) <= BAND * size:  # a nan does not pass
            raise RoundingError("Rounding errors have piled up over the layers. Pass exact=True.")


def planar_pieces(
    net: ExactNetwork, box: ExactBox | None, *, exact: bool, linear: bool
) -> PlanarPieces:
    """The linear pieces, or the activation regions, of a network in the plane.

    Floats turn to exact arithmetic where rounding could decide, if the network is small enough.
    """
    domain = box and corners(box)
    if not exact and domain is not None:
        try:
            return _from_floats(net, domain, linear=linear)
        except RoundingError:
            pass  # exact arithmetic answers below, or says why it should be asked for
    plane, vertices = exact_map(net, domain, unasked=not exact)
    found = PlanarPieces(
        plane,
        Exactly(vertices.points),
        *_exact_maps(plane, vertices),
        with_patterns=not linear,
    )
    found = found.joined(_equal_maps(found) if linear else _equal_patterns(found))
    return found if exact else found.rounded()


def _from_floats(net: ExactNetwork, domain: Sequence[Vector], *, linear: bool) -> PlanarPieces:
    plane, vertices = float_map(net, domain)
    maps = vertices.z_maps[0].T
    found = PlanarPieces(
        plane, Rounded(vertices.points), maps[:, :2], maps[:, 2], with_patterns=not linear
    )
    return found.joined(_close_maps(found)) if linear else found


def _exact_maps(plane: PlanarMap, vertices: ExactVertices) -> tuple[Array, Array]:
    """The gradient and offset on every face, from its values at three corners."""
    table, scale = vertices.readout()
    cycles = boundary_cycles(plane.edges.values, np.arange(plane.faces), plane.faces)
    before, after = cycles.neighbours()
    left = np.flatnonzero(Exactly(vertices.points).turns(cycles) > 0)
    owner = np.searchsorted(cycles.first, left, side="right") - 1
    at = left[np.unique(owner, return_index=True)[1]]
    p, q, r = (table[:, cycles.corner[i]] for i in (before[at], at, after[at]))
    sums = [f * n for f, n in ((p[3], _cross(q, r)), (q[3], _cross(r, p)), (r[3], _cross(p, q)))]
    total = sums[0] + sums[1] + sums[2]
    fractions = _fractions(total, scale * (p[:3] * _cross(q, r)).sum(axis=0))
    return fractions[:2].T, fractions[2]


def _cross(p: Array, q: Array) -> Array:
    """Cross products of columns (x, y, w, ...)."""
    (a, b, c), (d, e, f) = p[:3], q[:3]
    return np.stack([b * f - c * e, c * d - a * f, a * e - b * d])


def _fractions(numerators: Array, denominators: Array) -> Array:
    """Elementwise quotients, as Fractions."""
    quotients = np.frompyfunc(Fraction, 2, 1)(numerators, denominators)
    return np.asarray(quotients, dtype=object)


def _equal_maps(found: PlanarPieces) -> Array:
    """The edges across which the affine map stays the same."""
    inner, left, right = found.inner_edges()
    same = (found.gradients[left] == found.gradients[right]).all(axis=1)
    same &= found.offsets[left] == found.offsets[right]
    seams = np.zeros(found.plane.edges.values.shape[1], dtype=bool)
    seams[inner[same.astype(bool)]] = True
    return seams


def _close_maps(found: PlanarPieces) -> Array:
    """The edges across which the affine map stays the same, if floats can tell.

    Both gradients being exactly zero is no rounding: every path to the output is switched off.

    Raises:
        RoundingError: two gradients differ by so little that rounding could have done it.
    """
    inner, left, right = found.inner_edges()
    a, b = np.abs(found.gradients[left]), np.abs(found.gradients[right])
    jump = np.abs(found.gradients[left] - found.gradients[right]).max(axis=1)
    larger = np.maximum(a, b).max(axis=1)
    flat = larger == 0
    doubtful = ~flat & (jump <= BAND * larger + NOISE * larger.max(initial=0))
    if doubtful.any():
        raise RoundingError("Floats cannot tell whether a seam bends f. Pass exact=True.")
    seams = np.zeros(found.plane.edges.values.shape[1], dtype=bool)
    seams[inner[flat]] = True
    return seams


def _equal_patterns(found: PlanarPieces) -> Array:
    """The artificial edges, wherever no neuron changes sign across them."""
    seams = found.plane.seams()
    if seams.any():
        patterns = found.plane.history.patterns(found.plane.faces)
        _, _, left, right, _ = found.plane.edges.values
        seams &= (left != OUTSIDE) & (right != OUTSIDE)
        seams[seams] = (patterns[left[seams]] == patterns[right[seams]]).all(axis=1)
    return seams
