"""What was made when networks were torch modules stays valid: certificates, files, scores."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest

from course_lib.certificates import Certificate, describe, verify
from course_lib.golf import COURSE, Leaderboard
from course_lib.networks import FullyConnected, OneNeuronResNet

STORED = Path(__file__).parent / "stored"
RECORDS = json.loads((STORED / "certificates_of_before.json").read_text(encoding="utf-8"))
FAMILIES = {"FullyConnected": FullyConnected, "OneNeuronResNet": OneNeuronResNet}
of_before = pytest.mark.parametrize("record", RECORDS, ids=[one["name"] for one in RECORDS])


def network(record):
    """The network from its JSON, in the number format that it had."""
    read = FAMILIES[record["family"]].from_state_dict(record["network"])
    return read.astype(record["dtype"])


@of_before
def test_a_certificate_is_still_accepted_with_the_same_sentence(record):
    net = network(record)
    assert describe(net) == record["network"]
    assert net.digest == record["certificate"]["network"]
    certificate = Certificate.from_json(record["certificate"])
    for judged in (net, record["network"], json.dumps(record["network"])):
        verdict = verify(judged, certificate)
        assert verdict, verdict.reason
        assert verdict.reason == record["sentence"]


def test_all_claims_and_both_families_are_among_them():
    claims = {(one["family"], one["certificate"]["claim"]) for one in RECORDS}
    assert claims >= {("FullyConnected", claim) for claim in ("unbounded", "empty")}
    assert claims >= {("OneNeuronResNet", claim) for claim in ("unbounded", "bounded")}


@of_before
def test_a_file_that_torch_wrote_is_read(record):
    torch = pytest.importorskip("torch")
    state = torch.load(io.BytesIO(base64.b64decode(record["pt"])), weights_only=True)
    read = FAMILIES[record["family"]].from_state_dict(state)
    assert read == network(record)
    assert read.dtype == np.dtype(record["dtype"])


@of_before
def test_a_seed_still_draws_the_same_network(record):
    if record["recipe"] is None:  # built or trained, not drawn
        assert record["name"].startswith(("a trained", "a folded"))
    else:
        assert eval(record["recipe"]) == network(record)


def test_a_leaderboard_is_read_and_judged_again():
    text = (STORED / "leaderboard_of_before.json").read_text(encoding="utf-8")
    board = Leaderboard.from_json(text, COURSE)
    scores = {entry.challenge: entry.score for entry in board.entries}
    assert scores == {"bounded": 18, "zigzag": 37}
    assert Leaderboard.from_json(board.to_json(), COURSE) == board
