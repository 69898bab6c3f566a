"""What a stored notebook must and must not hold, and the one form in which it is written.

The same run gives the same bytes: widget ids are numbered in order of creation, times are dropped,
metadata is fixed. So a change in a notebook's bytes is a change in what a reader sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

Notebook = Any  # nbformat.NotebookNode: a dict whose keys are attributes too
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
MODEL_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
MAX_BYTES = 1_500_000
SHORTEST_ALT = 20  # characters: "A picture of a disk." says less than a reader needs

# Not text that a reader sees: encoded bytes, which may spell anything, and styles with seconds.
UNREAD = re.compile(
    r"""data:[\w/+-]+;base64,[A-Za-z0-9+/=]*|<style\b.*?</style>|\bstyle="[^"]*\"""",
    re.DOTALL | re.IGNORECASE,
)
HTML_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
HTML_ALT = re.compile(r"""\balt=(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)

# nbval would compare less wherever one of these stands, as a comment or as a tag.
WAIVER = re.compile(r"nbval[-_]\w+|pytest_validate_ignore_output|raises-exception", re.IGNORECASE)
UNREPEATABLE = {
    "a machine path": re.compile(
        r"(?<![\w.:/])/(?:home|Users|root|tmp|work|opt|usr|var|private|mnt|srv)/\w|\b[A-Z]:\\(?:Users|Program)"
    ),
    "a memory address": re.compile(r"\b0x[0-9a-fA-F]{6,}"),
    "a date": re.compile(r"\b20\d\d-[01]\d-[0-3]\d\b"),
    "a time": re.compile(
        r"\b\d\d?:\d\d:\d\d\b|\b\d+(?:\.\d+)?\s?(?:ns|µs|μs|ms|it/s)\b|\d\.\d+ ?s\b"
    ),
}


def normalise(notebook: Notebook) -> str:
    """Return the text to store: no times, fixed metadata, widget ids numbered from 0."""
    notebook = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if not _is_gone(output)]
    notebook.metadata.kernelspec = KERNELSPEC
    notebook.metadata.language_info = {"name": "python"}
    number = {model: f"{i:032x}" for i, model in enumerate(_widgets(notebook))}
    text = MODEL_ID.sub(lambda m: number.get(m[0], m[0]), nbformat.writes(notebook))
    sorted_text: str = nbformat.writes(nbformat.reads(text, as_version=4))
    return sorted_text.rstrip("\n") + "\n"


def _is_gone(output: Notebook) -> bool:
    """Whether an output shows nothing: what a progress bar leaves, if the work was long enough."""
    return output.output_type == "display_data" and not output.data


def problems(path: Path) -> Iterator[str]:
    """Yield what is wrong with the notebook stored at ``path``, one sentence each."""
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    size = len(text.encode())
    if size > MAX_BYTES:
        yield f"has {size / 1e6:.1f} MB; {MAX_BYTES / 1e6} MB is the most"
    if normalise(notebook) != text:
        yield "is not in its stored form; run `make notebooks`"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    counts = [cell.execution_count for cell in code]
    if counts != list(range(1, len(code) + 1)):
        yield f"was not run from top to bottom (execution counts {counts}); run `make notebooks`"
    for number, cell in enumerate(code, start=1):
        yield from (f"cell [{number}] {fault}" for fault in _cell_problems(cell, notebook))
    yield from (f"stores a widget with {fault}" for fault in _state_problems(notebook))


def _cell_problems(cell: Notebook, notebook: Notebook) -> Iterator[str]:
    comments = re.findall(r"^\s*#.*$", cell.source, flags=re.MULTILINE)
    for waiver in WAIVER.findall(" ".join([*comments, *cell.metadata.get("tags", [])])):
        yield f"waives a check with {waiver!r}; every output is compared"
    for kind in _unrepeatable(cell.source, kinds=["a machine path"]):
        yield f"holds {kind} in its source"
    for output in cell.outputs:
        yield from _output_problems(output, notebook)


def _output_problems(output: Notebook, notebook: Notebook) -> Iterator[str]:
    if output.output_type == "error":
        yield f"ends in {output.ename}: {output.evalue}"
        return
    if output.get("name") == "stderr":
        yield f"writes to stderr: {output.text.strip()[:120]!r}"
    data = output.get("data", {"text/plain": output.get("text", "")})
    for mime, content in data.items():
        if mime.startswith("image/"):
            yield from _alt_problems(output.metadata.get(mime, {}).get("alt", ""))
        elif mime == WIDGET_VIEW:
            if content["model_id"] not in _widgets(notebook):
                yield "shows a widget whose state is not stored (a widget closed while running?)"
        else:
            text = UNREAD.sub("", str(content))
            for image in HTML_IMAGE.findall(text) if mime == "text/html" else []:
                alt = HTML_ALT.search(image)
                yield from _alt_problems((alt[1] or alt[2] or "") if alt else "")
            for kind in _unrepeatable(text):
                yield f"prints {kind}: {text.strip()[:120]!r}"


def _state_problems(notebook: Notebook) -> Iterator[str]:
    for model in _widgets(notebook).values():
        for name, value in model["state"].items():
            if isinstance(value, str) and not name.startswith("_"):  # _esm, _css: code, not text
                kinds = _unrepeatable(UNREAD.sub("", value))
                yield from (f"{kind} in its {name}: {value[:120]!r}" for kind in kinds)


def _alt_problems(alt: str) -> Iterator[str]:
    if len(alt) < SHORTEST_ALT:
        yield f"shows a picture without alt text that states its finding (alt={alt!r})"


def _unrepeatable(text: str, kinds: list[str] | None = None) -> Iterator[str]:
    return (kind for kind in kinds or UNREPEATABLE if UNREPEATABLE[kind].search(text))


def _widgets(notebook: Notebook) -> dict[str, Any]:
    stored = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {})
    return dict(stored.get("state", {}))
