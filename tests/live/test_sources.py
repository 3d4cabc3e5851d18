"""Files of rejects, and what tries them again, are for people, not for walls."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace

import openpyxl
import pytest
from dash import Dash
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from data_access.city import City
from data_access.quarantine import waiting
from settings import Settings
from tests.browser.scene import case

TOKEN = "a-secret-of-a-districts-wall"
SENDER = {"Authorization": "Bearer secret"}


@pytest.fixture(scope="module")
def app(database_url: str, town: City, start: Callable[[Settings], Dash]) -> Dash:
    made = start(Settings(database_url=database_url, wall_tokens=f"west:T1:{TOKEN}"))
    rows = [{"code": "A9", "name_zh": "甲", "name_en": "=A", "region": "nowhere"}]
    assert made.server.test_client().post("/ingest/v1/agencies", json={"rows": rows}, headers=SENDER).get_json()["rejected"] == 1
    return made


@pytest.fixture
def client(app: Dash) -> FlaskClient:
    client: FlaskClient = app.server.test_client()
    return client


@pytest.mark.parametrize(("address", "status"), [
    ("/sources", 200), ("/sources/test?batch=1", 200), ("/sources?sort=colour", 400), ("/sources/test?batch=x", 400),
    ("/sources/test/x", 404), ("/sources/nobody/rejects.csv", 404), ("/sources/test/rejects.xls", 404),
])
def test_an_address_of_sources_answers_with_its_status(client: FlaskClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status


def test_rejects_are_a_file_to_keep(client: FlaskClient) -> None:
    answer = client.get("/sources/test/rejects.csv")
    assert answer.headers["Content-Disposition"] == "attachment; filename=rejects-test.csv"
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/csv", "no-store")
    [line] = csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))
    assert (line["code"], line["name_zh"], line["name_en"], line["region"]) == ("A9", "甲", "'=A", "nowhere")
    assert line["_reasons"].endswith("(unknown_region)")


def test_rejects_are_an_excel_workbook_with_the_same_lines(client: FlaskClient) -> None:
    answer = client.get("/sources/test/rejects.xlsx?lang=en")
    assert answer.headers["Content-Disposition"] == "attachment; filename=rejects-test.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet.title == "Rejects"
    heads, *lines = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    read = csv.reader(io.StringIO(client.get("/sources/test/rejects.csv").get_data(as_text=True).removeprefix("\ufeff")))
    assert [heads, *lines] == [[cell.removeprefix("'") for cell in line] for line in read], "texts in a workbook need no guard"


def test_rejects_for_programs_are_one_object_a_line(client: FlaskClient) -> None:
    said = [json.loads(line) for line in client.get("/sources/test/rejects.ndjson").get_data(as_text=True).splitlines()]
    assert [(one["row"]["name_en"], one["reasons"][0]["code"]) for one in said] == [("=A", "unknown_region")]
    assert client.get("/sources/test/rejects.ndjson?field=region&code=moved").data == b""


def test_what_was_mended_is_taken_by_a_retry_and_waits_no_more(
    client: FlaskClient, engine: Engine, monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [case("c-1", 1, datetime.now(UTC)) | {"class": "sinkhole"}]
    assert client.post("/ingest/v1/cases", json={"rows": rows}, headers=SENDER).get_json()["rejected"] == 1
    assert waiting(engine) == {"test": 2}
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO case_class (code, name_zh, name_en) VALUES ('sinkhole', '塌陷', 'Sinkhole')"))
    sender = SimpleNamespace(key="test", listen=[])
    monkeypatch.setattr("ingest.pack.read", lambda name: SimpleNamespace(sources=[sender], source=lambda key: sender))
    answer = client.post("/sources/test/retry?lang=en", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.get_json()["text"].startswith("Retried: 1 rows are in, 1 rejected again, 0 not tried")
    assert waiting(engine) == {"test": 1}
    assert "sinkhole" not in client.get("/sources/test/rejects.ndjson").get_data(as_text=True)
    assert "sinkhole" in client.get("/sources/test/rejects.ndjson?all=1").get_data(as_text=True)


def test_a_wall_sees_that_sources_are_well_but_none_of_their_rows(client: FlaskClient) -> None:
    assert client.get(f"/wall?token={TOKEN}").status_code == 302
    assert client.get("/sources").status_code == 200
    assert client.get("/sources/test").status_code == 403
    assert client.get("/sources/test/rejects.csv").status_code == 403
    assert client.post("/sources/test/retry", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 403
    for address, answer in (("/live/sources/test", b"refusal"), ("/live/sources", b"picture")):
        stream = client.get(address)
        words = iter(stream.iter_encoded())
        assert [next(words).split(b"event: ")[1].split(b"\n")[0] for _ in range(2)] == [b"hello", answer]
        stream.close()
