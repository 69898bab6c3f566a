"""Judges of exercise set 06: a ResNet and its fully connected twin.

Weights are multiples of a half, so that a right construction rounds nothing: equality on a box, or
on all of R^d, is decided in fractions. Each judge knows what the usual mistakes would give, and
draws instances on which no mistake is right by chance. Numbers of an instance stand in the
counterexample only, which nobody sees of a hidden one.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line, NotYet, expect
from course_lib.constructions.embedding import lower_bounds
from course_lib.exact import (
    ExactFullyConnected,
    ExactOneNeuronResNet,
    Matrix,
    Vector,
    dot,
    freeze,
    identity,
    inverse,
    matmul,
    matvec,
    read_vector,
)
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import activation_regions, linear_pieces

Checked = Iterator[Line | Bonus]
Box = tuple[tuple[float, float], ...]
SQUARE = ((-1.0, 1.0), (-1.0, 1.0))
ZERO, ONE = Fraction(0), Fraction(1)


# --- What a mistake would give ------------------------------------------------------------------


def _fitting(found: Any, mistakes: Iterable[tuple[Any, str]], default: str) -> str:
    """The hint of the first mistake that gives what was returned."""
    for value, hint in mistakes:
        if np.shape(value) == np.shape(found) and read.close(found, value):
            return hint
    return default


def _at(point: Iterable[Any]) -> str:
    return "(" + ", ".join(str(Fraction(entry).limit_denominator(10**6)) for entry in point) + ")"


def _halves(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Random multiples of a half from -3/2 to 3/2, few of them 0."""
    return rng.choice([-3, -2, -2, -1, -1, 0, 1, 1, 2, 2, 3], shape) / 2


def _mixed(rng: np.random.Generator, sizes: Sequence[float], dim: int) -> np.ndarray:
    """Numbers of both signs and of these sizes, none 0."""
    signs = np.where(np.arange(dim) % 2 == 0, 1.0, -1.0)
    return rng.permutation(signs) * rng.choice(sizes, dim)


# --- 1: intervals -------------------------------------------------------------------------------


def _interval(low: Any, high: Any, u: Any, p: float, q: float) -> np.ndarray:
    steps = np.outer([max(p, 0.0), max(q, 0.0)], u)
    return np.array([low + steps.min(axis=0), high + steps.max(axis=0)])


def _ends(low: Any, high: Any, w: Any, b: float) -> tuple[float, float]:
    return w @ np.where(w > 0, low, high) + b, w @ np.where(w > 0, high, low) + b


def _step(low: Any, high: Any, u: Any, w: Any, b: float) -> np.ndarray:
    return _interval(low, high, u, *_ends(low, high, w, b))


def _step_without_relu(low: Any, high: Any, u: Any, w: Any, b: float) -> np.ndarray:
    steps = np.outer(_ends(low, high, w, b), u)
    return np.array([low + steps.min(axis=0), high + steps.max(axis=0)])


def _step_with_ends_mixed_up(low: Any, high: Any, u: Any, w: Any, b: float) -> np.ndarray:
    p, q = (max(w @ end + b, 0.0) for end in (low, high))
    steps = np.outer([p, q], u)
    return np.array([low + steps.min(axis=0), high + steps.max(axis=0)])


def _step_for_positive_u(low: Any, high: Any, u: Any, w: Any, b: float) -> np.ndarray:
    p, q = (max(end, 0.0) for end in _ends(low, high, w, b))
    return np.array([low + u * p, high + u * q])


def _step_from_zero(low: Any, high: Any, u: Any, w: Any, b: float) -> np.ndarray:
    return _interval(low, high, u, 0.0, _ends(low, high, w, b)[1])


def _step_both_ways(low: Any, high: Any, u: Any, w: Any, b: float) -> np.ndarray:
    reach = np.abs(u) * max(_ends(low, high, w, b)[1], 0.0)
    return np.array([low - reach, high + reach])


def _step_at_corners(low: Any, high: Any, u: Any, w: Any, b: float) -> np.ndarray:
    corners = np.array(list(itertools.product(*zip(low, high, strict=True))))
    after = corners + np.outer(np.maximum(corners @ w + b, 0.0), u)
    return np.array([after.min(axis=0), after.max(axis=0)])


STEP_MISTAKES: Mapping[Callable[..., np.ndarray], str] = {
    lambda *args: _step(*args)[::-1]: "The lower ends come first, then the upper ends.",
    lambda low, high, u, w, b: _step(low, high, u, w, 0.0): "Did b take part in w·x + b?",
    _step_without_relu: "A neuron never outputs anything negative. What becomes of a negative p?",
    _step_with_ends_mixed_up: "Where w_i is negative, w_i x_i is smallest at the upper end of x_i.",
    _step_for_positive_u: "A negative u_j turns the step around: then the largest output of the "
    "neuron pushes coordinate j furthest down.",
    _step_from_zero: "Safe, but too wide: the smallest output of the neuron need not be 0.",
    _step_both_ways: "Safe, but too wide: u_j pushes coordinate j in one direction only.",
    _step_at_corners: "At corners x_j and the output belong to one and the same x. The bound that "
    "is asked for forgets that: it knows the two ranges only. (Nor do corners always suffice.)",
    lambda low, high, u, w, b: _step(low, high, w, u, b): "w reads the state and u writes to it. "
    "You have swapped them.",
}


def _boxes_and_blocks(rng: np.random.Generator) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """A block whose neuron is on in part of the box, one on everywhere, one nowhere.

    In the first two cases all but one or two mistakes show, each in its own way.
    """
    count = len(STEP_MISTAKES)
    for what, shown in (
        ("on in part of the box", count - 1),
        ("on in the whole box", count - 2),
        ("never on", 0),
    ):
        while True:
            args = _box_and_block(rng, what)
            right = _step(*args)
            values = {tuple(mistake(*args).ravel()) for mistake in STEP_MISTAKES}
            if len(values - {tuple(right.ravel())}) >= shown:
                break
        yield what, args


def _box_and_block(rng: np.random.Generator, what: str) -> tuple[Any, ...]:
    dim = 3 if what == "on in the whole box" else 2
    low = rng.integers(-4, 1, dim) / 2
    high = low + rng.integers(1, 4, dim)
    u, w = (_mixed(rng, (0.5, 1.0, 2.0), dim) for _ in "uw")
    p, q = _ends(low, high, w, 0.0)
    b = {"on in part of the box": -1.0 - p, "on in the whole box": 0.5 - p, "never on": -0.5 - q}
    return low, high, u, w, float(b[what])


