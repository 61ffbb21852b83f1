"""The TOML of a desk, read into typed settings."""

from __future__ import annotations

import os
import pwd
import stat
import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.json_schema import GenerateJsonSchema

from omnidesk import plugins
from omnidesk.complaints import complaints, dotted, nearest, plain_secrets
from omnidesk.core.errors import ConfigError
from omnidesk.core.model import Agent
from omnidesk.core.safetext import safe_line
from omnidesk.core.views import SavedView
from omnidesk.ownviews import bad_views, saved_views
from omnidesk.tables import AutoReply, Desk, Document, Notify, Ui, Web, plain_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from omnidesk.core.channel import Kind

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConfig:
    """One configured channel: its name, its kind, and the settings that its kind defines."""

    name: str
    kind_name: str
    kind: Kind
    settings: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All that the file says, checked."""

    path: Path
    desk: Desk
    agents: tuple[Agent, ...]
    channels: Mapping[str, ChannelConfig]
    auto_reply: AutoReply
    keys: Mapping[str, tuple[str, ...]]
    ui: Ui
    notify: Notify
    web: Web
    views: tuple[SavedView, ...] = ()
    own_news: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What an agent is told of, by his id, where it is not what `notify` says."""

    @property
    def database(self) -> Path:
        """The database's absolute path."""
        return self.path.parent / Path(self.desk.database).expanduser()


def load(path: Path) -> Config:
    """The config in `path`; ConfigError lists all its problems at once."""
    path = path.absolute()
    raw, others_can_read = _read(path)
    problems: list[str] = []
    document = _checked(Document, raw, (), problems, context={"folder": path.parent})
    problems += _twice(raw.get("agents"))
    channels = _channels(raw.get("channels"), path, problems)
    if document is not None:
        problems += _idle_answers(document)
        problems += bad_views(document)
    if others_can_read:
        problems += _open_secrets(raw, path)
    if document is None or problems:
        raise ConfigError([safe_line(f"{path.name}: {problem}") for problem in problems])
    return Config(
        path=path,
        desk=document.desk,
        agents=tuple(
            Agent(id=a.id, name=a.name, login=a.login, signature=a.signature)
            for a in document.agents
        ),
        channels=channels,
        auto_reply=document.auto_reply,
        keys={action: tuple(keys) for action, keys in document.keys.items()},
        ui=document.ui,
        views=saved_views(document),
        notify=document.notify,
        own_news={a.id: tuple(a.notify) for a in document.agents if a.notify is not None},
        web=document.web,
    )


