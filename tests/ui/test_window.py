"""The cursor stays on its conversation, whatever comes and goes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from omnidesk.core.model import Row, State
from omnidesk.ui.window import PAGE, Window, key

_AT = datetime(2026, 9, 16, tzinfo=UTC)


@cache
def row(number: int) -> Row:
    return Row(
        number=number,
        rank=number * 10,
        state=State.OPEN,
        channel="support",
        assignee=None,
        name="",
        subject="",
        snippet="",
        unread=False,
        failed=0,
        priority=0,
        waiting_since=None,
        last_at=_AT,
    )


def serve(numbers: Sequence[int], window: Window) -> None:
    """Give the window every page that it wants, out of a long list."""
    for _ in range(200):
        wanted = window.wants()
        if wanted is None:
            return
        side, edge = wanted
        if side == "down":
            start = bisect_right(numbers, edge[1])
            page = [row(number) for number in numbers[start : start + PAGE]]
        else:
            end = bisect_left(numbers, edge[1])
            page = [row(number) for number in numbers[max(0, end - PAGE) : end]]
        assert window.extend(side, edge, page)
    raise AssertionError("the window never has enough")


def fresh(numbers: Sequence[int], height: int = 20) -> Window:
    rows = [row(number) for number in numbers[:PAGE]]
    return Window(rows=rows, height=height, at_end=len(numbers) < PAGE)


def reread(window: Window, numbers: Sequence[int]) -> None:
    after, asked = window.anchor()
    rows = [row(number) for number in numbers if after is None or key(row(number)) > after]
    window.reread(after, rows[:asked], asked)


def on(window: Window) -> int:
    assert window.current is not None
    return window.current.number


@given(st.lists(st.integers(-300, 300), max_size=30))
def test_moves_over_a_long_list_end_where_they_would_in_a_short_one(moves: list[int]) -> None:
    numbers = range(1, 5001)
    window = fresh(numbers)
    at = 0
    for by in moves:
        at = max(0, min(at + by, len(numbers) - 1))
        window.move(by)
        serve(numbers, window)
        assert on(window) == numbers[at]
        assert window.top <= window.cursor < window.top + window.height
        assert len(window.rows) <= 1000


def test_three_hundred_moves_before_the_next_page_are_all_paid() -> None:
    numbers = list(range(1, 2000))
    window = fresh(numbers)
    for _ in range(300):
        window.move(1)
    serve(numbers, window)
    assert on(window) == 301


@given(
    st.sets(st.integers(1, 400), min_size=1),
    st.sets(st.integers(1, 400)),
    st.sets(st.integers(401, 500)),
    st.integers(0, 399),
)
def test_the_cursor_stays_when_rows_come_and_go(
    before: set[int], leave: set[int], come: set[int], steps: int
) -> None:
    numbers = sorted(before)
    window = fresh(numbers)
    window.move(steps)
    serve(numbers, window)
    chosen = on(window)
    seat = window.cursor - window.top
    now = sorted((before - leave) | come | {0})
    reread(window, now)
    serve(now, window)
    if chosen not in leave:
        assert on(window) == chosen
        settled = 0 < window.top < len(window.rows) - window.height
        assert not settled or window.cursor - window.top == seat
    assert window.current is not None


def test_when_its_row_leaves_the_next_one_comes_under_the_cursor() -> None:
    window = fresh([1, 2, 3, 4, 5])
    window.move(2)
    reread(window, [1, 2, 4, 5])
    assert on(window) == 4
    window.move(9)
    reread(window, [1, 2, 4])
    assert on(window) == 4


def test_a_row_dropped_at_once_leaves_the_cursor_on_the_next() -> None:
    window = fresh([1, 2, 3])
    window.move(1)
    window.drop(2)
    assert on(window) == 3
    window.drop(1)
    assert on(window) == 3
    window.drop(3)
    assert window.current is None


def test_a_reading_stays_small_however_far_the_cursor_is() -> None:
    numbers = list(range(1, 100_000))
    window = fresh(numbers, height=40)
    window.move(5000)
    serve(numbers, window)
    after, asked = window.anchor()
    assert after is not None
    assert asked <= 40 + 2 * 20 + PAGE


def test_a_page_that_comes_after_the_rows_changed_is_not_taken() -> None:
    window = fresh(list(range(1, 2000)))
    window.move(119)
    wanted = window.wants()
    assert wanted is not None
    window.reread(None, [row(1), row(2)], 500)
    assert not window.extend(wanted[0], wanted[1], [row(200)])


def half(row: Row) -> str:
    return "first" if row.number < 90 else "second" if row.number < 400 else "third"


@given(
    st.integers(2, 900),
    st.integers(2, 30),
    st.lists(st.tuples(st.integers(-40, 40), st.booleans()), max_size=30),
)
def test_the_cursor_is_on_a_row_of_the_screen_though_headings_stand_between_them(
    count: int, height: int, steps: list[tuple[int, bool]]
) -> None:
    numbers = range(count)
    window = fresh(numbers, height)
    window.section = half
    serve(numbers, window)
    for by, again in steps:
        window.move(by)
        serve(numbers, window)
        if again:
            reread(window, numbers)
        lines = window.lines()
        assert lines[window.seat] == window.cursor
        assert len(lines) == height or window.at_end
        for above, line in pairwise(lines):
            if above < 0:
                assert line == ~above
        parts = [half(window.rows[~line]) for line in lines if line < 0]
        assert parts == sorted(set(parts))


def test_a_heading_stands_before_each_part_and_none_is_passed_over() -> None:
    window = fresh(range(100), 10)
    window.section = half
    window.settle()
    assert window.lines()[:3] == [~0, 0, 1]
    window.move(1000)
    assert window.lines() == list(range(91, 100))
    window.move(-6)
    window.move(-3)
    assert window.lines() == [~90, *range(90, 99)]


def test_a_row_keeps_its_line_when_rows_above_it_leave() -> None:
    window = fresh(range(100), 10)
    window.section = half
    window.move(92)
    seat = window.seat
    reread(window, [number for number in range(100) if number not in (3, 4)])
    assert window.current is not None
    assert window.current.number == 92
    assert window.seat == seat
