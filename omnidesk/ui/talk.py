"""One message as lines of text in named inks; nothing here knows a widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from omnidesk.core.language import N_, _, ngettext
from omnidesk.core.model import (
    Attachment,
    Delivery,
    DeliveryState,
    Direction,
    Draft,
    Message,
)
from omnidesk.core.safetext import (
    SafeText,
    file_warning,
    safe_file_name,
    safe_line,
    show_address,
    strip_codes,
)
from omnidesk.core.value import dataclass
from omnidesk.ui.body import body_lines
from omnidesk.ui.held import told
from omnidesk.ui.letterhead import header_lines
from omnidesk.ui.lines import Line, clock, cut, pad, wrap
from omnidesk.ui.local import long_day, number, size

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from omnidesk.core.channel import Capabilities

_SHOWN_AT_MOST = 1_000_000

_DELIVERY = {
    DeliveryState.HELD: N_("… held"),
    DeliveryState.QUEUED: N_("… queued"),
    DeliveryState.SENDING: N_("… sending"),
    DeliveryState.SENT: N_("✓ sent"),
    DeliveryState.DELIVERED: N_("✓✓ delivered"),
    DeliveryState.READ: N_("✓✓ read"),
    DeliveryState.FAILED: N_("! NOT SENT"),
    DeliveryState.UNKNOWN: N_("? MAY HAVE GONE OUT"),
}

_IN_TROUBLE = (DeliveryState.FAILED, DeliveryState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a message is shown in: the width, the channels' words, the time."""

    width: int
    channels: Mapping[str, Capabilities]
    now: datetime
    unfolded: bool = False
    headed: bool = False
    pinned: bool = False

    @property
    def looks(self) -> tuple[object, ...]:
        """All that changes the lines of a message, but its delivery."""
        return self.width, self.unfolded, self.headed, self.pinned

    def code(self, channel: str) -> SafeText:
        """The two letters of a channel."""
        known = self.channels.get(channel)
        return safe_line(known.code if known and known.code else channel[:2])

    def label(self, channel: str) -> SafeText:
        """A channel by the name that people use."""
        known = self.channels.get(channel)
        return safe_line(known.label if known and known.label else channel)


def message_lines(message: Message, before: Message | None, shown: Setting) -> list[Line]:
    """The message under its header, and above it what parts it from the one before."""
    return [*parting(message, before, before, shown), *own_lines(message, shown)]


def parting(
    message: Message,
    before: Message | None,
    last: Message | None,
    shown: Setting,
    *,
    unread: int = 0,
    begins: bool = False,
) -> list[Line]:
    """A line where another day begins, and one where the talk changed channels.

    `before` is the last message that is no note, `last` the last one of all. So many messages
    are `unread` from this one on; where they begin with it, a line says so.
    """
    lines = _channel_change(message, before, shown, unread)
    if begins and not lines:
        lines = [_ruled(_from_here(unread), shown.width, "mark"), ()]
    day = message.received_at.astimezone().date()
    if last is not None and last.received_at.astimezone().date() != day:
        words = long_day(day, year=day.year != shown.now.astimezone().year)
        return [_ruled(words, shown.width, "rule"), (), *lines]
    return lines


def own_lines(message: Message, shown: Setting) -> list[Line]:
    """The message under its header."""
    lines: list[Line] = []
    if message.direction is Direction.NOTE:
        return [*_note(message, shown), ()]
    lines.append(_header(message, shown))
    if shown.headed:
        lines.extend(header_lines(message, shown.width))
    lines.extend(_warnings(message, shown))
    lines.extend(body_lines(message, shown))
    lines.extend(_file(file, shown.width) for file in message.attachments)
    lines.extend(_undelivered(message.delivery, shown.width))
    lines.append(())
    return lines


def _ruled(text: str, width: int, ink: str, rule: str = "─") -> Line:
    words = cut(SafeText(f"{rule * 2} {text} "), width)
    return ((SafeText(words + rule * (width - cell_len(words))), ink),)


def draft_lines(draft: Draft, width: int) -> list[Line]:
    """What was begun and not sent, so that nobody forgets it."""
    words = _("your unsent REPLY, r goes on with it")
    if draft.forward is not None:
        words = _("your unsent FORWARD, f goes on with it")
    elif draft.people:
        words = _("your unsent words to OTHER CHANNELS, g e goes on with them")
    elif draft.note:
        words = _("your unsent NOTE, r goes on with it")
    text = wrap(safe_line(draft.text), width - 2)
    head = _ruled(words, width, "mark", "-")
    return [head, *(((SafeText("- "), "mark"), (line, "muted")) for line in text[:3])]


def _from_here(unread: int) -> str:
    return ngettext("{n} unread from here", "{n} unread from here", unread).format(n=unread)


def _channel_change(
    message: Message, before: Message | None, shown: Setting, unread: int
) -> list[Line]:
    note = Direction.NOTE
    if before is None or note in (message.direction, before.direction):
        return []
    if before.channel == message.channel:
        return []
    at = message.received_at.astimezone()
    words = _("went on in {channel} {time}").format(
        channel=shown.label(message.channel), time=f"{at:%H:%M}"
    )
    if unread:
        words = f"{words}, {_from_here(unread)}"
    return [_ruled(words, shown.width, "mark"), ()]


