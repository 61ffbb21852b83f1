"""A line of a telephone exchange, read as an item; whatever it is, it gives one.

A line is a JSON object: event (ringing, answered, missed, ended), call, from, to, direction
(in, out), at (ISO 8601), duration (seconds), recording (a link), name.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from omnidesk.core.calls import call_words, with_recording
from omnidesk.core.channel import Edited, Incoming, Item, Ringing
from omnidesk.core.identity import normalise
from omnidesk.core.language import _, ngettext
from omnidesk.core.model import Address, Direction, Handle

_LONGEST_LINE = 64 * 1024
_LONGEST_FIELD = 200
_LONGEST_LINK = 2000
_SHOWN = 1000
_EVENTS = ("ringing", "answered", "missed", "ended")
_BARE_E164 = re.compile(r"[1-9]\d{10,14}", re.ASCII)
_LONGEST_CALL = timedelta(days=7).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How lines are read: the scheme of handles, and the country of bare numbers."""

    scheme: str = "tel"
    region: str | None = None


def read_event(line: bytes, reading: Reading, now: datetime) -> Item:
    """The item of one line; `now` is when, where the line does not say."""
    if len(line) > _LONGEST_LINE:
        long = ngettext(
            "a line of {n} byte; a call's has a few hundred",
            "a line of {n} bytes; a call's has a few hundred",
            len(line),
        )
        return _unreadable(line, long.format(n=len(line)))
    try:
        told = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return _unreadable(line, _("no JSON: {why}").format(why=_line(str(error))))
    if not isinstance(told, dict):
        return _unreadable(line, _("no JSON object"))
    return _Call(told, line, reading).item(now)


class _Call:
    """What one line tells of a call, and what of it cannot be understood."""

    def __init__(self, told: Mapping[str, Any], line: bytes, reading: Reading) -> None:
        self._told = told
        self._line = line
        self._wrong: list[str] = []
        self.event = _line(told.get("event")).lower()
        self.call = _line(told.get("call")) or _name_of(line)
        self.direction = self._direction()
        self.at = self._at()
        self.seconds = self._seconds()
        self.name = _line(told.get("name"))
        other = told.get("to" if self.direction is Direction.OUT else "from")
        self.number = _line(other)
        self.handle = _handle(self.number, reading)

    def item(self, now: datetime) -> Item:
        match self.event:
            case "ringing":
                return Ringing(
                    handle=self.handle,
                    call=self.call,
                    at=self.at or now,
                    direction=self.direction,
                    name=self.name or (self.number if self.handle is None else ""),
                )
            case "answered":
                return self._message(call_words(self.direction, _("answered")), asks=False)
            case "missed":
                out = self.direction is Direction.OUT
                said = call_words(self.direction, _("no answer")) if out else _("Missed call")
                return self._message(said, asks=not out)
            case "ended":
                return self._ended(now)
            case _:
                known = ", ".join(_EVENTS)
                self._wrong.append(
                    _("the event is {event!r}; known are {known}").format(
                        event=self.event, known=known
                    )
                )
                self.call = _name_of(self._line)
                return self._message(_shown(self._line), asks=False)

    def _ended(self, now: datetime) -> Edited:
        """The call as it was; over what its beginning left, or by itself."""
        how = "" if self.seconds is not None else _("ended")
        said = call_words(self.direction, how, self.seconds)
        text = with_recording(said, _line(self._told.get("recording"), _LONGEST_LINK))
        message = self._message(text, asks=self.seconds == 0)
        return Edited(
            external_id=message.external_id,
            raw=self._line,
            text=text,
            at=self.at or now,
            incoming=message,
            completes=True,
        )

    def _message(self, text: str, *, asks: bool) -> Incoming:
        out = self.direction is Direction.OUT
        theirs = Address(self.name, self.handle.value if self.handle else self.number)
        if not (theirs.name or theirs.address):
            theirs = Address(_("number withheld"), "")
        ours = Address("", _line(self._told.get("from" if out else "to")))
        to = theirs if out else ours
        return Incoming(
            external_id=self.call,
            raw=self._line,
            from_us=out,
            handle=self.handle,
            sender=ours if out else theirs,
            direction=self.direction,
            to=(to,) if to.address else (),
            text=text,
            sent_at=self.at,
            unreadable="; ".join(self._wrong) or None,
            asks=asks and not out,
        )

    def _direction(self) -> Direction:
        said = self._told.get("direction", "in")
        if said not in ("in", "out"):
            self._wrong.append(
                _("the direction is {said!r}, neither in nor out").format(said=_line(said))
            )
            return Direction.IN
        return Direction(said)

    def _at(self) -> datetime | None:
        said = self._told.get("at")
        if said is None:
            return None
        try:
            if isinstance(said, int | float) and not isinstance(said, bool):
                return datetime.fromtimestamp(said, UTC)
            return datetime.fromisoformat(str(said)).astimezone(UTC)
        except (ValueError, OverflowError, OSError):
            self._wrong.append(_("the time {said!r} is none of ISO 8601").format(said=_line(said)))
            return None

    def _seconds(self) -> float | None:
        said = self._told.get("duration")
        if said is None:
            return None
        try:
            seconds = math.nan if isinstance(said, bool) else float(said)
        except (TypeError, ValueError, OverflowError):
            seconds = math.nan
        if not 0 <= seconds <= _LONGEST_CALL:
            self._wrong.append(_("the duration is {said!r}, not seconds").format(said=_line(said)))
            return None
        return seconds


def _handle(number: str, reading: Reading) -> Handle | None:
    """The handle of a number; exchanges leave out the plus of a whole one."""
    found = normalise(reading.scheme, number, region=reading.region)
    if found is None and reading.scheme == "tel" and _BARE_E164.fullmatch(number):
        return normalise("tel", f"+{number}")
    return found


def _unreadable(line: bytes, reason: str) -> Incoming:
    return Incoming(
        external_id=_name_of(line),
        raw=line,
        subject=_("A line that cannot be read"),
        text=_shown(line),
        unreadable=reason,
    )


def _name_of(line: bytes) -> str:
    """What the same line is always called, where it names no call."""
    return f"line:{hashlib.sha256(line).hexdigest()}"


def _shown(line: bytes) -> str:
    return _line(line[: 4 * _SHOWN].decode("utf-8", "replace"), _SHOWN)


def _line(value: object, longest: int = _LONGEST_FIELD) -> str:
    """A word or number as one line that can be stored."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value)[: 4 * longest]
    plain = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(plain.split())[:longest]
