"""Reply keys: tokens signed by the desk that say which conversation a letter answers.

A key is `{number}.{nonce}.{mac}`, usable as the local part of a Message-ID
(`<12.k3f9.abc…@example.org>`) and behind a plus sign (`support+12.k3f9.abc…@example.org`).
Letters and digits only and case-blind, because mail systems fold the case of local parts.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from hashlib import sha256

_MAC_BYTES = 10
_PURPOSE = b"omnidesk reply key\0"
_KEY = re.compile(r"([1-9][0-9]{0,17})\.([a-z0-9]{1,64})\.([a-z2-7]{16})")
_LONGEST = 320


def make_key(desk_key: bytes, number: int, nonce: str) -> str:
    """The key of one reply in a conversation; the nonce is lower-case letters and digits."""
    key = f"{number}.{nonce}.{_mac(desk_key, number, nonce)}"
    if not _KEY.fullmatch(key):
        raise ValueError(f"no key can be made of number {number} and nonce {nonce!r}")
    return key


def read_key(desk_key: bytes, token: str) -> int | None:
    """The conversation that a key names; None where this desk has not signed it."""
    found = _KEY.fullmatch(token.lower())
    if found is None:
        return None
    number = int(found[1])
    return number if hmac.compare_digest(found[3], _mac(desk_key, number, found[2])) else None


def key_of_message_id(message_id: str) -> str | None:
    """What has the shape of a key in `<key@domain>`; only `read_key` says whether it is ours."""
    if len(message_id) > _LONGEST:
        return None
    return _shaped(message_id.strip().strip("<>").partition("@")[0])


def key_of_address(address: str) -> str | None:
    """What has the shape of a key in `support+key@domain`; only `read_key` says if it is ours."""
    if len(address) > _LONGEST:
        return None
    local = address.strip().strip("<>").rpartition("@")[0]
    return _shaped(local.rpartition("+")[2]) if "+" in local else None


def keyed_address(address: str, key: str) -> str:
    """`support@example.org` with a key: `support+key@example.org`."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{key}@{domain}"


def keyless_address(address: str) -> str:
    """An address without the key it carries; any other plus part stays."""
    if key_of_address(address) is None:
        return address
    local, _, domain = address.rpartition("@")
    return f"{local.rpartition('+')[0]}@{domain}"


def _shaped(text: str) -> str | None:
    folded = text.lower()
    return folded if _KEY.fullmatch(folded) else None


def _mac(desk_key: bytes, number: int, nonce: str) -> str:
    said = _PURPOSE + f"{number}.{nonce}".encode()
    digest = hmac.digest(desk_key, said, sha256)
    return b32encode(digest[:_MAC_BYTES]).decode().lower()
