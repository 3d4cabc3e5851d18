"""The pages of organizations: a score that can be reckoned after, bands that are letters, clocks kept and missed."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import plotly.graph_objects as go

from data_access.in_hand import Hand
from data_access.organizations import Score, ScorePart
from indicators.library import INDICATORS
from indicators.reading import Point
from indicators.scope import Filter, Scope
from indicators.scoring import DEFAULT, Scoring, Weighed
from indicators.text import Text
from layouts import organization_page, organizations_page, scores
from layouts.address.pages import OrganizationPage
from layouts.look import Look
from layouts.view import View
from tests.layouts import town
from tests.layouts.test_drawers import links
from tests.layouts.test_panel import parts, text

VIEW = View(Scope("BX", "30d", filters=(Filter("agency", ("DOT",)),)), page=OrganizationPage("DOT"))
LOOK = Look(VIEW, town.city(), town.NOW)
KEPT, REWORK = INDICATORS["org_disposed_on_time"], INDICATORS["org_rework"]
HELD = Scoring({KEPT.key: Weighed(60, 50, 100), REWORK.key: Weighed(40, 20, 0)})
NAME = Text("交通局", "Transportation")


def score(band: str | None = "B", composite: float | None = 84.0, second: float | None = 75.0) -> Score:
    """90 points of 60, and 75 of 40: 54 + 30 = 84."""
    made = (ScorePart(KEPT, 95.0, 120, 60, 90.0), ScorePart(REWORK, 5.0, 40 if second else 3, 40, second))
    return Score("DOT", NAME, 2, 150, 12, 3, 1, made, composite, band, None if band else Text("案件太少", "Too few"), True, {})


def test_every_step_of_a_score_is_shown_and_adds_up() -> None:
    told = re.sub(r"\s+", " ", text(scores.reckoning(LOOK, score(), HELD)))
    assert "54.0" in told and "30.0" in told and "100 84.0 B 档" in told
    assert "50.0% 得 0 分，100.0% 得 100 分" in told


def test_what_has_too_few_facts_does_not_count_and_its_weight_goes_to_the_others() -> None:
    told = re.sub(r"\s+", " ", text(scores.reckoning(LOOK, score(composite=90.0, second=None), HELD)))
    assert "样本少" in told and "合计 60 90.0" in told


def test_weights_that_the_city_did_not_choose_are_called_the_default() -> None:
    assert "默认值" in text(scores.reckoning(LOOK, score(), HELD))
    assert "由本市设定" in text(scores.reckoning(LOOK, score(), replace(HELD, own=True)))


def test_an_indicator_of_a_score_leads_to_the_organizations_own_numbers() -> None:
    assert any("f.agency=DOT" in address for address in links(scores.reckoning(LOOK, score(), HELD)))


def test_bands_are_counted_and_so_are_those_without() -> None:
    told = re.sub(r"\s+", " ", text(scores.tally(LOOK, [score(), score(), score(None, None)])))
    assert "B 2" in told and "未评分 1" in told


def test_the_list_has_a_row_for_each_organization_that_sorts_by_values() -> None:
    drawn = organizations_page.listing(LOOK, [score(), replace(score(None, None), code="DSNY")], HELD)
    rows = next(part.rowData for part in parts(drawn) if hasattr(part, "rowData"))
    assert [row["id"] for row in rows] == ["DOT", "DSNY"]
    assert rows[0]["composite"] == 84.0 and "composite" not in rows[1] and rows[0][KEPT.key] == 95.0


def clocks(due: list[float], kept: list[float | None]) -> Any:
    instants = [town.NOW + timedelta(days=day) for day in range(len(due))]
    return {
        organization_page.DUE: town.reading("event_due", value=sum(due), series=tuple(map(Point, instants, due))),
        organization_page.KEPT: town.reading("event_closed_on_time", value=75.0, series=tuple(map(Point, instants, kept)))}


def test_clocks_kept_stand_before_all_that_ended() -> None:
    """10 ended and 80 % were kept; then 4, half of them; then none."""
    drawn = organization_page.clocks(LOOK, clocks([10, 4, 0], [80.0, 50.0, None]))
    figure = next(part.figure for part in parts(drawn) if hasattr(part, "figure"))
    assert [trace["y"] for trace in figure["data"]] == [[10, 4, 0], [8, 2, 0]]
    assert set(figure["data"][0]["marker"]["color"]) == {"var(--bad)"}
    go.Figure(json.loads(re.sub(r"var\(--[a-z0-9-]+\)", "#123456", json.dumps(figure))))
    assert any("到期 14 件，其中超过时限 4 件" in (getattr(part, "aria-label", "") or "") for part in parts(drawn))


def test_the_bucket_that_still_runs_is_an_outline_and_the_key_says_so() -> None:
    found = clocks([10, 4], [80.0, 50.0])
    due = found[organization_page.DUE]
    found[organization_page.DUE] = replace(due, series=(due.series[0], replace(due.series[1], complete=False)))
    drawn = organization_page.clocks(LOOK, found)
    marker = next(part.figure for part in parts(drawn) if hasattr(part, "figure"))["data"][0]["marker"]
    assert marker["color"] == ["var(--bad)", "var(--ground)"] and marker["line"]["width"][0] == 0 < marker["line"]["width"][1]
    assert "未完" in text(drawn) and "未完" not in text(organization_page.clocks(LOOK, clocks([10, 4], [80.0, 50.0])))


def test_without_a_clock_that_ended_it_says_so() -> None:
    assert "没有到期的案件" in text(organization_page.clocks(LOOK, clocks([0, 0], [None, None])))


def test_an_unknown_organization_is_named_as_such_and_leads_to_the_list() -> None:
    drawn = organization_page.title(LOOK, None, "NONE", None, simulated=False)
    assert "没有代码为“NONE”的部门" in text(drawn) and any(address.startswith("/organizations") for address in links(drawn))


def test_the_title_tells_what_is_in_hand() -> None:
    hand = Hand("DOT", NAME, 12, 3, town.NOW - timedelta(hours=30), 1)
    drawn = organization_page.title(LOOK, NAME, "DOT", hand, simulated=True)
    assert all(one in text(drawn) for one in ("12", "30 小时", "模拟", "交通局"))


def test_the_default_score_is_made_of_known_indicators() -> None:
    assert set(DEFAULT.parts) <= set(INDICATORS)
