"""A command on its way to an IMAP server, and what came back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aioimaplib import aioimaplib

from omnidesk.channels.email.imap_reader import Nonsense, Response
from omnidesk.core.language import _

_HELD = 16 << 20


class LinkLost(Exception):
    """The connection is of no more use; its text says why."""


class NotTrusted(LinkLost):
    """TLS failed because the server is not, or not provably, the one that was meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How the server finished a command, and the responses that were asked for."""

    status: str
    text: str
    responses: Sequence[Response]


class Order(aioimaplib.Command):  # type: ignore[misc]  # aioimaplib is untyped
    """A command under way; aioimaplib refuses control bytes in what it is made of."""

    def __init__(
        self, name: str, tag: str, *args: str, wants: frozenset[bytes], replies: int
    ) -> None:
        super().__init__(name, tag, *args)
        self.args = ()  # they may hold a password, and aioimaplib prints them
        self.wants = wants
        self.replies_left = replies
        self.responses: list[Response] = []
        self.turns = 0
        self._room = _HELD
        self.turned = asyncio.Event()
        self.over: asyncio.Future[tuple[str, str]] = asyncio.get_running_loop().create_future()

    def keep(self, response: Response) -> None:
        """Keep a response that was asked for; Nonsense where there is no end of them."""
        self.responses.append(response)
        self._room -= 200 + sum(len(part) for part in response if isinstance(part, bytes))
        if self._room < 0:
            raise Nonsense(_("an answer without an end"))

    def fail(self, error: LinkLost) -> None:
        """End without an answer."""
        if not self.over.done():
            self.over.set_exception(error)
            self.over.exception()
        self.turned.set()

    def finish(self, status: str, text: str) -> None:
        if not self.over.done():
            self.over.set_result((status, text))
        self.turned.set()


def printable(raw: bytes, most: int = 300) -> str:
    """What a server said, as far as a person may see it."""
    return "".join(c if " " <= c <= "~" else "?" for c in raw[:most].decode("latin-1"))
