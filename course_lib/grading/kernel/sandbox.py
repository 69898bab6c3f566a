"""A bubblewrap sandbox for code that nobody has read, and a watchdog that bounds its memory.

Inside there is no network, no other process, no file but Python and the course, nothing writable
but three small memory folders, and a clean environment. Seen from outside, the processes belong to
a user that owns nothing. The sandbox dies with the thread that started it; start it from one that
outlives it.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import platform
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import course_lib
from course_lib.errors import CourseError
from course_lib.grading.errors import GradingError
from course_lib.grading.kernel.cgroup import Group, delegated
from course_lib.grading.kernel.compiled import compile_modules
from course_lib.grading.kernel.counted import computed_seconds, descendants, memory_bytes
from course_lib.grading.kernel.limits import Limits
from course_lib.grading.kernel.syscalls import MACHINES, syscall_filter

__all__ = [
    "FILES",
    "HOME",
    "REPEATABLE",
    "Sandbox",
    "SandboxUnavailableError",
    "explain_failure",
    "require_sandbox",
    "sandbox_command",
]

HOME = "/tmp"  # also the working folder; the largest of the writable folders
FILES = "/run/course"  # small and writable: the kernel's sockets and the caller's files lie here
_MATPLOTLIB = f"{HOME}/.matplotlib"
_WRITABLE = {HOME: 1.0, "/dev/shm": 0.25, FILES: 0.02}  # share of the scratch space

# Real user ids for sandboxes started by root; Debian keeps this range free of login users.
_SPARE_USERS = range(64000, 65000)
_SAMPLE_SECONDS = 0.3
_INODE_BYTES = 1024  # an empty file in a memory folder takes no block, but about this much memory

# The same submission gets the same grade twice, on one core, since many are graded side by side.
REPEATABLE = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
_ENVIRONMENT = {
    "HOME": HOME,
    "USER": "student",
    "LOGNAME": "student",
    "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TMPDIR": HOME,
    "MPLCONFIGDIR": _MATPLOTLIB,
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    **REPEATABLE,
}

# Runs first inside the sandbox: limits must be set there, since processes are counted per user
# namespace, and the user must change before any foreign code runs.
_LAUNCHER = """
import ctypes, json, os, resource, sys
limits, uid, argv = json.loads(sys.argv[1])
for name, value in limits.items():
    number = getattr(resource, name)
    hard = resource.getrlimit(number)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(number, (value, value))
if uid is not None:
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(64):
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP; unknown numbers fail, as they may
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    nothing = (ctypes.c_uint32 * 6)()
    if libc.capset((ctypes.c_uint32 * 2)(0x20080522, 0), nothing):
        raise OSError(ctypes.get_errno(), "capset")
