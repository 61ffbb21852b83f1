"""What servers answer to a reply, through the whole engine: state, reason, order, copies."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from omnidesk.core.model import Delivery, DeliveryState, HealthState, State
from omnidesk.demo.sandbox import Sandbox
from omnidesk.desk import Desk
from tests.faults.engines import health_of, inbound, state_of, until
from tests.faults.inside import hurry, inside, number_of

pytestmark = pytest.mark.faults

SENT, FAILED, UNKNOWN = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNKNOWN


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How a server is made to answer, and what has to become of the reply."""

    wrong: Callable[[Sandbox], None]
    deferred: str | None = None
    state: DeliveryState
    reason: str | None = None
    copies: int
    waits: float = 0.0


def smtp(answer: str, stage: str = "data", times: int = 1) -> Callable[[Sandbox], None]:
    return lambda s: s.mail.smtp.refuse_next(answer, stage, times)  # type: ignore[arg-type]


LETTERS = {
    "421 at the letter": Case(
        wrong=smtp("421 4.3.2 closing"), deferred="421", state=SENT, copies=1
    ),
    "421 at the greeting of a letter": Case(
        wrong=smtp("421 4.7.0 too many", "mail"), deferred="421", state=SENT, copies=1
    ),
    "450 greylisting": Case(
        wrong=smtp("450 4.2.0 greylisted, try again in 2 s", "rcpt"),
        deferred="450.*greylisted", state=SENT, copies=1, waits=2.0,
    ),
    "451": Case(wrong=smtp("451 4.3.0 try later"), deferred="451", state=SENT, copies=1),
    "451 three times": Case(
        wrong=smtp("451 4.3.0 try later", times=3), deferred="451", state=SENT, copies=1
    ),
    "452": Case(wrong=smtp("452 4.3.1 no room", "mail"), deferred="452", state=SENT, copies=1),
    "550": Case(
        wrong=smtp("550 5.1.1 no such user", "rcpt"),
        state=FAILED, reason="550 5.1.1 no such user", copies=0,
    ),
    "554 at the letter": Case(
        wrong=smtp("554 5.7.1 looks like spam"), state=FAILED, reason="554 5.7.1", copies=0
    ),
    "closed after the letter was taken": Case(
        wrong=lambda s: s.mail.smtp.hang_up_next(kept=True),
        state=UNKNOWN, reason="after the whole letter was handed over", copies=1,
    ),
    "closed after the letter was not taken": Case(
        wrong=lambda s: s.mail.smtp.hang_up_next(kept=False),
        state=UNKNOWN, reason="after the whole letter was handed over", copies=0,
    ),
    "closed before the letter": Case(
        wrong=lambda s: s.mail.smtp.hang_up_next(kept=False, stage="rcpt"),
        deferred="127.0.0.1", state=SENT, copies=1,
    ),
    "no answer to the letter": Case(
        wrong=lambda s: hang_after_letter(s), state=UNKNOWN, reason="does not answer", copies=0
    ),
}  # fmt: skip

CHATS = {
    "429": Case(
        wrong=lambda s: s.bot.fault("sendMessage", status=429, retry_after=2),
        deferred="asks to wait 2 s", state=SENT, copies=1, waits=2.0,
    ),
    "500": Case(
        wrong=lambda s: s.bot.fault("sendMessage", status=500),
        deferred="Internal Server Error", state=SENT, copies=1,
    ),
    "403 blocked by the customer": Case(
        wrong=lambda s: s.bot.fault(
            "sendMessage", status=403, description="Forbidden: bot was blocked by the user"
        ),
        state=FAILED, reason="the customer blocked the bot", copies=0,
    ),
    "400": Case(
        wrong=lambda s: s.bot.fault("sendMessage", status=400, description="Bad Request: not so"),
        state=FAILED, reason="Not so", copies=0,
    ),
    "closed before the answer, not taken": Case(
        wrong=lambda s: s.bot.fault("sendMessage", close="before"),
        state=UNKNOWN, reason="may have gone out", copies=0,
    ),
    "closed before the answer, taken": Case(
        wrong=lambda s: s.bot.fault("sendMessage", close="after"),
        state=UNKNOWN, reason="may have gone out", copies=1,
    ),
    "502 of a gateway": Case(
        wrong=lambda s: s.bot.fault("sendMessage", status=502),
        state=UNKNOWN, reason="may have gone out", copies=0,
    ),
}  # fmt: skip


def hang_after_letter(sandbox: Sandbox) -> None:
    """The server takes the letter and says nothing, once."""
    server = sandbox.mail.smtp
    take = server._take

    async def silent(posted: object) -> None:
        server._take = take
        await asyncio.sleep(3)
        raise ConnectionAbortedError

    server._take = silent


