"""docs/cli.md says what the commands say of themselves."""

from __future__ import annotations

from tools.cli_reference import DOCS, reference


def test_the_reference_of_the_command_line_is_fresh() -> None:
    written = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert written == reference(), "run python -m tools.cli_reference"


def test_the_reference_names_the_keys_that_the_commands_print() -> None:
    from tests.cli.test_letters import PARSED
    from tests.cli.test_looking import CONVERSATION, EVENT, MESSAGE
    from tests.cli.test_running import DOCTOR

    page = reference()
    for key in {*CONVERSATION, *MESSAGE, *EVENT, *PARSED, *DOCTOR}:
        assert f"`{key}" in page or f" {key}" in page, key
