"""What can go wrong with a call to a Bot API server, ordered in advance."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from aiohttp import web

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping

_WORDS = {
    409: "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running",
    429: "Too Many Requests: retry later",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


class Wrong(TypedDict, total=False):
    """How a call goes wrong, as a script writes it."""

    status: int
    retry_after: int
    description: str
    close: Literal["before", "after"]
    hang: bool
    body: bytes
    headers: Mapping[str, str]
    until: asyncio.Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way in which a call goes wrong."""

    status: int | None = None
    retry_after: int | None = None
    description: str | None = None
    close: Literal["before", "after"] | None = None
    hang: bool = False
    body: bytes | None = None
    headers: Mapping[str, str] | None = None
    until: asyncio.Event | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the call takes effect all the same."""
        return self.close == "after" or self.until is not None

    def response(self) -> web.Response:
        """The answer of a server that cannot serve."""
        status = self.status or (429 if self.retry_after else 200 if self.body else 500)
        if self.body is not None:
            return web.Response(body=self.body, status=status, headers=self.headers)
        described: dict[str, Any] = {
            "ok": False,
            "error_code": status,
            "description": self.description or _WORDS.get(status, "Bad Request"),
        }
        if self.retry_after is not None:
            described["parameters"] = {"retry_after": self.retry_after}
        return web.json_response(described, status=status)


class Faults:
    """The faults still to come, first ordered first served, each method on its own."""

    def __init__(self) -> None:
        self._coming: defaultdict[str, deque[Fault | None]] = defaultdict(deque)

    def add(self, method: str, skip: int, times: int, fault: Fault) -> None:
        """Let `skip` calls of a method go right and the next `times` wrong."""
        self._coming[method].extend([None] * skip + [fault] * times)

    def take(self, method: str) -> Fault | None:
        """The fault for this call, or None where it may go right."""
        coming = self._coming[method]
        return coming.popleft() if coming else None
