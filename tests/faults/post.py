"""A desk at a real mail server: its config, and letters by number."""

from __future__ import annotations

from pathlib import Path

from tests.servers.dovecot import Dovecot, Mailbox

CONFIG = """\
[desk]
name = "Acme"
undo_send = "0s"

[[agents]]
id = "anna"
name = "Anna"

[auto_reply]
enabled = false

[channels.support]
type = "email"
address = "{address}"
imap = {{ host = "127.0.0.1", port = {imap}, security = "none", username = "{address}", \
password = "{password}", timeout = "{timeout}" }}
smtp = {{ host = "127.0.0.1", port = {smtp}, security = "none", timeout = "{timeout}" }}
"""


def write_config(
    folder: Path, dovecot: Dovecot, mailbox: Mailbox, *, smtp: int = 9, timeout: str = "30s"
) -> Path:
    """The TOML of a desk with this mailbox; the discard port where nothing is sent."""
    path = folder / "config.toml"
    path.touch(mode=0o600)
    path.write_text(
        CONFIG.format(
            address=mailbox.username,
            password=mailbox.password,
            imap=dovecot.port,
            smtp=smtp,
            timeout=timeout,
        ),
        encoding="utf-8",
    )
    return path


def letter(number: int, who: str = "olga@example.test") -> bytes:
    """A short letter whose text is its number."""
    head = f"From: Olga <{who}>\r\nTo: us@desk.test\r\nSubject: letter {number}\r\n"
    return f"{head}Message-ID: <{number}@example.test>\r\n\r\nletter {number}\r\n".encode()


def numbers(texts: list[str]) -> list[int]:
    """The numbers of letters that came in."""
    return [int(text.removeprefix("letter ")) for text in texts]
