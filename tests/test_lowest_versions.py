"""The lowest versions: every requirement says one, and CI installs them."""

from __future__ import annotations

import tomllib
from pathlib import Path

from lowest_versions import lowest

ROOT = Path(__file__).resolve().parent.parent


def test_every_requirement_has_a_lowest_version_and_it_is_the_bound():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    needs = [*project["dependencies"], *extras["test"], *extras["grading"], *extras["cluster"]]
    assert all(need.count(">=") == 1 and "==" not in need.partition(";")[0] for need in needs)
    assert {line.replace("==", ">=") for line in lowest()} == set(needs)


def test_they_are_installed_and_tested_on_every_push():
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert "tools/lowest_versions.py > lowest.txt" in text
    assert "--requirement lowest.txt" in text
