"""Commands about templates: what there is, and what one says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from omnidesk.cli.acting import at_desk
from omnidesk.cli.app import NUMBER, TEXT, as_json, common, omnidesk
from omnidesk.cli.printing import print_json, say
from omnidesk.core.safetext import safe, safe_line

if TYPE_CHECKING:
    from omnidesk.desk import Desk
    from omnidesk.desk.templates import Template


@omnidesk.group()
@common
def template() -> None:
    """Use texts that are often said.

    They are files templates/NAME.txt beside the config.

    Example: omnidesk template list
    """


@template.command("list")
@as_json
@common
def list_(json: bool) -> None:
    """List the templates.

    Example: omnidesk template list
    """
    found = at_desk(lambda desk: desk.templates())
    for one in found:
        _print(one, json)
    if not found and not json:
        say("there is no template; put one into templates/NAME.txt beside the config")


def _print(one: Template, json: bool) -> None:
    if json:
        print_json({"name": one.name, "title": one.title, "variants": list(one.variants)})
    else:
        print(
            "\t".join(
                safe_line(part) for part in (one.name, one.title, ", ".join(one.variants)) if part
            )
        )


@template.command()
@click.argument("name", type=TEXT)
@click.argument("number", type=NUMBER)
@click.option("--via", metavar="CHANNEL", type=TEXT, help="As it would leave by another channel.")
@common
def show(name: str, number: int, via: str | None) -> None:
    """Show a template, filled in for a conversation.

    Example: omnidesk template show hello 12
    """

    async def act(desk: Desk) -> tuple[str, tuple[str, ...]]:
        rendered = await desk.render(name, number, via=via)
        return rendered.text, rendered.unfilled

    text, unfilled = at_desk(act)
    print(safe(text))
    if unfilled:
        say(f"not filled in: {', '.join(unfilled)}")
