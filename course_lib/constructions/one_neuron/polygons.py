"""Sets drawn by folding: the disk, the ball, regular polygons, and any x-monotone polygon."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.arguments import read_choice, read_whole, shown
from course_lib.constructions.one_neuron.blocks import Block, compose, crush, fold, reflect, shear
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import OneNeuronResNet
from course_lib.networks.reading import read_array

__all__ = ["disk", "polygon"]

Array = NDArray[np.float64]


def disk(
    folds: int, dim: int = 2, fit: Literal["inscribed", "balanced"] = "inscribed"
) -> OneNeuronResNet:
    """Fold the plane m times through the origin: the positive set is a regular 2^m-gon.

    After m mirrors the plane lies on a wedge of angle 2π/2^m. There the height h along the middle
    of the wedge satisfies cos(π/2^m) |x| <= h <= |x|, and the network reads 1 - h/p. In R^d each
    further coordinate costs m - 1 mirrors: 1 + (m-1)(d-1) blocks in all, and h >= cos^(d-1) |x|.

    Args:
        folds: m, the mirrors that fold one plane; at least 2 (for dim 1, one mirror is enough).
        dim: d, at least 1.
        fit: ``"inscribed"`` takes p = cos^(d-1)(π/2^m), a set inside the unit ball;
            ``"balanced"`` takes the p with the largest IoU with the unit ball (for d > 2 measured
            on a fixed sample of directions).

    Raises:
        InvalidInputError: an argument outside its range.

    Source: ours; lesson 05 has the proof.

    >>> net = disk(3)
    >>> net.depth, bool(net([0.9, 0.0]) > 0), bool(net([1.0, 0.1]) > 0)
    (3, True, False)
    """
    dim = read_whole("dim", dim, at_least=1, at_most=1000)
    folds = read_whole("folds", folds, at_most=1000)
    fit = read_choice("fit", fit, ("inscribed", "balanced"))
    if folds < min(dim, 2):
        raise InvalidInputError(
            f"disk(folds={folds}, dim={dim}) bounds no ball. Pass folds >= 2 and dim >= 1."
        )
    blocks, height = _fold_to_height(folds, dim)
    inscribed = math.cos(math.pi / 2**folds) ** (dim - 1)
    if fit == "inscribed":
        level = inscribed
    else:
        level = _best_level(_height_over_norm(blocks, height, folds), inscribed, dim)
    return compose(blocks, readout=(-height / level, 1.0))


def polygon(shape: int | ArrayLike) -> OneNeuronResNet:
    """A network on the plane whose positive set is exactly the inside of a polygon.

    Args:
        shape: a number k >= 3 for the regular k-gon with corners on the unit circle, one of them
            (1, 0): it takes ⌈log2 k⌉ mirrors, and no network of fewer blocks has k sides. Or the
            corners in order around, shape (k, 2), of a polygon that every vertical line meets in
            one piece, with no vertical side but at its left and right ends: it takes at most
            2n + 1 blocks, n the number of different x between its leftmost and its rightmost, and
            one more for each vertical side.

    Raises:
        InvalidInputError: fewer than 3 corners, or a polygon that is not x-monotone.
        ShapeError: corners that are not points of the plane.

    Source: ours; lesson 05 has the proofs.

    >>> polygon(100).depth
    7
    >>> house = polygon([(0, 0), (4, 0), (4, 2), (2, 3), (0, 2)])
    >>> (house([[2.0, 2.9], [2.0, 3.1], [-0.1, 1.0]]) > 0).tolist()
    [True, False, False]
    """
    if isinstance(shape, int | np.integer):
        return _regular(int(shape))
    return _x_monotone(_corners(shape))


def _fold_to_height(folds: int, dim: int) -> tuple[list[Block], Array]:
    """The mirrors, and the direction along which the folded state measures |x|."""
    height = np.eye(dim)[0]
    blocks = [reflect(-height)]  # from now on height·x >= 0
    for j in range(1, dim):
        other = np.eye(dim)[j]
        low, high = -math.pi / 2, math.pi / 2  # angles from height towards other
        for _ in range(folds - 1):
            middle = (low + high) / 2
            blocks.append(reflect(math.cos(middle) * other - math.sin(middle) * height))
            high = middle
        middle = (low + high) / 2
        height = math.cos(middle) * height + math.sin(middle) * other
    return blocks, height


def _height_over_norm(blocks: list[Block], height: Array, folds: int) -> Array:
    """Height divided by |x| on directions that sample the sphere evenly."""
    dim = height.size
    if dim == 2:  # the ratio repeats in every half of a wedge
        return np.cos((np.arange(4096) + 0.5) / 4096 * math.pi / 2**folds)
    x = np.random.default_rng(0).normal(size=(20_000, dim))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    for block in blocks:
        x = block(x)
    return x @ height


def _best_level(ratio: Array, lowest: float, dim: int) -> float:
    """The level p in [lowest, 1] at which {ratio |x| < p} and the unit ball overlap best."""

    def iou(level: float) -> float:
        radius = level / ratio
        return float(np.mean(np.minimum(radius, 1) ** dim) / np.mean(np.maximum(radius, 1) ** dim))

    low, high = lowest, 1.0
    for _ in range(100):  # the IoU rises, then falls
        third = (high - low) / 3
        if iou(low + third) < iou(high - third):
            low += third
        else:
            high -= third
    return (low + high) / 2


def _regular(sides: int) -> OneNeuronResNet:
    """Halve the sectors between symmetry axes, rounding up, until one side is left.

    The axes of a regular k-gon lie at multiples of π/k. One mirror leaves the k sectors 0..k; a
    mirror at axis p >= n/2 maps the sectors p..n onto sectors below p.
    """
    sides = read_whole("the number of sides", sides)
    if sides < 3:
        raise InvalidInputError(
            f"A polygon has 3 sides or more, got {shown(sides)}. Pass 3 or more."
        )
    step = math.pi / sides
    blocks = [reflect([0.0, -1.0])]
    sectors = sides
    while sectors > 2:
        sectors = (sectors + 1) // 2
        axis = sectors * step
        blocks.append(reflect([-math.sin(axis), math.cos(axis)]))
    # sectors 0 and 1 share the side whose middle lies at angle π/k
    side = np.array([math.cos(step), math.sin(step)])
    return compose(blocks, readout=(-side / math.cos(step), 1.0))


def _corners(shape: Any) -> Array:
    corners = read_array("shape", shape).astype(np.float64)
    if corners.ndim != 2 or corners.shape[1] != 2:
        raise ShapeError(f"polygon got corners of shape {corners.shape}. Pass shape (k, 2).")
    if len(corners) < 3 or not np.isfinite(corners).all():
        raise InvalidInputError(
            f"polygon needs 3 corners or more with finite coordinates, got {len(corners)}. Pass "
            "such corners, in order around."
        )
    return corners


def _x_monotone(corners: Array) -> OneNeuronResNet:
    """Straighten the middle line by shears, fold along it, subtract the half height by shears."""
    knots, lower, upper = _lower_and_upper(corners)
    middle, half = (lower + upper) / 2, (upper - lower) / 2
    line, bends = _hinges(knots, middle)
    blocks = [shear([0.0, -bend], [1.0, 0.0], -knot) for knot, bend in bends]
    blocks.append(fold([-line[0], 1.0], -line[1], along=[0.0, 1.0]))
    # the state is now line(x) - |y - middle(x)|
    slope, bends = _hinges(knots, half)
    blocks += [shear([0.0, bend], [1.0, 0.0], -knot) for knot, bend in bends]
    a, c = np.array([slope[0] - line[0], 1.0]), slope[1] - line[1]
    # a vertical side caps the value by the distance from it
    if half[0] > 0:
        blocks.append(_cap(a, c, np.array([1.0, 0.0]), -knots[0]))
    if half[-1] > 0:
        blocks.append(_cap(a, c, np.array([-1.0, 0.0]), knots[-1]))
    return compose(blocks, readout=(a, c))


def _cap(a: Array, c: float, normal: Array, offset: float) -> Block:
    """Crush a·x + c, which grows by 1 along y, down to normal·x + offset where it is larger."""
    return crush(a - normal, c - offset, along=[0.0, 1.0])


def _hinges(knots: Array, values: Array) -> tuple[tuple[float, float], list[tuple[float, float]]]:
    """(slope, intercept) of the first segment, and (knot, change of slope) of each true kink."""
    knots, values = _without_straight(knots, values)
    slopes = np.diff(values) / np.diff(knots)
    kinks = list(zip(knots[1:-1].tolist(), np.diff(slopes).tolist(), strict=True))
    return (float(slopes[0]), float(values[0] - slopes[0] * knots[0])), kinks


def _without_straight(knots: Array, values: Array) -> tuple[Array, Array]:
    """Drop the knots that lie on the line through their neighbours, up to the rounding of a value.

    A steep side says nothing about kinks elsewhere: each knot is compared with its own neighbours.
    """
    kept = [0]
    for k in range(1, len(knots) - 1):
        p, q = kept[-1], k + 1
        share = (knots[k] - knots[p]) / (knots[q] - knots[p])
        height = values[p] + share * (values[q] - values[p])
        if abs(values[k] - height) > 1e-15 * np.abs(values[[p, k, q]]).max():
            kept.append(k)
    kept.append(len(knots) - 1)
    return knots[kept], values[kept]


def _lower_and_upper(corners: Array) -> tuple[Array, Array, Array]:
    """Both chains of an x-monotone polygon as heights over their common knots."""
    left, right = corners[:, 0].min(), corners[:, 0].max()
    if left == right:
        raise _no_inside()
    start = int(np.lexsort((corners[:, 1], corners[:, 0]))[0])  # the lowest of the leftmost
    around = np.roll(corners, -start, axis=0)
    turn = int(np.flatnonzero(around[:, 0] == right)[0])
    one, other = around[: turn + 1], np.vstack([around[turn:], around[:1]])[::-1]
    chains = [_without_ends(chain, left, right) for chain in (one, other)]
    knots = np.unique(corners[:, 0])
    first, second = (np.interp(knots, chain[:, 0], chain[:, 1]) for chain in chains)
    gap = second - first
    if not gap.any():
        raise _no_inside()
    if not gap[1:-1].all() or gap.min() < 0 < gap.max():
        raise _not_monotone()
    return knots, np.minimum(first, second), np.maximum(first, second)


def _without_ends(chain: Array, left: float, right: float) -> Array:
    """The chain from left to right, its vertical sides at the two ends dropped."""
    start = int(np.flatnonzero(chain[:, 0] == left)[-1])
    stop = int(np.flatnonzero(chain[:, 0] == right)[0])
    inner = chain[start : stop + 1]
    ends = np.concatenate([chain[:start, 0] - left, chain[stop:, 0] - right])
    if start > stop or ends.any() or not (np.diff(inner[:, 0]) > 0).all():
        raise _not_monotone()
    return inner


def _no_inside() -> InvalidInputError:
    return InvalidInputError("These corners lie on one line. Pass a polygon with an inside.")


def _not_monotone() -> InvalidInputError:
    return InvalidInputError(
        "Some vertical line meets this polygon in more than one piece, or it has a vertical side "
        "that is not at its left or right end, or two of its sides cross. "
        "Rotate the polygon, or cut it into x-monotone ones."
    )
