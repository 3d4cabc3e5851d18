"""What nobody declared and is found all the same, in a town with an ordinary amount of everything."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from data_access.findings import findings
from indicators.text import Text
from ingest.quality import counts, duplicates, piles, silence, strays
from ingest.quality.findings import Found, Look, keep
from ingest.quality.watch import Watch

NOW = datetime.now(UTC).replace(microsecond=0)


def ago(minutes):
    return (NOW - timedelta(minutes=minutes)).isoformat()


def case(name, lon, minutes, **more):
    return {"id": name, "class": "pothole", "channel": "web", "title": f"hole {name}", "reported_at": ago(minutes), "lon": lon,
            "lat": 0.003, **more}


def look(sender, detector, now=NOW):
    with sender.engine.begin() as connection:
        return detector(connection, sender.city, now)


def told(looked):
    return [(one.about, one.n) for one in looked.found]


@pytest.fixture(scope="module")
def cases(sender):
    """A hundred holes, each in a place of its own but for twelve on the label of T111 and thirty on one point."""
    label = sender.city.region("T111").label
    rows = [case(f"o{n}", 0.001 + n / 2000, 20 * n) for n in range(58)]
    rows += [case(f"l{n}", label[0], 20 * n + 7, lat=label[1]) for n in range(12)]
    rows += [case(f"d{n}", 0.0333, 20 * n + 13) for n in range(30)]
    assert sender.counts(sender.send("cases", rows)) == (100, 0, 0)


def test_a_point_with_far_more_rows_than_any_other_is_a_pile(sender, cases):
    """Thirty rows are a pile where other points have one; twelve are on a region's label, where ten are enough."""
    found = look(sender, piles.look)
    assert told(found) == [("0.033300, 0.003000", 30), ("0.005000, 0.005000", 12)]
    assert found.found[1].region_id == sender.city.region("T111").region_id
    assert "30 rows (30.0%) lie on one point" in found.found[0].text.en
    assert found.found[0].examples[0].text == "d0 hole d0"


def test_big_buildings_that_hold_a_few_times_what_others_do_are_no_piles(sender):
    class Point:
        source_id, dataset, total, since, batch_ids, row_nos, tolds = 1, "cases", 1000, NOW, [], [], []

        def __init__(self, at, n):
            self.lon, self.lat, self.n = at / 100, 0.0, n

    assert piles.piles(sender.city, [Point(at, n) for at, n in enumerate([90, 30, 25, 20, 12, 11, 10, 10, 9, 9, 9, 8])]) == []
    assert [one.n for one in piles.piles(sender.city, [Point(at, n) for at, n in enumerate([101, *[10] * 11])])] == [101]


def test_the_same_again_within_minutes_under_another_name_is_a_near_duplicate(sender, cases):
    """Six holes are told twice within five minutes, a seventh after an hour."""
    for n in range(7):
        sender.send("cases", [case(f"x{n}", 0.0411 + n / 2000, 500 * n + 100, title="twice"),
                              case(f"y{n}", 0.0411 + n / 2000, 500 * n + (95 if n < 6 else 40), title="twice")])
    found = look(sender, duplicates.look)
    assert told(found) == [("cases", 6)]
    assert found.found[0].examples[0].text == "y0 ~ x0 (300 s)"


def test_where_much_is_said_at_one_place_some_alike_are_chance(sender):
    """Sixty calls in ten hours about one thing at one place: chance brings 60 × 59 ÷ 60 = 59 within ten minutes."""
    sender.send("messages", [{"id": f"m{n}", "channel": "phone", "topic": "noise", "body": "loud", "lon": 0.005, "lat": 0.005,
                              "occurred_at": ago(10 * n + n % 7)} for n in range(60)])
    assert [one.dataset for one in look(sender, duplicates.look).found] == ["cases"]


def test_places_wide_off_are_told_by_what_they_look_like(sender):
    answer = sender.send("cases", [*(case(f"w{n}", 0.003, n, lat=0.02 + n / 10000) for n in range(3)),
                                   *(case(f"z{n}", 12.0 + n, n, lat=50) for n in range(2))])
    assert {reason["code"] for reason in answer["reasons"]} == {"outside_city", "looks_swapped", "far_outside"}
    found = look(sender, strays.look)
    assert told(found) == [("looks_swapped", 3)]
    assert found.found[0].examples[0].batch_id == answer["batch"]
    assert look(sender, strays.look, NOW + timedelta(days=2)).found == []


