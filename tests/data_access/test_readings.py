"""Readings in a small town, by hand: every state, every comparison, every level."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, event, text

from data_access.city import City, UnknownRegion
from data_access.engine import DataUnavailable, create
from data_access.readings import ChildReading, by_child, by_level, readings
from data_access.stocks import standings
from indicators.library import INDICATORS
from indicators.metrics import STOCKS
from indicators.reading import Reading
from indicators.scope import WINDOWS, Scope, Window
from ingest.partitions import Partitions
from ingest.rollups import rebuild

NOW = datetime(2026, 3, 4, 17, 20, tzinfo=UTC)  # Wednesday 12:20 in New York
ALL = list(INDICATORS.values())


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def put_case(
    connection: Connection, number: int, leaf: int, reported: datetime, *, due: datetime | None = None,
    closed: datetime | None = None, suspended: datetime | None = None,
) -> None:
    """One case; registered and dispatched at once."""
    connection.execute(text("""
        INSERT INTO city_case (case_id, source_id, external_id, class_code, channel, title, region_id, reported_at, batch_id,
            row_no, due_at, state_at, registered_at, dispatched_at, disposed_at, closed_at, suspended_at)
        VALUES (:id, 1, :id, 'pothole', 'web', 'Hole', :leaf, :reported, 1, :id, :due, :reported, :reported, :reported, :closed,
            :closed, :suspended)"""), {
        "id": number, "leaf": leaf, "reported": reported, "due": due, "closed": closed, "suspended": suspended})


def put_device(connection: Connection, code: str, leaf: int, key: str, values: list[tuple[datetime, float]], kind: str = "air",
               interval_s: int = 600, enabled: bool = True) -> None:
    """One device with its readings, newest last."""
    device_id = connection.execute(text("""
        INSERT INTO device (code, source_id, kind, name, region_id, interval_s, enabled, installed_at, last_at)
        VALUES (:code, 2, :kind, :code, :leaf, :interval, :enabled, '2026-01-01', :last) RETURNING device_id"""), {
        "code": code, "kind": kind, "leaf": leaf, "interval": interval_s, "enabled": enabled,
        "last": values[-1][0] if values else None}).scalar_one()
    property_id = connection.execute(text("SELECT property_id FROM property WHERE key = :key"), {"key": key}).scalar_one()
    for number, (at, value) in enumerate(values):
        connection.execute(text("INSERT INTO observation VALUES (:at, :value, :device, 2, :number, :property)"), {
            "at": at, "value": value, "device": device_id, "number": number, "property": property_id})
    if values:
        connection.execute(text("INSERT INTO latest_observation VALUES (:device, :property, :at, :value)"), {
            "device": device_id, "property": property_id, "at": values[-1][0], "value": values[-1][1]})


def put_feed(connection: Connection, subject: str, last_at: datetime, source_id: int = 1) -> None:
    connection.execute(text("""
        INSERT INTO feed (source_id, subject, last_at, last_received_at) VALUES (:source, :subject, :at, :at)"""),
        {"source": source_id, "subject": subject, "at": last_at})


def put_snapshot(connection: Connection, key: str, at: datetime, counts: dict[int, int]) -> None:
    connection.execute(text("INSERT INTO snapshot_taken (metric_id, at) SELECT metric_id, :at FROM metric WHERE key = :key"),
                       {"key": key, "at": at})
    for region_id, n in counts.items():
        connection.execute(text("""
            INSERT INTO snapshot SELECT metric_id, :region, :at, :n, 0 FROM metric WHERE key = :key"""),
            {"key": key, "at": at, "region": region_id, "n": n})


@pytest.fixture(scope="module")
def filled(engine: Engine, town: City) -> Engine:
    """Cases in T111 and T221, air stations in T111 and T112, a gauge in T222, statistics, a flight year, snapshots."""
    at = {code: town.region(code).region_id for code in town.codes}
    with engine.begin() as connection:
        for subject in ("case", "observation"):
            connection.execute(text("INSERT INTO batch (source_id, door, origin, subject) VALUES (1, 'file', 'hand', :subject)"),
                               {"subject": subject})
        put_cases(connection, at)
        put_devices(connection, at)
        put_messages(connection, at)
        put_statistics(connection, at)
        put_the_rest(connection, at)
    rebuild(engine, town)
    with engine.begin() as connection:
        put_snapshot(connection, "case_open", datetime(2026, 3, 3, 17, tzinfo=UTC), {at["T"]: 7, at["T1"]: 6})
        put_snapshot(connection, "place_lot", datetime(2026, 1, 1, tzinfo=UTC), {at["T"]: 40, at["T1"]: 40, at["T11"]: 30})
    return engine


def put_cases(connection: Connection, at: dict[str, int]) -> None:
    """T111: 3 in the running hour, 2 in the 23 before; 4 in the day before that; 1 a week ago. T221: 1 at 00:30 local."""
    number = 0
    for hours in (0.1, 0.2, 0.3):
        put_case(connection, number := number + 1, at["T111"], ago(hours=hours))
    put_case(connection, number := number + 1, at["T111"], ago(hours=2), due=ago(hours=1), closed=ago(hours=1.5))
    put_case(connection, number := number + 1, at["T111"], ago(hours=20), due=ago(hours=3), closed=ago(hours=2))
    for hours in (26, 30, 40, 44):
        put_case(connection, number := number + 1, at["T111"], ago(hours=hours), due=ago(hours=-9), closed=ago(hours=hours - 1))
    put_case(connection, number := number + 1, at["T111"], ago(days=7, hours=2), due=ago(days=6), closed=ago(days=5))
    put_case(connection, number := number + 1, at["T221"], datetime(2026, 3, 4, 5, 30, tzinfo=UTC), due=ago(hours=1))
    put_case(connection, number := number + 1, at["T221"], ago(days=20), due=ago(hours=-2), suspended=ago(days=19))
    put_feed(connection, "case", ago(minutes=6))


def put_devices(connection: Connection, at: dict[str, int]) -> None:
    """Station a: 20 over 6 hours; station b: 40 over 18, silent since; a gauge in alarm; one switched off; a dumb one."""
    instants = np.array([np.datetime64(ago(days=n).replace(tzinfo=None)) for n in range(-1, 10)])
    Partitions().within(connection, instants)
    put_device(connection, "a", at["T111"], "pm25", [(ago(hours=n), 20.0) for n in range(6, 0, -1)] + [(ago(minutes=5), 20.0)])
    put_device(connection, "b", at["T112"], "pm25", [(ago(hours=n), 40.0) for n in range(21, 0, -1)])
    put_device(connection, "w", at["T222"], "level", [(ago(hours=30), 0.1), (ago(minutes=5), 3.2)], kind="water")
    put_device(connection, "off", at["T222"], "level", [(ago(minutes=5), 9.0)], kind="water", enabled=False)
    put_device(connection, "dumb", at["T222"], "level", [(ago(days=3), 0.2)], kind="water")
    put_feed(connection, "observation:pm25", ago(minutes=5), source_id=2)
    put_feed(connection, "observation:level", ago(minutes=25), source_id=2)


def put_messages(connection: Connection, at: dict[str, int]) -> None:
    """Four calls: answered in 10, 20 and 40 s, one never timed; two rated, 5 and 2; the feed died two hours ago."""
    for number, (answered, rating) in enumerate([(10, 5), (20, 2), (40, None), (None, None)], start=1):
        connection.execute(text("""
            INSERT INTO message (message_id, source_id, external_id, channel, topic, occurred_at, region_id, answered_s,
                satisfaction, batch_id, row_no)
            VALUES (:id, 1, :id, 'phone', 'noise', :at, :leaf, :answered, :rating, 1, :id)"""), {
            "id": number, "at": ago(hours=2, minutes=number), "leaf": at["T111"], "answered": answered, "rating": rating})
    put_feed(connection, "message", ago(hours=2))


def put_statistics(connection: Connection, at: dict[str, int]) -> None:
    """Population of 2016 and 2023 everywhere but in T12; nobody lives in T22."""
    people = {"T": 1000, "T1": 1000, "T2": 0, "T11": 1000, "T22": 0, "T21": 0, "T111": 400}
    for code, value in people.items():
        for period, share in ((2016, 0.9), (2023, 1.0)):
            connection.execute(text("INSERT INTO statistic VALUES (:region, 'population', :period, :value, 1, 1, 1)"),
                               {"region": at[code], "period": period, "value": value * share})
    put_feed(connection, "statistic:population", datetime(2024, 1, 1, tzinfo=UTC))


def put_the_rest(connection: Connection, at: dict[str, int]) -> None:
    """2013's flights: 4, one of them cancelled, one 60 minutes late; five stops of buses; a warning for all of T1; lots."""
    for number, delay in enumerate([-4, 15, 60, None], start=1):
        connection.execute(text("""
            INSERT INTO flight (flight_id, source_id, external_id, scheduled_at, origin, destination, carrier,
                departure_delay_min, region_id, batch_id, row_no)
            VALUES (:id, 1, :id, :at, 'JFK', 'BOS', 'B6', :delay, :leaf, 1, :id)"""), {
            "id": number, "at": datetime(2013, number, 5, 12, tzinfo=UTC), "delay": delay, "leaf": at["T222"]})
    put_feed(connection, "flight", datetime(2014, 1, 1, 4, 59, tzinfo=UTC))
    connection.execute(text("""
        INSERT INTO warning (warning_id, source_id, external_id, event_zh, event_en, severity, headline_zh, headline_en, sent_at,
            onset_at, expires_at, region_id, batch_id, row_no)
        VALUES (1, 1, '1', '大风', 'Gale', 'severe', '大风', 'Gale', :sent, :sent, :expires, :region, 1, 1)"""), {
        "sent": ago(hours=3), "expires": ago(hours=-3), "region": at["T1"]})
    for number, (delay, served) in enumerate([(-61, True), (-60, True), (300, True), (301, True), (None, False)], start=1):
        connection.execute(text("""
            INSERT INTO stop_event (stop_event_id, source_id, external_id, trip, scheduled_at, delay_s, served, region_id,
                batch_id, row_no)
            VALUES (:id, 1, :id, 't', :at, :delay, :served, :leaf, 1, :id)"""), {
            "id": number, "at": ago(hours=2), "delay": delay, "served": served, "leaf": at["T111"]})
    put_feed(connection, "stop_event", ago(hours=2))
    put_feed(connection, "warning", ago(hours=3))
    put_feed(connection, "place", ago(days=40))


