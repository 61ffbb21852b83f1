"""What an agent can do: look, reply, note, assign, close, undo. It opens no socket."""

from omnidesk.desk.desk import Desk
from omnidesk.desk.opening import Opened
from omnidesk.desk.settings import DeskSettings, NotifySettings

__all__ = ["Desk", "DeskSettings", "NotifySettings", "Opened"]
