import itertools
from typing import Any

import pytest

from tests.ingest.conftest import Case, Sender

DERIVED = """SELECT state, state_at AT TIME ZONE 'UTC', a.code, registered_at AT TIME ZONE 'UTC',
    dispatched_at AT TIME ZONE 'UTC', disposed_at AT TIME ZONE 'UTC', closed_at AT TIME ZONE 'UTC',
    suspended_at AT TIME ZONE 'UTC', due_at AT TIME ZONE 'UTC', return_count, rework_count
  FROM city_case LEFT JOIN agency a USING (agency_id) WHERE external_id = :name"""
NAMES = ("state", "state_at", "agency", "registered_at", "dispatched_at", "disposed_at", "closed_at", "suspended_at", "due_at",
         "return_count", "rework_count")


def at(hour: int) -> str:
    return f"2026-03-04T{hour:02d}:00:00Z"


def told(*steps: tuple[int, str] | tuple[int, str, str]) -> list[dict[str, Any]]:
    return [{"at": at(step[0]), "step": step[1], **({"agency": step[2]} if len(step) > 2 else {})} for step in steps]


def derived(sender: Sender, name: str) -> dict[str, Any]:
    """A case's derived columns; instants as hours of 4 March."""
    row = dict(zip(NAMES, sender.rows(DERIVED, name=name)[0], strict=True))
    return {key: (value.day - 4) * 24 + value.hour if hasattr(value, "hour") else value for key, value in row.items()}


LIVES: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "untouched": ([], {"state": "reported", "state_at": 12, "registered_at": None, "due_at": None, "agency": None}),
    "straight": (told((13, "registered"), (14, "dispatched", "A1"), (16, "disposed"), (17, "verified"), (18, "closed")),
                 {"state": "closed", "state_at": 18, "registered_at": 13, "dispatched_at": 14, "disposed_at": 16, "closed_at": 18,
                  "due_at": 37, "agency": "A1", "return_count": 0, "rework_count": 0}),
    "suspended": (told((13, "registered"), (14, "dispatched"), (15, "suspended")),
                  {"state": "suspended", "state_at": 15, "suspended_at": 15}),
    "resumed": (told((13, "registered"), (14, "dispatched"), (15, "suspended"), (16, "resumed")),
                {"state": "dispatched", "state_at": 16, "suspended_at": None}),
    "returned": (told((13, "registered"), (14, "dispatched", "A1"), (15, "returned"), (16, "dispatched", "A2")),
                 {"state": "dispatched", "dispatched_at": 14, "agency": "A2", "return_count": 1}),
    "reworked": (told((13, "registered"), (15, "disposed"), (16, "reworked"), (18, "disposed"), (19, "closed")),
                 {"state": "closed", "disposed_at": 18, "closed_at": 19, "rework_count": 1}),
    "reopened": (told((13, "registered"), (15, "closed"), (16, "reworked")),
                 {"state": "reworked", "state_at": 16, "closed_at": None, "rework_count": 1}),
    "closed at once": (told((13, "registered"), (14, "disposed"), (14, "verified"), (14, "closed")),
                       {"state": "closed", "disposed_at": 14, "closed_at": 14}),
    "noted after closing": (told((13, "registered"), (14, "closed"), (15, "verified")),
                            {"state": "closed", "state_at": 14, "closed_at": 14}),
}


@pytest.fixture(scope="module", autouse=True)
def agency(sender: Sender) -> None:
    sender.send("agencies", [{"code": "A2", "name_zh": "水务", "name_en": "Water", "region": "T1"}])


@pytest.mark.parametrize("name", LIVES)
def test_the_state_follows_from_the_steps(sender: Sender, case: Case, name: str) -> None:
    """Class pothole is due 24 h after registration; hours are those of 4 March."""
    steps, expected = LIVES[name]
    assert sender.counts(sender.send("cases", [case(name, steps=steps)])) == (1, 0, 0)
    found = derived(sender, name)
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize("name", LIVES)
def test_the_order_of_arrival_does_not_matter(sender: Sender, case: Case, name: str) -> None:
    steps, _ = LIVES[name]
    sender.send("cases", [case(name, steps=steps)])
    for number, order in enumerate(itertools.islice(itertools.permutations(steps), 1, 40, 13)):
        other = f"{name} {number}"
        sender.send("cases", [case(other)])
        for step in order:
            sender.send("steps", [{"case": other} | step])
        assert derived(sender, other) == derived(sender, name)


def test_a_case_sent_again_is_seen_and_its_new_steps_are_taken(sender: Sender, case: Case) -> None:
    steps = told((13, "registered"), (14, "dispatched", "A1"))
    sender.send("cases", [case("again", steps=steps[:1])])
    assert sender.counts(sender.send("cases", [case("again", steps=steps[:1])])) == (0, 1, 0)
    assert sender.counts(sender.send("cases", [case("again", steps=steps)])) == (1, 0, 0)
    assert derived(sender, "again")["state"] == "dispatched"
    assert sender.value("SELECT count(*) FROM case_step JOIN city_case USING (case_id) WHERE external_id = 'again'") == 2