def read(engine: Engine, city: City, key: str, region: str = "T", window: Window = "24h", at: datetime | None = None) -> Reading:
    return readings(engine, city, [INDICATORS[key]], Scope(region, window, at=at), NOW)[key]


# Counting and comparing


def test_24_hours_count_the_running_hour_and_compare_without_it(filled: Engine, town: City) -> None:
    """3 in the running hour, 2 + 1 in the 23 before it; 4 in the same 23 of the day before; last week 1."""
    found = read(filled, town, "event_reported")
    assert (found.status, found.value, found.n) == ("ok", 6, 6)
    assert (found.comparable, found.previous, found.last_week) == (3, 4, 1)


def test_today_counts_from_the_citys_midnight(filled: Engine, town: City) -> None:
    """A case at 00:30 local is today's, one at 21:20 the evening before is not."""
    found = read(filled, town, "event_reported", window="today")
    assert (found.value, found.comparable) == (5, 2)
    assert len(found.series) == 13


def test_seven_days_count_days_and_leave_today_out_of_the_comparison(filled: Engine, town: City) -> None:
    """4 March 5, 3 March 3 (20, 26 and 30 h ago), 2 March 2 (40 and 44 h ago); the six days before: 1, on 25 February."""
    found = read(filled, town, "event_reported", window="7d")
    assert (found.value, found.comparable, found.previous) == (10, 5, 0)
    assert [point.value for point in found.series] == [0, 0, 0, 0, 2, 3, 5]
    assert [point.complete for point in found.series] == [True] * 6 + [False]


