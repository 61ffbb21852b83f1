"""No sentence for people stands in the code without being said in the screen's language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("core", "desk", "engine", "channels", "ui")
"""What the screen shows is said here; the command line and the config speak English."""

SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:!?…]? [\"'(\[{#]?(?:an? )?[A-Za-z]{2,}")
WORD = re.compile(r"[A-Za-z]{2,}")
SAYERS = frozenset({"_", "N_", "ngettext", "pgettext"})
SHOWN = frozenset({"SafeText", "say", "safe_line"})
"""A bare word in these is shown; elsewhere it may be the name of something."""

DUMB = frozenset({"_act", "cast", "compile", "fullmatch", "finditer", "sub"})
"""Calls whose words are not shown, or are gathered from their table (`_act`)."""

NAMES = frozenset({"id", "name", "classes", "group"})
STYLES = frozenset({"DEFAULT_CSS", "CSS", "VIEWS"})

NOT_SAID = {
    "channels/email/automatic.py": "header fields",
    "channels/email/bouncewords.py": "words of other servers",
    "channels/email/charset.py": "names of charsets",
    "channels/email/compose.py": "header fields",
    "channels/email/quotes.py": "words of other programs",
    "channels/email/settings.py": "config",
    "channels/email/signatures.py": "words of customers",
    "channels/log/settings.py": "config",
    "channels/telegram/names.py": "names of the Bot API",
    "channels/telegram/settings.py": "config",
    "core/alike.py": "words of customers",
    "core/datewords.py": "words that are typed",
    "core/hours.py": "config",
    "core/model.py": "for who programs",
    "core/signing.py": "for who programs",
}
"""Files whose sentences are no agent's, and whose they are."""

LEFT = {
    ("channels/email/channel.py", "polled every "): "the answer of `omnidesk check`",
    ("channels/email/imap.py", "("): "a command of IMAP",
    ("channels/email/imap_protocol.py", " was given while "): "for who programs",
    ("channels/email/imap_protocol.py", " is under way"): "for who programs",
    ("channels/log/channel.py", "logged by hand"): "the answer of `omnidesk check`",
    ("channels/log/channel.py", " is a named pipe"): "the answer of `omnidesk check`",
    ("channels/log/channel.py", " is not there yet"): "the answer of `omnidesk check`",
    ("channels/log/channel.py", " is there, "): "the answer of `omnidesk check`",
    ("channels/telegram/files.py", "too big"): "words of Telegram",
    ("channels/telegram/sending.py", "Request Entity Too Large"): "words of Telegram",
    ("channels/telegram/sending.py", "blocked by the user"): "words of Telegram",
    ("channels/telegram/sending.py", "not a member"): "words of Telegram",
    ("channels/telegram/sending.py", "chat not found"): "words of Telegram",
    ("channels/telegram/trouble.py", ". Parsing the server response"): "words of a library",
    ("channels/telegram/trouble.py", "Bad Gateway"): "words of a library",
    ("channels/telegram/trouble.py", "Gateway Time"): "words of a library",
    ("channels/telegram/trouble.py", "Unknown HTTPError"): "words of a library",
    ("core/filters.py", "assignee:me, assignee:none"): "typed so in every language",
    ("core/safetext.py", "apk app"): "endings of files",
    ("core/safetext.py", "csv doc"): "endings of files",
    ("core/shaping.py", "a piece of"): "for who programs",
    ("core/shaping.py", " carries nothing"): "for who programs",
    ("desk/notices.py", "omnidesk"): "our name",
    ("ui/bars.py", " omnidesk "): "our name",
    ("ui/", "config.toml: "): "the name of a file",
    ("ui/keymap.py", "call review"): "the name of a place",
    ("ui/keymap.py", "search words"): "the name of a place",
    ("desk/begun.py", "begun by "): "the name of a setting",
    ("ui/telling.py", "We answered you"): "for customers, in theirs",
}
"""Single texts that stay as they are, by their beginning, and why."""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "omnidesk").as_posix()


def called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def passed_over(tree: ast.Module) -> Iterator[ast.AST]:
    """Docstrings, what is said, logged, matched or styled, names, types, and what fails a check."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as text):
                yield text
            case ast.Assert(msg=ast.expr() as text):
                yield from ast.walk(text)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if name in STYLES:
                    yield from ast.walk(node)
            case ast.ClassDef(bases=bases):
                for base in bases:
                    yield from ast.walk(base)
            case ast.Raise(exc=ast.Call(func=ast.Name(id="AssertionError" | "AttributeError"))):
                yield from ast.walk(node)
            case ast.Call():
                logged = re.search(r"(^|\.)log\.\w+$", ast.unparse(node.func))
                if logged or called(node) in SAYERS | DUMB:
                    yield from ast.walk(node)
                for keyword in node.keywords:
                    if keyword.arg in NAMES:
                        yield from ast.walk(keyword.value)


def shown_bare(tree: ast.Module) -> Iterator[ast.AST]:
    """The texts that are handed to the screen right where they stand."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in SHOWN and node.args:
            yield node.args[0]
            if isinstance(node.args[0], ast.JoinedStr):
                yield from node.args[0].values


def unsaid(source: str) -> list[tuple[int, str]]:
    """Line and text of what looks as if people read it and is not said in their language."""
    tree = ast.parse(source)
    over = {id(node) for node in passed_over(tree)}
    bare = {id(node) for node in shown_bare(tree)}
    return sorted(
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in over
        and (SENTENCE.search(node.value) or (id(node) in bare and WORD.search(node.value)))
    )


def found() -> list[tuple[str, int, str]]:
    return [
        (name_of(path), line, text)
        for folder in FOLDERS
        for path in sorted((ROOT / "omnidesk" / folder).rglob("*.py"))
        if name_of(path) not in NOT_SAID
        for line, text in unsaid(path.read_text(encoding="utf-8"))
    ]


def is_left(name: str, text: str) -> bool:
    if name == "channels/email/bouncereasons.py" and "|" in text:
        return True  # a pattern of what servers say
    return any(name.startswith(file) and text.startswith(begin) for file, begin in LEFT)


def test_every_sentence_for_people_is_said_in_their_language() -> None:
    left = [(name, line, text) for name, line, text in found() if not is_left(name, text)]
    assert [f"omnidesk/{name}:{line}: {text!r}" for name, line, text in left] == [], "_(...)"


def test_nothing_is_excused_that_is_not_there() -> None:
    there = found()
    assert [
        (name, begin)
        for name, begin in LEFT
        if not any(file.startswith(name) and text.startswith(begin) for file, _line, text in there)
    ] == []
    assert [name for name in NOT_SAID if not (ROOT / "omnidesk" / name).is_file()] == []


def test_the_search_sees_a_sentence_wherever_it_stands() -> None:
    code = '''
"""A docstring of two words."""
a = "two words"
b = f"{n} files were saved"
c = SafeText("word")
d = SafeText(f"{n} lines")
e = screen.say("done")
f = {"key": "in a table"}
g = SafeText(_("said in all languages"))
h = ngettext("{n} file here", "{n} files here", n)
log.warning("no agent reads this channel=%s", a)
i = Label(id="no words", classes="not any")
j = SafeText(names["one"])
k = screen["one"]
assert a, "never so at all"
'''
    assert [text for _line, text in unsaid(code)] == [
        "two words",
        " files were saved",
        "word",
        " lines",
        "done",
        "in a table",
    ]
