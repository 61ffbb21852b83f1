"""A raw letter to an Incoming, whatever its bytes are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from omnidesk.channels.email.addresses import addresses_of, handle_of
from omnidesk.channels.email.automatic import reason_of
from omnidesk.channels.email.body import Body, read_body
from omnidesk.channels.email.bounces import read_bounce
from omnidesk.channels.email.folding import fold
from omnidesk.channels.email.headers import Head, date_of, ids_of, text_of
from omnidesk.channels.email.mime import Tree, message_of
from omnidesk.channels.email.proof import unproven
from omnidesk.channels.email.source import File, Memory
from omnidesk.core.channel import Incoming
from omnidesk.core.language import _
from omnidesk.core.model import Address, Bounce, Direction, Handle
from omnidesk.core.signing import keyless_address

_MOST_REFERENCES = 200
_LONGEST_SUBJECT = 2_000
_LONGEST_NAME = 300
_SAMPLE = 4_096
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\f\r\x1b"))
_STRANGE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a letter that nobody foresaw may cause; a full disk or memory is not the letter's fault."""


def read_letter(
    raw: bytes | Path,
    *,
    spool: Path,
    own_addresses: frozenset[str] = frozenset(),
    authserv_id: str | None = None,
) -> Incoming:
    """Read a letter as far as it can be read; `unreadable` says in plain words what could not.

    No bytes make it raise; OSError comes only from the file itself and from `spool`, where
    files of 64 KiB and more are put. `authserv_id` is the server whose word on the sender counts.
    """
    ours = _Ours(addresses=own_addresses, authserv_id=authserv_id)
    if isinstance(raw, bytes):
        return _read(raw, Memory(raw), hashlib.sha256(raw).hexdigest(), spool, ours)
    with File(raw) as source:
        return _read(raw, source, source.sha256(), spool, ours)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ours:
    """Our addresses, and the server of ours that says whether a sender is proven."""

    addresses: frozenset[str]
    authserv_id: str | None


