"""Every key of the screen: named actions, and the places where they work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from omnidesk.core.language import _
from omnidesk.core.value import dataclass

if TYPE_CHECKING:
    from omnidesk.core.views import SavedView

LIST: Final = "list"
THREAD: Final = "thread"
COMPOSER: Final = "composer"
REVIEW: Final = "review"
FILTER: Final = "filter"
FIND: Final = "find"
HELP: Final = "help"
CALL: Final = "call"
CALL_REVIEW: Final = "call review"
CUSTOMER: Final = "customer"
SUGGESTIONS: Final = "suggestions"
NUMBER: Final = "number"
WHY: Final = "why"
COPIES: Final = "copies"
ADDRESS: Final = "address"
SUBJECT: Final = "subject"
ATTACH: Final = "attach"
PICK: Final = "pick"
QUESTION: Final = "question"
SEARCH: Final = "search"
SEARCH_LINE: Final = "search words"
OUTBOX: Final = "outbox"
REPORT: Final = "report"
LOG: Final = "log"

OVERVIEWS: Final = (OUTBOX, REPORT, LOG)
ABOVE: Final = (CALL, CALL_REVIEW, SUGGESTIONS, WHY, PICK, SEARCH, SEARCH_LINE, *OVERVIEWS)
"""Places on screens that are laid over the desk."""

_DESK = (LIST, THREAD)
_ADDRESSED = (ADDRESS, SUBJECT)
_HERE = (*_DESK, CUSTOMER)
_ALL = (LIST, THREAD, CUSTOMER, COMPOSER, REVIEW, ADDRESS, SUBJECT, FILTER, FIND)

View = tuple[str, str, str]
"""A view of the list: its name for the desk, its title, and its order in words."""

VIEWS: Final[tuple[View, ...]] = (
    ("inbox", "Inbox", "longest wait first"),
    ("mine", "Mine", "yours, longest wait first"),
    ("unassigned", "Unassigned", "nobody's yet"),
    ("waiting", "Waiting", "for the customer"),
    ("snoozed", "Snoozed", "soonest back first"),
    ("failed", "Failed", "replies that did not arrive"),
    ("closed", "Closed", "newest first"),
    ("all", "All", "everything"),
)
"""The views that every desk has."""


def title_of(view: View) -> str:
    """A view's title as the screen's language has it; a user's own view keeps its name."""
    return _(view[1]) if view in VIEWS else view[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something a key does. A key of several presses is written with spaces: `g g`."""

    id: str
    words: str
    keys: tuple[str, ...]
    where: tuple[str, ...]
    hint: str = ""  # the footer's word; empty: help and palette alone name it
    brief: str = ""  # the word behind a leader; empty: as everywhere


def _act(
    name: str,
    words: str,
    *keys: str,
    at: tuple[str, ...] = _DESK,
    hint: str = "",
    brief: str = "",
) -> Action:
    return Action(id=name, words=words, keys=keys, where=at, hint=hint, brief=brief)


def _views() -> Iterator[Action]:
    letters = {"snoozed": "z"}
    for number, (name, title, _order) in enumerate(VIEWS, 1):
        letter = letters.get(name, name[0])
        yield _act(f"view.{name}", f"go to {title}", str(number), f"g {letter}", brief=title)


def own_views(saved: Sequence[SavedView]) -> tuple[View, ...]:
    """A user's own views, as the list takes them."""
    return tuple((view.name, view.name, "") for view in saved)


def own_view_actions(saved: Sequence[SavedView]) -> Iterator[Action]:
    """An action for each view of a user's own, on the next digit."""
    for number, view in enumerate(saved, len(VIEWS) + 1):
        keys = [str(number)] if number < 10 else []
        yield _act(
            f"view.{view.name}", _("go to {view}").format(view=view.name), *keys, brief=view.name
        )


ACTIONS: Final[tuple[Action, ...]] = (
    _act("move.down", "next line", "j", "down"),
    _act("move.up", "previous line", "k", "up"),
    _act("move.top", "to the top", "g g", "home", brief="top"),
    _act("move.bottom", "to the bottom", "G", "end"),
    _act("move.half_down", "half a page down", "^D", "pagedown"),
    _act("move.half_up", "half a page up", "^U", "pageup"),
    _act("open", "open the conversation", "Enter", "o", "l", at=(LIST,), hint="open"),
    _act("unfold", "unfold or fold quoted lines", "Enter", "o", "l", at=(THREAD,), hint="unfold"),
    _act("back", "back to the list", "q", "Esc", "h", at=(THREAD,), hint="back"),
    _act("next.needing", "next that needs us", "J"),
    _act("previous.needing", "previous that needs us", "K"),
    _act("reply", "reply to the sender alone", "r", hint="reply"),
    _act("reply.all", "reply to everyone", "R"),
    _act("tell", "tell the other channels", "g e", brief="tell elsewhere"),
    _act("forward", "forward the message", "f", hint="forward"),
    _act("start", "new conversation", "c", at=_HERE),
    _act("address.next", "this one, next line", "Enter", "Tab", at=_ADDRESSED, hint="next"),
    _act("address.down", "who is meant, next line", "down", at=_ADDRESSED, hint="who is meant"),
    _act("address.up", "who is meant, line before", "up", at=_ADDRESSED),
    _act("address.review", "review what will be sent", "Esc", at=_ADDRESSED, hint="review"),
    _act("copies.take", "these get copies", "Enter", at=(COPIES,), hint="take"),
    _act("copies.leave", "as it was", "Esc", at=(COPIES,), hint="as it was"),
    _act("note", "note that customers never see", "n", hint="note"),
    _act("close", "close the conversation", "e", hint="close"),
    _act("reopen", "open it again", "E"),
    _act("take", "take it yourself", "A", hint="take"),
    _act("assign", "give it to somebody", "a"),
    _act("status", "set how it stands", "s"),
    _act("tag", "add and drop tags", "t"),
    _act("priority.up", "more urgent", "+"),
    _act("priority.down", "less urgent", "-"),
    _act("spam", "spam: close it with that tag", "!"),
    _act("erase", "erase the customer for ever (asks)", "#", at=_HERE),
    _act("snooze.hour", "put off for an hour", "b h", brief="an hour"),
    _act("snooze.day", "put off until tomorrow, 9:00", "b d", brief="tomorrow 9:00"),
    _act("snooze.week", "put off until Monday, 9:00", "b w", brief="Monday 9:00"),
    _act("snooze.reply", "put off until he writes", "b u", brief="he writes"),
    _act("snooze.date", "put off until a date, typed", "b b", brief="a date"),
    _act("select", "select, or no more", "x", at=(LIST,)),
    _act("select.range", "select a range, from here to there", "v", at=(LIST,)),
    _act("clear", "drop the selection, then the filter", "Esc", at=(LIST,)),
    _act("pick.take", "this one", "Enter", at=(PICK,), hint="this one"),
    _act("pick.down", "next one", "down", at=(PICK,), hint="next"),
    _act("pick.up", "previous one", "up", at=(PICK,)),
    _act("pick.leave", "none", "Esc", at=(PICK,), hint="none"),
    _act("question.take", "take what is typed", "Enter", at=(QUESTION,), hint="take it"),
    _act("question.complete", "complete the word", "Tab", at=(QUESTION,), hint="complete"),
    _act("question.leave", "never mind", "Esc", at=(QUESTION,), hint="never mind"),
    _act("send.again", "send the reply in trouble again", "g y", brief="send again"),
    _act("send.arrived", "the reply in doubt has arrived", "g x", brief="it has arrived"),
    _act("why", "why is it here", "w"),
    _act("split", "split here: choose the message", "M", at=(THREAD,)),
    _act("why.down", "next message", "j", "down", at=(WHY,), hint="next"),
    _act("why.up", "previous message", "k", "up", at=(WHY,)),
    _act("why.move", "move it to a number", "m", at=(WHY,), hint="move to a number"),
    _act("why.apart", "move it into a new conversation", "n", at=(WHY,), hint="into a new one"),
    _act("why.split", "split here: it and all after it", "M", at=(WHY,), hint="split here"),
    _act("why.undo", "undo", "z", at=(WHY,), hint="undo"),
    _act("why.leave", "back", "q", "Esc", "w", at=(WHY,), hint="back"),
    _act("undo", "undo the last change, recall a held reply", "z", at=_HERE, hint="undo"),
    _act("redo", "do again what was undone", "Z"),
    _act("mark.read", "mark as read", "I"),
    _act("mark.unread", "mark as unread", "U"),
    _act("find", "filter the list; Enter searches everything", "/", hint="find"),
    _act("filter", "filter the list", "."),
    _act("find.all", "search everything", "Enter", at=(FIND,), hint="search everything"),
    _act("filter.keep", "to the filtered list", "Enter", at=(FILTER,), hint="to the list"),
    _act("find.keep", "to the filtered list", "down", "Tab", at=(FIND,), hint="to the list"),
    _act("filter.clear", "show everything", "Esc", at=(FILTER, FIND), hint="show everything"),
    _act("search", "search everything", "g /", brief="search"),
    _act("search.hits", "to what was found", "Enter", "down", at=(SEARCH_LINE,), hint="hits"),
    _act("search.open", "open it there", "Enter", "o", "l", at=(SEARCH,), hint="open"),
    _act("search.down", "next hit", "j", "down", at=(SEARCH,), hint="next"),
    _act("search.up", "previous hit", "k", "up", at=(SEARCH,)),
    _act("search.half_down", "half a page down", "^D", "pagedown", at=(SEARCH,)),
    _act("search.half_up", "half a page up", "^U", "pageup", at=(SEARCH,)),
    _act("search.top", "to the newest", "home", at=(SEARCH,)),
    _act("search.bottom", "to the oldest that is loaded", "G", "end", at=(SEARCH,)),
    _act("search.words", "other words", "/", at=(SEARCH,), hint="other words"),
    _act("search.leave", "back", "Esc", at=(SEARCH, SEARCH_LINE), hint="back"),
    _act("search.back", "back", "q", "h", at=(SEARCH,)),
    _act("copy.message", "copy the message", "y y", brief="message"),
    _act("copy.address", "copy the address", "y a", brief="address"),
    _act("copy.number", "copy the conversation's number", "y n", brief="number"),
    _act("pin", "pin the message, or no more", "g p", at=(THREAD,), brief="pin"),
    _act("save", "save an attached file", "S"),
    _act("preview", "look at an attached picture", "g v", brief="picture"),
    _act("links", "links of the message", "L"),
    _act("headers", "headers of the message", "H", at=(THREAD,)),
    _act("message.next", "next message", "}", at=(THREAD,)),
    _act("message.previous", "previous message", "{", at=(THREAD,)),
    _act("customer", "show or hide the customer", "p", hint="customer"),
    *_views(),
    _act("order", "turn the order: longest wait, or newest", "g o", brief="turn the order"),
    _act("view.next", "next view", "]"),
    _act("view.previous", "previous view", "["),
    _act("review", "review what will be sent", "Esc", at=(COMPOSER,), hint="review and send"),
    _act("send", "send it", "s", at=(REVIEW,), hint="send"),
    _act("send.close", "send it, close, go on", "c", at=(REVIEW,), hint="send and close"),
    _act("edit", "go on writing", "e", "Enter", "Esc", at=(REVIEW,), hint="edit"),
    _act("copies", "who gets copies: Cc, Bcc", "t", at=(REVIEW,), hint="Cc"),
    _act("editor", "write in your own editor", "^G", "f4", at=(COMPOSER, REVIEW), hint="editor"),
    _act("attach", "attach a file", "^O", at=(COMPOSER, REVIEW), hint="attach"),
    _act("attach.review", "attach a file", "a", at=(REVIEW,)),
    _act("attach.off", "take a file off", "x", at=(REVIEW,)),
    _act("attach.complete", "the rest of the path", "Tab", at=(ATTACH,), hint="complete"),
    _act("attach.take", "attach it", "Enter", at=(ATTACH,), hint="attach"),
    _act("attach.leave", "attach nothing", "Esc", at=(ATTACH,), hint="none"),
    _act("template", "a text that is often said", "^T", at=(COMPOSER, REVIEW), hint="template"),
    _act("send.later", "send it later", "l", at=(REVIEW,), hint="later"),
    _act("compose.mode", "note or reply", "^N", at=(COMPOSER, REVIEW), hint="note or reply"),
    _act("way.next", "reply by the next channel", "V", at=(*_DESK, REVIEW), hint="channel"),
    _act("address", "whom it goes to", "w", at=(REVIEW,)),
    _act("keep", "keep the draft for later", "p", "q", at=(REVIEW,), hint="keep draft"),
    _act("discard", "throw the draft away", "D", at=(REVIEW,), hint="discard"),
    _act("customer.enter", "into the customer pane", "P"),
    _act(
        "customer.leave",
        "back to the conversation",
        "q",
        "Esc",
        "h",
        "P",
        at=(CUSTOMER,),
        hint="back",
    ),
    _act("customer.down", "next one", "j", "down", at=(CUSTOMER,)),
    _act("customer.up", "previous one", "k", "up", at=(CUSTOMER,)),
    _act("join", "the same fault: join with another", "m", at=(THREAD,)),
    _act("join.never", "it is not the same fault", "x", at=(THREAD,)),
    _act("person.join", "it is the same person", "m", at=(CUSTOMER,), hint="same person"),
    _act("person.never", "it is another person", "x", at=(CUSTOMER,), hint="not the same"),
    _act("person.add", "add the address that was named", "a", at=(CUSTOMER,), hint="add address"),
    _act("number.take", "that conversation", "Enter", at=(NUMBER,), hint="that one"),
    _act("number.leave", "none", "Esc", at=(NUMBER,), hint="none"),
    _act("suggestions", "suggestions: what may be one", "g s", at=_HERE, brief="suggestions"),
    _act("suggestions.yes", "yes, it is one", "y", "д", "m", at=(SUGGESTIONS,), hint="д yes"),
    _act("suggestions.never", "no, never again", "n", "н", "x", at=(SUGGESTIONS,), hint="н never"),
    _act("suggestions.undo", "undo", "z", at=(SUGGESTIONS,), hint="undo"),
    _act(
        "suggestions.open",
        "open the first of the two",
        "Enter",
        "o",
        at=(SUGGESTIONS,),
        hint="open",
    ),
    _act("suggestions.down", "next pair", "j", "down", at=(SUGGESTIONS,)),
    _act("suggestions.up", "previous pair", "k", "up", at=(SUGGESTIONS,)),
    _act("suggestions.leave", "back", "q", "Esc", at=(SUGGESTIONS,), hint="back"),
    _act("news", "what concerns you: open the newest", "g n", at=_HERE, brief="news"),
    _act("news.list", "what concerned you: the last", "g N", at=_HERE, brief="the last news"),
    _act("outbox", "the outbox: what is to leave", "g q", at=_HERE, brief="outbox"),
    _act("report", "numbers of the last days", "g d", at=_HERE, brief="numbers"),
    _act("log", "log: what was done, by whom", "g l", at=_HERE, brief="log"),
    _act("lines.open", "open the conversation", "Enter", "o", "l", at=(OUTBOX, LOG), hint="open"),
    _act("outbox.recall", "take back what is held", "z", at=(OUTBOX,), hint="take back"),
    _act("outbox.again", "send again what is in trouble", "y", at=(OUTBOX,), hint="send again"),
    _act("outbox.arrived", "what is in doubt has arrived", "x", at=(OUTBOX,), hint="it arrived"),
    _act("report.day", "the last day", "d", at=(REPORT,), hint="1 day"),
    _act("report.week", "the last 7 days", "w", at=(REPORT,), hint="7 days"),
    _act("report.month", "the last 30 days", "m", at=(REPORT,), hint="30 days"),
    _act("log.alone", "this conversation alone, or all", "f", at=(LOG,), hint="this one alone"),
    _act("lines.leave", "back", "q", "Esc", "h", at=OVERVIEWS, hint="back"),
    _act("lines.down", "next line", "j", "down", at=OVERVIEWS, hint="next"),
    _act("lines.up", "previous line", "k", "up", at=OVERVIEWS),
    _act("lines.half_down", "half a page down", "^D", "pagedown", at=OVERVIEWS, hint="page"),
    _act("lines.half_up", "half a page up", "^U", "pageup", at=OVERVIEWS),
    _act("lines.top", "to the top", "g g", "home", at=OVERVIEWS, brief="top"),
    _act("lines.bottom", "to the last that is loaded", "G", "end", at=OVERVIEWS),
    _act("wish", "by which channel he wants answers", "g b", at=_HERE, brief="his wish"),
    _act("ring.open", "the conversation of whoever rings", "g r", at=_HERE, brief="who rings"),
    _act("call", "log a call", "C", at=_HERE, hint="log a call"),
    _act("call.next", "next field", "Enter", at=(CALL,), hint="next"),
    _act("call.down", "who is meant, next field", "down", at=(CALL,)),
    _act("call.up", "who is meant, field before", "up", at=(CALL,)),
    _act("call.review", "look it over, or leave", "Esc", at=(CALL,), hint="look over, leave"),
    _act("call.save", "write it down", "s", "f2", "^Y", at=(CALL_REVIEW,), hint="write it down"),
    _act("call.save.typing", "write it down", "f2", "^Y", at=(CALL,), hint="write it down"),
    _act("call.edit", "go on writing", "e", "Enter", "Esc", at=(CALL_REVIEW,), hint="edit"),
    _act("call.discard", "throw it away", "D", at=(CALL_REVIEW,), hint="throw away"),
    _act("palette", "every action by name", ":", "^P", hint="palette"),
    _act("palette.typing", "every action by name", "^P", at=(COMPOSER, REVIEW)),
    _act("tour", "the first steps", "g h", at=(LIST,), brief="first steps"),
    _act("redraw", "paint the screen anew", "^L", at=_HERE),
    _act("theme", "dark or light", "g t", brief="dark or light"),
    _act("help", "these keys", "?", ",", "f1", hint="help"),
    _act("help.typing", "these keys", "f1", at=(COMPOSER, REVIEW)),
    _act("leave", "quit", "q", at=(LIST,), hint="quit"),
    _act("quit", "quit from anywhere", "^Q", at=_ALL),
)
