"""The TOML of an e-mail channel: what is refused, in words that name the place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from omnidesk.channels.email import kind
from omnidesk.channels.email.settings import EmailSettings, Imap


def test_importing_the_kind_loads_no_mail_library() -> None:
    code = (
        "import sys; from omnidesk.channels.email import kind; kind.settings; "
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('aioimaplib', 'aiosmtplib', 'selectolax', 'phonenumbers')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


IMAP = {"host": "imap.example.com", "username": "desk", "password": "x"}


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"imap": IMAP | {"security": "none"}}, "only for a server on this machine"),
        ({"imap": IMAP | {"token": "y"}}, "exclude each other"),
        ({"imap": {"host": "x.example", "username": "desk"}}, "needs a password or token"),
        ({"imap": {"host": "x.example", "password": "x"}}, "username"),
        ({"smtp": {"host": "x.example", "password": "x"}}, "needs a username"),
        ({"imap": IMAP | {"folders": []}}, "folders"),
        ({"imap": IMAP | {"folders": ["a", "a"]}}, "names a folder twice"),
        ({"imap": IMAP | {"folders": ["a\r\nb"]}}, "cannot be a folder's name"),
        ({"imap": IMAP | {"host": "a b"}}, "name of a server"),
        ({"imap": IMAP | {"poll": "1h"}}, "between 1s and 9m"),
        ({"imap": IMAP | {"port": 0}}, "port"),
        ({"imap": IMAP, "address": "Support <a@b>"}, "bare address"),
        ({"imap": IMAP, "aliases": ["a@b\r\nBcc: c@d"]}, "bare address"),
        ({}, "needs imap to receive"),
    ],
)
def test_a_wrong_setting_is_named(table: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        EmailSettings.model_validate({"address": "support@example.com"} | table)


def test_ports_follow_security_and_files_stand_beside_the_config(tmp_path: Path) -> None:
    ports = {
        security: Imap.model_validate(IMAP | {"host": "::1", "security": security}).where
        for security in ("tls", "starttls", "none")
    }
    assert ports == {"tls": 993, "starttls": 143, "none": 143}
    table = {"address": "a@b.example", "imap": IMAP | {"ca_file": "ca.pem"}}
    settings = EmailSettings.model_validate(table, context={"folder": tmp_path})
    assert settings.imap is not None
    assert settings.imap.ca_file == str(tmp_path / "ca.pem")


def test_a_way_that_is_not_configured_is_off() -> None:
    only_in = EmailSettings.model_validate({"address": "a@b.example", "imap": IMAP})
    assert kind.capabilities(only_in).receive
    assert not kind.capabilities(only_in).send
    only_out = EmailSettings.model_validate(
        {"address": "A@Пример.рф", "aliases": ["b@x.example"], "smtp": {"host": "x.example"}}
    )
    assert not kind.capabilities(only_out).receive
    assert kind.addresses(only_out) == ("a@xn--e1afmkfd.xn--p1ai", "b@x.example")