def test_changed_attributes_are_taken_and_the_old_ones_kept(sender: Sender, case: Case) -> None:
    sender.send("cases", [case("mine", address="1 Main St")])
    assert sender.counts(sender.send("cases", [case("mine", title="A deep hole")])) == (1, 0, 0)
    assert sender.rows("SELECT title, address FROM city_case WHERE external_id = 'mine'") == [("A deep hole", "1 Main St")]
    assert sender.rows("SELECT step, note::jsonb FROM case_step JOIN city_case USING (case_id) WHERE external_id = 'mine'") == [
        ("amended", {"title": "A hole"})]


def test_a_case_twice_in_a_batch_is_two_tellings_of_one(sender: Sender, case: Case) -> None:
    answer = sender.send("cases", [case("twin"), case("twin"), case("twin", title="Other", steps=told((13, "registered")))])
    assert sender.counts(answer) == (2, 1, 0)
    assert sender.rows("SELECT title, state FROM city_case WHERE external_id = 'twin'") == [("Other", "registered")]


def test_a_step_of_an_unknown_case_waits_with_the_sender(sender: Sender, case: Case) -> None:
    step = {"case": "later"} | told((13, "registered"))[0]
    answer = sender.send("steps", [step])
    assert sender.counts(answer) == (0, 0, 1)
    assert answer["reasons"][0]["code"] == "unknown_case"
    sender.send("cases", [case("later")])
    assert sender.counts(sender.send("steps", [step])) == (1, 0, 0)
    assert sender.counts(sender.send("steps", [step, step])) == (0, 2, 0)


def test_a_step_is_never_overwritten(sender: Sender, case: Case) -> None:
    sender.send("cases", [case("firm", steps=told((13, "registered"), (14, "dispatched", "A1")))])
    answer = sender.send("steps", [{"case": "firm"} | told((14, "dispatched", "A2"))[0]])
    assert [reason["code"] for reason in answer["reasons"]] == ["conflict"]
    again = sender.send("cases", [case("firm", title="New", steps=told((14, "dispatched", "A2"), (15, "disposed")))])
    assert sender.counts(again) == (0, 0, 1)
    assert derived(sender, "firm")["state"] == "dispatched", "the whole row was refused"


def test_a_bad_step_refuses_its_case_and_says_which(sender: Sender, case: Case) -> None:
    steps = [*told((13, "registered")), {"step": "vanished", "at": "2026-03-04T12:00:00"}, 7, *told((15, "closed", "A9"))]
    answer = sender.send("cases", [case("odd", steps=steps), case("even")])
    assert sender.counts(answer) == (1, 0, 1)
    assert [(reason["field"], reason["code"]) for reason in answer["reasons"]] == [
        ("steps[2]", "not_an_object"), ("steps[1].step", "not_allowed"), ("steps[1].at", "no_zone"),
        ("steps[3].agency", "unknown_agency")]


def test_nobody_can_send_an_amendment(sender: Sender, case: Case) -> None:
    assert sender.counts(sender.send("cases", [case("amender", steps=told((13, "amended")))])) == (0, 0, 1)


def test_a_clock_that_is_sent_is_kept(sender: Sender, case: Case) -> None:
    sender.send("cases", [case("clock", due_at=at(20), steps=told((13, "registered")))])
    assert derived(sender, "clock")["due_at"] == 20
    sender.send("cases", [case("clockless", **{"class": "noise"}, steps=told((13, "registered")))])
    assert derived(sender, "clockless")["due_at"] is None, "class noise has no hours"


def test_a_place_is_a_coordinate_or_a_region_and_lies_in_the_city(sender: Sender, case: Case) -> None:
    nowhere = {"lon": None, "lat": None}
    answer = sender.send("cases", [
        case("p0", lon=0.035), case("p1", **nowhere, region="T2"), case("p2", **nowhere), case("p3", lon=1.0),
        case("p4", lat=None), case("p5", **nowhere, region="X"), case("p6", lon="0.01"), case("p7", lon=181)])
    assert sender.counts(answer) == (2, 0, 6)
    assert [(reason["row"], reason["field"], reason["code"]) for reason in answer["reasons"]] == [
        (3, "lon", "missing"), (4, "lon", "outside_city"), (4, "lon", "far_outside"), (5, "lon", "missing"),
        (6, "region", "unknown_region"), (7, "lon", "type"), (8, "lon", "range"), (8, "lon", "far_outside")]
    assert sender.rows("""SELECT external_id, code FROM city_case JOIN region USING (region_id)
                           WHERE external_id LIKE 'p_' ORDER BY 1""") == [("p0", "T122"), ("p1", "T2")]


def test_the_feed_of_cases_is_as_old_as_the_newest_step(sender: Sender, case: Case) -> None:
    sender.send("cases", [case("fed", steps=told((13, "registered"), (23, "closed")))])
    assert sender.value("SELECT last_at >= '2026-03-04T23:00:00Z' AND last_at < '2026-03-05' FROM feed WHERE subject = 'case'")
