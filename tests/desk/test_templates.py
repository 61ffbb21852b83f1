"""A template is filled in with what is known; what is not known never reaches a customer."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from omnidesk.core.errors import BadTemplate, CannotReply, NotFound
from omnidesk.core.model import Address
from omnidesk.desk import Desk
from tests.desk.house import ABLE, House, house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as built:
        folder = tmp_path / "templates"
        folder.mkdir()
        settings = replace(built.anna.settings, templates=folder, name="Acme")
        built.anna = Desk(built.store, built.anna.agent, settings, ABLE, now=built.now)
        yield built


def put(home: House, name: str, text: str | bytes) -> None:
    assert home.anna.settings.templates is not None
    raw = text if isinstance(text, bytes) else text.encode()
    (home.anna.settings.templates / name).write_bytes(raw)


async def letter(home: House, name: str = "Olga Petrova") -> int:
    sender = Address(name, "olga@a.test")
    message = await home.comes("support", "olga@a.test", "hello", subject="Order", sender=sender)
    return message.conversation


async def filled(home: House, number: int, text: str) -> str:
    put(home, "t.txt", text)
    return (await home.anna.render("t", number)).text


async def test_every_variable_is_filled_in(home: House) -> None:
    number = await letter(home)
    text = (
        "{{ contact.first_name }}|{{contact.name}}|{{ agent.name }}|{{ desk.name }}|"
        "{{ conversation.number }}|{{ conversation.subject }}"
    )
    assert await filled(home, number, text) == f"Olga|Olga Petrova|anna|Acme|{number}|Order"


async def test_what_is_not_known_is_left_visibly_and_is_never_sent(home: House) -> None:
    number = await letter(home, name="")
    put(home, "hello.txt", "Hello {{ contact.first_name }}, {{ custmer.name }} {{ contact.nick }}")
    rendered = await home.anna.render("hello", number)
    left = ("{{ contact.first_name }}", "{{ custmer.name }}", "{{ contact.nick }}")
    assert rendered.text == f"Hello {left[0]}, {left[1]} {left[2]}"
    assert rendered.unfilled == left
    with pytest.raises(CannotReply, match=r"\{\{ contact.first_name \}\}.* is not filled in"):
        await home.anna.reply(number, rendered.text)
    assert len(await home.texts(number)) == 1
    assert (await home.anna.reply(number, rendered.text, force=True)).text == rendered.text


async def test_a_template_can_say_what_stands_in_place_of_a_name(home: House) -> None:
    number = await letter(home, name="")
    assert await filled(home, number, "Hello {{ contact.name | default('there') }}") == (
        "Hello there"
    )
    text = "{% if contact.name %}Dear {{ contact.name }}{% else %}Hello{% endif %}"
    assert await filled(home, number, text) == "Hello"


async def test_what_a_customer_wrote_is_never_a_template(home: House) -> None:
    message = await home.comes("support", "o@a.test", "x", subject="{{ 7 * 7 }} {% raw %}")
    text = await filled(home, message.conversation, "Re: {{ conversation.subject }}")
    assert text == "Re: {{ 7 * 7 }} {% raw %}"


async def test_a_name_that_is_an_advertisement_is_not_put_into_a_letter(home: House) -> None:
    number = await letter(home, name="Win at http://casino.test")
    assert "casino" not in await filled(home, number, "Hello {{ contact.name }}")


async def test_a_channel_and_a_scheme_may_have_a_text_of_their_own(home: House) -> None:
    mail = await letter(home)
    chat = (await home.comes("bot", "77", "hi")).conversation
    put(home, "hi.md", "# A greeting\n\nplain")
    put(home, "hi.mailto.txt", "# A letter\nDear Sir")
    put(home, "hi.bot.txt", "hey")
    put(home, "only.sales.txt", "sales")
    assert (await home.anna.render("hi", mail)).text == "Dear Sir"
    assert (await home.anna.render("hi", chat)).text == "hey"
    assert (await home.anna.render("hi", mail, via="nowhere")).text == "plain"
    with pytest.raises(NotFound, match=r"add only\.txt"):
        await home.anna.render("only", chat)
    found = await home.anna.templates()
    assert [(t.name, t.title, t.variants) for t in found] == [
        ("hi", "A greeting", ("bot", "mailto")),
        ("only", "only", ("sales",)),
    ]


async def test_a_template_that_is_not_there_is_told_with_the_nearest(home: House) -> None:
    number = await letter(home)
    with pytest.raises(NotFound, match=r"there is no template hello; put hello\.txt into"):
        await home.anna.render("hello", number)
    put(home, "hello.txt", "x")
    with pytest.raises(NotFound, match=r"did you mean hello\?"):
        await home.anna.render("helo", number)
    for name in ("../hello", "/etc/passwd", "", "."):
        with pytest.raises(NotFound):
            await home.anna.render(name, number)
    assert home.anna.settings.templates is not None
    bare = replace(home.anna.settings, templates=home.anna.settings.templates / "none")
    assert await Desk(home.store, home.anna.agent, bare, ABLE, now=home.now).templates() == []


HOSTILE = [
    "{{ ''.__class__.__mro__ }}",
    "{{ contact.__class__ }}",
    "{{ self._TemplateReference__context }}",
    "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
    "{% for a in range(100000000) %}x{% endfor %}",
    "{% for a in range(1000) %}" + "x" * 1000 + "{% endfor %}",
    "{{ 'x' * 1000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ '%0999999999d' | format(1) }}",
    "{{ 'x' | center(999999999) }}",
    "{% set x = 1 %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{{ contact.items() }}",
    "{{ range(10).__class__ }}",
    "{{ lipsum }}",
    "{{ cycler('a') }}",
    "{{ unclosed",
    "{% if %}",
    "{{ " + "(" * 3000 + ")" * 3000 + " }}",
]


@pytest.mark.parametrize("source", HOSTILE, ids=range(len(HOSTILE)))
async def test_a_template_can_neither_reach_out_nor_run_away(home: House, source: str) -> None:
    number = await letter(home)
    began = time.monotonic()
    said = ""
    try:
        text = await filled(home, number, source)
    except BadTemplate as error:
        text, said = "", str(error)
    assert said.startswith("t") or text.startswith("{{ "), (said, text)
    assert time.monotonic() - began < 2


async def test_files_that_cannot_be_read_are_told_by_name(home: House) -> None:
    number = await letter(home)
    put(home, "big.txt", b"x" * 70_000)
    put(home, "latin.txt", b"\xff\xfe")
    put(home, ".hidden.txt", "x")
    put(home, "notes.bak", "x")
    with pytest.raises(BadTemplate, match=r"big\.txt: larger than 64 KB"):
        await home.anna.render("big", number)
    with pytest.raises(BadTemplate, match=r"latin\.txt: byte 0 is not UTF-8"):
        await home.anna.render("latin", number)
    for name in ("", "notes", ".hidden"):
        with pytest.raises(NotFound):
            await home.anna.render(name, number)


def test_a_screen_starts_without_the_library_of_templates() -> None:
    code = "import omnidesk.desk, omnidesk.launch, sys; print('jinja2' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "False\n"
