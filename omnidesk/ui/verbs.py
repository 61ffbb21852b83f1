"""What each action does: the one table from action ids to what the screen then does."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from omnidesk.core.language import N_
from omnidesk.ui import changing, deeds, moving, writing
from omnidesk.ui.keymap import ABOVE, ACTIONS, VIEWS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from omnidesk.ui.deskscreen import DeskScreen

    Verb = Callable[[DeskScreen], Awaitable[None] | None]

_DECIDED = ("join", "join.never", "person.join", "person.never", "person.add")
_ATTACHING = {
    "attach": "ask",
    "attach.review": "ask",
    "attach.off": "detach",
    "attach.complete": "complete",
    "attach.take": "take",
    "attach.leave": "leave",
}


class Late:
    """A function of a module that is imported when it is first called."""

    def __init__(self, module: str, name: str, **more: object) -> None:
        self._module, self._name, self._more = module, name, more

    def found(self) -> Callable[..., Awaitable[None] | None]:
        """The function itself."""
        made: Callable[..., Awaitable[None] | None]
        made = getattr(import_module(f"omnidesk.ui.{self._module}"), self._name)
        return made

    def __call__(self, screen: DeskScreen) -> Awaitable[None] | None:
        return self.found()(screen, **self._more)


def _call(screen: DeskScreen) -> Awaitable[None]:
    from omnidesk.ui.callform import ask

    return ask(screen, screen.rings[-1] if screen.rings else None)


def _supposing(name: str) -> Verb:
    def verb(screen: DeskScreen) -> Awaitable[None] | None:
        from omnidesk.ui import supposing

        return supposing.DEEDS[name](screen)

    return verb


def _attaching(deed: str) -> Verb:
    def verb(screen: DeskScreen) -> Awaitable[None] | None:
        from omnidesk.ui import attaching

        return attaching.DEEDS[deed](screen)

    return verb


VERBS: dict[str, Verb] = {
    "move.down": moving.move(1),
    "move.up": moving.move(-1),
    "move.top": moving.edge(-1),
    "move.bottom": moving.edge(1),
    "move.half_down": moving.half(1),
    "move.half_up": moving.half(-1),
    "open": deeds.open_talk,
    "unfold": lambda screen: screen.thread.unfold(),
    "back": deeds.back,
    "next.needing": moving.needing(1),
    "previous.needing": moving.needing(-1),
    "reply": lambda screen: writing.begin(screen, note=False),
    "note": lambda screen: writing.begin(screen, note=True),
    "close": changing.doing("close", N_("{} closed, z opens what was closed"), leaves=True),
    "reopen": changing.doing("reopen", N_("{} open")),
    "take": changing.take,
    "assign": changing.assign,
    "status": changing.status,
    "tag": changing.tags,
    "priority.up": changing.doing("priority", N_("{} more urgent"), by=1),
    "priority.down": changing.doing("priority", N_("{} less urgent"), by=-1),
    "spam": changing.doing("spam", N_("{} closed as spam, z takes it back"), leaves=True),
    "erase": Late("erasing", "ask"),
    "snooze.hour": changing.snooze(lambda now: now + timedelta(hours=1)),
    "snooze.day": changing.snooze(changing.at_nine(lambda _: 1)),
    "snooze.week": changing.snooze(changing.at_nine(lambda now: 7 - now.weekday())),
    "snooze.reply": changing.snooze_until_he_writes,
    "snooze.date": changing.snooze_by_date,
    "select": changing.select,
    "select.range": changing.select_range,
    "clear": changing.clear_marks,
    **{f"question.{deed}": deeds.question(deed) for deed in ("take", "complete", "leave")},
    "send.again": deeds.send_again,
    "send.arrived": deeds.let_be,
    "why": Late("why", "show"),
    "split": Late("why", "show"),
    "undo": deeds.undo,
    "redo": deeds.redo,
    "copy.message": Late("taking", "copy_message"),
    "copy.address": Late("taking", "copy_address"),
    "copy.number": Late("taking", "copy_number"),
    "pin": Late("pinning", "pin"),
    "save": Late("taking", "save"),
    "preview": Late("preview", "show"),
    "links": Late("taking", "links"),
    "headers": lambda screen: screen.thread.show_headers(),
    "message.next": lambda screen: screen.thread.to_message(1),
    "message.previous": lambda screen: screen.thread.to_message(-1),
    "mark.read": deeds.doing(lambda desk, number: desk.mark_read(number), ""),
    "mark.unread": deeds.doing(lambda desk, number: desk.mark_unread(number), ""),
    "way.next": Late("ways", "next_way"),
    "reply.all": Late("recipients", "everyone"),
    "tell": Late("telling", "begin"),
    "forward": Late("forwarding", "begin"),
    "start": Late("starting", "begin"),
    "address.next": Late("addressing", "go_on"),
    "address.down": Late("addressing", "move", by=1),
    "address.up": Late("addressing", "move", by=-1),
    "address.review": writing.look_over,
    "address": Late("addressing", "to_whom"),
    "copies": Late("recipients", "edit"),
    "copies.take": Late("recipients", "take"),
    "copies.leave": Late("recipients", "leave"),
    "filter": Late("filtering", "ask", everything=False),
    "find": Late("filtering", "ask", everything=True),
    "find.all": deeds.find_all,
    "find.keep": Late("filtering", "leave", keep=True),
    "search": Late("searching", "show"),
    "filter.keep": Late("filtering", "leave", keep=True),
    "filter.clear": Late("filtering", "leave", keep=False),
    "customer": deeds.show_customer,
    **{f"view.{name}": moving.view(name) for name, _, _ in VIEWS},
    "order": moving.order,
    "tour": Late("tour", "show"),
    "redraw": Late("onscreen", "paint_anew"),
    "view.next": moving.view_beside(1),
    "view.previous": moving.view_beside(-1),
    "review": writing.look_over,
    "send": Late("sending", "send"),
    "send.close": Late("sending", "send", then_close=True),
    "edit": lambda screen: writing.resume(screen),
    "editor": Late("editor", "edit"),
    "template": Late("templating", "pick"),
    "send.later": Late("later", "ask"),
    **{name: _attaching(deed) for name, deed in _ATTACHING.items()},
    "compose.mode": writing.turn,
    "keep": writing.put_away,
    "discard": writing.discard,
    "call": _call,
    "ring.open": Late("ringing", "answer"),
    "news": Late("newsline", "open_newest"),
    "news.list": Late("newsline", "list_last"),
    "outbox": Late("outbox", "show"),
    "report": Late("numbers", "show"),
    "log": Late("logbook", "show"),
    "wish": Late("wishing", "ask"),
    "customer.enter": deeds.to_customer,
    "customer.leave": deeds.from_customer,
    "customer.down": deeds.pick_customer(1),
    "customer.up": deeds.pick_customer(-1),
    **{name: _supposing(name) for name in _DECIDED},
    "number.take": deeds.number(take=True),
    "number.leave": deeds.number(take=False),
    "suggestions": Late("doubtful", "show"),
    **{one.id: deeds.above(one.id) for one in ACTIONS if set(one.where) <= set(ABOVE)},
    "palette": Late("palette", "show"),
    "palette.typing": Late("palette", "show"),
    "theme": deeds.theme,
    "help": Late("help", "show"),
    "help.typing": Late("help", "show"),
    "leave": changing.leave,
    "quit": lambda screen: screen.leave(),
}


def verb_of(action: str) -> Verb:
    """What an action does; a user's own views have no line in the table."""
    return VERBS.get(action) or moving.view(action.removeprefix("view."))
