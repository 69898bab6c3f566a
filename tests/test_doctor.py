"""The doctor: right about this machine, and every finding can also come out wrong."""

from __future__ import annotations

import json
import shutil
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from packaging.requirements import Requirement

from course_lib import doctor
from course_lib.doctor import Check
from course_lib.errors import CourseError
from course_lib.grading.kernel import sandbox

shell = pytest.mark.skipif(sys.platform == "win32", reason="fakes a command by a shell script")


@pytest.fixture(scope="module")
def checks() -> dict[str, Check]:
    return {check.name: check for check in doctor.examine()}


def test_the_machine_that_runs_the_tests_is_ready(checks):
    assert doctor.is_ready(list(checks.values())), doctor.report(list(checks.values()))
    assert {"jupyterlab", "ipywidgets", "torch", "matplotlib", "nbval"} <= set(checks)
    assert {"Python", "Kernel", "Widgets", "Memory", "Disk", "Browser", "Sandbox"} <= set(checks)


def test_exit_code_and_json_agree(monkeypatch, capsys):
    broken = (Check("Kernel", "FAIL", "no kernel is named python3", "Install it."),)
    for found, code in ((broken, 1), ((Check("Python", "OK", "3.12.1"),), 0)):
        monkeypatch.setattr(doctor, "examine", lambda found=found: found)
        assert doctor.main(["--json"]) == code
        data = json.loads(capsys.readouterr().out)
        assert data["ready"] is (code == 0)
        assert data["checks"][0]["name"] == found[0].name


def test_the_report_says_how_to_mend(capsys):
    text = doctor.report([Check("Disk", "FAIL", "0.0 GB free", "Free some space.")])
    assert text.splitlines() == [
        "FAIL  Disk: 0.0 GB free",
        "      -> Free some space.",
        "This machine is not ready: mend each FAIL, then ask again.",
    ]


def test_a_finding_that_is_not_ok_must_say_how_to_mend_it():
    with pytest.raises(ValueError, match="how to mend"):
        Check("Disk", "WARN", "0.4 GB free")


def test_an_old_python_fails(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    assert doctor._python().status == "FAIL"


@pytest.mark.parametrize(
    ("package", "version", "status"),
    [
        ("torch", "1.0", "FAIL"),
        ("torch", None, "WARN"),
        ("jupyterlab", None, "FAIL"),
        ("nbval", "0.1", "WARN"),
        ("nbval", None, "WARN"),
    ],
)
def test_old_and_missing_packages(monkeypatch, package, version, status):
    real = metadata.version

    def changed(name: str) -> str:
        if name == package and version is None:
            raise metadata.PackageNotFoundError(name)
        return version if name == package else real(name)

    monkeypatch.setattr(metadata, "version", changed)
    found = {check.name: check for check in doctor._packages()}
    assert found[package].status == status
    assert found["numpy"].status == "OK"


def without(monkeypatch, *packages: str) -> None:
    """Make the doctor believe that these are not installed."""
    real = metadata.version

    def version(name: str) -> str:
        if name in packages:
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)


def extras() -> set[str]:
    """What pyproject.toml asks for beyond the course."""
    needs = [Requirement(line) for line in metadata.requires("course_lib")]
    return {r.name for r in needs if r.marker and "extra" in str(r.marker)} - {"pre-commit", "uv"}


def test_a_student_is_warned_of_no_tool_that_a_student_needs_not(monkeypatch):
    without(monkeypatch, *extras())
    monkeypatch.setattr(doctor, "find_browser", lambda: None)
    monkeypatch.setattr(doctor, "_LOOKS", {n: doctor._LOOKS[n] for n in ("Browser", "Sandbox")})
    found = {check.name: check for check in doctor.examine()}
    assert not {"Browser", "Sandbox"} & set(found)
    assert not extras() & set(found)
    warned = {name for name, check in found.items() if check.status != "OK"}
    assert warned == (set() if find_spec("torch") else {"torch"})
    assert "only who grades" in found["Grading"].found
    assert "only who changes" in found["Tests"].found


def test_a_half_installed_set_of_tools_is_a_finding_and_says_what_each_is_for(monkeypatch):
    without(monkeypatch, "nh3", "nbval")
    found = {check.name: check for check in doctor._packages()}
    assert found["nh3"].status == found["nbval"].status == "WARN"
    assert "Grading a class needs it" in found["nh3"].mend
    assert "Only the tests need it" in found["nbval"].mend


