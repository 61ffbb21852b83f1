"""HTML becomes text that reads well, and its quotes are known."""

from __future__ import annotations

import time

import pytest

from omnidesk.channels.email.htmltext import html_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain &amp; simple", "plain & simple"),
        ("<p>One<p>Two<br>three", "One\n\nTwo\nthree"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<div><br></div><div>b<br><br>c</div>", "b\n\nc"),
        ("a  <b> b </b>\n c", "a b c"),
        ("x<b>y</b>z", "xyz"),
        ("<ul><li>one<li>two<ul><li>in</ul></ul>after", "• one\n• two\n  • in\n\nafter"),
        ("<ol start=3><li>x<li><p>y</p></ol>", "3. x\n4. y"),
        ("<table><tr><th>A<th>B<tr><td>1<td>2</table>", "A | B\n1 | 2"),
        ("<table><tr><td><div>1</div></td><td><p>2</p></td></tr></table>", "1 | 2"),
        ("<table><tr><td>a<br>b<td>1<td>2</table>", "a / b | 1 | 2"),
        ("<table><tr><td>a<br>b<td>c<br>d</table>", "a\nb\nc\nd"),
        ("<table><tr><td><p>Sum<td><p>5<tr><td><p>All<td><p>6</table>", "Sum | 5\nAll | 6"),
        ("<table><tr><th>A<th>B<th>C<tr><td>1<td><td>3</table>", "A | B | C\n1 | - | 3"),
        ("<table><tr><td>1<td><td>3<td>4</table>", "1 | 3 | 4"),
        ("<table><tr><td><td>a<br>b<td></table>", "a\nb"),
        ("<table><tr><td>1<td><a href='mailto:x@y.org'>x@y.org</a></table>", "1 | x@y.org"),
        ("<li><a href='https://a.example/'>a.example</a>", "• a.example"),
        ('<a href="https://a.example/x">here</a>', "here <https://a.example/x>"),
        ('<a href="https://a.example/">https://a.example</a>', "https://a.example"),
        ('<a href="mailto:x@y.org">x@y.org</a>', "x@y.org"),
        ('<a href="javascript:x()">here</a> <a href="#top">up</a>', "here up"),
        ('<a href="https://a.example/"><img src=x></a>b', "b"),
        ("<img alt='Our  logo' src=cid:x>", "[Our logo]"),
        ("<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"),
        ("<style>x{}</style><script>y</script><title>t</title>z", "z"),
        ("<!-- note -->z<![CDATA[q]]>", "z"),
        ("a<hr>b", "a\n________________________________\nb"),
        ("<blockquote>said<br>more</blockquote>no", "> said\n> more\n\nno"),
        ("<blockquote style='margin:0 0 0 40px;border:none'>moved</blockquote>", "moved"),
        ("&nbsp;<p>&nbsp;</p>x", "x"),
        ("", ""),
        ("<>", "<>"),
    ],
)
def test_html_reads_well_as_text(html: str, text: str) -> None:
    assert html_text(html).text == text


@pytest.mark.parametrize(
    "style",
    ["display:none", "color:red; DISPLAY : none !important", "visibility:hidden",
     "max-height:0;overflow:hidden", "opacity:0"],
)  # fmt: skip
def test_what_a_reader_would_not_see_is_dropped_and_counted(style: str) -> None:
    read = html_text(f'<div style="{style}">Teaser text</div><p>Shown</p>')
    assert (read.text, read.hidden) == ("Shown", 11)


@pytest.mark.parametrize(
    "style", ["font-size:0px", "max-height:05px", "mso-hide:all", "opacity:0.5", "max-height:0.5em"]
)
def test_what_is_only_styled_stays(style: str) -> None:
    assert html_text(f'<div style="{style}">Text</div>').text == "Text"


@pytest.mark.parametrize(
    ("html", "quoted"),
    [
        ("a<blockquote type=cite>q</blockquote>b", ["> q"]),
        ('a<div class="gmail_quote">whole</div>b', ["whole"]),
        (
            'a<div class="gmail_quote"><p class="gmail_attr">A:</p><blockquote>q</blockquote>b',
            ["A:"],
        ),
        ('a<div id="appendonsend"></div><hr>rest', ["_" * 32 + "\nrest"]),
        ('a<div id="divRplyFwdMsg"><b>From:</b> x</div><p>old', ["From: x\n\nold"]),
        ('<p>a<div class="moz-cite-prefix">A wrote:</div>b', ["A wrote:"]),
        ('a<div class="x yahoo_quoted">old</div>', ["old"]),
        (
            '<p>a<div><div style="border:0;border-top:solid #E1E1E1 1pt"><p>От: x</div></div>old',
            ["От: x\n\nold"],
        ),
        ('<p>a<div style="border-top:solid 1pt">Our prices</div>', []),
        ("<blockquote>one's own</blockquote>", []),
    ],
)
def test_quotes_are_kept_and_known(html: str, quoted: list[str]) -> None:
    read = html_text(html)
    assert [read.text[start:end] for start, end in read.quoted] == quoted


HOSTILE = {
    "divs": "<div>" * 12_000,
    "lists": "<ul><li>" * 7_500,
    "bold": "<b>" * 20_000,
    "links": "<a href=x><div>" * 4_000,
    "fonts": "<p>" + "".join(f"<b a={n}>" for n in range(800)) + "<p>x" * 12_000,
    "few fonts": "<p>" + "".join(f"<b a={n}>" for n in range(240)) + "<p>x" * 240,
    "attributes": "<a " + " ".join(f"a{n}=1" for n in range(8_000)) + ">",
    "brackets": "<" * 60_000,
    "comments": "<!--" * 15_000,
    "tables": "<table><tr><td>" * 4_000,
    "rows": "<table><tr><td>a<td>b<td>" * 2_000,
    "closers": "<div>" * 6_000 + "</p>" * 6_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_60_kb_of_hostile_html_take_no_time(name: str) -> None:
    started = time.process_time()
    html_text(HOSTILE[name])
    assert time.process_time() - started < 1.0


def test_hostile_html_keeps_its_words() -> None:
    text = "<p>" + "".join(f"<b a={n}>" for n in range(800)) + "<p>word" * 2_000
    assert html_text(text).text.split() == ["word"] * 2_000