os.execv(argv[0], argv)
"""


class SandboxUnavailableError(CourseError):
    """This computer cannot run the sandbox; the text says why and what to do."""


def _limits_of_a_process(limits: Limits) -> dict[str, int]:
    return {
        "RLIMIT_DATA": limits.data_bytes,
        "RLIMIT_AS": limits.address_bytes,
        "RLIMIT_NPROC": limits.processes,
        # one process alone; what counts is the sum over all, without a kernel's start
        "RLIMIT_CPU": limits.cpu_seconds + int(limits.start_seconds),
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_CORE": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_SIGPENDING": 1024,  # signals and timers that wait in the kernel's memory
        "RLIMIT_RTPRIO": 0,  # a desktop may let its users go before all others
        "RLIMIT_NICE": 0,
    }


def _python_folders() -> Iterator[Path]:
    """Where the interpreter, its libraries and the installed packages lie; never a whole prefix.

    A virtual environment may be the very folder of the repository, so only the parts that Python
    uses are shown. Each link on the way to the interpreter may name its prefix differently.
    """
    prefixes = {Path(sys.prefix), Path(sys.base_prefix)}
    link = Path(sys.executable)
    while True:
        prefixes.add(link.parent.parent)
        if not link.is_symlink():
            break
        link = link.parent / os.readlink(link)
    for prefix in sorted(prefixes):
        for part in ("bin", "lib", "lib64", "pyvenv.cfg"):
            if (prefix / part).exists() and not prefix.is_relative_to("/usr"):
                yield Path(os.path.normpath(prefix / part))


def _passable(path: Path) -> list[str]:
    """The folders above a path, open to all; bwrap would make them for root alone."""
    return [word for folder in reversed(path.parents[:-1]) for word in ("--dir", str(folder))]


def _visible_files() -> list[str]:
    """The bwrap options that fill the read-only root."""
    options = ["--ro-bind", "/usr", "/usr"]
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"):
        if os.path.islink(name):
            options += ["--symlink", os.readlink(name), name]
        else:
            options += ["--ro-bind-try", name, name]
    options += ["--dir", "/etc"]
    for name in ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime"):
        options += ["--ro-bind-try", name, name]
    for folder in _python_folders():
        options += [*_passable(folder), "--ro-bind", str(folder), str(folder)]
    # The package alone: an editable install lies in the repository, beside the solutions. Its path
    # stays the same, so that the install finds it.
    package = Path(course_lib.__file__).resolve().parent
    grading = package / "grading"
    options += [*_passable(package), "--ro-bind", str(package), str(package)]
    options += ["--tmpfs", str(grading), "--dir", str(grading / "kernel")]
    for module in ("__init__.py", "kernel/__init__.py", "kernel/in_the_sandbox.py"):
        options += ["--ro-bind", str(grading / module), str(grading / module)]
    # What the judges know of right answers is no student's.
    judges = [str(path) for path in sorted((package / "checks").glob("set_*"))]
    emptied = [word for path in judges for word in ("--tmpfs", path, "--remount-ro", path)]
    return [*options, *emptied, "--remount-ro", str(grading)]


@functools.cache
def _list_of_fonts() -> list[str]:
    """The bwrap options for matplotlib's list of fonts.

    Each sandbox would make one anew, which takes seconds; if it takes more than five, a message
    about it stands in the output of a student's cell.
    """
    from matplotlib import font_manager, get_cachedir  # the import makes the list if there is none

    found = Path(get_cachedir()) / f"fontlist-v{font_manager.FontManager.__version__}.json"
    shown = f"{_MATPLOTLIB}/{found.name}"
    return ["--perms", "1777", "--dir", _MATPLOTLIB, "--ro-bind-try", str(found), shown]


def sandbox_command(
    argv: Sequence[str],
    *,
    limits: Limits,
    user: int | None,
    files: Mapping[str, int],
    filter_fd: int,
    info_fd: int,
    block_fd: int,
) -> list[str]:
    """The bwrap command line that runs `argv` in a sandbox.

    Args:
        argv: the command; its first word is an absolute path inside.
        limits: what it may use.
        user: the real user id that it runs under, if the caller is root; None for the caller's own,
            hidden in a user namespace.
        files: inherited file descriptor of the content of each file that appears in `FILES`.
        filter_fd: descriptor with the seccomp program.
        info_fd: descriptor to which bwrap reports the sandbox's first process.
        block_fd: descriptor from which that process reads a byte before it starts the command.
    """
    command = [_bwrap(), "--die-with-parent", "--new-session", "--info-fd", str(info_fd)]
    command += ["--block-fd", str(block_fd)]
    command += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    command += ["--unshare-cgroup-try", "--hostname", "course"]
    if user is None:
        command += ["--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"]
    else:
        # A user namespace would keep real uid 0, whom no process limit binds and to whom every file
        # belongs. The launcher gives these three up when it changes the user.
        command += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        command += ["--cap-add", "CAP_SETPCAP"]
    command += ["--dev", "/dev", "--proc", "/proc"]
    # A shared map of zero is memory that no count sees; full gives zeros too, and can't be mapped.
    command += ["--dev-bind", "/dev/full", "/dev/zero"]
    for folder, share in _WRITABLE.items():
        size = str(max(65536, int(limits.scratch_bytes * share)))
        command += [*_passable(Path(folder)), "--size", size, "--perms", "1777", "--tmpfs", folder]
    command += _visible_files() + _list_of_fonts()
    for name, descriptor in files.items():
        command += ["--perms", "0444", "--ro-bind-data", str(descriptor), f"{FILES}/{name}"]
    # A writable /proc would let a process lower its own place on the list of whom to kill first.
    for folder in ("/proc", "/dev", "/"):
        command += ["--remount-ro", folder]
    command += ["--chdir", HOME, "--clearenv"]
    for name, value in _ENVIRONMENT.items():
        command += ["--setenv", name, value]
    plan = json.dumps([_limits_of_a_process(limits), user, list(argv)])
    command += ["--seccomp", str(filter_fd), "--", sys.executable, "-I", "-S", "-c", _LAUNCHER]
    return [*command, plan]


def _pipe_holding(content: bytes) -> int:
    """A descriptor from which `content` can be read once."""
    if len(content) > 60_000:
        raise ValueError("A pipe holds 64 KiB without a reader; pass smaller files.")
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb") as file:
        file.write(content)
    return reader


def _claim_user() -> tuple[int, socket.socket] | None:
    """A user id of its own for root's next sandbox, since processes are counted per user.

    The claim is an abstract socket name: it ends with this process, however that ends.
    """
    if os.getuid() != 0:
        return None
    for user in _SPARE_USERS:
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            claim.bind(f"\0course-sandbox-{user}")
        except OSError:  # another sandbox has it
            claim.close()
            continue
        return user, claim
    raise SandboxUnavailableError(
        f"All {len(_SPARE_USERS)} user ids for sandboxes are taken. Grade fewer at once (--jobs)."
    )


class Sandbox:
    """A command that runs in a sandbox until it ends, is closed, or takes too much memory.

    Args:
        argv: the command; its first word is an absolute path inside.
        limits: what it may use. Time is the caller's business.
        files: name → content of small files that appear, read-only, in `FILES`.
        stdout: where its output goes, as for `subprocess.Popen`; nowhere by default.

    Its stderr is a pipe at `process.stderr`; close it, or a talkative command blocks.

    Raises:
        SandboxUnavailableError: if bwrap does not come up.
    """

    process: subprocess.Popen[bytes]

    def __init__(
        self,
        argv: Sequence[str],
        *,
        limits: Limits,
        files: Mapping[str, bytes] | None = None,
        stdout: int = subprocess.DEVNULL,
    ) -> None:
        self._reason = ""
        self._first = -1
        self._limits = limits
        self._over = threading.Event()
        refused_calls = _filter_of_this_machine()
        self._group: Group | None = None
        claim = _claim_user()
        self._claim = claim[1] if claim else None
        inherited = {name: _pipe_holding(content) for name, content in (files or {}).items()}
        filter_fd = _pipe_holding(refused_calls)
        info, info_writer = os.pipe()
        block, go_on = os.pipe()
        try:
            self._group = _group(limits)
            self.process = subprocess.Popen(
                sandbox_command(
                    argv,
                    limits=limits,
                    user=claim[0] if claim else None,
                    files=inherited,
                    filter_fd=filter_fd,
                    info_fd=info_writer,
                    block_fd=block,
                ),
                pass_fds=[*inherited.values(), filter_fd, info_writer, block],
                env={},  # an unprivileged student can read that of bwrap's first process
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=subprocess.PIPE,
                start_new_session=True,  # a Ctrl-C at the terminal is for the grader
            )
        except BaseException:
            os.close(info)
            os.close(go_on)
            self._release()
            raise
        finally:
            for descriptor in (*inherited.values(), filter_fd, info_writer, block):
                os.close(descriptor)
        try:
            self.first_pid = self._read_first_pid(info)
            self._first = os.pidfd_open(self.first_pid)
            _volunteer(self.first_pid)
            if self._group is not None:
                self._group.enter(self.first_pid)
            os.write(go_on, b"!")
        except (OSError, ValueError, KeyError, GradingError) as error:
            # Leaves first: a child would miss the end of a parent that dies too soon, and go on.
            for pid in reversed([*descendants(self.process.pid)]):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            stderr = self.process.communicate()[1].decode(errors="replace").strip()
            if self._first >= 0:
                os.close(self._first)
            self._release()
            ours = isinstance(error, GradingError)
            why = str(error) if ours else explain_failure(stderr or str(error))
            raise SandboxUnavailableError(why) from error
        finally:
            os.close(info)
            os.close(go_on)
        self._watchdog = threading.Thread(target=self._watch, name="sandbox-memory", daemon=True)
        self._watchdog.start()

    @staticmethod
    def _read_first_pid(info: int) -> int:
        text = b""
        deadline = time.monotonic() + 20
        while (left := deadline - time.monotonic()) > 0:
            if select.select([info], [], [], left)[0]:
                chunk = os.read(info, 4096)
                text += chunk
                if not chunk:
                    break
        return int(json.loads(text)["child-pid"])

    def outside_path(self, inside: str) -> str:
        """The path by which this process reaches a file of the sandbox's memory folders."""
        return f"/proc/{self.first_pid}/root{inside}"

    def alive(self) -> bool:
        """Whether the command still runs."""
        return self.process.poll() is None

    @property
    def reason(self) -> str:
        """Why it was killed, if it took too much."""
        if self._reason or self._group is None or not self._group.overflowed():
            return self._reason
        allowed = f"{self._limits.memory_bytes / 2**20:.0f} MiB"
        return f"it used more memory than the {allowed} that are allowed"

    def memory(self) -> int:
        """Bytes that the sandbox takes now: its processes, sockets and memory folders."""
        folders = sum(self._folder_bytes(folder) for folder in _WRITABLE)
        left = self._limits.memory_bytes - folders
        return folders + memory_bytes(descendants(self.first_pid), most=left)

    def computed(self) -> float:
        """Seconds that its processes have computed, those that have ended included.

        Without a control group, the first process inherits what others leave behind. A process that
        disowns its children hides their time; the clock on the wall bounds that.
        """
        if self._group is not None:
            return self._group.computed()
        return computed_seconds(descendants(self.first_pid))

    def _folder_bytes(self, folder: str) -> int:
        try:
            use = os.statvfs(self.outside_path(folder))
        except OSError:  # the sandbox has just ended
            return 0
        blocks = (use.f_blocks - use.f_bfree) * use.f_frsize
        return blocks + (use.f_files - use.f_ffree) * _INODE_BYTES

    def _watch(self) -> None:
        while not self._over.wait(_SAMPLE_SECONDS):
            try:
                memory = self.memory()
            except (OSError, ValueError) as error:  # what can't be measured can't be bounded
                self._reason = f"it hid its use of memory ({error})"
                self._kill()
                return
            if memory > self._limits.memory_bytes and self._running():
                self._reason = (
                    f"it used {memory / 2**20:.0f} MiB of memory; "
                    f"{self._limits.memory_bytes / 2**20:.0f} MiB are allowed"
                )
                self._kill()
                return

    def _running(self) -> bool:
        return not select.select([self._first], [], [], 0)[0]

    def _kill(self) -> None:
        # The first process of a pid namespace takes all others with it.
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._first, signal.SIGKILL)

    def close(self) -> None:
        """Kill what still runs and return when nothing is left; may be called twice."""
        if self._first < 0:
            return
        self._over.set()
        self._kill()
        # Its end is announced only after the last process of the namespace has gone.
        gone = select.select([self._first], [], [], 10)[0]
        self.process.kill()
        self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._watchdog.join()
        os.close(self._first)
        self._first = -1
        self._release()
        if not gone:
            raise CourseError(
                f"Process {self.first_pid} of a sandbox does not end, even when killed. "
                "Look for a hanging disk or debugger on this computer."
            )

    def _release(self) -> None:
        if self._group is not None:
            self._group.close()
        if self._claim is not None:
            self._claim.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _group(limits: Limits) -> Group | None:
    try:
        parent = _parent_of_groups()
        return None if parent is None else Group(parent, limits)
    except GradingError as error:
        raise SandboxUnavailableError(str(error)) from error


