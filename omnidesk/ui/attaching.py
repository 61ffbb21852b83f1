"""Files that go with a reply: named in one line, listed above the text."""

from __future__ import annotations

import asyncio
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.strip import Strip
from textual.widgets import Input

from omnidesk.core.language import _, ngettext
from omnidesk.core.routing import Refused, Route, losses
from omnidesk.core.safetext import SafeText, file_warning, safe_file_name, safe_line, strip_codes
from omnidesk.core.stored import read_stored
from omnidesk.ui import keymap
from omnidesk.ui.lines import Line, cut
from omnidesk.ui.local import size
from omnidesk.ui.painted import Painted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from omnidesk.desk import Desk
    from omnidesk.ui.composer import Composer
    from omnidesk.ui.deskscreen import DeskScreen

_LOOK_SECONDS = 3.0
_ROWS = 4
_OFFERED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A file of the agent's; `missing` says why it cannot be sent."""

    path: str
    size: int = 0
    missing: str = ""

    @property
    def name(self) -> SafeText:
        """What the customer will see."""
        return safe_file_name(Path(self.path).name)

    @property
    def told(self) -> SafeText:
        """Its name, and its size or what is wrong."""
        if self.missing:
            return SafeText(f"{self.name}: {safe_line(self.missing)}")
        warning = file_warning(self.name)
        return SafeText(f"{self.name} {size(self.size)}{f', {warning}' if warning else ''}")


def look(typed: str) -> Picked:
    """The file of a path as it is typed or pasted: `~`, quotes, spaces around it."""
    bare = typed.strip()
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "'\"":
        bare = bare[1:-1]
    path = Path(bare)
    try:
        path = path.expanduser().absolute()
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            return Picked(path=str(path), missing=_("is a folder; name a file in it"))
        if not stat.S_ISREG(found.st_mode):  # a pipe would be read for ever
            return Picked(path=str(path), missing=_("is no file"))
        if not os.access(path, os.R_OK):
            return Picked(path=str(path), missing=_("may not be read by you"))
    except OSError as error:
        return Picked(path=str(path), missing=error.strerror or _("cannot be read"))
    except (RuntimeError, ValueError):  # no such user's home; a null byte
        return Picked(path=bare, missing=_("is no path"))
    return Picked(path=str(path), size=found.st_size)


async def look_again(paths: Sequence[str], desk: Desk) -> list[Picked]:
    """Files of a draft as they are now, on the agent's disk or in the store."""
    return [
        await (_in_store(path, desk) if read_stored(path) else _in_time(path)) for path in paths
    ]


async def _in_store(entry: str, desk: Desk) -> Picked:
    count = await desk.stored_size(entry)
    if count is None:
        return Picked(path=entry, missing=_("is no longer in the store"))
    return Picked(path=entry, size=count)


async def _in_time(path: str) -> Picked:
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            return await asyncio.to_thread(look, path)
    except TimeoutError:
        return Picked(path=path, missing=_("does not answer; is its disk there?"))


def completions(typed: str) -> tuple[str, list[SafeText]]:
    """The typed path as far as it is certain, and what may follow with sizes."""
    head, slash, begun = typed.rpartition("/")
    folder = Path(f"{head}{slash}" or ".")
    try:
        with os.scandir(folder.expanduser()) as entries:
            fitting = sorted(
                (
                    (entry.name, entry.is_dir())
                    for entry in entries
                    if entry.name.startswith(begun) and _typable(entry.name)
                    if begun.startswith(".") or not entry.name.startswith(".")
                ),
            )[:_OFFERED]
    except (OSError, RuntimeError, ValueError):
        return typed, []
    if not fitting:
        return typed, []
    certain = os.path.commonprefix([name for name, __ in fitting])  # noqa: RUF071 - letters are meant
    if len(fitting) == 1 and fitting[0][1]:
        certain += "/"
    told = [
        SafeText(f"{name}/") if is_folder else look(f"{head}{slash}{name}").told
        for name, is_folder in fitting[:_ROWS]
    ]
    if len(fitting) > _ROWS:
        more = len(fitting) - _ROWS
        told.append(SafeText(ngettext("and {n} more", "and {n} more", more).format(n=more)))
    return f"{head}{slash}{certain}", told


def _typable(name: str) -> bool:
    return strip_codes(name)[0] == name and "\n" not in name


