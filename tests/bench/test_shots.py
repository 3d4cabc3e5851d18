"""Which pictures are taken, and a city whose sources have fallen silent only for the bench."""

import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError

from bench.live import application
from bench.replay import messages
from bench.silence import SCHEMA, Hushed, chosen, look_there_first, silenced
from bench.views import SIZES, shots, silent_shots
from data_access import devices, sources
from data_access import engine as engines
from data_access.city import City
from data_access.engine import sql
from indicators.scope import Scope
from ingest.door import create_door
from layouts.view import Opened, View, parse
from tests.browser.scene import free_port

TOKEN = {"Authorization": "Bearer secret"}


@pytest.fixture(scope="module")
def living(engine: Engine, town: City) -> City:
    """Smalltown with a gauge of the sensors (promise: ten minutes) that read 1 m three hours ago and reads 9 m now, an alarm; a
    case overdue in block T111; and letters, promised within ten minutes and come just now."""
    now = datetime.now(UTC)
    with engine.begin() as connection:
        connection.exec_driver_sql("""
            UPDATE source SET kind = 'iot', refresh_seconds = 600 WHERE key = 'test';
            UPDATE source SET kind = 'business', refresh_seconds = 600, token_hash = 'x' WHERE key = 'sim'""")
        connection.execute(sql("""
            INSERT INTO feed (source_id, subject, last_at, last_received_at)
            SELECT source_id, 'message', :now, :now FROM source WHERE key = 'sim'"""), {"now": now})
    client = create_door(engine).test_client()
    old, late = now - timedelta(hours=3), now - timedelta(minutes=50)
    for subject, rows in {
        "devices": [{"code": "gauge", "kind": "water", "name": "Bridge", "interval_s": 600, "lon": 0.005, "lat": 0.005}],
        "observations": [{"device": "gauge", "property": "level", "value": value, "observed_at": at.isoformat()}
                         for at, value in ((old, 1.0), (now, 9.0))],
        "cases": [{"id": "c1", "class": "pothole", "channel": "hotline", "title": "Hole", "lon": 0.005, "lat": 0.005,
                   "reported_at": late.isoformat(), "due_at": (late + timedelta(minutes=10)).isoformat()}],
    }.items():
        answer = client.post(f"/ingest/v1/{subject}", json={"rows": rows}, headers=TOKEN)
        assert answer.get_json()["taken"] == len(rows), answer.get_json()
    return town


def test_each_main_view_is_pictured_at_the_three_sizes_in_both_languages(engine: Engine, living: City) -> None:
    found = {shot.name: shot for shot in shots(engine, living, datetime.now(UTC))}
    for name in ("city", "district", "block", "case", "device", "alarm", "indicator", "attention", "source", "sources",
                 "city-heat", "district-heat", "city-3d", "district-3d", "wall"):
        for language in ("zh", "en"):
            assert {"1080p", "4k", "ultrawide"} <= set(found[f"{name}-{language}"].sizes)
    on_phones = ("city", "city-light", "sources", "sources-light", "source")
    assert {name for name, shot in found.items() if "phone" in shot.sizes and not name.startswith("page-")} == {
        f"{name}-{language}" for name in on_phones for language in ("zh", "en")}
    assert SIZES["ultrawide"] == (7680, 2160)


def test_each_page_for_leaders_is_pictured_where_it_is_read_in_both_languages_and_themes(engine: Engine, living: City) -> None:
    found = {shot.name: shot for shot in shots(engine, living, datetime.now(UTC))}
    names = ("region-city", "region", "region-district", "indicator", "why", "organizations", "compare", "periods", "briefing",
             "briefings")
    for name in names:
        for told in ("zh", "en", "light-zh", "light-en"):
            assert found[f"page-{name}-{told}"].sizes == ("laptop", "tablet", "phone")


def test_the_pictures_show_the_worst_case_the_worst_alarm_and_their_surroundings(engine: Engine, living: City) -> None:
    found = {shot.name: shot.address for shot in shots(engine, living, datetime.now(UTC))}
    assert read(found["block-en"]) == View(Scope("T111", language="en"))
    assert read(found["district-zh"]) == View(Scope("T11"))
    assert read(found["alarm-zh"]) == View(Scope("T11"))
    assert read(found["device-en"]) == View(Scope("T11", language="en"), Opened("device", "gauge"))
    case = read(found["case-light-zh"])
    assert case.opened is not None
    assert case.opened.kind == "case"
    assert found["case-light-zh"] == f"{found['case-zh']}&theme=light"


