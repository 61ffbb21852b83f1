"""Keys are data: every one does something, everywhere, on every layout."""

from __future__ import annotations

import pytest

from omnidesk.core.views import SavedView
from omnidesk.ui.help import help_lines
from omnidesk.ui.keymap import ACTIONS, COMPOSER, LIST, REVIEW, THREAD
from omnidesk.ui.layouts import Layouts
from omnidesk.ui.pressing import Keymap, press
from omnidesk.ui.verbs import VERBS, Late

_NEVER = {f"ctrl+{letter}" for letter in "imhjszba"} | {"ctrl+space"}
_NOT_ON_A_RUSSIAN_KEYBOARD = set("@$^&;'\"")


def test_every_action_has_a_verb_and_every_verb_an_action() -> None:
    assert {action.id for action in ACTIONS} == set(VERBS)
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)


def test_every_verb_that_is_imported_late_is_there() -> None:
    assert all(callable(verb.found()) for verb in VERBS.values() if isinstance(verb, Late))


def test_no_key_is_one_that_a_terminal_or_a_layout_swallows() -> None:
    keymap = Keymap()
    presses = {one for (_, keys) in keymap._means for one in keys}
    assert not presses & _NEVER
    assert not any(one.startswith("alt+") for one in presses)
    assert not presses & _NOT_ON_A_RUSSIAN_KEYBOARD


def test_the_table_itself_has_one_meaning_for_every_key() -> None:
    assert Keymap().refused == []


def meant(keymap: Keymap, *presses: str) -> str:
    """The id of the action that these presses mean in the list."""
    action = keymap.means(LIST, presses)
    return action.id if action is not None else ""


def test_an_own_key_that_is_taken_is_left_out_alone() -> None:
    keymap = Keymap({"close": ["F2"], "note": ["r"], "no.such": ["F3"], "take": ["g"]})
    assert keymap.refused == [
        "keys.no.such: there is no such action",
        "keys.note: r belongs to reply in the list; note keeps n",
        "keys.take: g belongs to move.top in the list; take keeps A",
    ]
    assert meant(keymap, "F2") == "close"
    assert meant(keymap, "r") == "reply"
    assert meant(keymap, "n") == "note"
    assert meant(keymap, "A") == "take"


def test_two_actions_may_change_their_keys_with_each_other() -> None:
    keymap = Keymap({"note": ["r"], "reply": ["n"]})
    assert keymap.refused == []
    assert meant(keymap, "r") == "note"
    assert meant(keymap, "n") == "reply"


def test_the_key_of_an_own_view_that_is_taken_leaves_the_view_its_number() -> None:
    keymap = Keymap({}, [SavedView(name="vip", filter="tag:vip", key="r")])
    assert keymap.refused == ["keys.view.vip: r belongs to reply in the list; view.vip keeps 9"]
    assert meant(keymap, "9") == "view.vip"
    assert meant(keymap, "r") == "reply"


def test_help_and_footer_show_the_keys_that_a_user_chose() -> None:
    keymap = Keymap({"reply": ["F2"], "close": ["g k", "^K"]})
    said = "\n".join("".join(text for text, _ in line) for line in help_lines(keymap))
    assert "g k   ^K              close the conversation" in said
    assert keymap.means(LIST, ("r",)) is None
    closing = keymap.means(LIST, ("g", "k"))
    assert closing is not None
    assert closing.id == "close"
    followers = {key for key, _ in keymap.following(LIST, ("g",))}
    assert {"g", "k", "i", "m"} <= followers


@pytest.mark.parametrize(
    ("language", "letters"),
    [
        ("ru_RU.UTF-8", "йцукенгшщзхъфывапролджэячсмитьбюё"),
        ("uk_UA.UTF-8", "йцукенгшщзхїфівапролджєячсмитьбюґ"),
        ("be_BY.UTF-8", "йцукенгшўзх'фывапролджэячсмітьбюё"),
    ],
)
def test_every_letter_key_is_found_on_a_cyrillic_layout(language: str, letters: str) -> None:
    layouts = Layouts(language)
    physical = dict(zip("qwertyuiop[]asdfghjkl;'zxcvbnm,.`", letters, strict=True))
    for keys in {keys for place, keys in Keymap()._means if place in (LIST, THREAD, REVIEW)}:
        for key in keys:
            bare = key.removeprefix("ctrl+")
            typed = physical.get(bare.lower())
            if len(bare) != 1 or not bare.isalpha() or typed is None:
                continue
            prefix = key[: len(key) - 1]
            typed = typed.upper() if bare.isupper() else typed
            assert layouts.latin(prefix + typed) == key


def test_the_shared_letter_follows_the_layout_that_was_seen_last() -> None:
    layouts = Layouts()
    assert layouts.latin("і") == "s"
    assert layouts.latin("ў") == "o"
    assert layouts.latin("і") == "b"
    assert layouts.latin("ї") == "]"
    assert layouts.latin("і") == "s"


def test_latin_keys_and_other_scripts_are_left_alone() -> None:
    layouts = Layouts()
    assert layouts.latin("j") is None
    assert layouts.latin("enter") is None
    assert layouts.latin("ctrl+q") is None
    assert layouts.latin("ñ") is None


def test_signs_are_matched_by_what_they_print() -> None:
    keymap = Keymap()
    asked = keymap.means(LIST, (press("question_mark", "?"),))
    assert asked is not None
    assert asked.id == "help"
    down = keymap.means(LIST, (press("ctrl+d", "\x04"),))
    assert down is not None
    assert down.id == "move.half_down"


def test_enter_is_never_a_command_while_writing() -> None:
    assert Keymap().means(COMPOSER, ("enter",)) is None
