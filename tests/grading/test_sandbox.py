"""The sandbox against code that wants out: files, network, rights, memory, and what it leaves."""

from __future__ import annotations

import ctypes
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

import course_lib
from course_lib.errors import InvalidInputError
from course_lib.grading.kernel import sandbox as sandbox_module
from course_lib.grading.kernel.counted import descendants, memory_bytes
from course_lib.grading.kernel.limits import Limits
from course_lib.grading.kernel.sandbox import (
    HOME,
    Sandbox,
    SandboxUnavailableError,
    require_sandbox,
)
from course_lib.grading.kernel.syscalls import CHECKED, MACHINES, NUMBERS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux only")

ROOT = Path(__file__).resolve().parents[2]
MiB = 2**20

# What each probe may use: `attempt` reports what a call says, instead of dying of it.
PRELUDE = """
import ctypes, errno, glob, json, os, resource, socket, subprocess, sys, time

def attempt(call, *args):
    try:
        result = call(*args)
        return result if isinstance(result, (str, int, list, dict)) else True
    except BaseException as error:
        return f"refused: {type(error).__name__}"

def tell(**found):
    print(json.dumps(found), flush=True)

libc = ctypes.CDLL(None, use_errno=True)
"""


def start(code: str, limits: Limits | None = None) -> Sandbox:
    source = PRELUDE + textwrap.dedent(code)
    return Sandbox(
        [sys.executable, "-c", source], limits=limits or Limits(), stdout=subprocess.PIPE
    )


def probe(code: str, limits: Limits | None = None) -> dict[str, Any]:
    """Run code in a sandbox of its own; what it told last."""
    with start(code, limits) as sandbox:
        out, err = sandbox.process.communicate(timeout=60)
    assert out, (err.decode(), sandbox.reason)
    return json.loads(out.splitlines()[-1])


def refused(answer: Any) -> bool:
    return isinstance(answer, str) and answer.startswith("refused")


