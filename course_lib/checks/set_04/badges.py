"""04.my_badges: which badge the reason for a statement earns."""

from __future__ import annotations

from collections.abc import Iterator

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import shown, text
from course_lib.checks.report import Line, NotYet, expect

BADGES = ("PROVED", "CONSTRUCTED", "CERTIFIED", "OBSERVED", "NO ARGUMENT")
GENERAL = "What backs this statement up: a theorem, an example, a judge, runs, or nothing?"
RIGHT = {
    "A": "OBSERVED",
    "B": "PROVED",
    "C": "CERTIFIED",
    "D": "NO ARGUMENT",
    "E": "CONSTRUCTED",
    "F": "NO ARGUMENT",
}
HINTS = {
    ("A", "PROVED"): "Is there a theorem about what Adam finds? The share comes from 32 runs.",
    ("A", "CERTIFIED"): "Each of the 30 curves is certified. The share among all starts is not.",
    ("A", "NO ARGUMENT"): "A share with its interval is what runs are good for.",
    ("B", "OBSERVED"): "It speaks of all weights. Runs never meet all of them; a theorem does.",
    ("B", "CERTIFIED"): "A certificate is about one network. This is about all of them.",
    ("B", "NO ARGUMENT"): "Which theorem of the lesson forbids a closed curve without a fold?",
    ("C", "OBSERVED"): "The box is not a measurement: a judge has checked a proof of it.",
    ("C", "PROVED"): "A proof about one stored network, checked by a program, has its own badge.",
    ("C", "CONSTRUCTED"): "Nobody built this network by hand: training found it.",
    ("D", "PROVED"): "The claim is true, and proved elsewhere. But look at the reason given here.",
    ("D", "OBSERVED"): "0 of 32 is an observation. 'So none can' is not.",
    ("D", "CERTIFIED"): "Certificates for 32 networks say nothing about the next one.",
    ("E", "OBSERVED"): "No training is needed: somebody wrote the weights down.",
    ("E", "CERTIFIED"): "The exact area backs it up, but what shows that it can be done?",
    ("E", "NO ARGUMENT"): "To show that something is possible, one example is enough.",
    ("F", "OBSERVED"): "What seeds reach is observed. 'Cannot do better' is not, and it is false.",
    ("F", "PROVED"): "Which network with ten blocks does better? Lesson 04 built it.",
    ("F", "CERTIFIED"): "What is certified about a network doesn't bind the others.",
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
    if not isinstance(found, dict) or set(found) != set(RIGHT):
        raise NotYet(
            "The answer is a dictionary with the keys A to F.", f"You returned {shown(found)}."
        )
    for letter, right in RIGHT.items():
        badge = text(found[letter], BADGES, f"the badge of {letter}")
        yield expect(
            badge == right,
            f"Statement {letter} has its badge.",
            but=f"You give {badge}.",
            hint=HINTS.get((letter, badge), GENERAL),
        )
