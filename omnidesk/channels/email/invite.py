"""What an invitation in a letter says: what, when, where (RFC 5545, RFC 5546)."""

from __future__ import annotations

import re

from omnidesk.core.language import N_, _

_LONGEST = 100_000
_BEGIN = re.compile(r"BEGIN:VEVENT[ \t]*\r?\n", re.IGNORECASE)
_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"([A-Za-z-]{1,40})(?=[;:])([^\":]*(?:\"[^\"]*\"[^\":]*)*):(.*)")
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(?:\d\d)?(Z?))?\Z")
_ZONE = re.compile(r";TZID=\"?([^\";:]+)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")
_METHODS = {
    "REQUEST": N_("Invitation"), "CANCEL": N_("Cancelled"), "REPLY": N_("Answer to an invitation"),
    "COUNTER": N_("Another time proposed"), "ADD": N_("Invitation"),
}  # fmt: skip


def invite_line(calendar: str) -> str:
    """One line for the first event of a text/calendar part, "" where there is none."""
    text = _FOLD.sub("", calendar[:_LONGEST])
    begin = _BEGIN.search(text)
    if begin is None:
        return ""
    event = text[begin.end() :]
    method = _fields(text[: begin.start()]).get("METHOD", ("", ""))[1].strip().upper()
    fields = _fields(event.partition("END:VEVENT")[0].partition("BEGIN:VALARM")[0])
    what = _METHODS.get(method) or N_("Event")
    title = _plain(fields, "SUMMARY") or _("without a title")
    line = f"{_(what)}: {title}"
    if when := _when(fields):
        line += _("; when: {when}").format(when=when)
    if where := _plain(fields, "LOCATION"):
        line += _("; where: {where}").format(where=where)
    return f"[{line}]"


def _fields(block: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for line in block.splitlines():
        if match := _LINE.match(line):
            found.setdefault(match[1].upper(), (match[2], match[3]))
    return found


def _plain(fields: dict[str, tuple[str, str]], name: str) -> str:
    value = fields.get(name, ("", ""))[1]
    text = _ESCAPED.sub(lambda hit: " " if hit[1] in "nN" else hit[1], value)
    return " ".join(text.split())[:500]


def _when(fields: dict[str, tuple[str, str]]) -> str:
    parameters, value = fields.get("DTSTART", ("", ""))
    start, end = _moment(value), _moment(fields.get("DTEND", ("", ""))[1])
    if not start:
        return ""
    text = start
    if end and end != start and " " in start:
        until = end.removeprefix(start.partition(" ")[0] + " ")
        text = _("{begin} to {end}").format(begin=start, end=until)
    zone = _ZONE.search(parameters)
    name = "UTC" if value.strip().endswith("Z") else zone[1].strip() if zone else ""
    return f"{text} ({name})" if name else text


def _moment(value: str) -> str:
    match = _MOMENT.match(value.strip())
    if match is None:
        return ""
    day = f"{match[1]}-{match[2]}-{match[3]}"
    return f"{day} {match[4]}:{match[5]}" if match[4] else day
