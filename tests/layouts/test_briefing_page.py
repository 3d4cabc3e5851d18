"""Briefings: templates around facts, nothing that was not read, and a way from every number to its definition."""

from dataclasses import replace
from datetime import date
from typing import Any

from data_access.scorecards import Line, Rank
from indicators.scope import Scope
from indicators.text import Language, Text
from layouts import briefing, page_head
from layouts.address.pages import BriefingPage, BriefingsPage, IndicatorPage, RegionPage
from layouts.look import Look
from layouts.view import View, href, parse
from tests.layouts import town
from tests.layouts.test_panel import parts, text

WEEK = BriefingPage("weekly", date(2026, 11, 16))


def look(language: Language = "zh") -> Look:
    scope = Scope("BX", "2026-11-16..2026-11-22", language=language)
    return Look(View(scope, page=WEEK), town.city(), town.NOW)


def line(key: str, rank: Rank | None = None, **more: Any) -> Line:
    return Line(town.reading(key, **more), rank)


def said(drawn: Any) -> str:
    return " ".join(text(drawn).split())


def lines(*found: Line) -> dict[str, Line]:
    return {one.reading.indicator.key: one for one in found}


def test_a_sentence_has_value_state_change_and_place():
    found = line("event_closed_on_time", Rank(4, 5, 0), value=88.7, comparable=88.7, previous=91.0)
    told = said(briefing.sentence(look(), found))
    assert told.startswith("按期结案率 88.7% （关注） ，较前") and "↓ 2.3 点" in told and told.endswith("，5 个同级中第 4")
    assert said(briefing.sentence(look("en"), found)).endswith(", place 4 of 5 peers")


def test_every_number_leads_to_its_definition_in_the_same_days_and_region():
    found = line("event_reported", value=120, comparable=120, previous=100)
    [link] = [one for one in parts(briefing.sentence(look(), found)) if getattr(one, "href", None)]
    path, query = link.href.split("?")
    view = parse(path, query, "nyc")
    assert isinstance(view.page, IndicatorPage)
    assert (view.page.key, view.scope.region, view.scope.window) == ("event_reported", "BX", "2026-11-16..2026-11-22")


def test_what_has_no_number_is_counted_and_not_told():
    known, unknown = line("event_reported", value=120), line("event_open", status="no_data", value=None)
    told = said(briefing.paragraph(look(), "events", [known, unknown]))
    assert "在办案件" not in told and "1 项没有可说的数字" in told and told.endswith("。")
    assert "0" not in said(briefing.paragraph(look(), "events", [unknown])).replace("10", "")


def test_a_published_figure_is_compared_with_the_one_published_before():
    found = line("people_population", value=1_686_000, comparable=1_686_000, previous=1_600_000)
    of_a_year = replace(found, reading=replace(found.reading, period=Text("2023 年", "2023")))
    assert "较上期 ↑ 5.4%" in said(briefing.sentence(look(), of_a_year))


def test_the_title_says_whose_of_when_simulated_and_leads_to_the_neighbours():
    drawn = briefing.title(look(), WEEK, lines(line("event_reported", value=1, simulated=True)))
    told = said(drawn)
    assert "布朗克斯周报" in told and "模拟" in told and "11 月 16 日" in told and "数字截至期末" in told
    ways = [one.href for one in parts(drawn) if getattr(one, "href", None)]
    days = [parse(path, query, "nyc").page for path, query in (way.split("?") for way in ways)]
    assert BriefingPage("weekly", date(2026, 11, 15)) in days and BriefingPage("weekly", date(2026, 11, 23)) in days
    assert BriefingPage("monthly", date(2026, 11, 16)) in days


def test_a_period_that_still_runs_says_so():
    page = BriefingPage("monthly", date(2026, 11, 2))
    view = View(Scope("BX", "2026-11-01..2026-11-30", language="en"), page=page)
    running = Look(view, town.city(), town.NOW)
    assert "still runs" in said(briefing.title(running, page, {}))
    assert href(view).startswith("/briefing/BX?span=monthly&day=2026-11-02")


def test_a_briefing_has_days_of_its_own_and_offers_no_other_period():
    def offered(page: Any) -> bool:
        shown = replace(look(), view=replace(look().view, page=page))
        return any(getattr(one, "className", "") == "periods" for one in parts(page_head.head(shown, "", None)))

    assert not offered(WEEK) and not offered(BriefingsPage()) and offered(RegionPage())
