"""`omnidesk` without a command is the screen, started lightly; a command is the command line."""

from __future__ import annotations

import os
import sys

_OPTIONS = ("--config", "--agent")


def main() -> None:
    """The program."""
    completing = "_OMNIDESK_COMPLETE" in os.environ
    options = None if completing else screen_options(sys.argv[1:])
    if options is None:
        from omnidesk.cli import main as command_line

        sys.exit(command_line(sys.argv[1:]))
    from omnidesk.launch import run_screen

    sys.exit(run_screen(options.get("--config"), options.get("--agent")))


def screen_options(argv: list[str]) -> dict[str, str] | None:
    """The options of a screen; None where these words are for the command line.

    Read by hand: a parser costs the screen's start more than all these lines.
    """
    found: dict[str, str] = {}
    words = iter(argv)
    for word in words:
        name, equals, value = word.partition("=")
        if name not in _OPTIONS:
            return None
        given = value if equals else next(words, None)
        if not given:
            return None
        found[name] = given
    return found


if __name__ == "__main__":
    main()
