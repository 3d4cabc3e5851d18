import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from indicators.definition import Metric
from indicators.metrics import METRICS
from ingest import rollup_tables, rollups
from ingest.rows import SENT_STEPS
from tests.ingest.conftest import Case, Sender

HOURLY = """SELECT g.code, r.at AT TIME ZONE 'UTC', r.n, r.total FROM rollup_hour r JOIN metric m USING (metric_id)
              JOIN region g USING (region_id) WHERE m.key = :key AND r.n <> 0 AND r.at >= :since ORDER BY 1, 2"""
DAILY = """SELECT g.code, r.day, r.n, r.total FROM rollup_day r JOIN metric m USING (metric_id)
             JOIN region g USING (region_id) WHERE m.key = :key AND r.n <> 0 AND r.day >= :since ORDER BY 1, 2"""


def readings(*told: tuple[str, str, float]) -> list[dict[str, Any]]:
    return [{"device": device, "property": "pm25", "observed_at": at, "value": value} for device, at, value in told]


def test_groups_counted_cell_by_cell_are_the_ones_that_sorting_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three entries of region 7 in hour 400,000, two of them in bin -32768; one of region 9 an hour before."""
    region, hour, bin_ = np.array([7, 9, 7, 7]), np.array([400_000, 399_999, 400_000, 400_000]), np.array([5, 5, -32768, -32768])
    made = []
    for cells in (0, 1_000_000):
        monkeypatch.setattr(rollup_tables, "CELLS", cells)
        hours = rollup_tables.grouped(1, region, hour, np.array([1.5, 2, 3, 4]))
        bins = rollup_tables.grouped(1, region, hour, None, bin_)
        made.append([list(zip(hours.region_id, hours.bucket, hours.n, hours.total, strict=True)),
                     list(zip(bins.region_id, bins.bucket, bins.bin, bins.n, strict=True))])
    assert made[0] == made[1] == [
        [(7, 400_000, 3, 8.5), (9, 399_999, 1, 2)], [(7, 400_000, -32768, 2), (7, 400_000, 5, 1), (9, 399_999, 5, 1)]]


def test_observations_are_summed_by_hour_up_to_the_city(sender: Sender) -> None:
    """West 10 and 20 in one hour, 90 in the next; east 30. Rollups reach districts: T1, T2 and the city T."""
    sender.send("observations", readings(("a1", "2026-06-01T12:00:00Z", 10), ("a1", "2026-06-01T12:59:59Z", 20),
                                         ("a1", "2026-06-01T13:00:00Z", 90), ("a2", "2026-06-01T12:30:00Z", 30)))
    noon, one = datetime(2026, 6, 1, 12), datetime(2026, 6, 1, 13)
    assert sender.rows(HOURLY, key="observed_pm25", since="2026-06-01") == [
        ("T", noon, 3, 60), ("T", one, 1, 90), ("T1", noon, 2, 30), ("T1", one, 1, 90), ("T2", noon, 1, 30)]
    assert sender.rows(HOURLY, key="over_pm25", since="2026-06-01") == [("T", one, 1, 0), ("T1", one, 1, 0)]


def test_days_are_cut_at_the_citys_midnight(sender: Sender) -> None:
    """New York is four hours behind in June: 03:59 UTC on the 4th is still the 3rd."""
    sender.send("observations", readings(("a1", "2026-06-04T03:59:59Z", 1), ("a1", "2026-06-04T04:00:00Z", 2)))
    assert sender.rows(DAILY, key="observed_pm25", since="2026-06-03") == [
        ("T", date(2026, 6, 3), 1, 1), ("T", date(2026, 6, 4), 1, 2),
        ("T1", date(2026, 6, 3), 1, 1), ("T1", date(2026, 6, 4), 1, 2)]


def test_the_day_the_clock_goes_back_has_25_hours(sender: Sender) -> None:
    """1 November 2026: from 04:00 UTC (EDT) to 05:00 UTC the next day (EST)."""
    start = datetime(2026, 11, 1, 3, 30, tzinfo=UTC)
    sender.send("observations", readings(*(("a2", (start + timedelta(hours=hour)).isoformat(), 1) for hour in range(27))))
    assert [(day, n) for code, day, n, _ in sender.rows(DAILY, key="observed_pm25", since="2026-10-31") if code == "T2"] == [
        (date(2026, 10, 31), 1), (date(2026, 11, 1), 25), (date(2026, 11, 2), 1)]


def test_a_case_moves_from_bucket_to_bucket_as_it_is_told_more(sender: Sender, case: Case) -> None:
    """Closed at 18:00, then reworked and closed at 20:00: counted once, at 20:00, with 8 hours."""
    steps = [("13", "registered"), ("18", "closed"), ("19", "reworked"), ("20", "closed")]
    told = [{"step": step, "at": f"2026-07-04T{hour}:00:00Z"} for hour, step in steps]
    row = case("mover", reported_at="2026-07-04T12:00:00Z", steps=told[:2])
    sender.send("cases", [row])
    assert sender.rows(HOURLY, key="case_hours_to_close", since="2026-07-04")[0] == ("T", datetime(2026, 7, 4, 18), 1, 6)
    sender.send("steps", [{"case": "mover"} | told[2]])
    assert sender.rows(HOURLY, key="case_closed", since="2026-07-04") == []
    sender.send("steps", [{"case": "mover"} | told[3]])
    assert sender.rows(HOURLY, key="case_hours_to_close", since="2026-07-04") == [
        ("T", datetime(2026, 7, 4, 20), 1, 8), ("T1", datetime(2026, 7, 4, 20), 1, 8)]


def test_a_case_that_moves_is_counted_where_it_now_is(sender: Sender, case: Case) -> None:
    sender.send("cases", [case("mobile", reported_at="2026-08-01T12:00:00Z")])
    sender.send("cases", [case("mobile", reported_at="2026-08-01T12:00:00Z", lon=0.075)])
    found = sender.rows(HOURLY, key="case_reported", since="2026-08-01")
    assert [(code, n) for code, _, n, _ in found] == [("T", 1), ("T2", 1)]


def test_a_deadline_is_counted_when_it_falls_though_that_is_ahead(sender: Sender, case: Case) -> None:
    sender.send("cases", [case("ahead", due_at="2027-01-01T12:00:00Z")])
    found = sender.rows(HOURLY, key="case_closure_due", since="2027-01-01")
    assert [(code, n) for code, _, n, _ in found] == [("T", 1), ("T1", 1)]


def test_values_are_kept_in_bins_of_a_twentieth_of_an_e_fold(sender: Sender) -> None:
    """ln 8 × 20 = 41.6, so 8 seconds fall into bin 41; zero has a bin of its own."""
    message = {"channel": "phone", "topic": "noise", "occurred_at": "2026-08-02T12:00:00Z", "region": "T111"}
    sender.send("messages", [message | {"id": "b8", "answered_s": 8}, message | {"id": "b0", "answered_s": 0}])
    assert sender.rows("""SELECT g.code, bin, n
                            FROM rollup_sketch r JOIN metric m USING (metric_id) JOIN region g USING (region_id)
                           WHERE m.key = 'message_answered' AND day = '2026-08-02' ORDER BY 1, 2""") == [
        ("T", -32768, 1), ("T", 41, 1), ("T1", -32768, 1), ("T1", 41, 1)]
    sender.send("messages", [message | {"id": "b0", "answered_s": 8}])
    assert sender.value("""SELECT sum(n) FROM rollup_sketch JOIN metric USING (metric_id)
                            WHERE key = 'message_answered' AND day = '2026-08-02' AND bin = -32768""") == 0


class Storm:
    """Random tellings of a few things, so that the same ones come again and again, changed and out of order."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.start = datetime(2026, 9, 1, tzinfo=UTC)

    def instant(self) -> str:
        return (self.start + timedelta(minutes=self.random.randrange(0, 4 * 1440, 7))).isoformat()

    def place(self) -> dict[str, Any]:
        if self.random.random() < 0.3:
            return {"region": self.random.choice(["T", "T2", "T11", "T222", "T9"])}
        return {"lon": self.random.choice([0.005, 0.035, 0.075, 0.09]), "lat": 0.005}

    def step(self) -> dict[str, Any]:
        return {"step": self.random.choice(SENT_STEPS), "at": self.instant(), "agency": self.random.choice([None, "A1"])}

    def case(self) -> dict[str, Any]:
        return {"id": f"s{self.random.randrange(12)}", "class": self.random.choice(["pothole", "noise"]), "channel": "app",
                "title": self.random.choice("ab"), "reported_at": self.instant(), **self.place(),
                "steps": [self.step() for _ in range(self.random.randrange(5))]}

    def message(self) -> dict[str, Any]:
        maybe = {"answered_s": self.random.randrange(90), "satisfaction": self.random.randrange(7),
                 "solved": self.random.random() < 0.5, "contact_due": self.instant(), "contacted_at": self.instant(),
                 "sentiment": self.random.randrange(-1, 2)}
        return {"id": f"s{self.random.randrange(12)}", "channel": "app", "topic": "noise", "occurred_at": self.instant(),
                **self.place(), **{name: value for name, value in maybe.items() if self.random.random() < 0.5}}

    def enterprise(self) -> dict[str, Any]:
        return {"id": f"s{self.random.randrange(6)}", "name": "x", "industry": "retail", "status": "active",
                "registered_at": self.instant(), "closed_at": self.random.choice([None, self.instant()]), **self.place()}

    def warning(self) -> dict[str, Any]:
        return {"id": f"s{self.random.randrange(4)}", "event_zh": "雨", "event_en": "Rain", "headline_zh": "雨",
                "headline_en": "Rain", "severity": self.random.choice(["severe", "minor"]), "sent_at": self.instant(),
                "onset_at": self.instant(), "expires_at": "2026-10-01T00:00:00Z", "region": self.random.choice(["T", "T12"])}

    def observation(self) -> dict[str, Any]:
        return {"device": self.random.choice(["a1", "a2"]), "property": self.random.choice(["pm25", "level"]),
                "observed_at": self.instant(), "value": self.random.choice([2, 3, 80, 200])}

    def known_step(self) -> dict[str, Any]:
        return {"case": f"s{self.random.randrange(14)}"} | self.step()

    def batch(self) -> tuple[str, list[dict[str, Any]]]:
        subject, make = self.random.choice([
            ("cases", self.case), ("steps", self.known_step), ("messages", self.message),
            ("enterprises", self.enterprise), ("warnings", self.warning), ("observations", self.observation)])
        return subject, [make() for _ in range(self.random.randrange(1, 12))]


