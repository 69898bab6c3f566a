"""A network as a list of stages, the form in which the region algorithms walk through it.

One stage reads z = R h + r, cuts the domain along z_1 = 0, ..., z_m = 0, and then writes
h <- relu(z) (a layer) or h <- h + U relu(z) (a residual block).
"""

from __future__ import annotations

from dataclasses import dataclass

from course_lib.exact import ExactFullyConnected, ExactNetwork, Matrix, Vector

__all__ = ["Stage", "readout", "stages"]


@dataclass(frozen=True)
class Stage:
    """The neurons that one step of a network reads, and how it writes them.

    Args:
        read: R, shape (m, k).
        offset: r, shape (m,).
        write: U, shape (k, m), or None when relu(z) replaces h.
    """

    read: Matrix
    offset: Vector
    write: Matrix | None = None


def stages(net: ExactNetwork) -> tuple[Stage, ...]:
    """The hidden layers of a fully connected network, or the blocks of a ResNet."""
    if isinstance(net, ExactFullyConnected):
        return tuple(Stage(W, b) for W, b in net.layers[:-1])
    return tuple(
        Stage((w,), (b,), tuple((entry,) for entry in u))
        for u, w, b in zip(net.u, net.w, net.b, strict=True)
    )


def readout(net: ExactNetwork) -> Stage:
    """The affine function at the end, f = a·h + c, as a stage that reads one number."""
    if isinstance(net, ExactFullyConnected):
        return Stage(*net.layers[-1])
    return Stage((net.a,), (net.c,))
