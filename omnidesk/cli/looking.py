"""Commands that look: list, show, search."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from difflib import get_close_matches
from itertools import chain
from typing import TYPE_CHECKING

import click

from omnidesk.cli import asjson, astext
from omnidesk.cli.app import (
    NUMBER,
    TEXT,
    agent_of,
    as_json,
    common,
    given,
    load_config,
    omnidesk,
)
from omnidesk.cli.printing import (
    Column,
    Table,
    age,
    can_be_bold,
    local,
    on_terminal,
    print_json,
    say,
    width,
)
from omnidesk.core.errors import BadFilter
from omnidesk.core.safetext import cells, safe_line, strip_codes
from omnidesk.core.store import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from omnidesk.config import Config
    from omnidesk.core.events import Event
    from omnidesk.core.filters import Filter
    from omnidesk.core.model import Contact, Conversation, Hit, Row
    from omnidesk.core.store import Reads

_PAGE = 200
_EMPTY = {
    "inbox": "the inbox is empty: no conversation is open",
    "mine": "nothing is assigned to you; omnidesk list --view unassigned shows what is free",
    "unassigned": "every open conversation is somebody's",
    "waiting": "no conversation waits for its customer",
    "snoozed": "nothing is snoozed",
    "failed": "no reply has failed",
    "closed": "no conversation is closed",
    "all": "there is no conversation yet; omnidesk engine receives them",
}
_COLUMNS = (
    Column("NUMBER", 7),
    Column("STATE", 7),
    Column("WAITS", 5),
    Column("CHANNEL", 10),
    Column("WHOSE", 8),
    Column("NAME", 16),
    Column("SUBJECT"),
)
_BOLD, _PLAIN = "\x1b[1m", "\x1b[22m"
_HIS = re.compile(r"(assignee:\S*\bme\b|is:mine)", re.IGNORECASE)
_MARKS = re.compile("([\x02\x03])")


@omnidesk.command("list")
@click.option(
    "--view",
    type=TEXT,
    default="inbox",
    help=f"{', '.join(VIEWS)}, or one of yours.",
    shell_complete=lambda _context, _parameter, typed: [v for v in VIEWS if v.startswith(typed)],
)
@click.option("--filter", "query", type=TEXT, default="", help="Only what it leaves of the view.")
@as_json
@common
def list_(view: str, query: str, json: bool) -> None:
    """List conversations, longest wait first.

    A filter has words, "phrases", and tag: channel: from: assignee: state: waiting: is:
    priority: before: after: file: subject:, each with - before it for the opposite.

    Example: omnidesk list --view mine --filter "tag:vip waiting:>2h" -o json
    """
    config = load_config()
    _require_view(config, view)
    # Only what is his asks who he is.
    filters = " ".join([query, *(one.filter for one in config.views if one.name == view)])
    his = view == "mine" or _HIS.search(filters) or given().agent
    agent = agent_of(config).id if his else ""
    if not asyncio.run(_list(config, view, query, agent, json)) and not json:
        found = "nothing is left of it by this filter" if query else "no conversation is in it"
        say(found if query or view not in _EMPTY else _EMPTY[view])


def _require_view(config: Config, view: str) -> None:
    known = [*VIEWS, *(one.name for one in config.views)]
    if view not in known:
        near = get_close_matches(view, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
        raise click.BadParameter(f"there is no view {view!r}; {hint}", param_hint="--view")


async def _list(config: Config, view: str, query: str, agent: str, json: bool) -> bool:
    from omnidesk.desk.finding import narrowed
    from omnidesk.wiring import open_store

    saved = next((one for one in config.views if one.name == view), None)
    try:
        inside, wish = narrowed(
            view, saved, query, agent=agent, channels=config.channels, now=datetime.now(UTC)
        )
    except BadFilter as error:
        raise click.UsageError(str(error)) from None
    newest = saved is not None and saved.order == "newest"
    after: tuple[int, int] | None = None
    table = Table(_COLUMNS)
    async with open_store(config) as store:
        while True:
            page = await store.read(
                lambda r, after=after: _page(r, inside, wish, agent, after, newest=newest)  # type: ignore[misc]
            )
            for row, found, whose in page:
                if json:
                    print_json(asjson.conversation(found, whose))
                else:
                    table.row(*_fields(row, datetime.now(UTC)))
            if len(page) < _PAGE:
                return bool(page) or after is not None
            after = (page[-1][0].rank, page[-1][0].number)


def _page(
    reads: Reads,
    view: str,
    wish: Filter,
    agent: str,
    after: tuple[int, int] | None,
    *,
    newest: bool,
) -> list[tuple[Row, Conversation, Contact]]:
    if wish:
        rows = reads.rows_filtered(wish, view, agent=agent, after=after, limit=_PAGE, newest=newest)
    else:
        rows = reads.rows(view, agent=agent, after=after, limit=_PAGE, newest=newest)
    return [(row, *_with_contact(reads, row.number)) for row in rows]


def _with_contact(reads: Reads, number: int) -> tuple[Conversation, Contact]:
    from omnidesk.desk.opening import find

    _, found, whose = find(reads, number)
    return found, whose


def _fields(row: Row, now: datetime) -> tuple[str, ...]:
    return (
        str(row.number),
        "failed" if row.failed else row.state.value,
        age(row.waiting_since, now),
        row.channel,
        row.assignee or "-",
        row.name or "-",
        " - ".join(part for part in (row.subject, row.snippet) if part),
    )


@omnidesk.command()
@click.argument("number", type=NUMBER)
@as_json
@common
def show(number: int, json: bool) -> None:
    """Show one conversation with its messages.

    Example: omnidesk show 12
    """
    config = load_config()
    asyncio.run(_show(config, number, json))


async def _show(config: Config, number: int, json: bool) -> None:
    from omnidesk.wiring import open_store

    async with open_store(config) as store:
        if json:
            print_json(await store.read(lambda reads: _whole(reads, number)))
            return
        for line in await store.read(lambda reads: list(_told(reads, number))):
            print(line)


def _whole(reads: Reads, number: int) -> asjson.Json:
    found, whose = _with_contact(reads, number)
    pinned, said = reads.pinned(found.number), reads.messages(found.number)
    return {
        **asjson.conversation(found, whose),
        "messages": [asjson.message(one, pinned=one.id in pinned) for one in said],
        "events": [asjson.event(one) for one in _events(reads, found.number)],
    }


def _events(reads: Reads, number: int) -> list[Event]:
    """What happened in a conversation and in all that was merged into it."""
    each = (reads.events_of(one) for one in reads.members("conversation", number))
    return sorted(chain.from_iterable(each), key=lambda event: event.seq)


def _told(reads: Reads, number: int) -> Iterator[str]:
    found, whose = _with_contact(reads, number)
    yield from astext.conversation(found, whose, datetime.now(UTC))
    for one in reads.messages(found.number):
        yield ""
        yield from astext.message(one)


@omnidesk.command()
@click.argument("query", type=TEXT, nargs=-1, required=True)
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, help="At most so many hits (50)."
)
@as_json
@common
def search(query: tuple[str, ...], limit: int, json: bool) -> None:
    """Search all messages for words, newest first.

    Other forms of a word are found too; words in double quotes only as they stand. The filters
    of list narrow it: from: channel: before: after: file: subject: and the others.

    Example: omnidesk search invoice '"order 4412"' from:anna after:2026-09-01
    """
    config = load_config()
    words = " ".join(query)
    found = asyncio.run(_search(config, words, limit))
    for hit in found:
        if json:
            print_json(asjson.hit(hit))
        else:
            _print_hit(hit)
    if not found and not json:
        say(f"nothing was found for {words}")


async def _search(config: Config, query: str, limit: int) -> list[Hit]:
    from omnidesk.desk.finding import asked
    from omnidesk.wiring import open_store

    agent = agent_of(config).id if _HIS.search(query) else ""
    try:
        wish = asked(query, agent=agent, channels=config.channels, now=datetime.now(UTC))
    except BadFilter as error:
        raise click.UsageError(str(error)) from None
    async with open_store(config) as store:
        return await store.read(lambda reads: reads.search(wish, limit=limit))


def _print_hit(hit: Hit) -> None:
    head = (f"#{hit.conversation}", local(hit.at), safe_line(hit.name), safe_line(hit.subject))
    if not on_terminal():
        print("\t".join((*head, _marked(hit.snippet, None))))
        return
    print(safe_line("  ".join(head), width()))
    print("    " + _marked(hit.snippet, width() - 4))


def _marked(snippet: str, room: int | None) -> str:
    """A snippet on one line: its hits bold where it has to fit into `room` cells."""
    if room is None:
        return safe_line(_MARKS.sub("", snippet))
    bold, plain = (_BOLD, _PLAIN) if can_be_bold() else ("", "")
    pieces: list[str] = []
    for piece in _MARKS.split(snippet):
        if piece in ("\x02", "\x03"):
            pieces.append(bold if piece == "\x02" else plain)
            continue
        for char in re.sub(r"\s+", " ", strip_codes(piece)[0]):
            room -= cells(char)
            if room < 0:
                return "".join((*pieces, plain))
            pieces.append(char)
    return "".join((*pieces, plain))
