"""The cursor: what it keeps, how small it is, and that a spoiled one is worth nothing."""

from __future__ import annotations

import base64
import zlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_moodle.memory import FRESH, OPEN, SOON, Ledger, Memory, Signals

NUMBER = st.integers(0, 2**32 - 1)
LINES = st.dictionaries(st.integers(1, 2**40), st.tuples(NUMBER, NUMBER, st.integers(1, 2**32 - 1), st.booleans()))
NOW = 1_800_000_000


def memory_of(courses: dict[int, dict[int, tuple[int, int, int, bool]]], share: float = 0.04) -> Memory:
    memory = Memory("recipe", share)
    for course, lines in courses.items():
        ledger = Ledger(sorted(lines))
        for place, user in enumerate(ledger.users):
            print_, visit, asked, still_open = lines[user]
            ledger.note(place, Signals(user, print_, visit), asked, OPEN * still_open)
        memory.keep(course, ledger)
    return memory


def lines_in(memory: Memory, course: int) -> list[tuple[int, ...]]:
    ledger = memory.ledger(course)
    return list(zip(ledger.users, ledger.prints, ledger.visits, ledger.asked, ledger.marks, strict=True))


@given(st.dictionaries(st.integers(0, 500), LINES, max_size=4))
def test_cursor_gives_back_what_went_in(courses: dict[int, dict[int, tuple[int, int, int, bool]]]) -> None:
    memory = memory_of(courses)
    again = Memory.read(memory.write(), "recipe", 0.04)
    assert all(lines_in(again, course) == lines_in(memory, course) for course in courses)
    assert again.write() == memory.write()


def test_enrolment_takes_about_a_dozen_characters() -> None:
    lines = {user: (user * 2654435761 % 2**32, NOW - user * 977, NOW, user % 3 == 0) for user in range(10_000)}
    assert len(memory_of({2: lines}).write()) < 14 * 10_000


@pytest.mark.parametrize(
    "cursor",
    [
        None,
        "",
        "not base64 at all",
        base64.b64encode(b"plain").decode(),
        base64.b64encode(zlib.compress(b"[]\n")).decode(),
        base64.b64encode(zlib.compress(b'{"version": 1, "recipe": "recipe", "starts": [], "badges": 3}')).decode(),
        memory_of({2: {3: (1, 2, 3, True)}}).write()[:-8],
    ],
)
def test_unreadable_cursor_counts_as_none(cursor: str | None) -> None:
    assert list(Memory.read(cursor, "recipe", 0.04).ledger(2).users) == []


@given(st.text(max_size=60), st.binary(max_size=60))
def test_odd_cursor_never_breaks(text: str, body: bytes) -> None:
    head = b'{"version": 1, "recipe": "recipe", "starts": [], "badges": {}, "sizes": {"2": 1}}\n'
    for cursor in (text, base64.b64encode(zlib.compress(head + body)).decode()):
        Memory.read(cursor, "recipe", 0.04).begin(NOW)


def test_other_settings_make_it_worthless() -> None:
    cursor = memory_of({2: {3: (1, 2, 3, True)}}).write()
    assert list(Memory.read(cursor, "other", 0.04).ledger(2).users) == []


def ledger_with(
    *, print_: int = 7, visit: int = NOW - 2 * FRESH, still_open: bool = True, soon: bool = False
) -> Ledger:
    ledger = Ledger([3])
    ledger.note(0, Signals(3, print_, visit), NOW, OPEN * still_open | SOON * soon)
    return ledger


OLD = NOW - 2 * FRESH


@pytest.mark.parametrize(
    ("ledger", "now", "due"),
    [
        (Ledger([3]), Signals(3, 7, OLD), True),
        (ledger_with(), Signals(3, 7, OLD), False),
        (ledger_with(), Signals(3, 8, OLD), True),
        (ledger_with(), Signals(3, 7, OLD + 60), True),
        (ledger_with(soon=True), Signals(3, 7, OLD), True),
        (ledger_with(visit=NOW - 60), Signals(3, 7, NOW - 60), True),
        (ledger_with(still_open=False, soon=True, visit=NOW), Signals(3, 7, NOW + 60), False),
        (ledger_with(still_open=False), Signals(3, 8, OLD), True),
    ],
    ids=["new", "same", "graded", "visited", "waits for cron", "visited just then", "settled", "settled, regraded"],
)
def test_whom_the_bulk_answers_make_due(ledger: Ledger, now: Signals, due: bool) -> None:
    assert ledger.due(0, now) is due


def test_changed_grade_is_looked_at_twice() -> None:
    ledger = ledger_with()
    ledger.note(0, Signals(3, 8, OLD), NOW, OPEN)
    assert ledger.due(0, Signals(3, 8, OLD))
    ledger.note(0, Signals(3, 8, OLD), NOW, OPEN)
    assert not ledger.due(0, Signals(3, 8, OLD))


def test_who_leaves_is_forgotten_and_who_joins_is_new() -> None:
    ledger = memory_of({2: {user: (user, 0, NOW, True) for user in (3, 4, 5)}}).ledger(2).follow([4, 5, 9])
    assert list(zip(ledger.users, ledger.prints, ledger.asked, strict=True)) == [(4, 4, NOW), (5, 5, NOW), (9, 0, 0)]


@given(st.integers(1, 60), st.sampled_from([0.04, 0.1, 0.25, 1.0]), st.floats(0, 1), st.randoms())
def test_nobody_waits_longer_than_the_share_says(size: int, share: float, settling: float, dice: Random) -> None:
    memory = memory_of({2: dict.fromkeys(range(1, size + 1), (0, 0, 1, True))}, share)
    memory.begin(1)
    waited = dict.fromkeys(range(1, size + 1), 0)
    for number in range(2, 40):
        again = {user for _, user in memory.begin(number)}
        for place, user in enumerate(memory.ledger(2).users):
            if user in again:
                still_open = dice.random() >= settling
                memory.ledger(2).note(place, Signals(user, 0, 0), number, OPEN * still_open)
            waited[user] = 0 if user in again or not memory.ledger(2).marks[place] & OPEN else waited[user] + 1
            assert waited[user] < 1 / share


def test_oldest_asking_bounds_the_staleness() -> None:
    memory = memory_of({2: {3: (0, 0, 50, True), 4: (0, 0, 10, False)}, 3: {3: (0, 0, 40, True)}})
    assert memory.oldest() == 40
    assert Memory("recipe", 0.04).oldest() is None
