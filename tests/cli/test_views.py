"""Views of the TOML are checked when it is read, and reach every face of the desk."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from omnidesk.config import load
from omnidesk.core.errors import ConfigError
from omnidesk.core.views import SavedView
from omnidesk.launch import take_seat
from omnidesk.wiring import settings_of
from tests.cli.conftest import CONFIG, Cli, letter, received

VIEWS = """
[views.vip]
filter = "tag:vip"
key = "8"

[views.late]
filter = 'waiting:>2h "не пришёл"'
order = "newest"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG + VIEWS)
    path.chmod(0o600)
    return path


def test_views_stand_in_the_order_of_the_file(config: Path) -> None:
    assert load(config).views == (
        SavedView(name="vip", filter="tag:vip", key="8"),
        SavedView(name="late", filter='waiting:>2h "не пришёл"', order="newest"),
    )


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[views.x]\nfilter = "tga:vip"', "views.x.filter: unknown tga:; did you mean tag?"),
        ('[views.x]\nfiltr = "tag:vip"', "views.x.filtr: unknown; did you mean filter?"),
        ('[views.x]\nfilter = "channel:suport"', "did you mean support?"),
        ('[views.x]\nfilter = ""', "views.x.filter"),
        ('[views.x]\nfilter = "tag:a"\norder = "oldest"', "views.x.order"),
        ('[views.inbox]\nfilter = "tag:a"', "views.inbox: a built-in view has this name"),
        ('[views."a b"]\nfilter = "tag:a"', "a view's name is up to 32 small letters"),
    ],
)
def test_a_view_that_is_none_is_refused_when_the_file_is_read(
    config: Path, table: str, said: str
) -> None:
    config.write_text(CONFIG + table)
    with pytest.raises(ConfigError) as caught:
        load(config)
    assert said in str(caught.value)


def test_a_screen_that_starts_from_its_cache_has_all_settings_that_the_file_has(
    config: Path, cli: Cli
) -> None:
    config.write_text(
        (CONFIG + VIEWS).replace(
            'undo_send = "10s"', 'region = "RU"\njoin_window = "5h"\nreopen_within = "3d"'
        )
    )
    fresh = take_seat(config, "anna")
    cached = take_seat(config, "anna")
    assert fresh.fresh is not None
    assert cached.fresh is None
    assert cached.settings == fresh.settings == settings_of(load(config))
    assert cached.settings.join_window == timedelta(hours=5)
    assert [view.name for view in cached.settings.views] == ["vip", "late"]


def test_the_command_lists_a_view_and_what_a_filter_leaves(cli: Cli) -> None:
    cli.config.write_text(CONFIG + VIEWS)
    received(cli.config, "support", [letter(), letter("Refund", address="b@customers.test", day=1)])
    assert cli("tag", "2", "vip").code == 0
    assert [one["number"] for one in cli("list", "--view", "vip", "-o", "json").objects] == [2]
    query = ("list", "--filter", "-tag:vip from:ann@customers.test", "-o", "json")
    assert [one["number"] for one in cli(*query).objects] == [1]
    assert [one["number"] for one in cli("list", "--filter", "is:mine", "-o", "json").objects] == []
    assert "nothing is left" in cli("list", "--filter", "tag:none").err
    ran = cli("list", "--view", "vpi")
    assert (ran.code, "did you mean vip?" in ran.err) == (2, True)
    for words in (("list", "--filter", "tga:x"), ("search", "tga:x")):
        ran = cli(*words)
        assert (ran.code, "did you mean tag?" in ran.err) == (2, True)
    hits = cli("search", "refund", "from:b@customers.test", "-o", "json").objects
    assert [hit["conversation"] for hit in hits] == [2]