def quick(sandbox: Sandbox) -> None:
    """Let the sending server owe an answer for half a second only."""
    head, smtp_, tail = sandbox.config.read_text(encoding="utf-8").partition("\nsmtp = ")
    tail = tail.replace('password = "sandbox" }', 'password = "sandbox", timeout = "500ms" }', 1)
    sandbox.config.write_text(head + smtp_ + tail, encoding="utf-8")


async def by_letter(sandbox: Sandbox, desk: Desk) -> int:
    customer = sandbox.correspondent("olga@example.test", "Ольга")
    await customer.write("Заказ", "где он?", at=datetime.now(UTC))
    return await number_of(desk, "Ольга")


async def by_chat(sandbox: Sandbox, desk: Desk) -> int:
    sandbox.bot.customer(77, "Кирилл").text("а доставка?")
    return await number_of(desk, "Кирилл")


def letters_out(sandbox: Sandbox) -> list[str]:
    texts = []
    for posted in sandbox.mail.sent:
        body = message_from_bytes(posted.letter, policy=default).get_body(("plain",))
        assert body is not None
        texts.append(body.get_content().splitlines()[0])
    return texts


async def chats_out(sandbox: Sandbox) -> list[str]:
    """What the server took, in its order."""
    queue = sandbox.bot._sent[77]
    return [queue.get_nowait()["text"] for _ in range(queue.qsize())]


async def is_over(desk: Desk, message: int) -> bool:
    return await state_of(desk, message) in (SENT, FAILED, UNKNOWN)


@pytest.mark.parametrize("name", LETTERS)
async def test_what_a_mail_server_answers(sandbox: Sandbox, name: str) -> None:
    case = LETTERS[name]
    quick(sandbox)
    async with inside(sandbox) as desk:
        number = await by_letter(sandbox, desk)
        chat = await by_chat(sandbox, desk)
        case.wrong(sandbox)
        await run(desk, case, number, chat)
    expected = ["first"] * case.copies + ["second"]
    assert letters_out(sandbox) == expected
    assert await chats_out(sandbox) == ["beside"]


@pytest.mark.parametrize("name", CHATS)
async def test_what_a_bot_server_answers(sandbox: Sandbox, name: str) -> None:
    case = CHATS[name]
    async with inside(sandbox) as desk:
        letter = await by_letter(sandbox, desk)
        number = await by_chat(sandbox, desk)
        case.wrong(sandbox)
        await run(desk, case, number, letter)
    assert await chats_out(sandbox) == ["first"] * case.copies + ["second"]
    assert letters_out(sandbox) == ["beside"]


async def run(desk: Desk, case: Case, number: int, other: int) -> None:
    """Two replies in one conversation, of which the first meets the fault, and one beside it."""
    began = datetime.now(UTC)
    first = await desk.reply(number, "first")
    second = await desk.reply(number, "second")
    beside = await desk.reply(other, "beside")
    await until(lambda: is_over(desk, beside.id), 15)
    await until(lambda: is_over(desk, second.id), 30)
    delivery = await desk.store.read(lambda r: r.delivery(first.id))
    assert delivery is not None
    assert delivery.state is case.state, delivery
    assert await state_of(desk, second.id) is SENT
    assert await state_of(desk, beside.id) is SENT
    if case.reason:
        assert re.search(case.reason, delivery.reason or ""), delivery.reason
    if case.waits:
        assert datetime.now(UTC) - began >= timedelta(seconds=case.waits)
    await check_journal(desk, number, delivery, case)
    conversation = (await desk.open(number)).conversation
    if case.state is SENT:
        assert (conversation.failed, conversation.state) == (0, State.WAITING)
    else:
        assert (conversation.failed, conversation.state) == (1, State.OPEN)
        assert conversation.waiting_since is not None
        assert conversation.assignee == "anna"


async def check_journal(desk: Desk, number: int, delivery: Delivery, case: Case) -> None:
    """Each attempt stands in the journal, with the reason where it was put off."""
    events = await desk.store.read(lambda r: r.events_of(number))
    steps = [e.data for e in events if e.message == delivery.message and "after" in e.data]
    put_off = [s["reason"] for s in steps if s["after"] == "queued" and s.get("reason")]
    assert bool(put_off) is bool(case.deferred), put_off
    assert all(re.search(case.deferred or "", reason) for reason in put_off), put_off
    assert [s["after"] for s in steps].count("sending") == len(put_off) + 1
    assert steps[-1]["after"] == case.state.value


