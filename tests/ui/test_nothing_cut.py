"""At 80x24, in either language, no word of ours is cut and no control lies outside the screen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from omnidesk.core.language import LANGUAGES, _
from omnidesk.core.routing import Route
from omnidesk.core.safetext import SafeText, safe_line
from omnidesk.ui import lines, painted
from omnidesk.ui.bars import BottomBar
from omnidesk.ui.composer import Composer
from omnidesk.ui.pressing import shown
from omnidesk.ui.recipients import told
from tests.ui.gallery import SCENES, Painter, Scene, painter, speaking
from tests.ui.gallery_desk import IVAN
from tests.ui.house import ANNA

if TYPE_CHECKING:
    from rich.style import Style
    from textual.strip import Strip

_SIZE = 80, 24
_RULES = set("─= ")
_IN_FULL_BELOW = ("log", "log-alone", "outbox")  # what a line there cuts stands below the list
_CUT = re.compile(r"(\S[^…]*?) ?…(?=\s|│|─|\)|$)")
_TAIL = 6


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with speaking(LANGUAGES[0]):
        yield


def test_what_customers_wrote_may_be_cut_and_what_we_say_may_not() -> None:
    assert cut_words("  * em  1h  Greta Lind  The lamp hums at ni…", "The lamp hums at night") == []
    assert cut_words(" put #7 off until tomor…", "The lamp hums") == ["until tomor"]
    assert cut_words(" … held, leaves in 7 s", "") == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_of_ours_is_cut(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = _watch(monkeypatch)
    faults: list[str] = []
    with speaking(language):
        async with painter(_SIZE) as hand:
            theirs = await _theirs(hand)
            for scene in SCENES:
                if scene.size is None:
                    lost.clear()
                    await hand.go(scene)
                    found = [*_outside(hand), *_hidden(hand)]
                    if scene.name not in _IN_FULL_BELOW:
                        found += _cut_lines(hand, theirs)
                    found += [f"painted beyond its edge: {text!r}" for text in dict.fromkeys(lost)]
                    faults += [f"{scene.name}: {one}" for one in found]
                    await hand.leave(scene)
    assert not faults, "\n".join(faults)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_strip_of_every_leader_names_all_that_may_follow(language: str) -> None:
    with speaking(language):
        async with painter(_SIZE) as hand:
            for keys in ((), ("enter",)):
                await hand.go(Scene(name="", keys=keys, on="order"))
                where = hand.app.desk_screen.place
                for leader in _leaders(hand, where):
                    await hand.go(Scene(name="", keys=(*keys, leader), on="order"))
                    text = "\n".join(strip.text for strip in hand.strips()[-8:])
                    for key, action in hand.app.desk_screen.keys.following(where, (leader,)):
                        said = f" {key} {_(action.brief or action.words)} "
                        assert said in text, (leader, said, text)


async def test_a_sentence_that_is_too_long_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = _watch(monkeypatch)
    too_long = "this sentence is by far too long for a line of eighty cells, however one turns it"
    async with painter(_SIZE) as hand:
        await hand.go(SCENES[0])
        bottom = hand.app.desk_screen.bottom
        assert not [*_cut_lines(hand, await _theirs(hand)), *_outside(hand)]
        bottom.notice = SafeText(too_long)
        found = _cut_lines(hand, await _theirs(hand))
        assert any("however one" in one for one in found), found
        lost.clear()
        bottom.paint(((SafeText(too_long), "text"),))
        assert lost == [too_long[80:]]
        hand.app.desk_screen.inbox.styles.width = 90
        await hand.still()
        assert any("inbox" in one.lower() for one in _outside(hand))


def _watch(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is painted beyond the edge of its widget, as it is painted."""
    lost: list[str] = []
    fitted = lines.strip_of

    def strip_of(parts: Iterable[tuple[SafeText, Style]], width: int, fill: Style) -> Strip:
        parts = list(parts)
        text = "".join(part for part, _ in parts)
        while text and cell_len(text[:width]) > width:
            text = text[:-1]
        beyond = text[width:] if cell_len(text) > width else ""
        if set(beyond) - _RULES:
            lost.append(beyond)
        return fitted(parts, width, fill)

    monkeypatch.setattr(painted, "strip_of", strip_of)
    return lost