class Files(Painted):
    """The files above the text; no line where there is none."""

    ground = "bar"

    def __init__(self, picked: Iterable[Picked] = ()) -> None:
        super().__init__()
        self.picked: list[Picked] = []
        self.put(picked)

    def put(self, picked: Iterable[Picked]) -> None:
        """Show these."""
        self.picked = list(picked)
        self.display = bool(self.picked)
        self.styles.height = min(len(self.picked), _ROWS)
        self.refresh(layout=True)

    @property
    def paths(self) -> tuple[str, ...]:
        """Where they are."""
        return tuple(one.path for one in self.picked)

    def lines(self) -> list[tuple[SafeText, str]]:
        """Each with its number, and the ink that says whether it can go."""
        return [
            (SafeText(f"[{at}] {one.told}"), "alert" if one.missing else "mark")
            for at, one in enumerate(self.picked, 1)
        ]

    def lost(self, route: Route | Refused) -> list[SafeText]:
        """What the way of a reply cannot carry."""
        if isinstance(route, Refused):
            return []
        return [safe_line(why) for why in losses("", self.picked, (), route.way)]

    def render_line(self, y: int) -> Strip:
        lines = self.lines()
        if y >= len(lines):
            return self.paint(())
        more = len(lines) - _ROWS
        words, ink = lines[y]
        if more > 0 and y == _ROWS - 1:
            said = ngettext(
                "and {n} more, Esc lists them", "and {n} more, Esc lists them", more + 1
            )
            words, ink = SafeText(said.format(n=more + 1)), "muted"
        line: Line = ((SafeText(" "), "text"), (cut(words, self.inner_width - 1), ink))
        return self.paint(line)


class PathLine(Input):
    """Asks for a path: Tab completes, Enter attaches, Esc leaves."""

    place = keymap.ATTACH
    DEFAULT_CSS = """
    PathLine { dock: bottom; margin-bottom: 1; height: 1; background: $ink-cursor-back; }
    """

    def __init__(self, composer: Composer) -> None:
        asked = SafeText(_("file to attach, Tab completes, ~ is your home"))
        super().__init__("", placeholder=asked, compact=True, select_on_focus=False)
        self.composer = composer


async def ask(screen: DeskScreen) -> None:
    """Open the line, where files can go at all."""
    composer = screen.composer
    if composer is None or composer.done or screen.query(PathLine):
        return
    if composer.note:
        screen.say(_("a note carries no files; ^N makes it a reply"), alarm=True)
        return
    if isinstance(composer.route, Route) and not composer.route.way.capabilities.attachments:
        said = _("{channel} carries no files; V goes by another channel")
        screen.say(said.format(channel=composer.route.way.channel), alarm=True)
        return
    line = PathLine(composer)
    await screen.mount(line)
    screen.set_focus(line)


async def complete(screen: DeskScreen) -> None:
    """Type the rest of the path, as far as it is certain."""
    line = _line(screen)
    if line is None:
        return
    typed = line.value
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            certain, offered = await asyncio.to_thread(completions, typed)
    except TimeoutError:
        screen.say(_("this folder does not answer"), alarm=True)
        return
    if line.value == typed:
        line.value = certain
        line.cursor_position = len(certain)
    screen.say("  ".join(offered) if offered else _("no such file"), alarm=not offered)


async def take(screen: DeskScreen) -> None:
    """Attach the file, or say why not and let the line stand."""
    line = _line(screen)
    if line is None:
        return
    if not line.value.strip():
        await leave(screen)
        return
    composer = line.composer
    picked = await _in_time(line.value)
    found = [*composer.files.picked, picked]
    if picked.missing:
        screen.say(f"{picked.name} {picked.missing}", alarm=True)
        return
    if isinstance(composer.route, Route):
        refused = losses("", [picked], (), composer.route.way)
        if refused:
            screen.say(refused[0], alarm=True)
            return
    if picked.path in composer.files.paths:
        screen.say(_("{file} is attached already").format(file=picked.name), alarm=True)
        return
    await leave(screen)
    _put(screen, composer, found)
    screen.say(_("attached {file}").format(file=picked.told))


async def leave(screen: DeskScreen) -> None:
    """Back to where the hand was."""
    line = _line(screen)
    if line is None:
        return
    composer = line.composer
    screen.set_focus(composer.review if composer.reviewing else composer.writing)
    await line.remove()


async def detach(screen: DeskScreen) -> None:
    """Take a file off; of several the one whose number is told."""
    composer = screen.composer
    if composer is None or composer.done or not composer.files.picked:
        screen.say(_("no file is attached"))
        return
    if len(composer.files.picked) == 1:
        _put(screen, composer, [])
        screen.say(_("the file is off"))
        return
    from omnidesk.ui.asking import ask_number

    def off(number: int) -> None:
        picked = composer.files.picked
        if not 1 <= number <= len(picked):
            screen.say(_("there is no file {number}").format(number=number), alarm=True)
            return
        screen.say(_("{file} is off").format(file=picked[number - 1].name))
        _put(screen, composer, [*picked[: number - 1], *picked[number:]])

    await ask_number(screen, _("number of the file to take off"), off)


def _line(screen: DeskScreen) -> PathLine | None:
    found = screen.query(PathLine)
    return found.first() if found else None


def _put(screen: DeskScreen, composer: Composer, picked: list[Picked]) -> None:
    from omnidesk.ui.writing import save_soon

    composer.files.put(picked)
    if composer.reviewing:
        composer.look_over(composer.opened)
    save_soon(screen)


DEEDS: Mapping[str, Callable[[DeskScreen], Awaitable[None]]] = {
    "ask": ask,
    "detach": detach,
    "complete": complete,
    "take": take,
    "leave": leave,
}
