"""Who only says that he is a customer comes into none of her conversations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from omnidesk.demo.sandbox import Sandbox
from tests.walk import test_threads
from tests.walk.test_threads import NUMBER, Thread, thread

__all__ = ["thread"]
MX = "mx.desk.test"


@pytest.fixture
def told() -> bool:
    return True


@pytest.fixture
async def sandbox(tmp_path: Path, told: bool) -> AsyncIterator[Sandbox]:
    async with Sandbox(tmp_path) as running:
        text = running.config.read_text(encoding="utf-8")
        line = f'address = "{running.mail.address}"\n'
        assert line in text
        if told:
            text = text.replace(line, f'{line}authserv_id = "{MX}"\n', 1)
            running.config.write_text(text, encoding="utf-8")
        yield running


@pytest.fixture
def verdict(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the receiving server finds of each letter, the last one from now on."""
    found = ["pass"]
    written = test_threads.filled

    def stamped(name: str, given: dict[str, str]) -> bytes:
        stamp = f"Authentication-Results: {MX};\r\n\tdmarc={found[-1]} header.from=firm.test\r\n"
        return stamp.encode() + written(name, given)

    monkeypatch.setattr(test_threads, "filled", stamped)
    return found


async def test_a_forged_answer_with_the_known_message_id_stands_apart(
    verdict: list[str], thread: Thread
) -> None:
    before = (await thread.desk.open(NUMBER)).contact
    verdict.append("fail")
    forged = await thread.comes("gmail")
    await thread.stands_apart(forged)
    assert forged.marked == f"the sender's address is not proven: DMARC failed at {MX}"
    assert forged.why.startswith("kept out of [#1]: answers our letter of ")
    assert (await thread.desk.open(NUMBER)).contact == before
    verdict.append("pass")
    true = await thread.comes("yandex")
    assert (true.conversation, true.marked) == (NUMBER, None)


@pytest.mark.parametrize("told", [False])
async def test_without_the_setting_nothing_is_judged(verdict: list[str], thread: Thread) -> None:
    verdict.append("fail")
    forged = await thread.comes("gmail")
    assert (forged.conversation, forged.marked) == (NUMBER, None)
