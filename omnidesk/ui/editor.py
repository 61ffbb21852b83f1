"""The unsent text in the editor that the agent is used to."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import shutil
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from omnidesk.core.language import _
from omnidesk.core.safetext import SafeText, safe_line, strip_codes
from omnidesk.ui import writing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from omnidesk.ui.composer import Composer
    from omnidesk.ui.deskscreen import DeskScreen

_USUAL = ("editor", "nano", "vi")
_SAVE_SECONDS = 5.0
_END_SECONDS = 2.0
_TYPED_IN_TERMINAL = (signal.SIGINT, signal.SIGQUIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEdited:
    """The text is as it was, and why."""

    reason: str


def command(env: Mapping[str, str]) -> list[str] | NotEdited:
    """VISUAL, else EDITOR, else one that is usually there, in words for exec."""
    named = next((name for name in ("VISUAL", "EDITOR") if env.get(name, "").strip()), None)
    if named is None:
        found = next(filter(None, (shutil.which(name) for name in _USUAL)), None)
        return [found] if found else NotEdited(reason=_("no editor here; set EDITOR to yours"))
    try:
        return shlex.split(env[named])
    except ValueError:
        return NotEdited(
            reason=_("{variable} is no command: a quote is not closed").format(variable=named)
        )


async def edit(screen: DeskScreen) -> None:
    """Hand the text to the editor, and take it back when the editor ends."""
    composer = screen.composer
    if composer is None or composer.done or composer.writing.read_only:
        return
    if composer.reviewing:
        writing.resume(screen)
    composer.writing.read_only = True  # what is typed before the editor paints would be lost
    screen.run_worker(_there_and_back(screen, composer), name="editor", group="editor")


async def _there_and_back(screen: DeskScreen, composer: Composer) -> None:
    try:
        found = await _edited(screen, composer)
    finally:
        composer.writing.read_only = False
    if isinstance(found, NotEdited):
        said = _("{reason}; the text is as it was").format(reason=found.reason)
        screen.say(said, alarm=True)
    elif found != composer.text:
        field = composer.writing
        field.replace(found, (0, 0), field.document.end)
        field.move_cursor(field.document.end)


async def _edited(screen: DeskScreen, composer: Composer) -> str | NotEdited:
    words = command(os.environ)
    if isinstance(words, NotEdited):
        return words
    writing.save_now(screen, composer)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_SAVE_SECONDS):
            await screen.jobs.finished()
    before = composer.text
    try:
        file = await asyncio.to_thread(_write, before, f"{_kind(composer)}-{composer.number}.txt")
    except OSError as error:
        return NotEdited(reason=_("no file for the editor: {error}").format(error=error.strerror))
    try:
        failed = await _run(screen, words, file)
        if failed is not None:
            return failed
        return await asyncio.to_thread(_read, file, before)
    finally:
        await asyncio.to_thread(shutil.rmtree, file.parent, ignore_errors=True)


def _kind(composer: Composer) -> str:
    return "note" if composer.note else "reply"


def _write(text: str, name: str) -> Path:
    file = Path(tempfile.mkdtemp(prefix="omnidesk-")) / name  # mkdtemp: nobody else may look in
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(file, flags, 0o600), "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
    except OSError:
        shutil.rmtree(file.parent, ignore_errors=True)
        raise
    return file


def _read(file: Path, before: str) -> SafeText | NotEdited:
    try:
        text = file.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        return NotEdited(
            reason=_("the editor left nothing to read: {error}").format(error=error.strerror)
        )
    if text.endswith("\n") and not before.endswith("\n"):
        text = text[:-1]  # an editor ends the last line, too
    return strip_codes(text)[0]


async def _run(screen: DeskScreen, words: list[str], file: Path) -> NotEdited | None:
    """Let the editor have the terminal; what is wrong, if something is."""
    app = screen.app
    name = safe_line(Path(words[0]).name, 40)
    try:
        # nothing is painted meanwhile: the driver's queue is short, and a full one would block
        with app.batch_update(), _ours_no_more(), app.suspend():
            try:
                code = await _wait(words, file)
            except OSError as error:
                code = error
    except SuspendNotSupported:
        return NotEdited(reason=_("this terminal cannot be lent to an editor"))
    if isinstance(code, FileNotFoundError):
        return NotEdited(
            reason=_("there is no {name} here; set EDITOR to an editor that is").format(name=name)
        )
    if isinstance(code, OSError):
        return NotEdited(
            reason=_("{name} does not start: {error}; set EDITOR to another").format(
                name=name, error=code.strerror
            )
        )
    said = _("{name} ended with {code}").format(name=name, code=code)
    return NotEdited(reason=said) if code else None


async def _wait(words: list[str], file: Path) -> int | OSError:
    editor = await asyncio.create_subprocess_exec(*words, str(file))
    try:
        return await editor.wait()  # a person types there: no time-out
    finally:
        if editor.returncode is None:  # we are told to go
            editor.terminate()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_END_SECONDS):
                    await editor.wait()


@contextlib.contextmanager
def _ours_no_more() -> Iterator[None]:
    """^C and ^\\ are the editor's: the terminal sends them to us as well.

    A handler, not SIG_IGN, which the editor would inherit.
    """
    before = {number: signal.signal(number, lambda *__: None) for number in _TYPED_IN_TERMINAL}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
