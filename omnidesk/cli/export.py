"""The command export: all that the desk knows, for another program."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from omnidesk.cli import asjson
from omnidesk.cli.app import common, load_config, omnidesk
from omnidesk.cli.printing import print_json
from omnidesk.cli.streaming import pour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from omnidesk.core.store import Reads


@omnidesk.command()
@click.option(
    "-o",
    "--output",
    type=click.Choice(["json"]),
    default="json",
    expose_value=False,
    help="json, the only form.",
)
@common
def export() -> None:
    """Print everything as JSON Lines.

    Each line has a type: contact, conversation, message, delivery or event.

    Example: omnidesk export > desk.jsonl
    """
    asyncio.run(pour(load_config(), _everything, print_json))


def _everything(reads: Reads) -> Iterator[asjson.Json]:
    for contact in reads.every_contact():
        more = {"merged_into": contact.merged_into, "wish": contact.wish}
        yield asjson.typed("contact", asjson.contact(contact) | more)
    for conversation in reads.every_conversation():
        whose = reads.contact(conversation.contact)
        assert whose is not None
        pointers = reads.pointers(conversation.number)
        merged = {"merged_into": pointers.merged_into if pointers else None}
        yield asjson.typed("conversation", asjson.conversation(conversation, whose) | merged)
    pins: dict[int, list[int]] = {}
    for message in reads.every_message():
        if message.conversation not in pins:
            pins[message.conversation] = reads.pinned(message.conversation)
        pinned = message.id in pins[message.conversation]
        yield asjson.typed("message", asjson.message(message, pinned=pinned))
        if message.delivery:
            delivery = asjson.delivery(message.delivery, message.conversation)
            yield asjson.typed("delivery", delivery)
    for event in reads.every_event():
        yield asjson.typed("event", asjson.event(event))
