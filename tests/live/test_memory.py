"""What was read is read again only when something of its subjects was committed, or the minute is over."""

import threading
import time

import pytest

from data_access.engine import DataUnavailable
from data_access.notices import EVERYTHING
from live.memory import FAILED_S, KEEP_S, REMEMBERED, Memory

CASE = frozenset({"case"})
BOTH = frozenset({"case", "message"})


class Book:
    """Counts how often it is read."""

    def __init__(self) -> None:
        self.reads = 0
        self.asked: list[list[str]] = []

    def __call__(self) -> int:
        self.reads += 1
        return self.reads

    def many(self, keys: list[str]) -> dict[str, str]:
        self.asked.append(keys)
        return {key: f"{key}{len(self.asked)}" for key in keys}


@pytest.fixture(autouse=True)
def within_one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("live.memory.time.time", lambda: 90.0)


def test_a_thing_is_read_once_until_its_subject_changes() -> None:
    memory, book = Memory(), Book()
    assert [memory.recall("k", CASE, book) for _ in range(3)] == [1, 1, 1]
    memory.changed({"message"})
    assert memory.recall("k", CASE, book) == 1
    memory.changed(CASE)
    assert memory.recall("k", CASE, book) == 2
    memory.changed({EVERYTHING})
    assert memory.recall("k", CASE, book) == 3


def test_the_minute_makes_everything_outdated(monkeypatch: pytest.MonkeyPatch) -> None:
    memory, book = Memory(), Book()
    memory.recall("k", CASE, book)
    monkeypatch.setattr("live.memory.time.time", lambda: 120.0)
    assert memory.recall("k", CASE, book) == 2


def test_a_change_during_a_read_makes_it_outdated() -> None:
    memory, book = Memory(), Book()

    def read() -> int:
        memory.changed(CASE)
        return book()

    memory.recall("k", CASE, read)
    assert memory.recall("k", CASE, book) == 2


def test_a_failed_read_is_not_asked_for_again_at_once_but_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    memory, book = Memory(), Book()

    def fail() -> int:
        book()
        raise DataUnavailable("k")

    for _ in range(3):
        with pytest.raises(DataUnavailable):
            memory.recall("k", CASE, fail)
    assert book.reads == 1
    later = time.monotonic() + FAILED_S
    monkeypatch.setattr("live.memory.time.monotonic", lambda: later)
    assert memory.recall("k", CASE, book) == 2


