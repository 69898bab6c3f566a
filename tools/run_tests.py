"""Run the tests on all cores, with lint and types beside them, and say what took how long.

python tools/run_tests.py "make lint" "make types"     # commands to run beside the tests
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

# By file, since the tests of a file share what is slow to make; conftest.py puts them in order.
SHARED = ["--dist", "loadfile", "--no-loadscope-reorder", "-p", "course_lib.no_grammar"]
TESTS = ["-m", "not grading and not widgets"]


class Outcome(NamedTuple):
    """How a command ended, what it said, and how long it took."""

    code: int
    text: str
    seconds: float


def run(command: str) -> Outcome:
    """Run a shell command to its end, quietly."""
    start = time.monotonic()
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    return Outcome(done.returncode, done.stdout + done.stderr, time.monotonic() - start)


def run_pytest(arguments: list[str]) -> int:
    """Run pytest on the terminal; a worker more than cores, because many tests wait."""
    workers = str((os.cpu_count() or 1) + 1)
    # One thread for each worker; and compiled modules are kept, or each of some two hundred
    # processes would compile the library again where the environment forbids to write them.
    environment = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "pytest", "-n", workers, *SHARED, *arguments]
    return subprocess.run(command, env=environment).returncode


def tests() -> Outcome:
    """Run the tests, and take their time."""
    start = time.monotonic()
    return Outcome(run_pytest(TESTS), "", time.monotonic() - start)


def main(beside: list[str]) -> int:
    """Return 0 if the tests and every command beside them passed, 1 otherwise."""
    with ThreadPoolExecutor() as pool:
        others: dict[str, Future[Outcome]] = {name: pool.submit(run, name) for name in beside}
        outcomes = {"pytest": tests()} | {name: one.result() for name, one in others.items()}
    for outcome in outcomes.values():
        if outcome.code and outcome.text:
            print(outcome.text)
    for name, outcome in outcomes.items():
        print(f"{outcome.seconds:6.0f} s  {name}{'' if outcome.code == 0 else ': FAILED'}")
    failed = sum(outcome.code != 0 for outcome in outcomes.values())
    print(f"steps: {len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
