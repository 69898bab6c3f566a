"""Run notebooks in place and store their outputs; with --check, only judge what is stored.

python tools/run_notebooks.py notebooks/00_start_here.ipynb
python tools/run_notebooks.py --check        # every notebook in notebooks/ and solutions/
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager
from notebook_rules import normalise, problems

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 60  # for a whole notebook: the longest that a reader should wait


class ThisEnvironment(AsyncKernelManager):
    """Starts the kernel of the interpreter that runs this script, as the comparison (nbval) does.

    A kernel called python3 that a user has installed elsewhere would be taken otherwise.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(kernel_spec_manager=NbvalKernelspecManager(), **kwargs)


def execute(path: Path) -> str:
    """Run the notebook at ``path`` in its own folder and return the text to store."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.pop("widgets", None)
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name=CURRENT_ENV_KERNEL_NAME,
        kernel_manager_class=ThisEnvironment,
        extra_arguments=["--log-level=ERROR"],  # no word on unencrypted loopback traffic
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=True,
        record_timing=False,
        coalesce_streams=True,
    )
    with tempfile.TemporaryDirectory() as profile:  # a reader's own IPython settings stay out
        client.execute(env={**os.environ, "IPYTHONDIR": profile})
    return normalise(notebook)


def run(path: Path) -> list[str]:
    """Run, store and judge one notebook; a notebook that fails to run keeps its old bytes."""
    start = time.perf_counter()
    try:
        text = execute(path)
    except (CellExecutionError, CellTimeoutError) as error:
        return [f"stopped: {error}"]
    seconds = time.perf_counter() - start
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{path.name}: {seconds:.0f} s", flush=True)
    slow = [f"took {seconds:.0f} s; {SECONDS} s is the most"] if seconds > SECONDS else []
    return slow + list(problems(path))


def main(arguments: list[str]) -> int:
    """Return 0 if every notebook passes, 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="judge what is stored; run nothing")
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all that are compared")
    options = parser.parse_args(arguments)
    every = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("solutions/*/*.ipynb")])
    judge = problems if options.check else run
    faults = [f"{path}: {fault}" for path in options.notebooks or every for fault in judge(path)]
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
