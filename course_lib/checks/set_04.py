"""Set 04, What does the identity buy?: blocks by hand, folds, witnesses, ceilings, honest reports.

Sources: lesson 04; the fold theorem and the reflections that draw a regular 2^L-gon are the
course's own (PROVED and CONSTRUCTED there); Figure 2 is that of Lin & Jegelka (2018).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from statistics import mean, median, median_high, median_low
from typing import Any

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import array, close, fraction, network, number, shown, text, whole
from course_lib.checks.report import Bonus, Line, NotYet, expect
from course_lib.exact import ExactOneNeuronResNet, dot, freeze, kernel_vector, rank, read
from course_lib.networks import OneNeuronResNet
from course_lib.regions import iou, is_bounded, is_empty
from course_lib.sampling import sampled_bounded
from course_lib.targets import Polygon

Array = np.ndarray
Vector = tuple[Fraction, ...]
Rows = tuple[Vector, ...]
Generator = np.random.Generator

KINDS = ("bend", "crush", "fold")
VERDICTS = ("too few directions", "no fold", "not ruled out")
BADGES = ("PROVED", "CONSTRUCTED", "CERTIFIED", "OBSERVED", "NO ARGUMENT")
Z = 1.96  # standard deviations on each side of a 95 % interval


# ------------------------------------------------------------------ words and small numbers


def _told(value: Any) -> str:
    """A number or a vector in few characters, with a real minus sign.

    >>> _told((Fraction(-1, 2), 3.0))
    '(−1/2, 3)'
    """
    if isinstance(value, tuple | list | np.ndarray):
        return "(" + ", ".join(_told(entry) for entry in value) + ")"
    exact = Fraction(value)
    if exact.denominator <= 10_000 and abs(exact) < 10_000:
        return str(exact).replace("-", "−")
    try:
        return f"{float(exact):.4g}".replace("-", "−")
    except OverflowError:
        return "a number beyond all floats"


def _hint_for(
    returned: Any,
    mistakes: Mapping[str, Any],
    same: Callable[[Any, Any], bool] = lambda a, b: bool(a == b),
) -> str:
    """The hint of the first mistaken formula that gives what was returned, or nothing."""
    return next((hint for hint, wrong in mistakes.items() if same(returned, wrong)), "")


def _fair(candidates: Iterable[Any], tells: Callable[[Any], bool]) -> Any:
    """The first instance on which all named mistakes show."""
    return next(filter(tells, candidates))


def _halves(rng: Generator, count: int, most: int = 4) -> Vector:
    """Random multiples of 1/2, at most ``most`` halves in size, none of them 0."""
    sizes = rng.integers(1, most + 1, count) * rng.choice([-1, 1], count)
    return tuple(Fraction(int(size), 2) for size in sizes)


def _parted(value: Any, count: int, what: str) -> tuple[Any, ...]:
    """A list or tuple of so many parts."""
    if isinstance(value, np.ndarray) and value.ndim:
        value = value.tolist()
    if not isinstance(value, list | tuple) or len(value) != count:
        raise NotYet(f"{what} has {count} parts.", f"You returned {shown(value)}.")
    return tuple(value)


def _point(value: Any, dim: int, what: str) -> Vector:
    """A vector of finite numbers, floats read as the fractions that they store."""
    entries = _parted(value, dim, what)
    for entry in entries:
        number(entry, f"each coordinate of {what[0].lower() + what[1:]}")
    return tuple(read(entry) for entry in entries)


# ------------------------------------------------------------------ task 1: one block, by hand

Step = Callable[[Array, Array, Array, float], Array]


def _relu(values: Array) -> Array:
    return np.maximum(values, 0)


def _step(x: Array, u: Array, w: Array, b: float) -> Array:
    return x + _relu(x @ w + b)[:, None] * u


def _walked(points: Array, u: Array, w: Array, b: Array, one: Step = _step) -> Array:
    """The points after all blocks, each of which does ``one`` thing to the state."""
    return reduce(lambda x, block: one(x, *block), zip(u, w, b, strict=True), points)


def _side_by_side(points: Array, u: Array, w: Array, b: Array) -> Array:
    return points + _relu(points @ w.T + b) @ u


SINGLE: dict[str, Step] = {
    "The block adds to x. What is left of x in your formula?": lambda x, u, w, b: (
        _relu(x @ w + b)[:, None] * u
    ),
    "A block whose neuron is negative is silent. Where is the ReLU in your formula?": (
        lambda x, u, w, b: x + (x @ w + b)[:, None] * u
    ),
    "A block reads with w and writes with u. Which of them stands inside the ReLU?": (
        lambda x, u, w, b: x + _relu(x @ u + b)[:, None] * w
    ),
    "The neuron is relu(w·x + b): with which sign does b enter?": (
        lambda x, u, w, b: x + _relu(x @ w - b)[:, None] * u
    ),
    "Each block has an offset b. What do you do with it?": (
        lambda x, u, w, b: x + _relu(x @ w)[:, None] * u
    ),
    "The offset decides when the neuron fires: it belongs inside the ReLU.": (
        lambda x, u, w, b: x + (_relu(x @ w) + b)[:, None] * u
    ),
    "The ReLU acts on the one number w·x + b, not on the coordinates of the state.": (
        lambda x, u, w, b: _relu(x + (x @ w + b)[:, None] * u)
    ),
}
SEVERAL: dict[str, Callable[[Array, Array, Array, Array], Array]] = {
    "The second block reads the state that the first one left, not the input.": _side_by_side,
    "The blocks act in the order of the rows: row 0 comes first.": lambda points, u, w, b: _walked(
        points, u[::-1], w[::-1], b[::-1]
    ),
    "All blocks act, the last one too.": lambda points, u, w, b: _walked(
        points, u[:-1], w[:-1], b[:-1]
    ),
}


def _wrong_walks(points: Array, u: Array, w: Array, b: Array) -> dict[str, Array]:
    """Where the named mistakes would take the points."""
    wrong = {hint: _walked(points, u, w, b, one) for hint, one in SINGLE.items()}
    if len(b) > 1:
        wrong |= {hint: walk(points, u, w, b) for hint, walk in SEVERAL.items()}
    return wrong


def _some_blocks(rng: Generator, depth: int, dim: int) -> tuple[Array, Array, Array, Array]:
    """Points, u, w and b with small halves, so that the numbers can be followed by hand."""
    points = rng.integers(-4, 5, (5, dim)) / 2
    u, w = (rng.choice([-2, -1, 1, 2], (depth, dim)) / 1.0 for _ in range(2))
    return points, u, w, rng.choice([-3, -1, 1, 3], depth) / 2


def _walk_tells(instance: tuple[Array, Array, Array, Array]) -> bool:
    points, u, w, b = instance
    first = points @ w[0] + b[0]
    ends = [_walked(points, u, w, b), *_wrong_walks(*instance).values()]
    return min(first) < 0 < max(first) and len({(end + 0.0).tobytes() for end in ends}) == len(ends)


@exercise(
    "04.apply_blocks",
    "Push points through one-neuron blocks",
    hints=(
        "Take a single point and a single block, and follow the numbers on paper.",
        "Three steps: read one number, w·x + b; cut it off below 0; add so many times u to x.",
        "Loop over the rows of u, w and b, and let each block act on what the last one left.",
    ),
)
def apply_blocks(answer: Answer, draw: Instances) -> Iterator[Line]:
    """States after L blocks for points of shape (n, d). Source: lesson 04, the diamond by hand."""
    rng = draw.rng
    asked = (
        (1, 2, "One block in the plane moves the points of its active side, and no others."),
        (3, 2, "Three blocks in the plane act one after the other."),
        (2, 3, "Two blocks act in three dimensions."),
    )
    for depth, dim, says in asked:
        instance = _fair((_some_blocks(rng, depth, dim) for _ in range(2000)), _walk_tells)
        yield _moved(answer, instance, says)


def _moved(answer: Answer, instance: tuple[Array, Array, Array, Array], says: str) -> Line:
    points, u, w, b = instance
    found = array(answer(*instance), points.shape, "the array of states")
    right = _walked(*instance)
    bad = np.flatnonzero(~np.isclose(found, right, rtol=1e-6, atol=1e-6).all(1))
    if not bad.size:
        return expect(True, says)
    k = int(bad[0])
    return expect(
        False,
        says,
        but=f"Point x = {_told(points[k])} goes to {_told(found[k])} with you. "
        + _first_block(points[k], u, w, b),
        hint=_hint_for(found, _wrong_walks(*instance), close),
    )


def _first_block(x: Array, u: Array, w: Array, b: Array) -> str:
    reads = float(x @ w[0] + b[0])
    block = f"Block 1 has u = {_told(u[0])}, w = {_told(w[0])}, b = {_told(b[0])}"
    does = "so x stays where it is" if reads <= 0 else "so x moves along u"
    more = "" if len(b) == 1 else f"; {len(b) - 1} more follow"
    return f"{block} and reads {_told(reads)} there, {does}{more}."


def _kinds_of(u: Rows, w: Rows, border: Fraction = Fraction(0)) -> list[str]:
    """The kind of each block, by the sign of 1 + u·w - border."""
    return [_kind_of(1 + dot(*pair) - border) for pair in zip(u, w, strict=True)]


def _kind_of(s: Any) -> str:
    return "crush" if s == 0 else "bend" if s > 0 else "fold"


def _float_determinant(u: Vector, w: Vector) -> float:
    return 1 + sum(float(x) * float(y) for x, y in zip(u, w, strict=True))


def _wrong_kinds(u: Rows, w: Rows) -> dict[str, list[str]]:
    right = _kinds_of(u, w)
    floats = [_float_determinant(*pair) for pair in zip(u, w, strict=True)]
    return {
        "What does a block with u = 0 do? It has u·w = 0. The sign that counts is that of "
        "s = 1 + u·w, not that of u·w.": _kinds_of(u, w, Fraction(1)),
        "At s = 0 the active side is flattened onto a line. Can you get the points back?": [
            "bend" if kind == "crush" else kind for kind in right
        ],
        "A fold lays one side over the other. At s = 0, what is laid over what?": [
            "fold" if kind == "crush" else kind for kind in right
        ],
        "Check the sign in s = 1 + u·w: writing along w stretches, writing against it folds.": [
            _kind_of(1 - dot(*pair)) for pair in zip(u, w, strict=True)
        ],
        "Thirds and sevenths are rounded in floats, and s = 0 is lost. Stay with Fractions.": [
            _kind_of(s) for s in floats
        ],
        "However small s is, its sign decides. In fractions there is no need for a tolerance.": [
            "crush" if abs(s) < 1e-9 else _kind_of(s) for s in floats
        ],
        "u·w < 0 alone is no fold: with u·w = −1/2 a point keeps its side, at half the height.": [
            "fold" if 1 + dot(*pair) < 1 and kind == "bend" else kind
            for pair, kind in zip(zip(u, w, strict=True), right, strict=True)
        ],
        "You have bend and fold the wrong way round.": [
            {"bend": "fold", "fold": "bend"}.get(kind, kind) for kind in right
        ],
    }


def _writing(rng: Generator, w: Vector, product: Fraction) -> Vector:
    """Some u with u·w equal to a given number."""
    u = list(_halves(rng, len(w)))
    u[0] += (product - dot(u, w)) / w[0]
    return tuple(u)


def _thirds(rng: Generator, count: int) -> Vector:
    """Fractions that no float holds."""
    parts = zip(rng.choice([-5, -2, -1, 1, 2, 5], count), rng.choice([3, 7], count), strict=True)
    return tuple(Fraction(int(p), int(q)) for p, q in parts)


def _rounded_away(rng: Generator, dim: int) -> tuple[Vector, Vector]:
    """A crush that floats don't see."""

    def candidates() -> Iterator[tuple[Vector, Vector]]:
        for _ in range(2000):
            w = _thirds(rng, dim)
            yield _writing(rng, w, Fraction(-1)), w

    return _fair(candidates(), lambda pair: _float_determinant(*pair) != 0)


