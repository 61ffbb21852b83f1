"""What is done to the conversation under the hand, or to all that are selected."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from omnidesk.core.dates import Unclear, read_moment
from omnidesk.core.language import N_, _, ngettext
from omnidesk.core.model import State
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui.local import moment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from omnidesk.ui.deskscreen import DeskScreen

    Verb = Callable[[DeskScreen], Awaitable[None] | None]

_WORKED_OFF = frozenset({"inbox", "mine", "unassigned", "waiting", "snoozed"})
_NOTHING: Mapping[str, object] = {}
_BECAME = {
    State.OPEN: N_("{} open, z takes it back"),
    State.WAITING: N_("{} waiting, z takes it back"),
    State.SNOOZED: N_("{} snoozed, z takes it back"),
    State.CLOSED: N_("{} closed, z takes it back"),
}


def chosen(screen: DeskScreen) -> tuple[int, ...]:
    """The conversations that a change is for."""
    if screen.focused is screen.inbox and screen.inbox.marks:
        return screen.inbox.marks.numbers(screen.inbox.window)
    return () if screen.number is None else (screen.number,)


def _named(numbers: tuple[int, ...]) -> str:
    if len(numbers) == 1:
        return f"#{numbers[0]}"
    count = len(numbers)
    return ngettext("{n} conversation", "{n} conversations", count).format(n=count)


def change(
    screen: DeskScreen,
    numbers: tuple[int, ...],
    verb: str,
    said: str,
    words: Mapping[str, object] = _NOTHING,
    **more: object,
) -> None:
    """Queue a change of these; `{}` in what is said stands for them, `words` fill in the rest."""
    desk = screen.desk
    if desk is None or not numbers:
        return

    async def job() -> str:
        try:
            changed = await desk.each(numbers, verb, **more)
        finally:
            screen.leaving.difference_update(numbers)
        pattern = said if changed else _("{}: it is so already")
        return pattern.format(_named(numbers), **words)

    screen.jobs.put(job)
    screen.inbox.select_nothing()


def let_go(screen: DeskScreen, numbers: tuple[int, ...]) -> None:
    """What is done leaves the list at once, and the next one is under the hand."""
    set_aside(screen, numbers)
    if screen.focused is screen.thread:
        screen.be_reading(False)
        screen.set_focus(screen.inbox)


def set_aside(screen: DeskScreen, numbers: tuple[int, ...]) -> None:
    """Take what is about to be done out of the list, where that is worked off."""
    if screen.view in _WORKED_OFF:
        screen.leaving.update(numbers)
        for number in numbers:
            screen.inbox.drop(number)


def doing(verb: str, said: str, *, leaves: bool = False, **more: object) -> Verb:
    """A change that needs no question; what is said is translated when it is."""

    def do(screen: DeskScreen) -> None:
        numbers = chosen(screen)
        change(screen, numbers, verb, _(said), _NOTHING, **more)
        if leaves:
            let_go(screen, numbers)

    return do


def take(screen: DeskScreen) -> None:
    """Make them one's own."""
    if screen.desk is not None:
        change(screen, chosen(screen), "assign", _("{} yours"), agent=screen.desk.agent.id)


def assign(screen: DeskScreen) -> None:
    """Ask whose they shall be."""
    from omnidesk.ui.picker import Picker

    desk, numbers = screen.desk, chosen(screen)
    if desk is None or not numbers:
        return
    options: list[tuple[str, SafeText, str | None]] = [
        (one.id, safe_line(f"{one.name} ({one.id})"), one.id) for one in desk.agents
    ]
    options.append(("-nobody", SafeText(_("nobody")), None))

    def give(agent: str | None) -> None:
        said = _("{} given to {agent}") if agent else _("{} given to nobody")
        change(screen, numbers, "assign", said, {"agent": agent}, agent=agent)

    title = _("{}: whose?").format(_named(numbers))
    screen.app.push_screen(Picker(screen, title, options, give))


def status(screen: DeskScreen) -> None:
    """Ask how they shall stand."""
    from omnidesk.ui.picker import Picker

    numbers = chosen(screen)
    if not numbers:
        return
    options = [
        ("open", SafeText(_("open: it is our turn")), State.OPEN),
        ("waiting", SafeText(_("waiting: the customer owes an answer")), State.WAITING),
        ("snoozed", SafeText(_("snoozed: until the customer writes")), State.SNOOZED),
        ("closed", SafeText(_("closed: nothing is open about it")), State.CLOSED),
    ]
    verbs = {
        State.OPEN: "reopen",
        State.WAITING: "wait",
        State.SNOOZED: "snooze",
        State.CLOSED: "close",
    }

    def set_state(state: State) -> None:
        change(screen, numbers, verbs[state], _(_BECAME[state]))
        if state in (State.SNOOZED, State.CLOSED):
            let_go(screen, numbers)

    title = _("{} shall be").format(_named(numbers))
    screen.app.push_screen(Picker(screen, title, options, set_state))


