"""Why a server cannot be reached, in the words of the system and not of its libraries."""

from __future__ import annotations

import os
import re

from omnidesk.core.language import N_, _

_FAILED = re.compile(r"Connect\scall\sfailed")
_NUMBER = re.compile(r"\[Errno (\d{1,4})\]")

SYSTEMS = (
    N_("connection refused"),
    N_("connection reset by peer"),
    N_("connection timed out"),
    N_("name or service not known"),
    N_("network is unreachable"),
    N_("no route to host"),
    N_("temporary failure in name resolution"),
)
"""What the system says most, for the catalogs; the rest stays as it says it."""


def unreached(port: int, error: OSError) -> str:
    """`cannot be reached, port 993: connection refused`."""
    return _("cannot be reached, port {port}: {why}").format(port=port, why=why(error))


def why(error: OSError) -> str:
    """`connection refused`; of several addresses that were tried, each reason once."""
    told = str(error)
    if not _FAILED.search(told):
        return _said(error.strerror or told)
    numbers = [error.errno] if error.errno else map(int, _NUMBER.findall(told))
    return ", ".join(dict.fromkeys(_(os.strerror(number).lower()) for number in numbers)) or told


def _said(words: str) -> str:
    """The system's words, which begin with a capital letter, where they have a translation."""
    plain = words.lower()
    return _(plain) if plain in SYSTEMS and _(plain) != plain else words
