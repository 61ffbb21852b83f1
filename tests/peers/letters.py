"""What customers of these tests write."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from omnidesk.core.model import Direction, Message
from omnidesk.demo.sandbox import Sandbox
from tests.walk.house import House

OURS = "support@desk.test"


def letter(
    sender: str = "olga@example.test",
    subject: str = "Заказ",
    text: str = "где он?",
    **headers: str,
) -> EmailMessage:
    """A letter to us; `headers` with _ for -, an empty one takes the header away."""
    made = EmailMessage(policy=default.clone(linesep="\r\n"))
    made["From"], made["To"], made["Subject"] = sender, OURS, subject
    for name, value in headers.items():
        del made[name.replace("_", "-")]
        if value:
            made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


async def post(sandbox: Sandbox, made: EmailMessage | bytes) -> None:
    """Put it into our mailbox."""
    raw = made if isinstance(made, bytes) else bytes(made)
    await sandbox.mail.imap.append(sandbox.mail.address, raw)


async def ask(sandbox: Sandbox, home: House, address: str = "olga@example.test") -> int:
    """A customer writes; his conversation."""
    known = {row.number for row in await home.desk.rows("all")}
    customer = sandbox.correspondent(address, address.partition("@")[0].title())
    await customer.write("Заказ", "где он?", at=datetime.now(UTC))
    await home.round()
    (row,) = [row for row in await home.desk.rows("all") if row.number not in known]
    return row.number


async def messages(home: House) -> list[Message]:
    return await home.desk.store.read(lambda r: list(r.every_message()))


async def came_in(home: House) -> list[Message]:
    return [m for m in await messages(home) if m.direction is Direction.IN]


def sent(sandbox: Sandbox) -> list[tuple[tuple[str, ...], EmailMessage]]:
    """Every letter that left: its envelope recipients, and itself."""
    return [
        (posted.recipients, message_from_bytes(posted.letter, policy=default))
        for posted in sandbox.mail.sent
    ]
