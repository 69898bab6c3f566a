"""Generate exercises/ from solutions/; with --check, only say where they differ.

python tools/make_exercises.py            # write exercises/NAME/NAME.ipynb for every solution
python tools/make_exercises.py --check    # exit code 1 on any difference, and on orphans
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import nbformat
from notebook_rules import normalise

from course_lib.grading.folder.release import exercise_text

ROOT = Path(__file__).resolve().parent.parent


def generated(root: Path) -> dict[Path, str]:
    """The text of every exercise, by its path."""
    texts = {}
    for solution in sorted(root.glob("solutions/*/*.ipynb")):
        if solution.parent.name != solution.stem:
            raise SystemExit(f"{solution}: the folder of a set has the name of its notebook.")
        notebook = nbformat.reads(exercise_text(solution), as_version=4)
        path = root / "exercises" / solution.stem / solution.name
        texts[path] = normalise(notebook)
    return texts


def differences(root: Path) -> list[str]:
    """What in exercises/ is not as solutions/ makes it."""
    wanted = generated(root)
    stored = {path for path in (root / "exercises").rglob("*") if path.is_file()}
    orphans = sorted(stored - set(wanted) - {root / "exercises" / "README.md"})
    found = [f"{path.relative_to(root)}: no solution has this name" for path in orphans]
    for path, text in wanted.items():
        if not path.exists():
            found.append(f"{path.relative_to(root)}: missing")
        elif path.read_text(encoding="utf-8") != text:
            found.append(f"{path.relative_to(root)}: differs from its solution")
    return found


def write(root: Path) -> None:
    """Make exercises/ what solutions/ says, and nothing else."""
    wanted = generated(root)
    for folder in (root / "exercises").iterdir():
        if folder.is_dir() and folder / f"{folder.name}.ipynb" not in wanted:
            shutil.rmtree(folder)
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"Wrote {path.relative_to(root)}.")


def main(arguments: list[str]) -> int:
    """Return 0 if exercises/ is as it should be, 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    if not parser.parse_args(arguments).check:
        write(ROOT)
        return 0
    found = differences(ROOT)
    print("\n".join([*found, "Run `make exercises`."]) if found else "exercises/ fits solutions/.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