def processes_with(marker: str) -> list[int]:
    """Processes whose command line or environment names the marker."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if any(marker in word for word in process.info["cmdline"] or []):
            found.append(process.pid)
    return found


def gone(marker: str, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while processes_with(marker):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


# Files


def test_only_python_and_the_course_can_be_seen(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden")
    secret.chmod(0o644)
    wanted = [secret, ROOT / "solutions", ROOT / "exercises", ROOT / "tests", ROOT / ".git"]
    wanted += [ROOT / "pyproject.toml", Path("/etc/shadow"), Path("/etc/hostname"), Path("/var")]
    wanted += [
        Path(course_lib.__file__).parent / "grading/kernel/sandbox.py",
        Path.home() / ".bashrc",
    ]
    desk = str(ROOT / "course_lib/grading")
    assert secret.exists()
    assert (ROOT / "pyproject.toml").exists()  # the test would see what it looks for
    found = probe(
        f"""
        import course_lib.networks, course_lib.grading
        tell(seen=[p for p in {list(map(str, wanted))!r} if os.path.exists(p)],
             root=sorted(os.listdir({str(ROOT)!r})), home=os.path.expanduser("~"), here=os.getcwd(),
             course=[name for *_, files in os.walk({desk!r}) for name in files])
        """
    )
    assert found["seen"] == []
    assert set(found["root"]) <= {"course_lib", Path(sys.prefix).name}
    assert sorted(found["course"]) == ["__init__.py", "__init__.py", "in_the_sandbox.py"]
    assert found["home"] == found["here"] == "/tmp"


def test_matplotlib_has_its_list_of_fonts_and_room_to_write() -> None:
    found = probe(
        """
        from unittest import mock
        import matplotlib, pathlib
        with mock.patch("threading.Timer") as slow:  # it would speak up after five seconds
            from matplotlib import font_manager
        folder = pathlib.Path(matplotlib.get_cachedir())
        (folder / "mine").write_text("x")
        listed = folder / f"fontlist-v{font_manager.FontManager.__version__}.json"
        tell(made=slow.called, fonts=len(font_manager.fontManager.ttflist), folder=str(folder),
             written=attempt(listed.write_text, "x"))
        """
    )
    assert found["made"] is False
    assert found["fonts"] > 9
    assert found["folder"] == f"{HOME}/.matplotlib"
    assert refused(found["written"])


def test_nothing_can_be_written_but_small_memory_folders() -> None:
    folders = ["/", "/usr", "/etc", "/dev", "/work", sys.prefix, sys.base_prefix, "/run", "/proc"]
    folders += [str(ROOT), str(ROOT / "course_lib"), str(ROOT / "course_lib" / "grading")]
    found = probe(
        f"""
        def write(folder):
            with open(folder + "/written-from-inside", "w") as file:
                file.write("x")
        tell(outside={{f: attempt(write, f) for f in {folders!r}}},
             inside={{f: attempt(write, f) for f in ("/tmp", "/dev/shm", "/run/course")}},
             hostname=attempt(open, "/proc/sys/kernel/hostname", "w"),
             core=attempt(open, "/proc/sys/kernel/core_pattern", "w"),
             source=attempt(open, {course_lib.__file__!r}, "a"))
        """
    )
    assert {f: a for f, a in found["outside"].items() if not refused(a)} == {}
    assert all(answer is True for answer in found["inside"].values())
    assert refused(found["hostname"])
    assert refused(found["core"])
    assert refused(found["source"])
    assert not list(ROOT.rglob("written-from-inside"))


def test_filling_the_disk_stops_at_the_scratch_size() -> None:
    found = probe(
        """
        def fill(folder):
            written = 0
            try:
                for i in range(1000):
                    with open(f"{folder}/{i}", "wb") as file:
                        file.write(b"x" * 2**20)
                    written += 2**20
            except OSError as error:
                return [written, error.errno]
        def one_large_file():
            with open("/dev/shm/large", "wb") as file:
                file.truncate(10 * 2**20)
        tell(large=attempt(one_large_file), tmp=fill("/tmp"), shm=fill("/dev/shm"))
        """,
        Limits(scratch_bytes=16 * MiB, file_bytes=8 * MiB),
    )
    assert refused(found["large"])
    for written, why in (found["tmp"], found["shm"]):
        assert written <= 16 * MiB
        assert why == 28  # ENOSPC


# Network and other processes


def test_there_is_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as host:
        name = f"course-test-{uuid.uuid4().hex}"
        host.bind(f"\0{name}")
        host.listen()
        port = server.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), timeout=5).close()  # outside it works
        found = probe(
            f"""
            def unix(name):
                socket.socket(socket.AF_UNIX).connect(name)
            tell(host=attempt(socket.create_connection, ("127.0.0.1", {port}), 2),
                 internet=attempt(socket.create_connection, ("1.1.1.1", 53), 2),
                 abstract=attempt(unix, "\\0{name}"),
                 vsock=attempt(socket.socket, 40), packet=attempt(socket.socket, 17, 3),
                 crypto=attempt(socket.socket, 38, 5),
                 pair=attempt(lambda: socket.socketpair() and True),
                 tipc=attempt(socket.socketpair, 30), netlink=attempt(socket.socket, 16, 3, 9),
                 udp=attempt(socket.socket, 2, 2), six=attempt(socket.socket, 10, 1),
                 mptcp=attempt(socket.socket, 2, 1, 262),
                 names=[name for _, name in socket.if_nameindex()])
            """
        )
    ways = ["host", "internet", "abstract", "vsock", "packet", "crypto"]
    for way in [*ways, "tipc", "netlink", "udp", "six", "mptcp"]:
        assert refused(found[way]), way
    assert found["pair"] is True
    assert set(found["names"]) <= {"lo", "sit0", "tunl0", "ip6tnl0"}


def test_other_processes_and_the_environment_stay_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = uuid.uuid4().hex
    monkeypatch.setenv("COURSE_SECRET", secret)
    code = """
        def read(path):
            with open(path, "rb") as file:
                return file.read().decode("latin-1")
        found = [attempt(read, p) for p in glob.glob("/proc/[0-9]*/environ")]
        found += [attempt(read, p) for p in glob.glob("/proc/[0-9]*/cmdline")]
        tell(names=sorted(os.environ), read=found, host=socket.gethostname(),
             pids=[p for p in os.listdir("/proc") if p.isdigit()],
             terminal=attempt(open, "/dev/tty"))
        """
    found = probe(code)
    assert not any(secret in str(text) for text in found["read"])
    assert "COURSE_SECRET" not in found["names"]
    assert len(found["pids"]) == 2
    assert found["host"] == "course"
    assert refused(found["terminal"])
    source = PRELUDE + textwrap.dedent(code)
    outside = subprocess.run([sys.executable, "-c", source], capture_output=True, check=True)
    assert secret in outside.stdout.decode()  # the same code finds it where it is


def test_two_sandboxes_are_two_users_who_cannot_meet() -> None:
    code = """
        there = os.path.exists("mine")
        open("mine", "w").close()
        tell(there=there, pids=sum(name.isdigit() for name in os.listdir("/proc")))
        time.sleep(60)
        """
    with start(code) as one, start(code) as other:
        for box in (one, other):
            assert box.process.stdout is not None
            assert json.loads(box.process.stdout.readline()) == {"there": False, "pids": 2}
        users = {psutil.Process(box.first_pid).children()[0].uids().real for box in (one, other)}
    if os.getuid() == 0:
        assert len(users) == 2


# Rights


def test_from_outside_the_process_is_nobody_with_no_rights() -> None:
    with start("tell(ready=1); time.sleep(60)") as sandbox:
        assert sandbox.process.stdout is not None
        sandbox.process.stdout.readline()
        (child,) = psutil.Process(sandbox.first_pid).children(recursive=True)
        status = Path(f"/proc/{child.pid}/status").read_text()
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        expected = "\t".join([fields["Uid"].split()[0]] * 4)
        assert fields["Uid"] == expected
        assert fields["Uid"].split()[0] != "0"
        assert fields["Groups"].strip() in ("", "65534", str(os.getgid()))
        for capabilities in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(fields[capabilities], 16) == 0, capabilities
        if os.getuid() == 0:
            assert int(fields["CapBnd"], 16) == 0
        assert fields["NoNewPrivs"] == "1"
        assert fields["Seccomp"] == "2"
        for kind in ("pid", "net", "ipc", "uts", "mnt", "cgroup"):
            own = os.stat(f"/proc/self/ns/{kind}").st_ino
            assert os.stat(f"/proc/{child.pid}/ns/{kind}").st_ino != own, kind


def test_rights_and_limits_cannot_be_taken_back() -> None:
    found = probe(
        """
        def call(name, *args):
            if getattr(libc, name)(*args) < 0:
                raise OSError(ctypes.get_errno(), name)
        def more(name):
            resource.setrlimit(getattr(resource, "RLIMIT_" + name), (resource.RLIM_INFINITY,) * 2)
        def clone_user():
            if libc.syscall(56, 0x10000011, 0, 0, 0, 0) < 0:  # clone, on x86_64 only
                raise OSError(ctypes.get_errno())
        def fork():
            return os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)[1]
        names = ["NPROC", "AS", "DATA", "CPU", "FSIZE", "NOFILE", "CORE", "SIGPENDING", "RTPRIO"]
        tell(user=attempt(os.setuid, 0), namespace=attempt(call, "unshare", 0x10000000),
             mounts=attempt(call, "mount", b"none", b"/tmp", b"tmpfs", 0, None),
             clone=attempt(clone_user) if os.uname().machine == "x86_64" else "refused",
             trace=attempt(call, "ptrace", 0, 0, 0, 0), memfd=attempt(os.memfd_create, "x"),
             segment=attempt(call, "shmget", 0, 2**20, 0o1600), fork=attempt(fork),
             score=attempt(open, "/proc/self/oom_score_adj", "w"),
             scored=open("/proc/self/oom_score_adj").read(),
             su=attempt(subprocess.check_call, ["/bin/su", "-c", "true"]),
             limits={name: attempt(more, name) for name in names})
        """
    )
    ways = ("user", "namespace", "mounts", "clone", "trace", "memfd", "segment", "su", "score")
    for way in ways:
        assert refused(found[way]), way
    assert found["scored"] == "1000\n"  # the first to go if this computer runs out of memory
    assert not refused(found["fork"])
    assert all(map(refused, found["limits"].values())), found["limits"]


# Memory and processes


def test_a_fork_bomb_meets_its_limit_and_leaves_nothing() -> None:
    marker = uuid.uuid4().hex
    with start(
        f"""
        # {marker}
        children = 0
        try:
            while True:
                if os.fork() == 0:
                    time.sleep(100)
                    os._exit(0)
                children += 1
        except OSError as error:
            tell(children=children, why=error.errno)
        time.sleep(100)
        """,
        Limits(processes=40),
    ) as sandbox:
        assert sandbox.process.stdout is not None
        found = json.loads(sandbox.process.stdout.readline())
        assert found["why"] == 11  # EAGAIN
        assert 30 <= found["children"] < 40
        assert len(processes_with(marker)) > 30  # so the next line could fail
        sandbox.close()
        assert processes_with(marker) == []
    assert sandbox.reason == ""


def test_threads_count_as_processes() -> None:
    found = probe(
        """
        import threading
        started = 0
        try:
            while started < 200:
                threading.Thread(target=time.sleep, args=(2,), daemon=True).start()
                started += 1
        except RuntimeError:
            pass
        tell(started=started)
        os._exit(0)
        """,
        Limits(processes=40),
    )
    assert 30 <= found["started"] < 40


BOMBS = {
    "private": "x = bytearray(400 * 2**20)",
    "many processes": """
        for i in range(8):
            if os.fork() == 0:
                x = bytearray(60 * 2**20)
                time.sleep(60)
        """,
    "sockets": """
        for i in range(4):
            if os.fork() == 0:
                pairs = [socket.socketpair() for _ in range(100)]
                time.sleep(60)
        """,
    "empty files": """
        for i in range(10**6):
            os.close(os.open(f"/tmp/{i}", os.O_CREAT | os.O_WRONLY))
        """,
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_memory_bomb_is_killed_and_the_neighbour_lives(kind: str) -> None:
    marker = uuid.uuid4().hex
    code = f"# {marker}\ntell(ready=1)\n{textwrap.dedent(BOMBS[kind])}\ntime.sleep(60)"
    with start("time.sleep(60)") as neighbour:
        with start(code, Limits(memory_bytes=200 * MiB)) as bomb:
            bomb.process.wait(timeout=30)
            assert "MiB" in bomb.reason
            assert gone(marker)
        assert neighbour.alive()


# What the kernel keeps for a process, and the bytes that it is at least.
KEPT = {
    "sockets": ("held = [socket.socketpair() for _ in range(100)]", 200 * 212_992),
    "tables": ("for i in range(0, 2**32, 2**21): area[i]", 2048 * 4096),
    "pieces": ("for i in range(0, 2**26, 8192): libc.mprotect(at + i, 4096, 0)", 2**14 * 200),
}


def test_what_the_kernel_keeps_for_a_process_counts() -> None:
    code = """
        import mmap
        area = mmap.mmap(-1, 2**32, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ)
        libc.mmap.restype = ctypes.c_void_p
        at = libc.mmap(None, ctypes.c_size_t(2**26), 3, 34, -1, ctypes.c_long(0))
        libc.mprotect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        def wait(name):
            tell(ready=name)
            while not os.path.exists(name):
                time.sleep(0.01)
        """
    steps = [line for name, (step, _) in KEPT.items() for line in (f"wait({name!r})", step)]
    with start("\n".join([textwrap.dedent(code), *steps, "wait('end')"])) as box:
        assert box.process.stdout is not None
        taken = []
        for name in (*KEPT, "end"):
            assert json.loads(box.process.stdout.readline()) == {"ready": name}
            quick, exact = (
                memory_bytes(descendants(box.first_pid), most=most) for most in (2**40, 0)
            )
            taken.append(min(quick, exact))
            assert box.memory() >= quick
            Path(box.outside_path(f"{HOME}/{name}")).touch()
    grown = [after - before for before, after in itertools.pairwise(taken)]
    least = [bytes_ for _, bytes_ in KEPT.values()]
    assert all(np.greater_equal(grown, least)), dict(zip(KEPT, grown, strict=True))


def test_memory_that_no_count_sees_is_refused() -> None:
    machine = os.uname().machine
    found = probe(
        f"""
        import fcntl, mmap, signal
        def error(name, *args):
            ctypes.set_errno(0)
            result = libc.syscall(numbers.get(name, name), *map(ctypes.c_long, args))
            return errno.errorcode[ctypes.get_errno()] if result == -1 else "done"
        numbers = {NUMBERS[machine]!r}
        some = {sorted(CHECKED)!r}
        zero = os.open("/dev/zero", os.O_RDWR)
        pair = socket.socketpair()[0]
        lock = os.open("lock", os.O_CREAT | os.O_RDWR)
        private, shared, anonymous, huge = 2, 1, 32, 0x40000
        def room(flags, fd=-1):
            return error("mmap", 0, 4096, 3, flags, fd, 0)
        tell(whole={{name: error(name) for name in numbers if name not in some}},
             later=[error(number) for number in (463, 469, 600, 0x40000000 + 39)],
             map=[room(shared | anonymous), room(3 | anonymous), room(private | anonymous | huge),
                  room(private | anonymous), room(private, lock), room(shared, lock)],
             zero=[room(shared, zero), os.read(zero, 2).hex()],
             buffer=[attempt(pair.setsockopt, socket.SOL_SOCKET, name, 2**20)
                     for name in (socket.SO_SNDBUF, socket.SO_RCVBUF, socket.SO_KEEPALIVE)],
             lock=[error("fcntl", lock, command, 0) for command in (6, 7, 37, 38, 1)],
             flock=attempt(fcntl.flock, lock, fcntl.LOCK_EX),
             hide=[error("prctl", option, 0, 0, 0, 0) for option in (4, 22, 3)])
        """
    )
    assert found["whole"].pop("clone3") == "ENOSYS"
    assert set(found["whole"].values()) == {"EPERM"}
    assert found["later"] == ["ENOSYS"] * 4
    assert found["map"] == ["EPERM"] * 3 + ["done"] * 3
    assert found["zero"] == ["ENODEV", "0000"]
    assert found["buffer"] == ["refused: PermissionError"] * 2 + [True]
    assert found["lock"] == ["ENOLCK"] * 4 + ["done"]
    assert found["flock"] is True
    assert found["hide"] == ["EPERM", "EPERM", "done"]


def known_numbers(machine: str) -> dict[str, int]:
    """What this computer's libseccomp, or else its kernel's headers, say of the calls we name."""
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        headers = [*Path("/usr/include").glob(f"{machine}-linux-gnu/asm/unistd_64.h")]
        headers += [*Path("/usr/include/asm").glob("unistd_64.h")]
        lines = [line.split() for path in headers[:1] for line in path.read_text().splitlines()]
        found = {line[1]: line[2] for line in lines if line[:1] == ["#define"] and len(line) == 3}
        return {name: int(found[f"__NR_{name}"]) for name in NUMBERS[machine] if found}
    resolve = library.seccomp_syscall_resolve_name_arch
    architecture = ctypes.c_uint32(MACHINES[machine])
    return {name: resolve(architecture, name.encode()) for name in NUMBERS[machine]}


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_of_the_calls_are_the_kernels(machine: str) -> None:
    known = known_numbers(machine)
    if not known:
        assert not Path("/usr/include/asm").exists()
        print(f"Not here: neither libseccomp nor the kernel's headers for {machine}.")
        return
    ours = NUMBERS[machine]
    assert {name: (ours[name], known[name]) for name in known if ours[name] != known[name]} == {}
    assert set(CHECKED) <= set(ours)


def test_shared_pages_count_once() -> None:
    with start(
        """
        x = bytearray(100 * 2**20)
        for i in range(6):
            if os.fork() == 0:
                time.sleep(60)
        tell(ready=1)
        time.sleep(60)
        """,
        Limits(memory_bytes=300 * MiB),
    ) as sandbox:
        assert sandbox.process.stdout is not None
        sandbox.process.stdout.readline()
        time.sleep(1)
        assert sandbox.alive()
        assert sandbox.reason == ""
        assert 100 * MiB < sandbox.memory() < 300 * MiB


def test_a_single_process_gets_a_memory_error_it_can_read() -> None:
    found = probe("tell(big=attempt(bytearray, 400 * 2**20))", Limits(data_bytes=200 * MiB))
    assert found["big"] == "refused: MemoryError"


# The end


def test_background_processes_end_with_the_command() -> None:
    marker = uuid.uuid4().hex
    found = probe(
        f"""
        stay = "import os, signal, time; signal.signal(15, signal.SIG_IGN); os.fork()"
        stay += "; time.sleep(99) # {marker}"
        command = ["/usr/bin/setsid", sys.executable, "-c", stay]
        tell(pid=subprocess.Popen(command).pid)
        """
    )
    assert found["pid"]
    assert gone(marker)


def test_killing_the_grader_ends_the_sandbox() -> None:
    marker = uuid.uuid4().hex
    grader = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(
                f"""
                import sys, time
                from course_lib.grading.kernel.limits import Limits
                from course_lib.grading.kernel.sandbox import Sandbox
                code = "import os, time; print('up', flush=True); os.fork()"
                code += "; time.sleep(99) # {marker}"
                sandbox = Sandbox([sys.executable, "-c", code], limits=Limits(), stdout=None)
                time.sleep(99)
                """
            ),
        ],
        stdout=subprocess.PIPE,
    )
    assert grader.stdout is not None
    assert grader.stdout.readline() == b"up\n"
    inside = [pid for pid in processes_with(marker) if pid != grader.pid]
    assert inside
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    grader.stdout.close()  # reading on would wait for what should be gone
    assert gone(marker)


# Refusing


@pytest.fixture
def fresh_check() -> Iterator[None]:
    require_sandbox.cache_clear()
    yield
    require_sandbox.cache_clear()


@pytest.mark.usefixtures("fresh_check")
def test_this_computer_has_a_sandbox() -> None:
    require_sandbox()


@pytest.mark.usefixtures("fresh_check")
def test_without_bubblewrap_the_next_move_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxUnavailableError, match="apt-get install bubblewrap"):
        require_sandbox()


@pytest.mark.usefixtures("fresh_check")
@pytest.mark.parametrize(
    ("says", "advice"),
    [
        (
            "bwrap: No permissions to create a new namespace",
            "apparmor_restrict_unprivileged_userns",
        ),
        ("bwrap: Unknown option --size", "0.8 or newer"),
    ],
)
def test_a_bubblewrap_that_fails_is_explained(
    says: str, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text(f"#!/bin/sh\necho '{says}' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxUnavailableError, match=advice) as caught:
        require_sandbox()
    assert says in str(caught.value)


@pytest.mark.usefixtures("fresh_check")
def test_elsewhere_trusted_is_offered_with_its_price(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_module.sys, "platform", "darwin")
    with pytest.raises(SandboxUnavailableError, match="--trusted") as caught:
        require_sandbox()
    assert "read and change your files" in str(caught.value)


# Limits


@pytest.mark.parametrize(
    "wrong",
    [{"processes": 0}, {"cell_seconds": float("inf")}, {"file_bytes": 1.5}, {"text_bytes": True}],
)
def test_wrong_limits_cannot_be_built(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match=next(iter(wrong))):
        Limits(**wrong)


@pytest.mark.parametrize("text", ["nonsense", "[]", '{"memory": 1}', '{"processes": "many"}'])
def test_wrong_limits_cannot_be_read(text: str) -> None:
    with pytest.raises(InvalidInputError):
        Limits.from_json(text)
