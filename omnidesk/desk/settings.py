"""What the desk's faces need of the config."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import timedelta
from pathlib import Path

from omnidesk.core.model import Agent
from omnidesk.core.value import dataclass
from omnidesk.core.views import SavedView


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifySettings:
    """Of what an agent is told, and how; `agents` has what is otherwise for one of them."""

    about: tuple[str, ...] = ("assigned", "mentioned", "wrote", "failed")
    agents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    text: bool = False
    quiet: str | None = None
    timezone: str | None = None
    terminal: str = "auto"
    tmux: bool = False
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """What the desk's faces need of the config."""

    name: str = "Support"
    undo_send: timedelta = timedelta(seconds=10)
    theme: str | None = None
    language: str | None = None
    copy: str | None = None
    region: str | None = None
    join_window: timedelta = timedelta(hours=24)
    reopen_within: timedelta = timedelta(days=7)
    agents: tuple[Agent, ...] = ()
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    views: tuple[SavedView, ...] = ()
    templates: Path | None = None
    notify: NotifySettings = NotifySettings()
