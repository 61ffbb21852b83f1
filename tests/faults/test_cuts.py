"""Each step of the walk cut exactly once: nothing lost, nothing twice, and named rightly."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from omnidesk.core.errors import StoreFull, Unreachable
from omnidesk.core.model import Agent, DeliveryState, Direction, HealthState, Message
from omnidesk.desk import Desk, DeskSettings
from omnidesk.engine.supervisor import Engine
from omnidesk.store.sqlite import SqliteStore
from tests.faults.faulty_store import faulty
from tests.faults.simulated import NAME, Clock, Provider, Step, able, go_on, served

pytestmark = pytest.mark.faults

ASKED = ("one", "two", "three", "four", "five")
ANSWERED = ("to one", "to one again", "to two")
MOST = 400
"""More steps than a walk has: a safe end for the loop over all of them."""


class Cut(BaseException):
    """The process is no more: not even its clean-up runs."""


class Knife:
    """Cuts at the step with this number, and at all that follow, as a dead process would."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.where = ""
        self._count = 0

    def __call__(self, step: str) -> None:
        self._count += 1
        if self._count >= self.at:
            self.where = self.where or step
            raise Cut(step)

    @property
    def fell(self) -> bool:
        return bool(self.where)


class Stumble:
    """Raises one error at one step, once; the engine that met it lives on."""

    def __init__(self, at: int, error: Callable[[str], Exception], steps: tuple[str, ...]) -> None:
        self.at = at
        self.where = ""
        self._error = error
        self._steps = steps
        self._count = 0

    def __call__(self, step: str) -> None:
        if not step.endswith(self._steps):
            return
        self._count += 1
        if self._count == self.at:
            self.where = step
            raise self._error(step)

    @property
    def fell(self) -> bool:
        return bool(self.where)


class Scene:
    """A provider with five questions, and a desk that wrote three answers."""

    def __init__(self, store: SqliteStore, provider: Provider, desk: Desk, clock: Clock) -> None:
        self.store = store
        self.provider = provider
        self.desk = desk
        self.clock = clock

    def engine(self, step: Step = go_on, *, idempotent: bool = False) -> Engine:
        store = faulty(self.store, step)
        line = served(self.provider, able(idempotent=idempotent), step)
        return Engine(store, [line], now=self.clock)

    async def messages(self) -> list[Message]:
        return await self.store.read(lambda r: list(r.every_message()))


@contextlib.asynccontextmanager
async def scene(folder: Path, *, idempotent: bool = False) -> AsyncIterator[Scene]:
    """Two questions are in and answered three times; three more wait at the provider."""
    folder.mkdir()
    provider, clock = Provider(idempotent=idempotent), Clock()
    async with SqliteStore(folder / "desk.db", readers=1) as store:
        capabilities = able(idempotent=idempotent)
        await store.write(lambda tx: tx.configure(NAME, NAME, capabilities, ()))
        desk = Desk(
            store,
            Agent(id="anna", name="Anna"),
            DeskSettings(undo_send=timedelta(0)),
            {NAME: capabilities},
            now=clock,
        )
        built = Scene(store, provider, desk, clock)
        provider.write("one", "ann", b"file one")
        provider.write("two", "bob")
        assert await built.engine(idempotent=idempotent).once() == {}
        numbers = {r.snippet: r.number for r in await desk.rows("inbox")}
        await desk.reply(numbers["one"], "to one")
        await desk.reply(numbers["one"], "to one again")
        await desk.reply(numbers["two"], "to two")
        provider.write("three", "ann", b"file three")
        provider.write("four", "bob")
        provider.write("five", "cid", b"file five")
        yield built


def check_in(messages: list[Message], where: str) -> None:
    inbound = Counter(m.text for m in messages if m.direction is Direction.IN)
    assert inbound == Counter(ASKED), where
    with_files = {m.text: len(m.attachments) for m in messages if m.attachments}
    assert with_files == {"one": 1, "three": 1, "five": 1}, where


def check_out(messages: list[Message], provider: Provider, where: str) -> int:
    """Each reply once, in its order; how many are left for a person to ask."""
    replies = [m for m in messages if m.direction is Direction.OUT]
    assert {m.text for m in replies} == set(ANSWERED), where
    unknown = 0
    for reply in replies:
        assert reply.delivery is not None
        copies, state = provider.copies[reply.text], reply.delivery.state
        if state is DeliveryState.UNKNOWN:
            unknown += 1
            assert copies <= 1, f"{where}: {reply.text}: {copies} copies"
            assert reply.delivery.reason
        else:
            assert (state, copies) == (DeliveryState.SENT, 1), f"{where}: {reply.text}"
    order = [o.text for o in provider.taken if o.text.startswith("to one")]
    assert order == sorted(order), where
    return unknown


