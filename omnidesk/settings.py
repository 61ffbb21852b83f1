"""The types of which settings are made, for the desk's own TOML and for every channel kind's."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from omnidesk.core.errors import OmnideskError

_COMMAND_SECONDS = 20.0


class SecretError(OmnideskError):
    """A secret cannot be had: which, why, and what to do."""


class Strict(BaseModel):
    """A table of the TOML: unknown keys are refused, values are not coerced."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )


class Secret:
    """A password or token that is read when it is needed and never prints itself."""

    __slots__ = ("_read", "plain", "where")

    def __init__(self, read: Callable[[], str], where: str, *, plain: bool = False) -> None:
        self._read = read
        self.where = where
        self.plain = plain

    def reveal(self) -> str:
        """The secret itself; SecretError says what to do where it cannot be had."""
        return self._read()

    def __repr__(self) -> str:
        return f"Secret({self.where})"

    @classmethod
    def from_toml(cls, value: Any, folder: Path | None = None) -> Self:
        """Read `"plain"`, `{env}`, `{command}`, `{file}` or `{keyring}`.

        A relative file stands in `folder`, which is the config's own.
        """
        if isinstance(value, cls):
            return value
        if isinstance(value, str):
            return cls(lambda: value, "in the file", plain=True)
        if isinstance(value, dict) and len(value) == 1:
            (key, argument), *_ = value.items()
            if key == "command" and _is_command(argument):
                return cls(lambda: _from_command(argument), f"command {argument[0]}")
            if key in _READERS and isinstance(argument, str):
                reader = _READERS[key]
                if key == "file" and folder is not None:
                    argument = str(folder / Path(argument).expanduser())
                return cls(lambda: reader(argument), f"{key} {argument}")
        raise ValueError(
            'a secret is { env = "NAME" }, { command = ["pass", "show", "x"] }, '
            '{ file = "PATH" } or { keyring = "service/user" }'
        )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            lambda value, info: cls.from_toml(value, (info.context or {}).get("folder"))
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        text = {"type": "string"}
        shapes: list[dict[str, Any]] = [
            {"type": "object", "properties": {key: text}, "required": [key]} for key in _READERS
        ]
        shapes.append(
            {
                "type": "object",
                "properties": {"command": {"type": "array", "items": text}},
                "required": ["command"],
            }
        )
        return {"anyOf": [text, *shapes]}


def _is_command(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)


def _from_env(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise SecretError(f"the environment variable {name} is not set; export it and start again")
    return value


def _from_file(name: str) -> str:
    path = Path(name).expanduser()
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SecretError(f"{path} can be read by others; chmod 600 {path}")
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SecretError(f"{path}: {error.strerror}") from error


def _from_keyring(name: str) -> str:
    service, slash, user = name.rpartition("/")
    if not slash:
        raise SecretError(f"keyring wants service/user, not {name!r}")
    try:
        import keyring
    except ImportError as error:
        raise SecretError("keyring is not installed; pip install 'omnidesk[keyring]'") from error
    value = keyring.get_password(service, user)
    if not value:
        raise SecretError(f"the keyring has nothing for {name}; keyring set {service} {user}")
    return str(value)


def _from_command(command: list[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the admin's own command, never a shell
            command, capture_output=True, text=True, timeout=_COMMAND_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SecretError(f"{command[0]}: {error}") from error
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise SecretError(f"{command[0]} failed: {said[-1] if said else done.returncode}")
    return done.stdout.rstrip("\r\n")


_READERS: dict[str, Callable[[str], str]] = {
    "env": _from_env,
    "file": _from_file,
    "keyring": _from_keyring,
}

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_LONGEST_SECONDS = 100 * 365 * 86400.0
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)")


def duration(value: Any) -> timedelta:
    """Read `"30s"`, `"1h30m"`, `"2d"`; ValueError says how one is written."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str) and re.fullmatch(rf"(?:{_DURATION.pattern}\s*)+", value.strip()):
        seconds = sum(float(n) * _UNITS[unit] for n, unit in _DURATION.findall(value))
        if seconds > _LONGEST_SECONDS:
            raise ValueError("that is over a hundred years")
        return timedelta(seconds=seconds)
    raise ValueError('a duration is written like "30s", "10m", "24h" or "2d"')


Duration = Annotated[
    timedelta, BeforeValidator(duration), Field(json_schema_extra={"type": "string"})
]
Security = Literal["tls", "starttls", "none"]
Port = Annotated[int, Field(ge=1, le=65535)]
