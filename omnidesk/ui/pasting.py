"""What is pasted into the terminal, made into one harmless piece of text."""

from __future__ import annotations

from typing import Final

from omnidesk.core.safetext import strip_codes

BEGIN: Final = "\x1b[200~"
END: Final = "\x1b[201~"
"""What stands around a paste: xterm's bracketed paste mode."""

_TAIL: Final = len(END) - 1
_SILENCE_SECONDS: Final = 5.0
_LATE_SECONDS: Final = 0.05  # Textual waits for the rest of a sequence for twice as long


class Pastes:
    """Passes on what is typed; a paste goes on whole, when it ends, without a code in it.

    A code inside a paste would be taken for a key, and what follows it for commands. A paste
    whose end never comes ends when nothing has been typed for five seconds.
    """

    def __init__(self) -> None:
        self._last = ""
        self._pasted: list[str] | None = None
        self._since = 0.0

    def feed(self, typed: str, now: float) -> str:
        """What of it is to be taken now; `now` in seconds of any clock."""
        late = now - self._since > _LATE_SECONDS
        self._since = now
        passed = []
        while typed:
            mark = BEGIN if self._pasted is None else END
            before = len(self._last)
            at = (self._last + typed).find(mark)
            end = at + len(mark) - before if at >= 0 else len(typed)
            piece, typed = typed[:end], typed[end:]
            self._last = (self._last + piece)[-_TAIL:] if at < 0 else ""
            if self._pasted is None:
                torn = late and 0 <= at < before  # its beginning was taken for keys by now
                passed.append(BEGIN if torn else piece)
                self._pasted = [] if at >= 0 else None
            else:
                self._pasted.append(piece)
                if at >= 0:
                    passed.append(self._ended())
        return "".join(passed)

    def silence(self, now: float) -> str:
        """A paste without an end, when it has waited for one long enough."""
        if self._pasted is None or now - self._since < _SILENCE_SECONDS:
            return ""
        return self._ended()

    def _ended(self) -> str:
        whole = "".join(self._pasted or ()).removesuffix(END)
        self._pasted, self._last = None, ""
        return strip_codes(whole)[0] + END
