"""Write docs/config.md and docs/config.schema.json from the settings' own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from omnidesk import plugins
from omnidesk.config import json_schema, written
from omnidesk.settings import Secret
from omnidesk.tables import Document

DOCS = Path(__file__).parents[1] / "docs"
_HEAD = """\
# The config file

Made by `make docs` from the settings in the code; do not edit.

One TOML file: the one that `--config` or `OMNIDESK_CONFIG` names, else
`~/.config/omnidesk/config.toml`. `config.example.toml` is a whole one. All its problems are told
at once by `omnidesk check`, and by every other command before it does anything. Editors that read
JSON Schema complete and check it with `config.schema.json`.

- A **duration** is a text like `"30s"`, `"10m"`, `"24h"`, `"1h30m"` or `"7d"`.
- A **secret** is `{ env = "NAME" }`, `{ command = ["pass", "show", "x"] }`, `{ file = "PATH" }` or
  `{ keyring = "service/user" }`. A secret in plain text is accepted only in a file that nobody else
  can read (`chmod 600 config.toml`).
- Without `--agent` and `OMNIDESK_AGENT`, the agent is the one whose `id` or `login` is the system
  user.
"""
_WORDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    timedelta: "duration",
    Secret: "secret",
}


def reference() -> str:
    """The page."""
    parts = [_HEAD]
    for name, field in Document.model_fields.items():
        inner = _table(field.annotation)
        if name == "channels":
            parts += _channels(field)
        elif inner is None:
            parts.append(f"## `[{name}]`\n\n{field.description}\n")
        else:
            title = f"[[{name}]]" if get_origin(field.annotation) is list else f"[{name}]"
            parts.append(f"## `{title}`\n\n{field.description}\n")
            parts += _keys(inner, "")
    return "\n".join(parts)


def schema() -> str:
    """The JSON Schema, as text."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _channels(field: FieldInfo) -> Iterator[str]:
    yield f"## `[channels.NAME]`\n\n{field.description}"
    yield "NAME is up to 32 small letters, digits, `-` and `_`: the channel's name everywhere.\n"
    for name in plugins.kinds():
        model: type[BaseModel] = plugins.kind(name).settings
        yield f'### `type = "{name}"`\n\n{model.__doc__}\n'
        yield from _keys(model, "")


def _keys(model: type[BaseModel], prefix: str) -> Iterator[str]:
    yield "| key | what it is | default | |\n|---|---|---|---|"
    later = []
    for name, field in model.model_fields.items():
        inner = _table(field.annotation)
        kind = "table, see below" if inner else _kind(field.annotation)
        cells = (
            f"`{prefix}{field.alias or name}`",
            kind,
            _default(field),
            _flat(field.description),
        )
        yield f"| {' | '.join(cells)} |"
        if inner is not None:
            several = ".NAME" if get_origin(field.annotation) is dict else ""
            later.append((f"{prefix}{name}{several}.", inner))
    yield ""
    for deeper, inner in later:
        yield f"`{deeper.rstrip('.')}`: {inner.__doc__}\n"
        yield from _keys(inner, deeper)


def _flat(text: str | None) -> str:
    if not text:
        raise ValueError("every field of the settings wants a docstring: the docs are made of them")
    return " ".join(text.split()).replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    if value is None or isinstance(value, BaseModel):
        return ""
    if isinstance(value, timedelta):
        value = written(value)
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _kind(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f'`"{one}"`' for one in arguments)
    if origin in (Union, UnionType):
        return " or ".join(_kind(one) for one in arguments if one is not NoneType)
    if origin is list:
        return f"list of {_kind(arguments[0])}s"
    if origin is dict:
        return "table"
    if hasattr(annotation, "__metadata__"):
        return _kind(arguments[0])
    return _WORDS[annotation]


def _table(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = [_table(argument) for argument in get_args(annotation)]
    return next((one for one in found if one is not None), None)


def main() -> None:
    """Write both files."""
    (DOCS / "config.md").write_text(reference(), encoding="utf-8")
    (DOCS / "config.schema.json").write_text(schema(), encoding="utf-8")


if __name__ == "__main__":
    main()
