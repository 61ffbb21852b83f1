"""The first lines of the screen say how it goes, at any width."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from omnidesk.core.model import Health, HealthState
from omnidesk.engine.pulse import Pulse
from omnidesk.engine.trouble import Trouble
from omnidesk.ui.bars import health_marks, troubles
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