def test_a_comparison_that_begins_before_the_data_is_not_made(filled: Engine, town: City) -> None:
    """The first case is 20 days old: of the thirty days before the last thirty nothing is known."""
    found = read(filled, town, "event_reported", window="30d")
    assert (found.previous, found.last_week) == (None, None)


def test_hours_without_cases_are_zero_within_the_feed_and_gaps_outside(filled: Engine, town: City) -> None:
    """The hotline died two hours ago: zero calls in the morning, no statement since."""
    values = [point.value for point in read(filled, town, "situation_calls").series]
    assert values[-3:] == [4, None, None]
    assert read(filled, town, "event_reported").series[-2].value == 0


# Ratios and means


def test_a_mean_weighs_stations_by_their_readings(filled: Engine, town: City) -> None:
    """Station a: 7 readings of 20; station b: 21 of 40. (140 + 840) / 28 = 35."""
    found = read(filled, town, "place_pm25")
    assert (found.value, found.n, found.simulated) == (35.0, 28, True)
    assert read(filled, town, "place_pm25", "T111").value == 20.0
    assert read(filled, town, "place_pm25", "T11").value == 35.0


def test_closed_on_time_counts_only_what_has_fallen_due(filled: Engine, town: City) -> None:
    """Due in the 24 hours: one closed in time, two not. The four due at nine this evening are not in the base yet."""
    found = read(filled, town, "event_closed_on_time")
    assert found.value == pytest.approx(100 / 3) and found.n == 3
    assert read(filled, town, "event_closed_on_time", window="7d").n == 4