def _range_fault(found: np.ndarray, args: tuple[Any, ...]) -> str:
    low, high, u, w, b = args
    for point in map(np.array, itertools.product(*zip(low, high, strict=True))):
        after = point + u * max(w @ point + b, 0.0)
        outside = np.flatnonzero((after < found[0] - 1e-9) | (after > found[1] + 1e-9))
        if len(outside):
            j = outside[0]
            return (
                f"At x = {_at(point)} the block leads to {_at(after)}; its coordinate {j + 1} lies "
                f"outside your interval [{found[0, j]:g}, {found[1, j]:g}]."
            )
    j = int(np.abs(found - _step(*args)).max(axis=0).argmax())
    return (
        f"For coordinate {j + 1} you return [{found[0, j]:g}, {found[1, j]:g}], which is not "
        "[least x_j + least step, largest x_j + largest step] for the range of this neuron."
    )


@exercise(
    "06.interval_step",
    "How far one block can push a coordinate",
    hints=(
        "First find the range [p, q] of w·x + b on the box, then that of the neuron's output.",
        "A coordinate is x_j plus the step u_j times the output. Bound both parts.",
        "The output runs from p⁺ to q⁺, and the step is monotone in it: look at its two ends.",
    ),
)
def interval_step(answer: Answer, draw: Instances) -> Checked:
    """The interval bounds of a block's output; lesson 06, section 3."""
    for what, args in _boxes_and_blocks(draw.rng):
        found = read.array(answer(*args), (2, len(args[0])))
        yield expect(
            read.close(found, _step(*args), 1e-9),
            f"The bounds are right for a block whose neuron is {what}.",
            but=_range_fault(found, args),
            hint=_fitting(
                found,
                ((mistake(*args), hint) for mistake, hint in STEP_MISTAKES.items()),
                "Write down p, q, p⁺ and q⁺ for this block by hand, and then the two steps.",
            ),
        )


# --- 2: intervals against zonotopes -------------------------------------------------------------


def _mirrors(count: int, low: int, high: int, *, first: int = 0) -> tuple[int, int]:
    """Intervals through x - 2 relu(x) and x + 2 relu(-x), taken in turns."""
    for k in range(first, first + count):
        if k % 2 == 0:
            low -= 2 * max(high, 0)
        else:
            high += 2 * max(-low, 0)
    return low, high


def _mirrored(count: int) -> tuple[int, int]:
    return ((-1, 1), (-1, 0), (0, 1))[0 if count == 0 else 1 + (count + 1) % 2]


@exercise(
    "06.mirror_bounds",
    "Three answers to one question about mirrors",
    hints=(
        "Follow one point first: where is x = 1/2 after one block, after two, after three?",
        "An interval forgets where in it x lay. The step -2 relu(x) is then added to every x.",
        "Write the first zonotope out: c = 0, G = (1), z = x, λ = 1/2. What is left of ε₁?",
    ),
)
def mirror_bounds(answer: Answer, draw: Instances) -> Checked:
    """Truth, intervals and zonotopes after some mirrors; lesson 06, section 3."""
    rng = draw.rng
    counts = (1, 2, int(rng.integers(3, 6)), int(rng.integers(6, 11)))
    for count, blocks in zip(counts, ("one block", "two blocks", "a few", "many"), strict=True):
        found = answer(count)
        if not isinstance(found, dict) or set(found) != {"truth", "intervals", "zonotopes"}:
            raise NotYet(
                'The result has the keys "truth", "intervals" and "zonotopes".',
                f"You returned {read.shown(found)}.",
            )
        for method, judge in MIRROR_LINES.items():
            yield judge(read.array(found[method], (2,), f'"{method}"'), count, blocks)


def _truth_line(found: np.ndarray, count: int, blocks: str) -> Line:
    return expect(
        read.close(found, _mirrored(count)),
        f"The truth after {blocks} is right.",
        but=f"Of {count} you say {_interval_of(found)}. Send x = 1/2 and x = -1/2 through them.",
        hint=_fitting(
            found,
            [
                ((-1, 1), "The first mirror lays one half of [-1, 1] on the other."),
                (_mirrored(count + 1), "Which mirror comes last? The first block gives -|x|."),
                (_mirrors(count, -1, 1), "That is what intervals say. No state goes that far."),
            ],
            "x - 2 relu(x) is -|x|, and x + 2 relu(-x) is |x|.",
        ),
    )


def _intervals_line(found: np.ndarray, count: int, blocks: str) -> Line:
    return expect(
        read.close(found, _mirrors(count, -1, 1)),
        f"What intervals say after {blocks} is right.",
        but=f"Of {count} you say {_interval_of(found)}. Add the least step to the least x.",
        hint=_fitting(
            found,
            [
                (
                    _mirrored(count),
                    "That is the truth. Intervals forget that x and relu(x) are one "
                    "and the same x: the least x and the longest step down are combined.",
                ),
                ((-1, 1), "Intervals don't know that a mirror keeps lengths."),
                (
                    _mirrors(count, -1, 1, first=1),
                    "The first block is x - 2 relu(x): it pushes down.",
                ),
                (_mirrors(count - 1, -1, 1), "Count again: that is one block too early."),
                (_mirrors(count + 1, -1, 1), "Count again: that is one block too late."),
                (
                    (-1 - 2 * count, 1),
                    "Block 2 is the other mirror: it pushes up, by as much as "
                    "the lower end has fallen.",
                ),
                ((-(3**count), 3**count), "Each block moves one end only, in turns."),
            ],
            "A block moves one end only: x - 2 relu(x) the lower, x + 2 relu(-x) the upper.",
        ),
    )


def _zonotopes_line(found: np.ndarray, count: int, blocks: str) -> Line:
    return expect(
        read.close(found, _mirrored(count)),
        f"What zonotopes say after {blocks} is right.",
        but=f"Of {count} you say {_interval_of(found)}. Compute the first c and G by hand.",
        hint=_fitting(
            found,
            [
                (
                    _mirrors(count, -1, 1),
                    "A zonotope remembers how x and relu(x) move together. "
                    "What becomes of the column of G that belongs to the input?",
                ),
                ((-1, 1), "After the first block c is not 0."),
            ],
            "With p = -1, q = 1 the neuron is x/2 + 1/4 ± 1/4. Put that into x - 2 relu(x).",
        ),
    )


MIRROR_LINES = {"truth": _truth_line, "intervals": _intervals_line, "zonotopes": _zonotopes_line}


def _interval_of(found: np.ndarray) -> str:
    return f"[{found[0]:g}, {found[1]:g}]"


# --- 3a: shifts ---------------------------------------------------------------------------------


def _states(net: ExactOneNeuronResNet, point: Vector) -> list[Vector]:
    """The states x_0, ..., x_L of a point."""
    states = [point]
    for u, w, b in zip(net.u, net.w, net.b, strict=True):
        z = max(dot(w, states[-1]) + b, ZERO)
        states.append(tuple(x + z * step for x, step in zip(states[-1], u, strict=True)))
    return states


def _corners(net: ExactOneNeuronResNet, box: Box) -> list[Vector]:
    """The corners of all activation regions: a state's coordinate is smallest at one of them."""
    regions = activation_regions(net, box, exact=True)
    return list(dict.fromkeys(vertex for region in regions for vertex in region.vertices))


