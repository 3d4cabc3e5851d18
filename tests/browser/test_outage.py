"""When something goes away: the picture stays and says since when, and all is live again soon after its return."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, Route, expect

from cluster import private
from data_access import engine as engines
from data_access.city import City
from schema.migration import migrate
from tests.browser.scene import TOKEN, Witness, case, free_port, until

ROOT = Path(__file__).parents[2]
CLUSTER = "outage"
PROMISE_S = float(os.environ.get("OUTAGE_S", "30"))     # on a machine of one's own 5 is kept


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    """A database on a server of this module's own, which may be stopped."""
    with private.running(CLUSTER) as url:
        engine = engines.create(url, statement_timeout_ms=20000)
        migrate(engine)
        engine.dispose()
        yield url


@pytest.fixture(autouse=True)
def server_runs() -> Iterator[None]:
    """Whatever a test did: the next one finds the server running."""
    yield
    private.start(CLUSTER)


def is_cut(page: Page) -> bool:
    return bool(page.evaluate("document.getElementById('wall').classList.contains('is-cut')"))


def painted(page: Page, site: str) -> None:
    page.goto(f"{site}/?lang=en")
    expect(page.locator("#panel-events .hero")).to_be_visible()
    until(lambda: not is_cut(page), PROMISE_S)
    page.evaluate("window.sameOne = true")


def post(site: str, key: str, title: str) -> requests.Response:
    return requests.post(f"{site}/ingest/v1/cases", json={"rows": [case(key, 5, datetime.now(UTC), title)]},
                         headers=TOKEN, timeout=10)


def test_a_stopped_database_is_marked_and_all_is_live_again_once_it_returns(
    page: Page, site: str, witness: Witness,
) -> None:
    painted(page, site)
    before = page.locator("#panel-events .v").inner_text()
    private.stop(CLUSTER)
    until(lambda: is_cut(page), PROMISE_S)
    expect(page.locator("#cut")).to_be_visible()
    expect(page.locator("#cut time")).not_to_be_empty()
    assert page.locator("#panel-events .v").inner_text() == before, "what was shown stays"
    refused = post(site, "meanwhile", "Sent during the outage")
    assert (refused.status_code, "Retry-After" in refused.headers) == (503, True)
    assert requests.get(f"{site}/healthz", timeout=5).json()["database"] == "cut"
    private.start(CLUSTER)
    until(lambda: not is_cut(page), PROMISE_S)
    assert post(site, "meanwhile", "Sent during the outage").json()["taken"] == 1
    expect(page.locator("#feed")).to_contain_text("Sent during the outage")
    assert page.evaluate("window.sameOne"), "no reload was needed"
    witness.complaints = [said for said in witness.complaints if "503" not in said]


def test_a_region_opened_during_the_outage_comes_once_the_database_is_back(page: Page, site: str, witness: Witness) -> None:
    painted(page, site)
    private.stop(CLUSTER)
    until(lambda: is_cut(page), PROMISE_S)
    page.click("#ranking a:text-is('Area T2')")
    page.wait_for_timeout(500)
    expect(page.locator("#panel-events .hero")).to_be_visible()
    private.start(CLUSTER)
    expect(page.locator("#crumbs b")).to_have_text("Area T2")
    until(lambda: not is_cut(page), PROMISE_S)
    witness.complaints = [said for said in witness.complaints if "503" not in said]


def test_a_panel_whose_query_fails_says_so_alone(page: Page, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Any:
        raise engines.DataUnavailable("the attention band")

    monkeypatch.setattr("data_access.attention.weighed", fail)
    page.goto(f"{site}/r/T12?lang=en")
    expect(page.locator("#attention")).to_contain_text("cannot be shown")
    expect(page.locator("#panel-events .hero")).to_be_visible()
    assert page.locator(".fault").count() == 1


def test_a_stream_that_met_a_bad_gateway_is_opened_again(page: Page, site: str, witness: Witness) -> None:
    answers = iter([502, 502])

    def gateway(route: Route) -> None:
        status = next(answers, 0)
        if status:
            route.fulfill(status=status, body="bad gateway")
        else:
            route.continue_()

    page.route("**/live/**", gateway)
    page.goto(f"{site}/?lang=en")
    expect(page.locator("#panel-events .hero")).to_be_visible()
    witness.complaints = [said for said in witness.complaints if "502" not in said]
    page.unroute_all()


def test_a_newer_build_loads_the_page_anew(page: Page, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    painted(page, site)
    monkeypatch.setattr("live.events.version", lambda: "a newer one")
    with page.expect_event("load"):
        page.click("#ranking a:text-is('Area T2')")
    assert page.evaluate("window.sameOne") is None
    expect(page.locator("#crumbs b")).to_have_text("Area T2")


@contextmanager
def process(url: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The application as it is really served, in a process that can be killed."""
    command = [sys.executable, "-m", "gunicorn", "app:server()", "--bind", f"127.0.0.1:{port}",
               "--worker-class", "live.hearing.Worker", "--threads", "16", "--no-control-socket", "--log-level", "warning"]
    started = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, start_new_session=True)
    try:
        yield started
    finally:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def answers(site: str) -> bool:
    try:
        return requests.get(f"{site}/healthz", timeout=1).json()["city"] is not None
    except requests.RequestException:
        return False


def test_a_killed_application_is_marked_and_the_page_goes_on_when_it_is_back(
    page: Page, witness: Witness, database_url: str, alive: City,
) -> None:
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    with process(database_url, port):
        until(lambda: answers(site), 60)
        painted(page, site)
        before = page.locator("#panel-events .v").inner_text()
    until(lambda: is_cut(page), PROMISE_S)
    assert page.locator("#panel-events .v").inner_text() == before
    time.sleep(1)
    with process(database_url, port):
        until(lambda: answers(site), 60)
        until(lambda: not is_cut(page), PROMISE_S)
        assert page.evaluate("window.sameOne")
        page.goto("about:blank")
    witness.complaints.clear()  # a killed server is heard of in many words
