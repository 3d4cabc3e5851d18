"""Addresses, against a small server of our own: downloads, pages, updates, and servers that have a bad day."""

import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from readers import web
from readers.discreet import Discreet
from readers.opening import open_tables
from readers.spec import Paging, Read, Updates
from readers.table import Unreadable

ALL = [{"id": f"{n:03d}", "n": n, "updated": f"2025-01-{n + 1:02d}T00:00:00"} for n in range(25)]
Given = dict[str, str]
Said = tuple[int, bytes] | tuple[int, bytes, dict[str, str]]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[str, Given], Said]], str]]:
    """Serve what a function of path and parameters says; its address."""
    monkeypatch.setattr(web, "PAUSE_S", 0.01)
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[str, Given], Said]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                asked = {key: values[0] for key, values in parse_qs(parts.query).items()} | {
                    f"header:{key.lower()}": value for key, value in self.headers.items()}
                status, body, *more = answer(parts.path, asked)
                self.send_response(status)
                headers: dict[str, str] = more[0] if more else {}
                for key, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def said(value: Any) -> bytes:
    return json.dumps(value).encode()


def ids(read: Read, tmp_path: Any, since: datetime | None = None) -> list[str]:
    table, = open_tables(read, tmp_path, since)
    assert table.columns[0] == "id"
    frames = list(table.frames(10))
    assert not any(frame.unreadable for frame in frames)
    numbers = [int(number) for frame in frames for number in frame.rows.index]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return [str(cell) for frame in frames for cell in frame.rows["id"]]


EVERY = [row["id"] for row in ALL]


def test_a_file_is_downloaded_and_read_as_from_disk(serve, tmp_path, monkeypatch):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", "id,n\n001,1\n")
    monkeypatch.setenv("PORTAL_KEY", "s3cret")
    asked: list[Given] = []

    def portal(path: str, given: Given) -> Said:
        asked.append(given)
        return 200, out.getvalue()

    url = serve(portal)
    read = Read(url=f"{url}/resource", headers={"X-Key": "$PORTAL_KEY"}, parameters={"format": "zip"})
    assert ids(read, tmp_path) == ["001"]
    assert asked[0]["header:x-key"] == "s3cret"
    assert asked[0]["format"] == "zip"
    stamps = {table.stamp for _ in range(2) for table in open_tables(read, tmp_path)}
    assert len(stamps) == 1


def test_socrata_is_asked_page_by_page_and_for_what_changed(serve, tmp_path):
    asked: list[Given] = []

    def portal(path: str, given: Given) -> Said:
        asked.append(given)
        start, most = int(given["$offset"]), min(7, int(given["$limit"]))       # a server that gives less than it is asked for
        return 200, said(ALL[start:start + most])

    read = Read(url=serve(portal), paging=Paging(kind="socrata", rows=10), parameters={"$where": "n > 0"},
                updates=Updates(column=":updated_at"))
    assert ids(read, tmp_path) == EVERY
    assert asked[0]["$order"] == ":id"
    ids(read, tmp_path, datetime(2025, 1, 5, tzinfo=UTC))
    assert asked[-1]["$where"] == "(n > 0) AND :updated_at > '2025-01-05T00:00:00Z'"


def test_ckan_gives_its_newest_first_and_older_ones_are_left(serve, tmp_path):
    def portal(path: str, given: Given) -> Said:
        rows = sorted(ALL, key=lambda row: str(row["updated"]), reverse=True) if given.get("sort") == "updated desc" else ALL
        start = int(given["offset"])
        records = rows[start:start + int(given["limit"])]
        return 200, said({"success": True, "result": {"fields": [{"id": "a"}] * 99, "records": records}})

    read = Read(url=serve(portal), paging=Paging(kind="ckan", rows=10), parameters={"resource_id": "x"},
                updates=Updates(column="updated"))
    assert ids(read, tmp_path) == EVERY
    assert sorted(ids(read, tmp_path, datetime(2025, 1, 20, tzinfo=UTC))) == EVERY[19:]


def test_a_portal_that_says_it_failed_is_quoted(serve, tmp_path):
    url = serve(lambda path, given: (200, said({"success": False, "error": {"message": "Not found: Resource"}})))
    with pytest.raises(Unreadable, match="Not found: Resource"):
        ids(Read(url=url, paging=Paging(kind="ckan")), tmp_path)


ARCGIS = Paging(kind="offset", at="resultOffset", size="resultRecordCount", rows=10)


