"""Control groups over a folder that stands in for the kernel's, with its rules."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.grading.errors import GradingError
from course_lib.grading.kernel import cgroup, sandbox
from course_lib.grading.kernel.cgroup import VARIABLE, Group, delegated
from course_lib.grading.kernel.limits import Limits
from course_lib.grading.kernel.sandbox import Sandbox, SandboxUnavailableError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="control groups are Linux only")

MiB = 2**20
HERE = "user.slice/run-1.scope"


class StandIn:
    """Folders with the files of cgroup v2, where a write does what the kernel would do."""

    def __init__(self, mount: Path) -> None:
        self.mount = mount
        self.handed_over = b"1"
        self.busy = 0  # so often another process appears in the group, meanwhile
        self.written: list[tuple[str, str]] = []
        mount.mkdir()
        for folder in (mount, mount / "user.slice", mount / HERE):
            self.make(folder, "cpuset cpu io memory pids")
        self.here = mount / HERE
        (self.here / "cgroup.procs").write_text("100\n101\n")
        self.own = mount / "own"
        self.own.write_text(f"4:memory:/old\n0::/{HERE}\n")

    def make(self, folder: Path, offered: str = "memory pids") -> None:
        folder.mkdir(exist_ok=True)
        (folder / "cgroup.controllers").write_text(offered)
        for name in ("procs", "subtree_control", "kill"):
            (folder / f"cgroup.{name}").touch()
        (folder / "cpu.stat").write_text("usage_usec 0\nuser_usec 0\n")
        (folder / "memory.events").write_text("low 0\noom 0\noom_kill 0\noom_group_kill 0\n")

    def remove(self, folder: Path) -> None:
        if (folder / "cgroup.procs").read_text().split():
            raise OSError(errno.EBUSY, "Device or resource busy")
        shutil.rmtree(folder)

    def write(self, path: Path, value: str | int) -> None:
        self.written.append((path.name, str(value)))
        inside = path.parent / "cgroup.procs"
        if path.name == "cgroup.subtree_control":
            if self.busy:
                self.busy -= 1
                inside.write_text("102")
            if inside.read_text().split():  # no processes beside groups with limits
                raise OSError(errno.EBUSY, "Device or resource busy")
            value = str(value).replace("+", "")
        if path.name == "cgroup.kill":
            inside.write_text("")
        if path.name == "cgroup.procs":
            for other in self.mount.rglob("cgroup.procs"):
                left = [pid for pid in other.read_text().split() if pid != str(value)]
                other.write_text("\n".join(left))
            value = f"{path.read_text()}\n{value}"
        path.write_text(str(value))

    def attribute(self, path: Path, name: str) -> bytes:
        if name == "user.delegate" and path == self.here:
            return self.handed_over
        raise OSError(errno.ENODATA, "No data available")


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    kernel = StandIn(tmp_path / "cgroup")
    monkeypatch.delenv(VARIABLE, raising=False)
    for name in ("make", "remove", "write"):
        monkeypatch.setattr(cgroup, f"_{name}", getattr(kernel, name))
    monkeypatch.setattr(cgroup.os, "getxattr", kernel.attribute)
    return kernel


def found(kernel: StandIn) -> Path | None:
    return delegated(kernel.mount, kernel.own)


def test_a_delegated_group_is_found_also_from_its_leaf(kernel: StandIn) -> None:
    assert found(kernel) == kernel.here
    kernel.make(kernel.here / "course-grader")
    kernel.own.write_text(f"0::/{HERE}/course-grader\n")
    assert found(kernel) == kernel.here


@pytest.mark.parametrize("case", ["not handed over", "only memory", "version 1", "no such folder"])
def test_others_are_left_alone_and_refused_by_name(
    case: str, kernel: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    if case == "not handed over":
        kernel.handed_over = b"0"
    elif case == "only memory":
        (kernel.here / "cgroup.controllers").write_text("cpu memory")
    elif case == "version 1":
        kernel.own.write_text("4:memory:/old\n")
    else:
        kernel.own.write_text("0::/elsewhere\n")
    assert found(kernel) is None
    assert kernel.written == []
    monkeypatch.setenv(VARIABLE, "own")
    if case == "not handed over":  # whoever says so by name hands it over
        assert found(kernel) == kernel.here
    else:
        with pytest.raises(GradingError, match="Delegate=yes"):
            found(kernel)


def test_a_group_may_be_named(kernel: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel.make(kernel.mount / "grading")
    monkeypatch.setenv(VARIABLE, str(kernel.mount / "grading"))
    assert found(kernel) == kernel.mount / "grading"


@pytest.mark.parametrize("busy", [0, 1, 3])
def test_limits_are_set_once_the_grader_sits_in_a_leaf(busy: int, kernel: StandIn) -> None:
    kernel.busy = busy
    group = Group(kernel.here, Limits(memory_bytes=300 * MiB, processes=40))
    leaf = (kernel.here / "course-grader/cgroup.procs").read_text().split()
    assert sorted(leaf) == ["100", "101", *["102"] * bool(busy)]
    assert (kernel.here / "cgroup.procs").read_text() == ""
    assert (kernel.here / "cgroup.subtree_control").read_text() == "memory pids"
    assert kernel.written[-4:] == [
        ("memory.max", str(300 * MiB)),
        ("memory.oom.group", "1"),
        ("pids.max", "42"),
        ("memory.swap.max", "0"),
    ]
    group.close()
    assert [path.name for path in kernel.here.iterdir() if path.is_dir()] == ["course-grader"]


def test_what_never_gets_ready_is_said(kernel: StandIn) -> None:
    kernel.busy = 10**6
    with pytest.raises(GradingError, match=VARIABLE):
        Group(kernel.here, Limits())


def test_time_and_memory_are_the_kernels_and_outlive_the_group(kernel: StandIn) -> None:
    group = Group(kernel.here, Limits())
    folder = next(kernel.here.glob("sandbox-*"))
    assert (group.computed(), group.overflowed()) == (0.0, False)
    (folder / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 1\n")
    (folder / "memory.events").write_text("oom 3\noom_kill 2\noom_group_kill 1\n")
    group.close()
    assert not folder.exists()
    assert (group.computed(), group.overflowed()) == (2.5, True)
    group.close()


def test_groups_of_killed_graders_are_swept(kernel: StandIn) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    left, used = (kernel.here / f"sandbox-{pid}-0" for pid in (ended.pid, os.getppid()))
    kernel.make(left)
    kernel.make(used)
    Group(kernel.here, Limits()).close()
    assert (left.exists(), used.exists()) == (False, True)


def test_a_sandbox_lives_and_dies_in_its_group(
    kernel: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_parent_of_groups", lambda: kernel.here)
    limits = Limits(memory_bytes=300 * MiB)
    with Sandbox(["/bin/sleep", "60"], limits=limits) as box:
        folder = next(kernel.here.glob("sandbox-*"))
        assert (folder / "cgroup.procs").read_text().split() == [str(box.first_pid)]
        (folder / "cpu.stat").write_text("usage_usec 7000000\n")
        assert box.computed() == 7.0
        assert box.reason == ""
        (folder / "memory.events").write_text("oom_kill 1\n")
        assert "300 MiB" in box.reason
    assert ("cgroup.kill", "1") in kernel.written
    assert not folder.exists()
    assert box.computed() == 7.0


def test_no_code_runs_outside_of_the_group(
    kernel: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, value: str | int) -> None:
        if path.parent.name.startswith("sandbox-") and path.name == "cgroup.procs":
            assert not Path(f"/proc/{value}/task/{value}/children").read_text()  # it waits
            raise PermissionError(errno.EACCES, "Permission denied")
        kernel.write(path, value)

    monkeypatch.setattr(sandbox, "_parent_of_groups", lambda: kernel.here)
    monkeypatch.setattr(cgroup, "_write", refuse)
    with pytest.raises(SandboxUnavailableError, match="can't enter the control group"):
        Sandbox([sys.executable, "-c", "print('ran')"], limits=Limits(), stdout=1)
    assert not list(kernel.here.glob("sandbox-*"))
