"""What is new in the attention band says so once; what was there already, and what one comes back to, does not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.scene import until

Send = Callable[[str, list[dict[str, Any]]], dict[str, Any]]
ITEMS, NEW = "#attention li[data-item]", "#attention li.is-new"


def test_a_new_item_holds_its_number_inverted_for_ten_seconds_and_the_others_do_not(page: Page, site: str, send: Send) -> None:
    page.goto(f"{site}/?lang=en")
    expect(page.locator(ITEMS)).not_to_have_count(0)
    page.wait_for_timeout(500)
    expect(page.locator(NEW)).to_have_count(0)
    now = datetime.now(UTC)
    send("warnings", [{
        "id": "w-1", "event_zh": "暴雨", "event_en": "Rainstorm", "severity": "severe", "headline_zh": "暴雨橙色预警",
        "headline_en": "Heavy rain", "sent_at": now.isoformat(), "onset_at": now.isoformat(),
        "expires_at": (now + timedelta(hours=2)).isoformat(), "region": "T"}])
    expect(page.locator(NEW)).to_contain_text("Heavy rain", timeout=30000)
    expect(page.locator(NEW)).to_have_count(1)
    expect(page.locator("#news")).to_contain_text("Heavy rain")
    number, ground = page.locator(f"{NEW} .no").evaluate("one => [getComputedStyle(one).color, getComputedStyle(document.body)"
                                                         ".backgroundColor]")
    assert number == ground, "inverted: the number has the ground's colour"
    assert until(lambda: page.locator(NEW).count() == 0, 20) > 5
    page.click("#ranking a:text-is('Area T1')")
    expect(page.locator("#crumbs b")).to_have_text("Area T1")
    expect(page.locator("#news")).to_contain_text("Area T1 · Smalltown")
    page.go_back()
    expect(page.locator("#ranking")).to_contain_text("Area T2")
    expect(page.locator("#attention")).to_contain_text("Heavy rain")
    page.wait_for_timeout(500)
    expect(page.locator(NEW)).to_have_count(0)
