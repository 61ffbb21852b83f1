"""What is taken out of a conversation: words to the clipboard, files to a folder, links."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from omnidesk.core.language import _, ngettext
from omnidesk.core.model import Attachment, Direction, Message
from omnidesk.core.safetext import (
    SafeText,
    file_warning,
    link_host,
    safe_file_name,
    safe_line,
    show_link,
    strip_codes,
)
from omnidesk.ui.linking import LINKS_READ, links_of
from omnidesk.ui.local import number, size

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from omnidesk.ui.deskscreen import DeskScreen

    Verb = Callable[[DeskScreen], Awaitable[None] | None]

_COPIED_AT_MOST = 50_000  # characters; terminals refuse longer OSC 52 strings
_COMMAND = "OMNIDESK_COPY"
_COMMAND_SECONDS = 5.0
_SAME_NAMES = 1000
_LINKS_SHOWN = 200


async def _current(screen: DeskScreen) -> Message | None:
    """The message under the hand; in the list, the newest one of the conversation there."""
    opened = await screen.now_open()
    if opened is None or not opened.messages:
        return None
    if screen.focused is screen.thread and screen.thread.current is not None:
        return screen.thread.current
    return opened.messages[-1]


async def copy(screen: DeskScreen, text: str, said: str) -> None:
    """Put words into the clipboard, by the terminal, or by a command of the agent's own."""
    clean = strip_codes(text)[0]
    kept = clean[:_COPIED_AT_MOST]
    if len(clean) > len(kept):
        cut = ngettext("the first {n} character", "the first {n} characters", len(kept))
        said = f"{said}, {cut.format(n=number(len(kept)))}"
    asked, setting = _command(screen)
    try:
        command = shlex.split(asked)
    except ValueError as error:
        screen.say(_not_copied(setting, str(error)), alarm=True)
        return
    if not command:
        screen.app.copy_to_clipboard(kept)
        screen.say(said)
        return
    trouble = await _pipe(command, kept)
    screen.say(_not_copied(setting, trouble) if trouble else said, alarm=bool(trouble))


def _command(screen: DeskScreen) -> tuple[str, str]:
    """The command that is to copy, and the name of the setting that has it."""
    if _COMMAND in os.environ or screen.desk is None:
        return os.environ.get(_COMMAND, ""), _COMMAND
    return screen.desk.settings.copy or "", "ui.copy"


async def _pipe(command: list[str], text: str) -> str:
    """Give text to a command, never to a shell; what went wrong, in words."""
    quiet = asyncio.subprocess.DEVNULL
    try:
        running = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=quiet, stderr=quiet
        )
    except OSError as error:
        return f"{error.strerror}: {command[0]}"
    try:
        async with asyncio.timeout(_COMMAND_SECONDS):
            await running.communicate(text.encode())
    except TimeoutError:
        running.kill()
        await running.wait()
        late = _("{command} did not end within {seconds} s")
        return late.format(command=command[0], seconds=round(_COMMAND_SECONDS))
    if running.returncode:
        return _("{command} failed").format(command=command[0])
    return ""


def _not_copied(setting: str, why: str) -> str:
    return _("not copied, {setting}: {why}").format(setting=setting, why=why)


async def copy_message(screen: DeskScreen) -> None:
    """Copy the words of the message under the hand."""
    message = await _current(screen)
    if message is not None:
        await copy(screen, message.text, _("the message copied"))


async def copy_address(screen: DeskScreen) -> None:
    """Copy the address of whoever wrote it, or whom we wrote to."""
    message = await _current(screen)
    if message is None:
        return
    people = message.to if message.direction is Direction.OUT else (message.sender,)
    address = ", ".join(one.address for one in people if one is not None)
    if address:
        said = _("{address} copied").format(address=safe_line(address, 40))
        await copy(screen, safe_line(address), said)
    else:
        screen.say(_("no address stands in this message"))


async def copy_number(screen: DeskScreen) -> None:
    """Copy the number of the conversation, as it stands in a subject."""
    if screen.number is not None:
        said = _("[#{number}] copied").format(number=screen.number)
        await copy(screen, f"[#{screen.number}]", said)


