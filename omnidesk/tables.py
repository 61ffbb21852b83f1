"""The tables of the TOML, apart from those of a channel: each field says what it is for."""

from __future__ import annotations

import re
from datetime import timedelta, tzinfo
from difflib import get_close_matches
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import Field, field_validator

from omnidesk.complaints import nearest
from omnidesk.core.hours import read_hours
from omnidesk.core.wording import PLACEHOLDERS, asked
from omnidesk.settings import Duration, Secret, Strict

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_LONGEST_EXPECTED = timedelta(days=60)

News = Literal["assigned", "mentioned", "wrote", "unassigned", "failed"]


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
    """The language of the automatic answers without a text of their own, and of what the engine writes down: why a message stands where it does, why a letter came back."""  # noqa: E501


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

    notify: list[News] | None = None
    """What this agent is told of, where it is not what `[notify] about` says."""

    @field_validator("id")
    @classmethod
    def _plain(cls, value: str) -> str:
        return plain_name(value, "an agent's id")


class ChannelAutoReply(Strict):
    """What is otherwise on one channel; what is not told here is as for all."""

    enabled: bool | None = None
    """Whether there are automatic answers on this channel."""

    text: str | None = Field(default=None, min_length=1)
    """What the acknowledgement says here."""

    after_hours_text: str | None = Field(default=None, min_length=1)
    """What it says here out of hours."""

    expected: Duration | None = None
    """How long a person takes to answer here."""

    @field_validator("text", "after_hours_text")
    @classmethod
    def _known_placeholders(cls, value: str | None) -> str | None:
        return template(value)

    @field_validator("expected")
    @classmethod
    def _some_time(cls, value: timedelta | None) -> timedelta | None:
        return some_time(value)


