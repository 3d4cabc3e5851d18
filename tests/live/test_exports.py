"""Tables and rows to take away: the same numbers as the screen's, all rows, and only what may be seen."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient
from sqlalchemy import Engine

from data_access.city import City
from data_access.every_row import Order, every_row
from data_access.readings import readings
from data_access.rows import rows
from indicators.definition import Sum
from indicators.library import INDICATORS
from indicators.scope import Scope
from live.exports.routes import AT_ONCE, Sending
from settings import Settings
from tests.browser.scene import enliven

TOKEN = "a-secret-of-the-first-wall"


@pytest.fixture(scope="module")
def alive(engine: Engine, town: City) -> City:
    enliven(engine, town)
    return town


@pytest.fixture(scope="module")
def app(start: Callable[[Settings], Dash], database_url: str, alive: City) -> Dash:
    return start(Settings(database_url=database_url, wall_tokens=f"city:T1:{TOKEN}"))


@pytest.fixture
def client(app: Dash) -> FlaskClient:
    made: FlaskClient = app.server.test_client()
    return made


def table(client: FlaskClient, address: str) -> list[dict[str, str]]:
    answer = client.get(f"/export/{address}&bare=1")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_all_rows_behind_a_number_are_there_with_what_a_case_tells(client: FlaskClient) -> None:
    found = table(client, "facts.csv?i=event_reported&r=T&p=24h&lang=en")
    assert len(found) == 8
    assert {row["Region code"] for row in found} == {f"T{d}{s}{b}" for d in (1, 2) for s in (1, 2) for b in (1, 2)}
    [first] = [row for row in found if row["Number"] == "c-T111"]
    assert (first["Title"], first["Class"], first["Agency"], first["State"], first["Channel"]) == (
        "Pothole", "Pothole", "Roads", "Dispatched", "hotline")
    assert [row["At"] for row in found] == sorted((row["At"] for row in found), reverse=True), "the newest first"


@pytest.mark.parametrize("key", INDICATORS)
def test_every_indicators_rows_are_those_that_its_list_begins_with(engine: Engine, alive: City, key: str) -> None:
    now, indicator, scope = datetime.now(UTC), INDICATORS[key], Scope("T", "24h", language="en")
    listed = rows(engine, alive, indicator, scope, now)
    every = [row for piece in every_row(engine, Order(alive, indicator, scope, now), {}).pieces for row in piece]
    sides = len(listed.columns) - 9
    if listed.rows or readings(engine, alive, [indicator], scope, now)[key].status == "ok":
        assert sorted(str(row[sides + 1]) for row in every) == sorted(str(row[sides + 1]) for row in listed.rows)


@pytest.mark.parametrize("key", [key for key, one in INDICATORS.items() if one.unit == "case" and isinstance(one.measure, Sum)])
def test_as_many_rows_are_taken_away_as_the_number_counts(engine: Engine, alive: City, key: str) -> None:
    now, scope = datetime.now(UTC), Scope("T1", "24h")
    found = every_row(engine, Order(alive, INDICATORS[key], scope, now), {})
    counted = readings(engine, alive, [INDICATORS[key]], scope, now)[key]
    assert sum(map(len, found.pieces)) == (counted.value or 0)


def test_a_file_says_what_it_counts_of_where_when_and_whether_it_is_simulated(client: FlaskClient) -> None:
    lines = client.get("/export/facts.csv?i=event_open&r=T1&p=7d&f.state=overdue&lang=en").data.decode("utf-8-sig").splitlines()
    said: dict[str, str] = dict(next(csv.reader([line])) for line in lines[:lines.index("")])
    assert said["What"] == "Open cases" and said["Region"] == "Area T › Area T1 (T1)" and said["Value"] == "1"
    assert said["Filters"] == "State: overdue" and said["Simulated"] == "contains no simulated data"
    assert "Test (Town hall, CC0-1.0)" in said["Source"] and said["Time zone"] == "America/New_York"
    assert said["The same again"] == "/export/facts.csv?i=event_open&r=T1&p=7d&f.state=overdue&lang=en"


def test_the_children_of_a_region_and_its_indicators_have_the_readings_of_the_screen(
    client: FlaskClient, engine: Engine, alive: City,
) -> None:
    now = datetime.now(UTC)
    below = {row["区域代码"]: row for row in table(client, "regions.csv?i=event_open&r=T&p=24h")}
    for code in ("T1", "T2"):
        here = readings(engine, alive, [INDICATORS["event_open"]], Scope(code, "24h"), now)["event_open"]
        assert float(below[code]["数值"]) == here.value == 4
    card = {row["指标代码"]: row for row in table(client, "scorecard.csv?r=T&p=24h")}
    assert set(card) == set(INDICATORS) and card["event_open"]["数值"] == "8.0"
    assert card["event_open"]["单位"] == "件" and card["place_pm25"]["模拟"] == "否"


def test_agencies_are_taken_away_with_their_scores(client: FlaskClient) -> None:
    [roads] = table(client, "organizations.csv?r=T&p=24h&lang=en")
    assert (roads["Agency code"], roads["Agency"], roads["Open"], roads["Overdue"]) == ("A1", "Roads", "8", "1")


def test_regions_side_by_side_are_taken_away_with_a_row_for_each(client: FlaskClient) -> None:
    found = [row for row in table(client, "comparison.csv?r=T1,T2&p=24h&lang=en") if row["Indicator key"] == "event_open"]
    assert [(row["Side"], float(row["Value"])) for row in found] == [("Area T1", 4), ("Area T2", 4)]
    periods = table(client, "comparison.csv?r=T1&p=7d&than=2026-01-01..2026-01-07&lang=en")
    assert len({row["Side"] for row in periods}) == 2 and "7 days" in {row["Side"] for row in periods}


def test_the_parts_of_a_change_are_taken_away_and_add_up_to_it(client: FlaskClient) -> None:
    found = table(client, "reasons.csv?i=event_open&r=T&p=7d&lang=en")
    whole = [(float(row["Before"] or 0), float(row["Now"] or 0), float(row["Contribution"])) for row in found]
    assert sum(now - before for before, now, _ in whole) == pytest.approx(sum(given for *_, given in whole))


def test_an_indicator_is_taken_away_by_class_agency_and_channel_and_each_counts_all(client: FlaskClient) -> None:
    found = table(client, "breakdown.csv?i=event_reported&r=T&p=24h&lang=en")
    counts: dict[str, float] = {}
    for row in found:
        counts[row["By"]] = counts.get(row["By"], 0) + float(row["Value"])
    assert len(counts) == 3 and set(counts.values()) == {8.0}
    assert table(client, "breakdown.csv?i=people_population&r=T&p=24h&lang=en") == [], "what has no class has no rows"


def test_the_regions_below_and_the_sources_are_taken_away_as_their_tables_show_them(client: FlaskClient) -> None:
    below = table(client, "below.csv?r=T&p=24h&lang=en")
    assert [row["Region code"] for row in below] == ["T1", "T2"]
    assert {float(row["Cases reported"]) for row in below} == {4.0}
    sources = table(client, "sources.csv?lang=en")
    assert sources and all(row["Key"] and row["State"] and float(row["Taken"]) >= 0 for row in sources)


def test_all_batches_and_the_datasets_of_a_source_are_taken_away(client: FlaskClient) -> None:
    """What the batches took, added up, is what the datasets and the source say."""
    [source] = [row for row in table(client, "sources.csv?lang=en") if row["Key"] == "test"]
    batches, datasets = table(client, "batches.csv?s=test&lang=en"), table(client, "datasets.csv?s=test&lang=en")
    numbers = [int(float(row["Batch"])) for row in batches]
    assert numbers == sorted(numbers, reverse=True) and len(numbers) == sum(int(float(row["Batches"])) for row in datasets)
    assert sum(float(row["Taken"]) for row in batches) == sum(float(row["Taken"]) for row in datasets) > 0
    assert float(source["Taken"]) >= sum(float(row["Taken"]) for row in datasets)
    answer = client.get("/export/batches.xlsx?s=test&lang=en")
    assert answer.data.startswith(b"PK") and "All batches-test-" in answer.headers["Content-Disposition"]


def test_a_workbook_is_named_by_what_where_and_when_in_any_letters(client: FlaskClient) -> None:
    answer = client.get("/export/regions.xlsx?i=event_open&r=T&p=24h")
    assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.data.startswith(b"PK") and answer.headers["Content-Disposition"].isascii()
    assert "filename*=UTF-8''%E5%9C%A8%E5%8A%9E" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(("address", "status"), [
    ("batches.csv?s=nobody", 404), ("datasets.xlsx", 404),
    ("facts.csv?i=nothing", 404), ("facts.csv?i=event_open&r=T9", 404), ("facts.csv", 400),
    ("regions.csv?i=event_open&p=5y", 400), ("reasons.csv", 400), ("breakdown.csv", 400), ("comparison.csv?r=T1,T1", 400),
    ("comparison.csv?r=T1,T9", 404), ("reasons.csv?i=event_open&by=moon", 400),
    ("facts.csv?i=event_open&at=soon", 400), ("facts.csv?i=event_open&f.state=odd", 400), ("scorecard.csv?lang=fr", 400),
])
def test_an_order_that_cannot_be_is_answered_in_words(client: FlaskClient, address: str, status: int) -> None:
    answer = client.get(f"/export/{address}")
    assert answer.status_code == status and answer.mimetype == "text/plain" and b"Traceback" not in answer.data


def test_a_wall_takes_away_what_lies_in_its_region_only(client: FlaskClient) -> None:
    assert client.get(f"/wall?token={TOKEN}").status_code == 302
    assert client.get("/export/facts.csv?i=event_open&r=T11&bare=1").status_code == 200
    assert client.get("/export/scorecard.csv?r=T1").status_code == 200
    assert client.get("/export/sources.csv").status_code == 200
    for address in ("batches.csv?s=test", "comparison.csv?r=T1,T2", "reasons.csv?i=event_open&r=T2", "below.csv",
                    "facts.csv?i=event_open&r=T2", "scorecard.csv", "organizations.xlsx?r=T"):
        assert client.get(f"/export/{address}").status_code == 403


def test_a_file_that_is_broken_off_gives_its_turn_back(client: FlaskClient) -> None:
    for _ in range(AT_ONCE + 2):
        answer = client.get("/export/facts.csv?i=event_open&r=T")
        next(answer.iter_encoded())
        answer.close()
    assert client.get("/export/facts.csv?i=event_open&r=T").status_code == 200


def test_what_is_read_for_a_file_is_shut_once_whatever_happens() -> None:
    ended: list[Any] = []

    def pieces() -> Iterator[bytes]:
        try:
            for _ in range(100):
                yield b"x"
        finally:
            ended.append("read")

    body = Sending(pieces(), lambda: ended.append("turn"))
    next(iter(body))
    body.close()
    body.close()
    assert ended == ["read", "turn"]


def test_a_table_without_rows_is_a_file_with_its_heads(client: FlaskClient) -> None:
    """Before the first case there is no agency to tell of."""
    past = "r=T&p=2020-01-01..2020-01-02&lang=en"
    answer = client.get(f"/export/organizations.csv?{past}&bare=1")
    assert answer.status_code == 200 and len(answer.data.decode("utf-8-sig").splitlines()) == 1
    assert client.get(f"/export/organizations.xlsx?{past}").data.startswith(b"PK")
