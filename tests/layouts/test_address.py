"""An address is a view and back; what makes no sense is said in words."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from indicators.scope import Filter, Scope
from layouts import links
from layouts.address.errors import (
    BadComparison,
    BadInstant,
    BadPage,
    TwoDrawers,
    UnknownChoice,
    UnknownDimension,
    UnknownFilter,
    UnknownIndicator,
    UnknownLanguage,
    UnknownMode,
    UnknownPage,
    UnknownSort,
    UnknownWindow,
)
from layouts.address.pages import (
    BriefingPage,
    ComparePage,
    IndicatorPage,
    OrganizationPage,
    OrganizationsPage,
    RegionPage,
    SourcePage,
    SourcesPage,
    WhyPage,
)
from layouts.view import Opened, View, href, parse

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=timezone(timedelta(hours=-5)))


def read_back(view: View) -> View:
    """The view that a view's own address means."""
    pathname, _, search = href(view).partition("?")
    return parse(pathname, "?" + search, "nyc")


@pytest.mark.parametrize("view", [
    View(Scope("nyc")),
    View(Scope("QN07", "7d", None, "event_open", "en")),
    View(Scope("QN07", "today", NOON, None, "zh"), Opened("case", "418")),
    View(Scope("a/b?c&d"), Opened("device", "weather:JFK +1")),
    View(Scope("nyc"), Opened("sources")),
    View(Scope("nyc"), Opened("breakdown")),
    View(Scope("nyc", "7d", None, "event_open", "en", (Filter("class", ("E0101", "E0201")), Filter("state", ("overdue",))))),
    View(Scope("nyc", filters=(Filter("agency", ("-", "a,b", "é&=%2C+c")), Filter("channel", ("web",)))), Opened("case", "4")),
    View(Scope("nyc"), Opened("attention")),
    View(Scope("nyc"), Opened("dimension", "people")),
    View(Scope("QN07"), Opened("case", "418"), "heat"),
    View(Scope("QN07"), Opened("indicator", "event_open", 7)),
    View(Scope("QN07"), None, "3d"),
    View(Scope("nyc"), page=SourcesPage()),
    View(Scope("nyc", language="en"), page=SourcesPage(sort="rejected", reverse=True)),
    View(Scope("nyc"), page=SourcePage("sim-cases")),
    View(Scope("nyc"), page=SourcePage("a/b c?&d", batch=418)),
    View(Scope("QN07", "30d"), page=RegionPage()),
    View(Scope("a/b?c&d", "7d", NOON, None, "en", (Filter("class", ("E01",)),)), page=RegionPage()),
    View(Scope("QN07", "30d"), page=IndicatorPage("event_open")),
    View(Scope("QN07", "today"), page=IndicatorPage("event_open", "event_closed")),
    View(Scope("QN07", "30d"), page=OrganizationsPage()),
    View(Scope("QN07", "30d"), page=OrganizationPage("a/b&c=d")),
    View(Scope("nyc", "30d"), page=ComparePage()),
    View(Scope("QN07", "30d"), page=ComparePage(("QN01", "BK01"))),
    View(Scope("QN07", "30d"), page=ComparePage(than="7d")),
    View(Scope("QN07", "30d"), page=WhyPage("event_open", "last_year", "agency")),
    View(Scope("QN07", "30d"), page=WhyPage("event_open")),
    View(Scope("QN07", "30d"), page=BriefingPage("weekly", date(2026, 11, 22))),
    View(Scope("QN07", "30d"), page=BriefingPage()),
])
def test_an_address_means_the_view_it_was_made_from(view):
    assert read_back(view) == view


def test_the_bare_address_is_the_city_live_over_24_hours():
    assert parse("/", "", "nyc", "en") == View(Scope("nyc", "24h", None, None, "en"))


def test_an_address_says_the_language_even_where_the_browser_has_another():
    assert parse("/", "?lang=zh", "nyc", "en").scope.language == "zh"


def test_a_plus_that_the_url_swallowed_is_still_an_offset():
    assert parse("/", "?at=2026-03-04T17:00+00:00", "nyc").scope.at == datetime(2026, 3, 4, 17, tzinfo=UTC)


