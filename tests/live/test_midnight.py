"""A wall left over midnight shows today, though nothing happened."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from data_access.city import City
from indicators.scope import Scope
from ingest.door import create_door
from ingest.rollups import prepare
from layouts import ids
from layouts.view import View
from live.memory import Memory
from live.painting import Painter
from live.picture import Picture
from live.tick import Tick
from tests.browser.scene import TOKEN, case

MIDNIGHT = datetime(2026, 3, 5, 5, tzinfo=UTC)   # in New York, where Smalltown's clock is
TODAY = View(Scope("T", "today", language="en"))


def hero(component: Any) -> Any:
    """What stands in a panel's leading number; None where there is none."""
    if isinstance(component, list | tuple):
        return next((found for one in component if (found := hero(one)) is not None), None)
    if component is None or isinstance(component, str):
        return None
    if (getattr(component, "className", None) or "").split(" ")[0] == "v":
        return component.children
    return hero(getattr(component, "children", None))


def reported(picture: Picture) -> Any:
    """The leading number of the panel of events: the cases reported in the window."""
    return hero(picture[ids.panel("events")]["children"])


def test_cases_of_yesterday_leave_today_at_midnight(engine: Engine, town: City, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(engine, town)
    rows = [case(f"m-{n}", n, MIDNIGHT - timedelta(minutes=1 + n)) for n in range(3)]
    answer = create_door(engine).test_client().post("/ingest/v1/cases", json={"rows": rows}, headers=TOKEN)
    assert answer.get_json()["taken"] == 3
    painter = Painter(engine, Memory())
    clock = MIDNIGHT.timestamp() - 30
    monkeypatch.setattr("live.memory.time.time", lambda: clock)
    assert reported(painter.paint(town, TODAY, Tick(MIDNIGHT - timedelta(seconds=30)))) == "3"
    clock += 60
    assert reported(painter.paint(town, TODAY, Tick(MIDNIGHT + timedelta(seconds=30)))) == "0"
