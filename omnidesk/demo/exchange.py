"""The telephone exchange of a sandbox: what rings at the desk is a line in its file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RINGING, ANSWERED, ENDED = "ringing", "answered", "ended"


class Exchange:
    """Appends a JSON object a line to `file`, as the script of an exchange does."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def tell(self, event: str, call: str, number: str, **more: Any) -> None:
        """One thing that happens to a call from outside."""
        at = datetime.now(UTC).isoformat()
        told = {"event": event, "call": call, "from": number, "direction": "in", "at": at, **more}
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")

    def calls(self, number: str | None = None) -> list[str]:
        """The calls that were more than a ring, in their order; those from one number if told."""
        if not self.file.exists():
            return []
        lines = map(json.loads, self.file.read_text(encoding="utf-8").splitlines())
        found = [
            str(told["call"])
            for told in lines
            if told["event"] != RINGING and number in (None, told["from"])
        ]
        return list(dict.fromkeys(found))
