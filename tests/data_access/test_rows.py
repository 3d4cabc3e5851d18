"""The rows behind a number: the very facts, on their side of the ratio, with the way back to their source."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, text

from data_access.city import City
from data_access.readings import readings
from data_access.rows import Called, Rows, rows
from data_access.trace import Sender
from indicators.definition import Count
from indicators.library import INDICATORS
from indicators.scope import Scope
from indicators.text import Text
from ingest.partitions import Partitions
from ingest.rollups import rebuild
from ingest.snapshots import recorded

NOW = datetime(2026, 3, 4, 17, 20, tzinfo=UTC)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


@pytest.fixture(scope="module")
def filled(engine: Engine, town: City) -> Engine:
    """Four cases in T111, one in T222; one gauge in alarm; a population; all of known rows of known files."""
    at = {code: town.region(code).region_id for code in town.codes}
    with engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO batch (source_id, door, origin, subject) VALUES
            (1, 'file', 'cases.csv', 'case'), (2, 'http', '10.0.0.7', 'observation')"""))
        Partitions().within(connection, np.array([np.datetime64(NOW.replace(tzinfo=None))]))
        for number, (leaf, reported, due, closed) in enumerate([
            ("T111", ago(hours=9), ago(hours=5), ago(hours=6)),   # in time
            ("T111", ago(hours=8), ago(hours=4), ago(hours=2)),   # late
            ("T111", ago(hours=7), ago(hours=3), None),           # overdue
            ("T111", ago(hours=1), ago(hours=-3), None),          # not due yet
            ("T222", ago(hours=2), ago(hours=1), None),
        ], start=1):
            connection.execute(text("""
                INSERT INTO city_case (case_id, source_id, external_id, class_code, channel, title, region_id, reported_at,
                    batch_id, row_no, due_at, state_at, closed_at)
                VALUES (:id, 1, :id, 'pothole', 'web', 'Hole', :leaf, :reported, 1, :row, :due, :reported, :closed)"""), {
                "id": number, "leaf": at[leaf], "reported": reported, "row": number * 10, "due": due, "closed": closed})
        connection.execute(text("""
            INSERT INTO device (code, source_id, kind, name, region_id, interval_s, installed_at, last_at)
            VALUES ('W1', 2, 'water', 'Gauge', :leaf, 600, '2026-01-01', :at)"""), {"leaf": at["T111"], "at": ago(minutes=4)})
        connection.execute(text("""
            INSERT INTO observation SELECT :at, 3.5, 1, 2, 77, property_id FROM property WHERE key = 'level'"""),
            {"at": ago(minutes=4)})
        connection.execute(text("""
            INSERT INTO latest_observation SELECT 1, property_id, :at, 3.5 FROM property WHERE key = 'level'"""),
            {"at": ago(minutes=4)})
        connection.execute(text("""
            INSERT INTO statistic VALUES (1, 'population', 2016, 900, 1, 1, 5), (1, 'population', 2023, 1000, 1, 1, 6)"""))
        connection.execute(text("""
            INSERT INTO place (place_id, source_id, external_id, kind, name, region_id, batch_id, row_no)
            VALUES (1, 1, '1-1', 'lot', 'Lot 1', :leaf, 1, 9)"""), {"leaf": at["T111"]})
        for subject, source in (("place", 1), ("case", 1), ("observation:level", 2), ("statistic:population", 1)):
            connection.execute(text("INSERT INTO feed (source_id, subject, last_at) VALUES (:source, :subject, :at)"),
                               {"source": source, "subject": subject, "at": ago(minutes=4)})
    rebuild(engine, town)
    recorded(engine, town, NOW)
    return engine


def listed(engine: Engine, city: City, key: str, region: str = "T", **more: object) -> Rows:
    return rows(engine, city, INDICATORS[key], Scope(region), NOW, **more)  # type: ignore[arg-type]


def column(found: Rows, name: str) -> list[object]:
    number = [text_.en for text_ in found.columns].index(name)
    return [row[number] for row in found.rows]


def test_a_count_lists_its_facts_newest_first_with_their_way_back(filled: Engine, town: City) -> None:
    found = listed(filled, town, "event_reported", "T1")
    assert column(found, "Identity") == ["4", "3", "2", "1"]
    assert found.rows[0] == (
        ago(hours=1), "4", town.region("T111").name, None, Sender("test", Text("测试", "Test")), "file", "cases.csv", 1, 40)


