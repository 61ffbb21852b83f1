"""Who is let in by the web, and who is not."""

from __future__ import annotations

import base64

import pytest

from omnidesk.web.door import Asked, Door, Turned, is_loopback, is_open, origin_of

HOST = "127.0.0.1:8000"
OWN = f"http://{HOST}"
RIGHT = "correct horse"


def basic(password: str, name: str = "anna") -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def asked(
    host: str = HOST,
    origin: str | None = None,
    authorization: str | None = None,
    remote: str = "127.0.0.1",
) -> Asked:
    return Asked(host=host, origin=origin, authorization=authorization, remote=remote)


def door(
    host: str = "127.0.0.1", public_url: str | None = None, password: str | None = None
) -> Door:
    return Door(host=host, public_url=public_url, password=password)


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1:8000", True),
        ("localhost:8000", True),
        ("LOCALHOST", True),
        ("[::1]:8000", True),
        ("192.168.1.5:8000", True),
        ("evil.example:8000", False),
        ("127.0.0.1.evil.example:8000", False),
        ("localhost.evil.example", False),
        ("desk.example.com", False),
        ("", False),
        ("127.0.0.1:8000/", False),
        ("127.0.0.1 evil", False),
        ("a@127.0.0.1", False),
        ("1234567890", False),
        ("[::1", False),
    ],
)
def test_a_name_that_was_bound_to_us_by_others_is_turned_away(host: str, ours: bool) -> None:
    assert (door().turned(asked(host), 0) is None) is ours
    assert ours or door().turned(asked(host), 0) is Turned.HOST


def test_the_public_name_is_ours_where_it_is_told() -> None:
    behind = door(public_url="https://Desk.example.com/")
    assert behind.turned(asked("desk.example.com"), 0) is None
    assert behind.turned(asked("other.example.com"), 0) is Turned.HOST
    own = asked("desk.example.com", origin="https://desk.example.com")
    assert behind.turned_at_socket(own, behind.ticket(0), 1) is None


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://127.0.0.1:9000",  # another server of this machine
        "http://localhost:8000",  # ours by another name is another page
        "https://127.0.0.1:8000",
        "null",
        "",
        "file://",
        f"{OWN}.evil.example",
    ],
)
def test_another_page_opens_neither_the_line_nor_anything_else(origin: str) -> None:
    ours = door()
    assert ours.turned(asked(origin=origin), 0) is Turned.ORIGIN
    assert ours.turned_at_socket(asked(origin=origin), ours.ticket(0), 0) is Turned.ORIGIN


def test_a_line_needs_an_origin_and_a_ticket_that_is_fresh_and_of_one_use() -> None:
    ours = door()
    ticket = ours.ticket(0)
    assert ours.turned_at_socket(asked(), ticket, 0) is Turned.ORIGIN
    assert ours.turned_at_socket(asked(origin=OWN), "guess", 0) is Turned.TICKET
    assert ours.turned_at_socket(asked(origin=OWN), ticket, 59) is None
    assert ours.turned_at_socket(asked(origin=OWN), ticket, 59) is Turned.TICKET
    assert ours.turned_at_socket(asked(origin=OWN), ours.ticket(100), 161) is Turned.TICKET


def test_the_right_password_opens_whatever_name_is_given_with_it() -> None:
    shut = door(password=RIGHT)
    assert shut.turned(asked(), 0) is Turned.PASSWORD
    assert shut.turned(asked(authorization=basic(RIGHT)), 0) is None
    assert shut.turned(asked(authorization=basic(RIGHT, "")), 0) is None
    assert door(password="пароль: да").turned(asked(authorization=basic("пароль: да")), 0) is None


@pytest.mark.parametrize(
    "authorization",
    [
        basic("wrong"),
        basic(""),
        basic(RIGHT[:-1]),
        basic(RIGHT + " "),
        "Basic",
        "Basic ",
        "Basic %%%",
        "Basic é",
        f"Bearer {RIGHT}",
        RIGHT,
        "",
    ],
)
def test_no_other_words_open(authorization: str) -> None:
    assert door(password=RIGHT).turned(asked(authorization=authorization), 0) is Turned.PASSWORD


def test_a_line_without_a_password_needs_the_ticket_of_a_page_that_was_had_with_one() -> None:
    shut = door(password=RIGHT)
    page = asked(origin=OWN)
    assert shut.turned_at_socket(page, "guess", 0) is Turned.PASSWORD
    with_password = asked(origin=OWN, authorization=basic(RIGHT))
    assert shut.turned_at_socket(with_password, "guess", 0) is Turned.TICKET
    assert shut.turned_at_socket(page, shut.ticket(0), 0) is None
    wrong = asked(origin=OWN, authorization=basic("wrong"))
    assert shut.turned_at_socket(wrong, shut.ticket(0), 0) is Turned.PASSWORD


def test_after_ten_wrong_passwords_nobody_of_that_network_is_heard_for_a_minute() -> None:
    shut = door(password=RIGHT)

    def attempt(password: str, remote: str, now: float) -> Turned | None:
        return shut.turned(asked(authorization=basic(password), remote=remote), now)

    for at in range(10):
        assert attempt("wrong", "10.0.0.1", at) is Turned.PASSWORD
    assert attempt("wrong", "10.0.0.1", 11) is Turned.LIMIT
    assert attempt(RIGHT, "10.0.0.1", 11) is Turned.LIMIT, "else guessing goes on"
    assert attempt(RIGHT, "10.0.0.2", 11) is None
    assert attempt(RIGHT, "10.0.0.1", 71) is None
    for at in range(10):
        attempt("wrong", f"2001:db8::{at}", 0)
    assert attempt(RIGHT, "2001:db8::ffff", 1) is Turned.LIMIT, "one network, many addresses"


def test_what_is_kept_of_strangers_has_an_end() -> None:
    shut = door(password=RIGHT)
    for at in range(5000):
        shut.turned(asked(authorization=basic("wrong"), remote=f"10.0.{at // 256}.{at % 256}"), 0)
        shut.ticket(0)
    assert len(shut._failed) <= 1000
    assert len(shut._tickets) <= 1000


@pytest.mark.parametrize(
    ("host", "public_url", "others"),
    [
        ("127.0.0.1", None, False),
        ("127.9.9.9", None, False),
        ("localhost", None, False),
        ("::1", None, False),
        ("0.0.0.0", None, True),
        ("::", None, True),
        ("192.168.1.5", None, True),
        ("desk.example.com", None, True),
        ("localhost.example.com", None, True),
        ("", None, True),
        ("127.0.0.1", "https://desk.example.com", True),
        ("127.0.0.1", "http://localhost:9000", False),
    ],
)
def test_what_others_can_reach_is_known(host: str, public_url: str | None, others: bool) -> None:
    assert is_open(host, public_url) is others
    assert public_url or is_loopback(host) is not others


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://desk.example.com", "https://desk.example.com"),
        ("https://Desk.Example.com:443/a/b", "https://desk.example.com"),
        ("http://desk.example.com:8080/", "http://desk.example.com:8080"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_origin_is_written_as_browsers_do(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize("url", ["desk.example.com", "ftp://x", "http://", "", "http://a:99999"])
def test_what_is_no_address_of_a_page_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|[Pp]ort"):
        origin_of(url)