def _lowest(net: ExactOneNeuronResNet, box: Box) -> np.ndarray:
    """The smallest coordinates of each state on the box, shape (L + 1, d)."""
    states = np.array([_states(net, corner) for corner in _corners(net, box)], dtype=object)
    return states.min(axis=0).astype(float)


def _resnet(rng: np.random.Generator, dim: int, depth: int) -> OneNeuronResNet:
    u, w = (_halves(rng, depth, dim) for _ in "uw")
    readout = (_mixed(rng, (0.5, 1.0, 2.0), dim), float(_halves(rng)))
    return OneNeuronResNet.from_blocks(u, w, _halves(rng, depth), readout=readout)


def _box(rng: np.random.Generator, dim: int) -> Box:
    return tuple((-float(rng.integers(1, 5)) / 2, float(rng.integers(1, 4))) for _ in range(dim))


def _sinking(rng: np.random.Generator, depth: int) -> tuple[OneNeuronResNet, Box]:
    """A ResNet on the plane whose states sink below the box, though not as far as intervals say."""
    while True:
        net, box = _resnet(rng, 2, depth), _box(rng, 2)
        bound = lower_bounds(net, box, "interval")
        ahead = (bound[1:] < bound[:-1] - 1.5).any()  # one block off asks for too much, visibly
        if not ahead or bound.min() < -40 or any(low == -high for low, high in box):
            continue
        truth = _lowest(_exact(net), box)
        sinks = (truth[1:-1] < truth[0] - 0.25).any()
        if sinks and (bound < truth - 0.25).any():
            return net, box


def _exact(net: OneNeuronResNet) -> ExactOneNeuronResNet:
    frozen = freeze(net)
    assert isinstance(frozen, ExactOneNeuronResNet)
    return frozen


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
        truth = _lowest(_exact(net), box)
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
    for k, j in np.ndindex(found.shape):
        corners = _corners(_exact(net), box)
        point = min(corners, key=lambda corner: _states(_exact(net), corner)[k][j])
        state = _states(_exact(net), point)[k][j]
        if state + Fraction(float(found[k, j])) < 0:
            return (
                f"At x = {_at(point)} coordinate {j + 1} of x_{k} is {state}. With your shift "
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
    return _fitting(found, mistakes, slightly if near else default)


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
        hint=_fitting(
            found,
            [(value, "Row k belongs to layer k, which reads x_(k-1), not x_k.") for value in ahead],
            "A needlessly large shift costs digits. Bound each coordinate of each state by itself.",
        ),
    )


# --- 3b: the twin -------------------------------------------------------------------------------


def _twin(
    net: ExactOneNeuronResNet,
    carry: Sequence[Vector],
    back: Sequence[Vector],
    *,
    neuron_follows: bool = True,
    sees_neuron: bool = True,
) -> ExactFullyConnected:
    """The twin that shifts by ``carry`` and subtracts ``back``; the rest are ways to get it wrong.

    Args:
        net: L blocks.
        carry: s_1, ..., s_L as they are added.
        back: s_1, ..., s_L as they are subtracted.
        neuron_follows: whether the neuron's bias takes part in the subtraction.
        sees_neuron: whether a block's neuron reads what the neuron before it wrote.
    """
    eye, d = identity(net.dim), net.dim
    state: Matrix = eye
    offset: Vector = (ZERO,) * d
    layers = []
    for k, (u, w, b) in enumerate(zip(net.u, net.w, net.b, strict=True)):
        work = matmul((w,), state)[0]
        if k and not sees_neuron:
            work = (*work[:d], ZERO)
        bias = [x + s for x, s in zip(offset, carry[k], strict=True)]
        bias.append(b + (dot(w, offset) if neuron_follows else ZERO))
        layers.append(((*state, work), tuple(bias)))
        state = tuple((*row, step) for row, step in zip(eye, u, strict=True))
        offset = tuple(-s for s in back[k])
    layers.append((matmul((net.a,), state), (dot(net.a, offset) + net.c,)))
    return ExactFullyConnected(tuple(layers))


def _wrong_twins(
    net: ExactOneNeuronResNet, s: Sequence[Vector]
) -> list[tuple[ExactFullyConnected, str]]:
    none = [(ZERO,) * net.dim] * net.depth
    minus = [tuple(-x for x in row) for row in s]
    ahead = [*s[1:], s[-1]]
    return [
        (_twin(net, none, none), "With shift 0 the ReLU cuts off every negative coordinate."),
        (_twin(net, minus, minus), "Is x - s non-negative, or x + s?"),
        (
            _twin(net, s, none),
            "The shift must be undone: x = h - s. Where does each layer, and the "
            "readout, subtract it?",
        ),
        (_twin(net, s, [*s[:-1], none[0]]), "The readout sees the shifted state too."),
        (_twin(net, s, minus), "Adding the shift twice doesn't undo it: x = h - s."),
        (_twin(net, s, ahead), "What layer k + 1 subtracts is the shift that layer k has added."),
        (
            _twin(net, s, s, neuron_follows=False),
            "The neuron reads w·x + b of the state, not of "
            "the shifted state: its bias changes as well.",
        ),
        (
            _twin(net, s, s, sees_neuron=False),
            "The state that a neuron reads contains what the "
            "block before has written: one entry w_(k+1)·u_k is missing.",
        ),
    ]


def _gap(first: ExactFullyConnected, second: ExactFullyConnected) -> ExactFullyConnected:
    """The difference of two networks of the same positive depth, as one network."""
    pairs = list(zip(first.layers, second.layers, strict=True))
    (W, b), (V, c) = pairs[0]
    layers: list[tuple[Matrix, Vector]] = [((*W, *V), (*b, *c))]
    for (W, b), (V, c) in pairs[1:-1]:
        above = tuple((*row, *(ZERO,) * len(V[0])) for row in W)
        below = tuple((*(ZERO,) * len(W[0]), *row) for row in V)
        layers.append(((*above, *below), (*b, *c)))
    (W, b), (V, c) = pairs[-1]
    layers.append((((*W[0], *(-entry for entry in V[0])),), (b[0] - c[0],)))
    return ExactFullyConnected(tuple(layers))


def _farthest(gap: ExactFullyConnected, box: Box | None) -> Vector | None:
    """Where in the box a difference is largest, or a point where it isn't 0; None if it is 0."""
    worst, place = ZERO, None
    for piece in activation_regions(gap, box, exact=True):
        spots = (*piece.vertices, piece.interior_point)
        for spot in spots if any(piece.gradient) or piece.offset else ():
            if abs(piece.value(spot)) > worst:
                worst, place = abs(piece.value(spot)), spot
    return place


def _about(value: Fraction) -> str:
    """A rational in few characters, however many digits it has."""
    try:
        short = value.denominator <= 1000 and abs(value) < 10**6
        return str(value) if short else f"{float(value):.6g}"
    except (OverflowError, ValueError):
        return "a number too large to print"


