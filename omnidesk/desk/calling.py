"""The desk's verbs about calls: who rings, who it may be, what was said.

What they need is imported on first use: the screen's first frame comes without it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from omnidesk.core.model import Agent, Direction, Handle, Message
from omnidesk.core.store import Store
from omnidesk.desk.settings import DeskSettings

if TYPE_CHECKING:
    from omnidesk.desk.cards import Card, Ring

_CARDS = 8


class Calling:
    """What an agent writes down by hand, and what he is shown while it rings."""

    store: Store
    agent: Agent
    settings: DeskSettings
    region: str | None
    _now: Callable[[], datetime]

    async def log_call(
        self,
        who: Handle | str | int | None,
        text: str,
        *,
        channel: str | None = None,
        direction: Direction | str = Direction.IN,
        outcome: str = "",
        duration: timedelta | None = None,
        recording: str | None = None,
        call_back: datetime | None = None,
        conversation: int | None = None,
        call: str | None = None,
        name: str = "",
    ) -> Message:
        """Write down a call; CannotLog or NotFound say why nothing was written.

        `who` is a handle, a number as people type it, or a contact's id; None: whose
        `conversation` it is. Without a channel it is the one that is logged by hand and has such
        handles. `call` is that of a `Ring`; `name` is for a contact that is new.
        """
        from omnidesk.desk.calls import Logged, log

        logged = Logged(
            who=who,
            text=text,
            nonce=secrets.token_hex(8),
            channel=channel,
            direction=Direction(direction),
            outcome=outcome,
            duration=duration,
            recording=recording,
            call_back=call_back,
            conversation=conversation,
            call=call,
            name=name,
        )
        return await self.store.write(
            lambda tx: log(tx, logged, self.agent, self.settings, self._now())
        )

    async def card(self, text: str, *, limit: int = _CARDS) -> list[Card]:
        """Who it may be, as one types a number in any spelling or parts of a name."""
        from omnidesk.desk.cards import cards

        region = self.region
        return await self.store.read(lambda r: cards(r, text, region=region, limit=limit))

    async def card_of(self, contact: int) -> Card | None:
        """The card of a contact; None where there is none."""
        from omnidesk.desk.cards import card_of

        return await self.store.read(lambda r: card_of(r, contact))

    async def ringing(self) -> list[Ring]:
        """The calls that ring now, each with the card of its contact."""
        from omnidesk.desk.cards import ringing

        return await self.store.read(lambda r: ringing(r, self._now()))