def test_after_any_storm_of_batches_the_rollups_are_what_the_facts_say(sender: Sender) -> None:
    storm = Storm(20261)
    for _ in range(80):
        subject, rows = storm.batch()
        for _ in range(storm.random.choice([1, 1, 2])):
            answer = sender.send(subject, rows)
            assert answer["taken"] + answer["seen"] + answer["rejected"] == len(rows)
            assert answer["rejected"] == len({reason["row"] for reason in answer["reasons"]})
    assert rollups.check(sender.engine, sender.city) == []
    assert sender.value("SELECT count(*) FROM rollup_hour WHERE n < 0 OR (n = 0 AND abs(total) > 1e-6)") == 0
    again = sender.send(subject, rows)
    assert again["taken"] == 0


def test_groups_that_are_copied_in_beside_known_ones_are_added_once(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way of big batches, taken by small ones: what is new in the rollups is copied, the rest added to what is there."""
    monkeypatch.setattr(rollup_tables, "FEW", 0)
    monkeypatch.setattr(rollup_tables, "DENSE", 10**6)
    storm = Storm(20264)
    for part in range(6):
        sender.send("cases", [storm.case() | {"id": f"copied {part} {number}"} for number in range(40)])
        sender.send("messages", [storm.message() | {"id": f"copied {part} {number}"} for number in range(40)])
    assert rollups.check(sender.engine, sender.city) == []
    assert sender.value("SELECT max(n) FROM rollup_hour JOIN metric USING (metric_id) WHERE key = 'case_reported'") > 1


def test_batches_at_the_same_time_neither_block_each_other_for_ever_nor_count_twice(sender: Sender) -> None:
    """Four senders with overlapping batches: each batch is sent by two of them."""
    storms = [Storm(seed).batch() for seed in range(30)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda batch: sender.send(*batch), [batch for batch in storms for _ in (0, 1)]))
    assert len(answers) == 60
    assert rollups.check(sender.engine, sender.city) == []


def test_a_wrong_rollup_is_found_and_rebuilt(sender: Sender) -> None:
    with sender.engine.begin() as connection:
        connection.execute(text("UPDATE rollup_hour SET n = n + 1 FROM metric m WHERE m.metric_id = rollup_hour.metric_id "
                                "AND m.key = 'case_reported'"))
    assert {found[1] for found in rollups.check(sender.engine, sender.city)} == {"case_reported"}
    rollups.rebuild(sender.engine, sender.city, ["case_reported"])
    assert rollups.check(sender.engine, sender.city) == []


def test_a_metric_that_is_new_or_defined_anew_is_rolled_up_at_the_next_start(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(METRICS, "case_dispatched_right", replace(METRICS["case_dispatched_right"], where="f.return_count >= 0"))
    monkeypatch.setitem(METRICS, "case_by_app", Metric("case_by_app", "case", "f.reported_at", where="f.channel = 'app'"))
    book = rollups.prepare(sender.engine, sender.city)
    assert book.rebuilt == {"case_dispatched_right", "case_by_app"}
    assert sender.value("""SELECT n FROM rollup_hour JOIN metric USING (metric_id) JOIN region USING (region_id)
                            WHERE key = 'case_by_app' AND code = 'T' ORDER BY n DESC LIMIT 1""") >= 1
    assert rollups.check(sender.engine, sender.city) == []
    assert rollups.prepare(sender.engine, sender.city).rebuilt == frozenset()
    monkeypatch.undo()
    assert rollups.prepare(sender.engine, sender.city).rebuilt == {"case_dispatched_right"}


def test_a_changed_limit_of_a_property_changes_what_was_over_it(sender: Sender) -> None:
    with sender.engine.begin() as connection:
        connection.execute(text("UPDATE property SET watch = 85 WHERE key = 'pm25'"))
    assert rollups.prepare(sender.engine, sender.city).rebuilt == {"over_pm25"}
    assert rollups.check(sender.engine, sender.city) == []


def test_metrics_that_only_sql_understands_are_rolled_up_too(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest.door import create_door

    odd = Metric("observed_odd", "observation", "f.observed_at", where="f.device_code LIKE 'a%'", value="sqrt(f.value)",
                 sketch=True)
    monkeypatch.setitem(METRICS, "observed_odd", odd)
    other = Sender(create_door(sender.engine).test_client(), sender.engine, sender.city)
    other.send("observations", readings(("a1", "2026-10-02T12:00:00Z", 16), ("a2", "2026-10-02T12:00:00Z", 25)))
    found = sender.rows(HOURLY, key="observed_odd", since="2026-10-02")
    noon = datetime(2026, 10, 2, 12)
    assert [(code, n, total) for code, at, n, total in found if at == noon] == [("T", 2, 9), ("T1", 1, 4), ("T2", 1, 5)]
    assert rollups.check(sender.engine, sender.city) == []


def test_new_facts_are_counted_by_numpy_as_sql_counts_them(sender: Sender) -> None:
    """Flights: one counts for two metrics by its delay (numpy) and by SQL's GREATEST; one never left."""
    sender.send("flights", [
        {"id": "f1", "scheduled_at": "2026-05-01T12:00:00Z", "origin": "JFK", "destination": "BOS", "carrier": "AA",
         "departure_delay_min": 20, "arrival_delay_min": 10, "region": "T111"},
        {"id": "f2", "scheduled_at": "2026-05-01T12:30:00Z", "origin": "JFK", "destination": "BOS", "carrier": "AA",
         "region": "T111"}])
    for metric, expected in (("flight_departed", (1, 20)), ("flight_cancelled", (1, 0)), ("flight_scheduled", (2, 0))):
        assert [(code, n, total) for code, _, n, total in sender.rows(HOURLY, key=metric, since="2026-01-01")] == [
            ("T", *expected), ("T1", *expected)], metric
    assert rollups.check(sender.engine, sender.city) == []
