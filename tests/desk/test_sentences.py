"""Whatever the desk says to an agent can be said in his language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import omnidesk.desk

DESK = Path(omnidesk.desk.__file__).parent
COMMAND_LINE = {"rights.py"}
"""What only the command line says stays English."""

_ERRORS = {"CannotReply", "CannotUndo", "CannotJoin", "CannotLog", "NotFound", "BadTemplate"}
_SAYINGS = {"reason", "why", "marked"}


def unsaid(source: str) -> Iterator[tuple[int, str]]:
    """Sentences, with their lines, that an error or a reason has and no catalog could."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        said: list[ast.expr] = []
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in _ERRORS:
                said += node.args
            said += [k.value for k in node.keywords if k.arg in _SAYINGS]
        elif isinstance(node, ast.FunctionDef) and ast.unparse(node.returns or node) == "str":
            said += [r.value for r in ast.walk(node) if isinstance(r, ast.Return) and r.value]
        for one in said:
            for bare in _bare(one):
                yield bare.lineno, ast.unparse(bare)


def _bare(said: ast.expr) -> Iterator[ast.expr]:
    if isinstance(said, ast.IfExp):
        yield from (*_bare(said.body), *_bare(said.orelse))
    elif isinstance(said, ast.BoolOp):
        for value in said.values:
            yield from _bare(value)
    elif _is_sentence(said):
        yield said


def _is_sentence(said: ast.expr) -> bool:
    if isinstance(said, ast.Constant):
        return isinstance(said.value, str) and " " in said.value.strip()
    if isinstance(said, ast.JoinedStr):
        parts = [part.value for part in said.values if isinstance(part, ast.Constant)]
        return any(len(word) > 2 and word.isalpha() for p in parts for word in str(p).split())
    return False


def test_no_sentence_of_the_desk_is_english_alone() -> None:
    assert [
        f"{file.name}:{line}: {said}"
        for file in sorted(DESK.glob("*.py"))
        if file.name not in COMMAND_LINE
        for line, said in unsaid(file.read_text(encoding="utf-8"))
    ] == []


def test_the_search_sees_bare_sentences_and_passes_over_translated_ones() -> None:
    bare = (
        'def f(n: int) -> str:\n    if n: raise NotFound(f"no {n} there")\n    return "it is gone"'
    )
    assert sorted(line for line, _ in unsaid(bare)) == [2, 3]
    said = (
        'def f(n: int) -> str:\n    return _("no {n} there").format(n=n)\nx(reason=_("it is so"))'
    )
    assert list(unsaid(said)) == []
    assert list(unsaid('Refused(reason=a or f"{b} cannot send")')) != []
