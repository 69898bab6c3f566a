"""The two notions of a piece of a ReLU network, in one, two and more dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from course_lib.arguments import read_flag
from course_lib.errors import InvalidInputError
from course_lib.exact import ExactNetwork, freeze
from course_lib.networks import Network
from course_lib.regions.boxes import read_box
from course_lib.regions.line import line_pieces
from course_lib.regions.piece import Piece
from course_lib.regions.plane import planar_pieces
from course_lib.regions.space import space_pieces

__all__ = ["activation_regions", "linear_pieces"]


def activation_regions(
    net: Network | ExactNetwork, box: Sequence[Any] | None, exact: bool = False
) -> Sequence[Piece]:
    """The parts of a box on which the same neurons are positive (Montúfar et al. 2014, section 2).

    An activation region is a set of full dimension on which every neuron is either positive or at
    most zero throughout. It is convex, and the network is affine there. Two neighbouring regions
    may carry the same affine map: see :func:`linear_pieces`.

    Args:
        net: a network on R^d.
        box: d pairs (low, high); in the plane also None, for all of R^2.
        exact: whether to compute in fractions; every vertex, gradient and offset is then a
            Fraction.

    Returns:
        A sequence of :class:`Piece`, each with its ``pattern``. They tile the box: no two overlap,
        and together they fill it. In the plane it also has the columns ``gradients``, ``offsets``,
        ``areas`` and ``patterns``.

    Raises:
        ShapeError: a box that does not fit the network.
        InvalidInputError: an empty or infinite side, None outside the plane, or more than a million
            pieces.
        RoundingError: floats cannot decide a question, and the network has too many pieces to
            switch to exact arithmetic unasked.

    >>> from course_lib.networks import OneNeuronResNet
    >>> fold = OneNeuronResNet.from_blocks([[-2.0]], [[1.0]], [0.0], readout=([1.0], 0.0))
    >>> [piece.pattern for piece in activation_regions(fold, [(-1, 1)])]
    [(False,), (True,)]
    """
    return _pieces(net, box, exact, linear=False)


def linear_pieces(
    net: Network | ExactNetwork, box: Sequence[Any] | None, exact: bool = False
) -> Sequence[Piece]:
    """Convex pieces on which a network is affine, creases that do not bend f removed.

    A linear *region* is a connected set of full dimension, as large as possible, on which f is one
    affine function. Where it is convex, it is one piece. Where it is not, it is returned as several
    convex pieces with the same gradient and offset, no two of which form a convex set. On the line
    every linear region is an interval, so ``len`` counts them.

    In floats, a decision that rounding could turn is noticed (a corner too close to a crease, a
    crease that bends f by next to nothing) and the whole network is then done in fractions, unless
    that would take long. The margin is a thousand times the rounding that we measure, which is no
    proof; ``exact=True`` is one. Unbounded pieces are always worked out in fractions.

    Args:
        net: a network on R^d.
        box: d pairs (low, high); in the plane also None, for all of R^2.
        exact: whether to compute in fractions; every vertex, gradient and offset is then a
            Fraction.

    Returns:
        A sequence of :class:`Piece` that tile the box: no two overlap, and together they fill it.
        In the plane it also has the columns ``gradients``, ``offsets`` and ``areas``.

    Raises:
        ShapeError: a box that does not fit the network.
        InvalidInputError: an empty or infinite side, None outside the plane, or more than a million
            pieces.
        RoundingError: floats cannot decide a question, and the network has too many pieces to
            switch to exact arithmetic unasked.

    >>> from course_lib.networks import OneNeuronResNet
    >>> fold = OneNeuronResNet.from_blocks([[-2.0]], [[1.0]], [0.0], readout=([1.0], 0.0))
    >>> [piece.gradient.tolist() for piece in linear_pieces(fold, [(-1, 1)])]
    [[1.0], [-1.0]]
    """
    return _pieces(net, box, exact, linear=True)


def _pieces(
    net: Network | ExactNetwork, box: Sequence[Any] | None, exact: bool, *, linear: bool
) -> Sequence[Piece]:
    frozen, exact = freeze(net), read_flag("exact", exact)
    if box is None and frozen.dim != 2:
        raise InvalidInputError(
            f"Unbounded pieces are worked out in the plane only; this network reads {frozen.dim} "
            "coordinates. Pass a box."
        )
    sides = None if box is None else read_box(box, frozen.dim)
    if frozen.dim == 2:
        return planar_pieces(frozen, sides, exact=exact, linear=linear)
    assert sides is not None
    make = line_pieces if frozen.dim == 1 else space_pieces
    return make(frozen, sides, exact=exact, linear=linear)
