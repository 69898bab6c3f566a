"""Lesson 04 says of its training runs what was run, and of its certificates what was certified."""

import ast
import itertools
import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_lib import certificates, plots, regions, training
from course_lib.constructions import one_neuron
from course_lib.networks import OneNeuronResNet
from course_lib.targets import UnitBall
from course_lib.training.start import LEARNING_RATES

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
LESSON = nbformat.read(NOTEBOOKS / "04_one_neuron_resnet.ipynb", as_version=4)
SOURCE = {cell.id: cell.source for cell in LESSON.cells}
OTHER_RATES = {"one_neuron_resnet": 0.02, "fully_connected": 0.08}


def printed(cell_id):
    (cell,) = (cell for cell in LESSON.cells if cell.id == cell_id)
    return "".join(output.get("text", "") for output in cell.outputs)


def test_the_table_of_settings_names_the_rates_and_starts_that_were_run():
    (row,) = (line for line in SOURCE["settings"].split("\n") if line.startswith("| **C**"))
    resnets, narrow = re.search(r"\*\*([\d.]+)\*\* for ResNets, \*\*([\d.]+)\*\*", row).groups()
    assert float(resnets) == LEARNING_RATES["one_neuron_resnet"]
    assert float(narrow) == LEARNING_RATES["fully_connected"]
    said = float(re.search(r"1 \+ u\\cdot w \\approx ([\d.]+)", SOURCE["settings"])[1])
    starts = [
        training.initial_network("one_neuron_resnet", dim=2, depth=10, seed=seed, width=2)
        for seed in range(8)
    ]
    factors = [float(b.determinant) for net in starts for b in certificates.folds(net)]
    assert np.mean(factors) == pytest.approx(said, abs=0.05)


def test_the_live_settings_are_those_of_the_table():
    (row,) = (line for line in SOURCE["settings"].split("\n") if line.startswith("| **A**"))
    options = SOURCE["train-live"]
    points, steps, rate = (
        re.search(rf'"{name}": ([\d.]+)', options)[1]
        for name in ("batch_size", "steps", "learning_rate")
    )
    assert f"{points} points" in row
    assert f"| {steps} |" in row
    assert f"{rate} for both families" in row


def facts_of(lesson):
    names = {"regions": regions, "disk": UnitBall(), "frame": ((-3, 3), (-3, 3))}
    book = nbformat.read(next(NOTEBOOKS.glob(f"{lesson}_*.ipynb")), as_version=4)
    (source,) = (cell.source for cell in book.cells if cell.id == "facts")
    exec("from functools import cache\n" + source.split("\n\n\nknown")[0], names)  # ours
    return names["facts"]


@pytest.mark.parametrize("depth", [2, 5, 8])
def test_no_overlap_below_1_is_shown_as_1_and_the_lessons_agree(depth):
    net = one_neuron.disk(depth, fit="balanced")
    said = facts_of("04")(net)
    assert said == facts_of("00")(net)
    assert float(said["IoU"]) < 1
    assert said["positive set"] == "bounded"


def test_the_two_traps_label_every_point_correctly():
    assert printed("trap-networks").count("accuracy 100.00%, positive set unbounded") == 2


def test_the_stored_resnets_lie_where_their_sentence_says():
    facts = facts_of("04")
    ious = {
        family: {
            d: [float(facts(nets[d, s])["IoU"]) for s in range(32)]
            for d in (2, 3, 10)  # the sentence was checked at all depths; these three are cheap
        }
        for family in OTHER_RATES
        for nets in [training.load_checkpoint(family).networks]
    }
    resnets, narrow = ious["one_neuron_resnet"], ious["fully_connected"]
    assert sum(iou < max(narrow[2]) + 0.2 for iou in resnets[2]) == 2
    for d in (3, 10):
        assert min(resnets[d]) > max(narrow[d])