def _inside(box: Box) -> list[Vector]:
    """A few points of a box, corners among them."""
    shares = [Fraction(k, 7) for k in range(8)]
    points = []
    for start in range(8):
        chosen = [shares[(start + 3 * i) % 8] for i in range(len(box))]
        ends = [read_vector(side) for side in box]
        points.append(tuple(x + t * (y - x) for t, (x, y) in zip(chosen, ends, strict=True)))
    return points


def _same(first: Any, second: Any, points: Sequence[Vector]) -> bool:
    return all(abs(first.evaluate(x) - second.evaluate(x)) < Fraction(1, 10**9) for x in points)


def _safe(net: OneNeuronResNet, box: Box) -> np.ndarray:
    """Whole shifts that are safe by intervals, shape (L, d)."""
    return np.maximum(np.ceil(-lower_bounds(net, box, "interval")[:-1]), 0)


def _telling(
    rng: np.random.Generator, dim: int, depth: int
) -> tuple[OneNeuronResNet, Box, np.ndarray]:
    """A ResNet, a box and safe shifts, that tell the usual mistakes apart."""
    while True:
        net, box = _resnet(rng, dim, depth), _box(rng, dim)
        exact, shifts = _exact(net), _safe(net, box)
        points = _inside(box)[::2]
        wrong = [twin for twin, _ in _wrong_twins(exact, [read_vector(row) for row in shifts])]
        values = {tuple(map(twin.evaluate, points)) for twin in wrong}
        if len(values | {tuple(map(exact.evaluate, points))}) == 1 + len(wrong):
            return net, box, shifts


WHERE = {1: "On the line", 2: "In the plane", 3: "In space"}


@exercise(
    "06.resnet_twin",
    "A whole ResNet as a network of width d + 1",
    hints=(
        "One layer computes h = relu(x + s; w·x + b). Write x_1 as (a matrix) h plus (a vector).",
        "That matrix is [I | u] and the vector is -s. The next layer reads x_1 only through them.",
        "Keep `read` and `offset` with x = read @ h + offset. A layer's rows are I and w, times "
        "read; its bias is (s, b) plus the same rows times offset.",
    ),
)
def resnet_twin(answer: Answer, draw: Instances) -> Checked:
    """The twin of width d + 1, equal on a box as a rational function; lesson 06, appendix."""
    rng = draw.rng
    for dim, depth in ((1, 2), (2, 3), (3, 2)):
        net, box, shifts = _telling(rng, dim, depth)
        found = read.network(answer(net, shifts), dim, FullyConnected)
        yield expect(
            found.depth == depth and max(found.widths) <= dim + 1,
            f"{WHERE[dim]} each block becomes one hidden layer of at most d + 1 neurons.",
            but=f"{depth} blocks, d = {dim}: yours has {found.depth} hidden layers; the widest has "
            f"{max(found.widths, default=0)} neurons.",
            hint="Each block becomes one layer: d neurons carry the state, one does the work.",
        )
        yield _equal_on(box, found, _exact(net), [read_vector(row) for row in shifts])


def _equal_on(
    box: Box, found: FullyConnected, net: ExactOneNeuronResNet, shifts: Sequence[Vector]
) -> Line:
    frozen = freeze(found)
    assert isinstance(frozen, ExactFullyConnected)
    place = _farthest(_gap(frozen, _twin(net, shifts, shifts)), box)
    says = f"{WHERE[net.dim]} both are the same function on all of the box, as fractions."
    if place is None:
        return expect(True, says)
    off = frozen.evaluate(place) - net.evaluate(place)
    if abs(off) < Fraction(1, 10**9):
        hint = "Equal up to rounding only. With the whole shifts that you are given nothing rounds."
    else:
        points = _inside(box)
        wrong = _wrong_twins(net, shifts)
        default = "Do one point by hand through the first layer: is x_1 what you read off h?"
        hint = next((hint for twin, hint in wrong if _same(frozen, twin, points)), default)
    return expect(
        False,
        says,
        but=f"At x = {_at(place)}, in {_sides(box)}, your network's value is off by {_about(off)}.",
        hint=hint,
    )


def _sides(box: Box) -> str:
    return " × ".join(f"[{low:g}, {high:g}]" for low, high in box)


# --- 5: carrying a state ------------------------------------------------------------------------


class _Layer:
    """The map R relu(W x + c) + r in fractions."""

    def __init__(self, W: Any, c: Any, R: Any, r: Any) -> None:
        self.W, self.R = (tuple(map(read_vector, np.asarray(part).tolist())) for part in (W, R))
        self.c, self.r = (read_vector(np.asarray(part).tolist()) for part in (c, r))

    def __call__(self, x: Vector) -> Vector:
        h = [max(dot(row, x) + c, ZERO) for row, c in zip(self.W, self.c, strict=True)]
        return tuple(dot(row, h) + r for row, r in zip(self.R, self.r, strict=True))


Domain = list[tuple[float, float]]


def _block(u: Vector, w: Vector, b: Fraction, x: Vector) -> Vector:
    z = max(dot(w, x) + b, ZERO)
    return tuple(entry + z * step for entry, step in zip(x, u, strict=True))


def _range(row: Vector, c: Fraction, domain: Domain) -> tuple[Fraction | None, Fraction | None]:
    """The ends of row·x + c on a product of intervals; None for an infinite end."""
    low: Fraction | None = c
    high: Fraction | None = c
    for entry, (start, stop) in zip(row, domain, strict=True):
        if entry == 0:
            continue
        least, most = (start, stop) if entry > 0 else (stop, start)
        low = None if low is None or math.isinf(least) else low + entry * Fraction(least)
        high = None if high is None or math.isinf(most) else high + entry * Fraction(most)
    return low, high


def _equals_block(layer: _Layer, u: Vector, w: Vector, b: Fraction, domain: Domain) -> bool:
    """Whether a layer equals a block on a domain with an interior, decided in fractions.

    There a sum of affine and kinked parts is 0 only if the kinks on each hyperplane that crosses
    the domain cancel, and then the affine rest is 0.
    """
    d = len(w)
    kinks: dict[Vector, list[Fraction]] = {}
    rest = [[*(-entry for entry in identity(d)[j]), layer.r[j]] for j in range(d)]
    columns = list(zip(*layer.R, strict=True)) if layer.W else []
    neurons = [*zip(layer.W, layer.c, columns, strict=True), (w, b, tuple(-step for step in u))]
    for row, c, column in neurons:
        low, high = _range(row, c, domain)
        if high is not None and high <= 0:
            continue
        whole = (*row, c)
        share = ONE
        if low is None or low < 0:
            scale = next(entry for entry in row if entry)
            jump = kinks.setdefault(tuple(entry / scale for entry in whole), [ZERO] * d)
            for j in range(d):
                jump[j] += abs(scale) * column[j]
            share = ZERO if scale > 0 else ONE  # relu(-z) = relu(z) - z
        for j in range(d):
            part = share * column[j]
            rest[j] = [x + part * entry for x, entry in zip(rest[j], whole, strict=True)]
    flat = all(entry == 0 for row in rest for entry in row)
    return flat and not any(entry for jump in kinks.values() for entry in jump)