def test_a_mistake_is_not_remembered() -> None:
    memory = Memory()
    with pytest.raises(ZeroDivisionError):
        memory.recall("k", CASE, lambda: 1 // 0)
    assert memory.recall("k", CASE, lambda: 1) == 1


def test_of_many_only_the_outdated_are_read_and_these_together() -> None:
    memory, book = Memory(), Book()
    wanted = {"a": CASE, "b": frozenset({"message"}), "c": BOTH}
    assert memory.recall_many("g", wanted, book.many) == {"a": "a1", "b": "b1", "c": "c1"}
    memory.changed(CASE)
    assert memory.recall_many("g", wanted, book.many) == {"a": "a2", "b": "b1", "c": "c2"}
    assert memory.recall_many("g", {"b": frozenset({"message"})}, book.many) == {"b": "b1"}
    assert book.asked == [["a", "b", "c"], ["a", "c"]]


def test_two_who_ask_at_the_same_time_wait_for_one_read() -> None:
    memory, book = Memory(), Book()

    def slow() -> int:
        time.sleep(0.05)
        return book()

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(memory.recall("k", CASE, slow))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 8


def test_what_nobody_asks_for_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    memory, book = Memory(), Book()
    memory.recall("k", CASE, book)
    memory.forget()
    assert memory.recall("k", CASE, book) == 1
    later = time.monotonic() + KEEP_S + 1
    monkeypatch.setattr("live.memory.time.monotonic", lambda: later)
    memory.forget()
    assert memory.recall("k", CASE, book) == 2


def test_who_asks_for_news_of_cases_gets_of_messages_what_is_known() -> None:
    memory, book = Memory(), Book()
    memory.recall("k", BOTH, book)
    memory.changed({"message"})
    assert memory.recall("k", BOTH, book, CASE) == 1
    memory.changed(CASE)
    assert memory.recall("k", BOTH, book, CASE) == 2
    memory.changed({EVERYTHING})
    assert memory.recall("k", BOTH, book, CASE) == 3


def test_what_was_read_for_news_of_cases_is_not_taken_for_news_of_messages() -> None:
    """The second read was made of messages as they were at the first: who asks for all has it read again."""
    memory, book = Memory(), Book()
    memory.recall("k", BOTH, book)
    memory.changed(BOTH)
    assert [memory.recall("k", BOTH, book, CASE) for _ in range(2)] == [2, 2]
    assert [memory.recall("k", BOTH, book) for _ in range(2)] == [3, 3]


def test_what_was_never_read_in_full_is_read_for_who_asks_for_all() -> None:
    memory, book = Memory(), Book()
    assert [memory.recall("k", BOTH, book, CASE) for _ in range(2)] == [1, 1]
    assert [memory.recall("k", BOTH, book) for _ in range(2)] == [2, 2]


def test_of_many_things_only_those_are_read_whose_news_are_asked_for() -> None:
    memory, book = Memory(), Book()
    wanted = {"cases": CASE, "messages": frozenset({"message"}), "both": BOTH}
    memory.recall_many("g", wanted, book.many)
    memory.changed(BOTH)
    assert memory.recall_many("g", wanted, book.many, CASE) == {"cases": "cases2", "messages": "messages1", "both": "both2"}
    memory.recall_many("g", wanted, book.many)
    assert book.asked[2] == ["messages", "both"]


def test_a_first_picture_takes_what_was_read_a_moment_ago_whatever_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    memory, book = Memory(), Book()
    memory.recall("k", CASE, book)
    memory.changed(CASE)
    assert memory.recall("k", CASE, book, good_s=5.0) == 1
    later = time.monotonic() + 6
    monkeypatch.setattr("live.memory.time.monotonic", lambda: later)
    assert memory.recall("k", CASE, book, good_s=5.0) == 2


def test_what_was_read_for_a_first_picture_is_read_again_for_who_asks_for_all() -> None:
    """It may be made of what was outdated; what was read for all is good for a first picture."""
    memory, book = Memory(), Book()
    assert [memory.recall("k", CASE, book, good_s=5.0) for _ in range(2)] == [1, 1]
    assert [memory.recall("k", CASE, book) for _ in range(2)] == [2, 2]
    assert memory.recall("k", CASE, book, good_s=5.0) == 2


def test_a_first_picture_does_not_wait_for_who_reads_anew() -> None:
    memory, going_on, begun = Memory(), threading.Event(), threading.Event()
    memory.recall("k", CASE, lambda: 1)
    memory.changed(CASE)

    def slow() -> int:
        begun.set()
        going_on.wait(10)
        return 2

    reader = threading.Thread(target=memory.recall, args=("k", CASE, slow))
    reader.start()
    assert begun.wait(10)
    assert memory.recall("k", CASE, slow, good_s=60.0) == 1
    going_on.set()
    reader.join()
    assert memory.recall("k", CASE, slow) == 2


def test_what_changed_in_known_regions_is_mended_there_and_else_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    memory, book, mended = Memory(), Book(), list[tuple[int, frozenset[int]]]()

    def mend(before: int, regions: frozenset[int]) -> int:
        mended.append((before, regions))
        return before * 10

    def told() -> int:
        return memory.recall("k", BOTH, book, mend=mend)

    assert told() == 1
    memory.changed(CASE, frozenset({7}))
    memory.changed({"message"}, frozenset({8, 9}))
    memory.changed({"warning"})
    assert told() == told() == 10
    assert mended == [(1, frozenset({7, 8, 9}))]
    memory.changed(CASE, frozenset({7}))
    memory.changed(CASE)
    assert told() == 2, "a change that may be anywhere"
    memory.changed(CASE, frozenset({5}))
    monkeypatch.setattr("live.memory.time.time", lambda: 120.0)
    assert told() == 3, "another minute"
    for region in range(REMEMBERED + 1):
        memory.changed(CASE, frozenset({region}))
    assert told() == 4, "more changes than are remembered"
    memory.changed({EVERYTHING})
    assert told() == 5
    assert len(mended) == 1


def test_a_change_while_something_is_mended_is_mended_next() -> None:
    memory, book = Memory(), Book()
    seen = []

    def mend(before: int, regions: frozenset[int]) -> int:
        seen.append(regions)
        memory.changed(CASE, frozenset({2}))
        return before

    memory.recall("k", CASE, book, mend=mend)
    memory.changed(CASE, frozenset({1}))
    memory.recall("k", CASE, book, mend=mend)
    memory.recall("k", CASE, book, mend=mend)
    assert seen == [{1}, {2}]
