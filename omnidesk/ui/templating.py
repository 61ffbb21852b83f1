"""A text that is often said, put where the cursor stands."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from textual.widgets.text_area import Selection

from omnidesk.core.errors import OmnideskError
from omnidesk.core.language import _
from omnidesk.core.routing import Route
from omnidesk.core.safetext import SafeText, safe_line, strip_codes

if TYPE_CHECKING:
    from omnidesk.desk import Desk
    from omnidesk.desk.templates import Rendered, Template
    from omnidesk.ui.composer import Composer
    from omnidesk.ui.deskscreen import DeskScreen

_VARIABLE = re.compile(r"\{\{[^{}\n]*\}\}")


async def pick(screen: DeskScreen) -> None:
    """Let the hand choose a template."""
    composer, desk = screen.composer, screen.desk
    if composer is None or desk is None or composer.done:
        return
    try:
        known = await desk.templates()
    except OmnideskError as error:
        screen.say(str(error), alarm=True)
        return
    if not known:
        folder = desk.settings.templates
        screen.say(
            _("there are no templates; put NAME.txt into {folder}").format(folder=folder)
            if folder
            else _("there are no templates; the config names no folder for them")
        )
        return
    from omnidesk.ui.picker import Picker

    async def take(chosen: Template) -> None:
        await _insert(screen, composer, chosen)

    options = [(one.name, SafeText(_shown(one)), one) for one in known]
    await screen.app.push_screen(Picker(screen, _("TEMPLATE"), options, take))


def _shown(one: Template) -> SafeText:
    name, title = safe_line(one.name, 20), safe_line(one.title)
    return title if title == name else SafeText(f"{name}  {title}")


async def _insert(screen: DeskScreen, composer: Composer, chosen: Template) -> None:
    desk = screen.desk
    if desk is None or composer.done:
        return
    try:
        filled = await _filled(desk, composer, chosen)
    except OmnideskError as error:
        screen.say(str(error), alarm=True)
        return
    from omnidesk.ui.writing import resume

    resume(screen)
    field = composer.writing
    begin, end = sorted(field.selection)
    field.replace(strip_codes(filled.text)[0], begin, end)
    if filled.unfilled:
        point_at_unfilled(screen, composer)


async def _filled(desk: Desk, composer: Composer, chosen: Template) -> Rendered:
    """The template filled in for the conversation, also for one that is not there yet."""
    if composer.opened is not None:
        return await desk.render(chosen.name, composer.number, via=composer.via)
    from omnidesk.desk.filling import fill
    from omnidesk.desk.templates import Facts, read

    route = composer.route if isinstance(composer.route, Route) else None
    variants = [route.way.channel, route.way.handle.scheme] if route else []
    facts = Facts(
        contact=route.to[0].name if route else "",
        agent=desk.agent.name,
        desk=desk.settings.name,
        number=composer.number,
        subject=composer.whom.subject,
    )
    source = await asyncio.to_thread(read, desk.settings.templates, chosen.name, variants)
    return await asyncio.to_thread(fill, chosen.name, source, facts.values())


def point_at_unfilled(screen: DeskScreen, composer: Composer) -> bool:
    """Select the first variable that is not filled in, and say where; False where none is."""
    for row, line in enumerate(composer.text.split("\n")):
        found = _VARIABLE.search(line)
        if found:
            from omnidesk.ui.writing import resume

            resume(screen)
            composer.writing.selection = Selection((row, found.start()), (row, found.end()))
            words = _("line {line}: {variable} is not filled in; write what belongs there")
            screen.say(words.format(line=row + 1, variable=found[0]), alarm=True)
            return True
    return False
