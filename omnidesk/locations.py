"""Where files go: the config, the data, the log, the sockets, the cache (XDG, by platformdirs)."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

import platformdirs

from omnidesk.core.errors import OmnideskError

_APP = "omnidesk"
_LONGEST_FOLDER = 80
"""Bytes: a unix socket's whole path has to fit into 108 (sun_path in unix(7))."""


class UnsafeFolderError(OmnideskError):
    """A folder of ours belongs to somebody else, or others can write to it."""


def config_file(given: Path | None = None) -> Path:
    """The config: `given` (from --config), else OMNIDESK_CONFIG, else the one in XDG's folder."""
    if given is not None:
        return given.expanduser().absolute()
    named = os.environ.get("OMNIDESK_CONFIG")
    if named:
        return Path(named).expanduser().absolute()
    return platformdirs.user_config_path(_APP) / "config.toml"


def data_folder() -> Path:
    """What must be kept."""
    return platformdirs.user_data_path(_APP, ensure_exists=True)


def state_folder() -> Path:
    """What may be lost at no great harm: logs and what a screen looked like last."""
    return platformdirs.user_state_path(_APP, ensure_exists=True)


def cache_folder() -> Path:
    """What can be made again."""
    return platformdirs.user_cache_path(_APP, ensure_exists=True)


def runtime_folder(database: Path) -> Path:
    """The folder for the unix sockets of this database: ours alone, and short enough for one.

    UnsafeFolderError where somebody else made it before us.
    """
    digest = hashlib.sha256(os.fsencode(database.absolute())).hexdigest()[:12]
    wanted = os.environ.get("XDG_RUNTIME_DIR")
    if wanted and Path(wanted).is_dir() and len(os.fsencode(wanted)) <= _LONGEST_FOLDER - 22:
        parent = Path(wanted) / _APP
    else:
        parent = Path(tempfile.gettempdir()) / f"{_APP}-{os.getuid()}"
        if len(os.fsencode(parent)) > _LONGEST_FOLDER - 13:
            parent = Path("/tmp") / f"{_APP}-{os.getuid()}"  # noqa: S108 - owner checked below
    for folder in (parent, parent / digest):
        _own(folder)
    return parent / digest


def _own(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise UnsafeFolderError(
            f"{folder} belongs to somebody else; remove it or set XDG_RUNTIME_DIR"
        )
    if stat.S_IMODE(found.st_mode) & 0o022:
        raise UnsafeFolderError(f"others can write to {folder}; chmod 700 {folder}")