async def _theirs(hand: Painter) -> str:
    """All words that customers and colleagues wrote, as one text."""
    desk = hand.desk.desk()
    words = [IVAN.name, ANNA.name]
    for row in await desk.rows("all", limit=100):
        opened = await desk.open(row.number)
        words += [opened.contact.name, f"{safe_line(row.subject)} - {safe_line(row.snippet)}"]
        words += [f"{known.handle.value}" for known in opened.contact.handles]
        for message in opened.messages:
            words += [message.text, *(file.name for file in message.attachments)]
            words += [message.delivery.reason or "" if message.delivery else ""]
            people = [message.sender, *message.to, *message.cc, *message.reply_to]
            words += [f"{one.name} <{one.address}>" for one in people if one is not None]
    return re.sub(r"\s+", " ", " ".join(safe_line(one) for one in words))


def cut_words(line: str, theirs: str) -> list[str]:
    """The ends of what is cut in a line and was not written by others."""
    found = []
    for cut in _CUT.finditer(line):
        tail = cut[1].strip()[-_TAIL:].strip()
        if tail not in theirs:
            found.append(" ".join(cut[1].split()[-2:]))
    return found


def _cut_lines(hand: Painter, theirs: str) -> list[str]:
    strips = hand.strips(alone=True)
    composer = hand.app.desk_screen.composer
    if composer is not None and isinstance(composer.route, Route):
        theirs += "; ".join(told(composer.route))
    found = []
    for strip in strips:
        for words in cut_words(strip.text, theirs):
            found.append(f"cut: {words!r} in {strip.text.strip()!r}")
    return found + [f"the last line: {one}" for one in _half_hints(hand, strips[-1].text)]


def _half_hints(hand: Painter, line: str) -> list[str]:
    """What stands in the last line and is neither a notice nor a whole hint."""
    screen = hand.app.screen
    bars = list(screen.query(BottomBar))
    if not bars or bars[0].leader:
        return []
    bar = bars[0]
    rest = line.strip()
    notice = str(bar.notice).strip()
    if notice and rest.startswith(notice):
        rest = rest[len(notice) :].strip()
    hints = [
        f"{shown(action.keys[0])} {_(action.hint)}"
        for action in bar.keys.of(bar.where)
        if action.hint and action.keys
    ]
    while rest:
        hint = next(
            (one for one in sorted(hints, key=len, reverse=True) if rest.startswith(one)), None
        )
        if hint is None:
            return [rest]
        rest = rest[len(hint) :].strip()
    return []


def _outside(hand: Painter) -> list[str]:
    """Widgets that are not wholly on the screen."""
    screen = hand.app.screen
    found = []
    for widget in screen.query("*"):
        if not widget.display or not widget.region or not widget.is_on_screen:
            continue
        inside = screen.region.contains_region(widget.region)
        if not inside and not widget.has_class("textual-scroll"):
            found.append(f"{widget!r} at {widget.region} is not inside {screen.region}")
    return found


def _hidden(hand: Painter) -> list[str]:
    """Lines of the review bar for which there was no room."""
    composer = hand.app.desk_screen.composer
    if not isinstance(composer, Composer) or not composer.reviewing:
        return []
    bar = composer.review
    found = []
    if bar.region.height < len(bar.lines):
        found.append(f"the review bar has {len(bar.lines)} lines and room for {bar.region.height}")
    text = "\n".join(strip.text for strip in hand.strips())
    for line in bar.lines[1:]:
        words = "".join(part for part, _ in line).strip()
        if words not in text:
            found.append(f"the review bar does not show {words!r}")
    return found


def _leaders(hand: Painter, where: str) -> set[str]:
    """The keys that begin longer ones in a place."""
    means = hand.app.desk_screen.keys._means
    return {keys[0] for place, keys in means if place == where and len(keys) > 1}
