"""The kernel's own accounting of a sandbox: a control group (cgroup v2) of its own.

It counts all memory that the kernel keeps for a group's processes, and all that they compute,
whomever they disown. It needs a group in which this user may make others: one that systemd
delegated (`systemd-run --user --scope -p Delegate=yes …`), found by itself, or one that the
variable GRADING_CGROUP names: a folder of a group for grading alone, or `own`, for this process's.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import time
from pathlib import Path

from course_lib.grading.errors import GradingError
from course_lib.grading.kernel.limits import Limits

__all__ = ["VARIABLE", "Group", "delegated"]

VARIABLE = "GRADING_CGROUP"
_MOUNT = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")
_CONTROLLERS = {"memory", "pids"}
_LEAF = "course-grader"
_TRIES = 20
_WITHOUT = (
    f"Start the command without Delegate=yes and {VARIABLE}, and memory is counted in another way."
)
_numbers = itertools.count()


def delegated(mount: Path = _MOUNT, own: Path = _OWN) -> Path | None:
    """The group in which this process may make others; None if there is none.

    Raises:
        GradingError: `VARIABLE` names one in which it can't.
    """
    named = os.environ.get(VARIABLE, "")
    folder = Path(named) if named not in ("", "own") else _own_group(mount, own)
    if folder is None:
        lacks = f"{own} names no group of cgroup v2"
    else:
        lacks = "" if named or _is_handed_over(folder) else "it isn't ours"
        lacks = lacks or _lacks(folder)
    if lacks and named:
        raise GradingError(
            f"{VARIABLE}={named} can't be used: {lacks}. Unset it, or start the command with "
            "`systemd-run --user --scope -p Delegate=yes`."
        )
    return None if lacks else folder


def _own_group(mount: Path, own: Path) -> Path | None:
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("0::/"):
            folder = mount / line.removeprefix("0::/")
            return folder.parent if folder.name == _LEAF else folder
    return None


def _is_handed_over(folder: Path) -> bool:
    """Whether systemd says so, or we have used it before; else others may rely on how it is."""
    if (folder / _LEAF).exists():
        return True
    for name in ("user.delegate", "trusted.delegate"):
        with contextlib.suppress(OSError, AttributeError):  # elsewhere there are no attributes
            if os.getxattr(folder, name) == b"1":
                return True
    return False


def _lacks(folder: Path) -> str:
    """What is missing for making groups in one, as a clause."""
    try:
        offered = set((folder / "cgroup.controllers").read_text().split())
    except OSError as error:
        return f"{folder} is no group of cgroup v2 ({error.strerror})"
    if missing := _CONTROLLERS - offered:
        return f"it doesn't account for {' and '.join(sorted(missing))}"
    files = [folder, *(folder / f"cgroup.{name}" for name in ("procs", "subtree_control"))]
    closed = [str(path) for path in files if not os.access(path, os.W_OK)]
    return f"{closed[0]} can't be written" if closed else ""


class Group:
    """A control group with a submission's limits; close it when its processes have been killed.

    Args:
        parent: what `delegated` found.
        limits: memory and number of processes; what exceeds the memory kills the whole group.

    Raises:
        GradingError: it can't be made.
    """

    def __init__(self, parent: Path, limits: Limits) -> None:
        self._computed = 0.0
        self._overflowed = False
        self._folder = parent / f"sandbox-{os.getpid()}-{next(_numbers)}"
        try:
            _make_room(parent)
            _sweep(parent)
            _make(self._folder)
            self._limit(limits)
        except OSError as error:
            raise GradingError(
                f"No control group can be made in {parent} ({error}). {_WITHOUT}"
            ) from error

    def _limit(self, limits: Limits) -> None:
        _write(self._folder / "memory.max", limits.memory_bytes)
        _write(self._folder / "memory.oom.group", 1)
        _write(self._folder / "pids.max", limits.processes + 2)  # and bubblewrap's own
        with contextlib.suppress(FileNotFoundError, PermissionError):  # a computer without swap
            _write(self._folder / "memory.swap.max", 0)

    def enter(self, pid: int) -> None:
        """Have a process in the group, and all that it will start.

        Raises:
            GradingError: it can't enter.
        """
        try:
            _write(self._folder / "cgroup.procs", pid)
        except OSError as error:
            raise GradingError(
                f"A process can't enter the control group {self._folder} ({error}). {_WITHOUT}"
            ) from error

    def computed(self) -> float:
        """Seconds that its processes have computed, whatever became of them."""
        self._computed = max(self._computed, self._number("cpu.stat", "usage_usec") / 1e6)
        return self._computed

    def overflowed(self) -> bool:
        """Whether the kernel killed it because of its memory."""
        self._overflowed = self._overflowed or self._number("memory.events", "oom_kill") > 0
        return self._overflowed

    def _number(self, file: str, name: str) -> int:
        try:
            lines = (self._folder / file).read_text().splitlines()
        except OSError:  # it is closed
            return 0
        return sum(int(line.split()[1]) for line in lines if line.split()[0] == name)

    def close(self) -> None:
        """Kill what is in it and remove it; may be called twice."""
        self.computed()
        self.overflowed()
        with contextlib.suppress(OSError):  # kernels before 5.14 have no such file
            _write(self._folder / "cgroup.kill", 1)
        for _ in range(_TRIES):
            try:
                return _remove(self._folder)
            except FileNotFoundError:
                return None
            except OSError:  # its last process is on its way out
                time.sleep(0.02)
        return None  # the next one sweeps it


def _make_room(parent: Path) -> None:
    """Let a group have groups with limits: then it may hold no process itself, us among them."""
    control = parent / "cgroup.subtree_control"
    if set(control.read_text().split()) >= _CONTROLLERS:
        return
    _make(parent / _LEAF)
    for left in reversed(range(_TRIES)):
        for pid in (parent / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                _write(parent / _LEAF / "cgroup.procs", int(pid))
        try:
            return _write(control, " ".join(f"+{name}" for name in sorted(_CONTROLLERS)))
        except OSError as error:  # somebody has just started another process
            if error.errno != errno.EBUSY or not left:
                raise
    return None


def _sweep(parent: Path) -> None:
    """Remove groups whose grader was killed."""
    for folder in parent.glob("sandbox-*-*"):
        if not Path("/proc", folder.name.split("-")[1]).exists():
            with contextlib.suppress(OSError):
                _remove(folder)


def _make(folder: Path) -> None:
    folder.mkdir(exist_ok=True)


def _remove(folder: Path) -> None:
    folder.rmdir()  # with all its files, which are the kernel's


def _write(path: Path, value: str | int) -> None:
    path.write_text(str(value))
