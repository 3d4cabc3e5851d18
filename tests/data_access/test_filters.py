"""Filtered readings: what everything lets through is everything, and what is picked out can be counted by hand."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, text

from data_access import cases
from data_access.breakdown import Bar, breakdown
from data_access.city import City
from data_access.overdue import overdue
from data_access.readings import by_level, readings
from data_access.rows import rows
from data_access.stocks import standings
from indicators.algebra import stock_keys
from indicators.filters import LATENESS, NOBODY, applies, with_values
from indicators.library import INDICATORS
from indicators.metrics import STOCKS
from indicators.scope import WINDOWS, Field, Filter, Scope, Window
from ingest.rollups import rebuild

NOW = datetime(2026, 3, 10, 15, 20, tzinfo=UTC)  # 11:20 in New York
CASES = [one for one in INDICATORS.values() if applies(one)]
OTHERS = [one for one in INDICATORS.values() if not applies(one)]
EVERYTHING = (
    Filter("class", ("noise", "road")), Filter("agency", (NOBODY, "A1", "A2")), Filter("state", tuple(sorted(LATENESS))),
    Filter("channel", ("app", "web")))


@pytest.fixture(scope="module")
def filled(engine: Engine, town: City) -> Engine:
    """Three weeks of 300 random cases; `pothole` and `crack` are classes of `road`. Then ten known ones of `noise`.

    Those ten came by `app` to A2 in block T111 within the last 10 minutes: 4 overdue, 3 due in an hour, 2 without haste,
    and 1 closed.
    """
    chance = random.Random(11)
    blocks = [region.region_id for region in town.regions.values() if region.level == 3]
    with engine.begin() as connection:
        connection.exec_driver_sql("""
            INSERT INTO agency (code, name_zh, name_en, region_id, source_id) VALUES ('A2', '城管', 'Order', 1, 1);
            INSERT INTO case_class (code, name_zh, name_en) VALUES ('road', '道路', 'Roads'), ('crack', '裂缝', 'Crack');
            UPDATE case_class SET parent_code = 'road' WHERE code IN ('pothole', 'crack');
            INSERT INTO batch (source_id, door, origin, subject) VALUES (1, 'file', 'random', 'case');
            INSERT INTO feed (source_id, subject, last_at, last_received_at)
                VALUES (1, 'case', '2026-03-10 15:19Z', '2026-03-10 15:19Z')""")
        for number in range(300):
            reported = NOW - timedelta(minutes=chance.randrange(15, 21 * 1440))
            hours = sorted(chance.random() * 60 for _ in range(4))
            moments = [reported + timedelta(hours=span) for span in hours[:chance.randrange(5)]]
            put(connection, number, chance.choice(blocks), reported, [at for at in moments if at <= NOW],
                due=reported + timedelta(hours=chance.choice([4, 24, 49])) if chance.random() < 0.9 else None,
                kind=chance.choice(["pothole", "crack"]), channel="web", agency=chance.choice([None, 1]))
        leaf = town.region("T111").region_id
        for number, minutes in enumerate([-1] * 4 + [60] * 3 + [600] * 2 + [60], start=1000):
            reported = NOW - timedelta(minutes=number - 999)
            put(connection, number, leaf, reported, [reported + timedelta(seconds=10)] * (4 if number == 1009 else 0),
                due=NOW + timedelta(minutes=minutes), kind="noise", channel="app", agency=2)
    rebuild(engine, town)
    return engine


def put(connection, number, leaf, reported, steps, *, due, kind, channel, agency) -> None:
    """One case with as many of its four steps as have been taken."""
    registered, dispatched, disposed, closed = [*steps, None, None, None, None][:4]
    connection.execute(text("""
        INSERT INTO city_case (case_id, source_id, external_id, class_code, channel, title, region_id, reported_at, batch_id,
            row_no, due_at, agency_id, state, state_at, registered_at, dispatched_at, disposed_at, closed_at)
        VALUES (:id, 1, :id, :kind, :channel, 'x', :leaf, :reported, 1, :id, :due, :agency, :state, :state_at, :registered,
            :dispatched, :disposed, :closed)"""), {
        "id": number, "kind": kind, "channel": channel, "leaf": leaf, "reported": reported, "due": due, "agency": agency,
        "state": ("reported", "registered", "dispatched", "disposed", "closed")[len(steps)],
        "state_at": (steps or [reported])[-1], "registered": registered, "dispatched": dispatched, "disposed": disposed,
        "closed": closed})


def picked(field: Field, *values: str) -> tuple[Filter, ...]:
    """One filter."""
    return with_values((), field, values)


def told(engine: Engine, town: City, scope: Scope, key: str) -> float | None:
    """An indicator's value."""
    return readings(engine, town, [INDICATORS[key]], scope, NOW)[key].value


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("region", ["T", "T1", "T11", "T111"])
@pytest.mark.parametrize("ago", [None, timedelta(hours=30)])
def test_filters_that_let_everything_through_change_no_number(
    filled: Engine, town: City, region: str, window: Window, ago: timedelta | None,
) -> None:
    plain = Scope(region, window, None if ago is None else NOW - ago)
    whole = readings(filled, town, CASES, plain, NOW)
    sifted = readings(filled, town, CASES, replace(plain, filters=EVERYTHING), NOW)
    for key, one in whole.items():
        same = sifted[key]
        assert (same.status, same.n) == (one.status, one.n), key
        assert same.value == pytest.approx(one.value), key
        if stock_keys(INDICATORS[key].measure):
            continue
        assert (same.comparable, same.previous, same.last_week) == pytest.approx(
            (one.comparable, one.previous, one.last_week)), key
        assert [point.value for point in same.series] == pytest.approx([point.value for point in one.series]), key


