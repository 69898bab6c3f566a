"""Bend, crush, fold: what each block of a one-neuron ResNet does to space, and what that forbids.

On its active side the block x + u relu(w·x + b) multiplies w·x + b by s = 1 + u·w, which is also
the determinant of its Jacobian there. s > 0: a homeomorphism (a bend). s = 0: a collapse (a crush).
s < 0: a fold.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from course_lib.errors import InvalidInputError
from course_lib.exact import brief, dot, freeze, rank
from course_lib.exact.frozen import ExactOneNeuronResNet
from course_lib.networks import OneNeuronResNet

__all__ = ["BlockKind", "FoldTheorem", "fold_theorem", "folds"]


@dataclass(frozen=True)
class BlockKind:
    """What one block does to space.

    Args:
        block: its number, from 1.
        determinant: s = 1 + u·w, exactly.
    """

    block: int
    determinant: Fraction

    def __repr__(self) -> str:
        return f"BlockKind({self.block}: {self.kind}, s = {brief(self.determinant)})"

    @property
    def kind(self) -> str:
        """The word for the sign of s: "bend" (s > 0), "crush" (s = 0) or "fold" (s < 0)."""
        if self.determinant == 0:
            return "crush"
        return "bend" if self.determinant > 0 else "fold"


@dataclass(frozen=True)
class FoldTheorem:
    """Whether {f > 0} can be bounded without being empty, as far as the fold theorem sees.

    Truthy where it can; ``reason`` says why, or why not.
    """

    can_be_bounded: bool
    reason: str

    def __bool__(self) -> bool:
        return self.can_be_bounded


def folds(net: OneNeuronResNet) -> tuple[BlockKind, ...]:
    """The kind of each block, first to last, from the exact s = 1 + u·w.

    Raises:
        InvalidInputError: another kind of network.

    >>> net = OneNeuronResNet.from_blocks([[-2.0], [1.0]], [[1.0], [1.0]], [0.0, 0.0], ([1.0], 0.0))
    >>> [(block.kind, block.determinant) for block in folds(net)]
    [('fold', Fraction(-1, 1)), ('bend', Fraction(2, 1))]
    """
    exact = _frozen(net)
    determinants = [1 + dot(u, w) for u, w in zip(exact.u, exact.w, strict=True)]
    return tuple(BlockKind(k, s) for k, s in enumerate(determinants, 1))


def fold_theorem(net: OneNeuronResNet) -> FoldTheorem:
    """A positive set that is bounded and not empty needs d independent w_k, and at least one fold.

    If all w_k·v = 0 for some v ≠ 0, then f(x + tv) = f(x) + t a·v stays positive on one side: so
    the w_k must span R^d, and the depth is at least d. If no block folds, make each s > 0 by a
    small change: the blocks become homeomorphisms and {f > t} the preimage of a half-space,
    connected and unbounded; as the change goes to 0 it would have to cross a sphere on which
    f <= 0. The conditions are necessary, not sufficient.

    Raises:
        InvalidInputError: another kind of network.

    >>> fold_theorem(OneNeuronResNet.from_blocks([[1.0]], [[1.0]], [0.0], ([1.0], 0.0))).reason
    'No block folds: the positive set cannot be bounded unless it is empty.'
    """
    exact = _frozen(net)
    spanned = rank(exact.w) if exact.w else 0
    if spanned < exact.dim:
        return FoldTheorem(
            False,
            f"The blocks read {spanned} independent directions of {exact.dim}: the positive set "
            "cannot be bounded unless it is empty.",
        )
    count = sum(block.kind == "fold" for block in folds(net))
    if not count:
        return FoldTheorem(
            False, "No block folds: the positive set cannot be bounded unless it is empty."
        )
    return FoldTheorem(
        True,
        f"{count} of {exact.depth} blocks fold, and together they read all {exact.dim} "
        "directions: the theorem does not forbid a bounded positive set.",
    )


def _frozen(net: OneNeuronResNet) -> ExactOneNeuronResNet:
    exact = freeze(net)
    if not isinstance(exact, ExactOneNeuronResNet):
        raise InvalidInputError(
            "Blocks that bend, crush or fold belong to a OneNeuronResNet; this network is fully "
            "connected. Pass a OneNeuronResNet; constructions.embedding.to_resnet makes one of a "
            "narrow FullyConnected."
        )
    return exact
