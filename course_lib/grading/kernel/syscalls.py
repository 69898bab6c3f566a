"""The system calls that a student's process is refused, as a filter for Linux seccomp.

Namespaces and limits leave gaps that only the system call itself closes: memory that belongs to no
process (memfd, System V segments) escapes every memory count; a new user namespace gives back
capabilities and with them mounts of unlimited size; vsock leads out of a virtual machine although
the network namespace is empty.
"""

from __future__ import annotations

import errno
import platform
import struct

__all__ = ["MACHINES", "syscall_filter"]

# Numbers from the kernel's unistd tables. From 424 on, all machines share them.
_SHARED = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "pidfd_getfd": 438,
    "mount_setattr": 442,
    "memfd_secret": 447,
}
_X86_64 = {
    "shmget": 29, "msgget": 68, "ptrace": 101, "pivot_root": 155, "mount": 165, "umount2": 166,
    "mq_open": 240, "kexec_load": 246, "add_key": 248, "request_key": 249, "keyctl": 250,
    "unshare": 272, "perf_event_open": 298, "open_by_handle_at": 304, "setns": 308,
    "process_vm_readv": 310, "process_vm_writev": 311, "memfd_create": 319, "bpf": 321,
    "userfaultfd": 323,
}  # fmt: skip
_AARCH64 = {
    "umount2": 39, "mount": 40, "pivot_root": 41, "unshare": 97, "kexec_load": 104, "ptrace": 117,
    "mq_open": 180, "msgget": 186, "shmget": 194, "add_key": 217, "request_key": 218, "keyctl": 219,
    "perf_event_open": 241, "open_by_handle_at": 265, "setns": 268, "process_vm_readv": 270,
    "process_vm_writev": 271, "memfd_create": 279, "bpf": 280, "userfaultfd": 282,
}  # fmt: skip

# machine → (AUDIT_ARCH, refused calls, clone, socket); clone3 is 435 everywhere
MACHINES = {
    "x86_64": (0xC000003E, _X86_64, 56, 41),
    "aarch64": (0xC00000B7, _AARCH64, 220, 198),
}
_CLONE3 = 435
_NEW_NAMESPACES = 0x7E020000  # every CLONE_NEW… flag that clone understands
_SOCKET_FAMILIES = (
    1,
    2,
    10,
    16,
)  # unix, IPv4, IPv6, netlink: empty in a network namespace of its own

_LOAD, _EQUAL, _ABOVE, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data


def syscall_filter(machine: str | None = None) -> bytes:
    """The BPF program, for `bwrap --seccomp`; refused calls fail with EPERM.

    Args:
        machine: a key of `MACHINES`; this computer's by default.

    Raises:
        KeyError: for a machine without a table.

    >>> len(syscall_filter("x86_64")) % 8
    0
    """
    architecture, refused, clone, socket = MACHINES[machine or platform.machine()]
    refuse = _REFUSE | errno.EPERM
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, refuse),  # 32-bit calls would have other numbers
        (_LOAD, 0, 0, _NUMBER),
        (_ABOVE, 0, 1, 0x40000000),
        (_RETURN, 0, 0, refuse),  # so would the x32 calls
        # glibc falls back to clone, whose flags a filter can read
        (_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _REFUSE | errno.ENOSYS),
    ]
    for number in (*refused.values(), *_SHARED.values()):
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, refuse)]
    program += [
        (_EQUAL, 0, 3, clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, len(_SOCKET_FAMILIES) + 3, 0, _NEW_NAMESPACES),
        (_RETURN, 0, 0, _ALLOW),
        (_EQUAL, 0, len(_SOCKET_FAMILIES) + 2, socket),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        *((_EQUAL, len(_SOCKET_FAMILIES) - i, 0, f) for i, f in enumerate(_SOCKET_FAMILIES)),
        (_RETURN, 0, 0, refuse),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in program)