def test_what_stood_before_is_a_gap_under_a_filter_never_a_number(filled: Engine, town: City) -> None:
    found = readings(filled, town, [INDICATORS["event_open"]], Scope("T", filters=picked("class", "noise")), NOW)["event_open"]
    assert found.value == 9
    assert (found.previous, found.last_week) == (None, None)
    assert [point.value for point in found.series if point.value is not None] == [9]


@pytest.mark.parametrize(("filters", "reported", "overdue_now"), [
    (picked("class", "noise"), 10, 4),
    (picked("channel", "app"), 10, 4),
    (picked("agency", "A2"), 10, 4),
    (picked("class", "noise") + picked("state", "overdue"), 4, 4),
    (picked("class", "noise") + picked("state", "due_soon", "closed"), 4, 0),
    (picked("class", "noise") + picked("state", "reported"), 9, 4),
    (picked("class", "noise") + picked("channel", "web"), 0, 0),
    (picked("class", "no such class"), 0, 0),
])
def test_what_is_picked_out_is_counted(
    filled: Engine, town: City, filters: tuple[Filter, ...], reported: int, overdue_now: int,
) -> None:
    for region in ("T", "T1", "T111"):
        assert told(filled, town, Scope(region, filters=filters), "event_reported") == reported
        assert told(filled, town, Scope(region, filters=filters), "event_overdue") == overdue_now
    assert told(filled, town, Scope("T2", filters=filters), "event_reported") == 0


def test_a_class_stands_for_all_below_it_and_the_halves_make_the_whole(filled: Engine, town: City) -> None:
    scope = Scope("T", "30d")
    whole = told(filled, town, scope, "event_reported")
    parts = [told(filled, town, replace(scope, filters=picked("class", one)), "event_reported") for one in ("road", "noise")]
    assert sum(part or 0 for part in parts) == whole == 310
    leaves = told(filled, town, replace(scope, filters=picked("class", "pothole", "crack")), "event_reported")
    assert leaves == parts[0] == 300
    nobody = told(filled, town, replace(scope, filters=picked("agency", NOBODY)), "event_reported")
    somebody = told(filled, town, replace(scope, filters=picked("agency", "A1", "A2")), "event_reported")
    assert (nobody or 0) + (somebody or 0) == whole


