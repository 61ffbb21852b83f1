"""Commands that write elsewhere than where a reply goes: new, forward, tell-elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from omnidesk.cli.acting import at_desk, engine_lives, leaves, said, warn
from omnidesk.cli.app import NUMBER, TEXT, common, omnidesk
from omnidesk.cli.moments import moment
from omnidesk.cli.printing import say
from omnidesk.core.errors import NotFound
from omnidesk.core.identity import normalise
from omnidesk.core.model import Address, Direction
from omnidesk.core.stored import stored_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from omnidesk.core.model import Message
    from omnidesk.core.store import Reads
    from omnidesk.desk import Desk

_LOOKED_AT = 100


def _many(name: str, metavar: str, help: str, type: Any = TEXT) -> Callable[[Any], Any]:
    return click.option(name, metavar=metavar, type=type, multiple=True, help=help)


_cc = _many("--cc", "ADDRESS", "Who gets a copy; may be given several times.")
_bcc = _many("--bcc", "ADDRESS", "Who gets a copy that nobody sees.")
_attach = _many(
    "--attach",
    "FILE",
    "A file to send with it; may be given several times.",
    click.Path(path_type=Path),
)
_via = click.option("--via", metavar="CHANNEL", type=TEXT, help="By this channel.")
_text = click.option("--text", type=TEXT, help="What to say; - reads it from standard input.")
_later = click.option(
    "--later", type=TEXT, metavar="WHEN", help="Hold it until then: tomorrow 9:00."
)


@omnidesk.command()
@click.argument("to", type=TEXT)
@click.argument("words", type=TEXT, required=False, metavar="[TEXT|-]")
@click.option("--subject", type=TEXT, default="", help="What it is about.")
@_text
@_via
@_cc
@_bcc
@_attach
@click.option("--name", type=TEXT, default="", help="The name of a contact who is new.")
@_later
@common
def new(
    to: str,
    words: str | None,
    subject: str,
    text: str | None,
    via: str | None,
    cc: tuple[str, ...],
    bcc: tuple[str, ...],
    attach: tuple[Path, ...],
    name: str,
    later: str | None,
) -> None:
    """Begin a conversation.

    TO is an address, a telephone number, a handle as omnidesk contact show prints it, a contact's
    id, or a name that only one contact has. A chat can be begun only with whoever wrote there.

    Example: omnidesk new dan@example.org --subject "Our offer" --text "Dear Dan" --via support
    """
    what = said(words, text, silent=bool(attach))
    copies, hidden = _people(cc, "--cc"), _people(bcc, "--bcc")
    due = moment(later, "--later") if later is not None else None
    written, living = at_desk(
        lambda desk: _with_engine(
            desk,
            desk.start(
                to,
                subject,
                what,
                via=via,
                cc=copies,
                bcc=hidden,
                files=attach,
                name=name,
                later=due,
            ),
        )
    )
    print(f"#{written.conversation}: {leaves(written, 'message')}")
    warn(written, living)


@omnidesk.command()
@click.argument("number", type=NUMBER)
@click.argument("words", type=TEXT, required=False, metavar="[TEXT|-]")
@_many("--to", "ADDRESS", "Whom to; may be given several times.")
@click.option("--message", type=NUMBER, metavar="ID", help="Another one than the last received.")
@_text
@_via
@_cc
@_bcc
@_attach
@click.option("--no-files", is_flag=True, help="Without the files of the message.")
@_later
@common
def forward(
    number: int,
    words: str | None,
    to: tuple[str, ...],
    message: int | None,
    text: str | None,
    via: str | None,
    cc: tuple[str, ...],
    bcc: tuple[str, ...],
    attach: tuple[Path, ...],
    no_files: bool,
    later: str | None,
) -> None:
    """Pass a message on to somebody else by letter.

    Its files go with it. The customer learns nothing of it and goes on waiting for his reply. What
    is answered opens a conversation of its own, linked to this one.

    Example: omnidesk forward 12 --to service@example.org --text "Is this covered?"
    """
    if not to:
        raise click.UsageError("whom to? give --to ADDRESS")
    what = said(words, text) if words is not None or text is not None else ""
    whom, copies, hidden = _people(to, "--to"), _people(cc, "--cc"), _people(bcc, "--bcc")
    due = moment(later, "--later") if later is not None else None

    async def act(desk: Desk) -> tuple[Message, bool]:
        passed = await desk.store.read(lambda reads: _passed(reads, number, message))
        own = [] if no_files else [f for f in map(stored_entry, passed.attachments) if f]
        files = [*map(Path, own), *attach] if no_files or attach else None
        return await _with_engine(
            desk,
            desk.forward(
                number,
                passed.id,
                whom,
                what,
                cc=copies,
                bcc=hidden,
                via=via,
                files=files,
                later=due,
            ),
        )

    written, living = at_desk(act)
    print(leaves(written, f"message {written.forwards}"))
    warn(written, living)


@omnidesk.command("tell-elsewhere")
@click.argument("number", type=NUMBER)
@click.argument("words", type=TEXT, required=False, metavar="[TEXT|-]")
@_text
@common
def tell_elsewhere(number: int, words: str | None, text: str | None) -> int:
    """Say the same by every other channel that waits.

    For a customer who asked by letter and by chat: each gets a message of its own.

    Example: omnidesk tell-elsewhere 12 "Answered by letter."
    """
    what = said(words, text)

    async def act(desk: Desk) -> tuple[list[Message], bool]:
        return await desk.tell_elsewhere(number, what), await engine_lives(desk)

    told, living = at_desk(act)
    for written in told:
        print(leaves(written, "message"))
    if not told:
        say(f"nothing waits for an answer in #{number}")
        return 1
    warn(told[0], living)
    return 0


async def _with_engine(desk: Desk, writing: Any) -> tuple[Message, bool]:
    return await writing, await engine_lives(desk)


def _passed(reads: Reads, number: int, message: int | None) -> Message:
    """The message to pass on: the one that is named, else the last that was received."""
    if message is not None:
        found = reads.message(message)
    else:
        said_there = reversed(reads.messages(reads.kept_by(number), limit=_LOOKED_AT))
        found = next(filter(_is_heard, said_there), None)
    if found is None:
        what = f"message {message}" if message is not None else "received message"
        raise NotFound(f"there is no {what} in [#{number}]; omnidesk show {number}")
    return found


def _is_heard(message: Message) -> bool:
    """Whether a person said it to us: no report, no machine, no copy."""
    if message.direction is not Direction.IN or message.copy_of is not None:
        return False
    return message.bounce is None and message.automatic is None


def _people(typed: Iterable[str], option: str) -> tuple[Address, ...]:
    """`ann@example.org` or `Ann <ann@example.org>`."""
    found = []
    for one in typed:
        name, angle, bare = one.strip().removesuffix(">").rpartition("<")
        handle = normalise("mailto", bare)
        if handle is None or (name and not angle):
            raise click.BadParameter(f"{one!r} is no address", param_hint=option)
        found.append(Address(name.strip(' "'), handle.value))
    return tuple(found)
