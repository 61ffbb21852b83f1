"""Every letter of tests/letters is read as the JSON beside it says."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from omnidesk.channels.email.letter import read_letter
from omnidesk.core.channel import Incoming

LETTERS = Path(__file__).parent.parent / "letters"
OWN = frozenset({"support@example.com"})


def plain(incoming: Incoming) -> dict[str, Any]:
    """What was read, without what was not there."""
    shown: dict[str, Any] = {}
    for each in fields(incoming):
        value = getattr(incoming, each.name)
        if each.name == "raw" or value in (None, "", (), False) or value is each.default is True:
            continue
        shown[each.name] = _plain(value)
    shown["folded"] = [incoming.text[start:end] for start, end in incoming.folded]
    shown["external_id"] = shown["external_id"][:12]
    return shown


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()[:12]
    if hasattr(value, "__dataclass_fields__"):
        return {
            each.name: _plain(getattr(value, each.name))
            for each in fields(value)
            if getattr(value, each.name) not in (None, False)
        }
    return value if isinstance(value, str | int | bool) else str(value)


@pytest.mark.parametrize("path", sorted(LETTERS.glob("*.eml")), ids=lambda path: path.stem)
def test_a_letter_is_read_as_its_golden_result_says(path: Path, tmp_path: Path) -> None:
    raw = path.read_bytes()
    read = plain(read_letter(raw, spool=tmp_path, own_addresses=OWN))
    assert read == json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted(LETTERS.glob("*.eml")), ids=lambda path: path.stem)
def test_a_letter_in_a_file_reads_as_the_same_letter_in_memory(path: Path, tmp_path: Path) -> None:
    in_memory = plain(read_letter(path.read_bytes(), spool=tmp_path, own_addresses=OWN))
    assert plain(read_letter(path, spool=tmp_path, own_addresses=OWN)) == in_memory


@pytest.mark.parametrize("path", sorted(LETTERS.glob("*.eml")), ids=lambda path: path.stem)
def test_line_ends_change_nothing_but_the_identity(path: Path, tmp_path: Path) -> None:
    bare = path.read_bytes().replace(b"\r\n", b"\n")
    reads = []
    for raw in (bare, bare.replace(b"\n", b"\r\n")):
        read = plain(read_letter(raw, spool=tmp_path, own_addresses=OWN))
        del read["external_id"]
        reads.append({key: value for key, value in read.items() if key not in {"files", "html"}})
    assert reads[0] == reads[1]
