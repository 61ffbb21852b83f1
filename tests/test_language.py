"""The catalogs say all that the code says, as it says it; and which language is spoken, by whom."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from omnidesk.channels.email.bouncereasons import plain_reason
from omnidesk.channels.email.reading import Reader
from omnidesk.config import load
from omnidesk.core.language import (
    LANGUAGES,
    N_,
    _,
    language_of,
    ngettext,
    pgettext,
    speak,
    spoken,
)
from omnidesk.demo.sandbox import Sandbox
from omnidesk.launch import take_seat
from omnidesk.serving import serve
from omnidesk.wiring import open_store
from tests.test_imports import heavy, loaded
from tools import messages

ROOT = Path(__file__).parents[1]
CATALOGS = LANGUAGES[1:]

KEY = re.compile(
    r"(?<!\w)(?:Enter|Esc|Tab|PgUp|PgDn|F\d+|\^[A-Z])(?!\w)"
    r"|(?<![\w.@^\['’-])(?![aAI]\b)[A-Za-z](?![\w}'.:-])"
)
"""Keys that an English sentence names; of letters that stand alone, `a`, `A` and `I` are words."""

_UNITS = re.compile(r"\} [hsB]\b")


@pytest.fixture(autouse=True)
def english_afterwards() -> object:
    yield
    speak(LANGUAGES[0])


def catalog(language: str) -> Catalog:
    with messages.catalog_file(language).open("rb") as opened:
        return read_po(opened, locale=language)


def every(language: str) -> list[Message]:
    """What is translated; what is not is told by a test of its own."""
    kept = catalog(language)
    left = {id(message) for message in messages.untranslated(kept)}
    return [message for message in kept if message.id and id(message) not in left]


def singular(message: Message) -> str:
    return originals(message)[0]


def forms(message: Message) -> tuple[str, ...]:
    """What is said in the catalog's language, all plural forms of it."""
    said = message.string
    return tuple(said) if isinstance(said, (tuple, list)) else (said or "",)


def originals(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, (tuple, list)) else (message.id,)


def names(text: str) -> set[str]:
    """What stands in braces; a translator may show it in another way, and in another order."""
    return set(re.findall(r"\{(\w*)(?:![rs])?(?::[^{}]*)?\}", text))


def context_of(message: Message) -> str | None:
    """Babel leaves the contexts of a compiled catalog in bytes."""
    told: object = message.context
    return told.decode() if isinstance(told, bytes) else message.context


def places(message: Message) -> str:
    return f"{message.locations[0][0]}: {singular(message)!r}"


@pytest.mark.parametrize("language", CATALOGS)
def test_every_sentence_of_the_code_is_translated_in_all_its_forms(language: str) -> None:
    kept = catalog(language)
    said = {(message.context, singular(message)) for message in messages.said() if message.id}
    there = {(message.context, singular(message)) for message in kept if message.id}
    assert there == said, "make messages"
    assert [message.id for message in messages.untranslated(kept)] == []
    assert [message.id for message in kept if message.fuzzy] == []
    assert list(kept.obsolete) == []
    for message in every(language):
        wanted = kept.num_plurals if isinstance(message.id, tuple) else 1
        assert len(forms(message)) == wanted, places(message)


@pytest.mark.parametrize("language", CATALOGS)
def test_a_catalog_is_as_the_tool_writes_it(language: str) -> None:
    written = messages.written(messages.brought_up_to_date(language))
    assert messages.catalog_file(language).read_bytes() == written, "make messages"


@pytest.mark.parametrize("language", CATALOGS)
def test_the_compiled_catalog_says_what_the_written_one_does(language: str) -> None:
    with messages.catalog_file(language).with_suffix(".mo").open("rb") as opened:
        packed = {
            (context_of(message), singular(message)): forms(message)
            for message in read_mo(opened)
            if message.id
        }
    assert packed == {
        (message.context, singular(message)): forms(message) for message in every(language)
    }, "make messages"


