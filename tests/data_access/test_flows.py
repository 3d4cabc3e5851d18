"""Flows: the rollups and the facts give the same numbers, for every metric, at every edge."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text

from data_access.areas import Areas, alone, below
from data_access.city import City
from data_access.flows import Ask, Flows, flows
from indicators.algebra import Amount
from indicators.metrics import METRICS
from indicators.scope import WINDOWS, Window
from indicators.windows import Frame, frame
from ingest.partitions import Partitions
from ingest.quality.arrivals import DEEPEST
from ingest.rollups import rebuild

NOW = datetime(2026, 3, 10, 15, 20, tzinfo=UTC)  # 11:20 in New York, two days after its clock went forward
DAYS = 20


@pytest.fixture(scope="module")
def filled(engine: Engine, town: City) -> Engine:
    """Three weeks of random facts of every kind in every block, across the change of the clock."""
    fill(engine, town, random.Random(7))
    return engine


@pytest.fixture(scope="module", params=["America/New_York", "Asia/Kolkata", "Asia/Shanghai"])
def city(filled: Engine, town: City, request: pytest.FixtureRequest) -> City:
    """The town in several time zones, one of them half an hour off, rolled up by its days."""
    zoned = replace(town, zone=ZoneInfo(request.param))
    rebuild(filled, zoned)
    return zoned


def fill(engine: Engine, city: City, chance: random.Random) -> None:
    """Put random facts in."""
    import numpy as np

    blocks = [region.region_id for region in city.regions.values() if region.level == 3]
    streets = [region.region_id for region in city.regions.values() if region.level == DEEPEST]

    def then() -> datetime:
        return NOW - timedelta(minutes=chance.randrange(-300, DAYS * 1440))

    with engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO property (key, name_zh, name_en, unit, watch, alarm, low_is_bad)
            SELECT key, key, key, '', 50, 90, key = 'speed' FROM unnest(CAST(:keys AS text[])) AS t (key)
            ON CONFLICT (key) DO NOTHING"""), {"keys": sorted({m.of for m in METRICS.values() if m.of})})
        connection.execute(text("""
            INSERT INTO batch (source_id, door, origin, subject) VALUES (1, 'file', 'random', 'case')"""))
        for number in range(400):
            reported = then()
            moments = [reported + timedelta(hours=chance.random() * span) for span in (1, 3, 30, 40)]
            registered, dispatched, disposed, closed = (at if chance.random() < 0.9 else None for at in moments)
            connection.execute(text("""
                INSERT INTO city_case (case_id, source_id, external_id, class_code, channel, title, region_id, reported_at,
                    batch_id, row_no, due_at, state_at, registered_at, dispatched_at, disposed_at, closed_at, return_count,
                    rework_count)
                VALUES (:id, 1, :id, 'pothole', 'web', 't', :region, :reported, 1, :id, :due, :reported, :registered,
                    :dispatched, :disposed, :closed, :returns, :reworks)"""), {
                "id": number, "region": chance.choice(blocks), "reported": reported,
                "due": reported + timedelta(hours=chance.choice([4, 24, 48])) if chance.random() < 0.9 else None,
                "registered": registered, "dispatched": dispatched, "disposed": disposed, "closed": closed,
                "returns": chance.randrange(2), "reworks": chance.randrange(2)})
            connection.execute(text("""
                INSERT INTO message (message_id, source_id, external_id, channel, topic, occurred_at, region_id, answered_s,
                    contacted_at, contact_due, solved, satisfaction, sentiment, batch_id, row_no)
                VALUES (:id, 1, :id, 'phone', 'noise', :at, :region, :answered, :contacted, :due, :solved, :satisfaction,
                    :sentiment, 1, :id)"""), {
                "id": number, "at": reported, "region": chance.choice(blocks),
                "answered": chance.choice([None, 0, chance.random() * 90]),
                "contacted": reported + timedelta(hours=chance.random() * 4), "due": reported + timedelta(hours=2),
                "solved": chance.choice([None, True, False]), "satisfaction": chance.choice([None, 1, 3, 4, 5]),
                "sentiment": chance.choice([None, -1, 0, 1])})
            connection.execute(text("""
                INSERT INTO flight (flight_id, source_id, external_id, scheduled_at, origin, destination, carrier,
                    departure_delay_min, region_id, batch_id, row_no)
                VALUES (:id, 1, :id, :at, 'JFK', 'BOS', 'B6', :delay, :region, 1, :id)"""), {
                "id": number, "at": then(), "delay": chance.choice([None, -3, 0, 12, chance.random() * 200]),
                "region": chance.choice(blocks)})
            connection.execute(text("""
                INSERT INTO enterprise (enterprise_id, source_id, external_id, name, industry, status, registered_at, closed_at,
                    region_id, batch_id, row_no)
                VALUES (:id, 1, :id, 'e', 'retail', 'active', :at, :closed, :region, 1, :id)"""), {
                "id": number, "at": then(), "closed": chance.choice([None, then()]), "region": chance.choice(blocks)})
            connection.execute(text("""
                INSERT INTO warning (warning_id, source_id, external_id, event_zh, event_en, severity, headline_zh, headline_en,
                    sent_at, onset_at, expires_at, region_id, batch_id, row_no)
                VALUES (:id, 1, :id, '', '', :severity, '', '', :at, :at, :at, :region, 1, :id)"""), {
                "id": number, "severity": chance.choice(["severe", "minor"]), "at": then(), "region": chance.choice(blocks)})
            connection.execute(text("""
                INSERT INTO stop_event (stop_event_id, source_id, external_id, trip, scheduled_at, delay_s, served, region_id,
                    batch_id, row_no)
                VALUES (:id, 1, :id, 't', :at, :delay, :served, :region, 1, :id)"""), {
                "id": number, "at": then(), "delay": chance.choice([-90, 0, 200, 600]), "served": chance.random() < 0.9,
                "region": chance.choice(blocks)})
            hour = then().replace(minute=0)
            connection.execute(text("""
                INSERT INTO arrival (source_id, at, dataset, region_id, part, batch_id, came, rejected, marked, incomplete,
                    malformed, inaccurate, inconsistent, repeated, timed, in_time)
                VALUES (1, :at, 'cases', :region, :id, 1, 9, 3, 1, 1, 1, 1, 1, 2, 6, 5)"""), {
                "id": number, "at": hour, "region": chance.choice(streets)})
        for number, block in enumerate(blocks, start=1):
            connection.execute(text("""
                INSERT INTO device (code, source_id, kind, name, region_id, interval_s)
                VALUES (:code, 1, 'air', 'd', :region, 900)"""), {"code": f"D{number}", "region": block})
        instants = np.array([np.datetime64((NOW - timedelta(days=n)).replace(tzinfo=None)) for n in range(-1, DAYS + 1)])
        Partitions().within(connection, instants)
        connection.execute(text("""
            INSERT INTO observation (observed_at, value, device_id, batch_id, row_no, property_id)
            SELECT CAST(:now AS timestamptz) - n * interval '97 minutes', (n * 7 + d.device_id * 13 + p.property_id * 29) % 101,
                   d.device_id, 1, n, p.property_id
              FROM device d CROSS JOIN property p CROSS JOIN generate_series(1, 280) AS n"""), {"now": NOW})


