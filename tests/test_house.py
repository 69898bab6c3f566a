"""The house rules that a machine can hold: imports descend, versions agree, texts are true."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import course_lib

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "course_lib"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8")
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"


# Imports descend the list of rooms


def rooms() -> list[str]:
    """Read the rooms, in order, from the docstring of the package."""
    listed = re.search(r"says so\):\s*(.*?)\.", course_lib.__doc__ or "", flags=re.DOTALL)
    assert listed, "course_lib/__init__.py no longer lists its rooms"
    return re.split(r",\s*", listed[1])


def imported_rooms(source: str, package: str) -> Iterator[str]:
    """Yield the rooms that a module of ``package`` imports, wherever the import stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(parents if node.level else []), *filter(None, [node.module])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("course_lib."))


def climbs(source: str, room: str, package: str = "course_lib") -> list[str]:
    """Return the rooms that are imported although they come after ``room``."""
    order = rooms()
    found = imported_rooms(source, package)
    return [other for other in found if order.index(other) > order.index(room)]


def test_every_room_is_listed():
    modules = {path.stem for path in LIBRARY.glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in LIBRARY.glob("*/*.py")}
    assert set(rooms()) == modules | packages


@pytest.mark.parametrize(
    "path", sorted(LIBRARY.rglob("*.py")), ids=lambda path: str(path.relative_to(LIBRARY))
)
def test_imports_only_descend(path):
    inside = path.relative_to(ROOT).parent
    room = path.relative_to(LIBRARY).parts[0].removesuffix(".py")
    if room != "__init__":
        assert climbs(path.read_text(encoding="utf-8"), room, ".".join(inside.parts)) == []


def test_the_rooms_of_the_desk_descend_too():
    order = ["errors", "result", "console", "kernel", "notebook", "folder", "run", "__main__"]
    for path in sorted((LIBRARY / "grading").rglob("*.py")):
        own = path.relative_to(LIBRARY / "grading").parts[0].removesuffix(".py")
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        named = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
        used = [name.split(".")[2] for name in named if name.startswith("course_lib.grading.")]
        assert all(order.index(other) <= order.index(own) for other in used), path


@pytest.mark.parametrize(
    ("source", "package"),
    [
        ("import course_lib.widgets", "course_lib"),
        ("from course_lib import widgets", "course_lib"),
        ("from course_lib.widgets.flipbook import Flipbook", "course_lib"),
        ("from . import widgets", "course_lib"),
        ("from .widgets import Flipbook", "course_lib"),
        ("from ..widgets import Flipbook", "course_lib.regions"),
        ("def f():\n    import course_lib.widgets", "course_lib"),
    ],
)
def test_an_import_that_climbs_is_noticed(source, package):
    assert climbs(source, "regions", package) == ["widgets"]
    assert climbs(source, "doctor", package) == []


# pyproject.toml, environment.yml and constraints.txt agree

CONDA_NAMES = {"torch": "pytorch", "playwright": "playwright-python"}
CONDA_ONLY = {"python", "pip", "pytorch-cpu"}


CHANNELS = {"conda-forge", "nodefaults"}


def conda_packages() -> dict[str, SpecifierSet]:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    found = re.findall(r"^  - ([\w-]+)(?: +([<>=!~][^#\n]*))?$", text, flags=re.MULTILINE)
    return {name: SpecifierSet(wanted.strip()) for name, wanted in found if name not in CHANNELS}


def requirements(*extras: str) -> dict[str, SpecifierSet]:
    optional = PROJECT["optional-dependencies"]
    lines = sum((optional[extra] for extra in extras), PROJECT["dependencies"])
    return {need.name: need.specifier for need in map(Requirement, lines)}


def pins() -> list[Requirement]:
    lines = CONSTRAINTS.splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def test_conda_asks_for_what_the_package_asks_for():
    wanted = {CONDA_NAMES.get(name, name): need for name, need in requirements("test").items()}
    listed = conda_packages()
    assert {name: need for name, need in listed.items() if name not in CONDA_ONLY} == wanted
    assert listed["python"] == SpecifierSet(PROJECT["requires-python"])
    assert {"jupyterlab", "ipywidgets", "pytorch", "matplotlib", "nbval"} <= set(listed)


def test_conda_environment_has_its_name_and_channel():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert re.search(r"^name: one-neuron$", text, flags=re.MULTILINE)
    assert re.search(r"^channels:\n  - conda-forge$", text, flags=re.MULTILINE)
    assert text.rstrip().endswith("- -e .")


def test_every_pin_is_exact_and_allowed():
    allowed = {canonicalize_name(name): need for name, need in requirements("test", "dev").items()}
    for pin in pins():
        (exact,) = pin.specifier
        assert exact.operator == "==", pin
        assert exact.version in allowed.get(canonicalize_name(pin.name), SpecifierSet()), pin
    assert set(allowed) <= {canonicalize_name(pin.name) for pin in pins()}