def test_a_lecturer_without_the_tests_tools_is_told_of_grading_alone(monkeypatch):
    without(monkeypatch, *extras() - {"nbgrader", "nh3"})
    found = {check.name: check for check in doctor._packages()}
    assert found["nbgrader"].status == found["nh3"].status == found["Tests"].status == "OK"
    assert "Grading" not in found


def test_an_uninstalled_course_fails(monkeypatch):
    def absent(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", absent)
    (only,) = doctor._packages()
    assert only.status == "FAIL"


@pytest.fixture
def user_kernel(monkeypatch, tmp_path):
    """Make python3 mean a kernel of a user's own, which comes before the environment's."""

    def install(command: str) -> None:
        folder = tmp_path / "kernels" / "python3"
        folder.mkdir(parents=True)
        argv = [command, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = {"argv": argv, "display_name": "Mine", "language": "python"}
        (folder / "kernel.json").write_text(json.dumps(spec))
        monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))

    return install


@shell
def test_a_kernel_of_another_environment_fails(user_kernel, tmp_path):
    other = tmp_path / "other"
    other.write_text(f"#!/bin/sh\nexport PYTHONPATH={tmp_path}\nexec '{sys.executable}' \"$@\"\n")
    other.chmod(0o755)
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.prefix = 'elsewhere'\n")
    user_kernel(str(other))
    found = doctor._kernel()
    assert (found.status, "elsewhere" in found.found) == ("FAIL", True), found


def test_a_kernel_that_cannot_start_is_a_finding(user_kernel, monkeypatch):
    user_kernel("no-such-command")
    monkeypatch.setattr(doctor, "_LOOKS", {"Kernel": doctor._kernel})
    kernel = doctor.examine()[-1]
    assert (kernel.name, kernel.status) == ("Kernel", "FAIL")


def test_a_lab_without_widget_manager_fails(monkeypatch, tmp_path):
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [str(tmp_path)])
    assert doctor._widgets().status == "FAIL"


@pytest.mark.parametrize(("gigabytes", "status"), [(0.2, "FAIL"), (1.0, "WARN"), (8.0, "OK")])
def test_memory(monkeypatch, gigabytes, status):
    free = SimpleNamespace(available=gigabytes * 1e9)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)
    assert doctor._memory().status == status


def test_a_full_disk_fails(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1e6))
    assert doctor._disk().status == "FAIL"


def test_the_named_browser_comes_first(monkeypatch):
    monkeypatch.setenv("COURSE_BROWSER", sys.executable)  # anything that answers --version
    assert doctor.find_browser() == Path(sys.executable)


def test_a_named_browser_that_does_not_run_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_BROWSER", str(tmp_path / "chromium"))
    with pytest.raises(CourseError, match="unset the variable"):
        doctor.find_browser()
    assert doctor._browser().status == "WARN"


@shell
def test_a_stub_on_the_path_is_passed_over(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_BROWSER", raising=False)
    monkeypatch.setattr(doctor, "MAC_BROWSERS", ())
    monkeypatch.setattr(doctor, "_playwright_browser", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    for name, code in (("chromium", 1), ("msedge", 0)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {code}\n")
        (tmp_path / name).chmod(0o755)
    assert doctor.find_browser() == tmp_path / "msedge"
    (tmp_path / "msedge").unlink()
    assert doctor.find_browser() is None
    assert doctor._browser().status == "WARN"


def test_without_bubblewrap_only_grading_is_warned_of(monkeypatch):
    missing = sandbox.SandboxUnavailableError("There is no bwrap. Install bubblewrap.")

    def refuse():
        raise missing

    monkeypatch.setattr(sandbox, "_filter_of_this_machine", refuse)
    sandbox.require_sandbox.cache_clear()
    found = doctor._sandbox()
    sandbox.require_sandbox.cache_clear()
    assert (found.status, found.mend) == ("WARN", str(missing))
    assert doctor.is_ready([found])


def test_without_torch_the_course_goes_on(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)  # as if it were not installed
    (check,) = (
        check for check in doctor.examine() if check.name == "torch" and "loaded" in check.found
    )
    assert check.status == "WARN"
    assert "Only training needs it" in check.mend
