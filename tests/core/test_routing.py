"""A reply leaves by a way that an agent can see, or says why it cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.core.channel import Capabilities
from omnidesk.core.model import (
    Address,
    Attachment,
    Bounce,
    Direction,
    Handle,
    Health,
    HealthState,
    Known,
    KnownHandle,
    Message,
)
from omnidesk.core.routing import (
    Refused,
    Route,
    Way,
    Wish,
    handles_here,
    losses,
    route,
    ways,
    why_no_way,
)
from omnidesk.core.store import Configured, Reached

NOW = datetime(2026, 9, 14, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LETTERS = Capabilities(
    handle_scheme="mailto",
    receive=True,
    send=True,
    initiate=True,
    subject=True,
    attachments=True,
    copies=True,
    max_file=25_000_000,
)
CHAT = Capabilities(
    handle_scheme="telegram",
    receive=True,
    send=True,
    attachments=True,
    max_text=4096,
    max_file=50_000_000,
)
OWN = frozenset({"support@desk.example", "sales@desk.example"})
ANN, BOB = "ann@example.org", "bob@example.org"


def channel(name: str, can: Capabilities, **more: Any) -> Configured:
    given: dict[str, Any] = {
        "name": name,
        "kind": "simulated",
        "capabilities": can,
        "addresses": tuple(OWN) if can.copies else (),
        "configured": True,
        "cursor": None,
        "health": Health(channel=name, state=HealthState.UP),
    }
    return Configured(**(given | more))


def blocked(name: str, can: Capabilities, state: HealthState, reason: str | None) -> Configured:
    return channel(name, can, health=Health(channel=name, state=state, reason=reason))


SUPPORT, BOT = channel("support", LETTERS), channel("shop-bot", CHAT)


def handle(text: str, name: str = "Ann") -> KnownHandle:
    return KnownHandle(handle=Handle.parse(text), known=Known.SEEN, name=name, first_seen=NOW)


def wrote(channel: str, text: str, ago: timedelta = DAY, path: str | None = None) -> Reached:
    return Reached(
        channel=channel,
        handle=Handle.parse(text),
        name="Ann",
        last_in=NOW - ago,
        reply_path=path,
    )


MAIL, CHATS = handle(f"mailto:{ANN}"), handle("telegram:77")
BOTH = ways(
    (SUPPORT, BOT),
    (MAIL, CHATS),
    (wrote("support", f"mailto:{ANN}", 2 * DAY), wrote("shop-bot", "telegram:77", DAY, "c:77")),
    NOW,
)


def people(*addresses: str) -> tuple[Address, ...]:
    return tuple(Address("", address) for address in addresses)


def message(channel: str, text: str, **more: Any) -> Message:
    place = Handle.parse(text)
    given: dict[str, Any] = {
        "id": 1,
        "conversation": 12,
        "channel": channel,
        "direction": Direction.IN,
        "sender": Address("Ann", place.value),
        "handle": place,
        "author": None,
        "received_at": NOW,
    }
    return Message(**(given | more))


LETTER = message("support", f"mailto:{ANN}")
LINE = message("shop-bot", "telegram:77")


def listed(found: tuple[Address, ...]) -> tuple[str, ...]:
    return tuple(person.address for person in found)


def routed(found: Route | Refused) -> Route:
    assert isinstance(found, Route), found
    return found


def refused(found: Route | Refused) -> Refused:
    assert isinstance(found, Refused), found
    return found


def test_every_channel_with_a_handle_of_its_scheme_is_a_way_the_latest_used_first() -> None:
    assert [(way.channel, way.to.address, way.can) for way in BOTH] == [
        ("shop-bot", "77", True),
        ("support", ANN, True),
    ]
    assert BOTH[0].reply_path == "c:77"
    assert (BOTH[0].max_text, BOTH[0].max_file, BOTH[0].subject) == (4096, 50_000_000, False)
    assert (BOTH[1].label, BOTH[1].subject, BOTH[1].reply_path) == ("support", True, None)


def test_two_mailboxes_reach_the_same_address() -> None:
    found = ways((SUPPORT, channel("sales", LETTERS)), (MAIL,), (), NOW)
    assert [(way.channel, way.can) for way in found] == [("sales", True), ("support", True)]


@pytest.mark.parametrize(
    ("says", "configured", "known", "reached", "reason"),
    [
        (
            "a bot cannot begin",
            BOT,
            CHATS,
            [],
            "the contact never wrote to shop-bot",
        ),
        (
            "having written to another bot does not help",
            BOT,
            CHATS,
            [wrote("other-bot", "telegram:77")],
            "the contact never wrote to shop-bot",
        ),
        (
            "a feed cannot send",
            channel("reviews", replace(CHAT, send=False)),
            CHATS,
            [wrote("reviews", "telegram:77")],
            "reviews is receive only",
        ),
        (
            "a window closes",
            channel("wa", replace(CHAT, reply_window=86400.0)),
            CHATS,
            [wrote("wa", "telegram:77", timedelta(hours=24, seconds=1))],
            "the reply window of 24 h is over",
        ),
        (
            "a window is open to its last second",
            channel("wa", replace(CHAT, reply_window=86400.0)),
            CHATS,
            [wrote("wa", "telegram:77", timedelta(hours=24))],
            None,
        ),
        (
            "no window holds where we may begin",
            channel("support", replace(LETTERS, reply_window=60.0)),
            MAIL,
            [wrote("support", f"mailto:{ANN}")],
            None,
        ),
        (
            "a blocked channel waits for a person",
            blocked("support", LETTERS, HealthState.BLOCKED, "login refused"),
            MAIL,
            [],
            "support is blocked: login refused",
        ),
        (
            "a stopped channel sends nothing",
            blocked("support", LETTERS, HealthState.STOPPED, None),
            MAIL,
            [],
            "support is stopped: see omnidesk doctor",
        ),
        (
            "a degraded channel still takes it",
            blocked("support", LETTERS, HealthState.DEGRADED, "no answer"),
            MAIL,
            [],
            None,
        ),
        (
            "our own address is not written to",
            SUPPORT,
            handle("mailto:support@desk.example"),
            [],
            "support@desk.example is our own address",
        ),
        (
            "a no-reply address is not written to",
            SUPPORT,
            handle("mailto:no-reply@example.org"),
            [],
            "nobody reads no-reply@example.org",
        ),
    ],
)
def test_a_way_that_cannot_serve_says_why(
    says: str,
    configured: Configured,
    known: KnownHandle,
    reached: list[Reached],
    reason: str | None,
) -> None:
    (way,) = ways((configured,), (known,), reached, NOW)
    assert way.reason == reason, says
    assert way.can is (reason is None), says


def test_a_channel_that_left_the_config_is_no_way() -> None:
    assert ways((replace(SUPPORT, configured=False),), (MAIL,), (), NOW) == ()


def test_a_channel_without_a_handle_of_its_scheme_says_so() -> None:
    assert ways((BOT,), (MAIL,), (), NOW) == ()
    assert why_no_way(BOT) == "shop-bot: the contact has no telegram handle"


@pytest.mark.parametrize(
    ("says", "inbound", "asked", "channel"),
    [
        ("the last message's way is the default", (LINE, LETTER), {}, "shop-bot"),
        ("whatever came before it", (LETTER, LINE), {}, "support"),
        (
            "the contact's wish goes before",
            (LETTER,),
            {"wish": Wish(channel="shop-bot")},
            "shop-bot",
        ),
        ("a wished handle too", (LINE,), {"wish": Wish(handle=MAIL.handle)}, "support"),
        ("the agent's choice goes before both", (LINE,), {"via": "support"}, "support"),
        (
            "even before a wish",
            (LINE,),
            {"via": "support", "wish": Wish(channel="shop-bot")},
            "support",
        ),
        ("the agent may name a handle", (LINE,), {"to": MAIL.handle}, "support"),
    ],
)
def test_a_reply_takes_the_way_that_was_asked_for(
    says: str, inbound: tuple[Message, ...], asked: dict[str, Any], channel: str
) -> None:
    found = routed(route(BOTH, inbound, own=OWN, **asked))
    assert found.way.channel == channel, says
    assert found.marked is None, says


def test_a_reply_answers_the_last_message_on_its_own_way() -> None:
    older = message("support", f"mailto:{ANN}", id=5)
    assert routed(route(BOTH, (LINE, older), own=OWN, via="support")).answers == older
    assert routed(route(BOTH, (LINE,), own=OWN, via="support")).answers is None


def test_a_channel_with_two_handles_takes_the_one_that_wrote_here() -> None:
    work = handle("mailto:ann@work.example")
    found = ways((SUPPORT,), (MAIL, work), (wrote("support", f"mailto:{ANN}"),), NOW)
    assert routed(route(found, (), via="support")).to == (Address("Ann", ANN),)
    here = message("support", "mailto:ann@work.example")
    assert listed(routed(route(found, (here,), via="support")).to) == ("ann@work.example",)


def test_a_wish_that_cannot_be_met_is_told_and_the_last_way_taken() -> None:
    found = ways((SUPPORT, BOT), (MAIL, CHATS), (), NOW)
    chosen = routed(route(found, (LETTER,), own=OWN, wish=Wish(channel="shop-bot")))
    assert chosen.way.channel == "support"
    assert chosen.marked == (
        "asked to be answered by shop-bot, but the contact never wrote to shop-bot"
    )
    assert not chosen.wished


def test_a_wish_for_what_does_not_reach_him_is_told_too() -> None:
    chosen = routed(route(BOTH, (LETTER,), own=OWN, wish=Wish(channel="x")))
    assert chosen.way.channel == "support"
    assert chosen.marked == "asked to be answered by x, but x does not reach this contact"


def test_a_route_says_that_it_follows_a_wish() -> None:
    wish = Wish(channel="shop-bot")
    assert routed(route(BOTH, (LETTER,), own=OWN, wish=wish)).wished
    assert not routed(route(BOTH, (LETTER,), own=OWN, via="shop-bot", wish=wish)).wished
    assert not routed(route(BOTH, (LINE,), own=OWN)).wished


@pytest.mark.parametrize(
    ("says", "found", "inbound", "asked", "reason"),
    [
        ("nothing reaches him", (), (LETTER,), {}, "no configured channel reaches this contact"),
        (
            "nothing was written yet",
            BOTH,
            (),
            {},
            "the contact has not written here: choose a channel",
        ),
        (
            "the channel of the last message is gone",
            BOTH[:1],
            (LETTER,),
            {},
            "support does not reach ann@example.org any more: choose a channel",
        ),
        ("an unknown channel", BOTH, (LINE,), {"via": "fax"}, "fax does not reach this contact"),
        (
            "a handle that is not his",
            BOTH,
            (LINE,),
            {"to": Handle("mailto", BOB)},
            f"{BOB} does not reach this contact",
        ),
    ],
)
def test_a_reply_to_nobody_is_refused_with_the_ways_that_can(
    says: str,
    found: tuple[Way, ...],
    inbound: tuple[Message, ...],
    asked: dict[str, Any],
    reason: str,
) -> None:
    answer = refused(route(found, inbound, own=OWN, **asked))
    assert answer.reason == reason, says
    assert answer.instead == found, says


def test_a_way_that_cannot_serve_is_refused_and_never_swapped_in_silence() -> None:
    sick = blocked("support", LETTERS, HealthState.BLOCKED, "login refused")
    found = ways((sick, BOT), (MAIL, CHATS), (wrote("shop-bot", "telegram:77"),), NOW)
    for asked in ({}, {"via": "support"}, {"to": MAIL.handle}):
        answer = refused(route(found, (LETTER, LINE), own=OWN, **asked))
        assert answer.reason == "support is blocked: login refused"
        assert [way.channel for way in answer.instead] == ["shop-bot"]


def test_a_colleague_in_cc_who_wrote_last_is_answered() -> None:
    theirs = message("support", f"mailto:{BOB}", cc=people(ANN), sender=Address("Bob", BOB))
    here = handles_here((MAIL,), (theirs, LETTER))
    found = ways((SUPPORT,), here, (wrote("support", f"mailto:{ANN}"),), NOW)
    chosen = routed(route(found, (theirs, LETTER), own=OWN))
    assert (chosen.to, listed(chosen.cc)) == ((Address("Bob", BOB),), (ANN,))


def test_without_the_colleagues_way_the_reply_is_refused_and_not_sent_to_another() -> None:
    theirs = message("support", f"mailto:{BOB}")
    assert BOB in refused(route(BOTH, (theirs, LETTER), own=OWN)).reason


def test_a_bounce_that_came_last_is_not_answered_but_the_letter_before_it() -> None:
    daemon = "mailer-daemon@example.org"
    bounce = Bounce(recipients=(ANN,), status="4.2.2", permanent=False)
    report = message("support", f"mailto:{daemon}", bounce=bounce)
    here = handles_here((MAIL,), (report, LETTER))
    assert [known.handle for known in here] == [MAIL.handle]
    found = ways((SUPPORT,), here, (), NOW)
    assert routed(route(found, (report, LETTER), own=OWN)).answers == LETTER
    assert "choose a channel" in refused(route(found, (report,), own=OWN)).reason


def test_a_copy_of_our_own_reply_that_came_last_is_not_answered() -> None:
    ours = message("support", "mailto:support@desk.example", copy_of=2)
    here = handles_here((MAIL,), (ours, LETTER))
    assert [known.handle for known in here] == [MAIL.handle]
    assert routed(route(BOTH, (ours, LETTER), own=OWN)).answers == LETTER


@pytest.mark.parametrize(
    ("says", "last"),
    [
        ("an absence note", message("support", f"mailto:{ANN}", automatic="auto-replied")),
        ("a no-reply notice", message("support", "mailto:no-reply@shop.example")),
    ],
)
def test_a_machines_word_does_not_choose_the_channel(says: str, last: Message) -> None:
    found = ways(
        (SUPPORT, BOT),
        handles_here((MAIL, CHATS), (last,)),
        (wrote("shop-bot", "telegram:77"),),
        NOW,
    )
    assert routed(route(found, (last, LINE), own=OWN)).way.channel == "shop-bot", says


def test_where_only_a_machine_wrote_its_way_is_the_last() -> None:
    note = message("support", f"mailto:{ANN}", automatic="auto-replied")
    assert routed(route(BOTH, (note,), own=OWN)).answers == note


KEYED = "support+12.nonce.aaaaaaaaaaaaaaaa@desk.example"


@pytest.mark.parametrize(
    ("says", "fields", "to", "cc", "marked"),
    [
        ("a plain letter is answered to its sender", {}, (ANN,), (), None),
        (
            "the others of To and Cc stay in Cc, without us",
            {
                "to": people("support@desk.example", BOB),
                "cc": people("eve@x.org", "Sales@desk.example"),
            },
            (ANN,),
            (BOB, "eve@x.org"),
            None,
        ),
        (
            "our keyed address is ours too",
            {"to": people(KEYED, BOB)},
            (ANN,),
            (BOB,),
            None,
        ),
        (
            "nobody stands there twice",
            {"to": people(BOB, "BOB@example.org", ANN), "cc": people("Ann@Example.org", BOB)},
            (ANN,),
            (BOB,),
            None,
        ),
        (
            "Reply-To is honoured and told",
            {"reply_to": people("desk@acme.example")},
            ("desk@acme.example",),
            (),
            f"answers go to desk@acme.example (Reply-To), not to {ANN}",
        ),
        (
            "a Reply-To that is the sender is not worth a word",
            {"reply_to": people("Ann@Example.org")},
            ("Ann@Example.org",),
            (),
            None,
        ),
        (
            "a Reply-To to ourselves is ignored",
            {"reply_to": people("support@desk.example", KEYED)},
            (ANN,),
            (),
            None,
        ),
        (
            "who is in Reply-To is not in Cc",
            {"reply_to": people(BOB), "to": people(BOB, "support@desk.example")},
            (BOB,),
            (),
            f"answers go to {BOB} (Reply-To), not to {ANN}",
        ),
        ("empty addresses are nobody", {"to": people("", BOB)}, (ANN,), (BOB,), None),
    ],
)
def test_a_letter_is_answered_to_those_who_should_read_it(
    says: str, fields: dict[str, Any], to: tuple[str, ...], cc: tuple[str, ...], marked: str | None
) -> None:
    found = routed(route(BOTH, (message("support", f"mailto:{ANN}", **fields),), own=OWN))
    assert listed(found.to) == to, says
    assert listed(found.cc) == cc, says
    assert found.marked == marked, says


def test_an_agent_may_answer_the_sender_alone() -> None:
    letter = message("support", f"mailto:{ANN}", to=people(BOB))
    assert routed(route(BOTH, (letter,), own=OWN, everyone=False)).cc == ()


def test_a_named_handle_is_written_to_alone() -> None:
    letter = message("support", f"mailto:{ANN}", to=people(BOB), reply_to=people("x@y.example"))
    found = routed(route(BOTH, (letter,), own=OWN, to=MAIL.handle))
    assert (listed(found.to), found.cc, found.answers) == ((ANN,), (), letter)


def test_a_switch_to_chat_takes_no_mail_recipients_along() -> None:
    letter = message("support", f"mailto:{ANN}", cc=people(BOB))
    found = routed(route(BOTH, (letter,), own=OWN, via="shop-bot"))
    assert (listed(found.to), found.cc, found.answers) == (("77",), (), None)


def test_a_channel_without_copies_answers_its_handle_alone() -> None:
    told = message("shop-bot", "telegram:77", to=people("88"), reply_to=people("99"))
    found = routed(route(BOTH, (told,), own=OWN))
    assert (listed(found.to), found.cc) == (("77",), ())


SILENT = "no-reply@shop.example"


def test_a_no_reply_sender_is_refused_unless_somebody_is_in_reply_to() -> None:
    found = ways((SUPPORT,), (handle(f"mailto:{SILENT}"),), (), NOW)
    alone = message("support", f"mailto:{SILENT}")
    assert refused(route(found, (alone,), own=OWN)).reason == f"nobody reads {SILENT}"
    named = replace(alone, reply_to=people("help@shop.example"))
    assert listed(routed(route(found, (named,), own=OWN)).to) == ("help@shop.example",)
    one_reads = replace(alone, reply_to=people("help@shop.example", "noreply@shop.example"))
    assert len(routed(route(found, (one_reads,), own=OWN)).to) == 2
    also_silent = replace(alone, reply_to=people("noreply@shop.example"))
    answer = refused(route(found, (also_silent,), own=OWN))
    assert answer.reason == "nobody reads noreply@shop.example"


def test_a_reply_to_does_not_open_a_blocked_channel() -> None:
    sick = blocked("support", LETTERS, HealthState.BLOCKED, "login refused")
    found = ways((sick,), (handle(f"mailto:{SILENT}"),), (), NOW)
    letter = message("support", f"mailto:{SILENT}", reply_to=people("help@shop.example"))
    assert refused(route(found, (letter,))).reason == "support is blocked: login refused"


def file(name: str, size: int) -> Attachment:
    return Attachment(id=1, name=name, media_type="application/pdf", size=size, sha256=None)


BY_CHAT, BY_LETTER = BOTH


@pytest.mark.parametrize(
    ("says", "way", "text", "files", "cc", "subject", "lost"),
    [
        ("nothing is lost", BY_LETTER, "x" * 9000, (file("a.pdf", 1),), (BOB,), "Re: x", ()),
        ("a chat has no Cc", BY_CHAT, "", (), (BOB, ANN), "", (f"Cc is lost: {BOB}, {ANN}",)),
        ("a chat has no subject", BY_CHAT, "", (), (), "Re: x", ("the subject is lost",)),
        (
            "a long text goes in pieces",
            BY_CHAT,
            "x" * 4097,
            (),
            (),
            "",
            ("4097 characters go in pieces of 4096",),
        ),
        ("a text that just fits", BY_CHAT, "x" * 4096, (), (), "", ()),
        (
            "a file is too large",
            BY_LETTER,
            "",
            (file("film.mp4", 26_000_000), file("a.pdf", 25_000_000)),
            (),
            "",
            ("film.mp4 is too large: 26.0 MB of 25.0 MB",),
        ),
        (
            "no files at all",
            replace(BY_CHAT, capabilities=replace(CHAT, attachments=False)),
            "",
            (file("a.pdf", 1),),
            (),
            "",
            ("a.pdf is lost: shop-bot carries no files",),
        ),
    ],
)
def test_a_switch_tells_what_it_would_lose(
    says: str,
    way: Way,
    text: str,
    files: tuple[Attachment, ...],
    cc: tuple[str, ...],
    subject: str,
    lost: tuple[str, ...],
) -> None:
    assert losses(text, files, people(*cc), way, subject=subject) == lost, says


somebody = st.sampled_from(
    [ANN, BOB, "Support@Desk.example", "sales@desk.example", KEYED, "", "eve@x.org", SILENT]
).map(lambda address: Address("", address))
some = st.lists(somebody, max_size=4).map(tuple)


@given(some, some, some, st.booleans())
def test_no_own_address_is_ever_a_recipient_and_nobody_is_one_twice(
    to: tuple[Address, ...], cc: tuple[Address, ...], reply_to: tuple[Address, ...], everyone: bool
) -> None:
    letter = message("support", f"mailto:{ANN}", to=to, cc=cc, reply_to=reply_to)
    found = route(BOTH, (letter,), own=OWN, everyone=everyone)
    if isinstance(found, Route):
        everybody = [a.address.lower() for a in (*found.to, *found.cc)]
        assert found.to
        assert not any(address.endswith("@desk.example") for address in everybody)
        assert len(everybody) == len(set(everybody))
        assert "" not in everybody


@given(st.lists(st.sampled_from(BOTH), max_size=2), st.lists(st.sampled_from([LETTER, LINE])))
def test_a_route_is_one_of_the_ways_that_can(found: list[Way], inbound: list[Message]) -> None:
    answer = route(found, inbound, own=OWN)
    if isinstance(answer, Route):
        assert answer.way in found
        assert answer.way.can
    else:
        assert answer.reason


def test_a_call_in_between_does_not_change_where_the_reply_goes() -> None:
    phone = channel("phone", Capabilities(handle_scheme="tel", receive=True, logs=True))
    handles = (MAIL, handle("tel:+79161234567"))
    called = message("phone", "tel:+79161234567")
    letter = message("support", f"mailto:{ANN}")
    found = ways([channel("support", LETTERS), phone], handles, [], NOW)
    assert routed(route(found, [called, letter])).way.channel == "support"
    assert refused(route(found, [called])).reason == "phone is receive only"
