"""The listener of compose.yaml is healthy as long as it tells how its doors stand."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, text

from data_access.city import City
from doors.health import fault
from doors.state import State
from settings import ROOT

SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


@pytest.fixture
def listening(engine: Engine, town: City) -> State:
    """A door that connects, told of just now; whom it listens to is away."""
    state = State(engine, "test", "cap", "feed")
    state.lost("nobody answers")
    state.write()
    return state


def asked(engine: Engine) -> "subprocess.CompletedProcess[str]":
    """What compose runs to find out, run here."""
    kind, program, *arguments = SERVICES["listener"]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "python")
    url = engine.url.render_as_string(hide_password=False)
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, text=True,
                          capture_output=True, check=False)


def test_before_any_door_is_told_of_the_listener_is_not_healthy(engine: Engine, town: City) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM door_state"))
    State(engine, "test", "http", "http", connects=False).write()   # of another program
    done = asked(engine)
    assert (done.returncode, done.stderr) == (1, "the listener has told of no door yet\n")


def test_a_listener_that_tells_of_its_doors_is_healthy_whoever_is_away(engine: Engine, listening: State) -> None:
    done = asked(engine)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_listener_that_fell_silent_is_not_healthy(engine: Engine, listening: State) -> None:
    now = datetime.now(UTC)
    assert fault(engine, now) is None
    told = fault(engine, now + timedelta(minutes=1))
    assert told is not None and told.startswith("the listener has said nothing for more than 30 s, last at ")


def test_every_service_that_stays_says_whether_it_is_healthy() -> None:
    """Those that end, and the simulator, which nobody needs, are not asked."""
    quiet = {name for name, service in SERVICES.items() if service.get("healthcheck", {}).get("disable")}
    assert quiet == {"schema", "basics", "history", "simulator"}