_parent_of_groups = functools.cache(delegated)


def _volunteer(pid: int) -> None:
    """If this computer runs out of memory, a process and what it starts are killed first."""
    Path(f"/proc/{pid}/oom_score_adj").write_text("1000")


def _bwrap() -> str:
    path = shutil.which("bwrap")
    if path is None:
        raise SandboxUnavailableError(
            "The sandbox needs bubblewrap, and there is no bwrap on this computer. Install it with "
            "`apt-get install bubblewrap` (Debian, Ubuntu) or `dnf install bubblewrap` (Fedora, "
            "RHEL)."
        )
    return path


def _filter_of_this_machine() -> bytes:
    if sys.platform != "linux":
        raise SandboxUnavailableError(
            f"The sandbox needs Linux; this is {platform.system()}. {_TRUSTED}"
        )
    if platform.machine() not in MACHINES:
        raise SandboxUnavailableError(
            f"The sandbox has no list of system calls for {platform.machine()}, only for "
            f"{' and '.join(MACHINES)}. Grade on such a computer."
        )
    return syscall_filter()


_TRUSTED = (
    "With --trusted, grading runs the same kernels without a sandbox. Students' code can then read "
    "and change your files, use the network and start processes; do so only for people you trust, "
    "or in a virtual machine made for it."
)


