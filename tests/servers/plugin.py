"""Fixtures: `certificates`, `dovecot`, `mailbox`, `postfix`, `smtp_sink`. One server a worker."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers.certificates import Certificates, make
from tests.servers.dovecot import Dovecot, Mailbox
from tests.servers.postfix import Postfix
from tests.servers.program import open_folder
from tests.servers.smtp_sink import SmtpSink


@pytest.fixture(scope="session")
def certificates() -> Iterator[Certificates]:
    with tempfile.TemporaryDirectory(prefix="od-ca-") as folder:
        Path(folder).chmod(0o755)
        yield make(Path(folder))


@pytest.fixture(scope="session")
def session_dovecot(certificates: Certificates) -> Iterator[Dovecot]:
    with open_folder("dovecot") as folder:
        server = Dovecot(folder, certificates)
        server.start()
        yield server
        server.stop()


@pytest.fixture
def dovecot(session_dovecot: Dovecot) -> Iterator[Dovecot]:
    """A running Dovecot; a test may stop, start and pause it."""
    if not session_dovecot.running:
        session_dovecot.start()
    yield session_dovecot
    if session_dovecot.running:
        session_dovecot.program.wake()


@pytest.fixture
def mailbox(dovecot: Dovecot) -> Iterator[Mailbox]:
    """An empty mailbox of this test's own."""
    own = dovecot.mailbox()
    yield own
    dovecot.remove(own)


@pytest.fixture(scope="session")
def session_postfix(session_dovecot: Dovecot) -> Iterator[Postfix]:
    with open_folder("postfix") as folder:
        server = Postfix(folder, session_dovecot)
        server.start()
        yield server
        server.stop()


@pytest.fixture
def postfix(session_postfix: Postfix, dovecot: Dovecot) -> Postfix:
    """A running Postfix that delivers into `dovecot`; a test may stop and start it."""
    if not session_postfix.program.running:
        session_postfix.start()
    return session_postfix


@pytest.fixture
def smtp_sink() -> Iterator[Callable[..., SmtpSink]]:
    """Starts an smtp-sink with the given options: `sink = smtp_sink("-f", "DATA")`."""
    with ExitStack() as stack:

        def start(*options: str) -> SmtpSink:
            sink = SmtpSink(stack.enter_context(open_folder("sink")), *options)
            stack.callback(sink.stop)
            sink.start()
            return sink

        yield start