def first_losses(family, rate):
    """The losses on the first steps of eight of the trainings that the lesson describes."""
    calls = iter(range(100))
    return training.train(
        family,
        (3, 5, 10),
        8,
        learning_rate=rate,
        stop=lambda: next(calls) == 26,  # every 25th is recorded, and so is the last
        progress=False,
    ).history


@pytest.mark.parametrize("family", OTHER_RATES)
def test_the_networks_of_the_other_rate_are_what_their_cell_makes(family):
    pytest.importorskip("torch")  # it trains
    rate = OTHER_RATES[family]
    stored = training.load(NOTEBOOKS / "data" / "04" / f"{family}_rate_{rate}.npz")
    assert f'at_rate("{family}", {rate})' in SOURCE["rates"]
    assert (stored.depths, stored.seeds) == ((3, 5, 10), tuple(range(32)))
    assert stored.completed_steps == 2500
    made, usual = (first_losses(family, r) for r in (rate, LEARNING_RATES[family]))
    shared = np.intersect1d(made.steps, stored.history.steps)
    assert len(shared) > 1
    before = stored.history.loss[np.isin(stored.history.steps, shared), :, :8]
    loss, other = (h.loss[np.isin(h.steps, shared)] for h in (made, usual))
    np.testing.assert_allclose(loss, before, rtol=0.02)
    assert not np.allclose(other, before, rtol=0.02)


def test_at_either_rate_the_gap_is_what_the_sentence_says():
    rows = {}
    for line in printed("rates-table").split("\n")[1:-1]:
        family, rate = re.match(r" *(.*) from ([\d.]+)", line).groups()
        cells = re.findall(r"(\d+) of 32, ([\d.]+)", line)
        rows[family, rate] = [(int(closed), float(iou)) for closed, iou in cells]
    assert len(rows) == 4
    for rate in ("0.02", "0.08"):
        assert all(closed >= 30 for closed, _ in rows["one neuron", rate])
        assert all(closed == 0 for closed, _ in rows["width 2", rate])
    pairs = zip(rows["one neuron", "0.08"], rows["one neuron", "0.02"], strict=True)
    lost = [high - low for (_, high), (_, low) in pairs]
    assert all(loss >= 0 for loss in lost)
    assert lost[0] > 0.05  # "fit worse at depth 3"
    assert max(lost[1:]) < 0.02  # "hardly worse at depths 5 and 10"


def test_with_four_seeds_the_zeros_stay_and_the_totals_follow(capsys):
    pytest.importorskip("torch")  # it trains
    fewer = SOURCE["train-live"].replace("(1, 2, 3, 5, 10), 8", "(1, 2, 3, 5, 10), 4")
    fewer = fewer.replace('"steps": 1000', '"steps": 3')
    assert fewer != SOURCE["train-live"]
    names = {}
    exec(SOURCE["imports"], names)  # the lesson is ours
    exec(SOURCE["facts"].split("\n\n\n")[0], names)
    for source in (fewer, SOURCE["live-counts"]):
        exec(source, names)
    text = capsys.readouterr().out
    assert "width 2, closed: 0 of 20\n" in text
    assert "one neuron, depth 1, closed: 0 of 4\n" in text


def test_what_is_said_to_be_certified_has_been():
    made = re.findall(r"(\w+): (\d+) certificates accepted", printed("certified-narrow"))
    narrow = {claim: int(count) for claim, count in made}
    made = re.findall(r"(\w+): (\d+) certificates accepted", printed("certified-resnets"))
    resnets = {claim: int(count) for claim, count in made}
    assert narrow == {"unbounded": 7 * 32}
    (row,) = (line for line in SOURCE["claims"].split("\n") if "`CERTIFIED`" in line)
    assert f"{resnets['bounded']} are closed and {resnets['unbounded']} unbounded" in row
    total = sum(narrow.values()) + sum(resnets.values())
    assert f"{total} verdicts" in row
    assert f"{total} times" in SOURCE["certified-read"]
    depths = [d for d in (1, 2, 3, 5, 8, 10, 20) if d <= 8]
    assert "deepest, verdicts = 8," in SOURCE["certified-resnets"]
    assert sum(resnets.values()) == 32 * len(depths)
    assert "depth 8 or less" in row


