"""A call in words: which way it went, how it ended, how long it was."""

from __future__ import annotations

from omnidesk.core.language import _
from omnidesk.core.model import Direction


def call_words(direction: Direction, how: str = "", seconds: float | None = None) -> str:
    """`Call, 3 min 20 s`, `Outgoing call, no answer`."""
    what = _("Outgoing call") if direction is Direction.OUT else _("Call")
    return ", ".join(part for part in (what, how, span(seconds)) if part)


def span(seconds: float | None) -> str:
    """`45 s`, `3 min 20 s`, `1 h 2 min`; nothing where it is not known."""
    if seconds is None:
        return ""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    if minutes:
        return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=whole % 60)
    return _("{seconds} s").format(seconds=whole)


def with_recording(text: str, recording: str | None) -> str:
    """The same, with a line that says where the recording lies."""
    if not recording:
        return text
    return "\n".join((text, _("Recording: {link}").format(link=recording)))
