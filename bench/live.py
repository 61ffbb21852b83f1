"""P7 to P10: a running desk on the sandbox's servers: a push, a reply, memory, idleness."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.scene import Scene, folders
from bench.series import ms, p50, p99
from bench.start import HELLO, started
from bench.table import Figure
from bench.terminal import ROOT, Terminal, environment, memory, processor_of, python
from omnidesk.config import agent_for, load
from omnidesk.core.model import HealthState
from omnidesk.demo.sandbox import Sandbox
from omnidesk.desk import Desk
from omnidesk.wiring import desk_at, open_store, settings_of

_SECONDS = 20.0
_REST_SECONDS = 0.25
_WHO = "ann@customers.example.org"


@dataclass(frozen=True, slots=True)
class Living:
    """A desk with its engine and one screen."""

    sandbox: Sandbox
    desk: Desk
    engine: int
    screen: Terminal

    async def shown(self, words: str, act: Callable[[], Awaitable[object]]) -> float:
        """Seconds from what a customer does to a frame that shows his words."""
        began = time.perf_counter()
        painted = asyncio.create_task(
            asyncio.to_thread(self.screen.frame, lambda frame: words in frame.text, _SECONDS)
        )
        await act()
        return (await painted).at - began


@asynccontextmanager
async def living(addresses: tuple[str, ...]) -> AsyncIterator[Living]:
    """A sandbox, an engine that serves it, a screen that shows it, and a desk in this process."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-live-")))
        async with Sandbox(folder, addresses=addresses) as sandbox:
            config = load(sandbox.config)
            environ = folders(folder)
            omnidesk = python("-m", "omnidesk", "--config", str(sandbox.config))
            async with open_store(config) as store:
                desk = await desk_at(store, agent_for(config, "anna"), settings_of(config))
                engine = _engine(stack, [*omnidesk, "engine"], environ)
                await _until(lambda: _all_up(desk, len(addresses) + 1))
                screen = stack.enter_context(Terminal(omnidesk, environ))
                await asyncio.to_thread(screen.frame, lambda frame: "Inbox" in frame.text)
                await asyncio.to_thread(screen.quiet, 0.5)
                yield Living(sandbox, desk, engine, screen)


