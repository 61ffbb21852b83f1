"""What an agent can do: look, reply, note, assign, close, undo. It opens no socket."""

from typing import TYPE_CHECKING

from omnidesk.desk.desk import Desk
from omnidesk.desk.settings import DeskSettings, NotifySettings

if TYPE_CHECKING:
    from omnidesk.desk.opening import Opened

__all__ = ["Desk", "DeskSettings", "NotifySettings", "Opened"]


def __getattr__(name: str) -> object:
    if name != "Opened":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from omnidesk.desk.opening import Opened  # the screen's first frame comes without it

    return Opened
