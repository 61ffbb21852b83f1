"""What an agent wants sent, before it is a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime, timedelta

from omnidesk.core.model import Address, Agent, Attachment, Handle
from omnidesk.core.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What an agent wants sent, and how. `nonce` is letters and digits that no other reply has.

    `cc` and `bcc` take the place of whom the route copies; `shown` are the recipients that he
    saw: nothing goes to others. `later`: not before then. `seen`: the newest message that he
    read. `checked`: he knows of what is not filled in.
    """

    text: str
    agent: Agent
    nonce: str
    undo_send: timedelta
    via: str | None = None
    to: Handle | None = None
    everyone: bool = True
    files: Sequence[Attachment] = field(default=())
    cc: Sequence[Address] | None = None
    bcc: Sequence[Address] = ()
    shown: Sequence[Address] | None = None
    later: datetime | None = None
    seen: int | None = None
    checked: bool = False
