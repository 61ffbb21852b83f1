"""Addresses that nobody reads."""

from __future__ import annotations

import re

_SILENT = (
    "noreply", "donotreply", "dontreply", "donotrespond", "unattended", "nepasrepondre",
    "neotvechat", "neotvechayte", "bezotveta",
)  # fmt: skip
_NOBODY = frozenset({"mailerdaemon", "nobody", "devnull", "bounce", "bounces"})


def no_reply(address: str) -> bool:
    """Whether nobody reads what is sent to this address, by its own words."""
    local = re.sub(r"[._+\-=]", "", address.lower().rpartition("@")[0])
    return local in _NOBODY or any(word in local for word in _SILENT)
