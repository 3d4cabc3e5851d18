"""Whole runs against a door that only keeps a book."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from simulate import batches, case_rows, cases, hotline, memory, observations, run
from simulate import world as worlds
from simulate.agenda import Agenda
from simulate.backfill import FOREVER, tasks
from simulate.clock import Clock
from simulate.door import Door
from simulate.memory import Memory
from simulate.moments import DAY, HOUR
from simulate.run import Options, Run
from simulate.world import World
from tests.simulate.fake_door import FakeDoor

SetClock = Callable[[int], None]

NOW = 20_516 * DAY + 18 * HOUR            # 4 March 2026, one in the afternoon in New York


@pytest.fixture(autouse=True)
def drawn_once(monkeypatch: pytest.MonkeyPatch, hamlet: World) -> None:
    """Every run of this module has the same small city, drawn once."""
    monkeypatch.setattr(worlds, "load", lambda seed, pack: hamlet)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Set the simulator's clock."""
    def set_clock(instant: int) -> None:
        monkeypatch.setattr(time, "time", lambda: instant)
    set_clock(NOW)
    return set_clock


def go(options: Options) -> Run:
    made = Run(options, Event())
    made.go()
    assert made.failure is None
    return made


def test_a_backfill_tells_registers_first_and_then_the_newest_day_first(
        door: FakeDoor, asked: Options, at: SetClock, hamlet: World) -> None:
    go(asked)
    subjects = list(dict.fromkeys(subject for subject, _, _ in door.book.batches))
    assert subjects[:3] == ["agencies", "devices", "enterprises"]
    days = list(dict.fromkeys(row["reported_at"][:10] for row in door.book.rows["cases"].values()))
    assert days == ["2026-03-04", "2026-03-03"]
    assert [len(door.book.rows[subject]) for subject in ("agencies", "devices")] == [36, len(hamlet.devices.code)]


def test_a_backfill_tells_every_fact_of_its_days_and_nothing_of_the_future(
        door: FakeDoor, asked: Options, at: SetClock, hamlet: World) -> None:
    go(asked)
    expected = sum(len(batch) for day in (20_515, 20_516)
                   for batch in [observations.draw(hamlet, day).between(0, NOW)])
    assert len(door.book.rows["observations"]) == expected
    newest = max(row["observed_at"] for row in door.book.rows["observations"].values())
    assert newest <= "2026-03-04T18:00:00Z"
    assert all(at <= "2026-03-04T18:00:00Z" for _, at, _ in door.book.rows["all steps"])


def test_its_progress_ends_with_all_rows_done(door: FakeDoor, asked: Options, at: SetClock) -> None:
    go(asked)
    last = door.book.jobs[-1]
    told = len(door.book.rows["observations"]) + len(door.book.rows["cases"])
    assert (last["done"], last["total"], last["finished"]) == (told, told, True)


def test_a_second_run_tells_only_what_happened_since(door: FakeDoor, asked: Options, at: SetClock, hamlet: World) -> None:
    go(asked)
    before = len(door.book.rows["observations"]), len(door.book.rows["cases"])
    door.book.batches.clear()
    at(NOW + HOUR)
    go(asked)
    seen: Counter[str] = Counter()
    for subject, _, known in door.book.batches:
        seen[subject] += known
    assert +seen == {"agencies": 36, "devices": len(hamlet.devices.code)}
    assert len(door.book.rows["observations"]) - before[0] == pytest.approx(observations.expected(hamlet) / 24, rel=0.1)
    assert len(door.book.rows["cases"]) > before[1]


def test_a_run_without_memory_tells_the_same_rows_again(door: FakeDoor, asked: Options, at: SetClock) -> None:
    go(asked)
    before = {subject: len(rows) for subject, rows in door.book.rows.items()}
    asked.memory.unlink()
    door.book.batches.clear()
    go(asked)
    assert {subject: len(rows) for subject, rows in door.book.rows.items()} == before
    assert sum(taken for _, taken, _ in door.book.batches) == 0


def test_a_city_that_forgot_us_is_told_everything(door: FakeDoor, asked: Options, at: SetClock) -> None:
    go(asked)
    before = len(door.book.rows["observations"])
    door.book.rows.clear()
    go(asked)
    assert len(door.book.rows["observations"]) == before


def test_an_interrupted_backfill_is_completed(door: FakeDoor, asked: Options, at: SetClock) -> None:
    stopped = Run(asked, Event())
    thread = Thread(target=stopped.go)
    thread.start()
    while not any(subject == "observations" for subject, _, _ in door.book.batches):
        time.sleep(0.01)
    stopped.stop.set()
    thread.join(5)
    partial = len(door.book.rows["observations"])
    go(asked)
    interrupted = {subject: set(rows) for subject, rows in door.book.rows.items()}
    assert partial < len(interrupted["observations"])
    door.book.rows.clear()
    asked.memory.unlink()
    go(asked)
    assert {subject: set(rows) for subject, rows in door.book.rows.items()} == interrupted


