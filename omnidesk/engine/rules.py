"""What the rules of intake need to know of one channel and of the desk."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from omnidesk.core.channel import Capabilities
from omnidesk.core.placing import PlacingRules
from omnidesk.core.replying import Answers, ReplyRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledging:
    """The automatic answers of a channel: what they say, and when one may go out."""

    answers: Answers
    rules: ReplyRules


def _nonce() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One channel's rules. `nonce` gives letters and digits that no other reply has."""

    channel: str
    capabilities: Capabilities
    placing: PlacingRules
    own_address: str
    desk: str
    acknowledging: Acknowledging | None = None
    nonce: Callable[[], str] = _nonce
