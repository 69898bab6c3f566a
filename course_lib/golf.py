"""Certified golf: networks that provably do a task, ranked by their number of parameters.

A challenge is a sentence and a judge. The judges work in fractions, on the exact function
of the stored weights; an entry that fails is refused with the reason.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Self

import numpy as np

from course_lib.arguments import (
    counted,
    read_function,
    read_instance,
    read_list,
    read_text,
    read_whole,
    shown,
)
from course_lib.certificates import Verdict, certify_bounded, verify
from course_lib.constructions.equivalence import sawtooth
from course_lib.constructions.line import graph, sup_distance
from course_lib.errors import CourseError, InvalidInputError
from course_lib.exact import read
from course_lib.networks import FullyConnected, Network, OneNeuronResNet, as_network
from course_lib.regions import iou, positive_area
from course_lib.targets import Polygon

__all__ = [
    "COURSE",
    "DART",
    "Challenge",
    "Entry",
    "Leaderboard",
    "disk_iou",
    "draws_polygon",
    "equals",
    "follows_square",
    "is_closed",
    "validate",
]

Judge = Callable[[Network], Verdict]
FAMILIES: Mapping[str, type[Network]] = {
    "FullyConnected": FullyConnected,
    "OneNeuronResNet": OneNeuronResNet,
}


@dataclass(frozen=True)
class Challenge:
    """A task for a network: a name, what to do, how many inputs, and the judge of it.

    >>> COURSE[0].dim
    2
    """

    name: str
    statement: str
    dim: int
    judge: Judge = field(repr=False)

    def __post_init__(self) -> None:
        read_text("name", self.name)
        read_text("statement", self.statement)
        read_whole("dim", self.dim, at_least=1)
        read_function("judge", self.judge)


@dataclass(frozen=True)
class Entry:
    """A network that somebody enters for a challenge.

    Args:
        challenge: the challenge's name.
        author: who built it; not empty.
        network: a FullyConnected or a OneNeuronResNet.

    Raises:
        InvalidInputError: no author, or something else than a network of the course.
    """

    challenge: str
    author: str
    network: Network

    def __post_init__(self) -> None:
        read_text("challenge", self.challenge)
        if not read_text("author", self.author).strip():
            raise InvalidInputError("An entry has no author. Write a name.")
        object.__setattr__(self, "network", _plain(as_network(self.network)))

    @property
    def score(self) -> int:
        """The number of parameters: the less, the better."""
        return self.network.num_parameters


def validate(challenge: Challenge, network: Network) -> Verdict:
    """Judge a network; a network that the exact rooms cannot read is rejected, with the reason.

    >>> from course_lib.constructions.one_neuron import disk
    >>> bool(validate(COURSE[1], disk(3))), bool(validate(COURSE[1], disk(2)))
    (True, False)
    """
    network = _plain(as_network(network))
    read_instance("challenge", challenge, Challenge, "Take one of golf.COURSE.")
    if network.dim != challenge.dim:
        return Verdict(
            False,
            f"Rejected. The task has {counted(challenge.dim, 'input')}, the network {network.dim}.",
        )
    try:
        return challenge.judge(network)
    except CourseError as error:
        return Verdict(False, f"Rejected. {error}")


@dataclass(frozen=True)
class Leaderboard:
    """Entries that have passed their judge, at birth and whenever they are read from a file.

    Args:
        challenges: the tasks, with distinct names.
        entries: at most one of each author for each challenge.

    Raises:
        InvalidInputError: an entry that its judge rejects (the reason is in the text), an unknown
            challenge, or names that occur twice.

    >>> from course_lib.constructions.one_neuron import disk
    >>> board = Leaderboard(COURSE).enter(Entry("bounded", "me", disk(3)))
    >>> board = board.enter(Entry("bounded", "me", disk(2)))
    >>> board.best("bounded").score
    13
    >>> Leaderboard.from_json(board.to_json(), COURSE).best("bounded").score
    13
    """

    challenges: tuple[Challenge, ...]
    entries: tuple[Entry, ...] = ()

    def __repr__(self) -> str:
        return (
            f"Leaderboard({counted(len(self.challenges), 'challenge')}, "
            f"{counted(len(self.entries), 'entry/entries')})"
        )

    def __post_init__(self) -> None:
        for name, kind in (("challenges", Challenge), ("entries", Entry)):
            object.__setattr__(self, name, _all_of(name, getattr(self, name), kind))
        # made anew, so that no subclass tells its own score
        made = (Entry(entry.challenge, entry.author, entry.network) for entry in self.entries)
        object.__setattr__(self, "entries", tuple(made))
        _require_distinct(challenge.name for challenge in self.challenges)
        _require_distinct((entry.challenge, entry.author) for entry in self.entries)
        for entry in self.entries:
            verdict = validate(self.challenge(entry.challenge), entry.network)
            if not verdict:
                raise InvalidInputError(
                    f"The entry of {entry.author} for {entry.challenge!r} fails: {verdict.reason}"
                )

    def challenge(self, name: str) -> Challenge:
        """The challenge of this name; raises InvalidInputError if there is none."""
        for challenge in self.challenges:
            if isinstance(name, str) and challenge.name == name:
                return challenge
        names = ", ".join(challenge.name for challenge in self.challenges)
        raise InvalidInputError(f"There is no challenge {shown(name)}. Take one of: {names}.")

    def enter(self, entry: Entry) -> Leaderboard:
        """The board with one more entry; an author's larger entry of before gives way.

        Raises:
            InvalidInputError: the judge rejects the entry.
        """
        read_instance("entry", entry, Entry, "Make one with Entry(challenge, author, network).")
        Leaderboard(self.challenges, (entry,))  # rejected here, before it is compared
        place = (entry.challenge, entry.author)
        before = [old for old in self.entries if (old.challenge, old.author) == place]
        others = tuple(old for old in self.entries if (old.challenge, old.author) != place)
        return Leaderboard(self.challenges, (*others, min([*before, entry], key=_score)))

    def ranked(self, challenge: str) -> tuple[Entry, ...]:
        """The entries for a challenge, smallest first; who was there first wins a tie."""
        name = self.challenge(challenge).name
        return tuple(sorted((e for e in self.entries if e.challenge == name), key=_score))

    def best(self, challenge: str) -> Entry | None:
        """The smallest entry for a challenge, or None."""
        ranked = self.ranked(challenge)
        return ranked[0] if ranked else None

    def to_json(self) -> str:
        """The entries as text; every float is written so that it reads back the same."""
        return json.dumps([_as_data(entry) for entry in self.entries], indent=1)

    @classmethod
    def from_json(cls, text: str, challenges: tuple[Challenge, ...]) -> Self:
        """Read a board and judge every entry again: a file proves nothing by itself.

        Raises:
            InvalidInputError: text of another form, or an entry that fails.
        """
        try:
            entries = tuple(_from_data(data) for data in json.loads(read_text("text", text)))
        except (
            *(ValueError, TypeError, KeyError, AttributeError),
            *(OverflowError, RecursionError),  # a number of 400 digits, 2000 lists in each other
        ) as error:
            raise InvalidInputError(
                f"This is no leaderboard of the course ({error}). Delete the file to start again."
            ) from error
        return cls(challenges, entries)


def is_closed(net: Network) -> Verdict:
    """Accept a positive set that is bounded and not empty, by its certificate."""
    radius, reason = _reach(net)
    return Verdict(radius is not None, reason)


def disk_iou(least: str) -> Judge:
    """A judge of the IoU with the unit disk, over the whole plane, against a fraction.

    The disk has no corners in fractions; it is caught between two polygons of 256 corners, inside
    and around it. What they leave open counts against the network.

    >>> from course_lib.constructions.one_neuron import disk
    >>> disk_iou("9/10")(disk(4)).reason
    'Accepted. The IoU with the unit disk is at least 0.9744.'
    """
    wanted = read(read_text("least", least), "least")

    def judge(net: Network) -> Verdict:
        radius, reason = _reach(net)
        if radius is None:
            return Verdict(False, reason)
        found = _disk_iou_at_least(net, radius)
        if found < wanted:
            return Verdict(
                False,
                f"Rejected. The IoU with the unit disk is proved to be {_floor(found)} at least; "
                f"{least} is asked for.",
            )
        return Verdict(True, f"Accepted. The IoU with the unit disk is at least {_floor(found)}.")

    return judge


def draws_polygon(vertices: Iterable[tuple[float, float]]) -> Judge:
    """A judge of {f > 0} being a polygon, but for a set of area 0, over the whole plane."""
    target = Polygon(vertices)  # type: ignore[arg-type]

    def judge(net: Network) -> Verdict:
        radius, reason = _reach(net)
        if radius is None:
            return Verdict(False, reason)
        overlap = iou(net, target, _box(radius, target), exact=True)
        if overlap != 1:
            return Verdict(
                False, f"Rejected. The IoU with the polygon is {_floor(overlap)}, not 1."
            )
        return Verdict(True, "Accepted. The positive set is the polygon, exactly.")

    return judge


def follows_square(error: str) -> Judge:
    """A judge of sup |f - x²| on [0, 1] against a fraction.

    On a piece of f the gap to x² is a parabola: its extremes are at the ends or at its vertex.
    """
    wanted = read(read_text("error", error), "error")

    def judge(net: Network) -> Verdict:
        found = _distance_from_square(net)
        if found > wanted:
            return Verdict(
                False, f"Rejected. The error is {_ceiling(found)}; at most {error} is asked for."
            )
        return Verdict(True, f"Accepted. The error is {float(found):.5f}, at most {error}.")

    return judge


def equals(target: FullyConnected) -> Judge:
    """A judge of a network R -> R being the target on [0, 1], exactly."""
    target = as_network(target)  # type: ignore[assignment]

    def judge(net: Network) -> Verdict:
        gap = sup_distance(net, target, (0, 1))
        if gap:
            return Verdict(False, f"Rejected. Somewhere it is off by {float(gap):.3g}.")
        return Verdict(True, "Accepted. The two functions are equal on [0, 1].")

    return judge


def _plain(net: Network) -> Network:
    """A subclass's network as one of its family, so that no override tells its own size."""
    for family in FAMILIES.values():
        if isinstance(net, family) and type(net) is not family:
            return family.from_state_dict(family.state_dict(net))  # type: ignore[arg-type]
    return net


