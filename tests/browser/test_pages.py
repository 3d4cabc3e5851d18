"""The pages for leaders at the widths of a laptop, a tablet and a phone: what they show, where they lead, who can read them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {"laptop": (1440, 900), "tablet": (820, 1180), "phone": (390, 844)}
SLOW = 30_000


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_of_a_region_fits_and_says_how_it_is_doing(page: Page, site: str, width: str) -> None:
    wide, high = WIDTHS[width]
    page.set_viewport_size({"width": wide, "height": high})
    page.goto(f"{site}/region/T1?lang=zh")
    expect(page.locator("h1:visible")).to_have_text("甲T1", timeout=SLOW)
    expect(page.locator(".card tbody tr")).to_have_count(6)
    expect(page.locator(".card tbody tr").nth(2)).to_contain_text("上报案件")
    expect(page.locator(".say h2")).to_have_count(2)
    expect(page.locator(".cases li")).to_have_count(1)
    expect(page.locator(".loads tbody tr")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == wide


@pytest.mark.parametrize("width", WIDTHS)
def test_regions_side_by_side_fit(page: Page, site: str, width: str) -> None:
    wide, high = WIDTHS[width]
    page.set_viewport_size({"width": wide, "height": high})
    page.goto(f"{site}/compare?r=T1,T2&lang=en")
    expect(page.locator(".compare thead th")).to_have_count(3, timeout=SLOW)
    expect(page.locator(".compare")).to_contain_text("Cases reported")
    assert page.evaluate("document.documentElement.scrollWidth") == wide


def test_from_the_wall_to_a_region_and_back_by_keyboard_in_the_same_scope(page: Page, site: str) -> None:
    page.goto(f"{site}/r/T1?w=7d&lang=en")
    expect(page.locator("#panel-events .hero")).to_be_visible(timeout=SLOW)
    page.locator("#crumbs .leaving").press("Enter")
    expect(page).to_have_url(re.compile(r"/region/T1\?p=7d&lang=en$"))
    expect(page.locator("h1:visible")).to_have_text("Area T1", timeout=SLOW)
    expect(page.locator(".periods b").first).to_have_text("7 days")
    page.locator(".tabs a", has_text="Wall").press("Enter")
    expect(page).to_have_url(re.compile(r"/r/T1\?w=7d&lang=en$"))
    expect(page.locator("#map")).to_be_visible(timeout=SLOW)


def test_free_dates_are_chosen_in_a_form_and_stand_in_the_address(page: Page, site: str) -> None:
    page.goto(f"{site}/region/T?lang=zh")
    expect(page.locator("h1:visible")).to_be_visible(timeout=SLOW)
    page.locator(".free summary").press("Enter")
    page.fill("input[name=from]", "2026-03-31")
    page.fill("input[name=to]", "2026-03-01")          # the other way round means the same
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/region/T\?p=2026-03-01\.\.2026-03-31&lang=zh$"))
    expect(page.locator(".free summary b")).to_have_text("3 月 1 日—3 月 31 日", timeout=SLOW)
    expect(page.locator("details[open]")).to_have_count(0)
    page.go_back()
    expect(page.locator(".periods b").first).to_have_text("30 天", timeout=SLOW)


def test_escape_shuts_a_menu_first_and_then_leads_upward(page: Page, site: str) -> None:
    page.goto(f"{site}/region/T1?lang=zh")
    expect(page.locator("h1:visible")).to_have_text("甲T1", timeout=SLOW)
    page.locator(".free summary").press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("details[open]")).to_have_count(0)
    expect(page).to_have_url(re.compile("/region/T1"))
    page.keyboard.press("Escape")
    expect(page.locator("h1:visible")).to_have_text("甲T", timeout=SLOW)


def test_the_pages_are_fit_for_those_who_see_little_or_hear_them_read(browser: Browser, site: str) -> None:
    for scheme, size, addresses in (("dark", WIDTHS["laptop"], ("/region/T?lang=zh", "/compare?r=T1,T2&lang=en")),
                                    ("light", WIDTHS["phone"], ("/region/T1?lang=en", "/compare?r=T1&lang=zh"))):
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True, reduced_motion="reduce",
                                      color_scheme=scheme)  # type: ignore[arg-type]
        context.add_init_script(path=AXE)
        page = context.new_page()
        for address in addresses:
            page.goto(f"{site}{address}")
            expect(page.locator(".page h1")).to_be_visible(timeout=SLOW)
            expect(page.locator("#wall")).not_to_have_attribute("aria-busy", "true", timeout=SLOW)
            found = page.evaluate("axe.run()")["violations"]
            assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == [], address
        context.close()
