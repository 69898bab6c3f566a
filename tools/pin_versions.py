"""Write constraints.txt: one exact version of every package, for every system and Python 3.11+.

The torch of the package registry asks for CUDA on Linux. The course runs on the CPU build, which
asks for none of it, so those packages are left out.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CUDA = re.compile(r"(nvidia|cuda|triton)\b")
HEADER = "# Exact versions of everything, tests included. Written by `make constraints`.\n"


def resolve() -> str:
    """Ask uv for one resolution that holds on Linux, macOS and Windows."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--all-extras"]
    options = ["--universal", "--python-version", "3.11", "--upgrade", "--no-annotate"]
    shown = subprocess.run(
        [*command, *options, "--no-header", "--quiet"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return shown.stdout


if __name__ == "__main__":
    lines = [line for line in resolve().splitlines() if not CUDA.match(line)]
    (ROOT / "constraints.txt").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"constraints.txt pins {len(lines)} packages.")
