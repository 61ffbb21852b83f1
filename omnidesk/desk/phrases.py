"""The desk's verbs about templates."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from omnidesk.core.model import Agent
from omnidesk.core.store import Reads, Store
from omnidesk.desk.settings import DeskSettings

if TYPE_CHECKING:
    from omnidesk.desk.templates import Facts, Rendered, Template


class Phrases:
    """Texts that are often said."""

    store: Store
    agent: Agent
    settings: DeskSettings
    _now: Callable[[], datetime]

    async def templates(self) -> list[Template]:
        """The templates of the folder beside the config, by name."""
        from omnidesk.desk.templates import listed

        return await asyncio.to_thread(listed, self.settings.templates)

    async def render(self, name: str, number: int, *, via: str | None = None) -> Rendered:
        """A template filled in for a conversation, as it would leave now by `via`.

        What nobody knows stands in the text as `{{ … }}`. NotFound, BadTemplate say why not.
        """
        from omnidesk.desk.filling import fill
        from omnidesk.desk.templates import read

        facts, variants = await self.store.read(lambda r: self._facts(r, number, via))
        source = await asyncio.to_thread(read, self.settings.templates, name, variants)
        return await asyncio.to_thread(fill, name, source, facts.values())

    def _facts(self, reads: Reads, number: int, via: str | None) -> tuple[Facts, list[str]]:
        from omnidesk.core.routing import Refused
        from omnidesk.desk.opening import find
        from omnidesk.desk.templates import Facts
        from omnidesk.desk.writing import way_out

        number, conversation, contact = find(reads, number)
        found = way_out(reads, number, self._now(), via=via)
        variants = []
        if not isinstance(found, Refused):
            variants = [found.way.channel, found.way.handle.scheme]
        facts = Facts(
            contact=contact.name,
            agent=self.agent.name,
            desk=self.settings.name,
            number=number,
            subject=conversation.subject,
        )
        return facts, variants
