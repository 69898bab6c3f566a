"""Run the tests in an environment that has no torch: all but training, and what a browser shows.

python tools/run_without_torch.py --install     # fill the environment of this interpreter
python tools/run_without_torch.py               # run the tests in it
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tomllib
from pathlib import Path

from run_tests import run_pytest

ROOT = Path(__file__).resolve().parent.parent
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
TESTS = ["-m", "not grading and not browser"]
# What is missing here on purpose can't be compared with the pins.
TESTS += ["--deselect", "tests/test_house.py::test_everything_installed_for_the_course_is_pinned"]
TRAINS = ("import torch", "training.train(", " train(", "make_checkpoint(")


def requirements() -> list[str]:
    """What the course and its tests ask for, but torch."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    return [need for need in wanted if not need.startswith("torch")]


def install() -> int:
    """Install all that, at the pinned versions, and the course itself."""
    pinned = [*PIP, "--constraint", "constraints.txt"]
    pip = [*pinned, "--upgrade", "pip"]  # Python's own may be years old, and is slow
    needs = [*pinned, "--no-compile", *requirements()]
    course = [*PIP, "--no-deps", "--editable", "."]
    codes = (subprocess.run(command, cwd=ROOT).returncode for command in (pip, needs, course))
    return max(codes)


def notebooks() -> list[str]:
    """The notebooks that train nothing."""
    every = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("solutions/*/*.ipynb")])
    texts = {path: path.read_text(encoding="utf-8") for path in every}
    return [
        str(path.relative_to(ROOT))
        for path, text in texts.items()
        if not any(word in text for word in TRAINS)
    ]


def main(arguments: list[str]) -> int:
    """Install, or run the tests; return 0 if all went well."""
    if arguments == ["--install"]:
        return install()
    if importlib.util.find_spec("torch"):
        print("This environment has torch. Run `make test-without-torch`, which makes another.")
        return 1
    chosen = ["course_lib", "tests", *notebooks()]
    print(f"Without torch: {len(chosen) - 2} notebooks, the library, the tutor and the desk.")
    return run_pytest([*TESTS, *chosen])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
