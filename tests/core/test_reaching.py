"""Why a server cannot be reached is told in plain words."""

from __future__ import annotations

import asyncio
import socket

import pytest

from omnidesk.core.errors import Blocked, Unreachable
from omnidesk.core.reaching import unreached, why
from omnidesk.engine.trouble import Backoff


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def test_a_refused_connection_is_told_without_the_librarys_words() -> None:
    port = closed_port()
    with pytest.raises(OSError) as caught:  # noqa: PT011
        await asyncio.open_connection("127.0.0.1", port)
    assert unreached(port, caught.value) == f"cannot be reached, port {port}: connection refused"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(113, "Connect call failed ('10.0.0.1', 25)"), "no route to host"),
        (
            OSError(
                "Multiple exceptions: [Errno 111] Connect call failed ('::1', 25, 0, 0),"
                " [Errno 111] Connect call failed ('127.0.0.1', 25)"
            ),
            "connection refused",
        ),
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
        (OSError("Connect call failed"), "Connect call failed"),
        (OSError(32, "Broken pipe"), "Broken pipe"),
    ],
)
def test_each_error_has_words(error: OSError, said: str) -> None:
    assert why(error) == said


@pytest.mark.parametrize("kind", [Blocked, Unreachable])
def test_a_channels_trouble_does_not_name_the_channel_again(kind: type[Exception]) -> None:
    told = Backoff().diagnose("sales", kind("sales: mail.test: no answer; check channels.sales"))
    assert told.reason == "mail.test: no answer; check channels.sales"