def agent_for(config: Config, wanted: str | None = None) -> Agent:
    """Who sits here: `wanted` (from --agent), else OMNIDESK_AGENT, else the system user.

    ConfigError where that is nobody of this desk.
    """
    user = _system_user()
    agents = config.agents or (Agent(id=user, name=_real_name(user), login=user),)
    named = wanted or os.environ.get("OMNIDESK_AGENT")
    if named:
        for agent in agents:
            if agent.id == named:
                return agent
        near = get_close_matches(named, [agent.id for agent in agents], n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; known are {_ids(agents)}"
        raise ConfigError([f"{config.path.name}: agents: nobody has the id {named!r}{hint}"])
    for agent in agents:
        if user in (agent.id, agent.login):
            return agent
    raise ConfigError(
        [
            (
                f"{config.path.name}: agents: nobody has the id or login {user!r}; "
                f"use --agent or OMNIDESK_AGENT ({_ids(agents)}) or add login = {user!r} to one"
            )
        ]
    )


def json_schema() -> dict[str, Any]:
    """A JSON Schema of the whole file, with the tables of every installed kind, for editors."""
    schema = Document.model_json_schema(schema_generator=_Schema)
    schema["$schema"] = GenerateJsonSchema.schema_dialect
    schema["title"] = "omnidesk config.toml"
    tables = []
    for name in plugins.kinds():
        model: type[BaseModel] = plugins.kind(name).settings
        table = model.model_json_schema(
            schema_generator=_Schema, ref_template=f"#/$defs/{name}/$defs/{{model}}"
        )
        inner = table.pop("$defs", {})
        table["properties"] = {"type": {"const": name}} | table.get("properties", {})
        table["required"] = ["type", *table.get("required", [])]
        schema["$defs"][name] = table | {"$defs": inner}
        tables.append({"$ref": f"#/$defs/{name}"})
    schema["properties"]["channels"]["additionalProperties"] = {"oneOf": tables}
    return schema


def written(value: timedelta) -> str:
    """A duration as the TOML writes it: `"10s"`, `"7d"`."""
    seconds = value.total_seconds()
    for unit, length, least in (("d", 86400, 2), ("h", 3600, 1), ("m", 60, 1)):
        if seconds >= length * least and seconds % length == 0:
            return f"{seconds / length:g}{unit}"
    return f"{seconds:g}s"


class _Schema(GenerateJsonSchema):
    def encode_default(self, dft: Any) -> Any:
        return written(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def _read(path: Path) -> tuple[dict[str, Any], bool]:
    try:
        with path.open("rb") as file:
            others_can_read = bool(stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077)
            text = file.read().decode("utf-8")
        return tomllib.loads(text), others_can_read
    except FileNotFoundError:
        problem = "no such file; `omnidesk init` writes one"
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not UTF-8; save the file as UTF-8"
    except tomllib.TOMLDecodeError as error:
        problem = str(error)
    except ValueError:
        problem = "a number in it is too long"
    except RecursionError:
        problem = "nested too deeply"
    raise ConfigError([safe_line(f"{path}: {problem}")])


def _checked(
    model: type[_Model],
    table: Any,
    under: tuple[str | int, ...],
    problems: list[str],
    context: dict[str, Any] | None = None,
) -> _Model | None:
    try:
        return model.model_validate(table, context=context)
    except ValidationError as error:
        problems += complaints(error, model, table, under)
    except OverflowError:
        problems.append(f"{dotted(under) or 'one table'}: a duration or number is too large")
    return None


def _twice(agents: Any) -> list[str]:
    """Ids and logins that two agents share."""
    problems = []
    if not isinstance(agents, list):
        return []
    for key in ("id", "login"):
        first: dict[str, int] = {}
        for index, agent in enumerate(agents):
            value = agent.get(key) if isinstance(agent, dict) else None
            if isinstance(value, str) and first.setdefault(value, index) != index:
                place = dotted(("agents", index, key))
                problems.append(
                    f"{place}: {value!r} is already agents[{first[value]}]; give each its own"
                )
    return problems


def _channels(tables: Any, path: Path, problems: list[str]) -> dict[str, ChannelConfig]:
    found: dict[str, ChannelConfig] = {}
    if not isinstance(tables, dict):
        return found
    for name, table in tables.items():
        if isinstance(table, dict):
            channel = _channel(name, table, path, problems)
            if channel is not None:
                found[name] = channel
    return found


def _channel(
    name: str, table: dict[str, Any], path: Path, problems: list[str]
) -> ChannelConfig | None:
    place = f"channels.{name}"
    try:
        plain_name(name, "a channel's name")
    except ValueError as error:
        problems.append(f"{place}: {error}")
    kind_name = table.get("type")
    if not isinstance(kind_name, str):
        state = "must be a text in quotes" if "type" in table else "missing"
        problems.append(f"{place}.type: {state}; known are {', '.join(plugins.kinds())}")
        return None
    try:
        kind = plugins.kind(kind_name)
    except plugins.UnknownKindError as error:
        problems.append(f"{place}.type: {error}")
        return None
    own = {key: value for key, value in table.items() if key != "type"}
    settings = _checked(
        kind.settings, own, ("channels", name), problems, context={"folder": path.parent}
    )
    if settings is None:
        return None
    return ChannelConfig(name=name, kind_name=kind_name, kind=kind, settings=settings)


def _idle_answers(document: Document) -> list[str]:
    """Automatic answers that would never go out."""
    table, known = document.auto_reply, set(document.channels)
    problems = [
        f"auto_reply.channels.{name}: no such channel{nearest(name, known)}"
        for name in table.channels
        if name not in known
    ]
    if table.hours is None:
        texts = {"auto_reply": table.after_hours_text} | {
            f"auto_reply.channels.{name}": own.after_hours_text
            for name, own in table.channels.items()
        }
        problems += [
            f"{place}.after_hours_text: never goes out without auto_reply.hours"
            for place, text in texts.items()
            if text is not None
        ]
    return problems


def _open_secrets(raw: dict[str, Any], path: Path) -> list[str]:
    """Secrets in plain text, in a file that others can read."""
    found = list(plain_secrets(Web, raw.get("web"), ("web",)))
    tables = raw.get("channels")
    for name, table in tables.items() if isinstance(tables, dict) else ():
        if not isinstance(table, dict) or table.get("type") not in plugins.kinds():
            continue
        try:
            model = plugins.kind(table["type"]).settings
        except plugins.UnknownKindError:
            continue
        found += plain_secrets(model, table, ("channels", name))
    return [
        f"{dotted(place)}: a secret in a file that others can read; "
        f'chmod 600 {path.name} or use {{ env = "NAME" }}'
        for place, _ in found
    ]


def _system_user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _real_name(user: str) -> str:
    try:
        return pwd.getpwnam(user).pw_gecos.split(",")[0] or user
    except KeyError:
        return user


def _ids(agents: tuple[Agent, ...]) -> str:
    return ", ".join(agent.id for agent in agents)
