"""Views of the config: a filter with a name."""

from __future__ import annotations

from typing import Literal

from omnidesk.core.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A filter with a name; `key` is what the screen opens it with, `order` what stands first."""

    name: str
    filter: str
    key: str | None = None
    order: Literal["waiting", "newest"] = "waiting"