def read(engine: Engine, city: City, areas: Areas, frames: list[Frame]) -> list[Flows]:
    """All metrics over frames."""
    metrics = tuple(METRICS.values())
    sketched = tuple(metric for metric in metrics if metric.sketch)
    with engine.connect() as connection:
        return flows(connection, areas, city.zone, [Ask(one, metrics, sketched) for one in frames])


def same(one: Amount, other: Amount) -> bool:
    return one.n == other.n and one.total == pytest.approx(other.total, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("cut", [False, True])
def test_rollups_and_facts_give_the_same_numbers(filled: Engine, city: City, window: Window, cut: bool) -> None:
    asked = frame(window, city.zone, NOW, cut=cut)
    rolled = alone(city, city.region("T1"))
    [from_rollups] = read(filled, city, rolled, [asked])
    [from_facts] = read(filled, city, replace(rolled, rolled=False), [asked])
    region_id = city.region("T1").region_id
    counted = 0
    for span in asked.spans:
        for key, metric in METRICS.items():
            one, other = (found.amount(key, region_id, span) for found in (from_rollups, from_facts))
            assert same(one, other), (key, span)
            counted += one.n
            if metric.sketch:
                assert from_rollups.histogram(key, region_id, span) == from_facts.histogram(key, region_id, span), (key, span)
    assert counted > 1000


def test_every_metric_adds_up_the_tree(filled: Engine, city: City) -> None:
    """Blocks and streets from the facts, districts and the city from the rollups: all sum to the same."""
    asked = frame("7d", city.zone, NOW)
    levels = [alone(city, city.root), *(below(city, city.root, level) for level in (1, 2, 3))]
    found = [(areas, read(filled, city, areas, [asked])[0]) for areas in levels]
    for key, metric in METRICS.items():
        reached = found if metric.fact != "arrival" else found[:DEEPEST + 1]  # what came is counted by streets at most
        sums = [sum((flow.amount(key, region_id, asked.whole) for region_id in areas.ids), Amount()) for areas, flow in reached]
        assert sums[0].n > 0, key
        assert all(same(sums[0], other) for other in sums[1:]), key