def _carry(
    u: Any,
    w: Any,
    b: float,
    domain: Domain,
    *,
    shift: float = 1.0,
    undo: float = 1.0,
    flip: float = 1.0,
    split: float = -1.0,
) -> _Layer:
    """The layer that carries each coordinate with few neurons; the rest are ways to get it wrong.

    Args:
        u: writes.
        w: reads.
        b: the neuron's offset.
        domain: a pair of ends for each coordinate.
        shift: times the shift; 0 forgets it, -1 has its sign wrong.
        undo: times what is added when the coordinate is read off.
        flip: the factor with which a flipped coordinate is flipped back.
        split: the factor of relu(-x) where x is carried in two halves.
    """
    d = len(domain)
    rows: list[Any] = []
    biases: list[float] = []
    columns: list[Any] = []
    r = np.zeros(d)
    for e, (low, high) in zip(np.eye(d), domain, strict=True):
        if math.isfinite(low):
            rows, biases, columns = [*rows, e], [*biases, -shift * low], [*columns, e]
            r += undo * low * e
        elif math.isfinite(high):
            rows, biases = [*rows, -e], [*biases, shift * high]
            columns = [*columns, -flip * e]
            r += undo * high * e
        else:
            rows, biases = [*rows, e, -e], [*biases, 0.0, 0.0]
            columns = [*columns, e, split * e]
    R = np.array([*columns, u]).T
    return _Layer(np.array([*rows, w]), np.array([*biases, b]), R, r)


def _wrong_layers(u: Any, w: Any, b: float, domain: Domain) -> list[tuple[_Layer, str]]:
    return [
        (
            _carry(u, w, b, domain, shift=0, undo=0),
            "A coordinate that may be negative needs a shift before the ReLU.",
        ),
        (
            _carry(u, w, b, domain, shift=-1, undo=-1),
            "x ≥ low. Is x - low non-negative, or x + low?",
        ),
        (_carry(u, w, b, domain, undo=0), "What has been shifted must be shifted back by r."),
        (_carry(u, w, b, domain, undo=-1), "From h = x - low follows x = h + low."),
        (
            _carry(u, w, b, domain, flip=-1),
            "From h = high - x follows x = high - h: the flip must be undone.",
        ),
        (_carry(u, w, b, domain, split=1), "relu(x) + relu(-x) is |x|. Which combination is x?"),
        (_carry(u, w, 0.0, domain), "Where is the offset b of the block's own neuron?"),
        (_carry(0 * u, w, b, domain), "The state is carried, but nothing is written along u."),
        (_carry(w, u, b, domain), "w reads the state and u writes to it. You have swapped them."),
    ]


def _samples(domain: Domain) -> list[Vector]:
    """Points of a domain, near and far."""
    near = [Fraction(k, 2) for k in range(-5, 6)]
    far = [Fraction(sign * 10**k) for k in (2, 4, 7, 10, 20) for sign in (-1, 1)]
    choices = [
        [x for x in (*near, *far) if low <= x <= high]
        + [Fraction(end) for end in (low, high) if math.isfinite(end)]
        for low, high in domain
    ]
    longest = max(map(len, choices))
    steps = ((1, 0, 0), (1, 1, 0), (1, 2, 1), (1, 3, 2), (1, 5, 3), (0, 1, 1), (0, 0, 1))
    return [
        tuple(side[(k * step[i] + i) % len(side)] for i, side in enumerate(choices))
        for step in steps
        for k in range(longest)
    ]


def _blocks_on_domains(rng: np.random.Generator) -> Iterator[tuple[Any, Any, float, Domain]]:
    """Blocks on R^2, a quadrant, and a half-bounded part of R^3; each is on in a part only."""
    inf = math.inf
    low, high, side = (float(x) for x in rng.integers(1, 6, 3) / 2)
    quadrant: Domain = [(-low, inf), (-inf, high)]
    mixed: Domain = [(-inf, side), (-inf, inf), (low - 4, low)]
    for domain in ([(-inf, inf)] * 2, quadrant, [mixed[i] for i in rng.permutation(3)]):
        u, w = (_mixed(rng, (0.5, 1.0, 2.0), len(domain)) for _ in "uw")
        inner = [
            start + 0.5 if math.isfinite(start) else stop - 0.5 if math.isfinite(stop) else 0.5
            for start, stop in domain
        ]
        yield u, w, float(-w @ inner), domain


@exercise(
    "06.carried_block",
    "As few neurons as the domain allows",
    hints=(
        "Which ReLU of one coordinate can be undone if you only know x ≥ -2? If you know x ≤ 3?",
        "Bounded below: carry x - low. Bounded above: turn it round first. Neither: two halves.",
        "For each coordinate note three things: its row of W with the entry of c, its column of R, "
        "and what it adds to r. The block's own neuron comes last, with the column u.",
    ),
)
def carried_block(answer: Answer, draw: Instances) -> Checked:
    """One block as one layer on a product of intervals, some without end; lesson 06, section 3."""
    small = True
    for u, w, b, domain in _blocks_on_domains(draw.rng):
        layer, count = _read_layer(answer(u, w, b, domain), domain)
        yield _few_enough(count, domain)
        yield _equal_on_domain(layer, u, w, b, domain)
        small = small and (_free(domain) < len(domain) or count <= 2 * len(domain))
    if small:
        yield Bonus(1, "On R^d 2d neurons are enough: one that carries also does the work.")


def _free(domain: Domain) -> int:
    return sum(math.isinf(low) and math.isinf(high) for low, high in domain)


def _named(domain: Domain) -> str:
    d, free = len(domain), _free(domain)
    ends = {0: ", each coordinate with an end,", d: ""}
    return f"On {'' if free == d else 'a part of '}R^{d}{ends.get(free, ', one without an end,')}"


def _ends_of(domain: Domain) -> str:
    return (
        " × ".join(
            f"{'(' if math.isinf(low) else '['}{low:g}, {high:g}{')' if math.isinf(high) else ']'}"
            for low, high in domain
        )
        .replace("-inf", "-∞")
        .replace("inf", "∞")
    )


def _read_layer(value: Any, domain: Domain) -> tuple[_Layer, int]:
    if not isinstance(value, list | tuple) or len(value) != 4:
        raise NotYet(
            "The result is (W, c, R, r), four arrays.", f"You returned {read.shown(value)}."
        )
    d = len(domain)
    parts = [np.asarray(part) for part in value if isinstance(part, np.ndarray)]
    if any(part.dtype.kind == "f" and not np.isfinite(part).all() for part in parts):
        raise NotYet(
            "All entries are finite.",
            f"On {_ends_of(domain)} one of your arrays has an infinite entry, or nan.",
            "An end at infinity is no shift. What can carry a coordinate that has no such end?",
        )
    W = read.array(value[0], (None, d), "W")
    count = len(W)
    if count > 100:
        raise NotYet("The layer is small.", f"Yours has {count} neurons.")
    c, R = read.array(value[1], (count,), "c"), read.array(value[2], (d, count), "R")
    return _Layer(W, c, R, read.array(value[3], (d,), "r")), count


