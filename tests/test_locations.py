"""Files go where XDG and the user say."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from omnidesk import locations

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A runtime folder with a path as short as a real one's."""
    with tempfile.TemporaryDirectory(prefix="od-") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


def test_the_config_is_the_given_one_then_the_environments_then_xdgs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("OMNIDESK_CONFIG", raising=False)
    assert locations.config_file() == tmp_path / "omnidesk" / "config.toml"
    monkeypatch.setenv("OMNIDESK_CONFIG", str(tmp_path / "b.toml"))
    assert locations.config_file() == tmp_path / "b.toml"
    assert locations.config_file(tmp_path / "a.toml") == tmp_path / "a.toml"


def test_a_socket_fits_into_the_runtime_folder_however_long_the_paths_are(
    tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    for wanted in (runtime, long):
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(wanted))
        folder = locations.runtime_folder(long / "omnidesk.db")
        assert folder.stat().st_mode & 0o777 == 0o700
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
            name = folder / "feed-4194304.sock"
            bound.bind(str(name))
            name.unlink()
        folder.rmdir()
        assert folder.is_relative_to(wanted) == (wanted is runtime)


@pytest.mark.usefixtures("runtime")
def test_two_databases_have_two_runtime_folders(tmp_path: Path) -> None:
    one, other = (locations.runtime_folder(tmp_path / name) for name in ("a.db", "b.db"))
    assert one != other


def test_a_runtime_folder_that_others_can_write_to_is_refused(runtime: Path) -> None:
    (runtime / "omnidesk").mkdir()
    (runtime / "omnidesk").chmod(0o777)
    with pytest.raises(locations.UnsafeFolderError, match="chmod 700"):
        locations.runtime_folder(runtime / "a.db")


def test_a_runtime_folder_that_is_a_link_is_refused(runtime: Path, tmp_path: Path) -> None:
    (runtime / "omnidesk").symlink_to(tmp_path)
    with pytest.raises(locations.UnsafeFolderError, match="belongs to somebody else"):
        locations.runtime_folder(runtime / "a.db")
