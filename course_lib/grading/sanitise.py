"""What may be shown of a student's notebook to a person: text, tables and pictures; nothing active.

Points are never taken from here. The grading form and the feedback show HTML; a script in it would
act in the lecturer's name.
"""

from __future__ import annotations

import re
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer

__all__ = ["clean_html", "clean_output", "clean_text"]

TEXT_TAGS = "a abbr b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i p pre s small span strong u"
OTHER_TAGS = (
    "caption dd details div dl dt figcaption figure img li ol sub summary sup table tbody td tfoot "
    "th thead tr ul"
)
TAGS = frozenset(f"{TEXT_TAGS} {OTHER_TAGS}".split())
ATTRIBUTES = frozenset({"alt", "align", "colspan", "height", "rowspan", "style", "title", "width"})
STYLES = frozenset(
    {"background-color", "border", "border-left", "color", "font-family", "font-size"}
    | {"font-style", "font-weight", "padding", "text-align", "vertical-align", "white-space"}
)
PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=\s]+")
TAG_START = re.compile(r"<(?=[A-Za-z/!?])")
CLEANER = bleach.Cleaner(
    tags=TAGS,
    attributes=lambda tag, name, value: _allowed(tag, name, value),
    protocols={"http", "https", "data"},
    css_sanitizer=CSSSanitizer(allowed_css_properties=STYLES),
    strip=True,
)


def clean_html(text: str) -> str:
    """HTML without scripts, forms, frames, handlers and whatever loads from elsewhere.

    >>> clean_html('<b onclick="x()">bold</b><script>x()</script><img src="http://x/y.png">')
    '<b>bold</b>x()<img>'
    """
    return str(CLEANER.clean(text))


def clean_text(text: str) -> str:
    """Markdown or LaTeX whose HTML is shown as text: no ``<`` begins a tag.

    A space of no width goes behind the sign, so that code, quotes and mathematics stay as they are.

    >>> clean_text("a < b, <script>").isascii(), "<script" in clean_text("a < b, <script>")
    (False, False)
    """
    return TAG_START.sub("<\u200b", text)


def clean_output(output: dict[str, Any]) -> dict[str, Any]:
    """A copy of an output (of the form of nbformat 4) that is safe to show.

    Streams and errors are text, which the form escapes; so are pictures, in base64.
    """
    if "data" not in output:
        return output
    data = {mime: _CLEAN.get(mime, _same)(content) for mime, content in output["data"].items()}
    return {**output, "data": data, "metadata": {}}


def _allowed(tag: str, name: str, value: str) -> bool:
    if (tag, name) == ("img", "src"):  # a picture from elsewhere would tell when it is looked at
        return PICTURE.fullmatch(value) is not None
    if (tag, name) == ("a", "href"):
        return value.startswith(("http://", "https://", "#"))
    return name in ATTRIBUTES


def _same(content: str) -> str:
    return content


_CLEAN = {"text/html": clean_html, "text/markdown": clean_text, "text/latex": clean_text}
