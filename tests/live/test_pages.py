"""Every page is painted whole: at every level, in both languages, from facts, and without what another page left behind."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import orjson
import pytest
from sqlalchemy import Engine

from data_access.city import City
from indicators.scope import Scope
from indicators.text import Language
from layouts import ids
from layouts.address.pages import ComparePage, OrganizationPage, Page, RegionPage
from layouts.view import View
from live import address, status
from live.memory import Memory
from live.pages import registry
from live.painting import Painter
from live.picture import encode
from live.tick import Tick
from tests.browser.scene import enliven

Paint = Callable[[View], Mapping[str, str]]
BROKEN = ("暂时无法显示", "cannot be shown")


@pytest.fixture(scope="module")
def paint(engine: Engine, town: City) -> Paint:
    """What stands in each part of Smalltown's pages after an hour of life, as JSON."""
    enliven(engine, town)
    painter = Painter(engine, Memory())

    def drawn(view: View) -> Mapping[str, str]:
        picture = encode(painter.paint(town, view, Tick(datetime.now(UTC))))
        return {part: props["children"].decode() for part, props in picture.items() if "children" in props}

    return drawn


def view(page: Page, region: str = "T", language: Language = "zh", window: str = "30d") -> View:
    return View(Scope(region, window, language=language), page=page)


@pytest.mark.parametrize("region", ["T", "T1", "T11", "T111"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_of_a_region_of_any_level_is_whole(paint: Paint, region: str, language: Language) -> None:
    drawn = paint(view(RegionPage(), region, language))
    assert not [part for part, told in drawn.items() if any(word in told for word in BROKEN)]
    assert f"Area {region}" in drawn[ids.PAGE_TITLE] or f"甲{region}" in drawn[ids.PAGE_TITLE]


def test_the_page_shows_the_town_s_cases_its_late_one_and_the_agency_that_has_it(paint: Paint) -> None:
    """Eight cases were reported in eight blocks, one of them is overdue; agency A1 has all."""
    drawn = " ".join(paint(view(RegionPage(), window="today")).values())
    assert "/r/T?w=today&lang=zh&case=" in drawn
    assert "/organization/A1?r=T&p=today&lang=zh" in drawn
    assert "/region/T1?p=today&lang=zh" in drawn and "/region/T2?p=today&lang=zh" in drawn


@pytest.mark.parametrize("page", [ComparePage(), ComparePage(("T2",)), ComparePage(than="2026-01-01..2026-01-31")])
def test_a_comparison_is_whole(paint: Paint, page: ComparePage) -> None:
    drawn = paint(view(page, "T1"))
    assert not [part for part, told in drawn.items() if any(word in told for word in BROKEN)]


@pytest.mark.parametrize("window", ["today", "7d", "90d", "month", "quarter", "year", "2026-01-01..2026-01-31"])
def test_any_period_is_shown(paint: Paint, window: str) -> None:
    drawn = paint(view(RegionPage(), "T1", "en", window))
    assert not [part for part, told in drawn.items() if any(word in told for word in BROKEN)]


def test_a_page_empties_what_another_one_may_have_filled(paint: Paint) -> None:
    """Each page speaks of all parts: of its own, and of the others that they are empty."""
    for page in (RegionPage(), ComparePage()):
        drawn = paint(view(page))
        assert set(ids.PAGE_PARTS) <= set(drawn)
        assert drawn[ids.PAGE_SOURCES] == orjson.dumps([]).decode()


def test_every_page_of_the_address_scheme_has_its_parts() -> None:
    assert set(get_args(Page)) == set(registry.PARTS)


@pytest.mark.parametrize(("path", "query", "code"), [
    ("/region/T9", "", 404), ("/indicator/happiness", "", 404), ("/compare", "r=T1,T9", 404), ("/compare", "r=T1,T1", 400),
    ("/region/T", "p=fortnight", 400), ("/region/T", "from=2026-02-01&to=2026-01-01", 400),
])
def test_what_a_page_cannot_be_is_refused_with_its_status(town: City, path: str, query: str, code: int) -> None:
    with pytest.raises(address.Refused) as refused:
        address.read(town, path, query, "zh")
    assert refused.value.status == code and refused.value.words.zh and refused.value.words.en


@pytest.mark.parametrize(("code", "known"), [("A1", True), ("Z9", False)])
def test_the_page_of_an_unknown_agency_is_no_success(engine: Engine, town: City, code: str, known: bool) -> None:
    assert status.exists(engine, view(OrganizationPage(code), town.root.code)) is known


@pytest.mark.parametrize(("path", "query", "allowed"), [
    ("/region/T1", "", True), ("/region/T11", "", True), ("/region/T", "", False), ("/indicator/event_open", "r=T2", False),
    ("/compare", "r=T1,T11", True), ("/compare", "r=T1,T2", False),
])
def test_a_walls_token_opens_pages_of_its_own_region_only(town: City, path: str, query: str, allowed: bool) -> None:
    def read() -> Any:
        return address.read(town, path, query, "zh", "T1")

    if allowed:
        assert read()
        return
    with pytest.raises(address.Refused) as refused:
        read()
    assert refused.value.status == 403
