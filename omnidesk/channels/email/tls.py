"""Who a mail server must prove to be."""

from __future__ import annotations

import ssl

from omnidesk.core.errors import Blocked


def tls_context(ca_file: str | None, channel: str, key: str) -> ssl.SSLContext:
    """A context that verifies name and chain; Blocked where `ca_file` cannot be read.

    Reads files: call it in a thread.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        reason = error.strerror or "holds no certificate"
        raise Blocked(f"{channel}: {ca_file}: {reason}; check {key}") from error