def test_the_tool_sees_every_way_to_say_something() -> None:
    code = """
table = {"key": N_("marked")}
plain = _("one " "sentence")
counted = ngettext("{n} file", "{n} files", n)
short = f"{pgettext('a day', 'Mon')} {_('inside')}"
shown = _(table["key"] or N_("else"))
"""
    assert messages.sentences(code) == [
        ("marked", "", None),
        ("one sentence", "", None),
        ("{n} file", "{n} files", None),
        ("Mon", "", "a day"),
        ("inside", "", None),
        ("else", "", None),
    ]


def test_a_new_sentence_comes_in_empty_and_one_that_is_gone_goes() -> None:
    kept = messages.brought_up_to_date("ru")
    before = [message.id for message in messages.untranslated(kept)]
    kept.delete("quit")
    kept.add("nobody says this", "никто так не говорит")
    kept.update(messages.said(), no_fuzzy_matching=True)
    assert {message.id for message in messages.untranslated(kept)} == {*before, "quit"}
    assert kept.get("nobody says this") is None


@pytest.mark.parametrize("language", CATALOGS)
def test_a_translation_asks_for_the_same_values(language: str) -> None:
    for message in every(language):
        wanted = names(originals(message)[-1])
        for said in forms(message):
            assert names(said) == wanted, places(message)


@pytest.mark.parametrize("language", CATALOGS)
def test_a_translation_begins_and_ends_with_the_same_space(language: str) -> None:
    for message in every(language):
        if not singular(message).strip(" \n"):
            continue
        if message.context in ("decimal mark", "thousands mark"):
            continue
        for said in forms(message):
            for end in (0, -1):
                own, other = said[end], singular(message)[end]
                assert (own in " \n") == (other in " \n"), places(message)


def keys_named(text: str) -> set[str]:
    """The keys in a sentence; behind a figure a letter is a unit."""
    return {found[0] for found in KEY.finditer(_UNITS.sub("}", text))}


@pytest.mark.parametrize("language", CATALOGS)
def test_keys_keep_their_names(language: str) -> None:
    for message in every(language):
        if message.context is not None:
            continue
        for said in forms(message):
            for key in keys_named(originals(message)[-1]):
                assert re.search(rf"(?<!\w){re.escape(key)}(?!\w)", said), (
                    f"{places(message)} names {key}"
                )


def test_the_search_for_keys_sees_them() -> None:
    for text, keys in (
        ("closed, z takes it back", {"z"}),
        ("{reason}; send again? g y yes, g x it has arrived", {"g", "y", "x"}),
        ("a note carries no files; ^N makes it a reply, I think", {"^N"}),
        ("> {n} lines, Enter unfolds, Esc leaves", {"Enter", "Esc"}),
        ("channels.{name}.imap, Re: it's {n} h or {seconds} s", set()),
    ):
        assert keys_named(text) == keys


@pytest.mark.parametrize("language", CATALOGS)
def test_a_translation_is_of_its_own_alphabet_and_quotes(language: str) -> None:
    """Letters of two alphabets in one word are a slip of the keyboard; so is е for ё in these."""
    for message in every(language):
        for said in forms(message):
            mixed = re.search(
                r"[A-Za-z][А-Яа-яЁё]|[А-Яа-яЁё][A-Za-z]", re.sub(r"\{.*?\}", "", said)
            )
            assert mixed is None, f"{places(message)}: {said}"
            assert not re.search(r"\b(?:еще|ее|нее|прочтен\w*|учтен\w*|назван[оа] её)\b", said), (
                said
            )
            assert "  " not in said or "  " in singular(message), f"{places(message)}: {said}"


def test_a_count_takes_the_form_that_goes_with_it() -> None:
    speak("ru")
    said = [ngettext("{n} file", "{n} files", n).format(n=n) for n in (1, 2, 5, 11, 21, 104)]
    assert said == ["1 файл", "2 файла", "5 файлов", "11 файлов", "21 файл", "104 файла"]