@pytest.mark.parametrize("idempotent", [False, True], ids=["asks a person", "idempotent"])
async def test_a_process_that_dies_at_any_step_loses_and_doubles_nothing(
    tmp_path: Path, idempotent: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    where: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for at in range(1, MOST):
        async with scene(tmp_path / str(at), idempotent=idempotent) as set_:
            knife = Knife(at)
            with contextlib.suppress(Cut, BaseExceptionGroup):
                await set_.engine(knife, idempotent=idempotent).once()
            if not knife.fell:
                break
            set_.clock.offset += timedelta(seconds=20)  # the dead one's lease is over
            assert await set_.engine(idempotent=idempotent).once() == {}
            messages = await set_.messages()
            check_in(messages, f"cut {at} {knife.where}")
            unknown = check_out(messages, set_.provider, f"cut {at} {knife.where}")
            assert unknown <= 1
            where[knife.where] += 1
            asked[knife.where] += unknown
    assert {"before put", "after put", "before commit", "after commit", "after send"} <= set(where)
    between = ("after commit", "before send", "after send", "before write", "before commit")
    assert +asked == Counter({} if idempotent else dict.fromkeys(between, len(ANSWERED)))
    with capsys.disabled():
        kind = "with an idempotency key" if idempotent else "without one"
        print(
            f"\n{where.total()} cuts, {kind}: 0 lost, 0 doubled, "
            f"{asked.total()} left for a person to ask"
        )
    assert asyncio.all_tasks() == {asyncio.current_task()}


def _full(step: str) -> Exception:
    return StoreFull(f"the disk is full {step}")


def _away(step: str) -> Exception:
    return Unreachable(f"sim: the server is away {step}")


def _bug(step: str) -> Exception:
    return ZeroDivisionError(step)


OF_THE_STORE = ("read", "write", "put", "before commit")
OF_THE_CHANNEL = ("enter", "receive", "send")
NOTHING_WENT_OUT = ("enter", "receive", "before send")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between tries of a hundredth: it is their end that is tested here."""
    monkeypatch.setattr("omnidesk.engine.trouble._FIRST", 0.01)
    monkeypatch.setattr("omnidesk.engine.trouble._FULL", 0.02)
    monkeypatch.setattr("omnidesk.engine.trouble._LEAST", 0.01)
    monkeypatch.setattr("omnidesk.engine.outbox._FIRST_WAIT", timedelta(milliseconds=10))
    monkeypatch.setattr("omnidesk.engine.line.RENEW_SECONDS", 0.05)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    ("error", "steps"),
    [(_full, OF_THE_STORE), (_away, NOTHING_WENT_OUT), (_bug, OF_THE_CHANNEL)],
    ids=["disk full", "server away", "bug in a channel"],
)
async def test_an_error_at_any_step_is_got_over_by_the_same_engine(
    tmp_path: Path,
    error: Callable[[str], Exception],
    steps: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked: Counter[str] = Counter()
    tried = 0
    for at in range(1, MOST):
        async with scene(tmp_path / str(at)) as set_:
            stumble = Stumble(at, error, steps)
            await serve_until_done(set_, stumble)
            if not stumble.fell:
                break
            tried += 1
            messages = await set_.messages()
            check_in(messages, f"error {at} {stumble.where}")
            unknown = check_out(messages, set_.provider, f"error {at} {stumble.where}")
            assert unknown == (error is _bug and stumble.where.endswith("send"))
            asked[stumble.where] += unknown
    assert tried > len(ANSWERED)
    with capsys.disabled():
        print(f"\n{tried} errors, {error.__name__[1:]}: 0 lost, 0 doubled, {asked.total()} to ask")


async def serve_until_done(set_: Scene, step: Stumble) -> None:
    """Run an engine until all is in, nothing waits to go out, and the channel is well."""
    stop = asyncio.Event()
    engine = asyncio.create_task(set_.engine(step).run(stop), name="the engine")
    try:
        for _ in range(2):  # what it stumbled over last may have been after the end
            async with asyncio.timeout(20):
                while not engine.done() and not await is_done(set_):
                    await asyncio.sleep(0.01)
            step.at = 0
    finally:
        stop.set()
        await engine


async def is_done(set_: Scene) -> bool:
    messages = await set_.messages()
    (health,) = await set_.desk.health()
    waiting = [
        m
        for m in messages
        if m.delivery and m.delivery.state in (DeliveryState.QUEUED, DeliveryState.SENDING)
    ]
    return len(messages) == 8 and not waiting and health.state is HealthState.UP
