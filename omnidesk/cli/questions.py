"""What init asks, and the config that the answers make."""

from __future__ import annotations

import os
import pwd
import re
import sys
from collections.abc import Callable, Iterator
from typing import TypeVar

import click

from omnidesk.tables import plain_name

_T = TypeVar("_T")

KINDS = ("email", "telegram")
_SOURCES = ("env", "command", "file", "keyring", "here")
_HOSTS = {
    "gmail.com": ("imap.gmail.com", "smtp.gmail.com"),
    "googlemail.com": ("imap.gmail.com", "smtp.gmail.com"),
    "yandex.ru": ("imap.yandex.ru", "smtp.yandex.ru"),
    "ya.ru": ("imap.yandex.ru", "smtp.yandex.ru"),
    "mail.ru": ("imap.mail.ru", "smtp.mail.ru"),
    "outlook.com": ("outlook.office365.com", "smtp.office365.com"),
    "hotmail.com": ("outlook.office365.com", "smtp.office365.com"),
    "fastmail.com": ("imap.fastmail.com", "smtp.fastmail.com"),
    "icloud.com": ("imap.mail.me.com", "smtp.mail.me.com"),
}
_ADDRESS = re.compile(r"[^\s<>,;\"@]+@[^\s<>,;\"@]+\.[^\s<>,;\"@]+")
_HOST = re.compile(r"([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]+\])(?::(\d{1,5}))?")
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|\[::1\]")
_ESCAPED = re.compile(r'[\x00-\x1f\x7f"\\]')


def ask_all() -> str:
    """Ask for a desk, its first agent and its channels; the TOML that they make."""
    name = _ask("The desk's name, which customers see", "Support", _something)
    user = _user()
    agent = _ask("Your name, which customers see", user, _something)
    id_ = _ask("Your id, which colleagues assign to", _plain(user), _id)
    parts = [_desk(name), _agent(id_, agent, user)]
    kinds = click.prompt(
        f"Channels, with spaces between ({', '.join(KINDS)}, none)",
        default="email",
        value_proc=_kinds,
    )
    used: set[str] = set()
    for kind in kinds:
        parts.append(_email(used) if kind == "email" else _telegram(used))
    parts.append(_TAIL)
    return "\n".join(parts)


def _desk(name: str) -> str:
    return f"""\
# The config of a desk; docs/config.md has every key. `omnidesk check` says what is wrong with it.

[desk]
name = {_quoted(name)}
database = "omnidesk.db"             # beside this file unless absolute
undo_send = "10s"                    # how long a reply waits, so that it can be taken back
"""


def _agent(id_: str, name: str, user: str) -> str:
    login = "" if id_ == user else f"login = {_quoted(user)}\n"
    return f"""\
[[agents]]
id = {_quoted(id_)}
name = {_quoted(name)}
{login}# signature = "{{your name}}\\n{{the desk}}"   # what stands under your letters
"""


_TAIL = """\
[auto_reply]
enabled = false                      # true answers the first message of each new conversation
"""


def _email(used: set[str]) -> str:
    address = _ask("The mailbox's address", None, _address)
    name = _ask("What this channel is called here", _free("support", used), _channel(used))
    domain = address.rpartition("@")[2].lower()
    imap, smtp = _HOSTS.get(domain, (f"imap.{domain}", f"smtp.{domain}"))
    inward = _ask("IMAP server (host or host:port)", imap, _host)
    outward = _ask("SMTP server (host or host:port)", smtp, _host)
    user = _ask("User name at both", address, _something)
    secret = _secret("password", f"{name}_password")
    login = f"username = {_quoted(user)}, password = {secret}"
    return f"""\
[channels.{name}]
type = "email"
address = {_quoted(address)}
imap = {{ {_server(inward, "tls")}, {login} }}
smtp = {{ {_server(outward, "starttls")}, {login} }}
"""


