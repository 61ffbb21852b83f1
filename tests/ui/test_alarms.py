"""How each terminal is told, and when nobody looks at it."""

from __future__ import annotations

import pytest

from omnidesk.core.safetext import SafeText
from omnidesk.desk.notices import Notice
from omnidesk.ui import alarms
from omnidesk.ui.alarms import Attention, Way, way_of

NONE = SafeText("")
NOTICE = Notice(
    event="wrote",
    number=12,
    name=SafeText("Ann; Smith"),
    channel=SafeText("support"),
    actor=NONE,
    title=SafeText("Ann; Smith (support)"),
    text=SafeText("wrote in [#12]"),
)
KITTY = (
    "\x1b]99;i=omnidesk-12:d=0;Ann, Smith (support)\x1b\\"
    "\x1b]99;i=omnidesk-12:p=body;wrote in [#12]\x1b\\"
)


@pytest.mark.parametrize(
    ("environment", "notice"),
    [
        ({"TERM": "xterm-kitty"}, "osc99"),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, "osc99"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "osc9"),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, "osc9"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "osc777"),
        ({"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}, "osc777"),
        ({"TERM": "foot"}, "osc777"),
        ({"TERM": "rxvt-unicode-256color"}, "osc777"),
        ({"TERM": "xterm-256color"}, None),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "vscode"}, None),
        ({"TERM": "linux"}, None),
        ({}, None),
    ],
)
def test_a_terminal_is_known_by_its_name(environment: dict[str, str], notice: str | None) -> None:
    assert way_of(environment, "auto", through_tmux=False).notice == notice
    assert way_of(environment, "osc9", through_tmux=False).notice == "osc9"
    assert way_of(environment, "off", through_tmux=False).notice is None


@pytest.mark.parametrize(
    "inside", [{"TMUX": "/tmp/tmux-0/default,1,0"}, {"TERM": "tmux-256color"}, {"TERM": "screen"}]
)
def test_tmux_gets_the_bell_and_the_title_alone_unless_it_is_told(inside: dict[str, str]) -> None:
    environment = {"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1", **inside}
    way = way_of(environment, "auto", through_tmux=False)
    assert way == Way(notice=None, titled=True, tmux=True)
    assert alarms.alarm(way, NOTICE) == ""
    assert alarms.title(way, 3) == "\x1b]2;omnidesk (3)\x1b\\"
    through = way_of(environment, "auto", through_tmux=True)
    doubled = KITTY.replace("\x1b", "\x1b\x1b")
    assert alarms.alarm(through, NOTICE) == f"\x1bPtmux;{doubled}\x1b\\"


@pytest.mark.parametrize(
    ("notice", "sequence"),
    [
        ("osc9", "\x1b]9;Ann, Smith (support): wrote in [#12]\x1b\\"),
        ("osc777", "\x1b]777;notify;Ann, Smith (support);wrote in [#12]\x1b\\"),
        ("osc99", KITTY),
        (None, ""),
    ],
)
def test_each_terminal_is_told_in_its_own_sequence(notice: str | None, sequence: str) -> None:
    assert alarms.alarm(Way(notice=notice, titled=True, tmux=False), NOTICE) == sequence


def test_the_title_says_how_many_wait() -> None:
    way = way_of({"TERM": "xterm"}, "auto", through_tmux=False)
    assert alarms.title(way, 14) == "\x1b]2;omnidesk (14)\x1b\\"
    assert alarms.title(way, 0) == "\x1b]2;omnidesk\x1b\\"
    for term in ("linux", "dumb"):
        bare = way_of({"TERM": term}, "auto", through_tmux=False)
        assert alarms.title(bare, 3) == alarms.keep_title(bare) == ""
        assert alarms.give_title_back(bare) == ""


def test_a_terminal_that_reports_its_focus_is_believed() -> None:
    attention = Attention(0)
    assert not attention.away(10)
    attention.reported(focused=False)
    assert attention.away(10)
    attention.reported(focused=True)
    assert not attention.away(10_000), "somebody reads for hours"
    attention.reported(focused=False)
    attention.touched(20)
    assert not attention.away(20), "whoever types is there, whatever was reported"


def test_a_terminal_that_does_not_report_counts_as_left_after_a_minute_without_a_key() -> None:
    attention = Attention(0)
    assert not attention.away(59)
    assert attention.away(60)
    attention.touched(70)
    assert not attention.away(129)
    assert attention.away(130)