def explain_failure(stderr: str) -> str:
    """Why bwrap failed, and the next move."""
    if "Unknown option" in stderr:
        return f"This bubblewrap is too old ({stderr}). Install version 0.8 or newer."
    said = stderr[-500:] or "it said nothing"
    if "Traceback" in stderr or "ModuleNotFoundError" in stderr:  # so a sandbox was made
        return (
            f"Python does not start in the sandbox: {said}\n"
            "Install the course into this Python: python -m pip install --editable ."
        )
    return (
        f"bubblewrap is installed but cannot make a sandbox: {said}\n"
        "Usually this system forbids user namespaces. As root, allow them with one of\n"
        "    sysctl -w kernel.unprivileged_userns_clone=1               (Debian)\n"
        "    sysctl -w user.max_user_namespaces=10000                   (RHEL, hardened systems)\n"
        "    sysctl -w kernel.apparmor_restrict_unprivileged_userns=0   (Ubuntu 24.04 or newer)\n"
        "In a container, start it with --privileged, or with --security-opt seccomp=unconfined "
        f"--security-opt apparmor=unconfined --cap-add SYS_ADMIN. {_TRUSTED}"
    )


@functools.cache
def require_sandbox() -> None:
    """Prove that a sandbox comes up, with Python, network and limits as promised; once per process.

    Raises:
        SandboxUnavailableError: if it does not, with the next move.
    """
    compile_modules()
    proof = "import ipykernel, course_lib.grading; print('ready')"
    with Sandbox([sys.executable, "-c", proof], limits=Limits(), stdout=subprocess.PIPE) as sandbox:
        try:
            out, err = sandbox.process.communicate(timeout=60)
        except subprocess.TimeoutExpired as error:
            raise SandboxUnavailableError(
                "A sandboxed Python did not start within 60 seconds. Try again when this computer "
                "is less busy."
            ) from error
    if out.strip() != b"ready":
        raise SandboxUnavailableError(explain_failure(err.decode(errors="replace").strip()))
