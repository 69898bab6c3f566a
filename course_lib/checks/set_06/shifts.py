"""Task 3a: shifts that keep every state non-negative on a box."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line, expect
from course_lib.checks.set_06.shared import (
    Box,
    Checked,
    after_block,
    at,
    fitting,
    in_fractions,
    random_box,
    random_resnet,
)
from course_lib.constructions.embedding import lower_bounds
from course_lib.exact import ExactOneNeuronResNet, Vector
from course_lib.networks import OneNeuronResNet
from course_lib.regions import activation_regions

__all__ = ["resnet_shifts"]


def _states(net: ExactOneNeuronResNet, point: Vector) -> list[Vector]:
    """The states x_0, ..., x_L of a point."""
    states = [point]
    for u, w, b in zip(net.u, net.w, net.b, strict=True):
        states.append(after_block(u, w, b, states[-1]))
    return states


def _corners(net: ExactOneNeuronResNet, box: Box) -> list[Vector]:
    """The corners of all activation regions: a state's coordinate is smallest at one of them."""
    regions = activation_regions(net, box, exact=True)
    return list(dict.fromkeys(vertex for region in regions for vertex in region.vertices))


def _lowest(net: ExactOneNeuronResNet, box: Box) -> np.ndarray:
    """The smallest coordinates of each state on the box, shape (L + 1, d)."""
    states = np.array([_states(net, corner) for corner in _corners(net, box)], dtype=object)
    return states.min(axis=0).astype(float)


def _sinking(rng: np.random.Generator, depth: int) -> tuple[OneNeuronResNet, Box]:
    """A ResNet on the plane whose states sink below the box, though not as far as intervals say."""
    while True:
        net, box = random_resnet(rng, 2, depth), random_box(rng, 2)
        bound = lower_bounds(net, box, "interval")
        ahead = (bound[1:] < bound[:-1] - 1.5).any()  # one block off asks for too much, visibly
        if not ahead or bound.min() < -40 or any(low == -high for low, high in box):
            continue
        truth = _lowest(in_fractions(net), box)
        sinks = (truth[1:-1] < truth[0] - 0.25).any()
        if sinks and (bound < truth - 0.25).any():
            return net, box


@exercise(
    "06.resnet_shifts",
    "Shifts that are large enough",
    hints=(
        "Layer k reads the state x_{k-1}. For layer 1 that is the input itself.",
        "s_k ≥ -min x_{k-1}, coordinate by coordinate: a lower bound on the state, sign changed.",
        "Task 1 carries a box through one block. Note -low before each block, then go on.",
    ),
)
def resnet_shifts(answer: Answer, draw: Instances) -> Checked:
    """Shifts that keep every state non-negative on a box; lesson 06, appendix."""
    rng = draw.rng
    least = True
    for depth in (3, 4):
        net, box = _sinking(rng, depth)
        found = read.array(answer(net, box), (depth, 2))
        truth = _lowest(in_fractions(net), box)
        yield _large_enough(found, net, box, truth)
        yield _not_too_large(found, net, box)
        least = least and bool((found <= np.maximum(-truth[:-1], 0) + 1e-6).all())
    if least:
        yield Bonus(1, "No shift is larger than this box makes necessary.")


def _large_enough(found: np.ndarray, net: OneNeuronResNet, box: Box, truth: np.ndarray) -> Line:
    says = f"x_(k-1) + s_k is nowhere negative on the box, for k = 1, ..., {net.depth}."
    if (found + truth[:-1] >= -1e-12).all():
        return expect(True, says)
    return expect(
        False,
        says,
        but=_sunken(found, net, box),
        hint=_shift_hint(found, net, box, truth),
    )


def _sunken(found: np.ndarray, net: OneNeuronResNet, box: Box) -> str:
    """A point of the box at which a shifted coordinate is negative."""
    if not np.abs(found).max(initial=0) < 1e12:
        return "Your shifts are too large to compute with."
    exact = in_fractions(net)
    paths = {corner: _states(exact, corner) for corner in _corners(exact, box)}
    for k, j in np.ndindex(found.shape):
        point = min(paths, key=lambda corner: paths[corner][k][j])
        state = paths[point][k][j]
        if state + Fraction(float(found[k, j])) < 0:
            return (
                f"At x = {at(point)} coordinate {j + 1} of x_{k} is {state}. With your shift "
                f"{found[k, j]:g} that is negative, and layer {k + 1} cuts it off."
            )
    return ""


def _shift_hint(found: np.ndarray, net: OneNeuronResNet, box: Box, truth: np.ndarray) -> str:
    low, high = np.array(box).T
    known = [lower_bounds(net, box, "interval"), lower_bounds(net, box), truth]
    one_late = "Row k belongs to layer k, which reads x_(k-1), not x_k."
    mistakes = [
        *(
            (bound[:-1], "A minimum is no shift: what must be added to -2 to reach 0?")
            for bound in known
        ),
        *((-bound[1:], one_late) for bound in known),
        *((bound[1:], one_late) for bound in known),
        (0 * found, "With shift 0 the ReLU cuts off every negative coordinate."),
        (
            np.tile(-low, (net.depth, 1)),
            "The box holds the input only. Blocks push states out of it: follow them.",
        ),
        (np.tile(-high, (net.depth, 1)), "What counts is the lower end of each coordinate."),
    ]
    slightly = "That is nearly enough. Points that you sample may miss the corner of a region."
    near = (found + truth[:-1] >= -0.25).all()
    default = "Which bound on the state did you use? It must hold on the whole box."
    return fitting(found, mistakes, slightly if near else default)


def _not_too_large(found: np.ndarray, net: OneNeuronResNet, box: Box) -> Line:
    bound = lower_bounds(net, box, "interval")
    most = np.maximum(-bound[:-1], 0) + 1 + 1e-6
    k, j = np.unravel_index(int((found - most).argmax()), found.shape)
    ahead = [-bounds[1:] for bounds in (bound, lower_bounds(net, box))]
    return expect(
        (found <= most).all(),
        "No shift exceeds by more than 1 what intervals ask for.",
        but=f"For coordinate {j + 1} of layer {k + 1} you shift by {found[k, j]:g}. That is safe, "
        f"but no bound on x_{k} asks for so much.",
        hint=fitting(
            found,
            [(value, "Row k belongs to layer k, which reads x_(k-1), not x_k.") for value in ahead],
            "A needlessly large shift costs digits. Bound each coordinate of each state by itself.",
        ),
    )