# ---------------------------------------------------------------- in space

DATA = NOTEBOOKS / "data" / "04"
SPACE_DEPTHS = (1, 2, 3, 4, 5, 6, 8)
CLAIMS = json.loads((DATA / "certified.json").read_text())


def in_space(family, dim):
    return training.load(DATA / f"{family}_dim_{dim}.npz")


@pytest.mark.parametrize("dim", [3, 5])
@pytest.mark.parametrize("family", OTHER_RATES)
def test_the_networks_in_space_are_what_their_cell_makes(family, dim):
    pytest.importorskip("torch")  # it trains
    stored = in_space(family, dim)
    assert (stored.depths, stored.seeds) == (SPACE_DEPTHS, tuple(range(16)))
    assert (stored.completed_steps, stored.networks[8, 3].dim) == (2500, dim)
    calls = iter(range(100))
    made = training.train(
        family,
        SPACE_DEPTHS,
        4,
        target=UnitBall.lesson_setting(dim),
        stop=lambda: next(calls) == 26,
        progress=False,
    ).history
    shared = np.intersect1d(made.steps, stored.history.steps)
    assert len(shared) > 1
    before = stored.history.loss[np.isin(stored.history.steps, shared), :, :4]
    np.testing.assert_allclose(made.loss[np.isin(made.steps, shared)], before, rtol=0.02)


def test_the_stored_claims_are_those_of_every_network_that_is_not_certified_live():
    assert set(CLAIMS) == {f"{dim}/{depth}" for dim in (3, 4, 5) for depth in SPACE_DEPTHS}
    assert {len(row) for row in CLAIMS.values()} == {16}
    names = {"Path": lambda name: DATA / Path(name).name, "json": json}
    for recreate in (True, False):
        exec(
            SOURCE["space-quick"], names | {"recreate": recreate}, here := {}
        )  # the lesson is ours
        is_quick = here["is_quick"]
        is_quick.__globals__["recreate"] = recreate
        beyond = [
            claim
            for place, row in CLAIMS.items()
            for seed, claim in enumerate(row)
            if not is_quick(*map(int, place.split("/")), seed)
        ]
        assert len(beyond) == (0 if recreate else 192 - 12)
        assert beyond.count("unbounded") == (
            0 if recreate else CLAIMS["5/5"][4:].count("unbounded")
        )


# every place of the file that the lesson reads, but for the two that take seconds a network
@pytest.mark.parametrize(
    ("dim", "depth", "seed"),
    [(3, 4, 2), (3, 5, 0), (3, 6, 7), (3, 8, 15), (4, 5, 3), (4, 6, 9), (5, 6, 11)],
)
def test_a_stored_claim_is_what_the_judge_accepts(dim, depth, seed):
    net = in_space("one_neuron_resnet", dim).networks[depth, seed]
    certificate = certificates.certify_bounded(net)
    assert certificates.verify(net, certificate)
    assert certificate.claim == CLAIMS[f"{dim}/{depth}"][seed]


def test_no_claim_in_space_is_open_or_wrong():
    rows = re.findall(
        r"^ +(\d)  (width d|one neuron) +(\d+) +(\d+) +(\d+) +(\d+)$",
        printed("space-table"),
        re.MULTILINE,
    )
    assert len(rows) == 6
    for dim, family, bounded, unbounded, undecided, wrong in rows:
        assert int(bounded) + int(unbounded) == len(SPACE_DEPTHS) * 16
        assert undecided == wrong == "0"
        if family == "width d":
            assert bounded == "0"
        else:
            stored = [c for place, row in CLAIMS.items() if place[0] == dim for c in row]
            assert int(bounded) == stored.count("bounded")