def _engine(stack: ExitStack, command: list[str], environ: dict[str, str]) -> int:
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(**environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def stop() -> None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(15)

    stack.callback(stop)
    return process.pid


async def _all_up(desk: Desk, count: int) -> bool:
    health = await desk.health()
    return len(health) >= count and all(one.state is HealthState.UP for one in health)


async def _until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(_SECONDS):
        while not await true():
            await asyncio.sleep(0.05)


async def measure(count: int) -> list[Figure]:
    """P7, P8 and the engine's part of P9, one after the other on one desk."""
    async with living(("support@desk.test",)) as alive:
        letters = await _pushes(alive, count, chat=False)
        chats = await _pushes(alive, count, chat=True)
        replies = await _replies(alive, count)
        held, _ = memory(alive.engine)
        await _large_letter(alive)
        after, most = memory(alive.engine)
    return [
        _pushed("a letter (IDLE)", letters),
        _pushed("a chat message (long poll)", chats),
        Figure(
            number="P8",
            felt="reply confirmed to SMTP accepted",
            goal="p50 <= 100 ms",
            reached=f"p50 {ms(p50(replies))}, p99 {ms(p99(replies))} ms ({count} replies)",
            good=p50(replies) <= 0.1,
        ),
        Figure(
            number="P9",
            felt="memory of the engine with e-mail and Telegram",
            goal="<= 75 MB; <= 150 MB over a 25 MB letter",
            reached=f"{held:.0f} MB; at most {most:.0f} MB, then {after:.0f}",
            good=held <= 75 and most <= 150,
        ),
    ]


def _pushed(what: str, times: list[float]) -> Figure:
    return Figure(
        number="P7",
        felt=f"the server's push to the painted row: {what}",
        goal="p50 <= 50, p99 <= 200 ms",
        reached=f"p50 {ms(p50(times))}, p99 {ms(p99(times))} ms ({len(times)} pushes)",
        good=p50(times) <= 0.05 and p99(times) <= 0.2,
    )


async def _pushes(alive: Living, count: int, *, chat: bool) -> list[float]:
    sandbox, times = alive.sandbox, []
    customer = sandbox.bot.customer(7001, "Kirill")

    async def write(words: str) -> None:
        if chat:
            customer.text(words)
        else:
            ids = f"Message-ID: <{words}@x>\r\nIn-Reply-To: <m0000z@x>"
            letter = f"From: Ann <{_WHO}>\r\nSubject: Q\r\n{ids}\r\n\r\n{words}\r\n"
            await sandbox.mail.imap.append(sandbox.mail.address, letter.encode())

    for index in range(count + 1):
        words = f"{'c' if chat else 'm'}{index:04d}z"
        took = await alive.shown(words, lambda words=words: write(words))  # type: ignore[misc]
        if index:  # the first makes a contact and a conversation
            times.append(took)
        await asyncio.to_thread(alive.screen.quiet, _REST_SECONDS)
    return times


async def _replies(alive: Living, count: int) -> list[float]:
    rows = await alive.desk.rows("inbox")
    number = next(row.number for row in rows if row.channel == "support")
    sent, times = alive.sandbox.mail.sent, []
    for index in range(count):
        there = len(sent)
        began = time.perf_counter()
        await alive.desk.reply(number, f"Answer {index}")
        async with asyncio.timeout(_SECONDS):
            while len(sent) == there:
                await asyncio.sleep(0.0005)
        times.append(time.perf_counter() - began)
        await asyncio.to_thread(alive.screen.quiet, _REST_SECONDS)
    return times


async def _large_letter(alive: Living) -> None:
    correspondent = alive.sandbox.correspondent(_WHO, "Ann")
    film = ("film.bin", bytes(range(256)) * (18 << 12))
    await alive.shown("enormous", lambda: _post(correspondent, film))


async def _post(correspondent: object, film: tuple[str, bytes]) -> None:
    await correspondent.write(  # type: ignore[attr-defined]
        "Q", "enormous", at=datetime.now(UTC), files=(film,)
    )


async def idle(seconds: float) -> Figure:
    """P10: what a desk with five channels costs while nothing happens."""
    names = ("support", "sales", "billing", "jobs")
    async with living(tuple(f"{name}@desk.test" for name in names)) as alive:
        await asyncio.sleep(2.0)
        pids = {"engine": alive.engine, "screen": alive.screen.pid}
        before = {name: processor_of(pid) for name, pid in pids.items()}
        began = time.perf_counter()
        await asyncio.to_thread(alive.screen.quiet, seconds, seconds)
        await asyncio.sleep(max(0.0, seconds - (time.perf_counter() - began)))
        took = time.perf_counter() - began
        used = {name: (processor_of(pid) - before[name]) / took for name, pid in pids.items()}
    return Figure(
        number="P10",
        felt=f"idle: screen and engine with 5 channels, {took:.0f} s",
        goal="<= 1 % of a core",
        reached=f"{sum(used.values()):.2%} ("
        + ", ".join(f"{name} {part:.2%}" for name, part in used.items())
        + ")",
        good=sum(used.values()) <= 0.01,
    )


def screen_memory(database: Path, size: str) -> Figure:
    """P9: what a screen holds after a thousand keys."""
    with tempfile.TemporaryDirectory(prefix="bench-memory-") as folder:
        scene = Scene(Path(folder), database)
        scene.without_engine()
        seen = scene.first_name()
        started(scene.command(), seen, scene.environ)  # the first start reads the whole config
        with Terminal(scene.command(), scene.environ) as terminal:
            terminal.frame(lambda frame: seen in frame.text)
            terminal.quiet()
            fresh, _ = memory(terminal.pid)
            for _ in range(10):
                terminal.press(b"j" * 100)
                terminal.quiet(0.3)
            later, _ = memory(terminal.pid)
        with Terminal(HELLO, scene.environ) as terminal:
            terminal.shows("Hello, World!")
            bare, _ = memory(terminal.pid)
    return Figure(
        number="P9",
        felt=f"memory of the screen, {size}",
        goal="<= 50 MB",
        reached=f"{fresh:.0f} MB painted, {later:.0f} MB after 1,000 keys",
        beside=f"hello {bare:.0f} MB",
        good=later <= 50,
    )