def _all_of(name: str, value: Any, kind: type[Any]) -> tuple[Any, ...]:
    move = f"Pass {kind.__name__}s, in a tuple."
    listed = read_list(name, value, of=f"{kind.__name__}s")
    return tuple(read_instance(f"a member of {name}", member, kind, move) for member in listed)


def _reach(net: Network) -> tuple[Fraction | None, str]:
    """R with the positive set in |x_i| <= R, or None; and what the judge of lesson 03 says."""
    certificate = certify_bounded(net)
    verdict = verify(net, certificate)
    if verdict and certificate.claim == "bounded":
        return certificate.radius, verdict.reason
    return None, "Rejected. " + verdict.reason.removeprefix("Accepted. ")


def _box(radius: Fraction, target: Polygon) -> tuple[tuple[Fraction, Fraction], ...]:
    """A box that holds the whole positive set and the whole target."""
    corners = (abs(Fraction(x)) for corner in target.vertices for x in corner)
    side = max(radius, *corners)
    return ((-side, side),) * 2


def _disk_iou_at_least(net: Network, radius: Fraction) -> Fraction:
    inner, outer = _polygon_in_disk(256), _polygon_around_disk(256)
    box = _box(radius, outer)
    area = positive_area(net, box, exact=True)
    shared = _common_area(iou(net, inner, box, exact=True), area, _area(inner))
    covered = _common_area(iou(net, outer, box, exact=True), area, _area(outer))
    return shared / (area + _area(outer) - covered)


