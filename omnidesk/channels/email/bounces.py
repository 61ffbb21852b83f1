"""Letters from servers that say a letter of ours did not arrive (RFC 3464, and those without)."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import TYPE_CHECKING, NamedTuple

from omnidesk.channels.email import bouncewords as words
from omnidesk.channels.email.bouncereasons import plain_reason
from omnidesk.core.model import Bounce

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from email.message import Message

__all__ = ["plain_reason", "read_bounce"]

_READ = 60_000
"""Code points of a body that are looked at: servers speak first and quote after."""
_MOST_PARTS = 100
_MOST_RECIPIENTS = 1000

_ADDRESS = re.compile(
    r"[^\s<>@\"'(),:;\[\]]{1,64}@[^\s<>@\"'(),:;\[\]]{1,253}[^\s<>@\"'(),:;.\[\]]"
)
_ALONE = re.compile(
    rf"^[ \t>*]{{0,12}}<?({_ADDRESS.pattern})>?[ \t]{{0,4}}(?::|\(|$|\r)", re.MULTILINE
)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)")
_REPLY_STATUS = re.compile(r"\b[45]\d\d[ -]#?([45]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)")
_ID = re.compile(r"<[^<>\s]{1,900}>")
_QUOTED_ID = re.compile(
    r"^[> \t]{0,12}(?:original-|x-original-)?message-id:\s{0,4}(<[^<>\s]{1,900}>)",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED_TO = re.compile(r"^[> \t]{0,12}to:([^\r\n]{1,2000})", re.IGNORECASE | re.MULTILINE)
_FIELD = re.compile(r"^([A-Za-z-]{1,60}):[ \t]*(.{0,4000})")
_XTEXT = re.compile(r"\+[0-9A-F]{2}")
_BROKEN = (TypeError, ValueError, LookupError, AttributeError)
"""What the standard library raises on hostile headers and charsets."""


class _Verdict(NamedTuple):
    recipients: tuple[str, ...]
    status: str
    permanent: bool
    said: str = ""


def read_bounce(
    message: Message, sender: str, subject: str, text: str
) -> tuple[Bounce, tuple[str, ...]] | None:
    """What a server's report says and the `<ids>` of the letters it is about; None: no report.

    A report on success, a read receipt and a customer who speaks of undelivered things are
    none. Takes a compat32 message; never raises on what stands in it.
    """
    parts = list(_parts(message))
    body = text[:_READ]
    served = _served(message, sender)
    report = _is_report(message)
    verdict = None
    if report or served:
        blocks = [block for part in parts for block in _status_blocks(part)]
        verdict = _read_blocks(blocks)
        if verdict is None and any(_action(block) for block in blocks):
            return None
    if verdict is None:
        if not _speaks_of_failure(message, served, report, subject, body):
            return None
        verdict = _read_words(message, sender, subject, body)
    recipients = verdict.recipients or _original_to(parts, text)
    status = verdict.status
    if not status or status.endswith(".0.0"):
        status = _status_in(body) or status
    bounce = Bounce(
        recipients=recipients[:_MOST_RECIPIENTS],
        status=status,
        permanent=verdict.permanent,
        reason=plain_reason(status, verdict.said or _said_first(body)),
    )
    return bounce, _original_ids(message, parts, text)


def _parts(message: Message) -> Iterator[Message]:
    """The message and its parts, not those of an attached letter, and not endlessly."""
    stack = [message]
    seen = 0
    while stack and seen < _MOST_PARTS:
        part = stack.pop()
        seen += 1
        yield part
        if _kind(part).startswith("multipart/"):
            stack.extend(reversed(_children(part)[:_MOST_PARTS]))


def _children(part: Message) -> list[Message]:
    payload = part.get_payload() if part.is_multipart() else None
    return [child for child in payload if hasattr(child, "get_payload")] if payload else []  # type: ignore[misc]


def _kind(part: Message) -> str:
    try:
        return part.get_content_type()
    except _BROKEN:
        return ""


def _field(part: Message, name: str) -> str:
    try:
        value = part.get(name)
        return "" if value is None else " ".join(str(value)[:8000].split())
    except _BROKEN:
        return ""


def _body(part: Message) -> str:
    """A part's text, as far as ASCII fields need it."""
    try:
        payload = part.get_payload(decode=True)
    except _BROKEN:
        return ""
    return payload[:200_000].decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _served(message: Message, sender: str) -> bool:
    """Whether a server wrote this: its address, its null return path, its own header."""
    return (
        words.DAEMON.search(f"{sender.strip()[:400]}@") is not None
        or _null_path(message)
        or bool(_field(message, "X-Failed-Recipients"))
    )


def _null_path(message: Message) -> bool:
    return _field(message, "Return-Path").replace(" ", "") == "<>"


def _is_report(message: Message) -> bool:
    if _kind(message) != "multipart/report":
        return False
    kind = _field(message, "Content-Type").lower()
    return "disposition-notification" not in kind and "feedback-report" not in kind


def _status_blocks(part: Message) -> list[dict[str, str]]:
    """The field blocks of a message/delivery-status part (RFC 3464, section 2.1)."""
    if _kind(part) not in {"message/delivery-status", "message/global-delivery-status"}:
        return []
    children = _children(part)[: _MOST_RECIPIENTS + 1]
    names = ("Final-Recipient", "Original-Recipient", "Action", "Status", "Diagnostic-Code")
    blocks = [{name.lower(): _field(child, name) for name in names} for child in children]
    if any(_action(block) or block["status"] for block in blocks):
        return blocks
    lines = _body(part) or "\n\n".join(_body(child) for child in children)
    if _field(part, "Content-Transfer-Encoding").lower() == "base64":
        lines = _decoded(lines)
    return [_fields(block) for block in re.split(r"\r?\n[ \t]*\r?\n", lines)[:_MOST_RECIPIENTS]]


