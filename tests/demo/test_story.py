"""The demo as a whole: the story ends, its books agree, and it leaves nothing behind."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnidesk.demo import anna
from omnidesk.demo.story import ANSWERS, SCENES
from tests.demo.processes import arguments, family, left_of, mentioning

ROOT = Path(__file__).parents[2]
DEMO = (sys.executable, "-m", "omnidesk", "demo")
MAIN_SCREEN = "\x1b[?1049l"
NAMES = ("Emma Wilson", "Пётр Лаптев", "Дарья Нечаева", "Анна Соколова")

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")


@contextlib.contextmanager
def demo(command: tuple[str, ...] = DEMO) -> Iterator[subprocess.Popen[str]]:
    """A scripted demo as a process of its own."""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def folder_in(text: str) -> Path:
    found = re.search(r"a desk in (\S+);", text)
    assert found, text
    return Path(found[1])


@pytest.fixture(scope="module")
def told() -> str:
    """What a whole scripted demo said; it ended well."""
    started = time.monotonic()
    with demo() as process:
        output, _ = process.communicate(timeout=90)
    print(output)
    print(f"scripted demo: {time.monotonic() - started:.1f} s")
    assert process.returncode == 0, output
    return output


def test_a_scripted_demo_ends_by_itself_and_its_ledger_agrees(told: str) -> None:
    ledger = told.partition("\n\n")[2].splitlines()
    assert [line.split("  ")[0] for line in ledger[:5]] == [
        "letters at support = stored",
        "letters at sales = stored",
        "chat messages = stored",
        "calls = stored",
        "replies that arrived = sent",
    ]
    for line in ledger[:5]:
        figures = re.search(r"(\d+) = (\d+) +0 lost, 0 doubled", line)
        assert figures, line
        assert int(figures[1]) == int(figures[2]) > 0
    assert ledger[6] == "the ledger agrees: 0 lost, 0 doubled, 0 on their way"


def test_a_letter_a_call_and_a_chat_are_one_conversation_answered_where_she_asked(
    told: str,
) -> None:
    letter = number_of(told, f"{anna.NAME}: Заказ 4412")
    chat = number_of(told, f"{anna.NAME}: это Анна, звонила вам")
    whole = f"one conversation {letter}: E-mail, Phone, Telegram; answered in Telegram as asked"
    assert whole in told.splitlines()
    steps = (
        rf"support +{letter} gets its automatic acknowledgement",
        rf"anna adds tel:\{anna.NUMBER} to contact",
        rf"phone +it rings: tel:\{anna.NUMBER}, {anna.NAME}, last wrote: Здравствуйте! Сегодня",
        rf"phone +anna writes down a call, which joins {letter}: Зеркало",
        "anna notes that contact .* asks for answers by shop-bot",
        rf"phone +.*: Call, answered -> joins {letter} ",
        rf"shop-bot +{anna.NAME}: .* -> opens {chat} ",
        "desk +anna makes contacts .* one person",
        rf"desk +anna makes {chat} a part of {letter}",
        rf"shop-bot +anna answers {letter}: {re.escape(anna.ANSWER)}",
        rf"shop-bot +{anna.NAME}: В субботу удобно. Спасибо! -> joins {letter} ",
    )
    assert re.search("(?:.*\n)*?.*".join(steps), told), told


def test_a_scripted_demo_leaves_neither_its_folder_nor_a_process(told: str) -> None:
    folder = folder_in(told)
    assert not folder.exists()
    assert mentioning(str(folder)) == []


def number_of(told: str, said: str) -> str:
    found = re.search(rf"{re.escape(said)}.*-> opens (#\d+) ", told)
    assert found, said
    return found[1]


def test_machines_get_no_acknowledgement_and_people_do(told: str) -> None:
    newsletter = number_of(told, "Складской вестник")
    assert f"{newsletter} gets its automatic acknowledgement" not in told
    assert f"{number_of(told, 'Анна Соколова: Заказ 4412')} gets its automatic" in told
    vacation = number_of(told, "Марина Белова")
    assert f"Автоответ: Re: Образцы ткани [{vacation}] -> joins {vacation}" in told
    assert told.count(f"{vacation} gets its automatic acknowledgement") == 1


def test_a_letter_without_a_charset_is_read(told: str) -> None:
    assert number_of(told, "Пётр Лаптев: Инструкция к шкафу")
    assert number_of(told, "ООО Ромашка: Нужен счёт на оплату")


def test_the_same_letter_to_two_addresses_is_one_conversation(told: str) -> None:
    number = number_of(told, "Ольга Ким: Скидка на 40 столов")
    assert re.search(rf"Ольга Ким: .* -> joins {number} \(the same letter came another way", told)


def test_a_bounced_reply_comes_back_with_its_reason(told: str) -> None:
    number = number_of(told, "Павел Орлов: Сколько хранится")
    assert f"the answer in {number} came back: mailbox does not exist" in told


def test_an_album_is_one_message_and_an_edit_is_seen(told: str) -> None:
    assert "вот такой комод и вход [photo.jpg] [photo.jpg] -> joins" in told
    assert "changes what stands in" in told


def test_outages_are_seen_and_pass(told: str) -> None:
    assert re.search(r"waits: .*451 4\.3\.2", told)
    assert re.search(r"shop-bot +the \w+ in #\d+ waits: .*wait 2 s", told)
    for channel in ("support", "sales", "shop-bot"):
        assert re.search(rf"{channel} +is degraded: .*\n(?:.*\n)*?.* {channel} +is up\n", told)


def test_a_story_whose_books_do_not_agree_ends_with_one() -> None:
    sabotage = (
        "import sys\nfrom omnidesk.demo import run\n"
        "from omnidesk.demo import ledger, story\n"
        "story.SCENES = tuple(s for s in story.SCENES if s.play.__name__ == 'news')\n"
        "story.ANSWERS = {}\n"
        "run._LONGEST_BALANCE = 3.0\n"
        "letters = ledger._letters\n"
        "ledger._letters = lambda *of: [*letters(*of), b'a letter that nobody stored']\n"
        "sys.exit(run.run_demo())"
    )
    with demo((sys.executable, "-c", sabotage)) as process:
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 1, output
    assert "1 lost, 0 doubled" in output
    assert "THE LEDGER DOES NOT AGREE: 2 lost" in output


def test_a_story_whose_matter_stays_in_two_conversations_ends_with_one() -> None:
    sabotage = (
        "import sys\nfrom omnidesk.demo import run\n"
        "from omnidesk.demo import story\n"
        "from omnidesk.desk import Desk\n"
        "story.SCENES = tuple(s for s in story.SCENES if s.play.__name__ == 'anna')\n"
        "story.SCRIPTED_SPEED = 40.0\n"
        "run._LONGEST_SCRIPT, run._LONGEST_BALANCE = 8.0, 0.5\n"
        "async def no_merge(*of): return ''\n"
        "Desk.merge = no_merge\n"
        "sys.exit(run.run_demo())"
    )
    with demo((sys.executable, "-c", sabotage)) as process:
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 1, output
    assert "NOT ONE CONVERSATION: it stands in #1, #2" in output
    assert "THE LEDGER DOES NOT AGREE" in output


def test_a_demo_that_is_killed_leaves_no_process_and_no_folder() -> None:
    with demo() as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        while lines[-1] and "anna answers" not in lines[-1]:
            lines.append(process.stdout.readline())
        folder, pids = folder_in("".join(lines)), family(process.pid)
        assert any("engine" in arguments(pid) for pid in pids)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert left_of(pids, 10) == []
        assert not folder.exists()


class Terminal:
    """A pseudo-terminal with a demo in it."""

    def __init__(self) -> None:
        self.ours, self.theirs = os.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.shown = b""
        self.process = subprocess.Popen(
            DEMO,
            cwd=ROOT,
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
            env={**os.environ, "TERM": "xterm-256color"},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )

    def read_until(self, texts: tuple[str, ...], seconds: float) -> None:
        """Read what is shown until all texts were in it."""
        deadline = time.monotonic() + seconds
        while not all(text.encode() in self.shown for text in texts):
            assert time.monotonic() < deadline, self.shown.decode(errors="replace")[-3000:]
            self.read()

    def read(self) -> None:
        if select.select([self.ours], [], [], 0.1)[0]:
            with contextlib.suppress(OSError):
                self.shown += os.read(self.ours, 65536)

    def ended(self, seconds: float) -> int:
        """The demo's exit code; what it still says is read meanwhile."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < deadline, "the demo did not end"
            self.read()
        return self.process.returncode

    def cooked(self) -> bool:
        """Whether the terminal is as a shell wants it: line by line, with echo."""
        flags = termios.tcgetattr(self.theirs)[3]
        return bool(flags & termios.ICANON and flags & termios.ECHO)

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        for end in (self.ours, self.theirs):
            with contextlib.suppress(OSError):
                os.close(end)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    opened = Terminal()
    try:
        yield opened
    finally:
        opened.close()


