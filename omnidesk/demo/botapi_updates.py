"""The queue of updates of one bot, with the numbering of the Bot API."""

from __future__ import annotations

from typing import Any

UPDATE_KINDS = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
        "message_reaction",
        "message_reaction_count",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "purchased_paid_media",
        "managed_bot",
        "guest_message",
    }
)
DEFAULT_KINDS = UPDATE_KINDS - {"chat_member", "message_reaction", "message_reaction_count"}
_FIRST = 700_000_000
_FUTURE = 10


class UpdateQueue:
    """Updates until they are acknowledged by a higher offset (getUpdates).

    `ever` keeps them all, for whoever looks at it afterwards.
    """

    def __init__(self) -> None:
        self.ever: dict[int, dict[str, Any]] = {}
        self._waiting: list[dict[str, Any]] = []
        self._next = _FIRST

    def __len__(self) -> int:
        return len(self._waiting)

    def push(self, update: dict[str, Any]) -> int:
        """Number an update and keep it until it is acknowledged."""
        update_id, self._next = self._next, self._next + 1
        numbered = {"update_id": update_id, **update}
        self.ever[update_id] = numbered
        self._waiting.append(numbered)
        return update_id

    def after(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """Forget what lies below the offset and give what comes next.

        A negative offset counts from the end. One from the far future, as it stands after
        the numbering has begun anew, forgets nothing and starts at the oldest.
        """
        if offset < 0:
            self._waiting = self._waiting[offset:]
        elif offset <= self._next + _FUTURE:
            self._waiting = [u for u in self._waiting if u["update_id"] >= offset]
        return self._waiting[:limit]

    def clear(self) -> None:
        self._waiting.clear()

    def renumber(self, first: int) -> None:
        """Number what comes from here on, as happens after a week of silence."""
        self._next = first
