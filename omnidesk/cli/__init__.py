"""The command line: the desk's verbs for shells and scripts."""

from omnidesk.cli.program import main

__all__ = ["main"]
