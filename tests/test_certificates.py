"""Laws of the certificates: what is claimed is proved, and what is not a proof is rejected."""

from __future__ import annotations

import ast
import sys
from fractions import Fraction
from pathlib import Path

import pytest
import torch

from course_lib import certificates
from course_lib.certificates import Certificate, certify_unbounded, verify
from course_lib.exact import freeze
from course_lib.networks import FullyConnected

PACKAGE = Path(certificates.__file__).parent
DEPTHS = (1, 2, 3, 5, 8, 12)


def narrow(dim: int, seed: int) -> FullyConnected:
    depth = DEPTHS[seed % len(DEPTHS)]
    widths = [dim - (seed + k) % 4 // 3 * (dim > 1) for k in range(depth)]  # some are narrower
    dtype = torch.float64 if seed % 2 else torch.float32
    return FullyConnected.random(dim, widths, seed=seed, dtype=dtype)


def along(tube: Certificate, t: float) -> list[Fraction]:
    return [x + Fraction(t) * v for x, v in zip(tube.point, tube.direction, strict=True)]


@pytest.mark.parametrize("dim", [1, 2, 3, 5])
def test_every_random_network_with_a_positive_point_gets_a_tube(dim):
    found = 0
    for seed in range(40):
        net = narrow(dim, seed)
        certificate = certify_unbounded(net, steps=1000)
        points = torch.randn(500, dim, generator=torch.Generator().manual_seed(seed)) * 3
        if (net(points) > 1e-4).any():
            assert certificate.claim == "unbounded"
        if certificate.claim != "undecided":
            verdict = verify(net, certificate.to_json())
            assert verdict, verdict.reason
        found += certificate.claim == "unbounded"
    assert found >= 15


def test_the_exact_network_is_positive_along_the_tube_and_in_its_corners():
    for seed in range(12):
        net = narrow(2, seed)
        certificate = certify_unbounded(net)
        if certificate.claim == "unbounded":
            exact, r = freeze(net), certificate.radius * Fraction(999, 1000)
            for t in (0, 0.5, 3, 1e6, 1e60):
                x, y = along(certificate, t)
                for s in (-1, 1):
                    assert exact.evaluate([x + s * r, y - r]) > 0


def test_in_the_plane_nothing_is_undecided():
    claims = [certify_unbounded(narrow(2, seed)).claim for seed in range(40, 120)]
    assert set(claims) == {"unbounded", "empty"}


def test_the_judge_imports_only_the_standard_library_and_the_records():
    allowed = sys.stdlib_module_names | {"course_lib.errors", "course_lib.certificates.records"}
    for name in ("judge.py", "records.py"):
        for node in ast.walk(ast.parse((PACKAGE / name).read_text())):
            imported = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            imported += [node.module] if isinstance(node, ast.ImportFrom) else []
            assert all(m in allowed or m.split(".")[0] in allowed for m in imported), imported
