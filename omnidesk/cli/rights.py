"""Commands for a person's rights: contact export, contact erase."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omnidesk.cli.app import NUMBER, agent_of, common, load_config
from omnidesk.cli.contacts import contact
from omnidesk.cli.printing import say
from omnidesk.core.errors import NotFound
from omnidesk.core.safetext import safe_line

if TYPE_CHECKING:
    from omnidesk.config import Config
    from omnidesk.core.model import Contact
    from omnidesk.core.store import Erased
    from omnidesk.desk.rights import Exported


@contact.command("export")
@click.argument("id_", metavar="ID", type=NUMBER)
@click.option(
    "-o",
    "--output",
    "target",
    metavar="DIR|TAR",
    type=click.Path(path_type=Path),
    help="A new folder, or a new .tar or .tar.gz; contact-ID unless told.",
)
@common
def export_(id_: int, target: Path | None) -> None:
    """Write all that is held about a contact.

    Rows as JSON Lines, raw letters, attachments, drafts, events.

    Example: omnidesk contact export 12 -o ann.tar.gz
    """
    where = target or Path(f"contact-{id_}")
    written = asyncio.run(_export(load_config(), id_, where))
    print(f"{safe_line(str(where))}: {written.rows} rows, {written.files} files")
    if written.missing:
        say(f"{written.missing} files are named by rows and are not in the store")


async def _export(config: Config, id_: int, target: Path) -> Exported:
    from omnidesk.desk import rights
    from omnidesk.wiring import open_store

    async with open_store(config) as store:
        return await rights.export(store, id_, target)


@contact.command("erase")
@click.argument("id_", metavar="ID", type=NUMBER)
@click.option("--yes", is_flag=True, help="Do not ask.")
@common
def erase(id_: int, yes: bool) -> None:
    """Erase a contact and all that he said, for ever.

    His conversations go whole; in those of others his own messages are emptied.

    Example: omnidesk contact erase 12
    """
    config = load_config()
    actor = agent_of(config).id
    found = asyncio.run(_whom(config, id_))
    if found is not None and not yes:
        who, count = found
        named = safe_line(who.name) or "no name"
        known = safe_line(", ".join(str(one.handle) for one in who.handles))
        print(f"contact {who.id}, {named} ({known}), {count} conversations")
        click.confirm("Erase all of it for ever?", abort=True)
    erased, copies = asyncio.run(_erase(config, id_, actor))
    if erased is None:
        print(f"contact {id_} was erased before; the files are clean now")
        return
    print(
        f"contact {id_} is erased: {erased.conversations} conversations, {erased.messages} messages"
        f", {erased.elsewhere} in conversations of others, {erased.files} files"
    )
    for copy in copies:
        say(f"{copy} was made before an upgrade and is as it was; remove it when you can")


async def _whom(config: Config, id_: int) -> tuple[Contact, int] | None:
    from omnidesk.desk import rights
    from omnidesk.wiring import open_store

    async with open_store(config) as store:
        try:
            return await rights.whom(store, id_)
        except NotFound:
            return None


async def _erase(config: Config, id_: int, actor: str) -> tuple[Erased | None, tuple[Path, ...]]:
    """What was erased, and the copies that were not reached."""
    from omnidesk.desk import rights
    from omnidesk.wiring import open_store

    async with open_store(config) as store:
        return await rights.erase(store, id_, actor, datetime.now(UTC)), store.copies
