"""Commands about what may be one: suggestions of contacts and conversations, and never."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from omnidesk.cli import asjson
from omnidesk.cli.app import NUMBER, TEXT, as_json, common, load_config, omnidesk
from omnidesk.cli.contacts import contact
from omnidesk.cli.joining import WHO, done, who_is
from omnidesk.cli.printing import print_json, say
from omnidesk.core.safetext import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from omnidesk.config import Config
    from omnidesk.core.model import Contact, Conversation
    from omnidesk.core.store import Reads, Suggested
    from omnidesk.desk import Desk


@contact.command()
@as_json
@common
def suggestions(json: bool) -> None:
    """List contacts that may be one person, the surest first, and why.

    Example: omnidesk contact suggestions
    """
    found = asyncio.run(_suggestions(load_config()))
    for suggested, one, other in found:
        if json:
            said = {"reason": suggested.reason, "score": suggested.score}
            both = {"one": asjson.contact(one), "other": asjson.contact(other)}
            print_json({"what": suggested.what, **both, **said})
        else:
            names = f"{one.id} {one.name} = {other.id} {other.name}?"
            print(safe_line(f"{names} {suggested.reason}"))
    if not found and not json:
        say("no two contacts look like one person")


@contact.command("never")
@click.argument("who", type=TEXT, metavar=WHO)
@click.argument("other", type=TEXT, metavar=WHO)
@common
def never_contacts(who: str, other: str) -> None:
    """Remember that two contacts are not one person.

    They are not suggested again; omnidesk undo takes it back.

    Example: omnidesk contact never 7 telegram:1234
    """

    async def act(desk: Desk) -> str:
        first, second = await desk.store.read(
            lambda reads: (who_is(reads, who), who_is(reads, other))
        )
        return await desk.never("contact", first, second)

    done(act)


@omnidesk.command()
@click.argument("number", type=NUMBER)
@click.argument("other", type=NUMBER)
@common
def never(number: int, other: int) -> None:
    """Remember that two conversations are not one.

    They are not suggested again; omnidesk undo takes it back.

    Example: omnidesk never 12 15
    """
    done(lambda desk: desk.never("conversation", number, other))


@omnidesk.command("suggestions")
@as_json
@common
def conversation_suggestions(json: bool) -> None:
    """List conversations that may be one, and why.

    The surest stand first. omnidesk merge makes them one, omnidesk never says that they are not.

    Example: omnidesk suggestions
    """
    found = asyncio.run(_same(load_config()))
    for suggested, one, other in found:
        if json:
            said = {"reason": suggested.reason, "score": suggested.score}
            both = {"one": asjson.conversation(*one), "other": asjson.conversation(*other)}
            print_json({"what": suggested.what, **both, **said})
        else:
            sides = " = ".join(f"#{talk.number} {who.name}" for talk, who in (one, other))
            print(safe_line(f"{sides}? {suggested.reason}"))
    if not found and not json:
        say("no two conversations look like one")


_Talk = tuple["Conversation", "Contact"]


async def _same(config: Config) -> list[tuple[Suggested, _Talk, _Talk]]:
    from omnidesk.wiring import open_store

    async with open_store(config) as store:
        return await store.read(lambda reads: list(_talks(reads)))


def _talks(reads: Reads) -> Iterator[tuple[Suggested, _Talk, _Talk]]:
    """Each pair of conversations, as merges have made them by now."""
    for suggested in reads.suggested("conversation"):
        one, other = _talk(reads, suggested.one), _talk(reads, suggested.other)
        if one and other and one[0].number != other[0].number:
            yield suggested, one, other


def _talk(reads: Reads, number: int) -> _Talk | None:
    found = reads.conversation(reads.kept_by(number))
    who = reads.contact(found.contact) if found else None
    return (found, who) if found and who else None


async def _suggestions(config: Config) -> list[tuple[Suggested, Contact, Contact]]:
    from omnidesk.wiring import open_store

    async with open_store(config) as store:
        return await store.read(lambda reads: list(_pairs(reads)))


def _pairs(reads: Reads) -> Iterator[tuple[Suggested, Contact, Contact]]:
    """Each pair of persons once, as merges have made them by now."""
    shown: set[frozenset[int]] = set()
    for suggested in reads.suggested("contact"):
        one, other = reads.contact(suggested.one), reads.contact(suggested.other)
        if one is None or other is None or one.id == other.id:
            continue
        pair = frozenset((one.id, other.id))
        if pair not in shown and not reads.decided_never("contact", one.id, other.id):
            shown.add(pair)
            yield suggested, one, other
