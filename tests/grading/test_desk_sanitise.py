"""What a student's notebook shows can be read in full, and does nothing."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from course_lib.grading.notebook.harmless import harmless_html, harmless_output, harmless_text

PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n...").decode()
ACTIVE = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "button",
    "link",
    "meta",
    "base",
    "svg",
    "math",
}
ACTIVE |= {
    "video",
    "audio",
    "source",
    "template",
    "noscript",
    "frame",
    "frameset",
    "applet",
    "textarea",
    "title",
}
LOADS = ("src", "srcset", "data", "poster", "background", "action", "formaction", "xlink:href")


class Page(HTMLParser):
    """The oracle: what a browser would see."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        self.tags.append("!--")

    def handle_decl(self, decl):
        self.tags.append("!")

    def handle_pi(self, data):
        self.tags.append("?")


def dangers(text):
    """All that acts or loads from elsewhere."""
    page = Page(text)
    found = [tag for tag in page.tags if tag in ACTIVE or not tag.isalnum()]
    for tag, name, value in page.attributes:
        link = re.sub(r"[\x00-\x20]", "", value).lower()
        picture = (tag, name) == ("img", "src") and re.match("data:image/(png|jpeg);", link)
        goes = (tag, name) == ("a", "href") and link.startswith(("http://", "https://", "#"))
        if name.startswith("on") or (name in (*LOADS, "href") and not (picture or goes)):
            found.append((tag, name, value))
        if name == "style" and re.search(r"url|position|behavior", value):
            found.append((tag, name, value))
        if name in ("id", "name", "class", "target", "ping"):  # of the page around it
            found.append((tag, name, value))
    return found


