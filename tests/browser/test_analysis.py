"""The pages of an indicator, of organizations and of reasons at three widths: what they show, who can read them."""

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.scene import Witness

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SLOW = 60_000
Scheme = Literal["dark", "light"]
SEEN: dict[str, tuple[int, int, Scheme, str]] = {
    "laptop": (1440, 900, "light", "zh"), "tablet": (820, 1180, "dark", "en"), "phone": (390, 844, "light", "zh")}
PAGES = {
    "/indicator/event_reported?r=T": ".multiples-grid .ag-row",
    "/organizations?r=T": ".page [role=row]",
    "/organization/A1?r=T": ".score-grid tbody tr",
    "/why/event_reported?r=T&p=7d": ".why-choices",
}


@pytest.mark.parametrize("seen", SEEN)
def test_every_page_fits_and_can_be_read_by_all(browser: Browser, site: str, seen: str) -> None:
    wide, high, scheme, language = SEEN[seen]
    context = browser.new_context(viewport={"width": wide, "height": high}, bypass_csp=True, reduced_motion="reduce",
                                  color_scheme=scheme)
    context.add_init_script(path=AXE)
    page = context.new_page()
    witness, found = Witness(page), set[tuple[str, str, str]]()
    for address, mark in PAGES.items():
        page.goto(f"{site}{address}&lang={language}")
        expect(page.locator(mark).first).to_be_visible(timeout=SLOW)
        assert page.evaluate("document.documentElement.scrollWidth") == wide, address
        found |= {(address, one["id"], one["nodes"][0]["html"][:160]) for one in page.evaluate("axe.run()")["violations"]}
    context.close()
    assert (found, witness.complaints, witness.strangers) == (set(), [], [])


def test_an_indicator_leads_to_its_reasons_and_a_region_of_it_to_its_own(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{site}/indicator/event_reported?r=T&p=7d&lang=zh")
    expect(page.locator(".multiples-grid .ag-row")).to_have_count(2, timeout=SLOW)
    expect(page.locator(".formula .side b")).to_have_text(page.locator(".stand .v").inner_text())
    page.locator(".choose summary").click()
    page.locator(".offer a", has_text="在办案件").first.click()
    expect(page).to_have_url(re.compile("with=event_open"))
    page.locator(".multiples-grid .name a", has_text="甲T1").click()
    expect(page.locator(".about")).to_contain_text("甲T1", timeout=SLOW)
    page.close()
