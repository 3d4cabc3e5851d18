"""Records and lists: cases, agencies, devices, warnings, sources, weather, jobs, attention."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, text

from data_access import agencies, cases, devices, jobs, sources, warnings, weather
from data_access.attention import Attention, alarmed, attention, ranked
from data_access.city import City, UnknownRegion
from data_access.engine import DataUnavailable, create
from data_access.in_hand import Hand, in_hand
from data_access.overdue import AllOverdue, overdue
from indicators.scope import Filter
from indicators.text import Text
from ingest.partitions import Partitions

NOW = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


@pytest.fixture(scope="module")
def filled(engine: Engine, town: City) -> Iterator[Engine]:
    """Four cases, two devices, two warnings, a job; hand-made, in known places."""
    leaf = {code: town.region(code).region_id for code in ("T111", "T112", "T222")}
    with engine.begin() as connection:
        batch = connection.execute(text("""
            INSERT INTO batch (source_id, door, origin, subject, received_at, taken)
            VALUES (1, 'file', 'cases.csv', 'case', :now, 4) RETURNING batch_id"""), {"now": NOW}).scalar_one()
        rows = [
            # id, leaf, due, closed, suspended, agency: 1 overdue 5 h, 2 due in 1 h, 3 closed late, 4 suspended
            (1, leaf["T111"], ago(hours=5), None, None, 1),
            (2, leaf["T111"], ago(hours=-1), None, None, 1),
            (3, leaf["T222"], ago(hours=8), ago(hours=2), None, 1),
            (4, leaf["T222"], ago(hours=9), None, ago(hours=20), None),
        ]
        for number, region, due, closed, suspended, agency in rows:
            connection.execute(text("""
                INSERT INTO city_case (case_id, source_id, external_id, class_code, channel, title, region_id, reported_at,
                    batch_id, row_no, due_at, state, state_at, agency_id, closed_at, suspended_at, dispatched_at, disposed_at)
                VALUES (:id, 1, 'C' || :id, 'pothole', 'app', 'Hole', :region, :reported, :batch, :id, :due, 'x', :state_at,
                    :agency, :closed, :suspended, :dispatched, :disposed)"""), {
                "id": number, "region": region, "reported": ago(hours=30), "batch": batch, "due": due,
                "state_at": closed or ago(hours=30 - number), "agency": agency, "closed": closed, "suspended": suspended,
                "dispatched": ago(hours=10) if closed else None, "disposed": ago(hours=4) if closed else None})
        for step, hours in (("reported", 30), ("registered", 30), ("dispatched", 29)):
            connection.execute(text("""
                INSERT INTO case_step (case_id, at, step, agency_id, batch_id, row_no) VALUES (1, :at, :step, 1, :batch, 1)"""),
                {"at": ago(hours=hours), "step": step, "batch": batch})
        for code, region, kind, value, minutes in (("d1", leaf["T111"], "air", 160.0, 5), ("d2", leaf["T222"], "air", 200.0, 50)):
            connection.execute(text("""
                INSERT INTO device (code, source_id, kind, name, region_id, interval_s, last_at)
                VALUES (:code, 2, :kind, :code, :region, 900, :at)"""),
                {"code": code, "kind": kind, "region": region, "at": ago(minutes=minutes)})
            connection.execute(text("""
                INSERT INTO latest_observation
                SELECT d.device_id, p.property_id, :at, :value FROM device d, property p
                 WHERE d.code = :code AND p.key = 'pm25'"""), {"code": code, "at": ago(minutes=minutes), "value": value})
        for number, severity, region, sent, expires, ended in (
            (1, "severe", 1, 60, -60, None), (2, "minor", 2, 60, -60, None),
            (3, "extreme", 1, 60, -60, 10), (4, "minor", 3, 90, 30, None),
        ):
            connection.execute(text("""
                INSERT INTO warning (warning_id, source_id, external_id, event_zh, event_en, severity, headline_zh, headline_en,
                    sent_at, onset_at, expires_at, ended_at, region_id, batch_id, row_no)
                VALUES (:id, 1, 'W' || :id, '大风', 'Wind', :severity, '大风', 'Wind', :sent, :sent, :expires, :ended, :region,
                    :batch, 1)"""), {
                "id": number, "severity": severity, "sent": ago(minutes=sent), "expires": ago(minutes=expires),
                "ended": None if ended is None else ago(minutes=ended), "region": region, "batch": batch})
        connection.execute(text("""
            INSERT INTO feed VALUES (1, 'case', :late, :late, 4, 1), (2, 'observation:pm25', :fresh, :fresh, 2, 0)"""),
            {"late": ago(minutes=31), "fresh": ago(seconds=30)})
        connection.execute(text("""
            INSERT INTO job (job_key, title_zh, title_en, unit_zh, unit_en, done, total, started_at, updated_at)
            VALUES ('lots', '地块', 'Lots', '宗', 'lots', 25, 100, :start, :now)"""), {"start": ago(minutes=10), "now": NOW})
    yield engine


def test_a_case_is_read_with_its_steps_oldest_first_and_its_way_back_to_the_file(filled: Engine) -> None:
    record = cases.case(filled, 1)
    assert [step.step for step in record.steps] == ["reported", "registered", "dispatched"]
    assert record.steps[2].agency == Text("道路养护", "Roads")
    assert (record.trace.origin, record.trace.row_no, record.trace.source_key) == ("cases.csv", 1, "test")


@pytest.mark.parametrize(("case_id", "lateness"), [(1, "overdue"), (2, "due_soon"), (3, "closed"), (4, "open")])
def test_a_suspended_case_is_not_late_and_a_closed_one_is_closed(filled: Engine, case_id: int, lateness: str) -> None:
    assert cases.case(filled, case_id).line.lateness(NOW) == lateness


def test_an_unknown_case_is_told_apart_from_a_dead_database(filled: Engine) -> None:
    with pytest.raises(cases.UnknownCase):
        cases.case(filled, 99)
    nowhere = create("postgresql://nobody@127.0.0.1:1/none", statement_timeout_ms=1000)
    with pytest.raises(DataUnavailable):
        cases.case(nowhere, 1)
    nowhere.dispose()


def test_overdue_cases_of_a_region_are_its_own_only(filled: Engine, town: City) -> None:
    here = [line.case_id for line in cases.most_overdue(filled, town.region("T1").region_id, NOW, 10)]
    there = [line.case_id for line in cases.most_overdue(filled, town.region("T2").region_id, NOW, 10)]
    assert (here, there) == ([1], [])


def test_what_agencies_have_in_hand_is_added_up_the_tree_without_what_is_closed_or_nobodys(filled: Engine, town: City) -> None:
    """Roads has cases 1 (late by 5 h) and 2 in T111; in T2 one is closed, the other nobody's."""
    roads = Hand("A1", Text("道路养护", "Roads"), open=2, overdue=1, since=ago(hours=5))
    held = {code: in_hand(filled, town, town.region(code), NOW).hands for code in ("T", "T1", "T111", "T2")}
    assert held == {"T": (roads,), "T1": (roads,), "T111": (roads,), "T2": ()}
    assert in_hand(filled, town, town.root, NOW, (Filter("class", ("noise",)),)).hands == ()


