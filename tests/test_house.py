"""The rules of the house that no tool of the trade checks."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST = 320

KIND = re.compile(r"(?<![a-z])(telegram|e-?mail|imap|smtp)", re.IGNORECASE)
NO_KINDS_IN = ("omnidesk/core", "omnidesk/engine", "omnidesk/desk", "omnidesk/ui")
SCHEMES = {"omnidesk/core/identity.py": {"telegram", "_TELEGRAM"}}
"""Where handles are normalised: a handle's scheme is not a channel's kind."""

MACHINE = re.compile(
    r"/(?:work|root|home/\w+|Users/\w+)/|/tmp/(?:setup|bash_jobs)|files\.pythonhosted|//pypi\.org"
)
"""Paths of one machine, and hosts of package registries."""

WIDE_NET = {
    "omnidesk/engine/line.py": 2,  # the supervisor's wrapper round a channel
    "omnidesk/engine/supervisor.py": 1,  # a bug of the radar does not stop the channels
    "omnidesk/channels/telegram/updates.py": 1,  # an update that cannot be read is kept as it is
}
"""Where every exception may be kept, and how often; to clean up and raise on is free."""


def tracked(*suffixes: str) -> list[Path]:
    """The files of the project, as git knows them; new ones too."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=20, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    paths = [ROOT / name.decode() for name in done.stdout.split(b"\0") if name]
    return [path for path in paths if path.is_file() and path.name.endswith(suffixes or ("",))]


def sources() -> list[Path]:
    return sorted((ROOT / "omnidesk").rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def words(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name and every text of a module with its line; docstrings left out."""
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
            if id(node) not in prose:
                yield line, text
            continue
        for field in ("id", "attr", "arg", "name", "module", "asname"):
            if isinstance(value := getattr(node, field, None), str):
                yield line, value


def test_no_rule_and_no_screen_names_a_kind_of_channel() -> None:
    found = [
        f"{name_of(path)}:{line}: {text!r}"
        for path in sources()
        if name_of(path).startswith(NO_KINDS_IN)
        for line, text in words(ast.parse(path.read_text(encoding="utf-8")))
        if KIND.search(text) and text not in SCHEMES.get(name_of(path), ())
    ]
    assert found == [], "a missing capability"


def test_the_search_for_kinds_sees_names_and_texts_and_passes_over_prose() -> None:
    code = '"""About e-mail."""\nif kind == "email":\n    telegram_id = x.imap  # imap\n'
    assert [text for _, text in words(ast.parse(code)) if KIND.search(text)] == [
        "email",
        "telegram_id",
        "imap",
    ]


def test_a_file_stays_short() -> None:
    lengths = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in tracked(".py")
        if not name_of(path).startswith("tests/")
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_every_module_says_in_a_sentence_what_it_gives() -> None:
    assert [
        name_of(path)
        for path in sources()
        if path.stat().st_size
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ] == []


def test_only_the_supervisor_catches_everything() -> None:
    found: dict[str, int] = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and keeps_everything(node):
                found[name_of(path)] = found.get(name_of(path), 0) + 1
    assert {name: n for name, n in found.items() if n > WIDE_NET.get(name, 0)} == {}


def keeps_everything(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    caught = handler.type
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    wide = {"Exception", "BaseException"}
    return any(isinstance(name, ast.Name) and name.id in wide for name in names)


def test_the_search_for_wide_nets_sees_them_and_passes_over_those_that_raise_on() -> None:
    code = "try: x\nexcept {}:\n    clean()\n    {}"
    for caught, then, kept in (
        ("Exception", "log()", True),
        ("(OSError, BaseException) as e", "raise X from e", True),
        ("BaseException", "raise", False),
        ("OSError", "pass", False),
    ):
        (tried,) = ast.parse(code.format(caught, then)).body
        assert isinstance(tried, ast.Try)
        assert keeps_everything(tried.handlers[0]) is kept


def test_nothing_tells_of_the_machine_it_was_written_on() -> None:
    found = []
    for path in tracked():
        if path == Path(__file__):
            continue
        text = path.read_bytes().decode("utf-8", errors="replace")
        found += [f"{name_of(path)}: {hit}" for hit in MACHINE.findall(text)]
    assert found == []
