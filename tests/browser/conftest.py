"""A real browser on the real application: a test fails on any console error and on any request that leaves the machine."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import Engine

from data_access.city import City
from tests.browser.scene import TOKEN, Witness, enliven, serving

NAMES = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader"]
PATIENCE_MS = 40_000
Send = Callable[[str, list[dict[str, Any]]], dict[str, Any]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The installed Chromium, without a window."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "these tests drive Chromium: install it, or name it in CHROMIUM"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, headless=True, args=SWITCHES)
        yield launched
        launched.close()


@pytest.fixture
def witness(page: Page) -> Witness:
    """What was seen of the page so far; a test that provokes complaints clears them."""
    found: Witness = page.witness  # type: ignore[attr-defined]
    return found


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh viewer with a Chinese browser on a Full HD wall."""
    made = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN", color_scheme="dark")
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must stay clean."""
    opened = context.new_page()
    seen = opened.witness = Witness(opened)  # type: ignore[attr-defined]
    yield opened
    opened.close()
    assert seen.strangers == []
    assert seen.complaints == []


@pytest.fixture(scope="module")
def site(database_url: str, alive: City) -> Iterator[str]:
    """The application on Smalltown with a few cases and devices."""
    with serving(database_url) as address:
        yield address


@pytest.fixture(scope="module")
def alive(engine: Engine, town: City) -> City:
    """Smalltown with an hour of life."""
    enliven(engine, town)
    return town


@pytest.fixture
def send(site: str) -> Send:
    """Send rows through the door, as any source does."""

    def sent(subject: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
        answer = requests.post(f"{site}/ingest/v1/{subject}", json={"rows": rows},
                               headers=TOKEN, timeout=10)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    return sent
