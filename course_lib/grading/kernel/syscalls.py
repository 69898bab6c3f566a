"""The system calls that a student's process is refused, as a filter for Linux seccomp.

Namespaces and limits leave gaps that only the system call itself closes: memory that belongs to no
process (memfd, System V segments and semaphores, shared memory without a file, locks, watches)
escapes every memory count; a new user namespace gives back capabilities and with them mounts of
unlimited size; vsock leads out of a virtual machine although the network namespace is empty.

This is a list of what is refused, not of what is allowed. Python, numpy, torch and the C libraries
under them use some two hundred calls, others with each release and each machine; a call that such a
list forgot would take points from honest work, in the middle of a cell. But the list ends: whatever
is newer than `_LOOKED_AT` fails as on a kernel without it, which programs must expect anyway.
"""

from __future__ import annotations

import errno
import platform
import struct

__all__ = ["CHECKED", "MACHINES", "NUMBERS", "syscall_filter"]

# Numbers from the kernel's unistd tables. From 424 on, all machines share them.
_SHARED = {
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "clone3": 435, "pidfd_getfd": 438, "mount_setattr": 442, "landlock_create_ruleset": 444,
    "landlock_add_rule": 445, "landlock_restrict_self": 446, "memfd_secret": 447,
}  # fmt: skip
_X86_64 = {
    "mmap": 9, "shmget": 29, "socket": 41, "socketpair": 53, "setsockopt": 54, "clone": 56,
    "semget": 64, "msgget": 68, "fcntl": 72, "ptrace": 101, "pivot_root": 155, "prctl": 157,
    "mount": 165, "umount2": 166, "io_setup": 206, "mq_open": 240, "kexec_load": 246,
    "add_key": 248, "request_key": 249, "keyctl": 250, "inotify_init": 253, "unshare": 272,
    "vmsplice": 278, "inotify_init1": 294, "perf_event_open": 298, "fanotify_init": 300,
    "open_by_handle_at": 304, "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311,
    "seccomp": 317, "memfd_create": 319, "bpf": 321, "userfaultfd": 323,
}  # fmt: skip
_AARCH64 = {
    "io_setup": 0, "fcntl": 25, "inotify_init1": 26, "umount2": 39, "mount": 40, "pivot_root": 41,
    "vmsplice": 75, "unshare": 97, "kexec_load": 104, "ptrace": 117, "prctl": 167, "mq_open": 180,
    "msgget": 186, "semget": 190, "shmget": 194, "socket": 198, "socketpair": 199,
    "setsockopt": 208, "add_key": 217, "request_key": 218, "keyctl": 219, "clone": 220,
    "mmap": 222, "perf_event_open": 241, "fanotify_init": 262, "open_by_handle_at": 265,
    "setns": 268, "process_vm_readv": 270, "process_vm_writev": 271, "seccomp": 277,
    "memfd_create": 279, "bpf": 280, "userfaultfd": 282,
}  # fmt: skip
_LOOKED_AT = 462  # mseal, of Linux 6.10

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # machine → AUDIT_ARCH
NUMBERS = {"x86_64": {**_X86_64, **_SHARED}, "aarch64": {**_AARCH64, **_SHARED}}

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_EQUAL, _ABOVE, _ANY_BIT = 0x15, 0x35, 0x45
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE = 0, 4  # offsets in struct seccomp_data

Step = tuple[int, int, int, int]  # code, steps to skip if true, if false, constant


def _argument(place: int) -> Step:
    return (_LOAD, 0, 0, 16 + 8 * place)  # its lower half: what the kernel looks at


def _fail(error: int = errno.EPERM) -> Step:
    return (_RETURN, 0, 0, _FAIL | error)


_PASS: Step = (_RETURN, 0, 0, _ALLOW)


def _if_in(place: int, values: tuple[int, ...], error: int = errno.EPERM) -> list[Step]:
    last = len(values) - 1
    tests = [(_EQUAL, last - i, i == last, value) for i, value in enumerate(values)]
    return [_argument(place), *tests, _fail(error), _PASS]


def _unless_in(place: int, values: tuple[int, ...]) -> list[Step]:
    last = len(values) - 1
    tests = [(_EQUAL, last - i + 1, 0, value) for i, value in enumerate(values)]
    return [_argument(place), *tests, _fail(), _PASS]


_NEW_NAMESPACES = 0x7E020000  # every CLONE_NEW… flag that clone understands
_SHARED_ANONYMOUS, _HUGE = 0x21, 0x40000  # of mmap
_SOL_SOCKET, _BUFFER_SIZES = 1, (7, 8)  # SO_SNDBUF, SO_RCVBUF
_UNIX, _INET, _NETLINK = 1, 2, 16
_LOCKS = (6, 7, 37, 38)  # F_SETLK, F_SETLKW and the same of open files: unlimited for each file
_HIDE, _SECCOMP = 4, 22  # PR_SET_DUMPABLE, PR_SET_SECCOMP

# Calls that are refused for some arguments only.
CHECKED: dict[str, list[Step]] = {
    "clone": [_argument(0), (_ANY_BIT, 0, 1, _NEW_NAMESPACES), _fail(), _PASS],
    "fcntl": _if_in(1, _LOCKS, errno.ENOLCK),
    # Pages that nobody maps any more stay as long as the mapping does, and no count sees them.
    "mmap": [
        _argument(3), (_ANY_BIT, 0, 1, _HUGE), _fail(), (_AND, 0, 0, _SHARED_ANONYMOUS),
        (_EQUAL, 0, 1, _SHARED_ANONYMOUS), _fail(), _PASS,
    ],
    "prctl": _if_in(0, (_HIDE, _SECCOMP)),
    # What a socket can hold is what it can hold by default; so it can be counted.
    "setsockopt": [
        _argument(1), (_EQUAL, 1, 0, _SOL_SOCKET), _PASS, *_if_in(2, _BUFFER_SIZES),
    ],
    # The network is empty. Forked processes print over TCP, which asks netlink for its addresses.
    "socket": [
        _argument(0), (_EQUAL, 0, 1, _UNIX), _PASS,
        (_EQUAL, 0, 4, _NETLINK), *_unless_in(2, (0,)),
        (_EQUAL, 1, 0, _INET), _fail(),
        _argument(1), (_AND, 0, 0, 0xF), (_EQUAL, 1, 0, 1), _fail(), *_unless_in(2, (0, 6)),
    ],
    "socketpair": _unless_in(0, (_UNIX,)),
}  # fmt: skip


def syscall_filter(machine: str | None = None) -> bytes:
    """The BPF program, for `bwrap --seccomp`; refused calls fail, most with EPERM.

    Args:
        machine: a key of `MACHINES`; this computer's by default.

    Raises:
        KeyError: for a machine without a table.

    >>> len(syscall_filter("x86_64")) % 8
    0
    """
    machine = machine or platform.machine()
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, MACHINES[machine]),
        _fail(),  # 32-bit calls would have other numbers
        (_LOAD, 0, 0, _NUMBER),
        (_ABOVE, 0, 1, _LOOKED_AT + 1),  # so would the x32 calls, far above
        _fail(errno.ENOSYS),
    ]
    for name, number in NUMBERS[machine].items():
        # glibc falls back to clone, whose flags a filter can read
        steps = CHECKED.get(name, [_fail(errno.ENOSYS if name == "clone3" else errno.EPERM)])
        program += [(_EQUAL, 0, len(steps), number), *steps]
    return b"".join(struct.pack("=HBBI", *step) for step in [*program, _PASS])
