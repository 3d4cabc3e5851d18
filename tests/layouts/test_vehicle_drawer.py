"""A vehicle's drawer: its line, its delay, its next stop, and how old its position is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from data_access.trace import Trace
from data_access.vehicles import VehicleRecord
from indicators.text import Text
from layouts import drawer_vehicle
from layouts.view import Opened
from tests.layouts import town
from tests.layouts.test_panel import text

LOOK = town.look(opened=Opened("vehicle", "7"))
BUS = VehicleRecord(
    7, "b7", "4711", "bus", "12", "Harbour loop", "Harbour", "T1", LOOK.region.region_id, 0.005, 0.005,
    LOOK.now - timedelta(seconds=40), 36.2, 420, "School", LOOK.now + timedelta(minutes=2), False, False, False,
    Trace("bus", Text("公交", "Buses"), False, 3, "gtfs_realtime", "feed", 9, LOOK.now))


def test_a_late_bus_says_its_line_its_delay_its_next_stop_and_its_age() -> None:
    told = text(drawer_vehicle.vehicle(LOOK, BUS))
    for part in ("公交 12 · 开往 Harbour", "晚点 7 分钟", "+7.0", "12 · Harbour loop", "School · 预计", "36 km/h", "4711 · b7",
                 "GTFS 实时"):
        assert part in told, part


@pytest.mark.parametrize(("seconds", "word"), [(-120, "早到 2 分钟"), (-60, "准点"), (300, "准点"), (None, "运行中")])
def test_how_it_stands_is_told_as_the_indicator_has_it(seconds: int | None, word: str) -> None:
    assert word in text(drawer_vehicle.vehicle(LOOK, replace(BUS, delay_s=seconds)))


@pytest.mark.parametrize(("minutes", "word"), [(4, "位置陈旧"), (11, "已离开地图")])
def test_an_old_position_is_told_before_anything_else(minutes: int, word: str) -> None:
    told = text(drawer_vehicle.vehicle(LOOK, replace(BUS, observed_at=LOOK.now - timedelta(minutes=minutes))))
    assert word in told and "晚点 7" not in told


def test_a_bus_that_says_little_is_called_by_its_own_name_and_one_at_its_stop_says_so() -> None:
    bare = replace(BUS, line=None, line_name=None, headsign=None, mode=None, delay_s=None, speed_kmh=None, next_stop_at=None,
                   at_stop=True, placed_by_stop=True)
    told = text(drawer_vehicle.vehicle(LOOK, bare))
    assert "车辆 4711" in told and "停靠站" in told and "按站点标出" in told and "km/h" not in told
