"""Who a mail server must prove to be."""

from __future__ import annotations

import ssl

from omnidesk.core.errors import Blocked
from omnidesk.core.language import _


def tls_context(ca_file: str | None, channel: str, key: str) -> ssl.SSLContext:
    """A context that verifies name and chain; Blocked where `ca_file` cannot be read.

    Reads files: call it in a thread.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        reason = error.strerror or _("holds no certificate")
        raise Blocked(
            _("{channel}: {ca_file}: {reason}; check {key}").format(
                channel=channel, ca_file=ca_file, reason=reason, key=key
            )
        ) from error
