"""Keys say which conversation a letter answers, and cannot be made by anybody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.core.signing import (
    key_of_address,
    key_of_message_id,
    keyed_address,
    keyless_address,
    make_key,
    read_key,
)

DESK = b"k" * 32
OTHER = b"o" * 32
KEY = make_key(DESK, 12, "n0nce")

numbers = st.integers(min_value=1, max_value=10**18 - 1)
nonces = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=64)


@given(st.binary(min_size=1), numbers, nonces)
def test_a_key_reads_back_as_its_number(desk_key: bytes, number: int, nonce: str) -> None:
    assert read_key(desk_key, make_key(desk_key, number, nonce)) == number


@given(numbers, nonces)
def test_a_key_fits_a_local_part_and_survives_folded_case(number: int, nonce: str) -> None:
    key = make_key(DESK, number, nonce)
    assert key == key.lower()
    assert key.isascii()
    assert read_key(DESK, key.upper()) == number
    assert len(make_key(DESK, 10**9, "a" * 20)) <= 64 - len("support+")


@given(numbers, nonces)
def test_another_desk_cannot_read_a_key(number: int, nonce: str) -> None:
    assert read_key(OTHER, make_key(DESK, number, nonce)) is None


@given(st.integers(0, len(KEY) - 1), st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789.+@"))
def test_a_key_with_one_changed_character_is_no_key(at: int, char: str) -> None:
    forged = KEY[:at] + char + KEY[at + 1 :]
    assert forged == KEY or read_key(DESK, forged) is None


@given(st.text(max_size=2_000))
def test_no_text_makes_the_readers_raise(text: str) -> None:
    assert read_key(DESK, text) is None
    key_of_message_id(text)
    key_of_address(text)
    keyless_address(text)


def test_the_mac_of_one_number_does_not_serve_another() -> None:
    _, nonce, mac = KEY.split(".")
    assert read_key(DESK, f"13.{nonce}.{mac}") is None
    assert read_key(DESK, f"1.2{nonce}.{mac}") is None


def test_a_mac_is_at_least_eighty_bits() -> None:
    assert len(KEY.rpartition(".")[2]) * 5 >= 80


@pytest.mark.parametrize("token", ["", ".", "12", "12.n0nce", "12.n0nce.", "0.n.a", "١٢.n.abc"])
def test_what_is_not_shaped_like_a_key_is_none(token: str) -> None:
    assert read_key(DESK, token) is None


@pytest.mark.parametrize(
    ("number", "nonce"),
    [(0, "a"), (-1, "a"), (10**18, "a"), (1, ""), (1, "A"), (1, "a.b"), (1, "a@b"), (1, "a" * 65)],
)
def test_a_key_that_could_not_be_read_back_is_not_made(number: int, nonce: str) -> None:
    with pytest.raises(ValueError, match="no key can be made"):
        make_key(DESK, number, nonce)


@pytest.mark.parametrize(
    ("says", "message_id", "found"),
    [
        ("our own Message-ID carries a key", f"<{KEY}@desk.example>", KEY),
        ("without brackets it does too", f"{KEY}@desk.example", KEY),
        ("folded to upper case it does too", f"<{KEY.upper()}@DESK.EXAMPLE>", KEY),
        ("a customer's Message-ID carries none", "<CAF1@mail.example>", None),
        ("a key with something before it is none", f"<x{KEY}@desk.example>", None),
        ("an endless Message-ID is not read", f"<{KEY}@{'d' * 100_000}>", None),
    ],
)
def test_keys_are_found_in_message_ids(says: str, message_id: str, found: str | None) -> None:
    assert key_of_message_id(message_id) == found, says


@pytest.mark.parametrize(
    ("says", "address", "found", "keyless"),
    [
        ("a keyed address", f"support+{KEY}@example.org", KEY, "support@example.org"),
        ("a key after another plus part", f"a+b+{KEY}@example.org", KEY, "a+b@example.org"),
        ("a plus part that is no key stays", "support+vip@example.org", None, None),
        ("a bare address", "support@example.org", None, None),
        ("a key in place of the person", f"{KEY}@example.org", None, None),
    ],
)
def test_keys_are_found_behind_a_plus(
    says: str, address: str, found: str | None, keyless: str | None
) -> None:
    assert key_of_address(address) == found, says
    assert keyless_address(address) == (keyless or address), says


@given(numbers, nonces)
def test_a_keyed_address_gives_back_key_and_address(number: int, nonce: str) -> None:
    key = make_key(DESK, number, nonce)
    address = keyed_address("support@example.org", key)
    assert key_of_address(address) == key
    assert keyless_address(address) == "support@example.org"