def test_arcgis_gives_features_beside_a_longer_list_of_fields(serve, tmp_path):
    def portal(path: str, given: Given) -> Said:
        start = int(given["resultOffset"])
        fields = [{"name": f"field{n}", "type": "esriFieldTypeString"} for n in range(30)]
        features = [{"attributes": row, "geometry": {"x": 1.5, "y": 2.5}} for row in ALL[start:start + 10]]
        return 200, said({"objectIdFieldName": "n", "fields": fields, "features": features, "exceededTransferLimit": start < 20})

    table, = open_tables(Read(url=serve(portal), paging=ARCGIS, parameters={"f": "json"}), tmp_path)
    assert [cell for frame in table.frames(10) for cell in frame.rows["attributes.id"]] == EVERY


@pytest.mark.parametrize("fault", [
    {"error": {"code": 500, "message": "Error performing query operation", "details": ["one", "two"]}},
    {"version": "2.0.0", "exceptions": [{"code": "NoApplicableCode", "text": "Error performing query operation"}]}])
@pytest.mark.parametrize("fails_at", [0, 20])
def test_an_answer_that_says_it_failed_is_no_end_of_the_rows_and_no_row(serve, tmp_path, fault, fails_at):
    """With status 200 in the middle: the five rows behind it would be missing without a word."""
    def portal(path: str, given: Given) -> Said:
        start = int(given["resultOffset"])
        features = [{"attributes": row} for row in ALL[start:start + 10]]
        return 200, said(fault if start == fails_at else {"features": features})

    with pytest.raises(Unreadable, match=r"answered that it failed.*Error performing query operation"):
        for table in open_tables(Read(url=serve(portal), paging=ARCGIS), tmp_path):
            list(table.frames(10))


def test_pages_are_counted_until_one_is_missing(serve, tmp_path):
    def portal(path: str, given: Given) -> Said:
        page = int(given["page"])
        return (200, said({"data": ALL[(page - 1) * 10:page * 10]})) if page <= 3 else (404, b"no such page")

    assert ids(Read(url=serve(portal), paging=Paging(kind="page")), tmp_path) == EVERY


def test_the_next_page_is_found_in_the_answer_or_in_its_head(serve, tmp_path):
    def body(path: str, given: Given) -> Said:
        start = int(given.get("start", "0"))
        more = [{"rel": "self", "href": "x"}, *([{"rel": "next", "href": f"/items?start={start + 10}"}] if start < 20 else [])]
        return 200, said({"items": ALL[start:start + 10], "links": more})

    def head(path: str, given: Given) -> Said:
        start = int(given.get("start", "0"))
        return 200, said(ALL[start:start + 10]), {"Link": f'</items?start={start + 10}>; rel="next"'} if start < 20 else {}

    assert ids(Read(url=serve(body), paging=Paging(kind="next", next="links")), tmp_path) == EVERY
    assert ids(Read(url=serve(head), paging=Paging(kind="next")), tmp_path) == EVERY


def test_a_next_page_at_another_host_is_not_followed(serve, tmp_path):
    url = serve(lambda path, given: (200, said({"rows": ALL, "next": "http://elsewhere.example/"})))
    with pytest.raises(Unreadable, match=r"another host, elsewhere\.example"):
        ids(Read(url=url, paging=Paging(kind="next")), tmp_path)


def test_a_server_that_ignores_the_paging_is_not_asked_for_ever(serve, tmp_path):
    with pytest.raises(Unreadable, match="same page again"):
        ids(Read(url=serve(lambda path, given: (200, said(ALL))), paging=Paging(kind="offset")), tmp_path)


def test_no_rows_are_no_fault(serve, tmp_path):
    url = serve(lambda path, given: (200, said({"count": 0, "results": []})))
    table, = open_tables(Read(url=url, paging=Paging(kind="offset")), tmp_path)
    assert list(table.frames(10)) == []


def test_a_busy_server_is_asked_again(serve, tmp_path):
    asked: list[str] = []

    def portal(path: str, given: Given) -> Said:
        asked.append(path)
        if len(asked) == 1:
            return 503, b"busy", {"Retry-After": "0"}
        if len(asked) == 2:
            return 200, said(ALL)[:100], {"Content-Length": "5000"}        # breaks off
        return 200, said(ALL if int(given["offset"]) == 0 else [])

    assert ids(Read(url=serve(portal), paging=Paging(kind="offset")), tmp_path) == EVERY