def test_a_ratio_without_base_says_no_base_and_not_zero(filled: Engine, town: City) -> None:
    found = read(filled, town, "event_closed_on_time", "T12")
    assert (found.status, found.value) == ("no_base", None)
    assert read(filled, town, "event_reported", "T12").value == 0


def test_a_rate_per_head_where_nobody_lives_has_no_base(filled: Engine, town: City) -> None:
    assert read(filled, town, "event_per_10k", "T2").status == "no_base"
    assert read(filled, town, "event_per_10k", "T").value == pytest.approx(60)  # 6 cases, 1,000 people


def test_what_was_not_asked_is_not_in_the_base(filled: Engine, town: City) -> None:
    """Two of three timed calls within 30 s; one of two ratings is good."""
    assert read(filled, town, "situation_answered_30s").value == pytest.approx(200 / 3)
    assert read(filled, town, "situation_satisfied").value == 50


def test_the_median_time_to_close_is_within_half_a_bin(filled: Engine, town: City) -> None:
    """Closed in the 24 hours: after 0.5 and 18 hours; over seven days also four after 1 hour and one after 50."""
    assert read(filled, town, "event_hours_to_close", window="7d").value == pytest.approx(1.0, rel=0.026)
    day = read(filled, town, "event_hours_to_close")
    assert day.value == pytest.approx(0.5, rel=0.026) and day.n == 2


# No data, stale, dead, not applicable


def test_what_never_came_is_no_data(filled: Engine, town: City) -> None:
    found = read(filled, town, "org_enterprises")
    assert (found.status, found.value, found.data_at) == ("no_data", None, None)


def test_a_value_older_than_promised_is_stale_and_three_times_as_old_dead(filled: Engine, town: City) -> None:
    """Levels: 25 minutes old, promised within 10. Calls: two hours old, promised within 15 minutes."""
    stale = read(filled, town, "place_water_over")
    assert (stale.status, stale.data_at) == ("stale", ago(minutes=25))
    dead = read(filled, town, "situation_calls")
    assert (dead.status, dead.value) == ("dead", 4)
    assert dead.why is not None and "03-04 10:20" in dead.why.zh and "03-04 10:20" in dead.why.en


def test_a_value_is_as_fresh_as_its_sources_promise_where_that_is_less_than_the_indicators(filled: Engine, town: City) -> None:
    """An hour promised: levels of 25 minutes ago are in time, calls of two hours ago late, and not lost before three."""
    with filled.begin() as connection:
        before = connection.execute(text("SELECT source_id, refresh_seconds FROM source")).all()
        connection.execute(text("UPDATE source SET refresh_seconds = 3600"))
    try:
        assert read(filled, town, "place_water_over").status == "ok"
        assert read(filled, town, "situation_calls").status == "stale"
        with filled.begin() as connection:
            connection.execute(text("UPDATE source SET refresh_seconds = NULL"))
        assert read(filled, town, "situation_calls").status == "dead", "archives promise nothing"
    finally:
        with filled.begin() as connection:
            for source, seconds in before:
                connection.execute(text("UPDATE source SET refresh_seconds = :seconds WHERE source_id = :source"),
                                   {"seconds": seconds, "source": source})


def test_a_measure_that_needs_a_device_is_not_applicable_where_there_is_none(filled: Engine, town: City) -> None:
    found = read(filled, town, "place_pm25", "T22")
    assert (found.status, found.value) == ("not_applicable", None)


