"""The command that writes down what was said elsewhere: log-call."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from omnidesk.cli.app import NUMBER, TEXT, agent_of, common, load_config, omnidesk
from omnidesk.cli.moments import moment
from omnidesk.core.safetext import safe_line

if TYPE_CHECKING:
    from omnidesk.core.model import Message


@omnidesk.command("log-call")
@click.option("--handle", type=TEXT, help="Who: tel:+7..., or a number as it is dialled.")
@click.option("--text", type=TEXT, default="", help="What was said.")
@click.option("--direction", type=click.Choice(["in", "out"]), default="in", help="Who called.")
@click.option("--channel", type=TEXT, help="Which, where several are logged by hand.")
@click.option("--outcome", type=TEXT, default="", help="How it ended: answered, no answer.")
@click.option("--duration", type=TEXT, metavar="3m20s", help="How long it was.")
@click.option("--recording", type=TEXT, metavar="URL", help="Where it can be heard.")
@click.option("--call-back", type=TEXT, metavar="WHEN", help="Set it aside until then.")
@click.option("--conversation", type=NUMBER, help="Where it belongs, if not where it joins.")
@click.option("--name", type=TEXT, default="", help="The name of a contact who is new.")
@common
def log_call(
    handle: str | None,
    text: str,
    direction: str,
    channel: str | None,
    outcome: str,
    duration: str | None,
    recording: str | None,
    call_back: str | None,
    conversation: int | None,
    name: str,
) -> None:
    """Write down a call, a visit or a letter on paper.

    It joins what the contact is talking about; omnidesk undo takes it back. WHEN is a duration
    (2h, 3d), tomorrow, tomorrow 10:00, a date, or a date with a time.

    Example: omnidesk log-call --handle tel:+79161234567 --text "wants a new lid" --duration 3m20s
    """
    if handle is None and conversation is None:
        raise click.UsageError("whose call was it? give --handle tel:+7... or --conversation 12")
    back = moment(call_back, "--call-back") if call_back is not None else None
    took = _duration(duration) if duration is not None else None
    config = load_config()
    agent = agent_of(config)

    async def logging() -> Message:
        from omnidesk.wiring import open_desk

        async with open_desk(config, agent) as desk:
            return await desk.log_call(
                handle,
                text,
                channel=channel,
                direction=direction,
                outcome=outcome,
                duration=took,
                recording=recording,
                call_back=back,
                conversation=conversation,
                name=name,
            )

    written = asyncio.run(logging())
    until = f", back at {back.astimezone():%Y-%m-%d %H:%M}" if back else ""
    why = safe_line(written.why.partition(": ")[2])
    print(f"logged in #{written.conversation} by {safe_line(written.channel)}{until} ({why})")


def _duration(text: str) -> timedelta:
    from omnidesk.settings import duration

    try:
        return duration(text)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{text!r} is no duration; write 45s, 3m20s or 1h", param_hint="--duration"
        ) from None
