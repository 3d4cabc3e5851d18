"""The application's routes: statuses, headers, health, and the ingest door on the same port."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable

import pytest
from dash import Dash
from flask.testing import FlaskClient

from app import ASSETS
from data_access.city import City
from layouts import ids
from settings import Settings

GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture(scope="module")
def app(database_url: str, town: City, start: Callable[[Settings], Dash]) -> Dash:
    return start(Settings(database_url=database_url))


@pytest.fixture
def client(app: Dash) -> FlaskClient:
    client: FlaskClient = app.server.test_client()
    return client


@pytest.mark.parametrize(("address", "status"), [
    ("/", 200), ("/r/T11?w=7d&lang=en", 200), ("/r/T9", 404), ("/nowhere", 404), ("/?w=5y", 400), ("/?at=soon", 400),
    ("/?lang=fr", 400), ("/?case=1&device=2", 400), ("/sources", 200), ("/sources/none", 404),
])
def test_a_page_opened_directly_answers_with_the_status_of_its_address(client: FlaskClient, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert b"Traceback" not in answer.data
    assert b"_dash-renderer" in answer.data, "the page itself says why"


@pytest.mark.parametrize(("opened", "page"), [("/region/T1", "region"), ("/briefings", "briefings"), ("/r/T1", None), ("/", None),
                                              ("/region/T9", None), ("/etc/passwd", None)])
def test_the_skeleton_is_that_of_the_page_which_is_asked_for(client: FlaskClient, opened: str, page: str | None) -> None:
    root = re.search(r'<div id="wall"[^>]*>', client.get(opened).get_data(as_text=True))
    assert root is not None
    assert re.findall(r'data-page="([^"]*)"', root[0]) == ([] if page is None else [page])


def test_a_page_needs_nothing_of_dash_to_show_its_first_picture(client: FlaskClient) -> None:
    """Its skeleton stands in the document, React and our own scripts run at once; Dash's wait in a template."""
    document = client.get("/").get_data(as_text=True)
    at_once, later = document.split('<template id="dash">')
    assert all(f'id="{part}"' in at_once for part in (ids.MAP, ids.FEED, ids.panel("people"), ids.PAGE_HEAD))
    assert len(re.findall(r"<script src", at_once)) == 4, "theme, React twice, ours"
    assert "new DashRenderer()" in later and "dash_renderer" in later and "/assets/" not in later
    kept = json.dumps(client.get("/_dash-layout", buffered=True).get_json())
    assert all(f'"{part}"' in kept for part in (ids.ADDRESS, ids.MAP_STATE, ids.MAP_CLICK, ids.TOAST))


def test_nothing_may_be_loaded_from_elsewhere(client: FlaskClient) -> None:
    answer = client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "'unsafe-eval'" not in policy
    assert "http" not in policy
    assert b"://" not in answer.data.replace(b"http://www.w3.org", b"")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_only_a_page_with_a_long_table_loads_what_draws_it(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    assert '<script src="/_dash-component-suites/dash_ag_grid/' not in page
    named = page.split('name="library-tables" content="')[1].split('"')[0]
    assert client.get(named, buffered=True).status_code == 200
    assert client.get("/_dash-component-suites/dash_ag_grid/async-community.js", buffered=True).status_code == 200
    words = page.split('name="library-table-words" content="')[1].split('"')[0]
    assert client.get(words, buffered=True).get_json()["equals"] == "等于"


def test_assets_live_as_long_as_their_content(client: FlaskClient) -> None:
    assert "immutable" in client.get("/assets/push.js?m=1", buffered=True).headers["Cache-Control"]
    assert client.get("/assets/push.js", buffered=True).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(("kind", "tag"), [("css", '<link rel="stylesheet" href="'), ("js", '<script src="')])
def test_our_own_files_of_a_sort_come_as_one_named_by_its_content(client: FlaskClient, kind: str, tag: str) -> None:
    page = client.get("/").get_data(as_text=True)
    whole = page.split(f'{tag}/assets/all.{kind}?m=')[1].split('"')[0]
    answer = client.get(f"/assets/all.{kind}?m={whole}", buffered=True)
    assert hashlib.sha256(answer.data).hexdigest().startswith(whole)
    assert "immutable" in answer.headers["Cache-Control"]
    files = [file for file in ASSETS.glob(f"*.{kind}") if file.name != "theme.js"]
    assert len(files) > 10
    assert all(file.read_bytes() in answer.data for file in files)
    assert not [file.name for file in files if f"/assets/{file.name}" in page]


def test_scripts_are_compressed_for_browsers_that_take_it(client: FlaskClient) -> None:
    plain, small = [client.get("/assets/push.js", headers=given, buffered=True) for given in ({}, GZIP)]
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert small.headers["Vary"] == "Accept-Encoding"
    assert len(small.data) < len(plain.data) / 2


def test_the_stream_is_not_buffered_and_not_kept(client: FlaskClient) -> None:
    answer = client.get("/live/?lang=en", headers=GZIP)
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "Content-Encoding" not in answer.headers
    words = iter(answer.iter_encoded())
    assert next(words).startswith(b"retry: 1000\nevent: hello\n")
    assert next(words).startswith(b"event: picture\n")
    answer.close()


def test_the_health_says_how_it_stands(client: FlaskClient) -> None:
    health = client.get("/healthz").get_json()
    assert (health["application"], health["database"], health["city"]) == ("ok", "ok", "smalltown")


def test_the_browsers_icon_is_there(client: FlaskClient) -> None:
    for address in ("/favicon.ico", "/assets/favicon.svg"):
        answer = client.get(address, buffered=True)
        assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")


def test_the_ingest_door_is_open_on_the_same_port(client: FlaskClient) -> None:
    answer = client.post("/ingest/v1/cases", json={"rows": []}, headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer.get_json()["error"] == "wrong_token"


def test_a_large_body_is_refused_in_one_sentence(client: FlaskClient) -> None:
    answer = client.post("/_dash-update-component", data=b"x" * 10_000_000, content_type="application/json")
    assert answer.status_code == 413
    assert b"Traceback" not in answer.data


def test_a_click_on_the_map_is_answered_with_an_address(client: FlaskClient) -> None:
    answer = client.post("/_dash-update-component", json={
        "output": "address.href", "outputs": {"id": "address", "property": "href"}, "changedPropIds": ["map-click.data"],
        "inputs": [{"id": "map-click", "property": "data", "value": {"kind": "region", "key": "T1"}}],
        "state": [{"id": "address", "property": "href", "value": "http://localhost/r/T?lang=en"}]})
    assert answer.get_json()["response"] == {"address": {"href": "/r/T1?lang=en"}}


def test_the_page_speaks_the_browsers_language(client: FlaskClient) -> None:
    for accepted, language in (("zh-CN,zh;q=0.9", "zh"), ("en-US", "en"), ("fr", "en"), ("", "zh")):
        document = client.get("/", headers={"Accept-Language": accepted} if accepted else {}).get_data(as_text=True)
        assert f'data-language="{language}"' in document, accepted
        assert 'data-language="en"' in client.get("/?lang=en").get_data(as_text=True), "what the address says comes first"