def _decoded(lines: str) -> str:
    try:
        return b64decode(lines).decode("utf-8", "replace")
    except ValueError:
        return lines


def _fields(block: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in block.splitlines():
        found = _FIELD.match(line)
        if found:
            fields.setdefault(found[1].lower(), found[2].strip())
    return fields


def _action(block: dict[str, str]) -> str:
    """What became of a recipient: by the field, else by the class of the status."""
    action = block.get("action", "").split(" ")[0].strip("(;,").lower()
    if action:
        return action
    return {"2": "delivered", "4": "delayed", "5": "failed"}.get(block.get("status", "")[:1], "")


def _read_blocks(blocks: list[dict[str, str]]) -> _Verdict | None:
    for action in ("failed", "delayed"):
        hit = [block for block in blocks if _action(block) == action]
        if hit:
            recipients = _unique(address for block in hit if (address := _recipient(block)))
            codes = [_code(block) for block in hit]
            said = next((text for block in hit if (text := _said(block))), "")
            return _Verdict(recipients, next(filter(None, codes), ""), action == "failed", said)
    return None


def _recipient(block: dict[str, str]) -> str:
    """The address that we wrote to, else the one it led to; `+2B` is xtext (RFC 3461, 4.2)."""
    original = block.get("original-recipient", "")
    if _XTEXT.search(original):
        original = ""
    for field in (original, block.get("final-recipient", "")):
        found = _ADDRESS.search(field.partition(";")[2] or field)
        if found:
            return found[0]
    return ""


def _said(block: dict[str, str]) -> str:
    """The server's own answer, without the `smtp;` before it."""
    kind, _, said = block.get("diagnostic-code", "").partition(";")
    return said.strip() or kind.strip()


def _code(block: dict[str, str]) -> str:
    found = _STATUS.search(block.get("status", ""))
    status = found[1] if found else ""
    if not status or status.endswith(".0.0"):
        return _status_in(block.get("diagnostic-code", "")) or status
    return status


def _status_in(said: str) -> str:
    found = _REPLY_STATUS.search(said) or _STATUS.search(_said_first(said))
    return found[1] if found and not found[1].startswith("2") else ""


def _said_first(body: str) -> str:
    """What the server says before it quotes the letter."""
    found = words.COPY.search(body)
    return body[: found.start()] if found and found.start() else body


def _speaks_of_failure(
    message: Message, served: bool, report: bool, subject: str, body: str
) -> bool:
    """Whether a letter without status fields is a server's word about a failed letter."""
    if _field(message, "X-Failed-Recipients") or report:
        return report or bool(words.SUBJECT.match(subject) or words.BODY.search(body))
    if not served:
        return False
    titled = words.SUBJECT.match(subject) is not None
    told = words.BODY.search(_said_first(body)) is not None
    coded = words.SERVER_LINE.search(body) is not None
    return (told and (titled or coded or bool(_ALONE.search(body)))) or (titled and coded)


def _read_words(message: Message, sender: str, subject: str, body: str) -> _Verdict:
    said = _said_first(body)
    named = _ADDRESS.findall(_field(message, "X-Failed-Recipients"))
    own = {
        address.lower()
        for line in (_field(message, "To"), _field(message, "Delivered-To"), sender)
        for address in _ADDRESS.findall(line)
    }
    found = named or _ALONE.findall(said) or _ADDRESS.findall(said)
    recipients = _unique(
        address
        for address in found
        if address.lower() not in own and not words.DAEMON.match(address)
    )
    if not named and not _ALONE.search(said):
        recipients = recipients[:1]
    delayed = words.DELAYED.search(subject) or words.DELAYED.search(said)
    return _Verdict(recipients, _status_in(body), not delayed or _gave_up(subject, said))


def _gave_up(subject: str, said: str) -> bool:
    return not words.DELAYED.search(subject) and words.GAVE_UP.search(said) is not None


def _unique(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple({address.lower(): address for address in addresses}.values())


def _originals(parts: list[Message]) -> Iterator[tuple[str, str]]:
    """Message-ID and To of each attached letter, whole or headers only."""
    for part in parts:
        kind = _kind(part)
        if kind in {"message/rfc822", "message/global"}:
            for child in _children(part)[:1]:
                yield _field(child, "Message-ID"), _field(child, "To")
        elif kind in {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}:
            source = _body(part)
            for child in _children(part)[:1]:
                yield _field(child, "Message-ID"), _field(child, "To")
            found, to = _QUOTED_ID.search(source), _QUOTED_TO.search(source)
            yield found[1] if found else "", to[1] if to else ""


def _original_to(parts: list[Message], text: str) -> tuple[str, ...]:
    lines = [to for _, to in _originals(parts)]
    begin = words.COPY.search(text)
    quoted = _QUOTED_TO.search(text, begin.start()) if begin else None
    if quoted:
        lines.append(quoted[1])
    return _unique(address for line in lines for address in _ADDRESS.findall(line))


def _original_ids(message: Message, parts: list[Message], text: str) -> tuple[str, ...]:
    """The letters a report is about: attached, else quoted, else those it answers."""
    own = set(_ID.findall(_field(message, "Message-ID")))
    attached = [found for id_, _ in _originals(parts) for found in _ID.findall(id_)]
    quoted = _QUOTED_ID.findall(text[:1_000_000])
    answered = (
        _ID.findall(_field(message, "In-Reply-To"))
        or _ID.findall(_field(message, "References"))[-1:]
    )
    for ids in (attached, quoted, answered):
        kept = tuple(dict.fromkeys(id_ for id_ in ids if id_ not in own))
        if kept:
            return kept
    return ()
