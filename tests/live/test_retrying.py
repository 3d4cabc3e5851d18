"""A retry is asked for by a page of this server, one at a time, and says what came of it."""

from collections.abc import Mapping
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from live.retrying import CannotRetry, Retry, routes

OWN = {"Sec-Fetch-Site": "same-origin"}


def client(retry: Retry) -> FlaskClient:
    flask = Flask(__name__)
    flask.register_blueprint(routes(retry))
    return flask.test_client()


def done(source: str) -> Mapping[str, Any]:
    return {"resolved": 1200, "rejected": 3, "left": 2} if source == "test" else {}


def test_what_came_of_it_is_said_in_the_language_asked_for():
    answer = client(done).post("/sources/test/retry?lang=zh", headers=OWN)
    assert (answer.status_code, answer.get_json()) == (200, {
        "text": "重试完毕：1,200 行已收下，3 行仍拒收，2 行未试（重复的行，或不成行的内容）"})
    english = client(done).post("/sources/test/retry?lang=en", headers=OWN).get_json()["text"]
    assert english.startswith("Retried: 1,200 rows are in")


@pytest.mark.parametrize(("headers", "status"), [
    ({"Sec-Fetch-Site": "same-origin"}, 200), ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Sec-Fetch-Site": "none"}, 403),
    ({"Origin": "http://localhost"}, 200), ({"Origin": "http://elsewhere"}, 403), ({"Origin": "null"}, 403), ({}, 403),
])
def test_only_a_page_of_this_server_may_ask(headers: dict[str, str], status: int):
    asked: list[str] = []

    def retry(source: str) -> Mapping[str, Any]:
        asked.append(source)
        return done("test")

    assert client(retry).post("/sources/test/retry", headers=headers).status_code == status
    assert asked == (["test"] if status == 200 else [])
    assert client(retry).get("/sources/test/retry", headers=OWN).status_code == 405


def test_why_it_cannot_be_done_is_said_and_a_failure_is_not_told_in_the_programs_words():
    def unknown(source: str) -> Mapping[str, Any]:
        raise CannotRetry("the pack has no source 'test'")

    def broken(source: str) -> Mapping[str, Any]:
        raise RuntimeError("connection refused at 10.0.0.1")

    answer = client(unknown).post("/sources/test/retry?lang=en", headers=OWN)
    assert (answer.status_code, answer.get_json()["text"]) == (409, "Cannot be retried: the pack has no source 'test'")
    answer = client(broken).post("/sources/test/retry?lang=en", headers=OWN)
    assert (answer.status_code, answer.get_json()["text"]) == (503, "Cannot be retried: something went wrong, as the log tells; "
                                                               "what was taken stays")


def test_a_source_is_retried_once_at_a_time_and_others_need_not_wait():
    begun, go = Event(), Event()

    def slow(source: str) -> Mapping[str, Any]:
        if source == "test":
            begun.set()
            go.wait(5)
        return done("test")

    browser = client(slow)
    first = Thread(target=lambda: browser.application.test_client().post("/sources/test/retry", headers=OWN))
    first.start()
    assert begun.wait(5)
    assert browser.post("/sources/test/retry", headers=OWN).status_code == 409
    assert browser.post("/sources/other/retry", headers=OWN).status_code == 200
    go.set()
    first.join()
    assert browser.post("/sources/test/retry", headers=OWN).status_code == 200
