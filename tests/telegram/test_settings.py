"""The TOML of a Telegram channel, and the kind as the desk finds it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from omnidesk import plugins
from omnidesk.channels.telegram import kind
from omnidesk.channels.telegram.settings import TelegramSettings


def _settings(**given: Any) -> TelegramSettings:
    return TelegramSettings(**{"token": "1:x"} | given)


def test_the_kind_is_found_by_its_name() -> None:
    assert plugins.kind("telegram") is kind


def test_a_token_is_all_that_is_needed() -> None:
    settings = _settings()
    assert settings.api_url == "https://api.telegram.org"
    assert settings.poll.total_seconds() == 25
    assert settings.max_download == 20 * 2**20
    assert "1:x" not in repr(settings)


def test_the_capabilities_say_what_a_bot_can_do() -> None:
    can = kind.capabilities(_settings())
    assert (can.handle_scheme, can.label, can.code) == ("telegram", "Telegram", "tg")
    assert can.receive
    assert can.send
    assert can.attachments
    assert can.edit
    assert can.receipts
    assert can.joins
    assert not can.initiate
    assert not can.idempotent_send
    assert (can.max_text, can.max_file, can.quiet) == (4096, 50 * 2**20, 25)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8081", "http://localhost", "http://[::1]:1", "https://bots.example.com/"],
)
def test_https_and_this_machine_are_accepted(url: str) -> None:
    assert _settings(api_url=url).api_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.telegram.org",
        "http://localhost.example.com",
        "http://127.0.0.1@evil.example",
        "ftp://127.0.0.1",
        "api.telegram.org",
        "https://",
        "https://a.example/?token=",
        "https://a.example/#x",
        "https://a.example:99999",
        "https://[::1",
        "https://a.example/{token}",
        "",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        _settings(api_url=url)


@pytest.mark.parametrize(
    "wrong", [{"poll": "10m"}, {"poll": "0s"}, {"max_download": 0}, {"tokn": "x"}]
)
def test_what_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        _settings(**wrong)


def test_the_package_is_light_to_import() -> None:
    code = (
        "import sys, omnidesk.channels.telegram as t; "
        "print([m for m in ('telegram', 'httpx', 'aiohttp', 'asyncio') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
