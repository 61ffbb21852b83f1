"""When an automatic answer may go out, and when it must not."""

from __future__ import annotations

import re
from datetime import datetime

from omnidesk.core.channel import Incoming
from omnidesk.core.hours import WorkingHours
from omnidesk.core.language import _, ngettext
from omnidesk.core.model import Address, Direction
from omnidesk.core.signing import keyless_address
from omnidesk.core.silence import no_reply
from omnidesk.core.value import dataclass
from omnidesk.core.wording import fill, person

_MACHINES = re.compile(
    r"(?:mailer-daemon|postmaster|daemon|root|www-data|listserv|majordomo|abuse|hostmaster"
    r"|owner-.*|.*-(?:owner|request|bounces?|return)|bounces?[+.=-].*)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRules:
    """The desk's limits on automatic answers.

    `unanswered`: to one handle since a person last wrote to it. It is what ends a loop with a
    machine that hides; the hourly figure only slows one down.
    """

    enabled: bool = True
    an_hour: int = 3
    unanswered: int = 5
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the store knows when a message has been placed.

    `acknowledged`: an automatic answer stands in this conversation. `last_hour` counts those to
    this handle within the hour, `unanswered` those since a person last wrote to it (or of the
    last week, where that is not known). `backlog`: it lay there before the desk did, or is
    imported. `copy`: the same letter is here already.
    """

    acknowledged: bool = False
    last_hour: int = 0
    unanswered: int = 0
    backlog: bool = False
    copy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a channel answers by itself: templates, how long a person takes, and when he works."""

    text: str
    after_hours_text: str
    expected: str = ""
    hours: WorkingHours | None = None


def answer(answers: Answers, number: int, desk: str, name: str, at: datetime) -> str:
    """The words for a message of this moment; empty where nothing is left to say."""
    working = answers.hours is None or answers.hours.include(at)
    values = {
        "number": str(number),
        "desk": desk,
        "name": person(name),
        "expected": answers.expected,
    }
    return fill(answers.text if working else answers.after_hours_text, values)


def why_silent(incoming: Incoming, facts: Facts, rules: ReplyRules) -> str | None:
    """Why this message gets no automatic answer; None where one may go out."""
    if not rules.enabled:
        return _("automatic answers are off")
    return _by_itself(incoming, rules.own) or _by_history(facts, rules)


def _by_itself(incoming: Incoming, own: frozenset[str]) -> str | None:
    if incoming.direction is not Direction.IN:
        return _("it is our own message")
    if incoming.unreadable:
        return _("it could not be read")
    if incoming.bounce or incoming.bounced_ids:
        return _("it is a delivery report")
    if incoming.automatic:
        return _("it is automatic: {what}").format(what=incoming.automatic)
    if incoming.handle is None:
        return _("nobody is named to answer to")
    sender = (incoming.sender,) if incoming.sender else ()
    named = (Address("", incoming.handle.value), *sender, *incoming.reply_to)
    reasons = (_by_address(person.address.strip().lower(), own) for person in named)
    return next((reason for reason in reasons if reason), None)


def _by_address(address: str, own: frozenset[str]) -> str | None:
    if keyless_address(address) in own:
        return _("{address} is our own address").format(address=address)
    local, at, _host = address.rpartition("@")
    if no_reply(address):
        return _("nobody reads {address}").format(address=address)
    if at and (not local or _MACHINES.fullmatch(local)):
        return _("{address} is a machine's").format(address=address)
    return None


def _by_history(facts: Facts, rules: ReplyRules) -> str | None:
    if facts.copy:
        return _("it is a copy of a letter that is here")
    if facts.backlog:
        return _("it was there before the desk was")
    if facts.acknowledged:
        return _("this conversation has had its automatic answer")
    if facts.last_hour >= rules.an_hour:
        return ngettext(
            "{n} automatic answer went there within the hour",
            "{n} automatic answers went there within the hour",
            facts.last_hour,
        ).format(n=facts.last_hour)
    if facts.unanswered >= rules.unanswered:
        return ngettext(
            "{n} automatic answer went there, and no person has written since",
            "{n} automatic answers went there, and no person has written since",
            facts.unanswered,
        ).format(n=facts.unanswered)
    return None
