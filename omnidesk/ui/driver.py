"""The terminal driver, made to survive bytes that are not UTF-8 and pastes that hold codes."""

from __future__ import annotations

import codecs
import os
import selectors
import time

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from omnidesk.ui.pasting import Pastes

_POLL_SECONDS = 0.1
_READ_BYTES = 4096


class SteadyDriver(LinuxDriver):
    """Reads the keyboard as LinuxDriver does, but drops an invalid byte instead of dying of it."""

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