def test_the_clock_and_the_backfill_together_tell_what_one_later_backfill_tells(
        door: FakeDoor, asked: Options, at: SetClock, hamlet: World) -> None:
    """Two hours on the clock over midnight UTC, step by step, against one look back from the end."""
    late = 20_516 * DAY + 23 * HOUR
    at(late)
    made = go(asked)
    past = memory.load(asked.memory)
    steps, calls = agendas(hamlet, past, late)
    line = Door(door.url, made._tokens, Event())
    clock = Clock(hamlet, line, past, steps, calls, merged=lambda: frozenset({20_515, 20_516}), since=late, stop=Event())
    for until in range(late + 600, late + 2 * HOUR + 1, 600):
        clock.tell(until)
    line.close()
    on_the_clock = {subject: dict(rows) for subject, rows in door.book.rows.items()}
    assert door.book.orphans == 0
    door.book.rows.clear()
    asked.memory.unlink()
    at(late + 2 * HOUR)
    go(replace(asked, days=2))
    looking_back = door.book.rows
    for subject in ("observations", "cases"):
        assert set(on_the_clock[subject]) == {key for key, row in looking_back[subject].items() if since(row, "2026-03-03")}
    ids = {key[0] for key in on_the_clock["cases"]}
    assert set(on_the_clock["all steps"]) == {key for key in looking_back["all steps"] if key[0] in ids}
    assert {key[0] for key in on_the_clock["messages"]} == \
        {key[0] for key, row in looking_back["messages"].items() if since(row, "2026-03-03")}
    newest = {key[0]: row for key, row in sorted(on_the_clock["messages"].items())}
    assert newest == {key[0]: row for key, row in looking_back["messages"].items() if since(row, "2026-03-03")}


def test_the_clock_remembers_how_far_it_came(door: FakeDoor, asked: Options, at: SetClock, hamlet: World) -> None:
    made = go(asked)
    past = memory.load(asked.memory)
    steps, calls = agendas(hamlet, past, NOW)
    line = Door(door.url, made._tokens, Event())
    Clock(hamlet, line, past, steps, calls, merged=lambda: frozenset({20_516}), since=NOW, stop=Event()).tell(NOW + 11)
    line.close()
    again = memory.load(asked.memory)
    assert again.told(20_516).facts == NOW + 11
    assert again.told(20_515).steps == NOW      # whose agenda was not there


def test_tasks_are_the_window_and_all_days_told_before(tmp_path: Path) -> None:
    past = memory.load(tmp_path / "none.json")
    past.mark({20_500}, NOW)
    assert [task.day for task in tasks(past, NOW, 2)] == [20_516, 20_515, 20_514, 20_500]
    assert [task.missing for task in tasks(past, NOW, 2)] == [pytest.approx(0.75, abs=1e-4), 1.0, 1.0, 0.0]


def test_no_batch_is_larger_than_the_door_takes(city: World) -> None:
    busy = cases.draw(city, 20_516)
    later = NOW + 60 * DAY
    made = [*batches.of_cases(city, busy, 0, later, steps_until=later),
            *batches.of_observations(city, observations.draw(city, 20_516), 0, later)]
    assert max(batch.rows for batch in made) <= 20_000
    assert max(len(batch.body) for batch in made) < 8 << 20


def test_asked_to_stop_the_command_ends_within_two_seconds(door: FakeDoor, asked: Options) -> None:
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-m", "simulate", "--door", door.url, "--token-file", str(asked.tokens), "--seed", "7", "--days", "1"],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, stderr=subprocess.PIPE, text=True)
    with process:
        assert process.stderr is not None
        for line in process.stderr:
            if "registers" in line:
                break
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - began < 2


def test_without_tokens_it_says_so_and_ends(tmp_path: Path) -> None:
    made = Run(run.Options("http://127.0.0.1:9", tmp_path / "tokens.json", 7, 1, "newyork", once=True), Event())
    made.go()
    assert made.failure is not None and "cannot read the tokens" in made.failure


def since(row: dict[str, Any], first: str) -> bool:
    told: str = row.get("observed_at") or row.get("reported_at") or row["occurred_at"]
    return told[:10] >= first


def agendas(city: World, past: Memory, until: int) -> tuple[Agenda, Agenda]:
    """What is still to come after a back-fill until an instant, as the back-fill puts it together."""
    steps, calls = Agenda(case_rows.STEP_EVENT), Agenda(hotline.CALL_EVENT)
    for day in past.known_days():
        reported = cases.draw(city, day)
        steps.add(case_rows.step_events(reported, until, FOREVER, reported_until=FOREVER))
        calls.add(hotline.events(hotline.draw(city, reported), until, FOREVER, occurred_until=FOREVER))
    return steps, calls
