"""A page that was opened too early: before there is a city."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from tests.browser.scene import serving


def test_a_page_opened_before_there_is_a_city_goes_live_by_itself(
    page: Page, database_url: str, engine: Engine, request: pytest.FixtureRequest,
) -> None:
    with engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO job (job_key, title_zh, title_en, unit_zh, unit_en, done, total)
            VALUES ('load', '载入地块', 'Loading lots', '块', 'lots', 30, 120)"""))
    with serving(database_url) as site:
        page.goto(f"{site}/?lang=en")
        expect(page.locator("#notice")).to_contain_text("Loading lots")
        expect(page.locator("#notice")).to_contain_text("25%")
        request.getfixturevalue("town")
        expect(page.locator("#brand")).to_contain_text("Smalltown")
        expect(page.locator("#panel-events .hero")).to_be_visible()
        expect(page.locator("#notice")).to_be_empty()
        page.goto("about:blank")
