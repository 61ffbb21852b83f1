"""What happens at a desk, told line by line in plain words."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from omnidesk.core.events import Event, What
from omnidesk.core.model import DeliveryState, Direction, State
from omnidesk.core.safetext import safe_line
from omnidesk.core.summary import one_line, visible
from omnidesk.desk.cards import card_of

if TYPE_CHECKING:
    from omnidesk.core.model import Message
    from omnidesk.core.store import Reads, Store

_WIDTH = 60
_PAGE = 500


class Narrator:
    """Tells what people do and what the store notes, with the seconds since it began."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._began = time.monotonic()
        self._told = 0

    def say(self, who: str, text: str) -> None:
        """One line."""
        seconds = time.monotonic() - self._began
        self._write(f"{seconds:5.1f} s  {who:<9} {safe_line(text)}\n")

    async def follow(self, store: Store) -> None:
        """Tell every event of a store until cancelled."""
        async for _ in store.changes():
            for who, text in await store.read(self._news):
                self.say(who, text)

    def _news(self, reads: Reads) -> list[tuple[str, str]]:
        news = []
        for event in reads.events(self._told, _PAGE):
            self._told = event.seq
            message = reads.message(event.message) if event.message else None
            if text := _telling(event, message) or _joining(reads, event):
                news.append((event.channel or "desk", text))
        return news


def _telling(event: Event, message: Message | None) -> str:
    place = f"#{event.conversation}"
    match event.kind:
        case What.MESSAGE_RECEIVED if message:
            return f"{_name(message)}: {_said(message)} -> {_where(event, place, message)}"
        case What.MESSAGE_WRITTEN if message and message.automatic:
            return f"{place} gets its automatic acknowledgement"
        case What.MESSAGE_WRITTEN if message:
            return f"{event.actor} answers {place}: {_said(message)}"
        case What.MESSAGE_EDITED if message:
            return f"{_name(message)} changes what stands in {place}: {_said(message)}"
        case What.NOTE_ADDED if message:
            return f"{event.actor} notes in {place}, for the team only: {_said(message)}"
        case What.CALL_LOGGED if message:
            return f"{event.actor} writes down a call, which joins {place}: {_said(message)}"
        case What.DELIVERY_CHANGED if message:
            return _delivery(place, event, message)
        case What.CHANNEL_CHANGED:
            reason = event.data.get("reason")
            return f"is {event.data.get('state')}" + (f": {reason}" if reason else "")
        case What.CONVERSATION_CHANGED:
            after = event.data.get("after") or {}
            closed = after.get("state") == State.CLOSED.value
            return f"{event.actor} closes {place}" if closed else ""
        case _:
            return ""


def _joining(reads: Reads, event: Event) -> str:
    """What is told of people: who rings, who may be who, who was made one."""
    said = event.data
    match event.kind:
        case What.CALL_RINGING:
            return f"it rings: {said['handle'] or 'number withheld'}, {_known(reads, event)}"
        case What.SUGGESTED:
            mark = "#" if said["what"] == "conversation" else "contact "
            return f"{mark}{said['one']} and {mark}{said['other']} may be one: an agent decides"
        case What.HANDLE_ADDED:
            return f"{event.actor} adds {said['handle']} to contact {event.contact}"
        case What.CONTACT_CHANGED if wish := (said.get("after") or {}).get("wish"):
            return f"{event.actor} notes that contact {event.contact} asks for answers by {wish}"
        case What.CONTACT_MERGED:
            return f"{event.actor} makes contacts {said['kept']} and {said['merged']} one person"
        case What.CONVERSATION_MERGED:
            return f"{event.actor} makes #{said['merged']} a part of #{said['kept']}"
        case _:
            return ""


def _known(reads: Reads, event: Event) -> str:
    card = card_of(reads, event.contact) if event.contact is not None else None
    if card is None:
        return "nobody is known by it"
    if card.last is None:
        return card.contact.name
    words = one_line(visible(card.last.text, card.last.folded), _WIDTH)
    return f"{card.contact.name}, last wrote: {words}"


def _name(message: Message) -> str:
    sender = message.sender
    return (sender.name or sender.address) if sender else "somebody"


def _said(message: Message) -> str:
    head = "" if message.direction is Direction.OUT else message.subject
    files = "".join(f" [{file.name}]" for file in message.attachments)
    return one_line(head or visible(message.text, message.folded), _WIDTH) + files


def _where(event: Event, place: str, message: Message) -> str:
    verb = "opens" if event.data.get("opened") else "joins"
    marks = [message.why, message.marked or "", message.automatic or ""]
    return f"{verb} {place} ({'; '.join(mark for mark in marks if mark)})"


def _delivery(place: str, event: Event, message: Message) -> str:
    what = "acknowledgement" if message.automatic else "answer"
    after, reason = event.data.get("after"), event.data.get("reason")
    match after:
        case DeliveryState.SENT:
            return f"the {what} in {place} is sent"
        case DeliveryState.QUEUED:
            return f"the {what} in {place} waits: {reason}"
        case DeliveryState.FAILED:
            return f"the {what} in {place} came back: {reason}"
        case DeliveryState.UNKNOWN:
            return f"the {what} in {place} may have gone out: {reason}"
        case _:
            return ""
