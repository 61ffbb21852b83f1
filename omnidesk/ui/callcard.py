"""A contact's card as lines: what whoever takes his call must know before the first word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.language import _, ngettext
from omnidesk.core.model import Direction
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.lines import Line, age, clock, cut, wrap
from omnidesk.ui.rowline import state_letter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from omnidesk.core.channel import Capabilities
    from omnidesk.core.model import Message, Row
    from omnidesk.desk.cards import Card

_HANDLES_SHOWN = 3
_OPEN_SHOWN = 4
_SAID_LINES = 3
_READ = 400
_NOTE_READ = 300
_SPEAKER = 20


def label(channels: Mapping[str, Capabilities], name: str) -> SafeText:
    """A channel by the name that people use."""
    known = channels.get(name)
    return safe_line(known.label if known and known.label else name)


def own_words(message: Message) -> SafeText:
    """What was said, without what it begins to quote."""
    said = message.text[:_READ]
    if message.folded and message.folded[0][0]:
        said = said[: message.folded[0][0]]
    return safe_line(said)


def speaker(message: Message) -> SafeText:
    """Who said it: `Анна Петрова`, `us, ivan`, `NOTE ivan`."""
    if message.direction is Direction.NOTE:
        return safe_line(_("NOTE {author}").format(author=message.author), _SPEAKER)
    if message.direction is Direction.OUT:
        said = _("us, {author}").format(author=message.author or _("automatic"))
        return safe_line(said, _SPEAKER)
    sender = message.sender
    return safe_line(sender.name or sender.address if sender else "?", _SPEAKER)


def last_words(card: Card, channels: Mapping[str, Capabilities], now: datetime) -> SafeText:
    """`Telegram, 12m ago: …`; what he said last, and where."""
    if card.last is None:
        return SafeText(_("never wrote to us"))
    ago = age(card.last.received_at, now)
    said = _("{channel}, {age} ago: {words}").format(
        channel=label(channels, card.last.channel), age=ago, words=own_words(card.last)
    )
    return SafeText(said)


def open_line(row: Row, channels: Mapping[str, Capabilities], now: datetime, width: int) -> Line:
    """One conversation that is not closed."""
    known = channels.get(row.channel)
    code = safe_line(known.code if known and known.code else row.channel[:2])
    head = SafeText(f"{state_letter(row)} {code} {age(row.last_at, now):>4} #{row.number} ")
    subject = safe_line(row.subject or row.snippet)
    return ((head, "muted"), (cut(subject, width - len(head)), "text"))


def promised(card: Card, now: datetime) -> SafeText:
    """When we said that we would call back; empty: nothing was promised."""
    if card.call_back is None:
        return SafeText("")
    return SafeText(_("promised for {when}").format(when=clock(card.call_back, now)))


def noted(note: Message) -> str:
    """`note ivan: …`; the words of one of ours about a customer."""
    return _("note {author}: {words}").format(author=note.author, words=note.text[:_NOTE_READ])


def card_lines(
    card: Card, channels: Mapping[str, Capabilities], now: datetime, width: int
) -> list[Line]:
    """Who it is, what he said last and where, what was promised, what is open, our last note."""
    lines: list[Line] = [((cut(safe_line(card.contact.name), width), "unread"),)]
    for known in card.contact.handles[:_HANDLES_SHOWN]:
        lines.append(((cut(safe_line(str(known.handle)), width), "muted"),))
    said = wrap(last_words(card, channels, now), width)[:_SAID_LINES]
    lines += [(), *(((line, "text"),) for line in said), ()]
    if words := promised(card, now):
        lines.append(((cut(words, width), "alert"),))
    if not card.open:
        lines.append(((SafeText(_("nothing is open")), "muted"),))
    lines += [open_line(row, channels, now, width) for row in card.open[:_OPEN_SHOWN]]
    if len(card.open) > _OPEN_SHOWN:
        rest = len(card.open) - _OPEN_SHOWN
        more = ngettext("and {n} more", "and {n} more", rest).format(n=rest)
        lines.append(((SafeText(more), "muted"),))
    if card.note is not None:
        note = safe_line(noted(card.note))
        lines += [(), *(((line, "note"),) for line in wrap(note, width)[:_SAID_LINES])]
    return lines
