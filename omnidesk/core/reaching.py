"""Why a server cannot be reached, in the words of the system and not of its libraries."""

from __future__ import annotations

import os
import re

from omnidesk.core.language import _

_FAILED = re.compile(r"Connect\scall\sfailed")
_NUMBER = re.compile(r"\[Errno (\d{1,4})\]")


def unreached(port: int, error: OSError) -> str:
    """`cannot be reached, port 993: connection refused`."""
    return _("cannot be reached, port {port}: {why}").format(port=port, why=why(error))


def why(error: OSError) -> str:
    """`connection refused`; of several addresses that were tried, each reason once."""
    told = str(error)
    if not _FAILED.search(told):
        return error.strerror or told
    numbers = [error.errno] if error.errno else map(int, _NUMBER.findall(told))
    return ", ".join(dict.fromkeys(os.strerror(number).lower() for number in numbers)) or told
