"""Commands about the people who write: contact list, contact show."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from omnidesk.cli import asjson
from omnidesk.cli.app import TEXT, as_json, common, load_config, omnidesk
from omnidesk.cli.printing import Column, Table, local, print_json, say
from omnidesk.cli.streaming import pour
from omnidesk.core.errors import NotFound
from omnidesk.core.model import Handle
from omnidesk.core.safetext import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from omnidesk.config import Config
    from omnidesk.core.model import Contact, Conversation
    from omnidesk.core.store import Reads

_MOST = 1000
_COLUMNS = (Column("ID", 7), Column("NAME", 28), Column("HANDLES"))


@omnidesk.group()
@common
def contact() -> None:
    """The people who write to the desk."""


@contact.command("list")
@click.argument("part", type=TEXT, required=False)
@as_json
@common
def list_(part: str | None, json: bool) -> None:
    """List contacts; with a PART of a name or address only those that have it.

    Example: omnidesk contact list petrova
    """
    config = load_config()
    table = Table(_COLUMNS)

    def show(one: Contact) -> None:
        if json:
            print_json(asjson.contact(one))
        else:
            table.row(str(one.id), one.name, _handles(one))

    shown = asyncio.run(pour(config, lambda reads: _matching(reads, part), show))
    if not shown and not json:
        say(f"no contact has {part} in it" if part else "there is no contact yet")


def _matching(reads: Reads, part: str | None) -> Iterator[Contact]:
    wanted = (part or "").casefold()
    for one in reads.every_contact():
        known = " ".join((one.name, *(f"{k.handle} {k.name}" for k in one.handles)))
        if one.merged_into is None and wanted in known.casefold():
            yield one


def _handles(one: Contact) -> str:
    return ", ".join(str(known.handle) for known in one.handles)


@contact.command()
@click.argument("who", type=TEXT, metavar="ID|HANDLE")
@as_json
@common
def show(who: str, json: bool) -> None:
    """Show a contact: every handle, how it is known, and the conversations.

    Example: omnidesk contact show mailto:ann@example.org
    """
    config = load_config()
    found, talks, parts = asyncio.run(_show(config, who))
    if json:
        print_json(
            {
                **asjson.contact(found),
                "wish": found.wish,
                "merged": parts,
                "conversations": [asjson.conversation(one, found) for one in talks],
            }
        )
        return
    print(f"{found.id} {safe_line(found.name)}")
    for known in found.handles:
        name = f" {safe_line(known.name)}" if known.name else ""
        print(f"  {safe_line(str(known.handle))} ({known.known}){name}")
    if found.wish:
        print(f"  asked to be answered by {safe_line(found.wish)}")
    if parts:
        print(f"  merged in: {', '.join(map(str, parts))}")
    for one in talks:
        print(f"  #{one.number} {one.state}, {local(one.last_at)}: {safe_line(one.subject)}")


async def _show(config: Config, who: str) -> tuple[Contact, list[Conversation], list[int]]:
    from omnidesk.wiring import open_store

    async with open_store(config) as store:
        return await store.read(lambda reads: _whole(reads, who))


def _whole(reads: Reads, who: str) -> tuple[Contact, list[Conversation], list[int]]:
    found = reads.contact(id_) if (id_ := id_of(reads, who)) is not None else None
    if found is None:
        raise NotFound(f"there is no contact {who}; omnidesk contact list shows them")
    numbers = [row.number for row in reads.conversations_of(found.id, limit=_MOST)]
    talks = [one for one in map(reads.conversation, numbers) if one is not None]
    return found, talks, [id_ for id_ in reads.members("contact", found.id) if id_ != found.id]


def id_of(reads: Reads, who: str) -> int | None:
    """The contact that a number or a handle names; a number may be nobody's."""
    if who.isascii() and who.isdigit():
        return int(who[:18])
    try:
        handle = Handle.parse(who)
    except ValueError:
        return None
    return reads.contact_of(Handle(handle.scheme, handle.value.lower()))
