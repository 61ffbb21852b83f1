"""What a message says of itself, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.language import _
from omnidesk.core.safetext import SafeText, safe_line, show_address
from omnidesk.ui.lines import Line, wrap
from omnidesk.ui.local import moment

if TYPE_CHECKING:
    from omnidesk.core.model import Message


def header_lines(message: Message, width: int) -> list[Line]:
    """What a message says of itself, and why it stands here."""
    people = {
        _("From"): (message.sender,) if message.sender else (),
        _("To"): message.to,
        _("Cc"): message.cc,
        _("Reply-To"): message.reply_to,
    }
    said = {
        name: ", ".join(
            show_address(one.name, one.address) if one.address else safe_line(one.name)
            for one in found
        )
        for name, found in people.items()
    }
    said |= {
        _("Subject"): safe_line(message.subject),
        _("Sent"): moment(message.sent_at, year=True, exact=True) if message.sent_at else "",
        _("Received"): moment(message.received_at, year=True, exact=True),
        _("Message-ID"): safe_line(message.message_id or ""),
        _("Known there as"): safe_line(message.external_id or ""),
        _("In answer to"): safe_line(" ".join(message.references[-3:])),
        _("Channel"): safe_line(message.channel),
        _("Stands here"): safe_line(message.why),
    }
    return [
        ((line, "muted"),)
        for name, words in said.items()
        if words
        for line in wrap(SafeText(f"{name}: {words}"), width)
    ]
