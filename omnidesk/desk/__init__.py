"""What an agent can do: look, reply, note, assign, close, undo. It opens no socket."""

from omnidesk.desk.desk import Desk, DeskSettings, NotifySettings
from omnidesk.desk.opening import Opened

__all__ = ["Desk", "DeskSettings", "NotifySettings", "Opened"]
