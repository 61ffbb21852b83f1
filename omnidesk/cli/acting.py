"""Commands that change something: reply, note, close, reopen, assign, snooze, tag, undo."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from omnidesk.cli.app import NUMBER, TEXT, agent_of, common, load_config, omnidesk
from omnidesk.cli.moments import moment
from omnidesk.cli.printing import say
from omnidesk.core.errors import CannotReply, NotFound
from omnidesk.core.safetext import safe_line, show_address

if TYPE_CHECKING:
    from omnidesk.core.model import Message
    from omnidesk.desk import Desk

_T = TypeVar("_T")
_ENGINE_LEASE = "engine"


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
@click.option("--later", type=TEXT, metavar="WHEN", help="Hold it until then: tomorrow 9:00.")
@click.option("--template", type=TEXT, metavar="NAME", help="Say a template, filled in.")
@common
def reply(
    number: int,
    words: str | None,
    text: str | None,
    via: str | None,
    attach: tuple[Path, ...],
    later: str | None,
    template: str | None,
) -> None:
    """Reply to the customer.

    The reply leaves by the channel that he used last, after the time that undo has.

    Example: omnidesk reply 12 --text "It left today." --attach invoice.pdf --later "monday 9:00"
    """
    if template is not None and (words is not None or text is not None):
        raise click.UsageError("the text is given twice; keep --template or the other")
    given = said(words, text, silent=bool(attach)) if template is None else ""
    due = moment(later, "--later") if later is not None else None

    async def act(desk: Desk) -> tuple[Message, bool]:
        words = (await desk.render(template, number, via=via)).text if template else given
        written = await desk.reply(number, words, via=via, files=attach, later=due)
        return written, await engine_lives(desk)

    written, living = at_desk(act)
    print(leaves(written))
    warn(written, living)


async def engine_lives(desk: Desk) -> bool:
    """Whether somebody is there who sends what is due."""
    return await desk.store.read(lambda r: r.lease(_ENGINE_LEASE, datetime.now(UTC))) is not None


def warn(written: Message, living: bool) -> None:
    """Say what an agent must know of what he wrote."""
    if written.marked:
        say(written.marked)
    if not living:
        say("no engine is running: the reply waits until omnidesk or omnidesk engine is started")


def leaves(written: Message, what: str = "reply") -> str:
    """To whom and when something leaves, in a line."""
    to = ", ".join(show_address("", one.address) for one in (*written.to, *written.cc))
    whom = to or safe_line(str(written.handle or "nobody"))
    due = written.delivery.due_at if written.delivery else written.received_at
    seconds = (due - written.received_at).total_seconds()
    when = "leaves at once"
    if seconds:
        soon = f"in {seconds:g} s" if seconds < 60 else f"on {due.astimezone():%Y-%m-%d at %H:%M}"
        when = f"leaves {soon} (omnidesk undo takes it back)"
    return f"{what} to {whom} by {safe_line(written.channel)}, {when}"


@omnidesk.command()
@click.argument("number", type=NUMBER)
@click.argument("words", type=TEXT, required=False, metavar="[TEXT|-]")
@click.option("--text", type=TEXT, help="What to note; - reads it from standard input.")
@common
def note(number: int, words: str | None, text: str | None) -> None:
    """Add a note that customers never see.

    Example: omnidesk note 12 --text "promised a refund by phone"
    """
    given = said(words, text)
    written = at_desk(lambda desk: desk.note(number, given))
    print(f"note added to #{written.conversation}")


def said(words: str | None, text: str | None, *, silent: bool = False) -> str:
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
        read = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotReply(
            f"standard input: byte {error.start} is not UTF-8; nothing was written"
        ) from error
    if "\0" in read:
        raise CannotReply("standard input holds a NUL and is no text; use --attach for a file")
    return read.replace("\r\n", "\n").rstrip("\n")


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
@click.argument("until", type=TEXT, nargs=-1)
@common
def snooze(number: int, until: tuple[str, ...]) -> None:
    """Put a conversation aside for a while.

    It comes back when the time has come, or when the customer writes; without UNTIL, only then.
    UNTIL is 2h, tomorrow, monday 10:00, 25.12, a date, or a date with a time; a day means nine in
    the morning. In Russian, too: через 2 часа, завтра.

    Example: omnidesk snooze 12 tomorrow 10:00
    """
    at = moment(" ".join(until), "UNTIL") if until else None
    at_desk(lambda desk: desk.snooze(number, at))
    when = f"{at.astimezone():%Y-%m-%d %H:%M}" if at else "the customer writes"
    print(f"#{number} is snoozed until {when}")


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
