from dataclasses import replace

import numpy as np
import pytest

from simulate import case_rows, cases, moments, steps
from simulate.cases import Cases
from simulate.moments import DAY, HOUR
from simulate.world import World

WEDNESDAY = moments.instant("2026-03-04T00:00:00Z") // DAY
NOON = WEDNESDAY * DAY + 17 * HOUR    # in New York


@pytest.fixture(scope="module")
def drawn(city: World) -> Cases:
    return cases.draw(city, WEDNESDAY)


@pytest.fixture(scope="module")
def months(city: World) -> list[Cases]:
    return [cases.draw(city, day) for day in range(WEDNESDAY, WEDNESDAY + 56)]


def test_a_day_drawn_again_has_the_same_cases(city: World, drawn: Cases) -> None:
    again = cases.draw(city, WEDNESDAY)
    one, other = (case_rows.case_rows(city, day, 0, NOON, steps_until=NOON) for day in (drawn, again))
    assert one == other


def test_another_seed_has_other_cases(city: World, drawn: Cases) -> None:
    other = cases.draw(replace(city, seed=8), WEDNESDAY)
    assert len(other) != len(drawn) or (other.reported != drawn.reported).any()


def test_a_day_has_its_own_cases_by_time(drawn: Cases) -> None:
    assert (drawn.reported // DAY == WEDNESDAY).all()
    assert (np.diff(drawn.reported) >= 0).all()


def test_eight_weeks_have_about_the_mean_of_cases_a_day(city: World, months: list[Cases]) -> None:
    assert np.mean([len(day) for day in months]) == pytest.approx(city.pack.cases_per_day, rel=0.15)


def test_cases_follow_the_hours_of_the_week_on_the_citys_clock(city: World, months: list[Cases]) -> None:
    """Boston: 20.6 % of a week's requests were opened between ten and noon, Monday to Friday; 11.7 % at the weekend."""
    clock = moments.local(city.pack.zone, np.concatenate([day.reported for day in months]))
    weekday, hour = (clock // DAY + 3) % 7, clock // HOUR % 24
    share = city.pack.hour_of_week.reshape(7, 24)
    assert np.mean((weekday < 5) & (hour >= 10) & (hour < 12)) == pytest.approx(share[:5, 10:12].sum(), abs=0.01)
    assert np.mean(weekday >= 5) == pytest.approx(share[5:].sum(), abs=0.015)


def test_classes_channels_and_on_time_shares_are_the_real_ones(city: World, months: list[Cases]) -> None:
    kind = np.concatenate([day.kind for day in months])
    channel = np.concatenate([day.channel for day in months])
    closed = np.concatenate([day.steps[:, steps.CLOSED] for day in months])
    due = np.concatenate([day.due for day in months])
    assert np.mean(channel == city.pack.channels.index("hotline")) == pytest.approx(0.483, abs=0.005)
    for number, wanted in enumerate(city.pack.classes):
        mine = kind == number
        if wanted.share > 0.02 and wanted.swayed_by == "":
            assert mine.mean() == pytest.approx(wanted.share, rel=0.08), wanted.name
        if wanted.share > 0.01 and wanted.due_hours is not None:
            assert np.mean(closed[mine] <= due[mine]) == pytest.approx(wanted.on_time, abs=0.025), wanted.name
        if wanted.due_hours is None:
            assert (due[mine] == cases.UNDATED).all()


def test_every_case_stands_on_a_lot_of_its_agencys_borough(city: World, drawn: Cases) -> None:
    boroughs = np.array(city.places.borough)[city.places.neighbourhood[drawn.lot]]
    offices = [city.pack.agencies[number].borough for number in drawn.agency]
    assert all(office in (None, borough) for office, borough in zip(offices, boroughs, strict=True))
    assert set(boroughs) == {"MN", "BX", "BK", "QN", "SI"}


def test_a_case_sent_back_goes_to_another_agency(drawn: Cases) -> None:
    assert (drawn.first_agency != drawn.agency).all()
    assert (drawn.steps[:, steps.RETURNED] != steps.NEVER).any()


def test_long_work_does_not_end_at_night(city: World, months: list[Cases]) -> None:
    closed = np.concatenate([day.steps[:, steps.CLOSED] for day in months])
    takes = closed - np.concatenate([day.reported for day in months])
    hour = moments.local(city.pack.zone, closed[takes > 36 * HOUR]) % DAY / HOUR
    assert ((hour >= 7) & (hour <= 19)).mean() > 0.99


def test_rows_say_only_what_has_happened(city: World, drawn: Cases) -> None:
    rows = case_rows.case_rows(city, drawn, WEDNESDAY * DAY, NOON, steps_until=NOON)
    noon = moments.text(NOON)
    assert rows
    assert all(step["at"] <= noon for row in rows for step in row["steps"])
    assert all(row["steps"][0] == {"step": "reported", "at": row["reported_at"]} for row in rows)


def test_told_at_once_or_in_two_parts_the_steps_are_the_same(city: World, drawn: Cases) -> None:
    later = NOON + 30 * DAY
    whole = {(row["id"], step["step"], step["at"]) for row in case_rows.case_rows(city, drawn, 0, later, steps_until=later)
             for step in row["steps"]}
    first = {(row["id"], step["step"], step["at"]) for row in case_rows.case_rows(city, drawn, 0, NOON, steps_until=NOON)
             for step in row["steps"]}
    rest = case_rows.step_rows(city, case_rows.step_events(drawn, NOON, later, reported_until=NOON))
    afternoon = {(row["id"], step["step"], step["at"])
                 for row in case_rows.case_rows(city, drawn, NOON, later, steps_until=later) for step in row["steps"]}
    parts = [first, {(row["case"], row["step"], row["at"]) for row in rest}, afternoon]
    assert set.union(*parts) == whole
    assert sum(len(part) for part in parts) == len(whole)


def test_the_desk_has_no_agency_and_the_work_has_one(city: World, drawn: Cases) -> None:
    rows = case_rows.case_rows(city, drawn, 0, NOON + 400 * DAY, steps_until=NOON + 400 * DAY)
    by_desk = {"reported", "registered", "verified", "closed"}
    assert all(("agency" in step) != (step["step"] in by_desk) for row in rows for step in row["steps"])
