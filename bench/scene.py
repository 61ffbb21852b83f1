"""A desk at a store: config, folders of its own, and the command that opens its screen."""

from __future__ import annotations

import getpass
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from bench.terminal import python

_CONFIG = """\
[desk]
name = "Bench"
database = "{database}"
undo_send = "0s"

[[agents]]
id = "anna"
name = "Anna Petrova"
login = "{login}"
"""


class Scene:
    """A folder with a config for a database; its screens share no cache with the user's."""

    def __init__(self, folder: Path, database: Path, channels: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.database = database
        self.config = folder / "config.toml"
        self.config.write_text(
            _CONFIG.format(database=database, login=getpass.getuser()) + channels, encoding="utf-8"
        )
        self.config.chmod(0o600)

    @property
    def environ(self) -> dict[str, str]:
        """XDG folders of this scene alone."""
        return folders(self.folder)

    def command(self, *words: str) -> list[str]:
        """omnidesk at this scene; without words it is the screen."""
        return python("-m", "omnidesk", "--config", str(self.config), *words)

    def without_engine(self) -> None:
        """Let screens believe for the next minutes that an engine lives here."""
        until = round(time.time() * 1000) + 280_000
        with closing(sqlite3.connect(self.database, timeout=30)) as db, db:
            db.execute(
                "INSERT INTO lease VALUES ('engine', ?, ?)"
                " ON CONFLICT DO UPDATE SET holder = excluded.holder, until = excluded.until",
                (f"bench:{os.getpid()}", until),
            )
            # nor is the screen one that its agent sees for the first time
            db.execute("INSERT OR IGNORE INTO setting VALUES ('tour:anna', 'seen')")

    def first_name(self) -> str:
        """The customer in the inbox's first row: seen, the inbox is painted."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as db:
            row = db.execute(
                "SELECT p.name FROM conversation c JOIN contact k ON k.id = c.contact"
                " JOIN contact p ON p.id = k.root WHERE c.state IN ('open', 'waiting')"
                " ORDER BY c.rank, c.number LIMIT 1"
            ).fetchone()
        return str(row[0])


def folders(folder: Path) -> dict[str, str]:
    """Cache, state and data of the programs of one scene, by XDG's names."""
    found = {}
    for name in ("CACHE", "STATE", "DATA", "CONFIG"):
        place = folder / name.lower()
        place.mkdir(exist_ok=True)
        found[f"XDG_{name}_HOME"] = str(place)
    return found
