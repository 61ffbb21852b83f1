"""Whether our own receiving server found the address in From proven (RFC 8601)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from omnidesk.channels.email.headers import Head
from omnidesk.core.identity import normalise
from omnidesk.core.language import _

_LONGEST = 16_384
_MOST = 10
_PAIR = re.compile(
    r"""(?<![^\s])([^\s="]{1,60})\s?=\s?((?:"(?:[^"\\]|\\.)*"|[^\s"])*)""", re.DOTALL
)
_VERSION = re.compile(r"/\d+\Z")
_DOMAINS = {
    "dmarc": ("header.from",),
    "spf": ("smtp.mailfrom", "smtp.mail", "smtp.from", "smtp.helo"),
    "dkim": ("header.d", "header.i"),
    "auth": ("smtp.auth", "smtp.mailfrom"),
}
"""Whose domain a method speaks of; `smtp.mail` is how older servers write it."""

_PASSED = frozenset(("pass", "bestguesspass"))
_UNDECIDED = frozenset(("temperror",))
_FAILED = frozenset(("fail", "hardfail"))


@dataclass(frozen=True, slots=True)
class _Result:
    """What one method found, and about which domain."""

    method: str
    result: str
    domain: str


def unproven(head: Head, authserv_id: str, address: str) -> str | None:
    """Why nothing proves that a letter comes from `address`, in plain words; None where it may.

    Judged by what the server `authserv_id` wrote above all others: where DMARC has no verdict,
    SPF or DKIM must have passed for the domain of the address. A letter without its results,
    or whose SPF it never looked at, is not judged.
    """
    found = _results(_own_fields(head, authserv_id))
    domain = _domain(address)
    verdicts = [each for each in found if each.method == "dmarc"]
    if any(each.result in _FAILED for each in verdicts):
        return _("DMARC failed at {server}").format(server=authserv_id)
    passed = [each for each in verdicts if each.result in _PASSED]
    if any(not each.domain or _aligned(each.domain, domain) for each in passed):
        return None
    others = [each for each in found if each.method != "dmarc"]
    if any(_speaks_for(each, domain) for each in others):
        return None
    if passed or any(each.method == "spf" for each in others):
        return _("neither SPF nor DKIM passed for it at {server}").format(server=authserv_id)
    return None


def _speaks_for(found: _Result, domain: str) -> bool:
    """Whether a result is for the sender's own domain, and good or yet to be known."""
    good = found.result in _PASSED or (found.method == "spf" and found.result in _UNDECIDED)
    return good and _aligned(found.domain, domain)


def _own_fields(head: Head, authserv_id: str) -> Iterator[list[str]]:
    """What our server wrote, from the top down to where others may have written.

    Below a field of another server, or a Received below ours, anybody can have put anything.
    """
    count = 0
    for name, value in head.fields:
        lower = name.lower()
        if lower == "received" and count:
            return
        if lower != "authentication-results":
            continue
        parts = _parts(value[:_LONGEST].decode("ascii", "replace"))
        writer = next(iter(parts[0].split()), "").strip('"')
        if count >= _MOST or writer.lower() != authserv_id.lower():
            return
        count += 1
        yield parts[1:]


def _results(fields: Iterable[list[str]]) -> list[_Result]:
    """Every result; of a method that several fields name, those of the topmost one.

    A letter may have several signatures, but it has one envelope.
    """
    found: list[_Result] = []
    for parts in fields:
        above = {each.method for each in found}
        for part in parts:
            each = _result(part)
            single = each is not None and each.method == "spf" and each.method in _methods(found)
            if each is not None and each.method not in above and not single:
                found.append(each)
    return found


def _methods(found: Iterable[_Result]) -> set[str]:
    return {each.method for each in found}


def _result(part: str) -> _Result | None:
    """`dmarc=fail reason="…" header.from=example.org`, of which version whatever."""
    pairs = [(name.lower(), value) for name, value in _PAIR.findall(part)]
    if not pairs or (method := _VERSION.sub("", pairs[0][0])) not in _DOMAINS:
        return None
    told = dict(reversed(pairs[1:]))
    named = (told.get(name, "").strip('<>"') for name in _DOMAINS[method])
    whose = next(filter(None, named), "")
    return _Result(method, pairs[0][1].lower(), _domain(whose))


def _parts(text: str) -> list[str]:
    """A field without its comments, cut at each semicolon that is not quoted.

    Comments may nest (RFC 5322 section 3.2.2). A sender's address that is told in one may hold
    a bracket that nobody closes: then they do not, lest it hide what follows.
    """
    parts, whole = _cut(text, nest=True)
    return parts if whole else _cut(text, nest=False)[0]


def _cut(text: str, *, nest: bool) -> tuple[list[str], bool]:
    """The parts, and whether every comment and quote was closed."""
    parts: list[list[str]] = [[]]
    depth, quoted, escaped = 0, False, False
    for char in text:
        plain = not (escaped or quoted or depth)
        if escaped or char == "\\":
            escaped = not escaped
        elif char == '"' and not depth:
            quoted = not quoted
        elif char == "(" and not quoted and (nest or not depth):
            depth += 1
            parts[-1].append(" ")
        elif char == ")" and depth:
            depth -= 1
            continue
        if char == ";" and plain:
            parts.append([])
        elif not depth:
            parts[-1].append(char)
    return [" ".join("".join(part).split()) for part in parts], not (depth or quoted)


def _domain(text: str) -> str:
    """The domain of an address or of itself, as handles have it; empty for what is none."""
    bare = text.strip("<> ").rpartition("@")[2].rstrip(".")
    handle = normalise("mailto", f"x@{bare}") if bare else None
    return handle.value.rpartition("@")[2] if handle else ""


def _aligned(one: str, other: str) -> bool:
    """Whether one domain is the other or lies in it; a top-level domain holds nobody together."""
    short, long = sorted((one, other), key=len)
    return bool(short) and (short == long or ("." in short and long.endswith(f".{short}")))