def _few_enough(count: int, domain: Domain) -> Line:
    d, free = len(domain), _free(domain)
    most = d + free + 1
    hint = "One neuron does the block's work. Count what is left for each coordinate."
    if count == 2 * d + 1:
        hint = "Two halves are needed only where x has no end at all. One end is enough to shift."
    return expect(
        count <= most,
        f"{_named(domain)} at most {most} neurons do it.",
        but=f"On {_ends_of(domain)} you use {count}.",
        hint=hint,
    )


def _equal_on_domain(layer: _Layer, u: Any, w: Any, b: float, domain: Domain) -> Line:
    says = f"{_named(domain)} the layer is the block at every point, as fractions."
    block = (read_vector(u.tolist()), read_vector(w.tolist()), Fraction(b))
    if _equals_block(layer, *block, domain):
        return expect(True, says)
    points = sorted(_samples(domain), key=lambda x: max(map(abs, x)))
    gaps = [
        max(abs(p - q) for p, q in zip(layer(x), _block(*block, x), strict=True)) for x in points
    ]
    wrong = [k for k, gap in enumerate(gaps) if gap > Fraction(1, 10**9)]
    if not wrong:
        return expect(
            False,
            says,
            but="Your layer differs from the block by next to nothing, but it differs.",
            hint="Up to rounding you are right. Which product of yours is rounded?",
        )
    place = points[wrong[0]]
    returned = ", ".join(map(_about, layer(place)))
    return expect(
        False,
        says,
        but=f"On {_ends_of(domain)}, at x = {_at(place)}, you return ({returned}). That is off by "
        f"{_about(gaps[wrong[0]])}.",
        hint=_layer_hint(layer, (u, w, b, domain), points, far=max(map(abs, place)) >= 100),
    )


def _layer_hint(layer: _Layer, args: Any, points: Sequence[Vector], *, far: bool) -> str:
    values = [layer(x) for x in points]
    for wrong, hint in _wrong_layers(*args):
        if [wrong(x) for x in points] == values:
            return hint
    if far:
        return "Right near the origin only. However large a shift is, some x lies further out."
    return "Take this x through W, relu and R by hand. Which coordinate is wrong?"


# --- 6: counting --------------------------------------------------------------------------------


def _resnet_size(d: int, L: int) -> int:
    return L * (2 * d + 1) + d + 1


def _dense_size(d: int, L: int, n: int) -> int:
    """Parameters of a fully connected network on R^d with L hidden layers of width n."""
    return n * (d + 1) + (L - 1) * n * (n + 1) + n + 1


def _sizes(d: int, L: int) -> tuple[int, int, int]:
    return _resnet_size(d, L), _dense_size(d, L, d + 1), _dense_size(d, L, 2 * d + 1)


SIZE_MISTAKES: Mapping[Callable[[int, int, int], tuple[int, int]], str] = {
    lambda d, L, n: (2 * d * L + d, n * d + (L - 1) * n * n + n): "Those are the weights. Each "
    "neuron has a bias too, and so has the readout.",
    lambda d, L, n: (L * (2 * d + 1), n * (d + 1) + (L - 1) * n * (n + 1)): "The readout is still "
    "to come.",
    lambda d, L, n: (L * (2 * d + 1) + d, n * (d + 1) + (L - 1) * n * (n + 1) + n): "The readout "
    "has a bias as well.",
    lambda d, L, n: (L * (3 * d + 1) + d + 1, -1): "A skip connection multiplies by nothing: there "
    "is no number to store.",
    lambda d, L, n: (L * 3 * d + d + 1, -1): "A block has one neuron, hence one bias b.",
    lambda d, L, n: (-1, L * n * (n + 1) + n + 1): "The first layer reads x, which has d entries.",
    lambda d, L, n: (-1, L * n * (n + 1)): "The first layer reads x, which has d entries, and the "
    "readout is still to come.",
    lambda d, L, n: (2 * d + 1, n * (n + 1)): "That is one more block, or layer. What have all "
    "together?",
}


@exercise(
    "06.twin_parameters",
    "What both forms cost",
    hints=(
        "A layer from m numbers to n neurons has n·m weights and n biases.",
        "Three kinds of layer: the first reads d numbers, the readout writes one.",
        "Check d = 1, L = 1 with pencil and paper: draw the twin of width 2 and count its arrows.",
    ),
)
def twin_parameters(answer: Answer, draw: Instances) -> Checked:
    """Weights and biases of a ResNet and of its two twins; lesson 06, section 4."""
    rng = draw.rng
    for d, L in ((3, 4), (int(rng.integers(3, 10)), int(rng.integers(4, 20)))):
        found = answer(d, L)
        if not isinstance(found, list | tuple) or len(found) != 3:
            raise NotYet(
                "The result is (ResNet, twin on a box, twin on R^d), three whole numbers.",
                f"You returned {read.shown(found)}.",
            )
        names = ("ResNet", "twin on a box", "twin on R^d")
        for name, value, right in zip(names, found, _sizes(d, L), strict=True):
            count = read.whole(value, f"the number for the {name}")
            yield expect(
                count == right,
                f"The {name} is counted rightly.",
                but=f"For d = {d} and L = {L} you count {count}. "
                + ("That is too few." if count < right else "That is too many."),
                hint=_size_hint(count, name, d, L),
            )


def _size_hint(count: int, name: str, d: int, L: int) -> str:
    n = 2 * d + 1 if name == "twin on R^d" else d + 1
    for mistake, hint in SIZE_MISTAKES.items():
        if count == mistake(d, L, n)[name != "ResNet"]:
            return hint
    if name == "twin on R^d" and count in (_dense_size(d, L, d + 1), _dense_size(d, L, 2 * d)):
        return "On R^d a layer carries x in two halves, and one more neuron does the work."
    if name == "twin on a box" and count == _dense_size(d, L, d):
        return "That is width d. Which neuron is missing?"
    return "Write down the shape of every W and every b, and add up."


def _first_dimension(
    small: Callable[[int, int], Any], large: Callable[[int, int], Any], L: int, factor: Fraction
) -> int:
    d = 1
    while large(d, L) <= factor * small(d, L):
        d += 1
    return d


def _box_twin_size(d: int, L: int) -> int:
    return _dense_size(d, L, d + 1)


def _ratio_mistakes(L: int, factor: Fraction) -> list[tuple[int, str]]:
    per_layer = _first_dimension(lambda d, L: 2 * d + 1, lambda d, L: (d + 1) * (d + 2), L, factor)
    weights = _first_dimension(
        lambda d, L: 2 * d * L + d,
        lambda d, L: (d + 1) * d + (L - 1) * (d + 1) ** 2 + d + 1,
        L,
        factor,
    )
    return [
        (
            per_layer,
            "That compares one layer with one block. The first layer and the readout count too.",
        ),
        (weights, "That counts weights only. Biases are parameters too."),
        (math.ceil(2 * factor), "d/2 is the ratio for large d and L. Here they aren't: count."),
    ]


