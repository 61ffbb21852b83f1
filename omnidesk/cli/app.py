"""The group of all commands, and the options that each of them takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from omnidesk import __version__

if TYPE_CHECKING:
    from omnidesk.config import Config
    from omnidesk.core.model import Agent

_Function = TypeVar("_Function", bound=Callable[..., Any])
_LARGEST = 2**63 - 1


@dataclass(slots=True)
class Given:
    """What stands on the command line for every command; the last of each word wins."""

    config: Path | None = None
    agent: str | None = None


def given() -> Given:
    """The common options of this run."""
    found = click.get_current_context().find_root().ensure_object(Given)
    assert isinstance(found, Given)
    return found


def load_config() -> Config:
    """The config of this run; ConfigError lists all that is wrong with it."""
    from omnidesk.config import load
    from omnidesk.locations import config_file

    return load(config_file(given().config))


def agent_of(config: Config) -> Agent:
    """Who sits here; ConfigError where that is nobody of this desk."""
    from omnidesk.config import agent_for

    return agent_for(config, given().agent)


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value is not None:
        setattr(context.find_root().ensure_object(Given), str(parameter.name), value)


def common(function: _Function) -> _Function:
    """Give a command --config and --agent, which the group has too."""
    for option in (
        click.option(
            "--agent",
            metavar="ID",
            expose_value=False,
            callback=_keep,
            help="Who acts; else OMNIDESK_AGENT, else the system user.",
        ),
        click.option(
            "--config",
            metavar="FILE",
            type=click.Path(path_type=Path),
            expose_value=False,
            callback=_keep,
            help="The config; else OMNIDESK_CONFIG, else ~/.config/omnidesk/config.toml.",
        ),
    ):
        function = option(function)
    return function


def as_json(function: _Function) -> _Function:
    """Give a reading command -o, as `json: bool`."""
    return click.option(
        "-o",
        "--output",
        "json",
        type=click.Choice(["text", "json"]),
        default="text",
        callback=lambda _context, _parameter, value: value == "json",
        help="text for people (the default), json for scripts: one object a line.",
    )(function)


class Text(click.ParamType):  # type: ignore[type-arg]
    """Words of the user's that can be stored: what the terminal sent must have been UTF-8."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if any("\ud800" <= char <= "\udfff" for char in text) or "\0" in text:
            self.fail("is not UTF-8 text; check the terminal's locale", param, ctx)
        return text


class Number(click.ParamType):  # type: ignore[type-arg]
    """The number of a conversation or contact, `12` or `#12`."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value).removeprefix("#")
        if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= _LARGEST):
            self.fail(f"{value!r} is no number; omnidesk list shows them", param, ctx)
        return int(text)


TEXT = Text()
NUMBER = Number()


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=(
        "Without a command, omnidesk is the screen. Exit codes: 0 done, 1 failed, 2 wrong usage "
        "or config.\n\n"
        'Completion of words: eval "$(_OMNIDESK_COMPLETE=bash_source omnidesk)" in ~/.bashrc; '
        "zsh_source and fish_source are for the others."
    ),
)
@common
@click.version_option(__version__, prog_name="omnidesk")
def omnidesk() -> None:
    """One inbox over every channel, in a terminal."""