class AutoReply(Strict):
    """The automatic answer to the first message of a conversation, once in it."""

    enabled: bool = False
    """Whether there is one."""

    text: str | None = Field(default=None, min_length=1)
    """What it says: `{number}` is the conversation, `{desk}` the desk's name, `{name}` who wrote, `{expected}` the time below. Without a name, `{name}` and its comma go; a sentence with a time that is not told is left out. Without a text, a short thanks in the desk's language."""  # noqa: E501

    expected: Duration | None = None
    """How long a person takes to answer, in working time: the `{expected}` of the texts."""

    hours: str | None = None
    """When somebody is at work: `"Mon-Fri 09:00-18:00, Sat 10:00-14:00"`. Without them, always."""

    timezone: str | None = None
    """Whose clock `hours` mean (`"Europe/Moscow"`); this machine's unless told."""

    after_hours_text: str | None = Field(default=None, min_length=1)
    """What it says out of hours, with the same placeholders; a short text in the desk's language unless told."""  # noqa: E501

    per_hour: int = Field(default=3, ge=1, le=60)
    """At most so many to one address within an hour."""

    channels: dict[str, ChannelAutoReply] = Field(default_factory=dict)
    """What is otherwise on one channel, an `[auto_reply.channels.NAME]` each."""

    @field_validator("text", "after_hours_text")
    @classmethod
    def _known_placeholders(cls, value: str | None) -> str | None:
        return template(value)

    @field_validator("expected")
    @classmethod
    def _some_time(cls, value: timedelta | None) -> timedelta | None:
        return some_time(value)

    @field_validator("hours")
    @classmethod
    def _spans(cls, value: str | None) -> str | None:
        if value is not None:
            read_hours(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        if value is not None:
            zone(value)
        return value


def template(value: str | None) -> str | None:
    """The template itself; ValueError where it asks for what nobody knows."""
    unknown = sorted(asked(value or "") - PLACEHOLDERS)
    if unknown:
        raise ValueError(
            f"unknown {{{unknown[0]}}}{nearest(unknown[0], set(PLACEHOLDERS))}; "
            "{number}, {desk}, {name} and {expected} can be used"
        )
    return value


def some_time(value: timedelta | None) -> timedelta | None:
    """The time itself; ValueError where it is none, or longer than a customer waits."""
    if value is not None and not timedelta(0) < value <= _LONGEST_EXPECTED:
        raise ValueError(f"more than nothing, at most {_LONGEST_EXPECTED.days} days")
    return value


def zone(name: str) -> tzinfo:
    """A time zone by its name; ValueError names the nearest one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = get_close_matches(name, sorted(available_timezones()), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else 'one is written like "Europe/Moscow"'
        raise ValueError(f"unknown time zone {name!r}; {hint}") from None


class Ui(Strict):
    """How the screen looks."""

    theme: str | None = None
    """The colour theme; without it, omnidesk's own, light or dark."""

    language: Literal["en", "ru"] | None = None
    """The language of the screen; without it, that of the session (`LC_ALL`, `LC_MESSAGES`, `LANG`)."""  # noqa: E501

    copy_by: str | None = Field(default=None, min_length=1, alias="copy")
    """A command that gets on its standard input what `y` copies (`"wl-copy"`), for terminals that do not take it (OSC 52); `OMNIDESK_COPY` goes first."""  # noqa: E501


class ViewTable(Strict):
    """A list of your own, behind the built-in ones."""

    filter: str = Field(min_length=1)
    """What it shows, as one types it behind `/`: `"tag:vip is:unread"`. Without a `state:` it is narrowed out of the inbox."""  # noqa: E501

    key: str | None = Field(default=None, min_length=1)
    """The key that opens it in the screen."""

    order: Literal["waiting", "newest"] = "waiting"
    """What stands first: who has waited longest, or what happened last."""


class Notify(Strict):
    """What an agent is told of while his terminal has not the focus: the bell, and these."""

    about: list[News] = Field(default=["assigned", "mentioned", "wrote", "failed"])
    """`assigned`: a conversation was given to him. `mentioned`: a note names him with an @. `wrote`: a customer wrote in one of his. `unassigned`: a customer wrote in one that nobody has. `failed`: a reply of his did not arrive."""  # noqa: E501

    text: bool = False
    """Whether the first words of a message are told, too, and not only its name and channel."""

    quiet: str | None = None
    """When nothing is told: `"Mon-Fri 19:00-08:00, Sat-Sun 00:00-24:00"`."""

    timezone: str | None = None
    """Whose clock `quiet` means (`"Europe/Moscow"`); this machine's unless told."""

    terminal: Literal["auto", "osc9", "osc777", "osc99", "off"] = "auto"
    """The notice of the terminal itself, beside the bell: found out by its name unless told."""

    tmux: bool = False
    """Whether tmux is asked to hand the notice to the terminal round it; its `allow-passthrough` has to be on."""  # noqa: E501

    command: list[str] = Field(default_factory=list)
    """A program of your own, with its arguments; what happened is in its environment, as `OMNIDESK_EVENT`, `_NUMBER`, `_NAME`, `_CHANNEL`, `_ACTOR`, `_TITLE` and `_TEXT`."""  # noqa: E501

    @field_validator("quiet")
    @classmethod
    def _spans(cls, value: str | None) -> str | None:
        if value is not None:
            read_hours(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        if value is not None:
            zone(value)
        return value


class Web(Strict):
    """The screen in a browser, `omnidesk serve --web`."""

    password: Secret | None = None
    """What a browser is asked for; the name beside it may be any. Without one, only this machine is served."""  # noqa: E501


class Document(Strict):
    """The whole file, apart from its channels: their tables belong to their kinds."""

    desk: Desk = Desk()
    """What all agents and channels share."""

    agents: list[AgentTable] = Field(default_factory=list)
    """Who answers, one `[[agents]]` each."""

    channels: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """The ways in and out, one `[channels.NAME]` each, with its `type` and that kind's keys."""

    auto_reply: AutoReply = AutoReply()
    """The automatic answer to the first message of a conversation."""

    keys: dict[str, list[str]] = Field(default_factory=dict)
    """Other keys for actions of the screen: `close = ["e", "^K"]`; docs/keys.md has every id."""

    ui: Ui = Ui()
    """How the screen looks."""

    views: dict[str, ViewTable] = Field(default_factory=dict)
    """Lists of your own, a `[views.NAME]` each."""

    notify: Notify = Notify()
    """What an agent is told of while his terminal has not the focus: the bell, and these."""

    web: Web = Web()
    """The screen in a browser, `omnidesk serve --web`."""