def _all_kinds(rng: Generator, dim: int) -> tuple[Rows, Rows]:
    """Blocks of all kinds in random order, crushes and near-crushes among them."""
    size = Fraction(int(rng.integers(2, 9)), 2)
    tiny = Fraction(1, 10**20)
    products = [size, Fraction(0), -1 / (1 + size), Fraction(-1), -1 - size, tiny - 1, -1 - tiny]
    reads = [_halves(rng, dim) for _ in products]
    pairs = [(_writing(rng, w, product), w) for w, product in zip(reads, products, strict=True)]
    pairs.append(_rounded_away(rng, dim))
    order = [pairs[int(i)] for i in rng.permutation(len(pairs))]
    return tuple(u for u, _ in order), tuple(w for _, w in order)


@exercise(
    "04.block_kinds",
    "Bend, crush or fold?",
    hints=(
        "Take a point of the active side at height h = w·x + b. At which height does it land?",
        "The new height is w·(x + u h) + b. Write it as a multiple of h.",
        "The multiple is 1 + u·w. Compare it with 0, exactly.",
    ),
)
def block_kinds(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The kind of each block from the sign of s = 1 + u·w, exactly. Source: lesson 04."""
    rng = draw.rng
    for dim in (2, 3):
        u, w = _all_kinds(rng, dim)
        found = _parted(answer(u, w), len(u), "The list of kinds")
        named = [text(kind, KINDS, "each kind") for kind in found]
        right = _kinds_of(u, w)
        bad = next((k for k in range(len(u)) if named[k] != right[k]), None)
        but = "" if bad is None else _misnamed(bad, u[bad], w[bad], named[bad])
        yield expect(
            bad is None,
            f"Each block in {dim} dimensions has the name of what it does.",
            but=but,
            hint=_hint_for(named, _wrong_kinds(u, w)),
        )


def _misnamed(k: int, u: Vector, w: Vector, name: str) -> str:
    s = 1 + dot(u, w)
    lands = _told(s) if abs(s) > Fraction(1, 10**6) or s == 0 else f"{_told(s)} (not 0)"
    return (
        f"You call the block with u = {_told(u)}, w = {_told(w)} a {name}. A point with "
        f"w·x + b = 1 lands where w·x + b = {lands}."
    )


def _heights(x: Vector, u: Rows, w: Rows, b: Vector) -> list[Fraction]:
    """w·x + b of each block, read at the state that reaches it."""
    read_off = []
    for write, direction, offset in zip(u, w, b, strict=True):
        height = dot(direction, x) + offset
        read_off.append(height)
        if height > 0:
            x = tuple(p + height * q for p, q in zip(x, write, strict=True))
    return read_off


def _determinant(x: Vector, u: Rows, w: Rows, b: Vector) -> Fraction:
    pairs = zip(u, w, _heights(x, u, w, b), strict=True)
    return math.prod((1 + dot(p, q) for p, q, height in pairs if height > 0), start=Fraction(1))


def _wrong_determinants(x: Vector, u: Rows, w: Rows, b: Vector) -> dict[str, Fraction]:
    products = [dot(*pair) for pair in zip(u, w, strict=True)]
    on = [height > 0 for height in _heights(x, u, w, b)]
    at_x = [dot(direction, x) + offset > 0 for direction, offset in zip(w, b, strict=True)]
    active = [product for product, fires in zip(products, on, strict=True) if fires]
    one = Fraction(1)
    return {
        "A silent block leaves its surroundings alone: which factor does it give?": math.prod(
            (1 + p for p in products), start=one
        ),
        "Whether block 2 fires is decided at the state that block 1 leaves, not at x.": math.prod(
            (1 + p for p, fires in zip(products, at_x, strict=True) if fires), start=one
        ),
        "The identity is part of the block: its Jacobian is I + u wᵀ, not u wᵀ.": math.prod(
            active, start=one
        ),
        "Where a block is silent, its Jacobian is the identity. What is the determinant of that?": (
            Fraction(0)
        ),
        "One map after the other: their Jacobians multiply, they don't add.": sum(
            (1 + p for p in active), start=Fraction(0)
        ),
        "The sign says which side of the sheet is up. Keep it.": abs(_determinant(x, u, w, b)),
        "A fold may also stretch: you return the sign, or the number of folds.": Fraction(
            (-1) ** sum(p < -1 for p in active)
        ),
    }


def _some_trunk(rng: Generator, depth: int) -> tuple[Vector, Rows, Rows, Vector]:
    """A point and blocks that bend and fold."""
    w = tuple(_halves(rng, 2) for _ in range(depth))
    sizes = rng.choice([-4, -3, 1, 2], depth)
    u = tuple(_writing(rng, row, Fraction(int(k))) for row, k in zip(w, sizes, strict=True))
    return _halves(rng, 2), u, w, _halves(rng, depth, 6)


def _determinant_tells(instance: tuple[Vector, Rows, Rows, Vector]) -> bool:
    read_off = _heights(*instance)
    mixed = 2 <= sum(height > 0 for height in read_off) < len(read_off) and 0 not in read_off
    if not mixed or _determinant(*instance) > 0:
        return False
    wrong = _wrong_determinants(*instance)
    return len({_determinant(*instance), *wrong.values()}) == 1 + len(wrong)


@exercise(
    "04.trunk_determinant",
    "By how much do the blocks stretch the plane around a point?",
    hints=(
        "Near x each block is one affine map. Which one, if its neuron is silent?",
        "The determinant of a chain of affine maps is the product of their determinants.",
        "Carry the state along. Multiply by 1 + u·w at each block that fires there.",
    ),
)
def trunk_determinant(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The determinant of the Jacobian of all blocks at x: the product of the active s."""
    rng = draw.rng
    for which in ("at a point", "at another"):
        drawn = (_some_trunk(rng, 4) for _ in range(20_000))
        instance = _fair(drawn, _determinant_tells)
        found = fraction(answer(*instance), "the determinant")
        yield expect(
            found == _determinant(*instance),
            f"The determinant of four blocks {which} is right, sign included.",
            but=f"At x = {_told(instance[0])}, for u = {_told(instance[1])}, "
            f"w = {_told(instance[2])}, b = {_told(instance[3])}, you return {_told(found)}; "
            f"{_shares(instance)} of its surroundings.",
            hint=_hint_for(found, _wrong_determinants(*instance)),
        )


def _shares(instance: tuple[Vector, Rows, Rows, Vector]) -> str:
    fires = sum(height > 0 for height in _heights(*instance))
    return f"{fires} of the {len(instance[3])} blocks take part in the stretching"


# ------------------------------------------------------------------ task 2: who may close a curve


@dataclass(frozen=True)
class Case:
    """Blocks to be judged by the fold theorem, with what is instructive about them."""

    u: Rows
    w: Rows
    verdict: str
    hint: str
    readouts: tuple[tuple[Vector, Fraction], ...] = ()


def _reading(rng: Generator, dim: int, count: int, spanned: int) -> Rows:
    """Read vectors that span so many dimensions, no fewer and no more."""

    def candidates() -> Iterator[Rows]:
        for _ in range(2000):
            base = [_halves(rng, dim) for _ in range(spanned)]
            rows = base + [_combined(rng, base) for _ in range(count - spanned)]
            yield tuple(rows)

    return _fair(
        candidates(), lambda rows: rank(rows) == spanned and all(row[0] != 0 for row in rows)
    )


def _combined(rng: Generator, rows: Sequence[Vector]) -> Vector:
    factors = [Fraction(int(k)) for k in rng.choice([-2, -1, 1, 2], len(rows))]
    columns = zip(*rows, strict=True)
    return tuple(dot(factors, tuple(column)) for column in columns)


def _case(
    rng: Generator, dim: int, spanned: int, products: Sequence[Any], verdict: str, hint: str
) -> Case:
    w = _reading(rng, dim, len(products), spanned)
    exact = [Fraction(product) for product in products]
    u = tuple(_writing(rng, row, product) for row, product in zip(w, exact, strict=True))
    return Case(u, w, verdict, hint)


def _cases(rng: Generator) -> list[Case]:
    """In the order in which a mistake is best explained."""
    few, none, open_ = VERDICTS
    half = Fraction(1, 2)
    return [
        _case(rng, 2, 1, [-3], few, "How many directions can one block read? The plane has two."),
        _case(rng, 2, 1, [-3, 1, -2], few, DIRECTIONS),
        _case(rng, 2, 1, [1, half], few, DIRECTIONS_FIRST),
        _case(rng, 3, 2, [-3, half, -2], few, "Here d = 3: the dimension is the length of a row."),
        _case(rng, 3, 2, [-3, half, -2, -half], few, DIRECTIONS),
        _case(rng, 2, 2, [-half, -half / 2, 1], none, "Negative is not enough: look at 1 + u·w."),
        _case(rng, 2, 2, [-1, 1, half], none, "A crush flattens, it lays nothing over: no fold."),
        _case(rng, 2, 2, [1, half], none, "Two directions are read, but does any block fold?"),
        _kite_case(rng),
        _case(
            rng, 2, 2, [-3, -2], open_, "Two folds are allowed. The theorem asks for one or more."
        ),
        _case(rng, 3, 3, [-half, 0, -3, 1], open_, "One fold is enough for the theorem."),
    ]


DIRECTIONS_FIRST = (
    "Both conditions fail here, and the directions are to be named first. Are they independent?"
)
DIRECTIONS = (
    "Enough blocks is not enough: they read directions that depend on each other. Is there a "
    "v ≠ 0 at right angles to every w?"
)


def _kite_case(rng: Generator) -> Case:
    """The two blocks of a kite: closed with one readout, open with its negative."""
    left, right, below, above = (Fraction(2) ** int(k) for k in rng.integers(-1, 3, 4))
    zero, one = Fraction(0), Fraction(1)
    u = ((-1 - left / right, zero), (-left * (1 / below + 1 / above), zero))
    a = (1 / left, 1 / below)
    return Case(
        u,
        ((one, zero), (zero, one)),
        VERDICTS[2],
        "One fold and two directions: this very pair of blocks can draw a kite.",
        ((a, one), (tuple(-entry for entry in a), -one)),
    )


@exercise(
    "04.closing_verdict",
    "Who may close a curve? Predict it from the weights",
    hints=(
        "The theorem has two conditions. Test the one on directions first.",
        "The proof needs a v ≠ 0 with w·v = 0 for all blocks. When is there one?",
        "Compare the rank of the rows of w with d; then look for an s = 1 + u·w below 0.",
    ),
)
def closing_verdict(answer: Answer, draw: Instances) -> Iterator[Line]:
    """What the fold theorem says about blocks u, w; then measured exactly. Source: lesson 04."""
    rng = draw.rng
    asked = _cases(rng)
    found: dict[int, str] = {}
    for k in rng.permutation(len(asked)):
        verdict = answer(asked[k].u, asked[k].w)
        found[int(k)] = text(verdict, VERDICTS, "the verdict")
    for wanted in VERDICTS:
        bad = next(
            (k for k, one in enumerate(asked) if one.verdict == wanted != found[k]),
            None,
        )
        yield expect(
            bad is None,
            f"Blocks of which the theorem says {wanted!r} get this verdict.",
            but="" if bad is None else _misjudged(asked[bad], found[bad]),
            hint="" if bad is None else asked[bad].hint,
        )
    yield _measured(asked, rng)


def _misjudged(one: Case, verdict: str) -> str:
    products = _told([dot(*pair) for pair in zip(one.u, one.w, strict=True)])
    return f"For w = {_told(one.w)} with u·w = {products}, one for each block, you say {verdict!r}."


def _measured(asked: list[Case], rng: Generator) -> Line:
    """Attach offsets and readouts in the plane, and decide by exact regions."""
    plane = [one for one in asked if len(one.w[0]) == 2]
    ruled_out = [one for one in plane if one.verdict != VERDICTS[2]]
    nets = [
        _built(one, _halves(rng, len(one.w)), _halves(rng, 2), Fraction(1)) for one in ruled_out
    ]
    kite = next(one for one in plane if one.readouts)
    still = (Fraction(0),) * 2
    readouts = [_closed(_built(kite, still, a, c)) for a, c in kite.readouts]
    return expect(
        not any(map(_closed, nets)) and readouts == [True, False],
        f"Measured: none of {len(nets)} networks with ruled-out blocks is closed. Blocks that are "
        "not ruled out: closed with one readout, unbounded with another.",
    )


def _built(one: Case, b: Vector, a: Vector, c: Fraction) -> ExactOneNeuronResNet:
    return ExactOneNeuronResNet(one.u, one.w, b, a, c)


def _closed(net: ExactOneNeuronResNet) -> bool:
    return is_bounded(net) and not is_empty(net)


# ------------------------------------------------------------------ task 3: rays to infinity


@dataclass(frozen=True)
class Stretch:
    """From time t on, the state is p + t q, until the next stretch begins."""

    t: Fraction
    p: Vector
    q: Vector


def _after_block(stretches: list[Stretch], u: Vector, w: Vector, b: Fraction) -> Iterator[Stretch]:
    """What one block makes of a path: at most one more corner in each stretch."""
    ends: list[Fraction | None] = [later.t for later in stretches[1:]]
    for now, end in zip(stretches, [*ends, None], strict=True):
        at, slope = dot(w, now.p) + b, dot(w, now.q)
        zero = -at / slope if slope else None
        splits = zero is not None and now.t < zero and (end is None or zero < end)
        first = at + now.t * slope
        rises = first > 0 or (first == 0 and slope > 0)
        yield _bent(now, u, at, slope) if rises else now
        if splits and zero is not None:
            rest = Stretch(zero, now.p, now.q)
            yield rest if rises else _bent(rest, u, at, slope)


def _bent(part: Stretch, u: Vector, at: Fraction, slope: Fraction) -> Stretch:
    p = tuple(x + at * write for x, write in zip(part.p, u, strict=True))
    q = tuple(x + slope * write for x, write in zip(part.q, u, strict=True))
    return Stretch(part.t, p, q)


def _first_loss(net: ExactOneNeuronResNet, x: Vector, v: Vector) -> Fraction | None:
    """Some t >= 0 with f(x + tv) <= 0, or None if f stays positive for ever. Exact."""
    path = [Stretch(Fraction(0), x, v)]
    for u, w, b in zip(net.u, net.w, net.b, strict=True):
        path = list(_after_block(path, u, w, b))
    value = Fraction(0)
    for part in path:
        value = dot(net.a, part.p) + net.c + part.t * dot(net.a, part.q)
        if value <= 0:
            return part.t
    slope = dot(net.a, path[-1].q)
    return path[-1].t - value / slope if slope < 0 else None


@dataclass(frozen=True)
class Escape:
    """A network whose read vectors leave a direction out, and a point where it is positive."""

    net: ExactOneNeuronResNet
    x: Vector

    @property
    def arguments(self) -> tuple[Any, ...]:
        """In the order of the exercise."""
        net = self.net
        return net.u, net.w, net.b, net.a, net.c, self.x


def _positive_at(x: Vector, u: Rows, w: Rows, b: Vector, a: Vector) -> Escape:
    """The readout's offset is such that f(x) = 1."""
    base = ExactOneNeuronResNet(u, w, b, a, Fraction(0)).evaluate(x)
    return Escape(ExactOneNeuronResNet(u, w, b, a, 1 - base), x)


def _escaping(rng: Generator, dim: int, depth: int, spanned: int) -> Iterator[Escape]:
    """A network with a random readout a, and the same one with -a."""
    w = _reading(rng, dim, depth, spanned)
    u = tuple(_halves(rng, dim) for _ in range(depth))
    b, a, x = _halves(rng, depth), _halves(rng, dim), _halves(rng, dim)
    for sign in (1, -1):
        yield _positive_at(x, u, w, b, tuple(sign * entry for entry in a))


def _strip(rng: Generator, dim: int) -> Escape:
    """A tent over w·x: positive between two parallel planes, which a rounded ray crosses."""
    w = _thirds(rng, dim)
    u = _writing(rng, w, Fraction(-int(rng.integers(2, 6))))
    return _positive_at(_halves(rng, dim), (u,), (w,), _halves(rng, 1), w)


def _perpendicular(rows: Rows) -> Vector:
    """At right angles to all rows, or the first unit vector."""
    v = kernel_vector(rows)
    return v if v else tuple(Fraction(int(k == 0)) for k in range(len(rows[0])))


def _rounded(v: Vector) -> Vector:
    """Of length 1, in floats."""
    length = math.sqrt(sum(entry * entry for entry in v))
    return tuple(Fraction(float(entry) / length) for entry in v)


def _uphill(v: Vector, a: Vector) -> Vector:
    return tuple(-entry for entry in v) if dot(a, v) < 0 else v


def _naive_directions(net: ExactOneNeuronResNet) -> list[Vector]:
    unit = _rounded(_perpendicular(net.w))
    return [_perpendicular(net.w), unit, _uphill(unit, net.a), net.a, net.u[0], net.w[0]]


def _half_right_directions(net: ExactOneNeuronResNet) -> list[Vector]:
    """At right angles to what is written, or to what the first block reads."""
    return [_uphill(_perpendicular(rows), net.a) for rows in (net.u, net.w[:1])]


def _escape_tells(instances: list[Escape]) -> bool:
    """Each naive direction fails somewhere, the half-right ones where L = 2 already."""

    def all_fail(among: list[Escape], directions: Callable[[Any], list[Vector]]) -> bool:
        losses = [
            [_first_loss(one.net, one.x, v) is not None for v in directions(one.net)]
            for one in among
        ]
        return all(map(any, zip(*losses, strict=True)))

    return all_fail(instances[2:4], _half_right_directions) and all_fail(
        instances, _naive_directions
    )


@exercise(
    "04.escape_direction",
    "Refute boundedness by a ray",
    hints=(
        "Along which direction does no neuron notice that the input moves?",
        "If w·v = 0 for all w, then f(x + tv) = f(x) + t a·v. Which sign of v do you want?",
        "kernel_vector gives a v exactly; turn it round where a·v < 0.",
    ),
)
def escape_direction(answer: Answer, draw: Instances) -> Iterator[Line]:
    """A direction v with f(x + tv) > 0 for all t >= 0, judged along the whole ray, exactly.

    Any such direction counts. Source: first half of the fold theorem's proof, lesson 04.
    """
    rng = draw.rng
    shapes = ((2, 1, 1), (3, 2, 2), (3, 3, 2))

    def drawn() -> Iterator[list[Escape]]:
        for _ in range(500):
            pairs = [one for shape in shapes for one in _escaping(rng, *shape)]
            yield [*pairs, _strip(rng, 2), _strip(rng, 3)]

    for one in _fair(drawn(), _escape_tells):
        yield _escaped(answer, one)


def _escaped(answer: Answer, one: Escape) -> Line:
    net, x = one.net, one.x
    v = _point(answer(*one.arguments), net.dim, "The direction")
    says = f"On the ray from x = {_told(x)} f stays positive (d = {net.dim}, L = {net.depth})."
    if not any(v):
        return expect(
            False,
            says,
            but=f"You return v = {_told(v)}: x + tv never leaves x.",
            hint="A ray needs a direction: v ≠ 0.",
        )
    loss = _first_loss(net, x, v)
    return expect(
        loss is None,
        says,
        but="" if loss is None else _lost(one, v, loss),
        hint=_ray_hint(net.u, net.w, v),
    )


def _lost(one: Escape, v: Vector, t: Fraction) -> str:
    return (
        f"For w = {_told(one.net.w)} and a = {_told(one.net.a)} you return v = {_told(v)}. At "
        f"t = {_told(t)} the value f(x + tv) is not positive any more."
    )


def _ray_hint(u: Rows, w: Rows, v: Vector) -> str:
    noticed = [abs(dot(row, v)) for row in w]
    if not any(noticed):
        return "No neuron notices your v: f(x + tv) = f(x) + t a·v. Does that grow or fall?"
    if max(noticed) < Fraction(1, 10**6):
        return (
            "Your v is rounded: w·v is tiny, but not 0, and the ray is infinitely long. "
            "Solve in Fractions."
        )
    if not any(dot(row, v) for row in u):
        return "Your v is at right angles to what the blocks write. What do they read?"
    if not all(noticed):
        return "Some block doesn't notice your v, but another one does. None may."
    return "A neuron notices this v. Which directions does none of them notice?"


# ------------------------------------------------------------------ task 5: a kite of two blocks


@dataclass(frozen=True)
class Kite:
    """Corners to the left, right, below and above of a centre."""

    center: Vector
    left: Fraction
    right: Fraction
    below: Fraction
    above: Fraction

    @property
    def corners(self) -> list[Vector]:
        """To the right, above, to the left, below."""
        return [self.at(k, Fraction(1)) for k in range(4)]

    def at(self, k: int, share: Fraction) -> Vector:
        """The point at this share of the way from the centre to corner k."""
        x, y = self.center
        arms = ((self.right, 0), (0, self.above), (-self.left, 0), (0, -self.below))
        dx, dy = arms[k]
        return x + share * dx, y + share * dy

    def probes(self) -> list[tuple[Vector, bool]]:
        """Points a little inside and a little outside of each corner, and the centre."""
        near = Fraction(1, 16)
        inside = [(self.at(k, 1 - near), True) for k in range(4)]
        return [(self.center, True), *inside, *((self.at(k, 1 + near), False) for k in range(4))]


def _some_kite(rng: Generator) -> Kite:
    """Arms that are powers of 2, no two opposite ones alike; a centre off the axes."""
    left, right = (Fraction(2) ** int(k) for k in rng.choice([-1, 0, 1, 2], 2, replace=False))
    below, above = (Fraction(2) ** int(k) for k in rng.choice([-1, 0, 1, 2], 2, replace=False))
    return Kite(_halves(rng, 2), left, right, below, above)


def _first_miss(net: ExactOneNeuronResNet, kite: Kite) -> tuple[Vector, bool] | None:
    return next((p for p in kite.probes() if (net.evaluate(p[0]) > 0) != p[1]), None)


def _wrong_kites(kite: Kite) -> dict[str, Kite]:
    x, y = kite.center
    arms = kite.left, kite.right, kite.below, kite.above
    swapped = kite.right, kite.left, kite.above, kite.below
    origin = (Fraction(0), Fraction(0))
    return {
        "Your kite is mirrored: left and right, or above and below, have changed places.": Kite(
            kite.center, *swapped
        ),
        "Your kite hangs to the left and right the wrong way round.": Kite(
            kite.center, kite.right, kite.left, kite.below, kite.above
        ),
        "Your kite stands on its head.": Kite(
            kite.center, kite.left, kite.right, kite.above, kite.below
        ),
        "Your kite sits at minus the centre. Where is w·x + b = 0, and with which b?": Kite(
            (-x, -y), *arms
        ),
        "Your kite sits at the origin: what becomes of the centre?": Kite(origin, *arms),
        "Your kite is symmetric: your fold makes both sides alike. By how much must the slope jump "
        "for the longer arm?": Kite(kite.center, kite.left, kite.left, kite.below, kite.below),
        "Your arms are turned upside down: f falls from 1 to 0 over an arm, so its slope is one "
        "over the arm.": Kite(kite.center, *(1 / arm for arm in arms)),
    }


def _draws(net: ExactOneNeuronResNet, kite: Kite) -> bool:
    return _first_miss(net, kite) is None


@exercise(
    "04.kite_network",
    "A kite from two blocks and one fold",
    hints=(
        "Put the centre at 0 first, and do one coordinate at a time.",
        "Along x1 the graph of f is a tent: slope 1/left up to the centre, then −1/right. By how "
        "much does the slope jump?",
        "Read out a = (1/left, 1/below). Let both blocks write into the same coordinate, each so "
        "much that its slope jumps as it must.",
    ),
)
def kite_network(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Two blocks and one fold with a given kite as positive set. Source: lesson 04's stretch."""
    rng = draw.rng
    for _ in range(2):
        kite = _some_kite(rng)
        arms = (float(arm) for arm in (kite.left, kite.right, kite.below, kite.above))
        center = [float(entry) for entry in kite.center]
        net = network(answer(center, *arms), 2, OneNeuronResNet)
        yield expect(
            net.depth == 2,
            "There are two blocks, the fewest that can close a curve in the plane.",
            but=f"Yours has {net.depth}.",
            hint="One block for each coordinate is enough.",
        )
        yield from _kite_lines(freeze(net), kite)


def _kite_lines(net: Any, kite: Kite) -> Iterator[Line]:
    miss = _first_miss(net, kite)
    yield expect(
        miss is None,
        f"The centre {_told(kite.center)} and the corners are where they should be.",
        but="" if miss is None else _missed(net, kite, miss),
        hint=_kite_hint(net, kite),
    )
    yield expect(
        is_bounded(net),
        "The positive set is bounded.",
        but="It holds points as far away as you like, though the corners are right.",
        hint="Look at the diagonal directions: in each quadrant f must fall.",
    )
    box = ((-(2**20), 2**20),) * 2
    overlap = iou(net, Polygon([tuple(map(float, p)) for p in kite.corners]), box, exact=True)
    yield expect(
        overlap > 1 - Fraction(1, 10**9),
        "The positive set is the kite, side by side.",
        but=f"The IoU with the kite is {float(overlap):.4f}; corners are right, sides are not.",
        hint="Between two corners f must be one affine function.",
    )
    folds = _kinds_of(net.u, net.w).count("fold")
    yield expect(
        folds == 1,
        "One of the two blocks folds, the other one does not.",
        but=f"{folds} of yours fold.",
        hint="Both blocks may write into the same coordinate. What is u·w for the second one then?",
    )


def _kite_hint(net: ExactOneNeuronResNet, kite: Kite) -> str:
    if "fold" not in _kinds_of(net.u, net.w):
        return "Neither of your blocks folds: what does the fold theorem say about this network?"
    return _hint_for(net, _wrong_kites(kite), _draws)


def _missed(net: ExactOneNeuronResNet, kite: Kite, miss: tuple[Vector, bool]) -> str:
    where, inside = miss
    arms = _told([kite.left, kite.right, kite.below, kite.above])
    return (
        f"For arms {arms} (left, right, below, above) the point {_told(where)} lies "
        f"{'inside' if inside else 'outside'}; your f is {_told(net.evaluate(where))} there."
    )


# ------------------------------------------------------------------ task 6: perfect and unbounded

MOST_BLOCKS = 8


def _some_sample(rng: Generator) -> tuple[Array, Array]:
    """+1 on |x| <= 1, -1 on 2 <= |x| <= 3; a negative point on each half-axis."""
    count = 30
    angles = rng.uniform(0, 2 * math.pi, 2 * count)
    radii = np.sqrt(np.concatenate([rng.uniform(0, 1, count), rng.uniform(4, 9, count)]))
    inward = np.clip(radii, 0, 0.98)
    radii = np.where(radii <= 1, inward, np.clip(radii, 2.02, 2.98))  # rounding stays in place
    points = np.round(radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)]), 2)
    on_axis = np.round(rng.uniform(2.1, 2.9, 4), 1)
    axes = on_axis[:, None] * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
    labels = np.concatenate([np.ones(count), -np.ones(count + 4)])
    order = rng.permutation(len(labels))
    return np.concatenate([points, axes])[order], labels[order]


