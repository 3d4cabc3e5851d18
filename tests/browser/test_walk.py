"""A walk from the city down to a block, a case and a device, and back, with the hand and with the keys."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from data_access.city import City
from tests.browser.scene import Witness, case, until

Send = Callable[[str, list[dict[str, Any]]], dict[str, Any]]
CRUMB = "#crumbs b"
PAINTED = "#panel-events .hero"


def at(page: Page, path: str) -> None:
    """The address is this, whatever its query."""
    expect(page).to_have_url(re.compile(f"{re.escape(path)}(\\?|$)"))


@pytest.mark.parametrize(("language", "name", "title"), [("zh", "甲", "案件"), ("en", "Area ", "Case")])
def test_from_the_city_to_a_block_a_case_a_device_and_back(page: Page, site: str, language: str, name: str, title: str) -> None:
    page.goto(f"{site}/?lang={language}")
    expect(page.locator(PAINTED)).to_be_visible()
    for code in ("T1", "T11", "T111"):
        page.click(f"#ranking a:text-is('{name}{code}')")
        expect(page.locator(CRUMB)).to_have_text(f"{name}{code}")
        at(page, f"/r/{code}")
    page.click("#feed a[href*='case=']")
    expect(page.locator("#drawer .sheet")).to_be_visible()
    expect(page.locator("#drawer")).to_contain_text("Pothole")
    expect(page.locator("#drawer ol li")).not_to_have_count(0)
    page.click("#feed a[href*='device=air-1']")
    expect(page.locator("#drawer")).to_contain_text("Elm Street")
    expect(page.locator("#drawer")).to_contain_text("190")
    page.go_back()
    expect(page.locator("#drawer")).to_contain_text("Pothole")
    page.go_back()
    expect(page.locator("#drawer .sheet")).to_have_count(0)
    for code in ("T11", "T1"):
        page.go_back()
        expect(page.locator(CRUMB)).to_have_text(f"{name}{code}")
    page.go_back()
    expect(page.locator("#ranking")).to_contain_text(f"{name}T2")


def test_escape_closes_the_drawer_and_then_goes_up(page: Page, site: str) -> None:
    page.goto(f"{site}/r/T11?lang=en")
    page.click("#feed a[href*='case=']")
    expect(page.locator("#drawer .sheet")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer .sheet")).to_have_count(0)
    at(page, "/r/T11")
    page.keyboard.press("Escape")
    expect(page.locator(CRUMB)).to_have_text("Area T1")
    page.keyboard.press("Escape")
    at(page, "/r/T")


def test_a_click_on_the_map_drills_down(page: Page, site: str, town: City) -> None:
    page.goto(f"{site}/?lang=en")
    label = town.region("T22").label
    assert label is not None
    beside = [label[0] + 0.002, label[1] - 0.003]
    until(lambda: region_under(page, beside) == "T22", 20)
    page.mouse.click(*spot(page, beside))
    at(page, "/r/T22")
    expect(page.locator(CRUMB)).to_have_text("Area T22")


def test_a_click_shows_what_was_fetched_while_the_pointer_rested_before_its_stream_opens(page: Page, site: str) -> None:
    page.goto(f"{site}/?lang=en")
    with page.expect_response(re.compile("/live/r/T1")) as fetched:
        page.hover("#ranking a:text-is('Area T1')")
    assert fetched.value.status == 200
    fetched.value.finished()
    page.evaluate("() => { window.EventSource = class extends EventTarget { readyState = 0; close() {} }; }")   # it never opens
    page.click("#ranking a:text-is('Area T1')")
    expect(page.locator(CRUMB)).to_have_text("Area T1")
    expect(page.locator("#ranking")).to_contain_text("Area T11")
    expect(page.locator("#cut time")).to_be_visible(timeout=30_000)   # and it is told that nothing has come since


def spot(page: Page, place: list[float]) -> list[float]:
    """Where on the page a place of the map is."""
    found: list[float] = page.evaluate("""place => {
        const map = tonglan.map.map, canvas = map.getCanvas(), box = canvas.getBoundingClientRect(), at = map.project(place);
        return [box.x + at.x * box.width / canvas.clientWidth, box.y + at.y * box.height / canvas.clientHeight]; }""", place)
    return found


def region_under(page: Page, place: list[float]) -> str | None:
    """The code of the painted region at a place of the map; None while it is not drawn."""
    found: str | None = page.evaluate("""place => {
        const map = window.tonglan.map?.ready && tonglan.map.map;
        const drawn = map ? map.queryRenderedFeatures(map.project(place)) : [];
        return drawn.find(one => one.layer.id.startsWith("fill-"))?.properties.code ?? null; }""", place)
    return found


def test_the_language_follows_the_browser_and_can_be_switched(page: Page, site: str) -> None:
    page.goto(site)
    expect(page.locator("#brand")).to_contain_text("小城")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.click("#language a")
    expect(page.locator("#brand")).to_contain_text("Smalltown")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.title().startswith("Smalltown")
    page.go_back()
    expect(page.locator("#brand")).to_contain_text("小城")


def test_a_new_case_appears_by_itself(page: Page, site: str, send: Send) -> None:
    page.goto(f"{site}/?lang=en")
    expect(page.locator(PAINTED)).to_be_visible()
    send("cases", [case("fresh", 3, datetime.now(UTC), title="A brand new hole")])
    expect(page.locator("#feed")).to_contain_text("A brand new hole")


def test_ages_and_the_clock_tick_in_the_browser(page: Page, site: str, send: Send) -> None:
    send("cases", [case("tick", 2, datetime.now(UTC))])
    page.goto(f"{site}/?lang=en")
    age = page.locator("#feed header time")
    expect(age).to_have_text(re.compile(r"^\d+ s ago$"))
    first = age.inner_text()
    until(lambda: age.inner_text() != first, 3)
    expect(page.locator("#clock b")).to_have_text(re.compile(r"^\d\d:\d\d$"))


@pytest.mark.parametrize(("path", "words"), [
    ("/r/nowhere?lang=en", "no region with the code “nowhere”"),
    ("/?w=5y&lang=en", "There is no window “5y”"),
])
def test_a_wrong_address_says_so_and_leads_home(page: Page, site: str, witness: Witness, path: str, words: str) -> None:
    page.goto(site + path)
    expect(page.locator("#notice")).to_contain_text(words)
    witness.complaints = [said for said in witness.complaints if "status of 40" not in said]
    page.click("#notice a")
    expect(page.locator(PAINTED)).to_be_visible()
    expect(page.locator("#notice")).to_be_empty()


def test_an_unknown_case_says_so_in_its_drawer(page: Page, site: str) -> None:
    page.goto(f"{site}/?lang=en&case=123")
    expect(page.locator("#drawer")).to_contain_text("No case has the number “123”")


def test_pushes_leave_nothing_behind_in_the_browser(page: Page, site: str, send: Send) -> None:
    page.goto(f"{site}/?lang=en")
    expect(page.locator(PAINTED)).to_be_visible()
    for number in range(3):
        send("cases", [case(f"many-{number}", 1, datetime.now(UTC), title=f"Number {number}")])
        expect(page.locator("#feed")).to_contain_text(f"Number {number}")
    page.wait_for_timeout(100)
    assert page.evaluate("window.dash_stores.map(s => s.getState().history.past.length)") == [0]


def test_two_viewers_are_painted_once(context: BrowserContext, page: Page, site: str) -> None:
    other = context.new_page()
    for viewer in (page, other):
        viewer.goto(f"{site}/r/T2?lang=en")
        expect(viewer.locator(PAINTED)).to_be_visible()
    until(lambda: page.evaluate("fetch('/healthz').then(answer => answer.json())")["viewers"] == 2, 5)
    other.close()
