"""Which conversation an incoming message belongs to, and why.

Nobody comes in where he does not belong: a key, a reference or a number is a clue, and only
who takes part in the conversation that it names may follow it.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, timedelta

from omnidesk.core.channel import Incoming
from omnidesk.core.clues import (
    Case,
    Clue,
    PlacingRules,
    Placings,
    clues,
    day,
    failure_clues,
    message_ids,
    other_subject,
    own_clues,
    passed_on,
    signed,
)
from omnidesk.core.copies import same_letter
from omnidesk.core.language import _
from omnidesk.core.model import Conversation, Direction, State
from omnidesk.core.partaking import takes_part, there
from omnidesk.core.signing import key_of_message_id
from omnidesk.core.store import Seen
from omnidesk.core.value import dataclass

__all__ = ["Placed", "PlacingRules", "Placings", "place"]


_ALIKE = 5
"""Letters of one Message-ID that are compared; broken programs give the same to thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a message stands and why; `conversation` None: a new one, perhaps `linked` to one.

    `marked` warns the agent, `copy_of` is the same letter that came another way, `home` where it
    belongs should a merge be taken back, `asked` the agent who passed on what it answers.
    """

    why: str
    conversation: int | None = None
    linked: int | None = None
    marked: str | None = None
    copy_of: int | None = None
    reopened: bool = False
    home: int | None = field(default=None, compare=False)
    asked: str | None = None


def place(
    incoming: Incoming,
    contact_id: int | None,
    lookups: Placings,
    now: datetime,
    rules: PlacingRules,
) -> Placed:
    """The conversation of a message that is not here yet; `contact_id` is its handle's, if any."""
    ids = message_ids(incoming)
    seen = lookups.seen_message_ids(ids) if ids else {}
    case = Case(
        incoming=incoming, contact=contact_id, lookups=lookups, now=now, rules=rules, seen=seen
    )
    if not incoming.unproven and (copy := _copy(case)):
        return copy
    if incoming.bounce or incoming.bounced_ids:
        return _report(case)
    if incoming.unproven:
        return _unproven(case, incoming.unproven)
    if incoming.direction is Direction.OUT:
        return _place_own(case) if incoming.from_us else _claimed(case)
    return _follow(case) or _join(case) or Placed(why=_fresh(case))


def _copy(case: Case) -> Placed | None:
    incoming = case.incoming
    if not incoming.message_id:
        return None
    if back := _came_back(case, incoming.message_id):
        return back
    for known in case.seen.get(incoming.message_id, ())[:_ALIKE]:
        message = case.lookups.message(known.id)
        if message and same_letter(incoming, message):
            return _copied(case, known, _("the same letter came another way"), _("a copy"))
    return None


def _came_back(case: Case, message_id: str) -> Placed | None:
    """Our own letter from the Sent folder or another mailbox: its Message-ID is a signed key."""
    out = case.incoming.direction is Direction.OUT
    key = key_of_message_id(message_id)
    if not (out or case.own) or key is None or signed(case, key) is None:
        return None
    known = case.lookups.seen_key(key)
    if known is None:
        return None
    outside = _("a copy that came in from outside, under our own address")
    return _copied(case, known, _("our own letter came back"), _("a copy") if out else outside)


def _copied(case: Case, known: Seen, why: str, marked: str) -> Placed:
    found = there(case, known.conversation)
    number = found.number if found else known.conversation
    return Placed(conversation=number, why=why, marked=marked, copy_of=known.id)


def _report(case: Case) -> Placed:
    """A bounce follows the letter that bounced, wherever that stands now."""
    bounce = case.incoming.bounce
    unproven = case.incoming.unproven
    for clue in failure_clues(case):
        if found := there(case, clue.number):
            if unproven and (case.own or takes_part(case, found)):  # no machine's name
                return _unproven(case, unproven)
            lasting = bounce is None or bounce.permanent
            reopened = lasting and found.state is State.CLOSED and not _by_itself(case, clue)
            return Placed(conversation=found.number, why=clue.reports, reopened=reopened)
    return Placed(why=_("a delivery report that names no letter of ours"))


def _by_itself(case: Case, clue: Clue) -> bool:
    """Whether nobody wrote the letter that a clue names: it was an automatic answer."""
    known = case.lookups.message(clue.message) if clue.message is not None else None
    return known is not None and known.automatic is not None


def _unproven(case: Case, reason: str) -> Placed:
    """Whoever wrote it may have typed any address, also one that takes part: it stands apart.

    Not even a copy is believed: it may say more than the letter that is here.
    """
    marked = _("the sender's address is not proven: {reason}").format(reason=reason)
    for clue in clues(case):
        if found := there(case, clue.number):
            why = _("kept out of [#{number}]: {why}, but nothing proves who wrote it")
            why = why.format(number=found.number, why=clue.why)
            return Placed(why=why, linked=found.number, marked=marked)
    latest = _latest(case, within=case.rules.join_window) if case.rules.joins else None
    return Placed(why=_fresh(case), linked=latest.number if latest else None, marked=marked)


def _place_own(case: Case) -> Placed:
    """What an agent wrote elsewhere goes where it answers, else to its recipient; never reopens."""
    for clue in own_clues(case):
        found = there(case, clue.number)
        if found and (clue.about is not None or takes_part(case, found)):
            why = _("written outside the desk: {why}").format(why=clue.why)
            return Placed(conversation=found.number, why=why)
    latest = _latest(case)
    if latest and (latest.state is not State.CLOSED or _lately_closed(case, latest)):
        why = _("written outside the desk: the latest conversation of its recipient")
        return Placed(conversation=latest.number, why=why)
    return Placed(why=_("written outside the desk"))


