"""The vocabulary: one block is a bend, a crush or a fold; a list of blocks is a network."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.arguments import counted, read_instance, read_list, read_number, shown
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import OneNeuronResNet, as_one_neuron_resnet
from course_lib.networks.reading import as_points, read_numbers

__all__ = ["Block", "Kind", "blocks_of", "compose", "crush", "fold", "reflect", "shear"]

Array = NDArray[np.float64]
Kind = Literal["bend", "crush", "fold"]


@dataclass(frozen=True)
class Block:
    """One block x -> x + u relu(w·x + b) on R^d.

    Args:
        u: the direction written, d numbers.
        w: the direction read, d numbers.
        b: the offset.

    Raises:
        ShapeError: u and w differ in length or are empty.
        InvalidInputError: a number that is infinite or not a number.

    >>> reflect([1.0, 0.0]).kind, crush([1.0, 0.0]).kind, shear([0.0, 1.0], [1.0, 0.0]).kind
    ('fold', 'crush', 'bend')
    """

    u: tuple[float, ...]
    w: tuple[float, ...]
    b: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "u", _vector("u", self.u))
        object.__setattr__(self, "w", _vector("w", self.w))
        object.__setattr__(self, "b", read_number("b", self.b))
        if len(self.u) != len(self.w):
            raise ShapeError(
                f"A block writes {counted(len(self.u), 'coordinate')} but reads {len(self.w)}. "
                "Pass u and w of the same length d."
            )

    @property
    def dim(self) -> int:
        """The number d of coordinates of the state."""
        return len(self.u)

    @property
    def stretch(self) -> float:
        """The factor s = 1 + u·w on w·x + b, and the Jacobian's determinant, where active."""
        return math.fsum([1.0, *(p * q for p, q in zip(self.u, self.w, strict=True))])

    @property
    def kind(self) -> Kind:
        """``"bend"`` (s > 0), ``"crush"`` (s = 0 up to rounding) or ``"fold"`` (s < 0)."""
        s = self.stretch
        terms = sum(abs(p * q) for p, q in zip(self.u, self.w, strict=True))
        if abs(s) <= 1e-12 * (1 + terms):
            return "crush"
        return "bend" if s > 0 else "fold"

    def __call__(self, points: ArrayLike) -> Array:
        """Move points of shape (..., d)."""
        x = as_points(f"A block on R^{self.dim}", self.dim, points, np.dtype(np.float64))
        return x + np.maximum(x @ np.array(self.w) + self.b, 0)[..., None] * np.array(self.u)


def shear(write: ArrayLike, read: ArrayLike, offset: float = 0.0) -> Block:
    """Slide along ``write`` in proportion to relu(read·x + offset): a bend with s = 1.

    Raises:
        InvalidInputError: the two directions are not orthogonal.

    >>> shear([0.0, 2.0], [1.0, 0.0], -1.0)([3.0, 5.0]).tolist()
    [3.0, 9.0]
    """
    offset = read_number("offset", offset)
    block = Block(_vector("write", write), _vector("read", read), offset)
    if abs(block.stretch - 1) > 1e-12 * (1 + math.hypot(*block.u) * math.hypot(*block.w)):
        raise InvalidInputError(
            f"A shear needs orthogonal directions, but write·read = {block.stretch - 1:g}. "
            "Pass orthogonal ones, or use crush or fold."
        )
    return block


def fold(
    normal: ArrayLike,
    offset: float = 0.0,
    *,
    along: ArrayLike | None = None,
    stretch: float = -1.0,
) -> Block:
    """Fold the half-space normal·x + offset > 0 over onto the other side.

    A folded point slides along ``along`` until normal·x + offset has been multiplied by
    ``stretch``. Without ``along`` it slides along the normal, and with stretch -1 this is a mirror:
    u = -2w for |w| = 1.

    Args:
        normal: d numbers, not all zero; it points into the half-space that moves.
        offset: a number.
        along: the direction of the slide, d numbers, not parallel to the crease.
        stretch: below 0.

    Raises:
        InvalidInputError: a zero normal, a slide parallel to the crease, or stretch of 0 or more.

    >>> fold([1.0, 0.0], -1.0)([[3.0, 5.0], [0.0, 5.0]]).tolist()     # the crease is x_1 = 1
    [[-1.0, 5.0], [0.0, 5.0]]
    """
    stretch = read_number("stretch", stretch)
    if not stretch < 0:
        raise InvalidInputError(
            f"A fold has a negative stretch, got {stretch}. Use crush for 0, Block for a bend."
        )
    return _scale("fold", normal, offset, along, stretch)


