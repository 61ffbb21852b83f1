"""Commands that sort what there is: priority, spam, pin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from omnidesk.cli.acting import at_desk
from omnidesk.cli.app import NUMBER, common, omnidesk

if TYPE_CHECKING:
    from omnidesk.desk import Desk


@omnidesk.command()
@click.argument("number", type=NUMBER)
@click.argument("way", type=click.Choice(["up", "down"]))
@common
def priority(number: int, way: str) -> None:
    """Make a conversation more or less urgent.

    Example: omnidesk priority 12 up
    """

    async def act(desk: Desk) -> int:
        by = desk.raise_priority if way == "up" else desk.lower_priority
        return await by(number)

    print(f"#{number} has priority {at_desk(act)}")


@omnidesk.command()
@click.argument("numbers", type=NUMBER, nargs=-1, required=True, metavar="NUMBER...")
@common
def spam(numbers: tuple[int, ...]) -> None:
    """Close conversations as spam.

    They get the tag spam; undo brings all of them back.

    Example: omnidesk spam 12 13
    """
    changed = at_desk(lambda desk: desk.each(numbers, "spam"))
    print(f"{changed} closed as spam")


@omnidesk.command()
@click.argument("message", type=NUMBER)
@click.option("--drop", is_flag=True, help="Take the pin off.")
@common
def pin(message: int, drop: bool) -> None:
    """Pin a message: it is seen first in its conversation.

    MESSAGE is its id, as show -o json gives it.

    Example: omnidesk pin 345
    """
    changed = at_desk(lambda desk: desk.pin(message, pinned=not drop))
    state = "pinned no more" if drop else "pinned"
    print(f"message {message} is {state}{'' if changed else ' already'}")
