"""The terminal driver, made to survive bytes that are not UTF-8 and pastes that hold codes."""

from __future__ import annotations

import codecs
import os
import selectors
import time
from typing import IO, Any

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from omnidesk.ui.pasting import Pastes

_POLL_SECONDS = 0.1
_READ_BYTES = 4096


class _Terminal:
    """The terminal as a file that takes all that is written, also when nobody is there any more.

    An error would end Textual's writing thread, and whoever then writes or leaves waits for ever.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        try:
            return self._file.write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        try:
            self._file.flush()
        except OSError:
            return

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class SteadyDriver(LinuxDriver):
    """Reads the keyboard as LinuxDriver does, but drops an invalid byte instead of dying of it.

    A terminal that is closed is written to without harm: the hang-up ends the program.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._file: Any = _Terminal(self._file)

    def run_input_thread(self) -> None:
        """Decode what is typed, until the driver is told to stop."""
        parser = XTermParser(self._debug)
        pastes = Pastes()
        decode = codecs.getincrementaldecoder("utf-8")("ignore").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_POLL_SECONDS):
                    typed = os.read(self.fileno, _READ_BYTES)
                    if not typed:
                        return
                    taken = pastes.feed(decode(typed), time.monotonic())
                else:
                    taken = pastes.silence(time.monotonic())
                for message in parser.feed(taken) if taken else ():
                    self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