def test_a_device_that_said_nothing_in_the_window_is_no_data(filled: Engine, town: City) -> None:
    """Three days ago station a stood there already and had said nothing yet."""
    assert read(filled, town, "place_pm25", "T111", at=ago(days=3)).status == "no_data"


def test_a_measure_too_deep_for_it_is_not_applicable(filled: Engine, town: City) -> None:
    assert read(filled, town, "situation_flights", "T222").status == "not_applicable"


def test_a_region_without_a_published_figure_is_no_data(filled: Engine, town: City) -> None:
    assert read(filled, town, "people_population", "T12").status == "no_data"
    assert read(filled, town, "people_population", "T2").value == 0


def test_all_devices_of_a_region_without_devices_are_not_applicable(filled: Engine, town: City) -> None:
    assert read(filled, town, "object_online", "T21").status == "not_applicable"


# Stocks


def test_open_and_overdue_cases_stand_at_the_instant(filled: Engine, town: City) -> None:
    """Open: three new ones, the one in T221 and the suspended one; overdue: the one in T221 (due an hour ago)."""
    assert [read(filled, town, key).value for key in ("event_open", "event_overdue", "org_suspended")] == [5, 1, 1]
    assert [read(filled, town, "event_open", code).value for code in ("T1", "T2", "T221", "T222")] == [3, 2, 2, 0]


def test_a_stock_is_compared_with_its_snapshot(filled: Engine, town: City) -> None:
    """At noon yesterday 7 stood in the city, 6 in T1, none in T2; a week ago nothing was recorded."""
    assert [read(filled, town, "event_open", code).previous for code in ("T", "T1", "T2")] == [7, 6, 0]
    assert read(filled, town, "event_open").last_week is None


def test_a_past_instant_shows_what_was_open_then(filled: Engine, town: City) -> None:
    """Three hours ago open: the one of 20 hours ago, T221's and the suspended; reported in 24 hours: these two and that of 26."""
    assert read(filled, town, "event_open", at=ago(hours=3)).value == 3
    assert read(filled, town, "event_reported", at=ago(hours=3)).value == 3


def test_devices_are_online_within_three_intervals(filled: Engine, town: City) -> None:
    """Of four enabled devices a and w spoke within half an hour; b an hour ago, the dumb one days ago."""
    found = read(filled, town, "object_online")
    assert (found.value, found.n) == (50, 4)


def test_device_states_in_the_past_come_from_the_observations(filled: Engine, town: City) -> None:
    """30 hours ago only w had spoken, and its water was low."""
    then = ago(hours=29, minutes=50)
    assert read(filled, town, "object_online", at=then).value == 25
    assert read(filled, town, "object_alarm", at=then).value == 0
    assert read(filled, town, "object_alarm").value == 1


def test_a_warning_counts_in_its_area_and_above_and_below(filled: Engine, town: City) -> None:
    codes = ("T", "T1", "T111", "T2", "T222")
    assert [read(filled, town, "situation_warnings", code).value for code in codes] == [1, 1, 1, 0, 0]


def test_what_is_only_recorded_is_read_from_its_newest_snapshot(filled: Engine, town: City) -> None:
    assert [read(filled, town, "place_lots", code).value for code in ("T", "T11", "T2")] == [40, 30, 0]
    assert read(filled, town, "place_lots").series == ()


def test_what_was_counted_once_for_all_regions_is_what_each_region_counts(filled: Engine, town: City) -> None:
    counted = standings(filled, STOCKS, NOW)
    for code in town.codes:
        alone = readings(filled, town, ALL, Scope(code), NOW)
        assert readings(filled, town, ALL, Scope(code), NOW, standings=counted) == alone


def test_a_past_instant_does_not_take_what_stands_now(filled: Engine, town: City) -> None:
    then = Scope("T", at=ago(hours=3))
    found = readings(filled, town, ALL, then, NOW, standings=standings(filled, STOCKS, NOW))
    assert found["event_open"].value == 3


# Statistics and archives


def test_a_statistic_is_of_its_newest_period_and_compared_with_the_one_before(filled: Engine, town: City) -> None:
    found = read(filled, town, "people_population")
    assert (found.value, found.previous, found.period and found.period.zh) == (1000, 900, "2023 年")
    assert [point.value for point in found.series] == [900, 1000]
    assert read(filled, town, "people_population", at=datetime(2020, 5, 1, tzinfo=UTC)).value == 900


