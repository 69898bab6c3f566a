"""Formulas of a page without a network: KaTeX, from JupyterLab's own files, sets them as MathML.

JupyterLab brings KaTeX along for its diagrams, in one file that needs no other. It trusts nothing
that a formula says, so a link in one is shown and leads nowhere.
"""

from __future__ import annotations

import functools
import re
from importlib.util import find_spec
from pathlib import Path

__all__ = ["script"]

MARK = b"KaTeX parse error: "
NOTICE = "/* Contains KaTeX. Copyright (c) Khan Academy and other contributors. MIT License. */"
QUEUE = re.compile(
    r"self\.(\w+)\s*=\s*self\.\1\s*\|\|\s*\[\]"
)  # where a bundle's files put modules


def script(_: str = "") -> str:
    """The script that sets the formulas of the page it stands in; "" if JupyterLab lacks KaTeX.

    It is a filter of nbconvert's templates, hence the argument.
    """
    return _script()


@functools.cache
def _script() -> str:
    bundle = _katex()
    queue = QUEUE.search(bundle)
    if queue is None:
        return ""
    sets = Path(__file__).with_name("formulas.js").read_text(encoding="utf-8")
    sets = sets[sets.index("(modules)") :].strip()
    # KaTeX's file gives its modules to a queue; ours is there before it, for this page alone.
    take = f"const modules = []; const self = {{ {queue[1]}: {{ push: "
    take += "([, found]) => modules.push(...Object.values(found)) } };"
    whole = f"{NOTICE}\n(() => {{ {take}\n{bundle}\n({sets})(modules); }})();"
    return whole.replace("</", "<\\/")


def _katex() -> str:
    """The file of JupyterLab that holds KaTeX, or nothing."""
    found = find_spec("jupyterlab")
    for folder in found.submodule_search_locations or () if found else ():
        for path in sorted(Path(folder).glob("static/*.js")):
            if MARK in (content := path.read_bytes()):
                return content.decode("utf-8")
    return ""
