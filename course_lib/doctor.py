"""Is this machine ready for the course?  ``python -m course_lib.doctor`` says so in plain words.

Every check is made by running the thing: a kernel is started and computes 1 + 1, torch takes a
gradient. Nothing is imported before its check, so the doctor also works where packages are missing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from course_lib.errors import CourseError

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

__all__ = ["Check", "examine", "find_browser", "is_ready", "main", "report"]

OLDEST_PYTHON = (3, 11)
INSTALL = "Run `make lab`, or the pip or conda way of README.md."
WITHOUT_TORCH = (
    "Only training needs it; all else works. To have it: " + INSTALL[0].lower() + INSTALL[1:]
)
LAB_EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "anywidget")
BROWSER_COMMANDS = (
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
    "chromium-browser",  # last: on Ubuntu a stub of this name only tells how to install one
)
MAC_BROWSERS = ("Google Chrome", "Chromium", "Microsoft Edge")
WINDOWS_BROWSERS = ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")


@dataclass(frozen=True)
class Check:
    """One finding: ``FAIL`` stops the course, ``WARN`` stops a part of it or only the tests.

    >>> Check("Disk", "WARN", "0.4 GB free", "Free some space.").status
    'WARN'
    """

    name: str
    status: Literal["OK", "WARN", "FAIL"]
    found: str
    mend: str = ""

    def __post_init__(self) -> None:
        if self.status != "OK" and not self.mend:
            raise ValueError(f"Check {self.name!r} is {self.status}: say how to mend it.")


def examine() -> tuple[Check, ...]:
    """Look at everything the course needs; takes a few seconds and changes nothing.

    >>> {check.name for check in examine()} >= {"Python", "Kernel", "torch", "Memory"}
    True
    """
    checks = [_python(), *_packages()]
    wanted = {name: look for name, look in _LOOKS.items() if _has(_ONLY_FOR.get(name))}
    for name, look in wanted.items():
        try:
            checks.append(look())
        except Exception as error:  # whatever breaks is a finding, never the end of the report
            checks.append(Check(name, "FAIL", f"{type(error).__name__}: {error}", INSTALL))
    return tuple(checks)


def is_ready(checks: Sequence[Check]) -> bool:
    """Return whether nothing that the course needs is missing; warnings don't count.

    >>> is_ready([Check("Memory", "WARN", "1.5 GB free", "Close other programs.")])
    True
    """
    return all(check.status != "FAIL" for check in checks)


def report(checks: Sequence[Check]) -> str:
    """Say the findings in plain words, with how to mend each thing that isn't right.

    >>> print(report([Check("Python", "OK", "3.12.1")]))
    OK    Python: 3.12.1
    This machine is ready.
    """
    lines = []
    for check in checks:
        lines.append(f"{check.status:<5} {check.name}: {check.found}")
        if check.mend:
            lines.append(f"      -> {check.mend}")
    verdict = "is ready" if is_ready(checks) else "is not ready: mend each FAIL, then ask again"
    return "\n".join([*lines, f"This machine {verdict}."])


def find_browser() -> Path | None:
    """Return a Chromium-like browser for the browser tests, or None if there is none.

    Looked for in this order: the environment variable ``COURSE_BROWSER``, the commands on the
    search path, the usual folders of macOS and Windows, the browser that Playwright installs.

    Raises:
        CourseError: ``COURSE_BROWSER`` names something that can't be run.
    """
    named = os.environ.get("COURSE_BROWSER")
    if named:
        if not _runs(Path(named)):
            raise CourseError(
                f"COURSE_BROWSER names {named!r}, which does not run as a browser. "
                "Give the full path of Chromium, Chrome or Edge, or unset the variable."
            )
        return Path(named)
    return next((path for path in _browser_places() if _runs(path)), None)


def _browser_places() -> Iterator[Path]:
    yield from (Path(found) for name in BROWSER_COMMANDS if (found := shutil.which(name)))
    if sys.platform == "darwin":
        yield from (Path(f"/Applications/{n}.app/Contents/MacOS/{n}") for n in MAC_BROWSERS)
    if sys.platform == "win32":
        folders = (os.environ.get(n) for n in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"))
        yield from (Path(f) / name for f in folders if f for name in WINDOWS_BROWSERS)
    if playwright := _playwright_browser():
        yield playwright


def _playwright_browser() -> Path | None:
    # A process of its own: Playwright won't start twice in one, or beside a running event loop.
    ask = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as p: print(p.chromium.executable_path)"
    )
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, timeout=60)
    return Path(answer.stdout.strip()) if answer.returncode == 0 else None


def _runs(path: Path) -> bool:
    if not path.is_file() or not os.access(path, os.X_OK):
        return False
    if sys.platform == "win32":  # there --version opens a window
        return True
    try:
        return not subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


def _python() -> Check:
    # Read by old interpreters too: there nothing is installed yet, and this line says why.
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Check("Python", "FAIL", version, "Install Python 3.11 or newer. " + INSTALL)
    return Check("Python", "OK", version)


def _packages() -> list[Check]:
    """Compare what is installed with what the package asks for."""
    try:
        from packaging.requirements import Requirement

        wanted = [Requirement(line) for line in metadata.requires("course_lib") or []]
    except (ImportError, metadata.PackageNotFoundError) as error:
        return [Check("Packages", "FAIL", f"course_lib is not installed ({error})", INSTALL)]

    def needed(extra: str) -> list[Requirement]:
        return [r for r in wanted if r.marker is None or r.marker.evaluate({"extra": extra})]

    course = needed("")
    checks = [_package(r.name, r.specifier, "FAIL", INSTALL) for r in course]
    told = {need.name for need in course}
    for extra, purpose in _EXTRAS.items():
        extras = [need for need in needed(extra) if need.name not in told]
        told |= {need.name for need in extras}
        if _has(extra):
            checks += [_package(r.name, r.specifier, "WARN", purpose.mend) for r in extras]
        else:
            checks.append(Check(purpose.name, "OK", purpose.absent))
    return checks


@dataclass(frozen=True)
class _Purpose:
    """What an extra of pyproject.toml is for; whoever has its first tool wants it."""

    name: str
    first: str
    absent: str
    mend: str


_EXTRAS = {  # in this order: a tool that both need is said to be for grading
    "grading": _Purpose(
        "Grading",
        "nbgrader",
        "its tools are not installed; only who grades a class needs them (docs/lecturers.md)",
        "Grading a class needs it, and so do the tests: "
        'python -m pip install --editable ".[grading]"',
    ),
    "test": _Purpose(
        "Tests",
        "pytest",
        "their tools are not installed; only who changes the course needs them (CONTRIBUTING.md)",
        "Only the tests need it: `make test` installs it, or the pip way of README.md.",
    ),
}


def _has(extra: str | None) -> bool:
    """Whether somebody has installed what an extra of pyproject.toml asks for, or began to."""
    if extra is None:
        return True
    try:
        metadata.version(_EXTRAS[extra].first)
    except metadata.PackageNotFoundError:
        return False
    return True


def _package(
    name: str, wanted: SpecifierSet, otherwise: Literal["WARN", "FAIL"], mend: str
) -> Check:
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        if name == "torch":
            return Check(name, "WARN", f"missing (wanted {wanted})", WITHOUT_TORCH)
        return Check(name, otherwise, f"missing (wanted {wanted})", mend)
    if version not in wanted:
        return Check(name, otherwise, f"{version} (wanted {wanted})", mend)
    return Check(name, "OK", f"{version} (wanted {wanted})")


def _kernel() -> Check:
    """Start the kernel that the notebooks name and see where it runs."""
    from jupyter_client.kernelspec import NoSuchKernel
    from jupyter_client.manager import start_new_kernel

    mend = f'Run: "{sys.executable}" -m ipykernel install --sys-prefix --name python3'
    quiet = ["--log-level=ERROR"]
    try:
        manager, client = start_new_kernel(kernel_name="python3", extra_arguments=quiet)
    except NoSuchKernel:
        return Check("Kernel", "FAIL", "no kernel is named python3", mend)
    try:
        ask = {"sum": "1 + 1", "prefix": "__import__('sys').prefix"}
        # reply=True waits for the answer to this request: a slow kernel sends others before it.
        answer = client.execute("", user_expressions=ask, reply=True, timeout=60)
        reply = answer["content"]["user_expressions"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    answers = {key: value.get("data", {}).get("text/plain") for key, value in reply.items()}
    if answers != {"sum": "2", "prefix": repr(sys.prefix)}:
        return Check("Kernel", "FAIL", f"python3 runs in {answers['prefix']}, not here", mend)
    return Check("Kernel", "OK", "python3 runs in this environment and computes 1 + 1 = 2")


def _widgets() -> Check:
    """Look for the two JupyterLab extensions without which a widget is a line of text."""
    import anywidget  # noqa: F401
    import ipywidgets  # noqa: F401
    from jupyter_core.paths import jupyter_path

    folders = [Path(folder) for folder in jupyter_path("labextensions")]
    missing = [
        name
        for name in LAB_EXTENSIONS
        if not any((f / name / "package.json").is_file() for f in folders)
    ]
    if missing:
        mend = "Reinstall: python -m pip install --force-reinstall jupyterlab_widgets anywidget"
        return Check("Widgets", "FAIL", f"JupyterLab lacks {', '.join(missing)}", mend)
    return Check("Widgets", "OK", "JupyterLab has its widget manager and anywidget")


def _torch() -> Check:
    try:
        import torch
    except ImportError as error:
        return Check("torch", "WARN", f"cannot be loaded ({error})", WITHOUT_TORCH)
    x = torch.tensor([-1.0, 2.0], requires_grad=True)
    torch.relu(x).sum().backward()
    if x.grad is None or x.grad.tolist() != [0.0, 1.0]:
        return Check("torch", "FAIL", f"wrong gradient of relu: {x.grad}", INSTALL)
    build = "CPU build" if torch.version.cuda is None else "CUDA build; the CPU build would do"
    return Check("torch", "OK", f"{torch.__version__} computes gradients ({build})")


def _memory() -> Check:
    import psutil

    return _room("Memory", psutil.virtual_memory().available, (0.5, 2.0), "Close other programs.")


def _disk() -> Check:
    return _room("Disk", shutil.disk_usage(Path.cwd()).free, (0.1, 1.0), "Free some space.")


def _room(name: str, free: float, limits: tuple[float, float], mend: str) -> Check:
    fail, warn = limits  # gigabytes
    found = f"{free / 1e9:.1f} GB free"
    if free >= warn * 1e9:
        return Check(name, "OK", found)
    return Check(name, "FAIL" if free < fail * 1e9 else "WARN", found, mend)


def _browser() -> Check:
    mend = "Only the tests need one: `make browser`, or set COURSE_BROWSER to its full path."
    try:
        browser = find_browser()
    except CourseError as error:
        return Check("Browser", "WARN", str(error), mend)
    if browser is None:
        return Check("Browser", "WARN", "no Chromium, Chrome or Edge was found", mend)
    return Check("Browser", "OK", str(browser))


def _sandbox() -> Check:
    """Whether students' code could be graded here: only lecturers need that."""
    from course_lib.grading.kernel.sandbox import SandboxUnavailableError, require_sandbox

    try:
        require_sandbox()
    except SandboxUnavailableError as error:
        return Check("Sandbox", "WARN", "students' code can't be shut in here", str(error))
    return Check("Sandbox", "OK", "students' code can be shut in by bubblewrap")


_LOOKS: dict[str, Callable[[], Check]] = {
    "Kernel": _kernel,
    "Widgets": _widgets,
    "torch": _torch,
    "Memory": _memory,
    "Disk": _disk,
    "Browser": _browser,
    "Sandbox": _sandbox,
}
_ONLY_FOR = {"Browser": "test", "Sandbox": "grading"}


def main(arguments: Sequence[str]) -> int:
    """Print the report, or with ``--json`` the findings as data; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.doctor", description="Is this machine ready?"
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    as_json = parser.parse_args(arguments).json
    checks = examine()
    data = {"ready": is_ready(checks), "checks": [asdict(check) for check in checks]}
    print(json.dumps(data, indent=2) if as_json else report(checks))
    return 0 if is_ready(checks) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
