"""What was measured on: cores, memory, versions."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path


def facts() -> str:
    """One line of them."""
    kilobytes = int(Path("/proc/meminfo").read_text(encoding="ascii").split()[1])
    said = [
        f"{os.cpu_count()} cores",
        f"{kilobytes / 1024 / 1024:.0f} GB",
        f"load {os.getloadavg()[0]:.1f} at the start",
        f"{platform.system()} {platform.release()}",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
        f"textual {version('textual')}",
        _first_line("notmuch", "--version"),
        _first_line("mbsync", "--version"),
        f"dovecot {_first_line('dovecot', '--version')}",
    ]
    return ", ".join(said)


def _first_line(*command: str) -> str:
    if shutil.which(command[0], path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
        return f"no {command[0]}"
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return (done.stdout or done.stderr).strip().partition("\n")[0].split(" (")[0]
