"""Programs are restarted when they die, wait for each other, and are gone when told to stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cluster import supervisor
from cluster.supervisor import Program, Supervisor

SLEEP = "import time; time.sleep(60)"


def python(name: str, code: str, *, ends: bool = False, after: str | None = None) -> Program:
    return Program(name, (sys.executable, "-c", code), ends=ends, after=after)


@contextmanager
def tending(tmp_path: Path, *programs: Program) -> Iterator[tuple[Callable[[Callable[[], bool]], None], list[str], Supervisor]]:
    """Lends: a wait that tends until a condition holds, what was said, the supervisor."""
    said: list[str] = []
    keeper = Supervisor(programs, logs=tmp_path / "log", environment=dict(os.environ), say=said.append)

    def until(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline
            keeper.tend()
            time.sleep(0.02)

    try:
        yield until, said, keeper
    finally:
        keeper.stop()


def append(path: Path, word: str = "x") -> str:
    """Code that adds a word to a file."""
    return f"open({str(path)!r}, 'a').write({word!r});"


def text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def test_a_program_that_dies_is_said_and_started_again_ever_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PAUSES", (0.1, 0.2))
    starts = tmp_path / "starts"
    with tending(tmp_path, python("door", append(starts) + "print('no luck'); raise SystemExit(3)")) as (until, said, _):
        until(lambda: len(text(starts)) >= 3 and len(said) >= 6)
    assert said[0] == "door ended (exit code 3): no luck"
    assert "starting it again in 0 s" in said[1]


def test_an_error_in_the_log_says_more_than_its_last_line(tmp_path: Path) -> None:
    log = tmp_path / "screen.log"
    log.write_text("Traceback\nKeyError: 'city'\n[ERROR] Reason: Worker failed to boot.\n")
    assert supervisor.last_words(log) == "KeyError: 'city'"


def test_what_ends_by_itself_is_not_started_again_and_lets_others_begin(tmp_path: Path) -> None:
    order = tmp_path / "order"
    first = python("basics", "import time; time.sleep(0.3);" + append(order, "a"), ends=True)
    with tending(tmp_path, python("door", append(order, "b") + SLEEP, after="basics"), first) as (until, said, keeper):
        until(lambda: text(order) == "ab")
        for _ in range(20):
            keeper.tend()
            time.sleep(0.02)
    assert text(order) == "ab"
    assert said == []


def test_a_program_that_ignores_the_request_is_ended_within_five_seconds(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + append(ready) + SLEEP
    with tending(tmp_path, python("stubborn", stubborn)) as (until, _, keeper):
        until(ready.exists)
        before = time.monotonic()
        keeper.stop()
        assert time.monotonic() - before < 5


def test_programs_end_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells a child of its parent's death")
    ready = tmp_path / "ready"
    child = f"import os; open({str(ready)!r}, 'w').write(str(os.getpid()));" + SLEEP
    code = f"""
import os, sys, time
from pathlib import Path
from cluster.supervisor import Program, Supervisor
keeper = Supervisor([Program("child", (sys.executable, "-c", {child!r}))],
                    logs=Path({str(tmp_path)!r}), environment=dict(os.environ), say=print)
keeper.tend()
time.sleep(60)
"""
    keeper = subprocess.Popen([sys.executable, "-c", code], cwd=Path(supervisor.__file__).parent.parent)
    deadline = time.monotonic() + 20
    while not text(ready):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    keeper.send_signal(signal.SIGKILL)
    keeper.wait()
    while Path(f"/proc/{text(ready)}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_log_of_the_run_before_is_kept(tmp_path: Path) -> None:
    for word in ("first", "second"):
        with tending(tmp_path, python("load", f"print({word!r})", ends=True)) as (until, _, _keeper):
            until(lambda word=word: word in text(tmp_path / "log/load.log"))  # type: ignore[misc]
    assert text(tmp_path / "log/load.before.log") == "first\n"
