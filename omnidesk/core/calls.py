"""A call in words: which way it went, how it ended, how long it was."""

from __future__ import annotations

from omnidesk.core.model import Direction


def call_words(direction: Direction, how: str = "", seconds: float | None = None) -> str:
    """`Call, 3 min 20 s`, `Outgoing call, no answer`."""
    what = "Outgoing call" if direction is Direction.OUT else "Call"
    return ", ".join(part for part in (what, how, span(seconds)) if part)


def span(seconds: float | None) -> str:
    """`45 s`, `3 min 20 s`, `1 h 2 min`; nothing where it is not known."""
    if seconds is None:
        return ""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"


def with_recording(text: str, recording: str | None) -> str:
    """The same, with a line that says where the recording lies."""
    return f"{text}\nRecording: {recording}" if recording else text
