"""Print the lowest version of everything that pyproject.toml allows, one requirement a line.

    python tools/lowest_versions.py > lowest.txt
    python -m pip install --requirement lowest.txt

A lower bound is a promise, so it is what has been run: each ``name>=bound`` becomes
``name==bound``. If these don't fit together, or the tests fail with them, a bound is too low.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def lowest() -> list[str]:
    """What the course and all its extras but the developers' ask for, at the lowest version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    needs = [need for name, extra in extras.items() if name != "dev" for need in extra]
    return sorted({need.replace(">=", "==") for need in [*project["dependencies"], *needs]})


if __name__ == "__main__":
    sys.stdout.write("\n".join(lowest()) + "\n")