async def tags(screen: DeskScreen) -> None:
    """Ask for tags to add, and with a minus to drop."""
    from omnidesk.ui.question import Question, ask

    desk, numbers = screen.desk, chosen(screen)
    if desk is None or not numbers:
        return
    known = await desk.store.read(lambda r: r.tags())

    def told(typed: str) -> tuple[str, bool]:
        add, drop = _read_tags(typed)
        words = [*(f"+{tag}" for tag in add), *(f"-{tag}" for tag in drop)]
        return (" ".join(words) or _("words; -word takes one away"), True)

    def retag(typed: str) -> None:
        add, drop = _read_tags(typed)
        if add or drop:
            words = " ".join([*(f"+{tag}" for tag in add), *(f"-{tag}" for tag in drop)])
            change(screen, numbers, "tag", "{} {tags}", {"tags": words}, add=add, drop=drop)

    title = _("tags of {}").format(_named(numbers))
    await ask(Question(screen, title, told, retag, known=known), screen)


def _read_tags(typed: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    words = [safe_line(word).strip(",#") for word in typed.split()]
    add = tuple(word.lstrip("+") for word in words if not word.startswith("-") and word.lstrip("+"))
    return add, tuple(word[1:] for word in words if word.startswith("-") and word[1:])


def snooze(until: Callable[[datetime], datetime]) -> Verb:
    """Put them off until a moment reckoned from now."""

    def snooze(screen: DeskScreen) -> None:
        _snooze(screen, chosen(screen), until(screen.clock().astimezone()))

    return snooze


def snooze_until_he_writes(screen: DeskScreen) -> None:
    """Put them off until the customer writes, and no longer."""
    numbers = chosen(screen)
    change(screen, numbers, "snooze", _("{} put off until the customer writes"), until=None)
    let_go(screen, numbers)


async def snooze_by_date(screen: DeskScreen) -> None:
    """Ask until when, in Russian or English."""
    from omnidesk.ui.question import Question, ask

    numbers = chosen(screen)
    if not numbers:
        return

    def told(typed: str) -> tuple[str, bool]:
        if not typed.strip():
            return _("tomorrow 10:00, 2h, monday, завтра, через 2 часа, 25 декабря"), False
        found = read_moment(typed, screen.clock())
        if isinstance(found, Unclear):
            return str(found), False
        said = _("{when}, or until the customer writes")
        return said.format(when=moment(found, year=True)), True

    def put_off(typed: str) -> None:
        found = read_moment(typed, screen.clock())
        if isinstance(found, datetime):
            _snooze(screen, numbers, found)

    title = _("put {} off until").format(_named(numbers))
    await ask(Question(screen, title, told, put_off), screen)


def _snooze(screen: DeskScreen, numbers: tuple[int, ...], then: datetime) -> None:
    said = _("{} put off until {when}, or until the customer writes")
    words = {"when": moment(then, year=True)}
    change(screen, numbers, "snooze", said, words, until=then.astimezone(UTC))
    let_go(screen, numbers)


def at_nine(days: Callable[[datetime], int]) -> Callable[[datetime], datetime]:
    """Nine in the morning, so many days from now."""

    def until(now: datetime) -> datetime:
        there = now.replace(tzinfo=None, hour=9, minute=0, second=0, microsecond=0)
        return (there + timedelta(days=days(now))).astimezone()

    return until


def select(screen: DeskScreen) -> None:
    """Select the row under the cursor, or take it out."""
    if screen.inbox.number is not None:
        screen.inbox.marks.toggle(screen.inbox.number)
        screen.inbox.show_marks()


def select_range(screen: DeskScreen) -> None:
    """Begin a range, or keep it."""
    screen.inbox.marks.turn_range(screen.inbox.window)
    screen.inbox.show_marks()


def clear(screen: DeskScreen) -> bool:
    """Drop the selection, else the filter; False where there was neither."""
    if screen.inbox.marks:
        screen.inbox.select_nothing()
    elif screen.words:
        screen.look_at(screen.view)
    else:
        return False
    return True


def clear_marks(screen: DeskScreen) -> None:
    """Show the whole list, and nothing selected."""
    clear(screen)


async def leave(screen: DeskScreen) -> None:
    """Quit, where there is nothing nearer to leave."""
    if not clear(screen):
        await screen.leave()