def test_english_is_what_stands_in_the_code() -> None:
    assert (_("undo"), ngettext("{n} file", "{n} files", 2)) == ("undo", "{n} files")
    assert pgettext("brief", "Jan") == "Jan"
    assert N_("undo") == "undo"


def test_a_process_speaks_one_language_until_it_is_told_another() -> None:
    speak("ru")
    assert (spoken(), _("undo"), pgettext("brief", "Jan")) == ("ru", "отменить", "янв.")
    assert N_("undo") == "undo"
    assert _("said by nobody") == "said by nobody"
    speak("en")
    assert (spoken(), _("undo")) == ("en", "undo")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru"}, "ru"),
        ({"LANG": "ru_RU"}, "ru"),
        ({"LANG": "ru@petr"}, "ru"),
        ({"LANG": "RU_ru.KOI8-R"}, "ru"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "rue_UA.UTF-8"}, "en"),
        ({"LC_MESSAGES": "ru_RU.UTF-8", "LANG": "en_US.UTF-8"}, "ru"),
        ({"LC_ALL": "en_US.UTF-8", "LC_MESSAGES": "ru_RU.UTF-8", "LANG": "ru_RU.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "ru_RU.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LC_CTYPE": "ru_RU.UTF-8", "LANG": "en_US.UTF-8"}, "en"),
    ],
)
def test_the_session_is_asked_as_posix_reads_it(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_a_seat_out_of_the_cache_has_the_language_of_the_config_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    config = tmp_path / "omnidesk.toml"
    config.write_text('[desk]\nname = "Acme"\n')
    fresh, cached = (take_seat(config, None) for _ in range(2))
    assert cached.fresh is None, "the second is out of the cache"
    assert (fresh.settings.language, cached.settings.language) == (None, None)
    config.write_text('[desk]\nname = "Acme"\n[ui]\nlanguage = "ru"\n')
    fresh, cached = (take_seat(config, None) for _ in range(2))
    assert (fresh.settings.language, cached.settings.language) == ("ru", "ru")


def test_english_costs_no_catalog() -> None:
    start = "import omnidesk.launch, omnidesk.ui.app\nfrom omnidesk.core.language import speak\n"
    modules = loaded(f'{start}speak("en")')
    assert heavy(modules, ("babel",)) == []
    assert "gettext" in loaded(f'{start}speak("ru")')


async def test_processes_that_read_a_backlog_speak_as_their_engine_does(tmp_path: Path) -> None:
    speak("ru")
    reader = Reader(tmp_path, frozenset())
    try:
        read = await reader.read([b""], backlog=True)
    finally:
        reader.rest()
    assert [letter.unreadable for letter in read] == ["письмо пустое (0 байт)"]


def test_why_a_letter_did_not_arrive_is_said_with_the_servers_own_words() -> None:
    said = "550 5.1.1 <x@e.org>: user unknown"
    assert plain_reason("5.1.1", said) == f"mailbox does not exist: {said}"
    speak("ru")
    assert plain_reason("5.1.1", said) == f"такого ящика нет: {said}"


async def test_an_engine_writes_down_in_the_desks_language(tmp_path: Path) -> None:
    async with Sandbox(tmp_path, language="ru") as sandbox, asyncio.timeout(30):
        config = load(sandbox.config)
        stop = asyncio.Event()
        running = asyncio.create_task(serve(config, stop), name="engine")
        sandbox.bot.customer(77, "Кирилл").text("Здравствуйте")
        why = None
        try:
            async with open_store(config) as store:
                async for _change in store.changes():
                    if said := await store.read(lambda r: r.messages(1)):
                        why = said[0].why
                        break
        finally:
            stop.set()
            await running
    assert why == "от нового клиента"
