"""Whether a machine wrote a letter, by what it says of itself (RFC 3834, RFC 5230)."""

from __future__ import annotations

from omnidesk.channels.email.headers import Head, text_of
from omnidesk.core.silence import no_reply

_LISTS = ("List-Id", "List-Unsubscribe", "List-Post", "List-Help")
_ANSWERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoresponse", "X-Auto-Reply",
            "X-Mail-Autoreply")  # fmt: skip
_PRECEDENCES = frozenset({"bulk", "list", "junk", "auto_reply", "auto-reply"})
_LONGEST = 120


def reason_of(head: Head, media_type: str, sender: str) -> str | None:
    """The mark that says so, as it stands in the letter; None where a person may have written."""
    if (value := _value(head, "Auto-Submitted")) and value.partition(";")[0].strip() != "no":
        return f"Auto-Submitted: {value}"
    if media_type == "multipart/report":
        return "Content-Type: multipart/report"
    for name in _ANSWERS:
        if (value := _value(head, name)) and value not in {"no", "false", "0"}:
            return f"{name}: {value}"
    if {"all", "oof", "autoreply"} & set(
        _value(head, "X-Auto-Response-Suppress").replace(",", " ").split()
    ):
        return f"X-Auto-Response-Suppress: {_value(head, 'X-Auto-Response-Suppress')}"
    if (value := _value(head, "Precedence")) in _PRECEDENCES:
        return f"Precedence: {value}"
    for name in _LISTS:
        if value := _value(head, name):
            return f"{name}: {value}"
    if head.has("return-path") and not head.get("return-path").strip(b"<> \t"):
        return "Return-Path: <>"
    if sender and no_reply(sender):
        return f"From: {sender}"
    return None


def _value(head: Head, name: str) -> str:
    raw = head.get(name.lower())
    return text_of(raw[:1_000])[:_LONGEST].lower() if raw else ""