def reflect(normal: ArrayLike, offset: float = 0.0) -> Block:
    """Mirror the half-space normal·x + offset > 0: the fold that keeps lengths.

    >>> reflect([0.0, 1.0])([1.0, 2.0]).tolist()
    [1.0, -2.0]
    """
    return fold(normal, offset)


def crush(normal: ArrayLike, offset: float = 0.0, *, along: ArrayLike | None = None) -> Block:
    """Flatten the half-space normal·x + offset > 0 onto its boundary: s = 0.

    Without ``along`` a point takes the shortest way, along the normal.

    Raises:
        InvalidInputError: a zero normal, or a slide parallel to the boundary.

    >>> crush([1.0, 0.0], -1.0)([[3.0, 5.0], [0.0, 5.0]]).tolist()
    [[1.0, 5.0], [0.0, 5.0]]
    """
    return _scale("crush", normal, offset, along, 0.0)


def compose(blocks: Iterable[Block], readout: tuple[Any, Any]) -> OneNeuronResNet:
    """The network that applies the blocks in order and reads a·x + c; float64.

    Args:
        blocks: blocks on one R^d, any number.
        readout: the pair ``(a, c)`` with a of shape (d,).

    Raises:
        ShapeError: blocks or readout of different dimension.

    >>> net = compose([reflect([1.0])], readout=([1.0], 1.0))     # 1 - |x|
    >>> net([[0.5], [-3.0]]).tolist()
    [0.5, -2.0]
    """
    pair = read_list("readout", readout, of="a, a vector, and c, a number")
    if len(pair) != 2:
        raise ShapeError(f"readout must be a pair (a, c), got {shown(readout)}.")
    a, c = _vector("readout a", pair[0]), read_number("readout c", pair[1])
    move = "Make one with fold, crush, reflect, shear or Block(u, w, b)."
    listed = read_list("blocks", blocks, of="Blocks")
    blocks = tuple(read_instance("a block", block, Block, move) for block in listed)
    for k, block in enumerate(blocks, 1):
        if block.dim != len(a):
            raise ShapeError(
                f"Block {k} lives on R^{block.dim}, the readout on R^{len(a)}. "
                "Pass blocks and readout of one dimension."
            )
    shape = (len(blocks), len(a))
    u = np.array([block.u for block in blocks], dtype=float).reshape(shape)
    w = np.array([block.w for block in blocks], dtype=float).reshape(shape)
    b = np.array([block.b for block in blocks], dtype=float)
    return OneNeuronResNet.from_blocks(u, w, b, readout=(np.array(a), c))


def blocks_of(net: OneNeuronResNet) -> tuple[Block, ...]:
    """The blocks of a network in order, from first to last.

    >>> blocks_of(compose([reflect([1.0])], readout=([1.0], 0.0)))
    (Block(u=(-2.0,), w=(1.0,), b=0.0),)
    """
    net = as_one_neuron_resnet(net)
    u, w, b = (part.tolist() for part in (net.u, net.w, net.b))
    return tuple(Block(tuple(p), tuple(q), r) for p, q, r in zip(u, w, b, strict=True))


def _scale(
    name: str, normal: ArrayLike, offset: float, along: ArrayLike | None, stretch: float
) -> Block:
    """The block that multiplies normal·x + offset by ``stretch``, sliding along ``along``."""
    offset = read_number("offset", offset)
    w = np.array(_vector("normal", normal))
    direction = w if along is None else np.array(_vector("along", along))
    if direction.shape != w.shape:
        raise ShapeError(f"normal has {counted(w.size, 'coordinate')}, along has {direction.size}.")
    speed = float(direction @ w)
    if abs(speed) <= 1e-14 * float(np.linalg.norm(direction) * np.linalg.norm(w)):
        raise InvalidInputError(
            f"A {name} needs a normal that is not zero and a slide that crosses the boundary; "
            f"got normal·along = {speed:g}."
        )
    return Block(tuple((stretch - 1) * direction / speed), tuple(w), offset)


def _vector(name: str, value: ArrayLike | Sequence[float]) -> tuple[float, ...]:
    return tuple(read_numbers(name, value, 1, "a vector of d numbers").tolist())
