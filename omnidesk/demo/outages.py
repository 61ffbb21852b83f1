"""What goes wrong at the demo's servers, and comes right by itself."""

from __future__ import annotations

from omnidesk.demo.world import World


async def moved_mailboxes(world: World) -> None:
    """The IMAP server goes down and comes back with its letters under new numbers."""
    world.tell("the IMAP server goes down")
    await world.sandbox.mail.imap.stop()
    await world.pause(12)
    world.tell("the IMAP server is back, all letters under new numbers (another UIDVALIDITY)")
    await world.sandbox.mail.renumber_imap()


async def hurried_poller(world: World) -> None:
    """The Bot API asks the desk to poll later."""
    world.tell("the Bot API asks to wait 2 s before the next poll (429)")
    world.sandbox.bot.fault("getUpdates", retry_after=2)


async def second_poller(world: World) -> None:
    """Another program polls the same bot once: the desk waits half a minute, then goes on."""
    world.tell("another program polls the same bot (409)")
    world.sandbox.bot.fault("getUpdates", status=409)
