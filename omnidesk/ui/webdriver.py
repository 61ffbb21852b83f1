"""The driver of a screen in a browser tab: it goes, with everything kept, when the tab does."""

from __future__ import annotations

import contextlib

from textual.drivers.web_driver import WebDriver

from omnidesk.ui.fitted import KeepsAll


class SteadyWebDriver(WebDriver):
    """Speaks as WebDriver does; told to quit, or left alone by its server, it lets the app keep."""

    def write(self, data: str) -> None:
        """Paint; where nobody reads any more, what is kept still has to be kept."""
        with contextlib.suppress(BrokenPipeError):
            super().write(data)

    def write_meta(self, data: dict[str, object]) -> None:
        """Say something to the page, if there is one."""
        with contextlib.suppress(BrokenPipeError):
            super().write_meta(data)

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """Take what the server says beside the keys."""
        if packet_type == "quit":
            self._leave()
        else:
            super().on_meta(packet_type, payload)

    def run_input_thread(self) -> None:
        """Read to the end of what is typed; an end that nobody asked for is one, too."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._leave()

    def _leave(self) -> None:
        if isinstance(self._app, KeepsAll):
            self._app.call_later(self._app.leave)
        else:
            self._app.call_later(self._app.exit)
