"""The program: one run of the command line, and how every failure ends."""

from __future__ import annotations

import io
import os
import sys

import click

from omnidesk.cli import (
    acting,
    app,
    beginning,
    calls,
    contacts,
    export,
    joining,
    letters,
    looking,
    rights,
    running,
    serving,
    sorting,
    starting,
    suggesting,
    templates,
)
from omnidesk.core.errors import ConfigError, OmnideskError
from omnidesk.core.safetext import safe_line

__all__ = ["COMMANDS", "main"]

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
COMMANDS = app.omnidesk
_FORESEEN = (
    OmnideskError,
    OSError,
    click.ClickException,
    click.Abort,
    KeyboardInterrupt,
    BaseExceptionGroup,
)
_ADDED_BY = (
    starting,
    running,
    serving,
    looking,
    acting,
    beginning,
    sorting,
    templates,
    calls,
    contacts,
    joining,
    suggesting,
    letters,
    rights,
    export,
)


def main(argv: list[str] | None = None) -> int:
    """Run one command; its exit code: 0 done, 1 failed, 2 usage or a broken config."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a letter the locale lacks must not stop us
    try:
        code = COMMANDS.main(args=argv, prog_name="omnidesk", standalone_mode=False)
        sys.stdout.flush()
    except _FORESEEN as error:
        return _ended(error)
    return code if isinstance(code, int) else DONE


def _ended(error: BaseException) -> int:
    """What a failure is called; what nobody foresaw goes on as it came."""
    match error:
        case BaseExceptionGroup():
            foreseen, surprises = error.split((OmnideskError, OSError))
            if foreseen is None or surprises is not None:
                raise error
            return _ended(_first(foreseen))
        case click.Abort() | KeyboardInterrupt():
            _say("stopped")
            return INTERRUPTED
        case click.ClickException():
            error.show()
            return error.exit_code
        case ConfigError():
            for problem in error.problems:
                _say(problem)
            return USAGE
        case OmnideskError():
            _say(str(error))
            return FAILED
        case BrokenPipeError():
            _hush()
            return FAILED
        case OSError(strerror=str() as why):
            if error.filename is None:
                _hush()
            _say(f"{error.filename or 'the output'}: {why}")
            return FAILED
        case _:
            raise error


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _say(text: str) -> None:
    print(safe_line(text), file=sys.stderr)


def _hush() -> None:
    """Nothing more goes out: the interpreter's last flush must not fail once again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
