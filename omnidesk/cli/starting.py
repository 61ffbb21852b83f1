"""Commands to begin with: init, demo."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from pathlib import Path

import click

from omnidesk.cli.app import common, given, omnidesk
from omnidesk.cli.printing import say
from omnidesk.core.errors import ConfigError, OmnideskError


class NotWritten(OmnideskError):
    """The config could not be written, and why; what was there is as it was."""


@omnidesk.command()
@common
def init() -> None:
    """Write a config by a few questions.

    Example: omnidesk init, and then omnidesk check
    """
    from omnidesk.cli.questions import ask_all
    from omnidesk.locations import config_file

    path = config_file(given().config)
    if path.exists() and not click.confirm(f"{path} is there already; write it anew?"):
        raise NotWritten(f"{path} is as it was")
    try:
        text = ask_all()
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise NotWritten("the answers end too early; nothing is written") from None
    _write(path, text)
    print(f"{path} is written; next: omnidesk check")


def _write(path: Path, text: str) -> None:
    """Put the config in its place, whole and ours alone, once it is known to be a good one."""
    from omnidesk.config import load

    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        load(draft)
        draft.replace(path)
    except ConfigError as error:
        for problem in error.problems:
            say(problem.replace(draft.name, path.name))
        raise NotWritten("the answers make no good config; nothing is written") from error
    except OSError as error:
        raise NotWritten(f"{path}: {error.strerror}; check the folder or use --config") from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


@omnidesk.command()
@click.option("--script", is_flag=True, help="No screen: a script plays the agent.")
@click.option("--keep", is_flag=True, help="Leave the folder at the end.")
@common
def demo(script: bool, keep: bool) -> int:
    """Try a desk with played customers.

    It lives in a temporary folder, its servers are on loopback, and all of it goes at the end.

    Example: omnidesk demo
    """
    from omnidesk.demo.run import run_demo

    return run_demo(script=script, keep=keep)