def test_each_step_stands_at_its_dimension():
    for line in printed("space-step").strip().split("\n"):
        dim = int(line[4])
        shares = {int(d): int(s) for s, d in re.findall(r"(\d+)% at (\d+)", line)}
        assert all(share == 0 for depth, share in shares.items() if depth < dim)
        assert shares[dim] > 75  # as the alt text says
        assert all(share == 100 for depth, share in shares.items() if depth > dim)


def test_a_guess_is_drawn_beside_the_outcome():
    names = {"plots": plots, "share": {2: {1: 0, 2: 1}, 3: {1: 0, 3: 1}}}
    source = SOURCE["space-step-picture"].split("plots.show(")[0].replace("columns=4", "columns=2")
    source = source.replace("subplots(1, 4", "subplots(1, 2")
    lines = []
    for guess in ("None", "3"):
        exec(SOURCE["space-guess"].replace("None", guess), names)  # the lesson is ours
        exec(source, names)
        lines.append([len(ax.lines) for ax in names["fig"].axes])
    bare, with_guess = lines
    assert [count + 1 for count in bare] == with_guess


def test_the_sample_is_fooled_where_its_sentence_says():
    rows = re.findall(r"^ +(\d) +112 +(\d+) +0$", printed("space-sample"), re.MULTILINE)
    missed = {int(dim): int(count) for dim, count in rows}
    assert missed[3] == 0  # "finds every tube"
    assert missed[5] > 56  # "misses most"
    assert missed[3] < missed[4] < missed[5]


def test_the_cross_polytope_closes_with_its_last_block():
    assert re.findall(r"d = (\d), (\d) blocks: (\w+), accepted", printed("space-cross")) == [
        ("3", "2", "unbounded"),
        ("3", "3", "bounded"),
        ("5", "4", "unbounded"),
        ("5", "5", "bounded"),
    ]


def test_the_proof_grows_as_its_sentence_says():
    trained, built = (
        [int(n) for n in line.split(":")[1].split()]
        for line in printed("space-limit").strip().split("\n")[1:]
    )
    for shorter, longer in itertools.pairwise(trained):
        assert longer / shorter == pytest.approx(1.8, abs=0.1)
    assert built == [(2 * d + 2) * (2**d - 1) for d in range(2, 7)]
    at_20 = (2 * 20 + 2) * (2**20 - 1)
    assert f"{at_20 / 1e6:.0f} million steps" in SOURCE["space-limit-read"]


def test_a_search_beyond_its_budget_says_so():
    names = {"np": np, "OneNeuronResNet": OneNeuronResNet}
    exec(SOURCE["space-cross"].split("\n\n\n")[0], names)  # the lesson is ours
    net = names["cross_polytope"](20)
    assert certificates.certify_bounded(net, looks=5_000).claim == "undecided"


def test_the_tube_around_the_ball_ends_on_one_side_only():
    ends = re.findall(r"height (-?\d+): (\w+)", printed("space-surface-ends"))
    assert [said for _, said in ends] == ["bounded"] * 4 + ["empty"]
    assert [int(height) for height, _ in ends][3:] == [700, 710]  # "more than 700"


def test_no_cell_gives_the_points_of_another_a_new_meaning():
    """A reader who runs an earlier cell again must not meet the points of a later one."""
    stored = [
        cell.id
        for cell in LESSON.cells
        if cell.cell_type == "code"
        for node in ast.parse(cell.source).body  # inside a function it would do no harm
        for name in ast.walk(node if not isinstance(node, ast.FunctionDef) else ast.Pass())
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store) and name.id == "points"
    ]
    assert stored == ["live-figure"]


@pytest.mark.parametrize("depth", [10, 20])
def test_the_depths_left_out_are_certified_as_easily(depth):
    net = training.load_checkpoint("one_neuron_resnet").networks[depth, 7]
    certificate = certificates.certify_bounded(net)
    assert certificate.claim == "bounded"
    assert certificates.verify(net, certificate)
    assert regions.is_bounded(net)