def test_a_city_without_a_promise_has_no_page_of_a_silent_source(living: City) -> None:
    assert {shot.name for shot in silent_shots(living, Hushed(None, None))} == {
        f"{name}-{language}" for name in ("silent-city", "silent-sources") for language in ("zh", "en")}


def test_the_source_of_devices_dies_and_another_than_that_of_cases_is_late(engine: Engine, living: City) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO source (key, name_zh, name_en, owner, licence, kind, refresh_seconds) VALUES"
                                   " ('calls', '来电', 'Calls', 'Town hall', 'CC0-1.0', 'business', 30)")
        connection.exec_driver_sql("INSERT INTO feed SELECT source_id, 'case', now(), now() FROM source WHERE key = 'calls'")
    hushed = chosen(engine)
    assert hushed.dead is not None
    assert hushed.stale is not None
    assert (hushed.dead.key, hushed.stale.key) == ("test", "sim")
    now = datetime.now(UTC)
    assert hushed.until(now) == {"test": now - timedelta(hours=2), "sim": now - timedelta(minutes=15)}


def test_through_the_scratch_schema_a_source_is_dead_and_its_gauge_says_what_it_said_before(
    engine: Engine, database_url: str, living: City,
) -> None:
    now = datetime.now(UTC)
    before = told(engine, now)
    aside = engines.create(database_url, statement_timeout_ms=20_000)
    event.listen(aside, "connect", look_there_first)
    with silenced(engine, chosen(engine), now):
        states = {source.key: source.state(now) for source in sources.sources(aside)}
        assert (states["test"], states["sim"]) == ("dead", "stale")
        gauge = devices.device(aside, "gauge", now)
        assert gauge.health(now) == "offline"
        assert [(channel.value, channel.observations) for channel in gauge.channels] == [(1.0, 1)]
        assert devices.alarms(aside, living.root.region_id, now, 9) == ()
        with pytest.raises(DBAPIError, match="read-only"), aside.begin() as connection:
            connection.execute(sql("DELETE FROM city_case"))
        assert told(engine, now) == before
    aside.dispose()
    assert before == ({"test": "live", "sim": "live"}, "alarm")


def test_the_scratch_schema_goes_after_an_error_too(engine: Engine, living: City) -> None:
    with pytest.raises(ZeroDivisionError), silenced(engine, chosen(engine), datetime.now(UTC)):
        assert there(engine)
        raise ZeroDivisionError
    assert not there(engine)


def read(address: str) -> View:
    path, _, query = address.partition("?")
    return parse(path, query, "T")


def told(engine: Engine, now: datetime) -> tuple[dict[str, str], str]:
    """What the city itself says of the two sources and of the gauge."""
    states = {source.key: source.state(now) for source in sources.sources(engine) if source.key in ("test", "sim")}
    return {**states}, devices.device(engine, "gauge", now).health(now)


def there(engine: Engine) -> bool:
    with engine.connect() as connection:
        return connection.execute(sql("SELECT FROM pg_namespace WHERE nspname = :name"), {"name": SCHEMA}).first() is not None


def test_the_bench_s_own_application_has_the_dead_source_in_its_band(engine: Engine, database_url: str, living: City) -> None:
    hushed, port = chosen(engine), free_port()
    assert hushed.dead is not None
    with silenced(engine, hushed, datetime.now(UTC)), application(database_url, port, "bench.silence:server()"):
        assert f"{hushed.dead.name.en} lost" in attention(f"http://127.0.0.1:{port}")


def attention(site: str) -> list[str]:
    """The texts in the city's band."""
    with urllib.request.urlopen(f"{site}/live/?lang=en", timeout=20) as stream:
        picture = next(body for name, body in messages(stream) if name == "picture")
    return texts(picture["props"]["attention"])


def texts(part: Any) -> list[str]:
    """All texts within a drawn part, in order."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, list):
        return [text for one in part for text in texts(one)]
    return texts(part.get("props", part).get("children")) if isinstance(part, dict) else []
