"""The notebook runner repeats itself, its rules bite, and the comparison notices a change."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import notebook_rules
import pytest
import run_notebooks

ROOT = Path(__file__).resolve().parent.parent
PIXEL = base64.b64encode(b"not compared").decode()
SOURCES = [
    "import ipywidgets as widgets\nfrom IPython.display import display",
    "print('a share of', 1 / 4)",
    "slider, box = widgets.IntSlider(3), widgets.IntText()\n"
    "link = widgets.jslink((slider, 'value'), (box, 'value'))\n"
    "widgets.VBox([slider, box])",
    "alt = 'A single pixel, which shows nothing.'\n"
    f'html = f\'<img src="data:image/png;base64,{PIXEL}" alt="{{alt}}">\'\n'
    f"picture = {{'image/png': '{PIXEL}', 'text/html': html, 'text/plain': alt}}\n"
    "display(picture, raw=True, metadata={'image/png': {'alt': alt}})",
]


def written(path: Path, sources: list[str]) -> Path:
    cells = [nbformat.v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate(sources)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> Path:
    """A notebook that was run and passes every rule."""
    path = written(tmp_path_factory.mktemp("stored") / "good.ipynb", SOURCES)
    assert run_notebooks.run(path) == []
    return path


def changed(stored: Path, change, path: Path) -> Path:
    """Write a copy of the stored notebook that ``change`` has edited."""
    notebook = nbformat.read(stored, as_version=4)
    change(notebook)
    path.write_text(notebook_rules.normalise(notebook), encoding="utf-8", newline="\n")
    return path


@pytest.fixture
def edited(stored, tmp_path):
    return lambda change: changed(stored, change, tmp_path / "edited.ipynb")


def test_running_twice_gives_the_same_bytes(stored):
    first = stored.read_bytes()
    assert run_notebooks.run(stored) == []
    assert stored.read_bytes() == first


def test_the_stored_form_is_a_fixed_point(stored):
    text = stored.read_text(encoding="utf-8")
    assert notebook_rules.normalise(nbformat.reads(text, as_version=4)) == text


def test_what_a_progress_bar_leaves_is_not_stored(stored):
    notebook = nbformat.read(stored, as_version=4)
    before = notebook_rules.normalise(notebook)
    notebook.cells[1].outputs.insert(0, nbformat.v4.new_output("display_data", data={}))
    assert notebook_rules.normalise(notebook) == before


def test_widget_ids_are_numbered_consistently(stored):
    notebook = nbformat.read(stored, as_version=4)
    state = notebook.metadata.widgets[notebook_rules.WIDGET_STATE].state
    assert sorted(state) == [f"{i:032x}" for i in range(len(state))]
    (box,) = (model for model in state.values() if model.model_name == "VBoxModel")
    for child in box.state.children:
        assert child.removeprefix("IPY_MODEL_") in state


def change_text(notebook):
    notebook.cells[1].outputs[0].text = "a share of 0.2\n"


def drop_output(notebook):
    notebook.cells[1].outputs = []


def change_repr_beside_a_widget(notebook):
    notebook.cells[2].outputs[0].data["text/plain"] = "VBox()"


def change_alt_in_html(notebook):
    data = notebook.cells[3].outputs[0].data
    data["text/html"] = data["text/html"].replace("A single", "Another")


def change_alt_in_text(notebook):
    notebook.cells[3].outputs[0].data["text/plain"] = "Another pixel, which shows nothing."


def change_picture(notebook):
    data = notebook.cells[3].outputs[0].data
    data["image/png"] = base64.b64encode(b"other").decode()
    data["text/html"] = data["text/html"].replace(PIXEL, data["image/png"])


def change_widget_view(notebook):
    notebook.cells[2].outputs[0].data[notebook_rules.WIDGET_VIEW].model_id = "f" * 32


def keep(notebook):
    pass


COMPARED = [
    change_text,
    drop_output,
    change_repr_beside_a_widget,
    change_alt_in_html,
    change_alt_in_text,
]
NOT_COMPARED = [keep, change_picture, change_widget_view]


def with_a_bar():
    """A cell with a progress bar, whose stored outputs are as the kernel left them."""
    source = (
        "from course_lib.progress import progress_bar\n"
        "print('before')\n"
        "with progress_bar('Counting', 3, shown=True) as move:\n"
        "    move(3)\n"
        "print('after')"
    )
    said = [nbformat.v4.new_output("stream", text=f"{word}\n") for word in ("before", "after")]
    gone = nbformat.v4.new_output("display_data", data={})
    outputs = [said[0], gone, said[1]]
    return nbformat.v4.new_code_cell(source, id="bar", execution_count=1, outputs=outputs)


def test_the_comparison_sees_every_output_but_pictures_and_widget_views(stored, tmp_path):
    cells = []  # all in one notebook: a kernel for each would take most of the time
    for change in COMPARED + NOT_COMPARED:
        copy = nbformat.read(changed(stored, change, tmp_path / "one.txt"), as_version=4)
        cells += [one | {"id": f"{change.__name__}-{one.id}"} for one in copy.cells]
    together = nbformat.from_dict(nbformat.v4.new_notebook(cells=[*cells, with_a_bar()]))
    nbformat.write(together, tmp_path / "together.ipynb")
    # The flags of this repository, as `make notebooks-test` has them.
    flags = ["-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider", "-q", "-rf"]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *flags, "--rootdir", str(tmp_path), str(tmp_path)],
        capture_output=True, text=True, timeout=300, cwd=ROOT,
    )  # fmt: skip
    failed = re.findall(r"^FAILED .*?ipynb::Cell (\d+)", result.stdout, flags=re.MULTILINE)
    noticed = [(COMPARED + NOT_COMPARED)[int(cell) // len(SOURCES)] for cell in failed]
    assert noticed == COMPARED, result.stdout
    assert f"{len(COMPARED)} failed, {len(cells) + 1 - len(COMPARED)} passed" in result.stdout


def prints(text):
    def change(notebook):
        notebook.cells[1].outputs[0].text = text

    return change


def prints_html(text):
    def change(notebook):
        notebook.cells[3].outputs[0].data["text/html"] += text

    return change


def describes(text):
    def change(notebook):
        models = notebook.metadata.widgets[notebook_rules.WIDGET_STATE].state.values()
        next(m for m in models if m.model_name == "IntSliderModel").state.description = text

    return change


def to_stderr(notebook):
    notebook.cells[1].outputs[0].name = "stderr"


def error(notebook):
    output = nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
    notebook.cells[1].outputs = [output]


def without_alt(notebook):
    notebook.cells[3].outputs[0].metadata = {}


def without_alt_in_html(notebook):
    data = notebook.cells[3].outputs[0].data
    data["text/html"] = data["text/html"].split(" alt=")[0] + ">"


def with_tag(notebook):
    notebook.cells[1].metadata.tags = ["nbval-ignore-output"]


def with_comment(notebook):
    notebook.cells[1].source = "# NBVAL_IGNORE_OUTPUT\n" + notebook.cells[1].source


def raising(notebook):
    notebook.cells[1].metadata.tags = ["raises-exception"]


def not_run(notebook):
    notebook.cells[1].execution_count = None


def too_big(notebook):
    notebook.cells[1].outputs[0].text = "x" * notebook_rules.MAX_BYTES


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (prints("saved to /home/ada/net.npz"), "a machine path"),
        (prints(r"saved to C:\Users\ada"), "a machine path"),
        (prints("<Net object at 0x7f5ba2c3d4e0>"), "a memory address"),
        (prints("trained on 2026-11-23"), "a date"),
        (prints("trained in 3.2 s"), "a time"),
        (prints("100 of 100 [00:12<00:00, 8.1it/s]"), "a time"),
        (prints_html("<b>2026-11-23</b>"), "a date"),
        (prints_html("<a href='/home/ada/net'>net</a>"), "a machine path"),
        (describes("Trained 00:12:31"), "a widget with a time"),
        (to_stderr, "stderr"),
        (error, "ValueError: no"),
        (without_alt, "without alt text"),
        (without_alt_in_html, "without alt text"),
        (with_tag, "waives a check"),
        (with_comment, "waives a check"),
        (raising, "waives a check"),
        (not_run, "from top to bottom"),
        (too_big, "1.5 MB is the most"),
        (change_widget_view, "state is not stored"),
    ],
)
def test_a_rule_bites(edited, change, fault):
    found = list(notebook_rules.problems(edited(change)))
    assert len(found) == 1, found
    assert fault in found[0]


@pytest.mark.parametrize(
    "text",
    ["depth 10: IoU 0.968", "arXiv:1806.10909, 2018", "1/2, -3/4", "2 seeds / 64 seeds", "x -> /2"],
)
def test_plain_results_pass(edited, text):
    assert list(notebook_rules.problems(edited(prints(text)))) == []


@pytest.mark.parametrize(
    "change",
    [
        prints_html('<i style="transition: 0.2s">a</i><style>b {animation: 1.5s}</style>'),
        describes("depth"),
    ],
)
def test_styles_and_plain_widgets_pass(edited, change):
    assert list(notebook_rules.problems(edited(change))) == []


def test_a_notebook_saved_by_an_editor_must_be_run_again(stored, tmp_path):
    notebook = nbformat.read(stored, as_version=4)
    notebook.metadata.language_info.version = "3.11.7"
    path = tmp_path / "saved.ipynb"
    nbformat.write(notebook, path)
    (fault,) = notebook_rules.problems(path)
    assert "make notebooks" in fault


def test_a_failing_notebook_keeps_its_bytes(tmp_path):
    path = written(tmp_path / "bad.ipynb", ["1 / 0"])
    before = path.read_bytes()
    (fault,) = run_notebooks.run(path)
    assert "ZeroDivisionError" in fault
    assert path.read_bytes() == before


def test_a_slow_notebook_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run_notebooks, "SECONDS", 0.01)
    monkeypatch.setattr(run_notebooks, "execute", lambda path: path.read_text())
    monkeypatch.setattr(run_notebooks.time, "perf_counter", iter([0.0, 61.0]).__next__)
    path = written(tmp_path / "slow.ipynb", [])
    assert any("took 61 s" in fault for fault in run_notebooks.run(path))


def test_check_runs_nothing_and_its_exit_code_tells(stored, edited, capsys):
    assert run_notebooks.main(["--check", str(stored)]) == 0
    assert run_notebooks.main(["--check", str(edited(error))]) == 1
    assert "ValueError" in capsys.readouterr().out


@pytest.mark.parametrize("attributes", ["", "workerinput={}"])
def test_fonts_are_listed_before_the_first_notebook_runs(tmp_path, attributes):
    """Once, by the process that starts the workers, on whose screen the message disturbs nobody."""
    code = f"import conftest, types; conftest.pytest_configure(types.SimpleNamespace({attributes}))"
    environment = os.environ | {"MPLCONFIGDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)
    assert bool([*tmp_path.glob("fontlist-*.json")]) == (not attributes)
