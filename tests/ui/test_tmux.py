"""The screen in a real tmux: its title, its bell, a picture in its cells."""

from __future__ import annotations

import io
import os
import shlex
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from omnidesk.core.model import Attachment
from tests.ui.terminal import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.ui.house import House

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
_PATIENCE = 20.0


class Tmux:
    """A server of its own; the screen is in the window that is not seen."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "tmux"

    def __call__(self, *words: str) -> str:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("TMUX", "LC_", "LANG"))}
        done = subprocess.run(
            ["tmux", "-S", str(self._socket), "-f", "/dev/null", *words],
            env={**kept, "LANG": "C.UTF-8", "TERM": "xterm-256color"},
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=True,
        )
        return done.stdout

    def open(self, database: Path) -> None:
        program = [sys.executable, "-m", "tests.ui.run_screen", str(database)]
        command = f"cd {shlex.quote(str(ROOT))} && exec {shlex.join(program)}"
        self("new-session", "-d", "-x", "100", "-y", "30", "-n", "desk", command)
        self("new-window", "-n", "other", "sleep 60")

    def type(self, *keys: str) -> None:
        self("send-keys", "-t", "desk", *keys)

    @property
    def text(self) -> str:
        return self("capture-pane", "-p", "-t", "desk")

    def told(self, what: str) -> str:
        return self("display-message", "-p", "-t", "desk", f"#{{{what}}}").strip()

    def wait(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + _PATIENCE
        while not holds():
            assert time.monotonic() < end, self.text
            time.sleep(0.05)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    server = Tmux(tmp_path)
    try:
        yield server
    finally:
        server("kill-server")


async def test_tmux_gets_the_title_and_the_bell_of_a_window_that_is_not_seen(
    acme: House, tmux: Tmux
) -> None:
    number = await acme.says("eve", "first", channel="shop-bot")
    await acme.desk.assign(number, "anna")
    tmux.open(acme.store.path)
    tmux.wait(lambda: "first" in tmux.text)
    tmux.wait(lambda: tmux.told("pane_title") == "omnidesk (1)")
    tmux.type("-H", "1b", "5b", "49")  # what tmux sends with focus-events: the focus is here
    await acme.says("eve", "second", channel="shop-bot")
    tmux.wait(lambda: "second" in tmux.text)
    assert tmux.told("window_bell_flag") == "0"
    tmux.type("-H", "1b", "5b", "4f")  # and gone
    await acme.says("eve", "third", channel="shop-bot")
    tmux.wait(lambda: tmux.told("window_bell_flag") == "1")
    tmux.type("C-q")
    tmux.wait(lambda: "desk" not in tmux("list-windows", "-F", "#{window_name}"))


async def test_a_picture_is_seen_in_tmux(acme: House, tmux: Tmux) -> None:
    out = io.BytesIO()
    Image.new("RGB", (60, 60), "red").save(out, "PNG")
    (digest, size), *_ = acme.store.blobs.put([out.getvalue()])
    photo = Attachment(id=0, name="one.png", media_type="image/png", size=size, sha256=digest)
    await acme.says("ann", "look", subject="Photo", files=(photo,))
    tmux.open(acme.store.path)
    tmux.wait(lambda: "Ann: look" in tmux.text)
    tmux.type("g", "v")
    tmux.wait(lambda: "any key closes it" in tmux.text)
    assert tmux.text.count("▀") > 500
    tmux.type("q")
    tmux.wait(lambda: "▀" not in tmux.text and "Photo" in tmux.text)
