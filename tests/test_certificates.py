"""Laws of the certificates: what is claimed is proved, and what is not a proof is rejected."""

from __future__ import annotations

import ast
import itertools
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from course_lib import certificates
from course_lib.certificates import (
    bounded,
    certify_bounded,
    certify_unbounded,
    describe,
    fold_theorem,
    folds,
    patterns,
    verify,
)
from course_lib.certificates.__main__ import main
from course_lib.certificates.patterns import IntegerNetwork, walk
from course_lib.certificates.records import read_network
from course_lib.certificates.tubes import settle, value_at
from course_lib.draws import Draws
from course_lib.errors import InvalidInputError
from course_lib.exact import freeze, rank
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import is_bounded, is_empty
from course_lib.training import load_checkpoint

PACKAGE = Path(certificates.__file__).parent
DEPTHS = (1, 2, 3, 5, 8, 12)
SQUARE = FullyConnected.from_layers(  # 1 - |x| - |y|
    [([[1.0, 0], [-1, 0], [0, 1], [0, -1]], [0.0] * 4), ([-1.0, -1, -1, -1], 1.0)]
)
FOLDED = OneNeuronResNet.from_blocks(  # the same set by d blocks, one of which folds
    [[-2.0, 0.0], [0.0, -2.0]], [[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0], ([1.0, 1.0], 1.0)
)


def narrow(dim: int, seed: int) -> FullyConnected:
    depth = DEPTHS[seed % len(DEPTHS)]
    widths = [dim - (seed + k) % 4 // 3 * (dim > 1) for k in range(depth)]  # some are narrower
    dtype = np.float64 if seed % 2 else np.float32
    return FullyConnected.random(dim, widths, seed=seed, dtype=dtype)


def integer_net(dim: int, depth: int, seed: int) -> FullyConnected:
    """Weights -1, 0, 1: parallel and repeated rows, dead units and exact zeros everywhere."""
    draws = Draws(seed)
    sizes = [dim] * (depth + 1) + [1]
    return FullyConnected.from_layers(
        (draws.whole(out * into, 3).reshape(out, into) - 1, draws.whole(out, 3) - 1)
        for into, out in itertools.pairwise(sizes)
    )


def low_rank_net(dim: int, depth: int, seed: int) -> FullyConnected:
    """Every hidden matrix of rank one."""
    net = FullyConnected.random(dim, [dim] * depth, seed=seed, dtype=np.float64)
    # short numbers, whose products are exact: rounding would give full rank back
    layers = [(np.round(64 * W) / 64, b) for W, b in zip(net.weights, net.biases, strict=True)]
    return FullyConnected.from_layers(
        [(np.outer(W[0], W[:, 0]), b) for W, b in layers[:-1]] + [layers[-1]]
    )


def test_the_low_rank_networks_have_low_rank():
    for W, _ in freeze(low_rank_net(3, 4, seed=3)).layers:
        assert rank(W) == 1


def point_on(tube, t) -> list[Fraction]:
    return [x + Fraction(t) * v for x, v in zip(tube.point, tube.direction, strict=True)]


def accepted(net, certificate) -> bool:
    verdict = verify(json.dumps(describe(net)), certificate.to_json())
    assert verdict, verdict.reason
    return bool(verdict)


@pytest.mark.parametrize("dim", [1, 2, 3, 5])
def test_every_random_network_with_a_positive_point_gets_a_tube(dim):
    found = 0
    for seed in range(40):
        net = narrow(dim, seed)
        certificate = certify_unbounded(net, looks=10_000)
        points = 3 * Draws(seed).normal(500, dim)
        if (net(points) > 1e-4).any():
            assert certificate.claim == "unbounded"
        if certificate.claim == "undecided":
            assert certificate.work["looks"] >= 10_000
            assert dim > 2
        else:
            assert accepted(net, certificate)
        found += certificate.claim == "unbounded"
    assert found >= 15


@pytest.mark.parametrize("build", [integer_net, low_rank_net])
@pytest.mark.parametrize("dim", [2, 3])
def test_degenerate_networks_are_decided(build, dim):
    claims = set()
    for seed in range(25):
        net = build(dim, (1, 2, 4, 10)[seed % 4], seed)
        certificate = certify_unbounded(net)
        assert certificate.claim != "undecided"
        assert accepted(net, certificate)
        claims.add(certificate.claim)
    assert claims == {"unbounded", "empty"}


def test_a_deep_network_of_fifty_layers_gets_its_tube():
    layers = [([[0.9, 0.3], [-0.2, 0.8]], [0.1, 0.05])] * 50
    net = FullyConnected.from_layers([*layers, ([1.0, -1.0], 0.01)])
    certificate = certify_unbounded(net)
    assert certificate.claim == "unbounded"
    assert accepted(net, certificate)


def test_constant_and_dead_networks():
    dead = [([[1.0, 2.0], [3.0, 4.0]], [0.0, 0.0]), ([[-1.0, -1.0], [-2.0, 0.0]], [-1.0, 0.0])]
    for offset, claim in ((0.5, "unbounded"), (0.0, "empty"), (-1.0, "empty")):
        net = FullyConnected.from_layers([*dead, ([1.0, 1.0], offset)])
        assert certify_unbounded(net).claim == claim
        assert accepted(net, certify_unbounded(net))
        assert certify_bounded(net).claim == claim
        assert accepted(net, certify_bounded(net))
    affine = FullyConnected.from_layers([([1.0, -1.0], 0.0)])
    assert accepted(affine, certify_unbounded(affine))
    assert accepted(affine, certify_bounded(affine))


def test_the_exact_network_is_positive_along_the_tube_and_in_its_corners():
    for seed in range(12):
        net = narrow(2, seed)
        certificate = certify_unbounded(net)
        if certificate.claim == "unbounded":
            exact, r = freeze(net), certificate.radius * Fraction(999, 1000)
            for t in (0, 0.5, 3, 10**6, 10**60):
                x, y = point_on(certificate, t)
                assert all(exact.evaluate([x + s * r, y - r]) > 0 for s in (-1, 1))


def test_torch_agrees_along_the_tube():
    torch = pytest.importorskip("torch")
    checked = 0
    for seed in range(0, 40, 2):
        net = FullyConnected.random(3, [3, 3, 3], seed=seed, dtype=np.float64)
        certificate = certify_unbounded(net)
        if certificate.claim == "unbounded":
            t = torch.logspace(-3, 4, 200, dtype=torch.float64)[:, None]
            x, v = (
                torch.tensor([float(e) for e in c], dtype=torch.float64) for c in _ends(certificate)
            )
            assert (net.to_torch()(x + t * v) > -1e-9).all()
            checked += 1
    assert checked > 5


def _ends(tube):
    return tube.point, tube.direction


def test_in_the_plane_nothing_is_undecided():
    claims = [certify_unbounded(narrow(2, seed)).claim for seed in range(40, 100)]
    assert set(claims) == {"unbounded", "empty"}


def test_both_makers_agree_on_narrow_networks_in_the_plane():
    for seed in range(30):
        net = narrow(2, seed)
        other = certify_bounded(net)
        assert other.claim == certify_unbounded(net).claim
        assert accepted(net, other)


def test_a_set_that_a_wider_network_closes():
    with pytest.raises(
        InvalidInputError, match=r"width 4, more than the 2 inputs.*certify_bounded"
    ):
        certify_unbounded(SQUARE)
    with pytest.raises(InvalidInputError, match="OneNeuronResNet"):
        certify_unbounded(FOLDED)
    for net in (SQUARE, FOLDED):
        certificate = certify_bounded(net)
        assert certificate.claim == "bounded"
        assert certificate.radius == 1
        assert accepted(net, certificate)


@pytest.mark.parametrize("dim", [1, 3])
def test_the_cross_polytope_in_other_dimensions(dim):
    eye = np.eye(dim)
    net = OneNeuronResNet.from_blocks(-2 * eye, eye, np.zeros(dim), (np.ones(dim), 1.0))
    assert certify_bounded(net).radius == 1
    assert accepted(net, certify_bounded(net))


def shaken_square(blocks: int, seed: int) -> OneNeuronResNet:
    """Two rough folds that close a square, and small random blocks after them."""
    draws = Draws(seed)
    u = np.vstack([-2 * np.eye(2), np.zeros((blocks, 2))])
    w = np.vstack([np.eye(2), np.zeros((blocks, 2))])
    u, w = (m + 0.3 * draws.normal(*m.shape) for m in (u, w))
    b = 0.3 * draws.normal(blocks + 2)
    return OneNeuronResNet.from_blocks(u, w, b, readout=([1.0, 1.0], 1.0), dtype=np.float32)


def test_resnets_and_wide_networks_in_the_plane_are_decided_and_the_fold_theorem_holds():
    bounded = 0
    draws = Draws(0)
    wide = [FullyConnected.random(2, [3] * (1 + seed % 4), seed=seed) for seed in range(20)]
    deep = [OneNeuronResNet.random(2, 1 + seed % 6, seed=seed) for seed in range(20)]
    closed = [shaken_square(seed % 6, seed) for seed in range(30)]
    for net in (*wide, *deep, *closed):
        certificate = certify_bounded(net)
        assert accepted(net, certificate)
        if certificate.claim == "bounded":
            bounded += 1
            assert freeze(net).evaluate(certificate.point) > 0
            edge = float(certificate.radius) * draws.normal(4000, 2)
            outside = edge[np.abs(edge).max(axis=-1) >= float(certificate.radius)]
            assert (net(outside) < 1e-4).all()
            assert isinstance(net, FullyConnected) or fold_theorem(net)
    assert bounded >= 15


def test_the_planar_map_agrees():
    """Regions are found there by cutting a planar map, here by double description."""
    nets = [shaken_square(seed % 5, seed) for seed in range(12)]
    nets += [FullyConnected.random(2, [3] * (1 + seed % 3), seed=seed) for seed in range(8)]
    claims = set()
    for net in nets:
        claim = certify_bounded(net).claim
        assert is_empty(net) == (claim == "empty")
        assert is_bounded(net) == (claim in ("bounded", "empty"))
        claims.add(claim)
    assert claims == {"bounded", "empty", "unbounded"}


def test_the_box_is_as_small_as_the_set_allows():
    net = shaken_square(4, 4)
    certificate = certify_bounded(net)
    box = float(certificate.radius)
    points = box * (2 * Draws(0).uniform(200_000, 2) - 1)
    assert np.abs(points[net(points) > 0]).max() > 0.9 * box


def test_an_honest_undecided_says_what_was_tried():
    net = FullyConnected.random(2, [3] * 6, seed=1)
    certificate = certify_bounded(net, looks=10)
    assert certificate.claim == "undecided"
    assert certificate.work["looks"] > 10
    assert not verify(net, certificate)
    assert "proves nothing" in verify(net, certificate).reason


@pytest.mark.parametrize(("dim", "widths"), [(2, [64, 64, 64]), (3, [32, 32]), (1, [64, 64])])
def test_a_wide_network_that_is_positive_far_out_is_decided_without_a_visit(dim, widths):
    net = FullyConnected.random(dim, widths, seed=0)
    certificate = certify_bounded(net, looks=1 + sum(widths))  # one look at each neuron
    assert certificate.claim == "unbounded"
    assert accepted(net, certificate)


def test_rays_and_visits_agree(monkeypatch):
    nets = [FullyConnected.random(2, [3, 3], seed=seed) for seed in range(12)]
    nets += [shaken_square(seed % 3, seed) for seed in range(6)]
    claims = [certify_bounded(net).claim for net in nets]
    monkeypatch.setattr(bounded, "_positive_ray", lambda *_: None)
    visited = [certify_bounded(net) for net in nets]
    assert [certificate.claim for certificate in visited] == claims
    assert set(claims) >= {"unbounded", "bounded"}
    assert all(accepted(net, proof) for net, proof in zip(nets, visited, strict=True))


def test_the_first_endless_part_ends_the_visit(monkeypatch):
    monkeypatch.setattr(bounded, "_positive_ray", lambda *_: None)
    net = FullyConnected.random(2, [64, 64, 64], seed=0)
    assert certify_bounded(net, looks=20_000).claim == "unbounded"


def test_a_ray_settles_behind_its_last_crease_or_not_at_all():
    units = [([[1.0, 0.0], [1.0, 0.0]], [-3.0, -5.0])]  # creases at x = 3 and x = 5
    rising = IntegerNetwork.of(read_network(FullyConnected.from_layers([*units, ([2, -1], -1)])))
    east, origin = (Fraction(1), Fraction(0)), (Fraction(0), Fraction(0))
    start = settle(rising, origin, east)
    assert start[0] > 5
    assert value_at(rising, start) == 2 * (start[0] - 3) - (start[0] - 5) - 1
    west = (Fraction(-1), Fraction(0))
    assert settle(rising, origin, west) is None  # f = -1 there
    north = (Fraction(0), Fraction(1))
    assert settle(rising, (Fraction(3), Fraction(0)), north) is None  # within a crease
    assert settle(rising, (Fraction(6), Fraction(0)), north) is not None  # f = 4 for ever


@pytest.mark.parametrize("looks", [10, 500, 5000])
def test_an_undecided_search_has_spent_its_looks_and_no_more(looks, monkeypatch):
    sizes = []

    def counted(*arguments):
        for kind, place, function in walk(*arguments):
            sizes.append(place.cone.size)
            yield kind, place, function

    monkeypatch.setattr(patterns, "walk", counted)
    net = next(
        net
        for net in (FullyConnected.random(5, [5] * 8, seed=seed) for seed in range(99))
        if certify_unbounded(net, looks=looks).claim == "undecided" or sizes.clear()
    )
    assert certify_unbounded(net, looks=looks).work["looks"] == looks
    sizes.clear()
    certify_unbounded(net, looks=looks)
    unused = 2 * net.depth  # each search breaks off at the first region that it can't afford
    assert sum(sizes) - sum(sorted(sizes)[-unused:]) <= looks


@pytest.mark.parametrize("looks", [0, -1, 2.5, True, None, "many"])
def test_looks_are_a_whole_number(looks):
    for certify in (certify_bounded, certify_unbounded):
        with pytest.raises(InvalidInputError, match="looks must be"):
            certify(narrow(2, 0), looks=looks)


def test_folds_are_exact_and_have_their_names():
    u, w = [[-1.0, 0.0], [0.5, 0.5], [-2.0, 0.0]], [[1.0, 0.0], [1.0, 1.0], [1.0, 3.0]]
    net = OneNeuronResNet.from_blocks(u, w, [0.0] * 3, ([1.0, 0.0], 0.0))
    assert [(b.block, b.kind, b.determinant) for b in folds(net)] == [
        (1, "crush", 0),
        (2, "bend", 2),
        (3, "fold", -1),
    ]
    with pytest.raises(InvalidInputError, match="OneNeuronResNet"):
        folds(SQUARE)


def test_the_fold_theorem_needs_d_directions_and_a_fold():
    assert fold_theorem(FOLDED)
    no_fold = OneNeuronResNet.from_blocks([[1.0, 0], [0, 1.0]], np.eye(2), [0, 0], ([1, 1], 0))
    assert "No block folds" in fold_theorem(no_fold).reason
    same = OneNeuronResNet.from_blocks([[-2.0, 0]] * 3, [[1.0, 0]] * 3, [0, 1, 2], ([1, 1], 0))
    assert "read 1 independent directions of 2" in fold_theorem(same).reason
    empty = OneNeuronResNet.from_blocks(np.zeros((0, 2)), np.zeros((0, 2)), [], ([1, 1], 0))
    assert not fold_theorem(empty)


def test_the_command_line_gives_the_verdict(tmp_path, capsys):
    net, certificate = str(tmp_path / "net.json"), str(tmp_path / "certificate.json")
    Path(net).write_text(json.dumps(describe(SQUARE)), encoding="utf-8")
    Path(certificate).write_text(certify_bounded(SQUARE).to_json(), encoding="utf-8")
    command = [sys.executable, "-m", "course_lib.certificates", net, certificate]
    stranger = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (stranger.returncode, stranger.stderr) == (0, "")
    assert stranger.stdout.startswith("Accepted.")
    for arguments, said in (
        ([net, net], "Rejected"),
        ([net], "usage"),
        ([net, net + ".missing"], "Cannot read a file"),
    ):
        assert main(arguments) == 1
        assert said in capsys.readouterr().out
    for asked in (["--help"], ["-h"], [net, certificate, "--help"]):
        assert main(asked) == 0
        assert "usage" in capsys.readouterr().out


def test_the_command_line_skips_a_byte_order_mark(tmp_path, capsys):
    net, certificate = str(tmp_path / "net.json"), str(tmp_path / "certificate.json")
    Path(net).write_text(json.dumps(describe(SQUARE)), encoding="utf-8-sig")
    Path(certificate).write_text(certify_bounded(SQUARE).to_json(), encoding="utf-8-sig")
    assert main([net, certificate]) == 0
    assert capsys.readouterr().out.startswith("Accepted.")
    Path(net).write_text("{}", encoding="utf-16")
    assert main([net, certificate]) == 1
    assert "Cannot read a file" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["x\nAccepted. All is well.", "\ud800", "\x1b[2J", "é\u202e"])
def test_names_in_a_hostile_file_stay_on_the_line_of_the_rejection(name, tmp_path, capsys):
    good, odd = tmp_path / "good.json", tmp_path / "odd.json"
    good.write_text(json.dumps(describe(SQUARE)), encoding="utf-8")
    records = [
        {name: [[None]]},
        {name: [["1"]]},
        {"format": "one neuron is enough, certificate 1", "claim": "empty", name: 1},
        {"format": "one neuron is enough, certificate 1", "claim": name},
        json.loads(certify_bounded(SQUARE).to_json()) | {"trees": [[[name, []]]] * 4},
    ]
    for record in records:
        odd.write_text(json.dumps(record), encoding="utf-8")
        for files in ((odd, good), (good, odd)):
            assert main([str(file) for file in files]) == 1
            (line,) = capsys.readouterr().out.splitlines()
            assert line.startswith("Rejected: ")
            assert line.isascii()
            assert line.isprintable()


def test_trained_networks_are_decided_and_closed_ones_have_a_fold():
    narrow_ones = load_checkpoint("fully_connected").networks
    resnets = load_checkpoint("one_neuron_resnet").networks
    for depth in (1, 2, 5, 20):
        for seed in (0, 1, 2):
            certificate = certify_unbounded(narrow_ones[depth, seed])
            assert certificate.claim in ("unbounded", "empty")
            assert accepted(narrow_ones[depth, seed], certificate)
            if depth < 20:
                net = resnets[depth, seed]
                certificate = certify_bounded(net)
                assert accepted(net, certificate)
                assert certificate.claim in ("unbounded", "bounded")
                assert certificate.claim == "unbounded" or fold_theorem(net)
                assert certificate.claim == "unbounded" or depth > 1


def test_the_judge_imports_only_the_standard_library_and_the_records():
    allowed = sys.stdlib_module_names | {"course_lib.errors", "course_lib.certificates.records"}
    for name in ("judge.py", "records.py"):
        for node in ast.walk(ast.parse((PACKAGE / name).read_text(encoding="utf-8"))):
            imported = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            imported += [node.module] if isinstance(node, ast.ImportFrom) else []
            assert all(m in allowed or m.split(".")[0] in allowed for m in imported), imported
