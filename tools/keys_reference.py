"""Write docs/keys.md from the live keymap."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from omnidesk.ui import keymap
from omnidesk.ui.keymap import Action
from omnidesk.ui.pressing import Keymap, shown

DOCS = Path(__file__).parents[1] / "docs"
_HEAD = """\
# The keys

Made by `make docs` from the screen's own table; do not edit. `?` or F1 shows the same in the
screen, with your own keys in it.

Every key works on a Russian, Ukrainian or Belarusian layout: the physical key counts. `^D` is
Ctrl+D; `g i` is g, then i, and the last line shows what may follow. Behind `g` stands a number,
too: `g 5 j` moves by five lines, `g 4412 Enter` opens #4412.

What is selected with `x` and `v` is what the next change is for; one `z` takes all of it back.

`y` hands words to the terminal's clipboard (OSC 52). Where the terminal does not take them,
name a command that does: `copy = "wl-copy"` or `copy = "tmux load-buffer -w -"` in `[ui]` of the
config, or `OMNIDESK_COPY` in the environment. It gets the words on its standard input.

## Your own keys

```toml
[keys]
close = ["e", "^K"]        # an action by its id, and all the keys that it shall have
"view.mine" = ["g m"]

[views.vip]
filter = "tag:vip is:unread"
key = "g V"                # views of your own also stand on 9, and behind ] and [
```

An action that is not named keeps its keys. An entry is refused, alone, where another action has
its key in the same place, or where there is no such id: the screen says which, and that action
keeps its usual keys.
"""
_TITLES = {
    keymap.LIST: "In the list",
    keymap.THREAD: "In a conversation",
    keymap.CUSTOMER: "In the customer pane",
    keymap.COMPOSER: "While writing",
    keymap.REVIEW: "Before sending",
    keymap.FIND: "In the line that finds",
    keymap.FILTER: "In the line that filters",
    keymap.SEARCH_LINE: "In the words of the search",
    keymap.SEARCH: "In what was found",
    keymap.PICK: "Choosing one of several, by its letter or",
    keymap.QUESTION: "Answering a question",
    keymap.CALL: "Logging a call",
    keymap.CALL_REVIEW: "Before a call is written down",
}


def reference() -> str:
    """The page."""
    actions = [action for action in Keymap().actions if action.keys]
    everywhere = {keymap.LIST, keymap.THREAD}
    both = [one for one in actions if everywhere <= set(one.where)]
    parts = [_HEAD, _section("In the list and in a conversation", both)]
    told = {one.id for one in both}
    places = dict.fromkeys((*_TITLES, *(place for one in actions for place in one.where)))
    for place in places:
        here = [one for one in actions if one.id not in told and place in one.where]
        if here:
            parts.append(_section(_TITLES.get(place, f"In: {place}"), here))
            told.update(one.id for one in here)
    return "\n".join(parts)


def _section(title: str, actions: list[Action]) -> str:
    rows = "\n".join(_rows(actions))
    return f"## {title}\n\n| keys | what it does | id |\n|---|---|---|\n{rows}\n"


def _rows(actions: list[Action]) -> Iterator[str]:
    for action in actions:
        keys = " · ".join(f"`{shown(key)}`" for key in action.keys)
        yield f"| {keys} | {action.words} | `{action.id}` |"


def main() -> None:
    """Write the page."""
    (DOCS / "keys.md").write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