def links_in(message: Message) -> list[tuple[str, str]]:
    """The links of a message with their labels, each once, by the numbers that the thread has.

    Those that no word of the text stands for come last.
    """
    labels: dict[str, str] = {}
    if message.html:
        from omnidesk.ui.anchors import anchors

        for label, url in anchors(message.html[:LINKS_READ]):
            labels.setdefault("".join(url.split()), label)
    found = {url: labels.get(url, "") for url in links_of(message.text)}
    return [(label, url) for url, label in {**found, **labels}.items()][:_LINKS_SHOWN]


async def links(screen: DeskScreen) -> None:
    """Choose one of the links; it is copied, nothing is opened."""
    from omnidesk.ui.picker import Picker

    message = await _current(screen)
    found = links_in(message) if message is not None else []
    if not found:
        screen.say(_("no link stands in this message"))
        return
    options = [
        (str(at), SafeText(f"[{at}] {show_link(label, url)}"), url)
        for at, (label, url) in enumerate(found, 1)
    ]

    async def take(url: str) -> None:
        host = link_host(url)
        if host is None:
            screen.say(_("that is no link that may be opened; it was not copied"), alarm=True)
        else:
            said = _("the link to {host} copied").format(host=host)
            await copy(screen, safe_line(url).replace(" ", ""), said)

    title = _("copy which link? host first, ≠ deceives")
    screen.app.push_screen(Picker(screen, title, options, take))


async def save(screen: DeskScreen) -> None:
    """Choose a file of the message, else of the conversation, and ask where to."""
    from omnidesk.ui.picker import Picker

    message = await _current(screen)
    if message is None:
        return
    files = _here(message)
    if not files and screen.thread.opened is not None:
        files = [f for one in reversed(screen.thread.opened.messages) for f in _here(one)]
    if not files:
        screen.say(_("no file is attached here"))
    elif len(files) == 1:
        await _ask_folder(screen, files[0])
    else:
        options = [("", _told(file), file) for file in files]
        screen.app.push_screen(
            Picker(screen, _("save which file?"), options, lambda file: _ask_folder(screen, file))
        )


def _here(message: Message) -> list[Attachment]:
    return [file for file in message.attachments if file.sha256 is not None]


def _told(file: Attachment) -> SafeText:
    warning = file_warning(file.name)
    warned = f", {warning}" if warning else ""
    return SafeText(f"{safe_file_name(file.name)} {size(file.size)}{warned}")


async def _ask_folder(screen: DeskScreen, file: Attachment) -> None:
    from omnidesk.ui.question import Question, ask

    downloads = Path.home() / "Downloads"
    usual = screen.saved_to or (downloads if downloads.is_dir() else Path.home())

    def told(typed: str) -> tuple[str, bool]:
        folder = Path(typed.strip() or ".").expanduser()
        if folder.exists() and not folder.is_dir():
            return _("{path} is no folder").format(path=safe_line(str(folder))), False
        said = _("as {file}") if folder.is_dir() else _("into a new folder, as {file}")
        return said.format(file=_told(file)), True

    def take(typed: str) -> None:
        folder = Path(typed.strip() or ".").expanduser()
        screen.jobs.put(lambda: _save(screen, file, folder))

    question = Question(screen, _("save into"), told, take, value=str(usual))
    await ask(question, screen)


async def _save(screen: DeskScreen, file: Attachment, folder: Path) -> str:
    desk = screen.desk
    assert desk is not None
    assert file.sha256 is not None
    source = desk.store.blobs.path(file.sha256)
    try:
        path = await asyncio.to_thread(save_as, source, folder, file.name)
    except OSError as error:
        said = _("not saved: {path}: {why}")
        screen.say(said.format(path=error.filename or folder, why=error.strerror), alarm=True)
        return ""
    screen.saved_to = folder
    return _("saved as {path}").format(path=path)


def save_as(source: Path, folder: Path, name: str) -> Path:
    """Copy a file to a name that is free; nobody else may read it. OSError where it cannot be."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    safe_name = safe_file_name(name)
    stem, dot, extension = safe_name.rpartition(".")
    for count in range(1, _SAME_NAMES):
        numbered = f"{stem} ({count}).{extension}" if dot else f"{safe_name} ({count})"
        path = folder / (safe_name if count == 1 else numbered)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            descriptor = os.open(path, flags, 0o600)
        except FileExistsError:
            continue
        try:
            with os.fdopen(descriptor, "wb") as there, source.open("rb") as here:
                shutil.copyfileobj(here, there)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return path
    raise FileExistsError(17, _("too many files of this name"), str(folder / safe_name))