def test_the_newest_cases_come_first(filled: Engine, town: City) -> None:
    assert [line.case_id for line in cases.newest(filled, town.root.region_id, NOW, 2)] == [3, 4]


def test_an_agencys_load_counts_what_it_has_in_hand_and_what_it_did_in_the_window(filled: Engine, town: City) -> None:
    load = agencies.agency(filled, "A1", town.root.region_id, ago(hours=24), NOW)
    assert (load.open, load.overdue, load.closed, load.due, load.closed_on_time) == (2, 1, 1, 2, 0)
    assert load.longest_overdue == timedelta(hours=5)
    assert load.mean_hours == pytest.approx(6)


def test_an_agency_without_cases_in_the_region_has_zeros_and_an_unknown_one_is_an_error(filled: Engine, town: City) -> None:
    assert agencies.agency(filled, "A1", town.region("T12").region_id, ago(hours=24), NOW).open == 0
    with pytest.raises(agencies.UnknownAgency):
        agencies.agency(filled, "A9", 1, ago(hours=24), NOW)


def test_a_device_beyond_its_alarm_threshold_is_in_alarm_and_a_silent_one_is_offline(filled: Engine) -> None:
    assert devices.device(filled, "d1", NOW).health(NOW) == "alarm"
    assert devices.device(filled, "d2", NOW).health(NOW) == "offline"
    with pytest.raises(devices.UnknownDevice):
        devices.device(filled, "d9", NOW)


