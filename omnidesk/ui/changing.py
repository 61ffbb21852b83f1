"""What is done to the conversation under the hand, or to all that are selected."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from omnidesk.core.dates import Unclear, read_moment
from omnidesk.core.model import State
from omnidesk.core.safetext import SafeText, safe_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from omnidesk.ui.deskscreen import DeskScreen

    Verb = Callable[[DeskScreen], Awaitable[None] | None]

_WORKED_OFF = frozenset({"inbox", "mine", "unassigned", "waiting", "snoozed"})
_UNTIL_HE_WRITES = "until the customer writes"


def chosen(screen: DeskScreen) -> tuple[int, ...]:
    """The conversations that a change is for."""
    if screen.focused is screen.inbox and screen.inbox.marks:
        return screen.inbox.marks.numbers(screen.inbox.window)
    return () if screen.number is None else (screen.number,)


def _named(numbers: tuple[int, ...]) -> str:
    return f"#{numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} conversations"


def change(
    screen: DeskScreen, numbers: tuple[int, ...], verb: str, said: str, **more: object
) -> None:
    """Queue a change of these; `{}` in what is said stands for them."""
    desk = screen.desk
    if desk is None or not numbers:
        return

    async def job() -> str:
        try:
            changed = await desk.each(numbers, verb, **more)
        finally:
            screen.leaving.difference_update(numbers)
        return said.format(_named(numbers)) if changed else f"{_named(numbers)}: it is so already"

    screen.jobs.put(job)
    screen.inbox.select_nothing()


def let_go(screen: DeskScreen, numbers: tuple[int, ...]) -> None:
    """What is done leaves the list at once, and the next one is under the hand."""
    if screen.view in _WORKED_OFF:
        screen.leaving.update(numbers)
        for number in numbers:
            screen.inbox.drop(number)
    if screen.focused is screen.thread:
        screen.be_reading(False)
        screen.set_focus(screen.inbox)


def doing(verb: str, said: str, *, leaves: bool = False, **more: object) -> Verb:
    """A change that needs no question."""

    def do(screen: DeskScreen) -> None:
        numbers = chosen(screen)
        change(screen, numbers, verb, said, **more)
        if leaves:
            let_go(screen, numbers)

    return do


def take(screen: DeskScreen) -> None:
    """Make them one's own."""
    if screen.desk is not None:
        change(screen, chosen(screen), "assign", "{} yours", agent=screen.desk.agent.id)


def assign(screen: DeskScreen) -> None:
    """Ask whose they shall be."""
    from omnidesk.ui.picker import Picker

    desk, numbers = screen.desk, chosen(screen)
    if desk is None or not numbers:
        return
    options: list[tuple[str, SafeText, str | None]] = [
        (one.id, safe_line(f"{one.name} ({one.id})"), one.id) for one in desk.agents
    ]
    options.append(("-nobody", SafeText("nobody"), None))

    def give(agent: str | None) -> None:
        change(screen, numbers, "assign", f"{{}} given to {agent or 'nobody'}", agent=agent)

    screen.app.push_screen(Picker(screen, f"{_named(numbers)}: whose?", options, give))


def status(screen: DeskScreen) -> None:
    """Ask how they shall stand."""
    from omnidesk.ui.picker import Picker

    numbers = chosen(screen)
    if not numbers:
        return
    options = [
        ("open", SafeText("open: it is our turn"), State.OPEN),
        ("waiting", SafeText("waiting: the customer owes an answer"), State.WAITING),
        ("snoozed", SafeText("snoozed: until the customer writes"), State.SNOOZED),
        ("closed", SafeText("closed: nothing is open about it"), State.CLOSED),
    ]
    verbs = {
        State.OPEN: "reopen",
        State.WAITING: "wait",
        State.SNOOZED: "snooze",
        State.CLOSED: "close",
    }

    def set_state(state: State) -> None:
        change(screen, numbers, verbs[state], f"{{}} {state}, z takes it back")
        if state in (State.SNOOZED, State.CLOSED):
            let_go(screen, numbers)

    screen.app.push_screen(Picker(screen, f"{_named(numbers)} shall be", options, set_state))


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
        return (" ".join(words) or "words; -word takes one away", True)

    def retag(typed: str) -> None:
        add, drop = _read_tags(typed)
        if add or drop:
            words = " ".join([*(f"+{tag}" for tag in add), *(f"-{tag}" for tag in drop)])
            plain = words.replace("{", "").replace("}", "")
            change(screen, numbers, "tag", f"{{}} {plain}", add=add, drop=drop)

    await ask(Question(screen, f"tags of {_named(numbers)}", told, retag, known=known), screen)


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
    change(screen, numbers, "snooze", f"{{}} put off {_UNTIL_HE_WRITES}", until=None)
    let_go(screen, numbers)


async def snooze_by_date(screen: DeskScreen) -> None:
    """Ask until when, in Russian or English."""
    from omnidesk.ui.question import Question, ask

    numbers = chosen(screen)
    if not numbers:
        return

    def told(typed: str) -> tuple[str, bool]:
        if not typed.strip():
            return "tomorrow 10:00, 2h, monday, завтра, через 2 часа, 25 декабря", False
        found = read_moment(typed, screen.clock())
        if isinstance(found, Unclear):
            return str(found), False
        return f"comes back {_when(found)}, or when the customer writes", True

    def put_off(typed: str) -> None:
        found = read_moment(typed, screen.clock())
        if isinstance(found, datetime):
            _snooze(screen, numbers, found)

    await ask(Question(screen, f"put {_named(numbers)} off until", told, put_off), screen)


def _when(moment: datetime) -> str:
    there = moment.astimezone()
    return f"{there:%a} {there.day} {there:%b %Y %H:%M}"


def _snooze(screen: DeskScreen, numbers: tuple[int, ...], then: datetime) -> None:
    said = f"{{}} put off until {_when(then)}, or until the customer writes"
    change(screen, numbers, "snooze", said, until=then.astimezone(UTC))
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