def test_a_density_divides_by_the_regions_own_area(filled: Engine, town: City) -> None:
    """1,000 people on 8 km² in town, on 2 km² in T11."""
    assert [read(filled, town, "people_density", code).value for code in ("T", "T11")] == [125, 500]


def test_the_tree_itself_gives_the_areas(filled: Engine, town: City) -> None:
    assert [read(filled, town, "place_area", code).value for code in ("T", "T1", "T11", "T111")] == [8, 4, 2, 1]


@pytest.mark.parametrize("region", ["T", "T1", "T11", "T111"])
def test_stops_are_on_time_from_a_minute_early_to_five_late(filled: Engine, town: City, region: str) -> None:
    """Of five stops due one is left out; of four served two are just within the limits and two just beyond."""
    found = read(filled, town, "object_transit_on_time", region)
    assert (found.value, found.n) == (50, 4)
    assert read(filled, town, "object_transit_served", region).value == 80


def test_an_archive_is_read_over_its_newest_whole_year(filled: Engine, town: City) -> None:
    """2013: four flights; of three that left, −4 and 15 minutes are on time, 60 is not: delays of 0, 15 and 60."""
    assert read(filled, town, "situation_flights").value == 4
    assert read(filled, town, "situation_flights_on_time").value == pytest.approx(200 / 3)
    assert read(filled, town, "situation_flight_delay").value == 25
    found = read(filled, town, "situation_flights_cancelled", "T2")
    assert (found.value, found.period and found.period.en, found.status) == (25, "2013", "ok")


# Children and levels


def values(found: tuple[ChildReading, ...]) -> dict[str, float | None]:
    return {child.region.code: child.reading.value for child in found}


def test_children_are_read_for_map_and_ranking(filled: Engine, town: City) -> None:
    found = by_child(filled, town, INDICATORS["event_reported"], Scope("T"), NOW)
    assert values(found) == {"T1": 5, "T2": 1}
    assert [(child.reading.comparable, child.reading.previous) for child in found] == [(2, 4), (1, 0)]


def test_a_deeper_level_is_read_within_the_scope(filled: Engine, town: City) -> None:
    found = by_level(filled, town, INDICATORS["event_reported"], Scope("T1"), 3, NOW)
    assert values(found) == {"T111": 5, "T112": 0, "T121": 0, "T122": 0}
    assert by_level(filled, town, INDICATORS["event_reported"], Scope("T1"), 1, NOW) == ()
    assert by_child(filled, town, INDICATORS["event_reported"], Scope("T111"), NOW) == ()


@pytest.mark.parametrize("key", INDICATORS)
def test_every_indicator_reads_at_every_level_alone_and_among_others(filled: Engine, town: City, key: str) -> None:
    """The same number by itself, as a child and as a block of the town."""
    for window in WINDOWS:
        for code in ("T", "T1", "T22"):
            scope = Scope(code, window)
            for child in by_child(filled, town, INDICATORS[key], scope, NOW):
                alone = read(filled, town, key, child.region.code, window)
                assert (alone.status, alone.value, alone.n) == (child.reading.status, child.reading.value, child.reading.n)
                assert (alone.comparable, alone.previous, alone.last_week) == (
                    child.reading.comparable, child.reading.previous, child.reading.last_week)


@pytest.mark.parametrize("code", ["T", "T1", "T11", "T111"])
@pytest.mark.parametrize("at", [None, ago(days=2, hours=5)])
def test_all_indicators_of_a_scope_take_few_queries(filled: Engine, town: City, code: str, at: datetime | None) -> None:
    counted: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        counted.append(statement)

    event.listen(filled, "before_cursor_execute", note)
    try:
        found = readings(filled, town, ALL, Scope(code, at=at), NOW)
    finally:
        event.remove(filled, "before_cursor_execute", note)
    assert list(found) == list(INDICATORS)
    assert len(counted) <= 8


# Errors


def test_an_unknown_region_is_named(filled: Engine, town: City) -> None:
    with pytest.raises(UnknownRegion, match="T9"):
        read(filled, town, "event_reported", "T9")


def test_a_database_that_does_not_answer_is_said_so(town: City) -> None:
    away = create("postgresql://nobody@/none?host=/nonexistent", statement_timeout_ms=1000)
    with pytest.raises(DataUnavailable, match="indicators"):
        read(away, town, "event_reported")
