"""Write constraints.txt: one exact version of every package, for every system and Python 3.11+.

    python tools/pin_versions.py             # keep the pins that still fit, add what is new
    python tools/pin_versions.py --upgrade   # move to the newest versions

pip itself is among them: it installs the rest, the newer the faster.

torch keeps its pin either way: computer rooms hold a wheel of it, so it is moved by hand. On Linux
the torch of the package registry asks for CUDA packages. The course runs on the CPU build, which
asks for none of them, so they are left out.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PINS = Path(__file__).resolve().parent.parent / "constraints.txt"
CUDA = re.compile(r"(nvidia|cuda|triton)\b")
HEADER = "# Exact versions of everything, tests included. Written by `make constraints`."


def resolve(options: list[str], torch: str) -> None:
    """Have uv write one resolution that holds on Linux, macOS and Windows."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "-", "--all-extras"]
    command += ["--universal", "--python-version", "3.11", "--no-annotate", "--no-header"]
    command += ["--quiet", "--output-file", PINS.name, *options]
    subprocess.run(command, cwd=PINS.parent, check=True, text=True, input=f"{torch}\npip")


if __name__ == "__main__":
    torch = re.search(r"^torch==[\d.]+", PINS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    resolve(sys.argv[1:], torch[0] if torch else "")
    lines = [s for s in PINS.read_text(encoding="utf-8").splitlines() if not CUDA.match(s)]
    PINS.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8", newline="\n")
    print(f"{PINS.name} pins {len(lines)} packages.")