def test_a_silent_device_raises_no_alarm(filled: Engine, town: City) -> None:
    assert [alarm.device_code for alarm in devices.alarms(filled, town.root.region_id, NOW, 10)] == ["d1"]


def test_the_past_has_the_alarms_and_the_device_of_that_hour_and_none_of_todays(filled: Engine, town: City) -> None:
    """Today d1 says 160; yesterday at this hour it said 155, and two hours before that 20."""
    with filled.begin() as connection:
        Partitions().within(connection, np.array([np.datetime64("2026-03-03T12:00")]))
        for hours, value in ((24, 155.0), (26, 20.0)):
            connection.execute(text("""
                INSERT INTO observation (device_id, property_id, observed_at, value, batch_id, row_no)
                SELECT d.device_id, p.property_id, :at, :value, (SELECT min(batch_id) FROM batch), 7
                  FROM device d, property p WHERE d.code = 'd1' AND p.key = 'pm25'"""),
                {"at": ago(hours=hours, minutes=5), "value": value})

    def alarmed_at(now: datetime) -> list[float]:
        return [alarm.value for alarm in devices.alarms(filled, town.root.region_id, now, 10)]

    assert (alarmed_at(NOW), alarmed_at(ago(hours=24)), alarmed_at(ago(hours=26))) == ([160.0], [155.0], [])
    record = devices.device(filled, "d1", ago(hours=24))
    assert (record.channels[0].value, record.health(ago(hours=24)), record.last_at) == (
        155.0, "alarm", ago(hours=24, minutes=5))
    assert record.trace is not None and (record.trace.origin, record.trace.row_no) == ("cases.csv", 7)
    raised = [devices.raised(filled, ["d1", "d2"], now) for now in (NOW, ago(hours=24), ago(hours=26))]
    assert raised == [{"d1": ago(hours=24, minutes=5)}, {"d1": ago(hours=24, minutes=5)}, {}]


def test_a_citys_warning_holds_for_its_districts_and_ended_or_expired_ones_hold_for_nobody(filled: Engine, town: City) -> None:
    assert [w.external_id for w in warnings.active(filled, town.region("T2").region_id, NOW)] == ["W1"]
    assert [w.external_id for w in warnings.active(filled, town.region("T11").region_id, NOW)] == ["W1", "W2"]
    trace = warnings.active(filled, town.region("T2").region_id, NOW)[0].trace
    assert trace is not None and (trace.origin, trace.row_no) == ("cases.csv", 1)


def test_a_source_silent_for_three_promises_is_dead(filled: Engine) -> None:
    states = {source.key: source.state(NOW) for source in sources.sources(filled)}
    assert states == {"test": "dead", "sim": "live"}  # test promised every 600 s and is silent for 31 min


@pytest.mark.parametrize(("promise", "received", "state"), [
    (None, None, "archive"), (None, NOW, "archive"), (timedelta(hours=1), None, "silent"), (timedelta(hours=1), NOW, "live")])
def test_what_promises_nothing_new_is_an_archive_even_before_it_is_loaded(promise, received, state) -> None:
    source = sources.Source("old", Text("旧", "Old"), "x", "x", "iot", False, promise, None, received, 0, 0)
    assert source.state(NOW) == state


