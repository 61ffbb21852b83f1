"""Write docs/cli.md from the command line's own help."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from omnidesk.cli.program import COMMANDS

DOCS = Path(__file__).parents[1] / "docs"
_COMMON = frozenset(("config", "agent"))
_HEAD = """\
# The command line

Made by `make docs` from the commands' own help; do not edit.

`omnidesk` without a command is the screen. Every command takes these options, before or after
its name:

- `--config FILE`: the config; else `OMNIDESK_CONFIG`, else `~/.config/omnidesk/config.toml`.
- `--agent ID`: who acts; else `OMNIDESK_AGENT`, else the agent whose `id` or `login` is the
  system user.

A command ends with **0** when it is done, with **1** when it failed (one line on standard error
says what happened and what to do), and with **2** after wrong usage or with a broken config, all
of whose problems it lists.

`-o json` prints JSON Lines: one object a line in UTF-8, times in UTC as `2026-03-01T12:00:00Z`,
ids as numbers, no control characters. Without it a terminal gets columns that fit, and a pipe
plain lines with tabs. What a customer wrote never reaches the terminal as anything but text.
"""
_JSON = """\
## The JSON

| object | keys |
|---|---|
| conversation | `number`, `subject`, `state`, `assignee`, `contact {id, name, handles []}`, \
`channels []`, `unread`, `waiting_since`, `last_at`, `tags []`, `priority`, `linked []`; `show` \
adds `messages []` and `events []` |
| message | `id`, `conversation`, `channel`, `direction`, `from {name, address}` or null, `to []`, \
`cc []`, `reply_to []`, `subject`, `text`, `folded`, `html`, `attachments [{name, media_type, \
size, sha256, inline}]`, `external_id`, `message_id`, `references []`, `sent_at`, `received_at`, \
`automatic`, `bounce {recipients [], status, permanent}` or null, `unreadable`, `why`, \
`delivery {state, reason, attempt}` or null, `forwards` (the message that it passes on, or null), \
`pinned` |
| letter of `parse` | a message with `file` in place of `id`, `conversation` and `channel`, and \
without `forwards` and `pinned` |
| event | `seq`, `at`, `actor`, `kind`, `conversation`, `message`, `contact`, `channel`, `data`, \
`undoes` |
| contact | `id`, `name`, `handles []`; `contact show` adds `wish` (a channel or null), \
`merged [ids]` and `conversations []` |
| pair of `contact suggestions` | `what`, `one {id, name, handles []}`, `other`, `reason`, `score` |
| pair of `suggestions` | `what`, `one` (a conversation), `other`, `reason`, `score` |
| hit of `search` | `conversation`, `message`, `snippet` |
| channel of `doctor` | `channel`, `state`, `on_server`, `stored`, `unreadable`, `lag` (seconds \
since all was well last), `last_error` |
| line of `export` | one of these with `type`: `contact` (with `merged_into` and `wish`), \
`conversation` (with `merged_into`), `message`, `event`, or `delivery` (`message`, \
`conversation`, `channel`, `state`, `reason`, `attempt`, `due_at`) |

`text` is the whole text, and `folded` the parts of it that quotes and signatures are, as \
`[start, end]` in code points.

## Completion

```
eval "$(_OMNIDESK_COMPLETE=bash_source omnidesk)"    # ~/.bashrc; zsh_source for ~/.zshrc
_OMNIDESK_COMPLETE=fish_source omnidesk | source     # ~/.config/fish/config.fish
```
"""


def reference() -> str:
    """The page."""
    context = click.Context(COMMANDS, info_name="omnidesk")
    return "\n".join([_HEAD, *_commands(COMMANDS, context), _JSON])


def _commands(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.commands[name]
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from _commands(command, inner)
        else:
            yield _section(command, inner)


def _section(command: click.Command, context: click.Context) -> str:
    usage = " ".join(command.collect_usage_pieces(context)).replace("[OPTIONS]", "")
    usage = " ".join((context.command_path, *usage.split()))
    lines = [f"## {context.command_path}", "", f"`{usage}`", ""]
    for paragraph in (command.help or "").split("\n\n"):
        text = " ".join(paragraph.split())
        example = text.removeprefix("Example: ")
        lines += [text, ""] if example == text else ["```", example, "```", ""]
    lines += [f"- `{option}`: {text}" for option, text in _options(command, context)]
    return "\n".join(lines).rstrip() + "\n"


def _options(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record and isinstance(parameter, click.Option) and parameter.name not in _COMMON:
            yield record


def main() -> None:
    """Write the page."""
    (DOCS / "cli.md").write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