def _ratios(rng: np.random.Generator) -> Iterator[tuple[str, int, Fraction]]:
    """Depths and factors that tell mistakes apart; the last one is itself a ratio."""
    for what, largest in (("a shallow ResNet", 3), ("a deeper one", 12)):
        while True:
            L, factor = int(rng.integers(1, largest)), Fraction(int(rng.integers(10, 60)), 4)
            right = _first_dimension(_resnet_size, _box_twin_size, L, factor)
            found = {value for value, _ in _ratio_mistakes(L, factor)}
            if len(found | {right, right - 1}) == 5:
                break
        yield what, L, factor
    L, d = int(rng.integers(2, 9)), int(rng.integers(4, 15))
    ratio = Fraction(_box_twin_size(d, L), _resnet_size(d, L))
    yield "a factor that some dimension meets exactly", L, ratio


@exercise(
    "06.twin_ratio",
    "The dimension from which the twin costs more",
    hints=(
        "Count both forms for d = 1, 2, 3, ... until the condition holds.",
        "Compare whole networks: first layer, all others, readout. With few layers these differ.",
        "Cross-multiply: twin > factor · ResNet stays in whole numbers and fractions.",
    ),
)
def twin_ratio(answer: Answer, draw: Instances) -> Checked:
    """The smallest d at which the twin on a box is more than a factor larger; section 4."""
    for what, L, factor in _ratios(draw.rng):
        found = read.whole(answer(L, factor))
        right = _first_dimension(_resnet_size, _box_twin_size, L, factor)
        yield expect(
            found == right,
            f"The dimension is right for {what}.",
            but=f"L = {L}, factor {factor}: {_ratio_fault(found, L, factor)}",
            hint=_ratio_hint(found, L, factor),
        )


def _ratio_fault(found: int, L: int, factor: Fraction) -> str:
    if not 1 <= found <= 10**6:
        return f"You return {read.shown(found)}. Which dimension would that be?"
    twin, resnet = _box_twin_size(found, L), _resnet_size(found, L)
    if twin <= factor * resnet:
        return f"At d = {found} the twin has {twin} parameters: not more than {factor} · {resnet}."
    return f"Already below d = {found} the twin has more than {factor} times as many."


def _ratio_hint(found: int, L: int, factor: Fraction) -> str:
    if found > 0 and _box_twin_size(found, L) == factor * _resnet_size(found, L):
        return "At your d the ratio equals the factor. The question says more than."
    default = "Print both counts side by side around the dimension that you return."
    return next((hint for value, hint in _ratio_mistakes(L, factor) if value == found), default)


# --- 7: what is no twin -------------------------------------------------------------------------


@exercise(
    "06.not_a_resnet",
    "A network of width d + 1 that no ResNet equals",
    hints=(
        "Where two neurons of one layer have different kinks, it does more than a block can.",
        "With one layer, two crossing kinks give four affine maps. Against depth you need growth: "
        "how many slopes can one layer of three neurons make out of one?",
        "A zigzag with three strokes, fed into itself: each layer folds the interval in three.",
    ),
)
def not_a_resnet(answer: Answer, draw: Instances) -> Checked:
    """Width 3 with more affine maps than 2^L; the count is exact. Lesson 06, section 4."""
    rng = draw.rng
    for depth in (1, 2, int(rng.integers(3, 5))):
        found = read.network(answer(depth), 2, FullyConnected)
        widest = max(found.widths, default=0)
        yield expect(
            found.depth == depth and widest <= 3,
            "It has as many hidden layers as asked for, of at most 3 neurons.",
            but=f"For depth {depth} yours has {found.depth}; the widest has {widest} neurons.",
            hint="Every network of some size beats a smaller one. The claim is about width d + 1, "
            "with one layer for each block.",
        )
        count = _maps(linear_pieces(found, SQUARE, exact=True))
        enough = count > 2**depth
        yield expect(
            enough,
            "On [-1, 1]² it uses more than 2^depth affine maps.",
            but=f"For depth {depth} your network uses {count} affine "
            f"{'map' if count == 1 else 'maps'} there; some ResNet may have {2**depth}.",
            hint="" if enough else _too_few(found, depth, count),
        )


def _maps(pieces: Sequence[Any]) -> int:
    return len({(piece.gradient, piece.offset) for piece in pieces})


def _too_few(net: FullyConnected, depth: int, count: int) -> str:
    wide = tuple((1000 * low, 1000 * high) for low, high in SQUARE)
    if _maps(linear_pieces(net, wide, exact=True)) > 2**depth:
        return "Outside the square it has enough. Which kinks miss [-1, 1]²?"
    regions = len(activation_regions(net, SQUARE, exact=True))
    if regions > count:
        return (
            "It has more activation regions there than affine maps: regions with the same map "
            "count once. Which kinks cancel, or which maps come back?"
        )
    if depth > 1 and count > 2:
        return "Enough for fewer layers. What can layer 2 do to all pieces of layer 1 at once?"
    return "Switch your neurons on at different places inside the square."


# --- 8: the way back ----------------------------------------------------------------------------


Triple = tuple[Vector, Vector, Fraction]


def _crushes(W: Matrix, b: Vector, *, kind: str = "right") -> list[Triple]:
    """One block for each neuron of an invertible layer, and the ways to get it wrong."""
    found = inverse(W)
    assert found is not None
    eye, columns = identity(len(W)), tuple(zip(*found, strict=True))
    writes = {"unsolved": eye, "columns of W": tuple(zip(*W, strict=True)), "rows": found, "W": W}
    blocks = []
    for i, row in enumerate(W):
        u, w, c = writes.get(kind, columns)[i], tuple(-entry for entry in row), -b[i]
        if kind in ("plus", "no minus"):
            w, c = row, b[i]
        if kind in ("minus u", "no minus"):
            u = tuple(-entry for entry in u)
        if kind == "coordinate":
            w = tuple(-entry for entry in eye[i])
        blocks.append((u, w, ZERO if kind == "no offset" else c))
    return blocks


CRUSH_MISTAKES = {
    "plus": "That adds relu(y_i): a positive y_i is doubled. relu(y) = y + relu(what)?",
    "no minus": "That takes relu(y_i) away from y_i, and leaves what is negative.",
    "minus u": "A negative y_i is doubled instead of lifted to 0: look at the sign of u.",
    "no offset": "The neuron must switch at y_i = (Wx + b)_i = 0. Where is b?",
    "unsolved": "A step e_i in y is not a step e_i in x: which step of x changes y_i alone?",
    "columns of W": "Which step u of x has W u = e_i? Solve for it.",
    "W": "Which step u of x has W u = e_i? Solve for it.",
    "rows": "W u = e_i is solved by a column of the inverse, not by a row.",
    "coordinate": "The block must read y_i, a row of W, not the coordinate x_i.",
}


