"""Warnings with an area belong to the smallest region that holds it; their ends may come before they do."""

from typing import Any

from ingest.rollups import check
from tests.ingest.conftest import Sender

WARNING = {"event_zh": "暴雨", "event_en": "Rain", "severity": "severe", "headline_zh": "暴雨", "headline_en": "Rain",
           "sent_at": "2026-03-04T12:00:00Z", "onset_at": "2026-03-04T12:00:00Z", "expires_at": "2026-03-05T12:00:00Z"}


def box(west: float, east: float) -> str:
    """An area of Smalltown between two meridians, in hundredths of a degree."""
    return f"POLYGON(({west / 100} 0.002, {east / 100} 0.002, {east / 100} 0.008, {west / 100} 0.008, {west / 100} 0.002))"


def test_an_area_belongs_to_the_smallest_region_that_holds_it(sender: Sender) -> None:
    """Blocks are a hundredth of a degree wide: T111 and T112 make street T11, T11 and T12 district T1."""
    wanted = {"in-block": (0.1, 0.9, "T111"), "in-street": (0.5, 1.5, "T11"), "in-district": (1.5, 2.5, "T1"),
              "in-city": (3.5, 4.5, "T"), "beyond": (-50, 0.5, "T111"), "everywhere": (-50, 50, "T")}
    answer = sender.send("warnings", [
        WARNING | {"id": name, "area": box(west, east)} for name, (west, east, _) in wanted.items()])
    assert sender.counts(answer) == (len(wanted), 0, 0)
    there = dict(sender.rows("""
        SELECT external_id, code FROM warning JOIN region USING (region_id)
         WHERE external_id = ANY(:names)""", names=list(wanted)))
    assert there == {name: code for name, (_, _, code) in wanted.items()}
    assert sender.value("SELECT round(ST_XMin(area)::numeric, 3) FROM warning WHERE external_id = 'beyond'") == -0.5


def test_several_regions_are_drawn_together_and_one_above_counts_for_its_own(sender: Sender) -> None:
    rows = [WARNING | {"id": "two", "regions": ["T111", "T122"]}, WARNING | {"id": "one", "regions": ["T11", "T111"]},
            WARNING | {"id": "none", "regions": ["X"]}, WARNING | {"id": "nowhere"}]
    answer = sender.send("warnings", rows)
    assert [(one["row"], one["code"]) for one in answer["reasons"]] == [(3, "unknown_region"), (4, "missing")]
    there = sender.rows("""
        SELECT external_id, code, round((ST_Area(area) * 10000)::numeric, 6)::float FROM warning JOIN region USING (region_id)
         WHERE external_id IN ('one', 'two') ORDER BY 1""")
    assert there == [("one", "T11", None), ("two", "T1", 2.0)]


def test_an_area_outside_the_city_is_left_out_and_one_that_is_none_refused(sender: Sender) -> None:
    texts = {"far": box(100, 110), "touching": box(8, 9), "line": "LINESTRING(0 0, 1 1)", "words": "the whole town"}
    answer = sender.send("warnings", [WARNING | {"id": name, "area": area} for name, area in texts.items()])
    assert [(one["field"], one["code"]) for one in answer["reasons"] if one["field"] == "area"] == [
        ("area", "skipped"), ("area", "skipped"), ("area", "type"), ("area", "type")]


def test_an_end_counts_whenever_it_comes_the_earliest_first_and_for_all_parts(sender: Sender) -> None:
    def ended(*names: str) -> list[Any]:
        return [at and at.hour for at, in sender.rows("""
            SELECT ended_at AT TIME ZONE 'UTC' FROM warning WHERE external_id = ANY(:names) ORDER BY external_id""",
            names=list(names))]

    def ends(name: str, hour: int) -> tuple[int, int, int]:
        return sender.counts(sender.send("warning_ends", [{"id": name, "ended_at": f"2026-03-04T{hour}:00:00Z"}]))

    assert ends("early", 15) == (1, 0, 0)
    sender.send("warnings", [WARNING | {"id": name, "region": "T1"} for name in ("early", "early#2", "late", "late#2", "latest")])
    assert ended("early", "early#2", "late", "late#2", "latest") == [15, 15, None, None, None]
    assert (ends("late", 16), ends("late", 17), ends("late", 14)) == ((1, 0, 0), (0, 1, 0), (1, 0, 0))
    assert ended("late", "late#2", "latest") == [14, 14, None]
    sender.send("warnings", [WARNING | {"id": "late", "region": "T1"}])
    assert ended("late") == [14]
    assert check(sender.engine, sender.city) == []


def test_what_a_warning_says_in_each_language_is_kept_whatever_it_is(sender: Sender) -> None:
    infos = [{"language": "fr", "headline": "Pluie\0"}, 7, [None]]
    answer = sender.send("warnings", [WARNING | {"id": "many", "region": "T", "infos": infos, "signature": "unverified"}])
    assert answer["taken"] == 1
    assert sender.value("SELECT infos FROM warning WHERE external_id = 'many'") == [
        {"language": "fr", "headline": "Pluie␀"}, 7, [None]]
