"""Taking things away, in a real browser: a page on paper, a chart as a picture, a table by keyboard."""

import zlib
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.scene import until

PATIENCE_MS = 30_000
REGION = "/region/T?p=7d&lang=en"
PAGES = (REGION, "/indicator/event_reported?r=T&p=7d&lang=en", "/organizations?r=T&lang=en", "/briefing/T?lang=en")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_printed_as_pdf_with_its_name(site: str, path: str) -> None:
    until(lambda: requests.get(f"{site}/export/scorecard.csv?r=T", timeout=30).status_code == 200, 30)   # the city is there
    tries = (requests.get(f"{site}/print{path}", timeout=120) for _ in range(3))   # a busy machine may be too slow once
    answer = next((one for one in tries if one.status_code == 200), None)
    assert answer is not None
    assert answer.headers["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF-")
    assert "Area%20T" in answer.headers["Content-Disposition"]
    assert answer.content.count(b"/Type /Page\n") + answer.content.count(b"/Type /Page>>") >= 1 and len(answer.content) > 20_000


@pytest.mark.parametrize("kind", ["SVG", "PNG"])
def test_a_chart_is_taken_away_as_a_picture_named_by_what_and_where(page: Page, site: str, tmp_path: Path, kind: str) -> None:
    page.goto(f"{site}/indicator/event_reported?r=T&p=7d&lang=en")
    page.wait_for_selector(".page .fit[aria-label] svg", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Charts", exact=True).click()
    button = page.locator(".charts-list button", has_text=kind).first
    expect(button).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".charts-list").get_by_role("heading", name="Charts")).to_be_visible()
    with page.expect_download(timeout=PATIENCE_MS) as taken:
        button.click()
    page.locator(".charts-list").get_by_role("button", name="Close").click()
    expect(page.locator(".charts-list")).to_have_count(0)
    file = tmp_path / "chart"
    taken.value.save_as(file)
    assert taken.value.suggested_filename.endswith(f".{kind.lower()}") and "Area T" in taken.value.suggested_filename
    assert "lowest" not in taken.value.suggested_filename, "called by what it shows, not by all that is told of it"
    data = file.read_bytes()
    if kind == "SVG":
        assert data.startswith(b"<svg") and b"var(" not in data and b"Area T" in data, "no colour is left to a style sheet"
    else:
        assert data.startswith(b"\x89PNG") and colours(data) > 1


def colours(png: bytes) -> int:
    """Whether anything but one colour is in a picture: its data do not shrink to nothing."""
    at, packed = 8, b""
    while at < len(png):
        length, kind = int.from_bytes(png[at:at + 4], "big"), png[at + 4:at + 8]
        packed += png[at + 8:at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    return len(set(zlib.decompress(packed)))


def test_the_files_of_a_page_are_linked_from_its_head(page: Page, site: str) -> None:
    page.goto(f"{site}{REGION}")
    link: Any = page.locator('a[href^="/export/scorecard.csv"]').first
    expect(link).to_be_visible(timeout=PATIENCE_MS)
    with page.expect_download(timeout=PATIENCE_MS) as taken:
        link.click()
    assert taken.value.suggested_filename.startswith("All indicators-Area T-7d-")
