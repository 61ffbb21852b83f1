"""The first lines of the screen say how it goes, at any width."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from omnidesk.core.language import LANGUAGES
from omnidesk.core.model import Health, HealthState
from omnidesk.core.safetext import safe_line
from omnidesk.engine.pulse import Pulse
from omnidesk.engine.trouble import Trouble
from omnidesk.ui.bars import TopBar, health_marks
from omnidesk.ui.lines import Line
from omnidesk.ui.trouble import fitted, troubles
from tests.ui.gallery import speaking
from tests.ui.house import House, screen_text, until

if TYPE_CHECKING:
    from omnidesk.core.store import Transaction

NOW = datetime(2026, 9, 16, 11, 4, tzinfo=UTC)


def test_a_channel_is_stale_since_it_went_wrong_not_since_it_was_seen_well() -> None:
    sick = Health(
        channel="support",
        state=HealthState.DEGRADED,
        last_good=NOW - timedelta(seconds=20),
        changed_at=NOW - timedelta(seconds=3),
    )
    assert "".join(text for text, _ in health_marks([sick], NOW, brief=False)) == (
        "support stale 3s  "
    )


def test_what_to_do_about_a_sick_channel_and_about_the_config_is_said() -> None:
    sick = Health(channel="shop-bot", state=HealthState.BLOCKED, reason="409: stop the other\x1b[m")
    said = troubles([sick], "keys.close: unknown")
    assert said == [
        "config.toml: keys.close: unknown",
        "shop-bot: 409: stop the other [1 hidden code]",
    ]
    assert troubles([Health(channel="support", state=HealthState.UP, reason=None)], "") == []


def _set_health(sick: Health, tx: Transaction) -> None:
    tx.set_health(sick)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_an_outage_leaves_the_first_line_whole(acme: House, size: tuple[int, int]) -> None:
    await acme.crowd(13)
    now = datetime.now(UTC)
    reason = "another program polls this bot; stop it, or give this desk a bot of its own"
    for name in ("support", "shop-bot"):
        sick = Health(
            channel=name, state=HealthState.DEGRADED, reason=reason, last_good=now, changed_at=now
        )
        await acme.store.write(partial(_set_health, sick))
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "another program polls" in screen_text(app))
        first = screen_text(app).split("\n")[0].rstrip()
        assert "1 Inbox 13" in first
        assert "stale" in first
        assert first.endswith(("Anna", "Anna Petrova"))


async def test_a_config_that_is_not_taken_up_is_said_until_it_is(acme: House) -> None:
    problem = "channels.support.imap.prot: unknown; did you mean port?"
    await acme.store.write(lambda tx: tx.set_setting("config_problem", problem))
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "! config.toml: channels.support.imap.prot" in screen_text(app))
        await acme.store.write(lambda tx: tx.set_setting("config_problem", ""))
        await acme.says("ann", "Hello")
        await until(pilot, lambda: "config.toml" not in screen_text(app))


async def test_an_outage_that_goes_on_keeps_the_time_when_it_began(acme: House) -> None:
    now = [NOW]
    pulse = Pulse(acme.store, "support", lambda: now[0])
    await pulse.fine("receive")
    now[0] = began = NOW + timedelta(minutes=1)
    await pulse.trouble("receive", Trouble(HealthState.DEGRADED, "refused", 5.0))
    for reason in ("refused", "timed out"):
        now[0] += timedelta(seconds=30)
        await pulse.trouble("receive", Trouble(HealthState.DEGRADED, reason, 5.0))
    found = {one.channel: one for one in await acme.desk.health()}
    assert found["support"].reason == "timed out"
    assert found["support"].changed_at == began


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_the_last_line_names_whole_keys_and_the_help_in_the_end(
    acme: House, size: tuple[int, int]
) -> None:
    await acme.crowd(3)
    app = acme.app()
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "? help" in screen_text(app).splitlines()[-1])
        line = screen_text(app).splitlines()[-1]
        assert line.rstrip().endswith("? help")
        assert line.startswith(" Enter open  r reply ")
        app.desk_screen.say("a long notice " * 4)
        await until(pilot, lambda: "a long notice" in screen_text(app).splitlines()[-1])
        assert screen_text(app).splitlines()[-1].rstrip().endswith(("help", "notice", "…"))


def _sides(width: int, view: str = "inbox") -> str:
    """The first line of a desk with something in every view."""
    bar = TopBar(lambda: NOW)
    bar.view, bar.agent = view, safe_line("Anna Petrova")
    names = ("inbox", "mine", "unassigned", "waiting", "snoozed", "failed")
    bar.counts = dict(zip(names, (9, 2, 6, 2, 1, 1), strict=True))
    bar.health = [Health(channel=one, state=HealthState.UP) for one in ("support", "bot", "web")]

    def words(line: Line) -> str:
        return "".join(text for text, _ink in line)

    fits = ((left, right) for left, right in bar._ever_shorter())
    both = (f"{words(left)} {words(right)}" for left, right in fits)
    return next(one for one in both if len(one) <= width).rstrip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_narrow_first_line_gives_up_one_view_after_the_other(language: str) -> None:
    with speaking(language):
        lines = {width: _sides(width) for width in range(60, 121)}
        elsewhere = _sides(60, "waiting")
    shown = [len(re.findall(r"(?<!\S)\d [^\W\d]+ \d", line)) for line in lines.values()]
    assert shown == sorted(shown)
    assert len(set(shown)) >= 4
    assert all("1!" in line and "3 " in line for line in lines.values())
    assert all(line.endswith(("Anna", "Anna Petrova")) for line in lines.values())
    assert shown[80 - 60] >= 4
    assert " 4 " in f" {elsewhere}"
    assert "1!" in elsewhere


def test_what_is_to_be_done_is_never_cut() -> None:
    reason = f"login refused by {'mail.' * 30}example; check channels.support.imap.password"
    long, other = safe_line(f"support: {reason}"), safe_line("bot: gone; start it")
    assert fitted([other], 78, 3) == ["! bot: gone; start it"]
    five = fitted([long, other], 78, 5)
    assert " ".join(five).count("…") == 0
    two = fitted([long, other], 78, 2)
    assert len(two) == 2
    assert two[0].startswith("! support: login refused by mail.")
    assert two[0].endswith("…; check channels.support.imap.password")
    assert two[1] == "! bot: gone; start it"
    assert fitted([other] * 9, 78, 3)[1:] == [
        "! bot: gone; start it",
        "! 7 more; omnidesk check says what",
    ]


async def test_three_troubles_are_whole_in_eighty_cells(acme: House) -> None:
    await acme.crowd(2)
    advice = "check channels.support.imap.password"
    for name in ("support", "shop-bot"):
        sick = Health(
            channel=name,
            state=HealthState.BLOCKED,
            reason=f"login refused by imap.acme.example at the third try of today; {advice}",
            changed_at=NOW,
        )
        await acme.store.write(partial(_set_health, sick))
    app = acme.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: " ".join(screen_text(app).split()).count(advice) == 2)
        assert "…" not in "\n".join(screen_text(app).split("\n")[1:5])
        await pilot.resize_terminal(60, 16)
        await until(pilot, lambda: " ".join(screen_text(app).split()).count(advice) == 2)
