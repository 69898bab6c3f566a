"""For all tests: one Hypothesis profile, the longest files first, and the time of each group."""

from __future__ import annotations

from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Seeded; and time is never tested, so a loaded machine changes nothing.
settings.register_profile(
    "course", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("course")

# Training is what an environment without torch can't do, and all that it can't.
collect_ignore_glob = [] if find_spec("torch") else ["course_lib/training/*"]

ROOT = Path(__file__).parent
GROUPS = {  # in the order in which they start: what waits for others comes first
    "tests/browser": "JupyterLab in a browser",
    "tests/grading": "the teacher's desk",
    "notebooks": "lessons, run and compared",
    "solutions": "solutions, run and compared",
    "tests/test_exercises.py": "exercises, run to their ends",
    "tests/checks": "the tutor",
    "tests": "the library",
    "course_lib": "examples in docstrings",
}
# Files are the units that two workers share; a long one that comes last leaves the other idle.
LONGEST = (
    "tests/grading/test_hostile.py",
    "tests/grading/test_red_team.py",
    "tests/grading/test_desk_runner.py",
    "tests/browser/test_grading_form.py",
)


def group(path: str) -> str:
    """The part of ``GROUPS`` that a file belongs to."""
    return next(start for start in GROUPS if path.startswith(start))


def place(path: str) -> tuple[int, int]:
    """Where in the run a file stands."""
    if path in LONGEST:
        return -1, LONGEST.index(path)
    return list(GROUPS).index(group(path)), 0


def pytest_configure(config: pytest.Config) -> None:
    """Have Matplotlib list its fonts: on a slow disk it says so, in the first cell that draws."""
    if not hasattr(config, "workerinput"):  # workers find the list
        from matplotlib import font_manager  # noqa: F401


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files in order."""
    items.sort(key=lambda item: place(item.path.relative_to(ROOT).as_posix()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what each group took: work, not time, since the workers share it."""
    seconds, tests = Counter[str](), Counter[str]()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                name = GROUPS[group(report.nodeid)]
                seconds[name] += report.duration
                tests[name] += report.when == "call"
    if len(seconds) > 1:
        terminalreporter.section("seconds of work, by group")
        for name, total in seconds.most_common():
            terminalreporter.line(f"{total:6.0f} s  {tests[name]:5} tests  {name}")