def test_an_hour_with_far_more_rows_than_the_same_hour_of_other_days_is_odd(sender):
    """Ten rows an hour for ten days, then 200; 35 are three and a half times as many, and 7.9 deviations off."""
    hour = NOW.replace(minute=0, second=0) - timedelta(hours=1)
    with sender.engine.begin() as connection:
        connection.execute(text("DELETE FROM arrival"))
        connection.execute(text("""
            INSERT INTO arrival (source_id, at, dataset, region_id, part, batch_id, came, rejected, marked, incomplete, malformed,
                inaccurate, inconsistent, repeated, timed, in_time)
            SELECT 1, CAST(:hour AS timestamptz) - n * interval '1 hour', 'calls', :root, 0, 1,
                   CASE n WHEN 0 THEN 200 ELSE 10 END, 0, 0, 0, 0, 0, 0, 0, 0, 0
              FROM generate_series(0, 240) AS n"""), {"hour": hour, "root": sender.city.root.region_id})
    found = look(sender, counts.look)
    assert [(one.dataset, one.n, one.since) for one in found.found] == [("calls", 200, hour)]
    for n in (35, 4):  # four are a third and more
        with sender.engine.begin() as connection:
            connection.execute(text("UPDATE arrival SET came = :n WHERE at = :hour"), {"n": n, "hour": hour})
        assert look(sender, counts.look).found == []


def test_a_source_that_stops_against_its_own_rhythm_is_silent_and_speaks_again(sender):
    """A batch every two minutes; eleven minutes are more than five such gaps."""
    with sender.engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO batch (source_id, door, origin, subject, received_at)
            SELECT s.source_id, 'http', 'x', 'cases', CAST(:now AS timestamptz) - n * interval '2 minutes'
              FROM source s CROSS JOIN generate_series(1, 60) AS n WHERE s.key = 'sim'"""), {"now": NOW})
    assert told(look(sender, silence.look, NOW + timedelta(minutes=7))) == []
    found = look(sender, silence.look, NOW + timedelta(minutes=11))
    assert [(one.about, one.since) for one in found.found if one.about == "source"] == [("source", NOW - timedelta(minutes=2))]
    with sender.engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO batch (source_id, door, origin, subject, received_at)
            SELECT source_id, 'http', 'x', 'cases', CAST(:now AS timestamptz) + interval '10 minutes' FROM source
             WHERE key = 'sim'"""), {"now": NOW})
    assert look(sender, silence.look, NOW + timedelta(minutes=11)).found == []


