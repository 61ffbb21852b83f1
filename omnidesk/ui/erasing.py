"""A customer erased for ever, after a question that nobody answers by accident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import _, ngettext
from omnidesk.core.safetext import safe_line
from omnidesk.core.value import dataclass
from omnidesk.ui.changing import chosen

if TYPE_CHECKING:
    from omnidesk.core.model import Contact
    from omnidesk.core.store import Reads
    from omnidesk.desk import Desk
    from omnidesk.ui.deskscreen import DeskScreen

_WORDS = ("erase", "стереть")
_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What goes with a contact: his conversations by number, and how many messages they hold.

    `more` where there are more than could be counted while somebody waits.
    """

    numbers: tuple[int, ...]
    messages: int
    more: bool


def weigh(reads: Reads, contact: int) -> Weight:
    """Count what erasing a contact would take away."""
    numbers = tuple(row.number for row in reads.conversations_of(contact, limit=_MOST))
    messages = 0
    for number in numbers:
        messages += len(reads.messages(number, limit=_MOST + 1))
        if messages > _MOST:
            break
    more = len(numbers) == _MOST or messages > _MOST
    return Weight(numbers=numbers, messages=messages, more=more)


async def ask(screen: DeskScreen) -> None:
    """Say what goes, and wait for the word that means it."""
    if len(chosen(screen)) > 1:
        screen.say(_("# erases one customer: Esc drops the selection"), alarm=True)
        return
    opened, desk = await screen.now_open(), screen.desk
    if opened is None or desk is None:
        return
    contact = opened.contact
    try:
        weight = await desk.store.read(lambda reads: weigh(reads, contact.id))
    except OmnideskError as error:
        screen.say(str(error), alarm=True)
        return
    from omnidesk.ui.question import Question
    from omnidesk.ui.question import ask as put

    def told(typed: str) -> tuple[str, bool]:
        if typed.strip().casefold() in _WORDS:
            return _("Enter erases it"), True
        return _("type erase to do it"), False

    async def take(_typed: str) -> None:
        await _erase(screen, desk, contact, weight)

    title = _("ERASE {name} for ever: {conversations}, {messages}").format(
        name=safe_line(contact.name, 24) or _("no name"), **_counted(weight)
    )
    await put(Question(screen, title, told, take), screen)


def _counted(weight: Weight) -> dict[str, str]:
    talks, said = len(weight.numbers), weight.messages
    messages = ngettext("{n} message", "{n} messages", said).format(n=said)
    return {
        "conversations": ngettext("{n} conversation", "{n} conversations", talks).format(n=talks),
        "messages": _("{messages} and more").format(messages=messages) if weight.more else messages,
    }


async def _erase(screen: DeskScreen, desk: Desk, contact: Contact, weight: Weight) -> None:
    composer = screen.composer
    if composer is not None and composer.number in weight.numbers:
        from omnidesk.ui.writing import close

        composer.done = True  # nothing of it is saved any more
        await close(screen, composer)

    async def job() -> str:
        from omnidesk.desk import rights

        erased = await rights.erase(desk.store, contact.id, desk.agent.id, screen.clock())
        _forget(screen, weight)
        if copies := desk.store.copies:
            folder = "/".join(copies[0].parts[-3:-1])
            said = _("erased, but for copies made before an upgrade: {folder}")
            return said.format(folder=safe_line(folder))
        if erased is None:
            return _("this customer was erased before; the files are clean now")
        files = ngettext("{n} file", "{n} files", erased.files).format(n=erased.files)
        gone = Weight(numbers=(0,) * erased.conversations, messages=erased.messages, more=False)
        said = _("erased for ever: {conversations}, {messages}, {files}")
        return said.format(files=files, **_counted(gone))

    screen.jobs.put(job)


def _forget(screen: DeskScreen, weight: Weight) -> None:
    """Nothing of it stays on the screen either."""
    for number in weight.numbers:
        screen.inbox.drop(number)
    if screen.thread.number in weight.numbers:
        screen.thread.show(None)
        screen.customer.show(None)
        screen.be_reading(False)
        screen.set_focus(screen.inbox)
