"""The one module that knows everyone: it puts store, channels, engine and desk together.

Heavy parts are imported where they are used: the screen must paint before any of them comes.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from omnidesk.core.channel import Capabilities
from omnidesk.core.model import Agent
from omnidesk.core.store import Store, Transaction
from omnidesk.core.value import dataclass
from omnidesk.desk import Desk, DeskSettings, NotifySettings
from omnidesk.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from omnidesk.config import ChannelConfig, Config
    from omnidesk.core.channel import Channel, Incoming
    from omnidesk.engine.intake import Intake
    from omnidesk.engine.line import Served
    from omnidesk.engine.rules import Acknowledging
    from omnidesk.engine.supervisor import Engine


@contextlib.asynccontextmanager
async def open_store(config: Config) -> AsyncIterator[SqliteStore]:
    """The desk's store, told which channels the config has."""
    async with SqliteStore(config.database) as store:
        await tell_channels(store, config)
        yield store


async def tell_channels(store: Store, config: Config) -> None:
    """Let the store know what each configured channel can do."""
    await store.write(lambda tx: register(tx, config))


def register(tx: Transaction, config: Config) -> None:
    """Write down what each configured channel can do, where that is news."""
    known = {c.name: c for c in tx.channels()}
    for name, channel in config.channels.items():
        able = channel.kind.capabilities(channel.settings)
        own = channel.kind.addresses(channel.settings)
        have = known.get(name)
        if have and have.configured and (have.capabilities, have.addresses) == (able, own):
            continue
        tx.configure(name, channel.kind_name, able, own)
    if any(c.configured and name not in config.channels for name, c in known.items()):
        tx.unconfigure_others(list(config.channels))


@contextlib.asynccontextmanager
async def open_desk(config: Config, agent: Agent) -> AsyncIterator[Desk]:
    """The desk of one agent, for the command line."""
    async with open_store(config) as store:
        yield await desk_at(store, agent, settings_of(config))


async def desk_at(store: Store, agent: Agent, settings: DeskSettings) -> Desk:
    """The desk of one agent at an open store."""
    channels: Mapping[str, Capabilities] = await store.read(
        lambda reads: {c.name: c.capabilities for c in reads.channels()}
    )
    return Desk(store, agent, settings, channels)


def settings_of(config: Config) -> DeskSettings:
    """What the desk's faces need of the config."""
    return DeskSettings(
        name=config.desk.name,
        undo_send=config.desk.undo_send,
        theme=config.ui.theme,
        language=config.ui.language,
        copy=config.ui.copy_by,
        region=config.desk.region,
        agents=config.agents,
        keys=config.keys,
        join_window=config.desk.join_window,
        reopen_within=config.desk.reopen_within,
        views=config.views,
        templates=config.path.parent / "templates",
        notify=NotifySettings(
            about=tuple(config.notify.about),
            agents=config.own_news,
            text=config.notify.text,
            quiet=config.notify.quiet,
            timezone=config.notify.timezone,
            terminal=config.notify.terminal,
            tmux=config.notify.tmux,
            command=tuple(config.notify.command),
        ),
    )


def own_addresses(config: Config) -> frozenset[str]:
    """Our addresses on all channels."""
    return frozenset(
        address for c in config.channels.values() for address in c.kind.addresses(c.settings)
    )


def open_channel(
    config: Config, channel: ChannelConfig, spool: Path, patience: float | None = None
) -> Channel:
    """A channel as its kind makes it, not connected yet."""
    from omnidesk.core.channel import Surroundings

    surroundings = Surroundings(
        spool=spool,
        desk=config.desk.name,
        patience=patience,
        own_addresses=own_addresses(config),
        region=config.desk.region,
        kept=spool.with_name("kept"),
    )
    return channel.kind.open(channel.name, channel.settings, surroundings)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterHead:
    """When a letter was written, its ids, and those it refers to.

    `travelled`: a server took it in (RFC 5321, 4.4), so that it lay in no Sent folder.
    """

    sent_at: datetime | None
    ids: tuple[str, ...]
    references: tuple[str, ...]
    travelled: bool


def letter_reader(own: frozenset[str], spool: Path) -> Callable[[bytes | Path], Incoming]:
    """What reads a raw letter, in memory or in a file, as receiving does."""
    from functools import partial

    from omnidesk.channels.email.letter import read_letter

    return partial(read_letter, spool=spool, own_addresses=own)


def letter_head(block: bytes) -> LetterHead:
    """What a letter's header, the beginning of its bytes, says of its place among others."""
    from omnidesk.channels.email.headers import date_of, ids_of, read_head

    head = read_head(block, first=True)
    return LetterHead(
        sent_at=date_of(head.get("date"), head.get("received")),
        ids=ids_of(head.get("message-id")),
        references=ids_of(head.get("references"), head.get("in-reply-to")),
        travelled=head.has("received"),
    )


async def make_intake(config: Config, channel: ChannelConfig, store: Store) -> Intake:
    """What takes in old messages of a channel, answering none, beside the engine."""
    from dataclasses import replace
    from datetime import UTC

    from omnidesk.engine.intake import Intake

    served = _served(config, channel, store, await _desk_key(store))
    rules = replace(served.rules, acknowledging=None)
    return Intake(store, channel.name, rules, now=lambda: datetime.now(UTC), fence=lambda tx: None)


async def make_engine(config: Config, store: Store) -> Engine:
    """The engine over an open store, with every channel that the config names."""
    from omnidesk.engine.supervisor import Engine

    key = await _desk_key(store)
    served = [_served(config, c, store, key) for c in config.channels.values()]
    return Engine(store, served, region=config.desk.region)


async def _desk_key(store: Store) -> bytes:
    key = await store.read(lambda reads: reads.setting("key"))
    assert key is not None, "the first migration makes it"
    return bytes.fromhex(key)


def _served(config: Config, channel: ChannelConfig, store: Store, key: bytes) -> Served:
    from omnidesk.core.placing import PlacingRules
    from omnidesk.engine.line import Served
    from omnidesk.engine.rules import Rules

    able = channel.kind.capabilities(channel.settings)
    addresses = channel.kind.addresses(channel.settings)
    placing = PlacingRules(
        channel=channel.name,
        desk_key=key,
        joins=able.joins,
        join_window=config.desk.join_window,
        reopen_within=config.desk.reopen_within,
        own=own_addresses(config),
    )
    rules = Rules(
        channel=channel.name,
        capabilities=able,
        placing=placing,
        own_address=addresses[0] if addresses else "",
        desk=config.desk.name,
        acknowledging=_acknowledging(config, channel.name),
    )
    return Served(
        name=channel.name,
        open=lambda patience: open_channel(config, channel, store.spool, patience),
        rules=rules,
        signature=_signatures(config),
    )


def _acknowledging(config: Config, channel: str) -> Acknowledging | None:
    from omnidesk.autoreplies import answers_on
    from omnidesk.core.replying import ReplyRules
    from omnidesk.engine.rules import Acknowledging

    answers = answers_on(channel, config.auto_reply, config.desk.language)
    if answers is None:
        return None
    rules = ReplyRules(an_hour=config.auto_reply.per_hour, own=own_addresses(config))
    return Acknowledging(answers=answers, rules=rules)


def _signatures(config: Config) -> Callable[[str | None], str]:
    known = {agent.id: agent.signature for agent in config.agents}
    return lambda author: known.get(author or "", "")
