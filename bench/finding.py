"""P5: search over a million messages, and beside notmuch over the same letters."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.backlog import Taken
from bench.series import ms, p50, p99
from bench.table import Figure
from bench.terminal import environment
from omnidesk.store.sqlite import SqliteStore

QUERIES = (
    "заказ",
    "доставка",
    "здравствуйте",
    "hello order",
    "parcel",
    "возврат деньги",
    "invoice refund warranty",
    '"где мой"',
    "курьеру адреса",
    "спасибо",
    "subscription",
    "anna petrova",
    "рикалове",
    "nosuchword",
)
_TYPED = ("з", "зак", "o", "or", "пос", "hel", "s", "п")
_HITS = 50


async def measure(databases: Mapping[str, Path], runs: int) -> tuple[list[Figure], list[float]]:
    """Newest fifty hits with snippets, whole words and words being typed; the p50 of each size."""
    figures, middles = [], []
    for size, database in databases.items():
        async with SqliteStore(database) as store:
            whole = await _times(store, QUERIES, runs, typing=False)
            typed = await _times(store, _TYPED, runs, typing=True)
        both = whole | typed
        every = [took for times in both.values() for took in times]
        slowest = max(both, key=lambda query: p50(both[query]))
        middles.append(p50(every))
        figures.append(
            Figure(
                number="P5",
                felt=f"search, newest 50 with snippets, {size}",
                goal="p99 <= 50 ms",
                reached=f"p50 {ms(p50(every))}, p99 {ms(p99(every))} ms ({len(every)} searches)",
                beside=f"slowest: {slowest} {ms(p50(both[slowest]))} ms",
                good=p99(every) <= 0.05,
            )
        )
    return figures, middles


async def _times(
    store: SqliteStore, queries: Sequence[str], runs: int, *, typing: bool
) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for query in queries:
        for run in range(runs + 1):
            began = time.perf_counter()
            await store.read(lambda r: r.search(query, limit=_HITS, typing=typing))  # noqa: B023
            if run:  # the first of a word reads its pages from the disk
                found.setdefault(query, []).append(time.perf_counter() - began)
    return found


async def beside_notmuch(taken: Taken, letters: int, runs: int) -> list[Figure]:
    """The same words over the same letters; notmuch is a process, its start is taken off."""
    if taken.peer is None:
        return []
    ours, theirs, bare = [], [], []
    async with SqliteStore(taken.scene.database) as store:
        for _ in range(runs):
            bare.append(_run(taken.peer.notmuch("count", "id:none@none")))
            for query in QUERIES:
                began = time.perf_counter()
                await store.read(lambda r: r.search(query, limit=_HITS))  # noqa: B023
                ours.append(time.perf_counter() - began)
                search = ("search", f"--limit={_HITS}", "--sort=newest-first", query)
                theirs.append(_run(taken.peer.notmuch(*search)))
    start = p50(bare)
    their = [max(0.0, took - start) for took in theirs]
    return [
        Figure(
            number="P5",
            felt=f"the same over the {letters:,} letters of P6",
            goal="<= notmuch",
            reached=f"p50 {ms(p50(ours))}, p99 {ms(p99(ours))} ms",
            beside=f"notmuch {ms(p50(their))} / {ms(p99(their))} less its start, {ms(start)}",
            good=p50(ours) <= p50(their),
        )
    ]


def _run(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, timeout=60, env=environment())
    return time.perf_counter() - began