@exercise(
    "04.perfect_but_unbounded",
    "Refute: 100 % accuracy, so the curve is closed",
    hints=(
        "A diamond of the right size is perfect on the sample. It needs a leak that no point sees.",
        "The sample is finite: above the diamond there is a vertical strip without a point.",
        "Centre the diamond on such a strip; let a third block stop the descent of f just before "
        "the top, at the height where it has a little left.",
    ),
)
def perfect_but_unbounded(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """A ResNet that is right on every point of a sample, with a ray on which it stays positive.

    Any network of at most eight blocks and any ray count; both are judged exactly. Source: lesson
    04, "Can accuracy tell?".
    """
    rng = draw.rng
    missed_by_sample = []
    for _ in range(2):
        points, labels = _some_sample(rng)
        net, start, direction = _parted(answer(points, labels), 3, "The answer")
        net = network(net, 2, OneNeuronResNet)
        yield expect(
            net.depth <= MOST_BLOCKS,
            f"The network has at most {MOST_BLOCKS} blocks.",
            but=f"Yours has {net.depth}.",
            hint="Two blocks make a diamond. How many more does one thin strip take?",
        )
        exact: Any = freeze(net)
        yield _all_right(exact, points, labels)
        yield _stays(exact, _point(start, 2, "The start"), _point(direction, 2, "The direction"))
        missed_by_sample.append(sampled_bounded(net))
    if all(missed_by_sample):
        yield Bonus(1, "16,384 sample points on large circles miss your leak as well.")


def _all_right(net: ExactOneNeuronResNet, points: Array, labels: Array) -> Line:
    wrong = [
        (x, label)
        for x, label in zip(points.tolist(), labels.tolist(), strict=True)
        if (net.evaluate(x) > 0) != (label > 0)
    ]
    if not wrong:
        return expect(True, f"All {len(labels)} points of the sample are labelled correctly.")
    x, label = wrong[0]
    sides = [side for _, side in wrong]
    return expect(
        False,
        f"All {len(labels)} points of the sample are labelled correctly.",
        but=f"Labelled wrongly: {len(wrong)}. At {_told_decimal(x)} the label is "
        f"{'+1' if label > 0 else '−1'}, and your f is {_told(net.evaluate(x))}.",
        hint=_sample_hint(sides.count(1.0), sides.count(-1.0)),
    )


def _told_decimal(x: Iterable[float]) -> str:
    return "(" + ", ".join(f"{entry:g}" for entry in x).replace("-", "−") + ")"


def _sample_hint(outside: int, inside: int) -> str:
    if outside:
        return (
            "Points of the disk are left out. A diamond of radius r holds the disk of radius "
            "r/√2 only."
        )
    if inside > 4:
        return "Your body reaches into the ring of negatives. Keep it inside |x| < 2."
    return "Your leak runs over a point of the ring. Which strips are free depends on the sample."


def _stays(net: ExactOneNeuronResNet, start: Vector, direction: Vector) -> Line:
    says = "f stays positive on the whole ray: the positive set is unbounded."
    if not any(direction):
        return expect(
            False,
            says,
            but="Your direction is 0: the ray is a single point.",
            hint="A ray needs a direction that is not 0.",
        )
    loss = _first_loss(net, start, direction)
    if loss is None:
        return expect(True, says)
    if is_bounded(net):
        hint = "This positive set is bounded: it has no leak at all."
    elif loss == 0:
        hint = "Start where f > 0, for instance inside the leak."
    else:
        hint = "There is a leak somewhere, but your ray doesn't stay in it. Which way does it run?"
    return expect(
        False, says, but=f"At t = {_told(loss)} the value is not positive any more.", hint=hint
    )


# ------------------------------------------------------------------ task 7: the ceiling


def _inscribed(k: int) -> float:
    return k / 2 * math.sin(2 * math.pi / k) / math.pi


def _circumscribed(k: int) -> float:
    return math.pi / (k * math.tan(math.pi / k))


def _sized(k: int, apothem: float) -> float:
    """IoU of the disk with the regular k-gon whose sides are that far from the centre."""
    half = math.pi / k
    inside = min(math.acos(min(apothem, 1.0)), half)  # up to there a side runs in the disk
    common = k * (apothem**2 * math.tan(inside) + half - inside)
    return common / (math.pi + k * apothem**2 * math.tan(half) - common)


def _balanced(k: int) -> float:
    """The best of them: bisect tan(α) (π + |P|) = |P ∩ D| tan(π/k), α = arccos of the apothem."""
    half = math.pi / k
    low, high = 0.0, half
    for _ in range(60):
        alpha = (low + high) / 2
        p = math.cos(alpha)
        common = k * (p * math.sin(alpha) + half - alpha)
        falls = math.tan(alpha) * (math.pi + k * p * p * math.tan(half)) > common * math.tan(half)
        low, high = (low, alpha) if falls else (alpha, high)
    return _sized(k, math.cos((low + high) / 2))


WRONG_INSCRIBED: dict[str, Callable[[int], float]] = {
    "Your polygon lies around the disk. Here its corners lie on the circle.": _circumscribed,
    "From the centre, a side is seen under the angle 2π/k, not π/k.": lambda k: (
        k / 2 * math.sin(math.pi / k) / math.pi
    ),
    "This is the area of the polygon. The IoU is a share: of what?": lambda k: (
        k / 2 * math.sin(2 * math.pi / k)
    ),
    "The polygon lies in the disk: what is the union of the two?": lambda k: (
        _inscribed(k) / (1 + _inscribed(k))
    ),
    "This compares the lengths of the outlines. The IoU compares areas.": lambda k: (
        k * math.sin(math.pi / k) / math.pi
    ),
    "math.sin takes radians, not degrees.": lambda k: k / 2 * math.sin(360 / k) / math.pi,
    "This is an approximation for many corners. Write down the exact areas.": lambda k: (
        1 - 2 * math.pi**2 / (3 * k * k)
    ),
    "Each of the k triangles has the area ½ sin(2π/k): where is the ½?": lambda k: (
        2 * _inscribed(k)
    ),
}
WRONG_YARDSTICK: dict[str, Callable[[int], float]] = {
    "L blocks are not L sides: each fold doubles the number of sides.": lambda n: _balanced(
        max(n, 3)
    ),
    "Each block doubles the number of sides; it does not just add two.": lambda n: _balanced(2 * n),
    "Count again how many sides L folds give; you are one doubling off.": lambda n: _balanced(
        2 ** (n + 1)
    ),
    "One doubling is missing: two folds give a square.": lambda n: _balanced(max(2 ** (n - 1), 3)),
    "This is the inscribed polygon. A larger one loses less outside than it wins inside.": (
        lambda n: _inscribed(2**n)
    ),
    "This is the polygon around the disk. A smaller one is better.": lambda n: _circumscribed(2**n),
    "Equal area is a good guess for the best size, but not the best size.": lambda n: _sized(
        2**n, math.sqrt(math.pi / (2**n * math.tan(math.pi / 2**n)))
    ),
    "Halfway between inscribed and circumscribed is a guess. Search for the best size.": (
        lambda n: _sized(2**n, (1 + math.cos(math.pi / 2**n)) / 2)
    ),
}


def _recognised(found: float, n: int, wrong: Mapping[str, Callable[[int], float]]) -> str:
    return _hint_for(found, {hint: formula(n) for hint, formula in wrong.items()}, _same_share)


def _same_share(a: float, b: float) -> bool:
    return close(a, b, 1e-6)


@exercise(
    "04.inscribed_iou",
    "IoU of the disk and its inscribed regular polygon",
    hints=(
        "The IoU of two sets, one inside the other, is a quotient of two areas.",
        "Cut the polygon into k triangles from the centre. Two sides of each have length 1.",
        "Each triangle has the area ½ sin of the angle at the centre; the disk has π.",
    ),
)
def inscribed_iou(answer: Answer, draw: Instances) -> Iterator[Line]:
    """IoU of the unit disk and the inscribed regular k-gon, k sin(2π/k) / 2π. Source: lesson 04."""
    rng = draw.rng
    for k in (4, int(rng.integers(3, 8)), int(rng.integers(9, 33)), 2 ** int(rng.integers(6, 9))):
        found = number(answer(k), "the IoU")
        yield expect(
            abs(found - _inscribed(k)) < 1e-9,
            f"The IoU with the inscribed {k}-gon is right.",
            but=f"For k = {k} you return {found:.6g}" + _impossible(found),
            hint=_recognised(found, k, WRONG_INSCRIBED),
        )


def _impossible(found: float) -> str:
    return "." if 0 <= found <= 1 else ", and no share lies outside 0 to 1."


@exercise(
    "04.yardstick",
    "The yardstick for L blocks",
    hints=(
        "First write the IoU of the disk with a regular k-gon of any size; then vary the size.",
        "Let the sides be at distance p from the centre, cos(π/k) ≤ p ≤ 1. Half of a side runs "
        "inside the disk up to the angle arccos p, and outside from there to π/k.",
        "Per half side, |P ∩ D| is a right triangle, ½ p² tan(arccos p), and a sector. A fine "
        "grid of p, or a golden section, finds the maximum.",
    ),
)
def yardstick(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The largest IoU of the disk and a regular 2^L-gon of any size. Source: lesson 04."""
    rng = draw.rng
    for blocks in (3, 2, int(rng.integers(4, 6)), int(rng.integers(6, 8))):
        found = number(answer(blocks), "the IoU")
        right = _balanced(2**blocks)
        aim = f"For L = {blocks} you return {found:.6g}"
        beats = found > right + 1e-6
        yield expect(
            abs(found - right) < 1e-6,
            f"The yardstick for {blocks} blocks is right.",
            but=aim + (", more than any size allows." if beats else "; some size does better."),
            hint=_recognised(found, blocks, WRONG_YARDSTICK),
        )


# ------------------------------------------------------------------ task 8: an honest report


def _wilson(k: float, n: float, z: float = Z) -> tuple[float, float]:
    middle = (k + z * z / 2) / (n + z * z)
    half = z * math.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    return middle - half, middle + half


def _wald(k: float, n: float, z: float = Z) -> tuple[float, float]:
    half = z * math.sqrt(k * (n - k) / n**3)
    return k / n - half, k / n + half


def _wrong_intervals(k: int, n: int) -> dict[str, tuple[float, float]]:
    low, high = _wilson(k, n)
    rough = _wald(k, n)
    no_root = Z * (k * (n - k) / n + Z * Z / 4) / (n + Z * Z)
    middle = (low + high) / 2
    naive = "The interval p ± z √(p(1 − p)/n) has no width for 0 of n and n of n. Use Wilson's."
    return {
        naive: rough,
        naive + " ": (max(rough[0], 0.0), min(rough[1], 1.0)),
        "The interval is one of shares, from 0 to 1, not of counts.": (n * low, n * high),
        "The interval is one of shares, from 0 to 1, not of percentages.": (100 * low, 100 * high),
        "The interval begins with its lower end.": (high, low),
        "For 95 % take z = 1.96.": _wilson(k, n, 1.0),
        "There is a square root in the formula.": (middle - no_root, middle + no_root),
        "This is the interval for the networks that stayed open. Which ones are counted?": _wilson(
            n - k, n
        ),
    }


def _wrong_medians(ious: Sequence[float], closed_ones: Sequence[bool]) -> dict[str, float]:
    kept = [x for x, is_closed in zip(ious, closed_ones, strict=True) if is_closed]
    return {
        "You return the mean. One failed seed can drag it anywhere; the report asks for the "
        "median.": mean(ious),
        "You left out the seeds that failed. A report over survivors always looks good.": median(
            kept or [0.0]
        ),
        "You return the best seed. What would the reader's own seed give?": max(ious),
        "With an even number of seeds the median lies halfway between the two in the middle.": (
            median_low(ious)
        ),
        "With an even number of seeds the median lies halfway between the two in the middle. ": (
            median_high(ious)
        ),
        "The list is not sorted; the middle entry is not the median.": ious[len(ious) // 2],
        "The shares go from 0 to 1: no percentages.": 100 * median(ious),
    }


def _some_runs(rng: Generator, n: int, k: int) -> tuple[list[float], list[bool]]:
    """IoUs and verdicts of n seeds, k of them closed and better than the rest; unsorted."""
    good = rng.integers(780, 960, k) / 1000
    poor = rng.integers(100, 700, n - k) / 1000
    order = rng.permutation(n)
    ious = np.concatenate([good, poor])[order]
    return ious.tolist(), (np.arange(n) < k)[order].tolist()


def _runs_tell(instance: tuple[list[float], list[bool]]) -> bool:
    """Mixed runs of an even number of seeds tell all mistakes apart; the others need not."""
    ious, closed_ones = instance
    if len(ious) % 2 or len(set(closed_ones)) == 1:
        return True
    values = [median(ious), *_wrong_medians(*instance).values()]
    return len({round(value, 4) for value in values}) == len(values)


@exercise(
    "04.seed_report",
    "Report runs over seeds without fooling anybody",
    hints=(
        "All seeds count, failed ones included.",
        "The median sits in the middle of the sorted list, or halfway between two.",
        "Copy Wilson's interval with k closed networks of n seeds and z = 1.96.",
    ),
)
def seed_report(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Median IoU, number closed, number of seeds, Wilson's interval. Source: lesson 04.

    The counts include 0 of n and n of n, where the naive interval has no width.
    """
    rng = draw.rng
    n = 2 * int(rng.integers(10, 21))
    for seeds, k in ((n, n - int(rng.integers(2, 6))), (n + 1, n // 2), (n, 0), (n, n)):
        runs = _fair((_some_runs(rng, seeds, k) for _ in range(2000)), _runs_tell)
        yield from _report_lines(answer(*runs), runs, seeds, k)


def _report_lines(
    returned: Any, runs: tuple[list[float], list[bool]], n: int, k: int
) -> Iterator[Line]:
    keys = {"median", "closed", "seeds", "interval"}
    if not isinstance(returned, dict) or set(returned) != keys:
        raise NotYet(
            "The report is a dictionary with the keys median, closed, seeds and interval.",
            f"You returned {shown(returned)}.",
        )
    of = f"for {k} closed of {n}"
    counts = whole(returned["closed"], "the number closed"), whole(returned["seeds"], "the number")
    yield expect(
        counts == (k, n),
        f"The counts are right {of}.",
        but=f"You report {_told(counts[0])} closed of {_told(counts[1])} seeds.",
        hint="Count every seed once, whatever became of it: closed is a number of True's.",
    )
    found = number(returned["median"], "the median")
    ious = runs[0]
    below = sum(x < found for x in ious), sum(x > found for x in ious)
    yield expect(
        abs(found - median(ious)) < 1e-9,
        f"The median is right {of}.",
        but=f"You report {found:.4g}: {below[0]} seeds lie below and {below[1]} above.",
        hint=_hint_for(found, _wrong_medians(*runs), _same_share).strip(),
    )
    ends = _parted(returned["interval"], 2, "The interval")
    interval = number(ends[0], "the lower end"), number(ends[1], "the upper end")
    yield expect(
        close(interval, _wilson(k, n)),
        f"The interval is right {of}.",
        but=f"For {k} of {n} you report the interval from {interval[0]:.4g} to {interval[1]:.4g}.",
        hint=_hint_for(interval, _wrong_intervals(k, n), close).strip(),
    )


STATEMENTS: dict[str, tuple[str, dict[str, str]]] = {
    "A": (
        "OBSERVED",
        {
            "PROVED": "Is there a theorem about what Adam finds? The share comes from 32 runs.",
            "CERTIFIED": "Each of the 30 curves is certified. The share among all starts is not.",
            "NO ARGUMENT": "A share with its interval is what runs are good for.",
        },
    ),
    "B": (
        "PROVED",
        {
            "OBSERVED": "It speaks of all weights. Runs never meet all of them; a theorem does.",
            "CERTIFIED": "A certificate is about one network. This is about all of them.",
            "NO ARGUMENT": "Which theorem of the lesson forbids a closed curve without a fold?",
        },
    ),
    "C": (
        "CERTIFIED",
        {
            "OBSERVED": "The box is not a measurement: a judge has checked a proof of it.",
            "PROVED": "A proof about one stored network, checked by a program, has its own badge.",
            "CONSTRUCTED": "Nobody built this network by hand. Training found it, a judge checked "
            "it.",
        },
    ),
    "D": (
        "NO ARGUMENT",
        {
            "PROVED": "The claim is true, and proved elsewhere. But look at the reason given here.",
            "OBSERVED": "0 of 32 is an observation. 'So none can' is not.",
            "CERTIFIED": "Certificates for 32 networks say nothing about the next one.",
        },
    ),
    "E": (
        "CONSTRUCTED",
        {
            "OBSERVED": "No training is needed: somebody wrote the weights down.",
            "CERTIFIED": "The exact area backs it up, but what shows that it can be done?",
            "NO ARGUMENT": "To show that something is possible, one example is enough.",
        },
    ),
    "F": (
        "NO ARGUMENT",
        {
            "OBSERVED": "What seeds reach is observed. 'Cannot do better' is not, and it is false.",
            "PROVED": "Which network with ten blocks does better? Lesson 04 built it.",
            "CERTIFIED": "What is certified about a network doesn't bind the others.",
        },
    ),
}


@exercise(
    "04.my_badges",
    "Which badge does each statement earn?",
    hints=(
        "Ask of each statement: how many networks does it speak about, and what backs it up?",
        "Runs back up shares of runs. They back up no 'can't'.",
        "An example proves 'can'; only a theorem proves 'can't'.",
    ),
)
def my_badges(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Six fixed statements with the reasons given for them. Source: lesson 04's last table."""
    found = answer()
    if not isinstance(found, dict) or set(found) != set(STATEMENTS):
        raise NotYet(
            "The answer is a dictionary with the keys A to F.", f"You returned {shown(found)}."
        )
    for letter, (right, hints) in STATEMENTS.items():
        badge = text(found[letter], BADGES, f"the badge of {letter}")
        general = "What backs this statement up: a theorem, an example, a judge, runs, or nothing?"
        yield expect(
            badge == right,
            f"Statement {letter} has its badge.",
            but=f"You give {badge}.",
            hint=hints.get(badge, general),
        )
