"""What the desk's modules need of each other goes one way, also inside functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import omnidesk

ROOT = Path(omnidesk.__file__).parent


def needed(source: str, package: str) -> Iterator[str]:
    """The modules of a package that a module of it imports anywhere."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        if node.module == package:
            yield from (f"{package}.{alias.name}" for alias in node.names)
        elif node.module.startswith(f"{package}."):
            yield node.module


@pytest.mark.parametrize("package", ["core", "desk", "engine"])
def test_no_module_needs_one_that_needs_it(package: str) -> None:
    name = f"omnidesk.{package}"
    graph = {
        f"{name}.{path.stem}": set(needed(path.read_text(encoding="utf-8"), name))
        for path in (ROOT / package).glob("*.py")
        if path.stem != "__init__"
    }
    assert len(graph) > 10
    TopologicalSorter(graph).prepare()


def test_a_circle_would_be_found() -> None:
    one = "def late():\n    from omnidesk.desk import other"
    other = "if TYPE_CHECKING:\n    from omnidesk.desk.one import One"
    graph = {
        "omnidesk.desk.one": set(needed(one, "omnidesk.desk")),
        "omnidesk.desk.other": set(needed(other, "omnidesk.desk")),
    }
    with pytest.raises(CycleError):
        TopologicalSorter(graph).prepare()
