"""The tables of the TOML, apart from those of a channel: each field says what it is for."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, field_validator

from omnidesk.complaints import nearest
from omnidesk.settings import Duration, Strict

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_PLACEHOLDERS = {"desk", "number"}


def plain_name(value: str, what: str) -> str:
    """The name itself; ValueError where it is none that a command line can carry."""
    if not _NAME.fullmatch(value):
        raise ValueError(f"{what} is up to 32 small letters a-z, digits, - and _, not {value!r}")
    return value


class Desk(Strict):
    """What all agents and channels share."""

    name: str = Field(default="Support", min_length=1)
    """The name that customers see."""

    database: str = Field(default="omnidesk.db", min_length=1)
    """The SQLite file, beside the config file unless absolute. `~` is the home folder."""

    undo_send: Duration = timedelta(seconds=10)
    """How long a reply waits before it leaves, so that it can be undone. `"0s"` sends at once."""

    join_window: Duration = timedelta(hours=24)
    """Chat messages within it join the contact's open conversation."""

    reopen_within: Duration = timedelta(days=7)
    """A chat message reopens a closed conversation within it; later it begins a new one."""

    region: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    """The country of phone numbers written without one, as in ISO 3166 (`"RU"`)."""

    language: Literal["en", "ru"] = "en"
    """The language of the automatic answer where it has no text of its own."""


class AgentTable(Strict):
    """Somebody who answers. Without any there is one: the system user."""

    id: str
    """What others assign conversations to: small letters, digits, `-` and `_`."""

    name: str = Field(min_length=1)
    """The name that customers see."""

    login: str | None = None
    """The system user who is this agent, where it is not the id."""

    signature: str = ""
    """What stands under this agent's letters."""

    @field_validator("id")
    @classmethod
    def _plain(cls, value: str) -> str:
        return plain_name(value, "an agent's id")


class AutoReply(Strict):
    """The automatic answer to the first message of a new conversation."""

    enabled: bool = False
    """Whether there is one."""

    text: str | None = Field(default=None, min_length=1)
    """What it says; `{number}` is the conversation, `{desk}` the desk's name. Without it, a short thanks in the desk's language."""  # noqa: E501

    per_hour: int = Field(default=3, ge=1, le=60)
    """At most so many to one address within an hour."""

    @field_validator("text")
    @classmethod
    def _known_placeholders(cls, value: str | None) -> str | None:
        unknown = sorted(set(_PLACEHOLDER.findall(value or "")) - _PLACEHOLDERS)
        if unknown:
            raise ValueError(
                f"unknown {{{unknown[0]}}}{nearest(unknown[0], _PLACEHOLDERS)}; "
                "{number} and {desk} can be used"
            )
        return value


class Ui(Strict):
    """How the screen looks."""

    theme: str | None = None
    """The colour theme; without it, omnidesk's own, light or dark."""


class Document(Strict):
    """The whole file, apart from its channels: their tables belong to their kinds."""

    desk: Desk = Desk()
    """What all agents and channels share."""

    agents: list[AgentTable] = Field(default_factory=list)
    """Who answers, one `[[agents]]` each."""

    channels: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """The ways in and out, one `[channels.NAME]` each, with its `type` and that kind's keys."""

    auto_reply: AutoReply = AutoReply()
    """The automatic answer."""

    keys: dict[str, list[str]] = Field(default_factory=dict)
    """Other keys for actions of the screen: `"conversation.close" = ["x"]`; F1 names them."""

    ui: Ui = Ui()
    """How the screen looks."""
