"""How peers sent too often, never, to the wrong people, or to nobody."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from omnidesk.core.errors import CannotReply
from omnidesk.core.model import DeliveryState, State
from omnidesk.demo.sandbox import Sandbox
from tests.peers.letters import ask, letter, post, sent
from tests.walk.house import House


async def test_an_answer_whose_250_was_lost_goes_out_once_and_a_person_is_asked(
    sandbox: Sandbox, home: House
) -> None:
    number = await ask(sandbox, home)
    sandbox.mail.smtp.hang_up_next(kept=True)
    reply = await home.desk.reply(number, "едет")
    for _ in range(25):
        await home.round()
    assert len(sent(sandbox)) == 1
    opened = await home.desk.open(number)
    delivery = opened.messages[-1].delivery
    assert delivery is not None
    assert delivery.state is DeliveryState.UNKNOWN
    assert opened.conversation.state is State.OPEN
    first_id = sent(sandbox)[0][1]["Message-ID"]
    await home.desk.send_again(reply.id)
    await home.round()
    assert [m["Message-ID"] for _, m in sent(sandbox)] == [first_id, first_id]


async def test_a_failed_reply_comes_back_to_its_author_at_once(
    sandbox: Sandbox, home: House
) -> None:
    number = await ask(sandbox, home)
    sandbox.mail.smtp.refuse_next("550 5.1.1 no such user", "rcpt")
    await home.desk.reply(number, "едет")
    await home.desk.close(number)
    await home.round()
    (row,) = await home.desk.rows("failed")
    assert (row.number, row.state, row.assignee, row.unread) == (number, State.OPEN, "anna", True)
    assert row.waiting_since is not None
    (row,) = await home.desk.rows("inbox")
    assert row.failed == 1


@pytest.fixture
def more_config(request: pytest.FixtureRequest) -> str:
    on = "loop" in request.node.name
    return f"\n[auto_reply]\nenabled = {'true' if on else 'false'}\n"


async def test_a_robot_that_answers_every_answer_gets_no_loop(
    sandbox: Sandbox, home: House
) -> None:
    await post(sandbox, letter("robot@example.test", "Заявка", "привет"))
    await home.round()
    answered = 0
    for turn in range(40):
        letters = sent(sandbox)
        if len(letters) == answered:
            break
        answered = len(letters)
        got = letters[-1][1]
        echo = letter("robot@example.test", f"Re: новая {turn}", "спасибо, принято")
        echo["X-Reply-To-Subject"] = str(got["Subject"])
        await post(sandbox, echo)
        await home.round()
    assert answered <= 3
    for turn in range(20):
        await post(sandbox, letter("robot@example.test", f"ещё {turn}", "принято"))
    await home.round()
    assert len(sent(sandbox)) <= 3
    assert all(m["Auto-Submitted"] == "auto-replied" for _, m in sent(sandbox))


async def test_a_number_in_a_subject_lets_no_stranger_in(sandbox: Sandbox, home: House) -> None:
    number = await ask(sandbox, home)
    await home.desk.reply(number, "едет")
    await home.round()
    for subject in (f"Re: Заказ [#{number}]", f"#{number}", f"Заказ #{number}"):
        await post(sandbox, letter("mallory@example.test", subject, "это я, смените адрес"))
    await home.round()
    assert len((await home.desk.open(number)).messages) == 2
    texts = [m.text for r in await home.desk.rows("all") if r.number != number
             for m in (await home.desk.open(r.number)).messages]  # fmt: skip
    assert len(texts) == 3


async def test_a_reply_from_another_address_takes_no_conversation_over(
    sandbox: Sandbox, home: House
) -> None:
    number = await ask(sandbox, home)
    await home.desk.reply(number, "едет")
    await home.round()
    ours = message_from_bytes(await sandbox.mail.reply_to("olga@example.test"), policy=default)
    stolen = letter("mallory@example.test", str(ours["Subject"]), "пишите мне сюда")
    stolen["In-Reply-To"] = stolen["References"] = str(ours["Message-ID"])
    await post(sandbox, stolen)
    await home.round()
    assert len((await home.desk.open(number)).messages) == 2
    (other,) = [row for row in await home.desk.rows("all") if row.number != number]
    assert (await home.desk.open(other.number)).conversation.linked == (number,)
    await home.desk.reply(number, "секрет")
    await home.round()
    assert sent(sandbox)[-1][0] == ("olga@example.test",)


async def test_who_was_in_copy_of_one_conversation_gets_nothing_of_another(
    sandbox: Sandbox, home: House
) -> None:
    await post(sandbox, letter(subject="С шефом", Cc="boss@example.test"))
    await home.round()
    (with_boss,) = await home.desk.rows("all")
    await home.desk.close(with_boss.number)
    await post(sandbox, letter(subject="Личное", text="без шефа"))
    await home.round()
    (alone,) = [r for r in await home.desk.rows("all") if r.number != with_boss.number]
    await home.desk.reply(alone.number, "только вам")
    await home.round()
    recipients, message = sent(sandbox)[-1]
    assert recipients == ("olga@example.test",)
    assert message["Cc"] is None
    await home.desk.reply(with_boss.number, "вам обоим")
    await home.round()
    recipients, message = sent(sandbox)[-1]
    assert set(recipients) == {"olga@example.test", "boss@example.test"}
    assert str(message["Cc"]) == "boss@example.test"


async def test_a_note_never_leaves_the_desk(sandbox: Sandbox, home: House) -> None:
    number = await ask(sandbox, home)
    await home.desk.note(number, "клиент сложный, не отправлять")
    await home.round()
    assert sent(sandbox) == []
    note = (await home.desk.open(number)).messages[-1]
    assert note.delivery is None
    with pytest.raises(Exception, match="never to be sent"):
        await home.desk.send_again(note.id)
    await home.desk.reply(number, "едет")
    await home.round()
    assert all("не отправлять" not in body(m) for _, m in sent(sandbox))


def body(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


async def test_an_empty_reply_is_refused_before_anything_is_written(
    sandbox: Sandbox, home: House
) -> None:
    number = await ask(sandbox, home)
    with pytest.raises(CannotReply, match="empty"):
        await home.desk.reply(number, "  \n")
    assert len((await home.desk.open(number)).messages) == 1
