"""The two ways to start a student's kernel process: in the sandbox, or trusted, as this user."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.connect import write_connection_file
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning import LocalProvisioner
from jupyter_core.utils import run_sync

from course_lib.grading.kernel.limits import Limits
from course_lib.grading.kernel.sandbox import (
    FILES,
    REPEATABLE,
    Sandbox,
    SandboxUnavailableError,
    explain_failure,
)

__all__ = ["KernelDeadError", "SandboxedKernel", "TrustedKernel"]


class KernelDeadError(Exception):
    """The kernel is gone; the text says why."""


PORTS = {  # over ipc, a "port" is the last part of a socket's file name
    "shell_port": 1,
    "iopub_port": 2,
    "stdin_port": 3,
    "hb_port": 4,
    "control_port": 5,
}
_CONNECTION_FILE = "kernel.json"


def kernel_command(connection_file: str) -> list[str]:
    """Start IPython's kernel, with this Python, whatever kernels the computer has installed."""
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", connection_file]
    # no history file, no colour codes in outputs
    return [*command, "--HistoryManager.enabled=False", "--InteractiveShell.colors=NoColor"]


class SandboxedKernel:
    """A kernel in the sandbox.

    Its sockets lie in the sandbox's own memory folder, so that nothing is shared with this
    computer's disk; this side reaches them through /proc.

    Raises:
        SandboxUnavailableError: if it does not come up.
    """

    def __init__(self, limits: Limits) -> None:
        sockets = f"{FILES}/s"
        info: dict[str, Any] = {
            "transport": "ipc",
            "ip": sockets,
            "key": secrets.token_hex(32),
            "signature_scheme": "hmac-sha256",
            **PORTS,
        }
        self._sandbox = Sandbox(
            kernel_command(f"{FILES}/{_CONNECTION_FILE}"),
            limits=limits,
            files={_CONNECTION_FILE: json.dumps(info).encode()},
        )
        outside = self._sandbox.outside_path(sockets)
        self.info = {**info, "ip": outside, "key": info["key"].encode()}
        self._await_sockets([f"{outside}-{port}" for port in PORTS.values()], limits.start_seconds)

    def _await_sockets(self, sockets: list[str], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        stderr = self._sandbox.process.stderr
        assert stderr is not None
        while not all(map(os.path.exists, sockets)):
            if self.alive() and time.monotonic() < deadline:
                time.sleep(0.02)
                continue
            said = "" if self.alive() else stderr.read(4000).decode(errors="replace").strip()
            self.close()
            raise SandboxUnavailableError(
                explain_failure(said)
                if said
                else f"The sandboxed kernel did not listen within {seconds:g} seconds. Try again "
                "when this computer is less busy."
            )
        stderr.close()  # unread, it would block a kernel that writes to it

    def alive(self) -> bool:
        """Whether its process still runs."""
        return self._sandbox.alive()

    def reason(self) -> str:
        """Why the watchdog killed it, or nothing."""
        return self._sandbox.reason

    def computed(self) -> float:
        """Seconds that its processes have computed, together."""
        return self._sandbox.computed()

    def signal_interrupt(self) -> bool:
        """No signal crosses the wall; the kernel interrupts itself at a message."""
        return False

    def close(self) -> None:
        """Kill it and all that it started; may be called twice."""
        self._sandbox.close()


class TrustedKernel:
    """The same kernel as an ordinary process of this user: limits on time and output only.

    Raises:
        KernelDeadError: if it does not come up.
    """

    def __init__(self, limits: Limits) -> None:
        self._folder = tempfile.mkdtemp(prefix="course-")
        file = str(Path(self._folder, "kernel.json"))
        key = secrets.token_hex(32).encode()
        if sys.platform == "win32":
            _, info = write_connection_file(file, ip="127.0.0.1", key=key, transport="tcp")
        else:
            sockets = str(Path(self._folder, "s"))
            _, info = write_connection_file(file, ip=sockets, key=key, transport="ipc")
        self.info: dict[str, Any] = {**info, "key": key}
        self._provisioner = LocalProvisioner(
            kernel_id=str(uuid.uuid4()), kernel_spec=KernelSpec(), parent=None
        )
        quiet = open(os.devnull, "r+b")  # noqa: SIM115  (closed below, once the kernel has its copy)
        with quiet:
            run_sync(self._provisioner.launch_kernel)(
                kernel_command(file),
                env=_environment(),
                cwd=self._folder,
                stdout=quiet,
                stderr=quiet,
            )
        self._await_sockets(time.monotonic() + limits.start_seconds)

    def _await_sockets(self, deadline: float) -> None:
        def listening() -> bool:
            if self.info["transport"] == "ipc":
                return all(os.path.exists(f"{self.info['ip']}-{self.info[name]}") for name in PORTS)
            return all(_answers(self.info["ip"], self.info[name]) for name in PORTS)

        while not listening():
            if time.monotonic() > deadline or not self.alive():
                self.close()
                raise KernelDeadError("it does not listen")
            time.sleep(0.05)

    def alive(self) -> bool:
        """Whether its process still runs."""
        return run_sync(self._provisioner.poll)() is None

    def reason(self) -> str:
        """Why the watchdog killed it, or nothing."""
        return ""

    def computed(self) -> float:
        """Seconds that its processes have computed, together."""
        total = 0.0
        for process in _family(self._provisioner.pid) if self._provisioner.has_process else ():
            with contextlib.suppress(psutil.Error):
                total += sum(process.cpu_times()[:4])  # with those of children that have ended
        return total

    def signal_interrupt(self) -> bool:
        """Interrupt where the kernel can't do so at a message; say whether that was needed."""
        if sys.platform != "win32":
            return False
        run_sync(self._provisioner.send_signal)(signal.SIGINT)
        return True

    def close(self) -> None:
        """Kill it and all that it started; may be called twice."""
        if self._provisioner.has_process:
            for process in _family(self._provisioner.pid):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            run_sync(self._provisioner.wait)()
        shutil.rmtree(self._folder, ignore_errors=True)


def _environment() -> dict[str, str]:
    """This process's environment, without the course's own secrets."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("COURSE_")}
    return {**ours, **REPEATABLE}


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=0.2).close()
    except OSError:
        return False
    return True


def _family(pid: int | None) -> Iterator[psutil.Process]:
    """A process and all below it, leaves first."""
    try:
        first = psutil.Process(pid)
        yield from reversed(first.children(recursive=True))
        yield first
    except psutil.NoSuchProcess:
        return
