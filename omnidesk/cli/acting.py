"""Commands that change something: reply, note, close, reopen, assign, snooze, tag, undo."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from omnidesk.cli.app import NUMBER, TEXT, agent_of, common, load_config, omnidesk
from omnidesk.cli.printing import say
from omnidesk.core.errors import CannotReply, NotFound
from omnidesk.core.safetext import safe_line, show_address

if TYPE_CHECKING:
    from omnidesk.core.model import Message
    from omnidesk.desk import Desk

_T = TypeVar("_T")
_ENGINE_LEASE = "engine"
_MORNING = time(9)


def at_desk(act: Callable[[Desk], Awaitable[_T]]) -> _T:
    """Do something as the agent of this run."""
    config = load_config()
    agent = agent_of(config)

    async def acting() -> _T:
        from omnidesk.wiring import open_desk

        async with open_desk(config, agent) as desk:
            return await act(desk)

    return asyncio.run(acting())


@omnidesk.command()
@click.argument("number", type=NUMBER)
@click.argument("words", type=TEXT, required=False, metavar="[TEXT|-]")
@click.option("--text", type=TEXT, help="What to say; - reads it from standard input.")
@click.option("--via", metavar="CHANNEL", type=TEXT, help="Another channel than the last one.")
@click.option(
    "--attach",
    metavar="FILE",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A file to send with it; may be given several times.",
)
@common
def reply(
    number: int, words: str | None, text: str | None, via: str | None, attach: tuple[Path, ...]
) -> None:
    """Reply to the customer.

    The reply leaves by the channel that he used last, after the time that undo has.

    Example: omnidesk reply 12 --text "It left today." --attach invoice.pdf
    """
    said = _said(words, text, silent=bool(attach))

    async def act(desk: Desk) -> tuple[Message, bool]:
        written = await desk.reply(number, said, via=via, files=attach)
        living = await desk.store.read(lambda r: r.lease(_ENGINE_LEASE, datetime.now(UTC)))
        return written, living is not None

    written, living = at_desk(act)
    print(_leaves(written))
    if written.marked:
        say(written.marked)
    if not living:
        say("no engine is running: the reply waits until omnidesk or omnidesk engine is started")


def _leaves(written: Message) -> str:
    to = ", ".join(show_address("", one.address) for one in (*written.to, *written.cc))
    whom = to or safe_line(str(written.handle or "nobody"))
    seconds = 0.0
    if written.delivery:
        seconds = (written.delivery.due_at - written.received_at).total_seconds()
    when = f"leaves in {seconds:g} s (omnidesk undo takes it back)" if seconds else "leaves at once"
    return f"reply to {whom} by {safe_line(written.channel)}, {when}"


@omnidesk.command()
@click.argument("number", type=NUMBER)
@click.argument("words", type=TEXT, required=False, metavar="[TEXT|-]")
@click.option("--text", type=TEXT, help="What to note; - reads it from standard input.")
@common
def note(number: int, words: str | None, text: str | None) -> None:
    """Add a note that customers never see.

    Example: omnidesk note 12 --text "promised a refund by phone"
    """
    said = _said(words, text)
    written = at_desk(lambda desk: desk.note(number, said))
    print(f"note added to #{written.conversation}")


def _said(words: str | None, text: str | None, *, silent: bool = False) -> str:
    """What to write: as given, else what comes on standard input."""
    if words is not None and text is not None:
        raise click.UsageError("the text is given twice; keep --text or the other")
    given = text if text is not None else words
    if given is not None and given != "-":
        return given
    if given is None and (sys.stdin is None or sys.stdin.isatty()):
        if silent:
            return ""
        raise click.UsageError("nothing to say; give --text TEXT, or - to read standard input")
    raw = sys.stdin.buffer.read()
    try:
        said = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotReply(
            f"standard input: byte {error.start} is not UTF-8; nothing was written"
        ) from error
    if "\0" in said:
        raise CannotReply("standard input holds a NUL and is no text; use --attach for a file")
    return said.replace("\r\n", "\n").rstrip("\n")


@omnidesk.command()
@click.argument("number", type=NUMBER)
@click.argument("whom", type=TEXT, required=False, metavar="[AGENT|-]")
@common
def assign(number: int, whom: str | None) -> None:
    """Give a conversation to an agent.

    Without a name it becomes yours, with - nobody's.

    Example: omnidesk assign 12 boris
    """

    async def act(desk: Desk) -> tuple[bool, str | None]:
        agent = desk.agent.id if whom is None else None if whom == "-" else whom
        known = [one.id for one in desk.agents]
        if agent is not None and agent not in known:
            near = get_close_matches(agent, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise NotFound(f"there is no agent {agent}; {hint}")
        return await desk.assign(number, agent), agent

    changed, agent = at_desk(act)
    words = f"is {agent}'s" if agent else "is nobody's"
    print(f"#{number} {words}{'' if changed else ' already'}")


@omnidesk.command()
@click.argument("numbers", type=NUMBER, nargs=-1, required=True, metavar="NUMBER...")
@common
def close(numbers: tuple[int, ...]) -> None:
    """Close conversations.

    A message from the customer opens one again.

    Example: omnidesk close 12 13
    """
    _each(numbers, lambda desk, number: desk.close(number), "closed")


@omnidesk.command()
@click.argument("numbers", type=NUMBER, nargs=-1, required=True, metavar="NUMBER...")
@common
def reopen(numbers: tuple[int, ...]) -> None:
    """Open closed, waiting or snoozed conversations again.

    Example: omnidesk reopen 12
    """
    _each(numbers, lambda desk, number: desk.reopen(number), "open")


def _each(
    numbers: tuple[int, ...], act: Callable[[Desk, int], Awaitable[bool]], state: str
) -> None:
    async def acting(desk: Desk) -> None:
        for number in numbers:
            changed = await act(desk, number)
            print(f"#{number} is {state}{'' if changed else ' already'}")

    at_desk(acting)


@omnidesk.command()
@click.argument("number", type=NUMBER)
@click.argument("until", type=TEXT)
@common
def snooze(number: int, until: str) -> None:
    """Put a conversation aside for a while.

    It comes back when the time has come, or when the customer writes. UNTIL is a duration (2h,
    3d), tomorrow, a date, or a date with a time; a date means nine in the morning.

    Example: omnidesk snooze 12 2d
    """
    at = _moment(until, datetime.now(UTC))
    at_desk(lambda desk: desk.snooze(number, at))
    print(f"#{number} is snoozed until {at.astimezone():%Y-%m-%d %H:%M}")


def _moment(text: str, now: datetime) -> datetime:
    from omnidesk.settings import duration

    try:
        if text == "tomorrow":
            at = datetime.combine(now.astimezone().date() + timedelta(days=1), _MORNING)
        elif text[:4].isdigit() and "-" in text:
            at = datetime.fromisoformat(text)
            if len(text) == len("2026-03-01"):
                at = datetime.combine(at.date(), _MORNING)
        else:
            at = now + duration(text)
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{text!r} is no time; write 2h, 3d, tomorrow, 2026-03-01 or 2026-03-01T14:30",
            param_hint="UNTIL",
        ) from None
    if at <= now:
        raise click.BadParameter(f"{text!r} is over already", param_hint="UNTIL")
    return at


@omnidesk.command()
@click.argument("number", type=NUMBER)
@click.argument("tags", type=TEXT, nargs=-1)
@click.option("--drop", type=TEXT, multiple=True, metavar="TAG", help="A tag to take off.")
@common
def tag(number: int, tags: tuple[str, ...], drop: tuple[str, ...]) -> None:
    """Put tags on a conversation, or take them off.

    Example: omnidesk tag 12 billing vip --drop new
    """
    add = [one for one in (safe_line(tag).lstrip("#") for tag in tags) if one]
    if not add and not drop:
        raise click.UsageError("no tag is given; omnidesk tag 12 billing, or --drop billing")
    changed = at_desk(lambda desk: desk.tag(number, add=add, drop=drop))
    print(f"#{number} is tagged{'' if changed else ' so already'}")


@omnidesk.command()
@click.argument("number", type=NUMBER, required=False)
@common
def undo(number: int | None) -> None:
    """Take back what you did last.

    With a number, what you did last in that conversation.

    Example: omnidesk undo 12
    """
    print(safe_line(at_desk(lambda desk: desk.undo(number))))
