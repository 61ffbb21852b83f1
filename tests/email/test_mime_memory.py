"""A letter of 25 MB passes through without being held."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from omnidesk.channels.email.letter import read_letter

MEGABYTE = 1 << 20
HEAD = b"""From: ann@example.org
Subject: a large one
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

The file is large.
"""
READ = """
import json, re, sys
from pathlib import Path
from omnidesk.channels.email.letter import read_letter

def peak():  # ru_maxrss would keep the peak of the process that started this one
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

read_letter(b"From: a@example.org\\nContent-Type: text/html\\n\\n<p>x", spool=Path(sys.argv[2]))
before = peak()
incoming = read_letter(Path(sys.argv[1]), spool=Path(sys.argv[2]))
grown = peak() - before
held = bytearray(40 << 20)
assert peak() - before > 39, "this measures nothing"
files = [[each.name, each.size, str(each.content)] for each in incoming.files]
print(json.dumps([grown, incoming.text, files]))
"""


def _large(path: Path, *, encoding: str, size: int, media: str = "application/zip") -> str:
    """A letter with one large file; the SHA-256 of the file."""
    content = random.Random(7).randbytes(size)
    if encoding == "base64":
        body = base64.encodebytes(content)
    else:
        content = body = content.replace(b"\n", b"x").replace(b"\r", b"y")
    with path.open("wb") as file:
        file.write(HEAD + b"--b\nContent-Type: " + media.encode())
        file.write(b"; name=big.zip\nContent-Transfer-Encoding: " + encoding.encode() + b"\n\n")
        file.write(body)
        file.write(b"\n--b--\n" if encoding != "base64" else b"--b--\n")
    return hashlib.sha256(content).hexdigest()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
@pytest.mark.parametrize("encoding", ["base64", "binary"])
def test_a_letter_of_25_mb_costs_little_memory(encoding: str, tmp_path: Path) -> None:
    letter, spool = tmp_path / "large.eml", tmp_path / "spool"
    spool.mkdir()
    digest = _large(letter, encoding=encoding, size=18 * MEGABYTE)
    done = subprocess.run(
        [sys.executable, "-c", READ, str(letter), str(spool)],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    grown, text, ((name, size, content),) = json.loads(done.stdout)
    print(f"{letter.stat().st_size / MEGABYTE:.0f} MB letter ({encoding}): {grown:.1f} MB more")
    assert grown < 25
    assert text == "The file is large."
    assert (name, size) == ("big.zip", 18 * MEGABYTE)
    assert hashlib.sha256(Path(content).read_bytes()).hexdigest() == digest


def test_small_files_stay_in_memory_and_large_ones_go_to_the_spool(tmp_path: Path) -> None:
    small, large = b"s" * 65_535, b"l" * 65_536
    parts = (
        b"--b\nContent-Type: a/b\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(each)
        for each in (small, large)
    )
    incoming = read_letter(HEAD + b"".join(parts) + b"--b--\n", spool=tmp_path)
    first, second = incoming.files
    assert first.content == small
    assert isinstance(second.content, Path)
    assert second.content.parent == tmp_path
    assert second.content.read_bytes() == large
    assert (first.size, second.size) == (65_535, 65_536)


def test_a_text_longer_than_is_shown_is_also_a_file(tmp_path: Path) -> None:
    body = b"a line of text\n" * 200_000
    incoming = read_letter(b"From: ann@example.org\n\n" + body, spool=tmp_path)
    assert incoming.text.endswith("[…]")
    (file,) = incoming.files
    assert isinstance(file.content, Path)
    assert file.content.read_bytes() == body
    assert file.name == "part-1.txt"


def test_a_full_spool_is_not_the_letters_fault(tmp_path: Path) -> None:
    raw = HEAD + b"--b\nContent-Type: a/b\n\n" + b"x" * 200_000 + b"\n--b--\n"
    with pytest.raises(FileNotFoundError):
        read_letter(raw, spool=tmp_path / "missing")