def test_the_map_s_regions_follow_the_filter(filled: Engine, town: City) -> None:
    found = by_level(filled, town, INDICATORS["event_reported"], Scope("T", filters=picked("class", "noise")), 3, NOW)
    assert {one.region.code: one.reading.value for one in found if one.reading.value} == {"T111": 10}


def test_standings_under_a_filter_are_counted_once_for_all_and_never_given_to_another(filled: Engine, town: City) -> None:
    filters = picked("class", "noise")
    standing = standings(filled, STOCKS, NOW, filters)
    assert standing.standing("case_overdue", town.region("T1").region_id).n == 4
    assert "device_online" not in standing.keys
    scope = Scope("T1", filters=filters)
    statements: list[str] = []
    event.listen(filled, "before_cursor_execute", lambda *told: statements.append(told[2]))
    given = readings(filled, town, [INDICATORS["event_open"]], scope, NOW, standings=standing)["event_open"]
    assert given.value == 9
    assert not any("FROM (SELECT * FROM city_case" in one for one in statements)
    plain = readings(filled, town, [INDICATORS["event_open"]], Scope("T1"), NOW)["event_open"].value
    assert readings(filled, town, [INDICATORS["event_open"]], Scope("T1"), NOW, standings=standing)["event_open"].value == plain


def test_what_does_not_count_cases_stays_as_it_is(filled: Engine, town: City) -> None:
    plain, filters = Scope("T"), picked("class", "noise")
    assert OTHERS and readings(filled, town, OTHERS, plain, NOW) == readings(
        filled, town, OTHERS, replace(plain, filters=filters), NOW)


def test_rows_feed_and_overdue_places_follow_the_filter(filled: Engine, town: City) -> None:
    scope = Scope("T", filters=picked("class", "noise") + picked("state", "overdue"))
    found = rows(filled, town, INDICATORS["event_reported"], scope, NOW)
    assert found.total == 4 and {row[1] for row in found.rows} == {"1000", "1001", "1002", "1003"}
    root = town.root.region_id
    assert {line.class_code for line in cases.newest(filled, root, NOW, 50, picked("class", "noise"))} == {"noise"}
    late = overdue(filled, town, NOW, picked("class", "noise"))
    assert {town.regions[key].code: one.count for key, one in late.regions.items()} == {"T": 4, "T1": 4, "T11": 4, "T111": 4}


def test_a_field_s_bars_follow_the_other_filters_but_not_its_own(filled: Engine, town: City) -> None:
    bars = breakdown(filled, town, Scope("T", filters=picked("class", "noise")), NOW, 8)
    assert [(bar.value, bar.n) for bar in bars["state"]] == [("overdue", 4), ("due_soon", 3), ("open", 2), ("closed", 1)]
    assert bars["channel"] == (Bar("app", 10),)
    assert bars["agency"] == (Bar("A2", 10),)
    assert {bar.value for bar in bars["class"]} == {"noise", "pothole", "crack"}
    whole = told(filled, town, Scope("T", "30d"), "event_reported")
    everything = breakdown(filled, town, Scope("T", "30d"), NOW, 8)
    assert {field: sum(bar.n for bar in found) for field, found in everything.items()} == dict.fromkeys(everything, whole)
    assert len(breakdown(filled, town, Scope("T", "30d"), NOW, 1)["agency"]) == 1
    kept = breakdown(filled, town, Scope("T", "30d", filters=picked("agency", "A2")), NOW, 1)["agency"]
    assert len(kept) == 2 and kept[1] == Bar("A2", 10), "what is chosen can be seen, and dropped"


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(hours=30)])
def test_what_is_overdue_is_at_hand_whenever_it_was_reported(filled: Engine, town: City, ago: timedelta) -> None:
    scope = Scope("T1", at=NOW - ago if ago else None)
    states = {bar.value: bar.n for bar in breakdown(filled, town, scope, NOW, 8)["state"]}
    assert states["overdue"] == told(filled, town, scope, "event_overdue")
    assert sum(n for state, n in states.items() if state != "closed") == told(filled, town, scope, "event_open")
