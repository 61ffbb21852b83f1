"""What an agent has begun to write to somebody new, kept until it leaves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from omnidesk.core.identity import normalise
from omnidesk.core.model import Contact
from omnidesk.core.store import Store, Transaction

_BEGUN = "begun by "


async def keep(store: Store, agent: str, text: Mapping[str, object] | None) -> None:
    """Keep it as it is now, or forget it.

    `to` is the line as it was typed, `contact` an id, `cc` and `bcc` pairs of name and address.
    """
    kept = "" if text is None else json.dumps(text, ensure_ascii=False)
    await store.write(lambda tx: tx.set_setting(_BEGUN + agent, kept))


async def kept(store: Store, agent: str) -> dict[str, Any]:
    """What is kept; empty where nothing is."""
    found = await store.read(lambda reads: reads.setting(_BEGUN + agent))
    text: dict[str, Any] = json.loads(found or "{}")
    return text


def forget(tx: Transaction, contact: Contact) -> None:
    """Drop what any agent began to write to somebody, and him from the copies of the rest."""
    values = {known.handle.value.casefold() for known in contact.handles}
    for name, held in tx.settings(_BEGUN).items():
        text = json.loads(held or "{}")
        if not text:
            continue
        if text.get("contact") == contact.id or _names(text.get("to") or "", contact):
            tx.set_setting(name, "")
            continue
        for copies in ("cc", "bcc"):
            text[copies] = [one for one in text.get(copies, ()) if one[1].casefold() not in values]
        tx.set_setting(name, json.dumps(text, ensure_ascii=False))


def _names(typed: str, contact: Contact) -> bool:
    handles = [known.handle for known in contact.handles]
    return any(
        handle.value.casefold() in typed.casefold() or normalise(handle.scheme, typed) == handle
        for handle in handles
    )
