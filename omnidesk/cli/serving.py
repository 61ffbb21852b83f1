"""serve: the screen for an agent who has no terminal."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

import click

from omnidesk.cli.app import agent_of, common, load_config, omnidesk
from omnidesk.cli.logs import log_to_stderr
from omnidesk.cli.printing import say
from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import language_of, speak
from omnidesk.core.safetext import safe_line

if TYPE_CHECKING:
    from omnidesk.config import Config
    from omnidesk.core.model import Agent
    from omnidesk.settings import Secret
    from omnidesk.web.face import Served

_LARGEST_PORT = 65_535


class NotInstalledError(OmnideskError):
    """An extra of the package is wanted that is not here."""


@omnidesk.command()
@click.option("--web", is_flag=True, help="Serve browsers: the one face there is.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Where to listen; any but this machine's own needs [web] password in the config.",
)
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, _LARGEST_PORT),
    help="0 takes a free one.",
)
@click.option(
    "--public-url",
    metavar="URL",
    help="What browsers call it, where a reverse proxy stands before it.",
)
@common
def serve(web: bool, host: str, port: int, public_url: str | None) -> int:
    """Serve the screen of one agent to browsers.

    Each tab is a screen of its own; it ends, with its draft kept, when the tab is closed. Whoever
    opens the page is the agent: only this machine is served until there is a password. The line is
    plain HTTP; beyond this machine a reverse proxy has to encrypt it.

    Example: omnidesk serve --web --port 0
    """
    if not web:
        raise click.UsageError("say which face to serve: omnidesk serve --web")
    try:
        from omnidesk.web.door import is_open, origin_of
        from omnidesk.web.face import Served
    except ImportError as error:
        raise NotInstalledError(
            f"{error.name} is not installed; pip install 'omnidesk[web]'"
        ) from error
    config = load_config()
    agent = agent_of(config)
    if public_url is not None:
        try:
            origin_of(public_url)
        except ValueError as error:
            raise click.UsageError(f"--public-url: {error}") from None
    secret = config.web.password
    if secret is None and is_open(host, public_url):
        raise click.UsageError(
            f"{public_url if is_open('::1', public_url) else host} can be reached by others, "
            f"and there is no password; set one in {config.path.name}: "
            '[web] password = { env = "OMNIDESK_WEB_PASSWORD" }'
        )
    password = _password(config, secret)
    log_to_stderr()
    speak(config.ui.language or language_of(os.environ))
    served = Served(
        words=_screen_of(config, agent),
        environment=_environment(secret),
        title=f"omnidesk: {safe_line(agent.name, 40)}",
    )
    _warn(host, public_url, password)
    return asyncio.run(_serve(served, agent, host, port, public_url, password))


def _password(config: Config, secret: Secret | None) -> str | None:
    from omnidesk.web.door import FEWEST_LETTERS

    if secret is None:
        return None
    password = secret.reveal()
    if len(password) < FEWEST_LETTERS:
        raise click.UsageError(
            f"{config.path.name}: web.password: too short; {FEWEST_LETTERS} letters at least"
        )
    return password


def _screen_of(config: Config, agent: Agent) -> list[str]:
    """The words that start the agent's screen."""
    program = [sys.executable, "-m", "omnidesk"]
    return [*program, "--config", str(config.path), "--agent", agent.id]


def _environment(secret: Secret | None) -> dict[str, str]:
    """Ours without the password of this server, which no screen needs."""
    where = secret.where if secret is not None else ""
    return {k: v for k, v in os.environ.items() if f"env {k}" != where}


def _warn(host: str, public_url: str | None, password: str | None) -> None:
    from omnidesk.web.door import is_loopback

    if password is None:
        say("no password: everybody who is logged in to this machine can open it")
    if not is_loopback(host) and not (public_url or "").startswith("https:"):
        say("the line is not encrypted: let a reverse proxy with TLS stand before it")


async def _serve(
    served: Served,
    agent: Agent,
    host: str,
    port: int,
    public_url: str | None,
    password: str | None,
) -> int:
    from omnidesk.web.door import Door
    from omnidesk.web.face import WebFace, serve_web

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def started(url: str) -> None:
        name = safe_line(agent.name)
        print(f"omnidesk is at {public_url or url} for {name}; ^C ends it", flush=True)

    face = WebFace(Door(host=host, public_url=public_url, password=password), served)
    await serve_web(face, host=host, port=port, stop=stop, started=started)
    return 0
