"""Between the families: a one-neuron ResNet inside a fully connected network, and back.

{fully connected, widths <= d} ⊂ {one-neuron ResNets on R^d} ⊂ {fully connected, width d + 1}, the
first exactly on all of R^d (:func:`to_resnet`), the second exactly on a box (:func:`embed`).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import counted, read_choice, read_whole
from course_lib.constructions.clamp import clamp
from course_lib.constructions.crushes import as_crushes
from course_lib.constructions.one_neuron import compose
from course_lib.errors import InvalidInputError, PrecisionWarning, ShapeError
from course_lib.exact import ExactFullyConnected, freeze
from course_lib.networks import (
    FullyConnected,
    OneNeuronResNet,
    as_fully_connected,
    as_one_neuron_resnet,
)
from course_lib.networks.reading import read_array

__all__ = ["Size", "embed", "embed_everywhere", "lower_bounds", "sizes", "to_resnet"]

Array = NDArray[np.float64]
Box = Sequence[tuple[float, float]]
Shifts = Literal["zonotope", "interval"]
Domain = Literal["box", "space"]


def embed(
    resnet: OneNeuronResNet,
    box: Box,
    shifts: Shifts = "zonotope",
    *,
    domain: Domain = "box",
) -> FullyConnected:
    """A fully connected network of width d + 1 that equals the ResNet on a box.

    Layer k computes h = relu[x + s; w·x + b] with shifts s so large that x + s stays positive: then
    relu keeps all of x, and the next state x + u relu(w·x + b) is affine in h. (Outside the box a
    coordinate may be cut off.) In the domain ``"space"`` two layers of width d come first and clamp
    R^d to the box: then the network equals the ResNet at the clamped point, everywhere. If the
    ResNet is nowhere positive on the boundary of the box, the network is positive inside only.

    Args:
        resnet: L blocks on R^d.
        box: d pairs (low, high).
        shifts: how the states are bounded from below; see :func:`lower_bounds`.
        domain: ``"box"``, or ``"space"`` for all of R^d behind a clamp.

    Returns:
        a float64 network with L hidden layers of width d + 1 (after two of width d); equal up to
        rounding, and exactly where the weights' products are exact.

    Raises:
        ShapeError: a box of another dimension.
        InvalidInputError: an empty or infinite box, another name for ``shifts``, or another kind
            of network.

    Source: Hanin & Sellke 2017 for the width; the bounds are ours.

    >>> resnet = OneNeuronResNet.random(2, 6, seed=0)
    >>> wide = embed(resnet, ((-1, 1), (-1, 1)))
    >>> wide.widths
    (3, 3, 3, 3, 3, 3)
    >>> embed(resnet, ((-1, 1), (-1, 1)), domain="space").widths
    (2, 2, 3, 3, 3, 3, 3, 3)
    >>> abs(wide([0.3, -0.8]).item() - resnet.astype(float)([0.3, -0.8]).item()) < 1e-12
    True
    """
    resnet = as_one_neuron_resnet(resnet)
    domain = read_choice("domain", domain, get_args(Domain))
    lows = lower_bounds(resnet, box, shifts)[:-1]
    # rounding moves a state by far less than this
    s = -lows + 1e-9 * (1 + np.abs(lows))
    d = resnet.dim
    net = _stack(resnet, [(np.eye(d), shift, np.eye(d), -shift) for shift in s])
    return clamp(box).before(net) if domain == "space" else net


def embed_everywhere(resnet: OneNeuronResNet) -> FullyConnected:
    """A fully connected network of width 2d + 1 that equals the ResNet on all of R^d.

    Without a box no shift keeps x positive, so a layer carries relu(x) and relu(-x).

    >>> resnet = OneNeuronResNet.random(2, 3, seed=0)
    >>> embed_everywhere(resnet).widths
    (5, 5, 5)
    """
    resnet = as_one_neuron_resnet(resnet)
    one, zero = np.eye(resnet.dim), np.zeros(resnet.dim)
    carry = (np.vstack([one, -one]), np.zeros(2 * resnet.dim), np.hstack([one, -one]), zero)
    return _stack(resnet, [carry] * resnet.depth)


def lower_bounds(resnet: OneNeuronResNet, box: Box, shifts: Shifts = "zonotope") -> Array:
    """Lower bounds on the coordinates of every state over a box, shape (L + 1, d).

    ``"interval"`` follows each coordinate's range alone. ``"zonotope"`` also follows how the
    coordinates move together: states are c + G ε with |ε| <= 1, and relu on [p, q] with p < 0 < q
    is enclosed by λz - λp/2 ± λp/2, λ = q/(q - p). It keeps the better of both bounds.

    >>> resnet = OneNeuronResNet.random(2, 200, seed=0)
    >>> box = ((-1, 1), (-1, 1))
    >>> bool((lower_bounds(resnet, box) >= lower_bounds(resnet, box, "interval")).all())
    True
    """
    shifts = read_choice("shifts", shifts, get_args(Shifts))
    resnet = as_one_neuron_resnet(resnet)
    low, high = _box(box, resnet.dim)
    c, G = (low + high) / 2, np.diag((high - low) / 2)
    bounds = [low]
    for u, w, b in zip(*_weights(resnet), strict=True):
        p = (w * np.where(w > 0, low, high)).sum() + b
        q = (w * np.where(w > 0, high, low)).sum() + b
        if shifts == "zonotope":
            reach, middle = np.abs(_times(w[None], G)).sum(), (w * c).sum() + b
            p, q = max(p, middle - reach), min(q, middle + reach)
            q = max(p, q)  # rounding may cross two bounds that touch
            c, G = _relu_step(c, G, u, w, b, p, q)
        steps = np.outer([max(p, 0.0), max(q, 0.0)], u)
        low, high = low + steps.min(axis=0), high + steps.max(axis=0)
        if shifts == "zonotope":
            spread = np.abs(G).sum(axis=1)
            low, high = np.maximum(low, c - spread), np.minimum(high, c + spread)
            high = np.maximum(low, high)
        bounds.append(low)
    return np.array(bounds)


def to_resnet(net: FullyConnected) -> OneNeuronResNet:
    """A one-neuron ResNet that equals a fully connected network of widths <= d on all of R^d.

    The state x stays in R^d, and each hidden vector is read off it as Mx + m. Neuron i of a layer
    is one crush: x += M⁺e_i relu(-(Mx + m)_i) turns (Mx + m)_i into its relu and leaves the other
    neurons alone. Where a layer's weight matrix has lost rank, as many directions that nobody reads
    are erased first (two crushes each), which makes room for an M of full rank. All of this is
    decided and worked out in fractions; the numbers of the blocks are rounded once.

    Args:
        net: d inputs, every hidden width <= d.

    Returns:
        a float64 network of Σ (width_k + 2 · lost rank_k) blocks, none of which folds.

    Raises:
        InvalidInputError: a hidden layer wider than d, another kind of network, or layers whose
            product exceeds the range of floats.

    Warns:
        PrecisionWarning: where the directions that neurons read are so close to dependent that
            rounding may show.

    Source: ours; lesson 06 has the proof.

    >>> net = FullyConnected.random(3, (3, 2, 3), seed=0)
    >>> resnet = to_resnet(net)
    >>> resnet.depth     # 3 + 2 + 3 neurons, and one rank lost in the step from 2 to 3
    10
    >>> abs(resnet([1.0, -2.0, 3.0]).item() - net.astype(float)([1.0, -2.0, 3.0]).item()) < 1e-9
    True
    """
    net = as_fully_connected(net)
    d = net.dim
    if max(net.widths, default=0) > d:
        raise InvalidInputError(
            f"Hidden widths {net.widths} exceed d = {d}: such a network may close a curve, which "
            f"crushes alone can't. Pass widths of at most {d}."
        )
    blocks, readout, worst = as_crushes(cast(ExactFullyConnected, freeze(net)))
    if worst > 1e8:
        warnings.warn(
            f"The accumulated layers have condition number {worst:.1e}: expect relative errors "
            f"near {worst * np.finfo(float).eps:.0e}.",
            PrecisionWarning,
            stacklevel=2,
        )
    return compose(blocks, readout)


@dataclass(frozen=True)
class Size:
    """How large a network is.

    Args:
        family: in words.
        width: of a hidden layer or, for the ResNet, of the state.
        per_layer: parameters that one more layer or block adds.
        parameters: all weights and biases.
        connections: weights without the biases; a skip connection of a ResNet counts d.
    """

    family: str
    width: int
    per_layer: int
    parameters: int
    connections: int


def sizes(dim: int, depth: int) -> tuple[Size, Size, Size]:
    """The one-neuron ResNet and its two embeddings, counted on networks that are really built.

    Per layer O(d) against O(d²): 2d + 1 against (d + 1)(d + 2).

    Args:
        dim: d, at least 1.
        depth: L, at least 1.

    >>> [(size.width, size.per_layer) for size in sizes(dim=10, depth=3)]
    [(10, 21), (11, 132), (21, 462)]
    """
    dim = read_whole("dim", dim, at_least=1, at_most=10_000)
    depth = read_whole("depth", depth, at_least=1, at_most=10_000)
    box = ((-1.0, 1.0),) * dim
    shallow, deep = (OneNeuronResNet.random(dim, k, seed=0) for k in (depth, depth + 1))
    rows = [
        Size(
            "one-neuron ResNet",
            dim,
            deep.num_parameters - shallow.num_parameters,
            shallow.num_parameters,
            shallow.u.size + shallow.w.size + depth * dim + shallow.a.size,
        )
    ]
    for family, build in (  # a count doesn't see which shifts
        ("fully connected, equal on a box", lambda resnet: embed(resnet, box, "interval")),
        ("fully connected, equal on R^d", embed_everywhere),
    ):
        net, longer = build(shallow), build(deep)
        rows.append(
            Size(
                family,
                net.widths[0],
                longer.num_parameters - net.num_parameters,
                net.num_parameters,
                sum(weight.size for weight in net.weights),
            )
        )
    return rows[0], rows[1], rows[2]


def _stack(
    resnet: OneNeuronResNet, carries: list[tuple[Array, Array, Array, Array]]
) -> FullyConnected:
    """Layers h = relu[P x + p; w·x + b], given x = R h' + r where h' is what P x + p became."""
    layers = []
    read, offset = np.eye(resnet.dim), np.zeros(resnet.dim)  # x = read @ h + offset
    for (P, p, R, r), u, w, b in zip(carries, *_weights(resnet), strict=True):
        rows, biases = np.vstack([P, w]), np.append(p, b)
        layers.append((_times(rows, read), _times(rows, offset) + biases))
        read, offset = np.hstack([R, u[:, None]]), r
    a, c = resnet.a.astype(np.float64), float(resnet.c)
    layers.append((_times(a[None], read), _times(a[None], offset) + c))
    return FullyConnected.from_layers(layers)


def _relu_step(
    c: Array, G: Array, u: Array, w: Array, b: float, p: float, q: float
) -> tuple[Array, Array]:
    """Enclose x + u relu(w·x + b) for x in c + Gε when w·x + b runs through [p, q]."""
    if q <= 0:
        return c, G
    middle, spread = (w * c).sum() + b, _times(w[None], G)[0]
    if p >= 0:
        return c + u * middle, G + np.outer(u, spread)
    share = q / (q - p)
    error = -share * p / 2
    G = np.hstack([G + share * np.outer(u, spread), error * u[:, None]])
    return c + u * (share * middle + error), G


def _times(A: Array, B: Array) -> Array:
    """A @ B, or A @ a vector, term by term: a library rounds products as its processor likes."""
    product = np.zeros((len(A), *B.shape[1:]))
    for column, row in zip(A.T, B, strict=True):
        (met,) = column.nonzero()  # most of a carry is 0: d² products in place of d³
        product[met] += np.multiply.outer(column[met], row)
    return product


def _weights(resnet: OneNeuronResNet) -> tuple[Array, Array, Array]:
    u, w, b = (part.astype(np.float64) for part in (resnet.u, resnet.w, resnet.b))
    return u, w, b


def _box(box: Box, dim: int) -> tuple[Array, Array]:
    corners = read_array("box", box).astype(np.float64)
    if corners.shape != (dim, 2):
        raise ShapeError(
            f"The network has {counted(dim, 'input')}, but the box has shape {corners.shape}. "
            f"Pass {dim} pairs (low, high)."
        )
    low, high = corners.T
    if not (np.isfinite(corners).all() and (low <= high).all()):
        raise InvalidInputError(
            f"The box {tuple(box)} is empty or infinite. Pass finite low <= high."
        )
    return low, high