async def test_a_bot_that_another_program_polls_says_so_and_still_sends(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omnidesk.channels.telegram.trouble._CONFLICT_WAIT", 0.5)
    async with inside(sandbox) as desk:
        number = await by_chat(sandbox, desk)
        await by_letter(sandbox, desk)
        sandbox.bot.fault("getUpdates", status=409, times=3)
        sandbox.bot.customers[77].text("вторая строка")
        await until(lambda: is_(desk, "shop-bot", HealthState.DEGRADED))
        assert "another program polls this bot" in (await reason_of(desk, "shop-bot"))
        assert (await health_of(desk, "support")).state is HealthState.UP
        reply = await desk.reply(number, "first")
        await until(lambda: is_over(desk, reply.id))
        await until(lambda: is_(desk, "shop-bot", HealthState.UP))
        sandbox.bot.customers[77].text("третья строка")
        await until(lambda: has(desk, "третья строка"))
        texts = Counter(await inbound(desk))
    assert texts == Counter(["а доставка?", "где он?", "вторая строка", "третья строка"])


async def is_(desk: Desk, channel: str, state: HealthState) -> bool:
    return (await health_of(desk, channel)).state is state


async def reason_of(desk: Desk, channel: str) -> str:
    return (await health_of(desk, channel)).reason or ""


async def has(desk: Desk, text: str) -> bool:
    return text in await inbound(desk)


def with_secret(sandbox: Sandbox, table: str) -> Path:
    """Let one server's password come from a file that can change."""
    secret = sandbox.folder / "secret"
    secret.touch(mode=0o600)
    text = sandbox.config.read_text(encoding="utf-8")
    head, found, tail = text.partition(f"\n{table} = ")
    assert found
    changed = tail.replace('password = "sandbox"', 'password = { file = "secret" }', 1)
    sandbox.config.write_text(head + found + changed, encoding="utf-8")
    return secret


async def test_a_wrong_password_blocks_its_own_channel_says_what_to_do_and_heals(
    sandbox: Sandbox,
) -> None:
    secret = with_secret(sandbox, "imap")
    secret.write_text("wrong", encoding="utf-8")
    async with inside(sandbox) as desk:
        await until(lambda: is_(desk, "support", HealthState.BLOCKED))
        said = await reason_of(desk, "support")
        assert said.startswith("login refused by 127.0.0.1")
        assert "channels.support.imap.password" in said
        assert "wrong" not in said
        await until(lambda: is_(desk, "shop-bot", HealthState.UP))
        number = await by_chat(sandbox, desk)
        reply = await desk.reply(number, "beside")
        await until(lambda: is_over(desk, reply.id))
        customer = sandbox.correspondent("olga@example.test", "Ольга")
        await customer.write("Заказ", "ждёт", at=datetime.now(UTC))
        secret.write_text("sandbox", encoding="utf-8")
        await until(lambda: is_(desk, "support", HealthState.UP))
        await until(lambda: has(desk, "ждёт"))


async def test_a_wrong_password_for_sending_keeps_the_reply_until_it_is_right(
    sandbox: Sandbox,
) -> None:
    secret = with_secret(sandbox, "smtp")
    secret.write_text("wrong", encoding="utf-8")
    async with inside(sandbox) as desk:
        number = await by_letter(sandbox, desk)
        reply = await desk.reply(number, "first")
        await until(lambda: is_(desk, "support", HealthState.BLOCKED))
        assert "channels.support.smtp.password" in await reason_of(desk, "support")
        assert await state_of(desk, reply.id) in (DeliveryState.QUEUED, DeliveryState.SENDING)
        customer = sandbox.correspondent("petr@example.test", "Пётр")
        await customer.write("Ещё", "приём идёт", at=datetime.now(UTC))
        await until(lambda: has(desk, "приём идёт"))
        secret.write_text("sandbox", encoding="utf-8")
        await until(lambda: is_over(desk, reply.id))
        assert await state_of(desk, reply.id) is SENT
        await until(lambda: is_(desk, "support", HealthState.UP))
    assert letters_out(sandbox) == ["first"]


async def test_a_revoked_token_blocks_the_bot_alone_and_heals(sandbox: Sandbox) -> None:
    async with inside(sandbox) as desk:
        await until(lambda: is_(desk, "shop-bot", HealthState.UP))
        right, sandbox.bot.token = sandbox.bot.token, "1000:other"
        sandbox.bot.customer(77, "Кирилл").text("меня слышно?")
        await until(lambda: is_(desk, "shop-bot", HealthState.BLOCKED), 40)
        assert "channels.shop-bot.token" in await reason_of(desk, "shop-bot")
        assert right not in await reason_of(desk, "shop-bot")
        await by_letter(sandbox, desk)
        sandbox.bot.token = right
        await until(lambda: has(desk, "меня слышно?"))
        await until(lambda: is_(desk, "shop-bot", HealthState.UP))
