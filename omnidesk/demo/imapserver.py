"""An IMAP server in memory (pymap), run in the caller's own event loop."""

from __future__ import annotations

import asyncio
import logging
from argparse import Namespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from proxyprotocol.result import ProxyResultLocal
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Identity, Login
from pymap.imap import IMAPServer
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

if TYPE_CHECKING:
    from collections.abc import Iterable

_log = logging.getLogger(__name__)
_SECONDS = 10.0


class _Quiet(Config):
    """pymap's greeting asks DNS for the host's name, which can take seconds."""

    @property
    def greeting(self) -> bytes:
        return b"Server ready"


class ImapServer:
    """Mailboxes for `users`, one password for all; `port` is set by the first `start`.

    Letters survive `stop` and `start`; `forget` gives every mailbox a new UIDVALIDITY.
    """

    host = "127.0.0.1"

    def __init__(self, users: Iterable[str], password: str) -> None:
        self.password = password
        self.port = 0
        self._users = tuple(users)
        self._imap: IMAPServer | None = None
        self._listening: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self) -> None:
        """Listen, on the same port as before."""
        if self._imap is None:
            self._imap = await self._fresh()
        self._listening = await asyncio.start_server(self._accept, self.host, self.port)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port, and every connection without a word."""
        if self._listening is None:
            return
        self._listening.close()
        for task, writer in self._connections.items():
            task.cancel()
            writer.transport.abort()
        if self._connections:
            await asyncio.wait(self._connections, timeout=_SECONDS)
        await self._listening.wait_closed()
        self._listening = None

    async def forget(self) -> None:
        """Lose everything, as a server that was set up anew."""
        running = self._listening is not None
        await self.stop()
        self._imap = None
        if running:
            await self.start()

    @property
    def running(self) -> bool:
        return self._listening is not None

    async def append(self, user: str, letter: bytes, folder: str = "INBOX") -> None:
        """Put a letter in as a client would: only so are IDLE sessions told of it."""
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_connection(self.host, self.port)
            try:
                await reader.readline()
                login = f'a LOGIN "{user}" "{self.password}"\r\n'.encode()
                await _command(reader, writer, b"a", login)
                head = f'b APPEND "{folder}" {{{len(letter)}+}}\r\n'.encode()
                await _command(reader, writer, b"b", head + letter + b"\r\n")
                await _command(reader, writer, b"c", b"c LOGOUT\r\n")
            finally:
                writer.close()
                await writer.wait_closed()

    async def _fresh(self) -> IMAPServer:
        arguments = Namespace(passlib_cfg=None, proxy_protocol=None)
        config = _Quiet(
            arguments,
            host=self.host,
            port=self.port,
            demo_data=False,
            demo_user=self._users[0],
            demo_password=self.password,
            tls_enabled=False,
            hash_context=Cleartext(),
            invalid_user_sleep=0.0,
        )
        login = Login(config)
        for user in self._users:
            identity = Identity(user, login, None, frozenset())
            await identity.set(UserMetadata(config, user, password=self.password))
        self._config: Any = config
        return IMAPServer(login, config)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer), name="demo imap connection")
        self._connections[task] = writer
        task.add_done_callback(self._ended)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert self._imap is not None
        self._config.apply_context()
        where = SocketInfo.get(writer, ProxyResultLocal(), unique_id=uuid4().bytes)
        await self._imap(reader, writer, where)

    def _ended(self, task: asyncio.Task[None]) -> None:
        writer = self._connections.pop(task)
        writer.close()
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("imap connection ended badly", exc_info=error)


async def _command(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tag: bytes, command: bytes
) -> None:
    writer.write(command)
    await writer.drain()
    while line := await reader.readline():
        if line.startswith(tag + b" "):
            if not line.startswith(tag + b" OK"):
                raise RuntimeError(f"the demo's IMAP server said {line!r}")
            return
    raise ConnectionResetError("the demo's IMAP server hung up")
