"""What happened, in a few words of the screen's language."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from omnidesk.core.events import What
from omnidesk.core.language import N_, _
from omnidesk.core.safetext import SafeText

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS = {
    What.CONVERSATION_OPENED: N_("conversation opened"),
    What.CONVERSATION_CHANGED: N_("conversation changed"),
    What.CONVERSATION_READ: N_("conversation read"),
    What.CONVERSATION_LINKED: N_("conversation linked"),
    What.CONVERSATION_MERGED: N_("conversation merged"),
    What.CONVERSATION_UNMERGED: N_("conversation unmerged"),
    What.MESSAGE_RECEIVED: N_("message received"),
    What.MESSAGE_EDITED: N_("message edited"),
    What.MESSAGE_WRITTEN: N_("message written"),
    What.MESSAGE_MOVED: N_("message moved"),
    What.MESSAGE_PINNED: N_("message pinned"),
    What.MESSAGE_RECALLED: N_("message recalled"),
    What.NOTE_ADDED: N_("note added"),
    What.DELIVERY_CHANGED: N_("delivery changed"),
    What.CONTACT_ADDED: N_("contact added"),
    What.CONTACT_CHANGED: N_("contact changed"),
    What.CONTACT_MERGED: N_("contact merged"),
    What.CONTACT_UNMERGED: N_("contact unmerged"),
    What.CONTACT_ERASED: N_("contact erased"),
    What.HANDLE_ADDED: N_("handle added"),
    What.SUGGESTED: N_("suggestion made"),
    What.SUGGESTION_DECIDED: N_("suggestion decided"),
    What.CHANNEL_CHANGED: N_("channel changed"),
    What.CHANNEL_GAP: N_("channel gap"),
    What.CONFIG_CHANGED: N_("config changed"),
    What.CUSTOMER_TYPING: N_("customer typing"),
    What.CALL_RINGING: N_("call ringing"),
    What.CALL_LOGGED: N_("call logged"),
    What.UNDONE: N_("undone"),
    What.REDONE: N_("redone"),
}


def what_happened(kind: What, data: Mapping[str, object] = MappingProxyType({})) -> SafeText:
    """`message received`; a kind that has no words here yet by its name."""
    if kind is What.MESSAGE_EDITED and data.get("completes"):
        return SafeText(_("the call went on"))
    return SafeText(_(_WORDS[kind]) if kind in _WORDS else kind.value.replace(".", " "))
