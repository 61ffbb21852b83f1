"""Which actions mean nothing just now, so that the last line does not offer them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from omnidesk.ui.composer import Composer
    from omnidesk.ui.deskscreen import DeskScreen


def _leaves(composer: Composer) -> bool:
    """Whether it goes to a customer, and how is the agent's to choose."""
    return not (composer.note or composer.whom.fixed)


def _has_copies(composer: Composer) -> bool:
    from omnidesk.core.routing import Route

    route = composer.route
    return _leaves(composer) and isinstance(route, Route) and route.way.capabilities.copies


def _may_turn(composer: Composer) -> bool:
    return composer.fields is None and not composer.whom.fixed


_WRITTEN: dict[str, Callable[[Composer], bool]] = {
    "copies": _has_copies,
    "send.later": _leaves,
    "way.next": _leaves,
    "attach": _leaves,
    "compose.mode": _may_turn,
}
"""What is asked of the text that is being written."""


def _somebody(screen: DeskScreen) -> bool:
    from omnidesk.ui.supposing import person_maybe

    return person_maybe(screen) is not None


def _offered(screen: DeskScreen) -> bool:
    return screen.thread.opened is not None and bool(screen.thread.opened.offered)


def _completes(screen: DeskScreen) -> bool:
    from omnidesk.ui.question import Question

    return any(question.completes for question in screen.query(Question))


_OF_SCREEN: dict[str, Callable[[DeskScreen], bool]] = {
    "question.complete": _completes,
    "person.join": _somebody,
    "person.never": _somebody,
    "person.add": _offered,
}
"""What is asked of the screen: of the customer who is shown, of the question that is open."""

ASKED = (*_WRITTEN, *_OF_SCREEN)
"""The actions that do not always mean something."""


def means(screen: DeskScreen, action: str) -> bool:
    """Whether an action would do something just now."""
    if screen.composer is not None and action in _WRITTEN:
        return _WRITTEN[action](screen.composer)
    return action not in _OF_SCREEN or _OF_SCREEN[action](screen)