def _read(
    raw: bytes | Path, source: Memory | File, digest: str, spool: Path, ours: _Ours
) -> Incoming:
    if not source.size:
        return Incoming(external_id=digest, raw=raw, unreadable=_("the letter is empty (0 bytes)"))
    try:
        tree = Tree(source)
    except _STRANGE as error:
        return Incoming(
            external_id=digest,
            raw=raw,
            unreadable=_failed(_("its structure cannot be read ({error})"), error),
        )
    if not tree.root.head.fields and _is_binary(source.read(0, _SAMPLE)):
        return Incoming(external_id=digest, raw=raw, unreadable=_("these bytes are no letter"))
    problems: dict[str, None] = {}
    envelope = _guarded_envelope(tree, ours, problems)
    body = _guarded_body(tree, spool, problems)
    problems |= body.problems
    folded = _folded(body, problems)
    bounce, bounced_ids = _bounce(tree, envelope, body.text, problems)
    return Incoming(
        external_id=digest,
        raw=raw,
        handle=envelope.handle,
        sender=envelope.sender,
        direction=envelope.direction,
        to=envelope.to,
        cc=envelope.cc,
        reply_to=envelope.reply_to,
        subject=envelope.subject,
        text=body.text,
        folded=folded,
        html=body.html,
        hidden=body.hidden,
        files=tuple(body.files),
        message_id=envelope.message_id,
        references=envelope.references,
        sent_at=date_of(tree.root.head.get("date"), tree.root.head.get("received")),
        automatic=envelope.automatic or (_("a delivery report") if bounce else None),
        bounce=bounce,
        bounced_ids=bounced_ids,
        unproven=envelope.unproven,
        unreadable="; ".join(problems) or None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Envelope:
    """What the header of a letter says."""

    handle: Handle | None = None
    sender: Address | None = None
    direction: Direction = Direction.IN
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    subject: str = ""
    message_id: str | None = None
    references: tuple[str, ...] = ()
    automatic: str | None = None
    unproven: str | None = None


def _envelope(tree: Tree, by: _Ours) -> _Envelope:
    head, hint, own = tree.root.head, tree.root.content.get("charset"), by.addresses
    sender = written = _sender(head, hint)
    to, cc = addresses_of(head.get("to"), hint), addresses_of(head.get("cc"), hint)
    reply_to = addresses_of(head.get("reply-to"), hint)
    ours = sender is not None and keyless_address(sender.address) in own
    whom = sender
    if ours:
        # A form on the site writes from our address to ours, with the customer in Reply-To.
        asking = next((a for a in reply_to if keyless_address(a.address) not in own), None)
        whom = next((a for a in to + cc if keyless_address(a.address) not in own), None)
        if whom is None and asking is not None:
            whom, sender, ours = asking, asking, False
    message_id = next(iter(ids_of(head.get("message-id"))), None)
    references = ids_of(head.get("references"), head.get("in-reply-to"))
    return _Envelope(
        handle=handle_of(whom) if whom else None,
        sender=sender,
        direction=Direction.OUT if ours else Direction.IN,
        to=to,
        cc=cc,
        reply_to=reply_to,
        subject=text_of(head.get("subject"), hint)[:_LONGEST_SUBJECT],
        message_id=message_id,
        references=tuple(each for each in references if each != message_id)[-_MOST_REFERENCES:],
        automatic=reason_of(head, tree.root.media_type, sender.address if sender else ""),
        unproven=unproven(head, by.authserv_id, written.address if written else "")
        if by.authserv_id
        else None,
    )


def _sender(head: Head, hint: str) -> Address | None:
    for field in ("from", "sender"):
        for address in addresses_of(head.get(field), hint):
            return Address(address.name[:_LONGEST_NAME], address.address)
    return None


def _guarded_envelope(tree: Tree, ours: _Ours, problems: dict[str, None]) -> _Envelope:
    if not tree.root.head.fields:
        problems[_("the letter has no header")] = None
        return _Envelope()
    try:
        return _envelope(tree, ours)
    except _STRANGE as error:
        problems[_failed(_("its header cannot be read ({error})"), error)] = None
        return _Envelope()


def _is_binary(sample: bytes) -> bool:
    return (len(sample) - len(sample.translate(None, _CONTROLS))) * 50 > len(sample)


def _guarded_body(tree: Tree, spool: Path, problems: dict[str, None]) -> Body:
    try:
        return read_body(tree, spool)
    except _STRANGE as error:
        problems[_failed(_("its body cannot be read ({error})"), error)] = None
        return Body()


def _folded(body: Body, problems: dict[str, None]) -> tuple[tuple[int, int], ...]:
    """Quotes and signatures by their words, with the quotes that the HTML marks."""
    if not body.text:
        return ()
    try:
        ranges = fold(body.text)
    except _STRANGE as error:
        problems[_failed(_("its quotes cannot be read ({error})"), error)] = None
        ranges = ()
    return _united(body.text, ranges, body.quoted) if body.quoted else ranges


def _united(
    text: str, ranges: tuple[tuple[int, int], ...], quoted: tuple[tuple[int, int], ...]
) -> tuple[tuple[int, int], ...]:
    """Both together, sorted and disjoint; never all that there is to read."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges + quoted):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    edges = [0, *(edge for each in merged for edge in each), len(text)]
    shown = (text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
    return tuple(merged) if any(part.strip(" \t\r\n\xa0>") for part in shown) else ranges


def _bounce(
    tree: Tree, envelope: _Envelope, text: str, problems: dict[str, None]
) -> tuple[Bounce | None, tuple[str, ...]]:
    sender = envelope.sender.address if envelope.sender else ""
    try:
        found = read_bounce(message_of(tree.root), sender, envelope.subject, text)
    except _STRANGE as error:
        problems[_failed(_("what it reports cannot be read ({error})"), error)] = None
        return None, ()
    return found or (None, ())


def _failed(sentence: str, error: BaseException) -> str:
    return sentence.format(error=type(error).__name__)