def _claimed(case: Case) -> Placed:
    """Our own address in From is a claim that anybody can make: it stands apart, marked."""
    marked = _("came in from outside under our own address")
    for clue in clues(case):
        if found := there(case, clue.number):
            why = _("kept out of [#{number}]: {why}, but nothing proves that it is ours")
            why = why.format(number=found.number, why=clue.why)
            return Placed(why=why, linked=found.number, marked=marked)
    return Placed(why=_("written outside the desk, or so it says"), marked=marked)


def _follow(case: Case) -> Placed | None:
    """Follow the first clue whose conversation the sender takes part in."""
    aside: Placed | None = None
    refused: Placed | None = None
    known: dict[int, tuple[Conversation, bool] | None] = {}
    for clue in clues(case):
        if clue.number not in known:
            named = there(case, clue.number)
            known[clue.number] = (named, takes_part(case, named)) if named else None
        if (looked := known[clue.number]) is None:
            continue
        found, inside = looked
        if not inside:
            refused = refused or _beside(case, clue, found) or _refuse(case, clue, found)
        elif other_subject(case, clue, found):
            why = _("a new subject, though it {why}").format(why=clue.why)
            aside = aside or Placed(why=why, linked=found.number)
        else:
            return _enter(case, clue, found)
    return aside or refused


def _beside(case: Case, clue: Clue, found: Conversation) -> Placed | None:
    """Who was passed a message on answers in a conversation of his own, beside that one."""
    if (ours := passed_on(case, clue)) is None:
        return None
    why = _("{why}, forwarded from [#{number}]").format(why=clue.why, number=found.number)
    for number in found.linked:
        own = there(case, number)
        if own and own.contact == case.contact and own.state is not State.CLOSED:
            return Placed(conversation=own.number, why=why, asked=ours.author)
    return Placed(why=why, linked=found.number, asked=ours.author)


def _refuse(case: Case, clue: Clue, found: Conversation) -> Placed:
    why = _("kept out of [#{number}]: {why}, but from a stranger")
    marked = _("the sender does not take part in [#{number}]")
    if case.own:
        marked = _("our own address, used from outside, does not take part in [#{number}]")
    return Placed(
        why=why.format(number=found.number, why=clue.why),
        linked=found.number,
        marked=marked.format(number=found.number),
    )


def _enter(case: Case, clue: Clue, found: Conversation) -> Placed:
    if found.state is not State.CLOSED or case.incoming.automatic:
        return Placed(conversation=found.number, why=clue.why, home=clue.home or clue.number)
    if _lately_closed(case, found):
        home = clue.home or clue.number
        return Placed(conversation=found.number, why=clue.why, reopened=True, home=home)
    closed = day(found.closed_at or found.last_at, case.now)
    why = _("{why}, but [#{number}] was closed {day}")
    return Placed(
        why=why.format(why=clue.why, number=found.number, day=closed), linked=found.number
    )


def _lately_closed(case: Case, found: Conversation) -> bool:
    return case.now - (found.closed_at or found.last_at) <= case.rules.reopen_within


def _join(case: Case) -> Placed | None:
    """Chat has no threads: what comes soon belongs to what the contact is talking about."""
    if not case.rules.joins:
        return None
    if ours := _where_we_wrote(case):
        return ours
    latest = _latest(case, within=case.rules.join_window)
    if latest is None:
        return None
    active = _ago(case, latest.last_at)
    if case.now - latest.last_at > case.rules.join_window:
        why = _("after a pause: [#{number}] was {active}")
        why = why.format(number=latest.number, active=active)
        return Placed(why=why, linked=latest.number)
    if latest.state is not State.CLOSED:
        why = _("the contact's conversation, {active}").format(active=active)
        return Placed(conversation=latest.number, why=why)
    if _lately_closed(case, latest):
        why = _("the contact's conversation, closed but {active}").format(active=active)
        return Placed(conversation=latest.number, why=why, reopened=True)
    why = _("[#{number}] was closed, {active}").format(number=latest.number, active=active)
    return Placed(why=why, linked=latest.number)


def _where_we_wrote(case: Case) -> Placed | None:
    """Where our last message to him on this very channel stands, while that goes on.

    Only in a conversation of his own: an agent may have moved our message to somebody else's.
    """
    handle = case.incoming.handle
    written = case.lookups.seen_last_out(case.rules.channel, handle) if handle else None
    found = there(case, written.conversation) if written else None
    if written is None or found is None or found.state is State.CLOSED:
        return None
    if found.contact != case.contact or case.now - found.last_at > case.rules.join_window:
        return None
    why = _("where our last message here stands, {active}")
    why = why.format(active=_ago(case, found.last_at))
    return Placed(conversation=found.number, why=why, home=written.home)


def _latest(case: Case, *, within: timedelta | None = None) -> Conversation | None:
    """The contact's open conversation, if active `within`; else the latest one, open or not."""
    if case.contact is None:
        return None
    found = case.lookups.open_conversation_of(case.contact)
    if found and (within is None or case.now - found.last_at <= within):
        return found
    rows = case.lookups.conversations_of(case.contact, limit=1)
    return case.lookups.conversation(rows[0].number) if rows else found


def _fresh(case: Case) -> str:
    incoming = case.incoming
    if incoming.unreadable:
        return _("could not be read")
    if incoming.references or incoming.answers:
        return _("answers a message that is not here")
    return _("starts a new conversation") if case.contact is not None else _("from somebody new")


def _ago(case: Case, at: datetime) -> str:
    minutes = max(0, int((case.now - at).total_seconds() // 60))
    if minutes < 120:
        return _("last active {n} min ago").format(n=minutes)
    if minutes < 48 * 60:
        return _("last active {n} h ago").format(n=minutes // 60)
    return _("last active {day}").format(day=day(at, case.now))
