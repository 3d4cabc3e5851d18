"""The line to the database: told when it falls silent, when it is cut, and when it is back."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from data_access.engine import DataUnavailable
from data_access.notices import Notice
from live import pulse
from live.pulse import Pulse

Listen = Callable[[float], Iterator[tuple[Notice, ...]]]


class Ear:
    """Writes down what the pulse says."""

    def __init__(self) -> None:
        self.said: list[object] = []

    def line(self, listen: Listen) -> Pulse:
        return Pulse(listen, changed=self.said.append, cut=lambda since: self.said.append(since),
                     restored=lambda: self.said.append("restored"))

    def wait(self, count: int) -> list[object]:
        deadline = time.monotonic() + 3
        while len(self.said) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.said


def test_notices_pass_through_and_a_beat_says_nothing() -> None:
    stop = threading.Event()

    def listen(patience: float) -> Iterator[tuple[Notice, ...]]:
        yield ()
        yield (Notice(frozenset({"case"})), Notice(frozenset({"message"})))
        yield ()
        stop.wait()

    ear = Ear()
    line = ear.line(listen)
    line.start()
    said = ear.wait(3)
    line.stop()
    stop.set()
    assert said == ["restored", Notice(frozenset({"case"})), Notice(frozenset({"message"}))]


def test_a_cut_line_is_told_once_and_again_when_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "RECONNECT_S", 0.01)
    tries = []
    stop = threading.Event()

    def listen(patience: float) -> Iterator[tuple[Notice, ...]]:
        tries.append(1)
        if len(tries) == 1:
            yield ()
        if len(tries) < 4:
            raise DataUnavailable("the notices")
        yield ()
        stop.wait()

    ear = Ear()
    line = ear.line(listen)
    line.start()
    said = ear.wait(3)
    line.stop()
    stop.set()
    assert [type(word) for word in said] == [str, datetime, str]


def test_a_line_that_hangs_counts_as_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "SILENCE_S", 0.1)
    stop = threading.Event()

    def listen(patience: float) -> Iterator[tuple[Notice, ...]]:
        yield ()
        stop.wait()

    ear = Ear()
    line = ear.line(listen)
    line.start()
    said = ear.wait(2)
    line.stop()
    stop.set()
    assert said[0] == "restored"
    assert isinstance(said[1], datetime)
    assert len(said) == 2