def _note(message: Message, shown: Setting) -> list[Line]:
    at = message.received_at.astimezone()
    author = safe_line(message.author or "?")
    title = _("NOTE {author} {time}, customers never see this").format(
        author=author, time=f"{at:%H:%M}"
    )
    if shown.pinned:
        title = f"{_('pinned')}, {title}"
    lines = [_ruled(title, shown.width, "note", "=")]
    text = strip_codes(message.text[:_SHOWN_AT_MOST])[0]
    for line in wrap(text, shown.width - 2):
        lines.append(((SafeText("= "), "note"), (pad(line, shown.width - 2), "note")))
    lines.extend(_file(file, shown.width) for file in message.attachments)
    lines.append(((SafeText("=" * shown.width), "note"),))
    return lines


def _header(message: Message, shown: Setting) -> Line:
    at = clock(message.sent_at or message.received_at, shown.now)
    when = f"{shown.code(message.channel)} {at}"
    if shown.pinned:
        when = f"{_('pinned')}  {when}"
    ink = "name"
    if message.direction is Direction.OUT:
        ink = "own"
        who = safe_line(message.author or _("us"))
        if message.automatic:
            who = SafeText(_("automatic answer"))
        to = ", ".join(show_address(a.name, a.address) for a in message.to) or _("the customer")
        pattern = _("{author} to {people}")
        if message.forwards is not None:
            pattern = _("{author} FORWARDED to {people}")
        left = SafeText(pattern.format(author=who, people=to))
        if message.delivery:
            when = f"{_how_far(message.delivery, shown.now)}  {when}"
    elif message.sender:
        left = show_address(message.sender.name, message.sender.address)
    else:
        left = SafeText(_("sender unknown"))
    room = shown.width - cell_len(when) - 2
    left = cut(left, room)
    gap = " " * (room - cell_len(left) + 2)
    failed = message.delivery and message.delivery.state in _IN_TROUBLE
    return (left, ink), (SafeText(gap), "text"), (SafeText(when), "alert" if failed else "muted")


def _how_far(delivery: Delivery, now: datetime) -> str:
    """The state in words; a reply that was put off says until when."""
    if delivery.state is DeliveryState.QUEUED and delivery.reason:
        if delivery.due_at <= now:
            return _("… queued, tried again now")
        at = f"{delivery.due_at.astimezone():%H:%M}"
        return _("… queued, tried again at {time}").format(time=at)
    if delivery.state is DeliveryState.HELD:
        return told(delivery, now)
    return _(_DELIVERY[delivery.state])


def _warnings(message: Message, shown: Setting) -> list[Line]:
    said: list[tuple[str, str]] = []
    if message.unreadable:
        why = safe_line(message.unreadable)
        said.append((_("could not be read: {reason}").format(reason=why), "alert"))
    if message.bounce:
        whom = ", ".join(safe_line(r) for r in message.bounce.recipients)
        kind = _("came back for now: {people} {status}")
        if message.bounce.permanent:
            kind = _("came back for good: {people} {status}")
        said.append((kind.format(people=whom, status=safe_line(message.bounce.status)), "alert"))
    if message.direction is Direction.IN and message.automatic:
        how = safe_line(message.automatic)
        said.append((_("automatic: {reason}").format(reason=how), "muted"))
    if message.copy_of is not None:
        said.append((_("the same letter came by another way"), "muted"))
    if message.marked:
        said.append((safe_line(message.marked), "alert"))
    if message.hidden:
        hidden = ngettext(
            "{n} hidden character of the letter is not shown",
            "{n} hidden characters of the letter are not shown",
            message.hidden,
        )
        said.append((hidden.format(n=number(message.hidden)), "muted"))
    if message.edited:
        said.append((_("edited, version {version}").format(version=message.version), "muted"))
    if message.cc:
        copies = ", ".join(show_address(a.name, a.address) for a in message.cc)
        said.append((_("Cc {people}").format(people=copies), "muted"))
    return [((line, ink),) for words, ink in said for line in wrap(SafeText(words), shown.width)]


def _file(file: Attachment, width: int) -> Line:
    words = f"[{_('att')}] {safe_file_name(file.name)} {size(file.size)}"
    warning = file_warning(file.name)
    if file.missing:
        why = _("not here: {reason}").format(reason=safe_line(file.missing))
        return ((cut(SafeText(f"{words}, {why}"), width), "alert"),)
    if warning:
        return ((cut(SafeText(f"{words}, {warning}"), width), "alert"),)
    return ((cut(SafeText(words), width), "mark"),)


def _undelivered(delivery: Delivery | None, width: int) -> list[Line]:
    if delivery is not None and delivery.state is DeliveryState.HELD:
        return [((SafeText(_("z takes it back")), "muted"),)]
    if delivery is None or not (delivery.reason or delivery.state in _IN_TROUBLE):
        return []
    ink = "alert" if delivery.state in _IN_TROUBLE else "muted"
    words = "{reason}"
    if delivery.state is DeliveryState.FAILED:
        words = _("{reason}; g y sends it again")
    elif delivery.state is DeliveryState.UNKNOWN:
        words = _("{reason}; send again? g y yes, g x it has arrived")
    why = safe_line(delivery.reason or _("no reason was given"))
    return [((line, ink),) for line in wrap(SafeText(words.format(reason=why)), width)]
