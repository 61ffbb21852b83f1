"""What narrows a list or a search: `tag:vip from:anna is:unread waiting:>2h "a phrase" -tag:x`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta, tzinfo
from difflib import get_close_matches

from omnidesk.core.dates import read_amount, read_moment
from omnidesk.core.errors import BadFilter
from omnidesk.core.language import _
from omnidesk.core.model import State
from omnidesk.core.value import dataclass

Value = tuple[str, ...] | datetime | int

KEYS = {
    "tag": "tag:vip",
    "channel": "channel:support",
    "from": "from:anna",
    "assignee": "assignee:me, assignee:none",
    "state": "state:open,waiting",
    "waiting": "waiting:>2h",
    "is": "is:unread",
    "priority": "priority:>0",
    "before": "before:2026-09-01",
    "after": "after:monday",
    "file": "file:invoice",
    "subject": "subject:order",
}
"""Every key, with how it is written."""

_TERM = re.compile(
    r"(?P<minus>-(?=[^\s-]))?(?:(?P<key>[A-Za-z]+):(?!//)(?=\S))?"
    r'(?:"(?P<phrase>[^"]*)(?:"|$)|(?P<word>[^\s"]+))'
)
_QUOTES = str.maketrans("«»“”„", '"""""')
_BOUND = re.compile(r"(<=|>=|<|>|=)?(.+)")
_NUMBER = re.compile(r"#(\d{1,18})")
_IS = ("unread", "read", "failed", "assigned", "unassigned", "mine")
_STATES = tuple(state.value for state in State)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One condition. `word`, `phrase` and `number` are keys without a name.

    A tuple means any of its values. `waiting`, `before` and `after` compare with a moment:
    since when one waits, when it was said.
    """

    key: str
    value: Value
    compare: str = "="
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Conditions that must all hold; `unfinished`: the last word may be still being typed."""

    terms: tuple[Term, ...] = ()
    unfinished: bool = False

    def __bool__(self) -> bool:
        return bool(self.terms)

    def of(self, *keys: str) -> tuple[Term, ...]:
        """The conditions with these keys."""
        return tuple(term for term in self.terms if term.key in keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads a filter: when, on whose clock, who `me` is, and what channels there are.

    A key that is none and resembles none is text, unless `strict`.
    """

    now: datetime
    zone: tzinfo | None = None
    agent: str = ""
    channels: Collection[str] = ()
    strict: bool = False


def read_filter(text: str, reader: Reader) -> Filter:
    """The conditions that were typed; BadFilter says what is wrong, with the nearest key."""
    terms = tuple(_terms(text.translate(_QUOTES), reader))
    return Filter(terms=terms, unfinished=text[-1:].isalnum())


def words(text: str) -> Filter:
    """Words and phrases alone, whatever they look like."""
    found = re.findall(r'"([^"]*)"|(\S+)', text.translate(_QUOTES))
    return Filter(
        terms=tuple(
            Term(key="phrase" if phrase else "word", value=(phrase or word,))
            for phrase, word in found
            if phrase or word.strip('"')
        ),
        unfinished=text[-1:].isalnum(),
    )


def _terms(text: str, reader: Reader) -> list[Term]:
    found: list[Term] = []
    for part in _TERM.finditer(text):
        minus, key, phrase, word = part.group("minus", "key", "phrase", "word")
        negated = minus is not None
        if key is not None:
            found.append(_keyed(key, phrase if phrase is not None else word, negated, reader))
        elif phrase is not None:
            if phrase.strip():
                found.append(Term(key="phrase", value=(phrase,), negated=negated))
        elif number := _NUMBER.fullmatch(word):
            found.append(Term(key="number", value=int(number[1]), negated=negated))
        elif word[:-1].lower() in KEYS and word.endswith(":"):
            raise _nothing_behind(word, word[:-1].lower())
        else:
            found.append(Term(key="word", value=(word,), negated=negated))
    return found


def _keyed(typed: str, value: str, negated: bool, reader: Reader) -> Term:
    key = typed.lower()
    if key not in KEYS:
        near = get_close_matches(key, KEYS, n=1)
        if not near and not reader.strict:
            return Term(key="word", value=(f"{typed}:{value}",), negated=negated)
        raise BadFilter(
            _('unknown {key}:; {hint} To find it as it stands, write "{key}:{value}"').format(
                key=typed, hint=_hint(near, KEYS), value=value
            )
        )
    if not value.strip():
        raise _nothing_behind(f"{key}:", key)
    read = _READ.get(key, _any_of)
    found, compare = read(key, value, reader)
    if key == "is" and isinstance(found, tuple) and found[0] in _STATES:
        key = "state"
    return Term(key=key, value=found, compare=compare, negated=negated)


def _any_of(key: str, value: str, reader: Reader) -> tuple[Value, str]:
    return tuple(part.strip() for part in value.split(",") if part.strip()) or (value,), "="


def _whole(key: str, value: str, reader: Reader) -> tuple[Value, str]:
    return (value,), "="


def _channel(key: str, value: str, reader: Reader) -> tuple[Value, str]:
    names, compare = _any_of(key, value, reader)
    if reader.channels:
        _require(key, names, reader.channels)
    return names, compare


def _state(key: str, value: str, reader: Reader) -> tuple[Value, str]:
    names, compare = _any_of(key, value.lower(), reader)
    _require(key, names, _STATES)
    return names, compare


def _is(key: str, value: str, reader: Reader) -> tuple[Value, str]:
    _require(key, (value.lower(),), (*_IS, *_STATES))
    if value.lower() == "mine":
        return ("mine", reader.agent), "="
    return (value.lower(),), "="


def _assignee(key: str, value: str, reader: Reader) -> tuple[Value, str]:
    names, compare = _any_of(key, value, reader)
    assert isinstance(names, tuple)
    meant = {"me": reader.agent, "none": ""}
    return tuple(meant.get(name.lower(), name) for name in names), compare


def _priority(key: str, value: str, reader: Reader) -> tuple[Value, str]:
    compare, number = _compared(value)
    if not re.fullmatch(r"[+-]?\d{1,4}", number):
        raise BadFilter(
            _("{key}:{value} is no number; write {example}").format(
                key=key, value=value, example=KEYS[key]
            )
        )
    return int(number), compare


def _waiting(key: str, value: str, reader: Reader) -> tuple[Value, str]:
    """Who has waited longer began to wait earlier."""
    compare, typed = _compared(value)
    amount = read_amount(typed)
    if amount is None or amount > timedelta(days=36_500):
        raise BadFilter(
            _("{key}:{value} is no time; write {example} or {key}:<30m").format(
                key=key, value=value, example=KEYS[key]
            )
        )
    return reader.now - amount, ">" if compare.startswith("<") else "<="


def _moment(key: str, value: str, reader: Reader) -> tuple[Value, str]:
    found = read_moment(value, reader.now, reader.zone, ahead=False)
    if not isinstance(found, datetime):
        raise BadFilter(
            _("{key}: {wrong}; write {example}, {key}:yesterday or {key}:2d").format(
                key=key, wrong=found, example=KEYS[key]
            )
        )
    return found, "<" if key == "before" else ">="


def _compared(value: str) -> tuple[str, str]:
    found = _BOUND.fullmatch(value)
    return (found[1] or "=", found[2].strip()) if found else ("=", value)


def _require(key: str, names: Value, known: Collection[str]) -> None:
    assert isinstance(names, tuple)
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            raise BadFilter(
                _("unknown {key}:{value}; {hint}").format(
                    key=key, value=name, hint=_hint(near, known)
                )
            )


def _nothing_behind(typed: str, key: str) -> BadFilter:
    said = _("nothing stands behind {typed}; write {example}")
    return BadFilter(said.format(typed=typed, example=KEYS[key]))


def _hint(near: list[str], known: Iterable[str]) -> str:
    if near:
        return _("did you mean {word}?").format(word=near[0])
    return _("known are {words}").format(words=", ".join(known))


_READ: dict[str, Callable[[str, str, Reader], tuple[Value, str]]] = {
    "channel": _channel,
    "assignee": _assignee,
    "state": _state,
    "is": _is,
    "priority": _priority,
    "waiting": _waiting,
    "before": _moment,
    "after": _moment,
    "from": _whole,
    "file": _whole,
    "subject": _whole,
}
