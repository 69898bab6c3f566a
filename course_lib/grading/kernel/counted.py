"""What processes take, as this computer's /proc says: memory and computing time.

The kernel's own accounting is better; this is what is left where nobody may use it. Beside the
pages that a process has, the kernel keeps others for it: page tables, descriptions of its address
space, and what stands in its sockets. What is left out is little, since each process may open few
files: pipes (the kernel bounds their pages for each user), epoll (it takes at most a twenty-fifth
of all memory), terminals (a few thousand at most), timers (by a limit on signals).
"""

from __future__ import annotations

import errno
import functools
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

__all__ = ["computed_seconds", "descendants", "memory_bytes"]

_MAPPING_BYTES = 256  # the kernel's description of one part of an address space
# What a socket may hold where the computer doesn't say; the defaults of Linux.
_BUFFER_BYTES = {
    "wmem_default": 212_992,
    "optmem_max": 131_072,
    "tcp_rmem": 6_291_456,
    "tcp_wmem": 4_194_304,
}


def descendants(pid: int) -> Iterator[int]:
    """A process and all below it; one that ends meanwhile is skipped."""
    yield pid
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return
    for thread in threads:
        try:
            children = Path(f"/proc/{pid}/task/{thread}/children").read_text()
        except OSError:
            continue
        for child in children.split():
            yield from descendants(int(child))


def memory_bytes(pids: Iterable[int], *, most: int) -> int:
    """Bytes of these processes, and of the sockets in the first one's network.

    Resident memory counts shared pages once for each process; only if that sum exceeds `most` is
    the exact but slower proportional count taken.
    """
    pids = list(pids)
    kept = _socket_bytes(pids[0]) + sum(map(_mapping_bytes, pids))
    resident = kept + sum(_status_bytes(pid, "VmRSS", "VmSwap", "VmPTE") for pid in pids)
    if resident <= most:
        return resident
    return kept + sum(_status_bytes(pid, "VmPTE") + _proportional_bytes(pid) for pid in pids)


def computed_seconds(pids: Iterable[int]) -> float:
    """Seconds that these processes and their ended children have computed."""
    return sum(map(_ticks, pids)) / os.sysconf("SC_CLK_TCK")


def _of_process(read: Callable[..., int]) -> Callable[..., int]:
    """0 for a process that has ended meanwhile."""

    @functools.wraps(read)
    def tolerant(pid: int, *fields: str) -> int:
        try:
            return read(pid, *fields)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ESRCH, errno.ENXIO):  # the last: its network
                return 0
            raise

    return tolerant


@_of_process
def _status_bytes(pid: int, *fields: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
    return sum(_kilobytes(line) for line in lines if line.startswith(fields))


@_of_process
def _mapping_bytes(pid: int) -> int:
    try:
        return Path(f"/proc/{pid}/maps").read_bytes().count(b"\n") * _MAPPING_BYTES
    except PermissionError:  # of a program that may be run, but not read
        return 0


@_of_process
def _proportional_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except PermissionError:
        return _status_bytes(pid, "VmRSS", "VmSwap")
    return sum(_kilobytes(line) for line in lines if line.startswith(("Pss:", "SwapPss:")))


def _kilobytes(line: str) -> int:
    return int(line.split()[1]) * 1024


@_of_process
def _socket_bytes(pid: int) -> int:
    """The most that the sockets of its network can hold; none may get larger buffers."""
    words = Path(f"/proc/{pid}/net/sockstat").read_text().split()  # sockets: used 9 TCP: inuse 1 …
    used, tcp = int(words[2]), int(words[5])
    return used * _largest("core", "wmem_default", "optmem_max") + tcp * _largest(
        "ipv4", "tcp_rmem", "tcp_wmem"
    )


@functools.cache
def _largest(folder: str, *names: str) -> int:
    return sum(map(_setting, [f"/proc/sys/net/{folder}/{name}" for name in names]))


def _setting(path: str) -> int:
    try:
        return int(Path(path).read_text().split()[-1])  # the largest of one or three
    except OSError:  # a container may not see it
        return _BUFFER_BYTES[path.rpartition("/")[2]]


@_of_process
def _ticks(pid: int) -> int:
    after_its_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, after_its_name[11:15]))  # utime, stime and the same of ended children