def _telegram(used: set[str]) -> str:
    name = _ask("What the bot's channel is called here", _free("bot", used), _channel(used))
    secret = _secret("token that @BotFather gave", f"{name}_token")
    return f"""\
[channels.{name}]
type = "telegram"
token = {secret}
"""


def _secret(what: str, variable: str) -> str:
    """Where a secret is read from, as the TOML says it."""
    source = click.prompt(
        f"Where does the {what} come from", type=click.Choice(_SOURCES), default="env"
    )
    match source:
        case "env":
            suggested = re.sub(r"\W", "_", variable).upper()
            return f"{{ env = {_quoted(_ask('Environment variable', suggested, _variable))} }}"
        case "command":
            words = _ask("Command that prints it", "pass show omnidesk", _words)
            return f"{{ command = [{', '.join(map(_quoted, words))}] }}"
        case "file":
            return f"{{ file = {_quoted(_ask('File that only you can read', None, _something))} }}"
        case "keyring":
            entry = _ask("Keyring entry (service/user)", "omnidesk/" + variable, _entry)
            return f"{{ keyring = {_quoted(entry)} }}"
    hidden = sys.stdin.isatty()
    return _quoted(click.prompt(f"The {what}", hide_input=hidden, value_proc=_something))


def _server(host: tuple[str, int | None], security: str) -> str:
    name, port = host
    bare = name.strip("[]")
    if port in (993, 465):
        security = "tls"
    if _LOOPBACK.fullmatch(name):
        security = "none"
    number = f"port = {port}, " if port else ""
    return f"host = {_quoted(bare)}, {number}security = {_quoted(security)}"


def _ask(question: str, default: str | None, read: Callable[[str], _T]) -> _T:
    answer: _T = click.prompt(question, default=default, value_proc=read)
    return answer


def _something(value: str) -> str:
    if not value.strip() or any("\ud800" <= char <= "\udfff" for char in value):
        raise click.UsageError("write something")
    return value.strip()


def _id(value: str) -> str:
    return _named(value, "an id")


def _named(value: str, what: str) -> str:
    try:
        return plain_name(value.strip(), what)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _channel(used: set[str]) -> Callable[[str], str]:
    def read(value: str) -> str:
        name = _named(value, "a channel's name")
        if name in used:
            raise click.UsageError(f"{name} is taken; choose another")
        used.add(name)
        return name

    return read


def _kinds(value: str) -> list[str]:
    wanted = value.replace(",", " ").lower().split()
    if wanted == ["none"]:
        return []
    unknown = [kind for kind in wanted if kind not in KINDS]
    if unknown or not wanted:
        raise click.UsageError(f"known are {', '.join(KINDS)} and none")
    return wanted


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value.strip()):
        raise click.UsageError("an address is written like support@example.com")
    return value.strip()


def _host(value: str) -> tuple[str, int | None]:
    found = _HOST.fullmatch(value.strip())
    port = int(found[2]) if found and found[2] else None
    if not found or port == 0 or (port or 0) > 65_535:
        raise click.UsageError("a server is written like imap.example.com or imap.example.com:993")
    return found[1], port


def _variable(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value.strip()):
        raise click.UsageError("a variable's name has letters, digits and _")
    return value.strip()


def _words(value: str) -> list[str]:
    import shlex

    try:
        words = shlex.split(value)
    except ValueError as error:
        raise click.UsageError(f"not a command: {error}") from None
    if not words:
        raise click.UsageError("write a command")
    return words


def _entry(value: str) -> str:
    service, slash, user = value.strip().rpartition("/")
    if not (service and slash and user):
        raise click.UsageError("an entry is written like service/user")
    return value.strip()


def _free(name: str, used: set[str]) -> str:
    return next(each for each in _numbered(name) if each not in used)


def _numbered(name: str) -> Iterator[str]:
    yield name
    for number in range(2, 1000):
        yield f"{name}-{number}"


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _plain(user: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", user.lower()).strip("-_")[:32] or "me"


def _quoted(value: str) -> str:
    """A TOML basic string (TOML 1.0, String)."""
    return '"' + _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", value) + '"'