ATTACKS = [
    "<script>x()</script>",
    "<ScRiPt src=//evil>",
    "<img src=x onerror=x()>",
    "<img src='http://evil/p.png'>",
    "<img srcset='http://evil/p.png 2x'>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
    f"<img src='{PNG}' onload=x()>",
    "<svg onload=x()><a xlink:href='javascript:x()'>y</a></svg>",
    "<math><mi xlink:href='javascript:x()'>y</mi></math>",
    "<a href='javascript:x()'>y</a>",
    "<a href=' java\tscript:x()'>y</a>",
    "<a href='&#106;avascript:x()'>y</a>",
    "<a href='data:text/html,<script>x()</script>'>y</a>",
    "<a href='vbscript:x()' target=_top ping='http://evil'>y</a>",
    "<iframe srcdoc='<script>x()</script>'></iframe>",
    "<object data='http://evil'></object><embed src='http://evil'>",
    "<form action='http://evil'><input name=p><button>ok</button></form>",
    "<div style='background:url(http://evil)'>y</div>",
    "<div style='position:fixed;top:0;width:100%'>y</div>",
    "<style>@import 'http://evil'</style>",
    "<link rel=stylesheet href='http://evil'><base href='http://evil'>",
    "<meta http-equiv=refresh content='0;url=http://evil'>",
    "<b id='points' class='grade' name='x'>y</b>",
    "<!--[if IE]><script>x()</script><![endif]-->",
    "<?php x() ?><!DOCTYPE x><![CDATA[<script>x()</script>]]>",
    "<noscript><p title='</noscript><script>x()</script>'>",
    "<table background='http://evil'><td background='http://evil'>y</table>",
    "<<script>script>x()<</script>/script>",
    "<img alt='`><script>x()</script>' src=`x`onerror=x()>",
    "<textarea><script>x()</script></textarea>",
    "<details ontoggle=x() open><summary>y</summary></details>",
    "<video poster=http://evil><source src=http://evil onerror=x()></video>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_one_to_the_oracle_and_none_when_cleaned(attack):
    assert dangers(attack)
    assert dangers(harmless_html(attack)) == []
    assert dangers(harmless_text(attack)) == []


PIECES = st.sampled_from(ATTACKS) | st.sampled_from([*"<>\"'`/=& \n\t\0", "<b", "-->", "]]>", "</"])
PIECES |= st.text(max_size=3)


def torn(pieces, cuts):
    """The pieces in one text with some characters taken out."""
    text = "".join(pieces)
    for cut in cuts:
        text = text[: cut % (len(text) + 1)] + text[cut % (len(text) + 1) + 1 :]
    return text


@given(st.lists(PIECES, max_size=6), st.lists(st.integers(0, 200), max_size=4))
def test_no_mixture_of_attacks_is_active(pieces, cuts):
    text = torn(pieces, cuts)
    assert dangers(harmless_html(text)) == []
    assert dangers(harmless_text(text)) == []


@given(st.lists(PIECES, max_size=6), st.lists(st.integers(0, 200), max_size=4))
def test_cleaning_twice_changes_nothing(pieces, cuts):
    once = harmless_html(torn(pieces, cuts))
    assert harmless_html(once) == once
    assert harmless_text(harmless_text(torn(pieces, cuts))) == harmless_text(torn(pieces, cuts))


# What stays

TABLE = (
    '<table><caption>t</caption><thead><tr style="text-align: right;"><th></th><th>a</th></tr>'
    '</thead><tbody><tr><th>0</th><td colspan="2">1 &lt; 2</td></tr></tbody></table>'
)


@pytest.mark.parametrize(
    "harmless",
    [
        TABLE,
        f'<img alt="a picture" height="10" src="{PNG}" width="10">',
        '<a href="https://example.org/a?b=1">there</a>',
        "<p>x<sub>1</sub> + x<sup>2</sup> <em>is</em> <strong>big</strong><br>so</p>",
        '<div style="color: red; border-left: 3px solid;">ok</div>',
        "<details><summary>more</summary><pre>code\n  here</pre></details>",
        "∀ε &amp; δ, $a_1 &lt; b$",
    ],
)
def test_tables_pictures_and_text_stay(harmless):
    assert normal(harmless_html(harmless)) == normal(harmless)


def normal(text):
    page = Page(text)
    return page.tags, sorted(page.attributes), page.text


@given(st.text(st.characters(exclude_categories=("Cc", "Cs"))))
def test_plain_text_is_shown_as_it_is(text):
    """HTML that says a text says the same text afterwards."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert Page(harmless_html(escaped)).text == Page(escaped).text


MARKDOWN = [
    ("# Title\n\n> a quote, `x < y`, $a < b$", ["Title", "a quote, x < y, $a < b$"]),
    ("> quoted\n> <b", ["quoted\n<b"]),
    ("```python\nif a <b or c<3: print(a<<2)\n```", ["if a <b or c<3: print(a<<2)"]),
    ("    indented <code>", ["indented <code>"]),
    ("| a | b |\n|---|---|\n| 1 < 2 | **3** |", ["1 < 2", "3"]),
    ("$a <b$, $$c <d$$", ["$a <b$, $$c <d$$"]),
    ("1. a\n2. b\n   - c & d", ["a", "b", "c & d"]),
    ("javascript is a language: data: 3 & 4", ["javascript is a language: data: 3 & 4"]),
]


def markdown2html(markdown):
    """As the grading form and the feedback do it, with a picture attached."""
    attachments = {"a.png": {"image/png": PNG.partition(",")[2]}}
    return MarkdownWithMath(IPythonRenderer(escape=False, attachments=attachments)).render(markdown)


def shown(markdown):
    return Page(markdown2html(markdown)).text.replace("\u200b", "")


@pytest.mark.parametrize(("markdown", "says"), MARKDOWN)
def test_markdown_reads_as_before(markdown, says):
    for text in says:
        assert text in shown(harmless_text(markdown))


def test_a_less_than_sign_in_code_and_mathematics_is_not_escaped_twice():
    page = markdown2html(harmless_text("`a <b` and $a<b$"))
    assert "&amp;lt;" not in page
    assert "a <b and $a<b$" in shown(harmless_text("`a <b` and $a<b$"))


MARKDOWN_ATTACKS = [
    "[y](javascript:x())",
    "[y](&#106;avascript:x())",
    "[y](<javascript:x()>)",
    "[y][1]\n\n[1]: javascript:x()",
    "<javascript:x()>",
    "[y](JavaScript:x())",
    "[y]( \n javascript:x())",
    "[y](javascript\\:x())",
    "[y](&#x6A;avascript&colon;x())",
    "[![y](attachment:a.png)](javascript:x())",
    "[y](vbscript:x())",
    "[y](data:text/html;base64,PHNjcmlwdD4=)",
    "![y](javascript:x())",
    "`` ` <script>x()</script>",
    "<script>\nx()\n</script>",
    "<div markdown=1><img src=x onerror=x()></div>",
    "\\<script>x()</script>",
    "**<img src=x onerror=x()>**",
    "$<img src=x onerror=x()>$",
    "<!-- \n--><script>x()</script>",
    "<\n<script>x()</script>",
]


@pytest.mark.parametrize("markdown", MARKDOWN_ATTACKS)
def test_markdown_is_rendered_without_anything_active(markdown):
    assert active(markdown2html(harmless_text(markdown))) == []


def active(html):
    """Dangers but for ids, which the renderer gives to headings, and links it has made harmless."""
    return [
        one
        for one in dangers(html)
        if not (isinstance(one, tuple) and (one[1] in ("id", "class") or "harmful" in one[2]))
    ]


@pytest.mark.parametrize(
    "markdown",
    ["![p](http://evil/p.png)", "![p](//evil/p.png)", "![p][1]\n\n[1]: https://evil/p.png"],
)
def test_markdown_loads_no_picture_from_elsewhere(markdown):
    # As in HTML, it would tell somebody when, and from where, the lecturer looks at it.
    page = markdown2html(harmless_text(markdown))
    assert [one for one in Page(page).attributes if one[1] == "src" and "evil" in one[2]] == []


@pytest.mark.parametrize(
    "markdown",
    [
        "![p](attachment:a.png)",
        "[there](https://example.org)",
        "[up](#title)",
        "[![a](attachment:a.png)](http://c)",
    ],
)
def test_links_and_attached_pictures_stay_in_markdown(markdown):
    assert normal(markdown2html(harmless_text(markdown))) == normal(markdown2html(markdown))


# Outputs

CLEANED = {"text/html": harmless_html, "text/markdown": harmless_text, "text/latex": harmless_text}
SAFE = {*CLEANED, "text/plain", "image/png", "image/jpeg"}
MIMES = [*SAFE, "image/svg+xml", "application/javascript", "application/pdf"]
MIMES += ["application/vnd.jupyter.widget-view+json", "text/x-anything"]


@given(st.dictionaries(st.sampled_from(MIMES), st.sampled_from(ATTACKS) | st.text(max_size=9)))
def test_an_output_keeps_safe_kinds_only_and_cleans_each(data):
    before = {"output_type": "display_data", "data": dict(data), "metadata": {"isolated": True}}
    output = harmless_output(before)
    assert set(output["data"]) == set(data) & SAFE
    for mime, content in output["data"].items():
        assert content == CLEANED.get(mime, str)(data[mime])
    assert output["metadata"] == {}
    assert before["data"] == data


def test_streams_and_errors_stay():
    for output in (
        {"output_type": "stream", "name": "stdout", "text": "<b>"},
        {"output_type": "error", "ename": "E", "evalue": "<b>", "traceback": ["<b>"]},
    ):
        assert harmless_output(output) == output
