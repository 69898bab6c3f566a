"""Compiled modules for sandboxed kernels: they can read them, and keep none of their own.

After an install that compiled nothing, each kernel would compile some seven hundred modules anew,
which takes longer than all the rest of its start.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib.util import cache_from_source, find_spec
from pathlib import Path

__all__ = ["compile_modules"]

# Some of what a kernel loads, first and last: if these are compiled, the rest is, too.
_SIGNS = {"ipykernel": "kernelapp.py", "tornado": "platform/asyncio.py", "matplotlib": "pyplot.py"}
_SECONDS = 120
# A kernel as students get it, that is asked for nothing.
_LOAD = """
import os, sys
from ipykernel.kernelapp import IPKernelApp
kernel = IPKernelApp.instance()
connection = os.path.join(sys.argv[1], "kernel.json")
kernel.initialize(["-f", connection, "--HistoryManager.enabled=False"])
import course_lib.checks, course_lib.grading.kernel.in_the_sandbox
import matplotlib.pyplot, matplotlib_inline.backend_inline
os._exit(0)
"""


def compile_modules() -> None:
    """Have all that a kernel loads compiled, unless it is; where Python can't write, it stays."""
    if all(_is_compiled(package, module) for package, module in _SIGNS.items()):
        return
    environment = {**os.environ, "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-c", _LOAD, folder],
            env={**environment, "IPYTHONDIR": folder},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,  # a kernel that can't start is told of where one is needed
        )


def _is_compiled(package: str, module: str) -> bool:
    spec = find_spec(package)  # loads nothing
    if spec is None or spec.origin is None:
        return False
    return os.path.exists(cache_from_source(str(Path(spec.origin).parent / module)))