def test_everything_installed_for_the_course_is_pinned():
    pinned = {canonicalize_name(pin.name) for pin in pins()}
    seen: set[str] = set()
    waiting = list(requirements("test"))
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in seen:
            seen.add(name)
            needs = map(Requirement, metadata.requires(name) or [])
            waiting += [n.name for n in needs if not n.marker or n.marker.evaluate({"extra": ""})]
    assert seen - pinned == set()
    assert len(seen) > 80  # the walk did reach what JupyterLab needs


def test_constraints_force_no_cuda_and_no_host():
    assert not re.search(r"^(nvidia|cuda|triton)", CONSTRAINTS, flags=re.MULTILINE)
    assert "://" not in CONSTRAINTS
    (torch,) = (pin for pin in pins() if pin.name == "torch")
    assert re.fullmatch(r"==\d+\.\d+\.\d+", str(torch.specifier))  # no +cpu, no +cu126


# The texts are true


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README.md", "CONTRIBUTING.md"])
def test_the_commands_and_files_that_are_named_exist(text):
    targets = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, flags=re.MULTILINE))
    named = set(re.findall(r"(?:`|^ +)make ([a-z-]+)", text, flags=re.MULTILINE))
    assert named
    assert named <= targets
    for module in re.findall(r"-m (course_lib\.\w+)", text):
        assert (ROOT / (module.replace(".", "/") + ".py")).is_file(), module
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (ROOT / link).is_file(), link
    for folder in re.findall(r"^\| `(\w+)/` \|", text, flags=re.MULTILINE):
        assert (ROOT / folder).is_dir(), folder


def test_every_make_target_is_phony_and_explained():
    phony = set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)[1].split())
    explained = set(re.findall(r"^([a-z-]+):.*## \w", MAKEFILE, flags=re.MULTILINE))
    assert phony == explained


def test_readme_links_exactly_the_lessons_that_exist():
    linked = {Path(link) for link in re.findall(r"\]\((notebooks/\d\d_\w+\.ipynb)\)", README)}
    lessons = {path.relative_to(ROOT) for path in tracked() if path.match("notebooks/*.ipynb")}
    assert linked == lessons  # a new lesson takes the place of "planned" in the table


def test_there_is_one_torch_index():
    assert f"TORCH_CPU_INDEX ?= {TORCH_CPU_INDEX}\n" in MAKEFILE
    assert f"--index-url {TORCH_CPU_INDEX}\n" in README


def test_the_version_is_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {course_lib.__version__}\n" in citation
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## \[(.*?)\]", changelog, flags=re.MULTILINE)[1] == "Unreleased"


def test_the_references_are_complete_and_unique():
    text = (ROOT / "references.bib").read_text(encoding="utf-8")
    entries = re.split(r"\n@", text)[1:]
    keys = [re.match(r"\w+\{(\w+),", entry)[1] for entry in entries]
    assert len(keys) == len(set(keys)) > 20
    for entry in entries:
        # enough to find it by: an identifier, or volume and pages
        found_by = r"\beprint +=|\bdoi +=|\bvolume +=[^@]*\bpages +="
        assert re.search(found_by, entry), entry
        year = re.search(r"year +=\s*\{(\d{4})\}", entry)[1]
        assert re.match(r"\w+\{[a-z]+" + year + r"[a-z]+,", entry), entry


# Nothing of one machine stands in the repository

HOSTS = re.compile(
    r"pypi\.org|pythonhosted\.org|download\.pytorch\.org|anaconda\.(?:org|com)|npmjs"
)
MACHINE = re.compile(r"(?<![\w.:/<])/(?:root|work|home/\w+|Users/\w+|opt|tmp)/[\w.]")
EXAMPLES = {"tests/test_notebooks.py", "tests/test_house.py"}  # what the rules must catch


def tracked() -> list[Path]:
    """List the files of the repository; a copy without its history is walked instead."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
        names = listed.stdout.split("\0")
    else:
        visible = (path for path in ROOT.glob("[!.]*") if path.is_dir())
        names = [str(p.relative_to(ROOT)) for folder in visible for p in folder.rglob("[!.]*.*")]
    return [ROOT / name for name in names if name and Path(name).as_posix() not in EXAMPLES]


def strangers(text: str) -> list[str]:
    """Return the registry hosts and machine paths in a text; the one torch index may stay."""
    text = text.replace(TORCH_CPU_INDEX, "")
    return HOSTS.findall(text) + MACHINE.findall(text)


def test_no_tracked_text_names_a_machine_or_a_registry():
    found = {}
    for path in tracked():
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            found[path.name] = strangers(content.decode("utf-8"))
    assert len(found) > 20
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    "text",
    [
        "see /home/ada/course",
        "(/root/.venv/bin)",
        '"/tmp/net.npz"',
        "https://pypi.org/simple",
        "cdn.npmjs.com",
    ],
)
def test_a_stranger_is_noticed(text):
    assert strangers(text)
    assert not strangers(f"a relative path, notebooks/tmp/x, and {TORCH_CPU_INDEX}")