def the_folder(pids: list[int]) -> Path:
    (will,) = (words for pid in pids if "lastwill.py" in " ".join(words := arguments(pid)))
    return Path(will[4])


@pytest.mark.parametrize("key", [b"q", b"\x11"], ids=["q", "ctrl+q"])
def test_a_screen_shows_customers_and_a_key_ends_everything(terminal: Terminal, key: bytes) -> None:
    started = time.monotonic()
    terminal.read_until(NAMES[:3], 10)
    print(f"customers on the screen: {time.monotonic() - started:.1f} s")
    os.write(terminal.ours, b"\r")
    terminal.read_until(("These customers are played",), 15)
    os.write(terminal.ours, b"h")
    pids = family(terminal.process.pid)
    folder = the_folder(pids)
    os.write(terminal.ours, key)
    assert terminal.ended(20) == 0
    assert left_of(pids, 5) == []
    assert not folder.exists()
    assert terminal.cooked()
    assert b"Traceback" not in terminal.shown


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_demo_gives_the_terminal_back(terminal: Terminal, number: signal.Signals) -> None:
    terminal.read_until(NAMES[:3], 10)
    assert not terminal.cooked()
    pids = family(terminal.process.pid)
    folder = the_folder(pids)
    os.kill(terminal.process.pid, number)
    terminal.read_until((MAIN_SCREEN,), 15)
    terminal.ended(20)
    assert left_of(pids, 15) == []
    assert not folder.exists()
    assert terminal.cooked()


def test_a_closed_terminal_ends_everything(terminal: Terminal) -> None:
    terminal.read_until(NAMES[:3], 10)
    pids = family(terminal.process.pid)
    folder = the_folder(pids)
    os.close(terminal.theirs)
    os.close(terminal.ours)
    terminal.process.wait(20)
    assert left_of(pids, 15) == []
    assert not folder.exists()


def test_new_customers_come_every_five_to_twenty_seconds() -> None:
    starts = sorted(scene.live for scene in SCENES if scene.name)
    gaps = [after - before for before, after in itertools.pairwise(starts) if after]
    assert all(5 <= gap <= 20 for gap in gaps), gaps
    assert sum(start == 0 for start in starts) >= 3


def test_every_customer_has_one_scene_and_a_name_that_fits_a_list() -> None:
    names = [scene.name for scene in SCENES if scene.name]
    assert sorted(names) == sorted(ANSWERS.keys() - {""})
    assert len(names) >= 12
    assert all(len(name) <= 18 for name in names)
