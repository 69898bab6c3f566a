"""04.closing_verdict: predict from the weights who cannot close a curve, then measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import text
from course_lib.checks.report import Line, expect
from course_lib.checks.set_04.shared import Generator, halves, reading, told, writing
from course_lib.exact import ExactOneNeuronResNet, Matrix, Vector, dot
from course_lib.regions import is_bounded, is_empty

FEW, NO_FOLD, OPEN = VERDICTS = ("too few directions", "no fold", "not ruled out")
DIRECTIONS = (
    "Enough blocks is not enough: they read directions that depend on each other. Is there a "
    "v ≠ 0 at right angles to every w?"
)
DIRECTIONS_FIRST = (
    "Both conditions fail here, and the directions are to be named first. Are they independent?"
)


@dataclass(frozen=True)
class Case:
    """Blocks to be judged by the fold theorem, with what is instructive about them."""

    u: Matrix
    w: Matrix
    verdict: str
    hint: str

    def network(self, b: Vector, a: Vector, c: Fraction) -> ExactOneNeuronResNet:
        """With these offsets and this readout."""
        return ExactOneNeuronResNet(self.u, self.w, b, a, c)


def _cases(rng: Generator) -> list[Case]:
    """In the order in which a mistake is best explained."""

    def case(dim: int, spanned: int, products: Sequence[Any], verdict: str, hint: str) -> Case:
        w = reading(rng, dim, len(products), spanned)
        u = tuple(writing(rng, row, product) for row, product in zip(w, products, strict=True))
        return Case(u, w, verdict, hint)

    half = Fraction(1, 2)
    return [
        case(2, 1, [-3], FEW, "How many directions can one block read? The plane has two."),
        case(2, 1, [-3, 1, -2], FEW, DIRECTIONS),
        case(2, 1, [1, half], FEW, DIRECTIONS_FIRST),
        case(3, 2, [-3, half, -2], FEW, "Here d = 3: the dimension is the length of a row."),
        case(3, 2, [-3, half, -2, -half], FEW, DIRECTIONS),
        case(2, 2, [-half, -half / 2, 1], NO_FOLD, "Negative is not enough: look at 1 + u·w."),
        case(2, 2, [-1, 1, half], NO_FOLD, "A crush flattens, it lays nothing over: no fold."),
        case(2, 2, [1, half], NO_FOLD, "Two directions are read, but does any block fold?"),
        _kite(rng)[0],
        case(2, 2, [-3, -2], OPEN, "Two folds are allowed. The theorem asks for one or more."),
        case(3, 3, [-half, 0, -3, 1], OPEN, "One fold is enough for the theorem."),
    ]


def _kite(rng: Generator) -> tuple[Case, Vector]:
    """The two blocks of a kite, with the readout that draws it."""
    left, right, below, above = (Fraction(2) ** int(k) for k in rng.integers(-1, 3, 4))
    zero, one = Fraction(0), Fraction(1)
    u = ((-1 - left / right, zero), (-left * (1 / below + 1 / above), zero))
    hint = "One fold and two directions: this very pair of blocks can draw a kite."
    return Case(u, ((one, zero), (zero, one)), OPEN, hint), (1 / left, 1 / below)


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
    for k in rng.permutation(len(asked)).tolist():
        found[k] = text(answer(asked[k].u, asked[k].w), VERDICTS, "the verdict")
    for wanted in VERDICTS:
        bad = (k for k, one in enumerate(asked) if one.verdict == wanted != found[k])
        k = next(bad, None)
        yield expect(
            k is None,
            f"Blocks of which the theorem says {wanted!r} get this verdict.",
            but="" if k is None else _misjudged(asked[k], found[k]),
            hint="" if k is None else asked[k].hint,
        )
    yield _measured(asked, rng)


def _misjudged(one: Case, verdict: str) -> str:
    products = told([dot(*pair) for pair in zip(one.u, one.w, strict=True)])
    return f"For w = {told(one.w)} with u·w = {products}, one for each block, you say {verdict!r}."


def _measured(asked: list[Case], rng: Generator) -> Line:
    """Attach offsets and readouts in the plane, and decide by exact regions."""
    one = Fraction(1)
    ruled_out = [case for case in asked if len(case.w[0]) == 2 and case.verdict != OPEN]
    nets = [case.network(halves(rng, len(case.w)), halves(rng, 2), one) for case in ruled_out]
    kite, a = _kite(rng)
    still = (Fraction(0),) * 2
    upside_down = kite.network(still, tuple(-entry for entry in a), -one)
    return expect(
        not any(map(_closed, [*nets, upside_down])) and _closed(kite.network(still, a, one)),
        f"Measured: none of {len(nets)} networks with ruled-out blocks is closed. Blocks that are "
        "not ruled out: closed with one readout, unbounded with another.",
    )


def _closed(net: ExactOneNeuronResNet) -> bool:
    return is_bounded(net) and not is_empty(net)