def test_an_archive_promises_nothing_new_and_is_never_silent(sender):
    """Sixty batches of ten years ago come within two hours and then no more; its five stations, too, have said what they had."""
    codes = [f"old{n}" for n in range(5)]
    sender.send("devices", [{"code": code, "kind": "water", "name": code, "interval_s": 60, "lon": 0.002, "lat": 0.002,
                             "installed_at": ago(3000)} for code in codes])
    sender.send("observations", [{"device": code, "property": "level", "value": 1, "observed_at": ago(60 + n)}
                                 for code in codes for n in range(1, 31)])
    with sender.engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO batch (source_id, door, origin, subject, received_at)
            SELECT s.source_id, 'http', 'x', 'cases', CAST(:now AS timestamptz) - n * interval '2 minutes'
              FROM source s CROSS JOIN generate_series(1, 60) AS n WHERE s.key = 'sim'"""), {"now": NOW})
    later = NOW + timedelta(hours=2)
    assert {one.about.split()[0] for one in look(sender, silence.look, later).found} == {"source", "water"}
    with sender.engine.connect() as connection:  # what is changed here is not kept
        connection.execute(text("UPDATE source SET refresh_seconds = NULL"))
        assert silence.look(connection, sender.city, later).found == []
    with sender.engine.begin() as connection:
        connection.execute(text("UPDATE device SET enabled = false WHERE code LIKE 'old%'"))
        connection.execute(text("DELETE FROM batch WHERE source_id = (SELECT source_id FROM source WHERE key = 'sim')"))


def test_devices_of_a_kind_in_a_district_that_stop_together_are_silent(sender):
    """Five stations in T1 say something every minute; an hour is their promise, but five minutes are too long."""
    codes = [f"s{n}" for n in range(5)]
    sender.send("devices", [{"code": code, "kind": "water", "name": code, "interval_s": 3600, "lon": 0.002, "lat": 0.002,
                             "installed_at": ago(100)} for code in codes])
    sender.send("observations", [{"device": code, "property": "level", "value": 1, "observed_at": ago(n)}
                                 for code in codes for n in range(1, 21)])
    with sender.engine.begin() as connection:
        connection.execute(text("DELETE FROM batch WHERE source_id = (SELECT source_id FROM source WHERE key = 'sim')"))
    district = sender.city.region("T1").region_id
    assert look(sender, silence.look, NOW + timedelta(minutes=3)).found == []
    later = NOW + timedelta(minutes=4, seconds=30)
    found = look(sender, silence.look, later)
    assert [(one.about, one.n) for one in found.found if one.about != "source"] == [(f"water {district}", 5)]
    sender.send("observations", [{"device": code, "property": "level", "value": 1, "observed_at": ago(0)} for code in codes[:2]])
    assert look(sender, silence.look, later).found == []


def test_a_device_with_one_wild_reading_is_found_among_those_that_are_looked_at_in_turn(sender):
    values = [20, 21, 22, 21, 20] * 5 + [900] + [21, 20, 22]
    sender.send("observations", [{"device": "a1", "property": "pm25", "value": value, "observed_at": ago(60 - n)}
                                 for n, value in enumerate(values)])
    watch = Watch(sender.engine)
    watch.all(sender.city, NOW)
    spiked = [one for one in findings(sender.engine) if one.kind == "spike"]
    assert [(one.source_key, one.n, one.region_id) for one in spiked] == [("test", 1, sender.city.region("T111").region_id)]
    assert spiked[0].examples[0].text.startswith("900") and "mostly 21" in spiked[0].text.en


def found(about, n):
    return Found(1, "cases", about, 1, NOW, n, Text(f"{n}", f"{n}"))


def test_a_finding_goes_on_changes_and_ends_by_itself(sender):
    """What was not looked at stays as it is."""
    with sender.engine.begin() as connection:
        connection.execute(text("DELETE FROM finding"))

    def kept(*abouts, looked=None, n=3, minutes=0):
        looked_at = Look("spike", [found(about, n) for about in abouts], looked)
        with sender.engine.begin() as connection:
            return keep(connection, looked_at, NOW + timedelta(minutes=minutes))

    assert kept("a", "b")
    assert not kept("a", "b", minutes=1)
    assert kept("a", "b", n=4, minutes=2)
    assert not kept(looked={"c"}, minutes=3)
    assert kept("b", looked={"a", "b"}, n=4, minutes=4)
    every = findings(sender.engine, ended=True)
    assert [(one.until, one.n) for one in every] == [(None, 4), (NOW + timedelta(minutes=4), 4)]
    assert kept("a", "b", n=4, minutes=5)
    assert sorted(one.since for one in findings(sender.engine)) == [NOW, NOW]
    assert len(findings(sender.engine, ended=True)) == 3


def test_a_detector_that_fails_leaves_the_others_to_go_on(sender, monkeypatch):
    looked: list[str] = []

    def broken(connection, *_):
        connection.execute(text("SELECT 1 / 0"))

    def fine(*_):
        looked.append("pile_up")
        return Look("pile_up", [])

    monkeypatch.setattr(silence, "look", broken)
    monkeypatch.setattr(piles, "look", fine)
    Watch(sender.engine).all(sender.city, NOW)
    assert looked == ["pile_up"]


def test_detectors_rest_nine_times_as_long_as_they_work_and_wait_for_their_turn(sender):
    ticks = iter(range(1000))
    rested: list[float] = []
    watch = Watch(sender.engine)
    watch.go_on(sender.city, NOW, clock=lambda: float(next(ticks)), rest=rested.append)
    assert rested == [9.0] * 6
    rested.clear()
    watch.go_on(sender.city, NOW, clock=lambda: 20.0, rest=rested.append)
    assert rested == []
