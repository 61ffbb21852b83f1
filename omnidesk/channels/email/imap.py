"""The mailbox: open, folders, letters after a UID, wait, append, count, close.

The only door to IMAP. What escapes it is Blocked or Unreachable, and then the mailbox is closed.
Folders are opened with EXAMINE and letters read with BODY.PEEK, so nothing changes on the server.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeVar

from omnidesk.channels.email.imap_login import connect, log_in
from omnidesk.channels.email.imap_names import (
    counted,
    fetched,
    folder_name,
    listed,
    number,
    uid_set,
)
from omnidesk.channels.email.imap_order import Answer, LinkLost, NotTrusted
from omnidesk.channels.email.imap_protocol import Wire
from omnidesk.channels.email.imap_reader import (
    KEPT_OF_TOO_LARGE,
    MAX_LITERAL,
    Nonsense,
    drop_files,
)
from omnidesk.channels.email.imap_values import (
    Folder,
    Found,
    Letter,
    code,
    drop_contents,
    exists,
    letter_in,
)
from omnidesk.channels.email.settings import Imap
from omnidesk.core.errors import Blocked, Unreachable
from omnidesk.core.language import _

_Item = TypeVar("_Item")
_MOST_UIDS = 200
_WINDOW = 2000
_SLOWEST = 16 << 10
_RENEW = (9 * 60.0, 14 * 60.0)
_PULSE = (20.0, 25.0)


class Mailbox:
    """A logged-in IMAP connection of one channel; one call at a time."""

    def __init__(self, channel: str, settings: Imap, spool: Path) -> None:
        self._channel = channel
        self._settings = settings
        self._wire = Wire(spool, settings.timeout.total_seconds())
        self._idles = False
        self._folder: Folder | None = None

    @classmethod
    async def open(cls, channel: str, settings: Imap, spool: Path) -> Self:
        """Connect and log in."""
        mailbox = cls(channel, settings, spool)
        opened = False
        try:
            with mailbox._door():
                await connect(mailbox._wire, channel, settings)
                await log_in(mailbox._wire, channel, settings)
                mailbox._idles = "IDLE" in mailbox._wire.capabilities
            opened = True
        finally:
            if not opened:
                mailbox.drop()
        return mailbox

    @property
    def alive(self) -> bool:
        """Whether the connection can still be used."""
        return self._wire.lost is None

    @property
    def idles(self) -> bool:
        """Whether the server reports new letters by itself."""
        return self._idles

    async def folders(self, pattern: str = "*") -> list[str]:
        """The folders that can be opened, as a person writes them."""
        with self._door():
            answer = await self._asked(
                "LIST", '""', folder_name(pattern), wants=[b"LIST"], literals=10_000
            )
            return [name for r in answer.responses if (name := listed(r)) is not None]

    async def enter(self, name: str) -> Folder | None:
        """Open a folder for reading; None where the server has no such folder."""
        with self._door():
            self._folder = None
            answer = await self._wire.run("EXAMINE", folder_name(name), wants=[b"OK", b"EXISTS"])
        if answer.status != "OK":
            await self._raise_if_there(name, answer)
            return None
        self._folder = Folder(
            name=name,
            uidvalidity=code(answer, rb"UIDVALIDITY"),
            uidnext=code(answer, rb"UIDNEXT"),
            letters=exists(answer),
        )
        return self._folder

    async def look(self, name: str) -> Folder | None:
        """A folder's counters without opening it; None where there is no such folder."""
        with self._door():
            answer = await self._wire.run(
                "STATUS", folder_name(name), "(MESSAGES UIDNEXT UIDVALIDITY)", wants=[b"STATUS"],
                literals=1,
            )  # fmt: skip
            if answer.status == "OK" and answer.responses:
                items = counted(answer.responses[-1])
                return Folder(
                    name=name,
                    uidvalidity=items.get(b"UIDVALIDITY", 0),
                    uidnext=items.get(b"UIDNEXT", 0),
                    letters=items.get(b"MESSAGES", 0),
                )
        await self._raise_if_there(name, answer)
        return None

    async def after(self, uid: int, most: int) -> list[Found]:
        """At most so many letters of the open folder whose UID is greater, lowest first."""
        with self._door():
            uids = (await self._uids_after(uid))[:most]
            sizes: dict[int, int] = {}
            for some in _slices(uids):
                answer = await self._asked(
                    "UID", "FETCH", uid_set(some), "(UID RFC822.SIZE)", wants=[b"FETCH"]
                )
                for response in answer.responses:
                    items = fetched(response)
                    if b"UID" in items and b"RFC822.SIZE" in items:
                        sizes[number(items[b"UID"])] = number(items[b"RFC822.SIZE"])
        return [Found(uid=uid, size=sizes.get(uid, 0)) for uid in uids]

    async def letters(self, wanted: Sequence[Found]) -> list[Letter]:
        """Fetch letters of the open folder; those that are gone by now are left out.

        Files of letters over 1 MiB are the caller's from here on.
        """
        got: dict[int, Letter] = {}
        finished = False
        try:
            with self._door():
                whole = [found for found in wanted if found.size <= MAX_LITERAL]
                for some in _slices(whole):
                    await self._fetch(some, "BODY.PEEK[]", got)
                for found in wanted:
                    if found.size > MAX_LITERAL:
                        await self._fetch([found], f"BODY.PEEK[]<0.{KEPT_OF_TOO_LARGE}>", got)
                missing = [found for found in wanted if found.uid not in got]
                await self._fetch_one_by_one(missing, got)
            finished = True
        finally:
            if not finished:
                drop_contents(got.values())
        return [got[uid] for uid in sorted(got)]

    async def wait(self, seconds: float) -> bool:
        """Wait until the server has news or time is over; whether it has. IDLE where it can.

        Waiting by IDLE ends after 9 to 14 minutes even if `seconds` is longer.
        """
        with self._door():
            if self._wire.news.is_set():
                return True
            if self._idles:
                return await self._idle(min(seconds, random.uniform(*_RENEW)))  # noqa: S311
            await self._wire.until_news(seconds)
            await self._asked("NOOP")
            return self._wire.news.is_set()

    async def append(self, folder: str, chunks: Iterable[bytes], size: int) -> None:
        """Put a letter of `size` bytes into a folder, marked as read."""
        with self._door():
            answer = await self._wire.run(
                "APPEND", folder_name(folder), r"(\Seen)", f"{{{size}}}",
                replies=[chunks], seconds=self._long(size),
            )  # fmt: skip
            if answer.status != "OK":
                refused = _("{folder} takes no letter: {said}")
                raise LinkLost(refused.format(folder=folder, said=answer.text))

    async def close(self) -> None:
        """Log out, or just hang up where that does not work."""
        try:
            if self.alive:
                await self._wire.run("LOGOUT", seconds=2)
        except LinkLost:
            return
        finally:
            self.drop()

    def drop(self) -> None:
        """Hang up."""
        self._wire.fail(LinkLost("closed"))

    async def _idle(self, seconds: float) -> bool:
        """IDLE, left and entered again at every pulse: a dead server looks just like a quiet one,
        and only an answer tells them apart within the minute.
        """
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while not self._wire.news.is_set() and (left := end - clock()) > 0:
            pulse = random.uniform(*_PULSE)  # noqa: S311 - spreads load
            self._idles = await self._wire.idle(min(left, pulse))
            if not self._idles:
                return False
        return self._wire.news.is_set()

    async def _asked(
        self,
        name: str,
        *args: str,
        wants: Iterable[bytes] = (),
        literals: int = 0,
        seconds: float | None = None,
    ) -> Answer:
        """A command that must succeed."""
        answer = await self._wire.run(name, *args, wants=wants, literals=literals, seconds=seconds)
        if answer.status != "OK":
            raise LinkLost(_("{what} is refused: {said}").format(what=name, said=answer.text))
        return answer

    async def _raise_if_there(self, name: str, answer: Answer) -> None:
        """Unreachable where a folder is there and only cannot be opened now."""
        if name.upper() == "INBOX" or name in await self.folders(name):
            with self._door():
                refused = _("{folder} cannot be opened: {said}")
                raise LinkLost(refused.format(folder=name, said=answer.text))

    async def _uids_after(self, uid: int) -> list[int]:
        """Searched in windows, so that the answer stays short however long the backlog is."""
        self._wire.news.clear()
        first, step = uid + 1, _WINDOW
        uidnext = self._folder.uidnext if self._folder else 0
        while first + step < uidnext:
            if uids := await self._search(f"{first}:{first + step - 1}"):
                return uids
            first, step = first + step, step * 4
        return [uid for uid in await self._search(f"{first}:*") if uid >= first]

    async def _search(self, uids: str) -> list[int]:
        answer = await self._asked("UID", "SEARCH", "UID", uids, wants=[b"SEARCH"])
        found: set[int] = set()
        for (line,) in (r for r in answer.responses if len(r) == 1):
            assert isinstance(line, bytes)
            found.update(number(word) for word in line.split()[2:] if word.isdigit())
        return sorted(found)

    async def _fetch(self, wanted: Sequence[Found], item: str, got: dict[int, Letter]) -> None:
        sizes = {found.uid: found.size for found in wanted}
        answer = await self._wire.run(
            "UID", "FETCH", uid_set(sizes), f"(UID {item})", wants=[b"FETCH"],
            literals=len(sizes), seconds=self._long(sum(sizes.values())),
        )  # fmt: skip
        for response in answer.responses:
            letter = letter_in(response, sizes)
            if letter is None or letter.uid in got:
                drop_files(response)
            else:
                got[letter.uid] = letter

    async def _fetch_one_by_one(self, missing: Sequence[Found], got: dict[int, Letter]) -> None:
        """What a batch did not bring: gone, or withheld, or spoilt by a neighbour."""
        if not missing:
            return
        present: set[int] = set()
        for some in _slices(missing):
            present.update(await self._search(uid_set(found.uid for found in some)))
        for found in missing:
            if found.uid not in present:
                continue
            await self._fetch([found], "BODY.PEEK[]", got)
            if found.uid not in got:
                got[found.uid] = Letter(uid=found.uid, size=found.size, content=None)

    def _long(self, size: int) -> float:
        """How many seconds so many bytes may take on the slowest line that we bear."""
        return self._settings.timeout.total_seconds() * 2 + size / _SLOWEST

    def _key(self, key: str) -> str:
        return f"channels.{self._channel}.imap.{key}"

    @contextmanager
    def _door(self) -> Iterator[None]:
        """The one place where what goes wrong with IMAP becomes our own errors."""
        host = self._settings.host
        try:
            yield
        except NotTrusted as error:
            self.drop()
            said = _("{channel}: {host}: {error}; check {key} and ca_file")
            key = self._key("security")
            raise Blocked(
                said.format(channel=self._channel, host=host, error=error, key=key)
            ) from error
        except LinkLost as error:
            self.drop()
            raise Unreachable(f"{self._channel}: {host}: {error}") from error
        except Nonsense as error:
            self.drop()
            said = _("the server talks nonsense: {error}").format(error=error)
            raise Unreachable(f"{self._channel}: {host}: {said}") from error


def _slices(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), _MOST_UIDS):
        yield items[start : start + _MOST_UIDS]
