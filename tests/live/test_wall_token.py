"""A wall's token lets it read its region and nothing else; it stands in no answer and in no log."""

import logging
from collections.abc import Callable

import pytest
from dash import Dash
from flask.testing import FlaskClient
from pydantic import ValidationError
from sqlalchemy import Engine

from data_access.city import City
from settings import Settings
from tests.browser.scene import enliven

TOKEN = "a-secret-of-the-first-wall"
OTHER = "a-secret-of-the-other-wall"
TOKENS = f"city:T1:{TOKEN} whole:T:{OTHER}"


@pytest.fixture(scope="module")
def app(database_url: str, engine: Engine, town: City, start: Callable[[Settings], Dash]) -> Dash:
    enliven(engine, town)
    return start(Settings(database_url=database_url, wall_tokens=TOKENS))


@pytest.fixture
def stranger(app: Dash) -> FlaskClient:
    client: FlaskClient = app.server.test_client()
    return client


@pytest.fixture
def wall(stranger: FlaskClient) -> FlaskClient:
    """A browser that was let in as the wall of district T1."""
    assert stranger.get(f"/wall?token={TOKEN}").status_code == 302
    return stranger


def told(client: FlaskClient, address: str) -> list[str]:
    """The names of the first two events of a stream."""
    answer = client.get(f"/live{address}")
    words = iter(answer.iter_encoded())
    names = [next(words).split(b"event: ")[1].split(b"\n")[0].decode() for _ in range(2)]
    answer.close()
    return names


def test_a_token_becomes_a_cookie_that_no_script_reads_and_leaves_the_address(stranger: FlaskClient) -> None:
    answer = stranger.get(f"/wall?token={TOKEN}&lang=en")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/wall/city?lang=en")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert TOKEN not in str(answer.headers)
    assert "Secure" in stranger.get(f"/wall?token={TOKEN}", headers={"X-Forwarded-Proto": "https"}).headers["Set-Cookie"]


def test_the_way_leads_on_to_the_scene_that_is_due(wall: FlaskClient) -> None:
    answer = wall.get("/wall?lang=en")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/r/T1")
    assert "&wall=city" in answer.headers["Location"]
    told = wall.get("/wall/city/scenes?lang=en").get_json()
    assert [scene["address"] for scene in told["scenes"]] == [f"/r/{code}?lang=en&wall=city" for code in ("T1", "T11", "T12")]


@pytest.mark.parametrize("address", ["/wall", "/wall/city", "/wall?token=wrong", "/wall/city/scenes"])
def test_without_its_token_a_wall_is_not_shown(stranger: FlaskClient, address: str) -> None:
    answer = stranger.get(address)
    assert answer.status_code in (401, 403)
    assert b"wrong" not in answer.data


def test_a_wall_is_no_other_wall(wall: FlaskClient) -> None:
    assert wall.get("/wall/whole").status_code == 403
    assert wall.get("/wall/whole/scenes").status_code == 403


@pytest.mark.parametrize(("address", "status"), [
    ("/r/T1", 200), ("/r/T11?w=7d", 200), ("/r/T111", 200), ("/", 403), ("/r/T", 403), ("/r/T2", 403), ("/r/T21", 403),
    ("/r/T9", 404),
])
def test_a_page_is_opened_in_the_walls_region_and_below(wall: FlaskClient, address: str, status: int) -> None:
    assert wall.get(address).status_code == status
    assert told(wall, address) == ["hello", "picture" if status == 200 else "refusal"]


def test_a_record_elsewhere_is_refused_though_the_region_is_the_walls_own(wall: FlaskClient, engine: Engine) -> None:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT external_id, case_id FROM city_case").all()
    numbers = {row.external_id: row.case_id for row in rows}
    assert told(wall, f"/r/T1?case={numbers['c-T111']}") == ["hello", "picture"]
    assert told(wall, f"/r/T1?case={numbers['c-T222']}") == ["hello", "refusal"]
    assert told(wall, "/r/T1?case=12345") == ["hello", "picture"], "what is not there has nothing to hide"
    assert told(wall, "/r/T1?device=air-1") == ["hello", "picture"]
    assert told(wall, "/r/T1?agency=A1") == ["hello", "refusal"], "its cases are the whole city's"


def test_marks_of_tiles_off_the_region_are_left_out(wall: FlaskClient, app: Dash) -> None:
    """District T1 lies from 0 to 0.04 degrees east, T2 from 0.04 to 0.08; a tile of zoom 14 is 0.022 degrees wide."""
    west, east = [f"/tiles/1/case/14/{8192 + column}/8191.mvt" for column in (0, 3)]
    whole = app.server.test_client()
    whole.get(f"/wall?token={OTHER}")
    assert [whole.get(tile).status_code for tile in (west, east)] == [200, 200]
    assert [wall.get(tile).status_code for tile in (west, east)] == [200, 204]
    assert wall.get("/tiles/1/region-1/13/4097/4095.mvt").status_code == 200, "borders are no secret"


def test_a_wall_only_reads(wall: FlaskClient) -> None:
    assert wall.post("/r/T1").status_code == 403
    assert wall.get("/ingest/v1/health").status_code == 403
    answer = wall.post("/ingest/v1/cases", json={"rows": []}, headers={"Authorization": "Bearer secret"})
    assert answer.status_code == 403
    assert wall.get("/elsewhere").status_code == 403
    assert wall.get("/healthz").status_code == 200


def test_a_forged_or_withdrawn_cookie_opens_nothing_and_is_taken_back(stranger: FlaskClient) -> None:
    stranger.set_cookie("tonglan_wall", "f" * 64)
    answer = stranger.get("/r/T1")
    assert answer.status_code == 401
    assert "Max-Age=0" in answer.headers["Set-Cookie"]


def test_whoever_bears_no_cookie_sees_the_screen_as_before(stranger: FlaskClient) -> None:
    assert stranger.get("/r/T2").status_code == 200


def test_a_token_is_never_logged(app: Dash, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    app.server.test_client().get(f"/wall?token={TOKEN}")
    app.server.test_client().get("/wall?token=a-token-that-fits-nowhere")
    assert TOKEN not in caplog.text
    assert "a-token-that-fits-nowhere" not in caplog.text


@pytest.mark.parametrize(("written", "says"), [
    ("city:T1", "entry 1 must be WALL:REGION:TOKEN"),
    (f"{TOKENS} city::abcdefghijklmnopqrst", "entry 3 must be WALL:REGION:TOKEN"),
    ("city:T1:short-secret", "the token of entry 1 needs 16 characters"),
])
def test_a_wrong_list_of_tokens_is_told_by_place_and_never_quoted(written: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says) as caught:
        Settings(wall_tokens=written)
    for secret in written.split(":"):
        assert len(secret) < 6 or secret not in str(caught.value)


def test_settings_do_not_show_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WALL_TOKENS", TOKENS)
    settings = Settings()
    assert [(one.wall, one.region) for one in settings.wall_tokens] == [("city", "T1"), ("whole", "T")]
    assert TOKEN not in repr(settings) + repr(settings.wall_tokens)
