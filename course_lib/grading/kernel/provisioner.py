"""Start a Jupyter kernel inside the sandbox, as a jupyter_client kernel provisioner.

A kernel spec asks for it by name (`course-sandbox`); importing this module makes the name known.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import time
from importlib.metadata import EntryPoint
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning import KernelProvisionerBase, KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Unicode

from course_lib.grading.kernel.limits import Limits
from course_lib.grading.kernel.sandbox import (
    FILES,
    Sandbox,
    SandboxUnavailableError,
    explain_failure,
)

__all__ = ["NAME", "PORTS", "SandboxProvisioner", "kernel_command", "sandboxed_kernel"]

NAME = "course-sandbox"
PORTS = {  # over ipc, a "port" is the last part of a socket's file name
    "shell_port": 1,
    "iopub_port": 2,
    "stdin_port": 3,
    "hb_port": 4,
    "control_port": 5,
}
_CONNECTION_FILE = "kernel.json"
_SOCKETS = f"{FILES}/s"


def kernel_command(connection_file: str) -> list[str]:
    """Start IPython's kernel, with this Python, whatever kernels the computer has installed."""
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", connection_file]
    # no history file, no colour codes in outputs
    return [*command, "--HistoryManager.enabled=False", "--InteractiveShell.colors=NoColor"]


def sandboxed_kernel(limits: Limits) -> KernelSpec:
    """The kernel spec of a Python kernel in the sandbox."""
    spec = KernelSpec()
    spec.argv = kernel_command(f"{FILES}/{_CONNECTION_FILE}")
    spec.display_name = "Python in the course's sandbox"
    spec.language = "python"
    spec.interrupt_mode = "message"  # no signal crosses the sandbox's wall
    spec.metadata = {
        "kernel_provisioner": {"provisioner_name": NAME, "config": {"limits": limits.to_json()}}
    }
    return spec


class SandboxProvisioner(LocalProvisioner):
    """Launch a kernel in a `Sandbox` and say by which paths to reach its sockets.

    The sockets lie in the sandbox's own memory folder, so that nothing is shared with this
    computer's disk; this side reaches them through /proc.
    """

    limits = Unicode(help="Limits, as JSON").tag(config=True)
    sandbox: Sandbox | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Nothing to prepare on this side: ports and key are made at launch."""
        kwargs = await KernelProvisionerBase.pre_launch(self, **kwargs)
        return {**kwargs, "cmd": self.kernel_spec.argv}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel and wait until it listens.

        Raises:
            SandboxUnavailableError: if the sandbox or the kernel does not come up.
        """
        limits = Limits.from_json(self.limits)
        info: dict[str, Any] = {
            "transport": "ipc",
            "ip": _SOCKETS,
            "key": secrets.token_hex(32),
            "signature_scheme": "hmac-sha256",
            "kernel_name": NAME,
            **PORTS,
        }
        self.sandbox = Sandbox(
            cmd, limits=limits, files={_CONNECTION_FILE: json.dumps(info).encode()}
        )
        self.process = self.sandbox.process
        self.pid = self.sandbox.process.pid
        info["ip"] = self.sandbox.outside_path(_SOCKETS)
        await self._listening(limits.start_seconds)
        self.connection_info = {**info, "key": info["key"].encode()}  # type: ignore[typeddict-item]
        return self.connection_info

    async def _listening(self, seconds: float) -> None:
        assert self.sandbox is not None
        sockets = [self.sandbox.outside_path(f"{_SOCKETS}-{port}") for port in PORTS.values()]
        deadline = time.monotonic() + seconds
        while not all(map(os.path.exists, sockets)):
            if self.sandbox.alive() and time.monotonic() < deadline:
                await asyncio.sleep(0.02)
                continue
            stderr = self.sandbox.process.stderr
            said = ""
            if not self.sandbox.alive() and stderr is not None:
                said = stderr.read(4000).decode(errors="replace").strip()
            self.sandbox.close()
            raise SandboxUnavailableError(
                explain_failure(said)
                if said
                else f"The sandboxed kernel did not listen within {seconds:g} seconds. Try again "
                "when this computer is less busy."
            )
        if self.sandbox.process.stderr is not None:
            self.sandbox.process.stderr.close()  # unread, it would block a kernel that writes to it

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and everything that it started."""
        if self.sandbox is not None:
            self.sandbox.close()

    async def terminate(self, restart: bool = False) -> None:
        """End the kernel and everything that it started; it is owed no farewell."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Leave nothing behind."""
        await self.kill(restart)


# An installed entry point would do the same; this also works from a plain folder.
KernelProvisionerFactory.instance().provisioners[NAME] = EntryPoint(
    NAME, f"{__name__}:{SandboxProvisioner.__name__}", KernelProvisionerFactory.GROUP_NAME
)
