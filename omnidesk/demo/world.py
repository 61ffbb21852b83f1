"""The people of the demo: each writes, waits for what the desk answers, and answers that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from omnidesk.demo.exchange import ANSWERED, ENDED, RINGING

if TYPE_CHECKING:
    from omnidesk.demo.botapi_answers import Json
    from omnidesk.demo.sandbox import Sandbox

THANKS_FOR_WRITING = "Спасибо, обращение № {number} принято / Thank you, request no. {number}."
"""The desk's automatic answer in the demo."""
_BEGINNING = THANKS_FOR_WRITING.partition("{")[0]
_A_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What somebody says who phones, and the channel by which he asks to be answered."""

    said: str
    wish: str


class World:
    """Where the demo's people live. `speed` divides every pause; `tell` says what they do."""

    def __init__(self, sandbox: Sandbox, *, speed: float, tell: Callable[[str], None]) -> None:
        self.sandbox = sandbox
        self.tell = tell
        self._speed = speed
        self._written = 0
        self._changed = asyncio.Condition()

    async def pause(self, seconds: float) -> None:
        """Let time go by, as a person would."""
        await asyncio.sleep(seconds / self._speed)

    async def wrote(self) -> None:
        """Note that something was written to the desk."""
        async with self._changed:
            self._written += 1
            self._changed.notify_all()

    async def written(self, many: int) -> None:
        """Wait until so many things were written to the desk."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._written >= many)

    async def post(self, letter: bytes, sender: str) -> None:
        """A raw letter to the desk from somebody who waits for no answer."""
        await self.sandbox.mail.post(letter, sender)
        await self.wrote()


class Writer:
    """Somebody who writes letters."""

    def __init__(self, world: World, address: str, name: str) -> None:
        self.address = address
        self.name = name
        self._world = world
        self._person = world.sandbox.correspondent(address, name)

    async def write(
        self,
        subject: str,
        text: str,
        *,
        to: tuple[str, ...] = (),
        files: tuple[tuple[str, bytes], ...] = (),
        minutes_ago: float = 0,
    ) -> None:
        """A new letter."""
        at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        await self._person.write(subject, text, at=at, to=to, files=files)
        await self._world.wrote()

    async def acknowledged(self) -> bytes:
        """The automatic answer."""
        return await self._letter(automatic=True)

    async def answered(self) -> bytes:
        """What a person at the desk wrote back."""
        return await self._letter(automatic=False)

    async def answer(self, reply: bytes, text: str) -> None:
        """Answer a letter of the desk's, above all that it said."""
        letter = read(reply)
        subject = str(letter["Subject"])
        quoted = "\n".join(f"> {line}" for line in words(letter).splitlines())
        written = f"{text}\n\nOn {letter['Date']}, {letter['From']} wrote:\n{quoted}\n"
        await self._person.write(subject, written, at=datetime.now(UTC), answering=reply)
        await self._world.wrote()

    async def _letter(self, *, automatic: bool) -> bytes:
        while True:
            letter = await self._world.sandbox.mail.reply_to(self.address, _A_DAY)
            if is_automatic(letter) == automatic:
                return letter


class Chatter:
    """Somebody who chats with the bot; `person` does what a person can do there."""

    def __init__(
        self, world: World, user_id: int, first: str, last: str = "", username: str = ""
    ) -> None:
        self._world = world
        self._bot = world.sandbox.bot
        self.person = self._bot.customer(user_id, first, last or None, username or None)

    async def say(self, text: str) -> Json:
        """A line of text."""
        said = self.person.text(text)
        await self._world.wrote()
        return said

    async def share_number(self, number: str) -> None:
        """His own number, as the button sends it: the messenger vouches for it."""
        self.person.contact(number, str(self.person.user["first_name"]), self.person.id)
        await self._world.wrote()

    async def answered(self) -> Json:
        """What a person at the desk said."""
        while True:
            message = await self._bot.sent(self.person.id, _A_DAY)
            if not str(message.get("text", "")).startswith(_BEGINNING):
                return message


class Caller:
    """Somebody who phones; each ring is a call of its own."""

    def __init__(self, world: World, number: str) -> None:
        self._world = world
        self._number = number
        self._call = ""

    async def ring(self) -> None:
        """Let it ring at the desk."""
        self._call = uuid4().hex
        await self._tell(RINGING)

    async def answered(self) -> None:
        """Somebody at the desk lifts the receiver."""
        await self._tell(ANSWERED)

    async def hang_up(self, *, seconds: float) -> None:
        """End a call that lasted so long."""
        await self._tell(ENDED, duration=seconds)

    async def _tell(self, event: str, **more: Any) -> None:
        exchange = self._world.sandbox.exchange
        await asyncio.to_thread(exchange.tell, event, self._call, self._number, **more)


def read(letter: bytes) -> EmailMessage:
    """A raw letter, parsed."""
    return cast("EmailMessage", message_from_bytes(letter, policy=cast("Any", default)))


def words(letter: EmailMessage) -> str:
    """What a letter says as plain text."""
    body = letter.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def is_automatic(letter: bytes) -> bool:
    """Whether a machine wrote it (RFC 3834)."""
    return read(letter).get("Auto-Submitted", "no") != "no"