def test_a_ratio_lists_both_its_sides(filled: Engine, town: City) -> None:
    """Fallen due in T1: case 1 closed in time; 2 late and 3 not at all are in the base only; 4 is not due yet."""
    found = listed(filled, town, "event_closed_on_time", "T1")
    assert list(zip(column(found, "Identity"), column(found, "Numerator"), column(found, "Base"), strict=True)) == [
        ("3", False, True), ("2", False, True), ("1", True, True)]


def test_one_term_of_a_ratio_can_be_listed_alone(filled: Engine, town: City) -> None:
    assert column(listed(filled, town, "event_closed_on_time", term=Count("case_closed_on_time")), "Identity") == ["1"]


def test_a_stock_lists_what_stands_now(filled: Engine, town: City) -> None:
    assert column(listed(filled, town, "event_overdue"), "Identity") == ["5", "3"]
    assert column(listed(filled, town, "event_overdue", "T222"), "Identity") == ["5"]


def test_a_devices_state_is_traced_to_what_it_said_last(filled: Engine, town: City) -> None:
    [row] = listed(filled, town, "object_alarm").rows
    said_by = Sender("sim", Text("模拟", "Simulation"))
    assert row == (ago(minutes=4), "W1", town.region("T111").name, None, said_by, "http", "10.0.0.7", 2, 77)


def test_a_rate_per_head_lists_its_cases_and_the_population_it_divides_by(filled: Engine, town: City) -> None:
    found = listed(filled, town, "event_per_10k")
    assert column(found, "Identity") == ["4", "5", "3", "2", "1", "population 2023"]
    assert column(found, "Value")[-1] == 1000
    assert column(found, "Row")[-1] == 6


def test_facts_are_called_what_people_call_them_and_say_where_they_are(filled: Engine, town: City) -> None:
    """A case by its class, a gauge by its kind and what it measures, a figure by its words, a lot by its name."""
    leaf = town.region("T111").region_id
    assert listed(filled, town, "event_reported", "T1").called[0] == Called(Text("路面坑洞", "Pothole"), leaf)
    assert listed(filled, town, "place_water_over", "T1").called[0].name == Text("水位计 · 水位", "Water gauge · Water level")
    assert listed(filled, town, "event_per_10k").called[-1].name == Text("常住人口", "residents")
    assert listed(filled, town, "place_lots", "T11").called == (Called(Text("Lot 1", "Lot 1"), leaf),)


def test_a_percentile_lists_its_values(filled: Engine, town: City) -> None:
    assert column(listed(filled, town, "event_hours_to_close"), "Value") == [6.0, 3.0]


def test_facts_without_an_instant_are_listed_too(filled: Engine, town: City) -> None:
    assert listed(filled, town, "place_lots", "T11").rows == (
        (None, "1", town.region("T111").name, None, Sender("test", Text("测试", "Test")), "file", "cases.csv", 1, 9),)


def test_a_long_window_is_listed_beyond_its_newest_day(filled: Engine, town: City) -> None:
    """All five cases are of today; as of tomorrow's window of thirty days they are still found."""
    found = rows(filled, town, INDICATORS["event_reported"], Scope("T", "30d"), NOW + timedelta(days=2))
    assert len(found.rows) == found.total == 5


def test_only_so_many_are_listed_but_all_are_counted(filled: Engine, town: City) -> None:
    found = listed(filled, town, "event_reported", limit=2)
    assert (len(found.rows), found.total) == (2, 5)


def test_what_is_not_there_has_no_rows(filled: Engine, town: City) -> None:
    assert listed(filled, town, "situation_calls").rows == ()


@pytest.mark.parametrize("key", INDICATORS)
def test_every_indicators_rows_are_as_many_as_it_says(filled: Engine, town: City, key: str) -> None:
    """For counts and shares of facts, n is the number of rows listed at every level."""
    for region in ("T", "T1", "T11", "T111"):
        found = listed(filled, town, key, region)
        reading = readings(filled, town, [INDICATORS[key]], Scope(region), NOW)[key]
        assert found.total >= len(found.rows)
        if reading.status == "ok" and INDICATORS[key].subject == "case" and reading.n:
            assert len([row for row in found.rows if not str(row[-8]).startswith("population")]) == reading.n
