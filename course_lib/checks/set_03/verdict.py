"""03.verdict: claims about "wide enough", and the three words without which they say little."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, get_args

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, expect
from course_lib.minimum_width import Domain, Norm, minimum_width

Claim = dict[str, Any]
Known = Callable[[Claim, Any, Any], bool | None]  # does the width do, in this norm and domain?
Rule = Callable[[Claim], str]

VERDICTS = ("true", "false", "incomplete")
COUNT = 20


def _suffices(claim: Claim, norm: Any, domain: Any) -> bool | None:
    known = minimum_width(claim["inputs"], claim["outputs"], norm=norm, domain=domain)
    return known.suffices(claim["width"])


def _readings(claim: Claim, known: Known = _suffices) -> list[bool | None]:
    """Whether the claim holds, for each pair (norm, domain) that it may mean."""
    norms = [claim["norm"]] if claim["norm"] else get_args(Norm)
    domains = [claim["domain"]] if claim["domain"] else get_args(Domain)
    return [known(claim, *setting) for setting in itertools.product(norms, domains)]


def _by(known: Known) -> Rule:
    """The verdict, given what is known about each setting."""

    def rule(claim: Claim) -> str:
        found = _readings(claim, known)
        return "true" if all(found) else "incomplete" if any(found) else "false"

    return rule


_right = _by(_suffices)


def _exactly(claim: Claim, norm: Any, domain: Any) -> bool:
    known = minimum_width(claim["inputs"], claim["outputs"], norm=norm, domain=domain)
    return bool(claim["width"] == known.upper)


def _without_two(claim: Claim, norm: Any, domain: Any) -> bool | None:
    if (norm, domain) == ("L^p", "compact box"):
        return bool(claim["width"] >= max(claim["inputs"], claim["outputs"]))
    return _suffices(claim, norm, domain)


def _generous(claim: Claim) -> str:
    """Fill what is missing with the setting that asks for least."""
    norm, domain = claim["norm"] or "L^p", claim["domain"] or "compact box"
    return _right(claim | {"norm": norm, "domain": domain})


MISTAKEN: dict[str, Rule] = {
    "“d fails, d + 1 suffices” is a story about some norms and domains. What happens on "
    "average over a box?": lambda claim: "true" if claim["width"] > claim["inputs"] else "false",
    "A claim with a gap may still be true however the gap is filled, or false however it is.": (
        lambda claim: "incomplete" if None in claim.values() else _right(claim)
    ),
    "A wider network can do all that a narrower one can.": _by(_exactly),
    "Several outputs have to pass through the last hidden layer, too.": (
        lambda claim: _right(claim | {"outputs": 1})
    ),
    "Width 1 in dimension 1 only gives monotone functions. Look at the third number in the "
    "maximum.": _by(_without_two),
    "You fill a gap with the reading that suits the claim. Try the other readings.": _generous,
    "If some readings are true and others false, the claim isn't false: something is missing.": (
        lambda claim: "true" if all(_readings(claim)) else "false"
    ),
    "On a compact box nobody looks outside: on average a narrower network may do.": _by(
        lambda claim, norm, _: _suffices(claim, norm, "whole space")
    ),
    "An error at the worst point is harder to make small than one on average.": _by(
        lambda claim, _, domain: _suffices(claim, "L^p", domain)
    ),
}


@exercise(
    "03.verdict",
    "Class, norm, domain: is the claim true, false or incomplete?",
    hints=(
        "List the pairs (norm, domain) that the claim may mean, and decide each by the table.",
        "All of them true: true. None: false. Otherwise a word is missing: incomplete.",
        "course_lib.minimum_width.minimum_width(d, m, norm=…, domain=…).suffices(width) knows the "
        "table.",
    ),
)
def verdict(answer: Answer, draw: Instances) -> Iterator[Line]:
    """True for all readings, for none or for some, by the table of minimum widths (section 6)."""
    claims = _draw(draw.rng)
    given = [_read(answer(dict(claim))) for claim in claims]
    wrong = [k for k, claim in enumerate(claims) if given[k] != _right(claim)]
    fits = (hint for hint, rule in MISTAKEN.items() if given == list(map(rule, claims)))
    general = "Write down every (norm, domain) that this claim may mean, and look each up."
    yield expect(
        not wrong,
        f"All {COUNT} claims are judged as the table says.",
        but=f"{_told(claims[wrong[0]])} You say: {given[wrong[0]]}. In all, {len(wrong)} of "
        f"{COUNT} differ from the table."
        if wrong
        else "",
        hint=next(fits, general),
    )


def _read(value: Any) -> str:
    return read.text(value, VERDICTS, "the verdict")


def _told(claim: Claim) -> str:
    outputs = f"{claim['outputs']} output{'s' * (claim['outputs'] > 1)}"
    inputs = f"{claim['inputs']} input{'s' * (claim['inputs'] > 1)}"
    norm, domain = (claim[key] or "not said" for key in ("norm", "domain"))
    return f"Width {claim['width']}, {inputs}, {outputs}, norm: {norm}, domain: {domain}."


def _draw(rng: np.random.Generator) -> list[Claim]:
    """Settled claims on which every named mistake shows."""
    while True:
        drawn = (_drawn(rng) for _ in range(10 * COUNT))
        settled = (claim for claim in drawn if None not in _readings(claim))
        claims = list(itertools.islice(settled, COUNT))
        right = list(map(_right, claims))
        if all(list(map(rule, claims)) != right for rule in MISTAKEN.values()):
            return claims


def _drawn(rng: np.random.Generator) -> Claim:
    """A claim near the least widths."""
    d, m = int(rng.integers(1, 5)), int(rng.choice([1, 1, 2, 5]))
    return {
        "width": max(1, max(d, m) + int(rng.integers(-1, 3))),
        "inputs": d,
        "outputs": m,
        "norm": (None, *get_args(Norm))[rng.integers(3)],
        "domain": (None, *get_args(Domain))[rng.integers(3)],
    }
