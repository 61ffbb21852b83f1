"""Commands that join and part: merge, unmerge, split, move-message; handles and wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from omnidesk.cli.acting import at_desk
from omnidesk.cli.app import NUMBER, TEXT, common, omnidesk
from omnidesk.cli.contacts import contact, id_of
from omnidesk.core.errors import NotFound
from omnidesk.core.model import Handle
from omnidesk.core.safetext import safe_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from omnidesk.core.store import Reads
    from omnidesk.desk import Desk

_NONE = "none"
WHO = "ID|HANDLE"


def done(act: Callable[[Desk], Awaitable[str]]) -> None:
    """Do it, and say what was done."""
    print(safe_line(at_desk(act)))


@omnidesk.command()
@click.argument("keep", type=NUMBER)
@click.argument("other", type=NUMBER)
@common
def merge(keep: int, other: int) -> None:
    """Make two conversations one.

    The first number stays; what comes to either stands there. omnidesk undo, or later
    omnidesk unmerge OTHER, parts them again.

    Example: omnidesk merge 12 15
    """
    done(lambda desk: desk.merge(keep, other))


@omnidesk.command()
@click.argument("number", type=NUMBER)
@common
def unmerge(number: int) -> None:
    """Take a conversation out of one that it was merged into.

    What came to it since goes with it.

    Example: omnidesk unmerge 15
    """
    done(lambda desk: desk.unmerge(number))


@omnidesk.command()
@click.argument("number", type=NUMBER)
@click.argument("message", type=NUMBER)
@common
def split(number: int, message: int) -> None:
    """Part a conversation at a message.

    The message and all that follow it go into a new conversation, linked to the old one.
    omnidesk show 12 -o json prints the ids of messages.

    Example: omnidesk split 12 345
    """
    done(lambda desk: desk.split(number, message))


@omnidesk.command("move-message")
@click.argument("ids", type=NUMBER, nargs=-1, required=True, metavar="[NUMBER] MESSAGE")
@click.option("--to", type=NUMBER, metavar="NUMBER", help="The conversation where it belongs.")
@click.option("--new", is_flag=True, help="A new conversation, linked to the old one.")
@common
def move_message(ids: tuple[int, ...], to: int | None, new: bool) -> None:
    """Put one message into another conversation.

    With a NUMBER before it, only if it stands there.

    Example: omnidesk move-message 345 --to 15
    """
    if len(ids) > 2:
        raise click.UsageError("one message at a time; omnidesk split moves all that follow")
    if (to is None) != new:
        raise click.UsageError("say where: --to NUMBER or --new")
    *stands, message = ids

    async def act(desk: Desk) -> str:
        if stands:
            await desk.store.read(lambda reads: _require_there(reads, stands[0], message))
        return await desk.move_message(message, to)

    done(act)


def _require_there(reads: Reads, number: int, message: int) -> None:
    found = reads.message(message)
    if found is None or found.conversation != reads.kept_by(number):
        raise NotFound(f"message {message} does not stand in [#{number}]; omnidesk show {number}")


@contact.command("merge")
@click.argument("keep", type=TEXT, metavar=WHO)
@click.argument("other", type=TEXT, metavar=WHO)
@common
def merge_contacts(keep: str, other: str) -> None:
    """Make two contacts one person; the first stays.

    Conversations stay as they are. omnidesk undo, or later omnidesk contact unmerge, parts
    them again.

    Example: omnidesk contact merge 7 telegram:1234
    """

    async def act(desk: Desk) -> str:
        first, second = await desk.store.read(
            lambda reads: (who_is(reads, keep), who_is(reads, other))
        )
        return await desk.merge_contacts(first, second)

    done(act)


@contact.command("unmerge")
@click.argument("who", type=TEXT, metavar=WHO)
@common
def unmerge_contact(who: str) -> None:
    """Take a contact out of the one that it was merged into.

    omnidesk contact show prints which are merged; a handle names the contact that had it first.

    Example: omnidesk contact unmerge 9
    """

    async def act(desk: Desk) -> str:
        return await desk.unmerge_contact(await desk.store.read(lambda reads: _part(reads, who)))

    done(act)


@contact.command("add-handle")
@click.argument("who", type=TEXT, metavar=WHO)
@click.argument("handle", type=TEXT, metavar="HANDLE")
@common
def add_handle(who: str, handle: str) -> None:
    """Add a telephone number or an address that the contact named.

    Example: omnidesk contact add-handle 7 tel:+79161234567
    """
    try:
        named = Handle.parse(handle)
    except ValueError:
        raise click.BadParameter(
            f"{handle!r} is no handle; write tel:+79161234567 or mailto:ann@example.org",
            param_hint="HANDLE",
        ) from None

    async def act(desk: Desk) -> str:
        id_ = await desk.store.read(lambda reads: who_is(reads, who))
        return await desk.bind_handle(id_, named)

    done(act)


@contact.command()
@click.argument("who", type=TEXT, metavar=WHO)
@click.argument("channel", type=TEXT, metavar="CHANNEL|none")
@common
def wish(who: str, channel: str) -> None:
    """Answer a contact by the channel that he asked for.

    Replies take it unless --via names another; none: they follow his last message again.

    Example: omnidesk contact wish 7 shop-bot
    """

    async def act(desk: Desk) -> str:
        id_ = await desk.store.read(lambda reads: who_is(reads, who))
        return await desk.set_wish(id_, None if channel == _NONE else channel)

    done(act)


def who_is(reads: Reads, who: str) -> int:
    """The contact of an id or a handle; NotFound where there is none."""
    found = id_of(reads, who)
    if found is None:
        raise NotFound(f"there is no contact {who}; omnidesk contact list shows them")
    return found


def _part(reads: Reads, who: str) -> int:
    """The very contact that a handle is bound to, whatever it is merged into."""
    if ":" not in who:
        return who_is(reads, who)
    scheme, _, value = who.partition(":")
    owner = reads.owner_of(Handle(scheme, value.lower()))
    return owner[0] if owner else who_is(reads, who)
