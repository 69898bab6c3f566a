"""The page for a reader with a network of their own: its blocks run, and print what it says."""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "your_own_network.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"^```(python|sh)\n(.*?)^```\n(?:\s*^```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL
)


class Block(NamedTuple):
    """What to run, in which language, and what it prints; three dots stand for anything."""

    language: str
    code: str
    printed: str


BLOCKS = [Block(*found.groups(default="")) for found in BLOCK.finditer(PAGE)]


def run(block: Block, names: dict[str, object]) -> str:
    """Run a block of Python, or a line for the shell, and return what it prints."""
    if block.language == "sh":
        return shell(block.code)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(block.code, names)
    return printed.getvalue()


def shell(line: str) -> str:
    command, *arguments = line.split()
    assert command == "python"
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout


def agree(printed: str, expected: str) -> bool:
    return doctest.OutputChecker().check_output(expected, printed, doctest.ELLIPSIS)


def test_every_block_prints_what_the_page_says(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    with torch.random.fork_rng():
        for block in BLOCKS:
            printed = run(block, names)
            assert agree(printed, block.printed), f"{block.code}\nprints\n\n{printed}"
    assert Path("my_network.png").stat().st_size > 10_000


def test_the_page_is_read_as_it_was_written():
    fences = re.findall(r"^```(\w+)$", PAGE, flags=re.MULTILINE)
    assert set(fences) == {"python", "sh", "text"}
    assert len(BLOCKS) == sum(fence != "text" for fence in fences) > 10
    assert sum(block.printed != "" for block in BLOCKS) == fences.count("text")


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("21 in the plane\n", "22 in the plane\n"),
        ("IoU: 0.812\n", "IoU: 0.9...\n"),
        ("True\n", ""),
        ("", "True\n"),
    ],
)
def test_another_output_is_noticed(printed, expected):
    assert not agree(printed, expected)
    assert agree("IoU: 0.944\n", "IoU: 0.9...\n")


def test_a_failing_command_is_noticed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(subprocess.CalledProcessError):
        shell("python -m course_lib.certificates net.json certificate.json")