@pytest.mark.parametrize("begins", [False, True])
@pytest.mark.parametrize("paging", [None, Paging(kind="offset")])
def test_a_server_that_hangs_is_asked_five_times_and_called_so(serve, tmp_path, monkeypatch, begins, paging):
    """Before its answer or in the middle of it; thirty tries of a minute each would hold a load up for half an hour."""
    asked, over, end = [], threading.Event(), BaseHTTPRequestHandler.finish

    def portal(path: str, given: Given) -> Said:
        asked.append(path)
        if not begins:
            over.wait(5)
        return 200, b"[", {"Content-Length": "5000"}

    def finish(handler: Any) -> None:
        over.wait(5)
        end(handler)

    monkeypatch.setattr(BaseHTTPRequestHandler, "finish", finish)
    monkeypatch.setattr(ThreadingHTTPServer, "handle_error", lambda *_: None)       # whoever asked is gone by then
    with pytest.raises(Unreadable, match=r"did not answer within 0\.1 s, 5 times"):
        try:
            ids(Read(url=serve(portal), paging=paging, timeout_s=0.1), tmp_path)
        finally:
            over.set()
    assert len(asked) == web.TRIES


@pytest.mark.parametrize(("status", "body", "why"), [
    (404, b"gone", "answered 404 Not Found: gone"), (200, b"<html>", "no JSON"), (200, b'{"a": 1}', "no list of rows")])
def test_an_answer_that_is_none_is_told(serve, tmp_path, status, body, why):
    with pytest.raises(Unreadable, match=why):
        ids(Read(url=serve(lambda path, given: (status, body)), paging=Paging(kind="offset")), tmp_path)


def test_a_server_that_cannot_be_reached_is_told_without_secrets(tmp_path, monkeypatch):
    monkeypatch.setattr(web, "PAUSE_S", 0.01)
    monkeypatch.setattr(web, "TRIES", 2)
    monkeypatch.setenv("PORTAL_KEY", "s3cret")
    with pytest.raises(Unreadable, match=r"127\.0\.0\.1 cannot be reached") as fault:
        ids(Read(url="http://127.0.0.1:9/x", parameters={"key": "$PORTAL_KEY"}), tmp_path)
    assert "s3cret" not in str(fault.value)
    with pytest.raises(Unreadable, match="environment variable NONE is not set"):
        ids(Read(url="http://127.0.0.1:9/x", headers={"key": "$NONE"}), tmp_path)


def test_an_answer_without_end_is_cut(serve, tmp_path, monkeypatch):
    monkeypatch.setattr(web, "MOST_DOWNLOADED", 1000)
    with pytest.raises(Unreadable, match="more than 1,000 bytes"):
        ids(Read(url=serve(lambda path, given: (200, b"x" * 5000))), tmp_path)


def test_only_http_is_fetched():
    with pytest.raises(ValueError, match="must begin with http"):
        Read(url="file:///etc/passwd")


@pytest.mark.parametrize("status", [302, 307])
def test_what_opens_a_server_stays_with_it_when_it_leads_elsewhere(
    serve: Callable[[Callable[[str, Given], Said]], str], tmp_path: Any, monkeypatch: pytest.MonkeyPatch, status: int,
) -> None:
    monkeypatch.setenv("PORTAL_TOKEN", "s3cret")
    heard: list[tuple[str, str | None]] = []

    def other(path: str, asked: Given) -> Said:
        heard.append(("other", asked.get("header:x-app-token")))
        return 200, b"id,n\n000,0\n"

    there = serve(other)

    def portal(path: str, asked: Given) -> Said:
        heard.append((path, asked.get("header:x-app-token")))
        return status, b"", {"Location": "/again" if path == "/rows.csv" else f"{there}/rows.csv"}

    read = Read(url=f"{serve(portal)}/rows.csv", headers={"X-App-Token": "$PORTAL_TOKEN"})
    assert ids(read, tmp_path) == ["000"]
    assert heard == [("/rows.csv", "s3cret"), ("/again", "s3cret"), ("other", None)]


@pytest.mark.parametrize(("url", "told"), [
    ("http://alerts.example/feed", True), ("https://alerts.example/one.xml", True), ("http://alerts.example:8080/", False),
    ("http://elsewhere.example/feed", False), ("https://safe.example:443/x", True), ("http://safe.example/x", False),
    ("https://alerts.example.elsewhere.example/", False), ("https://alerts.example@elsewhere.example/", False)])
def test_a_secret_goes_to_its_own_server_alone_and_never_from_https_to_http(
    monkeypatch: pytest.MonkeyPatch, url: str, told: bool,
) -> None:
    sent: list[requests.PreparedRequest] = []
    monkeypatch.setattr(requests.Session, "send", lambda self, request, **options: sent.append(request))
    session = Discreet({"X-Key": "s3cret"}, ["http://alerts.example/feed", "https://safe.example/"])
    session.get(url)
    assert ("X-Key" in sent[0].headers) is told