def _run(blocks: Sequence[Triple], x: Vector) -> Vector:
    for u, w, b in blocks:
        x = _block(u, w, b, x)
    return x


def _layers_to_undo(rng: np.random.Generator) -> Iterator[tuple[Matrix, Vector]]:
    """Invertible layers of small whole numbers that tell the usual mistakes apart."""
    for d in (2, 2, 3):
        while True:
            W = tuple(read_vector(row) for row in rng.integers(-2, 3, (d, d)).tolist())
            b = read_vector(rng.integers(1, 4, d).tolist())
            back = inverse(W)
            if back is None or any(W[i][j] == 0 for i in range(2) for j in range(2)):
                continue
            points = _in_all_cells(W, b)[::3]
            kinds = ("right", *CRUSH_MISTAKES)
            blocks = (_crushes(W, b, kind=kind) for kind in kinds)
            if len({tuple(_run(found, x) for x in points) for found in blocks}) == len(kinds):
                yield W, b
                break


def _in_all_cells(W: Matrix, b: Vector) -> list[Vector]:
    """Points x whose y = W x + b has every combination of signs, near and far."""
    back = inverse(W)
    assert back is not None
    sizes = [read_vector(size) for size in ((1, 2, 3), (0.5, 3, 1), (1000, 0.25, 30))]
    points = []
    for signs in itertools.product((1, -1), repeat=len(W)):
        for size in sizes:
            y = [sign * part for sign, part in zip(signs, size, strict=False)]
            points.append(matvec(back, [p - q for p, q in zip(y, b, strict=True)]))
    return points


@exercise(
    "06.layer_crushes",
    "A layer of width d as d blocks",
    hints=(
        "relu(y) = y + relu(-y). So a block that adds relu(-y_i) to y_i alone does one neuron.",
        "The block's own neuron computes -y_i = -(Wx + b)_i: that gives w and its b.",
        "The step u must have W u = e_i. `solve` finds it in fractions.",
    ),
)
def layer_crushes(answer: Answer, draw: Instances) -> Checked:
    """An invertible layer as d blocks: proved in the plane, at points in R^3; section 5."""
    for W, b in _layers_to_undo(draw.rng):
        d = len(W)
        found = _read_blocks(answer([list(row) for row in W], list(b)), d)
        places = _in_all_cells(W, b)
        wrong = next((x for x in places if _after(found, W, b, x) != _relu(W, b, x)), None)
        if wrong is None and d == 2:
            wrong = _somewhere(found, W, b)
        yield _line_of_crushes(found, W, b, wrong)


def _line_of_crushes(found: list[Triple], W: Matrix, b: Vector, wrong: Vector | None) -> Line:
    where = "on all of R^2" if len(W) == 2 else "at points of all eight cells of R^3"
    says = f"W x' + b is relu(W x + b) {where}."
    if wrong is None:
        return expect(True, says)
    before = _at([dot(row, wrong) + entry for row, entry in zip(W, b, strict=True)])
    after = ", ".join(map(_about, _after(found, W, b, wrong)))
    hint = "Follow y = W x + b through the first block. Which entries of y does it change?"
    values = [_run(found, x) for x in _in_all_cells(W, b)]
    for kind, fits in CRUSH_MISTAKES.items():
        if [_run(_crushes(W, b, kind=kind), x) for x in _in_all_cells(W, b)] == values:
            hint = fits
            break
    return expect(
        False,
        says,
        but=f"W = {_matrix_of(W)}: at x = {_at(wrong)} the layer has y = W x + b = {before}; after "
        f"your blocks it is ({after}), which is not its relu.",
        hint=hint,
    )


def _after(blocks: Sequence[Triple], W: Matrix, b: Vector, x: Vector) -> Vector:
    state = _run(blocks, x)
    return tuple(dot(row, state) + entry for row, entry in zip(W, b, strict=True))


def _relu(W: Matrix, b: Vector, x: Vector) -> Vector:
    return tuple(max(dot(row, x) + entry, ZERO) for row, entry in zip(W, b, strict=True))


def _somewhere(blocks: Sequence[Triple], W: Matrix, b: Vector) -> Vector | None:
    """A point of the plane at which the blocks don't do what the layer does; None if they do."""
    u, w, c = zip(*blocks, strict=True)
    for i, row in enumerate(W):
        resnet = _in_two_halves(ExactOneNeuronResNet(u, w, c, row, b[i]))
        readout = ((identity(2)[i],), (ZERO,))
        layer = ExactFullyConnected(((W, b), (identity(2), (ZERO, ZERO)), readout))
        place = _farthest(_gap(resnet, layer), None)
        if place is not None:
            return place
    return None


def _in_two_halves(net: ExactOneNeuronResNet) -> ExactFullyConnected:
    """The twin of width 2d + 1, equal on all of R^d."""
    eye, none = identity(net.dim), (ZERO,) * net.dim
    state: Matrix = eye
    layers: list[tuple[Matrix, Vector]] = []
    for u, w, b in zip(net.u, net.w, net.b, strict=True):
        minus = tuple(tuple(-entry for entry in row) for row in state)
        layers.append(((*state, *minus, matmul((w,), state)[0]), (*none, *none, b)))
        state = tuple(
            (*row, *(-entry for entry in row), step) for row, step in zip(eye, u, strict=True)
        )
    layers.append((matmul((net.a,), state), (net.c,)))
    return ExactFullyConnected(tuple(layers))


def _matrix_of(W: Matrix) -> str:
    return "[" + ", ".join("[" + ", ".join(map(str, row)) + "]" for row in W) + "]"


def _read_blocks(value: Any, d: int) -> list[Triple]:
    if not isinstance(value, list | tuple):
        raise NotYet("The result is a list of blocks.", f"You returned {read.shown(value)}.")
    if len(value) != d:
        raise NotYet(
            f"{d} neurons become {d} blocks.",
            f"You returned {len(value)}.",
            "One block for each neuron: no rank is lost, so nothing has to be erased.",
        )
    blocks = []
    for k, block in enumerate(value, 1):
        if not isinstance(block, list | tuple) or len(block) != 3:
            raise NotYet("Each block is a triple (u, w, b).", f"Block {k} is {read.shown(block)}.")
        u, w = (_vector(part, d, f"{name} of block {k}") for part, name in zip(block, "uw"))  # noqa: B905
        blocks.append((u, w, _small(block[2], f"b of block {k}")))
    return blocks


def _vector(value: Any, d: int, what: str) -> Vector:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, list | tuple) or len(value) != d:
        raise NotYet(f"The vector {what} has {d} entries.", f"You returned {read.shown(value)}.")
    return tuple(_small(entry, f"each entry of {what}") for entry in value)


def _small(value: Any, what: str) -> Fraction:
    found = read.fraction(value, what)
    if max(abs(found.numerator), found.denominator) > 10**40:
        raise NotYet(f"{what[0].upper() + what[1:]} is a fraction of few digits.")
    return found