@pytest.mark.parametrize(("pathname", "search", "error", "said"), [
    ("/sources", "?sort=colour", UnknownSort, "colour"),
    ("/sources/test", "?batch=none", BadPage, "none"),
    ("/sources/test/batches", "", UnknownPage, "/sources/test/batches"),
    ("/", "?w=fortnight", UnknownWindow, "fortnight"),
    ("/", "?at=yesterday", BadInstant, "yesterday"),
    ("/", "?at=2026-03-04T12:00", BadInstant, "2026-03-04T12:00"),
    ("/", "?at=0001-01-01T00:00Z", BadInstant, "0001"),
    ("/", "?at=9999-12-31T23:59Z", BadInstant, "9999"),
    ("/", "?lang=fr", UnknownLanguage, "fr"),
    ("/", "?dimension=money", UnknownDimension, "money"),
    ("/", "?m=4d", UnknownMode, "4d"),
    ("/", "?case=1&device=2", TwoDrawers, "device"),
    ("/", "?indicator=event_open&p=0", BadPage, "0"),
    ("/", "?indicator=event_open&p=two", BadPage, "two"),
    ("/", "?f.colour=red", UnknownFilter, "colour"),
    ("/", "?f.state=overdue,sleepy", UnknownFilter, "sleepy"),
    ("/", "?f.class=" + 60 * "E0101,E0102,", UnknownFilter, "E0101"),
    ("/", "?f.class=E%2500", UnknownFilter, "class"),
    ("/wp-admin", "", UnknownPage, "wp-admin"),
    ("/region/QN07/cases", "", UnknownPage, "/region/QN07/cases"),
    ("/region/QN07", "?p=fortnight", UnknownWindow, "fortnight"),
    ("/indicator/happiness", "", UnknownIndicator, "happiness"),
    ("/indicator/event_open", "?with=happiness", UnknownIndicator, "happiness"),
    ("/why/happiness", "", UnknownIndicator, "happiness"),
    ("/why/event_open", "?against=tomorrow", UnknownChoice, "tomorrow"),
    ("/briefing/QN07", "?span=hourly", UnknownChoice, "hourly"),
    ("/briefing/QN07", "?day=yesterday", BadInstant, "yesterday"),
    ("/compare", "?r=A,B,C,D,E,F,G", BadComparison, "7"),
    ("/compare", "?r=A,B,A", BadComparison, "A"),
    ("/compare", "?r=A,B&than=7d", BadComparison, "than"),
])
def test_nonsense_is_refused_by_name_and_quoted_in_both_languages(pathname, search, error, said):
    with pytest.raises(error) as caught:
        parse(pathname, search, "nyc")
    assert said in caught.value.words.zh and said in caught.value.words.en


def test_going_to_another_region_keeps_window_indicator_and_language_and_closes_the_drawer():
    view = View(Scope("nyc", "7d", None, "event_open", "en"), Opened("case", "418"))
    assert links.to_region(view, "QN07") == href(View(Scope("QN07", "7d", None, "event_open", "en")))


def test_the_way_the_map_is_drawn_is_kept_when_going_elsewhere():
    view = View(Scope("nyc"), Opened("case", "418"), "heat")
    assert links.to_region(view, "QN07") == href(View(Scope("QN07"), None, "heat"))
    assert links.to_indicator(view, "event_open") == href(
        View(Scope("nyc", indicator="event_open"), Opened("indicator", "event_open"), "heat"))
    assert links.to_mode(view, "flat") == href(View(Scope("nyc"), Opened("case", "418")))


def test_an_address_with_filters_can_be_read_by_people():
    view = View(Scope("nyc", filters=(Filter("class", ("E0101", "E0201")), Filter("state", ("overdue",)))))
    assert href(view) == "/r/nyc?f.class=E0101,E0201&f.state=overdue&lang=zh"


def test_equal_filters_are_equal_however_they_are_written():
    first = parse("/", "?f.state=overdue,open&f.class=E02,E01,E02", "nyc")
    assert first == parse("/", "?f.class=E01,E02&f.state=open,overdue", "nyc")
    assert parse("/", "?f.class=,", "nyc").scope.filters == ()


def test_filters_outlive_a_drill_down_another_window_and_another_language():
    view = View(Scope("nyc", filters=(Filter("class", ("E01",)),)), Opened("case", "418"))
    ways = (links.to_region(view, "QN07"), links.to_window(view, "7d"), links.to_language(view, "en"), links.on_map(view, "x"),
            links.to_closed(view), links.to_indicator(view, "x"), links.to_drawer(view, "device", "d"))
    assert all("f.class=E01" in way for way in ways)


def test_a_value_is_toggled_and_a_field_and_all_of_them_taken_away():
    view = View(Scope("nyc", filters=(Filter("class", ("E01",)), Filter("state", ("open",)))))
    assert "f.class=E01,E02&f.state=open&" in links.toggled(view, "class", "E02")
    assert "f.class" not in links.toggled(view, "class", "E01")
    assert "f.state=open" in links.without(view, "class") and "f.class" not in links.without(view, "class")
    assert "f." not in links.unfiltered(view)


def test_going_live_drops_the_instant_only():
    view = View(Scope("QN07", "7d", NOON), Opened("case", "418"))
    assert links.to_live(view) == href(View(Scope("QN07", "7d"), Opened("case", "418")))


def test_opening_an_indicator_also_colours_the_map_by_it():
    assert links.to_indicator(View(Scope("nyc")), "event_open") == href(
        View(Scope("nyc", indicator="event_open"), Opened("indicator", "event_open")))


def test_a_page_of_rows_is_left_behind_with_the_window_and_the_indicator_that_it_was_a_page_of():
    view = View(Scope("nyc"), Opened("indicator", "event_open", 7))
    assert "p=7" in links.to_language(view, "en") and "p=8" in links.to_page(view, 8)
    assert "p=" not in links.to_window(view, "7d") + links.to_indicator(view, "event_overdue") + links.to_region(view, "QN07")