def test_attention_puts_grave_warnings_first_and_alarms_last(filled: Engine, town: City) -> None:
    items = attention(filled, town, town.root, NOW)
    assert [item.kind for item in items] == ["warning", "source", "overdue", "alarm"]
    assert (items[2].region_id, items[2].count, items[2].since) == (town.region("T1").region_id, 1, ago(hours=5))


def alarm(kind: str, value: float) -> devices.Alarm:
    return devices.Alarm(f"{kind}{value}", "", Text(kind, kind), Text("p", "p"), "m", value, 3, NOW, 1, None, None, True)


def test_three_alarms_of_a_kind_are_one_trouble_told_by_the_worst_and_two_are_two() -> None:
    items = alarmed([alarm("water", 9), alarm("water", 8), alarm("gas", 7), alarm("water", 6), alarm("gas", 5)], {})
    assert [(item.alarm and item.alarm.value, item.count) for item in items] == [(9, 3), (7, 1), (5, 1)]


def test_an_alarm_is_told_since_it_was_raised_and_not_since_the_device_last_spoke() -> None:
    items = alarmed([alarm("gas", 7), alarm("water", 5)], {"gas7": ago(hours=6)})
    assert [item.since for item in items] == [ago(hours=6), NOW]


def test_a_second_trouble_of_one_kind_waits_for_the_first_of_every_other() -> None:
    late, alarms = [Attention("overdue", n, NOW) for n in (1, 2)], [Attention("alarm", 3, NOW)]
    assert [item.region_id for item in ranked(late + alarms)] == [1, 3, 2]


def test_attention_reaches_the_leaf_of_the_tree(filled: Engine, town: City) -> None:
    overdue = [item for item in attention(filled, town, town.region("T111"), NOW) if item.kind == "overdue"]
    assert [item.region_id for item in overdue] == [town.region("T111").region_id]


def test_who_has_most_of_a_places_overdue_cases_is_counted_over_all_that_lies_in_it(town: City) -> None:
    """In T11 agency 1 has 3 and agency 2 has 2 + 2; in its first block alone agency 1 has most; in T2 nobody has 4 of 5."""
    first, second, other = (town.region(code).region_id for code in ("T111", "T112", "T211"))
    late = AllOverdue({}, False, {}, {first: Counter({1: 3, 2: 2}), second: Counter({2: 2}), other: Counter({None: 4, 1: 1})},
                      {1: Text("甲", "A"), 2: Text("乙", "B")})
    told = {code: late.holder(town, town.region(code)) for code in ("T11", "T111", "T2")}
    assert told == {"T11": Text("乙", "B"), "T111": Text("甲", "A"), "T2": None}


def test_the_weather_is_none_when_no_station_spoke(filled: Engine) -> None:
    assert weather.weather(filled, NOW) is None


def test_a_job_a_quarter_done_in_ten_minutes_takes_thirty_more(filled: Engine) -> None:
    (job,) = jobs.running(filled)
    assert job.left() == timedelta(minutes=30)


def test_the_tree_knows_its_paths_and_its_unknowns(town: City) -> None:
    assert [region.code for region in town.path(town.region("T212"))] == ["T", "T2", "T21", "T212"]
    assert [region.code for region in town.children(town.region("T2"))] == ["T21", "T22"]
    with pytest.raises(UnknownRegion):
        town.region("X")


def test_overdue_cases_are_counted_up_the_tree_and_told_by_the_longest(filled: Engine, town: City) -> None:
    """Only case 1, in block T111, is past its clock; case 4 is suspended, case 3 closed."""
    late = overdue(filled, town, NOW)
    assert {town.regions[key].code: (one.count, one.since) for key, one in late.regions.items()} == {
        code: (1, ago(hours=5)) for code in ("T", "T1", "T11", "T111")}
    assert not late.simulated
    assert late.holder(town, town.root) == late.holder(town, town.region("T111")) == Text("道路养护", "Roads")
    assert late.holder(town, town.region("T2")) is None
    assert [one.region_id for one in late.below(town, town.region("T111"))] == [town.region("T111").region_id]
    assert late.below(town, town.region("T2")) == []
