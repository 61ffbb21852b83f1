"""docs/performance.md: what is measured, how to run it, and the last table."""

from __future__ import annotations

from collections.abc import Sequence

from bench.table import Figure, as_markdown
from bench.terminal import ROOT

PAGE = ROOT / "docs" / "performance.md"
_TEXT = """\
# Performance, as measured

`make bench` (or `python -m bench`) measures what somebody at the desk feels, and prints one table:
the goal, what was reached, and a peer that was measured in the same run. This page is written by
`python -m bench --markdown`; the table below is of that run, and figures that miss their goal stay
in it.

| option | does |
|---|---|
| `--quick` | 10 thousand conversations in place of 200 thousand; minutes |
| `--only P1,P6` | some numbers alone |
| `--instructions` | P1 in instructions, too (callgrind) |
| `--markdown` | writes this page |

## How

- Machines are noisy, so a figure is a ratio between two things measured in turn in one run, or a
  count, wherever it can be. A start is told in CPU time (user and system); times of keys are p50
  and p99 of every key pressed.
- The screen runs in a terminal of 120x40 on a pty. It answers the query for synchronised output
  (mode 2026), so it sees where a frame ends: a time is from the key's write to the end of the
  first frame that shows what the key did. Between two keys lie 30 ms, as when a key is held.
- The stores have texts and names in Russian and English, written through the schema with its
  triggers. They are made once, in minutes, and kept in `BENCH_FOLDER` (else
  `~/.cache/omnidesk-bench`); the largest take about 3 GB.
- P1 is beside Textual's smallest program, P2 beside Textual's own lists, P5 and P6 beside mbsync
  and notmuch over the same letters. A peer that is not installed is said to be missing. mbsync
  syncs to the disk, as omnidesk does. P6 is timed from exec: the peers to their exit, omnidesk to
  the last letter stored and searchable; what its engine does behind that (the radar) is not in it.
- A start of P1 whose first frame comes before the terminal's answer has no marked end and is made
  anew, three times at most. In few runs on a busy machine its CPU ratio strays by a third; its
  instructions do not.
- In P3 the engine takes in letters from a Dovecot on loopback into a copy of the store.
- P7 to P10 run on the servers of `omnidesk demo`, an engine and a screen as they are.

## The last run

{facts}

{table}
"""


def write(facts: str, figures: Sequence[Figure]) -> None:
    """Write the page anew."""
    PAGE.write_text(_TEXT.format(facts=facts, table=as_markdown(figures)), encoding="utf-8")
