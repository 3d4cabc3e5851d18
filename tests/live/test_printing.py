"""Pages as PDF: nobody but the printer comes in by its listener, nothing it opens leads elsewhere, and what cannot be says so."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from data_access.city import City
from live.printing import printer as printing
from live.printing.printer import SECRET, CannotPrint, Printer, Sheet, guarded, serving, stay
from settings import Settings

TOKEN = "a-secret-of-the-first-wall"


@pytest.fixture(scope="module")
def app(start: Callable[[Settings], Dash], database_url: str, town: City) -> Dash:
    """An application on a server without a browser."""
    return start(Settings(database_url=database_url, wall_tokens=f"city:T1:{TOKEN}", chromium="/nowhere/chromium"))


@pytest.fixture
def client(app: Dash) -> FlaskClient:
    made: FlaskClient = app.server.test_client()
    return made


class Asked:
    """A request of the browser's, and what became of it."""

    def __init__(self, url: str) -> None:
        self.request = self
        self.url = url
        self.end = ""

    def continue_(self) -> None:
        self.end = "let through"

    def abort(self) -> None:
        self.end = "broken off"


@pytest.mark.parametrize(("url", "end"), [
    ("http://127.0.0.1:4000/region/T?lang=zh", "let through"), ("http://127.0.0.1:40001/", "broken off"),
    ("http://127.0.0.1:4000.example.org/", "broken off"), ("http://169.254.169.254/latest/", "broken off"),
    ("file:///etc/passwd", "broken off"), ("http://127.0.0.1:4000@example.org/", "broken off"),
])
def test_the_printers_browser_asks_this_application_alone(url: str, end: str) -> None:
    asked: Any = Asked(url)
    stay(asked, "http://127.0.0.1:4000")
    assert asked.end == end


def test_the_printers_listener_answers_the_printer_alone_and_reads_only() -> None:
    flask = Flask(__name__)
    flask.add_url_rule("/", view_func=lambda: "a page", methods=["GET", "POST"])
    with serving(guarded(flask.wsgi_app, "s3cret")) as base:
        assert requests.get(base, headers={SECRET: "s3cret"}, timeout=30).text == "a page"
        assert requests.get(base, timeout=30).status_code == 403
        assert requests.get(base, headers={SECRET: "guess"}, timeout=30).status_code == 403
        assert requests.post(base, headers={SECRET: "s3cret"}, timeout=30).status_code == 403


@pytest.mark.parametrize(("address", "status"), [
    ("/print/region/T9", 404), ("/print/indicator/nothing", 404), ("/print/region/T?p=5y", 400), ("/print/r/T", 404),
    ("/print/nowhere", 404), ("/print/http://example.org/", 404), ("/print//example.org/x", 404),
])
def test_only_pages_of_this_city_are_printed(client: FlaskClient, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status and b"Traceback" not in answer.data


def test_without_a_browser_the_server_says_so_in_a_sentence(client: FlaskClient) -> None:
    answer = client.get("/print/region/T?lang=en")
    assert answer.status_code == 503
    assert answer.get_data(as_text=True) == "The server has no Chromium to print with; its operator can install it"


def test_a_wall_prints_no_region_but_its_own(client: FlaskClient) -> None:
    assert client.get(f"/wall?token={TOKEN}").status_code == 302
    assert client.get("/print/region/T2").status_code == 403
    assert client.get("/print/sources/test").status_code == 403
    assert client.get("/print/region/T11").status_code == 503, "it may; there is no browser"


def test_no_more_pages_wait_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "PATIENCE_S", 0.01)
    monkeypatch.setattr(Printer, "_work", lambda self: time.sleep(5))
    slow = Printer(Flask(__name__).wsgi_app, "/bin/true")
    told = []
    for number in range(printing.QUEUE + 1):
        with pytest.raises(CannotPrint) as caught:
            slow.pdf(Sheet(f"/region/{number}", "foot"))
        told.append(str(caught.value))
    assert told == ["take.slow"] * printing.QUEUE + ["take.printing"]