def _common_area(overlap: Fraction, area: Fraction, other: Fraction) -> Fraction:
    """|A ∩ B| from |A ∩ B| / |A ∪ B|, |A| and |B|."""
    return overlap * (area + other) / (1 + overlap)


def _area(polygon: Polygon) -> Fraction:
    corners = [(Fraction(x), Fraction(y)) for x, y in polygon.vertices]
    pairs = zip(corners, [*corners[1:], corners[0]], strict=True)
    return abs(sum((x * t - y * s for (x, y), (s, t) in pairs), Fraction(0))) / 2


def _regular(corners: int, radius: float) -> Polygon:
    angles = [2 * math.pi * k / corners for k in range(corners)]
    return Polygon([(radius * math.cos(t), radius * math.sin(t)) for t in angles])


def _polygon_in_disk(corners: int) -> Polygon:
    return _regular(corners, 1 - 1e-9)  # rounding moves a corner by far less than that


def _polygon_around_disk(corners: int) -> Polygon:
    return _regular(corners, (1 + 1e-9) / math.cos(math.pi / corners))


def _distance_from_square(net: Network) -> Fraction:
    line = graph(net, (0, 1))
    points = list(zip(line.knots, line.values, strict=True))
    gaps = [y - x * x for x, y in points]
    for (x, y), (s, t) in itertools.pairwise(points):
        slope = (t - y) / (s - x)
        if x < slope / 2 < s:
            gaps.append(y + slope * (slope / 2 - x) - slope * slope / 4)
    return max(map(abs, gaps))


def _floor(share: Fraction) -> str:
    return f"{math.floor(share * 10_000) / 10_000:.4f}"


def _ceiling(error: Fraction) -> str:
    return f"{math.ceil(error * 100_000) / 100_000:.5f}"


def _score(entry: Entry) -> int:
    return entry.score


def _require_distinct(names: Iterable[Any]) -> None:
    seen = list(names)
    if len(seen) != len(set(seen)):
        raise InvalidInputError("A name occurs twice on this leaderboard. Keep one of each.")


def _as_data(entry: Entry) -> dict[str, Any]:
    weights = {name: value.tolist() for name, value in entry.network.state_dict().items()}
    family = type(entry.network).__name__
    return {
        "challenge": entry.challenge,
        "author": entry.author,
        "family": family,
        "weights": weights,
    }


def _from_data(data: Mapping[str, Any]) -> Entry:
    network = FAMILIES[data["family"]].from_state_dict(data["weights"]).astype(np.float64)
    return Entry(str(data["challenge"]), str(data["author"]), network)


DART = ((0.0, 1.0), (-1.0, -1.0), (0.0, -0.5), (1.0, -1.0))

COURSE: tuple[Challenge, ...] = (
    Challenge("bounded", "a positive set in the plane, bounded and not empty", 2, is_closed),
    Challenge("disk 0.9", "IoU with the unit disk at least 9/10", 2, disk_iou("9/10")),
    Challenge("disk 0.99", "IoU with the unit disk at least 99/100", 2, disk_iou("99/100")),
    Challenge("dart", "the dart (0,1), (-1,-1), (0,-1/2), (1,-1)", 2, draws_polygon(DART)),
    Challenge("parabola", "x² on [0, 1] within 1/100", 1, follows_square("1/100")),
    Challenge("zigzag", "the sawtooth of 64 pieces on [0, 1]", 1, equals(sawtooth(6))),
)
