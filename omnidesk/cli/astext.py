"""Conversations and messages as a person reads them in a terminal.

Whatever others wrote stands indented, so that nobody can forge a line of ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from omnidesk.cli.printing import age, local, measure, on_terminal, size, width
from omnidesk.core.model import Direction, State
from omnidesk.core.safetext import file_warning, safe, safe_line, show_address

if TYPE_CHECKING:
    from omnidesk.core.channel import Incoming
    from omnidesk.core.model import Address, Attachment, Contact, Conversation, Message

_INDENT = "  "
_NOTE_INDENT = "  note| "
_PLAIN_WIDTH = 80


def conversation(one: Conversation, whose: Contact, now: datetime) -> Iterator[str]:
    """The head of a conversation: what it is about, how it stands, whose it is."""
    yield f"#{one.number} {safe_line(one.subject)}"
    yield _INDENT + ", ".join(_standing(one, now))
    yield _INDENT + contact_line(whose)
    if one.linked:
        yield _INDENT + "linked: " + " ".join(f"#{number}" for number in one.linked)


def contact_line(whose: Contact) -> str:
    """A contact's name and handles in one line."""
    handles = ", ".join(safe_line(str(known.handle)) for known in whose.handles)
    return f"{safe_line(whose.name)} ({handles or 'no handle'})"


def _standing(one: Conversation, now: datetime) -> Iterator[str]:
    until = f" until {local(one.snoozed_until)}" if one.snoozed_until else ""
    yield f"{one.state}{until}"
    if one.state is not State.CLOSED and one.waiting_since:
        yield f"waits for us {age(one.waiting_since, now)}"
    yield f"assigned to {safe_line(one.assignee)}" if one.assignee else "nobody's"
    if one.failed:
        yield f"{one.failed} not sent!"
    if one.priority:
        yield f"priority {one.priority}"
    if one.tags:
        yield "tags " + " ".join(safe_line(tag) for tag in one.tags)


def message(one: Message) -> Iterator[str]:
    """A stored message under a line that says who, where and when."""
    if one.direction is Direction.NOTE:
        who = safe_line(one.author or "somebody")
        words = f"NOTE by {who}, {local(one.received_at)}, customers never see this"
        yield _rule(words, "=")
        yield from _body(one.text, one.folded, _NOTE_INDENT)
        return
    way = f"by {safe_line(one.channel)}"
    yield _rule(" ".join((_people(one), way, local(one.sent_at or one.received_at))), "-")
    for word, said in (("marked", one.marked), ("automatic", one.automatic)):
        if said:
            yield f"[{word}: {safe_line(said)}]"
    yield from _rest(one, one.attachments)
    if one.delivery:
        reason = f": {safe_line(one.delivery.reason)}" if one.delivery.reason else ""
        yield f"[{one.delivery.state}{reason}]"


def letter(file: str, one: Incoming, attachments: Sequence[Attachment]) -> Iterator[str]:
    """A letter that is in no store."""
    yield _rule(safe_line(file), "=")
    yield f"{_people(one)} {local(one.sent_at)}".rstrip()
    yield _INDENT + (safe_line(one.subject) or "(no subject)")
    yield from _rest(one, attachments)


def _rest(one: Message | Incoming, attachments: Sequence[Attachment]) -> Iterator[str]:
    if one.unreadable:
        yield f"[not wholly readable: {safe_line(one.unreadable)}]"
    if one.bounce:
        whom = ", ".join(safe_line(address) for address in one.bounce.recipients)
        lasting = "for good" if one.bounce.permanent else "for now"
        yield f"[did not reach {whom or 'somebody'} {lasting}]"
    yield from _body(one.text, one.folded, _INDENT)
    for file in attachments:
        yield "[att] " + _file(file)


def _file(file: Attachment) -> str:
    warning = file_warning(file.name)
    odd = f" [{warning}]" if warning else ""
    gone = f" [not here: {safe_line(file.missing)}]" if file.missing else ""
    return f"{safe_line(file.name)} {size(file.size)} {safe_line(file.media_type)}{odd}{gone}"


def _people(one: Message | Incoming) -> str:
    sender = _person(one.sender) if one.sender else "nobody named"
    if one.direction is Direction.OUT:
        return f"OUT {sender} to {', '.join(map(_person, (*one.to, *one.cc)))}"
    return sender


def _person(one: Address) -> str:
    return show_address(one.name, one.address) if one.address else safe_line(one.name)


def _body(text: str, folded: Sequence[tuple[int, int]], indent: str) -> Iterator[str]:
    """The text, with what quoting and signatures add told in one line each."""
    at = 0
    for start, end in folded:
        yield from _lines(text[at:start], indent)
        count = len(text[start:end].strip("\n").split("\n"))
        yield f"{indent}> {count} quoted line{'' if count == 1 else 's'}"
        at = end
    yield from _lines(text[at:], indent)


def _lines(text: str, indent: str) -> Iterator[str]:
    clean = safe(text).strip("\n").rstrip()
    if clean:
        for line in clean.split("\n"):
            yield (indent + line).rstrip()


def _rule(words: str, mark: str) -> str:
    """`-- words ------`, across the line."""
    cells = width() if on_terminal() else _PLAIN_WIDTH
    start = f"{mark * 2} {words} "
    return start + mark * max(2, cells - measure(start))
