"""03.fence: d + 1 neurons close a set around a point of R^d."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course_lib.certificates import Certificate, certify_bounded, verify
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, NotYet, expect
from course_lib.checks.set_03.shared import (
    COUNTS,
    LOOKS,
    SPACES,
    hidden_width,
    said,
    said_number,
    small_network,
)
from course_lib.exact import dot, freeze, read_vector
from course_lib.networks import FullyConnected


@exercise(
    "03.fence",
    "d + 1 neurons guard every side",
    hints=(
        "In the plane the lesson uses relu(x1), relu(x2) and relu(−x1 − x2). What do their three "
        "directions have in common?",
        "Whatever direction you walk in, at least one neuron has to rise. d + 1 vectors that add "
        "up to zero (and span R^d) do that.",
        "Write x − centre instead of x: what becomes of the bias of each neuron?",
    ),
)
def fence(answer: Answer, draw: Instances) -> Iterator[Line]:
    """A certified bounded positive set around a point, at width d + 1 (lesson 03, section 7)."""
    rng = draw.rng
    for d in (2, 3, 1):
        centre = _draw(rng, d)
        net = small_network(answer(list(centre)), d)
        yield expect(
            hidden_width(net) <= d + 1,
            f"No hidden layer {SPACES[d]} is wider than {COUNTS[d + 1]}.",
            but=f"On R^{d} yours has hidden widths {net.widths}.",
            hint="Two guards for each coordinate are more than needed. One neuron can look back "
            "along all the coordinates at once.",
        )
        yield _at_the_centre(net, centre)
        yield _closed(net)


def _draw(rng: np.random.Generator, d: int) -> list[int]:
    while True:
        centre = [int(e) for e in rng.integers(2, 8, d) * rng.choice([-1, 1], d)]
        if sum(centre):
            return centre


def _at_the_centre(net: FullyConnected, centre: list[int]) -> Line:
    f = freeze(net).evaluate
    mirrored = f([-e for e in centre]) > 0
    return expect(
        f(centre) > 0,
        "f is positive at the centre.",
        but=f"At the centre {said(centre)} you have f = {said_number(f(centre))}.",
        hint="Your network is positive at minus the centre: the sign of the shift."
        if mirrored
        else "What are your neurons at the centre? Let all of them be at most zero there, and the "
        "constant positive.",
    )


def _closed(net: FullyConnected) -> Line:
    proof = certify_bounded(net, looks=LOOKS)
    if proof.claim == "undecided":
        raise NotYet(
            "The positive set can be proved to be bounded.",
            "The search for a proof was stopped: your network bends in too many places.",
            "One hidden layer is enough.",
        )
    return expect(
        proof.claim == "bounded" and verify(net, proof),
        f"The positive set {SPACES[net.dim]} is bounded: certified.",
        but=f"From {said(proof.point)} along {said(proof.direction)} f stays positive for ever.",
        hint=_hint(net, proof),
    )


def _hint(net: FullyConnected, proof: Certificate) -> str:
    rows = [read_vector(row) for row in net.weights[0].tolist()]
    if any(dot(row, proof.direction) > 0 for row in rows if proof.direction):
        return (
            "That direction raises some neuron, and still f doesn't fall. With which sign does the "
            "last layer read the neurons?"
        )
    return "No neuron rises along that direction: nobody guards this side."
