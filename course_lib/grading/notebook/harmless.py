"""What may be shown of a student's notebook to a person: text, tables and pictures; nothing active.

Points are never taken from here. The grading form and the feedback show HTML; a script in it would
act in the lecturer's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import nh3

__all__ = ["harmless_html", "harmless_output", "harmless_text", "picture_names"]

TEXT_TAGS = "a abbr b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i p pre s small span strong u"
OTHER_TAGS = (
    "caption dd details div dl dt figcaption figure img li ol sub summary sup table tbody td tfoot "
    "th thead tr ul"
)
TAGS = frozenset(f"{TEXT_TAGS} {OTHER_TAGS}".split())
ATTRIBUTES = frozenset({"alt", "align", "colspan", "height", "rowspan", "style", "title", "width"})
LOADED = {"*": ATTRIBUTES, "img": {*ATTRIBUTES, "src"}, "a": {*ATTRIBUTES, "href"}}
STYLES = frozenset(
    {"background-color", "border", "border-left", "color", "font-family", "font-size"}
    | {"font-style", "font-weight", "padding", "text-align", "vertical-align", "white-space"}
)
# The names of what is left are allowed; their values still could load something, were it from afar.
CALLS = re.compile(r"[()\\@]")
COLOURS = re.compile(r"\b(?:rgba?|hsla?)\([\d\s.,%/]*\)", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=\s]+")
# Macros that act in a page that MathJax sets: links, styles, ids, and what could make such a macro.
# Their targets are not looked at, since "javascript:" can be broken in many ways.
MACRO = (
    r"\\(?=(?:href|url|class|cssId|style|data|mmlToken|require|unicode|csname|includegraphics"
    r"|html[A-Za-z]*)(?![A-Za-z]))"
)
# A backslash or a letter as an HTML entity, with which such a macro could be spelled.
SPELLED = (
    r"&(?=bsol;|\#0*(?:92|6[5-9]|[78]\d|9[07-9]|1[01]\d|12[0-2])(?!\d)"
    r"|\#x0*[4-7][0-9a-f](?![0-9a-f]))"
)
TEX = re.compile(MACRO)
# What is active in Markdown, and pictures that may stay. A link may stay for the literal start of
# its target, since "javascript:" can be written in many ways; so may "[label]: target".
ACTIVE = re.compile(
    r"(?P<picture>!\[[^\[\]<`\n]*\]\(\s*)"
    r"(?:attachment:(?P<name>(?:[^()<>\s]|\([^()<>\s]*\))+)|<attachment:(?P<quoted>[^<>\n]+)>)"
    r"(?P<end>(?:\s+\"[^\"<\n]*\")?\s*\))"
    r"|(?P<sign><)(?=[A-Za-z/!?])"
    r"|(?P<image>!)(?=\[)"
    r"|(?P<link>\])(?=\((?!\s*<?(?:https?://|mailto:|\#))|:(?!\s*<?(?:https?://|mailto:|\#)))"
    rf"|(?:(?-i:{MACRO}))|(?:{SPELLED})",
    re.IGNORECASE,
)
CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags={"script", "style"},
    attributes={tag: set(names) for tag, names in LOADED.items()},
    attribute_filter=lambda tag, name, value: _allowed(tag, name, value),
    url_schemes={"http", "https", "data"},
    filter_style_properties=set(STYLES),
    link_rel=None,
)


def harmless_html(text: str) -> str:
    """HTML without scripts, forms, frames, handlers, what loads from elsewhere, and TeX that acts.

    >>> harmless_html('<b onclick="x()">bold</b><script>x()</script><img src="http://x/y.png">')
    '<b>bold</b><img>'
    """
    return TEX.sub("\\\\\u200b", CLEANER.clean(text))


def harmless_text(text: str, pictures: Mapping[str, Any] | None = None) -> str:
    """Markdown or LaTeX in which nothing is active: no tag, no script, no foreign picture.

    A space of no width goes where something active would begin, so that code, quotes and
    mathematics stay as they are. A picture that is missing would stop the whole page.

    Args:
        text: the text.
        pictures: those that are attached, by name; they get the names of :func:`picture_names`.
            Any is taken to be there, under its own name, if None.

    >>> harmless_text("a < b, <script>").isascii(), "<script" in harmless_text("a < b, <script>")
    (False, False)
    """
    names = None if pictures is None else picture_names(pictures)

    def harmless(match: re.Match[str]) -> str:
        if match["picture"] is None:
            return f"{match[0]}\u200b"
        if names is None:
            return match[0]
        name = names.get(unquote(match["quoted"] or match["name"]))
        if name is None:
            return harmless_text(f"!\u200b{match[0][1:]}")
        return f"{match['picture']}attachment:{name}{match['end']}"

    return ACTIVE.sub(harmless, text)


def picture_names(pictures: Mapping[str, Any]) -> dict[str, str]:
    """Names that need no quoting in Markdown, which nbconvert would not undo.

    >>> picture_names({"Bild (1).png": ...})
    {'Bild (1).png': 'picture-1'}
    """
    return {name: f"picture-{number}" for number, name in enumerate(pictures, start=1)}


def harmless_output(output: dict[str, Any]) -> dict[str, Any]:
    """A copy of an output (of the form of nbformat 4) that is safe to show.

    Streams and errors are text, which the form escapes; so are pictures, in base64.
    """
    if "data" not in output:
        return output
    data = {mime: _CLEAN[mime](text) for mime, text in output["data"].items() if mime in _CLEAN}
    return {**output, "data": data, "metadata": {}}


def _allowed(tag: str, name: str, value: str) -> str | None:
    """The value of an attribute that may stay, or None."""
    if name == "src":  # a picture from elsewhere would tell when it is looked at
        return value if PICTURE.fullmatch(value) else None
    if name == "href":
        return value if value.startswith(("http://", "https://", "#")) else None
    if name == "style":
        return None if CALLS.search(COLOURS.sub("", value)) else value
    return value


def _same(content: str) -> str:
    return content


def _alone(text: str) -> str:
    return harmless_text(text, {})  # an output has no pictures attached


_CLEAN = {
    "text/plain": _same,
    "text/html": harmless_html,
    "text/markdown": _alone,
    "text/latex": harmless_text,
    "image/png": _same,
    "image/jpeg": _same,
}
