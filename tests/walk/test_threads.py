"""Letters as real programs write them find their conversation, or are kept out, and say why.

The letters are in tests/threads; what only a desk knows stands in them as `{{ours}}`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message as Letter
from email.policy import default
from email.utils import format_datetime
from pathlib import Path

import pytest

from omnidesk.core.model import Contact, Conversation, Handle, Message, State
from omnidesk.core.store import Reads
from omnidesk.demo.sandbox import Sandbox
from omnidesk.desk import Desk
from tests.walk.house import House, house

LETTERS = Path(__file__).parent.parent / "threads"
NUMBER = 1
OLGA = "olga@firm.test"
SECOND = "olga.at.home@private.test"
DAY = r"\d+ [A-Z][a-z]{2}"


@dataclass
class Thread:
    """Olga asked with Boris in Cc, and was answered: number 1."""

    sandbox: Sandbox
    home: House
    ours: Letter
    count: int = 0

    @property
    def desk(self) -> Desk:
        return self.home.desk

    async def comes(
        self, name: str, /, *, to: tuple[str, ...] = ("support@desk.test",), **given: str
    ) -> Message:
        """Post a letter of the folder; where it stands then."""
        self.count += 1
        given = {
            "ours": str(self.ours["Message-ID"]),
            "number": str(NUMBER),
            "count": str(self.count),
            "date": format_datetime(datetime.now(UTC)),
            **given,
        }
        raw = filled(name, given)
        await self.sandbox.mail.post(raw, "somebody@elsewhere.test", *to)
        await self.home.round()
        external = str(message_from_bytes(raw, policy=default)["Message-ID"])
        return await self.desk.store.read(lambda r: newest_of(r, external))

    async def conversation(self, number: int) -> Conversation:
        return (await self.desk.open(number)).conversation

    async def stands_apart(self, message: Message, *, linked: bool = True) -> None:
        """In a conversation of its own; number 1 is as it was."""
        found = await self.conversation(message.conversation)
        assert message.conversation != NUMBER
        assert found.linked == ((NUMBER,) if linked else ())
        assert len((await self.desk.open(NUMBER)).messages) == 2


def filled(name: str, given: dict[str, str]) -> bytes:
    text = (LETTERS / f"{name}.eml").read_text(encoding="utf-8")
    text = re.sub(r"\{\{(\w+)\}\}", lambda found: given[found[1]], text)
    return text.replace("\n", "\r\n").encode()


def newest_of(reads: Reads, message_id: str) -> Message:
    found = [m for m in reads.every_message() if m.message_id == message_id]
    return max(found, key=lambda m: m.id)


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with Sandbox(tmp_path, addresses=("support@desk.test", "sales@desk.test")) as running:
        yield running


@pytest.fixture
async def thread(sandbox: Sandbox) -> AsyncIterator[Thread]:
    async with house(sandbox) as home:
        begun = {"date": format_datetime(datetime.now(UTC))}
        await sandbox.mail.post(filled("first", begun), OLGA)
        await home.round()
        await home.desk.reply(NUMBER, "It is on its way.")
        await home.round()
        ours = message_from_bytes(await sandbox.mail.reply_to(OLGA), policy=default)
        assert str(ours["Subject"]) == "Re: Order 4412 [#1]"
        yield Thread(sandbox, home, ours)


# -- the programs that people write with


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("gmail", f"answers our letter of {DAY}"),
        ("outlook", r"\[#1\] in the subject"),
        ("apple", f"follows the letter of {DAY}"),
        ("yandex", f"answers our letter of {DAY}"),
        ("mailru", f"answers our letter of {DAY}"),
        ("thunderbird", f"answers our letter of {DAY}"),
    ],
)
async def test_an_answer_joins_its_conversation_whatever_program_wrote_it(
    thread: Thread, program: str, why: str
) -> None:
    message = await thread.comes(program)
    assert message.conversation == NUMBER
    assert re.fullmatch(why, message.why), message.why
    assert message.marked is None
    assert message.text.startswith("It came. Thank you!")
    said = "".join(part for at, part in enumerate(message.text) if not _within(at, message.folded))
    assert said.strip() == "It came. Thank you!"
    assert (await thread.conversation(NUMBER)).state is State.OPEN


def _within(at: int, folded: tuple[tuple[int, int], ...]) -> bool:
    return any(start <= at < end for start, end in folded)


# -- forwarded, edited, cut


async def test_our_own_letter_forwarded_back_by_the_customer_joins(thread: Thread) -> None:
    message = await thread.comes("forwarded-by-her")
    assert message.conversation == NUMBER
    assert re.fullmatch(f"answers our letter of {DAY}", message.why)


async def test_our_letter_forwarded_by_somebody_else_stands_apart_and_is_linked(
    thread: Thread,
) -> None:
    message = await thread.comes("forwarded-by-another")
    await thread.stands_apart(message)
    assert re.fullmatch(
        rf"kept out of \[#1\]: answers our letter of {DAY}, but from a stranger", message.why
    )
    assert message.marked == "the sender does not take part in [#1]"


async def test_an_edited_subject_is_another_matter_linked_to_the_first(thread: Thread) -> None:
    message = await thread.comes("subject-edited")
    await thread.stands_apart(message)
    assert re.fullmatch(f"a new subject, though it answers our letter of {DAY}", message.why)
    assert message.marked is None


async def test_words_added_around_a_subject_change_nothing(thread: Thread) -> None:
    message = await thread.comes("subject-added-to")
    assert message.conversation == NUMBER
    assert re.fullmatch(f"answers our letter of {DAY}", message.why)


async def test_where_references_are_cut_the_number_in_the_subject_leads_back(
    thread: Thread,
) -> None:
    message = await thread.comes("references-cut")
    assert (message.conversation, message.why) == (NUMBER, "[#1] in the subject")


async def test_where_everything_is_cut_nothing_is_guessed(thread: Thread) -> None:
    message = await thread.comes("everything-cut")
    await thread.stands_apart(message, linked=False)
    assert message.why == "starts a new conversation"


# -- who takes part


async def contact_of(thread: Thread, address: str) -> Contact:
    def look(r: Reads) -> Contact:
        id_ = r.contact_of(Handle("mailto", address))
        found = r.contact(id_) if id_ is not None else None
        assert found is not None
        return found

    return await thread.desk.store.read(look)


async def test_a_second_address_stays_outside_until_an_agent_says_that_it_is_hers(
    thread: Thread,
) -> None:
    message = await thread.comes("second-address")
    await thread.stands_apart(message)
    assert message.marked == "the sender does not take part in [#1]"
    olga, second = await contact_of(thread, OLGA), await contact_of(thread, SECOND)
    await thread.desk.merge_contacts(olga.id, second.id)
    message = await thread.comes("second-address")
    assert message.conversation == NUMBER
    assert re.fullmatch(f"answers our letter of {DAY}", message.why)
    assert message.marked is None


async def test_an_address_that_an_agent_added_is_hers_from_the_first_letter(
    thread: Thread,
) -> None:
    await thread.desk.bind_handle((await contact_of(thread, OLGA)).id, Handle("mailto", SECOND))
    message = await thread.comes("second-address")
    assert (message.conversation, message.marked) == (NUMBER, None)


async def test_a_colleague_who_was_in_cc_joins_as_himself(thread: Thread) -> None:
    message = await thread.comes("colleague")
    assert message.conversation == NUMBER
    assert re.fullmatch(f"answers our letter of {DAY}", message.why)
    assert (await contact_of(thread, "boris@firm.test")).name == "Boris Lind"
    assert (await thread.desk.open(NUMBER)).contact.name == "Olga Kim"
    reply = await thread.desk.reply(NUMBER, "Thank you both.")
    assert [one.address for one in reply.to] == ["boris@firm.test"]
    assert [one.address for one in reply.cc] == [OLGA]


@pytest.mark.parametrize(
    ("forged", "clue"),
    [
        ("forged-number", r"\[#1\] in the subject"),
        ("forged-everything", f"answers our letter of {DAY}"),
    ],
)
async def test_a_stranger_does_not_write_himself_in(thread: Thread, forged: str, clue: str) -> None:
    message = await thread.comes(forged)
    await thread.stands_apart(message)
    assert re.fullmatch(rf"kept out of \[#1\]: {clue}, but from a stranger", message.why)
    assert message.marked == "the sender does not take part in [#1]"


# -- many people, one letter


PEOPLE = [("Ivan", "ivan@one.test"), ("Maria", "maria@two.test")]


async def asked(thread: Thread, name: str, address: str) -> Message:
    domain = address.partition("@")[2]
    return await thread.comes("newsletter-reply", name=name, address=address, domain=domain)


async def test_answers_of_different_people_to_a_newsletter_stay_apart(thread: Thread) -> None:
    found = [await asked(thread, *person) for person in PEOPLE]
    assert len({NUMBER, *(m.conversation for m in found)}) == 3
    assert [m.why for m in found] == ["answers a message that is not here"] * 2
    assert [m.marked for m in found] == [None, None]


async def test_they_stay_apart_also_where_the_newsletter_lies_in_our_own_mailbox(
    thread: Thread,
) -> None:
    sent = await thread.comes("newsletter")
    found = [await asked(thread, *person) for person in PEOPLE]
    assert len({NUMBER, sent.conversation, *(m.conversation for m in found)}) == 4
    for message in found:
        linked = (await thread.conversation(message.conversation)).linked
        assert linked == (sent.conversation,)
        assert message.why.endswith("but from a stranger")


async def test_one_letter_to_two_of_our_addresses_is_one_conversation_and_a_marked_copy(
    thread: Thread,
) -> None:
    await thread.comes("to-both", to=("support@desk.test", "sales@desk.test"))
    (row,) = [r for r in await thread.desk.rows("all") if r.number != NUMBER]
    one, copy = (await thread.desk.open(row.number)).messages
    assert {one.channel, copy.channel} == {"support", "sales"}
    assert one.why == "starts a new conversation"
    assert (copy.why, copy.copy_of) == ("the same letter came another way", one.id)
    assert copy.marked == "a copy"


async def test_different_letters_with_one_message_id_are_different_letters(
    thread: Thread,
) -> None:
    one = await thread.comes("same-message-id", subject="Order 77", text="Where is it?")
    other = await thread.comes("same-message-id", subject="Order 78", text="And where is this?")
    assert one.id != other.id
    assert len({NUMBER, one.conversation, other.conversation}) == 3
    assert (other.why, other.copy_of) == ("starts a new conversation", None)


# -- later


async def closed_since(thread: Thread, days: float) -> None:
    """Close number 1, so long ago."""
    await thread.desk.close(NUMBER)
    at = datetime.now(UTC) - timedelta(days=days)
    await thread.desk.store.write(
        lambda tx: tx.change_conversation(NUMBER, closed_at=at, last_at=at)
    )


async def test_an_answer_soon_after_closing_opens_it_again(thread: Thread) -> None:
    await closed_since(thread, 2)
    message = await thread.comes("gmail")
    assert message.conversation == NUMBER
    assert (await thread.conversation(NUMBER)).state is State.OPEN


async def test_an_answer_weeks_after_closing_is_a_new_conversation_linked_to_the_old(
    thread: Thread,
) -> None:
    await closed_since(thread, 40)
    message = await thread.comes("gmail")
    await thread.stands_apart(message)
    assert re.fullmatch(
        rf"answers our letter of {DAY}, but \[#1\] was closed {DAY}( \d{{4}})?", message.why
    )
    assert (await thread.conversation(NUMBER)).state is State.CLOSED
    assert (await thread.conversation(message.conversation)).state is State.OPEN


# -- one customer, several channels


async def test_a_merged_customer_is_answered_where_he_wrote_last(thread: Thread) -> None:
    chat = thread.sandbox.bot.customer(88, "Olga")
    chat.text("it is me, Olga")
    await thread.home.round()
    (line,) = [r.number for r in await thread.desk.rows("all") if r.number != NUMBER]
    contact = (await thread.desk.open(line)).contact.id
    await thread.desk.merge_contacts((await contact_of(thread, OLGA)).id, contact)
    await thread.desk.merge(NUMBER, line)

    await thread.comes("gmail")
    reply = await thread.desk.reply(NUMBER, "By letter.")
    assert (reply.channel, [one.address for one in reply.to]) == ("support", [OLGA])
    chat.text("and thanks again")
    await thread.home.round()
    opened = await thread.desk.open(NUMBER)
    assert (opened.messages[-1].text, opened.messages[-1].conversation) == (
        "and thanks again",
        NUMBER,
    )
    reply = await thread.desk.reply(NUMBER, "By chat.")
    assert (reply.channel, str(reply.handle)) == ("shop-bot", "telegram:88")
    await thread.home.round()
    assert (await thread.sandbox.bot.sent(88))["text"] == "By chat."


async def test_an_answer_to_a_conversation_that_was_merged_away_stands_in_the_kept_one(
    thread: Thread,
) -> None:
    other = await thread.comes("everything-cut")
    await thread.desk.merge(other.conversation, NUMBER)
    message = await thread.comes("gmail")
    assert message.conversation == other.conversation
    assert re.fullmatch(f"answers our letter of {DAY}", message.why)
    await thread.desk.unmerge(NUMBER)
    opened = await thread.desk.open(NUMBER)
    assert opened.messages[-1].id == message.id, "it goes along with what it answers"
