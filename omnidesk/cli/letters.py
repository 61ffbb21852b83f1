"""Commands about letters in files: parse, import."""

from __future__ import annotations

import asyncio
import hashlib
import sys
import tempfile
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click

from omnidesk.cli import asjson, astext
from omnidesk.cli.app import TEXT, as_json, common, given, load_config, omnidesk
from omnidesk.cli.importing import Headed, Importer, Tally, in_order
from omnidesk.cli.mailfiles import find
from omnidesk.cli.printing import print_json, say
from omnidesk.core.errors import NotFound, OmnideskError
from omnidesk.core.model import Attachment

if TYPE_CHECKING:
    from omnidesk.config import ChannelConfig, Config
    from omnidesk.core.channel import IncomingFile

_SAY_SECONDS = 2.0


class CannotImport(OmnideskError):
    """Nothing can be imported so, and why."""


@omnidesk.command()
@click.argument(
    "files", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="FILE..."
)
@as_json
@common
def parse(files: tuple[Path, ...], json: bool) -> int:
    """Show what raw letters would become.

    Touches no store. Our own addresses are known by the config, if there is one.

    Example: omnidesk parse letter.eml -o json
    """
    from omnidesk.wiring import letter_reader

    own = _own_addresses()
    failed = False
    with tempfile.TemporaryDirectory(prefix="omnidesk-") as spool:
        read = letter_reader(own, Path(spool))
        for file in files:
            try:
                incoming = read(file)
                attachments = [_attachment(one) for one in incoming.files]
            except OSError as error:
                failed = True
                say(f"{file}: {error.strerror or error}; check the path")
                continue
            if json:
                print_json(asjson.letter(str(file), incoming, attachments))
                continue
            for line in astext.letter(str(file), incoming, attachments):
                print(line)
    return int(failed)


def _own_addresses() -> frozenset[str]:
    """Our addresses, where there is a config; one that is named must be there."""
    from omnidesk.locations import config_file
    from omnidesk.wiring import own_addresses

    if given().config is None and not config_file().exists():
        return frozenset()
    return own_addresses(load_config())


def _attachment(file: IncomingFile) -> Attachment:
    """A file as the store would keep it; one in the spool is gone afterwards."""
    size, sha256 = file.size, None
    if isinstance(file.content, Path):
        with file.content.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
            size = content.tell()
        file.content.unlink()
    elif file.content is not None:
        size, sha256 = len(file.content), hashlib.sha256(file.content).hexdigest()
    return Attachment(
        id=0,
        name=file.name,
        media_type=file.media_type,
        size=size,
        sha256=sha256,
        inline=file.inline,
        content_id=file.content_id,
        missing=file.missing,
    )


@omnidesk.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--channel", required=True, type=TEXT, help="The mailbox that they came to.")
@common
def import_(path: Path, channel: str) -> int:
    """Bring in old letters.

    PATH is an .eml, an mbox, a Maildir, or a folder of them. Dates and threads are kept, nothing
    is sent or answered, and a second time adds nothing.

    Example: omnidesk import ~/Maildir --channel support
    """
    config = load_config()
    into = _mailbox(config, channel)
    tally = asyncio.run(_import(config, into, path))
    known = f", {tally.known} were here already" if tally.known else ""
    print(f"{tally.new} letters imported{known}")
    return int(tally.unread > 0)


def _mailbox(config: Config, name: str) -> ChannelConfig:
    found = config.channels.get(name)
    if found is None:
        near = get_close_matches(name, config.channels, n=1)
        known = ", ".join(config.channels) or "none"
        hint = f"did you mean {near[0]}?" if near else f"configured are: {known}"
        raise NotFound(f"there is no channel {name}; {hint}")
    if found.kind.capabilities(found.settings).handle_scheme != "mailto":
        raise CannotImport(f"{name} carries no letters; --channel names a mailbox of the config")
    return found


async def _import(config: Config, channel: ChannelConfig, path: Path) -> Tally:
    from omnidesk.wiring import letter_reader, make_intake, open_store, own_addresses

    letters, unread = _headed(path)
    async with open_store(config) as store:
        importer = Importer(
            store,
            channel.name,
            await make_intake(config, channel, store),
            letter_reader(own_addresses(config), store.spool),
            _progress(len(letters)),
            lambda found, error: say(f"{found.path}: {error.strerror or error}; left out"),
        )
        await importer.take(in_order(letters))
    importer.tally.unread += unread
    return importer.tally


def _headed(path: Path) -> tuple[list[Headed], int]:
    """Every letter there is with its place among the others, and how many cannot be read."""
    from omnidesk.wiring import letter_head

    if not path.exists():
        raise CannotImport(f"{path}: no such file or folder; check the path")
    headed: list[Headed] = []
    unread = 0
    for found in find(path):
        try:
            headed.append(Headed(found, letter_head(found.head())))
        except OSError as error:
            unread += 1
            say(f"{found.path}: {error.strerror or error}; left out")
    if not headed and not unread:
        raise CannotImport(f"{path}: no letters there; .eml, mbox and Maildir are read")
    return headed, unread


def _progress(total: int) -> Callable[[Tally], None]:
    """Say now and then how far it is, where somebody may be waiting."""
    last = monotonic()

    def told(tally: Tally) -> None:
        nonlocal last
        if monotonic() - last < _SAY_SECONDS:
            return
        last = monotonic()
        say(f"{tally.new + tally.known + tally.unread} of {total} letters")
        sys.stderr.flush()

    return told
