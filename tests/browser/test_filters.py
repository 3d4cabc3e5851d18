"""The whole screen follows a filter, and goes back: by its chip, by the browser's button, by a link that is shared."""

import re

from playwright.sync_api import Page, expect

from tests.browser.scene import until


def tiles(page: Page) -> str:
    """The version under which the map asks for its cases."""
    found: str = page.evaluate("tonglan.map.shown ? tonglan.map.shown.tiles.case : ''")
    return found


def test_a_bar_filters_feed_map_and_numbers_and_its_chip_undoes_it(page: Page, site: str) -> None:
    page.goto(f"{site}/?lang=en")
    expect(page.locator("#panel-events .hero .v")).to_have_text("8")
    expect(page.locator("#chips .chip")).to_have_count(0)
    page.click("#feed header .chip")
    page.click("#drawer .bars a:has-text('Overdue')")
    expect(page.locator("#chips .chip")).to_have_text(re.compile("State.*Overdue"))
    expect(page).to_have_url(re.compile("f.state=overdue"))
    expect(page.locator("#panel-events .hero .v")).to_have_text("1")
    expect(page.locator("#feed li")).to_have_count(1)
    expect(page.locator("#panel-objects .spared")).not_to_have_count(0)
    until(lambda: "~" in tiles(page), 20)
    page.keyboard.press("Escape")
    expect(page.locator("#drawer .sheet")).to_have_count(0)
    expect(page.locator("#chips .chip")).to_have_count(1)
    page.click("#chips .chip")
    expect(page.locator("#chips .chip")).to_have_count(0)
    expect(page.locator("#panel-events .hero .v")).to_have_text("8")
    until(lambda: "~" not in tiles(page), 20)
    page.go_back()
    expect(page.locator("#panel-events .hero .v")).to_have_text("1")


def test_a_class_in_the_feed_filters_and_the_rest_of_its_row_opens_the_case(page: Page, site: str) -> None:
    page.goto(f"{site}/?lang=zh&f.channel=hotline")
    page.click("#feed li .pick[href*='f.class=pothole']")
    expect(page.locator("#chips .chip")).to_have_count(2)
    expect(page.locator("#drawer .sheet")).to_have_count(0)
    page.click("#feed li .open")
    expect(page.locator("#drawer")).to_contain_text("Pothole")
    expect(page.locator("#chips .chip")).to_have_count(2)
    page.keyboard.press("Escape")
    page.click("#ranking a:text-is('甲T1')")
    expect(page.locator("#crumbs b")).to_have_text("甲T1")
    expect(page.locator("#chips .chip")).to_have_count(2)
    page.click("#chips .clear")
    expect(page.locator("#chips")).to_be_empty()


def test_an_address_that_filters_by_nonsense_is_refused_in_words(page: Page, site: str) -> None:
    page.goto(f"{site}/?lang=en")
    expect(page.locator("#panel-events .hero .v")).to_have_text("8")
    page.evaluate("tonglan.go('/?lang=en&f.state=sleepy')")
    expect(page.locator("#notice")).to_contain_text("sleepy")
