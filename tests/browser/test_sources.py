"""From the wall to the page of all sources, to one of them, to its rejects: nothing in a row is more than text."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.scene import Witness, case

Send = Callable[[str, list[dict[str, Any]]], dict[str, Any]]
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PAINTED = "#panel-events .hero"
SCRIPT, FORMULA = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>", "=cmd|'/c calc'!A1"


def test_from_the_wall_to_a_sources_rejects_and_back(
    page: Page, site: str, send: Send, witness: Witness, tmp_path: Path,
) -> None:
    now = datetime.now(UTC)
    bad = case("bad-1", 1, now, title=SCRIPT) | {"class": FORMULA}
    assert send("cases", [case("good-1", 1, now), bad])["rejected"] == 1

    page.goto(f"{site}/?lang=zh")
    expect(page.locator(PAINTED)).to_be_visible()
    page.locator("#sources a").press("Enter")
    expect(page).to_have_url(re.compile(r"/sources\?lang=zh$"))
    expect(page.locator("h1:visible")).to_have_text("数据源")
    expect(page.locator("#map")).to_be_hidden()
    row = page.locator("tbody tr", has_text="测试")
    expect(row.locator("td.state > b")).to_have_text("实时", use_inner_text=True)
    expect(row.locator("td.waiting")).to_have_text("1", use_inner_text=True)
    page.click("thead a:text-is('收下')")
    expect(page.locator("[aria-sort=descending]")).to_contain_text("收下")

    row.locator("th a").click()
    expect(page.locator("h1:visible")).to_contain_text("测试")
    page.locator("details summary").focus()
    page.keyboard.press("Enter")
    example = page.locator(".examples li").first
    expect(example).to_contain_text(SCRIPT)
    expect(example).to_contain_text(FORMULA)
    expect(example).to_contain_text(re.compile("批次 \\d+\\s· 第 \\d+ 行"))
    assert page.evaluate("window.hacked") is None

    with page.expect_download() as coming:
        page.click("text=下载 CSV")
    coming.value.save_as(tmp_path / "rejects.csv")
    text = (tmp_path / "rejects.csv").read_text("utf-8-sig")
    assert f"'{FORMULA}" in text and "bad-1" in text and "unknown_class" in text

    page.click("text=重试")
    expect(page.locator("#toast")).to_contain_text("无法重试：the pack has no source 'test'")
    expect(page.locator("[data-retry]")).to_be_enabled()
    witness.complaints.clear()  # the browser calls an answer of 409 an error

    page.keyboard.press("Escape")
    expect(page.locator("h1:visible")).to_have_text("数据源")
    page.keyboard.press("Escape")
    expect(page.locator("#map")).to_be_visible()
    expect(page.locator(PAINTED)).to_be_visible()


def test_pages_are_fit_for_those_who_see_little_or_hear_them_read(browser: Browser, site: str, send: Send) -> None:
    send("cases", [case("bad-2", 1, datetime.now(UTC)) | {"class": "nothing"}])
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True, reduced_motion="reduce")
    context.add_init_script(path=AXE)
    page = context.new_page()
    for address in ("/sources?lang=zh", "/sources/test?lang=en"):
        page.goto(f"{site}{address}")
        expect(page.locator(".page h1")).to_be_visible(timeout=30_000)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        found = page.evaluate("axe.run()")["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == [], address
    context.close()


def test_a_records_source_row_leads_to_its_batch(page: Page, site: str) -> None:
    page.goto(f"{site}/?lang=en&device=air-1")
    expect(page.locator(PAINTED)).to_be_visible()
    page.locator("#drawer a[href*='/sources/test']").press("Enter")
    expect(page.locator("tr.chosen")).to_have_count(1)
    expect(page.locator("tr.chosen")).to_contain_text("observations")
    page.go_back()
    expect(page.locator("#drawer")).to_contain_text("Elm Street")


def test_an_unknown_source_is_said_on_a_narrow_page_without_a_sideways_bar(page: Page, site: str, witness: Witness) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    answer = page.goto(f"{site}/sources/nobody?lang=en")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("h1:visible")).to_have_text("No source is called “nobody”")
    page.click("text=All sources")
    expect(page.locator("tbody tr")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    told, = witness.complaints
    assert "404" in told
    assert "/sources/nobody" in told, "the page's own answer is all that the browser remarks on"
    witness.complaints.clear()
