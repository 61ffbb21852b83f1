"""The TOML of a channel whose calls are logged."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from omnidesk.settings import Strict


class LogSettings(Strict):
    """Telephone, visits, post: agents log them by hand, a telephone exchange by a file."""

    scheme: Annotated[str, Field(pattern="^[a-z][a-z0-9]{0,15}$")] = "tel"
    """The handles of those who call: `tel` are phone numbers, shared with SMS and the like."""
    label: Annotated[str, Field(min_length=1, max_length=20)] = "Phone"
    """What the screen calls it."""
    code: Annotated[str, Field(pattern="^[a-z]{2}$")] = "ph"
    """Two letters that stand for it in lists."""
    events: Annotated[str, Field(min_length=1)] | None = None
    """The file that a telephone exchange's script appends to, a JSON object a line, or a named pipe; beside the TOML unless absolute. Without it, everything is logged by hand."""  # noqa: E501
    region: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    """The country of numbers written without one, as in ISO 3166; the desk's unless told."""

    @field_validator("events")
    @classmethod
    def _beside(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        if not value.isprintable():
            raise ValueError(f"is the name of a file, not {value!r}")
        folder = (info.context or {}).get("folder", Path())
        return str(folder / Path(value).expanduser())
